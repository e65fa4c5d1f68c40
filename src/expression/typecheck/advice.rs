//! What to write where types do not go together: what stands in backticks can be typed as it is.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use super::super::builtins;
use super::super::nulls::Path;
use super::super::operate::Arithmetic;
use super::super::tree::{Expr, Node};
use super::super::types::{Properties, Type};
use super::super::{notation, show};
use super::TypedExpr;
use crate::resource::{Kind, Property, Unit, Value};

/// An operation of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Equal,
    NotEqual,
    Order,
    Arithmetic(Arithmetic),
}

impl Operation {
    const ADD: Self = Self::Arithmetic(Arithmetic::Add);
    const SUBTRACT: Self = Self::Arithmetic(Arithmetic::Subtract);

    fn is_sum(self) -> bool {
        matches!(self, Self::ADD | Self::SUBTRACT)
    }
}

/// How two values are made to go together in an operation.
pub(super) fn of_pair(operation: Operation, one: &TypedExpr, other: &TypedExpr) -> Option<String> {
    if is_comparison(&one.node) {
        return Some("join comparisons by `&&`, as in `a < b && b < c`".to_owned());
    }
    Some(match (&one.kind, &other.kind) {
        (Type::Timestamp, Type::String(_)) => instant(operation, other),
        (Type::String(_), Type::Timestamp) => instant(operation, one),
        (Type::Duration, _) | (_, Type::Duration)
            if matches!(operation, Operation::Arithmetic(_)) && !operation.is_sum() =>
        {
            "write the span of time that comes of it, as in `duration(\"90d\")`".to_owned()
        }
        (Type::Duration, _) => span(other, Some(one)),
        (_, Type::Duration) => span(one, Some(other)),
        (Type::Timestamp, Type::Int(_) | Type::Double) if operation.is_sum() => span(other, None),
        (Type::Int(_) | Type::Double, Type::String(_)) => number_and_text(operation, one, other),
        (Type::String(_), Type::Int(_) | Type::Double) => number_and_text(operation, other, one),
        (Type::Bool, Type::String(_)) => truth_and_text(operation, one, other),
        (Type::String(_), Type::Bool) => truth_and_text(operation, other, one),
        (Type::Int(_), Type::Double) => int_and_double(operation, one, other),
        (Type::Double, Type::Int(_)) => int_and_double(operation, other, one),
        (Type::List(items), _) => list_and(operation, (one, &items.get()), other),
        (_, Type::List(items)) => list_and(operation, (other, &items.get()), one),
        (Type::Object(known), Type::String(_)) => property_of(one, other, known),
        (Type::String(_), Type::Object(known)) => property_of(other, one, known),
        (Type::Null, _) | (_, Type::Null) => "compare with null by `==` or `!=`".to_owned(),
        _ => return None,
    })
}

/// How `in` is asked of a list whose elements are of another type. The elements of one that stands
/// in the text are as they are written there.
pub(super) fn of_member(
    one: &TypedExpr,
    items: &Type,
    list: &Node,
    written: &[&str],
) -> Option<String> {
    if let Some(help) = tag_of(one, items, list) {
        return Some(help);
    }
    if let Some(list) = retyped(list, &one.kind, written) {
        return Some(format!("write the list as `{list}`"));
    }
    let member = show::node(&one.node);
    let listed = show::node(list);
    Some(match (&one.kind, items) {
        (Type::String(_), Type::Object(known)) => {
            let (name, _) = known.iter().find(|(_, property)| property.kind == Kind::String)?;
            format!("write `{listed}.exists(x, x.{name} == {member})`")
        }
        (Type::List(inner), _) if inner.get().may_equal(items) => format!(
            "write `{member}.exists(x, x in {listed})`, or `{member}.all(x, x in {listed})`"
        ),
        (Type::Int(_) | Type::Double | Type::Bool, Type::String(_)) => as_text(one),
        (Type::String(_), Type::Int(_) | Type::Double | Type::Bool)
            if let Some(text) = one.operand().text() =>
        {
            format!("write `{}` without quotes", other_type_of_text(text, items)?)
        }
        (Type::String(_), Type::Int(_)) => format!("write `int({member})`"),
        (Type::String(_), Type::Double) => format!("write `double({member})`"),
        (Type::String(_), Type::Timestamp) => instant(Operation::Equal, one),
        (_, Type::Duration) => span(one, None),
        _ => return None,
    })
}

