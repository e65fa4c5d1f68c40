//! The second reading of scalars: where each character of a value stands in the file.
//!
//! Folding, escapes and indentation make a value differ from its text. The parser tells only the
//! value, so the text is read once more after YAML 1.2, chapters 5.7, 7.3 and 8.1. A property
//! test holds it against the parser.

use std::ops::Range;

use super::text::SourceText;

/// A character of a value: its offset there, and what it stands for in the file.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) value: usize,
    pub(super) source: Range<usize>,
}

/// What is around a scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    None,
    Single,
    Double,
}

/// The second reading of a scalar.
pub(super) struct SecondReading<'t> {
    source: &'t SourceText,
    value: String,
    pieces: Vec<Piece>,
}

impl<'t> SecondReading<'t> {
    pub(super) fn new(source: &'t SourceText) -> Self {
        Self { source, value: String::new(), pieces: Vec::new() }
    }

    /// The characters, if they make up the value that the parser saw. White space at the end does
    /// not count: whether it is kept makes no difference to any place.
    pub(super) fn of(self, value: &str) -> Option<Vec<Piece>> {
        (self.value.trim_end() == value.trim_end()).then_some(self.pieces)
    }

    fn push(&mut self, found: char, source: Range<usize>) {
        self.pieces.push(Piece { value: self.value.len(), source });
        self.value.push(found);
    }

    fn breaks(&mut self, breaks: &[Range<usize>]) {
        for line_break in breaks {
            self.push('\n', line_break.clone());
        }
    }

    /// Plain or quoted text, without its quotes.
    pub(super) fn flow(&mut self, range: Range<usize>, quotes: Quotes) {
        let mut at = range.start;
        // White space counts only if its line goes on behind it.
        let mut blanks: Vec<(char, Range<usize>)> = Vec::new();
        while let Some(found) = self.source.char_at(at).filter(|_| at < range.end) {
            let mut behind = at + found.len_utf8();
            let mut meant = found;
            match found {
                ' ' | '\t' => {
                    blanks.push((found, at..behind));
                    at = behind;
                    continue;
                }
                '\n' | '\r' => {
                    blanks.clear();
                    at = self.fold(at, range.end, false);
                    continue;
                }
                '\'' if quotes == Quotes::Single => behind += 1,
                '\\' if quotes == Quotes::Double => {
                    let escaped = self.source.char_at(behind).unwrap_or_default();
                    if matches!(escaped, '\n' | '\r') {
                        self.blanks(&mut blanks);
                        at = self.fold(behind, range.end, true);
                        continue;
                    }
                    let digits;
                    (meant, digits) = unescape(escaped, self.source.from(behind));
                    behind += escaped.len_utf8() + digits;
                }
                _ => {}
            }
            self.blanks(&mut blanks);
            self.push(meant, at..behind);
            at = behind;
        }
        self.blanks(&mut blanks);
    }

    fn blanks(&mut self, blanks: &mut Vec<(char, Range<usize>)>) {
        for (blank, source) in blanks.drain(..) {
            self.push(blank, source);
        }
    }

    /// A line break and the empty lines behind it: a space, or as many breaks as empty lines.
    /// Returns where the text goes on.
    fn fold(&mut self, at: usize, end: usize, is_escaped: bool) -> usize {
        let first = at..self.behind_break(at);
        let mut empty = Vec::new();
        let mut at = first.end;
        loop {
            let line = self.source.slice(at..end);
            at += line.len() - line.trim_start_matches([' ', '\t']).len();
            if at >= end || !matches!(self.source.char_at(at), Some('\n' | '\r')) {
                break;
            }
            let behind = self.behind_break(at);
            empty.push(at..behind);
            at = behind;
        }
        if empty.is_empty() && !is_escaped {
            self.push(' ', first);
        }
        self.breaks(&empty);
        at
    }

    fn behind_break(&self, at: usize) -> usize {
        if self.source.from(at).starts_with("\r\n") { at + 2 } else { at + 1 }
    }

