//! Sweeps over an account that is made up, of which each question costs one request.

use std::collections::BTreeSet;
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::executor::block_on;
use futures::future::{BoxFuture, ready};

use super::*;
use crate::resource::{Operation, Value, schemas};

const BUCKET: &str = "AWS::S3::Bucket";
const GROUP: &str = "AWS::EC2::SecurityGroup";
const USER: &str = "AWS::IAM::User";

/// Some resources of each type and region, and what was asked of them.
#[derive(Default)]
struct Fake {
    resources: usize,
    asked: Mutex<Vec<String>>,
    /// Operations without an answer, and why.
    fails: &'static [&'static str],
    cause: Option<Cause>,
    /// Operation that takes so many requests.
    dear: Option<(&'static str, u64)>,
}

impl Fake {
    fn of(resources: usize) -> Self {
        Self { resources, ..Self::default() }
    }

    fn ask(
        &self,
        target: &Target,
        schema: &Schema,
        about: &str,
        operation: &str,
    ) -> Result<(), Failure> {
        let place = format!("{} {} {about} {operation}", schema.type_name, target.region);
        self.asked.lock().expect("no panic").push(place);
        let cause = self.cause.filter(|_| self.fails.contains(&operation));
        cause.map_or(Ok(()), |cause| Err(Failure::new(cause, "no answer")))
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }
}

impl Source for Fake {
    fn list<'a>(&'a self, target: &'a Target, schema: &'a Schema) -> BoxFuture<'a, Listing> {
        let answer = self.ask(target, schema, "*", schema.list.as_str());
        let one = |number: usize| {
            Arc::new(Resource {
                type_name: schema.type_name.clone(),
                id: format!("r{number}").into(),
                arn: None,
                region: target.region.clone(),
                facets: [(schema.list.clone(), Facet::Absent)].into_iter().collect(),
            })
        };
        // In no order, as some services list.
        let resources = (0..self.resources).rev().map(one).collect();
        let listing = answer.map_or_else(Listing::Failed, |()| Listing::Complete(resources));
        ready(listing).boxed()
    }

    fn facet<'a>(
        &'a self,
        target: &'a Target,
        schema: &'a Schema,
        resource: &'a Resource,
        operation: &'a Operation,
    ) -> BoxFuture<'a, Facet> {
        let known = &schema.operations[operation];
        let is_ready = known.after.iter().all(|before| resource.facets.contains_key(before));
        assert!(is_ready, "{operation} is asked too early");
        let answer = self.ask(target, schema, &resource.id, operation.as_str());
        let read = Facet::Read(Value::map([("Id", Value::string(resource.id.clone()))]));
        ready(answer.map_or_else(Facet::Failed, |()| read)).boxed()
    }

    fn calls(&self) -> CallStats {
        let mut calls = CallStats::default();
        let asked = self.asked();
        let dear = self.dear.map_or(0, |(dear, requests)| {
            requests * asked.iter().filter(|it| it.ends_with(dear)).count() as u64
        });
        calls.count_all("all".into(), asked.len() as u64 + dear);
        calls
    }

    fn recorded_at(&self) -> Option<DateTime<Utc>> {
        None
    }
}

fn types(names: &[&str]) -> Vec<&'static Schema> {
    names.iter().map(|name| &schemas()[*name]).collect()
}

fn scope(regions: &[&str]) -> AccountScope {
    AccountScope {
        account: "123456789012".parse().expect("an id"),
        regions: regions.iter().map(|name| name.parse().expect("a region")).collect(),
        taken_at: DateTime::UNIX_EPOCH,
    }
}

fn swept(source: &Fake, names: &[&str], from: Option<&Position>, requests: u64) -> Swept {
    let scope = scope(&["eu-west-1", "us-east-1"]);
    let over = || false;
    block_on(sweep(source, &scope, &types(names), from, &Budget::new(requests, &over)))
}

/// Facets of an inventory, failed ones included.
fn facets(inventory: &Inventory) -> usize {
    let resources = inventory.listings.values().flat_map(Listing::resources);
    resources.map(|resource| resource.facets.len()).sum()
}

/// Sweeps, one behind the other, until nothing is left; what each asked.
fn days(resources: usize, names: &[&str], requests: u64) -> Vec<Vec<String>> {
    let (mut days, mut position) = (Vec::new(), None);
    while days.len() < 100 {
        let source = Fake::of(resources);
        let swept = swept(&source, names, position.as_ref(), requests);
        days.push(source.asked());
        let Some(left) = swept.left else { return days };
        position = left.position;
        // Once round, it would begin anew.
        let all: BTreeSet<&String> = days.iter().flatten().collect();
        if all.len() == whole(resources, names).len() {
            return days;
        }
    }
    panic!("{} days do not suffice", days.len());
}

/// All that there is to ask.
fn whole(resources: usize, names: &[&str]) -> BTreeSet<String> {
    let source = Fake::of(resources);
    assert_eq!(swept(&source, names, None, u64::MAX).left, None);
    source.asked().into_iter().collect()
}

