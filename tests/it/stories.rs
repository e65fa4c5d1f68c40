//! The manual as tests: what people do, and what they see.

use github_emulator::NewCommit;
use insta::assert_snapshot;
use sqlx::PgPool;

use crate::world::scene::{ACCOUNTS, STORAGE};
use crate::world::story::World;

/// A world whose one group wants buckets to be private, and the commit that says so.
pub(crate) async fn with_storage(pool: PgPool) -> (World, String) {
    let world = World::new(pool).await;
    let sha = world.commit_to("main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    (world, sha)
}

/// The same with a bucket that is, after the first run.
pub(crate) async fn with_private_bucket(pool: PgPool) -> (World, String) {
    let (mut world, sha) = with_storage(pool).await;
    world.cloud.private_bucket("logs");
    world.settle().await;
    (world, sha)
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_commit_is_synced_evaluated_and_shown(pool: PgPool) {
    let (world, sha) = with_private_bucket(pool).await;
    assert_snapshot!(world.checks(&sha), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    assert_snapshot!(world.findings().await, @"
    storage/buckets-are-private logs pass
    ");
    let (status, page) = world.page("/").await;
    assert_eq!(status, 200);
    assert!(page.contains("storage"), "{page}");
    let (status, page) = world.page("/sources/main/groups/storage").await;
    assert_eq!(status, 200);
    assert!(page.contains("buckets-are-private"), "{page}");
    let (status, page) = world.page(&format!("/sources/main/revisions/{sha}")).await;
    assert_eq!(status, 200);
    assert!(page.contains("Change policies"), "{page}");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_public_bucket_turns_the_commit_red_and_fixing_it_turns_it_green(pool: PgPool) {
    let (mut world, sha) = with_storage(pool).await;
    world.cloud.public_bucket("logs");
    world.settle().await;
    assert_snapshot!(world.checks(&sha), @"
    cloudcorrect/compliance: failure: storage: 1 of 1 buckets fails
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    world.cloud.private_bucket("logs");
    world.run_again().await;
    assert_snapshot!(world.checks(&sha), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_broken_file_leaves_the_last_good_groups_in_force(pool: PgPool) {
    let (mut world, _) = with_private_bucket(pool).await;
    let before = world.findings().await;
    let broken = STORAGE.replace("BlockPublicAcls", "BlockPublicAcl").replace("high", "urgent");
    let sha = world.commit_to("main", &[("policies/storage.yaml", &broken)]).await;
    world.settle().await;
    assert_snapshot!(world.checks(&sha), @"
    cloudcorrect/sync: failure: 2 problems
      policies/storage.yaml:9 `severity` is `urgent`, but must be `info`, `low`, `medium`, `high` or `critical`
      policies/storage.yaml:11 `resource.PublicAccessBlockConfiguration` has no property `BlockPublicAcl`
    ");
    world.cloud.public_bucket("assets");
    world.run_again().await;
    assert!(before.contains("logs pass"), "{before}");
    assert_snapshot!(world.findings().await, @"
    storage/buckets-are-private assets fail
    storage/buckets-are-private logs pass
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_removed_group_keeps_its_history(pool: PgPool) {
    let (world, _) = with_private_bucket(pool).await;
    let other = STORAGE.replace("name: storage", "name: archive");
    let commit = NewCommit::on("main")
        .remove("policies/storage.yaml")
        .write("policies/archive.yaml", other)
        .message("Rename the group")
        .by("ada");
    let renamed = world.commit(commit).await;
    world.settle().await;
    // It is the only one, so that somebody has to mean it.
    let approval = format!("Mean it\n\nCloudcorrect-Approve: {renamed}");
    world.commit(NewCommit::on("main").message(&approval).by("ada")).await;
    world.settle().await;
    assert_snapshot!(world.findings().await, @"
    archive/buckets-are-private logs pass
    ");
    let closed: Vec<(String, String)> =
        sqlx::query_as("select group_name, closed_reason from finding where until is not null")
            .fetch_all(&world.pool)
            .await
            .expect("findings");
    assert_eq!(closed, [("storage".to_owned(), "check_removed".to_owned())]);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_pull_request_gets_a_check_and_one_comment_that_is_edited(pool: PgPool) {
    let (world, _) = with_private_bucket(pool).await;
    let weaker = STORAGE.replace("severity: high", "severity: low");
    world.branch("idea").await;
    let head = world.commit_to("idea", &[("policies/storage.yaml", &weaker)]).await;
    let number = world.propose("idea").await;
    world.settle().await;
    assert_snapshot!(world.checks(&head), @"
    cloudcorrect/policies: success: 1 group with 1 check is valid
    ");
    let comments = world.repo.comments(number);
    assert_eq!(comments.len(), 1);
    assert_snapshot!(comments[0].body.replace(&head[..7], "HEAD"), @"
    <!-- cloudcorrect:main -->
    ### Policies

    ⚠️ **Valid, but weaker**: 1 change demands less than what is in force.

    No resource gets another outcome: nothing changes that decides one.

    **Changes**

    - storage: `buckets-are-private` severity high → low: **weaker**

    <sub>at `HEAD`</sub>
    ");

    let broken = weaker.replace("AWS::S3::Bucket", "AWS::S3::Bukket");
    let head = world.commit_to("idea", &[("policies/storage.yaml", &broken)]).await;
    world.settle().await;
    assert_snapshot!(world.checks(&head), @"
    cloudcorrect/policies: failure: 1 problem
      policies/storage.yaml:10 there is no resource type `AWS::S3::Bukket`
    ");
    let edited = world.repo.comments(number);
    assert_eq!(edited.len(), 1, "the same comment is edited");
    assert_eq!(edited[0].id, comments[0].id);
    assert_snapshot!(edited[0].body.replace(&head[..7], "HEAD"), @"
    <!-- cloudcorrect:main -->
    ### Policies

    **1 problem** keeps these policies from coming into force.

    - **error** at `policies/storage.yaml:10:15`: there is no resource type `AWS::S3::Bukket`; did you mean `AWS::S3::Bucket`?

    <sub>at `HEAD`</sub>
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_cannot_be_read_is_unknown_and_never_a_pass(pool: PgPool) {
    let (mut world, sha) = with_storage(pool).await;
    world.cloud.denied_bucket("secret");
    world.cloud.private_bucket("logs");
    world.settle().await;
    assert_snapshot!(world.findings().await, @"
    storage/buckets-are-private logs pass
    storage/buckets-are-private secret unknown access_denied
    ");
    assert_snapshot!(world.checks(&sha), @"
    cloudcorrect/compliance: failure: could not evaluate storage: 1 of 2 buckets is unknown (access denied)
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    world.cloud.refuse_lists();
    world.run_again().await;
    assert_snapshot!(world.findings().await, @"
    storage/buckets-are-private * unknown throttled
    storage/buckets-are-private logs unknown throttled
    storage/buckets-are-private secret unknown throttled
    ");
    assert_snapshot!(world.checks(&sha), @"
    cloudcorrect/compliance: failure: could not evaluate storage: 3 of 3 findings are unknown (throttled)
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn unchanged_runs_extend_one_row_and_post_nothing(pool: PgPool) {
    let (mut world, _) = with_private_bucket(pool).await;
    let calls = writes(&world);
    for _ in 0..3 {
        world.run_again().await;
    }
    let runs: Vec<i64> =
        sqlx::query_scalar("select count from run").fetch_all(&world.pool).await.expect("runs");
    assert_eq!(runs, [4]);
    assert_eq!(writes(&world), calls, "nothing changed, so nothing is said");
    world.cloud.remove_bucket("logs");
    world.run_again().await;
    assert_snapshot!(world.findings().await, @"
    storage/buckets-are-private * not_applicable
    ");
    world.finish().await;
}

/// Writes to GitHub so far.
fn writes(world: &World) -> usize {
    let calls = world.emulator.calls();
    let writes = calls.iter().filter(|call| {
        matches!(call.method.as_str(), "POST" | "PATCH") && call.path.contains("/repos/")
    });
    writes.count()
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn two_sources_on_one_repository_do_not_mix(pool: PgPool) {
    let sources = "[[sources]]\nname = \"team-a\"\nrepository = \"acme/policies\"\npath = \"a\"\n\
                   [[sources]]\nname = \"team-b\"\nrepository = \"acme/policies\"\npath = \"b\"\n";
    let mut world = World::with_sources(pool, sources).await;
    world.cloud.public_bucket("logs");
    let softer =
        STORAGE.replace("BlockPublicAcls", "IgnorePublicAcls || resource.BucketName == 'logs'");
    let sha = world
        .commit_to(
            "main",
            &[
                ("a/accounts.yaml", ACCOUNTS.1),
                ("a/storage.yaml", STORAGE),
                ("b/accounts.yaml", ACCOUNTS.1),
                ("b/storage.yaml", &softer),
            ],
        )
        .await;
    world.settle().await;
    assert_snapshot!(world.checks(&sha), @"
    cloudcorrect/compliance (team-a): failure: storage: 1 of 1 buckets fails
    cloudcorrect/compliance (team-b): success: 1 group passes
    cloudcorrect/sync (team-a): success: 1 group with 1 check is valid
    cloudcorrect/sync (team-b): success: 1 group with 1 check is valid
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn polling_makes_up_for_a_lost_webhook(pool: PgPool) {
    let (world, _) = with_private_bucket(pool).await;
    let audited = STORAGE.replace("mode: enforce", "mode: audit");
    world.commit_to("main", &[("policies/storage.yaml", &audited)]).await;
    world.settle().await;
    world.emulator.set_webhook(None);
    let stricter = STORAGE.replace("severity: high", "severity: critical");
    let commit = NewCommit::on("main").write("policies/storage.yaml", stricter).by("ada");
    let sha = world.repo.commit(commit).await.expect("a commit");
    world.settle().await;
    assert_eq!(world.checks(&sha), "", "nobody told the service");
    let missing = async || world.page("/").await.1.contains("Webhooks are missing:");
    assert!(!missing().await, "nothing was found yet");
    world.poll_comes().await;
    world.settle().await;
    assert!(missing().await, "polling found it alone");
    assert_snapshot!(world.checks(&sha), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_stalled_worker_that_wakes_after_its_lease_is_refused(pool: PgPool) {
    use cloudcorrect::db::{Error, groups};
    use std::time::Duration;

    let (mut world, sha) = with_storage(pool).await;
    world.cloud.public_bucket("logs");
    // The source syncs; its group is claimed by a worker that then stalls.
    world.parts.syncer.pass().await.expect("a sync");
    let stalled =
        groups::claim_due(&world.pool, 10, Duration::from_millis(1)).await.expect("claims");
    assert_eq!(stalled.len(), 1);
    world.run_again().await;
    let shown = world.checks(&sha);
    let findings = world.findings().await;
    let mut transaction = world.pool.begin().await.expect("a transaction");
    let refused = groups::fence(&mut *transaction, &stalled[0]).await;
    assert!(matches!(refused, Err(Error::Stale)), "{refused:?}");
    drop(transaction);
    assert!(findings.contains("logs fail"), "{findings}");
    assert_eq!(world.checks(&sha), shown);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_forged_webhook_is_refused(pool: PgPool) {
    let (world, _) = with_storage(pool).await;
    world.settle().await;
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let url = format!("{}/webhooks/github", world.webhooks_url);
    let body = format!("{{\"repository\":{{\"id\":{}}}}}", world.repo.id);
    for signature in [None, Some("sha256=00"), Some("sha1=ab"), Some("")] {
        let mut request = client
            .post(&url)
            .header("content-type", "application/json")
            .header("x-github-event", "push")
            .header("x-github-delivery", "forged")
            .body(body.clone());
        if let Some(signature) = signature {
            request = request.header("x-hub-signature-256", signature);
        }
        let status = request.send().await.expect("an answer").status();
        assert_eq!(status, 401, "{signature:?}");
    }
    let due: i64 = sqlx::query_scalar("select count(*) from source where due_at <= now()")
        .fetch_one(&world.pool)
        .await
        .expect("sources");
    assert_eq!(due, 0, "nothing was woken");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn webhooks_seen_long_ago_are_forgotten_and_results_are_not(pool: PgPool) {
    let (mut world, _) = with_storage(pool).await;
    world.cloud.private_bucket("logs");
    world.branch("idea").await;
    world.settle().await;
    let pushes = world.emulator.deliveries();
    assert_eq!(pushes.len(), 2);
    for (push, days) in pushes.iter().zip([15, 8]) {
        let sql =
            "update delivery set received_at = now() - make_interval(days => $2) where id = $1";
        let aged = sqlx::query(sql).bind(&push.guid).bind(days).execute(&world.pool).await;
        assert_eq!(aged.expect("a delivery").rows_affected(), 1);
    }
    let findings = world.findings().await;
    cloudcorrect::app::keep_house(&world.pool).await.expect("a tidy house");
    let kept: Vec<String> = sqlx::query_scalar("select id from delivery")
        .fetch_all(&world.pool)
        .await
        .expect("deliveries");
    assert_eq!(kept, [pushes[1].guid.as_str()]);
    assert_eq!(world.findings().await, findings);
    world.finish().await;
}
