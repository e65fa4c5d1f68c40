//! Recorded inventories: files in the place of a live account, for tests, demos and backtests.
//!
//! A file holds what an account answered at an instant; its format is in `docs/inventory.md`, its
//! JSON Schema in `schemas/inventory.schema.json`. What it does not hold is `not_collected`. Which
//! facets are wanted is left to `fetch`.

mod document;
mod file;
mod schema;
mod source;

pub use self::document::{InvalidRecording, from_json, to_json};
pub use self::file::{RecordedFile, RecordingError, write};
pub use self::schema::json_schema;
pub use self::source::Recorded;
