//! The outbox on a database: claiming, paying, posting, giving up.

use serde_json::json;
use sqlx::PgPool;

use super::*;
use crate::db::fixtures::{LEASE, NO_TIME, TestResult, source};
use crate::github::ChecksAs;

const KEY: &str = "compliance/c1";

async fn wanted(pool: &PgPool, source: SourceId, words: &str) -> Result<bool, Error> {
    want(&mut *pool.acquire().await?, source, KEY, &json!({ "title": words })).await
}

async fn due(pool: &PgPool, limit: usize, lease: Duration) -> Result<Vec<Claim>, Error> {
    let mut transaction = pool.begin().await?;
    let claims = claim_due(&mut transaction, limit, lease, ChecksAs::CheckRuns).await?;
    transaction.commit().await?;
    Ok(claims.posts)
}

async fn claimed(pool: &PgPool) -> Result<Claim, Error> {
    Ok(due(pool, 1, LEASE).await?.pop().expect("a post is due"))
}

async fn posted(pool: &PgPool, source: SourceId) -> Result<Post, Error> {
    Ok(find(pool, source, KEY).await?.expect("the key is known"))
}

#[sqlx::test]
async fn what_is_shown_already_is_not_posted_again(pool: PgPool) -> TestResult {
    let source = source(&pool, "main").await;
    assert!(wanted(&pool, source, "pending").await?);
    let claim = claimed(&pool).await?;
    assert_eq!((claim.post["title"].as_str(), claim.maybe_written), (Some("pending"), false));
    complete(&pool, &claim, 7).await?;
    assert!(!wanted(&pool, source, "pending").await?);
    assert_eq!(due(&pool, 1, LEASE).await?, []);
    assert!(wanted(&pool, source, "success").await?);
    let claim = claimed(&pool).await?;
    assert_eq!((claim.remote_id, claim.maybe_written), (Some(7), false), "it is edited");
    Ok(())
}

#[sqlx::test]
async fn check_runs_come_before_comments_and_these_before_issues(pool: PgPool) -> TestResult {
    let source = source(&pool, "main").await;
    let mut connection = pool.acquire().await?;
    for key in ["issue/x", "comment/1", "comment/2", "policies/a", "compliance/b", "issue/y"] {
        want(&mut connection, source, key, &json!({})).await?;
    }
    let mut order = Vec::new();
    for claim in std::iter::repeat_with(|| due(&pool, 2, LEASE)).take(3) {
        let mut keys: Vec<_> = claim.await?.into_iter().map(|claim| claim.key).collect();
        keys.sort();
        order.push(keys);
    }
    let wanted =
        [["compliance/b", "policies/a"], ["comment/1", "comment/2"], ["issue/x", "issue/y"]];
    assert_eq!(order, wanted);
    Ok(())
}

#[sqlx::test]
async fn what_was_wanted_last_comes_first(pool: PgPool) -> TestResult {
    let source = source(&pool, "main").await;
    for key in ["policies/a", "policies/b", "policies/c"] {
        want(&mut *pool.acquire().await?, source, key, &json!({})).await?;
    }
    want(&mut *pool.acquire().await?, source, "policies/a", &json!({ "title": "news" })).await?;
    let mut order = Vec::new();
    while let Some(claim) = due(&pool, 1, LEASE).await?.pop() {
        order.push(claim.key);
    }
    assert_eq!(order, ["policies/a", "policies/c", "policies/b"]);
    Ok(())
}

