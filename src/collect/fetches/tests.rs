//! Accounts that answer when the test lets them.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::{oneshot, watch};

use super::super::OpenAccount;
use super::*;
use crate::document::SourceFile;
use crate::fetch::{CallStats, Source};
use crate::policy::PolicySet;
use crate::resource::{AccountId, Facet, Listing, Operation, Resource, Target};

/// Targets of each account: four regions and `global`.
const TARGETS: usize = 5;

const GROUPS: &str = "
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: buckets }
spec: { checks: [{ id: one, select: AWS::S3::Bucket, assert: 'resource.BucketName != \"\"' }] }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: groups }
spec: { checks: [{ id: one, select: AWS::EC2::SecurityGroup, assert: 'resource.GroupName != \"\"' }] }
";

/// Policies over so many accounts, which all groups select.
fn policies(accounts: usize) -> Arc<PolicySet> {
    let account = |at: usize| {
        format!(
            "---\napiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: {{ name: a{at} }}\nspec:\n  \
             aws: {{ accountId: '{at:012}', regions: [eu-west-1, eu-north-1, us-east-1, us-west-2] }}\n"
        )
    };
    let text = GROUPS.to_owned() + &(0..accounts).map(account).collect::<String>();
    let loaded = PolicySet::read(&[SourceFile::new("a.yaml", text.into_bytes())]);
    assert!(loaded.is_clean(), "{:#?}", loaded.diagnostics);
    loaded.policies
}

/// A cloud of empty accounts whose lists take until they are let go.
struct Cloud {
    listing: Mutex<BTreeMap<Target, usize>>,
    in_flight: watch::Sender<usize>,
    most: AtomicUsize,
    /// Account that waits still; `None` once nobody does.
    waits: watch::Sender<Option<Waits>>,
}

#[derive(Debug, Clone, PartialEq)]
enum Waits {
    All,
    For(AccountId),
}

impl Cloud {
    fn new(waits: Option<Waits>) -> Arc<Self> {
        let (listing, most) = Default::default();
        let (in_flight, waits) = (watch::Sender::new(0), watch::Sender::new(waits));
        Arc::new(Self { listing, in_flight, most, waits })
    }

    /// Counts a list of a target as begun, or as over.
    fn count(&self, target: &Target, begins: bool) {
        let mut listing = self.listing.lock().unwrap_or_else(PoisonError::into_inner);
        let lists = listing.entry(target.clone()).or_default();
        *lists = if begins { *lists + 1 } else { *lists - 1 };
        if *lists == 0 {
            listing.remove(target);
        }
        self.most.fetch_max(listing.len(), Ordering::SeqCst);
        self.in_flight.send_replace(listing.len());
    }

    async fn reaches(&self, targets: usize) {
        self.in_flight.subscribe().wait_for(|now| *now == targets).await.expect("a cloud");
    }
}

impl Source for Cloud {
    fn list<'a>(&'a self, target: &'a Target, _: &'a Schema) -> BoxFuture<'a, Listing> {
        let answer = async {
            self.count(target, true);
            let goes = |waits: &Option<Waits>| match waits {
                Some(Waits::All) => false,
                Some(Waits::For(account)) => *account != target.account,
                None => true,
            };
            self.waits.subscribe().wait_for(goes).await.expect("a cloud");
            self.count(target, false);
            Listing::Complete(Vec::new())
        };
        answer.boxed()
    }

    fn facet<'a>(
        &'a self,
        _: &'a Target,
        _: &'a Schema,
        _: &'a Resource,
        _: &'a Operation,
    ) -> BoxFuture<'a, Facet> {
        std::future::ready(Facet::Absent).boxed()
    }

    fn calls(&self) -> CallStats {
        CallStats::default()
    }

    fn recorded_at(&self) -> Option<DateTime<Utc>> {
        None
    }
}

/// The fetch of each account, with its lists as the answer.
fn fetches(
    policies: &Arc<PolicySet>,
    cloud: &Arc<Cloud>,
) -> impl Iterator<Item = Fetch<impl Future<Output = usize> + Send + 'static>> {
    let all = policies.accounts.values().map(|account| {
        let groups: Vec<&Group> = policies.groups().collect();
        let targets = targets_of(&groups, account);
        let (policies, cloud) = (Arc::clone(policies), Arc::clone(cloud));
        let name = account.name.clone();
        let work = async move {
            let account = policies.accounts.get(&name).expect("an account");
            let groups: Vec<&Group> = policies.groups().collect();
            let opened = OpenAccount::new(account, cloud, DateTime::UNIX_EPOCH);
            opened.collect(&groups).await.inventory.listings.len()
        };
        Fetch { targets, work }
    });
    all.collect::<Vec<_>>().into_iter()
}

