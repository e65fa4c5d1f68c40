//! Carrying out the plan over a source.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::future::join_all;
use futures::stream::{self, FuturesUnordered};
use futures::{FutureExt, StreamExt};

use super::requirement::next;
use super::{CallStats, FetchRequirement, Source, segments};
use crate::resource::{
    AccountId, Cause, Facet, Failure, Inventory, ListedBy, Listing, Provider, Region, Resource,
    Schema, Segment, Segments, Target, TypeName,
};

/// How many lists, and how many resources of one list, are worked on at a time. The adapter bounds
/// requests further, per region and service.
const LISTS: usize = 8;
const RESOURCES: usize = 24;

/// The part of an account that is fetched.
#[derive(Debug, Clone)]
pub struct AccountScope {
    /// The account.
    pub account: AccountId,
    /// Regions of the account. Resources that live elsewhere are listed, and nothing more is asked
    /// of them.
    pub regions: BTreeSet<Region>,
    /// Instant of the inventory: `now` in expressions.
    pub taken_at: DateTime<Utc>,
}

impl AccountScope {
    /// `true` where a resource of `region` belongs to the part.
    pub fn holds(&self, region: &Region) -> bool {
        region.is_global() || self.regions.contains(region)
    }

    /// Targets in which a type is listed.
    pub fn targets(&self, schema: &Schema) -> Vec<Target> {
        let target = |region: Region| Target {
            provider: Provider::Aws,
            account: self.account.clone(),
            region,
        };
        schema.listed_in(&self.regions).into_iter().map(target).collect()
    }
}

/// Fetches all that is required, and nothing else, and counts the requests that it cost.
///
/// Filters are evaluated on the thread that polls the future: run it on a thread that may block.
pub async fn execute(
    source: &dyn Source,
    scope: &AccountScope,
    requirements: &[FetchRequirement<'_>],
) -> (Inventory, CallStats) {
    let mut by_type: BTreeMap<_, Vec<&FetchRequirement<'_>>> = BTreeMap::new();
    for requirement in requirements {
        by_type.entry(&requirement.schema().type_name).or_default().push(requirement);
    }
    let mut lists = Vec::new();
    for requirements in by_type.values() {
        let Some(schema) = requirements.first().map(|one| one.schema()) else { continue };
        for target in scope.targets(schema) {
            lists.push(Work { source, scope, requirements, schema, target });
        }
    }
    // Boxed one by one: a closure over a stream of borrows is no `Send` future.
    let lists: Vec<_> = lists.into_iter().map(|work| work.listed().boxed()).collect();
    let listings = stream::iter(lists).buffer_unordered(LISTS).collect().await;
    let inventory =
        Inventory { listings, ..Inventory::empty(scope.account.clone(), scope.taken_at) };
    (inventory, source.calls())
}

/// One type in one target.
struct Work<'a> {
    source: &'a dyn Source,
    scope: &'a AccountScope,
    requirements: &'a [&'a FetchRequirement<'a>],
    schema: &'a Schema,
    target: Target,
}

impl Work<'_> {
    async fn listed(self) -> ((TypeName, Region), Listing) {
        let listing = self.listing().await;
        ((self.schema.type_name.clone(), self.target.region), listing)
    }

    async fn listing(&self) -> Listing {
        let mut listing = match &self.schema.listed_by {
            Some(by) if !self.source.lists_whole() => self.segments(by).await,
            _ => self.source.list(&self.target, self.schema).await,
        };
        if let Some(resources) = listing.resources_mut() {
            *resources = self.complete_all(std::mem::take(resources)).await;
        }
        listing
    }

    /// The segments that are required, each asked for once.
    async fn segments(&self, by: &ListedBy) -> Listing {
        let rest = unnamed(self.schema, by);
        let required: BTreeSet<&Segment> =
            self.requirements.iter().filter_map(|one| one.segment()).collect();
        let listings = segments::listings(self.source, &self.target, self.schema, &required).await;
        let mut resources = BTreeMap::new();
        let mut asked = BTreeMap::new();
        for (segment, listing) in listings {
            let listed = listing.resources().iter();
            resources.extend(listed.map(|one| ((one.id.clone(), one.region.clone()), one.clone())));
            asked.insert(segment, listing.failure().cloned());
        }
        Listing::Segments(resources.into_values().collect(), Segments { asked, rest })
    }

    async fn complete_all(&self, resources: Vec<Arc<Resource>>) -> Vec<Arc<Resource>> {
        let listed = resources.len();
        let mut complete = Vec::with_capacity(listed);
        let mut resources = resources.into_iter();
        // Begun as others end, since a list may have very many.
        let mut begun = FuturesUnordered::new();
        begun.extend(resources.by_ref().take(RESOURCES).map(|one| self.complete(one, listed)));
        while let Some(resource) = begun.next().await {
            complete.push(resource);
            begun.extend(resources.next().map(|one| self.complete(one, listed)));
        }
        complete.sort_by(|one, other| (&one.id, &one.region).cmp(&(&other.id, &other.region)));
        complete
    }

    /// A resource, one of so many `listed`, with all that is required of it.
    async fn complete(&self, mut resource: Arc<Resource>, listed: usize) -> Arc<Resource> {
        if !self.scope.holds(&resource.region) {
            return resource;
        }
        loop {
            let wanted = next(self.requirements, &resource, listed);
            if wanted.is_empty() {
                self.forget_failed_summary(&mut resource);
                return resource;
            }
            let seen = &resource;
            let asked = wanted.into_iter().map(|operation| async move {
                let facet = self.source.facet(&self.target, self.schema, seen, &operation).await;
                (operation, facet)
            });
            let answers = join_all(asked).await;
            Arc::make_mut(&mut resource).facets.extend(answers);
        }
    }

    /// A summary that could not be had spared nothing, and nobody misses it.
    fn forget_failed_summary(&self, resource: &mut Arc<Resource>) {
        let Some(summary) = &self.schema.summary else { return };
        if let Some(Facet::Failed(_)) = resource.facets.get(&summary.operation) {
            Arc::make_mut(resource).facets.remove(&summary.operation);
        }
    }
}

