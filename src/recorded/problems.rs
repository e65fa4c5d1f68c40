//! What is wrong with a recording that [`super::read()`] refused, told with places and the lines
//! around them.
//!
//! Which problems there are is left to [`super::search`], and where they stand to [`super::places`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::de::IgnoredAny;

use super::findings::Finding;
use super::lines::{Position, byte_at, positions};
use super::places::{self, Place, Pointer, Wanted};
use super::search::{MOST_FOUND, Refusal, search};
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::document::short;
use crate::render::diagnostics::{Excerpt, text_with_excerpts};
use crate::resource::SchemaRegistry;

/// Problems of a recording that are told at most, and told in one line; one mistake often shows in
/// each resource.
const MOST_TOLD: usize = 10;
const MOST_IN_LINE: usize = 5;

/// Why bytes are no recording: its first problems, each with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct InvalidRecording {
    /// Problems in the order of their places, with the line around each. Their path is empty, since
    /// bytes have none.
    told: Vec<(Diagnostic, Excerpt)>,
    /// Number of problems besides, of those that were looked for.
    more: usize,
    /// `true` where all problems were looked for.
    is_whole: bool,
}

impl InvalidRecording {
    /// The first problems, at a path, in the order of their places.
    pub fn diagnostics(&self, path: &str) -> Vec<Diagnostic> {
        let path: Arc<str> = path.into();
        let at = |place: &Location| Location { path: Arc::clone(&path), ..place.clone() };
        let told = self.told.iter().map(|(found, _)| {
            let related = found.related.as_ref();
            let related = related.map(|(place, what)| (at(place), what.clone()));
            Diagnostic { place: at(&found.place), related, ..found.clone() }
        });
        told.collect()
    }

    /// The first problems for a terminal: each with its line, underlined, and what to do.
    pub fn report(&self, path: &str) -> String {
        let excerpts = self.told.iter().map(|(_, excerpt)| excerpt);
        let text = text_with_excerpts(self.diagnostics(path).iter().zip(excerpts));
        match self.and_more(self.more) {
            Some(more) => format!("{text}{more}\n"),
            None => text,
        }
    }

    /// Words for so many problems that are not shown, and those that were not looked for.
    fn and_more(&self, not_shown: usize) -> Option<String> {
        match not_shown {
            0 => None,
            more if self.is_whole => Some(format!("and {more} more")),
            _ => Some("and more".to_owned()),
        }
    }
}

/// One line of them, each with its line and column.
impl fmt::Display for InvalidRecording {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self.told.first() {
            Some((first, _)) if first.code == Code::JsonSyntax => "is not JSON: ",
            _ => "is not of the format in docs/inventory.md: ",
        })?;
        let shown = self.told.iter().take(MOST_IN_LINE);
        let not_shown = self.more + self.told.len().saturating_sub(MOST_IN_LINE);
        let shown = shown.map(|(Diagnostic { place, message, .. }, _)| {
            format!("{}:{}: {message}", place.line, place.column)
        });
        out.write_str(&shown.collect::<Vec<_>>().join("; "))?;
        match self.and_more(not_shown) {
            Some(more) => write!(out, "; {more}"),
            None => Ok(()),
        }
    }
}

/// The first problems of what the first pass refused. Where the search has no words for it, the
/// refusal itself is the problem.
pub(super) fn problems(
    text: &[u8],
    schemas: &SchemaRegistry,
    refusal: &serde_json::Error,
) -> InvalidRecording {
    let one = |problem| told(text, vec![problem], 1, true);
    if !refusal.is_data() {
        return one(Problem::refused(text, 0, refusal));
    }
    if let Err(error) = serde_json::from_slice::<IgnoredAny>(text) {
        return one(Problem::refused(text, 0, &error));
    }
    let found = search(text, schemas);
    if let Some(Refusal { part, error }) = found.unreadable {
        return one(Problem::refused(text, part.start, &error));
    }
    let (mut problems, repetitions) = placed(text, found.findings, found.looked_to);
    let mut count = problems.len() + repetitions;
    for Refusal { part, error } in found.refusals {
        if !problems.iter().any(|problem| part.contains(&problem.bytes.start)) {
            count += 1;
            problems.push(Problem::refused(text, part.start, &error));
        }
    }
    if problems.is_empty() {
        return one(Problem::refused(text, 0, refusal));
    }
    told(text, problems, count, found.is_whole)
}

