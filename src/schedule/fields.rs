//! The fields of a cron pattern, as they are written.
//!
//! A field is checked here before the crate that computes times sees it: croner 4.0.3 takes some
//! malformed fields, and then searches for their times for seconds before it refuses the pattern.

use std::fmt;
use std::ops::Range;

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
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Names of weekdays, the first of which is 0.
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

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

    /// Values that it takes, for people.
    fn values(self) -> &'static str {
        match self {
            Self::Minute => "0 to 59",
            Self::Hour => "0 to 23",
            Self::Day => "1 to 31",
            Self::Month => "1 to 12 or `jan` to `dec`",
            Self::Weekday => "0 to 7 or `sun` to `sat`",
        }
    }

    /// Smallest and largest number that the field takes.
    fn bounds(self) -> (u16, u16) {
        match self {
            Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::Day => (1, 31),
            Self::Month => (1, 12),
            Self::Weekday => (0, 7),
        }
    }

    /// Names of its values, with the number of the first.
    fn names(self) -> (&'static [&'static str], u16) {
        match self {
            Self::Month => (&MONTHS, 1),
            Self::Weekday => (&WEEKDAYS, 0),
            _ => (&[], 0),
        }
    }

    /// Number that a text stands for.
    fn value(self, text: &str) -> Option<u16> {
        let (names, first) = self.names();
        if let Some(at) = names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
            return u16::try_from(at).ok().map(|at| at + first);
        }
        let (low, high) = self.bounds();
        digits(text).filter(|number| (low..=high).contains(number))
    }

    /// Text that stands for a number, by its name where `like` is one.
    fn shown(self, number: u16, like: &str) -> String {
        let (names, first) = self.names();
        let name = number.checked_sub(first).and_then(|at| names.get(usize::from(at)));
        match name {
            Some(name) if digits(like).is_none() => (*name).to_owned(),
            _ => number.to_string(),
        }
    }

    /// Largest number, which a name of Sunday's is not: `sat` is the last weekday that has one.
    fn last(self, like: &str) -> u16 {
        let is_named = digits(like).is_none();
        if self == Self::Weekday && is_named { 6 } else { self.bounds().1 }
    }
}

/// Number that is written in digits alone.
fn digits(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Part of a pattern that is none of its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongField {
    /// Field that is wrong.
    pub field: Field,
    /// Bytes of the pattern that are to blame.
    pub range: Range<usize>,
    /// Text that stands in the field.
    pub text: String,
    flaw: Flaw,
}

/// Reason why a part of a pattern is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Flaw {
    /// No value of the field.
    Value,
    /// A list with nothing between two commas, before the first or behind the last.
    Empty,
    /// `*` as one of several.
    Star,
    /// A range from a larger value to a smaller one, and the list that is meant.
    Downward(String),
    /// A step from one value on, and the range that is meant.
    Start(String),
    /// `L` without a weekday before it.
    Last,
}

impl WrongField {
    /// Reason why it is wrong, to stand behind the text and the name of the field.
    pub fn reason(&self) -> &'static str {
        match self.flaw {
            Flaw::Value => "",
            Flaw::Empty => ": an element of its list is empty",
            Flaw::Star => ": `*` stands by itself",
            Flaw::Downward(_) => ": a range goes upwards",
            Flaw::Start(_) => ": a step needs a range",
            Flaw::Last => ": `L` needs a day",
        }
    }

    /// Advice what to write instead.
    pub fn advice(&self) -> String {
        match &self.flaw {
            Flaw::Downward(meant) | Flaw::Start(meant) => format!("write `{meant}`"),
            Flaw::Last => "write `5L` for the last Friday of the month, or `L` as its day".into(),
            _ => format!(
                "write {}; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th",
                self.field.values()
            ),
        }
    }
}

impl fmt::Display for WrongField {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, field, .. } = self;
        write!(out, "`{text}` is no {} of a cron pattern{}", field.name(), self.reason())
    }
}

