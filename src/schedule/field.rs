//! The five fields of a cron pattern, and the values of each.

/// Field of a cron pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Minute of the hour, 0 to 59.
    Minute,
    /// Hour of the day, 0 to 23.
    Hour,
    /// Day of the month, 1 to 31.
    Day,
    /// Month of the year, 1 to 12 or `JAN` to `DEC`.
    Month,
    /// Day of the week; Sunday is both 0 and 7.
    Weekday,
}

/// Names of months, the first of which is 1.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Names of weekdays, the first of which is 0.
const WEEKDAYS: [&str; 7] =
    ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/// Letters that a pattern has of a name.
const LETTERS: usize = 3;

impl Field {
    /// Fields of a pattern in their order.
    pub const ALL: [Self; 5] = [Self::Minute, Self::Hour, Self::Day, Self::Month, Self::Weekday];

    /// Name of the field in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day of the month",
            Self::Month => "month",
            Self::Weekday => "weekday",
        }
    }

    /// Place of the field in a pattern, in words.
    pub(super) fn place(self) -> &'static str {
        match self {
            Self::Minute => "first",
            Self::Hour => "second",
            Self::Day => "third",
            Self::Month => "fourth",
            Self::Weekday => "fifth",
        }
    }

    /// Values that it takes, for people.
    pub(super) fn values(self) -> &'static str {
        match self {
            Self::Minute => "0 to 59",
            Self::Hour => "0 to 23",
            Self::Day => "1 to 31",
            Self::Month => "1 to 12 or `jan` to `dec`",
            Self::Weekday => "0 to 7 or `sun` to `sat`",
        }
    }

    /// Letter of the interval whose length is a number of the field.
    pub(super) fn unit(self) -> Option<char> {
        match self {
            Self::Minute => Some('m'),
            Self::Hour => Some('h'),
            Self::Day | Self::Weekday => Some('d'),
            Self::Month => None,
        }
    }

    /// Smallest and largest number that the field takes.
    pub(super) fn bounds(self) -> (u32, u32) {
        match self {
            Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::Day => (1, 31),
            Self::Month => (1, 12),
            Self::Weekday => (0, 7),
        }
    }

    /// Number of the last value: that of Sunday, which has two, is its first.
    pub(super) fn last(self) -> u32 {
        if self == Self::Weekday { 6 } else { self.bounds().1 }
    }

    /// Names of its values in full, with the number of the first.
    fn names(self) -> (&'static [&'static str], u32) {
        match self {
            Self::Month => (&MONTHS, 1),
            Self::Weekday => (&WEEKDAYS, 0),
            _ => (&[], 0),
        }
    }

    /// Names of its values as a pattern has them.
    fn short_names(self) -> impl Iterator<Item = &'static str> {
        self.names().0.iter().map(|name| short(name))
    }

    /// Number that a text stands for.
    pub(super) fn value(self, text: &str) -> Option<u32> {
        if let Some(at) = self.short_names().position(|name| name.eq_ignore_ascii_case(text)) {
            return u32::try_from(at).ok().map(|at| at + self.names().1);
        }
        let (low, high) = self.bounds();
        digits(text).filter(|number| (low..=high).contains(number))
    }

    /// Text that stands for a number, by its name where `like` is one.
    pub(super) fn shown(self, number: u32, like: &str) -> String {
        let first = self.names().1;
        let at = number.checked_sub(first).and_then(|at| usize::try_from(at).ok());
        match at.and_then(|at| self.short_names().nth(at)) {
            Some(name) if digits(like).is_none() => name.to_owned(),
            _ => number.to_string(),
        }
    }

    /// Short name that a longer one means, such as `mon` of `Monday` or `Mond`.
    pub(super) fn shortened(self, text: &str) -> Option<&'static str> {
        let text = text.trim_end_matches('.');
        let starts = |name: &str| {
            name.get(..text.len()).is_some_and(|start| start.eq_ignore_ascii_case(text))
        };
        let is_known = text.len() >= LETTERS;
        self.names().0.iter().find(|name| is_known && starts(name)).map(|name| short(name))
    }
}

fn short(name: &'static str) -> &'static str {
    name.get(..LETTERS).unwrap_or(name)
}

/// Number that is written in digits alone.
pub(super) fn digits(text: &str) -> Option<u32> {
    is_number(text).then(|| text.parse().ok()).flatten()
}

/// `true` for digits alone.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