/// Findings at their places, and keys that are there twice; how many more of these there are.
fn placed(text: &[u8], findings: Vec<Finding>, look_to: usize) -> (Vec<Problem>, usize) {
    let pointers = findings.iter().map(|found| found.pointer.clone());
    let related = findings.iter().filter_map(|found| Some(found.related.clone()?.0));
    let pointers: Vec<Pointer> = pointers.chain(related).collect();
    let wanted = Wanted { pointers: &pointers, repeated: MOST_FOUND, look_to };
    let found = places::find(text, wanted);
    let places = pointers.into_iter().zip(found.places);
    let places: BTreeMap<Pointer, Place> =
        places.filter_map(|(pointer, place)| Some((pointer, place?))).collect();
    let more = found.repetitions - found.repeated.len();
    let findings = findings.into_iter().map(|found| Problem::new(found, &places));
    let repeated = found.repeated.into_iter().map(Problem::repeated);
    (findings.chain(repeated).collect(), more)
}

/// A problem whose bytes are known.
struct Problem {
    bytes: Range<usize>,
    /// Diagnostic whose place is still to be set.
    diagnostic: Diagnostic,
    related: Option<(Range<usize>, &'static str)>,
}

impl Problem {
    fn new(found: Finding, places: &BTreeMap<Pointer, Place>) -> Self {
        let bytes = |pointer: &Pointer, is_of_key: bool| match places.get(pointer) {
            Some(Place { key: Some(key), .. }) if is_of_key => key.clone(),
            Some(Place { value, .. }) => value.clone(),
            None => 0..1,
        };
        let mut diagnostic = Diagnostic::error(Location::file(""), found.code, found.message);
        diagnostic.help = found.help;
        Self {
            bytes: bytes(&found.pointer, found.is_of_key),
            diagnostic,
            related: found.related.map(|(pointer, what)| (bytes(&pointer, false), what)),
        }
    }

    /// What a reader of JSON told of a part of a text, which begins at a byte.
    fn refused(text: &[u8], start: usize, error: &serde_json::Error) -> Self {
        let part = text.get(start..).unwrap_or_default();
        let at = start + byte_at(part, error.line(), error.column());
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
        let code = if error.is_data() { Code::InvalidValue } else { Code::JsonSyntax };
        let diagnostic = Diagnostic::error(Location::file(""), code, message);
        Self { bytes: at..at + 1, diagnostic, related: None }
    }

    fn repeated(key: places::RepeatedKey) -> Self {
        let message = format!("`{}` is there twice", short(&key.name));
        let diagnostic = Diagnostic::error(Location::file(""), Code::DuplicateKey, message);
        Self {
            bytes: key.again,
            diagnostic: diagnostic.help("keep one of the two"),
            related: Some((key.first, "it is there first")),
        }
    }

    fn ends(&self) -> impl Iterator<Item = usize> {
        let related = self.related.iter().map(|(bytes, _)| bytes);
        [&self.bytes].into_iter().chain(related).flat_map(|bytes| [bytes.start, bytes.end])
    }
}

/// The first of so many problems, with their lines and columns.
fn told(text: &[u8], mut problems: Vec<Problem>, count: usize, is_whole: bool) -> InvalidRecording {
    problems.sort_by_key(|problem| problem.bytes.start);
    problems.truncate(MOST_TOLD);
    let bytes: BTreeSet<usize> = problems.iter().flat_map(Problem::ends).collect();
    let positions = positions(text, &bytes);
    let told: Vec<_> = problems
        .into_iter()
        .map(|Problem { bytes, mut diagnostic, related }| {
            diagnostic.place = location(&positions, &bytes);
            diagnostic.related =
                related.map(|(bytes, what)| (location(&positions, &bytes), what.to_owned()));
            let excerpt = Excerpt::around(text, bytes.start, diagnostic.place.column);
            (diagnostic, excerpt)
        })
        .collect();
    InvalidRecording { more: count.saturating_sub(told.len()), is_whole, told }
}

fn location(positions: &BTreeMap<usize, Position>, bytes: &Range<usize>) -> Location {
    let position = |byte| positions.get(byte).copied().unwrap_or((1, 1));
    let ((line, column), (end_line, end_column)) = (position(&bytes.start), position(&bytes.end));
    Location { path: "".into(), line, column, end_line, end_column }
}
