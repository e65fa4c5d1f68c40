//! Scalars: their text, and where each of its characters stands in the file.
//!
//! Folding, escapes and indentation make the text of a scalar differ from the file's. A problem in
//! an expression must still point at the right column, so the text is matched against the file
//! once more, character by character, by the rules of the scalar's style.

use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::ScalarStyle;

use crate::diagnostic::Place;

/// The text of a scalar with the places of its characters.
#[derive(Debug, Clone)]
pub(in crate::policy) struct ScalarText {
    text: String,
    plain: bool,
    /// Line and column of each character of `text`, and of what follows the last.
    places: Vec<(u32, u32)>,
}

/// The part of the file that a scalar was read from.
pub(super) struct Written<'a> {
    /// All characters of the file.
    pub(super) file: &'a [char],
    /// Character index, line (from 1) and column (from 1) of the scalar's first character.
    pub(super) start: (usize, u32, u32),
    /// Character index behind its last.
    pub(super) end: usize,
}

impl ScalarText {
    /// The text.
    pub(in crate::policy) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it was written without quotes, on no block.
    pub(in crate::policy) fn is_plain(&self) -> bool {
        self.plain
    }

    /// Whether it stands for nothing: empty, `~` or `null` without quotes.
    pub(in crate::policy) fn is_null(&self) -> bool {
        self.plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// The place of some bytes of the text.
    pub(in crate::policy) fn place(&self, path: &Arc<str>, bytes: Range<usize>) -> Place {
        let index = |byte: usize| {
            let head = self.text.get(..byte.min(self.text.len())).unwrap_or(&self.text);
            head.chars().count()
        };
        let start = index(bytes.start);
        let last = index(bytes.end).max(start + 1) - 1;
        let at =
            |index: usize| self.places.get(index).or(self.places.last()).copied().unwrap_or((1, 1));
        let ((line, column), (end_line, last_column)) = (at(start), at(last));
        let (end_line, end_column) = if (end_line, last_column) < (line, column) {
            (line, column + 1)
        } else {
            (end_line, last_column + 1)
        };
        Place { path: Arc::clone(path), line, column, end_line, end_column }
    }

    /// Matches a text with what it was read from.
    pub(super) fn new(text: String, style: ScalarStyle, written: &Written<'_>) -> Self {
        let mut cursor = Cursor::new(written);
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded => cursor.skip_block_header(),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => cursor.step(),
            ScalarStyle::Plain => {}
        }
        let mut places: Vec<_> = text.chars().map(|c| cursor.find(c, style)).collect();
        places.push(cursor.here());
        Self { text, plain: style == ScalarStyle::Plain, places }
    }
}

/// A position in the file.
struct Cursor<'a> {
    file: &'a [char],
    index: usize,
    end: usize,
    line: u32,
    column: u32,
}

impl<'a> Cursor<'a> {
    fn new(written: &Written<'a>) -> Self {
        let (index, line, column) = written.start;
        Self { file: written.file, index, end: written.end, line, column }
    }

    fn here(&self) -> (u32, u32) {
        (self.line, self.column)
    }

    fn peek(&self) -> Option<char> {
        if self.index < self.end { self.file.get(self.index).copied() } else { None }
    }

    fn step(&mut self) {
        match self.peek() {
            Some('\n') => {
                self.line += 1;
                self.column = 1;
            }
            Some(_) => self.column += 1,
            None => return,
        }
        self.index += 1;
    }

    /// Over `>-` or `|2` and the rest of that line, if the start is there.
    fn skip_block_header(&mut self) {
        if matches!(self.peek(), Some('|' | '>')) {
            while self.peek().is_some_and(|c| c != '\n') {
                self.step();
            }
            self.step();
        }
    }

    /// The place of the next character of the text; moves behind it.
    fn find(&mut self, wanted: char, style: ScalarStyle) -> (u32, u32) {
        match (wanted, style) {
            (' ' | '\n', _) => self.find_blank(wanted),
            (_, ScalarStyle::DoubleQuoted) => {
                self.skip_blanks();
                self.find_escaped()
            }
            (_, ScalarStyle::SingleQuoted) => {
                self.skip_blanks();
                let here = self.here();
                if wanted == '\'' {
                    self.step();
                }
                self.step();
                here
            }
            _ => {
                self.skip_blanks_to(wanted);
                let here = self.here();
                self.step();
                here
            }
        }
    }

    /// A blank of the text is a blank or a line's end of the file, whichever folding made of it;
    /// it is found without going past the next character that is neither.
    fn find_blank(&mut self, wanted: char) -> (u32, u32) {
        let here = self.here();
        match self.peek() {
            Some('\n') if wanted == ' ' => {
                self.step();
                while self.peek().is_some_and(|c| c == ' ') {
                    self.step();
                }
            }
            Some('\r') => {
                self.step();
                self.step();
            }
            Some(' ' | '\t' | '\n') => self.step(),
            Some('\\') => return self.find_escaped(),
            _ => {}
        }
        here
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.step();
        }
    }

    fn skip_blanks_to(&mut self, wanted: char) {
        while self.peek().is_some_and(|c| c != wanted && c.is_whitespace()) {
            self.step();
        }
    }

    /// One character of a double-quoted scalar, which may be written as an escape.
    fn find_escaped(&mut self) -> (u32, u32) {
        while self.peek() == Some('\\') && self.file.get(self.index + 1) == Some(&'\n') {
            self.step();
            self.skip_blanks();
        }
        let here = self.here();
        if self.peek() == Some('\\') {
            self.step();
            let digits = match self.peek() {
                Some('x') => 2,
                Some('u') => 4,
                Some('U') => 8,
                _ => 0,
            };
            (0..digits).for_each(|_| self.step());
        }
        self.step();
        here
    }
}
