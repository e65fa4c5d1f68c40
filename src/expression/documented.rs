//! Constants that are none of the values that there are: of a property, by what the cloud
//! documents, and of a type.
//!
//! `Status == "enabled"` compares with a text that the cloud never says. A cloud learns new values
//! from time to time, so that it is a warning and no error.

use super::Problem;
use super::notation;
use super::operand::Operand;
use super::types::{NAMES, Type, Words};
use crate::diagnostic::{Code, meant_or_known};
use crate::resource::{Value, is_documented};

/// How many values of a list are told.
const TOLD: usize = 5;

/// Warns about constants that are none of the values documented for what they are compared with,
/// where that is text of a kind: the observed value itself, or each element of it.
pub(super) fn check(
    observed: &Operand<'_>,
    kind: &Type,
    constants: &Operand<'_>,
    problems: &mut Vec<Problem>,
) {
    let &Type::String(words) = kind else { return };
    let Some(constant) = constants.constant else { return };
    if words.is_empty() {
        return;
    }
    let texts = match constant {
        Value::String(_) => std::slice::from_ref(constant),
        Value::List(items) => items,
        _ => return,
    };
    let is_known = |text: &&Value| text.as_str().is_none_or(|text| is_documented(text, words));
    let unknown = texts.iter().filter(|text| !is_known(text));
    problems.extend(unknown.take(TOLD).map(|text| undocumented(text, observed, words, constants)));
}

fn undocumented(
    value: &Value,
    observed: &Operand<'_>,
    words: Words,
    constants: &Operand<'_>,
) -> Problem {
    let shown = notation::value(value);
    let message = format!("no value {shown} is documented for `{}`", observed.shown);
    let text = value.as_str().unwrap_or_default();
    let help = meant_or_known(text, words.iter().map(|word| &**word));
    Problem::warning(constants.span, Code::UndocumentedValue, message).help(help)
}

/// Refuses names of types that there are not, where a type is compared with them.
pub(super) fn check_type_names(kind: &Type, constants: &Operand<'_>, problems: &mut Vec<Problem>) {
    let (Type::Kind, Some(constant)) = (kind, constants.constant) else { return };
    let texts = match (constant, constants.kind) {
        (Value::String(_), Type::String(_)) => std::slice::from_ref(constant),
        (Value::List(items), _) => items,
        _ => return,
    };
    let known = || NAMES.into_iter().filter(|name| *name != "uint").chain(["resource"]);
    for text in texts.iter().filter_map(Value::as_str) {
        if known().all(|name| name != text) {
            let message = format!("there is no type {}", notation::value(&Value::string(text)));
            let problem = Problem::error(constants.span, Code::WrongValue, message);
            problems.push(problem.help(meant_or_known(text, known())));
        }
    }
}
