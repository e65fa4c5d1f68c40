//! What reaches GitHub on its bad days: every post once, or a word on why not.

use chrono::TimeDelta;
use github_emulator::{Effect, EmulatorOptions, Event, Fault, NewCommit};
use insta::assert_snapshot;
use sqlx::PgPool;

use crate::stories::{with_private_bucket, with_storage};
use crate::world::scene::{ACCOUNTS, ONE_SOURCE, STORAGE};
use crate::world::story::{World, until};

/// The checks of a commit whose posts have all arrived.
const SHOWN: &str = "\
cloudcorrect/compliance: success: 1 group passes
cloudcorrect/sync: success: 1 group with 1 check is valid
";

/// A world whose pull request makes the group weaker, and the number of that.
async fn with_proposal(pool: PgPool) -> (World, u64) {
    let (world, _) = with_private_bucket(pool).await;
    world.branch("idea").await;
    let weaker = STORAGE.replace("severity: high", "severity: low");
    world.commit_to("idea", &[("policies/storage.yaml", &weaker)]).await;
    let number = world.propose("idea").await;
    (world, number)
}

/// Lets posts be tried until none waits.
pub(crate) async fn insist(world: &World) {
    for _ in 0..30 {
        world.settle().await;
        if world.pauses().await.is_empty() {
            return;
        }
        world.posts_come_due().await;
    }
    panic!("posts still wait: {}", world.posts().await);
}

