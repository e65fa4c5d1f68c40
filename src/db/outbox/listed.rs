//! Posts as they are listed: what GitHub shows, and what it does not show yet.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgExecutor;

use crate::db::Error;
use crate::db::sources::SourceId;

/// A post and how far it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Key, unique among the posts of its source.
    pub key: String,
    /// Wanted state, as [`crate::render::post`] keeps it.
    pub post: Value,
    /// When it was last wanted to say something else.
    pub wanted_at: DateTime<Utc>,
    /// When GitHub last took it.
    pub posted_at: Option<DateTime<Utc>>,
    /// Why it was given up.
    pub dead_reason: Option<String>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// Attempts since the last success.
    pub attempts: i32,
}

/// Position in the list of posts that GitHub shows: the next part begins behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// When the last post of the part was wanted.
    pub wanted_at: DateTime<Utc>,
    /// Its key.
    pub key: String,
}

/// Numbers of posts that GitHub does not show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Unposted {
    /// Those that are still to be tried.
    pub waiting: i64,
    /// Those that nobody tries any more.
    pub given_up: i64,
}

/// Posts of a source that GitHub shows, those that were wanted last first, from behind a position.
pub async fn posted(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    behind: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    Ok(sqlx::query_as!(
        Listed,
        "select key, post, wanted_at, posted_at, dead_reason, last_error, attempts
         from outbox
         where source = $1 and posted_version = version
           and ($2::timestamptz is null or (wanted_at, key) < ($2, $3))
         order by wanted_at desc, key desc limit $4",
        source.0,
        behind.map(|cursor| cursor.wanted_at),
        behind.map(|cursor| cursor.key.as_str()),
        limit,
    )
    .fetch_all(executor)
    .await?)
}

/// Posts of a source that GitHub does not show as they are wanted: those that were given up first, and of
/// each kind those that were wanted last.
pub async fn unposted(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    Ok(sqlx::query_as!(
        Listed,
        "select key, post, wanted_at, posted_at, dead_reason, last_error, attempts
         from outbox
         where source = $1 and posted_version < version
         order by dead_reason is null, wanted_at desc, key desc limit $2",
        source.0,
        limit,
    )
    .fetch_all(executor)
    .await?)
}

/// Numbers of the posts of a source that GitHub does not show as they are wanted.
pub async fn count_unposted(
    executor: impl PgExecutor<'_>,
    source: SourceId,
) -> Result<Unposted, Error> {
    Ok(sqlx::query_as!(
        Unposted,
        r#"select count(*) filter (where dead_reason is null) as "waiting!",
            count(*) filter (where dead_reason is not null) as "given_up!"
        from outbox where source = $1 and posted_version < version"#,
        source.0,
    )
    .fetch_one(executor)
    .await?)
}
