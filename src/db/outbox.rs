//! The outbox: what GitHub should show, by key, and how far that has come.
//!
//! A key holds the *wanted* state, not a list of messages: a state that is overtaken before it is
//! posted is never posted, and one that changes while it is posted is posted after.

mod claims;
pub mod listed;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};

pub use self::claims::{Claim, Claims, claim_due, spend};
use super::Error;
use super::notifications::{Topic, notify};
use super::queue::{fenced, queue, shortened};
use super::sources::SourceId;

/// Statuses of a check on a commit from which on there is one an hour at most: GitHub takes a thousand.
const HOURLY_FROM: i32 = 899;

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

/// Keeps GitHub's id of a check run as soon as it is known, for those that take several requests.
pub async fn remember(
    executor: impl PgExecutor<'_>,
    claim: &Claim,
    remote_id: i64,
) -> Result<(), Error> {
    let done = sqlx::query!(
        "update outbox set remote_id = $4, is_status = false
         where source = $1 and key = $2 and attempt = $3",
        claim.source.0,
        claim.key,
        claim.attempt,
        remote_id,
    )
    .execute(executor)
    .await?;
    fenced(&done)
}

/// What GitHub shows of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    /// GitHub's id of it, or number of an issue; `None` where nothing is there.
    pub id: Option<i64>,
    /// `true` of a check that is shown as a status.
    pub is_status: bool,
}

impl From<i64> for Posted {
    fn from(id: i64) -> Self {
        Self { id: Some(id), is_status: false }
    }
}

/// Ends an attempt that succeeded. What was wanted meanwhile is due at once, but for a check that was shown
/// as so many statuses that there is no room for many more: in an hour.
pub async fn complete(
    executor: impl PgExecutor<'_>,
    claim: &Claim,
    posted: impl Into<Posted>,
) -> Result<(), Error> {
    let Posted { id, is_status } = posted.into();
    let done = sqlx::query!(
        "update outbox
         set posted_version = $4, remote_id = $5, posted_at = now(), last_error = null,
             is_status = $6, statuses = case when $6 then statuses + 1 else statuses end,
             due_at = case when $6 and statuses >= $7 then now() + interval '1 hour' else due_at end,
             lease_until = null, attempt = null, attempts = 0
         where source = $1 and key = $2 and attempt = $3",
        claim.source.0,
        claim.key,
        claim.attempt,
        claim.version,
        id,
        is_status,
        HOURLY_FROM,
    )
    .execute(executor)
    .await?;
    fenced(&done)
}

/// Has the checks that somebody may wait for shown as check runs or as statuses, where they are shown as
/// the other: of open pull requests, and of the commits in force and last looked at. How many there are.
pub async fn show_otherwise(connection: &mut PgConnection, as_status: bool) -> Result<u64, Error> {
    let done = sqlx::query!(
        "with shown as (
            select source, 'policies/' || head as key from pull_request where state = 'open'
            union select id, 'sync/' || head from source where retired_at is null
            union select id, 'compliance/' || revision from source where retired_at is null
        )
        update outbox set version = version + 1, due_at = now()
        from shown
        where outbox.source = shown.source and outbox.key = shown.key
          and posted_version = version and is_status <> $1",
        as_status,
    )
    .execute(&mut *connection)
    .await?;
    notify(connection, Topic::Outbox).await?;
    Ok(done.rows_affected())
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
        "select post from outbox where source = $1 and starts_with(key, 'issue/')",
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
