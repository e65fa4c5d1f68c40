//! JSON as it is written out: to be read by programs, and by people on a terminal.

use std::fmt::Write as _;

use serde::Serialize;

use crate::diagnostic::is_hidden;

/// Document with its indentation and a line break at the end. Hidden characters of its texts are
/// escapes, which mean the same to a program and can neither steer a terminal nor be overlooked.
pub fn document(json: &impl Serialize) -> String {
    let raw = serde_json::to_string_pretty(json).unwrap_or_default();
    let mut text = String::with_capacity(raw.len() + 1);
    for c in raw.chars() {
        // Beyond texts there is nothing hidden but line breaks, and in these they are escapes already.
        if c == '\n' || !is_hidden(c) {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    #[test]
    fn hidden_characters_are_escapes_of_the_same() {
        let json = json!({ "a\u{200b}": ["\u{202e}\u{9b}\u{e0041}\u{ffff}\u{1b}\n", "ä😀"] });
        let text = document(&json);
        insta::assert_snapshot!(text, @r#"
        {
          "a\u200b": [
            "\u202e\u009b\udb40\udc41\uffff\u001b\n",
            "ä😀"
          ]
        }
        "#);
        assert_eq!(serde_json::from_str::<Json>(&text).expect("JSON"), json);
    }
}
