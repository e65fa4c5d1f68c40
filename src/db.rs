//! All SQL: one file per aggregate, one function per statement or per set of statements that only
//! make sense together.
//!
//! Functions take an executor or a connection, so that callers own transactions: a result, the
//! next run and the posts it calls for commit together. Time is the database's (`now()`); no
//! function takes a wall clock.
//!
//! **Claimed work** (sources, groups, sweeps, posts) is a row with a due time, a lease and the token of the
//! attempt. Whoever claims it gets the token; completing is refused with [`Error::Stale`] when
//! somebody else holds the row by now, when the work has changed, or when the lease has run out.
//! Writes of results need a fence ([`sources::Fence`], [`GroupFence`]), which is only to be had
//! with a valid token and holds the row until the end of the transaction.
//!
//! **Order of locks**: source, then group or sweep, then posts, then the budgets that they are created from. A transaction that needs a source's lock
//! ([`sources::lock`]) takes it before a group's fence.
//!
//! What rows mean, when something is due next and how a post reads is left to the layers above
//! and below.

mod blobs;
pub mod checks;
mod connection;
pub mod deliveries;
mod error;
pub mod facets;
mod fence;
pub mod findings;
pub mod foreign;
pub mod groups;
pub mod notifications;
pub mod outbox;
pub mod policies;
pub mod pull_requests;
mod queue;
pub mod reruns;
pub mod revisions;
pub mod runs;
pub mod sources;
pub mod sweeps;
pub mod waivers;
mod words;

pub use self::connection::{MIGRATOR, connect, connect_to_read, migrate, reach};
pub use self::error::Error;
pub use self::fence::GroupFence;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;
