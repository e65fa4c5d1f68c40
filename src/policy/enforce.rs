//! From when on the failures of a group are enforced: what failed before is shown and never red.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};

use crate::diagnostic::Code;

use super::context::FileContext;
use super::document::group::{EnforceSpec, GroupSpec};
use super::words::Mode;

/// The instant of `newOnly`: what fails since before it is not enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NewOnly(DateTime<Utc>);

impl NewOnly {
    /// Instant from which on a resource counts as new.
    pub fn instant(self) -> DateTime<Utc> {
        self.0
    }
}

impl From<DateTime<Utc>> for NewOnly {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant)
    }
}

/// Why a text is no [`NewOnly`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is neither a date nor an instant: write it as in `2026-12-31`, which begins at midnight \
     in UTC, or `2026-12-31T18:00:00Z`"
)]
pub struct InvalidNewOnly(pub String);

impl FromStr for NewOnly {
    type Err = InvalidNewOnly;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidNewOnly(text.to_owned());
        if !text.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(invalid()); // A sign before the year, which the parsers below take.
        }
        let instant = if text.len() == "2026-12-31".len() {
            text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN).and_utc())
        } else {
            DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc())
        };
        instant.map(Self).ok_or_else(invalid)
    }
}

/// The day alone where it begins a day in UTC.
impl fmt::Display for NewOnly {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.time() == NaiveTime::MIN {
            write!(out, "{}", self.0.date_naive())
        } else {
            out.write_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        }
    }
}

/// Refusal of an instant that is none, which has been reported.
#[derive(Debug)]
pub(super) struct Refused;

/// Instant that a group document gives, if any.
pub(super) fn resolve(
    spec: &GroupSpec,
    file: &mut FileContext,
) -> Result<Option<NewOnly>, Refused> {
    let Some(EnforceSpec { new_only }) = spec.enforce.value() else { return Ok(None) };
    let Some(text) = new_only.get() else { return Ok(None) };
    if let Some(mode @ (Mode::Shadow | Mode::Audit)) = spec.mode.value() {
        let message = format!("`newOnly` says nothing with `mode: {mode}`");
        let odd = file.warning(text.span, Code::NoEffect, message);
        file.report(
            odd.help("nothing of this group is enforced; write `mode: enforce`, or remove it"),
        );
    }
    file.parse(new_only).map(Some).ok_or(Refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, String> {
        text.parse::<NewOnly>().map(|read| read.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_date_or_an_instant_with_its_offset_is_meant() {
        for (text, same) in [
            ("2026-11-22", "2026-11-22"),
            ("2026-11-22T00:00:00Z", "2026-11-22"),
            ("2026-11-22T01:30:00+01:30", "2026-11-22"),
            ("2026-11-22T18:30:00+02:00", "2026-11-22T16:30:00Z"),
            ("2026-11-22T18:30:00.25Z", "2026-11-22T18:30:00.250Z"),
        ] {
            assert_eq!(shown(text), Ok(same.to_owned()), "{text}");
        }
        let read: NewOnly = "2026-11-22".parse().expect("a date");
        assert_eq!(read.instant().to_rfc3339(), "2026-11-22T00:00:00+00:00");
    }

    #[test]
    fn all_else_is_refused() {
        for text in [
            "",
            "since",
            "2026-11-31",
            "2026-1-2",
            "22-11-2026",
            "+2026-1-22",
            "2026-11-22T18:30:00",
            "2026-11-22T24:30:00Z",
            "20261-11-22T00:00:00Z",
        ] {
            let refused = shown(text).expect_err(text);
            assert!(refused.contains("as in `2026-12-31`"), "{refused}");
        }
    }
}
