//! Evaluations of one account that follow on each other, or run beside each other.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chrono::TimeDelta;
use futures::executor::block_on;
use futures::lock::Mutex as AsyncMutex;

use super::super::{AccountScope, FetchRequirement, execute};
use super::*;
use crate::resource::{Cause, Inventory, Provider, Region, Value, schemas};

const LIST: &str = "s3:ListBuckets";
const POLICY: &str = "s3:GetBucketPolicy";
const ACL: &str = "s3:GetBucketAcl";

/// An account with so many buckets, which answers once nobody holds the gate.
struct Fake {
    buckets: usize,
    calls: Mutex<CallStats>,
    fails: AtomicBool,
    known: AtomicUsize,
    gate: AsyncMutex<()>,
}

impl Fake {
    fn new(buckets: usize) -> Arc<Self> {
        let (calls, fails, known, gate) = Default::default();
        Arc::new(Self { buckets, calls, fails, known, gate })
    }

    fn calls_of(&self, operation: &str) -> u64 {
        self.calls().of(operation)
    }

    /// Counts a call and waits until it may be answered; the failure, where it fails.
    async fn call(&self, operation: &Operation) -> Option<Failure> {
        self.calls.lock().expect("no panic").count(operation.clone());
        drop(self.gate.lock().await);
        let failure = Failure::new(Cause::Throttled, "slow down");
        self.fails.load(Ordering::SeqCst).then_some(failure)
    }
}

impl Source for Fake {
    fn list<'a>(&'a self, _: &'a Target, schema: &'a Schema) -> BoxFuture<'a, Listing> {
        let bucket = |at: usize| {
            let nothing = Facet::Read(Value::map::<&str>([]));
            Arc::new(Resource {
                type_name: schema.type_name.clone(),
                id: format!("b{at}").into(),
                arn: None,
                region: "eu-west-1".parse().expect("a region"),
                facets: [(schema.list.clone(), nothing)].into_iter().collect(),
            })
        };
        let listing = async move {
            match self.call(&schema.list).await {
                Some(failure) => Listing::Partial(vec![bucket(0)], failure),
                None => Listing::Complete((0..self.buckets).map(bucket).collect()),
            }
        };
        listing.boxed()
    }

    fn facet<'a>(
        &'a self,
        _: &'a Target,
        _: &'a Schema,
        _: &'a Resource,
        operation: &'a Operation,
    ) -> BoxFuture<'a, Facet> {
        let facet = async move { self.call(operation).await.map_or(Facet::Absent, Facet::Failed) };
        facet.boxed()
    }

    fn knows(&self, _: &Target, _: &Schema, listing: &Listing) {
        self.known.fetch_add(listing.resources().len(), Ordering::SeqCst);
    }

    fn calls(&self) -> CallStats {
        self.calls.lock().expect("no panic").clone()
    }

    fn recorded_at(&self) -> Option<DateTime<Utc>> {
        None
    }
}

fn account(id: u64) -> AccountId {
    format!("{id:012}").parse().expect("an id")
}

fn bucket() -> &'static Schema {
    &schemas()["AWS::S3::Bucket"]
}

/// So many minutes after noon.
fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(12) + TimeDelta::minutes(minutes)
}

/// Account 1 and a memory of it.
struct World {
    fake: Arc<Fake>,
    memory: Arc<Memory>,
}

impl World {
    fn new() -> Self {
        Self { fake: Fake::new(3), memory: Arc::default() }
    }

    /// The source of an evaluation at `present` that takes answers of `since` or later.
    fn evaluation(&self, present: i64, since: i64) -> Remembered {
        self.of(1, present, since)
    }

    fn of(&self, id: u64, present: i64, since: i64) -> Remembered {
        let terms = (at(present), at(since));
        Remembered::new(self.fake.clone(), self.memory.clone(), &account(id), terms)
    }
}