    /// The text of a literal or folded block, indented by so many spaces.
    pub(super) fn block(&mut self, header: usize, indent: usize, is_folded: bool) {
        let header_line = self.source.line_start(header);
        let mut at = self.behind_break(header_line + self.source.line_around(header).len());
        let mut last_break: Option<Range<usize>> = None;
        let mut empty: Vec<Range<usize>> = Vec::new();
        let mut was_blank = false;
        loop {
            let line = self.source.line_around(at);
            let spaces = line.bytes().take(indent).take_while(|byte| *byte == b' ').count();
            let content = line.get(spaces..).unwrap_or_default();
            let end = at + line.len();
            let line_break = end..self.behind_break(end);
            let is_last = end >= self.source.source().len();
            if content.is_empty() && !is_last {
                empty.push(line_break.clone());
                at = line_break.end;
                continue;
            }
            if content.is_empty() || spaces < indent {
                break;
            }
            let is_blank = content.starts_with([' ', '\t']);
            let is_folding = is_folded && !was_blank && !is_blank;
            match last_break.take() {
                Some(first) if !is_folding => self.push('\n', first),
                Some(first) if empty.is_empty() => self.push(' ', first),
                _ => {}
            }
            self.breaks(&empty);
            empty.clear();
            for (offset, found) in content.char_indices() {
                let start = at + spaces + offset;
                self.push(found, start..start + found.len_utf8());
            }
            if is_last {
                break;
            }
            was_blank = is_blank;
            at = line_break.end;
            last_break = Some(line_break);
        }
    }
}

/// The code of `uXXXX` at the start of a text, or of the two halves `uXXXX\uXXXX` in which JSON
/// writes a character behind U+FFFF; and how many characters of it follow the first letter.
pub(super) fn code_unit(from: &str) -> Option<(u32, usize)> {
    let unit = |at: usize| {
        let digits = from.get(at..at + 4)?;
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)
    };
    let second = || (from.get(5..7)? == "\\u").then(|| unit(7)).flatten();
    let first = unit(1)?;
    if let (0xd800..=0xdbff, Some(second @ 0xdc00..=0xdfff)) = (first, second()) {
        return Some((0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00), 10));
    }
    Some((first, 4))
}

/// What an escape of double-quoted text means, and how many digits belong to it: YAML 1.2, 5.7.
pub(super) fn unescape(letter: char, from: &str) -> (char, usize) {
    let number = |digits: usize| {
        let code = from.get(1..=digits).and_then(|code| u32::from_str_radix(code, 16).ok());
        (code, digits)
    };
    let (code, digits) = match letter {
        'x' => number(2),
        'u' => code_unit(from).map_or((None, 4), |(code, digits)| (Some(code), digits)),
        'U' => number(8),
        _ => (None, 0),
    };
    let meant = match letter {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' | 'u' | 'U' => code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER),
        other => other,
    };
    (meant, digits)
}

/// How long quoted text is, quotes and all.
pub(super) fn closing(content: &str, is_double: bool) -> usize {
    let mut characters = content.char_indices().skip(1).peekable();
    while let Some((at, found)) = characters.next() {
        match found {
            '\\' if is_double => {
                characters.next();
            }
            '"' if is_double => return at + 1,
            '\'' if !is_double => match characters.peek() {
                Some((_, '\'')) => {
                    characters.next();
                }
                _ => return at + 1,
            },
            _ => {}
        }
    }
    content.len()
}

/// Where the `|` or `>` of a block scalar stands, in what follows the event before it: indicators,
/// white space, comments, and tags or anchors.
pub(super) fn header(from: &str) -> Option<usize> {
    let mut rest = from;
    loop {
        let blank = rest.trim_start_matches([' ', '\t', '\r', '\n', ':', '-', '?', ',']);
        rest = match blank.chars().next()? {
            '|' | '>' => return Some(from.len() - blank.len()),
            '#' => blank.find('\n').and_then(|end| blank.get(end..))?,
            '!' | '&' => blank.find(char::is_whitespace).and_then(|end| blank.get(end..))?,
            _ => return None,
        };
    }
}
