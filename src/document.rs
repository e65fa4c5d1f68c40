//! YAML and JSON as trees in which every node knows its place.
//!
//! Strict where YAML is loose: no aliases, tags, merge keys or duplicate keys, bounded size, depth
//! and number of nodes. Files named `.json` are read as JSON, into the same tree. Scalars stay text;
//! which type they have is decided by their place in a document's schema. What a document means is
//! left to `policy`.

mod ascii;
mod json;
mod node;
mod parallel;
mod refusal;
mod scalar;
mod short;
mod sink;
mod source;
mod source_map;
mod syntax;
mod text;
mod yaml;

pub use node::{Entry, Node, Tree};
pub use parallel::{parallel, parallel_runs};
pub use scalar::Scalar;
pub use short::short;
pub use sink::DiagnosticSink;
pub use source::{
    MAX_DIRECTORY_DEPTH, MAX_FILE_BYTES, SourceFile, TreeRoom, TreeTooLarge, is_policy_file,
    may_link_to_policies,
};
pub use yaml::{Documents, read};