fn unnamed(schema: &Schema, by: &ListedBy) -> Failure {
    let (list, property) = (&schema.list, &by.value);
    let message = format!(
        "{list}: too many to list them all; name one `{property}` in `where`, as in \
         `resource.{property} == \"...\"`"
    );
    Failure::new(Cause::NotCollected, message)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures::executor::block_on;
    use futures::future::{BoxFuture, ready};

    use super::super::FilterDecision;
    use super::*;
    use crate::resource::{Operation, Value, schemas};

    /// Buckets `a` and `z` in eu-west-1, `m` in ap-south-1; groups in eu-west-1 only in part.
    #[derive(Default)]
    struct Fake {
        calls: Mutex<CallStats>,
    }

    impl Fake {
        fn called(&self, operation: &str) {
            self.calls.lock().expect("no panic").count(operation.into());
        }
    }

    fn resource(
        type_name: &TypeName,
        operation: &Operation,
        id: &str,
        region: &str,
    ) -> Arc<Resource> {
        Arc::new(Resource {
            type_name: type_name.clone(),
            id: id.into(),
            arn: None,
            region: region.parse().expect("a region"),
            facets: [(operation.clone(), Facet::Read(Value::map::<&str>([])))]
                .into_iter()
                .collect(),
        })
    }

    impl Source for Fake {
        fn list<'a>(&'a self, target: &'a Target, schema: &'a Schema) -> BoxFuture<'a, Listing> {
            self.called(schema.list.as_str());
            let one = |id, region| resource(&schema.type_name, &schema.list, id, region);
            let listing = match target.region.as_str() {
                "global" => Listing::Complete(vec![
                    one("z", "eu-west-1"),
                    one("m", "ap-south-1"),
                    one("a", "eu-west-1"),
                ]),
                "eu-west-1" => Listing::Partial(
                    vec![one("sg-1", "eu-west-1")],
                    Failure::new(Cause::PartialList, "broke off"),
                ),
                _ => Listing::Failed(Failure::new(Cause::RegionDisabled, "off")),
            };
            ready(listing).boxed()
        }

        fn facet<'a>(
            &'a self,
            _: &'a Target,
            _: &'a Schema,
            resource: &'a Resource,
            operation: &'a Operation,
        ) -> BoxFuture<'a, Facet> {
            self.called(operation.as_str());
            let public = Value::map([("Policy", Value::string(resource.id.clone()))]);
            ready(Facet::Read(public)).boxed()
        }

        fn calls(&self) -> CallStats {
            self.calls.lock().expect("no panic").clone()
        }

        fn recorded_at(&self) -> Option<DateTime<Utc>> {
            None
        }
    }

    /// Tasks of the service may move between threads.
    fn sendable<F: Future + Send>(future: F) -> F {
        future
    }

    #[test]
    fn an_inventory_holds_what_was_required_and_no_more() {
        let bucket = &schemas()["AWS::S3::Bucket"];
        let group = &schemas()["AWS::EC2::SecurityGroup"];
        let not_a = |resource: &Resource| match &*resource.id {
            "a" => FilterDecision::Drop,
            _ => FilterDecision::Keep,
        };
        let requirements = [
            FetchRequirement::new(bucket, ["s3:GetBucketPolicy".into()]).only([], not_a),
            FetchRequirement::list(group),
        ];
        let scope = AccountScope {
            account: "123456789012".parse().expect("an id"),
            regions: ["eu-west-1", "us-east-1"].map(|name| name.parse().expect("a region")).into(),
            taken_at: DateTime::UNIX_EPOCH,
        };
        let (inventory, calls) =
            block_on(sendable(execute(&Fake::default(), &scope, &requirements)));
        let shown: Vec<String> = inventory
            .listings
            .iter()
            .map(|((type_name, region), listing)| {
                let resources = listing.resources().iter();
                let facets = resources.map(|one| format!("{}:{}", one.id, one.facets.len()));
                let facets = facets.collect::<Vec<_>>().join(" ");
                let failure = listing.failure().map(ToString::to_string).unwrap_or_default();
                format!("{type_name} {region}: {facets} {failure}")
            })
            .collect();
        assert_eq!(
            shown,
            [
                "AWS::EC2::SecurityGroup eu-west-1: sg-1:1 partial_list: broke off",
                "AWS::EC2::SecurityGroup us-east-1:  region_disabled: off",
                "AWS::S3::Bucket global: a:1 m:1 z:2 ",
            ]
        );
        let calls = serde_json::to_string(&calls).expect("plain data");
        assert_eq!(
            calls,
            r#"{"ec2:DescribeSecurityGroups":2,"s3:GetBucketPolicy":1,"s3:ListBuckets":1}"#
        );
    }

    /// Two objects in each bucket that is asked for, but for `data`, which nobody may list.
    #[derive(Default)]
    struct Segmented {
        asked: Mutex<Vec<Segment>>,
    }

    impl Source for Segmented {
        fn list<'a>(&'a self, _: &'a Target, _: &'a Schema) -> BoxFuture<'a, Listing> {
            panic!("too long to be read as a whole")
        }

        fn lists_whole(&self) -> bool {
            false
        }

        fn list_segment<'a>(
            &'a self,
            _: &'a Target,
            schema: &'a Schema,
            segment: &'a Segment,
        ) -> BoxFuture<'a, Listing> {
            self.asked.lock().expect("no panic").push(segment.clone());
            let of = |key| {
                let id = format!("{}/{}{key}", segment.value, segment.prefix);
                resource(&schema.type_name, &schema.list, &id, "eu-west-1")
            };
            let listing = match &*segment.value {
                "data" if segment.prefix.is_empty() => {
                    Listing::Failed(Failure::new(Cause::AccessDenied, "not allowed"))
                }
                _ => Listing::Complete(vec![of("b"), of("a")]),
            };
            ready(listing).boxed()
        }

        fn facet<'a>(
            &'a self,
            _: &'a Target,
            _: &'a Schema,
            _: &'a Resource,
            operation: &'a Operation,
        ) -> BoxFuture<'a, Facet> {
            panic!("{operation} is not asked")
        }

        fn calls(&self) -> CallStats {
            CallStats::default()
        }

        fn recorded_at(&self) -> Option<DateTime<Utc>> {
            None
        }
    }

    #[test]
    fn of_a_long_list_the_segments_are_asked_that_somebody_requires() {
        let schema = &schemas()["AWS::S3::Object"];
        let segment =
            |value: &str, prefix: &str| Segment { value: value.into(), prefix: prefix.into() };
        let scope = AccountScope {
            account: "123456789012".parse().expect("an id"),
            regions: ["eu-west-1".parse().expect("a region")].into(),
            taken_at: DateTime::UNIX_EPOCH,
        };
        let required = [
            Some(segment("logs", "2026/")),
            Some(segment("logs", "2026/01/")),
            Some(segment("data", "")),
            Some(segment("data", "b/")),
            None,
        ];
        let requirements = required.map(|one| FetchRequirement::list(schema).within(one));
        let source = Segmented::default();
        let (inventory, _) = block_on(execute(&source, &scope, &requirements));
        let asked = source.asked.into_inner().expect("no panic");
        // What is refused as a whole may be allowed in part.
        let expected = [segment("data", ""), segment("logs", "2026/"), segment("data", "b/")];
        assert_eq!(asked, expected);
        let listing = inventory.listings.into_values().next().expect("a listing");
        let ids: Vec<&str> = listing.resources().iter().map(|one| &*one.id).collect();
        assert_eq!(ids, ["data/b/a", "data/b/b", "logs/2026/a", "logs/2026/b"]);
        let why = |of: Option<Segment>| {
            listing.failure_in(of.as_ref()).map(|failure| failure.cause.as_str())
        };
        assert_eq!(why(Some(segment("logs", "2026/01/"))), None);
        assert_eq!(why(Some(segment("logs", ""))), Some("not_collected"), "it was not asked for");
        assert_eq!(why(Some(segment("data", "a"))), Some("access_denied"));
        assert_eq!(why(Some(segment("data", "b/c"))), None);
        assert_eq!(why(None), Some("not_collected"));

        let all = [FetchRequirement::list(schema)];
        let (inventory, _) = block_on(execute(&Segmented::default(), &scope, &all));
        let listing = inventory.listings.into_values().next().expect("a listing");
        assert_eq!(
            listing.failure().expect("it is not read").to_string(),
            "not_collected: s3:ListObjectsV2: too many to list them all; name one `BucketName` in \
             `where`, as in `resource.BucketName == \"...\"`"
        );
    }
}
