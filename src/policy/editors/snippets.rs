//! Drafts of what is new, with blanks that editors lead through: values, checks, cases, documents.
//!
//! A draft is valid as it stands, so that what an author leaves in it is no puzzle.

use serde_json::{Map, Value as Json, json};

use super::keys::A_MAPPING;

/// Values that are offered. They are no examples: editors show each of those whenever one looks at
/// what the key means.
pub(super) fn of_values<'v>(values: impl Iterator<Item = &'v str>) -> Json {
    let offered = values.map(|value| {
        let is_plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "_./:-+".contains(c));
        let body = if is_plain { value.to_owned() } else { format!("\"{value}\"") };
        json!({ "label": value, "body": body })
    });
    Json::Array(offered.collect())
}

/// Draft of a document of a kind.
pub(super) fn document(kind: &str) -> Vec<Json> {
    let Some(spec) = spec(kind) else { return Vec::new() };
    let metadata = match kind {
        "Settings" => None,
        "CheckType" => Some(json!({ "name": "${1:team/bucket-tagged}" })),
        "Account" => Some(json!({ "name": "${1:prod}", "labels": { "env": "${2:prod}" } })),
        _ => Some(json!({ "name": "${1:storage}" })),
    };
    let parts = [
        ("apiVersion", Some("cloudcorrect.dev/v1".into())),
        ("kind", Some(kind.into())),
        ("metadata", metadata),
        ("spec", Some(spec)),
    ];
    let parts = parts.into_iter().filter_map(|(key, part)| Some((key.to_owned(), part?)));
    let body = Json::Object(parts.collect());
    vec![
        json!({ "label": format!("new {kind}"), "description": "A draft to fill in.", "body": body }),
    ]
}

/// Puts the draft of a `spec` beside what it may be. That stands apart then, since an editor goes by
/// a draft only where it sees no properties.
pub(super) fn draft_spec(kind: &str, schema: &mut Map<String, Json>) {
    let Some(draft) = spec(kind) else { return };
    let Some(spec) = schema.get_mut("properties").and_then(|all| all.get_mut("spec")) else {
        return;
    };
    let told = ["description", "markdownDescription"];
    let mut outer = Map::new();
    outer.insert("type".to_owned(), "object".into());
    outer.insert("errorMessage".to_owned(), A_MAPPING.into());
    if let Some(spec) = spec.as_object_mut() {
        spec.remove("type");
        outer.extend(told.iter().filter_map(|key| spec.shift_remove_entry(*key)));
        for (list, drafts) in [("checks", checks()), ("cases", cases())] {
            let items = spec
                .get_mut("properties")
                .and_then(|all| all.get_mut(list)?.get_mut("items")?.as_object_mut());
            if let Some(items) = items {
                items.insert("defaultSnippets".to_owned(), drafts);
            }
        }
    }
    let drafts = json!([{ "label": format!("spec of a {kind}"), "body": draft }]);
    outer.insert("defaultSnippets".to_owned(), drafts);
    outer.insert("allOf".to_owned(), json!([spec.take()]));
    *spec = Json::Object(outer);
}

fn spec(kind: &str) -> Option<Json> {
    Some(match kind {
        "Account" => json!({
            "aws": { "accountId": "${3:123456789012}", "regions": ["${4:eu-west-1}"] },
        }),
        "Group" => json!({
            "schedule": { "every": "${2:15m}" },
            "mode": "${3:audit}",
            "checks": [own_check(4)],
        }),
        "CheckType" => json!({
            "parameters": { "${2:key}": { "type": "${3:string}" } },
            "title": "${4:Buckets have a tag}",
            "severity": "${5:medium}",
            "select": "${6:AWS::S3::Bucket}",
            "assert": "${7:tag(params.key) != null}",
        }),
        "Pack" => json!({ "checks": [own_check(2)] }),
        "Test" => json!({
            "check": "${2:storage/versioned}",
            "given": {
                "${3:AWS::S3::Bucket}": [
                    {
                        "BucketName": "${4:good}",
                        "VersioningConfiguration": { "Status": "${5:Enabled}" },
                    },
                    { "BucketName": "${6:bad}" },
                ],
            },
            "expect": { "pass": ["${4:good}"], "fail": ["${6:bad}"] },
        }),
        "Waiver" => json!({
            "match": {
                "group": "${2:storage}",
                "check": "${3:versioned}",
                "resource": "${4:name-of-a-bucket}",
            },
            "reason": "${5:why this may fail}",
            "owner": "${6:who answers for it}",
            "expires": "${7:2027-12-31}",
        }),
        "Settings" => json!({ "warnings": "${1:deny}", "require": { "tests": "${2:true}" } }),
        _ => return None,
    })
}

fn own_check(first: usize) -> Json {
    let blank = |at: usize, text: &str| format!("${{{}:{text}}}", first + at);
    json!({
        "id": blank(0, "versioned"),
        "title": blank(1, "Buckets keep versions"),
        "severity": blank(2, "medium"),
        "select": blank(3, "AWS::S3::Bucket"),
        "assert": blank(4, "resource.VersioningConfiguration.Status == \"Enabled\""),
    })
}

fn checks() -> Json {
    let by_type = json!({
        "id": "${1:logs-exist}",
        "uses": "${2:aws/s3-bucket-exists}",
        "with": { "${3:bucketName}": "${4:name-of-a-bucket}" },
    });
    json!([
        { "label": "new check", "description": "A check of its own.", "body": own_check(1) },
        { "label": "new check by a check type", "description": "With its parameters.", "body": by_type },
    ])
}

fn cases() -> Json {
    let case = json!({
        "name": "${1:what it shows}",
        "given": { "${2:AWS::S3::Bucket}": [{ "BucketName": "${3:bad}" }] },
        "expect": { "${4:fail}": ["${3:bad}"] },
    });
    json!([{ "label": "new case", "description": "What is given, and what is expected.", "body": case }])
}
