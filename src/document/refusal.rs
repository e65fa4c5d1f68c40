//! Words for what is refused in YAML, and what to do about it.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Hidden, Location};

use super::lines::{self, EXPRESSIONS};
use super::short::short;
use super::text::SourceText;

/// What to do about an expression that YAML reads as something else.
pub(super) const QUOTE: &str =
    "quote the expression as a whole, or put it on its own lines after `>`";

/// The text of a file, without its byte order mark; or why it is no text of ours.
pub(super) fn not_text<'b>(
    path: &Arc<str>,
    bytes: &'b [u8],
    most: usize,
) -> Result<&'b str, Box<Diagnostic>> {
    if bytes.len() > most {
        let message = format!("the file has {} bytes; at most {most} are read", bytes.len());
        let refused =
            Diagnostic::error(Location::file(Arc::clone(path)), Code::FileTooLarge, message);
        return Err(Box::new(refused.help("split it into several files")));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let valid = String::from_utf8_lossy(valid);
            let place = end_of(path, valid.strip_prefix('\u{feff}').unwrap_or(&valid));
            let refused = Diagnostic::error(place, Code::NotUtf8, "the file is not UTF-8");
            return Err(Box::new(refused.help("save it as UTF-8")));
        }
    };
    if is_plain_ascii(text) {
        return Ok(text);
    }
    match text.char_indices().find(|(at, c)| is_invisible(*c, text.get(at + 1..))) {
        Some((at, found)) => {
            Err(Box::new(invisible(path, text.get(..at).unwrap_or_default(), found)))
        }
        None => Ok(text),
    }
}

/// Whether there are only letters, signs, spaces, tabs and line feeds of ASCII: the quick answer for
/// most files. It is asked of so many bytes at a time, which a processor does at once.
fn is_plain_ascii(text: &str) -> bool {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n');
    text.as_bytes()
        .chunks(64)
        .all(|chunk| chunk.iter().fold(true, |all, byte| all & is_plain(byte)))
}

/// `true` of characters that disguise text: controls, a carriage return that ends no line, a byte
/// order mark behind the start, and what reorders the text behind it, by which a reviewer sees
/// something else than we do. Other hidden characters have a use in prose, such as the joiners of
/// emoji and the marks of Hebrew: they are read, and made visible where they are shown.
fn is_invisible(found: char, behind: Option<&str>) -> bool {
    match found {
        '\t' | '\n' => false,
        '\r' => !behind.is_some_and(|behind| behind.starts_with('\n')),
        found => matches!(
            Hidden::of(found),
            Some(Hidden::Control | Hidden::Reordering | Hidden::ByteOrderMark)
        ),
    }
}

fn invisible(path: &Arc<str>, before: &str, found: char) -> Diagnostic {
    let place = end_of(path, before);
    match found {
        '\0' => Diagnostic::error(place, Code::Nul, "the file holds a NUL character")
            .help("remove it; policies are text"),
        '\r' => {
            let message = "the file holds a carriage return that ends no line";
            Diagnostic::error(place, Code::InvisibleCharacter, message)
                .help("end lines with LF or CRLF")
        }
        found => {
            let code = u32::from(found);
            let message = format!("the file holds U+{code:04X}, which cannot be seen");
            Diagnostic::error(place, Code::InvisibleCharacter, message)
                .help(format!("remove it, or write it as \"\\u{code:04x}\" in double quotes"))
        }
    }
}

/// The place behind a text.
fn end_of(path: &Arc<str>, text: &str) -> Location {
    let end = text.len();
    SourceText::new(Arc::clone(path), text).place(end..end)
}

/// What is nested too deeply.
pub(super) fn too_deep(place: Location, most: usize) -> Diagnostic {
    let message = format!("nesting is deeper than {most}");
    Diagnostic::error(place, Code::TooDeep, message).help("no policy needs this; flatten it")
}

/// A file of too many values and keys.
pub(super) fn too_many_nodes(place: Location, most: usize) -> Diagnostic {
    let message = format!("the file has more than {most} nodes");
    Diagnostic::error(place, Code::TooManyNodes, message).help("split it into several files")
}

/// A line of too many items.
pub(super) fn too_long(place: Location, most: usize) -> Diagnostic {
    let message = format!("the file has more than {most} commas or question marks");
    Diagnostic::error(place, Code::TooManyNodes, message).help("split the file into several")
}

/// Text with a NUL in it, which only an escape can bring in; a database takes none.
pub(super) fn nul(place: Location) -> Diagnostic {
    Diagnostic::error(place, Code::Nul, "the text holds a NUL character")
        .help("remove the escape of it; policies are text")
}

