//! Places in the bytes of JSON: of values, by their JSON Pointers, and of keys that are there twice.
//!
//! One pass without recursion. Of the whole text it keeps the keys of the objects that are open, and
//! what was asked for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Keys from the top of a text down to a value. An item of a list has its index, from 0.
pub(super) type Pointer = Vec<String>;

/// Bytes of a value, and of the key before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Key with its quotes; `None` of the top and of an item of a list.
    pub(super) key: Option<Range<usize>>,
    /// Value; of an object or a list its first byte alone.
    pub(super) value: Range<usize>,
}

/// A key that its object has already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RepeatedKey {
    pub(super) name: String,
    /// Bytes of the key where it was first.
    pub(super) first: Range<usize>,
    /// Bytes of the key that repeats it.
    pub(super) again: Range<usize>,
}

/// Answer to [`find`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Place of each pointer, in the order in which they were asked for; of what is there twice, the
    /// latter. `None` where the text has no such value.
    pub(super) places: Vec<Option<Place>>,
    /// Keys that repeat one, at most as many as were asked for.
    pub(super) repeated: Vec<RepeatedKey>,
    /// Number of keys that repeat one.
    pub(super) repetitions: usize,
}

/// Finds places in a text that is JSON; of any other text the answer means nothing.
pub(super) fn find(text: &[u8], wanted: &[Pointer], most_repeated: usize) -> Found {
    let found = Found { places: vec![None; wanted.len()], repeated: Vec::new(), repetitions: 0 };
    let mut scanner = Scanner { text, wanted, most_repeated, open: Vec::new(), key: None, found };
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at = scanner.step(*byte, at);
    }
    scanner.found
}

/// An object or a list that is not closed yet.
struct Open<'t> {
    /// Index of each wanted pointer that leads here or further inside.
    leading: Vec<usize>,
    inside: Inside<'t>,
}

enum Inside<'t> {
    /// Keys so far, each with its bytes.
    Object(BTreeMap<Cow<'t, [u8]>, Range<usize>>),
    /// Index of the next item.
    List(usize),
}

struct Scanner<'t, 'w> {
    text: &'t [u8],
    wanted: &'w [Pointer],
    most_repeated: usize,
    open: Vec<Open<'t>>,
    /// Key whose value comes next.
    key: Option<(Range<usize>, Cow<'t, [u8]>)>,
    found: Found,
}

impl<'t> Scanner<'t, '_> {
    /// Takes what begins at a byte; the byte behind it.
    fn step(&mut self, byte: u8, at: usize) -> usize {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' => at + 1,
            b'}' | b']' => {
                self.open.pop();
                at + 1
            }
            b'"' if self.is_before_key() => self.take_key(at),
            b'{' => self.enter(at, Inside::Object(BTreeMap::new())),
            b'[' => self.enter(at, Inside::List(0)),
            b'"' => self.take_scalar(at..end_of_text(self.text, at)),
            _ => self.take_scalar(at..end_of_word(self.text, at)),
        }
    }

    fn is_before_key(&self) -> bool {
        let is_in_object =
            self.open.last().is_some_and(|open| matches!(open.inside, Inside::Object(_)));
        is_in_object && self.key.is_none()
    }

    fn take_key(&mut self, at: usize) -> usize {
        let bytes = at..end_of_text(self.text, at);
        let name = decoded(self.text, &bytes);
        if let Some(Open { inside: Inside::Object(keys), .. }) = self.open.last_mut()
            && let Some(first) = keys.insert(name.clone(), bytes.clone())
        {
            self.found.repetitions += 1;
            if self.found.repeated.len() < self.most_repeated {
                let name = String::from_utf8_lossy(&name).into_owned();
                self.found.repeated.push(RepeatedKey { name, first, again: bytes.clone() });
            }
        }
        let end = bytes.end;
        self.key = Some((bytes, name));
        end
    }

    fn enter(&mut self, at: usize, inside: Inside<'t>) -> usize {
        let leading = self.value(at..at + 1);
        self.open.push(Open { leading, inside });
        at + 1
    }

    fn take_scalar(&mut self, bytes: Range<usize>) -> usize {
        let end = bytes.end;
        self.value(bytes);
        end
    }

    /// Notes the place of a value where it is wanted; the pointers that lead to it or inside.
    fn value(&mut self, bytes: Range<usize>) -> Vec<usize> {
        let depth = self.open.len();
        let key = self.key.take();
        let leading: Vec<usize> = match self.open.last_mut() {
            None => (0..self.wanted.len()).collect(),
            Some(Open { leading, inside }) => {
                let index = match inside {
                    Inside::Object(_) => None,
                    Inside::List(next) => {
                        *next += 1;
                        Some(*next - 1)
                    }
                };
                let is_here = |segment: &String| match (&key, index) {
                    (Some((_, name)), _) => segment.as_bytes() == &**name,
                    (None, Some(index)) => segment.parse() == Ok(index),
                    (None, None) => false,
                };
                let segment = |at: &usize| self.wanted.get(*at)?.get(depth - 1);
                let leads = |at: &usize| segment(at).is_some_and(is_here);
                leading.iter().copied().filter(leads).collect()
            }
        };
        let key = key.map(|(bytes, _)| bytes);
        for at in &leading {
            let is_meant = self.wanted.get(*at).is_some_and(|pointer| pointer.len() == depth);
            if let Some(place) = self.found.places.get_mut(*at).filter(|_| is_meant) {
                *place = Some(Place { key: key.clone(), value: bytes.clone() });
            }
        }
        leading
    }
}

