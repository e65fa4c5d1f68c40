//! Text of a file: from the parser's characters to bytes, and from bytes to lines and columns.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::diagnostic::{Location, is_hidden};

use super::span::Span;

/// How many characters lie between two remembered offsets.
const STRIDE: usize = 64;

/// Text of a file, with indices that make every question cheap, also in a file of one line. What
/// only problems need is counted when the first of them is told.
#[derive(Debug)]
pub struct SourceText {
    path: Arc<str>,
    source: String,
    /// Where each line begins, in bytes.
    lines: OnceLock<Vec<usize>>,
    /// Where each [`STRIDE`]th character begins, in bytes; of no use where every character is a byte.
    strides: Vec<usize>,
    is_ascii: bool,
}

impl SourceText {
    /// Text of the file at a path.
    pub(super) fn new(path: Arc<str>, source: &str) -> Self {
        let is_ascii = source.is_ascii();
        let strides = if is_ascii {
            Vec::new()
        } else {
            source.char_indices().step_by(STRIDE).map(|(at, _)| at).collect()
        };
        Self { path, source: source.to_owned(), lines: OnceLock::new(), strides, is_ascii }
    }

    /// Path of the file from the repository's root, with `/`.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// Place of a value: its first line, where it has several.
    pub fn place_of(&self, span: Span) -> Location {
        self.place(self.first_line(span.range()))
    }

    /// Place of a part of a value, over all its lines.
    pub fn place_of_part(&self, span: Span) -> Location {
        self.place(span.range())
    }

