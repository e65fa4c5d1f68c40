//! What is wrong with the settings, and what of their file may be shown.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use crate::diagnostic::{Diagnostic, Location};

/// Path of the file in diagnostics until [`InvalidSettings::of_file`] names it.
pub(super) const FILE: &str = "settings";

/// All that is wrong with the settings, each problem at its place in the file or at the variable
/// that sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidSettings {
    /// Problems in the order of the file; those of variables come last.
    pub problems: Vec<Diagnostic>,
    /// The file line by line as far as it may be shown: `…` stands for each value that may be a
    /// secret, and nothing is there of a file that is no TOML.
    pub shown: String,
}

impl InvalidSettings {
    /// The same with the name of the file in its places, which have no lines where there is none.
    #[must_use]
    pub fn of_file(mut self, path: Option<&str>) -> Self {
        for problem in self.problems.iter_mut().filter(|found| &*found.place.path == FILE) {
            match path {
                Some(path) => problem.place.path = path.into(),
                None => problem.place = Location::without_lines("no file"),
            }
        }
        self
    }

    /// One sentence that counts them.
    pub fn summary(&self) -> String {
        match self.problems.len() {
            1 => "1 setting is missing or wrong".to_owned(),
            count => format!("{count} settings are missing or wrong"),
        }
    }
}

impl std::error::Error for InvalidSettings {}

impl fmt::Display for InvalidSettings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:", self.summary())?;
        self.problems.iter().try_for_each(|found| {
            write!(out, "\n  {}: {}", found.place, found.message)?;
            found.help.iter().try_for_each(|help| write!(out, "; {help}"))
        })
    }
}

/// Problems so far, and the stretches of the file in bytes that decide what of it is shown.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) problems: Vec<Diagnostic>,
    /// Byte ranges of the keys, those in headers of tables too.
    keys: Vec<Range<usize>>,
    /// Values that are no tables.
    values: Vec<Range<usize>>,
    /// Starts of values that were read as what may be shown.
    shown: BTreeSet<usize>,
}

impl Report {
    /// Takes note of a key, and of its value unless it is a table.
    pub(super) fn entry(&mut self, key: Range<usize>, value: Option<Range<usize>>) {
        self.keys.push(key);
        self.values.extend(value);
    }

    /// Allows a value to be shown.
    pub(super) fn show(&mut self, value: &Range<usize>) {
        self.shown.insert(value.start);
    }

    /// The settings, unless there are problems with them.
    pub(super) fn finish<T>(mut self, settings: T, text: &str) -> Result<T, InvalidSettings> {
        if self.problems.is_empty() {
            return Ok(settings);
        }
        self.problems.sort_by_key(|found| (found.place.line == 0, found.place.clone()));
        Err(InvalidSettings { shown: self.visible(text), problems: self.problems })
    }

    /// The text with nothing but keys and the values that may be shown. Each line keeps its number,
    /// and is cut where the first value begins that may not.
    fn visible(&self, text: &str) -> String {
        let (allowed, hidden): (Vec<_>, Vec<_>) =
            self.values.iter().partition(|value| self.shown.contains(&value.start));
        let mut visible = String::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let end = start + line.trim_end_matches(['\n', '\r']).len();
            let touches = |range: &&Range<usize>| range.start < end && range.end > start;
            let cut = hidden.iter().copied().filter(touches).map(|it| it.start.max(start)).min();
            let last = self.keys.iter().chain(allowed.iter().copied()).filter(touches);
            let last = last.map(|range| range.end.min(end)).max();
            match (cut, last) {
                (Some(cut), _) => {
                    visible.push_str(text.get(start..cut).unwrap_or_default());
                    visible.push('…');
                }
                (None, Some(last)) => {
                    let rest = text.get(last..end).unwrap_or_default();
                    let closing = rest.len() - rest.trim_start_matches([']', '}', ' ', '\t']).len();
                    let line = text.get(start..last + closing).unwrap_or_default();
                    visible.push_str(line.trim_end());
                }
                (None, None) => {}
            }
            visible.push('\n');
            start += line.len();
        }
        visible
    }
}

/// The place of a variable.
pub(super) fn of_variable(name: &str) -> Location {
    Location::without_lines(format!("variable {name}"))
}
