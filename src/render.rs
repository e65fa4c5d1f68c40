//! The same words for terminal, pull request and page.
//!
//! Pure: what is shown is decided here and in the layers below, and nothing is sent.

mod bounded;
pub mod compliance;
pub mod diagnostics;
pub mod findings;
pub mod links;
pub mod post;

pub use bounded::Bounded;
