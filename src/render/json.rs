//! JSON as it is written out: to be read by programs, and by people on a terminal.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{Formatter, PrettyFormatter};

use crate::diagnostic::is_hidden;

/// Document with its indentation and a line break at the end. Hidden characters of its texts are
/// escapes, which mean the same to a program and can neither steer a terminal nor be overlooked.
pub fn document(json: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    // Nothing that is written here has keys that are no texts, and memory takes whatever comes.
    let _ = write(json, &mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The same to where it is wanted, piece by piece as it comes.
pub fn write(json: &impl Serialize, mut out: impl Write) -> io::Result<()> {
    json.serialize(&mut Serializer::with_formatter(&mut out, Visible(PrettyFormatter::new())))?;
    out.write_all(b"\n")
}

/// Layout in which no character is hidden.
struct Visible<'i>(PrettyFormatter<'i>);

/// Methods that the layout itself decides.
macro_rules! laid_out {
    ($($name:ident($($argument:ident: $kind:ty)?)),+) => {$(
        fn $name<W: ?Sized + Write>(&mut self, out: &mut W $(, $argument: $kind)?) -> io::Result<()> {
            self.0.$name(out $(, $argument)?)
        }
    )+};
}

impl Formatter for Visible<'_> {
    laid_out! {
        begin_array(), end_array(), begin_array_value(first: bool), end_array_value(),
        begin_object(), end_object(), begin_object_key(first: bool), begin_object_value(),
        end_object_value()
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        text: &str,
    ) -> io::Result<()> {
        let mut rest = text;
        while let Some((at, hidden)) = rest.char_indices().find(|(_, c)| is_hidden(*c)) {
            let (before, behind) = rest.split_at(at);
            out.write_all(before.as_bytes())?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = behind.get(hidden.len_utf8()..).unwrap_or_default();
        }
        out.write_all(rest.as_bytes())
    }
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