#[test]
fn all_that_live_accounts_can_be_asked_is_collected() {
    let source = Fake::of(3);
    let Swept { inventory, calls, left } = swept(&source, &[BUCKET, GROUP], None, 1_000);
    assert_eq!(left, None);
    let of_type = |name: &str| schemas()[name].live_operations().count();
    let expected = 3 * of_type(BUCKET) + 2 * 3 * of_type(GROUP);
    assert_eq!(facets(&inventory), expected);
    assert_eq!(inventory.listings.len(), 3);
    // The facet of a list comes with it.
    assert_eq!(calls.total(), (3 + expected - 3 - 2 * 3) as u64);
    let (asked, once) = (source.asked(), whole(3, &[BUCKET, GROUP]));
    assert_eq!(asked.len(), once.len(), "each once");
}

#[test]
fn the_budget_is_kept_to_the_request_and_lists_stay_whole() {
    let all = whole(3, &[BUCKET]).len() as u64;
    for requests in 0..=all + 1 {
        let swept = swept(&Fake::of(3), &[BUCKET], None, requests);
        assert_eq!(swept.calls.total(), requests.min(all), "of {requests}");
        assert_eq!(swept.left.is_none(), requests >= all, "of {requests}");
        if requests == 0 {
            assert_eq!(swept.inventory.listings.len(), 0);
            continue;
        }
        let listings: Vec<_> = swept.inventory.listings.values().collect();
        let [Listing::Complete(buckets)] = listings[..] else { panic!("{listings:?}") };
        assert_eq!(buckets.len(), 3, "of {requests}");
        assert_eq!(facets(&swept.inventory) as u64, 3 + requests.min(all) - 1, "of {requests}");
    }
}

#[test]
fn the_lists_come_first() {
    let source = Fake::of(2);
    let left = swept(&source, &[BUCKET, GROUP, USER], None, 11).left.expect("something is left");
    let lists = source.asked().iter().take_while(|asked| asked.contains(" * ")).count();
    assert_eq!(lists, 4, "{:#?}", source.asked());
    assert_eq!(left.lists, 0);
    let position = left.position.expect("where to go on");
    assert_eq!(position.place.type_name.as_str(), GROUP);
    assert_eq!(left.resources, 4, "security groups are complete by their list: {position:?}");
}

#[test]
fn what_was_left_out_comes_in_the_next_sweeps() {
    let names = [BUCKET, GROUP, USER];
    let all = whole(5, &names);
    for requests in [40, 60, 100] {
        let days = days(5, &names, requests);
        let seen: BTreeSet<String> = days.iter().flatten().cloned().collect();
        assert_eq!(seen, all, "with {requests} a day");
        // Four lists a day, and what is begun may be asked once more on the next day.
        let (questions, a_day) = (all.len() as u64 - 4, requests - 4 - 14);
        assert!(days.len() as u64 <= questions.div_ceil(a_day) + 1, "{} days", days.len());
    }
}

#[test]
fn a_sweep_goes_on_behind_the_one_before() {
    let first = Fake::of(3);
    let a_bucket = schemas()[BUCKET].live_operations().count() as u64 - 1;
    let left = swept(&first, &[BUCKET], None, 1 + a_bucket + 2).left.expect("two buckets are left");
    let position = left.position.clone().expect("where to go on");
    assert_eq!((position.resource.as_deref(), left.resources), (Some("r0"), 2));
    let second = Fake::of(3);
    swept(&second, &[BUCKET], Some(&position), 1 + 2 * a_bucket);
    let asked = second.asked();
    let about = |id: &str| asked.iter().filter(|it| it.contains(&format!(" {id} "))).count() as u64;
    assert_eq!([about("r0"), about("r1"), about("r2")], [0, a_bucket, a_bucket]);
}

#[test]
fn lists_that_are_more_than_the_budget_leave_half_of_it() {
    let names: Vec<&str> = schemas().live().map(|schema| schema.type_name.as_str()).collect();
    let lists = whole(0, &names).len() as u64;
    // A bucket and a user fit in the other half.
    let requests = lists - 10;
    assert!(requests > 2 * 15, "{lists} lists");
    let all = whole(1, &names);
    let days = days(1, &names, requests);
    let seen: BTreeSet<String> = days.iter().flatten().cloned().collect();
    assert_eq!(seen, all);
    assert!(days.iter().all(|asked| asked.len() as u64 <= requests));
}

#[test]
fn empty_places_are_passed_by() {
    let names: Vec<&str> = schemas().live().map(|schema| schema.type_name.as_str()).collect();
    let days = days(0, &names, 4);
    let seen: BTreeSet<String> = days.iter().flatten().cloned().collect();
    assert_eq!(seen, whole(0, &names));
}

#[test]
fn what_is_dearer_than_the_budget_holds_nobody_up() {
    let days = days_of_few_requests();
    let asked: BTreeSet<&str> =
        days.iter().flatten().filter_map(|line| line.split(' ').nth(2)).collect();
    assert_eq!(asked, BTreeSet::from(["*", "r0", "r1", "r2"]));
}

