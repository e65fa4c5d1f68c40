//! Scalars, and the way back from their values to the file.
//!
//! A problem in an expression must point at its own column, however the expression is folded,
//! quoted or indented. The second reading of the text is in [`super::source_map`].

use std::borrow::Cow;
use std::ops::Range;

use saphyr_parser::ScalarStyle;

use super::short::short;
use super::source_map::{Piece, Quotes, SecondReading, closing, header};
use super::span::{Located, Span};
use super::text::SourceText;

/// Scalar in one of the five styles, its value borrowed from the file where it stands there as it is.
#[derive(Debug)]
pub(super) struct Scalar<'s> {
    value: Cow<'s, str>,
    style: ScalarStyle,
    /// Where a block's `|` or `>` stands; otherwise where the scalar begins.
    header: usize,
}

impl<'s> Scalar<'s> {
    /// Scalar that the parser found at `span`, with the bytes that it is shown at; `behind` is
    /// where the event before it ended.
    pub(super) fn new(
        source: &'s SourceText,
        (value, style): (String, ScalarStyle),
        mut span: Range<usize>,
        behind: usize,
    ) -> (Span, Self) {
        let mut begin = span.start;
        let mut inside = span.clone();
        match style {
            ScalarStyle::Plain if value.is_empty() => span.end = span.start,
            ScalarStyle::Plain => {}
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                let content = source.slice(span.clone());
                span.end = span.start + closing(content, style == ScalarStyle::DoubleQuoted);
                inside = inside_quotes(&span);
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                begin = header(source.from(behind)).map_or(span.start, |at| behind + at);
                if value.trim().is_empty() {
                    span = begin..begin + 1;
                } else {
                    span.end = span.start + source.slice(span.clone()).trim_end().len();
                }
            }
        }
        let written = source.slice(inside);
        let value = if written == value { Cow::Borrowed(written) } else { Cow::Owned(value) };
        (span.into(), Self { value, style, header: begin })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.value
    }

    /// `true` for what is written without quotes and not as a block.
    pub(super) fn is_plain(&self) -> bool {
        self.style == ScalarStyle::Plain
    }

    /// `true` for what is no value: nothing, `~` or `null` without quotes.
    pub(super) fn is_null(&self) -> bool {
        is_null(&self.value, self.style)
    }

    /// Truth value that it is.
    pub(super) fn truth(&self) -> Option<bool> {
        truth(&self.value, self.style)
    }

    /// Words for it as it is written.
    pub(super) fn shown(&self) -> String {
        shown(&self.value, self.style)
    }

    /// Text of its own, which outlives the tree.
    pub(super) fn to_text(&self) -> Text {
        Text { value: self.value.clone().into_owned(), style: self.style, header: self.header }
    }
}

fn is_null(value: &str, style: ScalarStyle) -> bool {
    style == ScalarStyle::Plain && matches!(value, "" | "~" | "null" | "Null" | "NULL")
}

