//! Diagnostics for the terminal, with the lines that they are about.
//!
//! Of a line a window is cut before anything else is done with it ([`Line`]). The excerpt is written
//! here and not by `annotate-snippets` (0.12): given a whole file that maps all its lines for each
//! diagnostic, which hundreds of problems in one line of a MiB forbid, and given the window alone it
//! tells the column within the window, so that the location would have to be written beside it.
//! It also makes fewer characters visible than we must.

use std::fmt::Write as _;

use super::lines::{Line, Lines};

use crate::diagnostic::{Diagnostic, Location, visible_char};
use crate::policy::{LoadOutcome, SourceFile};

/// The most characters of a line that are shown.
const WIDTH: usize = 160;
/// Mark of what is not shown of a line.
const CUT: char = '…';

/// Part of a line around the place of a problem, as wide as it is shown, and a character more where
/// the line goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    text: String,
    /// Characters of the line before the part.
    skipped: usize,
}

impl Excerpt {
    /// The part of a text around one of its bytes, at which the problem begins in `column`. What is
    /// further away is not looked at, however long the line is.
    pub fn around(text: &[u8], byte: usize, column: u32) -> Self {
        let (before, behind) = text.split_at(byte.min(text.len()));
        let is_first = |byte: &u8| byte & 0xc0 != 0x80;
        let in_line = before.iter().rev().take_while(|byte| **byte != b'\n');
        let mut characters = 0;
        let near = in_line.take_while(|byte| {
            let is_near = characters < WIDTH / 2;
            characters += usize::from(is_first(byte));
            is_near
        });
        let start = before.len() - near.count();
        let characters = characters.min(WIDTH / 2);
        let ends = |byte: &u8| *byte == b'\n';
        let firsts = behind.iter().enumerate().filter(|(_, byte)| is_first(byte) || ends(byte));
        let end = firsts.take(WIDTH - characters + 2).take_while(|(_, byte)| !ends(byte)).last();
        let end = end.map_or(0, |(at, _)| {
            let rest = behind.iter().skip(at + 1);
            at + 1 + rest.take_while(|byte| !is_first(byte)).count()
        });
        let shown = [before.get(start..), behind.get(..end)];
        let shown: Vec<u8> = shown.into_iter().flatten().flatten().copied().collect();
        let text = String::from_utf8_lossy(&shown).chars().take(WIDTH + 1).collect();
        Self { text, skipped: column_index(column).saturating_sub(characters) }
    }

    /// `true` where there is nothing to see: the line is empty, or hidden as settings are.
    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn of_line(line: &Line<'_>, place: &Location) -> Self {
        let skipped = column_index(place.column).saturating_sub(WIDTH / 2);
        Self { text: line.window(skipped, WIDTH + 1).collect(), skipped }
    }
}

/// Each diagnostic with its line, underlined, and what to do.
pub fn text(diagnostics: &[Diagnostic], files: &[SourceFile]) -> String {
    let mut text = String::new();
    let mut lines = Lines::new(files);
    for found in diagnostics {
        let line = lines.at(&found.place);
        let excerpt = line.map(|line| Excerpt::of_line(&line, &found.place));
        let excerpt = excerpt.filter(|excerpt| !excerpt.is_blank());
        write_diagnostic(&mut text, found, excerpt.as_ref());
    }
    text
}

/// The same of diagnostics whose excerpts were cut before.
pub fn text_with_excerpts<'a>(
    diagnostics: impl IntoIterator<Item = (&'a Diagnostic, &'a Excerpt)>,
) -> String {
    let mut text = String::new();
    for (found, excerpt) in diagnostics {
        write_diagnostic(&mut text, found, Some(excerpt));
    }
    text
}

