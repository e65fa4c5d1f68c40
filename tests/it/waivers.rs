//! Waivers in the service: what they turn, when they end, and where that is seen.

use chrono::{DateTime, Days, Utc};
use insta::assert_snapshot;
use sqlx::PgPool;

use crate::world::scene::{ACCOUNTS, STORAGE};
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
    assert_snapshot!(world.checks(&sha), @r"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/policies: success: 1 group with 1 check is valid
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
    assert_snapshot!(world.checks(&sha), @r"
    cloudcorrect/compliance: failure: storage: 1 of 1 buckets fails
    cloudcorrect/policies: success: 1 group with 1 check is valid
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
