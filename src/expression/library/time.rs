//! Spans of time as text, and the parts of instants.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};

use super::super::functions::Part;
use crate::resource::Value;

/// A span of time as CEL writes it: seconds, with as many digits of the fraction as it has.
pub(super) fn seconds(span: TimeDelta) -> String {
    let sign = if span < TimeDelta::zero() { "-" } else { "" };
    let span = span.abs();
    let (seconds, nanos) = (span.num_seconds(), span.subsec_nanos());
    if nanos == 0 {
        return format!("{sign}{seconds}s");
    }
    let fraction = format!("{nanos:09}");
    format!("{sign}{seconds}.{}s", fraction.trim_end_matches('0'))
}

/// The time from an instant to now.
pub(super) fn age(instant: &Value, now: Option<DateTime<Utc>>) -> Option<Value> {
    match (instant, now) {
        (Value::Timestamp(instant), Some(now)) => {
            Some(Value::Duration(now.signed_duration_since(*instant)))
        }
        _ => None,
    }
}

/// Reads `90d`, `1h30m`, `1.5h`, `-300s`, `250ms`.
pub(super) fn duration(text: &str) -> Option<TimeDelta> {
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

/// A part of an instant in UTC as CEL counts it (months, days of the month and of the year from 0,
/// Sunday is 0, `getDate` from 1), or a span of time in whole units.
pub(super) fn part(part: Part, value: &Value) -> Option<Value> {
    let number = match value {
        Value::Timestamp(instant) => match part {
            Part::Year => i64::from(instant.year()),
            Part::Month => i64::from(instant.month0()),
            Part::Date => i64::from(instant.day()),
            Part::DayOfMonth => i64::from(instant.day0()),
            Part::DayOfWeek => i64::from(instant.weekday().num_days_from_sunday()),
            Part::DayOfYear => i64::from(instant.ordinal0()),
            Part::Hours => i64::from(instant.hour()),
            Part::Minutes => i64::from(instant.minute()),
            Part::Seconds => i64::from(instant.second()),
            Part::Milliseconds => i64::from(instant.nanosecond() / 1_000_000 % 1_000),
        },
        Value::Duration(span) => match part {
            Part::Hours => span.num_hours(),
            Part::Minutes => span.num_minutes(),
            Part::Seconds => span.num_seconds(),
            Part::Milliseconds => i64::from(span.subsec_nanos() / 1_000_000),
            _ => return None,
        },
        _ => return None,
    };
    Some(Value::Int(number))
}
