//! Messages as they are logged and posted, with the values between backticks set as code.

use askama::Template;
use askama::filters::HtmlSafe;

/// A message of a diagnostic or an error.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = "{% for (code, part) in self.parts() %}{% if code %}<code>{{ part }}</code>{% else %}{{ part }}{% endif %}{% endfor %}"
)]
pub(super) struct Prose(pub(super) String);

impl HtmlSafe for Prose {}

impl Prose {
    /// The parts of the message, and which of them are code. A backtick without its pair is one of
    /// the words.
    fn parts(&self) -> Vec<(bool, &str)> {
        let mut parts: Vec<(bool, &str)> = Vec::new();
        let mut rest = self.0.as_str();
        while let Some((words, code, after)) = next_code(rest) {
            parts.extend([(false, words), (true, code)]);
            rest = after;
        }
        parts.push((false, rest));
        parts.retain(|(_, part)| !part.is_empty());
        parts
    }
}

fn next_code(text: &str) -> Option<(&str, &str, &str)> {
    let (words, rest) = text.split_once('`')?;
    let (code, after) = rest.split_once('`')?;
    Some((words, code, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_between_backticks_are_code() {
        let cases = [
            ("no property `A`", "no property <code>A</code>"),
            ("`a` and `b`", "<code>a</code> and <code>b</code>"),
            ("a ` alone", "a ` alone"),
            ("`<b>` is <i>", "<code>&#60;b&#62;</code> is &#60;i&#62;"),
            ("", ""),
        ];
        for (message, html) in cases {
            assert_eq!(Prose(message.to_owned()).to_string(), html);
        }
    }
}
