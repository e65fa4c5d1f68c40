//! Checks under our names that somebody else posted.

use cloudcorrect::tasks::Pass;
use insta::assert_snapshot;
use serde_json::json;
use sqlx::PgPool;

use crate::deliveries::Sender;
use crate::world::scene::{ACCOUNTS, STORAGE};
use crate::world::story::World;

/// A world with a pull request that has its answer, and its head.
async fn proposed(pool: PgPool) -> (World, u64, String) {
    let mut world = World::new(pool).await;
    world.cloud.private_bucket("logs");
    world.commit_to("main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    world.settle().await;
    world.branch("idea").await;
    let weaker = STORAGE.replace("severity: high", "severity: low");
    let head = world.commit_to("idea", &[("policies/storage.yaml", &weaker)]).await;
    let number = world.propose("idea").await;
    world.settle().await;
    (world, number, head)
}

/// Looks at all heads that are due, and lets what follows from it happen.
async fn look(world: &World) {
    let lookout = world.parts.lookout.clone().expect("it is on GitHub");
    assert_eq!(lookout.pass().await.expect("a look"), Pass::Worked);
    assert_eq!(lookout.pass().await.expect("no look"), Pass::Idle);
    world.settle().await;
}

/// The line of the comment that tells of them.
fn told(world: &World, number: u64) -> String {
    let body = world.repo.comments(number).remove(0).body;
    let line = body.lines().find(|line| line.contains("Not from this service"));
    line.unwrap_or_default().to_owned()
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_status_under_our_name_is_told_where_reviewers_and_operators_look(pool: PgPool) {
    let (world, number, head) = proposed(pool).await;
    world.repo.post_status(&head, "another/check", "success", "mallory");
    look(&world).await;
    assert_eq!(told(&world, number), "", "what is ours is ours, and other names are not");

    world.repo.post_status(&head, "cloudcorrect/policies", "failure", "mallory");
    world.repo.post_status(&head, "cloudcorrect/policies", "success", "mallory");
    let status = |sha: &str, context: &str| {
        let repository = json!({ "id": world.repo.id });
        json!({ "sha": sha, "context": context, "state": "success", "repository": repository })
    };
    let sender = Sender::new(&world);
    let other = status(&head, "another/check").to_string();
    assert_eq!(sender.send("status", "one", &other).await, 202);
    let lookout = world.parts.lookout.clone().expect("it is on GitHub");
    assert_eq!(lookout.pass().await.expect("no look"), Pass::Idle, "it is no name of ours");
    let ours = status(&head, "cloudcorrect/policies").to_string();
    assert_eq!(sender.send("status", "two", &ours).await, 202);
    assert_eq!(lookout.pass().await.expect("no look"), Pass::Idle, "once a minute at most");
    let minute = "update check_look set looked_at = now() - interval '1 minute'";
    sqlx::query(minute).execute(&world.pool).await.expect("a change");
    assert_eq!(sender.send("status", "three", &ours).await, 202);
    look(&world).await;
    assert_snapshot!(told(&world, number), @"⚠️ **Not from this service**: the status `cloudcorrect/policies` (`success`) by `mallory`. A ruleset that requires the check from this service's App alone does not count what others post.");
    assert_eq!(world.repo.comments(number).len(), 1);
    let (_, overview) = world.page("/").await;
    assert!(overview.contains(">1 check on GitHub</a> under our names"), "{overview}");
    let (_, posts) = world.page("/sources/main/posts").await;
    assert!(posts.contains("status by mallory: success"), "{posts}");
    assert!(posts.contains("<h2 id=\"foreign\">Not from this service</h2>"), "{posts}");

    // Another head has none of it.
    let other = STORAGE.replace("severity: high", "severity: medium");
    world.commit_to("idea", &[("policies/storage.yaml", &other)]).await;
    world.settle().await;
    assert_eq!(told(&world, number), "");
    look(&world).await;
    assert_eq!(told(&world, number), "");
    let (_, overview) = world.page("/").await;
    assert!(!overview.contains("under our names"), "{overview}");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn the_watched_branch_is_looked_at_every_hour(pool: PgPool) {
    let (world, _, _) = proposed(pool).await;
    look(&world).await;
    let main = world.repo.branch("main").expect("a branch");
    world.repo.post_status(&main, "cloudcorrect/compliance", "success", "mallory");
    let lookout = world.parts.lookout.clone().expect("it is on GitHub");
    assert_eq!(lookout.pass().await.expect("no look"), Pass::Idle, "it is not due yet");
    sqlx::query("update check_look set due_at = now()").execute(&world.pool).await.expect("due");
    look(&world).await;
    let (_, posts) = world.page("/sources/main/posts").await;
    assert!(posts.contains("<strong>cloudcorrect/compliance</strong>"), "{posts}");
    assert!(posts.contains("status by mallory: success"), "{posts}");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_pull_request_that_is_none_of_our_business_is_told_all_the_same(pool: PgPool) {
    let (world, _, _) = proposed(pool).await;
    world.branch("words").await;
    let head = world.commit_to("words", &[("README.md", "words")]).await;
    let number = world.propose("words").await;
    world.settle().await;
    look(&world).await;
    assert_eq!(world.repo.comments(number), []);
    world.repo.post_status(&head, "cloudcorrect/policies", "success", "mallory");
    sqlx::query("update check_look set due_at = now()").execute(&world.pool).await.expect("due");
    look(&world).await;
    assert!(told(&world, number).contains("by `mallory`"), "{}", told(&world, number));
    // That is nobody's webhook.
    let wakes = "select count(*) from source where own_wakes = 1 and nudges = nudges_heard";
    assert_eq!(world.count(wakes).await, 1);
    world.finish().await;
}
