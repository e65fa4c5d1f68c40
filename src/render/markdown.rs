//! Text from policies and clouds inside Markdown, made harmless.
//!
//! Whoever may open a pull request chooses it. It must not mention people, link anywhere, refer to
//! issues, bring HTML, hide characters, or break out of the table, list or code block that it
//! stands in. GitHub turns `@name` and `#1` into mentions after it has read the Markdown, so a
//! backslash does not stop those: code does, and so does an invisible space.

use std::fmt::Write as _;

use crate::diagnostic::visible_char;

/// Ends what GitHub would read as a mention or a reference; invisible.
const BREAK: char = '\u{200b}';

/// Text on one line, with what is invisible or turns the direction of text made visible.
pub(super) fn visible(text: &str) -> String {
    let show = |c: char| match c {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        c => visible_char(c),
    };
    text.trim().chars().map(show).collect()
}

/// Words, in which nothing has a meaning but themselves.
pub(super) fn escape(text: &str) -> String {
    let text = visible(text);
    let mut safe = String::with_capacity(text.len() + text.len() / 4);
    let mut before = "";
    for (at, c) in text.char_indices() {
        let after = text.get(at + c.len_utf8()..).unwrap_or_default().chars().next();
        let starts_list =
            matches!(c, '-' | '+' | '=' | '.' | ')') && before.chars().all(|c| c.is_ascii_digit());
        if starts_list || "\\`*_{}[]<>#~&$".contains(c) {
            safe.push('\\');
        }
        safe.push(c);
        if refers(before, c, after) {
            safe.push(BREAK);
        }
        before = text.get(..at + c.len_utf8()).unwrap_or_default();
    }
    safe
}

/// `true` where GitHub could read on after `c` and find `@name`, `#1`, `GH-1`, `http://` or `www.`.
fn refers(before: &str, c: char, after: Option<char>) -> bool {
    let follows = |word: &str| before.to_ascii_lowercase().ends_with(word);
    let Some(after) = after else { return false };
    match c {
        '@' => after.is_alphanumeric(),
        '#' => after.is_ascii_digit(),
        '-' => after.is_ascii_digit() && follows("gh"),
        ':' => after == '/',
        '.' => follows("www"),
        _ => false,
    }
}

/// Text as an inline code span.
pub(super) fn code(text: &str) -> String {
    let text = visible(text);
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let needs_room = text.starts_with('`') || text.ends_with('`');
    let room = if needs_room { " " } else { "" };
    format!("{fence}{room}{text}{room}{fence}")
}

/// A sentence with its values in backticks, as diagnostics are written: the values become code, the
/// rest words.
pub(super) fn prose(text: &str) -> String {
    let text = visible(text);
    let parts: Vec<_> = text.split('`').collect();
    // The one after the last backtick of an odd number is no value.
    let closed = parts.len() - usize::from(parts.len() % 2 == 0);
    let mut safe = String::new();
    for (index, part) in parts.iter().enumerate() {
        match index % 2 {
            1 if index < closed => safe.push_str(&code(part)),
            1 => {
                let _ = write!(safe, "\\`{}", spaced(part));
            }
            _ => safe.push_str(&spaced(part)),
        }
    }
    safe
}

/// [`escape`], with the spaces at both ends kept.
fn spaced(part: &str) -> String {
    let lead = if part.starts_with(' ') { " " } else { "" };
    let trail = if part.len() > 1 && part.ends_with(' ') { " " } else { "" };
    format!("{lead}{}{trail}", escape(part))
}

/// Markdown on one line as a cell of a table.
pub(super) fn cell(markdown: &str) -> String {
    let mut safe = String::with_capacity(markdown.len());
    let mut backslashes = 0;
    for c in markdown.chars() {
        if c == '|' {
            // In code a backslash cannot be escaped, and two of them would free the bar.
            if backslashes % 2 == 1 {
                safe.push(BREAK);
            }
            safe.push('\\');
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        safe.push(c);
    }
    safe
}

/// A block of code in `language`, all lines after `indent`.
pub(super) fn block<'a>(
    language: &str,
    lines: impl IntoIterator<Item = &'a str>,
    indent: &str,
) -> String {
    let lines: Vec<_> = lines.into_iter().map(line).collect();
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let mut block = format!("{indent}{fence}{language}\n");
    for line in lines {
        let _ = writeln!(block, "{indent}{line}");
    }
    let _ = writeln!(block, "{indent}{fence}");
    block
}

