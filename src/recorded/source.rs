//! An inventory that answers as a live account would.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use crate::fetch::{CallStats, Source};
use crate::resource::{
    AccountId, Cause, Facet, Failure, Inventory, Listing, Operation, Region, Resource, Schema,
    Target,
};

/// A recorded inventory as a [`Source`]. It makes no calls.
#[derive(Debug)]
pub struct Recorded {
    /// Resources of each list are in the order of their ids.
    inventory: Inventory,
    /// Place in its list of the resource that was asked about last: the next is mostly that one again,
    /// or its neighbour.
    last: AtomicUsize,
}

impl Recorded {
    /// A source that answers from `inventory`.
    pub fn new(mut inventory: Inventory) -> Self {
        for listing in inventory.listings.values_mut() {
            listing.sort();
        }
        Self { inventory, last: AtomicUsize::new(0) }
    }

    /// The account that was recorded.
    pub fn account(&self) -> &AccountId {
        &self.inventory.account
    }

    /// Inventory with all that was recorded.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// The regions that the inventory holds something of, `global` aside.
    pub fn regions(&self) -> impl Iterator<Item = &Region> {
        let listed = self.inventory.listings.keys().map(|(_, region)| region);
        let lived_in = self
            .inventory
            .listings
            .values()
            .flat_map(|listing| listing.resources().iter().map(|resource| &resource.region));
        let all: std::collections::BTreeSet<_> = listed.chain(lived_in).collect();
        all.into_iter().filter(|region| !region.is_global())
    }

    fn listing(&self, target: &Target, schema: &Schema) -> Listing {
        if target.account != self.inventory.account {
            return Listing::Failed(not_recorded(format!(
                "the inventory is that of account {}",
                self.inventory.account
            )));
        }
        let key = (schema.type_name.clone(), target.region.clone());
        let listed = |resources: &[Arc<Resource>]| {
            resources.iter().map(|one| only_listed(one, schema)).collect::<Vec<_>>()
        };
        match self.inventory.listings.get(&key) {
            Some(listing) => listing.with(listed),
            None => Listing::Failed(not_recorded(format!(
                "{} of {} was not recorded",
                schema.list, target.region
            ))),
        }
    }

    fn find<'r>(&self, all: &'r [Arc<Resource>], id: &Arc<str>) -> Option<&'r Arc<Resource>> {
        let last = self.last.load(Ordering::Relaxed);
        let near = [last, last + 1];
        // Whoever asks was given the very id.
        let found =
            near.into_iter().find(|at| all.get(*at).is_some_and(|it| Arc::ptr_eq(&it.id, id)));
        let found = found.or_else(|| all.binary_search_by(|one| one.id.cmp(id)).ok())?;
        self.last.store(found, Ordering::Relaxed);
        all.get(found)
    }

    fn recorded_facet(&self, target: &Target, resource: &Resource, operation: &Operation) -> Facet {
        let key = (resource.type_name.clone(), target.region.clone());
        let listing = self.inventory.listings.get(&key).map(Listing::resources);
        let recorded = listing.and_then(|all| self.find(all, &resource.id));
        let facet = recorded.and_then(|resource| resource.facets.get(operation));
        facet.cloned().unwrap_or_else(|| {
            let message = format!("{operation} of {} was not recorded", resource.id);
            Facet::Failed(not_recorded(message))
        })
    }
}

/// The resource with the facet of the list alone.
fn only_listed(resource: &Resource, schema: &Schema) -> Arc<Resource> {
    let listed = resource.facets.get(&schema.list).cloned();
    Arc::new(Resource {
        type_name: resource.type_name.clone(),
        id: resource.id.clone(),
        arn: resource.arn.clone(),
        region: resource.region.clone(),
        facets: listed.map(|facet| (schema.list.clone(), facet)).into_iter().collect(),
    })
}

fn not_recorded(message: String) -> Failure {
    Failure::new(Cause::NotCollected, message)
}

impl Source for Recorded {
    fn list<'a>(&'a self, target: &'a Target, schema: &'a Schema) -> BoxFuture<'a, Listing> {
        ready(self.listing(target, schema)).boxed()
    }

    fn facet<'a>(
        &'a self,
        target: &'a Target,
        _: &'a Schema,
        resource: &'a Resource,
        operation: &'a Operation,
    ) -> BoxFuture<'a, Facet> {
        ready(self.recorded_facet(target, resource, operation)).boxed()
    }

    fn calls(&self) -> CallStats {
        CallStats::default()
    }

    fn recorded_at(&self) -> Option<DateTime<Utc>> {
        Some(self.inventory.taken_at)
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::super::read;
    use super::*;
    use crate::fetch::{AccountScope, FetchRequirement, execute};
    use crate::resource::{Provider, schemas};

    fn demo() -> Recorded {
        let text = include_str!("../../examples/demo-account.json");
        Recorded::new(read(text.as_bytes(), schemas()).expect("well-formed"))
    }

    fn list(account: &str, region: &str) -> Listing {
        let target = Target {
            provider: Provider::Aws,
            account: account.parse().expect("an id"),
            region: region.parse().expect("a region"),
        };
        block_on(demo().list(&target, &schemas()["AWS::EC2::Instance"]))
    }

    #[test]
    fn what_was_not_recorded_is_not_collected() {
        let why = |listing: Listing| listing.failure().map(ToString::to_string);
        assert_eq!(why(list("123456789012", "us-east-1")), None);
        assert_eq!(
            why(list("123456789012", "eu-north-1")).as_deref(),
            Some("not_collected: ec2:DescribeInstances of eu-north-1 was not recorded")
        );
        assert_eq!(
            why(list("210987654321", "us-east-1")).as_deref(),
            Some("not_collected: the inventory is that of account 123456789012")
        );
    }

    #[test]
    fn only_what_is_asked_for_is_told() {
        // A recording from before the operation was asked has no answer of it.
        let demo = include_str!("../../examples/demo-account.json");
        let text = demo.replace(r#""s3:GetBucketCors": { "absent": true },"#, "");
        let recorded = Recorded::new(read(text.as_bytes(), schemas()).expect("well-formed"));
        let schema = &schemas()["AWS::S3::Bucket"];
        let asked = ["s3:GetBucketAcl".into(), "s3:GetBucketCors".into()];
        let requirements = [FetchRequirement::new(schema, asked)];
        let scope = AccountScope {
            account: recorded.account().clone(),
            regions: recorded.regions().cloned().collect(),
            taken_at: recorded.recorded_at().expect("recorded"),
        };
        let (inventory, calls) = block_on(execute(&recorded, &scope, &requirements));
        assert_eq!(calls.total(), 0);
        let buckets = &inventory.listings[&(schema.type_name.clone(), Region::global())];
        for bucket in buckets.resources() {
            let facets: Vec<_> = bucket.facets.keys().map(Operation::as_str).collect();
            assert_eq!(facets, ["s3:GetBucketAcl", "s3:GetBucketCors", "s3:ListBuckets"]);
            assert!(matches!(bucket.facets.get("s3:GetBucketAcl"), Some(Facet::Read(_))));
            assert!(matches!(bucket.facets.get("s3:GetBucketCors"),
                Some(Facet::Failed(failure)) if failure.cause == Cause::NotCollected));
        }
    }

    #[test]
    fn regions_are_those_of_lists_and_resources() {
        let recorded = demo();
        let regions: Vec<_> = recorded.regions().map(Region::as_str).collect();
        assert_eq!(regions, ["ap-southeast-2", "eu-west-1", "us-east-1"]);
    }
}
