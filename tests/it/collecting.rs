//! What a pull request could not be judged by is collected where somebody asks for it who may.

use cloudcorrect::tasks::Pass;
use github_emulator::{CheckRun, Permission};
use insta::assert_snapshot;
use sqlx::PgPool;

use crate::world::scene::{ACCOUNTS, ONE_SOURCE, STORAGE};
use crate::world::story::World;

/// The group with a check more, of what no check read before.
fn with_versions() -> String {
    format!(
        "{STORAGE}    - id: buckets-keep-versions\n      title: Buckets keep old versions\n      \
         select: AWS::S3::Bucket\n      \
         assert: resource.VersioningConfiguration.Status == \"Enabled\"\n"
    )
}

/// A world in which two buckets were evaluated and no sweep came, and a pull request that asks more.
async fn proposed(pool: PgPool, settings: &str) -> (World, u64, String) {
    let mut world = World::with_sources(pool, &format!("{ONE_SOURCE}{settings}")).await;
    world.cloud.whole_buckets(&["logs", "media"]);
    world.commit_to("main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    world.settle().await;
    // Whatever the time of the day, no sweep was due yet.
    for sql in [
        "delete from facet where operation not in ('s3:ListBuckets', 's3:GetPublicAccessBlock')",
        "update facet_scope set digests = '{}'",
        "update account_sweep set due_at = now() + interval '1 day'",
    ] {
        sqlx::query(sql).execute(&world.pool).await.expect("a change");
    }
    world.branch("idea").await;
    let head = world.commit_to("idea", &[("policies/storage.yaml", &with_versions())]).await;
    let number = world.propose("idea").await;
    world.settle().await;
    (world, number, head)
}

fn check(world: &World, head: &str) -> CheckRun {
    let mut runs = world.emulator.check_runs(head);
    assert_eq!(runs.len(), 1, "one check run");
    runs.remove(0)
}

/// Words of a check run and its buttons.
fn shown(world: &World, head: &str) -> String {
    let check = check(world, head);
    let buttons: Vec<_> = check.actions.iter().map(|it| it["label"].to_string()).collect();
    format!("{}\n{}", check.summary.unwrap_or_default(), buttons.join(" "))
}

/// What the comment says of resources.
fn impact(world: &World, number: u64) -> String {
    let body = world.repo.comments(number).remove(0).body;
    let line = |word: &str| body.lines().find(|line| line.contains(word)).map(str::to_owned);
    let age = line("<sub>`prod` as of").unwrap_or_default();
    let (_, age) = age.split_once(" UTC.").expect("an instant");
    format!("{}\n{age}", line("Judged over").unwrap_or_default())
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_button_has_it_collected_and_the_answer_renewed(pool: PgPool) {
    let (world, number, head) = proposed(pool, "").await;
    assert_snapshot!(shown(&world, &head), @r#"
    Merging brings these policies into force.

    What these policies read of `AWS::S3::Bucket` was not collected everywhere. Press *Collect* above to have the accounts asked for it now: up to 15 requests for each resource.
    "Collect"
    "#);
    assert_snapshot!(impact(&world, number), @"
    Judged over what was collected: **2 not collected**.
     What is not collected there shows after the next sweep of the account, or once the checks have run. Collecting what is missing takes up to 15 requests for each resource.</sub>
    ");
    let before = check(&world, &head).id;
    assert!(!world.emulator.press(before, "another", "ada"), "there is no such button");

    world.press(before, "collect").await;
    world.settle().await;
    assert_snapshot!(shown(&world, &head), @"Merging brings these policies into force.");
    assert_snapshot!(impact(&world, number), @"
    Judged over what was collected: **2 newly failing**.
    </sub>
    ");
    assert_eq!(check(&world, &head).id, before, "the same check run");
    let rest = "select count(*) from account_sweep
                where asked_at is not null or asked <> '{}' or lease_until is not null
                   or due_at < now() + interval '23 hours'";
    assert_eq!(world.count(rest).await, 0, "the daily sweep stays when it was");
    let rest = "select count(*) from pull_request where collection is not null";
    assert_eq!(world.count(rest).await, 0);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn while_accounts_are_asked_that_is_what_is_said(pool: PgPool) {
    let (world, _, head) = proposed(pool, "").await;
    world.press(check(&world, &head).id, "collect").await;
    assert_eq!(world.parts.syncer.pass().await.expect("a pass"), Pass::Worked);
    let reporter = world.parts.reporter.clone().expect("it is on GitHub");
    while reporter.pass().await.expect("a post") == Pass::Worked {}
    assert_snapshot!(shown(&world, &head), @"
    Merging brings these policies into force.

    What these policies read of `AWS::S3::Bucket` is being collected, as `ada` asked. This answer is renewed once it is there.
    ");

    // Another head waits for the same.
    let more = with_versions().replace("old versions", "all versions");
    let head = world.commit_to("idea", &[("policies/storage.yaml", &more)]).await;
    assert_eq!(world.parts.syncer.pass().await.expect("a pass"), Pass::Worked);
    while reporter.pass().await.expect("a post") == Pass::Worked {}
    assert!(shown(&world, &head).contains("is being collected"), "{}", shown(&world, &head));
    world.settle().await;
    assert_snapshot!(shown(&world, &head), @"
    Merging brings these policies into force.
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn whoever_may_not_write_has_nothing_collected(pool: PgPool) {
    let (world, number, head) = proposed(pool, "").await;
    world.repo.set_permission("mallory", Permission::Read);
    let before = (shown(&world, &head), impact(&world, number));
    world.press_as(check(&world, &head).id, "collect", "mallory").await;
    world.settle().await;
    assert_eq!((shown(&world, &head), impact(&world, number)), before);
    let asked = "select count(*) from account_sweep where asked <> '{}'";
    assert_eq!(world.count(asked).await, 0);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn an_account_that_cannot_be_asked_is_told(pool: PgPool) {
    let (mut world, number, head) = proposed(pool, "").await;
    world.cloud.vanishes();
    world.press(check(&world, &head).id, "collect").await;
    for _ in 0..3 {
        world.settle().await;
        let due = "update account_sweep set asked_at = now() where asked_at is not null";
        sqlx::query(due).execute(&world.pool).await.expect("a change");
    }
    assert_snapshot!(shown(&world, &head), @r#"
    Merging brings these policies into force.

    What these policies read of `AWS::S3::Bucket` could not be collected from every account; the log of the service says why. Press *Collect* above to have it tried again.
    "Collect"
    "#);
    assert!(impact(&world, number).contains("2 not collected"));
    // Once it can be, the same button has it tried again.
    world.cloud.whole_buckets(&["logs", "media"]);
    world.press(check(&world, &head).id, "collect").await;
    world.settle().await;
    assert_snapshot!(shown(&world, &head), @"
    Merging brings these policies into force.
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn an_account_that_no_group_looks_at_is_asked_as_well(pool: PgPool) {
    let mut world = World::with_sources(pool, ONE_SOURCE).await;
    world.cloud.public_bucket("logs");
    world.commit_to("main", &[ACCOUNTS]).await;
    world.settle().await;
    world.branch("idea").await;
    let head = world.commit_to("idea", &[("policies/storage.yaml", STORAGE)]).await;
    let number = world.propose("idea").await;
    world.settle().await;
    assert_snapshot!(shown(&world, &head), @r#"
    Merging brings these policies into force.

    What these policies read of `AWS::S3::Bucket` was not collected everywhere. Press *Collect* above to have the accounts asked for it now: 1 list, and up to 15 requests for each resource.
    "Collect"
    "#);
    let comment = || world.repo.comments(number).remove(0).body;
    assert!(comment().contains("Nothing was collected of `prod`"), "{}", comment());
    world.press(check(&world, &head).id, "collect").await;
    world.settle().await;
    assert_snapshot!(shown(&world, &head), @"Merging brings these policies into force.");
    assert_snapshot!(impact(&world, number), @"
    Judged over what was collected: **1 newly failing**.
    </sub>
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn where_no_account_is_swept_there_is_no_button(pool: PgPool) {
    let (world, _, head) = proposed(pool, "[inventory]\nsweep_requests = 0\n").await;
    assert_snapshot!(shown(&world, &head), @"
    Merging brings these policies into force.
    ");
    world.finish().await;
}
