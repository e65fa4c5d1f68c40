//! Cron patterns in a time zone.
//!
//! Five fields as crontab(5) has them: minute, hour, day of the month, month, day of the week, of
//! which a day must fit either of the two if both are given. Where clocks are put forward, a time
//! that is skipped comes when the gap is over; where they are put back, one comes once.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Utc};
use croner::CronPattern;
use croner::parser::{CronParser, Seconds, Year};

use super::fields::{self, Field, WrongField};

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

/// The times of a pattern in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    text: String,
    times: Box<croner::Cron>,
    zone: Timezone,
}

/// Reason why a string is no pattern of [`Cron`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCron {
    /// A name, such as `@every-day`, of no pattern.
    #[error("there is no cron pattern `{0}`")]
    Name(String),
    /// So many fields, which are not five.
    #[error("a cron pattern has five fields, and this has {0}")]
    Count(usize),
    /// A field with something that is none of its values.
    #[error("{0}")]
    Field(WrongField),
    /// Fields that are good each, but not for the crate that computes times.
    #[error("`{0}` is no cron pattern: {1}")]
    Refused(String, String),
    /// The pattern has no instant, such as 30 February.
    #[error("`{0}` never comes: there is no such day")]
    Never(String),
}

/// How many times in a row tell the longest gap: a year of months, with days that not all have.
const TIMES: usize = 60;

/// Years in which each month begins on each weekday, February in both of its lengths.
const YEARS: Range<i32> = 2000..2028;

impl Cron {
    /// Patterns that have a name.
    pub const NAMES: [&str; 6] =
        ["@hourly", "@daily", "@weekly", "@monthly", "@yearly", "@annually"];

    /// The times of a pattern in a zone. It takes some microseconds, whatever the pattern is.
    pub fn new(pattern: &str, zone: Timezone) -> Result<Self, InvalidCron> {
        check(pattern)?;
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed);
        let times = parser.build().parse(pattern).map_err(|error| {
            let reason = error.to_string();
            let reason = reason.trim_end_matches('.').to_lowercase();
            InvalidCron::Refused(pattern.to_owned(), reason)
        })?;
        if !comes(&times.pattern) {
            return Err(InvalidCron::Never(pattern.to_owned()));
        }
        Ok(Self { text: pattern.to_owned(), times: Box::new(times), zone })
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

    /// Length of the longest time from one to the next, seen over sixty of them.
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

/// Checks a pattern: the name of one, or five fields.
fn check(pattern: &str) -> Result<(), InvalidCron> {
    if pattern.starts_with('@') {
        let is_known = Cron::NAMES.iter().any(|name| name.eq_ignore_ascii_case(pattern));
        return if is_known { Ok(()) } else { Err(InvalidCron::Name(pattern.to_owned())) };
    }
    let found = fields::split(pattern);
    if found.len() != Field::ALL.len() {
        return Err(InvalidCron::Count(found.len()));
    }
    let mut all = found.into_iter().zip(Field::ALL);
    all.try_for_each(|((start, text), field)| fields::check(field, start, text))
        .map_err(InvalidCron::Field)
}

/// `true` where some day of the calendar and some time of a day fit a pattern. A month that begins
/// on the same weekday and has the same length as another one has the same days, so that looking at
/// one of each kind is enough.
fn comes(pattern: &CronPattern) -> bool {
    if pattern.hours.values().is_empty() || pattern.minutes.values().is_empty() {
        return false;
    }
    let mut seen = BTreeSet::new();
    let months = YEARS.flat_map(|year| (1..=12).map(move |month| (year, month)));
    months
        .filter(|(_, month)| pattern.month_match(*month).unwrap_or(false))
        .filter_map(|(year, month)| NaiveDate::from_ymd_opt(year, month, 1))
        .filter(|first| {
            seen.insert((first.num_days_in_month(), first.weekday().num_days_from_sunday()))
        })
        .any(|first| {
            let length = usize::from(first.num_days_in_month());
            first.iter_days().take(length).any(|day| {
                let weekday = day.weekday().num_days_from_sunday();
                let weekday = croner::Weekday::from_days_from_sunday(weekday);
                pattern.day_match(day.year(), day.month(), day.day(), weekday).unwrap_or(false)
            })
        })
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
        // Five times a month: December is left out after fifty-five of them.
        assert_eq!(hours("0 0 1-5 1-11 *"), 57 * 24);
        // A century without a leap day is seen too.
        assert_eq!(hours("0 0 29 2 *"), (8 * 365 + 1) * 24);
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        let reported = |pattern: &str| match Cron::new(pattern, Timezone::default()) {
            Ok(cron) => cron.to_string(),
            Err(error) => error.to_string(),
        };
        let patterns = [
            "",
            "0 6 * *",
            "61 * * * *",
            "0 0 30 2 *",
            "* * * * * *",
            "0 6 * * monday",
            "@dai-ly",
            "@Daily",
            "0 6 @daily * *",
            "0 0 31 2,4,6,9,11 *",
            "0 0 31W 2 *",
            "0 0 1-7 * +mon#2",
            "0 0 29 2 +mon#5",
            "0 0 29 2 +mon#4",
            "0 0 LW * +sat",
        ];
        insta::assert_snapshot!(patterns.map(reported).join("\n"), @"
        a cron pattern has five fields, and this has 0
        a cron pattern has five fields, and this has 4
        `61` is no minute of a cron pattern
        `0 0 30 2 *` never comes: there is no such day
        a cron pattern has five fields, and this has 6
        `monday` is no weekday of a cron pattern
        there is no cron pattern `@dai-ly`
        @Daily UTC
        `@daily` is no day of the month of a cron pattern
        `0 0 31 2,4,6,9,11 *` never comes: there is no such day
        `0 0 31W 2 *` never comes: there is no such day
        `0 0 1-7 * +mon#2` never comes: there is no such day
        0 0 29 2 +mon#5 UTC
        `0 0 29 2 +mon#4` never comes: there is no such day
        `0 0 LW * +sat` never comes: there is no such day
        ");
    }

    /// Each good field is good for the crate too, so that a refusal is always ours.
    #[test]
    fn what_is_checked_is_what_the_crate_takes() {
        let values = ["0", "1", "07", "5", "7", "12", "jan", "MAR", "sun", "Fri", "*", "?", "L"];
        let forms = ["a", "a-b", "a/b", "a-b/2", "a,b", "aL", "aW", "a#b", "a-b#L", "+a", "*/a"];
        let mut good = 0;
        for (at, place) in Field::ALL.into_iter().enumerate() {
            for form in forms {
                for (a, b) in values.iter().flat_map(|a| values.iter().map(move |b| (a, b))) {
                    let mut fields = ["*"; 5];
                    let text = form.replace('a', "\u{1}").replace('b', b).replace('\u{1}', a);
                    fields[at] = &text;
                    let pattern = fields.join(" ");
                    if text.contains(char::is_whitespace) || text.is_empty() {
                        continue;
                    }
                    if fields::check(place, 0, &text).is_ok() {
                        good += 1;
                        let cron = Cron::new(&pattern, Timezone::default());
                        assert!(
                            matches!(cron, Ok(_) | Err(InvalidCron::Never(_))),
                            "{pattern}: {cron:?}"
                        );
                    }
                }
            }
        }
        assert!(good > 500, "{good}");
    }
}
