//! Words for what the parser cannot read: what is wrong and what to do, for who wrote it.
//!
//! The parser tells its own state ("did not find expected key"); an author needs to know what is
//! wrong with the line. What is not in the table is told in the parser's words.

use crate::diagnostic::{Code, Diagnostic};

use super::text::SourceText;
use super::{lines, refusal};

/// A part of the parser's words, ours, and what to do.
type Word = (&'static str, &'static str, &'static str);

/// The parser's words for a comment in the middle of a text.
const COMMENT: &str = "comment intercepting";

/// The first that fits is told.
const WORDS: [Word; 29] = [
    (
        "unexpected end of stream",
        "the text in quotes that begins here is never closed",
        "close the quotes; a quote inside is written `\\\"` in double and `''` in single quotes",
    ),
    (
        "unexpected document indicator",
        "the text in quotes that begins here is not closed before its document ends",
        "close the quotes; no line inside begins with `---` or `...`",
    ),
    (
        "indentation in quoted",
        "the text in quotes that begins here is not closed, or goes on without indentation",
        "close the quotes, or indent the lines of the text",
    ),
    (
        "trailing content after double-quoted",
        "the text in quotes ends before this, and more follows it",
        "put the whole value in single quotes, or on its own lines after `>`",
    ),
    (
        "mapping values are not allowed",
        "a `:` is not expected here",
        "quote text that has `: ` in it; keys of one mapping stand below each other",
    ),
    (
        "block mapping, did not find expected key",
        "this line is not part of the mapping above it",
        "indent keys of one mapping alike, and text of several lines deeper than its key; quote a \
         value that begins with a quote or bracket",
    ),
    (
        "did not find expected '-' indicator",
        "this line is not part of the list above it",
        "begin each item with `- ` in one column, and indent what belongs to an item below its text",
    ),
    (
        "flow sequence, expected ','",
        "a `,` or `]` is missing before this",
        "close it with `]`, or put a `,` between its items",
    ),
    (
        "did not find expected ',' or '}'",
        "a `,` or `}` is missing before this",
        "close it with `}`, or put a `,` between its entries",
    ),
    (
        "did not find expected node content",
        "a value is missing here",
        "write one, and close each `[` and `{` that is open",
    ),
    (
        "unexpected character",
        "text that begins with this character must be in quotes",
        "put the text in quotes",
    ),
    (
        "simple key expect",
        "this is not `key: value`",
        "put `: ` behind the key; text of several lines stands after `>` or `|`, indented",
    ),
    (
        "'-' must be followed",
        "there is no space after the `-` of a list",
        "write `- `, or quote the text",
    ),
    (
        "plain scalar cannot start with '-'",
        "text begins with `-` and a bracket",
        "write `- ` for an item of a list, or quote the text",
    ),
    (
        "':' must be followed",
        "there is no space after a `:`",
        "write `: ` behind a key, or quote the text",
    ),
    (
        "illegal placement of ':'",
        "a `:` is not expected here",
        "close each `[` and `{` that is open, or quote text that has a `:` in it",
    ),
    (
        "block sequence entries are not allowed",
        "a list cannot begin here",
        "put its first `- ` on a line of its own",
    ),
    (
        "is only valid inside a block",
        "a `- ` stands inside brackets",
        "write the list as `[a, b]`, or without brackets and each item on its own line",
    ),
    (
        "mapping keys are not allowed",
        "a `? ` is not expected here",
        "quote text that begins with `?`",
    ),
    (
        "unknown escape character",
        "double quotes do not know this escape",
        "write `\\\\` for a backslash, or use single quotes",
    ),
    (
        "expected hexadecimal number",
        "an escape has too few digits",
        "write `\\x` with two, `\\u` with four and `\\U` with eight digits from 0 to f",
    ),
    (
        "invalid Unicode character escape",
        "an escape stands for no character",
        "write the character itself, or one escape for it such as `\\U0001f600`: YAML has no pairs",
    ),
    ("misplaced bracket", "a bracket is closed that is not open", "remove it, or quote the text"),
    (
        COMMENT,
        "a comment stands inside a text of several lines",
        "put the text after `>`, and the comment before it",
    ),
    (
        "block scalar, did not find expected comment",
        "text follows `|` or `>` on its line",
        "begin the text on the next line, indented; or quote it",
    ),
    (
        "after document end marker",
        "text follows `...`, which ends a document",
        "quote it, or begin another document with a line `---`",
    ),
    (
        "document start",
        "this does not belong to the document above it",
        "begin another document with a line `---`, or indent this as what is above it",
    ),
    (
        "indent",
        "the line is not indented as what it belongs to",
        "indent the lines of a text, list or mapping alike, with spaces",
    ),
    (
        "unknown anchor",
        "YAML reads this as an alias, and aliases are not allowed",
        "write the value out, or quote the text",
    ),
];

/// A syntax error at an offset, where the parser says `info`.
pub(super) fn error(text: &SourceText, at: usize, info: &str) -> Diagnostic {
    let at = at.min(text.source().trim_end().len());
    let told = lines::mark(text, at)
        .or_else(|| lines::unindented(text, at))
        .or_else(|| lines::continuation(text, at))
        .or_else(|| refusal::template(text, at))
        .or_else(|| lines::unfilled(text, at))
        .or_else(|| unspaced(text, at, info))
        .or_else(|| lines::curly(text, at));
    if let Some(told) = told {
        return told;
    }
    match text.char_at(at) {
        Some('!') => return refusal::tag(text, at),
        Some('*') => return refusal::alias(text, at),
        Some('&') => return refusal::anchor(text, at),
        _ => {}
    }
    let line = text.line_around(at);
    let first = line.trim_start_matches([' ', '-']);
    if first.starts_with('*') {
        return refusal::alias(text, text.line_start(at) + line.len() - first.len());
    }
    if line.trim_start_matches(' ').starts_with('\t') || info.contains("tab") {
        // Of a line that begins with one the parser tells at the end of the line before it.
        let start = text.line_start(at);
        let tab = text.from(start).find('\t').map_or(at, |tab| start + tab);
        let message = "a tab stands where YAML needs spaces";
        return Diagnostic::error(text.place(tab..tab), Code::YamlSyntax, message)
            .help("indent with spaces, not with tabs");
    }
    let error = |message: &str| Diagnostic::error(text.place(at..at), Code::YamlSyntax, message);
    let Some((_, message, help)) = WORDS.iter().find(|(part, ..)| info.contains(part)) else {
        let other = error(&format!("the file is not YAML: {}", info.replace('`', "'")));
        return if refusal::is_expression(text, at) { other.help(refusal::QUOTE) } else { other };
    };
    let is_expression = refusal::is_expression(text, at);
    // Before the field itself nothing of the expression is wrong, but its place.
    let before = text.slice(text.line_start(at)..at).trim_matches([' ', '-']);
    let help = match is_expression && !before.is_empty() {
        _ if info.contains(COMMENT) => lines::comment_help(is_expression),
        true => refusal::QUOTE,
        false => help,
    };
    error(message).help(help)
}

/// A tab between a `-` and the list or mapping without brackets that begins at an offset.
pub(super) fn tab_behind_dash(text: &SourceText, at: usize) -> Option<Diagnostic> {
    let before = text.source().as_bytes().get(..at)?;
    let blank = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let (before, blank) = before.split_at(at - blank);
    let tab = before.len() + memchr::memchr(b'\t', blank)?;
    if !before.ends_with(b"-") || matches!(text.char_at(at), Some('[' | '{')) {
        return None;
    }
    let message = "there is a tab after the `-`, where YAML needs a space";
    let error = Diagnostic::error(text.place(tab..tab + 1), Code::YamlSyntax, message);
    Some(error.help("write a space in its place"))
}

/// A key or a `-` without its space, where the parser's words may be about one.
fn unspaced(text: &SourceText, at: usize, info: &str) -> Option<Diagnostic> {
    let before = text.slice(text.line_start(at)..at);
    if info.contains("':' must be followed") && before.ends_with('\t') {
        let tab = at - 1;
        let message = "there is a tab after the `:`, where only a space is read";
        let error = Diagnostic::error(text.place(tab..tab), Code::YamlSyntax, message);
        return Some(error.help("write a space in its place"));
    }
    let infos = ["simple key expect", "mapping values are not allowed", "block mapping, did not"];
    let is_likely = infos.iter().any(|part| info.contains(part));
    is_likely.then(|| lines::unspaced(text, at)).flatten()
}
