//! A resource type, resources and what expressions say of them, in a line each.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use super::super::{EvalBudget, EvalResult, Expression, ExpressionKind, Problem, Subject};
use crate::diagnostic::Level;
use crate::resource::{Cause, Facet, Facets, Failure, Operation, Resource, Schema};

/// A type with a property of every kind.
pub(super) fn schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
        let schema = json!({
            "type": "Test::Thing", "description": "", "scope": "regional",
            "list": "t:List", "identifier": "Name",
            "operations": {
                "t:List": { "permissions": ["t:List"], "bulk": true },
                "t:More": { "permissions": ["t:More"] },
                "t:Tags": { "permissions": ["t:Tags"] },
            },
            "properties": {
                "Name": { "type": "string", "operation": "t:List" },
                "Size": { "type": "integer", "operation": "t:List" },
                "Ratio": { "type": "double", "operation": "t:List" },
                "Created": { "type": "timestamp", "operation": "t:List" },
                "Enabled": { "type": "boolean", "operation": "t:List" },
                "Owner": { "type": "string", "nullable": true, "operation": "t:List" },
                "Public": { "type": "boolean", "nullable": true, "operation": "t:List" },
                "Count": { "type": "integer", "nullable": true, "operation": "t:List" },
                "Mode": { "type": "string", "nullable": true, "default": "open", "operation": "t:List",
                    "enum": ["open", "closed", "Half-Open"] },
                "Zone": { "type": "string", "nullable": true, "recordedOnly": true,
                    "operation": "t:List" },
                "State": { "type": "object", "operation": "t:List", "properties": {
                    "Code": { "type": "integer" }, "Label": { "type": "string", "nullable": true },
                } },
                "Names": { "type": "list", "nullable": true, "operation": "t:List",
                    "items": { "type": "string" } },
                "Ports": { "type": "list", "operation": "t:List", "items": { "type": "object",
                    "properties": {
                        "From": { "type": "integer", "nullable": true },
                        "Cidr": { "type": "string" },
                        "Groups": { "type": "list", "items": { "type": "string" } },
                        "Peers": { "type": "list", "items": { "type": "string" },
                            "recordedLate": true },
                        "Flags": { "type": "list", "nullable": true,
                            "items": { "type": "string", "enum": ["in", "out"] } },
                    } } },
                "Keys": { "type": "list", "operation": "t:List", "items": { "type": "object",
                    "properties": {
                        "Id": { "type": "string", "nullable": true, "identifies": true },
                        "Used": { "type": "boolean" },
                        "Size": { "type": "integer" },
                    } } },
                "Labels": { "type": "map", "operation": "t:List", "items": { "type": "string" } },
                "Block": { "type": "object", "nullable": true, "operation": "t:More", "properties": {
                    "Acls": { "type": "boolean" },
                    "Buckets": { "type": "boolean" },
                    "Deep": { "type": "object", "properties": { "Leaf": { "type": "string" } } },
                } },
                "Policy": { "type": "document", "nullable": true, "operation": "t:More" },
                "Tags": { "type": "list", "nullable": true, "operation": "t:Tags", "items": {
                    "type": "object", "properties": {
                        "Key": { "type": "string" }, "Value": { "type": "string" },
                    } } },
            },
        });
        Schema::parse(&schema.to_string()).expect("the schema is well-formed")
    });
    &SCHEMA
}

/// A thing whose operations answered with these properties; a property that is the string
/// `denied`, `absent` or `missing` tells that of its whole operation.
pub(super) fn thing(properties: &Json) -> Resource {
    let mut facets = Facets::new();
    for operation in schema().operations.keys() {
        facets.insert(operation.clone(), Facet::Read(schema().refine(operation, properties)));
    }
    let denied = Failure::new(Cause::AccessDenied, "t: denied");
    let mut say = |operation: &str, word: &Json| {
        let operation = Operation::from(operation);
        match word.as_str() {
            Some("denied") => facets.insert(operation, Facet::Failed(denied.clone())),
            Some("absent") => facets.insert(operation, Facet::Absent),
            Some("missing") => facets.remove(&operation),
            _ => None,
        };
    };
    say("t:More", &properties["Block"]);
    say("t:Tags", &properties["Tags"]);
    Resource {
        type_name: "Test::Thing".into(),
        id: "thing".into(),
        arn: None,
        region: "eu-west-1".parse().expect("a region"),
        facets,
    }
}

/// The thing of most tests.
pub(super) fn ordinary() -> Json {
    json!({
        "Name": "web-1", "Size": 8, "Ratio": 0.5, "Created": "2026-01-01T00:00:00Z",
        "Enabled": true,
        "State": { "Code": 16 },
        "Ports": [
            { "From": 22, "Cidr": "10.0.0.0/8", "Groups": ["a"] },
            { "From": 443, "Cidr": "0.0.0.0/0", "Groups": [] },
        ],
        "Labels": { "team": "core" },
        "Block": { "Acls": true, "Buckets": false },
        "Policy": { "Statement": [
            { "Effect": "Allow", "Action": "s3:*", "Principal": "*" },
            { "Effect": "Deny", "Action": ["s3:Get", "s3:Put"] },
        ] },
        "Tags": [{ "Key": "env", "Value": "prod" }, { "Key": "empty", "Value": "" }],
    })
}

pub(super) fn now() -> DateTime<Utc> {
    "2026-06-30T00:00:00Z".parse().expect("an instant")
}

/// Compiles, or panics with the problems.
pub(super) fn compile(text: &str) -> Expression {
    Expression::compile(text, schema(), ExpressionKind::Assert)
        .unwrap_or_else(|problems| panic!("{text}: {problems:#?}"))
}

/// Does something with the subject of a thing.
pub(super) fn with_subject<T>(properties: &Json, work: impl FnOnce(&Subject<'_>) -> T) -> T {
    let resource = thing(properties);
    let account = "123456789012".parse().expect("an account");
    let subject = Subject::of(&resource, &account, now());
    work(&subject)
}

/// `true`, `false`, or the cause of unknown and its message.
pub(super) fn verdict(text: &str, properties: &Json) -> String {
    with_subject(properties, |subject| {
        match compile(text).evaluate(subject, &mut EvalBudget::default()) {
            EvalResult::True => "true".to_owned(),
            EvalResult::False => "false".to_owned(),
            EvalResult::Unknown(failure) => failure.to_string(),
        }
    })
}

/// The verdicts of several texts, a line each.
pub(super) fn verdicts(texts: &[&str], properties: &Json) -> String {
    let line = |text: &&str| format!("{text}  =>  {}", verdict(text, properties));
    texts.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Problems as a reader sees them: the text, its marked part, and the words.
pub(super) fn problems(text: &str) -> String {
    let problems = match Expression::compile(text, schema(), ExpressionKind::Assert) {
        Ok(expression) => expression.warnings().to_vec(),
        Err(problems) => problems,
    };
    let lines: Vec<String> = problems.iter().map(|problem| line(text, problem)).collect();
    lines.join("\n")
}

pub(super) fn line(text: &str, problem: &Problem) -> String {
    let level = if problem.level == Level::Error { "" } else { "warning: " };
    let marked = &text[problem.span.clone()];
    let help = problem.help.as_deref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("[{marked}] {level}{}: {}{help}", problem.code, problem.message)
}

/// The problems of several texts.
pub(super) fn all_problems(texts: &[&str]) -> String {
    let all = texts.iter().map(|text| format!("{text}\n{}", problems(text)));
    all.collect::<Vec<_>>().join("\n")
}
