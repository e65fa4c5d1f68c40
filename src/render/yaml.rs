//! Values as YAML that people read: plain where every reader takes that for the text it is, else
//! quoted as in JSON.
//!
//! `serde_yaml` lays the document out. It offers no choice of quotes, and leaves plain what YAML 1.1,
//! our own reader or a terminal takes for something else (`no`, `1_000`, `12:30`, U+202E), so that
//! it gets a placeholder for each scalar that is not to stand as it is.

use std::cell::RefCell;
use std::sync::LazyLock;

use regex::Regex;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::diagnostic::{is_hidden, write_escape};
use crate::resource::Value;

/// Words that stand for something else than their letters, here or in some version of YAML.
const WORDS: [&str; 10] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "unknown"];

/// Texts that some version of YAML, or a library in common use, reads as a number or an instant:
/// the types `int`, `float` and `timestamp` of YAML 1.1, the core schema of 1.2, and the commas of
/// Ruby's.
static NUMBER_OR_INSTANT: LazyLock<Regex> = LazyLock::new(|| {
    let kinds = [
        r"0b[01_]+|0o?[0-7_]+|0x[0-9a-f_]+",
        r"[0-9][0-9_,]*(\.[0-9_]*)?(e[-+]?[0-9]+)?",
        r"[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?",
        r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([t ].*)?",
        r"inf|infinity|nan",
    ];
    Regex::new(&format!("^(?i:{})$", kinds.join("|"))).expect("a pattern")
});

/// Begin and end of a placeholder: characters that no scalar without one holds.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// A document, or a part of one, that is to be written.
#[derive(Debug)]
pub(super) enum Tree<'a> {
    /// Text, plain or quoted.
    Text(&'a str),
    /// A scalar that is no text, as YAML has it: a number, a day.
    Plain(String),
    /// A sequence.
    List(Vec<Self>),
    /// A mapping, in this order.
    Map(Vec<(&'a str, Self)>),
}

impl<'a> From<&'a Value> for Tree<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text),
            Value::Timestamp(_) => {
                Self::Plain(value.to_json().as_str().unwrap_or_default().to_owned())
            }
            Value::List(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Map(map) => {
                Self::Map(map.iter().map(|(key, value)| (&**key, value.into())).collect())
            }
            other => Self::Plain(other.to_json().to_string()),
        }
    }
}

/// `key: value`, with a line break at the end.
pub(super) fn entry(key: &str, value: &Value) -> String {
    document(&Tree::Map(vec![(key, value.into())]))
}

/// A text as a key or a value within a line of a document that stands otherwise.
pub fn string(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// A document, with a line break at the end.
pub(super) fn document(tree: &Tree<'_>) -> String {
    let held = Held::default();
    let laid_out = serde_yaml::to_string(&Writing { tree, held: &held })
        .expect("a tree of texts has no part that YAML lacks");
    held.put_back(&laid_out)
}

/// Scalars that placeholders stand for.
#[derive(Default)]
struct Held(RefCell<Vec<String>>);

impl Held {
    /// What the layout gets for a scalar. A placeholder is as long as what it stands for, since
    /// long keys are laid out differently.
    fn placeholder(&self, scalar: String) -> String {
        let mut held = self.0.borrow_mut();
        let mut placeholder = format!("{OPEN}{:.<1$}", held.len(), scalar.len());
        placeholder.push(CLOSE);
        held.push(scalar);
        placeholder
    }

    fn text(&self, text: &str) -> String {
        if is_plain(text) { text.to_owned() } else { self.placeholder(quoted(text)) }
    }

    fn put_back(self, laid_out: &str) -> String {
        let mut scalars = self.0.into_inner().into_iter();
        let mut parts = laid_out.split(OPEN);
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (_, rest) = part.split_once(CLOSE).unwrap_or_default();
            text.extend(scalars.next());
            text.push_str(rest);
        }
        text
    }
}

struct Writing<'a> {
    tree: &'a Tree<'a>,
    held: &'a Held,
}

impl Serialize for Writing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let held = self.held;
        match self.tree {
            Tree::Text(text) => serializer.serialize_str(&held.text(text)),
            Tree::Plain(scalar) => serializer.serialize_str(&held.placeholder(scalar.clone())),
            Tree::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for tree in items {
                    list.serialize_element(&Writing { tree, held })?;
                }
                list.end()
            }
            Tree::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, tree) in entries {
                    map.serialize_entry(&held.text(key), &Writing { tree, held })?;
                }
                map.end()
            }
        }
    }
}

/// `true` where text can stand without quotes and means itself.
fn is_plain(text: &str) -> bool {
    let starts = |c: char| c.is_alphanumeric() || c == '/' || c == '_';
    let holds = |c: char| c.is_alphanumeric() && !is_hidden(c) || "_-./@+=,() :".contains(c);
    text.starts_with(starts)
        && text.chars().all(holds)
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
        && !NUMBER_OR_INSTANT.is_match(text)
}

