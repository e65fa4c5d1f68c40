//! What holds: checks judged over an inventory.
//!
//! Pure: the same group, inventory and instant give the same result on a laptop, in the service
//! and in a replay. Fetching the inventory is left to [`crate::fetch`], keeping the result to the
//! storage.

mod bindings;
mod enforced;
mod finding;
mod judge;
mod outcome;
mod rehearsal;
#[cfg(test)]
mod tests;
mod waivers;

pub use enforced::Enforced;
pub use finding::{CheckResult, CheckStanding, Finding, GroupResult, NO_RESOURCE};
pub use judge::evaluate;
pub use outcome::{Counts, Outcome, UnknownOutcome};
pub use rehearsal::{CaseResult, Difference, Mutation, Part, Survivor, mutate, rehearse};
pub use waivers::{WaiverStanding, waive};
