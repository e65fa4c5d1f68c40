//! Functions of time: spans as text, and the parts of instants.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};

use super::function::{Body, Computed, Doc, Form, Function};
use super::parameter::{Gives, INSTANT, Parameter, TIME};
use crate::expression::types::Type;
use crate::expression::{EvalBudget, operate};
use crate::resource::{Bounds, Reading, Unit, Value};

pub(super) static FUNCTIONS: [Function; 13] = [
    Function::new(
        (Form::Global, "age"),
        &[INSTANT],
        Gives::Duration,
        Body::AtInstant(|instant, now| match instant {
            Value::Timestamp(instant) => Some(Value::Duration(now.signed_duration_since(*instant))),
            _ => None,
        }),
        Doc {
            usage: "age(instant)",
            description: "The time from an instant to `now`, when the inventory was taken.",
            example: ("age(now - duration('90d'))", "duration('90d')"),
        },
    ),
    Function::new(
        (Form::Global, "duration"),
        &[Parameter::convertible(|from| matches!(from, Type::Duration | Type::String(_)))],
        Gives::Duration,
        Body::Value(|[from, ..], budget| to_duration(from, budget)),
        Doc {
            usage: "duration(text)",
            description: "The span of time that a text says, such as `90d`, `1h30m` or `45s`.",
            example: ("duration('1h30m') + duration('30m')", "duration('2h')"),
        },
    )
    .reads(Reading::Span)
    .reading("`90d`, `12h`, `1h30m` or `45s`"),
    Function::new(
        (Form::Global, "timestamp"),
        &[Parameter::convertible(|from| {
            matches!(from, Type::Timestamp | Type::String(_) | Type::Int(_))
        })],
        Gives::Timestamp,
        Body::Value(|[from, ..], budget| to_timestamp(from, budget)),
        Doc {
            usage: "timestamp(x)",
            description: "The instant that a text says, or that is so many Unix seconds.",
            example: (
                "timestamp('2026-01-31T00:00:00Z') - timestamp(1769731200)",
                "duration('1d')",
            ),
        },
    )
    .reads(Reading::Instant)
    .reading("`2026-01-31T00:00:00Z`"),
    Function::new(
        (Form::Method, "getFullYear"),
        &[INSTANT],
        Gives::Int,
        Body::Value(|[of, ..], _| Ok(part(of, |instant| i64::from(instant.year()), None))),
        Doc {
            usage: "instant.getFullYear()",
            description: "The year of an instant in UTC.",
            example: ("timestamp('2026-01-31T10:20:30Z').getFullYear()", "2026"),
        },
    ),
    Function::new(
        (Form::Method, "getMonth"),
        &[INSTANT],
        Gives::Within(|_| Bounds::new(0, 11).of(Unit::MonthsFromZero)),
        Body::Value(|[of, ..], _| Ok(part(of, |instant| i64::from(instant.month0()), None))),
        Doc {
            usage: "instant.getMonth()",
            description: "The month of an instant in UTC, from 0.",
            example: ("timestamp('2026-01-31T10:20:30Z').getMonth()", "0"),
        },
    ),
    Function::new(
        (Form::Method, "getDate"),
        &[INSTANT],
        Gives::Within(|_| Bounds::new(1, 31)),
        Body::Value(|[of, ..], _| Ok(part(of, |instant| i64::from(instant.day()), None))),
        Doc {
            usage: "instant.getDate()",
            description: "The day of the month of an instant in UTC, from 1.",
            example: ("timestamp('2026-01-31T10:20:30Z').getDate()", "31"),
        },
    ),
    Function::new(
        (Form::Method, "getDayOfMonth"),
        &[INSTANT],
        Gives::Within(|_| Bounds::new(0, 30).of(Unit::DaysFromZero)),
        Body::Value(|[of, ..], _| Ok(part(of, |instant| i64::from(instant.day0()), None))),
        Doc {
            usage: "instant.getDayOfMonth()",
            description: "The day of the month of an instant in UTC, from 0.",
            example: ("timestamp('2026-01-31T10:20:30Z').getDayOfMonth()", "30"),
        },
    ),
    Function::new(
        (Form::Method, "getDayOfWeek"),
        &[INSTANT],
        Gives::Within(|_| Bounds::new(0, 6).of(Unit::DaysOfWeek)),
        Body::Value(|[of, ..], _| {
            Ok(part(of, |instant| i64::from(instant.weekday().num_days_from_sunday()), None))
        }),
        Doc {
            usage: "instant.getDayOfWeek()",
            description: "The day of the week of an instant in UTC; Sunday is 0.",
            example: ("timestamp('2026-01-31T10:20:30Z').getDayOfWeek()", "6"),
        },
    ),
    Function::new(
        (Form::Method, "getDayOfYear"),
        &[INSTANT],
        Gives::Within(|_| Bounds::new(0, 365).of(Unit::DaysFromZero)),
        Body::Value(|[of, ..], _| Ok(part(of, |instant| i64::from(instant.ordinal0()), None))),
        Doc {
            usage: "instant.getDayOfYear()",
            description: "The day of the year of an instant in UTC, from 0.",
            example: ("timestamp('2026-01-31T10:20:30Z').getDayOfYear()", "30"),
        },
    ),
    Function::new(
        (Form::Method, "getHours"),
        &[TIME],
        Gives::Within(|of| of_instant(of, 23)),
        Body::Value(|[of, ..], _| {
            Ok(part(of, |instant| i64::from(instant.hour()), Some(TimeDelta::num_hours)))
        }),
        Doc {
            usage: "x.getHours()",
            description: "The hour of an instant in UTC, or the whole hours of a span of time.",
            example: ("timestamp('2026-01-31T10:20:30Z').getHours()", "10"),
        },
    ),
    Function::new(
        (Form::Method, "getMinutes"),
        &[TIME],
        Gives::Within(|of| of_instant(of, 59)),
        Body::Value(|[of, ..], _| {
            Ok(part(of, |instant| i64::from(instant.minute()), Some(TimeDelta::num_minutes)))
        }),
        Doc {
            usage: "x.getMinutes()",
            description: "The minute of an instant, or the whole minutes of a span of time.",
            example: ("duration('1h30m').getMinutes()", "90"),
        },
    ),
    Function::new(
        (Form::Method, "getSeconds"),
        &[TIME],
        Gives::Within(|of| of_instant(of, 59)),
        Body::Value(|[of, ..], _| {
            Ok(part(of, |instant| i64::from(instant.second()), Some(TimeDelta::num_seconds)))
        }),
        Doc {
            usage: "x.getSeconds()",
            description: "The second of an instant, or the whole seconds of a span of time.",
            example: ("duration('2m').getSeconds()", "120"),
        },
    ),
    Function::new(
        (Form::Method, "getMilliseconds"),
        &[TIME],
        Gives::Within(|of| of_instant(of, 999)),
        Body::Value(|[of, ..], _| {
            Ok(part(
                of,
                |instant| i64::from(instant.nanosecond() / 1_000_000 % 1_000),
                Some(|span| i64::from(span.subsec_nanos() / 1_000_000)),
            ))
        }),
        Doc {
            usage: "x.getMilliseconds()",
            description: "The milliseconds beyond the last whole second.",
            example: ("duration('1.25s').getMilliseconds()", "250"),
        },
    ),
];