/// A line of code: [`visible`], but with its indentation.
fn line(text: &str) -> String {
    let indentation: String = text.chars().take_while(|c| *c == ' ').collect();
    format!("{indentation}{}", visible(text))
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// Markdown that grows block by block and stops in time.
#[derive(Debug)]
pub(super) struct Sheet {
    text: String,
    limit: usize,
}

/// Bytes kept back for saying how much was left out.
const RESERVE: usize = 200;

impl Sheet {
    /// An empty one of at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { text: String::new(), limit: limit.saturating_sub(RESERVE) }
    }

    /// Adds a paragraph, if it fits.
    pub(super) fn paragraph(&mut self, words: &str) {
        self.push_whole(&format!("{words}\n\n"));
    }

    /// Adds a heading with its rows or items, each ending in a line break, as far as they fit and
    /// at most `most`; says how many more there are of what `noun` names.
    pub(super) fn rows(
        &mut self,
        heading: &str,
        rows: impl IntoIterator<Item = String>,
        (most, noun): (usize, &str),
    ) {
        let (mut listed, mut left_out) = (0, 0);
        self.push_whole(heading);
        for row in rows {
            // One that is too long keeps no other out.
            if listed < most && self.push_whole(&row) {
                listed += 1;
            } else {
                left_out += 1;
            }
        }
        if left_out > 0 {
            let _ = write!(self.text, "\n… and {left_out} more {noun}\n");
        }
        self.text.push('\n');
    }

    /// The same folded away behind a summary, which is plain text.
    pub(super) fn folded(
        &mut self,
        summary: &str,
        heading: &str,
        rows: impl IntoIterator<Item = String>,
        most: (usize, &str),
    ) {
        // What closes it has its room behind the limit.
        if self.push_whole(&format!("<details><summary>{summary}</summary>\n\n")) {
            self.rows(heading, rows, most);
            self.text.push_str("</details>\n\n");
        }
    }

    /// Markdown that has been written so far.
    pub(super) fn finish(self) -> String {
        self.text.trim_end().to_owned()
    }

    fn push_whole(&mut self, part: &str) -> bool {
        let fits = self.text.len() + part.len() <= self.limit;
        if fits {
            self.text.push_str(part);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a reader of the raw text sees it.
    fn raw(text: &str) -> String {
        text.replace(BREAK, "‸")
    }

    #[test]
    fn words_have_no_meaning_but_themselves() {
        let table = [
            ("plain words, (really); 100% - fine!", "plain words, (really); 100% - fine!"),
            ("@octocat and @acme/team, a@b.example", "@‸octocat and @‸acme/team, a@‸b.example"),
            ("#1, acme/x#23, GH-4, gh-5, a-6", r"\#‸1, acme/x\#‸23, GH-‸4, gh-‸5, a-6"),
            ("http://x.example www.x.example", "http:‸//x.example www.‸x.example"),
            ("[click](//x.example) ![i](j)", r"\[click\](//x.example) !\[i\](j)"),
            ("<b>x</b> <!-- y --> &lt;", r"\<b\>x\</b\> \<!-- y --\> \&lt;"),
            ("*a* _b_ ~~c~~ `d` $e$ \\", r"\*a\* \_b\_ \~\~c\~\~ \`d\` \$e\$ \\"),
            ("- a", r"\- a"),
            ("12. a", r"12\. a"),
            ("one\n## two\r\n\r\n| three |", r"one \#\# two    | three |"),
            ("a\u{202e}b\u{200b}c\u{0}d", "a�b�c�d"),
        ];
        for (text, expected) in table {
            assert_eq!(raw(&escape(text)), expected, "{text}");
        }
    }

    #[test]
    fn code_cannot_be_closed_from_within() {
        let table = [
            ("a < b && @x", "`a < b && @x`"),
            ("a `b` c", "``a `b` c``"),
            ("```", "```` ``` ````"),
            ("`a", "`` `a ``"),
            ("a\nb", "`a b`"),
            ("", "(empty)"),
        ];
        for (text, expected) in table {
            assert_eq!(code(text), expected, "{text}");
        }
    }

    #[test]
    fn values_in_backticks_become_code() {
        let table = [
            (
                "unknown property `Nme`; did you mean `Name`?",
                "unknown property `Nme`; did you mean `Name`?",
            ),
            ("`<b>` is *no* name", r"`<b>` is \*no\* name"),
            ("left `open @x", r"left \`open @‸x"),
            ("a `b` and `c", r"a `b` and \`c"),
            ("``", "(empty)"),
        ];
        for (text, expected) in table {
            assert_eq!(raw(&prose(text)), expected, "{text}");
        }
    }

    #[test]
    fn no_bar_leaves_its_cell() {
        let table =
            [("`a || b`", r"`a \|\| b`"), (r"a \\| b", r"a \\\| b"), (r"`a\|b`", r"`a\‸\|b`")];
        for (text, expected) in table {
            assert_eq!(raw(&cell(text)), expected, "{text}");
        }
    }

    #[test]
    fn a_block_is_closed_by_its_own_fence_only() {
        assert_eq!(
            block("diff", ["- a", "+ ```", "  \u{202e}b"], "  "),
            "  ````diff\n  - a\n  + ```\n    �b\n  ````\n"
        );
    }

    #[test]
    fn a_sheet_says_what_it_leaves_out() {
        let rows = || (1..=5).map(|row| format!("- {row}\n"));
        let mut sheet = Sheet::new(4_000);
        sheet.rows("## All\n", rows(), (3, "rows"));
        sheet.rows("## Few\n", rows().take(1), (3, "rows"));
        insta::assert_snapshot!(sheet.finish(), @"
        ## All
        - 1
        - 2
        - 3

        … and 2 more rows

        ## Few
        - 1
        ");
        let mut sheet = Sheet::new(RESERVE + 20);
        sheet.rows("## All\n", rows(), (99, "rows"));
        insta::assert_snapshot!(sheet.finish(), @"
        ## All
        - 1
        - 2
        - 3

        … and 2 more rows
        ");
    }
}
