//! All that is wrong with a recording that [`super::read()`] refused: a second pass over its bytes, by
//! the JSON Schema of recordings.
//!
//! The first problems are told with their places and the line around them; the others are counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use jsonschema::Validator;
use serde_json::Value as Json;

use super::findings::{Finding, explain, of_resources};
use super::lines::{Position, byte_at, positions};
use super::places::{self, Place, Pointer};
use super::schema::json_schema;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::document::short;
use crate::render::diagnostics::{Excerpt, text_with_excerpts};
use crate::resource::SchemaRegistry;

/// Problems of a recording that are told at most, and told in one line; one mistake often shows in
/// each resource.
const MOST_TOLD: usize = 10;
const MOST_IN_LINE: usize = 5;

/// Problems whose places are looked for at most, of which the first are told.
const MOST_FOUND: usize = 100;

/// Why bytes are no recording: its first problems, each with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct InvalidRecording {
    /// Problems in the order of their places, with the line around each. Their path is empty, since
    /// bytes have none.
    told: Vec<(Diagnostic, Excerpt)>,
    /// Number of problems besides.
    more: usize,
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
        match self.more {
            0 => text,
            more => format!("{text}and {more} more\n"),
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
        match not_shown {
            0 => Ok(()),
            more => write!(out, "; and {more} more"),
        }
    }
}

/// Problems of what the first pass refused. Where neither the JSON Schema nor a look at keys and ids
/// has words for it, the refusal itself is the problem.
pub(super) fn problems(
    text: &[u8],
    schemas: &SchemaRegistry,
    refusal: &serde_json::Error,
) -> InvalidRecording {
    let json: Json = match serde_json::from_slice(text) {
        Ok(json) => json,
        Err(error) => return refused(text, &error, Code::JsonSyntax),
    };
    let (mut findings, mut count) = found_by(&validator(schemas), &json, schemas);
    let mut resources = of_resources(&json, schemas);
    resources.retain(|one| findings.iter().all(|found| found.pointer != one.pointer));
    count += resources.len();
    findings.truncate(MOST_FOUND);
    findings.extend(resources.into_iter().take(MOST_FOUND));
    drop(json);
    let pointers: Vec<Pointer> = findings.iter().map(|found| found.pointer.clone()).collect();
    let related = findings.iter().filter_map(|found| Some(found.related.clone()?.0));
    let wanted: Vec<Pointer> = pointers.into_iter().chain(related).collect();
    let found = places::find(text, &wanted, MOST_FOUND);
    count += found.repetitions;
    let places: BTreeMap<Pointer, Place> = wanted
        .into_iter()
        .zip(found.places)
        .filter_map(|(pointer, place)| Some((pointer, place?)))
        .collect();
    let mut problems: Vec<Problem> =
        findings.into_iter().map(|found| Problem::new(found, &places)).collect();
    problems.extend(found.repeated.into_iter().map(Problem::repeated));
    if problems.is_empty() {
        return refused(text, refusal, Code::InvalidValue);
    }
    told(text, problems, count)
}

/// The one problem that a reader of JSON told.
fn refused(text: &[u8], error: &serde_json::Error, code: Code) -> InvalidRecording {
    let at = byte_at(text, error.line(), error.column());
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
    let problem = Problem {
        bytes: at..at + 1,
        diagnostic: Diagnostic::error(Location::file(""), code, message),
        related: None,
    };
    told(text, vec![problem], 1)
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
fn told(text: &[u8], mut problems: Vec<Problem>, count: usize) -> InvalidRecording {
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
    InvalidRecording { more: count.saturating_sub(told.len()), told }
}

fn location(positions: &BTreeMap<usize, Position>, bytes: &Range<usize>) -> Location {
    let position = |byte| positions.get(byte).copied().unwrap_or((1, 1));
    let ((line, column), (end_line, end_column)) = (position(&bytes.start), position(&bytes.end));
    Location { path: "".into(), line, column, end_line, end_column }
}

/// Validator of recordings with the types of a registry.
pub(super) fn validator(schemas: &SchemaRegistry) -> Validator {
    let options = jsonschema::options().should_validate_formats(true);
    #[expect(clippy::expect_used, reason = "made by us and read by a test")]
    options.build(&json_schema(schemas)).expect("the JSON Schema of inventories is one")
}

/// The first problems that the JSON Schema finds, and how many it finds.
fn found_by(validator: &Validator, json: &Json, schemas: &SchemaRegistry) -> (Vec<Finding>, usize) {
    let mut errors = validator.iter_errors(json);
    let root = json_schema(schemas);
    let mut findings = Vec::new();
    for error in errors.by_ref() {
        findings.extend(explain(&error, &root));
        if findings.len() >= MOST_FOUND {
            break;
        }
    }
    let count = findings.len() + errors.count();
    (findings, count)
}
