//! Cron patterns in a time zone.
//!
//! Five fields as crontab(5) has them: minute, hour, day of the month, month, day of the week, of
//! which a day must fit either of the two if both are given. Over changes of clocks they do as
//! cron(8) of Debian says (3.0pl1): a time that is skipped comes when the gap is over, and one that
//! is repeated comes once. Which patterns follow the clock instead is ours: those whose hour is `*`
//! or `*/n`. Debian's cron takes those with a minute of `*` or `*/n` as well (`MIN_STAR` and
//! `HR_STAR` in its `cron.c`), so that its `*/20 2 * * *` is skipped with the hour.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::calendar::Calendar;
use super::days::Days;
use super::field::Field;
use super::fields::{self, Values};
use super::flaw::WrongField;
use super::zone::{Shown, Timezone};

/// The times of a pattern in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    text: String,
    times: Box<Calendar>,
    /// `true` where a time that the clock skips does not come, and one that it repeats comes twice.
    follows_clock: bool,
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
    /// Fields in brackets, as AWS has them.
    #[error("a cron pattern is five fields and nothing around them")]
    Wrapped,
    /// Fields with something that is none of their values.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Fields(Vec<WrongField>),
    /// The pattern has no instant, such as 30 February.
    #[error("`{0}` never comes: there is no such day")]
    Never(String),
}

/// Number of times to come whose gaps are looked at.
const NEXT: usize = 8;

/// Patterns that have a name, with their fields.
const NAMED: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

impl Cron {
    /// The times of a pattern in a zone. It takes some microseconds, whatever the pattern is.
    pub fn new(pattern: &str, zone: Timezone) -> Result<Self, InvalidCron> {
        let [minutes, hours, days, months, weekdays] = parse(pattern)?;
        let small = |numbers: u64| u32::try_from(numbers).unwrap_or_default();
        let follows_clock = hours.is_star;
        let days = Days {
            of_month: days.days_of_month(),
            of_week: weekdays.days_of_week(),
            must_fit_both: weekdays.has_plus,
        };
        let [hours, months] = [hours.numbers, months.numbers].map(small);
        let times = Calendar::new(minutes.numbers, hours, months, &days);
        if !times.comes() {
            return Err(InvalidCron::Never(pattern.to_owned()));
        }
        Ok(Self { text: pattern.to_owned(), times: Box::new(times), follows_clock, zone })
    }

    /// Names of the patterns that have one.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|(name, _)| *name)
    }

    /// The first time after `now`.
    pub fn next(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.after(now).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The shortest time between two of the times that come next after `now`.
    pub fn next_gap(&self, now: DateTime<Utc>) -> Duration {
        let times = std::iter::successors(Some(self.next(now)), |time| Some(self.next(*time)));
        let times: Vec<DateTime<Utc>> = times.take(NEXT).collect();
        let gaps = times.windows(2).filter_map(|pair| match pair {
            [one, next] => (*next - *one).to_std().ok(),
            _ => None,
        });
        gaps.min().unwrap_or_default()
    }

    fn after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let here = self.zone.local(now)?;
        // What the clock shows now comes again only once it is put back.
        let behind = here.checked_add_signed(TimeDelta::nanoseconds(1))?;
        let next = self.times_from(behind).find_map(|time| self.first_after(time, now));
        self.repeated(here, now).into_iter().chain(next).min()
    }

    /// The first instant after `now` at which a time of the pattern comes.
    fn first_after(&self, time: NaiveDateTime, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let instants = match self.zone.shown(time)? {
            Shown::Once(at) => [Some(at), None],
            Shown::Twice(first, second) => {
                [Some(first), Some(second).filter(|_| self.follows_clock)]
            }
            Shown::Behind(end) => [Some(end).filter(|_| !self.follows_clock), None],
        };
        instants.into_iter().flatten().find(|at| *at > now)
    }

    /// The first time that comes again once the clock is put back, where it shows one now that it
    /// will repeat: those are before what it shows now as well as behind it.
    fn repeated(&self, here: NaiveDateTime, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let Shown::Twice(first, second) = self.zone.shown(here)? else { return None };
        if !self.follows_clock || second <= now {
            return None;
        }
        let start = here.checked_sub_signed(second - first)?;
        self.times_from(start).take_while(|time| *time <= here).find_map(|time| {
            match self.zone.shown(time)? {
                Shown::Twice(_, second) => Some(second),
                Shown::Once(_) | Shown::Behind(_) => None,
            }
        })
    }

    /// Times of the pattern on the clock on the wall from one on.
    fn times_from(&self, start: NaiveDateTime) -> impl Iterator<Item = NaiveDateTime> {
        std::iter::successors(self.times.first_from(start), |time| {
            self.times.first_from(time.checked_add_signed(TimeDelta::minutes(1))?)
        })
    }

    /// The longest time from one to the next, by a clock on the wall that is never put forward or
    /// back. Where clocks are put back it is longer by as much, and where a pattern follows the clock
    /// and a time of it is skipped, by the time from that to the next: of `0 */2 * * *` at 2:00 the
    /// wall shows 4 hours, of which 3 pass.
    pub fn longest_gap(&self) -> Duration {
        Duration::from_secs(u64::from(self.times.longest_gap()) * 60)
    }
}

/// Values of the fields of a pattern: the name of one, or five fields. All fields that are wrong are
/// told.
fn parse(pattern: &str) -> Result<[Values; 5], InvalidCron> {
    let mut text = pattern;
    if pattern.starts_with('@') {
        let known = NAMED.iter().find(|(name, _)| name.eq_ignore_ascii_case(pattern));
        let (_, fields) = known.ok_or_else(|| InvalidCron::Name(pattern.to_owned()))?;
        text = fields;
    }
    let found = fields::split(text);
    let Ok(found) = <[(usize, &str); 5]>::try_from(found) else {
        return Err(InvalidCron::Count(fields::split(text).len()));
    };
    if text.contains(['(', ')']) {
        return Err(InvalidCron::Wrapped);
    }
    let mut wrong = Vec::new();
    let mut all = found.into_iter().zip(Field::ALL);
    let values = [(); 5].map(|()| {
        let parsed = all.next().map(|((start, text), field)| fields::parse(field, start, text));
        match parsed {
            Some(Ok(values)) => values,
            Some(Err(flaw)) => {
                wrong.push(flaw);
                Values::default()
            }
            None => Values::default(),
        }
    });
    if wrong.is_empty() { Ok(values) } else { Err(InvalidCron::Fields(wrong)) }
}

/// The pattern and the zone.
impl fmt::Display for Cron {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.text, self.zone)
    }
}

#[cfg(test)]
mod tests;
