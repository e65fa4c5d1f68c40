//! YAML and JSON into typed documents, each value with its place, all problems at once.
//!
//! A kind of document is declared as structs of [`Field`]s (`mapping!`), from which come its JSON
//! Schema, which editors use too, and the reader that fills them; a problem of one field hides none
//! of another. Strict where YAML is loose: no aliases, tags, merge keys or duplicate keys, bounded
//! size, depth and number of nodes. What the documents mean is left to who declares them.

mod ascii;
mod deserialize;
mod editors;
mod json;
mod json_schema;
mod limits;
mod lines;
mod mapping;
mod node;
mod parallel;
mod read;
mod refusal;
mod root;
mod scalar;
mod schema;
mod short;
mod sink;
mod source;
mod source_map;
mod span;
mod syntax;
mod text;
mod value;
mod yaml;

pub use deserialize::{
    Advice, Deserializer, FieldReader, FromNode, KeyValue, Mapping, OneOrMany, Subject,
};
pub use editors::{Words, of_types, take_any_scalar};
pub use json_schema::NotNull;
pub(crate) use mapping::mapping;
pub use node::NodeRef;
pub use parallel::{parallel, parallel_runs};
pub use read::ReadFile;
pub use root::{Discriminator, Root, read};
pub use scalar::{Text, truth_meant};
pub use schema::{NodeSchema, json_schema};
pub use short::short;
pub use sink::DiagnosticSink;
pub use source::{
    MAX_DIRECTORY_DEPTH, MAX_FILE_BYTES, SourceFile, TreeRoom, TreeTooLarge, is_nearly_policy_file,
    is_policy_file, may_link_to_policies,
};
pub use span::{Entries, Entry, Field, List, Located, Span};
pub use text::SourceText;
pub use value::{LocatedValue, Value};
