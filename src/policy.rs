//! Policy documents: what users commit, read with all its problems at once.
//!
//! Two stages. A document *as written* is checked against the JSON Schema of its kind, which also
//! decides which type a scalar has; then its meaning is made: names parsed, expressions compiled,
//! references followed. Whatever is wrong becomes a [`Diagnostic`](crate::diagnostic::Diagnostic)
//! at its place; nothing is ever guessed. Judging with the result is left to `evaluation`.

mod account;
mod check;
mod check_type;
mod comment;
mod coverage;
mod cron;
mod declared;
mod editors;
mod enforce;
mod fitted;
mod form;
mod given;
mod group;
mod kind;
mod library;
mod named;
mod names;
mod notes;
mod pack;
mod parameters;
mod parsed;
mod question;
mod reader;
mod references;
mod region;
mod samples;
pub mod schema;
mod set;
mod settings;
mod shape;
mod test_case;
#[cfg(test)]
mod tests;
mod title;
mod waiver;
mod words;
mod written;

pub use crate::document::{SourceFile, is_policy_file};

pub use account::{Account, AccountSelector};
pub use check::{Check, Rule};
pub use check_type::{CheckType, CheckTypes};
pub use coverage::{Coverage, coverage, test_subject};
pub use enforce::{InvalidNewOnly, NewOnly};
pub use group::Group;
pub use names::{
    AccountName, CheckId, CheckTypeName, GroupName, InvalidName, PackName, TestName, WaiverName,
};
pub use pack::Pack;
pub use parameters::Declared as DeclaredParameter;
pub use question::{Let, Question};
pub use set::{PolicySet, Reading};
pub use settings::{SETTINGS_FILE, Settings};
pub use test_case::{Case, Expected, ExpectedOutcome, Test, TestSubject};
pub use waiver::{Covered, EXPIRING_DAYS, Validity, Waiver};
pub use words::{Mode, OnEmpty, Pick, Severity, Span, UnknownWord, Warnings};
