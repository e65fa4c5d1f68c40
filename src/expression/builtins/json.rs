//! JSON in texts.

use super::function::{Body, Computed, Doc, Form, Function};
use super::parameter::{Gives, TEXT};
use crate::diagnostic::Code;
use crate::expression::operand::Operand;
use crate::expression::types::Type;
use crate::expression::{EvalBudget, Problem};
use crate::resource::Value;

pub(super) static FUNCTIONS: [Function; 1] = [Function::new(
    (Form::Global, "json"),
    &[TEXT],
    Gives::Any,
    Body::Value(|[text, ..], budget| match text.as_str() {
        Some(text) => parse(text, budget),
        None => Ok(None),
    }),
    Doc {
        usage: "json(text)",
        description: "The value that a text says in JSON.",
        example: ("json('{\"a\": [1, 2]}').a", "[1, 2]"),
    },
)
.checked(check)];

/// Refuses documents: what the cloud's API gives as text is here read already.
fn check(arguments: &[Operand<'_>], problems: &mut Vec<Problem>) {
    let [Operand { kind: Type::Document, span, shown, .. }] = arguments else { return };
    let message = format!("`{shown}` is a document already, and no text of one");
    let problem = Problem::error(*span, Code::WrongType, message);
    problems.push(problem.help(format!("write `{shown}.Statement`, without `json`")));
}

/// Bytes that an element of a list or a map takes at most while it is read: once as JSON and once
/// as a value.
const BYTES_PER_PART: usize = 160;

/// The value that a text says; `None` where it is no JSON, or nests deeper than 128.
pub(super) fn parse(text: &str, budget: &mut EvalBudget) -> Computed {
    budget.scan(text.len())?;
    let parts = text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{' | b':')).count();
    budget.allocate(parts.saturating_mul(BYTES_PER_PART).saturating_add(2 * text.len()))?;
    let json = serde_json::from_str::<serde_json::Value>(text).ok();
    Ok(json.map(|json| Value::from_json(&json)))
}