fn write_diagnostic(text: &mut String, found: &Diagnostic, excerpt: Option<&Excerpt>) {
    let Diagnostic { place, level, code, message, help, related } = found;
    let _ = writeln!(text, "{level}[{code}]: {}", visible(message));
    let margin = place.line.to_string().len();
    let _ = writeln!(text, "{:margin$}--> {}", "", visible(&place.to_string()));
    if let Some(excerpt) = excerpt {
        write_excerpt(text, place, excerpt, margin);
    }
    if let Some((place, what)) = related {
        let (place, what) = (visible(&place.to_string()), visible(what));
        let _ = writeln!(text, "{:margin$} = {place}: {what}", "");
    }
    if let Some(help) = help {
        let _ = writeln!(text, "{:margin$} = help: {}", "", visible(help));
    }
    text.push('\n');
}

fn write_excerpt(text: &mut String, place: &Location, excerpt: &Excerpt, margin: usize) {
    let skipped = excerpt.skipped;
    let (column, end) = (column_index(place.column), column_index(place.end_column));
    let shown = visible(&excerpt.text);
    let length = shown.chars().count().min(WIDTH);
    let start = column.saturating_sub(skipped).min(length);
    let width = if place.end_line > place.line { length } else { end.saturating_sub(skipped) };
    let width = width.min(length).saturating_sub(start).max(1);
    let _ = writeln!(text, "{:margin$} |", "");
    let _ = writeln!(text, "{} | {}", place.line, marked(&shown, skipped > 0).trim_end());
    let _ = writeln!(text, "{:margin$} | {:start$}{}", "", "", "^".repeat(width));
}

/// Part of a line with `…` where it is cut, each of its characters in its column.
fn marked(shown: &str, is_begun: bool) -> String {
    let mut marked: String = shown.chars().take(WIDTH).collect();
    if shown.chars().count() > WIDTH {
        marked.push(CUT);
    }
    if is_begun && let Some(first) = marked.chars().next() {
        marked.replace_range(..first.len_utf8(), CUT.encode_utf8(&mut [0; 4]));
    }
    marked
}

/// Characters of a line before a column, which counts from 1.
fn column_index(column: u32) -> usize {
    usize::try_from(column).unwrap_or(1).max(1) - 1
}

/// One line that sums up a reading of so many files.
pub fn summary(reading: &LoadOutcome, files: usize) -> String {
    let errors = reading.diagnostics.iter().filter(|found| found.is_error()).count();
    let warnings = reading.diagnostics.len() - errors;
    let files = counted(files, "file");
    if errors > 0 {
        let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
        return format!("{files}: {errors}, {warnings}\n");
    }
    let policies = &reading.policies;
    let checks = policies.groups.values().map(|group| group.checks.len()).sum();
    let parts = [
        counted(policies.groups.len(), "group"),
        counted(checks, "check"),
        counted(policies.accounts.len(), "account"),
    ];
    let warnings = match warnings {
        0 => String::new(),
        some => format!(", {}", counted(some, "warning")),
    };
    format!("{files}: {} are good{warnings}\n", parts.join(", "))
}

fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Text of a repository for a line of the terminal, each character in its column.
fn visible(text: &str) -> String {
    let shown = |c: char| match c {
        '\t' => ' ',
        c => visible_char(c),
    };
    text.trim_end_matches(['\r', '\n']).chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::files;
    use super::*;
    use crate::diagnostic::Code;
    use crate::policy::PolicySet;

    #[test]
    fn the_terminal_shows_the_line_and_what_to_do() {
        let files = files();
        let reading = PolicySet::read(&files);
        insta::assert_snapshot!(text(&reading.diagnostics, &files), @"
        error[unknown-kind]: there is no kind `Groop`
         --> policies/a,b.yaml:2:7
          |
        2 | kind: Groop
          |       ^^^^^
          = help: did you mean `Group`?

        error[missing-key]: the document lacks `apiVersion`
         --> policies/a,b.yaml:4:1
          |
        4 | kind: Account
          | ^
          = help: The version of the format.

        error[missing-key]: the document lacks `metadata`
         --> policies/a,b.yaml:4:1
          |
        4 | kind: Account
          | ^
          = help: What it is called.

        error[missing-key]: the document lacks `spec`
         --> policies/a,b.yaml:4:1
          |
        4 | kind: Account
          | ^
          = help: Which account it is.

        error[unknown-key]: the document has no `metdata`
         --> policies/a,b.yaml:5:1
          |
        5 | metdata: {}
          | ^^^^^^^
          = help: did you mean `metadata`?
        ");
        insta::assert_snapshot!(summary(&reading, 1), @"
        1 file: 5 errors, 0 warnings
        ");
    }

    #[test]
    fn of_a_line_without_anything_to_see_the_place_is_told_alone() {
        let files = [SourceFile::new("c.toml", b"\n  \r\nkey = \xe2\x80\xa6\n".as_slice())];
        let at = |line| {
            let place = Location::point("c.toml", line, 1);
            text(&[Diagnostic::error(place, Code::InvalidValue, "wrong")], &files)
        };
        insta::assert_snapshot!([1, 2, 3].map(at).concat(), @"
        error[invalid-value]: wrong
         --> c.toml:1:1

        error[invalid-value]: wrong
         --> c.toml:2:1

        error[invalid-value]: wrong
         --> c.toml:3:1
          |
        3 | key = …
          | ^
        ");
    }

    #[test]
    fn a_line_is_marked_where_it_is_cut() {
        let line = |text: &str, column: u32| {
            let files = [SourceFile::new("x", text.as_bytes())];
            let place = Location::point("x", 1, column);
            let shown = super::text(&[Diagnostic::error(place, Code::Key, "wrong")], &files);
            let cut: Vec<_> = shown.lines().skip(3).take(2).map(str::to_owned).collect();
            (cut[0].replace(&"a".repeat(78), "~"), cut[1].replace(&" ".repeat(78), "~"))
        };
        let told = |text: &str, mark: &str| (text.to_owned(), mark.to_owned());
        let a = "a".repeat(78);
        assert_eq!(line(&format!("b{a}{a}cdef"), 1), told("1 | b~~cde…", "  | ^"));
        assert_eq!(line(&format!("b{a}{a}cdef"), 80), told("1 | b~~cde…", "  |~  ^"));
        assert_eq!(line(&format!("bcd{a}x{a}"), 82), told("1 | …d~x~", "  |~   ^"));
        assert_eq!(line(&format!("{a}{a}cdef\r"), 1), told("1 | ~~cdef", "  | ^"));
    }

    #[test]
    fn an_excerpt_is_cut_out_of_bytes_as_out_of_a_line() {
        let lines = ["", "short", &"ü😀x".repeat(200), &format!("{}\u{e9}", "y".repeat(79))];
        for line in lines {
            let text = format!("before\n{line}\nbehind ü\n");
            for (column, (byte, _)) in (1..).zip(line.char_indices().chain([(line.len(), '\n')])) {
                let excerpt = Excerpt::around(text.as_bytes(), 7 + byte, column);
                let files = [SourceFile::new("x", text.as_bytes())];
                let (mut lines, place) = (Lines::new(&files), Location::point("x", 2, column));
                let expected = Excerpt::of_line(&lines.at(&place).expect("a line"), &place);
                assert_eq!(excerpt, expected, "{line} {column}");
            }
        }
        let invalid = Excerpt::around(b"a\xff\n", 1, 2);
        assert_eq!(invalid, Excerpt { text: "a\u{fffd}".to_owned(), skipped: 0 });
    }

    #[test]
    fn neither_escapes_nor_long_lines_reach_the_terminal() {
        let line = "kind: \u{1b}[31mGroup".to_owned();
        let long = format!("a: [{}", "x, ".repeat(5_000));
        for body in [line, long] {
            let files = [SourceFile::new("x\u{1b}.yaml", body.as_bytes())];
            let shown = text(&PolicySet::read(&files).diagnostics, &files);
            assert!(!shown.contains('\u{1b}'), "{shown:?}");
            assert!(shown.lines().all(|line| line.chars().count() < 250), "{shown}");
        }
    }
}