#[sqlx::test]
async fn what_is_created_waits_for_its_budget(pool: PgPool) -> TestResult {
    let source = source(&pool, "main").await;
    let keys: Vec<_> = (0..25).map(|n| format!("policies/{n}")).collect();
    for key in &keys {
        want(&mut *pool.acquire().await?, source, key, &json!({})).await?;
    }
    let begun = tokio::time::Instant::now();
    let replicas = (0..6).map(|_| due(&pool, 8, LEASE));
    let claimed = futures::future::try_join_all(replicas).await?.concat();
    let more = due(&pool, 25, LEASE).await?;
    let passed = usize::try_from(begun.elapsed().as_secs())?;
    let created = claimed.len() + more.len();
    assert!((20..=21 + passed).contains(&created), "{created} in {passed} s");
    // What is there already needs no budget.
    let claim = &claimed[0];
    complete(&pool, claim, 7).await?;
    want(&mut *pool.acquire().await?, source, &claim.key, &json!({ "title": "news" })).await?;
    let mut transaction = pool.begin().await?;
    let Claims { posts, next_in } =
        claim_due(&mut transaction, 25, LEASE, ChecksAs::CheckRuns).await?;
    assert!(posts.iter().any(|post| post.key == claim.key), "{posts:?}");
    assert!(next_in.is_some_and(|next| next <= Duration::from_secs(1)), "{next_in:?}");
    transaction.rollback().await?;
    // Whoever finds it gone after all pays for it.
    let whole_at = || {
        sqlx::query_scalar::<_, DateTime<Utc>>("select minute_whole_at from creation_budget")
            .fetch_one(&pool)
    };
    let before = whole_at().await?;
    let mut transaction = pool.begin().await?;
    spend(&mut transaction, &posts[0]).await?;
    transaction.commit().await?;
    assert!(whole_at().await? > before);
    Ok(())
}

#[sqlx::test]
async fn what_changes_while_it_is_posted_is_posted_after(pool: PgPool) -> TestResult {
    let source = source(&pool, "main").await;
    wanted(&pool, source, "pending").await?;
    let claim = claimed(&pool).await?;
    wanted(&pool, source, "failure").await?;
    wanted(&pool, source, "success").await?;
    assert_eq!(due(&pool, 1, LEASE).await?, [], "one attempt at a time");
    complete(&pool, &claim, 7).await?;
    assert!(!posted(&pool, source).await?.posted);
    let claim = claimed(&pool).await?;
    assert_eq!(claim.post["title"], "success");
    complete(&pool, &claim, 7).await?;
    let post = posted(&pool, source).await?;
    assert!(post.posted && post.attempts == 0 && post.posted_at.is_some());
    Ok(())
}

#[sqlx::test]
async fn after_a_crash_the_next_attempt_knows_that_it_may_repeat(pool: PgPool) -> TestResult {
    let source = source(&pool, "main").await;
    wanted(&pool, source, "pending").await?;
    let stalled = due(&pool, 1, NO_TIME).await?.remove(0);
    assert!(check(&pool, &stalled).await.unwrap_err().is_stale(), "its time is over");
    let claim = claimed(&pool).await?;
    assert!(claim.maybe_written);
    check(&pool, &claim).await?;
    assert!(check(&pool, &stalled).await.unwrap_err().is_stale(), "another has taken over");
    assert!(complete(&pool, &stalled, 6).await.unwrap_err().is_stale());
    assert!(remember(&pool, &stalled, 6).await.unwrap_err().is_stale());
    assert!(retry(&pool, &stalled, "late", NO_TIME).await.unwrap_err().is_stale());
    assert!(give_up(&pool, &stalled, "late", false).await.unwrap_err().is_stale());
    remember(&pool, &claim, 7).await?;
    retry(&pool, &claim, "502", NO_TIME).await?;
    let claim = claimed(&pool).await?;
    assert_eq!((claim.remote_id, claim.maybe_written, claim.attempts), (Some(7), false, 3));
    Ok(())
}

#[sqlx::test]
async fn a_pause_holds_also_for_what_is_wanted_meanwhile(pool: PgPool) -> TestResult {
    let source = source(&pool, "main").await;
    wanted(&pool, source, "pending").await?;
    retry(&pool, &claimed(&pool).await?, "rate limit", Duration::from_mins(1)).await?;
    wanted(&pool, source, "success").await?;
    assert_eq!(due(&pool, 1, LEASE).await?, []);
    assert_eq!(posted(&pool, source).await?.last_error.as_deref(), Some("rate limit"));
    Ok(())
}

#[sqlx::test]
async fn what_is_put_off_does_not_count_and_takes_along_what_waits(pool: PgPool) -> TestResult {
    let (source, other) = (source(&pool, "main").await, source(&pool, "other").await);
    wanted(&pool, source, "pending").await?;
    retry(&pool, &claimed(&pool).await?, "502", NO_TIME).await?;
    let claim = claimed(&pool).await?;
    let mut connection = pool.acquire().await?;
    for (of, key) in [(source, "policies/c1"), (other, "policies/c1")] {
        want(&mut connection, of, key, &json!({})).await?;
    }
    put_off(&mut connection, &claim, "rate limit", Duration::from_mins(1)).await?;
    let post = posted(&pool, source).await?;
    assert_eq!((post.attempts, post.last_error.as_deref()), (1, Some("rate limit")));
    wanted(&pool, source, "success").await?;
    let due = due(&pool, 10, LEASE).await?;
    assert_eq!(due.iter().map(|claim| claim.source).collect::<Vec<_>>(), [other]);
    let late = put_off(&mut connection, &claim, "late", NO_TIME).await;
    assert!(late.unwrap_err().is_stale());
    Ok(())
}

