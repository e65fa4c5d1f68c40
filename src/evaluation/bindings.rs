//! What the names of `let` stand for in an account.

use std::sync::Arc;

use crate::expression::{EvalBudget, EvalResult, Subject};
use crate::policy::{Account, Let, Pick};
use crate::resource::{Cause, Failure, Inventory, Resource, Value};

use super::target::{in_scope, listed_regions, listing, segment};

/// How many of several matches are named.
const NAMED: usize = 3;

/// The resources, or the only one, that a name stands for, over the whole account. Unknown where
/// there may be others than those that were seen, and where the only one is none or several.
pub(super) fn find(
    binding: &Let,
    account: &Account,
    inventory: &Inventory,
) -> Result<Value, Failure> {
    look(binding, account, inventory).map_err(|failure| match failure.cause {
        Cause::Ambiguous => failure,
        cause => Failure::new(cause, format!("`{}`: {}", binding.name, failure.message)),
    })
}

fn look(binding: &Let, account: &Account, inventory: &Inventory) -> Result<Value, Failure> {
    let mut found = Vec::new();
    let segment = segment(binding.schema, binding.filter.as_ref());
    for region in listed_regions(binding.schema, account) {
        let listing = listing(binding.schema, &region, inventory)?;
        if let Some(failure) = listing.failure_in(segment.as_ref()) {
            return Err(failure.clone());
        }
        let resources = listing.resources_in(segment.as_ref());
        for resource in resources.iter().filter(|one| in_scope(one, account)) {
            if is_meant(binding, resource, account, inventory)? {
                found.push(Arc::clone(resource));
            }
        }
    }
    match (binding.pick, found.as_slice()) {
        (Pick::All, _) => Ok(Value::list(found.into_iter().map(Value::Resource))),
        (Pick::One, [only]) => Ok(Value::Resource(Arc::clone(only))),
        (Pick::One, several) => Err(ambiguous(binding, several)),
    }
}

fn is_meant(
    binding: &Let,
    resource: &Resource,
    account: &Account,
    inventory: &Inventory,
) -> Result<bool, Failure> {
    let Some(filter) = &binding.filter else { return Ok(true) };
    let subject = Subject::of(resource, &account.id, inventory.taken_at);
    match filter.evaluate(&subject, &mut EvalBudget::default()) {
        EvalResult::True => Ok(true),
        EvalResult::False => Ok(false),
        EvalResult::Unknown(failure) => Err(failure),
    }
}

fn ambiguous(binding: &Let, several: &[Arc<Resource>]) -> Failure {
    let (name, type_name) = (&binding.name, &binding.schema.type_name);
    let message = if several.is_empty() {
        format!("`{name}` needs one {type_name}, and none matches")
    } else {
        let ids: Vec<&str> = several.iter().take(NAMED).map(|one| &*one.id).collect();
        let more = if several.len() > NAMED { ", ..." } else { "" };
        let count = several.len();
        format!("`{name}` needs one {type_name}, and {count} match: {}{more}", ids.join(", "))
    };
    Failure::new(Cause::Ambiguous, message)
}
