//! All that is wrong with a recording that [`super::read()`] refused: a second pass over its bytes, by
//! the JSON Schema of recordings.

use std::fmt;

use jsonschema::{ValidationError, Validator};
use serde_json::Value as Json;

use super::schema::json_schema;
use crate::resource::SchemaRegistry;

/// Problems of a recording that are shown at most; one mistake often shows in each resource.
const MOST_SHOWN: usize = 5;

/// Why bytes are no recording.
#[derive(Debug, thiserror::Error)]
pub enum InvalidRecording {
    /// The bytes are no JSON at all.
    #[error("is not JSON: {0}")]
    Syntax(serde_json::Error),
    /// The bytes are JSON of another shape.
    #[error("is not of the format in docs/inventory.md: {0}")]
    Shape(ShapeProblems),
}

/// All that is wrong with the JSON of a recording, each with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeProblems(Vec<String>);

impl ShapeProblems {
    /// Problems, such as ``/account: "1" does not match "^[0-9]{12}$"``.
    pub fn all(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for ShapeProblems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<_> = self.0.iter().take(MOST_SHOWN).map(String::as_str).collect();
        out.write_str(&shown.join("; "))?;
        match self.0.len().saturating_sub(MOST_SHOWN) {
            0 => Ok(()),
            more => write!(out, "; and {more} more"),
        }
    }
}

/// Problems of what the first pass refused. Where the JSON Schema has no words for it, as of a
/// resource that is there twice, the refusal itself is the problem.
pub(super) fn problems(
    text: &[u8],
    schemas: &SchemaRegistry,
    refusal: &serde_json::Error,
) -> InvalidRecording {
    let json: Json = match serde_json::from_slice(text) {
        Ok(json) => json,
        Err(error) => return InvalidRecording::Syntax(error),
    };
    let mut found = found_by(&validator(schemas), &json);
    if found.is_empty() {
        found.push(refusal.to_string());
    }
    InvalidRecording::Shape(ShapeProblems(found))
}

/// Validator of recordings with the types of a registry.
pub(super) fn validator(schemas: &SchemaRegistry) -> Validator {
    let options = jsonschema::options().should_validate_formats(true);
    #[expect(clippy::expect_used, reason = "made by us and read by a test")]
    options.build(&json_schema(schemas)).expect("the JSON Schema of inventories is one")
}

pub(super) fn found_by(validator: &Validator, json: &Json) -> Vec<String> {
    validator.iter_errors(json).map(|error| problem(&error)).collect()
}

/// A problem on one line; large values are not repeated.
fn problem(error: &ValidationError<'_>) -> String {
    let place = match error.instance_path().as_str() {
        "" => "/",
        place => place,
    };
    let message = match error.instance().as_ref() {
        Json::Object(_) | Json::Array(_) => error.masked_with("the value").to_string(),
        _ => error.to_string(),
    };
    format!("{place}: {message}")
}
