//! What is wrong with a field of a cron pattern, and what to write instead.

use std::fmt;
use std::ops::Range;

use super::field::Field;

/// Part of a pattern that is none of its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongField {
    /// Field that is wrong.
    pub field: Field,
    /// Bytes of the pattern that are to blame.
    pub range: Range<usize>,
    /// Text that stands there.
    pub text: String,
    pub(super) flaw: Flaw,
}

/// Reason why a part of a pattern is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    /// No value of the field.
    Value,
    /// A name that is too long, and what is meant.
    Name(String),
    /// A value of another field, which has names.
    Other(Field),
    /// A list with nothing between two commas, before the first or behind the last, and the list
    /// without that.
    Empty(Option<String>),
    /// `*` as one of several.
    Star,
    /// A range from a larger value to a smaller one, and the list that is meant.
    Downward(String),
    /// A step that is no number from 1 on.
    Step,
    /// A step that hits one value only, and the interval that may be meant.
    Once(String, Option<String>),
    /// `L` without a weekday before it.
    Last,
    /// `+` with no weekday behind it.
    Plus,
}

impl WrongField {
    /// Message that shows the text in its place as this one, which may be cut.
    pub fn message(&self, text: &str) -> String {
        format!("`{text}` is no {} of a cron pattern{}", self.field.name(), self.reason())
    }

    /// Reason why it is wrong, to stand behind the name of the field.
    fn reason(&self) -> String {
        let reason = match &self.flaw {
            Flaw::Value | Flaw::Other(_) => return String::new(),
            Flaw::Name(_) => "a name has three letters",
            Flaw::Empty(_) => "an element of its list is empty",
            Flaw::Star => "`*` stands by itself",
            Flaw::Downward(_) => "a range goes upwards",
            Flaw::Step => "a step is a number from 1 on",
            Flaw::Once(value, _) => return format!(": its step hits one value only, `{value}`"),
            Flaw::Last => "`L` needs a day",
            Flaw::Plus => "`+` needs a weekday",
        };
        format!(": {reason}")
    }

    /// Advice what to write instead.
    pub fn advice(&self) -> String {
        match &self.flaw {
            Flaw::Downward(meant) | Flaw::Name(meant) | Flaw::Empty(Some(meant)) => {
                format!("write `{meant}`")
            }
            Flaw::Once(value, None) => format!("write `{value}`, or a smaller step"),
            Flaw::Once(value, Some(interval)) => {
                format!("write `{value}`, or `every: {interval}` instead of `cron`")
            }
            Flaw::Other(field) => {
                format!("a {} is the {} field of a pattern", field.name(), field.place())
            }
            Flaw::Last => "write `5L` for the last Friday of the month, or `L` as its day".into(),
            Flaw::Plus => "write `+fri` for a day that must fit the third field and be a Friday, \
                           or `*`"
                .into(),
            Flaw::Star => "write `*`".into(),
            Flaw::Value | Flaw::Empty(None) | Flaw::Step => format!(
                "write {}; `*` is any, `a-b` a range, `a,b` a list, `*/n` every n-th",
                self.field.values()
            ),
        }
    }
}

impl fmt::Display for WrongField {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message(&self.text))
    }
}
