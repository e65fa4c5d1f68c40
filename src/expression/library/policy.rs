//! IAM policy documents, and what they grant.
//!
//! A document is read into statements of one form first (`document`), whatever it was written as;
//! each question is then asked of statements. What is no policy document has no answer: it is
//! unknown for the resource that it belongs to, and never `false`.

mod document;
mod grants;
mod normal;
mod public;
mod transport;

use super::super::Budget;
use super::super::functions::Function;
use crate::resource::{Failure, Value};

/// The functions of policies.
pub(super) fn call(
    function: Function,
    policy: &Value,
    other: &Value,
    budget: &mut Budget,
) -> Result<Option<Value>, Failure> {
    let statements = document::read(policy, budget)?;
    let holds = match function {
        Function::Statements => return normal::list(&statements, budget).map(Some),
        Function::PrincipalAccounts => return grants::accounts(&statements, budget).map(Some),
        Function::AllowsAll => grants::allows_all(&statements, budget)?,
        Function::HasWildcardPrincipal => statements.iter().any(document::Statement::is_for_all),
        Function::IsPublic => public::is_public(&statements, budget)?,
        _ => {
            let Some(other) = other.as_str() else { return Ok(None) };
            if function == Function::HasCondition {
                grants::has_condition(&statements, other, budget)?
            } else {
                transport::denies_insecure(&statements, other, budget)?
            }
        }
    };
    Ok(Some(Value::Bool(holds)))
}

#[cfg(test)]
mod tests;