/// The byte behind a text in quotes.
fn end_of_text(text: &[u8], at: usize) -> usize {
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
fn end_of_word(text: &[u8], at: usize) -> usize {
    let ends = |byte: &u8| matches!(byte, b',' | b':' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().position(ends).unwrap_or(rest.len()).max(1)
}

/// What a text in quotes says.
fn decoded<'t>(text: &'t [u8], bytes: &Range<usize>) -> Cow<'t, [u8]> {
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

    /// What stands at the key and the value of a pointer.
    fn at(text: &str, pointer: &[&str]) -> Option<(Option<String>, String)> {
        let wanted = pointer.iter().map(ToString::to_string).collect();
        let found = find(text.as_bytes(), &[wanted], 0).places.pop().flatten()?;
        let bytes = |range: Range<usize>| text[range].to_owned();
        Some((found.key.map(bytes), bytes(found.value)))
    }

    fn place(key: &str, value: &str) -> (Option<String>, String) {
        let key = Some(key).filter(|key| !key.is_empty()).map(str::to_owned);
        (key, value.to_owned())
    }

    #[test]
    fn values_are_found_by_their_pointers() {
        let text = r#" { "a": [1, [true, {"b": "x\"]}"}], -2.5e3] , "": null, "ü/~": {"é": "ß"} }"#;
        assert_eq!(at(text, &[]), Some(place("", "{")));
        assert_eq!(at(text, &["a"]), Some(place("\"a\"", "[")));
        assert_eq!(at(text, &["a", "0"]), Some(place("", "1")));
        assert_eq!(at(text, &["a", "1", "0"]), Some(place("", "true")));
        assert_eq!(at(text, &["a", "1", "1", "b"]), Some(place("\"b\"", r#""x\"]}""#)));
        assert_eq!(at(text, &["a", "2"]), Some(place("", "-2.5e3")));
        assert_eq!(at(text, &[""]), Some(place("\"\"", "null")));
        assert_eq!(at(text, &["ü/~", "é"]), Some(place("\"é\"", "\"ß\"")));
        for none in [&["b"][..], &["a", "3"], &["a", "0", "x"], &["a", "b"], &["0"]] {
            assert_eq!(at(text, none), None, "{none:?}");
        }
    }

    #[test]
    fn keys_are_compared_as_what_they_say() {
        let text = r#"{"\u0061\n\"": 1, "b\\": {"\ud83d\ude00": 2}}"#;
        assert_eq!(at(text, &["a\n\""]), Some(place(r#""\u0061\n\"""#, "1")));
        assert_eq!(at(text, &["b\\", "😀"]), Some(place(r#""\ud83d\ude00""#, "2")));
        let found = find(br#"{"\u0061": 1, "a": 2}"#, &[vec!["a".to_owned()]], 9);
        let repeated = RepeatedKey { name: "a".to_owned(), first: 1..9, again: 14..17 };
        assert_eq!(found.repeated, [repeated]);
        assert_eq!(found.places, [Some(Place { key: Some(14..17), value: 19..20 })]);
    }

    #[test]
    fn so_many_repeated_keys_are_kept_and_all_are_counted() {
        let text = format!("[{}]", vec![r#"{"a": {"b": 1, "b": 1}, "b": "a"}"#; 1_000].join(","));
        let found = find(text.as_bytes(), &[], 3);
        assert_eq!((found.repeated.len(), found.repetitions), (3, 1_000));
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = 500_000;
        let text = "[".repeat(deep) + "7" + &"]".repeat(deep);
        let found = find(text.as_bytes(), &[vec!["0".to_owned(); deep]], 0);
        assert_eq!(found.places, [Some(Place { key: None, value: deep..deep + 1 })]);
    }

    #[test]
    fn a_text_that_is_no_json_ends_too() {
        for text in ["", "\"", "\"\\", "{\"a", "}]", "{\"a\":", "\\", "[1 2", "{1:2}"] {
            assert_eq!(find(text.as_bytes(), &[], 1).repetitions, 0, "{text}");
        }
    }
}
