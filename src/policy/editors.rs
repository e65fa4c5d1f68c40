//! The JSON Schemas of documents as editors use them.
//!
//! They take exactly what the reader takes. Beyond that they hold what editors show: the names that
//! are known, words for what is wrong, and drafts of what is new. What they look like follows the
//! YAML language server, which most editors run (2.0.0 and 1.19.2; `tests/offline/editors.rs`).

mod given;
mod keys;
mod snippets;
mod text;

use serde_json::{Map, Value as Json, json};

use crate::document::take_any_scalar;
use crate::resource::{TypeName, regions, schemas};

/// Version of JSON Schema that they are written in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Reference to the definition of made-up resources.
const GIVEN: &str = "#/$defs/given";

/// Schema of a kind for editors.
pub(super) fn for_editors(kind: &str, meant: &Json) -> Json {
    let mut schema = meant.clone();
    take_any_scalar(&mut schema, text::PATTERNS);
    shape(&mut schema);
    if let Some(schema) = schema.as_object_mut() {
        snippets::draft_spec(kind, schema);
        schema.insert("$id".to_owned(), id_of(kind).into());
        schema.insert("defaultSnippets".to_owned(), Json::Array(snippets::document(kind)));
        if kind == "Test" {
            schema.insert("$defs".to_owned(), given::definitions());
        }
    }
    schema
}

/// One schema for editors, of documents of any kind: what a document may hold goes by its `kind`, so
/// that what is wrong with it is told in words of that kind.
pub(super) fn of_any_kind(schemas: &[(&str, Json)]) -> Json {
    let kinds: Vec<&str> = schemas.iter().map(|(kind, _)| *kind).collect();
    let mut definitions = Map::new();
    let mut drafts = Vec::new();
    let mut version = Json::Bool(true);
    let mut meanings = Vec::new();
    // Version 1.19.2 proposes what stands under `if`.
    let branch = |kind: &str| {
        json!({
            "if": { "properties": { "kind": { "const": kind, "doNotSuggest": true } }, "required": ["kind"] },
            "then": { "$ref": format!("#/$defs/{kind}") },
        })
    };
    for (kind, schema) in schemas {
        let mut schema = schema.clone();
        let Some(own) = schema.as_object_mut() else { continue };
        own.remove("$schema");
        own.remove("$id");
        if let Some(Json::Object(inner)) = own.remove("$defs") {
            definitions.extend(inner);
        }
        if let Some(Json::Array(own)) = own.remove("defaultSnippets") {
            drafts.extend(own);
        }
        if let Some(own) = own.get("properties").and_then(|own| own.get("apiVersion")) {
            version = own.clone();
        }
        meanings.push(own.get("description").cloned().unwrap_or_default());
        definitions.insert((*kind).to_owned(), schema);
    }
    json!({
        "$schema": DIALECT,
        "$id": id_of("Policy"),
        "title": "cloudcorrect policy",
        "type": "object",
        "properties": {
            "apiVersion": version,
            "kind": {
                "description": "What the document is.",
                "markdownDescription": "What the document is.",
                "type": "string",
                "enum": kinds,
                "markdownEnumDescriptions": meanings,
            },
        },
        "required": ["apiVersion", "kind"],
        "allOf": kinds.iter().map(|kind| branch(kind)).collect::<Vec<_>>(),
        "defaultSnippets": drafts,
        "$defs": definitions,
    })
}

/// Identifier of the schema of a kind, which stays the same wherever its file lies.
fn id_of(kind: &str) -> String {
    format!("https://cloudcorrect.dev/schemas/v1/{}.schema.json", kind.to_lowercase())
}

/// Goes over a schema and all that is in it, and adds what editors show.
fn shape(schema: &mut Json) {
    let Json::Object(schema) = schema else { return };
    for key in ["items", "additionalProperties", "propertyNames"] {
        if let Some(inner) = schema.get_mut(key) {
            shape(inner);
        }
    }
    if let Some(Json::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().for_each(shape);
        let parts = properties.iter_mut().filter(|(key, _)| *key != "spec");
        parts.for_each(|(_, part)| keys::is_mapping(part));
        known_names(properties);
    }
    text::describe(schema);
    text::pass_down(schema);
    text::list_words(schema);
    keys::close(schema);
    keys::relate(schema);
    // What is there to be filled in is no default, and editors would write it.
    if schema.get("default").is_some_and(|it| *it == json!({}) || *it == json!([])) {
        schema.remove("default");
    }
}

/// Adds to the properties of an object which names there are.
fn known_names(properties: &mut Map<String, Json>) {
    if let Some(Json::Object(select)) = properties.get_mut("select") {
        let types = schemas().values();
        let (names, meanings): (Vec<&str>, Vec<&str>) =
            types.map(|schema| (schema.type_name.as_str(), schema.description.as_str())).unzip();
        select.remove("anyOf");
        select.insert("type".to_owned(), "string".into());
        select.insert("enum".to_owned(), json!(names));
        select.insert("markdownEnumDescriptions".to_owned(), json!(meanings));
    }
    if let Some(Json::Object(items)) =
        properties.get_mut("regions").and_then(|it| it.get_mut("items"))
    {
        let regions = regions().iter().filter(|region| ***region != *"global");
        let snippets = snippets::of_values(regions.map(|region| &**region));
        items.insert("defaultSnippets".to_owned(), snippets);
    }
    if let Some(Json::Object(given)) = properties.get_mut("given") {
        for key in ["additionalProperties", "type", "errorMessage"] {
            given.remove(key);
        }
        given.insert("$ref".to_owned(), GIVEN.into());
    }
    if let Some(Json::Object(unlisted)) = properties.get_mut("unlisted") {
        unlisted.insert("additionalProperties".to_owned(), given::causes());
        let names: Vec<&str> = schemas().keys().map(TypeName::as_str).collect();
        unlisted.insert("propertyNames".to_owned(), json!({ "enum": names }));
    }
}

/// A schema as a file: a line for each part, and one for each type of made-up resources, which are
/// the most of it by far.
pub fn printed(schema: &Json) -> String {
    let mut outline = schema.clone();
    let mut lines = Vec::new();
    if let Some(Json::Object(types)) = outline.pointer_mut("/$defs/given/properties") {
        for (name, made_up) in types {
            let mark = format!("<{name}>");
            lines.push((format!("\"{mark}\""), made_up.to_string()));
            *made_up = mark.into();
        }
    }
    let text = format!("{outline:#}\n");
    lines.into_iter().fold(text, |text, (mark, line)| text.replacen(&mark, &line, 1))
}
