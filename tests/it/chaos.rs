//! Accounts behind a network and an API that fail by chance: a verdict may become unknown, and is never
//! wrong.
//!
//! Each seed is a schedule of faults of its own. `CHAOS_SEEDS` says how many are tried, or from which to
//! which, as in `192..194` (`make chaos`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cloudcorrect::aws::{AccountSettings, Accounts as LiveAccounts, BaseLogin, Limits};
use cloudcorrect::catalog;
use cloudcorrect::clock::Clock;
use cloudcorrect::collect::Accounts;
use cloudcorrect::evaluation::{NO_RESOURCE, Outcome, evaluate};
use cloudcorrect::policy::{Account, Group, PolicySet, SourceFile};
use futures::StreamExt;
use futures::stream;
use serde_json::json;

use super::world::fault_proxy::FaultProxy;
use super::world::moto::{ACCOUNT, Moto};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/example-policies/policies");

/// Evaluations under way at a time.
const AT_A_TIME: usize = 8;

/// How long an attempt may take where some never end.
const PATIENCE: Duration = Duration::from_millis(700);

/// Check, region and id of a resource.
type Key = (String, String, String);

type Verdicts = BTreeMap<Key, Outcome>;

fn policies() -> Arc<PolicySet> {
    let mut paths: Vec<PathBuf> = fs::read_dir(EXAMPLES)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|it| it == "yaml"))
        .collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(Path::new(EXAMPLES)).expect("one of them").to_string_lossy();
        SourceFile::new(name, fs::read(path).expect("a file"))
    };
    catalog::read(&paths.iter().map(read).collect::<Vec<_>>()).policies
}

/// An account with some of everything that the example policies judge, good and bad.
async fn furnish(moto: &Moto) {
    let open = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*" }});
    moto.bucket("open", "us-east-1").await.public().await.policy(&open).await;
    let good = moto.bucket("good", "eu-west-1").await.owned().await.versioned().await;
    let good = good.public_access_block(true).await.encrypted("alias/x").await;
    good.tags(&[("env", "prod"), ("owner", "web")]).await;
    for region in ["us-east-1", "eu-west-1"] {
        let group = moto.security_group(region, "web").await;
        moto.open_port(region, &group, "22", "0.0.0.0/0").await;
        moto.instance(region, "web-1", &group).await;
    }
    let all = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
        "Action": "*", "Resource": "*" }] });
    for name in ["alice", "bob", "carol", "robot", "temp"] {
        moto.user(name, "platform").await;
    }
    for form in [
        &[("Action", "CreateLoginProfile"), ("UserName", "alice"), ("Password", "long-enough-1A!")]
            [..],
        &[("Action", "CreateAccessKey"), ("UserName", "robot")],
        &[("Action", "CreateGroup"), ("GroupName", "admins")],
        &[
            ("Action", "PutUserPolicy"),
            ("UserName", "robot"),
            ("PolicyName", "all"),
            ("PolicyDocument", &all.to_string()),
        ],
    ] {
        moto.iam(form).await;
    }
    moto.role("reader").await;
}

/// An evaluation of the account by a login and limits of its own.
async fn verdicts(policies: &PolicySet, url: &str, patience: Duration) -> Verdicts {
    let limits = Limits {
        endpoint_url: Some(url.to_owned()),
        attempts: 2,
        attempt_timeout: patience,
        call_timeout: patience * 3,
        initial_backoff: Duration::from_millis(1),
        max_backoff: Duration::from_millis(5),
        ..Limits::default()
    };
    let account = ACCOUNT.parse().expect("an id");
    let base = BaseLogin::Keys { id: "testing".to_owned(), secret: "testing".into() };
    let settings = AccountSettings { account, base, chain: Vec::new(), role: None };
    let accounts = Accounts::new(LiveAccounts::new([settings], limits, Clock::System), []);
    let account: &Account = policies.accounts().next().expect("an account");
    let groups: Vec<&Group> = policies.groups().collect();
    let now = "2026-11-29T12:00:00Z".parse().expect("an instant");
    let collected = accounts.open(account, now).await.collect(&groups).await;
    let mut verdicts = Verdicts::new();
    for group in groups {
        for check in evaluate(group, &[(account, &collected.inventory)]).checks {
            for finding in check.findings {
                let name = format!("{}/{}", group.name, check.check);
                let key = (name, finding.region().to_string(), finding.resource_id().to_owned());
                let twice = verdicts.insert(key, finding.outcome);
                assert!(twice.is_none(), "two findings of one resource");
            }
        }
    }
    verdicts
}