/// Four sweeps of so few requests that no bucket is ever completed.
fn days_of_few_requests() -> Vec<Vec<String>> {
    let mut position = None;
    let day = |_| {
        let source = Fake::of(3);
        let left = swept(&source, &[BUCKET], position.as_ref(), 4).left.expect("buckets are left");
        position = left.position;
        source.asked()
    };
    (0..4).map(day).collect()
}

#[test]
fn a_sweep_that_is_broken_off_asks_nothing_more_and_passes_nothing_by() {
    let a_bucket = schemas()[BUCKET].live_operations().count();
    let scope = scope(&["eu-west-1"]);
    for (asked, expected, last) in [(3, 1 + QUESTIONS, None), (a_bucket, a_bucket, Some("r0"))] {
        let source = Fake::of(3);
        let over = || source.asked().len() >= asked;
        let budget = Budget::new(500, &over);
        let swept = block_on(sweep(&source, &scope, &types(&[BUCKET]), None, &budget));
        // What is asked at once had begun.
        assert_eq!(source.asked().len(), expected);
        let left = swept.left.expect("two buckets are left");
        assert_eq!(left.position.and_then(|it| it.resource).as_deref(), last);
    }
    let over = || true;
    let source = Fake::of(3);
    let swept = block_on(sweep(&source, &scope, &types(&[BUCKET]), None, &Budget::new(500, &over)));
    assert_eq!(source.asked(), [""; 0]);
    assert_eq!(swept.left, Some(Left { position: None, lists: 1, resources: 0 }));
}

#[test]
fn what_a_recording_lacks_is_not_there() {
    let fails: &[&str] = &["s3:GetBucketAcl", "ec2:DescribeSecurityGroups"];
    let source = Fake { fails, cause: Some(Cause::NotCollected), ..Fake::of(1) };
    let swept = swept(&source, &[BUCKET, GROUP], None, 1_000);
    assert_eq!(swept.left, None);
    let names: Vec<_> = swept.inventory.listings.keys().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, [BUCKET]);
    assert_eq!(facets(&swept.inventory), schemas()[BUCKET].live_operations().count() - 1);
}

/// A sweep of an account of two resources of each type in which these operations fail so.
fn failing(
    cause: Cause,
    fails: &'static [&'static str],
    from: Option<&Position>,
) -> (Vec<String>, Swept) {
    let source = Fake { fails, cause: Some(cause), ..Fake::of(2) };
    let swept = swept(&source, &[BUCKET, GROUP, USER], from, 1_000);
    (source.asked(), swept)
}

#[test]
fn a_service_that_throttles_is_asked_nothing_more_and_costs_the_others_nothing() {
    let all = whole(2, &[BUCKET, GROUP, USER]);
    let list = &["ec2:DescribeSecurityGroups"];
    let (asked, swept) = failing(Cause::Throttled, list, None);
    let asked: BTreeSet<String> = asked.into_iter().collect();
    assert_eq!(asked, all, "each region has its own limits");
    assert_eq!(swept.left, None);
    assert!(swept.inventory.listings.keys().all(|(name, _)| name.as_str() != GROUP), "not asked");

    let (asked, swept) = failing(Cause::Throttled, &["iam:GetLoginProfile"], None);
    let of_users = asked.iter().filter(|it| it.contains(USER) && !it.contains(" * ")).count();
    assert!(of_users <= QUESTIONS, "{asked:#?}");
    let left = swept.left.expect("the users");
    assert_eq!((left.position, left.lists, left.resources), (None, 0, 2));
    let of_buckets = |asked: &[String]| asked.iter().filter(|it| it.contains(BUCKET)).count();
    let all: Vec<String> = all.into_iter().collect();
    assert_eq!(of_buckets(&asked), of_buckets(&all));
}

#[test]
fn without_credentials_nothing_is_kept_and_the_next_sweep_goes_on_there() {
    let (_, swept) = failing(Cause::Credentials, &["iam:GetLoginProfile"], None);
    let left = swept.left.expect("users and buckets");
    assert_eq!(left.resources, 4);
    let position = left.position.expect("where to go on");
    assert_eq!(position.place.type_name.as_str(), GROUP);
    let resources = swept.inventory.listings.values().flat_map(Listing::resources);
    let mut facets = resources.flat_map(|one| one.facets.values().cloned().collect::<Vec<_>>());
    assert!(facets.all(|facet| facet.failure().is_none()), "yesterday's values are better");
}

#[test]
fn a_list_that_takes_the_whole_budget_holds_nobody_up() {
    // Users have the dear list, whose requests leave nothing for anybody.
    let (mut position, mut asked) = (None, BTreeSet::new());
    for _ in 0..8 {
        let source = Fake { dear: Some(("iam:ListUsers", 100)), ..Fake::of(2) };
        let swept = swept(&source, &[BUCKET, GROUP, USER], position.as_ref(), 60);
        asked.extend(source.asked());
        position = swept.left.and_then(|left| left.position);
    }
    let all = whole(2, &[BUCKET]);
    assert!(all.is_subset(&asked), "{:#?}", all.difference(&asked).collect::<Vec<_>>());
}
