//! Places in the bytes of JSON: of values, by their JSON Pointers, and of keys that are there twice.
//!
//! One pass without recursion. Of the whole text it keeps some keys of the objects that are open, and
//! what was asked for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use super::cursor::{Cursor, decoded, end_of_text, end_of_word, is_between};

/// Keys of open objects that are kept at most: a key that repeats a further one is not found.
const MOST_KEYS: usize = 100_000;

/// Objects and lists in each other that are looked into at most. JSON that is deeper is refused.
const DEEPEST: usize = 128;

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
    /// latter. `None` where the text has no such value, or too deep.
    pub(super) places: Vec<Option<Place>>,
    /// Keys that repeat one, at most as many as were asked for.
    pub(super) repeated: Vec<RepeatedKey>,
    /// Number of keys that repeat one.
    pub(super) repetitions: usize,
}

/// What to find, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'w> {
    pub(super) pointers: &'w [Pointer],
    /// Repeated keys to find at most.
    pub(super) repeated: usize,
    /// Byte up to which repeated keys are looked for.
    pub(super) look_to: usize,
}

/// Finds places in a text that is JSON; of any other text the answer means nothing.
pub(super) fn find(text: &[u8], wanted: Wanted<'_>) -> Found {
    let missing = wanted.pointers.len();
    let found = Found { places: vec![None; missing], repeated: Vec::new(), repetitions: 0 };
    let (open, key) = (Vec::new(), None);
    let mut scanner = Scanner { text, wanted, missing, open, keys: 0, key, found };
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if at >= wanted.look_to && scanner.missing == 0 {
            break;
        }
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
    /// Index of the next item, and the pointers that lead to items, by their index.
    List(usize, BTreeMap<usize, Vec<usize>>),
}

