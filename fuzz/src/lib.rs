//! The rooms of cloudcorrect that read what strangers write, compiled from `src/` once more.

pub mod diagnostic;
pub mod digest;
pub mod document;
pub mod expression;
pub mod policy;
pub mod resource;
pub mod schedule;
