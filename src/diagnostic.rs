//! A problem at its place: what is wrong, where, and what to do about it.

mod codes;
mod example;
mod hidden;
mod stored;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::codes::{Code, UnknownCode};
pub use self::example::{Example, ExampleContext};
pub use self::hidden::{Hidden, is_hidden, visible_char, visible_lines, write_escape};
pub use self::stored::StoredDiagnostic;

/// Severity of a [`Diagnostic`]: whether it keeps a revision from coming into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Oddity that is worth a look; the revision is still good.
    Warning,
    /// Fault for which the revision cannot come into force.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// A place in a file of the policy repository.
///
/// Lines and columns count from 1; columns count Unicode scalar values. The end is exclusive
/// and never before the start. All are 0 of a path that has no lines, such as a variable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// Path from the repository's root, with `/`.
    pub path: Arc<str>,
    /// Line of the first character, from 1.
    pub line: u32,
    /// Column of the first character, from 1.
    pub column: u32,
    /// Line of the exclusive end, not before `line`.
    pub end_line: u32,
    /// Column behind the last character, from 1.
    pub end_column: u32,
}

impl Location {
    /// The place of one character, whose column counts from 1.
    pub fn point(path: impl Into<Arc<str>>, line: u32, column: u32) -> Self {
        Self { path: path.into(), line, column, end_line: line, end_column: column + 1 }
    }

    /// The place of what has no lines, such as a variable.
    pub fn without_lines(path: impl Into<Arc<str>>) -> Self {
        Self { path: path.into(), line: 0, column: 0, end_line: 0, end_column: 0 }
    }

    /// The place of some bytes of a text.
    pub fn in_text(path: impl Into<Arc<str>>, text: &str, bytes: Range<usize>) -> Self {
        let position = |byte: usize| {
            let before = text.get(..byte.min(text.len())).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            (number(line), number(column))
        };
        let ((line, column), (end_line, end_column)) = (position(bytes.start), position(bytes.end));
        Self { path: path.into(), line, column, end_line, end_column }
    }

    /// The very start of a file: for problems of the file as a whole.
    pub fn file(path: impl Into<Arc<str>>) -> Self {
        Self::point(path, 1, 1)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => out.write_str(&self.path),
            line => write!(out, "{}:{line}:{}", self.path, self.column),
        }
    }
}

/// A problem at its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// Place that the problem is about, the smallest that shows it.
    pub place: Location,
    /// Severity, which the settings of a repository may raise.
    pub level: Level,
    /// Kind of the problem, under which it is documented.
    pub code: Code,
    /// Problem in words: lower case, no full stop, values in backticks.
    pub message: String,
    /// Way out of the problem, if the message does not give it already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// A second place that belongs to the problem, such as the first of two equal names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub related: Option<(Location, String)>,
}

/// So many names are all shown where none is near enough to be meant; of more, some.
const FEW_NAMES: usize = 20;
const SHOWN_OF_MANY: usize = 5;

/// Bytes of the longest name that is compared with others.
const LONGEST_NAME: usize = 100;
/// How many names a misspelt one is held against, and how long that may take: comparing two costs
/// the product of their lengths.
const MOST_NAMES: usize = 2_000;
const COMPARING: usize = 40_000;
/// Cost of a comparison besides, in the same unit.
const STARTING: usize = 100;

/// The name that a misspelt one was meant to be, if there is one like it. Of very many names only
/// the first are looked at.
pub fn nearest<'a>(misspelt: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if misspelt.len() > LONGEST_NAME {
        return None;
    }
    let folded = misspelt.to_lowercase();
    let letters = letters_of(misspelt);
    let mut left = COMPARING;
    let mut best: Option<(usize, &str)> = None;
    for name in known.into_iter().take(MOST_NAMES) {
        let most = (name.len() / 3).clamp(1, 4);
        let others =
            usize::try_from((letters_of(name) ^ letters).count_ones()).unwrap_or(usize::MAX);
        if name.len().abs_diff(folded.len()) > 2 * most || others > 2 * most {
            continue;
        }
        let Some(rest) = left.checked_sub(STARTING + name.len() * folded.len()) else { break };
        left = rest;
        let distance = strsim::osa_distance(&name.to_lowercase(), &folded);
        if distance <= most && best.is_none_or(|best| (distance, name) < best) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Which letters and digits a name has, a bit each: two names that differ in many are not alike.
fn letters_of(name: &str) -> u64 {
    let bits = name.bytes().filter(u8::is_ascii_alphanumeric);
    bits.fold(0, |bits, byte| bits | 1 << (byte.to_ascii_lowercase() % 64))
}

/// Help that names what a misspelt name was meant to be, if there is one like it.
pub fn meant<'a>(misspelt: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(misspelt, known).map(|near| format!("did you mean `{near}`?"))
}

/// Help on a name that is like none of the known ones: which there are, or some where they are many.
pub fn known_here<'a>(misspelt: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<_> = known.into_iter().collect();
    let quoted = |names: Vec<&str>| format!("`{}`", names.join("`, `"));
    match known.len() {
        0..=FEW_NAMES => format!("there are {}", quoted(known)),
        count => {
            let close = quoted(closest(misspelt, known, SHOWN_OF_MANY));
            format!("there are {count}; the closest are {close}")
        }
    }
}

/// Help that names what a misspelt name was meant to be, else what there is.
pub fn meant_or_known<'a>(misspelt: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<_> = known.into_iter().collect();
    meant(misspelt, known.iter().copied()).unwrap_or_else(|| known_here(misspelt, known))
}

/// The `most` names that are most like a misspelt one, the best first: for help where none is near
/// enough to be meant, and all are too many to be shown.
pub fn closest<'a>(
    misspelt: &str,
    known: impl IntoIterator<Item = &'a str>,
    most: usize,
) -> Vec<&'a str> {
    let misspelt = misspelt.chars().take(LONGEST_NAME).collect::<String>().to_lowercase();
    let likeness =
        |name: &str| strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &misspelt);
    let mut known: Vec<_> = known.into_iter().map(|name| (likeness(name), name)).collect();
    known.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    known.into_iter().take(most).map(|(_, name)| name).collect()
}

/// The text with a mark in the place of each NUL: it may quote a value, and databases take none.
fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

impl Diagnostic {
    /// A problem that keeps the revision from coming into force.
    pub fn error(place: Location, code: Code, message: impl Into<String>) -> Self {
        Self {
            place,
            level: Level::Error,
            code,
            message: storable(message.into()),
            help: None,
            related: None,
        }
    }

    /// The same as a warning, which is shown and holds up nothing.
    pub fn warning(place: Location, code: Code, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(place, code, message) }
    }

    /// The same, with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(storable(help.into()));
        self
    }

    /// The same, with a second place and what it has to do with the problem.
    #[must_use]
    pub fn related(mut self, place: Location, message: impl Into<String>) -> Self {
        self.related = Some((place, message.into()));
        self
    }

    /// `true` where this keeps the revision from coming into force.
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}: {}", self.place, self.level, self.message)
    }
}
