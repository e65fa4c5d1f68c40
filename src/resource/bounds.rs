//! Ranges of whole numbers: between which two a number always is, so that one beyond them is never
//! its value.
//!
//! A range says no more than the cloud documents. Those of properties stand in their schemas, with
//! what is counted where people mistake one unit for another.

use std::fmt;

use serde::Deserialize;

/// Range of whole numbers, with both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Least number of it.
    pub least: i64,
    /// Greatest number of it.
    pub most: i64,
    /// What the numbers count, where that says more than the name.
    pub unit: Option<Unit>,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Unit {
    /// Seconds of time.
    Seconds,
    /// Minutes of time.
    Minutes,
    /// Days of time.
    Days,
    /// Bytes of storage.
    Bytes,
    /// Gibibytes of storage.
    #[serde(rename = "GiB")]
    Gibibytes,
    /// Mebibytes in a second.
    #[serde(rename = "MiB/s")]
    MebibytesPerSecond,
    /// Months of a year, as CEL counts them.
    MonthsFromZero,
    /// Days of a week, as CEL counts them.
    DaysOfWeek,
    /// Days of a month or year, as CEL counts them.
    DaysFromZero,
}

impl Bounds {
    /// Range of every number.
    pub const ANY: Self = Self { least: i64::MIN, most: i64::MAX, unit: None };

    /// Range of the numbers between two, with both.
    pub const fn new(least: i64, most: i64) -> Self {
        Self { least, most, unit: None }
    }

    /// The same of numbers that count something.
    #[must_use]
    pub const fn of(self, unit: Unit) -> Self {
        Self { unit: Some(unit), ..self }
    }

    /// `true` where some number is not in it.
    pub const fn is_known(&self) -> bool {
        self.least != i64::MIN || self.most != i64::MAX
    }

    /// `true` for a number in it.
    pub const fn contains(&self, number: i64) -> bool {
        self.least <= number && number <= self.most
    }

    /// Least range that has all numbers of two.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        let unit = self.unit.filter(|_| self.unit == other.unit);
        Self { least: self.least.min(other.least), most: self.most.max(other.most), unit }
    }
}

/// Words for what is in it, such as `3600 to 43200`.
impl fmt::Display for Bounds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (i64::MIN, i64::MAX) => out.write_str("any number"),
            (least, i64::MAX) => write!(out, "never below {least}"),
            (i64::MIN, most) => write!(out, "never above {most}"),
            (least, most) if least == most => write!(out, "always {least}"),
            (least, most) => write!(out, "{least} to {most}"),
        }
    }
}

/// Spans of time that people count in, in seconds.
const SPANS: [(i64, &str, &str); 3] =
    [(60, "minute", "minutes"), (3_600, "hour", "hours"), (86_400, "day", "days")];

impl Unit {
    /// Advice for a number that is not in a range of numbers of the unit: what is counted, and the
    /// number that was meant where another unit makes it one of the range.
    pub fn advice(self, bounds: Bounds, number: i64) -> String {
        let meant = |meant: Option<i64>| meant.filter(|meant| bounds.contains(*meant));
        let times = |factor| meant(number.checked_mul(factor));
        let parts = |divisor| meant((number % divisor == 0).then_some(number / divisor));
        let written = |unit: &str, meant: Option<i64>| match meant {
            Some(meant) => format!("it counts {unit}: write {meant}"),
            None => format!("it counts {unit}"),
        };
        match self {
            Self::Seconds => {
                let span = SPANS.iter().find_map(|(factor, one, many)| {
                    let span = if number == 1 { (one, "is") } else { (many, "are") };
                    times(*factor).map(|meant| (span, meant))
                });
                match span {
                    Some(((name, verb), meant)) => {
                        format!("it counts seconds: {number} {name} {verb} {meant}")
                    }
                    None => written("seconds", parts(1_000)),
                }
            }
            Self::Minutes => written("minutes", parts(60)),
            Self::Days => {
                let years = times(365).filter(|_| number <= 10);
                written("days", years.or_else(|| parts(86_400)).or_else(|| parts(24)))
            }
            Self::Bytes => written("bytes", None),
            Self::Gibibytes => written("GiB", parts(1 << 30).or_else(|| parts(1 << 10))),
            Self::MebibytesPerSecond => written("MiB/s", parts(1 << 20)),
            Self::MonthsFromZero => "months count from 0: December is 11".to_owned(),
            Self::DaysOfWeek => "days of the week count from Sunday, which is 0".to_owned(),
            Self::DaysFromZero => "these days count from 0: the first is 0".to_owned(),
        }
    }

