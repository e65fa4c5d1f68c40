//! Equality, order and arithmetic of values.

use std::cmp::Ordering;

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use super::{EvalBudget, notation};
use crate::resource::{Cause, Failure, Mapping, Value};

/// `<`, `<=`, `>`, `>=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Comparison {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }

    /// The same where its sides are exchanged.
    pub(super) fn turned(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
        }
    }
}

/// `+`, `-`, `*`, `/`, `%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Arithmetic {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

/// A value that there is not.
pub(super) fn no_value(message: impl Into<String>) -> Failure {
    Failure::new(Cause::ExpressionError, message)
}

/// There is no value of what a summary does not tell.
pub(super) fn not_told(key: &str) -> Failure {
    Failure::new(Cause::NotCollected, format!("a report on all says nothing of `{key}`"))
}

/// Refuses a mapping of which only a part is known where all of it counts.
pub(super) fn whole(mapping: &Mapping) -> Result<(), Failure> {
    if mapping.is_in_part() { Err(not_told("the rest")) } else { Ok(()) }
}

/// `true` of a property of which a summary tells a part: a mapping, or a list of nothing but such.
pub(super) fn is_in_part(value: &Value) -> bool {
    match value {
        Value::Map(entries) => entries.is_in_part(),
        Value::List(items) => {
            matches!(items.first(), Some(Value::Map(entries)) if entries.is_in_part())
        }
        _ => false,
    }
}

/// Refuses a value of which only a part is known, or a list of such.
pub(super) fn all_whole(value: &Value) -> Result<(), Failure> {
    match value {
        Value::Map(entries) => whole(entries),
        Value::List(items) => items.iter().try_for_each(|item| match item {
            Value::Map(entries) => whole(entries),
            _ => Ok(()),
        }),
        _ => Ok(()),
    }
}

/// An instant in the years that there are, 1 to 9999: others cannot be written as text.
pub(super) fn instant_of(instant: DateTime<Utc>) -> Option<Value> {
    (1..=9999).contains(&instant.year()).then_some(Value::Timestamp(instant))
}

/// A span of at most 10,000 years, as CEL has it.
pub(super) fn span_of(span: TimeDelta) -> Option<Value> {
    const MOST_SECONDS: i64 = 315_576_000_000;
    (span.num_seconds().abs() <= MOST_SECONDS).then_some(Value::Duration(span))
}

