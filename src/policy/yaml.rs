//! YAML as a tree in which every node knows its place.
//!
//! Strict where YAML is loose: no aliases, tags, merge keys or duplicate keys, bounded size, depth
//! and number of nodes. Files named `.json` are read as JSON, into the same tree. Scalars stay text; which type they have is decided by their place in a
//! document's schema.

mod json;
mod node;
mod read;
mod reading;
mod refuse;
mod scalar;
mod syntax;
mod text;

pub(super) use node::{Entry, Node, Tree};
pub(super) use read::{Documents, read};
pub(super) use scalar::Scalar;