fn to_duration(from: &Value, budget: &mut EvalBudget) -> Computed {
    Ok(match from {
        Value::Duration(_) => Some(from.clone()),
        Value::String(text) => {
            budget.scan(text.len())?;
            duration(text).and_then(operate::span_of)
        }
        _ => None,
    })
}

fn to_timestamp(from: &Value, budget: &mut EvalBudget) -> Computed {
    let instant = match from {
        Value::Timestamp(_) => return Ok(Some(from.clone())),
        Value::String(text) => {
            budget.scan(text.len())?;
            DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc())
        }
        Value::Int(seconds) => DateTime::from_timestamp(*seconds, 0),
        _ => None,
    };
    Ok(instant.and_then(operate::instant_of))
}

/// Range of a part of an instant, from 0; a span of time has any number of it.
fn of_instant(of: Option<&Type>, most: i64) -> Bounds {
    match of {
        Some(Type::Timestamp) => Bounds::new(0, most),
        _ => Bounds::ANY,
    }
}

/// A part of an instant in UTC as CEL counts it (months, days of the month and of the year from 0,
/// Sunday is 0, `getDate` from 1), or a span of time in whole units where it has such.
fn part(
    of: &Value,
    of_instant: fn(&DateTime<Utc>) -> i64,
    of_span: Option<fn(&TimeDelta) -> i64>,
) -> Option<Value> {
    match of {
        Value::Timestamp(instant) => Some(Value::Int(of_instant(instant))),
        Value::Duration(span) => of_span.map(|of_span| Value::Int(of_span(span))),
        _ => None,
    }
}

/// Whether `duration` reads a text.
pub(in crate::expression) fn is_duration(text: &str) -> bool {
    duration(text).and_then(operate::span_of).is_some()
}

/// Reads `90d`, `1h30m`, `1.5h`, `-300s`, `250ms`.
fn duration(text: &str) -> Option<TimeDelta> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(TimeDelta::zero());
    }
    if rest.is_empty() {
        return None;
    }
    let mut nanos = 0_i128;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(number)?;
        let unit = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(unit)?;
        nanos = nanos.checked_add(amount(number, nanos_of(unit)?)?)?;
        rest = tail;
    }
    let nanos = if negative { -nanos } else { nanos };
    let seconds = i64::try_from(nanos.div_euclid(NANOS)).ok()?;
    TimeDelta::new(seconds, u32::try_from(nanos.rem_euclid(NANOS)).ok()?)
}

const NANOS: i128 = 1_000_000_000;

fn nanos_of(unit: &str) -> Option<i128> {
    Some(match unit {
        "w" => 7 * 86_400 * NANOS,
        "d" => 86_400 * NANOS,
        "h" => 3_600 * NANOS,
        "m" => 60 * NANOS,
        "s" => NANOS,
        "ms" => 1_000_000,
        "us" | "µs" => 1_000,
        "ns" => 1,
        _ => return None,
    })
}

/// A decimal number of units, cut to whole nanoseconds.
fn amount(number: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || number.len() > 24 {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut nanos = whole.checked_mul(unit)?;
    let mut place = unit;
    for digit in fraction.chars() {
        place /= 10;
        nanos = nanos.checked_add(i128::from(digit.to_digit(10)?).checked_mul(place)?)?;
    }
    Some(nanos)
}
