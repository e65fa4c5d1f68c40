//! What claimed work has in common.

use std::time::Duration;

use super::Error;

/// The error that a statement fenced by a token means if it found no row.
pub(super) fn fenced(done: &sqlx::postgres::PgQueryResult) -> Result<(), Error> {
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Milliseconds as the database keeps them.
pub(super) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// A span from its milliseconds.
pub(super) fn from_millis(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

/// An error's words, short enough for a row that is rewritten often.
pub(super) fn shortened(words: &str) -> String {
    words.chars().take(500).collect()
}
