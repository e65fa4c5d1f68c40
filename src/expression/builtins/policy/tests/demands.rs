//! What a condition demands of a key, operator by operator.

use serde_json::json;

use super::{allow, ask, both};

fn demands(condition: &serde_json::Value) -> String {
    let document = allow(json!({ "Condition": condition }));
    ask("demandsValue", &document, "sts:ExternalId")
}

/// These are false where the key is missing, and true of what they name (IAM User Guide, "IAM JSON
/// policy elements: Condition operators", November 2026).
#[test]
fn values_are_demanded_by_operators_that_name_them() {
    for condition in [
        json!({ "StringEquals": { "sts:ExternalId": "x-1" } }),
        json!({ "stringequals": { "STS:externalid": "x-1" } }),
        json!({ "StringEqualsIgnoreCase": { "sts:ExternalId": "x-1" } }),
        json!({ "StringLike": { "sts:ExternalId": ["x-*", "*-y"] } }),
        json!({ "ForAnyValue:StringEquals": { "sts:ExternalId": "x-1" } }),
        json!({ "Null": { "sts:ExternalId": "false" }, "StringEquals": { "sts:ExternalId": "x" } }),
    ] {
        assert_eq!(demands(&condition), "true", "{condition}");
    }
}

/// A request without the key, or with any value, passes these.
#[test]
fn other_operators_and_wildcards_demand_nothing() {
    for condition in [
        json!({}),
        json!({ "Null": { "sts:ExternalId": "true" } }),
        json!({ "Null": { "sts:ExternalId": "false" } }),
        json!({ "StringNotEquals": { "sts:ExternalId": "x-1" } }),
        json!({ "StringNotLike": { "sts:ExternalId": "x-1" } }),
        json!({ "StringEqualsIfExists": { "sts:ExternalId": "x-1" } }),
        json!({ "ForAllValues:StringEquals": { "sts:ExternalId": "x-1" } }),
        json!({ "StringLike": { "sts:ExternalId": "*" } }),
        json!({ "StringLike": { "sts:ExternalId": "?*" } }),
        json!({ "StringLike": { "sts:ExternalId": ["x-1", "**"] } }),
        json!({ "StringEquals": { "sts:ExternalId": "${sts:ExternalId}" } }),
        json!({ "StringEquals": { "sts:ExternalId": [] } }),
        json!({ "StringLike": { "sts:ExternalId": "arn:aws:*" } }),
        json!({ "ArnLike": { "sts:ExternalId": "arn:*:*:*:*:*" } }),
        json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } }),
    ] {
        assert_eq!(demands(&condition), "false", "{condition}");
    }
}

#[test]
fn every_statement_that_allows_has_to_demand_it() {
    let demanding = allow(json!({ "Condition": { "StringEquals": { "sts:ExternalId": "x-1" } } }));
    let said = |document: &serde_json::Value| ask("demandsValue", document, "sts:ExternalId");
    assert_eq!(said(&both(&demanding, &demanding)), "true");
    assert_eq!(said(&both(&demanding, &allow(json!({})))), "false");
    assert_eq!(said(&both(&demanding, &allow(json!({ "Effect": "Deny" })))), "true");
}
