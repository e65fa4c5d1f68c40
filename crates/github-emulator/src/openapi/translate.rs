//! From OpenAPI 3.0 schemas to JSON Schema, which validators understand.
//!
//! The two differ in how they say "or null". A request is also closed: GitHub ignores a property
//! that it does not know, but in a test a misspelt one is a defect, so that it is told here.

use serde_json::{Map, Value, json};

/// Keywords whose branches decide alone, so that null has to be offered beside them.
const COMBINED: [&str; 4] = ["$ref", "allOf", "anyOf", "oneOf"];

/// Says in JSON Schema what each `nullable` of a document means.
pub(super) fn nullable(node: Value) -> Value {
    match node {
        Value::Array(items) => items.into_iter().map(nullable).collect(),
        Value::Object(members) => {
            let mut members: Map<String, Value> =
                members.into_iter().map(|(key, value)| (key, nullable(value))).collect();
            match members.get("nullable") {
                Some(Value::Bool(true)) => {
                    members.shift_remove("nullable");
                    or_null(members)
                }
                _ => Value::Object(members),
            }
        }
        scalar => scalar,
    }
}

fn or_null(mut schema: Map<String, Value>) -> Value {
    if COMBINED.iter().any(|keyword| schema.contains_key(*keyword)) {
        return json!({ "anyOf": [schema, { "type": "null" }] });
    }
    if let Some(Value::String(name)) = schema.get("type") {
        let names = json!([name, "null"]);
        schema.insert("type".to_owned(), names);
    }
    if let Some(Value::Array(values)) = schema.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    Value::Object(schema)
}

/// The schema of a request's body, such that properties it does not name are refused. Schemas
/// that are shared by reference stay open.
pub(super) fn closed(schema: Value) -> Value {
    let Value::Object(members) = schema else { return schema };
    let mut members: Map<String, Value> = members
        .into_iter()
        .map(|(keyword, value)| {
            let value = closed_keyword(&keyword, value);
            (keyword, value)
        })
        .collect();
    if members.contains_key("properties") {
        members.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
    }
    Value::Object(members)
}

fn closed_keyword(keyword: &str, value: Value) -> Value {
    match (keyword, value) {
        ("properties", Value::Object(properties)) => {
            properties.into_iter().map(|(name, schema)| (name, closed(schema))).collect()
        }
        ("items", items) => closed(items),
        // A branch says more of properties that the whole has named; `additionalProperties: true`
        // in it would count all others as named.
        ("allOf" | "anyOf" | "oneOf", Value::Array(branches)) => {
            branches.into_iter().map(without_openness).collect()
        }
        (_, other) => other,
    }
}

fn without_openness(mut branch: Value) -> Value {
    if let Value::Object(members) = &mut branch
        && members.get("additionalProperties") == Some(&Value::Bool(true))
    {
        members.shift_remove("additionalProperties");
    }
    branch
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nullable_becomes_a_type_a_value_or_a_branch() {
        let table = [
            (json!({ "type": "string" }), json!({ "type": "string" })),
            (json!({ "type": "string", "nullable": true }), json!({ "type": ["string", "null"] })),
            (
                json!({ "type": "string", "enum": ["a"], "nullable": true }),
                json!({ "type": ["string", "null"], "enum": ["a", null] }),
            ),
            (
                json!({ "$ref": "#/x", "nullable": true }),
                json!({ "anyOf": [{ "$ref": "#/x" }, { "type": "null" }] }),
            ),
            (
                json!({ "properties": { "nullable": { "type": "integer", "nullable": true } } }),
                json!({ "properties": { "nullable": { "type": ["integer", "null"] } } }),
            ),
        ];
        for (openapi, schema) in table {
            assert_eq!(nullable(openapi), schema);
        }
    }

    #[test]
    fn a_closed_schema_refuses_what_it_does_not_name() {
        let schema = closed(json!({
            "properties": { "name": {}, "output": { "properties": { "title": {} } } },
            "oneOf": [{ "properties": { "name": {} }, "additionalProperties": true }],
        }));
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert!(validator.is_valid(&json!({ "name": "x", "output": { "title": "y" } })));
        assert!(!validator.is_valid(&json!({ "name": "x", "nmae": "y" })));
        assert!(!validator.is_valid(&json!({ "output": { "titel": "y" } })));
    }
}
