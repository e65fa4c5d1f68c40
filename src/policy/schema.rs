//! JSON Schemas of all kinds of document, for editors and for reading.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::document::{NodeSchema, json_schema};

use super::document::account::AccountDocument;
use super::document::check_type::CheckTypeDocument;
use super::document::group::GroupDocument;
use super::document::pack::PackDocument;
use super::document::settings::SettingsDocument;
use super::document::test_case::TestDocument;
use super::document::waiver::WaiverDocument;
pub use super::editors::printed;
use super::editors::{for_editors, of_any_kind};

/// JSON schemas of documents, by kind.
static SCHEMAS: LazyLock<IndexMap<&'static str, Json>> = LazyLock::new(|| {
    IndexMap::from([
        ("Account", json_schema::<AccountDocument>("Account")),
        ("Group", json_schema::<GroupDocument>("Group")),
        ("CheckType", json_schema::<CheckTypeDocument>("CheckType")),
        ("Pack", json_schema::<PackDocument>("Pack")),
        ("Test", json_schema::<TestDocument>("Test")),
        ("Waiver", json_schema::<WaiverDocument>("Waiver")),
        ("Settings", json_schema::<SettingsDocument>("Settings")),
    ])
});

/// The same, looked up for reading.
static NODES: LazyLock<Vec<(&'static str, NodeSchema)>> = LazyLock::new(|| {
    SCHEMAS.iter().map(|(kind, schema)| (*kind, NodeSchema::from(schema))).collect()
});

/// The names of all kinds.
pub fn kinds() -> Vec<&'static str> {
    SCHEMAS.keys().copied().collect()
}

/// The schema of a kind: what its fields mean, all scalars as text.
pub fn meant(kind: &str) -> Option<&'static Json> {
    SCHEMAS.get(kind)
}

/// The schema of a kind for editors: which values it takes, and which names there are.
pub fn of(kind: &str) -> Option<Json> {
    Some(for_editors(kind, SCHEMAS.get(kind)?))
}

/// One schema for editors, of documents of any kind.
pub fn all() -> Json {
    let kinds = SCHEMAS.iter().map(|(kind, meant)| (*kind, for_editors(kind, meant)));
    of_any_kind(&kinds.collect::<Vec<_>>())
}

/// Schemas of all kinds, looked up for reading.
pub(super) fn nodes() -> &'static [(&'static str, NodeSchema)] {
    &NODES
}

/// Schema of a kind, looked up for reading.
pub(super) fn node(kind: &str) -> Option<&'static NodeSchema> {
    NODES.iter().find(|(name, _)| *name == kind).map(|(_, schema)| schema)
}
