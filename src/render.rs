//! The same words for terminal, pull request and page.
//!
//! Pure: what is shown is decided here and in the layers below, and nothing is sent. Every sentence
//! that GitHub shows has its place in one of these files.

pub mod access;
mod backtest;
mod bounded;
mod collection;
mod comment;
pub mod compliance;
pub mod diagnostics;
pub mod explanation;
pub mod expression_results;
pub mod findings;
mod foreign;
mod impact;
pub mod issue;
pub mod json;
pub mod links;
mod markdown;
pub mod plan;
mod policies;
pub mod post;
pub mod reference;
pub mod resources;
mod sarif;
mod source_label;
mod sync;
pub mod test_report;
pub mod waivers;
mod words;
pub mod yaml;

pub use backtest::Past;
pub use bounded::Bounded;
pub use collection::Collection;
pub use comment::{Judged, KnownWaivers, Proposed, StackTotal, Unjudged, comment, unread_comment};
pub use foreign::{ForeignCheck, ForeignKind, OUR_NAMES};
pub use policies::{policies_check, unread_check};
pub use source_label::SourceLabel;
pub use sync::{Fate, lost, sync_check, unread_sync_check};
pub use words::{cause_in_words, fails};
