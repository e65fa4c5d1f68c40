//! Recorded inventories: files in the place of a live account, for tests, demos and backtests.
//!
//! A file holds what an account answered at an instant; its format is in `docs/inventory.md`, its
//! JSON Schema in `schemas/inventory.schema.json`. What it does not hold is `not_collected`. Which
//! facets are wanted is left to `fetch`.

mod cursor;
mod file;
mod findings;
mod ids;
mod lines;
mod places;
mod problems;
mod read;
mod schema;
mod search;
mod source;
#[cfg(test)]
mod tests;
mod to_json;

pub use self::file::{RecordedFile, RecordingError, write};
pub use self::problems::InvalidRecording;
pub use self::schema::json_schema;
pub use self::source::Recorded;
pub use self::to_json::to_json;

use crate::resource::{Inventory, SchemaRegistry};

/// Inventory that a recording describes; its types are those of a registry.
///
/// A byte order mark before it is passed over (RFC 8259, section 8.1, leaves that to who reads).
pub fn read(text: &[u8], schemas: &SchemaRegistry) -> Result<Inventory, InvalidRecording> {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    read::recording(text, schemas).map_err(|refusal| problems::problems(text, schemas, &refusal))
}

/// Version and kind that every recording says that it is of.
const API_VERSION: &str = "cloudcorrect.dev/v1";
const KIND: &str = "Inventory";
