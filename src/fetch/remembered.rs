//! Answers that several evaluations share: one that is young enough is not asked for again, and one
//! that somebody is being given is waited for.
//!
//! Which age is young enough is left to the caller, as an instant since when answers count. What failed,
//! a list that broke off included, is shared with those who waited for it and with nobody later. A
//! summary has an age of its own and is always asked for.

mod memory;
mod slot;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;

use self::memory::FacetKey;
pub use self::memory::Memory;
use self::slot::{Given, Terms};
use super::{CallStats, Source};
use crate::resource::{
    AccountId, Facet, Failure, Listing, Operation, Resource, Schema, Segment, Target,
};

/// A source of one evaluation that takes answers which other evaluations were given.
pub struct Remembered {
    source: Arc<dyn Source>,
    memory: Arc<Memory>,
    terms: Terms,
    oldest: Mutex<DateTime<Utc>>,
}

impl fmt::Debug for Remembered {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Remembered").field("terms", &self.terms).finish_non_exhaustive()
    }
}

impl Remembered {
    /// The source at `present`, and what `memory` has of `account` that was asked at `since` or later.
    pub fn new(
        source: Arc<dyn Source>,
        memory: Arc<Memory>,
        account: &AccountId,
        (present, since): (DateTime<Utc>, DateTime<Utc>),
    ) -> Self {
        memory.forget(account, present);
        Self { source, memory, terms: Terms { present, since }, oldest: Mutex::new(present) }
    }

    /// The instant at which the oldest of the answers so far was asked for.
    pub fn oldest(&self) -> DateTime<Utc> {
        *self.oldest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer itself, with its age taken note of.
    fn take<T>(&self, given: Given<T>) -> T {
        let mut oldest = self.oldest.lock().unwrap_or_else(PoisonError::into_inner);
        *oldest = given.asked_at.min(*oldest);
        given.answer
    }

    async fn listing(
        &self,
        (target, schema): (&Target, &Schema),
        segment: Option<&Segment>,
    ) -> Listing {
        let (name, region) = (schema.type_name.clone(), target.region.clone());
        let (account, key) = (&target.account, (name, region, segment.cloned()));
        let slot = self.memory.list(account, &key, self.terms.present);
        let asked = match segment {
            Some(segment) => self.source.list_segment(target, schema, segment),
            None => self.source.list(target, schema),
        };
        let given = slot.given(self.terms, asked).await;
        if given.is_new {
            self.memory.weigh(account, &key, (&slot, given.answer.resources().len()));
        } else {
            self.source.knows(target, schema, &given.answer);
        }
        self.take(given)
    }

    async fn answer(
        &self,
        (target, schema): (&Target, &Schema),
        resource: &Resource,
        operation: &Operation,
    ) -> Facet {
        let asked = self.source.facet(target, schema, resource, operation);
        if schema.summary.as_ref().is_some_and(|summary| summary.operation == *operation) {
            return asked.await;
        }
        let key = FacetKey::new(target, resource, operation);
        let slot = self.memory.facet(&target.account, &key, self.terms.present);
        self.take(slot.given(self.terms, asked).await)
    }
}

impl Source for Remembered {
    fn list<'a>(&'a self, target: &'a Target, schema: &'a Schema) -> BoxFuture<'a, Listing> {
        self.listing((target, schema), None).boxed()
    }

    fn lists_whole(&self) -> bool {
        self.source.lists_whole()
    }

    fn list_segment<'a>(
        &'a self,
        target: &'a Target,
        schema: &'a Schema,
        segment: &'a Segment,
    ) -> BoxFuture<'a, Listing> {
        self.listing((target, schema), Some(segment)).boxed()
    }

    fn facet<'a>(
        &'a self,
        target: &'a Target,
        schema: &'a Schema,
        resource: &'a Resource,
        operation: &'a Operation,
    ) -> BoxFuture<'a, Facet> {
        self.answer((target, schema), resource, operation).boxed()
    }

    fn knows(&self, target: &Target, schema: &Schema, listing: &Listing) {
        self.source.knows(target, schema, listing);
    }

    fn calls(&self) -> CallStats {
        self.source.calls()
    }

    fn recorded_at(&self) -> Option<DateTime<Utc>> {
        self.source.recorded_at()
    }

    fn caller(&self) -> Result<Option<Arc<str>>, Failure> {
        self.source.caller()
    }
}

#[cfg(test)]
mod tests;
