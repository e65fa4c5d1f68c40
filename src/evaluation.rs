//! What holds: checks judged over an inventory.
//!
//! Pure: the same group, inventory and instant give the same result on a laptop, in the service
//! and in a replay. Fetching the inventory is left to [`crate::fetch`], keeping the result to the
//! storage.

mod baseline;
mod bindings;
mod checked;
mod finding;
mod found;
pub mod gating;
mod judge;
mod outcome;
mod policy_test;
mod settled;
mod status;
mod target;
#[cfg(test)]
mod tests;
mod verdicts;
mod waivers;

pub use baseline::{Enforced, is_baseline, new_only};
pub use checked::{Checked, GroupVerdicts, Totals};
pub use finding::{CheckResult, CheckStatus, Finding, GroupResult, NO_RESOURCE};
pub use found::evaluate;
pub use outcome::{Counts, GroupOutcome, Outcome, UnknownOutcome};
pub use policy_test::{
    CaseResult, Difference, Mutation, Part, Survivor, case_results, mutate, run_tests,
};
pub use settled::{Settled, oldest, settled};
pub use status::{AttentionItem, CommitStatus, GroupStatus};
pub use target::segment;
pub use verdicts::Verdicts;
pub use waivers::{WaiverStatus, waive};
