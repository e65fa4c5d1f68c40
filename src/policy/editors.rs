//! The JSON Schemas of documents as editors use them, which offer names that are known: resource
//! types, regions, and the properties of made-up resources.

use serde_json::{Map, Value as Json, json};

use crate::document::take_any_scalar;
use crate::resource::{Cause, Schema, regions, schemas};

/// Reference to the definition of made-up resources.
const GIVEN: &str = "#/$defs/given";

/// Schema of a kind for editors.
pub(super) fn for_editors(kind: &str, meant: &Json) -> Json {
    let mut schema = meant.clone();
    take_any_scalar(&mut schema);
    offer_names(&mut schema);
    if kind == "Test" {
        let mut given = given();
        take_any_scalar(&mut given);
        offer_names(&mut given);
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("$defs".to_owned(), json!({ "given": given }));
        }
    }
    schema
}

/// Goes over a schema and all that is in it, and adds which names there are.
fn offer_names(schema: &mut Json) {
    match schema {
        Json::Array(several) => several.iter_mut().for_each(offer_names),
        Json::Object(schema) => {
            schema.values_mut().for_each(offer_names);
            if let Some(Json::Object(properties)) = schema.get_mut("properties") {
                known_names(properties);
            }
        }
        _ => {}
    }
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