/// The number of answers that are still to come, each of all targets of an account.
async fn rest<I, F>(running: &mut RunningFetches<'_, I, usize>) -> usize
where
    I: Iterator<Item = Fetch<F>>,
    F: Future<Output = usize> + Send + 'static,
{
    let mut answers = 0;
    while let Some(fetched) = running.next().await {
        assert_eq!(fetched.expect("a fetch").answer, TARGETS);
        answers += 1;
    }
    answers
}

#[tokio::test]
async fn five_hundred_targets_are_in_flight_and_no_more() {
    let (policies, cloud) = (policies(120), Cloud::new(Some(Waits::All)));
    let begun = AtomicUsize::new(0);
    let counted = fetches(&policies, &cloud).inspect(|_| {
        begun.fetch_add(1, Ordering::SeqCst);
    });
    let room = Fetches::of_targets(500);
    let mut running = room.run(counted).await.expect("threads");
    tokio::select! {
        biased;
        _ = running.next() => panic!("nobody was let go"),
        () = cloud.reaches(500) => {}
    }
    assert!(futures::poll!(pin!(running.next())).is_pending());
    let looked_at = 1;
    assert_eq!(begun.load(Ordering::SeqCst), 500 / TARGETS + looked_at);

    cloud.waits.send_replace(None);
    assert_eq!(rest(&mut running).await, 120);
    assert_eq!(cloud.most.load(Ordering::SeqCst), 500);
}

#[tokio::test]
async fn an_account_that_hangs_keeps_no_other_from_being_asked() {
    let policies = policies(20);
    let hangs = policies.accounts.values().next().expect("an account").id.clone();
    let cloud = Cloud::new(Some(Waits::For(hangs)));
    let room = Fetches::of_targets(10);
    let mut running = room.run(fetches(&policies, &cloud)).await.expect("threads");
    for _ in 0..19 {
        let fetched = running.next().await.expect("more are asked").expect("a fetch");
        assert_eq!(fetched.answer, TARGETS);
    }
    assert!(futures::poll!(pin!(running.next())).is_pending());
    // The others may be done before it has begun.
    cloud.reaches(TARGETS).await;
    assert_eq!(*cloud.in_flight.borrow(), TARGETS);
    cloud.waits.send_replace(None);
    assert_eq!(rest(&mut running).await, 1);
}

#[tokio::test]
async fn an_answer_that_nobody_has_kept_yet_takes_up_room() {
    let (policies, cloud) = (policies(2), Cloud::new(None));
    let room = Fetches::of_targets(5);
    let mut running = room.run(fetches(&policies, &cloud)).await.expect("threads");
    let first = running.next().await.expect("an answer");
    assert!(futures::poll!(pin!(running.next())).is_pending());
    assert_eq!(running.begun.len(), 0, "the other was not begun");
    drop(first);
    assert_eq!(rest(&mut running).await, 1);
}

#[tokio::test]
async fn an_account_of_more_targets_than_there_is_room_is_asked_alone() {
    let (policies, cloud) = (policies(3), Cloud::new(None));
    for most in [0, 3] {
        let room = Fetches::of_targets(most);
        let mut running = room.run(fetches(&policies, &cloud)).await.expect("threads");
        assert_eq!(rest(&mut running).await, 3);
    }
    assert!(cloud.most.load(Ordering::SeqCst) <= TARGETS);
}

#[tokio::test]
async fn a_fetch_that_computes_holds_up_nobody_else() {
    let (go, wait) = std::sync::mpsc::channel();
    let (begins, begun) = oneshot::channel();
    let work = async move {
        begins.send(()).expect("somebody waits");
        wait.recv().expect("it is told to end")
    };
    let room = Fetches::of_targets(1);
    let mut running = room.run([Fetch { targets: 1, work }]).await.expect("threads");
    let going = async {
        begun.await.expect("it begins");
        go.send("done").expect("it waits");
    };
    let (fetched, ()) = futures::join!(running.next(), going);
    assert_eq!(fetched.expect("an answer").expect("a fetch").answer, "done");
}

#[tokio::test]
async fn fetches_end_with_whoever_waits_for_them() {
    let (guard, ended) = oneshot::channel::<()>();
    let work = async move {
        std::future::pending::<()>().await;
        drop(guard);
    };
    let room = Fetches::of_targets(1);
    let mut running = room.run([Fetch { targets: 1, work }]).await.expect("threads");
    assert!(futures::poll!(pin!(running.next())).is_pending());
    drop(running);
    assert!(ended.await.is_err(), "it was dropped");
    // And there is room for others.
    let mut running = room.run([Fetch { targets: 1, work: async {} }]).await.expect("threads");
    assert!(running.next().await.is_some_and(|fetched| fetched.is_ok()));
}

#[test]
fn the_targets_of_an_account_are_those_that_its_checks_ask() {
    let policies = policies(1);
    let account = policies.accounts.values().next().expect("an account");
    let groups: Vec<&Group> = policies.groups().collect();
    assert_eq!(targets_of(&groups, account), TARGETS);
    assert_eq!(groups.iter().map(|one| targets_of(&[one], account)).collect::<Vec<_>>(), [1, 4]);
    assert_eq!(targets_of(&[], account), 0);
}
