//! Scalars, and the way back from their values to the file.
//!
//! A problem in an expression must point at its own column, however the expression is folded,
//! quoted or indented. The second reading of the text is in [`super::reading`].

use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::ScalarStyle;

use crate::diagnostic::Place;

use super::source_map::{Piece, Quotes, Reading, closing, header};
use super::text::Text;

/// Text, as written in one of the five styles.
#[derive(Debug, Clone)]
pub struct Scalar {
    file: Arc<Text>,
    text: String,
    style: ScalarStyle,
    /// The content, without quotes around it for plain ones, with them for quoted ones.
    span: Range<usize>,
    /// Where a block scalar's `|` or `>` stands; otherwise where it begins.
    header: usize,
    /// How far the lines of a block scalar are indented, in characters.
    indent: usize,
}

impl Scalar {
    /// A scalar that the parser found at `span`; `behind` is where the event before it ended.
    pub(super) fn new(
        file: &Arc<Text>,
        (value, style): (String, ScalarStyle),
        span: &Range<usize>,
        behind: usize,
    ) -> Self {
        let text = file.as_ref();
        let is_blank = value.trim().is_empty();
        let is_empty = value.is_empty();
        let mut scalar = Self {
            file: Arc::clone(file),
            text: value,
            style,
            span: span.clone(),
            header: span.start,
            indent: 0,
        };
        match style {
            ScalarStyle::Plain => {
                if is_empty {
                    scalar.span = span.start..span.start;
                }
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                let content = text.slice(span.clone());
                scalar.span.end = span.start + closing(content, style == ScalarStyle::DoubleQuoted);
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                scalar.header = header(text.from(behind)).map_or(span.start, |at| behind + at);
                let line = text.line_start(span.start);
                scalar.indent = text.slice(line..span.start).chars().count();
                if is_blank {
                    scalar.span = scalar.header..scalar.header + 1;
                } else {
                    let content = text.slice(span.clone()).trim_end();
                    scalar.span.end = span.start + content.len();
                }
            }
        }
        scalar
    }

    /// The value.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The value by itself.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Whether it is written without quotes and not as a block.
    pub fn is_plain(&self) -> bool {
        self.style == ScalarStyle::Plain
    }

