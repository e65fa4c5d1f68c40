//! The properties of what functions make, so that their names are checked like those of resources.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use crate::expression::types::{Properties, Texts, Type};
use crate::resource::{Form, Property, regions, schemas};

/// Properties of what `arn()` gives.
static ARN: LazyLock<Properties> = LazyLock::new(|| arn("arnPart", "arnAccount"));

/// Properties of what `arn()` gives of an ARN of each service and type that schemas name.
static ARNS_OF: LazyLock<BTreeMap<&'static str, Properties>> = LazyLock::new(|| {
    let mut forms = BTreeSet::new();
    for schema in schemas().values() {
        gather(schema.properties.values(), &mut forms);
    }
    forms.into_iter().map(|of| (of, arn_of_type(of))).collect()
});

fn gather(properties: impl Iterator<Item = &'static Property>, forms: &mut BTreeSet<&'static str>) {
    for property in properties {
        if let Some(Form::ArnOf(of)) = &property.form {
            forms.insert(of);
        }
        gather(property.items.as_deref().into_iter(), forms);
        gather(property.properties.values(), forms);
    }
}

/// Properties of what `arn()` gives of a text of a type.
pub(super) fn arn_of(text: Option<&Type>) -> &'static Properties {
    match text.and_then(Type::texts) {
        Some(Texts { form: Some(Form::ArnOf(of)), other: None, .. }) => {
            ARNS_OF.get(&**of).unwrap_or(&ARN)
        }
        _ => &ARN,
    }
}

/// Partitions, from the endpoint data of AWS's SDKs (botocore 1.44, `partitions.json`, Apache-2.0).
const PARTITIONS: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];

fn arn(region: &str, account: &str) -> Properties {
    let text = json!({ "type": "string" });
    let part = json!({ "type": "string", "form": "arnPart" });
    let regions: Vec<&str> = match region {
        "arnPart" => regions().iter().map(|one| &**one).filter(|one| *one != "global").collect(),
        _ => Vec::new(),
    };
    properties(json!({
        "partition": { "type": "string", "form": "arnPart", "enum": PARTITIONS },
        "service": part,
        "region": { "type": "string", "form": region, "enum": regions },
        "account": { "type": "string", "form": account },
        "resource": text, "resourceType": text, "resourceId": text,
    }))
}

/// The same of what is one type of a service: of IAM it is in no region, and of S3 in no account
/// either, where `arn()` gives no type.
fn arn_of_type(of: &str) -> Properties {
    let (service, kind) = of.split_once(':').unwrap_or((of, ""));
    let mut known = match service {
        "s3" => arn("empty", "empty"),
        "iam" | "organizations" | "networkmanager" => arn("empty", "arnAccount"),
        _ => arn("arnPart", "arnAccount"),
    };
    let mut name = |part: &str, value: &str| {
        if let Some(property) = known.get_mut(part).filter(|_| !value.is_empty()) {
            property.values = vec![value.into()];
        }
    };
    name("service", service);
    name("resourceType", kind);
    known
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