/// Truth value of YAML's core schema (YAML 1.2.2, section 10.3.2), which editors go by as well.
fn truth(value: &str, style: ScalarStyle) -> Option<bool> {
    match value {
        _ if style != ScalarStyle::Plain => None,
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// Words for a value as it is written, so that quotes are seen where they are what is wrong.
fn shown(value: &str, style: ScalarStyle) -> String {
    let value = short(value);
    match style {
        ScalarStyle::Plain => format!("`{value}`"),
        ScalarStyle::SingleQuoted => format!("the text `'{value}'`"),
        ScalarStyle::DoubleQuoted => format!("the text `\"{value}\"`"),
        ScalarStyle::Literal | ScalarStyle::Folded => format!("the text `{value}`"),
    }
}

/// Help for a scalar where a truth value must be: the one that it stands for, if it does. The other
/// words are those of YAML 1.1.
pub fn truth_meant(value: &str, is_plain: bool) -> Option<String> {
    let word = match value.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "y" | "on" => "true",
        "false" | "no" | "n" | "off" => "false",
        _ => return None,
    };
    Some(format!("write `{word}`{}", if is_plain { "" } else { " without quotes" }))
}

/// Bytes between the quotes of a quoted scalar.
fn inside_quotes(span: &Range<usize>) -> Range<usize> {
    span.start + 1..span.end.saturating_sub(1).max(span.start + 1)
}

/// Text that knows how it is written, so that a part of it can be shown where that stands.
#[derive(Debug, Clone)]
pub struct Text {
    value: String,
    style: ScalarStyle,
    header: usize,
}

impl Text {
    /// Words for it as it is written.
    pub fn shown(&self) -> String {
        shown(&self.value, self.style)
    }

    /// Value, with the line break at the end of a block.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Value without the line break at the end of a block, which is YAML's and not the author's.
    pub fn trimmed(&self) -> &str {
        self.value.trim_end_matches('\n')
    }

    /// Truth value that it is without quotes.
    pub fn truth(&self) -> Option<bool> {
        truth(&self.value, self.style)
    }

    /// `true` for what is written without quotes and not as a block.
    pub fn is_plain(&self) -> bool {
        self.style == ScalarStyle::Plain
    }

    /// `true` for what is no value: nothing, `~` or `null` without quotes.
    pub fn is_null(&self) -> bool {
        is_null(&self.value, self.style)
    }
}

impl Located<Text> {
    /// Bytes of the file in which some bytes of the value are written.
    pub fn part(&self, bytes: Range<usize>, source: &SourceText) -> Span {
        self.parts(source).of(bytes)
    }

    /// The way back for several parts of the value, read once.
    pub fn parts(&self, source: &SourceText) -> Parts {
        let span = self.span.range();
        let inside = match self.value.style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => inside_quotes(&span),
            _ => span.clone(),
        };
        if source.slice(inside.clone()) == self.value.value {
            return Parts(Written::AsItIs(inside));
        }
        Parts(match self.pieces(source) {
            Some(pieces) => Written::Pieces { start: span.start, pieces },
            None => Written::Lost(source.first_line(span)),
        })
    }

    /// Offsets in the value at which a further line of the file begins, though the value may have
    /// no line break there. `None` if the second reading differs from the parser's.
    pub fn joints(&self, source: &SourceText) -> Option<Vec<usize>> {
        let pieces = self.pieces(source)?;
        let begins_line = |(before, piece): &(&Piece, &Piece)| {
            let between = source.slice(before.source.start..piece.source.start);
            between.contains(['\n', '\r'])
        };
        let pairs = pieces.iter().zip(pieces.iter().skip(1));
        Some(pairs.filter(begins_line).map(|(_, piece)| piece.value).collect())
    }

    /// `true` where YAML makes one line of several: in all but a literal block.
    pub fn joins_lines(&self, source: &SourceText) -> bool {
        match self.value.style {
            ScalarStyle::Literal => false,
            ScalarStyle::Folded => true,
            _ => source.slice(self.span.range()).contains(['\n', '\r']),
        }
    }

    /// `true` where YAML takes the rest of the line for a comment.
    pub fn is_cut_by_comment(&self, source: &SourceText) -> bool {
        let behind = source.from(self.span.range().end);
        self.value.is_plain() && behind.trim_start_matches([' ', '\t']).starts_with('#')
    }

    /// Source of each character of the value. `None` if the second reading differs from the
    /// parser's, other than in white space at the end.
    fn pieces(&self, source: &SourceText) -> Option<Vec<Piece>> {
        let Text { value, style, header } = &self.value;
        let span = self.span.range();
        if value.trim().is_empty() {
            return Some(Vec::new());
        }
        let indent = || source.slice(source.line_start(span.start)..span.start).chars().count();
        let mut reading = SecondReading::new(source);
        match style {
            ScalarStyle::Plain => reading.flow(span, Quotes::None),
            ScalarStyle::SingleQuoted => reading.flow(inside_quotes(&span), Quotes::Single),
            ScalarStyle::DoubleQuoted => reading.flow(inside_quotes(&span), Quotes::Double),
            ScalarStyle::Literal => reading.block(*header, indent(), false),
            ScalarStyle::Folded => reading.block(*header, indent(), true),
        }
        reading.of(value)
    }
}

/// The way back from a value to the file, for several parts of it.
#[derive(Debug)]
pub struct Parts(Written);

