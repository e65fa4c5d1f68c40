//! Waivers in the service: what they turn, when they end, and where that is seen.

use std::process::Command;

use chrono::{DateTime, Days, Utc};
use insta::assert_snapshot;
use sqlx::PgPool;

use crate::world::scene::{ACCOUNTS, STORAGE, Scene};
use crate::world::story::World;

/// A waiver of the group's check, with its last day.
fn waiver(expires: &str) -> String {
    format!(
        "apiVersion: cloudcorrect.dev/v1
kind: Waiver
metadata: {{ name: legacy }}
spec:
  match: {{ group: storage, check: buckets-are-private, resource: 'log*' }}
  reason: Goes away with <b>the</b> shop.
  owner: shop@example.com
  expires: {expires}
"
    )
}

/// A world with a public bucket, after the first run with a waiver.
async fn waived(pool: PgPool, group: &str, expires: &str) -> (World, String) {
    let mut world = World::new(pool).await;
    world.cloud.public_bucket("logs");
    let files =
        [ACCOUNTS, ("policies/storage.yaml", group), ("policies/waivers.yaml", &waiver(expires))];
    let sha = world.commit_to("main", &files).await;
    world.settle().await;
    (world, sha)
}

/// The account was recorded on 2026-11-16, which is `now` for its evaluations.
#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_waived_bucket_is_no_failure_until_the_waiver_is_over(pool: PgPool) {
    let (world, sha) = waived(pool, STORAGE, "2026-11-16").await;
    assert_snapshot!(world.checks(&sha), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    assert_snapshot!(world.findings().await, @"storage/buckets-are-private logs waived");
    let (status, page) = world.page("/sources/main/groups/storage").await;
    assert_eq!(status, 200);
    assert!(page.contains("Goes away with &#60;b&#62;the&#60;/b&#62; shop."), "{page}");
    assert!(
        page.contains("it expires on 2026-11-16: 1 finding of it fails from then on"),
        "{page}"
    );

    let over = waiver("2026-11-15");
    let sha = world.commit_to("main", &[("policies/waivers.yaml", &over)]).await;
    world.settle().await;
    assert_snapshot!(world.checks(&sha), @"
    cloudcorrect/compliance: failure: storage: 1 of 1 buckets fails
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    assert_snapshot!(world.findings().await, @"storage/buckets-are-private logs fail");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_group_is_due_when_its_waiver_ends(pool: PgPool) {
    let yearly = STORAGE.replace("every: 15m", "cron: 0 0 1 1 *");
    let now: DateTime<Utc> =
        sqlx::query_scalar("select now()").fetch_one(&pool).await.expect("an instant");
    let last = now.date_naive() + Days::new(2);
    let (world, _) = waived(pool, &yearly, &last.to_string()).await;
    let due: DateTime<Utc> = sqlx::query_scalar("select due_at from policy_group")
        .fetch_one(&world.pool)
        .await
        .expect("a group");
    assert_eq!(due, (last + Days::new(1)).and_time(chrono::NaiveTime::MIN).and_utc());
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_waiver_that_waives_nothing_is_told_on_a_pull_request(pool: PgPool) {
    let mut world = World::new(pool).await;
    world.cloud.private_bucket("logs");
    let waiver = waiver("2099-12-31");
    let files = [ACCOUNTS, ("policies/storage.yaml", STORAGE), ("policies/waivers.yaml", &waiver)];
    world.commit_to("main", &files).await;
    world.settle().await;
    world.branch("idea").await;
    let stricter = STORAGE.replace("severity: high", "severity: critical");
    world.commit_to("idea", &[("policies/storage.yaml", &stricter)]).await;
    let number = world.propose("idea").await;
    world.settle().await;
    let comments = world.repo.comments(number);
    let body = comments.first().expect("a comment").body.replace('\u{200b}', "");
    let told = body.split("**Waivers").nth(1).expect("the list").split("<sub>").next();
    assert_snapshot!(told.expect("an end"), @r"
     that need somebody**

    - `legacy` (shop@example.com): matches nothing that fails; remove it
    ");
    world.finish().await;
}

/// Runs `waive` on what the service of a scene kept; its status and what it said.
fn waive(scene: &Scene, from: &str) -> (Option<i32>, String) {
    waive_from(&scene.database_url(), from)
}

fn waive_from(database_url: &str, from: &str) -> (Option<i32>, String) {
    let terms = ["--reason", "Inherited", "--owner", "ada", "--expires", "2099-12-31"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"));
    command.args(["waive", "--from", from]).args(terms).env("DATABASE_URL", database_url);
    let output = command.output().expect("the binary runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).expect("UTF-8"))
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_failed_in_a_run_is_waived_from_its_id_its_page_or_its_group(pool: PgPool) {
    let mut world = World::new(pool).await;
    world.cloud.public_bucket("logs");
    world.cloud.public_bucket("pictures");
    world.cloud.private_bucket("secrets");
    let files = [ACCOUNTS, ("policies/storage.yaml", STORAGE)];
    world.commit_to("main", &files).await;
    world.settle().await;
    let run = world.count("select max(id) from run").await;
    let (status, written) = waive(&world, &run.to_string());
    assert_eq!(status, Some(0), "{written}");
    assert_snapshot!(written, @r#"
    apiVersion: cloudcorrect.dev/v1
    kind: Waiver
    metadata:
      name: storage-buckets-are-private-3f6c4c21
    spec:
      match:
        group: storage
        check: buckets-are-private
        account: "123456789012"
        resource:
        - logs
        - pictures
      reason: Inherited
      owner: ada
      expires: 2099-12-31
    "#);
    for from in [&format!("https://policies.example.com/runs/{run}"), "storage"] {
        assert_eq!(waive(&world, from), (Some(0), written.clone()), "{from}");
    }

    let sha = world.commit_to("main", &[("policies/waivers.yaml", &written)]).await;
    world.settle().await;
    assert_snapshot!(world.checks(&sha), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");

    let nothing = "# nothing of it fails, so there is nothing to waive\n".to_owned();
    assert_eq!(waive(&world, "storage"), (Some(0), nothing), "all of it is waived by now");
    assert_eq!(waive(&world, &run.to_string()), (Some(0), written), "as it was then");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn why_no_waivers_are_written_from_a_run_is_said(pool: PgPool) {
    let sources = "[[sources]]\nname = \"team-a\"\nrepository = \"acme/policies\"\npath = \"a\"\n\
                   [[sources]]\nname = \"team-b\"\nrepository = \"acme/policies\"\npath = \"b\"\n";
    let world = World::with_sources(pool, sources).await;
    let said = |from: &str| match waive(&world, from) {
        (Some(2), said) => said,
        other => panic!("{other:?}"),
    };
    assert_snapshot!(said("17"), @"error: cannot tell what failed in run 17: there is no run 17; the page of a group lists its runs");
    assert_snapshot!(said("storage"), @"error: cannot tell what failed in the last run of group `storage`, which is no file: there is no group `storage` in force");
    let suspended = STORAGE.replace("schedule:", "suspend: true\n  schedule:");
    let files = [("a/accounts.yaml", ACCOUNTS.1), ("a/storage.yaml", &suspended)];
    world.commit_to("main", &files).await;
    world.settle().await;
    assert_snapshot!(said("storage"), @"error: cannot tell what failed in the last run of group `storage`, which is no file: group `storage` has not been evaluated yet");
    let files = ["a", "b"].map(|at| [format!("{at}/accounts.yaml"), format!("{at}/storage.yaml")]);
    let [[_, a], [accounts, b]] = &files;
    world.commit_to("main", &[(a, STORAGE), (accounts, ACCOUNTS.1), (b, STORAGE)]).await;
    world.settle().await;
    assert_snapshot!(said("storage"), @"error: cannot tell what failed in the last run of group `storage`, which is no file: several sources have a group `storage`; name one of their runs: 1 (`team-a`), 2 (`team-b`)");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_database_that_refuses_is_said(pool: PgPool) {
    let scene = Scene::new(pool).await;
    let mut url = url::Url::parse(&scene.database_url()).expect("an address");
    url.set_path("no-such-database");
    let (status, said) = waive_from(url.as_str(), "17");
    assert_eq!(status, Some(2));
    let cannot = "error: cannot tell what failed in run 17: cannot reach the database: ";
    assert!(said.starts_with(cannot) && said.contains("does not exist"), "{said}");
    scene.finish().await;
}
