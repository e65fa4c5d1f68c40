//! Which values of a key a condition demands.
//!
//! An operator demands if it is false where the key is missing and true only for what it names. So
//! negated operators, those with `IfExists`, `Null`, and those with `ForAllValues:` do not (IAM
//! User Guide, "IAM JSON policy elements: Condition operators", November 2026).

use super::document::{Condition, Effect, Statement};
use crate::expression::EvalBudget;
use crate::resource::Failure;

/// The operators that compare texts and are false where there is none.
const OPERATORS: [&str; 5] =
    ["StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike"];

/// `true` where an operator holds a key to the texts that it names.
pub(super) fn is_of_texts(operator: &str) -> bool {
    let operator = of_any_value(operator);
    OPERATORS.iter().any(|known| operator.eq_ignore_ascii_case(known))
}

/// An operator without the words that make it ask of any value of the key.
pub(super) fn of_any_value(operator: &str) -> &str {
    match operator.split_once(':') {
        Some((set, operator)) if set.eq_ignore_ascii_case("ForAnyValue") => operator,
        _ => operator,
    }
}

/// `true` where a condition has values, and all of them are as is asked.
pub(super) fn has_only(condition: &Condition<'_>, is_good: impl Fn(&str) -> bool) -> bool {
    !condition.values.is_empty() && condition.values.iter().all(|value| is_good(value))
}

/// `true` where a value stands for itself alone.
pub(super) fn is_fixed(value: &str) -> bool {
    !value.is_empty() && !value.contains(['*', '?']) && !value.contains("${")
}

/// `true` where a value is more than wildcards: it has a letter or a digit. A policy variable may
/// stand for what the caller says; the partition of an ARN says nothing, as in `arn:aws:*:*:*:*`.
pub(super) fn is_said(value: &str) -> bool {
    let said = match value.strip_prefix("arn:") {
        Some(parts) => parts.split_once(':').map_or("", |(_, behind)| behind),
        None => value,
    };
    said.contains(char::is_alphanumeric) && !value.contains("${")
}

/// `true` where every statement that allows demands some value of a key.
pub(super) fn demands_value(
    statements: &[Statement<'_>],
    key: &str,
    budget: &mut EvalBudget,
) -> Result<bool, Failure> {
    for one in statements.iter().filter(|one| one.effect == Effect::Allow) {
        let mut demands = false;
        for condition in &one.conditions {
            budget.scan(bytes(condition))?;
            demands |= condition.key.eq_ignore_ascii_case(key)
                && is_of_texts(condition.operator)
                && has_only(condition, is_said);
        }
        if !demands {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What reading the values of a condition costs.
pub(super) fn bytes(condition: &Condition<'_>) -> usize {
    condition.key.len() + condition.values.iter().map(|value| value.len() + 64).sum::<usize>()
}
