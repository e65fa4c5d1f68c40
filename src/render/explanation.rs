//! The entry of a code for the terminal.

use std::fmt::Write as _;

use crate::diagnostic::{Code, Example, ExampleContext};

/// Characters of a line at most, a terminal's and some more.
const WIDTH: usize = 90;

/// Meaning of a code, the reason and examples, as plain text.
pub fn explanation(code: Code) -> String {
    let mut text = format!("{code}: {}\n", code.summary());
    for paragraph in without_links(code.rationale()).split("\n\n") {
        let _ = write!(text, "\n{}\n", wrapped(paragraph));
    }
    for example in code.examples() {
        let _ = write!(text, "\n{}\n\n", caption(&example));
        for line in example.text.lines() {
            text.push_str(format!("    {line}").trim_end());
            text.push('\n');
        }
    }
    text
}

/// The command that prints the entry of a code.
pub(super) fn how_to_explain(code: Code) -> String {
    format!("cloudcorrect validate --explain {code}")
}

/// The line above an example, with its surroundings.
pub(super) fn caption(example: &Example) -> String {
    let word = if example.is_right { "Right" } else { "Wrong" };
    let surroundings = match example.context {
        ExampleContext::Documents => String::new(),
        ExampleContext::Tested => ", beside a group `storage` with a check `versioned`".to_owned(),
        ExampleContext::Check => ", in the `checks` of a group".to_owned(),
        ExampleContext::Assertion => ", as the `assert` of a check of `AWS::S3::Bucket`".to_owned(),
        ExampleContext::Shell => ", in a clone of the repository".to_owned(),
        ExampleContext::Environment => ", in the environment of the service".to_owned(),
        ExampleContext::File(name) => format!(", in `{name}`"),
    };
    format!("{word}{surroundings}:")
}

/// Text with the words of each link of Markdown in its place.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        let Some((words, (_, after))) =
            link.split_once("](").and_then(|(words, rest)| Some((words, rest.split_once(')')?)))
        else {
            break;
        };
        plain.push_str(before);
        plain.push_str(words);
        rest = after;
    }
    plain + rest
}

/// Paragraph in lines of at most [`WIDTH`] characters, where its words allow it.
fn wrapped(paragraph: &str) -> String {
    let mut text = String::new();
    let mut column = 0;
    for word in paragraph.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > WIDTH {
            text.push('\n');
            column = 0;
        } else if column > 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += length;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_plain_text() {
        insta::assert_snapshot!(explanation(Code::UnknownProperty), @r#"
        unknown-property: The resource type has no such property.

        Each resource type has its properties, in the names of the cloud. A misspelt one would be
        null for every resource, and a check of it would pass or fail for ever.

        Wrong, as the `assert` of a check of `AWS::S3::Bucket`:

            resource.VersioningConfiguration.State == "Enabled"

        Right, as the `assert` of a check of `AWS::S3::Bucket`:

            resource.VersioningConfiguration.Status == "Enabled"
        "#);
    }

    #[test]
    fn no_entry_holds_markdown_but_code() {
        for code in Code::ALL {
            let text = without_links(code.rationale());
            assert!(!text.contains("]("), "{code}: {text}");
        }
        assert_eq!(without_links("a [b](c.md#d), [e] and [f](g"), "a b, [e] and [f](g");
    }
}
