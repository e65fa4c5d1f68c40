//! Identifiers, properties and indices.

use std::sync::Arc;

use cel::common::ast::{Expr as Cel, SelectExpr};

use super::super::span::Span;
use super::super::tree::{Expr, Field, Node, PropertyRef, Selection};
use super::super::types::{self, Known, Properties, Texts, Type, Words};
use super::super::{Problem, hints, show};
use super::{TypeChecker, TypedExpr, Use, broken, constant};
use crate::diagnostic::{Code, known_here, meant, meant_or_known};
use crate::resource::{Form, Property, Schema, Value, regions};

/// The names that are always there.
const NAMES: [&str; 3] = ["account", "region", "now"];

/// What is known of `account`.
static ACCOUNT: Texts = Texts::of(&[], Some(&Form::AccountId));

impl TypeChecker<'_> {
    pub(super) fn ident(&mut self, name: &str, span: Span) -> TypedExpr {
        let local = self.local(name, span);
        if let Some(typed) = local.or_else(|| self.bound(name, span)) {
            if let Expr::Local { index, .. } = typed.node.expr
                && let Some(variable) = self.locals.get_mut(index)
                && variable.values.is_some()
            {
                variable.uses.push(Use { span, field: None, is_argument: false });
            }
            return typed;
        }
        let node = |expr| Node { expr, span };
        match name.trim_start_matches('.') {
            "account" => {
                TypedExpr { node: node(Expr::Account), kind: Type::String(Known::Always(&ACCOUNT)) }
            }
            "region" => TypedExpr {
                node: node(Expr::Region),
                kind: Type::String(Texts::of(self.regions(), None).into()),
            },
            "now" => TypedExpr { node: node(Expr::Now), kind: Type::Timestamp },
            "resources" if self.kind.is_of_all() && self.environment.subject.is_some() => {
                let item = self.environment.subject.map_or(Type::Any, Type::Resource);
                TypedExpr { node: node(Expr::Resources), kind: Type::List(item.into()) }
            }
            "params" if self.environment.parameters.is_some() => {
                let message = "`params` is no value of its own".to_owned();
                let problem = Problem::error(span, Code::WholeResource, message);
                self.problems.push(problem.help("name a parameter, as in `params.name`"));
                broken(span)
            }
            "resource" if self.subject("resource").is_some() => {
                let problem = Problem::error(
                    span,
                    Code::WholeResource,
                    "`resource` is no value of its own".to_owned(),
                );
                self.problems.push(problem.help("name a property, as in `resource.Name`"));
                broken(span)
            }
            "uint" => TypedExpr { kind: Type::Kind, ..constant(Value::string("int"), span) },
            name if types::NAMES.contains(&name) => {
                TypedExpr { kind: Type::Kind, ..constant(Value::string(name), span) }
            }
            name => self.unknown_name(name, span),
        }
    }

    fn local(&self, name: &str, span: Span) -> Option<TypedExpr> {
        let index = self.locals.iter().rposition(|local| *local.name == *name)?;
        let local = self.locals.get(index)?;
        let expr = Expr::Local { index, name: local.name.clone() };
        Some(TypedExpr { node: Node { expr, span }, kind: local.kind.clone() })
    }

    /// A name of `let`.
    fn bound(&mut self, name: &str, span: Span) -> Option<TypedExpr> {
        let bindings = self.environment.bindings.iter();
        let (index, binding) = bindings.enumerate().find(|(_, binding)| *binding.name == *name)?;
        self.names.bindings.insert(Arc::clone(&binding.name));
        let expr = Expr::Bound { index, name: binding.name.clone(), is_list: binding.is_list };
        Some(TypedExpr { node: Node { expr, span }, kind: binding.type_of() })
    }

    /// The type behind `resource`, or behind `resources`, where there is that name.
    fn subject(&self, name: &str) -> Option<&'static Schema> {
        let here = if self.kind.is_of_all() { "resources" } else { "resource" };
        self.environment.subject.filter(|_| name == here)
    }

    /// The names that there are here.
    fn names(&self) -> Vec<&str> {
        let subject = ["resource", "resources"].into_iter();
        let subject = subject.filter(|name| self.subject(name).is_some());
        let params = self.environment.parameters.iter().map(|_| "params");
        let bindings = self.environment.bindings.iter().map(|binding| &*binding.name);
        subject.chain(params).chain(bindings).chain(NAMES).collect()
    }

    fn unknown_name(&mut self, name: &str, span: Span) -> TypedExpr {
        let problem =
            Problem::error(span, Code::UnknownName, format!("`{name}` is not known here"));
        let locals = self.locals.iter().map(|local| &*local.name);
        let names = self.names();
        let problem = if let Some(value) = hints::value(name) {
            problem.help(format!("write `{value}`"))
        } else if self.has_property(name) && self.subject("resource").is_some() {
            problem.help(format!("write `resource.{name}`"))
        } else if name == "resource" && self.kind.is_of_all() {
            problem.help("`assertAll` sees the list `resources`; of each of them, use `assert`")
        } else if name == "resources" && self.subject("resource").is_some() {
            problem.help("of all of them together, use `assertAll`")
        } else if name == "params" {
            problem.help("only a `CheckType` has parameters")
        } else if self.environment.builtins.find(name).is_some() {
            problem.help(format!("`{name}` is a function: write `{name}(...)`"))
        } else {
            let help = meant(name, locals.chain(names.iter().copied()));
            problem.help(help.unwrap_or_else(|| {
                format!("{}; put text in quotes, as in `\"{name}\"`", known_here(name, names))
            }))
        };
        self.problems.push(problem);
        broken(span)
    }

    /// Values that `region` may have: of what is judged in no region it is `global`.
    fn regions(&self) -> Words {
        let (global, named) = match regions().split_last() {
            Some((global, named)) => (std::slice::from_ref(global), named),
            None => return &[],
        };
        match self.environment.subject {
            _ if self.kind.is_of_all() => regions(),
            Some(schema) if schema.is_judged_by_region() => named,
            Some(_) => global,
            None => regions(),
        }
    }

    fn has_property(&self, name: &str) -> bool {
        self.environment.subject.is_some_and(|schema| schema.properties.contains_key(name))
    }

    /// `true` where a tree is a name of the environment, and no variable of a loop.
    fn is_name(&self, tree: &Cel, wanted: &str) -> bool {
        match tree {
            Cel::Ident(name) => {
                name.trim_start_matches('.') == wanted
                    && !self.locals.iter().any(|local| *local.name == **name)
            }
            _ => false,
        }
    }

    /// `true` where a tree is the name `resource`, and there is one.
    pub(super) fn is_resource(&self, tree: &Cel) -> bool {
        self.is_name(tree, "resource") && self.subject("resource").is_some()
    }

    fn is_params(&self, tree: &Cel) -> bool {
        self.is_name(tree, "params") && self.environment.parameters.is_some()
    }

    /// A select; that inside `has()` is known by the bracket of the call instead of by its dot.
    pub(super) fn select(&mut self, select: &SelectExpr, token: Span) -> TypedExpr {
        let is_params = self.is_params(&select.operand.expr);
        let of = if is_params || self.is_resource(&select.operand.expr) {
            Err(self.token(select.operand.id))
        } else {
            Ok(self.node(&select.operand))
        };
        let name_span = self.places.map_or_else(Span::default, |places| {
            let operand = of.as_ref().map_or_else(|span| *span, |of| of.node.span);
            places.name_after(if select.test { places.dot_after(operand) } else { token })
        });
        let typed = match of {
            Err(start) if is_params => {
                self.parameter(&select.field, start.to(name_span), name_span)
            }
            Err(start) => self.property(&select.field, start.to(name_span), name_span),
            Ok(of) => self.field(of, &select.field, name_span),
        };
        if !select.test {
            return typed;
        }
        self.withdraw([typed.node.span]);
        let span = self.places.map_or_else(Span::default, |places| {
            Span::new(places.name_before(token).start(), places.close(token))
        });
        TypedExpr { node: Node { expr: Expr::Has(Box::new(typed.node)), span }, kind: Type::Bool }
    }

    /// `resource.<name>`, in `span`; the name itself in `name_span`.
    pub(super) fn property(&mut self, name: &str, span: Span, name_span: Span) -> TypedExpr {
        let Some(schema) = self.subject("resource") else { return broken(span) };
        let Some((name, property)) = schema.properties.get_key_value(name) else {
            let (of, known) = (schema.type_name.as_str(), &schema.properties);
            return self.unknown_property((of, known), name, span, name_span);
        };
        let reference = self.reference(schema, name, property);
        TypedExpr { node: Node { expr: Expr::Property(reference), span }, kind: Type::of(property) }
    }

    /// `params.<name>`: its value, where that is known already.
    fn parameter(&mut self, name: &str, span: Span, name_span: Span) -> TypedExpr {
        let parameters = self.environment.parameters.iter().flat_map(|all| all.iter());
        let broken_names = self.environment.broken.iter().flat_map(|all| all.iter());
        if let Some(broken) = broken_names.clone().find(|broken| ***broken == *name) {
            let expr = Expr::Parameter(Arc::clone(broken));
            return TypedExpr { node: Node { expr, span }, kind: Type::Any };
        }
        let Some(parameter) = parameters.clone().find(|one| *one.name == *name) else {
            let message = format!("there is no parameter `{name}`");
            let problem = Problem::error(name_span, Code::UnknownParameter, message);
            let others = broken_names.map(|name| &**name);
            let names: Vec<&str> = parameters.map(|one| &*one.name).chain(others).collect();
            self.problems.push(problem.help(if names.is_empty() {
                "declare it under `parameters`".to_owned()
            } else {
                meant_or_known(name, names)
            }));
            return broken(span);
        };
        self.names.parameters.insert(Arc::clone(&parameter.name));
        let expr = match &parameter.value {
            Some(value) => {
                self.offer(&parameter.name, value, span);
                Expr::Constant(value.clone())
            }
            None => Expr::Parameter(parameter.name.clone()),
        };
        let kind = match &parameter.value {
            Some(Value::Null) => Type::Null,
            _ => parameter.kind.type_of(),
        };
        TypedExpr { node: Node { expr, span }, kind }
    }

    /// A property of a type, as the expression reads it.
    pub(super) fn reference(
        &mut self,
        schema: &'static Schema,
        name: &'static Arc<str>,
        property: &'static Property,
    ) -> PropertyRef {
        let of = &schema.type_name;
        let reference = PropertyRef { name, property };
        let is_it = |known: &PropertyRef| std::ptr::eq(known.property, property);
        if !self.references.iter().any(|(known, reference)| *known == of && is_it(reference)) {
            self.references.push((of, reference));
        }
        reference
    }

    /// `<of>.<field>`.
    fn field(&mut self, of: TypedExpr, field: &str, name_span: Span) -> TypedExpr {
        let span = of.node.span.to(name_span);
        self.note_field(&of.node, field, span);
        if let Type::Resource(schema) = of.kind {
            return self.property_of(of.node, schema, field, name_span);
        }
        let (kind, field, from) = match &of.kind {
            Type::Object(known) => {
                let Some((field, property)) = known.get_key_value(field) else {
                    let path = show::node(&of.node);
                    return self.unknown_property((&path, known), field, span, name_span);
                };
                (Type::of(property), Arc::clone(field), Field::Property(property))
            }
            Type::Map(items) => (items.get(), field.into(), Field::Key),
            Type::Record(known) => {
                let Some((field, kind)) = known.iter().find(|(name, _)| **name == *field) else {
                    let path = show::node(&of.node);
                    let message = format!("`{path}` has no `{field}`");
                    let problem = Problem::error(name_span, Code::UnknownProperty, message);
                    let names: Vec<_> = known.iter().map(|(name, _)| &**name).collect();
                    self.problems.push(problem.help(meant_or_known(field, names)));
                    return broken(span);
                };
                (kind.type_of(), Arc::clone(field), Field::Open)
            }
            kind if kind.is_open() => (Type::Any, field.into(), Field::Open),
            kind => {
                let path = show::node(&of.node);
                let message = format!("`{path}` is {kind}, which has no `{field}`");
                let problem = Problem::error(name_span, Code::WrongType, message);
                self.problems.push(match kind {
                    Type::List(_) if path == "resource.Tags" => problem
                        .help(format!("write `tag(\"{field}\")`, which is null without the tag")),
                    Type::List(_) | Type::String(_)
                        if matches!(field, "length" | "size" | "count") =>
                    {
                        problem.help(format!("write `size({path})`"))
                    }
                    Type::List(_) => problem.help(format!(
                        "ask its elements, as in `{path}.exists(x, x.{field} == ...)`"
                    )),
                    Type::Bool => problem.help(format!("it is true or false itself: `{path}`")),
                    _ => problem,
                });
                return broken(span);
            }
        };
        if matches!(of.kind, Type::Document) && matches!(&*field, "Statement" | "statement") {
            let (path, document) = (show::node(&of.node), &of.node);
            let message = format!(
                "`{path}.{field}` is one statement or a list of them, as its author wrote it"
            );
            let problem = Problem::warning(name_span, Code::PartialComparison, message);
            let help =
                format!("write `statements({})`, which reads all forms", show::node(document));
            self.problems.push(problem.help(help));
        }
        let expr = Expr::Select(Box::new(Selection { of: of.node, field, from }));
        TypedExpr { node: Node { expr, span }, kind }
    }

    /// `<of>.<name>` of a resource that is a value.
    fn property_of(
        &mut self,
        of: Node,
        schema: &'static Schema,
        name: &str,
        name_span: Span,
    ) -> TypedExpr {
        let span = of.span.to(name_span);
        let Some((name, property)) = schema.properties.get_key_value(name) else {
            let (type_name, known) = (schema.type_name.as_str(), &schema.properties);
            return self.unknown_property((type_name, known), name, span, name_span);
        };
        let reference = self.reference(schema, name, property);
        let expr = Expr::PropertyOf { of: Box::new(of), reference };
        TypedExpr { node: Node { expr, span }, kind: Type::of(property) }
    }

    fn unknown_property(
        &mut self,
        (of, known): (&str, &Properties),
        name: &str,
        span: Span,
        name_span: Span,
    ) -> TypedExpr {
        let message = format!("`{of}` has no property `{name}`");
        let problem = Problem::error(name_span, Code::UnknownProperty, message);
        let names = || known.keys().map(|known| &**known);
        let deeper = || find_deeper(known, name).map(|path| format!("did you mean `{path}`?"));
        let help =
            meant(name, names()).or_else(deeper).unwrap_or_else(|| known_here(name, names()));
        self.problems.push(problem.help(help));
        broken(span)
    }

    /// `<of>[<key>]`.
    pub(super) fn index(&mut self, of: TypedExpr, key: TypedExpr, span: Span) -> TypedExpr {
        let message = |what: &str| {
            let path = show::node(&of.node);
            format!("`{path}` is {}, whose index is {what}, and this is {}", of.kind, key.kind)
        };
        let kind = match &of.kind {
            Type::List(items) if key.kind.is_open() || matches!(key.kind, Type::Int(_)) => {
                items.get()
            }
            Type::List(_) => {
                let problem = Problem::error(key.node.span, Code::WrongType, message("an integer"));
                self.problems.push(match (&key.node.expr, show::node(&of.node)) {
                    (Expr::Constant(Value::String(_)), path) if path == "resource.Tags" => {
                        problem.help(format!("write `tag({})`", show::node(&key.node)))
                    }
                    (_, path) => problem.help(format!(
                        "ask its elements, as in `{path}.exists(x, ...)`; the first is `{path}[0]`"
                    )),
                });
                return broken(span);
            }
            Type::Map(items) if key.kind.is_open() || matches!(key.kind, Type::String(_)) => {
                items.get()
            }
            Type::Object(_) | Type::Record(_)
                if key.kind.is_open() || matches!(key.kind, Type::String(_)) =>
            {
                if let Expr::Constant(Value::String(field)) = &key.node.expr {
                    let field = field.clone();
                    return self.field(of, &field, key.node.span);
                }
                Type::Any
            }
            Type::Map(_) | Type::Object(_) | Type::Record(_) => {
                return self.error(key.node.span, Code::WrongType, message("a string"));
            }
            kind if kind.is_open() => Type::Any,
            kind => {
                let path = show::node(&of.node);
                let message = format!("`{path}` is {kind}, which has no elements");
                return self.error(of.node.span, Code::WrongType, message);
            }
        };
        TypedExpr { node: Node { expr: Expr::Index(Box::new((of.node, key.node))), span }, kind }
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
