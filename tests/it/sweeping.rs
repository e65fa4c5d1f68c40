//! The daily sweep in the service: what no check reads becomes known, within a budget.

use std::collections::BTreeSet;
use std::fs::File;
use std::sync::Arc;

use cloudcorrect::app::Parts;
use cloudcorrect::collect::stored;
use cloudcorrect::db::sources;
use cloudcorrect::policy::{Account, PolicySet, SourceFile};
use cloudcorrect::resource::{Facet, Listing, schemas};
use cloudcorrect::sweeper::Sweeper;
use cloudcorrect::tasks::Pass;
use sqlx::PgPool;
use tokio::task::JoinHandle;

use crate::stories::with_storage;
use crate::world::scene::{ACCOUNTS, STORAGE};
use crate::world::story::World;

const POLICY: &str = "s3:GetBucketPolicy";
const PUBLIC_ACCESS: &str = "s3:GetPublicAccessBlock";

/// Settings of a service whose sweeps may make so many requests.
fn budget(requests: u64) -> String {
    format!(
        "[[sources]]\nname = \"main\"\nrepository = \"acme/policies\"\n\
         [inventory]\nsweep_requests = {requests}\n"
    )
}

/// A world of whole buckets that were evaluated, with so many requests a sweep.
async fn with_buckets(pool: PgPool, names: &[&str], requests: u64) -> World {
    let mut world = World::with_sources(pool, &budget(requests)).await;
    world.cloud.whole_buckets(names);
    world.commit_to("main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    world.settle().await;
    // Whatever the time of the day, the first sweep was not due yet, or has not been.
    forget_sweeps(&world).await;
    world
}

/// Takes back what a sweep did that happened to be due while the world was made.
async fn forget_sweeps(world: &World) {
    for sql in [
        "delete from facet where operation not in ('s3:ListBuckets', 's3:GetPublicAccessBlock')",
        "update facet_scope set digests = '{}'",
        "update account_sweep set due_at = now() + interval '1 day', after_type = null,
            after_region = null, after_resource = null, requests = null, last_swept_at = null",
    ] {
        sqlx::query(sql).execute(&world.pool).await.expect("a change");
    }
}

fn sweeper(parts: &Parts) -> &Arc<Sweeper> {
    parts.sweeper.as_ref().expect("sweeps may make requests")
}

fn account(text: &str) -> Account {
    let reading = PolicySet::read(&[SourceFile::new("accounts.yaml", text.as_bytes())]);
    Account::clone(reading.policies.accounts().next().expect("an account"))
}

/// Buckets of which the stored inventory has an answer of an operation.
async fn known(world: &World, operation: &str) -> BTreeSet<String> {
    let source = sources::by_name(&world.pool, "main").await.expect("rows").expect("a source");
    let inventory = stored(&world.pool, source.id, &account(ACCOUNTS.1), None).await;
    let inventory = inventory.expect("rows").expect("it was evaluated");
    let buckets = inventory.listings.into_values().flat_map(|listing| match listing {
        Listing::Complete(buckets) => buckets,
        other => panic!("the list is whole: {other:?}"),
    });
    let known = buckets.filter(|bucket| {
        let facet = bucket.facets.get(operation);
        assert!(!matches!(facet, Some(Facet::Failed(_))), "{facet:?}");
        facet.is_some()
    });
    known.map(|bucket| bucket.id.to_string()).collect()
}

async fn requests(world: &World) -> i64 {
    world.count("select coalesce(sum(requests), 0)::bigint from account_sweep").await
}

/// Requests for all that a bucket can be asked, those that its list answers aside.
fn of_a_bucket() -> i64 {
    i64::try_from(schemas()["AWS::S3::Bucket"].live_operations().count() - 1).expect("a few")
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_no_check_reads_is_known_after_a_sweep(pool: PgPool) {
    let world = with_buckets(pool, &["logs", "media"], 5_000).await;
    let all = BTreeSet::from(["logs".to_owned(), "media".to_owned()]);
    assert_eq!(known(&world, PUBLIC_ACCESS).await, all, "a check reads it");
    assert_eq!(known(&world, POLICY).await, BTreeSet::new(), "no check does");
    let findings = world.findings().await;
    let runs = world.count("select count(*) from run").await;

    world.a_day_passes().await;
    world.settle().await;
    assert_eq!(known(&world, POLICY).await, all);
    assert_eq!(requests(&world).await, 1 + 2 * of_a_bucket());
    let due = "select count(*) from account_sweep where due_at > now() + interval '11 hours'
               and lease_until is null and attempts = 0 and after_type is null";
    assert_eq!(world.count(due).await, 1);
    assert_eq!(world.findings().await, findings, "no verdict changes");
    assert_eq!(world.count("select count(*) from run").await, runs);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_a_budget_leaves_out_comes_on_the_days_after(pool: PgPool) {
    let names: Vec<String> = (10..24).map(|number| format!("bucket-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let world = with_buckets(pool, &names, 100).await;
    let a_day = usize::try_from(99 / of_a_bucket()).expect("a few");
    let mut days = Vec::new();
    for _ in 0..3 {
        world.a_day_passes().await;
        world.settle().await;
        days.push((
            known(&world, "s3:GetObjectLockConfiguration").await.len(),
            requests(&world).await,
        ));
        assert_eq!(known(&world, PUBLIC_ACCESS).await.len(), names.len(), "the list stays whole");
    }
    // What is left of a budget goes to a part of the next bucket, which comes first on the next day;
    // and once all have come, the first come again.
    assert!(days.iter().all(|(_, requests)| *requests == 100), "{days:?}");
    assert!((a_day..=a_day + 1).contains(&days[0].0), "{days:?}");
    assert!((2 * a_day..=2 * a_day + 1).contains(&days[1].0), "{days:?}");
    assert_eq!(days[2].0, names.len());
    world.finish().await;
}

/// A pass of its own, which waits for the account's answers.
async fn sweep_that_waits(world: &World) -> (JoinHandle<anyhow::Result<Pass>>, File) {
    world.cloud.hangs();
    world.a_day_passes().await;
    let sweeper = Arc::clone(sweeper(&world.parts));
    let sweep = tokio::spawn(async move { sweeper.pass().await });
    let held = world.cloud.is_asked().await;
    (sweep, held)
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn two_sweepers_at_once_sweep_once(pool: PgPool) {
    let world = with_buckets(pool, &["logs"], 5_000).await;
    let (sweep, held) = sweep_that_waits(&world).await;
    let second = sweeper(&world.parts).pass().await.expect("a pass");
    assert_eq!(second, Pass::Idle, "the account is swept already");
    world.cloud.answers_to(held);
    assert_eq!(sweep.await.expect("no panic").expect("a pass"), Pass::Worked);
    assert_eq!(known(&world, POLICY).await.len(), 1);
    assert_eq!(sweeper(&world.parts).pass().await.expect("a pass"), Pass::Idle, "once a day");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_sweep_that_lost_its_claim_keeps_nothing(pool: PgPool) {
    let world = with_buckets(pool, &["logs"], 5_000).await;
    let (sweep, held) = sweep_that_waits(&world).await;
    let taken = "update account_sweep set attempt = gen_random_uuid()";
    sqlx::query(taken).execute(&world.pool).await.expect("a change");
    world.cloud.answers_to(held);
    assert_eq!(sweep.await.expect("no panic").expect("a pass"), Pass::Worked);
    assert_eq!(known(&world, POLICY).await, BTreeSet::new());
    let others = "select count(*) from account_sweep
        where lease_until > now() and requests is null and last_error is null and attempts = 1";
    assert_eq!(world.count(others).await, 1, "what the other attempt holds is as it was");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_sweep_that_is_broken_off_goes_on_the_next_day(pool: PgPool) {
    let world = with_buckets(pool, &["logs"], 5_000).await;
    let (sweep, held) = sweep_that_waits(&world).await;
    sweeper(&world.parts).break_off();
    world.cloud.answers_to(held);
    assert_eq!(sweep.await.expect("no panic").expect("a pass"), Pass::Worked);
    assert_eq!(known(&world, POLICY).await, BTreeSet::new());
    let swept = "select count(*) from account_sweep
        where last_swept_at is not null and requests = 0 and due_at > now()";
    assert_eq!(world.count(swept).await, 1);
    world.a_day_passes().await;
    let pass = sweeper(&world.parts).pass().await.expect("a pass");
    assert_eq!(pass, Pass::Idle, "a service that stops begins nothing");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn off_means_off_and_an_account_that_is_gone_has_no_row(pool: PgPool) {
    let world = with_buckets(pool, &["logs"], 5_000).await;
    let rows = "select count(*) from account_sweep";
    assert_eq!(world.count(rows).await, 1);
    let off = format!("{}  inventory: {{ sweep: off }}\n", ACCOUNTS.1);
    world.commit_to("main", &[(ACCOUNTS.0, &off)]).await;
    world.settle().await;
    assert_eq!(world.count(rows).await, 0);
    world.a_day_passes().await;
    world.settle().await;
    assert_eq!(known(&world, POLICY).await, BTreeSet::new());

    world.commit_to("main", &[ACCOUNTS]).await;
    world.settle().await;
    assert_eq!(world.count(rows).await, 1);
    let other = ACCOUNTS.1.replace("123456789012", "123456789013");
    world.commit_to("main", &[(ACCOUNTS.0, &other)]).await;
    world.settle().await;
    assert_eq!(
        world.count("select min(account)::bigint from account_sweep").await,
        123_456_789_013
    );
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn without_requests_nobody_sweeps(pool: PgPool) {
    let world = World::with_sources(pool, &budget(0)).await;
    assert!(world.parts.sweeper.is_none());
    world.commit_to("main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    world.settle().await;
    assert_eq!(world.count("select count(*) from account_sweep").await, 0);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn an_account_that_cannot_be_asked_is_tried_again_later(pool: PgPool) {
    let world = with_buckets(pool, &["logs"], 5_000).await;
    // Nothing says how to log in to it.
    let other = ACCOUNTS.1.replace("123456789012", "123456789013");
    world.commit_to("main", &[(ACCOUNTS.0, &other)]).await;
    world.settle().await;
    let kept = world.count("select count(*) from facet").await;
    world.a_day_passes().await;
    world.settle().await;
    let waiting = "select count(*) from account_sweep where attempts = 1 and lease_until is null
        and last_error like 'cannot ask the account: %'
        and due_at between now() + interval '2 minutes' and now() + interval '5 minutes'";
    assert_eq!(world.count(waiting).await, 1);
    assert_eq!(world.count("select count(*) from facet").await, kept, "evaluations tell why");
    world.leave().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_commit_of_an_earlier_version_gets_its_rows(pool: PgPool) {
    let (world, _) = with_storage(pool).await;
    world.settle().await;
    // As after an upgrade: the commit is in force, and nobody knew of sweeps.
    for sql in ["delete from account_sweep", "update source set sweeps_of = null"] {
        sqlx::query(sql).execute(&world.pool).await.expect("a change");
    }
    world.settle().await;
    let rows = "select count(*) from account_sweep where due_at <= now() + interval '1 day'";
    assert_eq!(world.count(rows).await, 1);
    world.finish().await;
}
