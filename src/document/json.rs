//! JSON, for files of that name, into the same tree as YAML.
//!
//! YAML takes most of JSON, but not its escapes of characters in two halves, and takes much for
//! JSON that no other reader does. A file ends at its first error: what follows one is guesswork.

use std::ops::Range;

use saphyr_parser::ScalarStyle;

use crate::diagnostic::{Code, Diagnostic, Location};

use super::limits::{MAX_DEPTH, MAX_NODES};
use super::node::{Builder, Each, NodeKind};
use super::refusal;
use super::scalar::Scalar;
use super::short::short;
use super::sink::DiagnosticSink;
use super::source_map::{code_unit, unescape};
use super::text::SourceText;

/// What to do about a text that is no JSON otherwise.
const MORE: &str = "name the file `.yaml` if it is YAML";

/// Hands over the document of a file. `true` where it could be read.
pub(super) fn read(source: &SourceText, sink: &mut DiagnosticSink, each: &mut Each<'_>) -> bool {
    let tree = Builder::new(source.source().len());
    let mut reader = Reader { source, sink, tree, at: 0, count: 0 };
    let is_whole = reader.document().is_ok();
    if let (true, Some(root)) = (is_whole, reader.tree.node(0)) {
        each(root, source, reader.sink);
    }
    is_whole
}

/// End of reading, whose reason has been reported.
struct Stopped;

struct Reader<'s, 'd> {
    source: &'s SourceText,
    sink: &'d mut DiagnosticSink,
    tree: Builder<'s>,
    at: usize,
    /// Nodes of the file so far.
    count: usize,
}

impl Reader<'_, '_> {
    fn document(&mut self) -> Result<(), Stopped> {
        self.skip();
        self.value(0)?;
        self.skip();
        match self.peek() {
            Some('#' | '/') => Err(self.unexpected("the end")),
            Some(_) => Err(self.stop(
                "a second value follows the first",
                "a `.json` file holds one document; use a `.yaml` file, or one file for each",
            )),
            None => Ok(()),
        }
    }

    fn value(&mut self, depth: usize) -> Result<(), Stopped> {
        self.bound(depth)?;
        match self.peek() {
            Some('{') => self.map(depth + 1),
            Some('[') => self.list(depth + 1),
            Some('"') => self.string(),
            Some(found) if is_word(found) => self.word(),
            _ => Err(self.unexpected("a value")),
        }
    }

    /// Stops where there is too much.
    fn bound(&mut self, depth: usize) -> Result<(), Stopped> {
        let here = |reader: &Self| reader.place(reader.at..reader.at);
        if depth > MAX_DEPTH {
            self.sink.push(refusal::too_deep(here(self), MAX_DEPTH));
        } else if self.count >= MAX_NODES {
            self.sink.push(refusal::too_many_nodes(here(self), MAX_NODES));
        } else if !self.sink.is_full() {
            self.count += 1;
            return Ok(());
        }
        Err(Stopped)
    }

    fn list(&mut self, depth: usize) -> Result<(), Stopped> {
        let open = self.tree.open((self.at..self.at).into());
        self.at += 1;
        self.skip();
        let mut is_done = self.take(']');
        while !is_done {
            self.value(depth)?;
            is_done = self.is_last(']')?;
        }
        self.tree.close(&open, NodeKind::List);
        Ok(())
    }

    fn map(&mut self, depth: usize) -> Result<(), Stopped> {
        let mut open = self.tree.open((self.at..self.at).into());
        self.at += 1;
        self.skip();
        let mut is_done = self.take('}');
        while !is_done {
            self.bound(depth)?;
            if self.peek() != Some('"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let at = self.tree.len();
            self.string()?;
            self.skip();
            if !self.take(':') {
                return Err(self.unexpected("`:`"));
            }
            self.skip();
            let key = self.tree.node(at);
            let is_key = key.is_some_and(|key| matches!(key.kind(), NodeKind::Scalar(_)));
            let first = if is_key { self.tree.key(&mut open, at) } else { None };
            self.value(depth)?;
            if let (Some(first), Some(key)) = (first, self.tree.node(at)) {
                let (name, place) = (key.raw(), self.source.place_of(key.span()));
                self.sink.push(refusal::duplicate_key(name, place, self.source.place_of(first)));
            }
            if !is_key || first.is_some() {
                self.tree.truncate(at);
            }
            is_done = self.is_last('}')?;
        }
        self.tree.close(&open, NodeKind::Map);
        Ok(())
    }

    /// `true` behind the last item; else reading goes on where the next one begins.
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

    fn string(&mut self) -> Result<(), Stopped> {
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
            self.scalar(value, ScalarStyle::DoubleQuoted, span);
        } else {
            self.tree.refused(span.into());
        }
        Ok(())
    }

    /// The character that an escape stands for; half a character is noted and is none.
    fn escape(&mut self) -> Result<Option<char>, Stopped> {
        let start = self.at;
        let from = self.source.from(start + 1);
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
            let half = self.source.slice(start..self.at);
            let message = format!("`{half}` is half of a character");
            let help = "write both halves, as in `\\ud83d\\ude00`, or the character itself";
            let place = self.place(start..self.at);
            self.sink.push(Diagnostic::error(place, Code::LoneSurrogate, message).help(help));
        }
        Ok(meant)
    }

    /// `true`, `false`, `null` or a number.
    fn word(&mut self) -> Result<(), Stopped> {
        let rest = self.source.from(self.at);
        let word = rest.get(..rest.find(|c| !is_word(c)).unwrap_or(rest.len())).unwrap_or_default();
        if !matches!(word, "true" | "false" | "null") && !is_number(word) {
            let message = format!("`{}` is no value of JSON", short(word));
            let help = format!("put text in double quotes, or {MORE}");
            return Err(self.stop(&message, &help));
        }
        let span = self.at..self.at + word.len();
        self.at = span.end;
        self.scalar(word.to_owned(), ScalarStyle::Plain, span);
        Ok(())
    }

    fn scalar(&mut self, value: String, style: ScalarStyle, span: Range<usize>) {
        let behind = span.start;
        let (span, scalar) = Scalar::new(self.source, (value, style), span, behind);
        self.tree.scalar(span, scalar);
    }

    fn peek(&self) -> Option<char> {
        self.source.char_at(self.at)
    }

    fn take(&mut self, wanted: char) -> bool {
        let is_there = self.peek() == Some(wanted);
        self.at += if is_there { wanted.len_utf8() } else { 0 };
        is_there
    }

    fn skip(&mut self) {
        let rest = self.source.from(self.at);
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn place(&self, span: Range<usize>) -> Location {
        self.source.place(span)
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
        read(&SourceText::new("x.json".into(), text), &mut sink, &mut |_, _, _| {})
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