/// `true` where two values are equal; integers and doubles are compared as numbers.
pub(super) fn equal(one: &Value, other: &Value, budget: &mut EvalBudget) -> Result<bool, Failure> {
    Ok(match (one, other) {
        (Value::String(one), Value::String(other)) => {
            if one.len() != other.len() {
                return Ok(false);
            }
            budget.scan(one.len())?;
            one == other
        }
        (Value::Int(one), Value::Double(other)) | (Value::Double(other), Value::Int(one)) => {
            compare_mixed(*one, *other) == Some(Ordering::Equal)
        }
        (Value::List(one), Value::List(other)) => {
            if one.len() != other.len() {
                return Ok(false);
            }
            for (one, other) in one.iter().zip(other.iter()) {
                budget.step(1)?;
                if !equal(one, other, budget)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Map(one), Value::Map(other)) => {
            whole(one)?;
            whole(other)?;
            if one.len() != other.len() {
                return Ok(false);
            }
            for ((one_key, one), (other_key, other)) in one.iter().zip(other.iter()) {
                budget.scan(one_key.len())?;
                if one_key != other_key || !equal(one, other, budget)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Resource(one), Value::Resource(other)) => {
            (&one.type_name, &one.region, &one.id) == (&other.type_name, &other.region, &other.id)
        }
        (one, other) => one == other,
    })
}

/// `true` where a list has an equal element, or a map such a key. Null is as if it were empty.
pub(super) fn contains(
    within: &Value,
    wanted: &Value,
    budget: &mut EvalBudget,
) -> Result<bool, Failure> {
    match within {
        Value::Null => Ok(false),
        Value::List(items) => {
            for item in items.iter() {
                budget.step(1)?;
                if equal(item, wanted, budget)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Map(entries) => {
            let Some(key) = wanted.as_str() else { return Ok(false) };
            budget.scan(key.len())?;
            if !entries.contains_key(key) {
                whole(entries)?;
            }
            Ok(entries.contains_key(key))
        }
        other => Err(no_value(format!("`in` cannot look into {}", notation::kind(other)))),
    }
}

/// The order of two values; `None` where there is none, such as between a string and a number.
pub(super) fn compare(
    one: &Value,
    other: &Value,
    budget: &mut EvalBudget,
) -> Result<Option<Ordering>, Failure> {
    if let (Value::String(one), Value::String(other)) = (one, other) {
        budget.scan(one.len().min(other.len()))?;
    }
    Ok(order(one, other))
}

/// As [`compare`], by a caller who has paid for it.
pub(super) fn order(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Int(one), Value::Int(other)) => Some(one.cmp(other)),
        (Value::Double(one), Value::Double(other)) => one.partial_cmp(other),
        (Value::Int(one), Value::Double(other)) => compare_mixed(*one, *other),
        (Value::Double(one), Value::Int(other)) => {
            compare_mixed(*other, *one).map(Ordering::reverse)
        }
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        (Value::Bool(one), Value::Bool(other)) => Some(one.cmp(other)),
        (Value::Timestamp(one), Value::Timestamp(other)) => Some(one.cmp(other)),
        (Value::Duration(one), Value::Duration(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

/// Compares without the rounding of large integers to doubles.
fn compare_mixed(one: i64, other: f64) -> Option<Ordering> {
    /// 2 to the 63rd, behind the last integer.
    const END: f64 = 9_223_372_036_854_775_808.0;
    if other.is_nan() {
        None
    } else if other >= END {
        Some(Ordering::Less)
    } else if other < -END {
        Some(Ordering::Greater)
    } else {
        #[expect(clippy::cast_possible_truncation, reason = "in the range of integers by now")]
        let whole = other.trunc() as i64;
        Some(
            one.cmp(&whole)
                .then_with(|| 0.0_f64.partial_cmp(&other.fract()).unwrap_or(Ordering::Equal)),
        )
    }
}

/// The result of an arithmetic operation; `None` where there is none.
pub(super) fn arithmetic(
    operator: Arithmetic,
    one: &Value,
    other: &Value,
    budget: &mut EvalBudget,
) -> Result<Option<Value>, Failure> {
    use Arithmetic::{Add, Subtract};
    let result = match (operator, one, other) {
        (operator, Value::Int(one), Value::Int(other)) => {
            integers(operator, *one, *other).map(Value::Int)
        }
        (operator, Value::Double(one), Value::Double(other)) => {
            doubles(operator, *one, *other).map(Value::Double)
        }
        (Add, Value::String(one), Value::String(other)) => {
            budget.allocate(one.len() + other.len())?;
            Some(Value::string([&**one, &**other].concat()))
        }
        (Add, Value::List(one), Value::List(other)) => {
            budget.allocate((one.len() + other.len()) * size_of::<Value>())?;
            Some(Value::list(one.iter().chain(other.iter()).cloned()))
        }
        (Add, Value::Timestamp(instant), Value::Duration(span))
        | (Add, Value::Duration(span), Value::Timestamp(instant)) => {
            instant.checked_add_signed(*span).and_then(instant_of)
        }
        (Subtract, Value::Timestamp(instant), Value::Duration(span)) => {
            instant.checked_sub_signed(*span).and_then(instant_of)
        }
        (Subtract, Value::Timestamp(one), Value::Timestamp(other)) => {
            span_of(one.signed_duration_since(*other))
        }
        (Add, Value::Duration(one), Value::Duration(other)) => {
            one.checked_add(other).and_then(span_of)
        }
        (Subtract, Value::Duration(one), Value::Duration(other)) => {
            one.checked_sub(other).and_then(span_of)
        }
        _ => None,
    };
    Ok(result)
}

/// The negative of a number or span of time; `None` where there is none.
pub(super) fn negate(value: &Value) -> Option<Value> {
    match value {
        Value::Int(value) => value.checked_neg().map(Value::Int),
        Value::Double(value) => Some(Value::Double(-value)),
        Value::Duration(span) => TimeDelta::zero().checked_sub(span).map(Value::Duration),
        _ => None,
    }
}

fn integers(operator: Arithmetic, one: i64, other: i64) -> Option<i64> {
    match operator {
        Arithmetic::Add => one.checked_add(other),
        Arithmetic::Subtract => one.checked_sub(other),
        Arithmetic::Multiply => one.checked_mul(other),
        Arithmetic::Divide => one.checked_div(other),
        Arithmetic::Remainder => one.checked_rem(other),
    }
}

/// Not a number is no value: it would make every comparison false without a word.
fn doubles(operator: Arithmetic, one: f64, other: f64) -> Option<f64> {
    let result = match operator {
        Arithmetic::Add => one + other,
        Arithmetic::Subtract => one - other,
        Arithmetic::Multiply => one * other,
        Arithmetic::Divide => one / other,
        Arithmetic::Remainder => return None,
    };
    result.is_finite().then_some(result)
}
