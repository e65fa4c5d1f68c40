//! Requests that an inventory would cost, were it asked of a live account.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value as Json, json};

use super::{CallStats, Source};
use crate::resource::{
    Facet, Listing, Operation, Region, Resource, Schema, Segment, Target, TypeName, Value,
};

/// Entries of a page, as live accounts are asked for them.
const PAGE: usize = 1000;

/// Requests that a plan costs, by type and operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Estimate(BTreeMap<(TypeName, Operation), u64>);

impl Estimate {
    /// Number of requests of an operation for a type; 0 of one that is never called.
    pub fn of(&self, type_name: &TypeName, operation: &Operation) -> u64 {
        self.0.get(&(type_name.clone(), operation.clone())).copied().unwrap_or_default()
    }

    /// Number of all requests together.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Numbers of requests by operation, whichever types they are for.
    fn calls(&self) -> CallStats {
        let mut calls = CallStats::default();
        for ((_, operation), requests) in &self.0 {
            calls.count_all(operation.clone(), *requests);
        }
        calls
    }
}

/// A recorded source that counts what the same questions would cost of a live account: a list by its
/// pages, a bulk call once, any other call for each resource. A summary, which nobody records, clears
/// whom the recorded answers clear. Its [`Source::calls`] are those that a live account would have had.
pub struct Counted<'a> {
    source: &'a dyn Source,
    requests: Mutex<Estimate>,
    bulk: Mutex<BTreeSet<(TypeName, Region, Operation)>>,
}

impl std::fmt::Debug for Counted<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Counted").field("requests", &self.requests).finish_non_exhaustive()
    }
}

impl<'a> Counted<'a> {
    /// The source, of which nothing was asked yet.
    pub fn new(source: &'a dyn Source) -> Self {
        Self { source, requests: Mutex::default(), bulk: Mutex::default() }
    }

    /// Requests that were counted so far.
    pub fn estimate(&self) -> Estimate {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn count(&self, schema: &Schema, operation: &Operation, times: usize) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (schema.type_name.clone(), operation.clone());
        *requests.0.entry(key).or_default() += times as u64;
    }

    /// `true` where a bulk operation is asked for the first time.
    fn is_first(&self, target: &Target, schema: &Schema, operation: &Operation) -> bool {
        let key = (schema.type_name.clone(), target.region.clone(), operation.clone());
        self.bulk.lock().unwrap_or_else(PoisonError::into_inner).insert(key)
    }

    /// The part of a summary about a resource, as what was recorded of it says.
    async fn summary(
        &self,
        (target, schema): (&Target, &Schema),
        resource: &Resource,
        (operation, of): (&Operation, &[Operation]),
    ) -> Facet {
        let mut told = serde_json::Map::new();
        for one in of {
            let facet = self.source.facet(target, schema, resource, one).await;
            let supplied = schema.properties.iter().filter(|(_, known)| known.operation == *one);
            for (name, _) in supplied {
                let value = match &facet {
                    Facet::Read(answer) => answer.get(name).map_or(Json::Null, Value::to_json),
                    Facet::Absent => Json::Null,
                    Facet::Failed(_) => continue,
                };
                told.insert(name.to_string(), json!([value]));
            }
        }
        Facet::Read(schema.refine(operation, &Json::Object(told)))
    }
}

impl Source for Counted<'_> {
    fn list<'a>(&'a self, target: &'a Target, schema: &'a Schema) -> BoxFuture<'a, Listing> {
        let listing = async {
            let listing = self.source.list(target, schema).await;
            let pages = listing.resources().len().div_ceil(PAGE).max(1);
            self.count(schema, &schema.list, pages);
            listing
        };
        listing.boxed()
    }

    fn lists_whole(&self) -> bool {
        false
    }

    fn list_segment<'a>(
        &'a self,
        target: &'a Target,
        schema: &'a Schema,
        segment: &'a Segment,
    ) -> BoxFuture<'a, Listing> {
        let listing = async {
            let mut listing = self.source.list(target, schema).await;
            if let Some(all) = listing.resources_mut() {
                all.retain(|resource| segment.holds(&resource.id));
            }
            let pages = listing.resources().len().div_ceil(PAGE).max(1);
            self.count(schema, &schema.list, pages);
            listing
        };
        listing.boxed()
    }

    fn facet<'a>(
        &'a self,
        target: &'a Target,
        schema: &'a Schema,
        resource: &'a Resource,
        operation: &'a Operation,
    ) -> BoxFuture<'a, Facet> {
        let facet = async move {
            if let Some(summary) = schema.summary.as_ref().filter(|one| one.operation == *operation)
            {
                if self.is_first(target, schema, operation) {
                    // One to have it made and one to read it, by the action of each.
                    self.count(schema, operation, summary.permissions.len());
                }
                let of = (operation, summary.of.as_slice());
                return self.summary((target, schema), resource, of).await;
            }
            let is_bulk = schema.operations.get(operation).is_some_and(|known| known.bulk);
            if !is_bulk || self.is_first(target, schema, operation) {
                self.count(schema, operation, 1);
            }
            self.source.facet(target, schema, resource, operation).await
        };
        facet.boxed()
    }

    fn calls(&self) -> CallStats {
        self.estimate().calls()
    }

    fn recorded_at(&self) -> Option<DateTime<Utc>> {
        self.source.recorded_at()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::future::ready;

    use super::*;
    use crate::resource::{Cause, Facets, Failure, Provider, Region, Resource, Segments, schemas};

    /// Objects of two buckets, as a recording holds what was listed by segments.
    struct Objects;

    impl Source for Objects {
        fn list<'a>(&'a self, _: &'a Target, schema: &'a Schema) -> BoxFuture<'a, Listing> {
            let object = |id: String| Resource {
                type_name: schema.type_name.clone(),
                id: id.into(),
                arn: None,
                region: Region::global(),
                facets: Facets::default(),
            };
            let ids = (0..3 * PAGE).map(|at| format!("logs/{at}"));
            let all = ids.chain(["data/one".to_owned()]).map(|id| Arc::new(object(id)));
            let rest = Failure::new(Cause::NotCollected, "was not asked");
            let segments = Segments { asked: BTreeMap::new(), rest };
            ready(Listing::Segments(all.collect(), segments)).boxed()
        }

        fn facet<'a>(
            &'a self,
            _: &'a Target,
            _: &'a Schema,
            _: &'a Resource,
            _: &'a Operation,
        ) -> BoxFuture<'a, Facet> {
            ready(Facet::Absent).boxed()
        }

        fn calls(&self) -> CallStats {
            CallStats::default()
        }

        fn recorded_at(&self) -> Option<DateTime<Utc>> {
            None
        }
    }

    #[tokio::test]
    async fn a_segment_takes_the_pages_of_what_it_holds() {
        let schema = &schemas()["AWS::S3::Object"];
        let account = "123456789012".parse().expect("an account");
        let target = Target { provider: Provider::Aws, account, region: Region::global() };
        for (segment, requests) in [("data/", 1), ("logs/", 3)] {
            let counted = Counted::new(&Objects);
            let segment = segment.parse().expect("a segment");
            counted.list_segment(&target, schema, &segment).await;
            assert_eq!(counted.calls().total(), requests, "{segment:?}");
        }
    }
}
