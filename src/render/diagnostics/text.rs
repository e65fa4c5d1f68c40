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

/// Each diagnostic with its line, underlined, and what to do.
pub fn text(diagnostics: &[Diagnostic], files: &[SourceFile]) -> String {
    let mut text = String::new();
    let mut lines = Lines::new(files);
    for found in diagnostics {
        let Diagnostic { place, level, code, message, help, related } = found;
        let _ = writeln!(text, "{level}[{code}]: {}", visible(message));
        let margin = place.line.to_string().len();
        let _ = writeln!(text, "{:margin$}--> {}", "", visible(&place.to_string()));
        if let Some(line) = lines.at(place) {
            excerpt(&mut text, place, line, margin);
        }
        if let Some((place, what)) = related {
            let _ = writeln!(
                text,
                "{:margin$} = {}: {}",
                "",
                visible(&place.to_string()),
                visible(what)
            );
        }
        if let Some(help) = help {
            let _ = writeln!(text, "{:margin$} = help: {}", "", visible(help));
        }
        text.push('\n');
    }
    text
}

fn excerpt(text: &mut String, place: &Location, line: &Line, margin: usize) {
    let column = usize::try_from(place.column).unwrap_or(1).max(1) - 1;
    let end = usize::try_from(place.end_column).unwrap_or(1).max(1) - 1;
    let skipped = column.saturating_sub(WIDTH / 2);
    let shown: String = line.window(skipped, WIDTH).collect();
    let shown = visible(&shown);
    let length = shown.chars().count();
    let start = (column - skipped).min(length);
    let width = if place.end_line > place.line { length } else { end.saturating_sub(skipped) };
    let width = width.min(length).saturating_sub(start).max(1);
    let _ = writeln!(text, "{:margin$} |", "");
    let _ = writeln!(text, "{} | {}", place.line, shown.trim_end());
    let _ = writeln!(text, "{:margin$} | {:start$}{}", "", "", "^".repeat(width));
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
