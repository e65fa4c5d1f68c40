//! Functions of values of any type: themselves, their types, their tags.

use std::borrow::Cow;

use super::function::{Body, Computed, Doc, Form, Function, Given};
use super::parameter::{ANY, Gives, TEXT};
use crate::diagnostic::Code;
use crate::expression::operand::Operand;
use crate::expression::types::Type;
use crate::expression::{EvalBudget, Problem};
use crate::resource::Value;

pub(super) static FUNCTIONS: [Function; 3] = [
    Function::new(
        (Form::Global, "dyn"),
        &[ANY.or_null()],
        Gives::Itself,
        Body::Part(|[value, ..], _| Ok(Some(value.clone()))),
        Doc {
            usage: "dyn(x)",
            description: "The value itself, of which no type is known before evaluation.",
            example: ("dyn(1)", "1"),
        },
    ),
    Function::new(
        (Form::Global, "tag"),
        &[TEXT.or_null()],
        Gives::String,
        Body::Part(tag),
        Doc {
            usage: "tag(key)",
            description: "The value of a tag of the resource; null where it has no such tag.",
            example: ("tag('env')", "'prod'"),
        },
    )
    .of_property("Tags")
    .checked(check_key),
    Function::new(
        (Form::Global, "type"),
        &[ANY.or_null()],
        Gives::Type,
        Body::Value(|[value, ..], _| Ok(Some(Value::string(type_name(value))))),
        Doc {
            usage: "type(x)",
            description: "The type of a value: `int`, `string`, `list`, ...",
            example: ("type('web')", "string"),
        },
    ),
];

fn check_key(arguments: &[Operand<'_>], problems: &mut Vec<Problem>) {
    let [Operand { kind: Type::Null, span, .. }] = arguments else { return };
    let message = "the key of a tag must be a string, and this is null";
    problems.push(Problem::error(*span, Code::WrongType, message).help("write `tag(\"key\")`"));
}

/// Name of the type of a value, as `type(x)` gives it.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null_type",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Double(_) => "double",
        Value::String(_) => "string",
        Value::Timestamp(_) => "timestamp",
        Value::Duration(_) => "duration",
        Value::List(_) => "list",
        Value::Map(_) => "map",
        Value::Resource(_) => "resource",
    }
}

/// The value of a tag in a list of `Key` and `Value`, or in a map; null where there is none.
fn tag<'a>([tags, key, _]: &Given<'a>, budget: &mut EvalBudget) -> Computed<Cow<'a, Value>> {
    let Some(key) = key.as_str() else { return Ok(None) };
    if let Value::List(tags) = &**tags {
        budget.step(tags.len() as u64)?;
    }
    Ok(Some(match tags {
        Cow::Borrowed(tags) => tag_of(tags, key).map(Cow::Borrowed).unwrap_or_default(),
        Cow::Owned(tags) => Cow::Owned(tag_of(tags, key).cloned().unwrap_or_default()),
    }))
}

fn tag_of<'t>(tags: &'t Value, key: &str) -> Option<&'t Value> {
    let Value::List(tags) = tags else { return tags.get(key) };
    let is_meant = |tag: &&Value| tag.get("Key").and_then(Value::as_str) == Some(key);
    tags.iter().find(is_meant)?.get("Value")
}
