//! Comments that swallow what stands below them.
//!
//! A comment of CEL ends with its line. YAML joins the lines of a folded, plain or quoted text (YAML
//! 1.2.2, 6.5 and 8.1.3), so that a `//` there takes all that stands below it out of the expression:
//! the check would ask less than its page says.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic};
use crate::expression::comments;

use crate::document::Node;

/// How to write a comment where YAML joins lines.
pub(super) const HELP: &str = "use `|`, or `#` above the expression";

/// Characters besides `\n` that an editor may show as a line break; a comment goes on behind them.
const BREAKS: [char; 6] = ['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

/// Refusal of an expression for its first comment that swallows something, at its `//`. A comment
/// at the end swallows nothing, and neither does one that has only comments below it.
pub(super) fn refused(node: &Node) -> Option<Diagnostic> {
    let text = node.text()?;
    let comments = comments(text);
    if comments.is_empty() {
        return None;
    }
    let lines = lines(node, text);
    let comment = comments.into_iter().find(|comment| {
        let first = lines.partition_point(|line| *line <= comment.start);
        let last = lines.partition_point(|line| *line < comment.end);
        swallows(text, comment, lines.get(first..last).unwrap_or_default())
    })?;
    let message = "the comment swallows what stands below it: YAML joins these lines into one";
    let place = node.place_in(comment.start..comment.start + 2);
    Some(Diagnostic::error(place, Code::SwallowingComment, message).help(HELP))
}

/// Offsets in the text of an expression at which a line begins, in the file or in an editor.
fn lines(node: &Node, text: &str) -> Vec<usize> {
    let broken = text.match_indices(BREAKS).map(|(at, found)| at + found.len());
    let blanks = || text.match_indices(' ').map(|(at, _)| at + 1).collect();
    let joined = node.joined_lines().map(|scalar| scalar.joints().unwrap_or_else(blanks));
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