pub(super) fn is_comparison(node: &Node) -> bool {
    matches!(node.expr, Expr::Order(..) | Expr::Equal(_) | Expr::NotEqual(_) | Expr::In(_))
}

/// How a text stands beside an instant.
fn instant(operation: Operation, text: &TypedExpr) -> String {
    let Some(written) = text.operand().text() else {
        let shown = show::node(&text.node);
        // What is added to an instant is a span.
        let function = if operation == Operation::ADD { "duration" } else { "timestamp" };
        return format!("write `{function}({shown})`");
    };
    if let Some(instant) = written_instant(written).filter(|_| operation != Operation::ADD) {
        return format!("write `timestamp(\"{instant}\")`");
    }
    if matches!(operation, Operation::Arithmetic(_)) {
        return span_of_text(written);
    }
    "write an instant as `timestamp(\"2026-01-31T00:00:00Z\")`".to_owned()
}

/// An instant as `timestamp` reads it; of a date or a time without a zone in UTC.
fn written_instant(text: &str) -> Option<String> {
    if DateTime::parse_from_rfc3339(text).is_ok() {
        return Some(text.to_owned());
    }
    // Of two digits nobody knows which year they are.
    text.get(..4)?.parse::<u16>().ok()?;
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map(NaiveDateTime::from);
    let time = date.or_else(|_| {
        NaiveDateTime::parse_from_str(&text.replacen(' ', "T", 1), "%Y-%m-%dT%H:%M:%S")
    });
    Some(time.ok()?.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// How a value stands beside a span of time, or beside what is none but makes one of it.
fn span(value: &TypedExpr, beside: Option<&TypedExpr>) -> String {
    let shown = show::node(&value.node);
    match (&value.kind, value.operand().constant) {
        (_, Some(Value::String(text))) => span_of_text(text),
        (Type::String(_), _) => format!("write `duration({shown})`"),
        (Type::Timestamp, _) => format!("write `age({shown})`"),
        (Type::Int(_) | Type::Double, Some(_)) => {
            format!("write a span of time with its unit, as in `{}`", span_of(&value.node, 'd'))
        }
        (Type::Int(known), None) => counted(&value.node, known.get().unit, beside),
        (Type::Double, None) => counted(&value.node, None, beside),
        _ => "write a span of time as `duration(\"90d\")`".to_owned(),
    }
}

/// How a number of a unit stands beside a span of time: as what it counts, and as nothing else.
fn counted(number: &Node, unit: Option<Unit>, beside: Option<&TypedExpr>) -> String {
    let Some(unit) = unit.filter(|unit| !unit.word().is_empty()) else {
        return format!("where it counts days, write `{}`", span_of(number, 'd'));
    };
    let counts = format!("it counts {}", unit.word());
    let Some((seconds, letter)) = unit.time() else {
        return format!("{counts}, and no time: write a number");
    };
    match beside.and_then(|beside| beside.operand().constant) {
        Some(Value::Duration(span)) => {
            let whole = span.num_seconds();
            let is_whole = span.subsec_nanos() == 0 && whole % seconds == 0;
            let meant = is_whole.then(|| (whole / seconds).to_string());
            format!("{counts}: write {}", meant.as_deref().unwrap_or("a number of them"))
        }
        _ => format!("{counts}: write `{}`", span_of(number, letter)),
    }
}

/// A span of time and a number of days of it, as they are compared.
pub(super) fn span_and_days(span: &TypedExpr, days: &TypedExpr) -> Option<(String, String)> {
    let span = match (&span.kind, &span.node.expr) {
        (_, Expr::Arithmetic(Arithmetic::Subtract, pair)) if matches!(pair.0.expr, Expr::Now) => {
            format!("age({})", show::node(&pair.1))
        }
        (Type::Timestamp, _) => format!("age({})", show::node(&span.node)),
        (Type::Duration, _) => show::node(&span.node),
        _ => return None,
    };
    Some((span, span_of(&days.node, 'd')))
}

/// A number as a span of so much time.
fn span_of(number: &Node, unit: char) -> String {
    let shown = show::node(number);
    match number.expr {
        Expr::Constant(_) => format!("duration(\"{shown}{unit}\")"),
        _ => format!("duration(string({shown}) + \"{unit}\")"),
    }
}

fn span_of_text(text: &str) -> String {
    let readable = if builtins::is_duration(text) { text } else { "90d" };
    let word = if readable == text { "write" } else { "write a span of time as" };
    format!("{word} `duration(\"{readable}\")`")
}

/// How a number and a text go together. Ordered they are numbers: as texts `"9"` is behind `"30"`.
fn number_and_text(operation: Operation, number: &TypedExpr, text: &TypedExpr) -> String {
    if let Some(written) = text.operand().text() {
        return match (other_type_of_text(written, &number.kind), operation) {
            (Some(value), _) => format!("write the number without quotes, as `{value}`"),
            (None, Operation::ADD) => as_text(number),
            (None, _) => "write a number, without quotes".to_owned(),
        };
    }
    let function = if matches!(number.kind, Type::Int(_)) { "int" } else { "double" };
    let converted = format!("{function}({})", show::node(&text.node));
    let is_text = matches!(operation, Operation::Equal | Operation::NotEqual | Operation::ADD);
    match number.operand().constant.filter(|_| is_text) {
        Some(value) => format!(
            "put the number in quotes, as in `\"{}\"`, or convert the text with `{converted}`",
            value.to_json()
        ),
        None => format!("write `{converted}`"),
    }
}

/// How a boolean and a text go together.
fn truth_and_text(operation: Operation, truth: &TypedExpr, text: &TypedExpr) -> String {
    let written = text.operand().text().filter(|_| operation != Operation::ADD);
    match (written, truth.operand().constant) {
        (Some(written @ ("true" | "false")), _) => format!("write `{written}` without quotes"),
        (Some(_), _) => "write `true` or `false`, without quotes".to_owned(),
        (None, _) => as_text(truth),
    }
}

/// How a value becomes a text.
fn as_text(value: &TypedExpr) -> String {
    let shown = show::node(&value.node);
    match value.node.expr {
        Expr::Constant(_) => format!("put it in quotes, as in `\"{shown}\"`"),
        _ => format!("write `string({shown})`"),
    }
}

fn int_and_double(operation: Operation, int: &TypedExpr, double: &TypedExpr) -> String {
    if operation == Operation::Arithmetic(Arithmetic::Remainder) {
        return match double.operand().constant {
            Some(_) => "a remainder is one of integers".to_owned(),
            None => format!("write `int({})`", show::node(&double.node)),
        };
    }
    let shown = show::node(&int.node);
    match int.node.expr {
        Expr::Constant(_) => format!("write `{shown}.0`"),
        _ => format!("write `double({shown})`"),
    }
}

/// How a list is asked for a value, or beside another list.
fn list_and(operation: Operation, (list, items): (&TypedExpr, &Type), value: &TypedExpr) -> String {
    let (listed, shown) = (show::node(&list.node), show::node(&value.node));
    if let Some(list) = retyped(&value.node, items, &[]).or_else(|| match &value.kind {
        Type::List(wanted) => retyped(&list.node, &wanted.get(), &[]),
        _ => None,
    }) {
        return format!("write the list as `{list}`");
    }
    let is_item = !matches!(value.kind, Type::List(_)) && items.may_equal(&value.kind);
    match operation {
        Operation::Equal if is_item => format!("write `{shown} in {listed}`"),
        Operation::NotEqual if is_item => format!("write `!({shown} in {listed})`"),
        Operation::ADD if is_item => format!("write `[{shown}]`"),
        Operation::Order if value.kind.is_number() => format!("write `size({listed})`"),
        _ => "ask the list's elements with `in`, `exists` or `all`".to_owned(),
    }
}

/// A list that stands in the text with its elements as values of another type.
fn retyped(list: &Node, wanted: &Type, written: &[&str]) -> Option<String> {
    let Expr::Constant(Value::List(items)) = &list.expr else { return None };
    let items = items.iter().enumerate().map(|(at, item)| {
        match written.get(at).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit())) {
            // Not the number: an account id keeps its zeros.
            Some(digits) if matches!(wanted, Type::String(_)) => Some(format!("\"{digits}\"")),
            _ => other_type(item, wanted),
        }
    });
    let items = items.collect::<Option<Vec<_>>>().filter(|items| !items.is_empty())?;
    Some(format!("[{}]", items.join(", ")))
}

