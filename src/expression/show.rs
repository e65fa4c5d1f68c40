//! Expressions as text: CEL in one spelling.

use std::fmt;
use std::sync::Arc;

use super::notation::write_value;
use super::tree::{Expr, Node, Pair};

/// How tightly an operator binds; an operand that binds less is put in parentheses.
const CONDITIONAL: u8 = 1;
const OR: u8 = 2;
const AND: u8 = 3;
const RELATION: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const UNARY: u8 = 7;
const MEMBER: u8 = 8;

/// Bytes that the text of a part seldom exceeds.
const USUAL: usize = 64;

/// A part of an expression.
pub(super) fn node(node: &Node) -> String {
    with_locals(node, &[])
}

impl fmt::Display for Node {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&node(self))
    }
}

/// A part of an expression with what the variables of the loops around it stand for.
pub(super) fn with_locals(node: &Node, locals: &[Arc<str>]) -> String {
    let mut printer = Printer { out: String::with_capacity(USUAL), locals };
    printer.node(node, 0);
    printer.out
}

/// Text of what a node computes.
pub(super) fn expr(expr: &Expr) -> String {
    let mut printer = Printer { out: String::new(), locals: &[] };
    printer.expr(expr, strength(expr));
    printer.out
}

struct Printer<'a> {
    out: String,
    locals: &'a [Arc<str>],
}

impl Printer<'_> {
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// A node where an operator of a strength stands around it.
    fn node(&mut self, node: &Node, around: u8) {
        let strength = strength(&node.expr);
        if strength < around {
            self.text("(");
            self.expr(&node.expr, strength);
            self.text(")");
        } else {
            self.expr(&node.expr, strength);
        }
    }

    fn expr(&mut self, expr: &Expr, strength: u8) {
        if self.given(expr) {
            return;
        }
        match expr {
            Expr::Constant(value) => write_value(&mut self.out, value, usize::MAX),
            Expr::PropertyOf { of, reference } => {
                self.node(of, MEMBER);
                self.text(".");
                self.text(reference.name);
            }
            Expr::Local { index, name } => {
                self.out.push_str(self.locals.get(*index).unwrap_or(name));
            }
            Expr::Select(selection) => {
                self.node(&selection.of, MEMBER);
                self.text(".");
                self.text(&selection.field);
            }
            Expr::Has(of) => {
                self.text("has(");
                self.node(of, 0);
                self.text(")");
            }
            Expr::Index(pair) => {
                self.node(&pair.0, MEMBER);
                self.text("[");
                self.node(&pair.1, 0);
                self.text("]");
            }
            Expr::Not(of) => {
                self.text("!");
                self.node(of, MEMBER);
            }
            Expr::Negate(of) => {
                self.text("-");
                self.node(of, MEMBER);
            }
            Expr::And(terms) => self.joined(terms, " && ", strength + 1),
            Expr::Or(terms) => self.joined(terms, " || ", strength + 1),
            Expr::Conditional(parts) => {
                self.node(&parts.0, OR);
                self.text(" ? ");
                self.node(&parts.1, OR);
                self.text(" : ");
                self.node(&parts.2, CONDITIONAL);
            }
            Expr::Equal(pair) => self.binary(pair, "==", strength),
            Expr::NotEqual(pair) => self.binary(pair, "!=", strength),
            Expr::Order(comparison, pair) => self.binary(pair, comparison.sign(), strength),
            Expr::In(pair) => self.binary(pair, "in", strength),
            Expr::Arithmetic(operator, pair) => self.binary(pair, operator.sign(), strength),
            _ => self.composed(expr),
        }
    }

    /// Writes a name of the environment; `false` for everything else.
    fn given(&mut self, expr: &Expr) -> bool {
        let (prefix, name) = match expr {
            Expr::Account => ("", "account"),
            Expr::Region => ("", "region"),
            Expr::Now => ("", "now"),
            Expr::Resources => ("", "resources"),
            Expr::Bound { name, .. } => ("", &**name),
            Expr::Parameter(name) => ("params.", &**name),
            Expr::Property(reference) => ("resource.", &**reference.name),
            _ => return false,
        };
        self.text(prefix);
        self.text(name);
        true
    }

    fn composed(&mut self, expr: &Expr) {
        match expr {
            Expr::List(items) => {
                self.text("[");
                self.joined(items, ", ", 0);
                self.text("]");
            }
            Expr::Map(entries) => {
                self.text("{");
                for (at, (key, value)) in entries.iter().enumerate() {
                    self.text(if at == 0 { "" } else { ", " });
                    self.node(key, 0);
                    self.text(": ");
                    self.node(value, 0);
                }
                self.text("}");
            }
            Expr::Call { function, method, arguments } => {
                // Nobody writes the property that comes first.
                let written = usize::from(function.property.is_some());
                if let (Some(_), Some(Expr::PropertyOf { of, .. })) =
                    (function.property, arguments.first().map(|first| &first.expr))
                {
                    self.node(of, MEMBER);
                    self.text(".");
                }
                let arguments = arguments.get(written..).unwrap_or_default();
                self.call(function.name, *method, arguments);
            }
            Expr::Matches { function, text, pattern, method } => {
                if *method {
                    self.node(text, MEMBER);
                    self.text(".");
                }
                self.text(function.name);
                self.text("(");
                if !*method {
                    self.node(text, 0);
                    self.text(", ");
                }
                self.text(&format!("{:?}", pattern.source()));
                self.text(")");
            }
            Expr::Loop(looped) => {
                self.node(&looped.range, MEMBER);
                self.text(".");
                self.text(looped.kind.name());
                self.text("(");
                self.text(&looped.variable);
                self.text(", ");
                if let Some(condition) = &looped.condition {
                    self.node(condition, 0);
                    self.text(", ");
                }
                self.node(&looped.body, 0);
                self.text(")");
            }
            _ => {}
        }
    }

    fn call(&mut self, name: &str, method: bool, arguments: &[Node]) {
        let arguments = match arguments {
            [target, rest @ ..] if method => {
                self.node(target, MEMBER);
                self.text(".");
                rest
            }
            all => all,
        };
        self.text(name);
        self.text("(");
        self.joined(arguments, ", ", 0);
        self.text(")");
    }

    fn joined(&mut self, nodes: &[Node], between: &str, around: u8) {
        for (at, node) in nodes.iter().enumerate() {
            self.text(if at == 0 { "" } else { between });
            self.node(node, around);
        }
    }

    fn binary(&mut self, pair: &Pair, sign: &str, strength: u8) {
        self.node(&pair.0, strength);
        self.text(" ");
        self.text(sign);
        self.text(" ");
        self.node(&pair.1, strength + 1);
    }
}

fn strength(expr: &Expr) -> u8 {
    use super::operate::Arithmetic::{Add, Subtract};
    match expr {
        Expr::Conditional(_) => CONDITIONAL,
        Expr::Or(_) => OR,
        Expr::And(_) => AND,
        Expr::Equal(_) | Expr::NotEqual(_) | Expr::Order(..) | Expr::In(_) => RELATION,
        Expr::Arithmetic(Add | Subtract, _) => SUM,
        Expr::Arithmetic(..) => PRODUCT,
        Expr::Not(_) | Expr::Negate(_) => UNARY,
        _ => MEMBER,
    }
}
