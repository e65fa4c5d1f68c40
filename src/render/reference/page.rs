//! A page of Markdown in the making: headings that can be linked to, tables, blocks.
//!
//! Descriptions come from files of this repository and are Markdown already; nothing is escaped
//! but what would end the cell of a table.

use std::fmt::Write as _;

use super::super::markdown;

/// Said at the head of each page, for whoever opens the file.
const NOTE: &str = "<!-- Written by `cloudcorrect schema --reference docs/reference`. -->\n";

/// Page of the reference, before it is written to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Path below the directory of the reference, with `/`.
    pub path: String,
    /// Markdown of the page, from its title on.
    pub text: String,
}

impl Page {
    /// An empty page with a title.
    pub(super) fn new(path: impl Into<String>, title: &str) -> Self {
        Self { path: path.into(), text: format!("{NOTE}# {title}\n") }
    }

    /// Adds a heading, of which 2 is the greatest.
    pub(super) fn heading(&mut self, level: usize, words: &str) {
        let _ = write!(self.text, "\n{} {words}\n", "#".repeat(level));
    }

    /// Adds a paragraph, or several.
    pub(super) fn paragraph(&mut self, words: &str) {
        let _ = write!(self.text, "\n{}\n", words.trim());
    }

    /// Adds a list of items, if there are any.
    pub(super) fn list(&mut self, items: impl IntoIterator<Item = String>) {
        self.text.push('\n');
        for item in items {
            let _ = writeln!(self.text, "- {item}");
        }
    }

    /// Adds a table, unless it has no rows.
    pub(super) fn table<const N: usize>(
        &mut self,
        columns: [&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return;
        }
        let _ = write!(self.text, "\n| {} |\n|{}\n", columns.join(" | "), " --- |".repeat(N));
        for row in rows {
            let cells = row.map(|cell| markdown::cell(&one_line(&cell)));
            let _ = writeln!(self.text, "| {} |", cells.join(" | "));
        }
    }

    /// Adds a block of code.
    pub(super) fn block(&mut self, language: &str, code: &str) {
        let _ = write!(self.text, "\n```{language}\n{}\n```\n", code.trim_end());
    }
}

/// Text without its line breaks.
pub(super) fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join(" ")
}

/// A link to a heading of a page; an empty path is the same page.
pub(super) fn link(words: &str, path: &str, heading: &str) -> String {
    match heading {
        "" => format!("[{words}]({path})"),
        heading => format!("[{words}]({path}#{})", anchor(heading)),
    }
}

/// Anchor that GitHub makes of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// A name or a value as code.
pub(super) fn code(text: &str) -> String {
    markdown::code(text)
}

/// Names as code, with commas between them.
pub(super) fn codes<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(code).collect::<Vec<_>>().join(", ")
}

/// Words with a capital at the beginning.
pub(super) fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// More than one of a type: `strings`, `lists of strings`.
pub(super) fn several(kind: &str) -> String {
    match kind.split_once(" of ") {
        Some((outer, inner)) => format!("{outer}s of {inner}"),
        None if kind == ANY => "values".to_owned(),
        None if kind.starts_with('`') => kind.to_owned(),
        None => format!("{kind}s"),
    }
}

/// The type of what may have any.
pub(super) const ANY: &str = "any value";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_those_of_github() {
        let table = [
            ("`aws/s3-bucket-exists`", "awss3-bucket-exists"),
            ("Group: `spec.checks[]`", "group-specchecks"),
            ("What is null, and what unknown", "what-is-null-and-what-unknown"),
            ("`text.split(separator)` a_b", "textsplitseparator-a_b"),
        ];
        for (heading, expected) in table {
            assert_eq!(anchor(heading), expected, "{heading}");
        }
    }

    #[test]
    fn a_cell_is_one_line_and_keeps_its_bars() {
        let mut page = Page::new("a.md", "A");
        page.table(["x", "y"], [["`a || b`".to_owned(), "one\n  two".to_owned()]]);
        page.table(["x"], []);
        assert_eq!(
            page.text.strip_prefix(NOTE),
            Some("# A\n\n| x | y |\n| --- | --- |\n| `a \\|\\| b` | one two |\n")
        );
    }
}