/// A constant as one of another type; `None` where it has no meaning there.
fn other_type(value: &Value, wanted: &Type) -> Option<String> {
    match (value, wanted) {
        (Value::Int(_) | Value::Double(_) | Value::Bool(_), Type::String(_)) => {
            Some(format!("\"{}\"", value.to_json()))
        }
        (Value::String(text), _) => other_type_of_text(text, wanted),
        _ => None,
    }
}

fn other_type_of_text(text: &str, wanted: &Type) -> Option<String> {
    match wanted {
        Type::Int(_) => text.parse::<i64>().ok().map(|number| number.to_string()),
        Type::Double => {
            let number = text.parse::<f64>().ok().filter(|number| number.is_finite())?;
            Some(format!("{number:?}"))
        }
        Type::Bool => matches!(text, "true" | "false").then(|| text.to_owned()),
        _ => None,
    }
}

/// How a key is looked for among the tags of a resource.
fn tag_of(key: &TypedExpr, items: &Type, list: &Node) -> Option<String> {
    let Type::Object(known) = items else { return None };
    let is_tags = known.contains_key("Key") && known.contains_key("Value");
    let key = key.operand().text().filter(|_| is_tags)?;
    let key = show::node(&Node { expr: Expr::Constant(Value::string(key)), span: list.span });
    match &list.expr {
        Expr::Property(_) => Some(format!("write `tag({key}) != null`")),
        Expr::PropertyOf { of, .. } => {
            Some(format!("write `{}.tag({key}) != null`", show::node(of)))
        }
        _ => None,
    }
}

