//! The fields of a cron pattern, as they are written.
//!
//! The work for a field grows with its length alone, however malformed it is.

use super::days::{DaysOfMonth, DaysOfWeek};
use super::every::Every;
use super::field::{Field, digits, is_number};
use super::flaw::{Flaw, WrongField};

/// The longest list that is written anew, in bytes.
const LONGEST_LIST: usize = 100;

/// Values that a field names. Those of a field that is `*` are all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Values {
    /// Numbers, as bits.
    pub(super) numbers: u64,
    /// `true` where all values are meant: `*`, `?` or `*/1`.
    pub(super) is_any: bool,
    /// `true` for `*` and `*/n`, where nothing beside it stands in the field.
    pub(super) is_star: bool,
    /// `true` where `+` stands before the weekdays.
    pub(super) has_plus: bool,
    of_month: DaysOfMonth,
    of_week: DaysOfWeek,
}

/// Element of a list.
enum Element {
    /// Numbers, as bits.
    Numbers(u64),
    /// The last day of the month.
    LastDay,
    /// The last workday of the month.
    LastWorkday,
    /// The workday that is nearest to a day of the month.
    Nearest(u32),
    /// Weekdays by their number in the month.
    Nth(u64, usize),
    /// Weekdays of which the last is meant.
    LastOf(u64),
}

/// What is to be parsed as a range: its ends and its step.
#[derive(Clone, Copy)]
struct Span<'a> {
    from: &'a str,
    to: Option<&'a str>,
    step: Option<&'a str>,
    /// What stands behind it and says which of the month it is, such as `#2`.
    which: &'a str,
}

impl Values {
    /// Days of the month; none where the field is `*`.
    pub(super) fn days_of_month(&self) -> Option<DaysOfMonth> {
        let days = u32::try_from(self.numbers).unwrap_or_default();
        (!self.is_any).then(|| DaysOfMonth { days, ..self.of_month.clone() })
    }

    /// Days of the week; none where the field is `*`.
    pub(super) fn days_of_week(&self) -> Option<DaysOfWeek> {
        let each = week(self.numbers);
        (!self.is_any).then(|| DaysOfWeek { each, ..self.of_week.clone() })
    }

    fn add(&mut self, element: &Element) {
        match *element {
            Element::Numbers(numbers) => self.numbers |= numbers,
            Element::LastDay => self.of_month.has_last = true,
            Element::LastWorkday => self.of_month.has_last_workday = true,
            Element::Nearest(day) => self.of_month.nearest |= 1 << day,
            Element::Nth(days, at) => {
                if let Some(nth) = self.of_week.nth.get_mut(at) {
                    *nth |= week(days);
                }
            }
            Element::LastOf(days) => self.of_week.last |= week(days),
        }
    }
}

