//! What statements grant, and to whom.

use std::collections::HashSet;

use super::super::network;
use super::document::{Effect, Statement, Text, quoted};
use super::pattern::{Known, Pattern, Read};
use crate::expression::EvalBudget;
use crate::expression::operate::no_value;
use crate::resource::{AccountId, Failure, Value};

/// `true` where a statement allows all actions on all resources, with or without conditions. What
/// `NotAction` or `NotResource` leave over is not all.
pub(super) fn allows_all(
    statements: &[Statement<'_>],
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
/// an action have no case, and `*` and `?` are wildcards, of resources as well. Where a resource is
/// that of a policy variable, who asks decides, so that there is no answer.
pub(super) fn allows_action(
    statements: &[Statement<'_>],
    action: &str,
    resource: Option<&str>,
    budget: &mut EvalBudget,
) -> Result<bool, Failure> {
    let action = Pattern::of_asked_action(action, budget)?;
    let resource = resource.map(|text| Pattern::of_asked_resource(text, budget)).transpose()?;
    let mut undecided = None;
    for one in statements.iter().filter(|one| one.effect == Effect::Allow) {
        let actions = (one.action.as_deref(), one.not_action.as_deref());
        if is_within(&action, actions, Pattern::of_action, budget)? != Known::Yes {
            continue;
        }
        let resources = (one.resource.as_deref(), one.not_resource.as_deref());
        // A trust policy names no resource: it is about the role that it belongs to.
        let is_on = match (&resource, resources) {
            (None, _) | (_, (None, None)) => Known::Yes,
            (Some(resource), _) => {
                is_within(resource, resources, Pattern::reader(one.is_without_variables), budget)?
            }
        };
        match is_on {
            Known::Yes => return Ok(true),
            Known::No => {}
            Known::Perhaps => undecided = undecided.or(Some(one)),
        }
    }
    match undecided {
        Some(one) => Err(no_value(format!(
            "a policy variable decides whether {} is on the resource",
            one.name()
        ))),
        None => Ok(false),
    }
}

/// Patterns of an element of a statement, where it has that.
type Named<'s> = Option<&'s [Text<'s>]>;

/// Whether all that a pattern says is among the named ones, or nothing of it among the others.
fn is_within(
    wanted: &Pattern,
    (named, others): (Named<'_>, Named<'_>),
    read: Read,
    budget: &mut EvalBudget,
) -> Result<Known, Failure> {
    let Some(patterns) = named.or(others) else { return Ok(Known::No) };
    let is_named = named.is_some();
    let (hit, miss) = if is_named { (Known::Yes, Known::No) } else { (Known::No, Known::Yes) };
    let mut found = miss;
    for text in patterns {
        let pattern = read(text, budget)?;
        let known = if is_named {
            pattern.covers(wanted, budget)?
        } else {
            pattern.meets(wanted, budget)?
        };
        match known {
            Known::Yes => return Ok(hit),
            Known::Perhaps => found = Known::Perhaps,
            Known::No => {}
        }
    }
    Ok(found)
}

/// `true` where a statement has a condition on a key.
pub(super) fn has_condition(
    statements: &[Statement<'_>],
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
    statements: &[Statement<'_>],
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