/// The text as a JSON string, without anything that could steer a terminal.
fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in serde_json::Value::from(text).to_string().chars() {
        if is_hidden(c) {
            let _ = write_escape(&mut quoted, c);
        } else {
            quoted.push(c);
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;

    /// A key that no reader takes in one line with its value.
    const LONG: &str = "a key of more than 128 characters is laid out in a line of its own, with a question \
                        mark before it, since YAML bounds what may stand before a colon";

    /// Texts that something takes for something else, and some that nothing does.
    #[rustfmt::skip]
    const TEXTS: &[&str] = &[
        "", " ", "a", "null", "Yes", "unknown", "12", "1e3", "0x1F", "010", "10.0.0.0/16", "-",
        "- a", "a: b", "a:", "a:b", "a #b", "#", "a b ", "two\nlines", "\t", "\u{7f}\u{85}",
        "\u{202e}", "\u{1b}[31m", "*", "&a", "!x", "é", "\u{1f600}", "arn:aws:s3:::a", "'", "\"",
        "a, b", "[a]", "{a}", "%a", "@a", "`a`", "a=b", "|", ">", "2026-01-02", "inf", ".5", "~",
        "1_000", "1,000", "12:30", "190:20:30.15", "0b1", "0o17", "1.", "1.5E+3", "2026-1-2 3:4:5",
        "<<", "=", "on", "Y", "\u{200b}", "\u{e000}0\u{e001}", "\u{e0041}", "a\u{3164}", "\u{10fffd}", LONG,
    ];

    #[test]
    fn what_is_written_reads_the_same() {
        let value = json!({
            "strings": TEXTS,
            "keys": TEXTS.iter().map(|key| ((*key).to_owned(), json!(1))).collect::<serde_json::Map<_, _>>(),
            "deep": [[1, [true, null]], { "a": { "b": [{ "c": [] , "d": {} }] }, "e": 1.5 }, []],
        });
        let text = reads_back(&value);
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        let unseen = ['\u{202e}', '\u{200b}', '\u{e000}', '\u{e0041}', '\u{3164}', '\u{10fffd}'];
        assert!(!text.contains(unseen), "{text:?}");
    }

    /// What is written of a value, which two readers of different versions of YAML read the same.
    #[track_caller]
    fn reads_back(value: &Json) -> String {
        let text = entry("all", &Value::from_json(value));
        let read: Json = serde_saphyr::from_str(&text).expect("YAML 1.1");
        assert_eq!(read["all"], *value, "{text}");
        let read: Json = serde_yaml::from_str(&text).expect("YAML 1.2");
        assert_eq!(read["all"], *value, "{text}");
        text
    }

    /// Texts that some reader takes for something else: each rule that asks for quotes has one that
    /// no other rule has.
    #[rustfmt::skip]
    const QUOTED: &[&str] = &[
        "", " a", "-a", ".a", "+a", "@a", "=a", ",a", "(a", ":a", "#a", "a: b", "a:", "a ", "a #b", "a\tb",
        "a'b", "a\"b", "a\\b", "a&b", "a*b", "a!b", "a|b", "a>b", "a<b", "a{b", "a[b", "a%b", "a`b", "a~b",
        "a?b", "a\u{3164}", "a\u{202e}", "null", "True", "FALSE", "yes", "no", "On", "off", "Y", "n",
        "unknown", "0b101", "0o17", "0x1F", "12", "1_000", "1,000", "1.", "1.5E+3", "12:30", "190:20:30.15",
        "2026-1-2", "2026-01-02 03:04:05", "inf", "Infinity", "NaN",
    ];

    #[test]
    fn what_a_reader_takes_for_something_else_is_quoted() {
        for text in QUOTED {
            let written = string(text);
            assert!(written.starts_with('"') && written.ends_with('"'), "{text:?}: {written}");
            let read: Json =
                serde_yaml::from_str(&format!("{written}: [{written}]")).expect("YAML");
            assert_eq!(read, json!({ *text: [text] }), "{written}");
        }
    }

    #[test]
    fn what_means_itself_stands_without_quotes() {
        for text in [
            "a",
            "é",
            "_a",
            "/a/b",
            "a-b_c.d/e@f+g=h",
            "a, b",
            "a(b)",
            "a b",
            "arn:aws:s3:::a",
            "nullable",
            "10.0.0.0/16",
            "1a",
            "12:30:99",
            "2026-1",
            "infinite",
        ] {
            assert_eq!(string(text), text);
        }
    }

    #[test]
    fn a_quoted_key_is_laid_out_by_its_own_length() {
        let text = reads_back(&json!({ "#".repeat(2_000): 1 }));
        assert!(text.contains("? \"##"), "{text}");
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let text = prop_oneof![".{0,8}", "[0-9_:.,eExob+~ -]{0,8}", "[a-zA-Z]{1,5}", "\\PC{0,160}"];
        let scalar = prop_oneof![
            4 => text.clone().prop_map(Json::from),
            1 => any::<i64>().prop_map(Json::from),
            1 => any::<bool>().prop_map(Json::from),
            1 => Just(Json::Null),
        ];
        scalar.prop_recursive(4, 32, 6, move |inner| {
            let entries = prop::collection::btree_map(text.clone(), inner.clone(), 0..6);
            prop_oneof![
                prop::collection::vec(inner, 0..6).prop_map(Json::from),
                entries.prop_map(|entries| entries.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_written_reads_the_same(value in any_json()) {
            reads_back(&value);
        }
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
