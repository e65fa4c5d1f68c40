//! What nobody collected yet, so that a change cannot be judged by it, and what collecting it takes.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::{Account, Check, PolicySet, Sweep};
use crate::resource::{AccountId, Inventory, Region, TypeName, schemas};

/// Types that a change looks at in accounts of its base, and that were not collected there, or not whole:
/// what a sweep of the account could collect. What no sweep asks for is none of it, such as accounts that
/// want none, and regions that the change itself adds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Uncollected(BTreeMap<AccountId, BTreeMap<TypeName, BTreeSet<Region>>>);

/// Requests that collecting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// Lists that were never asked for, each of a request or, where it is long, of several.
    pub lists: usize,
    /// Requests for each resource at most, beyond its list.
    pub of_each: usize,
}

impl Uncollected {
    /// `true` where nothing is missing that could be collected.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Types by account.
    pub fn types(&self) -> impl Iterator<Item = (&AccountId, BTreeSet<TypeName>)> {
        self.0.iter().map(|(account, types)| (account, types.keys().cloned().collect()))
    }

    /// Types over all accounts.
    pub fn all_types(&self) -> BTreeSet<&TypeName> {
        self.0.values().flat_map(BTreeMap::keys).collect()
    }

    /// What collecting all of it takes.
    pub fn cost(&self) -> Cost {
        let lists = self.0.values().flat_map(BTreeMap::values).map(BTreeSet::len).sum();
        let of_each = |name: &&TypeName| {
            schemas().get(name.as_str()).map_or(0, |schema| {
                schema.live_operations().filter(|operation| **operation != schema.list).count()
            })
        };
        Cost { lists, of_each: self.all_types().iter().map(of_each).max().unwrap_or(0) }
    }

    /// Notes what a check cannot be judged by in an account, as it is in the change and in its base.
    pub(super) fn note(
        &mut self,
        base: &PolicySet,
        account: &Account,
        check: &Check,
        inventory: Option<&Inventory>,
    ) {
        let before = base.accounts().find(|before| before.id == account.id);
        let Some(before) = before.filter(|before| before.sweep == Sweep::Daily) else { return };
        let is_listed = |name: &TypeName, region: &Region| {
            inventory
                .is_some_and(|known| known.listings.contains_key(&(name.clone(), region.clone())))
        };
        let swept = check.rule.schemas().filter(|schema| schema.is_swept());
        let lacking: Vec<_> = swept
            .map(|schema| {
                let name = &schema.type_name;
                let [there, wanted] = [before, account].map(|one| schema.listed_in(&one.regions));
                let missing = |of: &[Region]| -> BTreeSet<Region> {
                    of.iter().filter(|region| !is_listed(name, region)).cloned().collect()
                };
                (name, missing(&there), missing(&wanted).is_empty())
            })
            .collect();
        // Where all lists are there, something of what they list is missing.
        let is_of_resources = lacking.iter().all(|(_, _, has_all)| *has_all);
        let types =
            lacking.into_iter().filter(|(_, lists, _)| is_of_resources || !lists.is_empty());
        let types: Vec<_> = types.map(|(name, lists, _)| (name.clone(), lists)).collect();
        if types.is_empty() {
            return;
        }
        let known = self.0.entry(account.id.clone()).or_default();
        for (name, lists) in types {
            known.entry(name).or_default().extend(lists);
        }
    }
}