/// Bytes in which the anchor of an alias is looked for.
const NEAR: usize = 64 << 10;

/// An alias, such as `*x`; or a text that begins with `*`, where no anchor has that name.
pub(super) fn alias(text: &SourceText, at: usize) -> Diagnostic {
    if let Some(continued) = begins_line(text, at).then(|| lines::continuation(text, at)).flatten()
    {
        return continued;
    }
    let word = word(text, at);
    let name = text.slice(word.clone()).trim_start_matches('*');
    // An anchor stands before its aliases, and mostly near.
    let before = text.source().get(..at).unwrap_or_default();
    let near = before.get(before.floor_char_boundary(at.saturating_sub(NEAR))..);
    let is_alias = !name.is_empty() && near.unwrap_or_default().contains(&format!("&{name}"));
    let message = if is_alias {
        "aliases are not allowed".to_owned()
    } else {
        format!(
            "text that begins with `*` stands in quotes: YAML reads `{}` as an alias",
            shown(text, &word)
        )
    };
    let diagnostic = Diagnostic::error(text.place(word), Code::Alias, message);
    if is_alias {
        advise(text, at, diagnostic, "write the value out")
    } else {
        let otherwise = match quoted(plain(text, at)).filter(|_| !goes_on(text, at)) {
            Some(quoted) => format!("write it as `{quoted}`"),
            None => "put all of it in single quotes, and write a `'` inside as `''`".to_owned(),
        };
        advise(text, at, diagnostic, &otherwise)
    }
}

/// `true` where only white space stands before an offset in its line.
fn begins_line(text: &SourceText, at: usize) -> bool {
    text.slice(text.line_start(at)..at).trim().is_empty()
}

/// Text without quotes that begins at an offset, up to where its value ends.
fn plain(text: &SourceText, at: usize) -> &str {
    let line = text.slice(text.first_line(at..usize::MAX));
    let before = text.slice(text.line_start(at)..at);
    let ends: &[char] = if before.contains(['{', '[']) { &[',', '}', ']'] } else { &[] };
    let line = line.find(" #").and_then(|end| line.get(..end)).unwrap_or(line);
    // A key ends with its `:`.
    let is_first = matches!(before.trim(), "" | "-");
    let key = line.find(": ").or_else(|| line.len().checked_sub(1).filter(|_| line.ends_with(':')));
    let line = key.filter(|_| is_first).and_then(|end| line.get(..end)).unwrap_or(line);
    line.find(ends).and_then(|end| line.get(..end)).unwrap_or(line).trim_end()
}

/// A text in quotes as YAML reads them; `None` where a message cannot hold it as it is.
fn quoted(value: &str) -> Option<String> {
    if short(value) != value {
        return None;
    }
    Some(if value.contains(['"', '\\']) {
        format!("'{}'", value.replace('\'', "''"))
    } else {
        format!("\"{value}\"")
    })
}

/// Whether a text without quotes goes on in the line below the one in which it begins.
fn goes_on(text: &SourceText, at: usize) -> bool {
    let indentation = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let end = text.first_line(at..usize::MAX).end;
    let next = text.from(end).lines().nth(1).filter(|line| !line.trim().is_empty());
    let begun = text.line_around(at).trim_start_matches(' ');
    let column = at - text.line_start(at);
    let item = if begun.starts_with("- ") && column > 2 { 2 } else { 0 };
    next.is_some_and(|next| indentation(next) > indentation(text.line_around(at)) + item)
}

/// Bytes of a line in which a template is looked for.
const FIRST: usize = 1 << 10;

/// A template that nobody filled in, where an offset lies in one.
pub(super) fn template(text: &SourceText, at: usize) -> Option<Diagnostic> {
    let line = text.line_around(at);
    let start = text.line_start(at);
    let first = line.get(..line.floor_char_boundary(FIRST)).unwrap_or_default();
    let word = templates(first)
        .map(|word| start + word.start..start + word.end)
        // What stands before the offset with more behind it was read as text.
        .find(|word| {
            word.start <= at && text.slice(word.end..at.max(word.end)).trim().is_empty()
        })?;
    let message = format!("`{}` is a template, which nobody fills in here", shown(text, &word));
    let help = "commit what it stands for: policies are read as they are committed";
    Some(Diagnostic::error(text.place(word), Code::YamlSyntax, message).help(help))
}

