//! The properties of what functions make, so that their names are checked like those of resources.

use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use crate::expression::types::Properties;

/// Properties of what `arn()` gives.
pub(super) static ARN: LazyLock<Properties> = LazyLock::new(|| {
    let text = json!({ "type": "string" });
    properties(json!({
        "partition": text, "service": text, "region": text, "account": text, "resource": text,
        "resourceType": text, "resourceId": text,
    }))
});

/// Properties of each element of `statements()`.
pub(super) static STATEMENT: LazyLock<Properties> = LazyLock::new(|| {
    let text = json!({ "type": "string" });
    let texts = json!({ "type": "list", "items": text });
    let optional = json!({ "type": "list", "items": text, "nullable": true });
    let action = json!({ "type": "string", "form": "action" });
    let actions = json!({ "type": "list", "items": action, "nullable": true });
    let principals = json!({ "type": "object", "nullable": true, "properties": {
        "AWS": optional, "CanonicalUser": optional, "Federated": optional, "Service": optional,
    } });
    properties(json!({
        "Sid": { "type": "string", "nullable": true },
        "Effect": { "type": "string", "enum": ["Allow", "Deny"] },
        "Principal": principals, "NotPrincipal": principals,
        "AnyPrincipal": { "type": "boolean" },
        "Action": actions, "NotAction": actions,
        "Resource": optional, "NotResource": optional,
        "Condition": { "type": "list", "items": { "type": "object", "properties": {
            "Operator": text, "Key": { "type": "string", "form": "conditionKey" }, "Values": texts,
        } } },
    }))
});

fn properties(json: Json) -> Properties {
    serde_json::from_value(json).expect("written here, and read by a test")
}