fn scope(id: u64) -> AccountScope {
    let regions = BTreeSet::from(["eu-west-1".parse().expect("a region")]);
    AccountScope { account: account(id), regions, taken_at: at(0) }
}

/// The inventory with these facets of all buckets.
fn fetched(source: &Remembered, operations: &[&str]) -> Inventory {
    let operations = operations.iter().map(|name| Operation::from(*name));
    let requirements = [FetchRequirement::new(bucket(), operations)];
    block_on(execute(source, &scope(1), &requirements)).0
}

fn target(id: u64) -> Target {
    Target { provider: Provider::Aws, account: account(id), region: Region::global() }
}

#[test]
fn answers_that_are_young_enough_are_not_asked_for_again() {
    let world = World::new();
    let first = world.evaluation(0, 0);
    let inventory = fetched(&first, &[POLICY]);
    assert_eq!((world.fake.calls().total(), first.oldest()), (4, at(0)));

    let second = world.evaluation(5, 0);
    assert_eq!(fetched(&second, &[POLICY]), inventory);
    assert_eq!((world.fake.calls().total(), second.oldest()), (4, at(0)));

    // What nobody asked for is asked for, of what is known.
    let third = world.evaluation(5, 0);
    fetched(&third, &[POLICY, ACL]);
    let calls = [LIST, POLICY, ACL].map(|operation| world.fake.calls_of(operation));
    assert_eq!((calls, third.oldest()), ([1, 3, 3], at(0)));
}

#[test]
fn answers_that_are_older_are_asked_for_anew() {
    let world = World::new();
    fetched(&world.evaluation(0, 0), &[POLICY]);
    let second = world.evaluation(5, 1);
    fetched(&second, &[POLICY]);
    assert_eq!((world.fake.calls().total(), second.oldest()), (8, at(5)));
    // And are those that count from now on.
    fetched(&world.evaluation(6, 5), &[POLICY]);
    assert_eq!(world.fake.calls().total(), 8);
}

#[test]
fn a_source_knows_of_the_list_that_it_is_spared() {
    let world = World::new();
    fetched(&world.evaluation(0, 0), &[]);
    assert_eq!(world.fake.known.load(Ordering::SeqCst), 0);
    fetched(&world.evaluation(5, 0), &[ACL]);
    assert_eq!(world.fake.known.load(Ordering::SeqCst), 3);
}

#[test]
fn who_asks_for_what_is_being_asked_waits_for_the_same_answer() {
    let world = World::new();
    let (one, other) = (world.evaluation(0, 0), world.evaluation(1, 0));
    let gate = world.fake.gate.try_lock().expect("nobody holds it");
    let target = target(1);
    let lists = futures::future::join(one.list(&target, bucket()), other.list(&target, bucket()));
    let opens = async { drop(gate) };
    let ((one_list, other_list), ()) = block_on(futures::future::join(lists, opens));
    assert_eq!(one_list, other_list);
    assert_eq!((world.fake.calls_of(LIST), other.oldest()), (1, at(0)));
}

#[test]
fn an_answer_under_way_that_is_too_old_is_not_waited_for_in_vain() {
    let world = World::new();
    let (one, other) = (world.evaluation(0, 0), world.evaluation(9, 8));
    let gate = world.fake.gate.try_lock().expect("nobody holds it");
    let target = target(1);
    let lists = futures::future::join(one.list(&target, bucket()), other.list(&target, bucket()));
    block_on(futures::future::join(lists, async { drop(gate) }));
    assert_eq!((world.fake.calls_of(LIST), other.oldest()), (2, at(9)));
}

