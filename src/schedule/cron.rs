//! Cron patterns in a time zone.
//!
//! Five fields as crontab(5) has them: minute, hour, day of the month, month, day of the week, of
//! which a day must fit either of the two if both are given. Where clocks are put forward, a time
//! that is skipped comes when the gap is over; where they are put back, one comes once.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};
use croner::parser::{CronParser, Seconds, Year};

/// A time zone of the IANA database, such as `Europe/Berlin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timezone(chrono_tz::Tz);

/// Why a string is no [`Timezone`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time zone of the IANA database, such as `Europe/Berlin`")]
pub struct InvalidTimezone(String);

impl Timezone {
    /// The names of all zones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())
    }
}

/// UTC.
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

/// The times of a pattern in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    text: String,
    times: Box<croner::Cron>,
    zone: Timezone,
}

/// Why a string is no pattern of [`Cron`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCron {
    /// Not five fields that hold together.
    #[error(
        "`{0}` is no cron pattern: {1}; write minute, hour, day, month and weekday, such as \
         `0 6 * * mon-fri`"
    )]
    Shape(String, String),
    /// No such time exists.
    #[error("`{0}` never comes: there is no such day")]
    Never(String),
}

/// How many times in a row tell the longest gap: a year of months, with days that not all have.
const TIMES: usize = 60;

impl Cron {
    /// The times of a pattern in a zone.
    pub fn new(pattern: &str, zone: Timezone) -> Result<Self, InvalidCron> {
        let count = pattern.split_whitespace().count();
        if count != 5 && !pattern.starts_with('@') {
            let reason = format!("it has {count} fields, and five are needed");
            return Err(InvalidCron::Shape(pattern.to_owned(), reason));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed);
        let times = parser.build().parse(pattern).map_err(|error| {
            let reason = error.to_string();
            InvalidCron::Shape(pattern.to_owned(), reason.trim_end_matches('.').to_lowercase())
        })?;
        let cron = Self { text: pattern.to_owned(), times: Box::new(times), zone };
        match cron.after(DateTime::UNIX_EPOCH) {
            Some(_) => Ok(cron),
            None => Err(InvalidCron::Never(pattern.to_owned())),
        }
    }

    /// The first time after `now`.
    pub fn next(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.after(now).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    fn after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let here = self.zone.0.from_utc_datetime(&now.naive_utc());
        let next = self.times.find_next_occurrence(&here, false).ok()?;
        Some(next.to_utc())
    }

    /// The longest time from one to the next, seen over sixty of them.
    pub fn longest_gap(&self) -> Duration {
        let times =
            std::iter::successors(self.after(DateTime::UNIX_EPOCH), |time| self.after(*time));
        let times: Vec<_> = times.take(TIMES).collect();
        let gaps = times.windows(2).filter_map(|pair| match pair {
            [one, next] => (*next - *one).to_std().ok(),
            _ => None,
        });
        gaps.max().unwrap_or(Duration::from_hours(24 * 366))
    }
}

/// The pattern and the zone.
impl fmt::Display for Cron {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.text, self.zone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cron(pattern: &str, zone: &str) -> Cron {
        Cron::new(pattern, zone.parse().expect("a zone")).expect("a pattern")
    }

    /// The times after an instant, in UTC.
    fn times(pattern: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let cron = cron(pattern, zone);
        let start: DateTime<Utc> = after.parse().expect("an instant");
        let times = std::iter::successors(Some(cron.next(start)), |time| Some(cron.next(*time)));
        times.take(count).map(|time| time.format("%m-%dT%H:%M").to_string()).collect()
    }

    #[test]
    fn times_follow_the_clock_on_the_wall() {
        let weekdays = times("0 6 * * mon-fri", "Europe/Berlin", "2026-07-03T03:00:00Z", 3);
        assert_eq!(weekdays, ["07-03T04:00", "07-06T04:00", "07-07T04:00"]);
        let winter = times("0 6 * * *", "Europe/Berlin", "2026-10-24T00:00:00Z", 3);
        assert_eq!(winter, ["10-24T04:00", "10-25T05:00", "10-26T05:00"]);
        let either = times("0 0 1 * fri", "UTC", "2026-11-01T00:00:00Z", 4);
        assert_eq!(either, ["11-06T00:00", "11-13T00:00", "11-20T00:00", "11-27T00:00"]);
    }

    /// The rules of crontab(5) for daylight saving: New York, 2026-03-08 and 2026-11-01 at 2:00.
    #[test]
    fn a_skipped_time_comes_after_the_gap_and_a_repeated_one_once() {
        let skipped = times("30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", 2);
        assert_eq!(skipped, ["03-08T07:00", "03-09T06:30"]);
        let repeated = times("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", 2);
        assert_eq!(repeated, ["11-01T05:30", "11-02T06:30"]);
    }

    #[test]
    fn the_longest_gap_tells_when_a_result_is_late() {
        let hours = |pattern: &str| cron(pattern, "UTC").longest_gap().as_secs() / 3_600;
        assert_eq!(["0 6 * * mon-fri", "*/30 * * * *", "0 0 31 * *"].map(hours), [72, 0, 61 * 24]);
    }

    #[test]
    fn what_is_no_pattern_says_how_to_write_one() {
        let told = |pattern: &str| match Cron::new(pattern, Timezone::default()) {
            Ok(cron) => cron.to_string(),
            Err(error) => error.to_string(),
        };
        let patterns = ["", "0 6 * *", "61 * * * *", "0 0 30 2 *", "* * * * * *", "0 6 * * monday"];
        insta::assert_snapshot!(patterns.map(told).join("\n"), @"
        `` is no cron pattern: it has 0 fields, and five are needed; write minute, hour, day, month and weekday, such as `0 6 * * mon-fri`
        `0 6 * *` is no cron pattern: it has 4 fields, and five are needed; write minute, hour, day, month and weekday, such as `0 6 * * mon-fri`
        `61 * * * *` is no cron pattern: component error: number out of bounds; write minute, hour, day, month and weekday, such as `0 6 * * mon-fri`
        `0 0 30 2 *` never comes: there is no such day
        `* * * * * *` is no cron pattern: it has 6 fields, and five are needed; write minute, hour, day, month and weekday, such as `0 6 * * mon-fri`
        `0 6 * * monday` is no cron pattern: pattern contains illegal characters: cronpattern contains illegal character 'd' in part '1day'; write minute, hour, day, month and weekday, such as `0 6 * * mon-fri`
        ");
    }
}
