//! What statements grant, and to whom.

use std::collections::HashSet;

use super::super::network;
use super::document::{Effect, Statement};
use crate::expression::EvalBudget;
use crate::resource::{Failure, Value};

/// `true` where a statement allows all actions on all resources, with or without conditions. What
/// `NotAction` or `NotResource` leave over is not all.
pub(super) fn allows_all(
    statements: &[Statement],
    budget: &mut EvalBudget,
) -> Result<bool, Failure> {
    for one in statements {
        let (actions, resources) = (one.action.as_deref(), one.resource.as_deref());
        let (actions, resources) = (actions.unwrap_or_default(), resources.unwrap_or_default());
        budget.step((actions.len() + resources.len()) as u64)?;
        if one.effect == Effect::Allow
            && actions.iter().any(|action| matches!(&**action, "*" | "*:*"))
            && resources.iter().any(|resource| &**resource == "*")
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `true` where a statement has a condition on a key.
pub(super) fn has_condition(
    statements: &[Statement],
    key: &str,
    budget: &mut EvalBudget,
) -> Result<bool, Failure> {
    for condition in statements.iter().flat_map(|one| &one.conditions) {
        budget.scan(condition.key.len().min(key.len()))?;
        if condition.key.eq_ignore_ascii_case(key) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The accounts of the AWS principals: of an ARN, or a bare id, which stands for all of an account.
pub(super) fn accounts(
    statements: &[Statement],
    budget: &mut EvalBudget,
) -> Result<Value, Failure> {
    let mut seen = HashSet::new();
    let mut accounts = Vec::new();
    for principal in statements.iter().flat_map(Statement::aws_principals) {
        budget.scan(principal.len())?;
        let account = match network::split(principal) {
            Some([_, _, _, account, _]) => account,
            None => principal,
        };
        if is_account(account) && seen.insert(account) {
            budget.allocate(2 * size_of::<Value>())?;
            accounts.push(Value::string(account));
        }
    }
    Ok(Value::List(accounts.into()))
}

/// `true` where a text is the id of an account: twelve digits.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
