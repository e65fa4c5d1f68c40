//! JSON, for files of that name, into the same tree as YAML.
//!
//! YAML takes most of JSON, but not its escapes of characters in two halves, and takes much for
//! JSON that no other reader does. A file ends at its first error: what follows one is guesswork.

use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::ScalarStyle;

use crate::diagnostic::{Code, Diagnostic, Place};

use super::node::{Entry, Keys, Node, Tree};
use super::refusal;
use super::scalar::Scalar;
use super::short::short;
use super::sink::DiagnosticSink;
use super::source_map::{code_unit, unescape};
use super::text::Text;
use super::yaml::{MAX_DEPTH, MAX_NODES};

/// What to do about a text that is no JSON otherwise.
const MORE: &str = "name the file `.yaml` if it is YAML";

/// The document of a file; what is wrong is noted.
pub(super) fn read(text: &Arc<Text>, sink: &mut DiagnosticSink) -> Option<Node> {
    let mut reader = Reader { text, sink, at: 0, nodes: 0 };
    reader.document().ok()
}

/// Reading ended; the diagnostic is noted.
struct Stopped;

struct Reader<'a, 'd> {
    text: &'a Arc<Text>,
    sink: &'d mut DiagnosticSink,
    at: usize,
    nodes: usize,
}

impl Reader<'_, '_> {
    fn document(&mut self) -> Result<Node, Stopped> {
        self.skip();
        let root = self.value(0)?;
        self.skip();
        match self.peek() {
            Some('#' | '/') => Err(self.unexpected("the end")),
            Some(_) => Err(self.stop(
                "a second value follows the first",
                "a `.json` file holds one document; use a `.yaml` file, or one file for each",
            )),
            None => Ok(root),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Stopped> {
        self.bound(depth)?;
        let start = self.place(self.at..self.at);
        match self.peek() {
            Some('{') => Ok(Node { place: start, tree: Tree::Map(self.map(depth + 1)?) }),
            Some('[') => Ok(Node { place: start, tree: Tree::List(self.list(depth + 1)?) }),
            Some('"') => self.string(),
            Some(found) if is_word(found) => self.word(),
            _ => Err(self.unexpected("a value")),
        }
    }

    /// Stops where there is too much.
    fn bound(&mut self, depth: usize) -> Result<(), Stopped> {
        self.nodes += 1;
        let here = self.place(self.at..self.at);
        if depth > MAX_DEPTH {
            self.sink.push(refusal::too_deep(here, MAX_DEPTH));
        } else if self.nodes > MAX_NODES {
            self.sink.push(refusal::too_many_nodes(here, MAX_NODES));
        } else if !self.sink.is_full() {
            return Ok(());
        }
        Err(Stopped)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Stopped> {
        let mut items = Vec::new();
        self.at += 1;
        self.skip();
        if self.take(']') {
            return Ok(items);
        }
        loop {
            items.push(self.value(depth)?);
            if self.is_last(']')? {
                return Ok(items);
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Vec<Entry>, Stopped> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut keys = Keys::default();
        self.at += 1;
        self.skip();
        if self.take('}') {
            return Ok(entries);
        }
        loop {
            self.bound(depth)?;
            if self.peek() != Some('"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let key = self.string()?;
            self.skip();
            if !self.take(':') {
                return Err(self.unexpected("`:`"));
            }
            self.skip();
            let value = self.value(depth)?;
            if let Tree::Scalar(name) = key.tree {
                let name = name.into_text();
                if let Some(first) = keys.find(&entries, &name) {
                    let first = first.place.clone();
                    self.sink.push(refusal::duplicate_key(&name, key.place, first));
                } else {
                    entries.push(Entry { key: name, place: key.place, value });
                }
            }
            if self.is_last('}')? {
                return Ok(entries);
            }
        }
    }

    /// Behind an item: whether it is the last one, else where the next one begins.
    fn is_last(&mut self, close: char) -> Result<bool, Stopped> {
        self.skip();
        if self.take(close) {
            return Ok(true);
        }
        let comma = self.at;
        if !self.take(',') {
            return Err(self.unexpected(&format!("`,` or `{close}`")));
        }
        self.skip();
        if self.peek() == Some(close) {
            self.at = comma;
            return Err(self.stop(&format!("a `,` stands before `{close}`"), "remove it"));
        }
        Ok(false)
    }

    fn string(&mut self) -> Result<Node, Stopped> {
        let start = self.at;
        let mut value = String::new();
        let mut is_whole = true;
        self.at += 1;
        loop {
            match self.peek() {
                Some('"') => break,
                Some('\\') => match self.escape()? {
                    Some(meant) => value.push(meant),
                    None => is_whole = false,
                },
                Some('\t') => return Err(self.stop("a tab stands in a text", "write it as `\\t`")),
                None | Some('\n' | '\r') => {
                    self.at = start;
                    return Err(self.stop(
                        "the text that begins here is never closed",
                        "close it with `\"`; a line break inside is written `\\n`",
                    ));
                }
                Some(found) => {
                    value.push(found);
                    self.at += found.len_utf8();
                }
            }
        }
        self.at += 1;
        let span = start..self.at;
        if value.contains('\0') {
            self.sink.push(refusal::nul(self.place(span.clone())));
            is_whole = false;
        }
        if is_whole {
            return Ok(self.scalar(&value, ScalarStyle::DoubleQuoted, &span));
        }
        Ok(Node { place: self.place(span), tree: Tree::Refused })
    }

    /// The character that an escape stands for; half a character is noted and is none.
    fn escape(&mut self) -> Result<Option<char>, Stopped> {
        let start = self.at;
        let from = self.text.from(start + 1);
        match from.chars().next() {
            Some('u') => {}
            Some(letter @ ('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't')) => {
                self.at += 2;
                return Ok(Some(unescape(letter, from).0));
            }
            _ => {
                let help = "write `\\\\` for a backslash";
                return Err(self.stop("JSON does not know this escape", help));
            }
        }
        let Some((code, digits)) = code_unit(from) else {
            let help = "write `\\u` with four digits from 0 to f";
            return Err(self.stop("an escape has too few digits", help));
        };
        self.at += 2 + digits;
        let meant = char::from_u32(code);
        if meant.is_none() {
            let half = self.text.slice(start..self.at);
            let message = format!("`{half}` is half of a character");
            let help = "write both halves, as in `\\ud83d\\ude00`, or the character itself";
            let place = self.place(start..self.at);
            self.sink.push(Diagnostic::error(place, Code::LoneSurrogate, message).help(help));
        }
        Ok(meant)
    }

    /// `true`, `false`, `null` or a number.
    fn word(&mut self) -> Result<Node, Stopped> {
        let rest = self.text.from(self.at);
        let word = rest.get(..rest.find(|c| !is_word(c)).unwrap_or(rest.len())).unwrap_or_default();
        if !matches!(word, "true" | "false" | "null") && !is_number(word) {
            let message = format!("`{}` is no value of JSON", short(word));
            let help = format!("put text in double quotes, or {MORE}");
            return Err(self.stop(&message, &help));
        }
        let span = self.at..self.at + word.len();
        self.at = span.end;
        Ok(self.scalar(word, ScalarStyle::Plain, &span))
    }

    fn scalar(&self, value: &str, style: ScalarStyle, span: &Range<usize>) -> Node {
        let scalar = Scalar::new(self.text, (value.to_owned(), style), span, span.start);
        Node { place: scalar.place(0), tree: Tree::Scalar(Box::new(scalar)) }
    }

    fn peek(&self) -> Option<char> {
        self.text.char_at(self.at)
    }

    fn take(&mut self, wanted: char) -> bool {
        let is_there = self.peek() == Some(wanted);
        self.at += if is_there { wanted.len_utf8() } else { 0 };
        is_there
    }

    fn skip(&mut self) {
        let rest = self.text.from(self.at);
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn place(&self, span: Range<usize>) -> Place {
        self.text.place(span)
    }

    fn stop(&mut self, message: &str, help: &str) -> Stopped {
        let place = self.place(self.at..self.at);
        self.sink.push(Diagnostic::error(place, Code::JsonSyntax, message).help(help));
        Stopped
    }

    /// What stands where something else is needed.
    fn unexpected(&mut self, wanted: &str) -> Stopped {
        let message = format!("{wanted} is needed here");
        match self.peek() {
            None => {
                let help = "close each `{`, `[` and `\"` that is open";
                self.stop(&format!("the file ends where {wanted} is needed"), help)
            }
            Some('#' | '/') => self.stop("JSON has no comments", &format!("remove it, or {MORE}")),
            Some('\'') => self.stop("JSON has no single quotes", "write `\"`"),
            Some(_) => self.stop(&message, MORE),
        }
    }
}

/// Whether a character belongs to a word or a number.
fn is_word(found: char) -> bool {
    found.is_alphanumeric() || matches!(found, '-' | '+' | '.' | '_')
}

/// A number as JSON has it: no zeros before it, no sign but `-`, digits around the point.
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    let word = word.strip_prefix('-').unwrap_or(word);
    let (number, exponent) = word.split_once(['e', 'E']).unwrap_or((word, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && digits(fraction)
        && digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    /// Whether a text is JSON.
    fn is_json(text: &str) -> bool {
        let mut sink = DiagnosticSink::of_file();
        read(&Arc::new(Text::new("x.json".into(), text)), &mut sink).is_some()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn another_reader_agrees_on_what_is_json(
            text in prop_oneof![
                "[\\[\\]{},:\" \n0-9truefalsn.eE+-]{0,12}",
                "(\\[|\\]|\\{|\\}|,|:|\"a\"|\"b\"| |1|-0|0.5|1e3|01|true|null|\"\\\\n\"|\"\\\\u00e4\"){0,12}",
                "\"[a\u{e4}\\\\/bfnrtu0-9\"]{0,8}\"",
            ]
        ) {
            prop_assert_eq!(is_json(&text), serde_json::from_str::<IgnoredAny>(&text).is_ok());
        }
    }
}
