//! The days of a cron pattern, in a month of any kind.
//!
//! Which days of a month fit depends on its length and on the weekday of its first day alone, so that
//! the days of all months there will ever be are 28 sets.

/// Days of a month as bits: the first of the month is bit 1.
pub(super) type Month = u32;

/// Lengths of months.
pub(super) const LENGTHS: [u32; 4] = [28, 29, 30, 31];

/// Days that the third field of a pattern names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DaysOfMonth {
    /// Numbers of days.
    pub(super) days: Month,
    /// Days in whose place comes the nearest from Monday to Friday: `15W`.
    pub(super) nearest: Month,
    /// The last day: `L`.
    pub(super) has_last: bool,
    /// The last from Monday to Friday: `LW`.
    pub(super) has_last_workday: bool,
}

/// Days that the fifth field of a pattern names, as bits: Sunday is bit 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DaysOfWeek {
    /// Weekdays.
    pub(super) each: u8,
    /// Weekdays by their number in the month: `fri#2`.
    pub(super) nth: [u8; 5],
    /// Weekdays of which the last in the month is meant: `5L`.
    pub(super) last: u8,
}

/// Days of a pattern. A field that is `*` is none here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Days {
    /// Days of the month.
    pub(super) of_month: Option<DaysOfMonth>,
    /// Days of the week.
    pub(super) of_week: Option<DaysOfWeek>,
    /// `true` where a day must fit both, not just either.
    pub(super) must_fit_both: bool,
}

impl Days {
    /// The days of a month of some length whose first day is a weekday, 0 for Sunday.
    pub(super) fn in_month(&self, length: u32, first: u32) -> Month {
        let of_month = self.of_month.as_ref().map(|days| days.in_month(length, first));
        let of_week = self.of_week.as_ref().map(|days| days.in_month(length, first));
        match (of_month, of_week) {
            (None, None) => all(length),
            (Some(days), None) | (None, Some(days)) => days,
            (Some(one), Some(other)) if self.must_fit_both => one & other,
            (Some(one), Some(other)) => one | other,
        }
    }
}

impl DaysOfMonth {
    fn in_month(&self, length: u32, first: u32) -> Month {
        let mut found = self.days & all(length);
        if self.has_last {
            found |= 1 << length;
        }
        if self.has_last_workday {
            found |= 1 << workday_near(length, length, first);
        }
        for day in days(self.nearest & all(length)) {
            found |= 1 << workday_near(day, length, first);
        }
        found
    }
}

impl DaysOfWeek {
    fn in_month(&self, length: u32, first: u32) -> Month {
        (1..=length).filter(|day| self.has(*day, length, first)).fold(0, |all, day| all | 1 << day)
    }

    fn has(&self, day: u32, length: u32, first: u32) -> bool {
        let weekday = 1 << weekday(day, first);
        let nth = usize::try_from((day - 1) / 7).ok().and_then(|at| self.nth.get(at));
        let is_last = day + 7 > length;
        self.each & weekday != 0
            || nth.is_some_and(|days| days & weekday != 0)
            || is_last && self.last & weekday != 0
    }
}

/// All days of a month of some length.
fn all(length: u32) -> Month {
    ((1 << length) - 1) << 1
}

/// The days of a set in their order.
pub(super) fn days(set: Month) -> impl Iterator<Item = u32> {
    (1..=31).filter(move |day| set & 1 << day != 0)
}

/// Weekday of a day in a month whose first day is a weekday, 0 for Sunday.
fn weekday(day: u32, first: u32) -> u32 {
    (first + day - 1) % 7
}

/// The day from Monday to Friday that is nearest to a day, in the same month.
fn workday_near(day: u32, length: u32, first: u32) -> u32 {
    match weekday(day, first) {
        6 if day > 1 => day - 1,
        6 => day + 2,
        0 if day < length => day + 1,
        0 => day - 2,
        _ => day,
    }
}
