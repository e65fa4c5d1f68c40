//! Which calls an evaluation needs, in which order, and the inventory that comes of them.
//!
//! The checks of an account say what they read ([`Need`]); [`collect()`] lists each type once and then
//! asks, resource by resource, only for the facets that some check still needs: first those that
//! `where` reads, one after the other, until it is decided; then, for what was kept, those that
//! `assert` reads. Where answers come from ([`Source`]), how calls are paced, repeated and timed out,
//! and how a bulk call answers for many resources is left to the adapters.

mod calls;
mod collect;
mod need;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;

pub use self::calls::CallStats;
pub use self::collect::{Scope, collect};
pub use self::need::{Keep, Need};
use crate::resource::{Facet, Listing, Operation, Resource, Schema, Target};

/// An account's inventory, asked piece by piece: live or recorded.
///
/// Answers never fail as a whole: what could not be read is part of the answer, with its cause.
pub trait Source: Send + Sync {
    /// The resources of a type in a target, each with the facet of [`Schema::list`] and no other.
    fn list<'a>(&'a self, target: &'a Target, schema: &'a Schema) -> BoxFuture<'a, Listing>;

    /// What `operation` says of `resource`, which was listed in `target`. The facets that
    /// [`crate::resource::OperationSchema::after`] names are already in the resource.
    fn facet<'a>(
        &'a self,
        target: &'a Target,
        schema: &'a Schema,
        resource: &'a Resource,
        operation: &'a Operation,
    ) -> BoxFuture<'a, Facet>;

    /// The requests made so far, repeated ones included.
    fn calls(&self) -> CallStats;

    /// When the answers were recorded; `None` for a source that answers of the present. It is
    /// `now` in expressions, so that a recorded account is judged the same every day.
    fn recorded_at(&self) -> Option<DateTime<Utc>>;
}
