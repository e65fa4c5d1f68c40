//! The properties of what functions make, so that their names are checked like those of resources.

use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use crate::expression::types::{Properties, Texts, Type};
use crate::resource::Form;

/// Properties of what `arn()` gives.
static ARN: LazyLock<Properties> = LazyLock::new(|| arn("arnPart", "arnAccount"));

/// Properties of what `arn()` gives of IAM, which is in no region.
static ARN_OF_IAM: LazyLock<Properties> = LazyLock::new(|| arn("empty", "arnAccount"));

/// Properties of what `arn()` gives of S3, whose buckets and objects name neither.
static ARN_OF_S3: LazyLock<Properties> = LazyLock::new(|| arn("empty", "empty"));

/// Properties of what `arn()` gives of a text of a type.
pub(super) fn arn_of(text: Option<&Type>) -> &'static Properties {
    let service = match text {
        Some(Type::String(Texts { form: Some(Form::ArnOf(of)), .. })) => of.split(':').next(),
        _ => None,
    };
    match service {
        Some("iam") => &ARN_OF_IAM,
        Some("s3") => &ARN_OF_S3,
        _ => &ARN,
    }
}

fn arn(region: &str, account: &str) -> Properties {
    let text = json!({ "type": "string" });
    let part = json!({ "type": "string", "form": "arnPart" });
    properties(json!({
        "partition": part, "service": part,
        "region": { "type": "string", "form": region },
        "account": { "type": "string", "form": account },
        "resource": text, "resourceType": text, "resourceId": text,
    }))
}

/// Properties of each element of `statements()`.
pub(super) static STATEMENT: LazyLock<Properties> = LazyLock::new(|| {
    let text = json!({ "type": "string" });
    let texts = json!({ "type": "list", "items": text });
    let optional = json!({ "type": "list", "items": text, "nullable": true });
    let action = json!({ "type": "string", "form": "action" });
    let actions = json!({ "type": "list", "items": action, "nullable": true });
    let account = json!({ "type": "string", "form": "principal" });
    let accounts = json!({ "type": "list", "items": account, "nullable": true });
    let service = json!({ "type": "string", "form": "servicePrincipal" });
    let services = json!({ "type": "list", "items": service, "nullable": true });
    let operator = json!({ "type": "string", "form": "conditionOperator" });
    let principals = json!({ "type": "object", "nullable": true, "properties": {
        "AWS": accounts, "CanonicalUser": optional, "Federated": optional, "Service": services,
    } });
    properties(json!({
        "Sid": { "type": "string", "nullable": true },
        "Effect": { "type": "string", "enum": ["Allow", "Deny"] },
        "Principal": principals, "NotPrincipal": principals,
        "AnyPrincipal": { "type": "boolean" },
        "Action": actions, "NotAction": actions,
        "Resource": optional, "NotResource": optional,
        "Condition": { "type": "list", "items": { "type": "object", "properties": {
            "Operator": operator, "Key": { "type": "string", "form": "conditionKey" }, "Values": texts,
        } } },
    }))
});

fn properties(json: Json) -> Properties {
    serde_json::from_value(json).expect("written here, and read by a test")
}
