//! JSON in texts.

use super::super::Budget;
use crate::resource::{Failure, Value};

/// What an element of a list or a map takes at most while it is read, in bytes: once as JSON and
/// once as a value.
const BYTES_PER_PART: usize = 160;

/// The value that a text says; `None` where it is no text, or no JSON.
pub(super) fn value(text: &Value, budget: &mut Budget) -> Result<Option<Value>, Failure> {
    match text.as_str() {
        Some(text) => parse(text, budget),
        None => Ok(None),
    }
}

/// The value that a text says; `None` where it is no JSON, or nests deeper than 128.
pub(super) fn parse(text: &str, budget: &mut Budget) -> Result<Option<Value>, Failure> {
    budget.scan(text.len())?;
    let parts = text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{' | b':')).count();
    budget.allocate(parts.saturating_mul(BYTES_PER_PART).saturating_add(2 * text.len()))?;
    let json = serde_json::from_str::<serde_json::Value>(text).ok();
    Ok(json.map(|json| Value::from_json(&json)))
}
