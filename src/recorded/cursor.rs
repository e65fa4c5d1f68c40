//! A text that is JSON, gone through value by value without a tree of it and without recursion, so
//! that it costs no memory whatever it holds. Of any other text the answers mean nothing.

use std::borrow::Cow;
use std::ops::Range;

/// A place in a text, between two values.
pub(super) struct Cursor<'t> {
    text: &'t [u8],
    at: usize,
}

/// A value that was passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) bytes: Range<usize>,
    /// Number of values and keys in it, itself among them.
    pub(super) size: usize,
}

impl<'t> Cursor<'t> {
    /// The place before the value that is the whole text.
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// The place before the value that begins at a byte.
    pub(super) fn at(text: &'t [u8], at: usize) -> Self {
        Self { text, at }
    }

    /// First byte of the next value or key, or the byte that closes what is open; `None` at the end.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let rest = self.text.get(self.at..)?;
        self.at += rest.iter().position(|byte| !is_between(*byte))?;
        self.text.get(self.at).copied()
    }

    /// Goes through the object that is next. For each entry the function gets its key, and has to
    /// take its value.
    pub(super) fn object(&mut self, mut entry: impl FnMut(&mut Self, Cow<'t, str>)) {
        self.open();
        while let Some(byte) = self.peek() {
            if byte != b'"' {
                break;
            }
            let bytes = self.at..end_of_text(self.text, self.at);
            self.at = bytes.end;
            entry(self, as_text(decoded(self.text, &bytes)));
        }
        self.at += 1;
    }

    /// Goes through the list that is next. The function has to take each item.
    pub(super) fn list(&mut self, mut item: impl FnMut(&mut Self)) {
        self.open();
        while !matches!(self.peek(), None | Some(b']' | b'}')) {
            let before = self.at;
            item(self);
            // What cannot be taken would come for ever.
            self.at = self.at.max(before + 1);
        }
        self.at += 1;
    }

    /// Takes the bracket that is next.
    fn open(&mut self) {
        self.peek();
        self.at += 1;
    }

    /// Takes the next value.
    pub(super) fn pass(&mut self) -> Passed {
        let (mut start, mut depth, mut size) = (self.text.len(), 0_usize, 0);
        while let Some(byte) = self.peek() {
            if size == 0 {
                start = self.at;
            }
            size += usize::from(!matches!(byte, b'}' | b']'));
            self.at = match byte {
                b'{' | b'[' | b'}' | b']' => self.at + 1,
                b'"' => end_of_text(self.text, self.at),
                _ => end_of_word(self.text, self.at),
            };
            depth = match byte {
                b'{' | b'[' => depth + 1,
                b'}' | b']' => depth.saturating_sub(1),
                _ => depth,
            };
            if depth == 0 {
                break;
            }
        }
        Passed { bytes: start..self.at.max(start), size }
    }
}

fn as_text(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    }
}

/// `true` for a byte that stands between values and says nothing.
pub(super) fn is_between(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b':')
}

/// The byte behind a text in quotes.
pub(super) fn end_of_text(text: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while let Some(byte) = text.get(end) {
        end += match byte {
            b'"' => return end + 1,
            b'\\' => 2,
            _ => 1,
        };
    }
    text.len()
}

/// The byte behind a number, `true`, `false` or `null`.
pub(super) fn end_of_word(text: &[u8], at: usize) -> usize {
    let ends = |byte: &u8| is_between(*byte) || matches!(byte, b']' | b'}');
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().position(ends).unwrap_or(rest.len()).max(1)
}

/// What a text in quotes says.
pub(super) fn decoded<'t>(text: &'t [u8], bytes: &Range<usize>) -> Cow<'t, [u8]> {
    let quoted = text.get(bytes.clone()).unwrap_or_default();
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    if !inner.contains(&b'\\') {
        return Cow::Borrowed(inner);
    }
    let read = serde_json::from_slice::<String>(quoted).map(String::into_bytes);
    read.map_or(Cow::Borrowed(inner), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_passed_with_their_size() {
        let text = r#" [1, "a\"]", {"k\u0041": [true, {}]}, -2.5e3 ] "#;
        let mut cursor = Cursor::new(text.as_bytes());
        assert_eq!(cursor.pass(), Passed { bytes: 1..text.len() - 1, size: 9 });
        let (mut seen, mut keys) = (Vec::new(), Vec::new());
        Cursor::new(text.as_bytes()).list(|cursor| {
            if cursor.peek() == Some(b'{') {
                cursor.object(|cursor, key| {
                    keys.push(key.into_owned());
                    seen.push(cursor.pass());
                });
            } else {
                seen.push(cursor.pass());
            }
        });
        let seen: Vec<_> = seen.into_iter().map(|one| (&text[one.bytes], one.size)).collect();
        assert_eq!(seen, [("1", 1), (r#""a\"]""#, 1), ("[true, {}]", 3), ("-2.5e3", 1)]);
        assert_eq!(keys, ["kA"]);
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = 500_000;
        let text = "[".repeat(deep) + "7" + &"]".repeat(deep);
        let whole = Passed { bytes: 0..text.len(), size: deep + 1 };
        assert_eq!(Cursor::new(text.as_bytes()).pass(), whole);
    }

    #[test]
    fn a_text_that_is_no_json_ends_too() {
        for text in ["", "\"", "\"\\", "{\"a", "}]", "{\"a\":", "\\", "[1 2", "{1:2}", "[}", "{]"] {
            Cursor::new(text.as_bytes()).pass();
            Cursor::new(text.as_bytes()).list(|_| {});
            Cursor::new(text.as_bytes()).object(|cursor, _| {
                cursor.pass();
            });
        }
    }
}