#[test]
fn a_failure_is_shared_with_those_who_waited_and_with_nobody_later() {
    let world = World::new();
    world.fake.fails.store(true, Ordering::SeqCst);
    let (one, other) = (world.evaluation(0, 0), world.evaluation(0, 0));
    let gate = world.fake.gate.try_lock().expect("nobody holds it");
    let target = target(1);
    let lists = futures::future::join(one.list(&target, bucket()), other.list(&target, bucket()));
    let ((one, other), ()) = block_on(futures::future::join(lists, async { drop(gate) }));
    assert!(one.failure().is_some() && one == other);
    assert_eq!(world.fake.calls_of(LIST), 1);

    fetched(&world.evaluation(0, 0), &[POLICY]);
    world.fake.fails.store(false, Ordering::SeqCst);
    let inventory = fetched(&world.evaluation(0, 0), &[POLICY]);
    assert!(inventory.listings.values().all(|listing| listing.failure().is_none()));
    let calls = [LIST, POLICY].map(|operation| world.fake.calls_of(operation));
    assert_eq!(calls, [3, 1 + 3], "the facet of the only bucket of a partial list failed, too");
}

#[test]
fn another_asks_where_the_first_is_dropped() {
    let world = World::new();
    let (one, other) = (world.evaluation(0, 0), world.evaluation(0, 0));
    let gate = world.fake.gate.try_lock().expect("nobody holds it");
    let target = target(1);
    let mut first = one.list(&target, bucket());
    let mut second = other.list(&target, bucket());
    assert!((&mut first).now_or_never().is_none());
    assert!((&mut second).now_or_never().is_none());
    assert_eq!(world.fake.calls_of(LIST), 1, "one asks and one waits");
    drop(first);
    drop(gate);
    assert!(block_on(second).failure().is_none());
    assert_eq!(world.fake.calls_of(LIST), 2);
}

#[test]
fn a_summary_is_always_asked_for() {
    let world = World::new();
    let user = &schemas()["AWS::IAM::User"];
    let summary = &user.summary.as_ref().expect("the credential report").operation;
    let list = block_on(world.evaluation(0, 0).list(&target(1), bucket()));
    let resource = list.resources().first().expect("one").clone();
    for expected in 1..=2 {
        let target = target(1);
        block_on(world.evaluation(0, 0).facet(&target, user, &resource, summary));
        assert_eq!(world.fake.calls_of(summary.as_str()), expected);
    }
}

#[test]
fn no_more_is_kept_than_the_bound() {
    let world = World { fake: Fake::new(3), memory: Arc::new(Memory::of(10)) };
    let list = |id: u64, present| {
        let target = target(id);
        block_on(world.of(id, present, 0).list(&target, bucket()));
        assert!(world.memory.weight() <= 10);
        world.fake.calls_of(LIST)
    };
    assert_eq!([list(1, 1), list(2, 2), list(1, 3), list(2, 4)], [1, 2, 2, 2]);
    assert_eq!(world.memory.weight(), 8, "two lists of three");
    // The third has no room: the one that was asked longest ago goes.
    assert_eq!([list(3, 5), list(2, 6), list(1, 7)], [3, 3, 4]);

    // An account that is too large by itself is asked each time.
    let world = World { fake: Fake::new(20), memory: Arc::new(Memory::of(10)) };
    for _ in 0..2 {
        assert_eq!(fetched(&world.evaluation(0, 0), &[POLICY]).listings.len(), 1);
        assert!(world.memory.weight() <= 10);
    }
    assert_eq!(world.fake.calls_of(LIST), 2);
}

#[test]
fn what_is_too_old_for_anybody_is_forgotten() {
    let world = World::new();
    fetched(&world.evaluation(0, 0), &[POLICY]);
    let users = &schemas()["AWS::IAM::User"];
    block_on(world.evaluation(0, 0).list(&target(1), users));
    assert_eq!(world.memory.weight(), (1 + 3) + 3 + (1 + 3));
    fetched(&world.evaluation(59, 59), &[]);
    assert_eq!(world.memory.weight(), (1 + 3) + 3 + (1 + 3));
    let _later = world.evaluation(61, 0);
    assert_eq!(world.memory.weight(), 1 + 3, "of the list of buckets, which was asked for since");
    let _of_another = world.of(2, 200, 200);
    assert_eq!(world.memory.weight(), 0);
}
