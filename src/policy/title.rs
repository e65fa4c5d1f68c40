//! Titles of check types, in which `{name}` stands for a parameter.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, meant_or_known};
use crate::document::{Located, Text};

use super::context::FileContext;
use super::parameters::{Declaration, is_identifier};

/// The bytes of the longest title: what is longer is refused, and not looked at.
const LONGEST: usize = 800;

/// The names in braces, with the bytes at which they stand.
pub(super) fn names(title: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let title = if title.len() > LONGEST { "" } else { title };
    title.match_indices('{').filter_map(move |(open, _)| {
        let start = open + 1;
        let length = title.get(start..)?.find('}')?;
        let name = title.get(start..start + length).filter(|name| is_identifier(name))?;
        Some((start..start + length, name))
    })
}

/// The title with values in the places of names. What stands in a value is no name.
pub(super) fn filled(title: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    let mut rest = 0;
    for (bytes, name) in names(title) {
        let Some(value) = value(name) else { continue };
        filled.push_str(title.get(rest..bytes.start - 1).unwrap_or_default());
        filled.push_str(&value);
        rest = bytes.end + 1;
    }
    filled.push_str(title.get(rest..).unwrap_or_default());
    filled
}

/// Reports the names in the title of a check type that none of its parameters has.
pub(super) fn check(title: &Located<Text>, declared: &Declaration, file: &mut FileContext) {
    let mut parts = None;
    for (bytes, name) in names(title.value.as_str()) {
        let mut known = declared.names().peekable();
        if declared.names().any(|known| known == name) {
            continue;
        }
        let parts = parts.get_or_insert_with(|| title.parts(&file.source));
        let message = format!("there is no parameter `{name}`");
        let place = file.source.place_of_part(parts.of(bytes));
        let refused = Diagnostic::error(place, Code::UnknownParameter, message);
        file.report(match known.peek() {
            None => refused.help("declare it under `parameters`"),
            Some(_) => refused.help(meant_or_known(name, known)),
        });
    }
}
