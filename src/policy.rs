//! Policy documents: what users commit, read with all its problems at once.
//!
//! Two stages. The kinds of document are declared as fields (`document`), which [`crate::document`]
//! reads with their places; then each is resolved into its meaning: names parsed, expressions
//! compiled, references followed. Whatever is wrong becomes a
//! [`Diagnostic`](crate::diagnostic::Diagnostic) at its place, and hides nothing beside it; nothing is
//! ever guessed. Judging with the result is left to `evaluation`.

mod account;
mod check;
mod check_type;
mod comment;
mod compliance;
mod context;
mod coverage;
mod cron;
mod document;
mod editors;
mod enforce;
mod fixture;
mod group;
mod hidden;
mod kind;
mod known;
mod labels;
mod library;
mod names;
mod pack;
mod parameters;
mod reading;
mod references;
mod region;
mod registry;
mod resolved;
mod rule;
pub mod schema;
mod set;
mod settings;
mod shared_map;
mod source;
mod symbols;
mod test_case;
#[cfg(test)]
mod tests;
mod title;
mod waiver;
mod waiver_findings;
mod waiver_references;
mod words;

pub use crate::document::{SourceFile, is_policy_file};

pub use account::{Account, AccountSelector};
pub use check::{Check, RuleText};
pub use check_type::{CheckType, CheckTypes};
pub use coverage::{Coverage, coverage, test_subject};
pub use enforce::{InvalidNewOnly, NewOnly};
pub use group::Group;
pub use labels::Labels;
pub use names::{
    AccountName, CheckId, CheckTypeName, GroupName, InvalidName, PackName, TestName, WaiverName,
};
pub use pack::Pack;
pub use parameters::Declared as DeclaredParameter;
pub use reading::{FileReplaced, Reading};
pub use rule::{Let, Rule};
pub use set::{LoadOutcome, PolicySet};
pub use settings::{SETTINGS_FILE, Settings};
pub use shared_map::{Replaced, SharedMap};
pub use test_case::{Case, Expected, ExpectedOutcome, Test, TestSubject};
pub use waiver::{Covered, EXPIRING_DAYS, Validity, Waiver};
pub use words::{AssertScope, Mode, OnEmpty, Pick, Severity, Sweep, UnknownWord, Warnings};