/// Weekdays of numbers, of which 0 and 7 are Sunday.
fn week(numbers: u64) -> u8 {
    let numbers = numbers | numbers >> 7 & 1;
    u8::try_from(numbers & 0x7f).unwrap_or_default()
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

/// Values of a field that begins at byte `start` of its pattern.
pub(super) fn parse(field: Field, start: usize, text: &str) -> Result<Values, WrongField> {
    let wrong = |at: usize, text: &str, flaw| {
        let range = start + at..start + at + text.len();
        Err(WrongField { field, range, text: text.to_owned(), flaw })
    };
    let list = if field == Field::Weekday { text.strip_prefix('+').unwrap_or(text) } else { text };
    let has_plus = list.len() < text.len();
    if has_plus && list.is_empty() {
        return wrong(0, text, Flaw::Plus);
    }
    let is_star = list == "*" || list.starts_with("*/") && !list.contains(',');
    if is_any(field, list) || list == "*/1" {
        let numbers = bits(field.bounds().0, field.last(), 1);
        return Ok(Values { numbers, is_any: true, is_star, has_plus, ..Values::default() });
    }
    let mut values = Values { is_star, has_plus, ..Values::default() };
    let mut at = text.len() - list.len();
    for element in list.split(',') {
        match parse_element(field, element) {
            Err(Flaw::Empty(_)) => return wrong(0, text, Flaw::Empty(without_empty(text))),
            Err(Flaw::Star) => return wrong(0, text, Flaw::Star),
            Err(flaw) => return wrong(at, element, flaw),
            Ok(element) => values.add(&element),
        }
        at += element.len() + 1;
    }
    Ok(values)
}

/// List without its empty elements, if anything is left and somebody would read it.
fn without_empty(list: &str) -> Option<String> {
    let (plus, list) = list.strip_prefix('+').map_or(("", list), |list| ("+", list));
    let elements = list.split(',').filter(|element| !element.is_empty());
    let elements: Vec<_> = elements.take(LONGEST_LIST).collect();
    let list = elements.join(",");
    (!list.is_empty() && list.len() < LONGEST_LIST).then(|| format!("{plus}{list}"))
}

/// `true` for `*`, and for `?`, which stands for it in the two fields of days.
fn is_any(field: Field, text: &str) -> bool {
    text == "*" || text == "?" && matches!(field, Field::Day | Field::Weekday)
}

fn parse_element(field: Field, element: &str) -> Result<Element, Flaw> {
    if element.is_empty() {
        return Err(Flaw::Empty(None));
    }
    if is_any(field, element) {
        return Err(Flaw::Star);
    }
    let is = |text: &str| element.eq_ignore_ascii_case(text);
    match field {
        Field::Day if is("L") => return Ok(Element::LastDay),
        Field::Day if is("LW") => return Ok(Element::LastWorkday),
        Field::Day => {
            if let Some(day) = element.strip_suffix(['w', 'W']) {
                return field.value(day).map(Element::Nearest).ok_or(Flaw::Value);
            }
        }
        Field::Weekday if is("L") => return Err(Flaw::Last),
        Field::Weekday => return parse_weekday(element),
        _ => {}
    }
    Span::new(element, "").numbers(field).map(Element::Numbers)
}

/// Weekday, which may be one of the month: `fri#2`, `5L`, `mon-fri#L`.
fn parse_weekday(element: &str) -> Result<Element, Flaw> {
    let field = Field::Weekday;
    if let Some((days, which)) = element.split_once('#') {
        let behind = element.get(days.len()..).unwrap_or_default();
        let numbers = || Span::new(days, behind).numbers(field);
        if which.eq_ignore_ascii_case("L") {
            return numbers().map(Element::LastOf);
        }
        let which = digits(which).filter(|number| (1..=5).contains(number));
        let at = which.and_then(|number| usize::try_from(number - 1).ok()).ok_or(Flaw::Value)?;
        return numbers().map(|numbers| Element::Nth(numbers, at));
    }
    let last = element.strip_suffix(['l', 'L']).and_then(|day| field.value(day));
    match last {
        Some(day) => Ok(Element::LastOf(1 << day)),
        None => Span::new(element, "").numbers(field).map(Element::Numbers),
    }
}

impl<'a> Span<'a> {
    fn new(text: &'a str, which: &'a str) -> Self {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (text, None),
        };
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (from, Some(to)),
            None => (range, None),
        };
        Self { from, to, step, which }
    }

    /// Numbers of a value, a range, or one of these with a step, as bits.
    fn numbers(self, field: Field) -> Result<u64, Flaw> {
        let step = match self.step {
            None => 1,
            // What is too large to be told from others is beyond all fields.
            Some(step) if is_number(step) => digits(step).unwrap_or(u32::MAX),
            Some(_) => return Err(Flaw::Step),
        };
        let (first, last) = self.ends(field)?;
        if step == 0 {
            return Err(Flaw::Step);
        }
        if first > last {
            return Err(Flaw::Downward(self.around(field, (first, last), step)));
        }
        let numbers = bits(first, last, step);
        let distinct = if field == Field::Weekday { week(numbers).into() } else { numbers };
        if self.step.is_some() && distinct.is_power_of_two() {
            let like = field.value(self.from).map_or("0", |_| self.from);
            let value = field.shown(first, like) + self.which;
            return Err(Flaw::Once(value, self.interval(field)));
        }
        Ok(numbers)
    }

    /// First and last number. A single value with a step begins a range to the end.
    fn ends(self, field: Field) -> Result<(u32, u32), Flaw> {
        let Some(to) = self.to else {
            if self.step.is_some() && is_any(field, self.from) && self.which.is_empty() {
                return Ok((field.bounds().0, field.last()));
            }
            let first = field.value(self.from).ok_or_else(|| self.unknown(field))?;
            let last = if self.step.is_some() { field.last().max(first) } else { first };
            return Ok((first, last));
        };
        let (Some(first), Some(last)) = (field.value(self.from), field.value(to)) else {
            return Err(self.unknown(field));
        };
        // Sunday ends a week that began before it, and is a day by itself from Sunday on.
        let ends_week = field == Field::Weekday && first > 0 && to.eq_ignore_ascii_case("sun");
        Ok((first, if ends_week { 7 } else { last }))
    }

    /// Flaw of what is no value, or a range of such.
    fn unknown(self, field: Field) -> Flaw {
        let meant = |text| match field.value(text) {
            Some(_) => Some(text),
            None => field.shortened(text),
        };
        let behind = self.which.to_owned();
        let step = self.step.map_or(behind.clone(), |step| format!("/{step}{behind}"));
        let short = match (meant(self.from), self.to.map(meant)) {
            (Some(from), None) => Some(format!("{from}{step}")),
            (Some(from), Some(Some(to))) => Some(format!("{from}-{to}{step}")),
            _ => None,
        };
        let other = [Field::Month, Field::Weekday].into_iter().find(|other| {
            *other != field && !is_number(self.from) && other.shortened(self.from).is_some()
        });
        match (short, other) {
            (Some(short), _) => Flaw::Name(corrected(field, short)),
            (None, Some(other)) => Flaw::Other(other),
            (None, None) => Flaw::Value,
        }
    }

    /// A range downwards as the list that is meant: `22-6` as `22-23,0-6`.
    fn around(self, field: Field, (first, last): (u32, u32), step: u32) -> String {
        let (low, high) = (field.bounds().0, field.last());
        let part = |from: u32, to: u32| {
            let ends = [(from, self.from), (to, self.to.unwrap_or_default())];
            let [one, other] = ends.map(|(number, like)| field.shown(number, like));
            let which = self.which;
            match step {
                _ if from > to => None,
                _ if to - from < step => Some(format!("{one}{which}")),
                1 => Some(format!("{one}-{other}{which}")),
                _ => Some(format!("{one}-{other}/{step}{which}")),
            }
        };
        // Where the steps go on behind the end of the field.
        let again = match high.checked_sub(first) {
            Some(rest) => (step - 1 - rest % step).saturating_add(low),
            None => low,
        };
        let parts = [part(first, high), part(again, last)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(",")
    }

    /// Interval that may be meant by a step of a whole field.
    fn interval(self, field: Field) -> Option<String> {
        let (step, unit) = (self.step.filter(|_| self.from == "*")?, field.unit()?);
        let every: Every = format!("{}{unit}", digits(step)?).parse().ok()?;
        Some(every.to_string())
    }
}

