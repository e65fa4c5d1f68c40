//! Functions of time.

use super::{Form, Function, Gives, Parameter, Part, Signature, signature};

const INSTANT: &[Parameter] = &[Parameter::Timestamp];

const fn part(name: &'static str, part: Part) -> Signature {
    signature(name, Function::Part(part), Form::Method, INSTANT, Gives::Int)
}

const fn unit(name: &'static str, part: Part) -> Signature {
    signature(name, Function::Part(part), Form::Method, &[Parameter::Time], Gives::Int)
}

pub(super) static SIGNATURES: [Signature; 12] = [
    signature("age", Function::Age, Form::Global, INSTANT, Gives::Duration)
        .doc("age(instant)", "The time from an instant to `now`, when the inventory was taken.")
        .example("age(now - duration('90d'))", "duration('90d')"),
    signature(
        "timestamp",
        Function::Timestamp,
        Form::Global,
        &[Parameter::Convertible(Function::Timestamp)],
        Gives::Timestamp,
    )
    .doc("timestamp(x)", "The instant that a text says, or that is so many Unix seconds.")
    .example("timestamp('2026-01-31T00:00:00Z') - timestamp(1769731200)", "duration('1d')"),
    part("getFullYear", Part::Year)
        .doc("instant.getFullYear()", "The year of an instant in UTC.")
        .example("timestamp('2026-01-31T10:20:30Z').getFullYear()", "2026"),
    part("getMonth", Part::Month)
        .doc("instant.getMonth()", "The month of an instant in UTC, from 0.")
        .example("timestamp('2026-01-31T10:20:30Z').getMonth()", "0"),
    part("getDate", Part::Date)
        .doc("instant.getDate()", "The day of the month of an instant in UTC, from 1.")
        .example("timestamp('2026-01-31T10:20:30Z').getDate()", "31"),
    part("getDayOfMonth", Part::DayOfMonth)
        .doc("instant.getDayOfMonth()", "The day of the month of an instant in UTC, from 0.")
        .example("timestamp('2026-01-31T10:20:30Z').getDayOfMonth()", "30"),
    part("getDayOfWeek", Part::DayOfWeek)
        .doc("instant.getDayOfWeek()", "The day of the week of an instant in UTC; Sunday is 0.")
        .example("timestamp('2026-01-31T10:20:30Z').getDayOfWeek()", "6"),
    part("getDayOfYear", Part::DayOfYear)
        .doc("instant.getDayOfYear()", "The day of the year of an instant in UTC, from 0.")
        .example("timestamp('2026-01-31T10:20:30Z').getDayOfYear()", "30"),
    unit("getHours", Part::Hours)
        .doc("x.getHours()", "The hour of an instant in UTC, or the whole hours of a span of time.")
        .example("timestamp('2026-01-31T10:20:30Z').getHours()", "10"),
    unit("getMinutes", Part::Minutes)
        .doc("x.getMinutes()", "The minute of an instant, or the whole minutes of a span of time.")
        .example("duration('1h30m').getMinutes()", "90"),
    unit("getSeconds", Part::Seconds)
        .doc("x.getSeconds()", "The second of an instant, or the whole seconds of a span of time.")
        .example("duration('2m').getSeconds()", "120"),
    unit("getMilliseconds", Part::Milliseconds)
        .doc("x.getMilliseconds()", "The milliseconds beyond the last whole second.")
        .example("duration('1.25s').getMilliseconds()", "250"),
];
