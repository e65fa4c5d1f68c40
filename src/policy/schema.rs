//! JSON Schemas of all kinds of document, for editors and for reading.

use std::sync::LazyLock;

use indexmap::IndexMap;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value as Json, json};

use super::editors::for_editors;
pub use super::editors::printed;
use super::form::Form;
use super::written::pack::PackDocument;
use super::written::settings::SettingsDocument;
use super::written::test_case::TestDocument;
use super::written::waiver::WaiverDocument;
use super::written::{AccountDocument, CheckTypeDocument, GroupDocument};

/// The schemas by kind.
static SCHEMAS: LazyLock<IndexMap<&'static str, Json>> = LazyLock::new(|| {
    IndexMap::from([
        ("Account", generate::<AccountDocument>("Account")),
        ("Group", generate::<GroupDocument>("Group")),
        ("CheckType", generate::<CheckTypeDocument>("CheckType")),
        ("Pack", generate::<PackDocument>("Pack")),
        ("Test", generate::<TestDocument>("Test")),
        ("Waiver", generate::<WaiverDocument>("Waiver")),
        ("Settings", generate::<SettingsDocument>("Settings")),
    ])
});

/// What they allow.
static FORMS: LazyLock<Vec<(&'static str, Form)>> =
    LazyLock::new(|| SCHEMAS.iter().map(|(kind, schema)| (*kind, Form::from(schema))).collect());

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
    let mut definitions = Map::new();
    let kinds: Vec<Json> = SCHEMAS
        .keys()
        .filter_map(|kind| of(kind))
        .map(|mut schema| {
            let own = schema.as_object_mut().and_then(|schema| schema.remove("$defs"));
            if let Some(Json::Object(own)) = own {
                definitions.extend(own);
            }
            schema
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cloudcorrect policy",
        "oneOf": kinds,
        "$defs": definitions,
    })
}

/// What the schema of a kind allows.
pub(super) fn form(kind: &str) -> Option<&'static Form> {
    FORMS.iter().find(|(name, _)| *name == kind).map(|(_, form)| form)
}

fn generate<T: JsonSchema>(title: &str) -> Json {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.transforms.push(Box::new(RecursiveTransform(without_null)));
    });
    let mut schema: Schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema.to_value()
}

/// What is optional may be left out, and is never null.
fn without_null(schema: &mut Schema) {
    if let Some(Json::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Json::Array(several)) = schema.get_mut("anyOf") {
        several.retain(|one| one.get("type") != Some(&Json::from("null")));
        if let [Json::Object(only)] = several.as_slice() {
            let only = only.clone();
            schema.remove("anyOf");
            for (key, value) in only {
                if schema.get(&key).is_none() {
                    schema.insert(key, value);
                }
            }
        }
    }
    if schema.get("default").is_some_and(Json::is_null) {
        schema.remove("default");
    }
}
