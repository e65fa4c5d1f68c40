//! Policy documents: what users commit, read with all its problems at once.
//!
//! Two stages. A document *as written* is checked against the JSON Schema of its kind, which also
//! decides which type a scalar has; then its meaning is made: names parsed, expressions compiled,
//! references followed. Whatever is wrong becomes a [`Diagnostic`](crate::diagnostic::Diagnostic)
//! at its place; nothing is ever guessed. Judging with the result is left to `evaluation`.

mod account;
mod check;
mod declared;
mod group;
mod names;
mod notes;
pub mod schema;
mod set;
mod shape;
mod source;
#[cfg(test)]
mod tests;
mod words;
mod written;
mod yaml;

pub use account::{Account, AccountSelector};
pub use check::{Check, Rule};
pub use group::Group;
pub use names::{AccountName, CheckId, GroupName, InvalidName};
pub use set::{PolicySet, Reading};
pub use source::{SourceFile, is_policy_file};
pub use words::{Mode, OnEmpty, Severity, UnknownWord};
