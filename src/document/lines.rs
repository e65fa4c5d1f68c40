//! Lines at which the parser stumbles, or behind which it does, told as what their author meant.
//!
//! The parser tells where it can go on no longer, which often is the line below the slip, and what
//! it misses there. A line is known by how it begins: by an operator, which belongs to an expression
//! above; by a mark of something else than YAML; by a key or a `-` without its space.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic};

use super::short::short;
use super::text::SourceText;

/// The fields that hold expressions.
pub(super) const EXPRESSIONS: [&str; 3] = ["where:", "assert:", "assertAll:"];

/// Signs with which a line goes on with an expression, the longer ones first.
const SIGNS: [&str; 21] = [
    "&&", "||", "//", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "?", ":", ",",
    ")", "]", ".", "in",
];

/// Lines above in which the key of a text is looked for, and the bytes of each that are read.
const ABOVE: usize = 200;
const FIRST: usize = 1 << 10;

/// A line without its break, and its indentation.
#[derive(Clone, Copy)]
struct Line<'s> {
    start: usize,
    /// From its first sign on.
    text: &'s str,
    indentation: usize,
}

impl<'s> Line<'s> {
    fn around(source: &'s SourceText, at: usize) -> Self {
        let line = source.line_around(at);
        let line = line.get(..line.floor_char_boundary(FIRST)).unwrap_or(line);
        let text = line.trim_start_matches([' ', '\t']);
        let indentation = line.len() - text.len();
        Self { start: source.line_start(at), text: text.trim_end(), indentation }
    }

    /// The line around an offset, and the nearest one above it that is not empty.
    fn around_and_above(source: &'s SourceText, at: usize) -> impl Iterator<Item = Self> {
        let line = Self::around(source, at);
        std::iter::once(line).chain(line.above(source).take(1))
    }

    /// Offset of its first sign.
    fn first(self) -> usize {
        self.start + self.indentation
    }

    /// The lines above it that are not empty, the nearest first.
    fn above(self, source: &'s SourceText) -> impl Iterator<Item = Self> {
        let before = |line: &Self| line.start.checked_sub(1).map(|end| Self::around(source, end));
        std::iter::successors(before(&self), before)
            .take(ABOVE)
            .filter(|line| !line.text.is_empty())
    }

    /// The key that it begins with, behind the `- ` of an item, and what follows the `:`.
    fn key(self) -> Option<(&'s str, &'s str)> {
        let text = self.text.strip_prefix("- ").map_or(self.text, str::trim_start);
        let (key, value) = text.split_once(':')?;
        let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        is_key.then_some((key, value))
    }

    /// The key that it begins with, where a space or nothing follows the `:`.
    fn whole_key(self) -> Option<(&'s str, &'s str)> {
        self.key().filter(|(_, value)| value.is_empty() || value.starts_with([' ', '\t']))
    }

    fn sign(self) -> Option<&'static str> {
        SIGNS.into_iter().find(|sign| {
            let behind = self.text.strip_prefix(sign).map(|behind| behind.chars().next());
            match *sign {
                "." => matches!(behind, Some(Some(c)) if c.is_ascii_alphabetic()),
                "in" => matches!(behind, Some(None | Some(' ' | '[' | '('))),
                // An item has a key.
                "-" => matches!(behind, Some(Some(' '))) && self.whole_key().is_none(),
                // `>-` and `|` are headers of blocks.
                ">" => matches!(behind, Some(Some(' '))),
                _ => behind.is_some(),
            }
        })
    }
}

/// What a line at or above an error is, where it is no YAML.
pub(super) fn mark(source: &SourceText, at: usize) -> Option<Diagnostic> {
    Line::around_and_above(source, at).find_map(|line| {
        let text = line.text;
        let told = |message: String, help: &str| {
            let place = source.place(line.first()..line.first() + text.len());
            Some(Diagnostic::error(place, Code::YamlSyntax, message).help(help))
        };
        let sides = ["<<<<<<<", "|||||||", ">>>>>>>"];
        let side = sides.into_iter().find(|side| {
            let behind = text.strip_prefix(side);
            behind.is_some_and(|behind| behind.is_empty() || behind.starts_with(' '))
        });
        if let Some(side) = side.or_else(|| (text == "=======").then_some("=======")) {
            let help = "keep one of the sides, and remove the lines that mark them";
            return told(
                format!("`{side}` marks a conflict of a merge that is not resolved"),
                help,
            );
        }
        let is_dashes = text.chars().count() > 1 && text.chars().all(|c| "-–—".contains(c))
            || matches!(text, "–" | "—");
        let help = "between two documents stands a line `---`, from its first column on";
        if is_dashes && text == "---" && line.indentation > 0 {
            return told("`---` is indented, and so separates no documents".to_owned(), help);
        }
        if is_dashes && text != "---" {
            return told(format!("`{}` separates no documents", short(text)), help);
        }
        None
    })
}

