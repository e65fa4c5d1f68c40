//! What the functions do.

mod network;
mod text;
mod time;

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Utc};

pub(super) use self::text::{is_like, matches, pattern};
use super::Budget;
use super::functions::Function;
use super::show;
use crate::resource::{Failure, Value};

/// Whether a function has a value for null.
pub(super) fn takes_null(function: Function) -> bool {
    matches!(function, Function::Size | Function::Type | Function::Dyn | Function::Tag)
}

/// The result of a function of one or two arguments; `None` where there is none.
pub(super) fn call<'a>(
    function: Function,
    one: Cow<'a, Value>,
    other: &Value,
    now: Option<DateTime<Utc>>,
    budget: &mut Budget,
) -> Result<Option<Cow<'a, Value>>, Failure> {
    if function == Function::Dyn {
        return Ok(Some(one));
    }
    let result = match function {
        Function::Size => size(&one, budget)?,
        Function::Type => Some(Value::string(type_name(&one))),
        Function::Tag => return tag(&one, other, budget),
        Function::Age => match (&*one, now) {
            (Value::Timestamp(instant), Some(now)) => {
                Some(Value::Duration(now.signed_duration_since(*instant)))
            }
            _ => None,
        },
        Function::Part(part) => time::part(part, &one),
        Function::Arn => network::arn(&one, budget)?,
        Function::IsWorldCidr => network::is_world(&one),
        Function::CidrContains => network::cidr_contains(&one, other),
        Function::Contains | Function::StartsWith | Function::EndsWith => {
            text::search(function, &one, other, budget)?
        }
        Function::Glob => text::glob(&one, other, budget)?,
        Function::LowerAscii => text::lower(&one, budget)?,
        Function::Dyn | Function::Matches => None,
        _ => convert(function, &one, budget)?,
    };
    Ok(result.map(Cow::Owned))
}

fn size(value: &Value, budget: &mut Budget) -> Result<Option<Value>, Failure> {
    let size = match value {
        Value::Null => 0,
        Value::String(text) => {
            budget.scan(text.len())?;
            text.chars().count()
        }
        Value::List(items) => items.len(),
        Value::Map(entries) => entries.len(),
        _ => return Ok(None),
    };
    Ok(i64::try_from(size).ok().map(Value::Int))
}

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
fn tag<'a>(
    tags: &Cow<'a, Value>,
    key: &Value,
    budget: &mut Budget,
) -> Result<Option<Cow<'a, Value>>, Failure> {
    let Some(key) = key.as_str() else { return Ok(None) };
    let within = |tag: &Value| tag.get("Key").and_then(Value::as_str) == Some(key);
    match tags {
        Cow::Borrowed(Value::List(tags)) => {
            budget.step(tags.len() as u64)?;
            let found = tags.iter().find(|tag| within(tag)).and_then(|tag| tag.get("Value"));
            Ok(Some(found.map(Cow::Borrowed).unwrap_or_default()))
        }
        Cow::Borrowed(tags) => Ok(Some(tags.get(key).map(Cow::Borrowed).unwrap_or_default())),
        Cow::Owned(_) => Ok(None),
    }
}

/// `bool`, `double`, `duration`, `int`, `string` and `timestamp`.
fn convert(to: Function, from: &Value, budget: &mut Budget) -> Result<Option<Value>, Failure> {
    if let Value::String(text) = from {
        budget.scan(text.len())?;
    }
    Ok(match (to, from) {
        (Function::Bool, Value::Bool(_))
        | (Function::Int, Value::Int(_))
        | (Function::Double, Value::Double(_))
        | (Function::String, Value::String(_))
        | (Function::Duration, Value::Duration(_))
        | (Function::Timestamp, Value::Timestamp(_)) => Some(from.clone()),
        (Function::Bool, Value::String(text)) => match &**text {
            "true" | "True" | "TRUE" | "t" | "1" => Some(Value::Bool(true)),
            "false" | "False" | "FALSE" | "f" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        (Function::Int, Value::String(text)) => text.parse().ok().map(Value::Int),
        (Function::Int, Value::Double(value)) => whole(*value).map(Value::Int),
        (Function::Int, Value::Timestamp(instant)) => Some(Value::Int(instant.timestamp())),
        #[expect(clippy::cast_precision_loss, reason = "as CEL defines it")]
        (Function::Double, Value::Int(value)) => Some(Value::Double(*value as f64)),
        (Function::Double, Value::String(text)) => text.parse().ok().map(Value::Double),
        (Function::Duration, Value::String(text)) => time::duration(text).map(Value::Duration),
        (Function::Timestamp, Value::String(text)) => DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|instant| Value::Timestamp(instant.to_utc())),
        (Function::Timestamp, Value::Int(seconds)) => {
            DateTime::from_timestamp(*seconds, 0).map(Value::Timestamp)
        }
        (Function::String, value) => {
            budget.allocate(1 << 10)?;
            written(value).map(Value::string)
        }
        _ => None,
    })
}

fn written(value: &Value) -> Option<String> {
    Some(match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Double(value) => value.to_string(),
        Value::Timestamp(instant) => instant.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        Value::Duration(span) => show::duration(*span),
        _ => return None,
    })
}

/// The integer that a double is cut to.
fn whole(value: f64) -> Option<i64> {
    /// 2 to the 63rd, behind the last integer.
    const END: f64 = 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "in the range of integers")]
    (value > -END && value < END).then(|| value.trunc() as i64)
}
