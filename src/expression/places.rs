//! Where in the text the nodes of the parser's tree are.
//!
//! The parser keeps one token a node, counted in bytes: the dot of a select, the bracket of a
//! call, the sign of an operator. The rest is found in the text around it, which is known to be
//! well-formed, since it was parsed.

use cel::common::ast::SourceInfo;

use super::span::Span;

/// The places of one parsed text.
pub(super) struct Places<'a> {
    text: &'a str,
    tokens: &'a SourceInfo,
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a SourceInfo) -> Self {
        Self { text, tokens }
    }

    /// The token of a node.
    pub(super) fn token(&self, id: u64) -> Span {
        let Some((start, last)) = self.tokens.offset_for(id) else { return Span::default() };
        let at = |byte: u32| self.text.floor_char_boundary(byte as usize);
        Span::new(at(start), self.text.ceil_char_boundary(last as usize + 1))
    }

    /// `true` where a word stands in the text.
    pub(super) fn has_word(&self, word: &str) -> bool {
        self.text.contains(word)
    }

    /// The dot of a select whose operand is known.
    pub(super) fn dot_after(&self, operand: Span) -> Span {
        let rest = self.text.get(operand.end()..).unwrap_or_default();
        let dot = operand.end() + rest.find('.').unwrap_or(rest.len());
        Span::new(dot, dot + 1)
    }

    /// The name behind the dot of a select.
    pub(super) fn name_after(&self, dot: Span) -> Span {
        let rest = self.text.get(dot.end()..).unwrap_or_default();
        let start = dot.end() + (rest.len() - rest.trim_start().len());
        let name = self.text.get(start..).unwrap_or_default();
        let length = name.find(|c: char| !is_name(c)).unwrap_or(name.len());
        Span::new(start, start + length)
    }

    /// The name before the bracket of a call.
    pub(super) fn name_before(&self, bracket: Span) -> Span {
        let before = self.text.get(..bracket.start()).unwrap_or_default().trim_end();
        let start = before.rfind(|c: char| !is_name(c)).map_or(0, |offset| offset + 1);
        Span::new(start, before.len())
    }

    /// The text at a place.
    pub(super) fn text(&self, place: Span) -> &'a str {
        self.text.get(place.start()..place.end()).unwrap_or_default()
    }

    /// Behind the bracket that closes what `open` opens.
    pub(super) fn close(&self, open: Span) -> usize {
        let mut rest = Scanner { text: self.text, at: open.start() };
        let mut depth = 0_usize;
        while let Some(token) = rest.next() {
            match token {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' if depth <= 1 => return rest.at,
                ')' | ']' | '}' => depth -= 1,
                _ => {}
            }
        }
        self.text.len()
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The characters of a text without those of its string literals and comments.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Skips to behind a literal whose opening quote is at hand.
    fn skip_literal(&mut self, quote: char, raw: bool) {
        let triple: String = [quote; 3].iter().collect();
        let closing = if self.rest().starts_with(&triple) { triple } else { quote.to_string() };
        self.at += closing.len();
        while !self.rest().is_empty() && !self.rest().starts_with(&closing) {
            let escape = !raw && self.rest().starts_with('\\');
            let skipped = if escape { 2 } else { 1 };
            self.at += self.rest().chars().take(skipped).map(char::len_utf8).sum::<usize>();
        }
        self.at += closing.len();
    }
}

impl Iterator for Scanner<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        loop {
            let c = self.rest().chars().next()?;
            let before = self.text.get(..self.at).unwrap_or_default();
            if c == '"' || c == '\'' {
                let prefix = before.trim_end_matches(is_name).len();
                let raw = before.get(prefix..).unwrap_or_default().contains(['r', 'R']);
                self.skip_literal(c, raw);
            } else if self.rest().starts_with("//") {
                self.at += self.rest().find('\n').unwrap_or(self.rest().len());
            } else {
                self.at += c.len_utf8();
                return Some(c);
            }
        }
    }
}