/// A blank of another kind than a space in the indentation of a line at or above an error.
pub(super) fn unindented(source: &SourceText, at: usize) -> Option<Diagnostic> {
    Line::around_and_above(source, at).find_map(|line| {
        let text = line.text.trim_start_matches(['-', ' ', '\t']);
        let blank = text.chars().next().filter(|c| !c.is_ascii() && c.is_whitespace())?;
        let start = line.first() + line.text.len() - text.len();
        let code = u32::from(blank);
        let message =
            format!("U+{code:04X} stands in the indentation, which looks like a space only");
        let place = source.place(start..start + blank.len_utf8());
        Some(
            Diagnostic::error(place, Code::InvisibleCharacter, message)
                .help("indent with plain spaces"),
        )
    })
}

/// A key or a `-` at or above an error that has no space behind it.
pub(super) fn unspaced(source: &SourceText, at: usize) -> Option<Diagnostic> {
    Line::around_and_above(source, at).find_map(|line| {
        let error = |at: usize, message: String| {
            Diagnostic::error(source.place(at..at + 1), Code::YamlSyntax, message)
        };
        if let Some(item) = line.text.strip_prefix('-')
            && item.starts_with(|c: char| c.is_alphanumeric() || c == '"' || c == '\'')
            && (item.contains(": ") || item.ends_with(':'))
        {
            let message = "there is no space after the `-` of a list".to_owned();
            return Some(error(line.first(), message).help("write `- `, or quote the text"));
        }
        let (key, value) = line.key()?;
        let colon = line.first() + line.text.find(':')?;
        let next = value.chars().next().filter(|c| !" \t/:".contains(*c))?;
        Some(if next.is_whitespace() {
            let code = u32::from(next);
            let message =
                format!("U+{code:04X} stands behind `{key}:`, which looks like a space only");
            error(colon + 1, message).help(format!("write `{key}: `, with a plain space"))
        } else {
            let message = format!("there is no space after the `:` of `{key}`");
            error(colon, message).help(format!("write `{key}: `"))
        })
    })
}

/// A quote of a word processor before an error in its line: of YAML it is a letter.
pub(super) fn curly(source: &SourceText, at: usize) -> Option<Diagnostic> {
    let start = source.line_start(at);
    let before = source.slice(start..at);
    let (quote, c) = before.char_indices().find(|(_, c)| "“”„‟‘‚«".contains(*c))?;
    let message = format!("`{c}` is no quote of YAML");
    let place = source.place(start + quote..start + quote + c.len_utf8());
    let help = "write straight quotes, `\"` or `'`, around the text";
    Some(Diagnostic::error(place, Code::YamlSyntax, message).help(help))
}

/// A line at or above an offset that goes on with an expression, and belongs to no text: it is
/// indented less than the lines above it, or by a tab; or a comment has ended the text.
pub(super) fn continuation(source: &SourceText, at: usize) -> Option<Diagnostic> {
    let line = Line::around(source, at);
    continued(source, line, false).or_else(|| continued(source, line.above(source).next()?, true))
}

/// The text that lines above a line begin.
struct Above<'s> {
    key: &'s str,
    /// What stands behind the key in its line.
    value: &'s str,
    is_block: bool,
    /// How deep its lines are indented at the least.
    indentation: usize,
    /// Its lines, the first one first.
    lines: Vec<Line<'s>>,
}

impl<'s> Above<'s> {
    fn of(source: &'s SourceText, line: Line<'s>) -> Option<Self> {
        let mut lines = Vec::new();
        for above in line.above(source) {
            let Some((key, value)) = above.whole_key() else {
                lines.push(above);
                continue;
            };
            lines.reverse();
            let is_block = value.trim_start().starts_with(['|', '>']);
            let first = lines.first().filter(|_| is_block).map(|first| first.indentation);
            let item = if above.text.starts_with("- ") { 2 } else { 0 };
            let indentation = first.unwrap_or(above.indentation + item + 1);
            return Some(Self { key, value, is_block, indentation, lines });
        }
        None
    }