#[sqlx::test]
async fn what_was_given_up_for_what_may_pass_is_revived(pool: PgPool) -> TestResult {
    let source = source(&pool, "main").await;
    let mut connection = pool.acquire().await?;
    for (key, may_return) in [("policies/a", true), ("policies/b", false), ("sync/c", true)] {
        want(&mut connection, source, key, &json!({})).await?;
        give_up(&pool, &claimed(&pool).await?, "403", may_return).await?;
    }
    assert_eq!(revive(&mut connection, 1).await?, 1);
    let claim = claimed(&pool).await?;
    assert_eq!((claim.key.as_str(), claim.attempts), ("sync/c", 1), "what was wanted last");
    complete(&pool, &claim, 7).await?;
    assert_eq!(revive(&mut connection, 9).await?, 1);
    assert_eq!(claimed(&pool).await?.key, "policies/a");
    assert_eq!(revive(&mut connection, 9).await?, 0);
    Ok(())
}

#[sqlx::test]
async fn what_was_given_up_comes_back_when_it_changes(pool: PgPool) -> TestResult {
    let source = source(&pool, "main").await;
    wanted(&pool, source, "pending").await?;
    give_up(&pool, &claimed(&pool).await?, "422", false).await?;
    assert_eq!(posted(&pool, source).await?.dead_reason.as_deref(), Some("422"));
    assert!(!wanted(&pool, source, "pending").await?);
    assert_eq!(due(&pool, 1, LEASE).await?, []);
    assert!(wanted(&pool, source, "success").await?);
    let claim = claimed(&pool).await?;
    assert_eq!(claim.attempts, 1);
    wanted(&pool, source, "failure").await?;
    give_up(&pool, &claim, "422", false).await?;
    assert_eq!(claimed(&pool).await?.post["title"], "failure", "only what was tried is dead");
    Ok(())
}

#[sqlx::test]
async fn from_the_900th_status_on_there_is_one_an_hour(pool: PgPool) -> TestResult {
    let source = source(&pool, "main").await;
    let status = Posted { id: Some(7), is_status: true };
    for (before, is_due) in [(0, true), (898, true), (899, false)] {
        sqlx::query("update outbox set statuses = $1").bind(before).execute(&pool).await?;
        wanted(&pool, source, &format!("news {before}")).await?;
        complete(&pool, &claimed(&pool).await?, status).await?;
        wanted(&pool, source, &format!("more news {before}")).await?;
        let due = due(&pool, 1, LEASE).await?;
        assert_eq!(due.len() == 1, is_due, "{before}");
        for claim in due {
            sqlx::query("update outbox set statuses = 0").execute(&pool).await?;
            complete(&pool, &claim, status).await?;
        }
    }
    let seconds = "select extract(epoch from due_at - now())::float8 from outbox";
    let seconds: f64 = sqlx::query_scalar(seconds).fetch_one(&pool).await?;
    assert!((3_500.0..=3_600.0).contains(&seconds), "{seconds}");
    Ok(())
}

#[sqlx::test]
async fn each_status_is_paid_for_by_one_budget(pool: PgPool) -> TestResult {
    let source = source(&pool, "main").await;
    let status = Posted { id: Some(7), is_status: true };
    let mut created = 0;
    for n in 0..30 {
        wanted(&pool, source, &n.to_string()).await?;
        let mut transaction = pool.begin().await?;
        let claims = claim_due(&mut transaction, 1, LEASE, ChecksAs::Statuses).await?;
        transaction.commit().await?;
        let Some(claim) = claims.posts.first() else { break };
        assert_eq!((claim.account.as_str(), claim.is_status), ("@token", n > 0));
        complete(&pool, claim, status).await?;
        created += 1;
    }
    assert!((20..30).contains(&created), "{created}");
    Ok(())
}
