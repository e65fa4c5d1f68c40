//! Read models: what there is to tell of sources, groups, runs, findings, revisions and waivers,
//! with everything decided that [`crate::evaluation::gating`] decides.
//!
//! Values alone: no words, no markup, no addresses. The page shapes them, the check run of a commit
//! is written from them; whatever else tells of results reads them here too.

pub mod commit;
pub mod finding;
pub mod group;
mod issues;
pub mod overview;
mod part;
pub mod post;
pub mod revision;
pub mod run;
pub mod waiver;

pub use self::part::Part;
