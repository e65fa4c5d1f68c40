//! Intervals, and where in them the slots of a group lie.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};

/// The interval between two evaluations, from 10 seconds to 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Every(Duration);

/// Why a string is no [`Every`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidInterval {
    /// Not a number with a unit.
    #[error("`{0}` is not an interval; write a number with `s`, `m`, `h` or `d`, such as `15m`")]
    Shape(String),
    /// Shorter than 10 seconds or longer than 30 days.
    #[error("`{0}` must be from 10s to 30d")]
    Range(String),
}

impl Every {
    /// Shortest interval that a group may have.
    pub const SHORTEST: Duration = Duration::from_secs(10);
    /// Longest interval that a group may have.
    pub const LONGEST: Duration = Duration::from_hours(30 * 24);

    /// The length of the interval.
    pub fn interval(self) -> Duration {
        self.0
    }

    /// The first slot after `now`. Slots are whole intervals since the epoch, shifted by a phase
    /// that `key` decides: groups with the same key and interval coincide, different keys spread.
    /// Missed slots are not made up for.
    pub fn next(self, now: DateTime<Utc>, key: &str) -> DateTime<Utc> {
        next_slot(self.0, now, key)
    }
}

/// The first slot after `now` of an interval of any length, as [`Every::next`] says.
pub fn next_slot(interval: Duration, now: DateTime<Utc>, key: &str) -> DateTime<Utc> {
    let length = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX).max(1);
    let phase = i64::try_from(hash(key) >> 1).unwrap_or_default() % length;
    let now = now.timestamp_millis();
    let since = now.saturating_sub(phase).rem_euclid(length);
    let next = now.saturating_sub(since).saturating_add(length);
    DateTime::from_timestamp_millis(next).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo): the same in every version and on every machine.
fn hash(key: &str) -> u64 {
    key.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// An hour, where a group gives no schedule.
impl Default for Every {
    fn default() -> Self {
        Self(Duration::from_hours(1))
    }
}

impl FromStr for Every {
    type Err = InvalidInterval;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = || InvalidInterval::Shape(text.to_owned());
        let unit = text.chars().last().ok_or_else(shape)?;
        let seconds: u64 = match unit {
            's' => 1,
            'm' => 60,
            'h' => 60 * 60,
            'd' => 24 * 60 * 60,
            _ => return Err(shape()),
        };
        let digits = text.strip_suffix(unit).ok_or_else(shape)?;
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(shape());
        }
        let range = || InvalidInterval::Range(text.to_owned());
        let number: u64 = digits.parse().map_err(|_| range())?;
        let interval = Duration::from_secs(number.checked_mul(seconds).ok_or_else(range)?);
        if (Self::SHORTEST..=Self::LONGEST).contains(&interval) {
            Ok(Self(interval))
        } else {
            Err(range())
        }
    }
}

impl fmt::Display for Every {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (number, unit) = match seconds {
            s if s % 86_400 == 0 => (s / 86_400, 'd'),
            s if s % 3_600 == 0 => (s / 3_600, 'h'),
            s if s % 60 == 0 => (s / 60, 'm'),
            s => (s, 's'),
        };
        write!(out, "{number}{unit}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn intervals_are_read_as_they_are_written() {
        for text in ["10s", "90s", "15m", "1h", "36h", "30d"] {
            assert_eq!(text.parse::<Every>().map(|every| every.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "m", "15", "1.5h", "-1m", "1h30m", "9s", "31d", "99999999999999999999d"] {
            assert!(text.parse::<Every>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_interval_says_why() {
        for text in ["", "m", "15", "1.5h", "-1m", "1h30m"] {
            assert_eq!(text.parse::<Every>(), Err(InvalidInterval::Shape(text.to_owned())));
        }
        for text in ["0m", "9s", "31d", "99999999999999999999d", "9999999999999999999d"] {
            assert_eq!(text.parse::<Every>(), Err(InvalidInterval::Range(text.to_owned())));
        }
    }

    #[test]
    fn slots_are_an_interval_apart_and_spread_by_key() {
        let every: Every = "15m".parse().expect("an interval");
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("an instant");
        let first = every.next(now, "123456789012/us-east-1");
        assert!(first > now && first <= now + TimeDelta::minutes(15));
        assert_eq!(every.next(first, "123456789012/us-east-1"), first + TimeDelta::minutes(15));
        let late = first + TimeDelta::minutes(47);
        assert_eq!(
            every.next(late, "123456789012/us-east-1"),
            first + TimeDelta::minutes(60),
            "missed slots run once"
        );
        assert_ne!(every.next(now, "999999999999/us-east-1"), first);
    }
    #[test]
    fn a_slot_is_the_same_from_wherever_it_is_asked() {
        let every: Every = "15m".parse().expect("an interval");
        let slot = every.next(DateTime::UNIX_EPOCH, "a");
        for micros in [1, 999, 1_000, 1_234_567, 899_999_999] {
            let before = slot - TimeDelta::microseconds(micros);
            assert_eq!(every.next(before, "a"), slot, "{micros}");
        }
        assert_eq!(every.next(slot, "a"), slot + TimeDelta::minutes(15));
    }

    #[test]
    fn intervals_that_divide_each_other_coincide() {
        let [quarter, hour] = ["15m", "1h"].map(|text| text.parse::<Every>().expect("an interval"));
        for key in 0..50 {
            let slot = hour.next(DateTime::UNIX_EPOCH, &format!("target-{key}"));
            let before = slot - TimeDelta::seconds(1);
            assert_eq!(quarter.next(before, &format!("target-{key}")), slot);
        }
    }

    #[test]
    fn keys_spread_over_the_interval() {
        let hour: Every = "1h".parse().expect("an interval");
        let slots = (0..600).map(|key| hour.next(DateTime::UNIX_EPOCH, &format!("target-{key}")));
        let minutes: BTreeSet<i64> = slots.map(|slot| slot.timestamp() / 60).collect();
        assert!(minutes.len() >= 59, "{}", minutes.len());
    }

    #[test]
    fn intervals_without_end_never_come() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("an instant");
        assert_eq!(next_slot(Duration::MAX, now, "a"), DateTime::<Utc>::MAX_UTC);
    }
}