/// Where templates stand in a line: what is not closed goes on to its end.
fn templates(line: &str) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = line.get(from..)?;
        let opens = ["{{", "{%"].into_iter().filter_map(|open| rest.find(open)).min()?;
        let rest = rest.get(opens..)?;
        let close = if rest.starts_with("{{") { "}}" } else { "%}" };
        let length = rest.find(close).map_or(rest.len(), |end| end + close.len());
        let start = from + opens;
        from = start + length;
        Some(start..from)
    })
}

/// A document that begins in the middle of another.
pub(super) fn unseparated(name: &str, place: Location) -> Diagnostic {
    let message = format!("another document begins here: `{name}` is there twice");
    Diagnostic::error(place, Code::DuplicateKey, message).help("write a line `---` before it")
}

/// So many anchors and tags before a value, in either order.
pub(super) fn properties(text: &SourceText, start: usize, count: usize) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut at = start;
    for _ in 0..count {
        match text.char_at(at) {
            Some('!') => found.push(tag(text, at)),
            Some('&') => found.push(anchor(text, at)),
            _ => break,
        }
        let behind = word(text, at).end;
        at = behind + blank(text.from(behind));
    }
    found
}

pub(super) fn tag(text: &SourceText, at: usize) -> Diagnostic {
    if let Some(continued) = begins_line(text, at).then(|| lines::continuation(text, at)).flatten()
    {
        return continued;
    }
    let word = word(text, at);
    let message = format!("tags are not allowed, and YAML reads `{}` as one", shown(text, &word));
    let diagnostic = Diagnostic::error(text.place(word), Code::Tag, message);
    advise(text, at, diagnostic, "remove it, or quote the text")
}

pub(super) fn anchor(text: &SourceText, at: usize) -> Diagnostic {
    let word = word(text, at);
    if text.slice(word.clone()).starts_with("&&")
        && let Some(continued) = lines::continuation(text, at)
    {
        return continued;
    }
    let message =
        format!("anchors are not allowed, and YAML reads `{}` as one", shown(text, &word));
    let diagnostic = Diagnostic::error(text.place(word), Code::Anchor, message);
    advise(text, at, diagnostic, "remove it, and write out what refers to it")
}

/// A key that the same mapping has before.
pub(super) fn duplicate_key(name: &str, place: Location, first: Location) -> Diagnostic {
    let message = format!("key `{}` is there twice", short(name));
    Diagnostic::error(place, Code::DuplicateKey, message).related(first, "the first one is here")
}

fn shown(text: &SourceText, word: &Range<usize>) -> String {
    short(text.slice(word.clone()))
}

fn advise(text: &SourceText, at: usize, diagnostic: Diagnostic, otherwise: &str) -> Diagnostic {
    diagnostic.help(if is_expression(text, at) { QUOTE } else { otherwise })
}

/// Whether an offset lies in a line that begins with a field for expressions.
pub(super) fn is_expression(text: &SourceText, at: usize) -> bool {
    let line = text.line_around(at);
    let before = text.slice(text.line_start(at)..at);
    let before = before.get(before.floor_char_boundary(before.len().saturating_sub(FIRST))..);
    let begun = line.trim_start();
    let begun = begun.strip_prefix("- ").unwrap_or(begun).trim_start();
    // In braces it stands behind others.
    let last = before.unwrap_or_default().rsplit_once(": ").map(|(key, _)| key);
    EXPRESSIONS.iter().any(|field| {
        let name = field.trim_end_matches(':');
        begun.starts_with(field) || last.is_some_and(|last| last.ends_with(name))
    })
}

/// From an offset to the next white space, comma or bracket.
fn word(text: &SourceText, at: usize) -> Range<usize> {
    let line = text.first_line(at..usize::MAX);
    let rest = text.slice(line.clone());
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}');
    let length = rest.find(ends).unwrap_or(rest.len());
    at..at + length
}

/// How many bytes of white space and comments a text begins with.
fn blank(text: &str) -> usize {
    let mut rest = text.trim_start();
    while rest.starts_with('#') {
        rest = rest.find('\n').and_then(|end| rest.get(end..)).unwrap_or_default().trim_start();
    }
    text.len() - rest.len()
}

/// Where the next document begins: `---` at the start of a line, at or behind an error and behind
/// the offset from which was read.
pub(super) fn next_document(text: &SourceText, error: usize, from: usize) -> Option<usize> {
    let starts = text.line_starts_from(error).iter().copied();
    starts.filter(|start| *start > from).find(|start| {
        let behind = text.from(*start).strip_prefix("---");
        behind.is_some_and(|behind| behind.is_empty() || behind.starts_with(char::is_whitespace))
    })
}
