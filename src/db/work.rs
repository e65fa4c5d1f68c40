//! What claimed work has in common.

use std::time::Duration;

use super::Error;

/// The pauses after failures: doubling from `first` to `longest`, each shortened by chance by up to
/// half, so that what failed together does not return together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure.
    pub first: Duration,
    /// Never more.
    pub longest: Duration,
}

impl Backoff {
    /// The longest pause after so many failed attempts.
    pub(super) fn pause(self, attempts: i32) -> Duration {
        let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or_default().min(20);
        self.first.saturating_mul(1 << doublings).min(self.longest)
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let backoff = Backoff { first: Duration::from_secs(2), longest: Duration::from_mins(1) };
        let pauses: Vec<_> =
            [0, 1, 2, 3, 6, 1_000].map(|attempts| backoff.pause(attempts).as_secs()).into();
        assert_eq!(pauses, [2, 2, 4, 8, 60, 60]);
    }
}