/// An element whose names are short, with what else is wrong with it written anew.
fn corrected(field: Field, element: String) -> String {
    match parse_element(field, &element) {
        Err(Flaw::Downward(meant) | Flaw::Once(meant, _)) => meant,
        _ => element,
    }
}

/// Numbers of a range, as bits.
fn bits(first: u32, last: u32, step: u32) -> u64 {
    let step = usize::try_from(step).unwrap_or(usize::MAX).max(1);
    (first..=last).step_by(step).fold(0, |all, number| all | 1 << number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported(field: Field, text: &str) -> String {
        match parse(field, 0, text) {
            Ok(_) => format!("{text}: good"),
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
        : 0..0 `` is no minute of a cron pattern: an element of its list is empty; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        ,5: 0..2 `,5` is no minute of a cron pattern: an element of its list is empty; write `5`
        ");
        insta::assert_snapshot!(all_reported(Field::Minute, &["1,,3", "1,", "1,60", "*,5", "?", "5/15", "/5", "*/", "*/0", "1.5"]), @"
        1,,3: 0..4 `1,,3` is no minute of a cron pattern: an element of its list is empty; write `1,3`
        1,: 0..2 `1,` is no minute of a cron pattern: an element of its list is empty; write `1`
        1,60: 2..4 `60` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        *,5: 0..3 `*,5` is no minute of a cron pattern: `*` stands by itself; write `*`
        ?: 0..1 `?` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        5/15: good
        /5: 0..2 `/5` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        */: 0..2 `*/` is no minute of a cron pattern: a step is a number from 1 on; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        */0: 0..3 `*/0` is no minute of a cron pattern: a step is a number from 1 on; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        1.5: 0..3 `1.5` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        ");
        insta::assert_snapshot!(all_reported(Field::Minute, &["*/65476", "*/65477", "1-2-3", "1-5/2/2", "jan", "L", "+1", "1#1"]), @"
        */65476: 0..7 `*/65476` is no minute of a cron pattern: its step hits one value only, `0`; write `0`, or a smaller step
        */65477: 0..7 `*/65477` is no minute of a cron pattern: its step hits one value only, `0`; write `0`, or a smaller step
        1-2-3: 0..5 `1-2-3` is no minute of a cron pattern; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        1-5/2/2: 0..7 `1-5/2/2` is no minute of a cron pattern: a step is a number from 1 on; write 0 to 59; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        jan: 0..3 `jan` is no minute of a cron pattern; a month is the fourth field of a pattern
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
        22-6/2: 0..6 `22-6/2` is no hour of a cron pattern: a range goes upwards; write `22,0-6/2`
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
        mon: 0..3 `mon` is no month of a cron pattern; a weekday is the fifth field of a pattern
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
        +: 0..1 `+` is no weekday of a cron pattern: `+` needs a weekday; write `+fri` for a day that must fit the third field and be a Friday, or `*`
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
        monday: 0..6 `monday` is no weekday of a cron pattern: a name has three letters; write `mon`
        fri/2: 0..5 `fri/2` is no weekday of a cron pattern: its step hits one value only, `fri`; write `fri`, or a smaller step
        1,5#2,satL: good
        5#2L: 0..4 `5#2L` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        LW: 0..2 `LW` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        15W: 0..3 `15W` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        ");
    }

    #[test]
    fn sunday_ends_a_week_that_began_before_it() {
        let days = |text| parse(Field::Weekday, 0, text).map(|values| week(values.numbers));
        for (text, wanted) in [
            ("sun-sun", 0b000_0001),
            ("0-SUN", 0b000_0001),
            ("7-sun", 0b000_0001),
            ("mon-sun", 0b111_1111),
            ("sat-sun", 0b100_0001),
            ("sun-mon", 0b000_0011),
            ("sun-7", 0b111_1111),
        ] {
            assert_eq!(days(text), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn a_step_that_hits_one_value_is_told() {
        let told = |texts: &[&str], field| all_reported(field, texts);
        insta::assert_snapshot!(told(&["*/59", "*/60", "*/90", "1-5/4", "1-5/5", "45/15", "50/15", "59/1", "7-7/2", "0/45", "*/99999999999999999999"], Field::Minute), @"
        */59: good
        */60: 0..4 `*/60` is no minute of a cron pattern: its step hits one value only, `0`; write `0`, or `every: 1h` instead of `cron`
        */90: 0..4 `*/90` is no minute of a cron pattern: its step hits one value only, `0`; write `0`, or `every: 90m` instead of `cron`
        1-5/4: good
        1-5/5: 0..5 `1-5/5` is no minute of a cron pattern: its step hits one value only, `1`; write `1`, or a smaller step
        45/15: 0..5 `45/15` is no minute of a cron pattern: its step hits one value only, `45`; write `45`, or a smaller step
        50/15: 0..5 `50/15` is no minute of a cron pattern: its step hits one value only, `50`; write `50`, or a smaller step
        59/1: 0..4 `59/1` is no minute of a cron pattern: its step hits one value only, `59`; write `59`, or a smaller step
        7-7/2: 0..5 `7-7/2` is no minute of a cron pattern: its step hits one value only, `7`; write `7`, or a smaller step
        0/45: good
        */99999999999999999999: 0..22 `*/99999999999999999999` is no minute of a cron pattern: its step hits one value only, `0`; write `0`, or a smaller step
        ");
        insta::assert_snapshot!(told(&["*/23", "*/24", "*/36", "9-17/9", "12/12", "2/36"], Field::Hour), @"
        */23: good
        */24: 0..4 `*/24` is no hour of a cron pattern: its step hits one value only, `0`; write `0`, or `every: 1d` instead of `cron`
        */36: 0..4 `*/36` is no hour of a cron pattern: its step hits one value only, `0`; write `0`, or `every: 36h` instead of `cron`
        9-17/9: 0..6 `9-17/9` is no hour of a cron pattern: its step hits one value only, `9`; write `9`, or a smaller step
        12/12: 0..5 `12/12` is no hour of a cron pattern: its step hits one value only, `12`; write `12`, or a smaller step
        2/36: 0..4 `2/36` is no hour of a cron pattern: its step hits one value only, `2`; write `2`, or a smaller step
        ");
        insta::assert_snapshot!(told(&["*/30", "*/31", "*/40", "?/31", "1,*/40", "15/20"], Field::Day), @"
        */30: good
        */31: 0..4 `*/31` is no day of the month of a cron pattern: its step hits one value only, `1`; write `1`, or a smaller step
        */40: 0..4 `*/40` is no day of the month of a cron pattern: its step hits one value only, `1`; write `1`, or a smaller step
        ?/31: 0..4 `?/31` is no day of the month of a cron pattern: its step hits one value only, `1`; write `1`, or a smaller step
        1,*/40: 2..6 `*/40` is no day of the month of a cron pattern: its step hits one value only, `1`; write `1`, or a smaller step
        15/20: 0..5 `15/20` is no day of the month of a cron pattern: its step hits one value only, `15`; write `15`, or a smaller step
        ");
        insta::assert_snapshot!(told(&["*/11", "*/12", "jan/12", "nov/1"], Field::Month), @"
        */11: good
        */12: 0..4 `*/12` is no month of a cron pattern: its step hits one value only, `1`; write `1`, or a smaller step
        jan/12: 0..6 `jan/12` is no month of a cron pattern: its step hits one value only, `jan`; write `jan`, or a smaller step
        nov/1: good
        ");
        insta::assert_snapshot!(told(&["*/6", "*/7", "*/8", "0-7/7", "fri/2", "+*/9", "mon-fri/5#2", "7/2"], Field::Weekday), @"
        */6: good
        */7: 0..3 `*/7` is no weekday of a cron pattern: its step hits one value only, `0`; write `0`, or `every: 7d` instead of `cron`
        */8: 0..3 `*/8` is no weekday of a cron pattern: its step hits one value only, `0`; write `0`, or `every: 8d` instead of `cron`
        0-7/7: 0..5 `0-7/7` is no weekday of a cron pattern: its step hits one value only, `0`; write `0`, or a smaller step
        fri/2: 0..5 `fri/2` is no weekday of a cron pattern: its step hits one value only, `fri`; write `fri`, or a smaller step
        +*/9: 1..4 `*/9` is no weekday of a cron pattern: its step hits one value only, `0`; write `0`, or `every: 9d` instead of `cron`
        mon-fri/5#2: 0..11 `mon-fri/5#2` is no weekday of a cron pattern: its step hits one value only, `mon#2`; write `mon#2`, or a smaller step
        7/2: 0..3 `7/2` is no weekday of a cron pattern: its step hits one value only, `7`; write `7`, or a smaller step
        ");
    }

    #[test]
    fn names_in_full_and_ranges_downwards_are_written_as_they_are_meant() {
        let told = |texts: &[&str], field| all_reported(field, texts);
        insta::assert_snapshot!(told(&["Monday", "tues", "Sunday-Thursday", "mon-Friday", "mond#2", "mo", "monkey", "may", "+Monday"], Field::Weekday), @"
        Monday: 0..6 `Monday` is no weekday of a cron pattern: a name has three letters; write `mon`
        tues: 0..4 `tues` is no weekday of a cron pattern: a name has three letters; write `tue`
        Sunday-Thursday: 0..15 `Sunday-Thursday` is no weekday of a cron pattern: a name has three letters; write `sun-thu`
        mon-Friday: 0..10 `mon-Friday` is no weekday of a cron pattern: a name has three letters; write `mon-fri`
        mond#2: 0..6 `mond#2` is no weekday of a cron pattern: a name has three letters; write `mon#2`
        mo: 0..2 `mo` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        monkey: 0..6 `monkey` is no weekday of a cron pattern; write 0 to 7 or `sun` to `sat`; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th
        may: 0..3 `may` is no weekday of a cron pattern; a month is the fourth field of a pattern
        +Monday: 1..7 `Monday` is no weekday of a cron pattern: a name has three letters; write `mon`
        ");
        insta::assert_snapshot!(told(&["fri-mon#2", "sat-mon/2", "fri-tue/2", "thu-sun", "7-5", "+fri-mon", "Friday-Monday"], Field::Weekday), @"
        fri-mon#2: 0..9 `fri-mon#2` is no weekday of a cron pattern: a range goes upwards; write `fri-sat#2,sun-mon#2`
        sat-mon/2: 0..9 `sat-mon/2` is no weekday of a cron pattern: a range goes upwards; write `sat,mon`
        fri-tue/2: 0..9 `fri-tue/2` is no weekday of a cron pattern: a range goes upwards; write `fri,sun-tue/2`
        thu-sun: good
        7-5: 0..3 `7-5` is no weekday of a cron pattern: a range goes upwards; write `0-5`
        +fri-mon: 1..8 `fri-mon` is no weekday of a cron pattern: a range goes upwards; write `fri-sat,sun-mon`
        Friday-Monday: 0..13 `Friday-Monday` is no weekday of a cron pattern: a name has three letters; write `fri-sat,sun-mon`
        ");
        insta::assert_snapshot!(told(&["Sept", "January-mar", "nov-jan/2", "friday"], Field::Month), @"
        Sept: 0..4 `Sept` is no month of a cron pattern: a name has three letters; write `sep`
        January-mar: 0..11 `January-mar` is no month of a cron pattern: a name has three letters; write `jan-mar`
        nov-jan/2: 0..9 `nov-jan/2` is no month of a cron pattern: a range goes upwards; write `nov,jan`
        friday: 0..6 `friday` is no month of a cron pattern; a weekday is the fifth field of a pattern
        ");
        insta::assert_snapshot!(told(&["50-10/7", "59-0", "30-29"], Field::Minute), @"
        50-10/7: 0..7 `50-10/7` is no minute of a cron pattern: a range goes upwards; write `50-59/7,4`
        59-0: 0..4 `59-0` is no minute of a cron pattern: a range goes upwards; write `59,0`
        30-29: 0..5 `30-29` is no minute of a cron pattern: a range goes upwards; write `30-59,0-29`
        ");
        insta::assert_snapshot!(told(&["25-5", "25-5/40", "31-1/5"], Field::Day), @"
        25-5: 0..4 `25-5` is no day of the month of a cron pattern: a range goes upwards; write `25-31,1-5`
        25-5/40: 0..7 `25-5/40` is no day of the month of a cron pattern: a range goes upwards; write `25`
        31-1/5: 0..6 `31-1/5` is no day of the month of a cron pattern: a range goes upwards; write `31`
        ");
    }
}