    /// Whether it is no value: nothing, `~` or `null` without quotes.
    pub fn is_null(&self) -> bool {
        self.is_plain() && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// Where it stands; of several lines the first. It probably begins in the line `near`.
    pub(super) fn place(&self, near: usize) -> Place {
        self.file.place_of_first_line(self.span.clone(), near)
    }

    /// Where some bytes of the value stand.
    pub fn place_of(&self, bytes: Range<usize>) -> Place {
        self.file.place(self.locate(bytes))
    }

    /// Offsets in the value at which a further line of the file begins, though the value may have
    /// no line break there. `None` if the second reading differs from the parser's.
    pub fn joints(&self) -> Option<Vec<usize>> {
        let pieces = self.pieces()?;
        let begins_line = |(before, piece): &(&Piece, &Piece)| {
            let between = self.file.slice(before.source.start..piece.source.start);
            between.contains(['\n', '\r'])
        };
        let pairs = pieces.iter().zip(pieces.iter().skip(1));
        Some(pairs.filter(begins_line).map(|(_, piece)| piece.value).collect())
    }

    /// `true` where YAML makes one line of several: in all but a literal block.
    pub fn joins_lines(&self) -> bool {
        match self.style {
            ScalarStyle::Literal => false,
            ScalarStyle::Folded => true,
            _ => self.file.slice(self.span.clone()).contains(['\n', '\r']),
        }
    }

    /// Whether YAML takes the rest of the line for a comment.
    pub fn is_cut_by_comment(&self) -> bool {
        let behind = self.file.from(self.span.end);
        self.is_plain() && behind.trim_start_matches([' ', '\t']).starts_with('#')
    }

    fn locate(&self, bytes: Range<usize>) -> Range<usize> {
        let Some(pieces) = self.pieces() else { return self.file.first_line(self.span.clone()) };
        let first = pieces.partition_point(|piece| piece.value < bytes.start);
        let last = pieces.partition_point(|piece| piece.value < bytes.end);
        let behind = pieces.last().map_or(self.span.start, |piece| piece.source.end);
        let start = pieces.get(first).map_or(behind, |piece| piece.source.start);
        let last = last.checked_sub(1).and_then(|last| pieces.get(last));
        start..last.map_or(start, |piece| piece.source.end).max(start)
    }

    /// Where each character of the value stands. `None` if the second reading differs from the
    /// parser's, other than in white space at the end.
    fn pieces(&self) -> Option<Vec<Piece>> {
        if self.text.trim().is_empty() {
            return Some(Vec::new());
        }
        let mut reading = Reading::new(&self.file);
        match self.style {
            ScalarStyle::Plain => reading.flow(self.span.clone(), Quotes::None),
            ScalarStyle::SingleQuoted => reading.flow(self.inside_quotes(), Quotes::Single),
            ScalarStyle::DoubleQuoted => reading.flow(self.inside_quotes(), Quotes::Double),
            ScalarStyle::Literal => reading.block(self.header, self.indent, false),
            ScalarStyle::Folded => reading.block(self.header, self.indent, true),
        }
        reading.of(&self.text)
    }

    fn inside_quotes(&self) -> Range<usize> {
        self.span.start + 1..self.span.end.saturating_sub(1).max(self.span.start + 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::node::{Node, Tree};
    use super::super::sink::DiagnosticSink;
    use super::super::yaml::read;
    use super::*;

    fn scalars(node: Node, found: &mut Vec<Scalar>) {
        match node.tree {
            Tree::Scalar(scalar) => found.push(*scalar),
            Tree::List(items) => items.into_iter().for_each(|item| scalars(item, found)),
            Tree::Map(entries) => entries.into_iter().for_each(|one| scalars(one.value, found)),
            Tree::Refused => {}
        }
    }

    /// The scalars of a file in their order, without keys.
    fn values(source: &str) -> Vec<Scalar> {
        let mut sink = DiagnosticSink::of_file();
        let mut found = Vec::new();
        for root in read(&"p.yaml".into(), source.as_bytes(), &mut sink).roots {
            scalars(root, &mut found);
        }
        found
    }

    /// Where a part of the only value of a file stands, and what stands there.
    fn marked(source: &str, part: &str) -> String {
        let scalar = values(source).pop().expect("a scalar");
        let at = scalar.as_str().find(part).expect("the part is in the value");
        let place = scalar.place_of(at..at + part.len());
        let range = scalar.locate(at..at + part.len());
        format!("{}:{} {}", place.line, place.column, scalar.file.slice(range))
    }

    #[test]
    fn parts_of_values_stand_where_they_were_written() {
        let cases = [
            ("a: one two three\n", "two"),
            ("a: one\n  two\n\n  three\n", "three"),
            ("a: 'it''s one'\n", "one"),
            ("a: 'it''s one'\n", "'s"),
            ("a: \"\\u00e4 \\\"one\\\"\" # two\n", "one"),
            ("a: \"one \\\n    two\"\n", "two"),
            ("a: >\n  one\n  two\n\n  three\n", "two"),
            ("a: >\n  one\n  two\n\n  three\n", "three"),
            ("a: >-\n  one\n    two\n  three\n", "two"),
            ("a: |\n  one\n   two\n", " two"),
            ("a: |2\n    one\n", "one"),
            ("- |\n one\r\n two\r\n", "two"),
            ("- b:\n  - >+ # note\n\n\n      one ä two\n\n", "two"),
            ("{\"a\":\"one\\ttwo\"}", "two"),
            ("--- >\n one two\n", "two"),
        ];
        let shown: Vec<String> = cases.iter().map(|(source, part)| marked(source, part)).collect();
        insta::assert_snapshot!(shown.join("\n"), @"
        1:8 two
        4:3 three
        1:11 one
        1:7 ''s
        1:14 one
        2:5 two
        3:3 two
        5:3 three
        3:5 two
        3:3  two
        2:5 one
        3:2 two
        5:13 two
        1:12 two
        2:6 two
        ");
    }

    #[test]
    fn folds_belong_to_their_breaks_and_the_end_to_the_end() {
        let scalar = values("a: >\n  one\n  two\n").pop().expect("a scalar");
        assert_eq!(scalar.locate(3..4), 10..11);
        assert_eq!(scalar.locate(0..7), 7..16);
        assert_eq!(scalar.locate(7..7), 16..16);
        assert_eq!(scalar.locate(50..60), 16..16);
    }

    #[test]
    fn empty_blocks_are_shown_at_their_header() {
        for source in ["a: >\nb: c\n", "a: |\n\n\n", "a: >"] {
            let first = values(source).into_iter().next();
            assert_eq!(first.map(|scalar| scalar.span), Some(3..4), "{source}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

        #[test]
        fn the_second_reading_equals_the_parsers(
            indicator in "([|>][+-]?[12]?|'|\"|)",
            body in "([ab \t\n'\"ä\\\\x:#.-]{0,40}|( {0,4}[ab ]{0,3}\r?\n){0,8})",
            before in r"(|- |k:\n  - |\? |\[|\{a: )",
        ) {
            let quote = if matches!(indicator.as_str(), "'" | "\"") { indicator.as_str() } else { "" };
            let lead = if indicator.starts_with(['|', '>']) { "\n" } else { "" };
            let body = body.replace('\n', "\n  ");
            let source = format!("k: 1\nl: {before}{indicator}{lead}{body}{quote}\nm: end\n");
            for scalar in values(&source) {
                prop_assert!(scalar.pieces().is_some(), "{scalar:?} in {source:?}");
            }
        }
    }
}
