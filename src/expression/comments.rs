//! Comments of expressions, found without parsing: what holds a text may move its line breaks,
//! and with them the end of a comment.

use std::ops::Range;

/// Comments of a text, in bytes: each from its `//` up to the line break behind it, or to the end
/// of the text, as the grammar of CEL has them. A `//` inside a string is none.
pub fn comments(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((before, rest)) = next(text, at) {
        let start = before.len();
        at = start + 1;
        if rest.starts_with("//") {
            at = start + rest.find('\n').unwrap_or(rest.len());
            found.push(start..at);
        } else if !rest.starts_with('/') {
            at = start + string(before, rest);
        }
    }
    found
}

/// The text without its comments, for where its lines are joined.
pub fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for comment in comments(text) {
        kept.push_str(text.get(at..comment.start).unwrap_or_default().trim_end_matches(' '));
        at = comment.end;
    }
    kept.push_str(text.get(at..).unwrap_or_default());
    kept
}

/// The text in two, at the next byte from `at` on that may begin a comment or a string.
fn next(text: &str, at: usize) -> Option<(&str, &str)> {
    let next = text.get(at..)?.find(['"', '\'', '/'])?;
    text.split_at_checked(at + next)
}

/// Length of the string that `rest` begins with, in bytes; of one that nothing closes, all of it.
fn string(before: &str, rest: &str) -> usize {
    let is_raw = is_raw(before);
    let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| rest.starts_with(quote));
    let quote = quote.unwrap_or_default();
    let mut at = quote.len();
    while let Some(left) = rest.get(at..).filter(|left| !left.is_empty()) {
        if left.starts_with(quote) {
            return at + quote.len();
        }
        let mut characters = left.chars();
        let is_escape = characters.next() == Some('\\') && !is_raw;
        let escaped = characters.next().filter(|_| is_escape).map_or(0, char::len_utf8);
        at += left.chars().next().map_or(1, char::len_utf8) + escaped;
    }
    rest.len()
}

/// `true` where what stands before a quote makes its string one without escapes: `r`, alone or
/// with the `b` of bytes.
fn is_raw(before: &str) -> bool {
    let word = before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len();
    let prefix = before.get(word..).unwrap_or_default();
    ["r", "br", "rb"].iter().any(|raw| prefix.eq_ignore_ascii_case(raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_told_from_strings() {
        let cases = [
            ("a // one\n&& b // two", "// one|// two"),
            ("//", "//"),
            ("a / b", ""),
            ("a /// b", "/// b"),
            ("\"http://x\" + 'y//z' // c", "// c"),
            ("'it\\'s // in' // c", "// c"),
            ("r'\\' // c", "// c"),
            ("bR\"\\\" // c", "// c"),
            ("Rb'\\' // c", "// c"),
            ("for\"\\\" // in\"", ""),
            ("a_r'\\' // in'", ""),
            ("'''a' // in''' // c", "// c"),
            ("1/'//' // c", "// c"),
            ("\"\"\"a\" // in\n\\\"\"\" \"\"\" // c", "// c"),
            ("'' // c", "// c"),
            ("a // it's\n+ 'b // in'", "// it's"),
            ("'open // in", ""),
            ("'\\", ""),
            ("'ä\\ü//' // ö", "// ö"),
        ];
        for (text, wanted) in cases {
            let found: Vec<_> = comments(text).into_iter().filter_map(|at| text.get(at)).collect();
            assert_eq!(found.join("|"), wanted, "{text}");
        }
    }

    #[test]
    fn what_is_no_comment_is_kept() {
        let cases = [
            ("a // one\n  && b // two", "a\n  && b"),
            ("// first\na == 'x // y'", "\na == 'x // y'"),
            ("a\n", "a\n"),
        ];
        for (text, wanted) in cases {
            assert_eq!(without_comments(text), wanted, "{text}");
        }
    }
}
