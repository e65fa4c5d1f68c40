//! Which keys a mapping has, and which of them belong together: with words for what is wrong.

use serde_json::{Map, Value as Json, json};

/// Words for what is no mapping.
pub(super) const A_MAPPING: &str = "write a mapping here: its keys in `{ }`, or below and indented";

/// Says of the value of a key that it is a mapping. What must be in it is told in other words, so
/// that the type of one that must have keys stands apart.
pub(super) fn is_mapping(schema: &mut Json) {
    let Json::Object(schema) = schema else { return };
    if schema.get("type").is_none_or(|kind| kind != "object") {
        return;
    }
    if schema.contains_key("required") && schema.contains_key("properties") {
        schema.remove("type");
        add(schema, [json!({ "type": "object", "errorMessage": A_MAPPING })]);
    } else {
        schema.insert("errorMessage".to_owned(), A_MAPPING.into());
    }
}

/// Says of a mapping of known keys which there are, where it has another one.
pub(super) fn close(schema: &mut Map<String, Json>) {
    if schema.get("additionalProperties") != Some(&Json::Bool(false)) {
        return;
    }
    let Some(Json::Object(properties)) = schema.get("properties") else { return };
    let names: Vec<String> = properties.keys().map(|name| format!("`{name}`")).collect();
    let known: Map<String, Json> =
        properties.keys().map(|name| (name.clone(), Json::Bool(true))).collect();
    let rule = json!({
        "properties": known,
        "additionalProperties": false,
        "errorMessage": format!("there is no such key here; known are {}", names.join(", ")),
    });
    schema.remove("additionalProperties");
    add(schema, [rule]);
}

/// Says of a mapping which keys it must have together and which exclude each other. That stands in
/// the place of alternatives, of which an editor tells one without knowing which is meant.
pub(super) fn relate(schema: &mut Map<String, Json>) {
    let Some(Json::Object(properties)) = schema.get("properties") else { return };
    let has = |keys: &[&str]| keys.iter().all(|key| properties.contains_key(*key));
    let rules = if has(&["uses", "assert"]) {
        vec![check(), one_assertion()]
    } else if has(&["select", "assert"]) {
        vec![asked(), one_assertion()]
    } else if has(&["checks", "packs"]) {
        vec![either("packs", "checks", "add `checks`, or `packs` whose checks the group takes up")]
    } else if has(&["every", "cron"]) {
        vec![only("cron", &["every"], "`every` and `cron` exclude each other: remove one of them")]
    } else if has(&["check", "cases"]) {
        tested()
    } else if has(&["group", "check"]) {
        let words = "add `group`, `check` or both: no waiver is of everything";
        vec![either("check", "group", words)]
    } else {
        return;
    };
    schema.remove("anyOf");
    add(schema, rules);
}

fn add(schema: &mut Map<String, Json>, rules: impl IntoIterator<Item = Json>) {
    let all = schema.entry("allOf").or_insert_with(|| json!([]));
    if let Some(all) = all.as_array_mut() {
        all.extend(rules);
    }
}

/// Rule that a key excludes others.
fn only(key: &str, others: &[&str], words: &str) -> Json {
    json!({ "if": { "required": [key] }, "then": none_of(others, words) })
}

fn none_of(keys: &[&str], words: &str) -> Json {
    let refused: Map<String, Json> =
        keys.iter().map(|key| ((*key).to_owned(), Json::Bool(false))).collect();
    json!({ "properties": refused, "errorMessage": words })
}

fn needs(key: &str, words: &str) -> Json {
    json!({ "required": [key], "errorMessage": words })
}

/// Rule that there must be a key where another one is missing.
fn either(other: &str, key: &str, words: &str) -> Json {
    json!({ "if": { "required": [other] }, "else": needs(key, words) })
}

/// What a check says: a check type, or what is asked of which resources.
fn check() -> Json {
    const OWN: [&str; 6] = ["select", "let", "where", "assert", "assertAll", "scope"];
    let words = "`uses` says what is checked: remove it, or this";
    let mut rule = only("uses", &OWN, words);
    if let Some(rule) = rule.as_object_mut() {
        rule.insert("else".to_owned(), asked());
    }
    rule
}

fn asked() -> Json {
    let select = "add `select`, a resource type such as `AWS::S3::Bucket`";
    let assertion =
        "add `assert`, what must hold of each resource, or `assertAll`, of all together";
    json!({ "allOf": [needs("select", select), either("assertAll", "assert", assertion)] })
}

fn one_assertion() -> Json {
    only("assert", &["assertAll"], "`assert` and `assertAll` exclude each other: make two checks")
}

/// What a test is about, and what it expects.
fn tested() -> Vec<Json> {
    let subject = "add `check`, as `group/id`; or `pack`, as `pack/id`; or `uses`, a check type";
    let apart = "`check`, `pack` and `uses` exclude each other: test each in a document of its own";
    let expect = "add `expect`: which resources pass, fail or are left out; or several `cases`";
    let cases = "each case has an `expect` of its own: move it there";
    let has_cases = json!({
        "required": ["cases"],
        "properties": { "cases": { "minItems": 1, "doNotSuggest": true } },
    });
    vec![
        json!({
            "if": { "required": ["check"] },
            "then": none_of(&["pack", "uses"], apart),
            "else": {
                "if": { "required": ["pack"] },
                "then": none_of(&["uses"], apart),
                "else": either("uses", "check", subject),
            },
        }),
        json!({ "if": has_cases, "then": none_of(&["expect"], cases), "else": needs("expect", expect) }),
    ]
}
