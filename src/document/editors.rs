//! JSON Schemas as editors need them.
//!
//! A schema says what a document means: text. Editors check values, and YAML takes `123456789012`
//! for a number where the reader keeps its text. So theirs take what the reader takes.

use regex::Regex;
use serde_json::{Map, Value as Json};

/// Pattern of texts of twelve digits.
const TWELVE_DIGITS: &str = "^[0-9]{12}$";

/// Lets a schema of text, and all such schemas in it, take numbers and truth values as well, as far
/// as their texts are allowed.
pub fn take_any_scalar(schema: &mut Json) {
    match schema {
        Json::Array(several) => several.iter_mut().for_each(take_any_scalar),
        Json::Object(schema) => {
            schema.values_mut().for_each(take_any_scalar);
            any_scalar(schema);
        }
        _ => {}
    }
}

fn any_scalar(schema: &mut Map<String, Json>) {
    let is_text = schema.get("type").is_some_and(|kind| match kind {
        Json::Array(kinds) => kinds.iter().any(|kind| kind == "string"),
        kind => kind == "string",
    });
    if !is_text || ["enum", "const", "format"].iter().any(|key| schema.contains_key(*key)) {
        return;
    }
    let pattern = schema.get("pattern").and_then(Json::as_str).map(str::to_owned);
    if pattern.as_deref() == Some(TWELVE_DIGITS) {
        // Of a number YAML leaves out the zeros that an id may begin with.
        schema.insert("minimum".to_owned(), 1_000_000.into());
        schema.insert("maximum".to_owned(), 999_999_999_999_i64.into());
    }
    let pattern = pattern.and_then(|pattern| Regex::new(&pattern).ok());
    let takes = |text: &str| pattern.as_ref().is_none_or(|pattern| pattern.is_match(text));
    let others = [
        ("number", takes("1.5")),
        ("integer", !takes("1.5") && takes("123456789012")),
        ("boolean", takes("true")),
    ];
    let others = others.into_iter().filter_map(|(kind, is_taken)| is_taken.then_some(kind));
    let Some(kind) = schema.get_mut("type") else { return };
    let mut kinds = match kind.take() {
        Json::Array(kinds) => kinds,
        kind => vec![kind],
    };
    kinds.extend(others.map(Json::from));
    *kind = if kinds.len() == 1 { kinds.remove(0) } else { Json::Array(kinds) };
}
