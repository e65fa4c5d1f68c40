//! The outbox: what GitHub should show, by key, and how far that has come.
//!
//! A key holds the *wanted* state, not a list of messages: a state that is overtaken before it is
//! posted is never posted, and one that changes while it is posted is posted after.

mod claims;
pub mod listed;

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};

pub use self::claims::{Claim, Claims, claim_due, spend};
use super::Error;
use super::notifications::{Topic, notify};
use super::queue::{fenced, queue, shortened};
use super::sources::SourceId;

/// A post and how far it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// Key, unique among the posts of its source.
    pub key: String,
    /// Wanted state, as [`crate::render::post`] keeps it.
    pub post: Value,
    /// GitHub's id of the check run or comment, or number of the issue, once known.
    pub remote_id: Option<i64>,
    /// `true` where GitHub shows what is wanted.
    pub posted: bool,
    /// When GitHub last took it.
    pub posted_at: Option<DateTime<Utc>>,
    /// Why it was given up.
    pub dead_reason: Option<String>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// Attempts since the last success.
    pub attempts: i32,
}

/// Says what a key should show; false if that is what it should show already. A change revives what
/// was given up, and waits out the pause of an attempt that failed or was put off.
pub async fn want(
    connection: &mut PgConnection,
    source: SourceId,
    key: &str,
    post: &Value,
) -> Result<bool, Error> {
    let done = sqlx::query!(
        "insert into outbox as old (source, key, post) values ($1, $2, $3)
         on conflict (source, key) do update
         set post = excluded.post, version = old.version + 1, dead_reason = null,
             attempts = case when old.dead_reason is null then old.attempts else 0 end,
             due_at = greatest(old.due_at, now()), wanted_at = now()
         where old.post <> excluded.post",
        source.0,
        key,
        post,
    )
    .execute(&mut *connection)
    .await?;
    let changed = done.rows_affected() == 1;
    if changed {
        notify(connection, Topic::Outbox).await?;
    }
    Ok(changed)
}

queue! {
    "outbox" where "source = $1 and key = $2" and "$3", |claim| [claim.source.0, claim.key];
    check();
}

/// Keeps GitHub's id as soon as it is known, for posts that take several requests.
pub async fn remember(
    executor: impl PgExecutor<'_>,
    claim: &Claim,
    remote_id: i64,
) -> Result<(), Error> {
    let done = sqlx::query!(
        "update outbox set remote_id = $4 where source = $1 and key = $2 and attempt = $3",
        claim.source.0,
        claim.key,
        claim.attempt,
        remote_id,
    )
    .execute(executor)
    .await?;
    fenced(&done)
}

/// Ends an attempt that succeeded, with the id of what is there, if anything is. What was wanted meanwhile
/// is due at once.
pub async fn complete(
    executor: impl PgExecutor<'_>,
    claim: &Claim,
    remote_id: impl Into<Option<i64>>,
) -> Result<(), Error> {
    let done = sqlx::query!(
        "update outbox
         set posted_version = $4, remote_id = $5, posted_at = now(), last_error = null,
             lease_until = null, attempt = null, attempts = 0
         where source = $1 and key = $2 and attempt = $3",
        claim.source.0,
        claim.key,
        claim.attempt,
        claim.version,
        remote_id.into(),
    )
    .execute(executor)
    .await?;
    fenced(&done)
}

/// Ends an attempt that failed: the next one is due after `pause`.
pub async fn retry(
    executor: impl PgExecutor<'_>,
    claim: &Claim,
    error: &str,
    pause: Duration,
) -> Result<(), Error> {
    let done = sqlx::query!(
        "update outbox
         set last_error = $4, due_at = now() + make_interval(secs => $5),
             lease_until = null, attempt = null
         where source = $1 and key = $2 and attempt = $3",
        claim.source.0,
        claim.key,
        claim.attempt,
        shortened(error),
        pause.as_secs_f64(),
    )
    .execute(executor)
    .await?;
    fenced(&done)
}

