//! An account that cannot be asked.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use crate::fetch::{CallStats, Source};
use crate::resource::{Facet, Failure, Listing, Operation, Resource, Schema, Target};

/// A source that answers every question with the failure that keeps its account from being asked,
/// so that each check says why it is unknown.
#[derive(Debug)]
pub(super) struct Unreachable(pub(super) Failure);

impl Source for Unreachable {
    fn list<'a>(&'a self, _: &'a Target, _: &'a Schema) -> BoxFuture<'a, Listing> {
        ready(Listing::Failed(self.0.clone())).boxed()
    }

    fn facet<'a>(
        &'a self,
        _: &'a Target,
        _: &'a Schema,
        _: &'a Resource,
        _: &'a Operation,
    ) -> BoxFuture<'a, Facet> {
        ready(Facet::Failed(self.0.clone())).boxed()
    }

    fn calls(&self) -> CallStats {
        CallStats::default()
    }

    fn recorded_at(&self) -> Option<DateTime<Utc>> {
        None
    }

    fn caller(&self) -> Result<Option<Arc<str>>, Failure> {
        Err(self.0.clone())
    }
}
