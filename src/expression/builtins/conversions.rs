//! Conversions of values; those of times stand with the functions of time.

use chrono::SecondsFormat;

use super::function::{Body, Computed, Doc, Form, Function};
use super::parameter::{Gives, Parameter};
use crate::expression::EvalBudget;
use crate::expression::types::Type;
use crate::resource::{Failure, Reading, Value, seconds};

pub(super) static FUNCTIONS: [Function; 5] = [
    Function::new(
        (Form::Global, "bool"),
        &[Parameter::convertible(|from| matches!(from, Type::Bool | Type::String(_)))],
        Gives::Bool,
        Body::Value(|[from, ..], budget| to_bool(from, budget)),
        Doc {
            usage: "bool(x)",
            description: "The boolean that a text says.",
            example: ("bool('true')", "true"),
        },
    ),
    Function::new(
        (Form::Global, "double"),
        &[Parameter::convertible(|from| {
            matches!(from, Type::Int(_) | Type::Double | Type::String(_))
        })],
        Gives::Double,
        Body::Value(|[from, ..], budget| to_double(from, budget)),
        Doc {
            usage: "double(x)",
            description: "The floating point number of an integer or a text.",
            example: ("double('1.5')", "1.5"),
        },
    )
    .reads(Reading::Number),
    Function::new(
        (Form::Global, "int"),
        &[Parameter::convertible(is_integer_like)],
        Gives::Int,
        Body::Value(|[from, ..], budget| to_int(from, budget)),
        Doc {
            usage: "int(x)",
            description: "The integer of a text or a number, cut; of an instant, its Unix seconds.",
            example: ("int('42')", "42"),
        },
    )
    .reads(Reading::Number),
    Function::new(
        (Form::Global, "string"),
        &[Parameter::convertible(|from| {
            !matches!(
                from,
                Type::List(_) | Type::Map(_) | Type::Object(_) | Type::Record(_) | Type::Kind
            )
        })],
        Gives::String,
        Body::Value(|[from, ..], budget| to_string(from, budget)),
        Doc {
            usage: "string(x)",
            description: "A boolean, number, instant or span of time as text.",
            example: ("string(42)", "'42'"),
        },
    ),
    Function::new(
        (Form::Global, "uint"),
        &[Parameter::convertible(is_integer_like)],
        Gives::Int,
        Body::Value(|[from, ..], budget| to_int(from, budget)),
        Doc {
            usage: "uint(x)",
            description: "As `int`: there is one integer type.",
            example: ("uint('42')", "42"),
        },
    )
    .reads(Reading::Number),
];

fn is_integer_like(from: &Type) -> bool {
    matches!(from, Type::Int(_) | Type::Double | Type::String(_) | Type::Timestamp)
}

/// Text that is read, paid for.
fn read<'v>(text: &'v str, budget: &mut EvalBudget) -> Result<&'v str, Failure> {
    budget.scan(text.len())?;
    Ok(text)
}

fn to_bool(from: &Value, budget: &mut EvalBudget) -> Computed {
    Ok(match from {
        Value::Bool(_) => Some(from.clone()),
        Value::String(text) => match read(text, budget)? {
            "true" | "True" | "TRUE" | "t" | "1" => Some(Value::Bool(true)),
            "false" | "False" | "FALSE" | "f" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        _ => None,
    })
}

fn to_double(from: &Value, budget: &mut EvalBudget) -> Computed {
    Ok(match from {
        Value::Double(_) => Some(from.clone()),
        #[expect(clippy::cast_precision_loss, reason = "as CEL defines it")]
        Value::Int(value) => Some(Value::Double(*value as f64)),
        Value::String(text) => {
            // Not a number is no value: it would make every comparison false without a word.
            let number = read(text, budget)?.parse().ok();
            number.filter(|number: &f64| number.is_finite()).map(Value::Double)
        }
        _ => None,
    })
}

fn to_int(from: &Value, budget: &mut EvalBudget) -> Computed {
    Ok(match from {
        Value::Int(_) => Some(from.clone()),
        Value::Double(value) => whole(*value).map(Value::Int),
        Value::Timestamp(instant) => Some(Value::Int(instant.timestamp())),
        Value::String(text) => read(text, budget)?.parse().ok().map(Value::Int),
        _ => None,
    })
}

fn to_string(from: &Value, budget: &mut EvalBudget) -> Computed {
    if let Value::String(text) = from {
        read(text, budget)?;
        return Ok(Some(from.clone()));
    }
    budget.allocate(1 << 10)?;
    Ok(written(from).map(Value::string))
}

fn written(value: &Value) -> Option<String> {
    Some(match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Double(value) => value.to_string(),
        Value::Timestamp(instant) => instant.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        Value::Duration(span) => seconds(*span),
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
