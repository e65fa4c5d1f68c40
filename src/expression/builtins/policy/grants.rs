//! What statements grant, and to whom.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::{network, text};
use super::document::{Effect, Statement, quoted};
use crate::expression::EvalBudget;
use crate::expression::operate::no_value;
use crate::resource::{AccountId, Failure, Value};

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
            && actions.iter().any(|action| is_every_action(action))
            && resources.iter().any(|resource| is_every_resource(resource))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `true` where a pattern says every action: wildcards alone, of the service and of the name. Both
/// are texts of a letter or more, so that one `?` beside a `*` leaves none out (IAM User Guide, "IAM
/// JSON policy elements: Action", November 2026).
fn is_every_action(pattern: &str) -> bool {
    let (service, name) = pattern.split_once(':').unwrap_or((pattern, "*"));
    is_every_text(service) && is_every_text(name)
}

/// `true` where a pattern says every resource: wildcards alone, or ARNs of which no part is said
/// beyond the partition (IAM User Guide, "IAM JSON policy elements: Resource", November 2026).
fn is_every_resource(pattern: &str) -> bool {
    let is_any = |part: &str| !part.is_empty() && part.bytes().all(|sign| sign == b'*');
    let mut parts = pattern.splitn(6, ':');
    let [first, second] = [parts.next().unwrap_or_default(), parts.next().unwrap_or("*")];
    let is_first = is_any(first) || first == "arn" && pattern.contains(':');
    let is_second = is_any(second) || second.starts_with("aws") && pattern.matches(':').count() > 1;
    is_every_text(pattern) || is_first && is_second && parts.all(is_any)
}

/// `true` where a pattern says every text of a letter or more.
fn is_every_text(pattern: &str) -> bool {
    let is_wild = pattern.bytes().all(|sign| matches!(sign, b'*' | b'?'));
    is_wild && pattern.contains('*') && pattern.matches('?').count() <= 1
}

/// `true` where a statement allows an action, on a resource where one is named. Prefix and name of
/// an action have no case, and `*` and `?` are wildcards, of resources as well.
pub(super) fn allows_action(
    statements: &[Statement],
    action: &str,
    resource: Option<&str>,
    budget: &mut EvalBudget,
) -> Result<bool, Failure> {
    budget.allocate(action.len())?;
    let action = action.to_ascii_lowercase();
    for one in statements.iter().filter(|one| one.effect == Effect::Allow) {
        let actions = (one.action.as_deref(), one.not_action.as_deref());
        if !is_within(&action, actions, str::to_ascii_lowercase, budget)? {
            continue;
        }
        let resources = (one.resource.as_deref(), one.not_resource.as_deref());
        // A trust policy names no resource: it is about the role that it belongs to.
        let is_on = match (resource, resources) {
            (None, _) | (_, (None, None)) => true,
            (Some(resource), _) => is_within(resource, resources, str::to_owned, budget)?,
        };
        if is_on {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Pairs of places in two patterns that are compared at the cost of a step.
const CELLS_PER_STEP: u64 = 16;

/// Patterns of an element of a statement, where it has that.
type Named<'s> = Option<&'s [Arc<str>]>;

/// `true` where all that a pattern says is among the named ones, or nothing of it among the others.
fn is_within(
    wanted: &str,
    (named, others): (Named<'_>, Named<'_>),
    spelt: impl Fn(&str) -> String,
    budget: &mut EvalBudget,
) -> Result<bool, Failure> {
    for pattern in named.unwrap_or_default() {
        budget.allocate(pattern.len())?;
        if text::is_like(wanted, &spelt(pattern), budget)? {
            return Ok(true);
        }
    }
    let Some(others) = others else { return Ok(false) };
    for pattern in others {
        budget.allocate(pattern.len())?;
        if may_meet(wanted, &spelt(pattern), budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `true` where a text may be as both patterns say.
fn may_meet(one: &str, other: &str, budget: &mut EvalBudget) -> Result<bool, Failure> {
    budget.step(1 + one.len().saturating_mul(other.len()) as u64 / CELLS_PER_STEP)?;
    budget.allocate(one.len().saturating_mul(size_of::<char>() + 2))?;
    let one: Vec<char> = one.chars().collect();
    let stars = one.iter().rev().take_while(|sign| **sign == '*').count();
    // Whether the rest of the one from each place on meets the rest of the other.
    let mut meets: Vec<bool> = (0..=one.len()).map(|at| at + stars >= one.len()).collect();
    let mut made = Vec::with_capacity(meets.len());
    for sign in other.chars().rev() {
        made.clear();
        let mut shorter = false;
        for at in (0..=one.len()).rev() {
            let from = |at: usize| meets.get(at).copied().unwrap_or_default();
            shorter = match (one.get(at), sign) {
                (Some(_), '*') | (Some('*'), _) => shorter || from(at),
                (None, '*') => from(at),
                (Some(own), sign) => (*own == '?' || sign == '?' || *own == sign) && from(at + 1),
                (None, _) => false,
            };
            made.push(shorter);
        }
        made.reverse();
        std::mem::swap(&mut meets, &mut made);
    }
    Ok(meets.first().copied().unwrap_or_default())
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
/// Services and identity providers belong to none; a principal whose account cannot be known leaves
/// the list without a value, since a shorter one would say that nobody else is meant.
pub(super) fn accounts(
    statements: &[Statement],
    budget: &mut EvalBudget,
) -> Result<Value, Failure> {
    let mut seen = HashSet::new();
    let mut accounts = Vec::new();
    for one in statements {
        if one.not_principal.is_some() {
            return Err(no_value(format!("`NotPrincipal` of {} names no account", one.name())));
        }
        for principal in one.principals_of_accounts() {
            budget.scan(principal.len())?;
            let account = match network::split(principal) {
                Some([_, _, _, account, _]) => account,
                None => principal,
            };
            if !AccountId::is_one(account) {
                let principal = quoted(principal);
                return Err(no_value(format!("{principal} of {} names no account", one.name())));
            }
            if seen.insert(account) {
                budget.allocate(2 * size_of::<Value>())?;
                accounts.push(Value::string(account));
            }
        }
    }
    Ok(Value::List(accounts.into()))
}