/// The fields of a pattern, each with the byte at which it begins.
pub(super) fn split(pattern: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    let mut found = Vec::new();
    for field in pattern.split_whitespace() {
        let Some(blank) = pattern.get(at..).and_then(|rest| rest.find(field)) else { break };
        found.push((at + blank, field));
        at += blank + field.len();
    }
    found
}

/// Checks a field that begins at byte `start` of its pattern.
pub(super) fn check(field: Field, start: usize, text: &str) -> Result<(), WrongField> {
    let wrong = |at: usize, text: &str, flaw| {
        let range = start + at..start + at + text.len();
        Err(WrongField { field, range, text: text.to_owned(), flaw })
    };
    let list = if field == Field::Weekday { text.strip_prefix('+').unwrap_or(text) } else { text };
    if is_any(field, list) {
        return Ok(());
    }
    let mut at = text.len() - list.len();
    for element in list.split(',') {
        match element_flaw(field, element) {
            // The whole of a field that is nothing but its mark is shown.
            Some(Flaw::Empty) if list.is_empty() => return wrong(0, text, Flaw::Value),
            Some(flaw @ (Flaw::Empty | Flaw::Star)) => return wrong(0, text, flaw),
            Some(flaw) => return wrong(at, element, flaw),
            None => at += element.len() + 1,
        }
    }
    Ok(())
}

/// `true` for `*`, and for `?`, which stands for it in the two fields of days.
fn is_any(field: Field, text: &str) -> bool {
    text == "*" || text == "?" && matches!(field, Field::Day | Field::Weekday)
}

/// Flaw of an element of a list.
fn element_flaw(field: Field, element: &str) -> Option<Flaw> {
    if element.is_empty() {
        return Some(Flaw::Empty);
    }
    if is_any(field, element) {
        return Some(Flaw::Star);
    }
    let is = |text: &str| element.eq_ignore_ascii_case(text);
    match field {
        Field::Day if is("L") || is("LW") => return None,
        Field::Day => {
            if let Some(day) = element.strip_suffix(['w', 'W']) {
                return field.value(day).is_none().then_some(Flaw::Value);
            }
        }
        Field::Weekday if is("L") => return Some(Flaw::Last),
        Field::Weekday => return weekday_flaw(element),
        _ => {}
    }
    range_flaw(field, element)
}

/// The same of a weekday, which may be one of the month: `fri#2`, `5L`, `mon-fri#L`.
fn weekday_flaw(element: &str) -> Option<Flaw> {
    let field = Field::Weekday;
    if let Some((days, which)) = element.split_once('#') {
        let is_which = which.eq_ignore_ascii_case("L") || digits(which).is_some_and(is_fifth);
        return if is_which { range_flaw(field, days) } else { Some(Flaw::Value) };
    }
    let last = element.strip_suffix(['l', 'L']).filter(|day| field.value(day).is_some());
    if last.is_some() { None } else { range_flaw(field, element) }
}

/// `true` for what may be the number of a weekday in its month.
fn is_fifth(number: u16) -> bool {
    (1..=5).contains(&number)
}

/// Flaw of a value, a range, or one of these with a step.
fn range_flaw(field: Field, element: &str) -> Option<Flaw> {
    let (range, step) = match element.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (element, None),
    };
    // The crate counts with 16 bits, beyond the last value too.
    let is_step = |step: u16| step > 0 && step.checked_add(field.bounds().1).is_some();
    if step.is_some_and(|step| !digits(step).is_some_and(is_step)) {
        return Some(Flaw::Value);
    }
    if step.is_some() && is_any(field, range) {
        return None;
    }
    let Some((from, to)) = range.split_once('-') else {
        return match (field.value(range), step) {
            (None, _) => Some(Flaw::Value),
            (Some(_), None) => None,
            (Some(_), Some(step)) => {
                let last = field.shown(field.last(range), range);
                Some(Flaw::Start(format!("{range}-{last}/{step}")))
            }
        };
    };
    let (Some(first), Some(mut last)) = (field.value(from), field.value(to)) else {
        return Some(Flaw::Value);
    };
    if field == Field::Weekday && to.eq_ignore_ascii_case("sun") {
        last = 7;
    }
    (first > last).then(|| match step {
        None => Flaw::Downward(around(field, (from, first), (to, last))),
        Some(_) => Flaw::Value,
    })
}