struct Scanner<'t, 'w> {
    text: &'t [u8],
    wanted: Wanted<'w>,
    /// Number of pointers whose places are not found yet.
    missing: usize,
    open: Vec<Open<'t>>,
    /// Number of keys of open objects that are kept.
    keys: usize,
    /// Key whose value comes next.
    key: Option<(Range<usize>, Cow<'t, [u8]>)>,
    found: Found,
}

impl<'t> Scanner<'t, '_> {
    /// Takes what begins at a byte; the byte behind it.
    fn step(&mut self, byte: u8, at: usize) -> usize {
        match byte {
            byte if is_between(byte) => at + 1,
            b'}' | b']' => {
                if let Some(Open { inside: Inside::Object(keys), .. }) = self.open.pop() {
                    self.keys -= keys.len();
                }
                at + 1
            }
            b'"' if self.is_before_key() => self.take_key(at),
            b'{' | b'[' if self.open.len() >= DEEPEST => {
                self.value(at..at + 1);
                Cursor::at(self.text, at).pass().bytes.end
            }
            b'{' | b'[' => self.enter(at, byte == b'['),
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
        if let Some(first) = self.keep(name.clone(), &bytes) {
            self.found.repetitions += 1;
            if self.found.repeated.len() < self.wanted.repeated {
                let name = String::from_utf8_lossy(&name).into_owned();
                self.found.repeated.push(RepeatedKey { name, first, again: bytes.clone() });
            }
        }
        let end = bytes.end;
        self.key = Some((bytes, name));
        end
    }

    /// Keeps a key of the innermost object; the bytes of the key that it repeats.
    fn keep(&mut self, name: Cow<'t, [u8]>, bytes: &Range<usize>) -> Option<Range<usize>> {
        let Some(Open { inside: Inside::Object(keys), .. }) = self.open.last_mut() else {
            return None;
        };
        match keys.entry(name) {
            Entry::Occupied(mut first) => return Some(first.insert(bytes.clone())),
            Entry::Vacant(entry) if self.keys < MOST_KEYS => {
                self.keys += 1;
                entry.insert(bytes.clone());
            }
            Entry::Vacant(_) => {}
        }
        None
    }

    fn enter(&mut self, at: usize, is_list: bool) -> usize {
        let leading = self.value(at..at + 1);
        let inside = if is_list {
            Inside::List(0, self.by_index(&leading))
        } else {
            Inside::Object(BTreeMap::new())
        };
        self.open.push(Open { leading, inside });
        at + 1
    }

    /// Pointers that lead further inside of the list that comes next, by the index of the item.
    fn by_index(&self, leading: &[usize]) -> BTreeMap<usize, Vec<usize>> {
        let mut items: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in leading {
            let index = self.segment(*at, self.open.len()).and_then(|index| index.parse().ok());
            if let Some(index) = index {
                items.entry(index).or_default().push(*at);
            }
        }
        items
    }

    /// Segment of a wanted pointer at a depth.
    fn segment(&self, pointer: usize, depth: usize) -> Option<&String> {
        self.wanted.pointers.get(pointer)?.get(depth)
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
        let leading = match self.open.last_mut() {
            None => (0..self.wanted.pointers.len()).collect(),
            Some(Open { inside: Inside::List(next, items), .. }) => {
                *next += 1;
                items.remove(&(*next - 1)).unwrap_or_default()
            }
            Some(_) => self.leading_to(key.as_ref().map(|(_, name)| &**name)),
        };
        let key = key.map(|(bytes, _)| bytes);
        for at in &leading {
            let is_meant = self.wanted.pointers.get(*at).is_some_and(|it| it.len() == depth);
            if let Some(place) = self.found.places.get_mut(*at).filter(|_| is_meant) {
                let before = place.replace(Place { key: key.clone(), value: bytes.clone() });
                self.missing -= usize::from(before.is_none());
            }
        }
        leading
    }

    /// Pointers that lead to a key of the innermost object or further inside.
    fn leading_to(&self, key: Option<&[u8]>) -> Vec<usize> {
        let (Some(key), Some(open)) = (key, self.open.last()) else { return Vec::new() };
        let segment = |at: &usize| self.segment(*at, self.open.len() - 1);
        let leads = |at: &usize| segment(at).is_some_and(|segment| segment.as_bytes() == key);
        open.leading.iter().copied().filter(leads).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer from the whole text.
    fn all(text: &str, pointers: &[Pointer], repeated: usize) -> Found {
        find(text.as_bytes(), Wanted { pointers, repeated, look_to: text.len() })
    }

    /// What stands at the key and the value of a pointer.
    fn at(text: &str, pointer: &[&str]) -> Option<(Option<String>, String)> {
        let wanted = pointer.iter().map(ToString::to_string).collect();
        let found = all(text, &[wanted], 0).places.pop().flatten()?;
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
        let found = all(r#"{"\u0061": 1, "a": 2}"#, &[vec!["a".to_owned()]], 9);
        let repeated = RepeatedKey { name: "a".to_owned(), first: 1..9, again: 14..17 };
        assert_eq!(found.repeated, [repeated]);
        assert_eq!(found.places, [Some(Place { key: Some(14..17), value: 19..20 })]);
    }

    #[test]
    fn so_many_repeated_keys_are_kept_and_all_are_counted() {
        let text = format!("[{}]", vec![r#"{"a": {"b": 1, "b": 1}, "b": "a"}"#; 1_000].join(","));
        let found = all(&text, &[], 3);
        assert_eq!((found.repeated.len(), found.repetitions), (3, 1_000));
    }

    #[test]
    fn nothing_further_is_looked_at_than_it_must_be() {
        let text = r#"{"a": 1, "a": 2, "b": {"c": 3, "c": 4, "d": 5, "d": 6}}"#;
        let pointers = [vec!["b".to_owned(), "c".to_owned()]];
        let found = find(text.as_bytes(), Wanted { pointers: &pointers, repeated: 9, look_to: 0 });
        let first = found.places.first().and_then(Option::as_ref).expect("the first `c`");
        assert_eq!(&text[first.value.clone()], "3");
        let names: Vec<_> = found.repeated.iter().map(|key| &*key.name).collect();
        assert_eq!(names, ["a"]);
    }

    #[test]
    fn depth_costs_no_stack_and_the_number_of_keys_no_memory() {
        let deep = 500_000;
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let text = format!("[{}7{}, 8]", open.repeat(deep), close.repeat(deep));
            assert_eq!(at(&text, &["1"]), Some(place("", "8")));
        }
        let keys: Vec<_> = (0..=MOST_KEYS).map(|key| format!("\"{key}\": 1")).collect();
        let keys = keys.join(",");
        let text = format!(r#"[{{{keys}, "{MOST_KEYS}": 1, "0": 1}}, {{"a": 1, "a": 1}}]"#);
        let names: Vec<_> = all(&text, &[], 9).repeated.into_iter().map(|key| key.name).collect();
        assert_eq!(names, ["0", "a"]);
    }

    #[test]
    fn a_text_that_is_no_json_ends_too() {
        for text in ["", "\"", "\"\\", "{\"a", "}]", "{\"a\":", "\\", "[1 2", "{1:2}"] {
            assert_eq!(all(text, &[], 1).repetitions, 0, "{text}");
        }
    }
}
