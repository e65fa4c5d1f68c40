//! Comments that swallow what stands below them.
//!
//! A comment of CEL ends with its line. YAML joins the lines of a folded, plain or quoted text (YAML
//! 1.2.2, 6.5 and 8.1.3), so that a `//` there takes all that stands below it out of the expression:
//! the check would ask less than its page says.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic};
use crate::expression::comments;

use crate::document::{Located, SourceText, Text};

/// How to write a comment where YAML joins lines.
pub(super) const HELP: &str = "use `|`, or `#` above the expression";

/// The same for a `#`, which is no comment in an expression.
pub(super) const HASH: &str = "put it above the key; or use `|`, where a comment begins with `//`";

/// Characters besides `\n` that an editor may show as a line break; a comment goes on behind them.
const BREAKS: [char; 6] = ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

/// Refusal of an expression for its first comment that swallows something, at its `//`. A comment
/// at the end swallows nothing, and neither does one that has only comments below it.
pub(super) fn refused(expression: &Located<Text>, source: &SourceText) -> Option<Diagnostic> {
    let text = expression.value.as_str();
    memchr::memmem::find(text.as_bytes(), b"//")?;
    let comments = comments(text);
    if comments.is_empty() {
        return None;
    }
    let lines = lines(expression, source);
    let comment = comments.into_iter().find(|comment| {
        let first = lines.partition_point(|line| *line <= comment.start);
        let last = lines.partition_point(|line| *line < comment.end);
        swallows(text, comment, lines.get(first..last).unwrap_or_default())
    })?;
    let message = "the comment swallows what stands below it: YAML joins these lines into one";
    let part = expression.part(comment.start..comment.start + 2, source);
    let place = source.place_of_part(part);
    Some(Diagnostic::error(place, Code::SwallowingComment, message).help(HELP))
}

/// Offsets in the text of an expression at which a line begins, in the file or in an editor.
fn lines(expression: &Located<Text>, source: &SourceText) -> Vec<usize> {
    let text = expression.value.as_str();
    let broken = text.match_indices(BREAKS).map(|(at, found)| at + found.len());
    let blanks = || text.match_indices(' ').map(|(at, _)| at + 1).collect();
    let joins = expression.joins_lines(source);
    let joined = joins.then(|| expression.joints(source).unwrap_or_else(blanks));
    let mut lines: Vec<usize> = joined.into_iter().flatten().chain(broken).collect();
    lines.sort_unstable();
    lines
}

/// `true` where one of the lines that begin inside a comment is no comment itself.
fn swallows(text: &str, comment: &Range<usize>, lines: &[usize]) -> bool {
    let ends = lines.iter().copied().skip(1).chain([comment.end]);
    let mut below = lines.iter().zip(ends).filter_map(|(start, end)| text.get(*start..end));
    below.any(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//"))
}
