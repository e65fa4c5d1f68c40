//! Time zones of the IANA database.
//!
//! The clock on the wall of a zone is put forward and back: it skips a time, which then is in a gap,
//! or shows one twice.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::GapInfo;

/// A time zone of the IANA database, such as `Europe/Berlin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timezone(chrono_tz::Tz);

/// Why a string is no [`Timezone`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time zone of the IANA database, such as `Europe/Berlin`")]
pub struct InvalidTimezone(String);

/// Instants at which the clock on a wall shows a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// The clock skips it: the instant at which the gap is over.
    Behind(DateTime<Utc>),
    /// Shown at one instant.
    Once(DateTime<Utc>),
    /// Shown before the clock is put back, and again after that.
    Twice(DateTime<Utc>, DateTime<Utc>),
}

impl Timezone {
    /// The names of all zones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())
    }

    /// Time that the clock on the wall shows at an instant.
    pub(super) fn local(self, instant: DateTime<Utc>) -> Option<NaiveDateTime> {
        let utc = instant.naive_utc();
        utc.checked_add_offset(self.0.offset_from_utc_datetime(&utc).fix())
    }

    /// Instants at which the clock on the wall shows a time; `None` where none is known.
    pub(super) fn shown(self, local: NaiveDateTime) -> Option<Shown> {
        match self.0.from_local_datetime(&local) {
            MappedLocalTime::Single(at) => Some(Shown::Once(at.to_utc())),
            MappedLocalTime::Ambiguous(first, second) => {
                Some(Shown::Twice(first.to_utc(), second.to_utc()))
            }
            MappedLocalTime::None => {
                GapInfo::new(&local, &self.0)?.end.map(|end| Shown::Behind(end.to_utc()))
            }
        }
    }
}

/// UTC, where a pattern gives no `timezone`.
impl Default for Timezone {
    fn default() -> Self {
        Self(chrono_tz::UTC)
    }
}

impl FromStr for Timezone {
    type Err = InvalidTimezone;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| InvalidTimezone(text.to_owned()))
    }
}

impl fmt::Display for Timezone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.0.name())
    }
}
