//! Diagnostics as annotations of a GitHub workflow.

use std::fmt::Write as _;

use crate::diagnostic::{Diagnostic, Level, visible_lines};
use crate::render::explanation::how_to_explain;

/// Commands that make a GitHub workflow annotate the lines. The escapes are those of the runner:
/// `%`, CR and LF everywhere, `:` and `,` in properties as well, so that the name of a file cannot
/// begin a command of its own.
pub fn github(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for Diagnostic { place, level, code, message, help, .. } in diagnostics {
        let command = match level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        let help = help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
        let _ = write!(
            text,
            "::{command} file={},line={},endLine={},",
            property(&place.path),
            place.line,
            place.end_line
        );
        if place.line == place.end_line {
            let last = place.end_column.saturating_sub(1).max(place.column);
            let _ = write!(text, "col={},endColumn={last},", place.column);
        }
        let words = escaped(&format!("{message}{help}\n{}", how_to_explain(*code)));
        let _ = writeln!(text, "title={code}::{words}");
    }
    text
}

/// A message: what nobody would see in it is made visible.
fn escaped(text: &str) -> String {
    for_runner(&visible_lines(text))
}

/// The value of a property. The name of a file keeps all but controls, or GitHub would not find it.
fn property(text: &str) -> String {
    let kept = |c: char| !c.is_control() || matches!(c, '\r' | '\n' | '\t');
    let shown = |c: char| if kept(c) { c } else { char::REPLACEMENT_CHARACTER };
    let text: String = text.chars().map(shown).collect();
    for_runner(&text).replace(':', "%3A").replace(',', "%2C")
}

fn for_runner(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::super::testing::files;
    use super::*;
    use crate::policy::PolicySet;

    #[test]
    fn a_workflow_gets_one_command_a_diagnostic() {
        let reading = PolicySet::read(&files());
        insta::assert_snapshot!(github(&reading.diagnostics), @"
        ::error file=policies/a%2Cb.yaml,line=2,endLine=2,col=7,endColumn=11,title=unknown-kind::there is no kind `Groop`%0Adid you mean `Group`?%0Acloudcorrect validate --explain unknown-kind
        ::error file=policies/a%2Cb.yaml,line=4,endLine=4,col=1,endColumn=1,title=missing-key::the document lacks `apiVersion`%0AThe version of the format.%0Acloudcorrect validate --explain missing-key
        ::error file=policies/a%2Cb.yaml,line=4,endLine=4,col=1,endColumn=1,title=missing-key::the document lacks `metadata`%0AWhat it is called.%0Acloudcorrect validate --explain missing-key
        ::error file=policies/a%2Cb.yaml,line=4,endLine=4,col=1,endColumn=1,title=missing-key::the document lacks `spec`%0AWhich account it is.%0Acloudcorrect validate --explain missing-key
        ::error file=policies/a%2Cb.yaml,line=5,endLine=5,col=1,endColumn=7,title=unknown-key::the document has no `metdata`%0Adid you mean `metadata`?%0Acloudcorrect validate --explain unknown-key
        ");
    }
}
