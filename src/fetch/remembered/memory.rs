//! The answers that are kept, by account, and their bound.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::slot::{Shared, Slot};
use crate::resource::{
    AccountId, Facet, Listing, Operation, Region, Resource, Segment, Target, TypeName,
};

/// Age at which an answer is too old for anybody.
const LONGEST: TimeDelta = TimeDelta::hours(1);

/// Answers of accounts, which evaluations share. Where there are too many, those of the account that
/// was asked longest ago go first.
pub struct Memory {
    /// Number of resources and facets that are kept at most.
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    accounts: BTreeMap<AccountId, Account>,
    weight: usize,
}

/// Answers of one account.
#[derive(Default)]
struct Account {
    lists: Slots<ListKey, Listing>,
    facets: Slots<FacetKey, Facet>,
    /// When it was asked last.
    asked_at: DateTime<Utc>,
}

/// Type and region that a list is of, and the segment of one that is not read as a whole.
pub(super) type ListKey = (TypeName, Region, Option<Segment>);

/// One operation on one resource of a list.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct FacetKey {
    list: ListKey,
    region: Region,
    id: Arc<str>,
    operation: Operation,
}

impl FacetKey {
    pub(super) fn new(target: &Target, resource: &Resource, operation: &Operation) -> Self {
        Self {
            list: (resource.type_name.clone(), target.region.clone(), None),
            region: resource.region.clone(),
            id: resource.id.clone(),
            operation: operation.clone(),
        }
    }
}

/// Places of answers, and how much is in each.
struct Slots<K, T> {
    places: HashMap<K, (Arc<Slot<T>>, usize)>,
    weight: usize,
}

impl<K, T> Default for Slots<K, T> {
    fn default() -> Self {
        Self { places: HashMap::new(), weight: 0 }
    }
}

impl<K: Clone + Eq + Hash, T: Shared> Slots<K, T> {
    fn slot(&mut self, key: &K, present: DateTime<Utc>) -> Arc<Slot<T>> {
        if let Some((slot, _)) = self.places.get(key) {
            return Arc::clone(slot);
        }
        let slot = Arc::new(Slot::new(present));
        self.places.insert(key.clone(), (Arc::clone(&slot), 1));
        self.weight += 1;
        slot
    }

    /// Notes how much the answer of a place holds.
    fn weigh(&mut self, key: &K, slot: &Arc<Slot<T>>, weight: usize) {
        if let Some((known, before)) = self.places.get_mut(key)
            && Arc::ptr_eq(known, slot)
        {
            self.weight = self.weight - *before + weight;
            *before = weight;
        }
    }

    /// Forgets the answer of a place.
    fn remove(&mut self, key: &K, slot: &Arc<Slot<T>>) {
        if self.places.get(key).is_some_and(|(known, _)| Arc::ptr_eq(known, slot)) {
            let gone = self.places.remove(key);
            self.weight -= gone.map_or(0, |(_, weight)| weight);
        }
    }

    fn forget(&mut self, before: DateTime<Utc>) {
        self.places.retain(|_, (slot, _)| !slot.is_before(before));
        self.weight = self.places.values().map(|(_, weight)| weight).sum();
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Memory").field("most", &self.most).finish_non_exhaustive()
    }
}

/// Of 50,000 resources and facets, which are some tens of megabytes.
impl Default for Memory {
    fn default() -> Self {
        Self::of(50_000)
    }
}

impl Memory {
    /// A memory of so many resources and facets at most.
    pub fn of(most: usize) -> Self {
        Self { most, kept: Mutex::default() }
    }

    /// Number of resources and facets that are kept.
    pub fn weight(&self) -> usize {
        self.kept().weight
    }

    /// The place of a list.
    pub(super) fn list(
        &self,
        account: &AccountId,
        key: &ListKey,
        present: DateTime<Utc>,
    ) -> Arc<Slot<Listing>> {
        self.change(account, |known| {
            known.asked_at = known.asked_at.max(present);
            known.lists.slot(key, present)
        })
    }

    /// Notes how many resources a list has. One that leaves no room for others is not kept.
    pub(super) fn weigh(
        &self,
        account: &AccountId,
        key: &ListKey,
        list: (&Arc<Slot<Listing>>, usize),
    ) {
        let (slot, resources) = list;
        self.change(account, |known| match resources + 1 {
            weight if weight > self.most / 2 => known.lists.remove(key, slot),
            weight => known.lists.weigh(key, slot, weight),
        });
    }

    /// The place of a facet.
    pub(super) fn facet(
        &self,
        account: &AccountId,
        key: &FacetKey,
        present: DateTime<Utc>,
    ) -> Arc<Slot<Facet>> {
        self.change(account, |known| known.facets.slot(key, present))
    }

    /// Forgets what is too old at an instant: of an account that is about to be asked each answer, and
    /// of the others those of which all is.
    pub(super) fn forget(&self, account: &AccountId, present: DateTime<Utc>) {
        let Some(before) = present.checked_sub_signed(LONGEST) else { return };
        let mut kept = self.kept();
        kept.accounts.retain(|_, known| known.asked_at >= before);
        kept.weight = kept.accounts.values().map(Account::weight).sum();
        drop(kept);
        self.change(account, |known| {
            known.lists.forget(before);
            known.facets.forget(before);
        });
    }

    /// Changes what is kept of an account, and forgets others where it gets too much.
    fn change<T>(&self, account: &AccountId, change: impl FnOnce(&mut Account) -> T) -> T {
        let mut kept = self.kept();
        let kept = &mut *kept;
        let known = kept.accounts.entry(account.clone()).or_default();
        let before = known.weight();
        let changed = change(known);
        kept.weight = kept.weight - before + known.weight();
        while kept.weight > self.most {
            let others = kept.accounts.iter().filter(|(id, _)| *id != account);
            let oldest = others.min_by_key(|(_, known)| known.asked_at).map(|(id, _)| id.clone());
            let gone = kept.accounts.remove(oldest.as_ref().unwrap_or(account));
            kept.weight -= gone.map_or(kept.weight, |gone| gone.weight());
        }
        changed
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Account {
    fn weight(&self) -> usize {
        self.lists.weight + self.facets.weight
    }
}

impl Shared for Listing {
    fn is_whole(&self) -> bool {
        self.failure().is_none()
    }
}

impl Shared for Facet {
    fn is_whole(&self) -> bool {
        !matches!(self, Self::Failed(_))
    }
}
