//! Contract of the four queues (sources, groups, sweeps, posts), whose rows are claimed for a time.
//!
//! A claim is the token of an attempt in a row that has a lease. Every statement of an attempt asks
//! for the token, and finds no row where somebody else has claimed it meanwhile; those that come
//! before a write ask for the lease too, since a stalled attempt may wake when it is over. What is
//! due, and what becomes of a row, each table says for itself.

use std::time::Duration;

use super::Error;

/// Writes what a queue's `Claim` can do, from its table, the condition of its key with the values
/// of it, and the number of the parameter behind these, which is the token:
///
/// - `renew`, with the number of the next parameter: a longer lease;
/// - `check`: an error where the lease is over;
/// - `fence`, with the type of it and further columns: one made of the row, which is locked for the rest of the
///   transaction, and the instant `at` at which it was.
macro_rules! queue {
    (
        $table:literal where $key:literal and $token:literal,
        |$claim:ident| $values:tt;
        $($does:ident($($with:tt)*);)+
    ) => {
        $($crate::db::queue::queue! {
            @$does($($with)*) $table, $key, $token, $claim, $values
        })+
    };
    (@renew($lease:literal) $table:literal, $key:literal, $token:literal, $claim:ident, [$($value:expr),+]) => {
        /// Extends the lease of work that takes longer.
        pub async fn renew(
            executor: impl sqlx::PgExecutor<'_>,
            $claim: &Claim,
            lease: std::time::Duration,
        ) -> Result<(), $crate::db::Error> {
            let done = sqlx::query!(
                "update " + $table + " set lease_until = now() + make_interval(secs => " + $lease
                    + ")\n         where " + $key + " and attempt = " + $token
                    + " and lease_until > now()",
                $($value,)+
                $claim.attempt,
                lease.as_secs_f64(),
            )
            .execute(executor)
            .await?;
            $crate::db::queue::fenced(&done)
        }
    };
    (@check() $table:literal, $key:literal, $token:literal, $claim:ident, [$($value:expr),+]) => {
        /// Fails if the claim's lease is over: another attempt may be at work.
        pub async fn check(
            executor: impl sqlx::PgExecutor<'_>,
            $claim: &Claim,
        ) -> Result<(), $crate::db::Error> {
            let holds = sqlx::query_scalar!(
                "select exists (\n            select from " + $table + "\n            where " + $key
                    + " and attempt = " + $token
                    + " and lease_until > now()\n        ) as \"holds!\"",
                $($value,)+
                $claim.attempt,
            )
            .fetch_one(executor)
            .await?;
            if holds { Ok(()) } else { Err($crate::db::Error::Stale) }
        }
    };
    (
        @fence($fence:ty, $columns:literal, |$row:ident| $held:expr)
        $table:literal, $key:literal, $token:literal, $claim:ident, [$($value:expr),+]
    ) => {
        /// Locks the claimed row for the rest of the transaction, if the claim still holds.
        pub async fn fence(
            executor: impl sqlx::PgExecutor<'_>,
            $claim: &Claim,
        ) -> Result<$fence, $crate::db::Error> {
            let $row = sqlx::query!(
                "with held as (\n            select lease_until" + $columns + " from " + $table
                    + "\n            where " + $key + " and attempt = " + $token
                    + " and lease_until > now()\n            for no key update\n        )\n"
                    + "        select clock_timestamp() as \"at!\"" + $columns + " from held",
                $($value,)+
                $claim.attempt,
            )
            .fetch_optional(executor)
            .await?
            .ok_or($crate::db::Error::Stale)?;
            Ok($held)
        }
    };
}

pub(super) use queue;

/// Error that a statement which asks for a token means if it found no row.
pub(super) fn fenced(done: &sqlx::postgres::PgQueryResult) -> Result<(), Error> {
    if done.rows_affected() == 0 { Err(Error::Stale) } else { Ok(()) }
}

/// Milliseconds as the database keeps them.
pub(super) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// Span of so many milliseconds.
pub(super) fn from_millis(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

/// Message of an error, short enough for a row that is rewritten often.
pub(super) fn shortened(message: &str) -> String {
    message.chars().take(500).collect()
}
