//! `newOnly` in the service: what failed before is told and turns nothing red.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use github_emulator::NewCommit;
use insta::assert_snapshot;
use sqlx::PgPool;

use crate::stories::with_storage;
use crate::world::scene::STORAGE;
use crate::world::story::World;

/// The instant that the database has now.
async fn now(world: &World) -> DateTime<Utc> {
    sqlx::query_scalar("select clock_timestamp()").fetch_one(&world.pool).await.expect("an instant")
}

/// Commits the group with `newOnly`.
async fn adopt(world: &World, since: DateTime<Utc>) -> String {
    let since = since.to_rfc3339_opts(SecondsFormat::Micros, true);
    let line = format!("spec:\n  enforce: {{ newOnly: \"{since}\" }}\n");
    let group = STORAGE.replace("spec:\n", &line);
    let sha = world.commit_to("main", &[("policies/storage.yaml", &group)]).await;
    world.settle().await;
    sha
}

/// What the commit shows, with the instant as `THEN`.
fn compliance(world: &World, sha: &str, since: DateTime<Utc>) -> String {
    let shown = world.checks(sha);
    let line = shown.lines().find(|line| line.contains("/compliance")).expect("a check run");
    let since = [SecondsFormat::Micros, SecondsFormat::AutoSi]
        .map(|format| since.to_rfc3339_opts(format, true));
    since.iter().fold(line.to_owned(), |line, since| line.replace(since.as_str(), "THEN"))
}

const OLD: &str = "Not enforced: 1 group has only old failures";

/// Which of these words the overview has.
async fn overview(world: &World) -> Vec<&'static str> {
    let (_, page) = world.page("/").await;
    let words = [
        "The group fails",
        OLD,
        "of 2 findings, 2 more old",
        "of 3 findings, 2 more old",
        "old: fails",
        ">fails<",
    ];
    words.into_iter().filter(|words| page.contains(words)).collect()
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_failed_before_is_told_and_what_fails_anew_is_red(pool: PgPool) {
    let (mut world, sha) = with_storage(pool).await;
    world.cloud.public_bucket("logs");
    world.cloud.public_bucket("media");
    world.settle().await;
    assert!(world.checks(&sha).contains("failure: storage: 2 of 2 buckets fail"));

    let since = now(&world).await;
    let sha = adopt(&world, since).await;
    assert_snapshot!(compliance(&world, &sha, since), @"cloudcorrect/compliance: success: storage: 2 of 2 buckets fail since before THEN, not enforced");
    let (status, page) = world.page("/sources/main/groups/storage").await;
    assert_eq!(status, 200);
    assert!(page.contains("2 findings fail since before"), "{page}");
    assert_eq!(page.matches("not enforced: failed before").count(), 2, "{page}");
    assert_eq!(page.matches("badge fail\"").count(), 1, "the run before: {page}");
    assert_eq!(overview(&world).await, [OLD, "of 2 findings, 2 more old", "old: fails"]);

    world.cloud.public_bucket("assets");
    world.run_again().await;
    assert_snapshot!(compliance(&world, &sha, since), @"cloudcorrect/compliance: failure: storage: 1 of 3 buckets fails newly (2 more fail since before THEN, not enforced)");
    let (_, page) = world.page("/sources/main/groups/storage").await;
    assert_eq!(page.matches("not enforced: failed before").count(), 2, "{page}");
    assert_eq!(page.matches("badge fail held").count(), 2, "the findings: {page}");
    let said = overview(&world).await;
    assert_eq!(said, ["The group fails", "of 3 findings, 2 more old", ">fails<"]);

    // What could not be seen for a time is old still; a mended one is told once it is.
    world.cloud.remove_bucket("assets");
    world.cloud.denied_bucket("logs");
    world.run_again().await;
    assert_snapshot!(compliance(&world, &sha, since), @"cloudcorrect/compliance: failure: could not evaluate storage: 1 of 2 buckets is unknown (access denied), 1 fails since before THEN, not enforced");
    world.cloud.public_bucket("logs");
    world.cloud.private_bucket("media");
    world.run_again().await;
    assert_snapshot!(compliance(&world, &sha, since), @"cloudcorrect/compliance: success: storage: 1 of 2 buckets fails since before THEN, not enforced");

    world.cloud.public_bucket("media");
    world.run_again().await;
    assert_snapshot!(compliance(&world, &sha, since), @"cloudcorrect/compliance: failure: storage: 1 of 2 buckets fails newly (1 more fails since before THEN, not enforced)");
    world.finish().await;
}

