//! Functions of values of any type: sizes, types, tags and conversions.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat};

use super::super::functions::Function;
use super::super::{Budget, operate};
use super::time;
use crate::resource::{Failure, Value};

/// The characters of a text, or the elements of a list or map.
pub(super) fn size(value: &Value, budget: &mut Budget) -> Result<Option<Value>, Failure> {
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

/// What `type(x)` gives.
pub(super) fn type_name(value: &Value) -> &'static str {
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
pub(super) fn tag<'a>(
    tags: &Cow<'a, Value>,
    key: &Value,
    budget: &mut Budget,
) -> Result<Option<Cow<'a, Value>>, Failure> {
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

/// `bool`, `double`, `duration`, `int`, `string` and `timestamp`.
pub(super) fn convert(
    to: Function,
    from: &Value,
    budget: &mut Budget,
) -> Result<Option<Value>, Failure> {
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
        (Function::Double, Value::String(text)) => {
            // Not a number is no value: it would make every comparison false without a word.
            text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Double)
        }
        (Function::Duration, Value::String(text)) => {
            time::duration(text).and_then(operate::span_of)
        }
        (Function::Timestamp, Value::String(text)) => DateTime::parse_from_rfc3339(text)
            .ok()
            .and_then(|instant| operate::instant_of(instant.to_utc())),
        (Function::Timestamp, Value::Int(seconds)) => {
            DateTime::from_timestamp(*seconds, 0).and_then(operate::instant_of)
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
        Value::Duration(span) => time::seconds(*span),
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
