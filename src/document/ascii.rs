//! Input of the YAML parser for files of nothing but ASCII, which nearly all are.
//!
//! Every character is a byte: the parser asks for one after another, and neither decodes nor counts
//! them. Other files are left to the parser's own input; a test holds both to each other.

use saphyr_parser::Input;
use saphyr_parser::input::{SkipTabs, is_alpha, is_blank, is_blank_or_breakz, is_breakz, is_flow};

/// Characters that the parser makes room for at once, which it does behind the first of 32. Of its
/// own input they are 128, which costs each short text another allocation.
const ROOM: usize = 31;

/// A text of ASCII and how far it is read. An offset that grows costs the parser's loops less than
/// a slice that shrinks, of which the start and the length change with every character.
#[derive(Debug, Clone)]
pub(super) struct Ascii<'s> {
    bytes: &'s [u8],
    /// Offset of the next byte; at the end or behind it where there is none.
    next: usize,
    /// The most characters that the parser asked for in advance.
    lookahead: usize,
}

impl<'s> Ascii<'s> {
    /// Input of these bytes, all of them ASCII.
    pub(super) fn new(text: &'s str) -> Self {
        Self { bytes: text.as_bytes(), next: 0, lookahead: 0 }
    }

    /// The byte behind `count` others, or NUL behind the end.
    #[inline]
    fn at(&self, count: usize) -> u8 {
        self.bytes.get(self.next + count).copied().unwrap_or_default()
    }

    /// Skips so many bytes; all where there are fewer.
    #[inline]
    fn behind(&mut self, count: usize) {
        self.next += count;
    }

    /// Bytes that are not read.
    #[inline]
    fn rest(&self) -> &'s [u8] {
        self.bytes.get(self.next..).unwrap_or_default()
    }

    /// Bytes up to the first that is not wanted.
    #[inline]
    fn run(&self, is_wanted: impl Fn(char) -> bool) -> &'s [u8] {
        let is_end = |byte: &u8| !is_wanted(char::from(*byte));
        let rest = self.rest();
        let end = rest.iter().position(is_end).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    /// Moves a run of bytes into a text; returns how many they are.
    fn fetch(&mut self, is_wanted: impl Fn(char) -> bool, out: &mut String) -> usize {
        let run = self.run(is_wanted);
        out.extend(run.iter().copied().map(char::from));
        self.behind(run.len());
        run.len()
    }

    /// Whether three equal marks stand here that begin or end a document.
    fn is_indicator(&self, mark: u8) -> bool {
        self.rest().starts_with(&[mark; 3]) && is_blank_or_breakz(char::from(self.at(3)))
    }
}

impl Input for Ascii<'_> {
    #[inline]
    fn lookahead(&mut self, count: usize) {
        self.lookahead = self.lookahead.max(count);
    }

    #[inline]
    fn buflen(&self) -> usize {
        self.lookahead
    }

    #[inline]
    fn bufmaxlen(&self) -> usize {
        ROOM
    }

    #[inline]
    fn raw_read_ch(&mut self) -> char {
        let found = self.peek();
        self.behind(1);
        found
    }

    #[inline]
    fn raw_read_non_breakz_ch(&mut self) -> Option<char> {
        let found = self.peek_opt().filter(|found| !is_breakz(*found))?;
        self.behind(1);
        Some(found)
    }

    #[inline]
    fn skip(&mut self) {
        self.behind(1);
    }

    #[inline]
    fn skip_n(&mut self, count: usize) {
        self.behind(count);
    }

    #[inline]
    fn peek(&self) -> char {
        char::from(self.at(0))
    }

    #[inline]
    fn peek_nth(&self, n: usize) -> char {
        char::from(self.at(n))
    }

    #[inline]
    fn peek_opt(&self) -> Option<char> {
        self.bytes.get(self.next).copied().map(char::from)
    }

    #[inline]
    fn next_2_are(&self, one: char, two: char) -> bool {
        self.peek() == one && self.peek_nth(1) == two
    }

    #[inline]
    fn next_3_are(&self, one: char, two: char, three: char) -> bool {
        self.next_2_are(one, two) && self.peek_nth(2) == three
    }

    #[inline]
    fn next_is_document_indicator(&self) -> bool {
        self.is_indicator(b'-') || self.is_indicator(b'.')
    }

    #[inline]
    fn next_is_document_start(&self) -> bool {
        self.is_indicator(b'-')
    }

    #[inline]
    fn next_is_document_end(&self) -> bool {
        self.is_indicator(b'.')
    }

    fn skip_ws_to_eol(&mut self, tabs: SkipTabs) -> (usize, Result<SkipTabs, &'static str>) {
        let blanks = match tabs {
            SkipTabs::Yes => self.run(is_blank),
            _ => self.run(|found| found == ' '),
        };
        let mut consumed = blanks.len();
        let (has_tab, has_space) = (blanks.contains(&b'\t'), blanks.contains(&b' '));
        let is_comment = self.at(consumed) == b'#';
        if is_comment && blanks.is_empty() {
            return (0, Err("comments must be separated from other tokens by whitespace"));
        }
        self.behind(consumed);
        if is_comment {
            consumed += self.skip_while_non_breakz();
        }
        (consumed, Ok(SkipTabs::Result(has_tab, has_space)))
    }

    #[inline]
    fn next_can_be_plain_scalar(&self, in_flow: bool) -> bool {
        match self.peek() {
            ':' => {
                let next = self.peek_nth(1);
                !(is_blank_or_breakz(next) || in_flow && is_flow(next))
            }
            found => !(in_flow && is_flow(found)),
        }
    }

    fn skip_while_non_breakz(&mut self) -> usize {
        let count = self.run(|found| !is_breakz(found)).len();
        self.behind(count);
        count
    }

    fn skip_while_blank(&mut self) -> usize {
        let count = self.run(is_blank).len();
        self.behind(count);
        count
    }

    fn fetch_while_is_alpha(&mut self, out: &mut String) -> usize {
        self.fetch(is_alpha, out)
    }

    fn fetch_while_is_yaml_non_space(&mut self, out: &mut String) -> usize {
        self.fetch(|found| !is_breakz(found) && !is_blank(found), out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use saphyr_parser::{Event, Parser, Span, StrInput};

    use super::*;

    /// What a parser makes of its input: events with their spans, or the error that ends them.
    fn events<'s, T: Input>(input: T) -> Vec<Result<(Event<'s>, Span), String>> {
        let mut parser = Parser::new(input);
        let mut found = Vec::new();
        while let Some(event) = parser.next_event() {
            let event = event.map_err(|error| error.to_string());
            let is_last = event.is_err();
            found.push(event);
            if is_last {
                break;
            }
        }
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn the_parser_reads_the_same_from_both_inputs(
            text in prop_oneof![
                "[ab: \n\t'\"#,\\[\\]{}&*!|>%@?.\\\\-]{0,60}",
                "(a|key|: |\n|\n  |\n    |- |> ?\n|\\|[+-]?\n|'|\"|\\\\n|\\\\u00e4|# |---|\\.\\.\\.|\r\n|\t|[{]|[}]|, |\\[|\\]|text of words|%TAG ! x:y|<<){0,20}",
            ]
        ) {
            prop_assert_eq!(events(Ascii::new(&text)), events(StrInput::new(&text)));
        }
    }
}