/// A group is adopted with an instant that is still to come.
#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_is_found_until_the_instant_is_held_back(pool: PgPool) {
    let (mut world, _) = with_storage(pool).await;
    world.cloud.public_bucket("logs");
    let since = now(&world).await + TimeDelta::days(1);
    let sha = adopt(&world, since).await;
    assert_snapshot!(compliance(&world, &sha, since), @"cloudcorrect/compliance: success: storage: 1 of 1 buckets fails since before THEN, not enforced");
    world.cloud.public_bucket("media");
    world.run_again().await;
    assert_snapshot!(compliance(&world, &sha, since), @"cloudcorrect/compliance: success: storage: 2 of 2 buckets fail since before THEN, not enforced");
    world.finish().await;
}

/// As if it were said of a group that was not evaluated before.
#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_group_that_comes_after_its_instant_has_nothing_old(pool: PgPool) {
    let (mut world, _) = with_storage(pool).await;
    world.cloud.public_bucket("logs");
    let since = now(&world).await - TimeDelta::days(1);
    let sha = adopt(&world, since).await;
    assert_snapshot!(compliance(&world, &sha, since), @"cloudcorrect/compliance: failure: storage: 1 of 1 buckets fails");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_check_with_another_id_fails_since_before(pool: PgPool) {
    let (mut world, _) = with_storage(pool).await;
    world.cloud.public_bucket("logs");
    world.settle().await;
    let since = now(&world).await;
    adopt(&world, since).await;
    let line = format!("spec:\n  enforce: {{ newOnly: \"{}\" }}\n", since.to_rfc3339());
    let renamed = STORAGE
        .replace("spec:\n", &line)
        .replace("id: buckets-are-private", "id: closed\n      formerly: [buckets-are-private]")
        .replace("BlockPublicAcls", "RestrictPublicBuckets");
    let commit = NewCommit::on("main").write("policies/storage.yaml", renamed).by("ada");
    let sha = world.commit(commit.message("Rename the check")).await;
    world.settle().await;
    assert_snapshot!(compliance(&world, &sha, since), @"cloudcorrect/compliance: success: storage: 1 of 1 buckets fails since before THEN, not enforced");
    assert_snapshot!(world.findings().await, @"storage/closed logs fail");
    world.finish().await;
}

/// A waiver that is over leaves what it was before.
#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_was_waived_for_a_time_is_old_again(pool: PgPool) {
    let (mut world, _) = with_storage(pool).await;
    world.cloud.public_bucket("logs");
    world.settle().await;
    let since = now(&world).await;
    adopt(&world, since).await;
    let waiver = |expires: &str| {
        format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: Waiver\nmetadata: {{ name: legacy }}\nspec:\n  \
             match: {{ group: storage }}\n  reason: Goes away.\n  owner: shop\n  \
             expires: {expires}\n"
        )
    };
    let mut shown = Vec::new();
    for expires in ["2026-11-16", "2026-11-15"] {
        let sha = world.commit_to("main", &[("policies/w.yaml", &waiver(expires))]).await;
        world.settle().await;
        shown.push(compliance(&world, &sha, since));
    }
    assert_snapshot!(shown.join("\n"), @r"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/compliance: success: storage: 1 of 1 buckets fails since before THEN, not enforced
    ");
    world.finish().await;
}