    /// Whether a `[` is open at the end of its lines: else a `]` closes one of YAML's.
    fn is_open(&self) -> bool {
        let texts = || std::iter::once(self.value).chain(self.lines.iter().map(|line| line.text));
        let count = |sign: char| texts().map(|text| text.matches(sign).count()).sum::<usize>();
        count('[') > count(']')
    }

    fn is_expression(&self) -> bool {
        EXPRESSIONS.iter().any(|field| field.trim_end_matches(':') == self.key)
    }
}

fn continued(source: &SourceText, line: Line<'_>, must_be_outdented: bool) -> Option<Diagnostic> {
    let sign = line.sign()?;
    let error = |line: Line<'_>, length: usize, message: String| {
        let place = source.place(line.first()..line.first() + length);
        Diagnostic::error(place, Code::YamlSyntax, message)
    };
    let is_logic = matches!(sign, "&&" | "||");
    let blank = source.slice(line.start..line.first());
    if is_logic && let Some(tab) = blank.find('\t') {
        let tab = line.start + tab;
        let message = format!("a tab stands before `{sign}`, where YAML needs spaces");
        return Some(
            Diagnostic::error(source.place(tab..tab), Code::YamlSyntax, message)
                .help("indent with spaces, as deep as the line above it"),
        );
    }
    let outdented = |line: Line<'_>, sign: &str, help: String| {
        let message =
            format!("`{sign}` begins a line that is indented less than the text above it");
        error(line, sign.len(), message).help(help)
    };
    let deeper = "indent it as deep as the first line of the text";
    let Some(above) = Above::of(source, line) else {
        return is_logic.then(|| outdented(line, sign, deeper.to_owned()));
    };
    if !(is_logic || above.is_expression()) || sign == "]" && !above.is_open() {
        return None;
    }
    let help = if above.is_block {
        deeper.to_owned()
    } else {
        format!("indent it deeper than `{}`", above.key)
    };
    let is_outdented = |line: &Line<'_>| line.indentation < above.indentation;
    if is_outdented(&line) {
        return Some(outdented(line, sign, help));
    }
    if must_be_outdented {
        return None;
    }
    let ends =
        |line: &&Line<'_>| is_outdented(line) || !above.is_block && line.text.starts_with('#');
    let end = above.lines.iter().find(ends).copied()?;
    if end.text.starts_with('#') {
        let help = comment_help(above.is_expression());
        let message = "this comment ends the text above it".to_owned();
        return Some(error(end, 1, message).help(help));
    }
    end.sign().map(|sign| outdented(end, sign, help))
}

/// How a comment is written in the middle of a text.
pub(super) fn comment_help(is_expression: bool) -> &'static str {
    if is_expression {
        "put the expression on its own lines after `|`, and begin a comment in it with `//`"
    } else {
        "put the text after `>`, and the comment before it"
    }
}

/// A template of another kind than `{{ x }}` that nobody filled in, such as `<%= id %>` or `${NAME}`:
/// one in which an error lies, or right before it.
pub(super) fn unfilled(source: &SourceText, at: usize) -> Option<Diagnostic> {
    let line = Line::around(source, at);
    [("<%", "%>"), ("${", "}")].into_iter().find_map(|(open, close)| {
        let mut found = line.text.match_indices(open).filter_map(|(from, _)| {
            let length = line.text.get(from..)?.find(close)? + close.len();
            let start = line.first() + from;
            Some(start..start + length)
        });
        let is_here = |word: &Range<usize>| {
            word.start <= at && source.slice(word.end..at.max(word.end)).trim().is_empty()
        };
        found.find(is_here).map(|word| template(source, word))
    })
}

/// Text without quotes that is such a template and nothing else.
pub(super) fn unfilled_text(source: &SourceText, span: &Range<usize>) -> Option<Diagnostic> {
    let written = source.slice(span.clone());
    if !written.starts_with(['<', '$']) {
        return None;
    }
    let inside = |open, close| written.strip_prefix(open)?.strip_suffix(close);
    let is_name = |name: &str| {
        let mut letters = name.chars();
        letters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && letters.all(|c| c.is_alphanumeric() || c == '_')
    };
    let is_template = inside("<%", "%>").is_some() || inside("${", "}").is_some_and(is_name);
    is_template.then(|| template(source, span.clone()))
}

fn template(source: &SourceText, word: Range<usize>) -> Diagnostic {
    let shown = short(source.slice(word.clone()));
    let message = format!("`{shown}` is a template, which nobody fills in here");
    let help = "commit what it stands for: policies are read as they are committed";
    Diagnostic::error(source.place(word), Code::YamlSyntax, message).help(help)
}
