//! Values as YAML that people read: plain where that is unambiguous, else quoted as in JSON.

use std::fmt::Write as _;

use crate::resource::Value;

/// Words that stand for something else than their letters, here or in some version of YAML.
const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// `key: value`, with a line break at the end.
pub(super) fn entry(key: &str, value: &Value) -> String {
    let mut text = String::new();
    entries(&mut text, [(key, value)], 0);
    text
}

/// Entries at a depth; the first begins where the text ends.
fn entries<'a>(
    text: &mut String,
    entries: impl IntoIterator<Item = (&'a str, &'a Value)>,
    depth: usize,
) {
    for (number, (key, value)) in entries.into_iter().enumerate() {
        if number > 0 {
            indent(text, depth);
        }
        text.push_str(&string(key));
        text.push(':');
        below(text, value, depth);
    }
}

/// What follows a key or a dash.
fn below(text: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Map(map) if !map.is_empty() => {
            text.push('\n');
            indent(text, depth + 1);
            entries(text, map.iter().map(|(key, value)| (key.as_ref(), value)), depth + 1);
        }
        Value::List(items) if !items.is_empty() => {
            text.push('\n');
            for item in items.iter() {
                indent(text, depth + 1);
                text.push('-');
                match item {
                    Value::Map(map) if !map.is_empty() => {
                        text.push(' ');
                        let map = map.iter().map(|(key, value)| (key.as_ref(), value));
                        entries(text, map, depth + 2);
                    }
                    item => below(text, item, depth + 1),
                }
            }
        }
        Value::String(one) => line(text, &string(one)),
        Value::Timestamp(_) => line(text, value.to_json().as_str().unwrap_or_default()),
        other => line(text, &other.to_json().to_string()),
    }
}

fn indent(text: &mut String, depth: usize) {
    (0..depth).for_each(|_| text.push_str("  "));
}

fn line(text: &mut String, scalar: &str) {
    text.push(' ');
    text.push_str(scalar);
    text.push('\n');
}

/// Text as a key or a value in a line.
pub(super) fn string(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Whether text can stand without quotes and means itself.
fn is_plain(text: &str) -> bool {
    let starts = |c: char| c.is_alphanumeric() || c == '/' || c == '_';
    let holds = |c: char| c.is_alphanumeric() || "_-./@+=,() :".contains(c);
    let lower = text.to_ascii_lowercase();
    let is_number =
        lower.parse::<f64>().is_ok() || lower.starts_with("0x") || lower.starts_with("0o");
    text.starts_with(starts)
        && text.chars().all(holds)
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
        && lower != "unknown"
        && !WORDS.contains(&lower.as_str())
        && !is_number
}

/// The text as a JSON string, without anything that could steer a terminal.
fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in serde_json::Value::from(text).to_string().chars() {
        let steers =
            matches!(u32::from(c), 0x7f..=0x9f | 0x2028..=0x202e | 0x2066..=0x2069 | 0xfeff);
        if steers {
            let _ = write!(quoted, "\\u{:04x}", u32::from(c));
        } else {
            quoted.push(c);
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    #[test]
    fn what_is_written_reads_the_same() {
        let strings = [
            "",
            " ",
            "a",
            "null",
            "Yes",
            "unknown",
            "12",
            "1e3",
            "0x1F",
            "010",
            "10.0.0.0/16",
            "-",
            "- a",
            "a: b",
            "a:",
            "a:b",
            "a #b",
            "#",
            "a b ",
            "two\nlines",
            "\t",
            "\u{7f}\u{85}",
            "\u{202e}",
            "\u{1b}[31m",
            "*",
            "&a",
            "!x",
            "é",
            "\u{1f600}",
            "arn:aws:s3:::a",
            "'",
            "\"",
            "a, b",
            "[a]",
            "{a}",
            "%a",
            "@a",
            "`a`",
            "a=b",
            "|",
            ">",
            "2026-01-02",
            "inf",
            ".5",
            "~",
        ];
        let value = json!({
            "strings": &strings[..],
            "keys": strings.iter().map(|key| ((*key).to_owned(), json!(1))).collect::<serde_json::Map<_, _>>(),
            "deep": [[1, [true, null]], { "a": { "b": [{ "c": [] , "d": {} }] }, "e": 1.5 }, []],
        });
        let text = entry("all", &Value::from_json(&value));
        let read: Json = serde_saphyr::from_str(&text).expect("YAML");
        assert_eq!(read["all"], value, "{text}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    }

    #[test]
    fn common_values_are_plain() {
        let value = json!({
            "Arn": "arn:aws:s3:::logs",
            "Grants": [{ "Grantee": { "ID": "a1", "Type": "CanonicalUser" }, "Permission": "READ" }],
            "Owner": "123456789012",
            "Ports": [22, 443],
        });
        insta::assert_snapshot!(entry("Acl", &Value::from_json(&value)), @r#"
        Acl:
          Arn: arn:aws:s3:::logs
          Grants:
            - Grantee:
                ID: a1
                Type: CanonicalUser
              Permission: READ
          Owner: "123456789012"
          Ports:
            - 22
            - 443
        "#);
    }
}