/// A range downwards as the list that is meant: `22-6` as `22-23,0-6`.
fn around(field: Field, (from, first): (&str, u16), (to, last): (&str, u16)) -> String {
    let (low, high) = (field.bounds().0, field.last(from));
    // Sunday begins the week as well as it ends it.
    let high = if field == Field::Weekday { high.min(6) } else { high };
    let part = |one: u16, other: u16| {
        let [from, to] = [field.shown(one, from), field.shown(other, to)];
        if one >= other { to } else { format!("{from}-{to}") }
    };
    let end = part(low, last);
    if first > high { end } else { format!("{},{end}", part(first, high)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported(field: Field, text: &str) -> String {
        match check(field, 0, text) {
            Ok(()) => format!("{text}: good"),
            Err(wrong) => format!("{text}: {:?} {wrong}; {}", wrong.range, wrong.advice()),
        }
    }

    fn all_reported(field: Field, texts: &[&str]) -> String {
        texts.iter().map(|text| reported(field, text)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn minutes_are_checked_element_by_element() {
        insta::assert_snapshot!(all_reported(Field::Minute, &["0", "59", "007", "*", "*/5", "1-5,7,10-50/20", "60", "-1", "", ",5"]), @"
        0: good
        59: good
        007: good
        *: good
        */5: good
        1-5,7,10-50/20: good
        60: 0..2 `60` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        -1: 0..2 `-1` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        : 0..0 `` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        ,5: 0..2 `,5` is no minute of a cron pattern: an element of its list is empty; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        ");
        insta::assert_snapshot!(all_reported(Field::Minute, &["1,,3", "1,", "1,60", "*,5", "?", "5/15", "/5", "*/", "*/0", "1.5"]), @"
        1,,3: 0..4 `1,,3` is no minute of a cron pattern: an element of its list is empty; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        1,: 0..2 `1,` is no minute of a cron pattern: an element of its list is empty; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        1,60: 2..4 `60` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        *,5: 0..3 `*,5` is no minute of a cron pattern: `*` stands by itself; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        ?: 0..1 `?` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        5/15: 0..4 `5/15` is no minute of a cron pattern: a step needs a range; write `5-59/15`
        /5: 0..2 `/5` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        */: 0..2 `*/` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        */0: 0..3 `*/0` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        1.5: 0..3 `1.5` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        ");
        insta::assert_snapshot!(all_reported(Field::Minute, &["*/65476", "*/65477", "1-2-3", "1-5/2/2", "jan", "L", "+1", "1#1"]), @"
        */65476: good
        */65477: 0..7 `*/65477` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        1-2-3: 0..5 `1-2-3` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        1-5/2/2: 0..7 `1-5/2/2` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        jan: 0..3 `jan` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        L: 0..1 `L` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        +1: 0..2 `+1` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        1#1: 0..3 `1#1` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        ");
    }

    #[test]
    fn hours_are_checked_element_by_element() {
        insta::assert_snapshot!(all_reported(Field::Hour, &["0-23", "24", "22-6", "23-0", "22-6/2", "5-", "-5", "９"]), @"
        0-23: good
        24: 0..2 `24` is no hour of a cron pattern; write 0 to 23; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        22-6: 0..4 `22-6` is no hour of a cron pattern: a range goes upwards; write `22-23,0-6`
        23-0: 0..4 `23-0` is no hour of a cron pattern: a range goes upwards; write `23,0`
        22-6/2: 0..6 `22-6/2` is no hour of a cron pattern; write 0 to 23; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        5-: 0..2 `5-` is no hour of a cron pattern; write 0 to 23; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        -5: 0..2 `-5` is no hour of a cron pattern; write 0 to 23; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        ９: 0..3 `９` is no hour of a cron pattern; write 0 to 23; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        ");
    }

    #[test]
    fn days_are_checked_element_by_element() {
        insta::assert_snapshot!(all_reported(Field::Day, &["?", "?/2", "0", "31", "L", "LW", "lw", "15W", "w", "1-5W", "5L", "+1"]), @"
        ?: good
        ?/2: good
        0: 0..1 `0` is no day of the month of a cron pattern; write 1 to 31; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        31: good
        L: good
        LW: good
        lw: good
        15W: good
        w: 0..1 `w` is no day of the month of a cron pattern; write 1 to 31; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        1-5W: 0..4 `1-5W` is no day of the month of a cron pattern; write 1 to 31; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        5L: 0..2 `5L` is no day of the month of a cron pattern; write 1 to 31; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        +1: 0..2 `+1` is no day of the month of a cron pattern; write 1 to 31; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        ");
    }

    #[test]
    fn months_are_checked_element_by_element() {
        insta::assert_snapshot!(all_reported(Field::Month, &["jan", "DEC", "jan-3", "nov-feb", "dec-jan", "11-2", "0", "mon", "13"]), @"
        jan: good
        DEC: good
        jan-3: good
        nov-feb: 0..7 `nov-feb` is no month of a cron pattern: a range goes upwards; write `nov-dec,jan-feb`
        dec-jan: 0..7 `dec-jan` is no month of a cron pattern: a range goes upwards; write `dec,jan`
        11-2: 0..4 `11-2` is no month of a cron pattern: a range goes upwards; write `11-12,1-2`
        0: 0..1 `0` is no month of a cron pattern; write 1 to 12 or `jan` to `dec`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        mon: 0..3 `mon` is no month of a cron pattern; write 1 to 12 or `jan` to `dec`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        13: 0..2 `13` is no month of a cron pattern; write 1 to 12 or `jan` to `dec`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        ");
    }

    #[test]
    fn weekdays_are_checked_element_by_element() {
        insta::assert_snapshot!(all_reported(Field::Weekday, &["sun-sat", "mon-sun", "0-7", "7", "8", "fri-mon", "sat-mon", "5-1"]), @"
        sun-sat: good
        mon-sun: good
        0-7: good
        7: good
        8: 0..1 `8` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        fri-mon: 0..7 `fri-mon` is no weekday of a cron pattern: a range goes upwards; write `fri-sat,sun-mon`
        sat-mon: 0..7 `sat-mon` is no weekday of a cron pattern: a range goes upwards; write `sat,sun-mon`
        5-1: 0..3 `5-1` is no weekday of a cron pattern: a range goes upwards; write `5-6,0-1`
        ");
        insta::assert_snapshot!(all_reported(Field::Weekday, &["7-1", "fri-1", "?", "+", "+*", "+mon-fri", "++1", "L", "5L", "monL"]), @"
        7-1: 0..3 `7-1` is no weekday of a cron pattern: a range goes upwards; write `0-1`
        fri-1: 0..5 `fri-1` is no weekday of a cron pattern: a range goes upwards; write `fri-6,sun-1`
        ?: good
        +: 0..1 `+` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        +*: good
        +mon-fri: good
        ++1: 1..3 `+1` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        L: 0..1 `L` is no weekday of a cron pattern: `L` needs a day; write `5L` for the last Friday of the month, or `L` as its day
        5L: good
        monL: good
        ");
        insta::assert_snapshot!(all_reported(Field::Weekday, &["fri#2", "5#L", "1-5#3", "1-5/2#1", "5#6", "5#0", "5#", "#2", "*#1"]), @"
        fri#2: good
        5#L: good
        1-5#3: good
        1-5/2#1: good
        5#6: 0..3 `5#6` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        5#0: 0..3 `5#0` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        5#: 0..2 `5#` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        #2: 0..2 `#2` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        *#1: 0..3 `*#1` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        ");
        insta::assert_snapshot!(all_reported(Field::Weekday, &["1-5L", "monday", "fri/2", "1,5#2,satL", "5#2L", "LW", "15W"]), @"
        1-5L: 0..4 `1-5L` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        monday: 0..6 `monday` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        fri/2: 0..5 `fri/2` is no weekday of a cron pattern: a step needs a range; write `fri-sat/2`
        1,5#2,satL: good
        5#2L: 0..4 `5#2L` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        LW: 0..2 `LW` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        15W: 0..3 `15W` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        ");
    }
}