#[derive(Debug)]
enum Written {
    /// The value stands in these bytes just as it is.
    AsItIs(Range<usize>),
    /// Sources of its characters; `start` is where the scalar begins.
    Pieces { start: usize, pieces: Vec<Piece> },
    /// The second reading differs from the parser's: all is shown at the first line.
    Lost(Range<usize>),
}

impl Parts {
    /// Bytes of the file in which some bytes of the value are written.
    pub fn of(&self, bytes: Range<usize>) -> Span {
        self.locate(bytes).into()
    }

    fn locate(&self, bytes: Range<usize>) -> Range<usize> {
        match &self.0 {
            Written::AsItIs(inside) => {
                let at = |offset: usize| (inside.start + offset).min(inside.end);
                at(bytes.start)..at(bytes.end)
            }
            Written::Pieces { start, pieces } => {
                let first = pieces.partition_point(|piece| piece.value < bytes.start);
                let last = pieces.partition_point(|piece| piece.value < bytes.end);
                let behind = pieces.last().map_or(*start, |piece| piece.source.end);
                let start = pieces.get(first).map_or(behind, |piece| piece.source.start);
                let last = last.checked_sub(1).and_then(|last| pieces.get(last));
                start..last.map_or(start, |piece| piece.source.end).max(start)
            }
            Written::Lost(line) => line.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::node::{NodeKind, NodeRef};
    use super::super::read::read;
    use super::super::sink::DiagnosticSink;
    use super::super::source::SourceFile;
    use super::*;

    fn scalars(node: NodeRef<'_>, found: &mut Vec<Located<Text>>) {
        match node.kind() {
            NodeKind::Scalar(scalar) => {
                found.push(Located { value: scalar.to_text(), span: node.span() });
            }
            NodeKind::List(_) => node.children().for_each(|item| scalars(item, found)),
            NodeKind::Map(_) => node.entries().for_each(|(_, value)| scalars(value, found)),
            NodeKind::Refused => {}
        }
    }

    /// Text of a file, and its scalars in their order, without keys.
    fn values(source: &str) -> (Arc<SourceText>, Vec<Located<Text>>) {
        let mut found = Vec::new();
        let file = SourceFile::new("p.yaml", source.as_bytes());
        let each = &mut |root: NodeRef<'_>, _: &SourceText, _: &mut DiagnosticSink| {
            scalars(root, &mut found);
        };
        let read = read(&file, &mut DiagnosticSink::of_file(), each);
        (read.source, found)
    }

    fn last(source: &str) -> (Arc<SourceText>, Located<Text>) {
        let (source, mut found) = values(source);
        (source, found.pop().expect("a scalar"))
    }

    /// Where a part of the only value of a file stands, and what stands there.
    fn marked(source: &str, part: &str) -> String {
        let (source, scalar) = last(source);
        let at = scalar.value.as_str().find(part).expect("the part is in the value");
        let range = scalar.parts(&source).locate(at..at + part.len());
        let place = source.place(range.clone());
        format!("{}:{} {}", place.line, place.column, source.slice(range))
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
        let (source, scalar) = last("a: >\n  one\n  two\n");
        assert_eq!(scalar.parts(&source).locate(3..4), 10..11);
        assert_eq!(scalar.parts(&source).locate(0..7), 7..16);
        assert_eq!(scalar.parts(&source).locate(7..7), 16..16);
        assert_eq!(scalar.parts(&source).locate(50..60), 16..16);
    }

    #[test]
    fn empty_blocks_are_shown_at_their_header() {
        for source in ["a: >\nb: c\n", "a: |\n\n\n", "a: >"] {
            let first = values(source).1.into_iter().next();
            assert_eq!(first.map(|scalar| scalar.span.range()), Some(3..4), "{source}");
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
            let (text, found) = values(&source);
            for scalar in found {
                let pieces = scalar.pieces(&text);
                prop_assert!(pieces.is_some(), "{scalar:?} in {source:?}");
                let parts = scalar.parts(&text);
                for piece in pieces.into_iter().flatten() {
                    let found = parts.locate(piece.value..piece.value + 1);
                    prop_assert_eq!(found.start, piece.source.start, "{:?} in {:?}", scalar, source);
                }
            }
        }
    }
}
