//! JSON Schemas as editors need them.
//!
//! A schema says what a document means: text. Editors check values, and YAML takes `123456789012`
//! for a number where the reader keeps its text. So theirs take what the reader takes.
//!
//! Which types a text may have stands under `if`, where editors look when they check and not when
//! they complete: with `boolean` among the types, the YAML language server proposes `true` and
//! `false` for every text (2.0.0, `YamlCompletion.collectTypes`).

use regex::Regex;
use serde_json::{Map, Value as Json, json};

/// Words for a value that is no text, unless its pattern has some.
const ONE_TEXT: &str = "write one text here, in quotes if it begins with `[`, `{` or `*`";

/// Words for what has no value.
const A_VALUE: &str = "write a value here, or remove the key";

/// Words for what is neither.
const A_TRUTH_VALUE: &str = "write `true` or `false` here, without quotes";

/// Words for what is no list.
const A_LIST: &str = "write a list here: `[a, b]`, or a line with `- ` for each item";

/// Pattern of texts, and what editors say of a text that does not fit: what to write.
pub type Words = [(&'static str, &'static str)];

/// Lets a schema of text, and all such schemas in it, take numbers and truth values as well, as far
/// as their texts are allowed, and gives it words for what it does not take.
pub fn take_any_scalar(schema: &mut Json, words: &Words) {
    match schema {
        Json::Array(several) => several.iter_mut().for_each(|one| take_any_scalar(one, words)),
        Json::Object(schema) => {
            schema.values_mut().for_each(|one| take_any_scalar(one, words));
            any_scalar(schema, words);
            any_value(schema);
            let words = match schema.get("type").and_then(Json::as_str) {
                Some("boolean") => A_TRUTH_VALUE,
                Some("array") => A_LIST,
                _ => return,
            };
            schema.insert("errorMessage".to_owned(), words.into());
        }
        _ => {}
    }
}

/// Part of a schema by which values have one of some types, without proposals for any of them.
pub fn of_types(types: &[&str], words: &str) -> Json {
    allowing(&json!({ "type": types }), words)
}

/// Part of a schema that takes what another one takes, without proposals of that.
fn allowing(allowed: &Json, words: &str) -> Json {
    json!([{ "if": allowed, "else": { "type": "string", "errorMessage": words } }])
}

fn any_scalar(schema: &mut Map<String, Json>, words: &Words) {
    let pattern = schema.get("pattern").and_then(Json::as_str).map(str::to_owned);
    let said = words.iter().find(|(of, _)| Some(*of) == pattern.as_deref()).map(|(_, said)| *said);
    if let Some(said) = said {
        schema.insert("patternErrorMessage".to_owned(), said.into());
        // The pattern says as much, and with both an editor tells a problem twice.
        schema.remove("format");
    }
    let kinds = match schema.get("type") {
        Some(Json::Array(kinds)) => kinds.clone(),
        Some(kind) => vec![kind.clone()],
        None => return,
    };
    let is_text = kinds.iter().any(|kind| kind == "string");
    if !is_text || ["enum", "const"].iter().any(|key| schema.contains_key(*key)) {
        return;
    }
    let said = said.unwrap_or(ONE_TEXT);
    let allowed = if let Some(count) = pattern.as_deref().and_then(digits_of) {
        // Of a number YAML leaves out the zeros that an id may begin with. With more than six of
        // twelve it would be no longer than what is none, and wants quotes.
        let (least, most) = (10_i64.pow(count / 2 - 1), 10_i64.pow(count) - 1);
        json!({ "anyOf": [
            { "type": "string" },
            { "type": "integer", "minimum": least, "maximum": most },
        ] })
    } else {
        let pattern = pattern.and_then(|pattern| Regex::new(&pattern).ok());
        let takes = |text: &str| pattern.as_ref().is_none_or(|pattern| pattern.is_match(text));
        let others = [
            ("number", takes("1.5")),
            ("integer", !takes("1.5") && takes("123456789012")),
            ("boolean", takes("true")),
        ];
        let others = others.into_iter().filter_map(|(kind, is_taken)| is_taken.then_some(kind));
        let all: Vec<Json> = kinds.into_iter().chain(others.map(Json::from)).collect();
        if takes("-1") { json!({ "type": all }) } else { json!({ "type": all, "minimum": 0 }) }
    };
    schema.remove("type");
    schema.insert("anyOf".to_owned(), allowing(&allowed, said));
}

/// How many digits texts of a pattern have, where they are digits and always as many.
fn digits_of(pattern: &str) -> Option<u32> {
    let count = pattern.strip_prefix("^[0-9]{")?.strip_suffix("}$")?.parse().ok()?;
    (1..=18).contains(&count).then_some(count)
}

/// Says of what may be anything but null that it takes the other types.
fn any_value(schema: &mut Map<String, Json>) {
    let null = json!({ "type": "null" });
    if schema.get("not") == Some(&null) {
        schema.remove("not");
        let text = json!({ "type": "string", "errorMessage": A_VALUE });
        schema.insert("anyOf".to_owned(), json!([{ "if": { "type": "null" }, "then": text }]));
    }
}
