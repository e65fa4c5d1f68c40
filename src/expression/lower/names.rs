//! Identifiers, properties and indices.

use std::sync::Arc;

use cel::common::ast::{Expr as Cel, SelectExpr};

use super::super::tree::{Expr, Node, Slot, Span};
use super::super::types::{Properties, Type};
use super::super::{Problem, functions, show};
use super::{Lowering, Typed, broken, constant, nearest};
use crate::diagnostic::closest;
use crate::resource::{Property, Value};

/// How many properties a message names all of, and how many of more than these.
const FEW_PROPERTIES: usize = 20;
const SHOWN_OF_MANY: usize = 5;

/// The names that are there without a loop.
const NAMES: [&str; 4] = ["resource", "account", "region", "now"];

/// What `type(x)` gives, by the name in an expression.
const TYPES: [&str; 10] = [
    "bool",
    "double",
    "duration",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "timestamp",
    "uint",
];

impl Lowering<'_> {
    pub(super) fn ident(&mut self, name: &str, span: Span) -> Typed {
        if let Some(typed) = self.local(name, span) {
            return typed;
        }
        let node = |expr| Node { expr, span };
        match name.trim_start_matches('.') {
            "account" => Typed { node: node(Expr::Account), kind: Type::String },
            "region" => Typed { node: node(Expr::Region), kind: Type::String },
            "now" => Typed { node: node(Expr::Now), kind: Type::Timestamp },
            "resource" => {
                let problem = Problem::error(
                    span,
                    "whole-resource",
                    "`resource` is no value of its own".to_owned(),
                );
                self.problems.push(problem.help("name a property, as in `resource.Name`"));
                broken(span)
            }
            "uint" => Typed { kind: Type::Kind, ..constant(Value::string("int"), span) },
            name if TYPES.contains(&name) => {
                Typed { kind: Type::Kind, ..constant(Value::string(name), span) }
            }
            name => self.unknown_name(name, span),
        }
    }

    fn local(&self, name: &str, span: Span) -> Option<Typed> {
        let index = self.locals.iter().rposition(|(local, _)| **local == *name)?;
        let (name, kind) = self.locals.get(index)?;
        let expr = Expr::Local { index, name: name.clone() };
        Some(Typed { node: Node { expr, span }, kind: kind.clone() })
    }

    fn unknown_name(&mut self, name: &str, span: Span) -> Typed {
        let problem = Problem::error(span, "unknown-name", format!("`{name}` is not known here"));
        let locals = self.locals.iter().map(|(local, _)| &**local);
        let problem = if self.schema.properties.contains_key(name) {
            problem.help(format!("write `resource.{name}`"))
        } else if functions::find(name).is_some() {
            problem.help(format!("`{name}` is a function: write `{name}(...)`"))
        } else if let Some(near) = nearest(name, locals.chain(NAMES)) {
            problem.help(format!("did you mean `{near}`?"))
        } else {
            problem.help(format!("there are {}", quoted(NAMES)))
        };
        self.problems.push(problem);
        broken(span)
    }

    /// Whether a tree is the name `resource`, and no variable of a loop.
    pub(super) fn is_resource(&self, tree: &Cel) -> bool {
        match tree {
            Cel::Ident(name) => {
                name.trim_start_matches('.') == "resource"
                    && !self.locals.iter().any(|(local, _)| **local == **name)
            }
            _ => false,
        }
    }

    /// A select; that inside `has()` is known by the bracket of the call instead of by its dot.
    pub(super) fn select(&mut self, select: &SelectExpr, token: Span) -> Typed {
        let of = if self.is_resource(&select.operand.expr) {
            Err(self.token(select.operand.id))
        } else {
            Ok(self.node(&select.operand))
        };
        let name_span = self.places.map_or_else(Span::default, |places| {
            let operand = of.as_ref().map_or_else(|span| *span, |of| of.node.span);
            places.name_after(if select.test { places.dot_after(operand) } else { token })
        });
        let typed = match of {
            Err(start) => self.property(&select.field, start.to(name_span), name_span),
            Ok(of) => self.field(of, &select.field, name_span),
        };
        if !select.test {
            return typed;
        }
        let span = self.places.map_or_else(Span::default, |places| {
            Span::new(places.name_before(token).start, places.close(token))
        });
        Typed { node: Node { expr: Expr::Has(Box::new(typed.node)), span }, kind: Type::Bool }
    }

    /// `resource.<name>`, in `span`; the name itself in `name_span`.
    pub(super) fn property(&mut self, name: &str, span: Span, name_span: Span) -> Typed {
        let Some((name, property)) = self.schema.properties.get_key_value(name) else {
            let of = self.schema.type_name.to_string();
            let known = &self.schema.properties;
            return self.unknown_property((&of, known), name, span, name_span);
        };
        let slot = self.slot(name, property);
        Typed { node: Node { expr: Expr::Property(slot), span }, kind: Type::of(property) }
    }

    pub(super) fn slot(&mut self, name: &Arc<str>, property: &Property) -> Arc<Slot> {
        if let Some(slot) = self.slots.iter().find(|slot| slot.name == *name) {
            return slot.clone();
        }
        let missing = property.default.clone().unwrap_or_default();
        let slot = Arc::new(Slot {
            name: name.clone(),
            operation: property.operation.clone(),
            nullable: property.nullable && missing.is_null(),
            missing,
            recorded_only: property.recorded_only,
        });
        self.slots.push(slot.clone());
        slot
    }

    /// `<of>.<field>`.
    fn field(&mut self, of: Typed, field: &str, name_span: Span) -> Typed {
        let span = of.node.span.to(name_span);
        let (kind, nullable) = match &of.kind {
            Type::Object(known) => {
                let Some(property) = known.get(field) else {
                    let path = show::node(&of.node);
                    return self.unknown_property((&path, known), field, span, name_span);
                };
                (Type::of(property), property.nullable)
            }
            Type::Map(items) => ((**items).clone(), true),
            kind if kind.is_open() => (Type::Any, false),
            kind => {
                let path = show::node(&of.node);
                let message = format!("`{path}` is {kind}, which has no `{field}`");
                let problem = Problem::error(name_span, "wrong-type", message);
                self.problems.push(match kind {
                    Type::List(_) => problem.help(format!(
                        "ask its elements, as in `{path}.exists(x, x.{field} == ...)`"
                    )),
                    _ => problem,
                });
                return broken(span);
            }
        };
        let expr = Expr::Select { of: Box::new(of.node), field: field.into(), nullable };
        Typed { node: Node { expr, span }, kind }
    }

    fn unknown_property(
        &mut self,
        (of, known): (&str, &Properties),
        name: &str,
        span: Span,
        name_span: Span,
    ) -> Typed {
        let message = format!("`{of}` has no property `{name}`");
        let problem = Problem::error(name_span, "unknown-property", message);
        let near = nearest(name, known.keys().map(|known| &**known));
        let deeper = || find_deeper(known, name).map(|path| format!("did you mean `{path}`?"));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => deeper().unwrap_or_else(|| there_are(known, name)),
        };
        self.problems.push(problem.help(help));
        broken(span)
    }

    /// `<of>[<key>]`.
    pub(super) fn index(&mut self, of: Typed, key: Typed, span: Span) -> Typed {
        let message = |what: &str| {
            let path = show::node(&of.node);
            format!("`{path}` is {}, whose index is {what}, and this is {}", of.kind, key.kind)
        };
        let kind = match &of.kind {
            Type::List(items) if key.kind.is_open() || matches!(key.kind, Type::Int) => {
                (**items).clone()
            }
            Type::List(_) => {
                return self.error(key.node.span, "wrong-type", message("an integer"));
            }
            Type::Map(items) if key.kind.is_open() || matches!(key.kind, Type::String) => {
                (**items).clone()
            }
            Type::Object(_) if key.kind.is_open() || matches!(key.kind, Type::String) => {
                if let Expr::Constant(Value::String(field)) = &key.node.expr {
                    let field = field.clone();
                    return self.field(of, &field, key.node.span);
                }
                Type::Any
            }
            Type::Map(_) | Type::Object(_) => {
                return self.error(key.node.span, "wrong-type", message("a string"));
            }
            kind if kind.is_open() => Type::Any,
            kind => {
                let path = show::node(&of.node);
                let message = format!("`{path}` is {kind}, which has no elements");
                return self.error(of.node.span, "wrong-type", message);
            }
        };
        Typed { node: Node { expr: Expr::Index(Box::new((of.node, key.node))), span }, kind }
    }
}

/// The path of a property below the known ones that has exactly this name.
fn find_deeper(known: &Properties, name: &str) -> Option<String> {
    known.iter().find_map(|(outer, property)| {
        if property.properties.contains_key(name) {
            return Some(format!("{outer}.{name}"));
        }
        find_deeper(&property.properties, name).map(|path| format!("{outer}.{path}"))
    })
}

/// The properties that there are, or those most like a name where they are many.
fn there_are(known: &Properties, name: &str) -> String {
    let names = known.keys().map(|key| &**key);
    if known.len() <= FEW_PROPERTIES {
        return format!("there are {}", quoted(names));
    }
    let close = quoted(closest(name, names, SHOWN_OF_MANY));
    format!("there are {}, the closest {close}", known.len())
}

fn quoted<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
