//! Expressions and values as text: CEL in one spelling, values cut to a length that people read.

use std::fmt::Write;
use std::sync::Arc;

use chrono::{SecondsFormat, TimeDelta};

use super::functions::{self, Function};
use super::tree::{Expr, Node, Pair};
use crate::resource::Value;

/// How tightly an operator binds; an operand that binds less is put in parentheses.
const CONDITIONAL: u8 = 1;
const OR: u8 = 2;
const AND: u8 = 3;
const RELATION: u8 = 4;
const SUM: u8 = 5;
const PRODUCT: u8 = 6;
const UNARY: u8 = 7;
const MEMBER: u8 = 8;

/// The longest text of a value, in characters.
const VALUE_LENGTH: usize = 100;
/// The most elements that are shown of a list or map.
const ELEMENTS: usize = 5;

/// A part of an expression.
pub(super) fn node(node: &Node) -> String {
    with_locals(node, &[])
}

/// A part of an expression with what the variables of the loops around it stand for.
pub(super) fn with_locals(node: &Node, locals: &[Arc<str>]) -> String {
    let mut printer = Printer { out: String::new(), locals };
    printer.node(node, 0);
    printer.out
}

/// What a node computes.
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
            Expr::PropertyOf { of, slot } => {
                self.node(of, MEMBER);
                self.text(".");
                self.text(&slot.name);
            }
            Expr::Local { index, name } => {
                let shown = self.locals.get(*index).unwrap_or(name).clone();
                self.text(&shown);
            }
            Expr::Select { of, field, .. } => {
                self.node(of, MEMBER);
                self.text(".");
                self.text(field);
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

    /// What the environment gives; whether it is that.
    fn given(&mut self, expr: &Expr) -> bool {
        let (prefix, name) = match expr {
            Expr::Account => ("", "account"),
            Expr::Region => ("", "region"),
            Expr::Now => ("", "now"),
            Expr::Resources => ("", "resources"),
            Expr::Bound { name, .. } => ("", &**name),
            Expr::Parameter(name) => ("params.", &**name),
            Expr::Property(slot) => ("resource.", &*slot.name),
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
                // The first argument of `tag` is the list of tags, which nobody writes.
                let written = usize::from(*function == Function::Tag);
                if let (Function::Tag, Some(Expr::PropertyOf { of, .. })) =
                    (function, arguments.first().map(|tags| &tags.expr))
                {
                    self.node(of, MEMBER);
                    self.text(".");
                }
                let arguments = arguments.get(written..).unwrap_or_default();
                self.call(functions::name(*function), *method, arguments);
            }
            Expr::Matches { text, pattern, method } => {
                let pattern = format!("{:?}", pattern.regex.as_str());
                if *method {
                    self.node(text, MEMBER);
                    self.text(".matches(");
                } else {
                    self.text("matches(");
                    self.node(text, 0);
                    self.text(", ");
                }
                self.text(&pattern);
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
    use super::tree::Arithmetic::{Add, Subtract};
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

/// A value in CEL's notation, cut where it gets long.
pub(super) fn value(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value, ELEMENTS);
    match out.char_indices().nth(VALUE_LENGTH) {
        Some((end, _)) => {
            out.truncate(end);
            out.push('…');
            out
        }
        None => out,
    }
}

/// Writes a value with at most so many elements of each list and map. Stops going on once the text
/// is longer than anybody will see.
fn write_value(out: &mut String, value: &Value, elements: usize) {
    let enough = |out: &String| elements != usize::MAX && out.len() > 8 * VALUE_LENGTH;
    match value {
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().take(elements).enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                if enough(out) {
                    return;
                }
                write_value(out, item, elements);
            }
            write_rest(out, items.len(), elements);
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (at, (key, value)) in entries.iter().take(elements).enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                if enough(out) {
                    return;
                }
                write_text(out, key, elements);
                out.push_str(": ");
                write_value(out, value, elements);
            }
            write_rest(out, entries.len(), elements);
            out.push('}');
        }
        Value::String(text) => write_text(out, text, elements),
        simple => out.push_str(&scalar(simple)),
    }
}

fn write_rest(out: &mut String, count: usize, shown: usize) {
    if count > shown {
        // Writing to a string cannot fail.
        let _ = write!(out, ", … {count} in all");
    }
}

fn write_text(out: &mut String, text: &str, elements: usize) {
    let most = if elements == usize::MAX { usize::MAX } else { VALUE_LENGTH };
    out.push('"');
    for c in text.chars().take(most) {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Double(value) => format!("{value:?}"),
        Value::Timestamp(instant) => {
            let instant = instant.to_rfc3339_opts(SecondsFormat::AutoSi, true);
            format!("timestamp(\"{instant}\")")
        }
        Value::Duration(span) => format!("duration(\"{}\")", duration(*span)),
        Value::Resource(resource) => format!("<{} {}>", resource.type_name, resource.id),
        Value::String(_) | Value::List(_) | Value::Map(_) => String::new(),
    }
}

/// A span of time in the units that `duration()` reads, such as `90d` or `1h30m`.
pub(super) fn duration(span: TimeDelta) -> String {
    let mut out = String::new();
    if span < TimeDelta::zero() {
        out.push('-');
    }
    let span = span.abs();
    let seconds = span.num_seconds();
    let whole = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m")];
    for (count, unit) in whole {
        if count > 0 {
            let _ = write!(out, "{count}{unit}");
        }
    }
    let (seconds, nanos) = (seconds % 60, span.subsec_nanos());
    if nanos > 0 {
        let fraction = format!("{nanos:09}");
        let _ = write!(out, "{seconds}.{}s", fraction.trim_end_matches('0'));
    } else if seconds > 0 || out.is_empty() || out == "-" {
        let _ = write!(out, "{seconds}s");
    }
    out
}

/// What a value is, in words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Int(_) => "an integer",
        Value::Double(_) => "a number",
        Value::String(_) => "a string",
        Value::Timestamp(_) => "a timestamp",
        Value::Duration(_) => "a duration",
        Value::List(_) => "a list",
        Value::Map(_) => "a map",
        Value::Resource(_) => "a resource",
    }
}
