//! The JSON Schemas of documents as editors use them.
//!
//! A schema says what a document means: text. Editors check values, and YAML takes `123456789012`
//! for a number where the reader keeps its text. So theirs take what the reader takes, and offer
//! names that are known: resource types, regions, and the properties of made-up resources.

use regex::Regex;
use serde_json::{Map, Value as Json, json};

use crate::resource::{Cause, Schema, regions, schemas};

/// The pattern of account ids.
const ACCOUNT_ID: &str = "^[0-9]{12}$";

/// Where the definition of made-up resources is.
const GIVEN: &str = "#/$defs/given";

/// The schema of a kind for editors.
pub(super) fn for_editors(kind: &str, meant: &Json) -> Json {
    let mut schema = meant.clone();
    walk(&mut schema);
    if kind == "Test" {
        let mut given = given();
        walk(&mut given);
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("$defs".to_owned(), json!({ "given": given }));
        }
    }
    schema
}

/// Goes over a schema and all that is in it.
fn walk(schema: &mut Json) {
    match schema {
        Json::Array(several) => several.iter_mut().for_each(walk),
        Json::Object(schema) => {
            schema.values_mut().for_each(walk);
            any_scalar(schema);
            if let Some(Json::Object(properties)) = schema.get_mut("properties") {
                known_names(properties);
            }
        }
        _ => {}
    }
}

/// Lets a schema of text take numbers and truth values as well, as far as their texts are allowed.
fn any_scalar(schema: &mut Map<String, Json>) {
    let is_text = schema.get("type").is_some_and(|kind| match kind {
        Json::Array(kinds) => kinds.iter().any(|kind| kind == "string"),
        kind => kind == "string",
    });
    if !is_text || ["enum", "const", "format"].iter().any(|key| schema.contains_key(*key)) {
        return;
    }
    let pattern = schema.get("pattern").and_then(Json::as_str).map(str::to_owned);
    if pattern.as_deref() == Some(ACCOUNT_ID) {
        // Of a number YAML leaves out the zeros that an id may begin with.
        schema.insert("minimum".to_owned(), 1_000_000.into());
        schema.insert("maximum".to_owned(), 999_999_999_999_i64.into());
    }
    let pattern = pattern.and_then(|pattern| Regex::new(&pattern).ok());
    let takes = |text: &str| pattern.as_ref().is_none_or(|pattern| pattern.is_match(text));
    let others = [
        ("number", takes("1.5")),
        ("integer", !takes("1.5") && takes("123456789012")),
        ("boolean", takes("true")),
    ];
    let others = others.into_iter().filter_map(|(kind, is_taken)| is_taken.then_some(kind));
    let Some(kind) = schema.get_mut("type") else { return };
    let mut kinds = match kind.take() {
        Json::Array(kinds) => kinds,
        kind => vec![kind],
    };
    kinds.extend(others.map(Json::from));
    *kind = if kinds.len() == 1 { kinds.remove(0) } else { Json::Array(kinds) };
}

/// Adds to the properties of an object which names there are.
fn known_names(properties: &mut Map<String, Json>) {
    let types = || schemas().keys().map(|name| Json::from(name.as_str())).collect();
    if let Some(Json::Object(select)) = properties.get_mut("select") {
        select.insert("examples".to_owned(), types());
    }
    if let Some(Json::Object(items)) =
        properties.get_mut("regions").and_then(|it| it.get_mut("items"))
    {
        let regions = regions().iter().filter(|region| ***region != *"global");
        let regions = regions.map(|region| Json::from(&**region)).collect();
        items.insert("examples".to_owned(), regions);
    }
    if let Some(Json::Object(given)) = properties.get_mut("given") {
        given.remove("additionalProperties");
        given.remove("type");
        given.insert("$ref".to_owned(), GIVEN.into());
    }
}

/// Made-up resources by their types.
fn given() -> Json {
    let types = schemas().values().map(|schema| {
        let description = schema.description.as_str();
        let list = json!({ "description": description, "type": "array", "items": made_up(schema) });
        (schema.type_name.to_string(), list)
    });
    let types: Map<_, _> = types.collect();
    json!({ "type": "object", "properties": types, "additionalProperties": false })
}

fn made_up(schema: &Schema) -> Json {
    let known = schema.properties.iter();
    let mut properties: Map<_, _> =
        known.map(|(name, property)| (name.to_string(), property.json_schema())).collect();
    let regions: Vec<&str> = regions().iter().map(|region| &**region).collect();
    properties.insert(
        "$region".to_owned(),
        json!({ "description": "Where it lives.", "type": "string", "examples": regions }),
    );
    properties.insert(
        "$unknown".to_owned(),
        json!({
            "description": "Properties that could not be read, and why.",
            "type": "object",
            "additionalProperties": { "enum": Cause::ALL.map(Cause::as_str) },
        }),
    );
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
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
