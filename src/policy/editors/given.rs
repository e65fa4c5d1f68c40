//! Resources that tests make up, for editors: the properties of each type, what each may be, and the
//! values that AWS documents. They take what the reader of made-up resources takes.

use serde_json::{Map, Value as Json, json};

use crate::document::of_types;
use crate::resource::{Cause, Kind, Property, Schema, regions, schemas};

use super::snippets;
use crate::policy::document::waiver::REGION_PATTERN;

/// Pattern of whole numbers of 64 bits in quotes, but for those of nineteen digits.
const INTEGER: &str = "^[-+]?0*[0-9]{1,18}$";
/// Pattern of numbers in quotes.
const NUMBER: &str = r"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$";
/// Pattern of instants (RFC 3339).
const INSTANT: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$";

/// Reference to the definition of regions.
const REGION: &str = "#/$defs/region";

/// Words for what is no region.
const A_REGION: &str = "write the name of a region, as in `eu-west-1`, or `global`";

/// Words for what is no whole number.
const A_WHOLE_NUMBER: &str = "write a whole number here";

/// Documented values that are told together with what the property means; more are offered only.
const TOLD: usize = 20;

/// What the schema of tests refers to: made-up resources by their types, and regions.
pub(super) fn definitions() -> Json {
    json!({ "given": given(), "region": region() })
}

fn given() -> Json {
    let types = schemas().values().map(|schema| {
        let description = schema.description.as_str();
        let list = json!({
            "markdownDescription": description,
            "type": "array",
            "items": made_up(schema),
        });
        (schema.type_name.to_string(), list)
    });
    let types: Map<_, _> = types.collect();
    Json::Object(closed(json!("object"), types, "resource type"))
}

/// Causes for which something is unknown.
pub(super) fn causes() -> Json {
    json!({ "type": "string", "enum": Cause::ALL.map(Cause::as_str) })
}

fn made_up(schema: &Schema) -> Json {
    let known = schema.properties.iter();
    let mut properties: Map<_, _> =
        known.map(|(name, property)| (name.to_string(), value(property))).collect();
    let names: Vec<&str> = schema.properties.keys().map(|name| &**name).collect();
    properties.insert("$region".to_owned(), json!({ "$ref": REGION }));
    let unknown = "Properties that could not be read, and why.";
    properties.insert(
        "$unknown".to_owned(),
        json!({
            "markdownDescription": unknown,
            "type": "object",
            "propertyNames": { "enum": names },
            "additionalProperties": causes(),
        }),
    );
    let mut made_up = closed(json!("object"), properties, "property");
    // Settings of the account have the account's id by themselves.
    if &*schema.identifier != "AccountId" {
        made_up.insert("allOf".to_owned(), json!([has_id(&schema.identifier)]));
    }
    Json::Object(made_up)
}

/// Rule that a resource has an id.
fn has_id(identifier: &str) -> Json {
    let words = "write the id here, by which `expect` names the resource";
    let id = json!({
        "anyOf": of_types(&["string", "number", "boolean"], words),
        "minLength": 1,
        "errorMessage": words,
    });
    json!({ "required": [identifier], "properties": { identifier: id } })
}

fn region() -> Json {
    json!({
        "markdownDescription": "Where it lives.",
        "anyOf": of_types(&["string"], A_REGION),
        "pattern": REGION_PATTERN,
        "patternErrorMessage": A_REGION,
        "defaultSnippets": snippets::of_values(regions().iter().map(|region| &**region)),
    })
}

/// Schema of a mapping of known keys, with words for another one.
fn closed(kind: Json, properties: Map<String, Json>, what: &str) -> Map<String, Json> {
    let names: Vec<String> = properties.keys().map(|name| format!("`{name}`")).collect();
    let known = names.join(", ");
    let words = format!("there is no such {what} here, or this is no mapping; known are {known}");
    let parts = [
        ("type", kind),
        ("properties", Json::Object(properties)),
        ("additionalProperties", Json::Bool(false)),
        ("errorMessage", words.into()),
    ];
    parts.into_iter().map(|(key, part)| (key.to_owned(), part)).collect()
}

/// Schema of the values of a property.
fn value(property: &Property) -> Json {
    let items = || property.items.as_deref().map_or(Json::Bool(true), value);
    let of = |types: &[&str], pattern: &str, words: &str| json!({ "anyOf": of_types(types, words), "pattern": pattern, "patternErrorMessage": words });
    let mut schema = match property.kind {
        Kind::String => {
            let types = ["string", "number", "boolean", "null"];
            json!({ "anyOf": of_types(&types, "write one text here, in quotes if need be") })
        }
        Kind::Integer => json!({
            "anyOf": of_types(&["integer", "string", "null"], A_WHOLE_NUMBER),
            "pattern": INTEGER,
            "patternErrorMessage": A_WHOLE_NUMBER,
            "minimum": i64::MIN,
            "maximum": i64::MAX,
        }),
        Kind::Double => of(&["number", "string", "null"], NUMBER, "write a number here"),
        Kind::Boolean => json!({
            "type": ["boolean", "string", "null"],
            "pattern": "^(true|false)$",
            "errorMessage": "write `true` or `false` here",
        }),
        Kind::Timestamp => {
            of(&["string", "null"], INSTANT, "write an instant here, as in `2026-01-31T00:00:00Z`")
        }
        Kind::List => json!({ "type": ["array", "null"], "items": items() }),
        Kind::Map => json!({ "type": ["object", "null"], "additionalProperties": items() }),
        Kind::Object => {
            let properties = property.properties.iter();
            let properties =
                properties.map(|(name, property)| (name.to_string(), value(property))).collect();
            Json::Object(closed(json!(["object", "null"]), properties, "property"))
        }
        Kind::Document => json!({ "type": ["object", "string", "number", "boolean", "null"] }),
    };
    if let Some(schema) = schema.as_object_mut() {
        tell(schema, property);
    }
    schema
}

/// Says what a property means, and offers the values that are documented, which are no limit.
fn tell(schema: &mut Map<String, Json>, property: &Property) {
    let mut said = property.description.clone();
    if !property.values.is_empty() {
        let values = || property.values.iter().map(|value| &**value);
        let is_told = values().all(|value| said.contains(&format!("`{value}`")));
        if property.values.len() <= TOLD && !is_told {
            let values: Vec<String> = values().map(|value| format!("`{value}`")).collect();
            let space = if said.is_empty() { "" } else { " " };
            said = format!("{said}{space}Documented are {}.", values.join(", "));
        }
        schema.insert("defaultSnippets".to_owned(), snippets::of_values(values()));
    }
    if !said.is_empty() {
        schema.insert("markdownDescription".to_owned(), said.into());
    }
}