/// How a part of a text is looked for, where `in` was written.
pub(super) fn part_of(part: &TypedExpr, text: &Node) -> String {
    match part.kind {
        Type::String(_) => match items(text) {
            Some(items) => format!("write `{} in {items}`", show::node(&part.node)),
            None => format!("write `{}.contains({})`", show::node(text), show::node(&part.node)),
        },
        _ => "for a part of a text write `x.contains(...)`".to_owned(),
    }
}

/// List, as it is written, that a constant text with several items in it is meant for.
fn items(text: &Node) -> Option<String> {
    let Expr::Constant(Value::String(text)) = &text.expr else { return None };
    let items = text.split([',', ';', '|']).map(str::trim).filter(|item| !item.is_empty());
    let items: Vec<Value> = items.map(Value::string).collect();
    (items.len() > 1).then(|| notation::value(&Value::list(items)))
}

/// How what is neither true nor false is asked.
pub(super) fn as_condition(typed: &TypedExpr) -> String {
    let path = show::node(&typed.node);
    match &typed.kind {
        Type::List(_) => {
            format!("write `size({path}) > 0`, or ask its elements, as in `{path}.exists(x, ...)`")
        }
        Type::Map(_) => {
            format!("write `size({path}) > 0`, or ask a key, as in `\"key\" in {path}`")
        }
        Type::Object(known) => {
            let truth = known.iter().find(|(_, property)| property.kind == Kind::Boolean);
            match (truth, known.keys().next()) {
                (Some((name, _)), _) => {
                    format!("ask one of its properties, as in `{path}.{name}`")
                }
                (None, Some(first)) => {
                    format!("ask one of its properties, as in `{path}.{first} == ...`")
                }
                (None, None) => format!("write `{path} != null`"),
            }
        }
        Type::Resource(_) => "ask one of its properties".to_owned(),
        _ if Path::of(&typed.node).is_some() => {
            format!("compare it with something, as in `{path} == ...`")
        }
        _ => "compare it with something, as in `... == ...`".to_owned(),
    }
}

/// How a text is compared with what is in an object: the property that has such a value.
fn property_of(object: &TypedExpr, text: &TypedExpr, known: &Properties) -> String {
    let path = show::node(&object.node);
    let text = text.operand().text().unwrap_or_default();
    let texts = || known.iter().filter(|(_, property)| property.kind == Kind::String);
    let has = |property: &Property| property.values.iter().any(|value| **value == *text);
    let found = texts().find(|(_, property)| has(property)).or_else(|| texts().next());
    match found {
        Some((name, _)) => format!("write `{path}.{name}`"),
        None => "compare one of its properties".to_owned(),
    }
}