    /// Seconds of one, and its letter in a span of time, where it is time that is counted.
    pub fn time(self) -> Option<(i64, char)> {
        match self {
            Self::Seconds => Some((1, 's')),
            Self::Minutes => Some((60, 'm')),
            Self::Days => Some((86_400, 'd')),
            _ => None,
        }
    }

    /// Word for what is counted, as in `3600 to 43200 seconds`; nothing of what the name says.
    pub fn word(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Days => "days",
            Self::Bytes => "bytes",
            Self::Gibibytes => "GiB",
            Self::MebibytesPerSecond => "MiB/s",
            Self::MonthsFromZero | Self::DaysOfWeek | Self::DaysFromZero => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Property, Value, schemas};
    use super::*;

    #[test]
    fn a_number_of_another_unit_is_told_in_its_own() {
        let session = Bounds::new(3_600, 43_200);
        let age = Bounds::new(1, 1_095);
        let size = Bounds::new(1, 65_536);
        for (unit, bounds, number, advice) in [
            (Unit::Seconds, session, 12, "it counts seconds: 12 hours are 43200"),
            (Unit::Seconds, session, 1, "it counts seconds: 1 hour is 3600"),
            (Unit::Seconds, session, 60, "it counts seconds: 60 minutes are 3600"),
            (Unit::Seconds, session, 3_600_000, "it counts seconds: write 3600"),
            (Unit::Seconds, session, 86_400, "it counts seconds"),
            (Unit::Seconds, session, i64::MAX, "it counts seconds"),
            (Unit::Days, age, 7_776_000, "it counts days: write 90"),
            (Unit::Days, Bounds::new(90, 2_560), 1, "it counts days: write 365"),
            (Unit::Gibibytes, size, 107_374_182_400, "it counts GiB: write 100"),
            (Unit::Gibibytes, size, 102_400, "it counts GiB: write 100"),
        ] {
            assert_eq!(unit.advice(bounds, number), advice);
        }
    }

    fn all<'p>(properties: impl Iterator<Item = &'p Property>, of: &mut Vec<&'p Property>) {
        for property in properties {
            of.push(property);
            all(property.items.as_deref().into_iter(), of);
            all(property.properties.values(), of);
        }
    }

    #[test]
    fn ranges_are_of_integers_and_have_what_is_in_force() {
        let mut properties = Vec::new();
        for schema in schemas().values() {
            all(schema.properties.values(), &mut properties);
        }
        let ranged = properties.iter().filter(|it| it.bounds() != Bounds::ANY);
        assert!(ranged.clone().count() > 100);
        for property in ranged {
            let bounds = property.bounds();
            assert!(property.kind == Kind::Integer && bounds.is_known(), "{property:?}");
            assert!(bounds.least <= bounds.most, "{property:?}");
            for value in [&property.default, &property.made_up].into_iter().flatten() {
                let is_in = matches!(value, Value::Int(number) if bounds.contains(*number));
                assert!(is_in, "{property:?}");
            }
        }
    }

    #[test]
    fn a_range_says_what_is_in_it() {
        for (bounds, words) in [
            (Bounds::ANY, "any number"),
            (Bounds::new(0, i64::MAX), "never below 0"),
            (Bounds::new(i64::MIN, 32), "never above 32"),
            (Bounds::new(15, 15), "always 15"),
            (Bounds::new(-1, 65_535), "-1 to 65535"),
        ] {
            assert_eq!(bounds.to_string(), words);
        }
        let joined = Bounds::new(0, 5).of(Unit::Days).joined(Bounds::new(3, 9).of(Unit::Days));
        assert_eq!(joined, Bounds::new(0, 9).of(Unit::Days));
        assert!(!joined.joined(Bounds::ANY).is_known());
    }
}