/// Ends an attempt that GitHub was not in a state to take, and which therefore does not count: all
/// that waits of the source is due after `pause`. What others have under way ends as it may.
pub async fn put_off(
    connection: &mut PgConnection,
    claim: &Claim,
    reason: &str,
    pause: Duration,
) -> Result<(), Error> {
    let done = sqlx::query!(
        "update outbox
         set last_error = $4, due_at = now() + make_interval(secs => $5),
             lease_until = null, attempt = null, attempts = attempts - 1
         where source = $1 and key = $2 and attempt = $3",
        claim.source.0,
        claim.key,
        claim.attempt,
        shortened(reason),
        pause.as_secs_f64(),
    )
    .execute(&mut *connection)
    .await?;
    fenced(&done)?;
    // Without waiting for locks: several attempts may do this at once.
    sqlx::query!(
        "with waiting as (
            select source, key from outbox
            where source = $1 and posted_version < version and dead_reason is null
              and due_at < now() + make_interval(secs => $2)
              and (lease_until is null or lease_until <= now())
            for no key update skip locked
        )
        update outbox set due_at = now() + make_interval(secs => $2)
        from waiting where outbox.source = waiting.source and outbox.key = waiting.key",
        claim.source.0,
        pause.as_secs_f64(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Wanted states of a source that hold what they said before it was doubted.
pub async fn doubted(executor: impl PgExecutor<'_>, source: SourceId) -> Result<Vec<Value>, Error> {
    Ok(sqlx::query_scalar!(
        "select post from outbox where source = $1 and post ? 'before'",
        source.0,
    )
    .fetch_all(executor)
    .await?)
}

/// Wanted states of the issues of a source, whether they are open or not.
pub async fn issues(executor: impl PgExecutor<'_>, source: SourceId) -> Result<Vec<Value>, Error> {
    Ok(sqlx::query_scalar!(
        "select post from outbox where source = $1 and post ->> 'kind' = 'issue'",
        source.0,
    )
    .fetch_all(executor)
    .await?)
}

/// Gives a post up until something else is wanted of its key, or where it `may_return` until it is
/// [revived](revive). What was wanted meanwhile is tried.
pub async fn give_up(
    executor: impl PgExecutor<'_>,
    claim: &Claim,
    reason: &str,
    may_return: bool,
) -> Result<(), Error> {
    let done = sqlx::query!(
        "update outbox
         set dead_reason = case when version = $5 then $4 end, last_error = $4,
             may_return = $6, lease_until = null, attempt = null
         where source = $1 and key = $2 and attempt = $3",
        claim.source.0,
        claim.key,
        claim.attempt,
        shortened(reason),
        claim.version,
        may_return,
    )
    .execute(executor)
    .await?;
    fenced(&done)
}

/// Has posts tried once more that were given up for what may have passed, at most so many, those that were
/// wanted last; how many there are.
pub async fn revive(connection: &mut PgConnection, limit: i64) -> Result<u64, Error> {
    let done = sqlx::query!(
        "with given_up as (
            select source, key from outbox
            where posted_version < version and dead_reason is not null and may_return
            order by wanted_at desc limit $1
            for no key update skip locked
        )
        update outbox set dead_reason = null, attempts = 0, due_at = now()
        from given_up where outbox.source = given_up.source and outbox.key = given_up.key",
        limit,
    )
    .execute(&mut *connection)
    .await?;
    notify(connection, Topic::Outbox).await?;
    Ok(done.rows_affected())
}

/// A post by its key.
pub async fn find(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    key: &str,
) -> Result<Option<Post>, Error> {
    let post = sqlx::query_as!(
        Post,
        r#"select key, post, remote_id, posted_version = version as "posted!", posted_at, dead_reason,
            last_error, attempts
        from outbox where source = $1 and key = $2"#,
        source.0,
        key,
    )
    .fetch_optional(executor)
    .await?;
    Ok(post)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sqlx::PgPool;

    use super::*;
    use crate::db::fixtures::{LEASE, NO_TIME, TestResult, source};

    const KEY: &str = "compliance/c1";

    async fn wanted(pool: &PgPool, source: SourceId, words: &str) -> Result<bool, Error> {
        want(&mut *pool.acquire().await?, source, KEY, &json!({ "title": words })).await
    }

    async fn due(pool: &PgPool, limit: usize, lease: Duration) -> Result<Vec<Claim>, Error> {
        let mut transaction = pool.begin().await?;
        let claims = claim_due(&mut transaction, limit, lease).await?;
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
        want(&mut *pool.acquire().await?, source, "policies/a", &json!({ "title": "news" }))
            .await?;
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
        let Claims { posts, next_in } = claim_due(&mut transaction, 25, LEASE).await?;
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
}
