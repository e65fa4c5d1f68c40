//! The times of a cron pattern on the clock on the wall, whatever the zone.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

use super::days::{self, Days, LENGTHS, Month};

/// Years after which the days of the calendar come again, with their weekdays.
const CYCLE: i32 = 400;

/// Days of such a cycle, which are whole weeks.
const CYCLE_DAYS: i32 = 146_097;

/// Minutes of a day.
const DAY: u32 = 24 * 60;

/// Times of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Calendar {
    /// Minutes of the hour as bits.
    minutes: u64,
    /// Hours of the day as bits.
    hours: u32,
    /// Months as bits: January is bit 1.
    months: u32,
    /// Days of a month by its length, from 28, and the weekday of its first day, from Sunday.
    days: [[Month; 7]; LENGTHS.len()],
}

impl Calendar {
    /// Calendar of fields, of which each but the days has a bit at least.
    pub(super) fn new(minutes: u64, hours: u32, months: u32, days: &Days) -> Self {
        let days = LENGTHS.map(|length| {
            let mut first = 0..7;
            [(); 7].map(|()| days.in_month(length, first.next().unwrap_or_default()))
        });
        Self { minutes, hours, months, days }
    }

    /// `true` where some day of the calendar fits. A month of each length begins on each weekday in
    /// some year, February in both of its lengths too.
    pub(super) fn comes(&self) -> bool {
        let lengths = |month| match month {
            2 => &LENGTHS[..2],
            4 | 6 | 9 | 11 => &LENGTHS[2..3],
            _ => &LENGTHS[3..],
        };
        (1..=12)
            .filter(|month| self.has_month(*month))
            .flat_map(lengths)
            .any(|length| (0..7).any(|first| self.days_of(*length, first) != 0))
    }

    /// The first time from a time on.
    pub(super) fn first_from(&self, start: NaiveDateTime) -> Option<NaiveDateTime> {
        let later = |day: NaiveDate| day.succ_opt();
        let minute = start.hour() * 60 + start.minute();
        // A time within a minute is behind the minute's beginning.
        let is_within = start.second() > 0 || start.nanosecond() > 0;
        let day = self.first_day(start.date())?;
        let today = (day == start.date()).then_some(minute + u32::from(is_within));
        match self.first_minute(today.unwrap_or(0)) {
            Some(minute) => on(day, minute),
            None => on(self.first_day(later(day)?)?, self.first_minute(0)?),
        }
    }

    /// Minutes from one time to the next at the most, by the clock on the wall.
    pub(super) fn longest_gap(&self) -> u32 {
        let times: Vec<u32> = self.minutes_of_day().collect();
        let within = times.windows(2).filter_map(|pair| Some(pair.last()? - pair.first()?)).max();
        let (Some(first), Some(last)) = (times.first(), times.last()) else { return 0 };
        let over_night = self.longest_days() * DAY - (last - first);
        within.unwrap_or_default().max(over_night)
    }

    /// Days from one day to the next at the most.
    fn longest_days(&self) -> u32 {
        let kinds = self.days.map(|of_length| of_length.map(Ends::of));
        let mut longest = 0;
        let mut before: Option<i32> = None;
        let mut very_first = 0;
        for year in 0..CYCLE {
            for month in (1..=12).filter(|month| self.has_month(*month)) {
                let Some(start) = NaiveDate::from_ymd_opt(year, month, 1) else { continue };
                let Some(ends) = of_kind(&kinds, start).flatten() else { continue };
                let begin = start.num_days_from_ce() - 1;
                let [first, last] = [ends.first, ends.last].map(|day| begin + day.cast_signed());
                match before {
                    Some(before) => longest = longest.max((first - before).unsigned_abs()),
                    None => very_first = first,
                }
                longest = longest.max(ends.longest);
                before = Some(last);
            }
        }
        // From the last day of the cycle to the first of the next one.
        let around = before.map_or(0, |last| very_first + CYCLE_DAYS - last);
        longest.max(around.unsigned_abs())
    }

    fn has_month(&self, month: u32) -> bool {
        self.months & 1 << month != 0
    }

    fn days_of(&self, length: u32, first: u32) -> Month {
        let at = |at: u32| usize::try_from(at).ok();
        let of_length = length.checked_sub(28).and_then(at).and_then(|at| self.days.get(at));
        of_length.zip(at(first)).and_then(|(days, at)| days.get(at)).copied().unwrap_or_default()
    }

    /// The first day from a day on. Where none comes in a cycle, none comes.
    fn first_day(&self, start: NaiveDate) -> Option<NaiveDate> {
        let mut month = start.with_day(1)?;
        let mut from = start.day();
        for _ in 0..=CYCLE * 12 {
            if self.has_month(month.month()) {
                let days = of_kind(&self.days, month)? & (u32::MAX << from);
                if days != 0 {
                    return month.with_day(days.trailing_zeros());
                }
            }
            month = match month.month() {
                12 => NaiveDate::from_ymd_opt(month.year().checked_add(1)?, 1, 1)?,
                number => month.with_month(number + 1)?,
            };
            from = 1;
        }
        None
    }

    /// The first minute of a day from one on.
    fn first_minute(&self, start: u32) -> Option<u32> {
        let (hour, minute) = (start / 60, start % 60);
        let rest = self.minutes & (u64::MAX << minute);
        if self.hours.checked_shr(hour)? & 1 == 1 && rest != 0 {
            return Some(hour * 60 + rest.trailing_zeros());
        }
        let later = self.hours & u32::MAX.checked_shl(hour + 1)?;
        (later != 0).then(|| later.trailing_zeros() * 60 + self.minutes.trailing_zeros())
    }

    fn minutes_of_day(&self) -> impl Iterator<Item = u32> {
        std::iter::successors(self.first_minute(0), |minute| self.first_minute(minute + 1))
    }
}

/// The days of a kind of month at its ends, and how far apart they are.
#[derive(Debug, Clone, Copy)]
struct Ends {
    first: u32,
    last: u32,
    longest: u32,
}

impl Ends {
    fn of(month: Month) -> Option<Self> {
        let found: Vec<u32> = days::days(month).collect();
        let gaps = found.windows(2).filter_map(|pair| Some(pair.last()? - pair.first()?));
        let longest = gaps.max().unwrap_or_default();
        Some(Self { first: *found.first()?, last: *found.last()?, longest })
    }
}

/// What a table by length and first weekday has for the month that begins on a day.
fn of_kind<T: Copy>(table: &[[T; 7]; LENGTHS.len()], first: NaiveDate) -> Option<T> {
    let length = usize::from(first.num_days_in_month()).checked_sub(28)?;
    let weekday = usize::try_from(first.weekday().num_days_from_sunday()).ok()?;
    table.get(length)?.get(weekday).copied()
}

fn on(day: NaiveDate, minute: u32) -> Option<NaiveDateTime> {
    Some(day.and_time(NaiveTime::from_hms_opt(minute / 60, minute % 60, 0)?))
}