/// Lines in an order that does not depend on commits.
fn sorted(text: &str) -> String {
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_check_run_whose_answer_was_lost_is_found_again(pool: PgPool) {
    let (mut world, sha) = with_storage(pool).await;
    world.cloud.private_bucket("logs");
    world.emulator.inject(Fault::on("POST", "/check-runs").effect(Effect::Cut));
    world.emulator.inject(Fault::on("POST", "/check-runs").effect(Effect::Lose(502)));
    world.settle().await;
    assert_eq!(world.checks(&sha), SHOWN, "GitHub has them, but nobody knows");
    assert_eq!(world.pauses().await.len(), 2);
    insist(&world).await;
    assert_eq!(world.checks(&sha), SHOWN);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_comment_whose_answer_was_lost_is_found_again(pool: PgPool) {
    let (world, number) = with_proposal(pool).await;
    world.emulator.inject(Fault::on("POST", "/comments").effect(Effect::Cut));
    world.settle().await;
    assert_eq!(world.repo.comments(number).len(), 1, "GitHub has it, but nobody knows");
    assert_eq!(world.pauses().await.len(), 1);
    insist(&world).await;
    assert_eq!(world.repo.comments(number).len(), 1);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_comment_that_somebody_deleted_is_made_anew_once(pool: PgPool) {
    let (world, number) = with_proposal(pool).await;
    world.settle().await;
    let deleted = world.repo.comments(number).remove(0);
    world.repo.delete_comment(deleted.id);
    world.emulator.inject(Fault::on("POST", "/comments").effect(Effect::Lose(502)));
    let weakest = STORAGE.replace("severity: high", "severity: info");
    world.commit_to("idea", &[("policies/storage.yaml", &weakest)]).await;
    insist(&world).await;
    let comments = world.repo.comments(number);
    assert_eq!(comments.len(), 1);
    assert_ne!(comments[0].id, deleted.id);
    assert!(comments[0].body.contains("high → info"), "{}", comments[0].body);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_revoked_token_is_replaced(pool: PgPool) {
    let (world, _) = with_private_bucket(pool).await;
    world.parts.syncer.pass().await.expect("a pass");
    let stricter = STORAGE.replace("severity: high", "severity: critical");
    let sha = world.commit_to("main", &[("policies/storage.yaml", &stricter)]).await;
    world.parts.syncer.pass().await.expect("a sync");
    world.emulator.revoke_tokens();
    insist(&world).await;
    assert!(world.emulator.calls().iter().any(|call| call.status == Some(401)));
    assert_eq!(world.checks(&sha), SHOWN);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_limit_puts_posts_off_for_as_long_as_it_says(pool: PgPool) {
    let table = [
        (Effect::SecondaryLimit(Some(1_000)), 1_000.0),
        (Effect::TooManyRequests(500), 500.0),
        (Effect::PrimaryLimit(2_000), 2_000.0),
        // GitHub's documentation asks for at least a minute.
        (Effect::SecondaryLimit(None), 60.0),
    ];
    let (world, _) = with_private_bucket(pool).await;
    for (n, (effect, seconds)) in table.into_iter().enumerate() {
        world.emulator.inject(Fault::on("POST", "/check-runs").times(2).effect(effect.clone()));
        let again = STORAGE.replace("Buckets block", &format!("All {n} buckets block"));
        let sha = world.commit_to("main", &[("policies/storage.yaml", &again)]).await;
        world.settle().await;
        assert_eq!(world.checks(&sha), "", "{effect:?}");
        let pauses = world.pauses().await;
        assert_eq!(pauses.len(), 2, "{effect:?}");
        for pause in pauses {
            assert!(pause > seconds - 5.0 && pause < seconds + 10.0, "{effect:?}: {pause}");
        }
        world.emulator.clear_faults();
        world.clock.advance(TimeDelta::seconds(2_000));
        world.posts_come_due().await;
        world.settle().await;
        assert_eq!(world.checks(&sha), SHOWN, "{effect:?}");
    }
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn while_a_limit_lasts_nothing_is_asked_and_git_goes_on(pool: PgPool) {
    let (world, _) = with_private_bucket(pool).await;
    let limit = Effect::SecondaryLimit(Some(1_000));
    world.emulator.inject(Fault::on("POST", "/check-runs").times(2).effect(limit));
    let stricter = STORAGE.replace("severity: high", "severity: critical");
    world.commit_to("main", &[("policies/storage.yaml", &stricter)]).await;
    world.settle().await;
    assert_eq!(world.pauses().await.len(), 2);
    let calls = asked(&world);
    // Nobody has to learn of the limit again: neither the next commit's posts, nor those that came
    // due by the database's clock, nor the poll.
    let laxer = STORAGE.replace("severity: high", "severity: low");
    let sha = world.commit_to("main", &[("policies/storage.yaml", &laxer)]).await;
    for _ in 0..8 {
        world.clock.advance(TimeDelta::seconds(100));
        world.posts_come_due().await;
        world.poll_comes().await;
        world.settle().await;
    }
    assert_eq!(asked(&world), calls);
    let attempts: Vec<i32> =
        sqlx::query_scalar("select attempts from outbox where posted_version < version")
            .fetch_all(&world.pool)
            .await
            .expect("posts");
    assert_eq!(attempts, [0; 4], "the second commit's posts wait as well, and no try counted");
    // The limit may have stopped the second post before it was asked for.
    world.emulator.clear_faults();
    world.clock.advance(TimeDelta::seconds(200));
    world.posts_come_due().await;
    world.settle().await;
    assert_eq!(world.checks(&sha), SHOWN);
    world.finish().await;
}

/// Calls of the API so far; Git is limited by other rules.
fn asked(world: &World) -> usize {
    world.emulator.calls().iter().filter(|call| !call.path.contains(".git/")).count()
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_missing_permission_is_told_and_the_other_posts_arrive(pool: PgPool) {
    let mut options = EmulatorOptions::default();
    options.permissions.insert("checks".into(), "read".into());
    let mut world = World::on_emulator(pool, ONE_SOURCE, options).await;
    world.cloud.private_bucket("logs");
    world.commit_to("main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    world.branch("idea").await;
    let weaker = STORAGE.replace("severity: high", "severity: low");
    world.commit_to("idea", &[("policies/storage.yaml", &weaker)]).await;
    let number = world.propose("idea").await;
    insist(&world).await;
    assert_eq!(world.repo.comments(number).len(), 1);
    assert_snapshot!(world.posts().await, @"
    comment posted
    compliance given up: GitHub does not let the App do it: Resource not accessible by integration; grant it `checks=write` in its settings and accept that where it is installed
    policies given up: GitHub does not let the App do it: Resource not accessible by integration; grant it `checks=write` in its settings and accept that where it is installed
    sync given up: GitHub does not let the App do it: Resource not accessible by integration; grant it `checks=write` in its settings and accept that where it is installed
    ");
    world.leave().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_server_that_fails_is_asked_again(pool: PgPool) {
    let (mut world, sha) = with_storage(pool).await;
    world.cloud.private_bucket("logs");
    for status in [500, 503, 504] {
        world.emulator.inject(Fault::on("POST", "/check-runs").effect(Effect::Refuse(status)));
    }
    world.settle().await;
    assert_eq!(world.checks(&sha), "");
    insist(&world).await;
    assert_eq!(world.checks(&sha), SHOWN);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_was_given_up_in_an_outage_arrives_behind_it(pool: PgPool) {
    let mut world = World::new(pool).await;
    world.cloud.private_bucket("logs");
    let outage = Fault::on("POST", "/check-runs").times(1_000).effect(Effect::Refuse(503));
    world.emulator.inject(outage);
    let sha = world.commit_to("main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    insist(&world).await;
    assert_eq!(world.checks(&sha), "");
    let reporter = world.parts.reporter.clone().expect("it is on GitHub");
    reporter.revive().await.expect("a look");
    insist(&world).await;
    assert_eq!(world.checks(&sha), "", "it lasts");
    world.emulator.clear_faults();
    insist(&world).await;
    assert_eq!(world.checks(&sha), "", "nobody tries");
    reporter.revive().await.expect("a look");
    insist(&world).await;
    assert_eq!(world.checks(&sha), SHOWN);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_commit_that_vanished_is_given_up_and_others_go_on(pool: PgPool) {
    let (world, first) = with_private_bucket(pool).await;
    let oops = STORAGE.replace("severity: high", "severity: low");
    let oops = NewCommit::on("main").write("policies/storage.yaml", oops).by("ada");
    let vanished = world.commit(oops).await;
    world.parts.syncer.pass().await.expect("a sync");
    world.force_push("main", &first).await;
    world.repo.forget(&vanished).expect("a commit to lose");
    let better = STORAGE.replace("severity: high", "severity: critical");
    let held = world.commit_to("main", &[("policies/storage.yaml", &better)]).await;
    insist(&world).await;
    let approval = format!("Mean it\n\nCloudcorrect-Approve: {held}");
    let sha = world.commit(NewCommit::on("main").message(&approval).by("ada")).await;
    insist(&world).await;
    let checks = world.checks(&sha).replace(&vanished, "SHA").replace(&sha[..7], "APPROVAL");
    assert_snapshot!(checks, @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: success: 1 group with 1 check is valid, 1 warning
      policies/accounts.yaml:1 the branch was rewritten: commit `SHA`, which was in force, is no longer part of it; commit `APPROVAL` approves it
    ");
    assert_snapshot!(sorted(&world.posts().await.replace(&vanished, "SHA")), @"
    compliance given up: GitHub refuses it (status 422): No commit found for SHA: SHA
    compliance posted
    compliance posted
    sync given up: GitHub refuses it (status 422): No commit found for SHA: SHA
    sync posted
    sync posted
    sync posted
    ");
    world.leave().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn an_attempt_that_wakes_after_its_lease_writes_nothing(pool: PgPool) {
    let (world, _) = with_private_bucket(pool).await;
    let stricter = STORAGE.replace("severity: high", "severity: critical");
    let sha = world.commit_to("main", &[("policies/storage.yaml", &stricter)]).await;
    // The first attempt fails, so that the second looks for what it may have written.
    world.emulator.inject(Fault::on("POST", "/check-runs").times(2));
    world.settle().await;
    world.emulator.inject(Fault::on("GET", "/check-runs").times(2).effect(Effect::Hold));
    let events = world.emulator.subscribe();
    world.posts_come_due().await;
    let parts = world.parts.clone();
    let stalled = tokio::spawn(async move { parts.pass().await });
    until(events, Event::Held, 2).await;
    // It was told that nothing is there. Others take over meanwhile.
    world.leases_end().await;
    world.settle().await;
    assert_eq!(world.checks(&sha), SHOWN);
    world.emulator.clear_faults();
    stalled.await.expect("it ends").expect("it leaves the posts to the others");
    assert_eq!(world.checks(&sha), SHOWN, "nothing is there twice");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn more_annotations_than_one_request_takes_arrive_once(pool: PgPool) {
    let (world, _) = with_storage(pool).await;
    world.settle().await;
    let check = |n| format!("    - {{ id: c{n}, select: AWS::S3::Bucket, assert: resource.Nope }}");
    let checks: Vec<_> = (0..90).map(check).collect();
    let head = STORAGE.split_inclusive("checks:").next().unwrap();
    let broken = format!("{head}\n{}\n", checks.join("\n"));
    // The answer to the second fifty is lost.
    world.emulator.inject(Fault::on("PATCH", "/check-runs").effect(Effect::Cut));
    let sha = world.commit_to("main", &[("policies/storage.yaml", &broken)]).await;
    insist(&world).await;
    let runs = world.emulator.check_runs(&sha);
    assert_eq!(runs.len(), 1);
    let mut lines: Vec<_> = runs[0].annotations.iter().map(|note| note.start_line).collect();
    assert!(lines.len() > 50, "{lines:?}");
    lines.dedup();
    assert_eq!(lines.len(), runs[0].annotations.len(), "each once");
    world.finish().await;
}
