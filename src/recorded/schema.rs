//! The JSON Schema of recorded inventories, made from the resource schemas.

use serde_json::{Map, Value as Json, json};

use crate::resource::{AccountId, Cause, ListScope, Operation, Schema, SchemaRegistry};

/// Pattern of a region's name.
const REGION: &str = "^[a-z][a-z0-9-]{0,31}$";

/// Pattern of a segment's name, such as `logs/2026/`.
const SEGMENT: &str = "^[^/]+/";

/// JSON Schema of the format, with the types of a registry. Editors complete and check by it, and
/// the reader refuses what it refuses.
pub fn json_schema(schemas: &SchemaRegistry) -> Json {
    let types: Map<_, _> = schemas.values().map(|schema| named(schema, lists(schema))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://cloudcorrect.dev/schemas/v1/inventory.schema.json",
        "title": "Recorded inventory",
        "description": "What an account answered at an instant: resources with their facets.",
        "type": "object",
        "required": ["apiVersion", "kind", "account", "recordedAt", "lists"],
        "properties": {
            "$schema": { "type": "string" },
            "apiVersion": { "const": "cloudcorrect.dev/v1" },
            "kind": { "const": "Inventory" },
            "account": {
                "description": "The account id.",
                "type": "string",
                "pattern": AccountId::PATTERN,
            },
            "recordedAt": {
                "description": "When it was recorded; `now` in expressions.",
                "type": "string",
                "format": "date-time",
            },
            "lists": {
                "description": "By resource type and region (`global` for global types).",
                "type": "object",
                "properties": types,
                "additionalProperties": false,
            },
        },
        "additionalProperties": false,
        "$defs": { "error": error() },
    })
}

fn named(schema: &Schema, json: Json) -> (String, Json) {
    (schema.type_name.to_string(), json)
}

fn error() -> Json {
    json!({
        "description": "Why it could not be read.",
        "type": "object",
        "required": ["cause", "message"],
        "properties": {
            "cause": { "enum": Cause::ALL.map(Cause::as_str) },
            "message": { "type": "string" },
        },
        "additionalProperties": false,
    })
}

/// The lists of a type, by region.
fn lists(schema: &Schema) -> Json {
    let whole = json!({
        "resources": { "type": "array", "items": resource(schema) },
        "error": { "$ref": "#/$defs/error" },
    });
    let list = |properties: Json| {
        json!({
            "description": "Whole with `resources`, broken off with `error` too, unread with `error` alone.",
            "type": "object",
            "minProperties": 1,
            "properties": properties,
            "additionalProperties": false,
        })
    };
    let list = match &schema.listed_by {
        None => list(whole),
        Some(_) => with(
            list(with(whole, [("segments", segments())])),
            [
                ("if", json!({ "required": ["segments"] })),
                ("then", json!({ "required": ["resources", "error"] })),
            ],
        ),
    };
    match schema.scope {
        ListScope::Global => json!({
            "description": schema.description,
            "type": "object",
            "properties": { "global": list },
            "additionalProperties": false,
        }),
        ListScope::Regional => json!({
            "description": schema.description,
            "type": "object",
            "properties": { "global": false },
            "propertyNames": { "pattern": REGION },
            "additionalProperties": list,
        }),
    }
}

/// An object with more entries.
fn with<const N: usize>(mut object: Json, more: [(&str, Json); N]) -> Json {
    if let Json::Object(entries) = &mut object {
        entries.extend(more.map(|(key, value)| (key.to_owned(), value)));
    }
    object
}

/// The segments of a list that is not read as a whole.
fn segments() -> Json {
    json!({
        "description": "Parts that were asked for, by what their ids begin with; `error` is of the rest.",
        "type": "object",
        "minProperties": 1,
        "propertyNames": { "pattern": SEGMENT },
        "additionalProperties": {
            "description": "`complete`, or the `error` that there was.",
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "properties": {
                "complete": { "const": true },
                "error": { "$ref": "#/$defs/error" },
            },
            "additionalProperties": false,
        },
    })
}

fn resource(schema: &Schema) -> Json {
    let facets: Map<_, _> = schema
        .operations
        .keys()
        .map(|operation| (operation.to_string(), facet(schema, operation)))
        .collect();
    json!({
        "type": "object",
        "required": ["facets"],
        "properties": {
            "region": {
                "description": "The region that the resource lives in, if not that of the list.",
                "type": "string",
                "pattern": REGION,
            },
            "facets": {
                "description": "What each operation said; one without an entry was not asked.",
                "type": "object",
                "required": [schema.list.as_str()],
                "properties": facets,
                "additionalProperties": false,
            },
        },
        "additionalProperties": false,
    })
}

/// Schema of one operation's answer. The facet of the list is always there and names the resource.
fn facet(schema: &Schema, operation: &Operation) -> Json {
    let known = schema.properties.iter().filter(|(_, property)| property.operation == *operation);
    let mut properties: Map<_, _> =
        known.map(|(name, property)| (name.to_string(), property.json_schema())).collect();
    let listed = *operation == schema.list;
    if listed {
        let identifier = json!({ "type": "string", "minLength": 1 });
        properties.insert(schema.identifier.to_string(), identifier);
    }
    let required: &[&str] = if listed { &[&schema.identifier] } else { &[] };
    let read = json!({
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": false,
    });
    if listed {
        return json!({
            "type": "object",
            "required": ["read"],
            "properties": { "read": read },
            "additionalProperties": false,
        });
    }
    json!({
        "description": "One of `read`, `absent` and `error`.",
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "properties": {
            "read": read,
            "absent": { "description": "It answered that there is none.", "const": true },
            "error": { "$ref": "#/$defs/error" },
        },
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::schemas;

    #[test]
    fn the_committed_schema_is_the_present_one() {
        let committed = include_str!("../../schemas/inventory.schema.json");
        assert_eq!(
            committed,
            format!("{:#}\n", json_schema(schemas())),
            "write it anew: cloudcorrect schema Inventory > schemas/inventory.schema.json"
        );
    }

    #[test]
    fn it_is_a_json_schema() {
        assert!(jsonschema::meta::is_valid(&json_schema(schemas())));
    }
}
