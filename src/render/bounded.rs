//! Text that fits where it goes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Mark in place of a cut-off rest.
const ELLIPSIS: &str = "…";

/// Text of at most `MAX` bytes of UTF-8, without the control characters that neither GitHub nor
/// Postgres keeps. GitHub counts some of its limits in characters: bytes are never fewer.
///
/// Longer text is cut at a character, and ends in `…`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Bounded<const MAX: usize>(String);

impl<const MAX: usize> Bounded<MAX> {
    /// The text, within its bound.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> From<String> for Bounded<MAX> {
    fn from(text: String) -> Self {
        let unwanted = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        let mut text = if text.contains(unwanted) { text.replace(unwanted, "") } else { text };
        if text.len() > MAX {
            text.truncate(text.floor_char_boundary(MAX.saturating_sub(ELLIPSIS.len())));
            text.push_str(ELLIPSIS);
        }
        Self(text)
    }
}

impl<const MAX: usize> From<&str> for Bounded<MAX> {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl<const MAX: usize> From<Bounded<MAX>> for String {
    fn from(text: Bounded<MAX>) -> Self {
        text.0
    }
}

impl<const MAX: usize> fmt::Display for Bounded<MAX> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_at_a_character() {
        for (text, kept) in [
            ("", ""),
            ("eight by", "eight by"),
            ("nine byte", "nine …"),
            ("ääää", "ääää"),
            ("ääääb", "ää…"),
            ("bääää", "bää…"),
            ("🦀🦀🦀", "🦀…"),
        ] {
            let bounded = Bounded::<8>::from(text);
            assert_eq!(bounded.as_str(), kept);
            assert!(bounded.as_str().len() <= 8);
        }
    }

    #[test]
    fn what_no_database_keeps_is_left_out() {
        let bounded = Bounded::<80>::from("a\0b\u{7}c\r\n\td\u{9b}e");
        assert_eq!(bounded.as_str(), "abc\n\tde");
    }

    #[test]
    fn the_limit_holds_for_what_is_read_back() {
        let long: Bounded<8> = serde_json::from_str("\"much too long\"").expect("a string");
        assert_eq!(long.as_str(), "much …");
        assert_eq!(serde_json::to_string(&long).expect("JSON"), "\"much …\"");
    }
}
