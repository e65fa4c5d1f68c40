//! Which calls an evaluation needs, in which order, and the inventory that comes of them.
//!
//! Each [`FetchRequirement`] says what one reader has to know of a type; [`execute()`] lists each type
//! once and then asks, resource by resource, only for the facets that some requirement still lacks:
//! first those that filters read, one after the other, until each is decided; then, for what was
//! kept, the others. What another evaluation was answered a moment ago need not be asked again
//! ([`Remembered`]). Where answers come from ([`Source`]), how calls are paced, repeated and timed
//! out, and how a bulk call answers for many resources is left to the adapters; who requires what,
//! and of which account, to `collect`.
//!
//! [`sweep()`] asks for all that types can be asked, whoever requires it, within a budget.

mod calls;
mod counted;
mod execute;
mod plan;
mod remembered;
mod requirement;
mod segments;
mod sweep;
mod tried;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;

pub use self::calls::CallStats;
pub use self::counted::{Counted, Estimate};
pub use self::execute::{AccountScope, execute};
pub use self::plan::{Frequency, Plan, PlannedCall, Reader, TypePlan};
pub use self::remembered::{Memory, Remembered};
pub use self::requirement::{FetchRequirement, FilterDecision};
pub use self::sweep::{Budget, Left, Place, Position, Swept, sweep};
pub use self::tried::{Tried, TriedCall, try_calls};
use crate::resource::{Facet, Failure, Listing, Operation, Resource, Schema, Segment, Target};

/// An account's inventory, asked piece by piece: live or recorded.
///
/// Answers never fail as a whole: what could not be read is part of the answer, with its cause.
pub trait Source: Send + Sync {
    /// Resources of a type in a target, each with the facet of [`Schema::list`] and no other.
    fn list<'a>(&'a self, target: &'a Target, schema: &'a Schema) -> BoxFuture<'a, Listing>;

    /// `true` where lists are read as a whole also of a type that has [`Schema::listed_by`].
    fn lists_whole(&self) -> bool {
        true
    }

    /// Resources of a segment of a type's list, of a source that does not read such lists as a whole.
    fn list_segment<'a>(
        &'a self,
        target: &'a Target,
        schema: &'a Schema,
        _: &'a Segment,
    ) -> BoxFuture<'a, Listing> {
        self.list(target, schema)
    }

    /// Answer of `operation` on `resource`, which was listed in `target`. The facets that
    /// [`crate::resource::OperationSchema::after`] names are already in the resource.
    fn facet<'a>(
        &'a self,
        target: &'a Target,
        schema: &'a Schema,
        resource: &'a Resource,
        operation: &'a Operation,
    ) -> BoxFuture<'a, Facet>;

    /// Takes note of a list that another source of the account gave, and that this one is not asked for:
    /// some calls must name all that was listed.
    fn knows(&self, _target: &Target, _schema: &Schema, _listing: &Listing) {}

    /// Requests made so far, repeated ones included.
    fn calls(&self) -> CallStats;

    /// Instant at which the answers were recorded; `None` for a source that answers of the present.
    fn recorded_at(&self) -> Option<DateTime<Utc>>;

    /// ARN of whoever asks a live account, `None` where it is not asked itself, or why nobody could
    /// log in to it.
    fn caller(&self) -> Result<Option<Arc<str>>, Failure> {
        Ok(None)
    }
}
