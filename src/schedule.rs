//! When a group is due: at an interval, or at the times of a cron pattern in a time zone.

mod calendar;
mod cron;
mod days;
mod every;
mod field;
mod fields;
mod flaw;
mod foreign;
mod zone;
mod zone_names;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};

pub use cron::{Cron, InvalidCron};
pub use every::{Every, InvalidInterval, next_slot};
pub use field::Field;
pub use flaw::WrongField;
pub use foreign::meant_by;
pub use zone::{InvalidTimezone, Timezone};

/// When a group is evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// At an interval; when in it is up to us.
    Every(Every),
    /// At times of the clock on the wall.
    Cron(Cron),
}

impl Schedule {
    /// The first time after `now`. `key` spreads what comes at an interval, as [`Every::next`]
    /// says; times of a clock are kept to. Missed times are not made up for.
    pub fn next(&self, now: DateTime<Utc>, key: &str) -> DateTime<Utc> {
        match self {
            Self::Every(every) => every.next(now, key),
            Self::Cron(cron) => cron.next(now),
        }
    }

    /// The shortest time between two of the evaluations that come next after `now`.
    pub fn next_gap(&self, now: DateTime<Utc>) -> Duration {
        match self {
            Self::Every(every) => every.interval(),
            Self::Cron(cron) => cron.next_gap(now),
        }
    }

    /// The longest time between two evaluations, by the clock on the wall.
    pub fn longest_gap(&self) -> Duration {
        match self {
            Self::Every(every) => every.interval(),
            Self::Cron(cron) => cron.longest_gap(),
        }
    }
}

/// Every hour, where a group gives no schedule.
impl Default for Schedule {
    fn default() -> Self {
        Self::Every(Every::default())
    }
}

/// `15m`, or the pattern and the zone: `0 6 * * mon-fri Europe/Berlin`.
impl fmt::Display for Schedule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(every) => every.fmt(out),
            Self::Cron(cron) => cron.fmt(out),
        }
    }
}

/// Why a string is no [`Schedule`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no schedule")]
pub struct InvalidSchedule(String);

/// The text that its `Display` gives.
impl FromStr for Schedule {
    type Err = InvalidSchedule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || InvalidSchedule(text.to_owned());
        match text.rsplit_once(' ') {
            None => text.parse().map(Self::Every).map_err(|_| refused()),
            Some((pattern, zone)) => {
                let zone = zone.parse().map_err(|_| refused())?;
                Cron::new(pattern, zone).map(Self::Cron).map_err(|_| refused())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_read_as_they_are_written() {
        for text in ["15m", "0 6 * * mon-fri Europe/Berlin", "@daily UTC"] {
            let schedule: Result<Schedule, _> = text.parse();
            assert_eq!(schedule.map(|schedule| schedule.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "0 6 * * *", "0 6 * * * Nowhere", "5 UTC"] {
            assert!(text.parse::<Schedule>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_next_gap_is_the_shortest_of_those_to_come() {
        let now: DateTime<Utc> = "2026-11-27T12:00:00Z".parse().expect("a Friday");
        for (text, minutes) in [
            ("15m", 15),
            ("*/20 * * * * UTC", 20),
            ("0 6,7 * * mon-fri UTC", 60),
            ("0 6 * * mon-fri UTC", 24 * 60),
            ("0 0 * * sun UTC", 7 * 24 * 60),
        ] {
            let schedule: Schedule = text.parse().expect("a schedule");
            assert_eq!(schedule.next_gap(now), Duration::from_mins(minutes), "{text}");
        }
    }
}
