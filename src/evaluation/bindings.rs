//! What the names of `let` stand for in an account.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::expression::{EvalBudget, EvalResult, Expression, Subject};
use crate::policy::{Account, Let, Pick};
use crate::resource::{Cause, Failure, Inventory, Resource, TypeName, Value};

use super::target::{in_scope, listed_regions, listing, segment};

/// How many of several matches are named.
const NAMED: usize = 3;

/// Resources that may be kept for other rules, of all names together.
const MOST: usize = 1 << 18;

/// What names stand for in an account, for all rules that ask for the same.
#[derive(Default)]
pub(super) struct Known<'a> {
    found: BTreeMap<Asked<'a>, Value>,
    kept: usize,
}

/// Type, text of the filter, and whether one is asked for.
type Asked<'a> = (&'a TypeName, Option<&'a str>, bool);

fn asked(binding: &Let) -> Asked<'_> {
    let filter = binding.filter.as_ref().map(Expression::text);
    (&binding.schema.type_name, filter, matches!(binding.pick, Pick::One))
}

impl<'a> Known<'a> {
    /// What a name stands for, which is kept as long as there is room, and the number of resources that
    /// are held for this rule alone.
    pub(super) fn learn(
        &mut self,
        binding: &'a Let,
        account: &Account,
        inventory: &Inventory,
    ) -> (Result<Value, Failure>, usize) {
        if let Some(known) = self.found.get(&asked(binding)) {
            return (Ok(known.clone()), 0);
        }
        let found = find(binding, account, inventory);
        let size = match &found {
            Ok(Value::List(items)) => items.len(),
            _ => 1,
        };
        match &found {
            Ok(value) if self.kept + size <= MOST => {
                self.kept += size;
                self.found.insert(asked(binding), value.clone());
                (found, 0)
            }
            _ => (found, size),
        }
    }

    /// What a name stands for.
    pub(super) fn find(
        &self,
        binding: &Let,
        account: &Account,
        inventory: &Inventory,
    ) -> Result<Value, Failure> {
        let known = self.found.get(&asked(binding));
        known.map_or_else(|| find(binding, account, inventory), |known| Ok(known.clone()))
    }
}

/// The resources, or the only one, that a name stands for, over the whole account. Unknown where
/// there may be others than those that were seen, and where the only one is none or several.
fn find(binding: &Let, account: &Account, inventory: &Inventory) -> Result<Value, Failure> {
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