/// What is wrong with verdicts, where these are right: all but what is unknown, and what is missing
/// without a word.
fn wrong(found: &Verdicts, truth: &Verdicts) -> Vec<String> {
    let is_unknown = |outcome: &Outcome| matches!(outcome, Outcome::Unknown(_));
    let mut wrong = Vec::new();
    for (key, outcome) in found.iter().filter(|(_, outcome)| !is_unknown(outcome)) {
        match truth.get(key) {
            Some(right) if right == outcome => {}
            right => wrong.push(format!("{key:?} is {outcome:?}, and should be {right:?}")),
        }
    }
    let unlisted = found.iter().filter(|((_, _, id), it)| id == NO_RESOURCE && is_unknown(it));
    let unlisted: BTreeSet<&String> = unlisted.map(|((check, ..), _)| check).collect();
    let missing = truth.keys().filter(|key| !found.contains_key(*key));
    let silent = missing.filter(|(check, ..)| !unlisted.contains(check));
    wrong.extend(silent.map(|key| format!("{key:?} is missing without a word")));
    wrong
}

async fn no_verdict_is_wrong(seeds: Range<u64>) {
    let moto = Moto::start().await;
    furnish(&moto).await;
    let policies = policies();
    let steady = FaultProxy::remembering(moto.url()).await;
    let truth = verdicts(&policies, &steady.url(), Duration::from_secs(20)).await;
    let unknown =
        |of: &Verdicts| of.values().filter(|it| matches!(it, Outcome::Unknown(_))).count();
    let whole = unknown(&truth);
    let outcomes: BTreeSet<String> = truth.values().map(|it| format!("{it:?}")).collect();
    assert!(outcomes.contains("Pass") && outcomes.contains("Fail"), "{outcomes:?}");

    let tried = seeds.map(|seed| {
        let (policies, truth, steady) = (&policies, &truth, &steady);
        async move {
            let proxy = FaultProxy::unruly(&steady.url(), seed).await;
            let found = verdicts(policies, &proxy.url(), PATIENCE).await;
            (seed, wrong(&found, truth), unknown(&found))
        }
    });
    let tried: Vec<_> = stream::iter(tried).buffer_unordered(AT_A_TIME).collect().await;
    for (seed, wrong, _) in &tried {
        assert!(wrong.is_empty(), "seed {seed}:\n{}", wrong.join("\n"));
    }
    let hit = tried.iter().filter(|(.., unknown)| *unknown > whole).count();
    // Of few seeds it says little.
    assert!(
        tried.len() < 25 || hit * 2 > tried.len(),
        "the faults reach most evaluations: {hit} of {}",
        tried.len()
    );
}

/// Seeds of a part of two.
#[expect(clippy::disallowed_methods, reason = "how long it takes is for whoever runs it to say")]
fn seeds(part: u64) -> Range<u64> {
    let seeds = std::env::var("CHAOS_SEEDS").unwrap_or_else(|_| "50".to_owned());
    let number = |text: &str| text.parse::<u64>().expect("a number");
    let (first, end) = match seeds.split_once("..") {
        Some((first, end)) => (number(first), number(end)),
        None => (0, number(&seeds)),
    };
    let middle = first + (end - first) / 2;
    if part == 0 { first..middle } else { middle..end }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_verdict_is_wrong_where_the_cloud_fails_by_chance() {
    no_verdict_is_wrong(seeds(0)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_verdict_is_wrong_where_the_cloud_fails_in_other_ways() {
    no_verdict_is_wrong(seeds(1)).await;
}

#[test]
fn a_wrong_verdict_and_one_that_is_missing_are_seen() {
    let key = |check: &str, id: &str| (check.to_owned(), "global".to_owned(), id.to_owned());
    let truth: Verdicts = [(key("a", "x"), Outcome::Pass), (key("b", "y"), Outcome::Fail)].into();
    assert!(wrong(&truth, &truth).is_empty());
    let turned = [(key("a", "x"), Outcome::Fail), (key("b", "y"), Outcome::Fail)].into();
    assert_eq!(wrong(&turned, &truth).len(), 1);
    let silent = [(key("a", "x"), Outcome::Pass)].into();
    assert_eq!(wrong(&silent, &truth).len(), 1);
    let failure = cloudcorrect::resource::Cause::Timeout;
    let unlisted =
        [(key("a", "x"), Outcome::Pass), (key("b", NO_RESOURCE), Outcome::Unknown(failure))];
    assert!(wrong(&unlisted.into(), &truth).is_empty());
}