    /// Where each line begins, in bytes.
    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let breaks = || memchr::memchr_iter(b'\n', self.source.as_bytes());
            // Counted first: a list that grows takes three times the room on its way.
            let mut lines = Vec::with_capacity(breaks().count() + 1);
            lines.extend(std::iter::once(0).chain(breaks().map(|at| at + 1)));
            lines
        })
    }

    /// `true` where every character is a byte.
    pub(super) fn is_ascii(&self) -> bool {
        self.is_ascii
    }

    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// The text in a range; empty where the range is none of whole characters.
    pub(super) fn slice(&self, range: Range<usize>) -> &str {
        self.source.get(range).unwrap_or_default()
    }

    /// The first character of a value that is not seen as what it is, as the file has it: an escape is
    /// seen. Spaces of other kinds than that of ASCII count, which look like that one.
    pub fn hidden_in(&self, span: Span) -> Option<(char, Span)> {
        if self.is_ascii {
            return None;
        }
        let is_odd = |c: char| !c.is_ascii() && (is_hidden(c) || c.is_whitespace());
        let range = span.range();
        let start = range.start;
        let (at, found) = self.slice(range).char_indices().find(|(_, c)| is_odd(*c))?;
        Some((found, Span::from(start + at..start + at + found.len_utf8())))
    }

    /// The text from an offset on.
    pub(super) fn from(&self, byte: usize) -> &str {
        self.slice(byte..self.source.len())
    }

    /// The first character at an offset.
    pub(super) fn char_at(&self, byte: usize) -> Option<char> {
        self.from(byte).chars().next()
    }

    /// Where a character begins, counted from 0; the end for those behind it.
    pub(super) fn byte_of(&self, character: usize) -> usize {
        if self.is_ascii {
            return character.min(self.source.len());
        }
        let Some(start) = self.strides.get(character / STRIDE) else { return self.source.len() };
        let inside = self.from(*start).char_indices().nth(character % STRIDE);
        inside.map_or(self.source.len(), |(at, _)| start + at)
    }

    /// How many characters lie before an offset.
    pub(super) fn character_of(&self, byte: usize) -> usize {
        if self.is_ascii {
            return byte;
        }
        let strides = self.strides.partition_point(|start| *start <= byte).saturating_sub(1);
        let start = self.strides.get(strides).copied().unwrap_or_default();
        strides * STRIDE + self.slice(start..byte.max(start)).chars().count()
    }

    /// The place where a line begins, counted from 0.
    pub(super) fn place_of_line(&self, line: usize) -> Location {
        let start = self.lines().get(line).copied().unwrap_or_default();
        self.place(start..start)
    }

    /// The line that an offset lies in, counted from 0.
    fn line_of(&self, byte: usize) -> usize {
        self.lines().partition_point(|start| *start <= byte).saturating_sub(1)
    }

    /// Where the line that an offset lies in begins.
    pub(super) fn line_start(&self, byte: usize) -> usize {
        self.lines().get(self.line_of(byte)).copied().unwrap_or_default()
    }

    /// The line that an offset lies in, without its break.
    pub(super) fn line_around(&self, byte: usize) -> &str {
        self.slice(self.inside(self.line_of(byte)))
    }

    /// The bytes of a line, without its break.
    fn inside(&self, line: usize) -> Range<usize> {
        let start = self.lines().get(line).copied().unwrap_or_default();
        let end = self.lines().get(line + 1).copied().unwrap_or(self.source.len());
        let text = self.slice(start..end);
        // A carriage return stands nowhere else: the file would have been refused.
        let text = text.strip_suffix('\n').unwrap_or(text);
        start..start + text.strip_suffix('\r').unwrap_or(text).len()
    }

    /// Where lines begin at or behind an offset.
    pub(super) fn line_starts_from(&self, byte: usize) -> &[usize] {
        let before = self.lines().partition_point(|start| *start < byte);
        self.lines().get(before..).unwrap_or_default()
    }

    /// A range, cut at the end of its first line.
    pub(super) fn first_line(&self, range: Range<usize>) -> Range<usize> {
        self.cut(self.line_of(range.start), &range)
    }

    /// The place of a range of bytes; at least one character wide, so that it can be shown.
    pub(super) fn place(&self, range: Range<usize>) -> Location {
        self.place_from(self.line_of(range.start), range)
    }

    /// A range that begins in a line, cut at the end of the line.
    fn cut(&self, line: usize, range: &Range<usize>) -> Range<usize> {
        range.start..range.end.min(self.inside(line).end).max(range.start)
    }

    /// The place of a range that begins in a line.
    fn place_from(&self, line: usize, range: Range<usize>) -> Location {
        let column = self.column(line, range.start);
        let is_in_line = self.lines().get(line + 1).is_none_or(|next| range.end < *next);
        let end_line = if is_in_line { line } else { self.line_of(range.end) };
        let end_column = self.column(end_line, range.end);
        let count = |from_zero: usize| u32::try_from(from_zero + 1).unwrap_or(u32::MAX);
        let path = Arc::clone(&self.path);
        if (end_line, end_column) <= (line, column) {
            return Location::point(path, count(line), count(column));
        }
        let (line, column) = (count(line), count(column));
        Location { path, line, column, end_line: count(end_line), end_column: count(end_column) }
    }

    /// How many characters of a line stand before an offset in it.
    fn column(&self, line: usize, byte: usize) -> usize {
        let byte = self.source.floor_char_boundary(byte);
        let start = self.lines().get(line).copied().unwrap_or_default();
        self.character_of(byte).saturating_sub(self.character_of(start))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(source: &str, range: Range<usize>) -> (u32, u32, u32, u32) {
        let place = SourceText::new("p.yaml".into(), source).place(range);
        (place.line, place.column, place.end_line, place.end_column)
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(place("a: b\nä: öx\n", 9..11), (2, 4, 2, 5));
        assert_eq!(place("a\r\nb", 3..4), (2, 1, 2, 2));
        assert_eq!(place("", 0..0), (1, 1, 1, 2));
        assert_eq!(place("a\n", 2..9), (2, 1, 2, 2));
        assert_eq!(place("aä\n", 1..2), (1, 2, 1, 3));
    }

    proptest! {
        #[test]
        fn characters_and_bytes_convert(source in "[aäß😀\n]{0,300}|[ab\n]{0,300}") {
            let text = SourceText::new("p.yaml".into(), &source);
            for (character, (byte, found)) in source.char_indices().enumerate() {
                prop_assert_eq!(text.byte_of(character), byte);
                prop_assert_eq!(text.character_of(byte), character);
                prop_assert_eq!(text.char_at(byte), Some(found));
            }
            prop_assert_eq!(text.byte_of(source.chars().count()), source.len());
            prop_assert_eq!(text.byte_of(usize::MAX), source.len());
        }

        #[test]
        fn places_are_lines_and_columns(source in "[aä\n]{0,200}", at in 0usize..200) {
            let at = source.char_indices().map(|(byte, _)| byte).nth(at).unwrap_or(source.len());
            let before = &source[..at];
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            let found = place(&source, at..at);
            prop_assert_eq!((found.0 as usize, found.1 as usize), (line, column));
        }
    }
}
