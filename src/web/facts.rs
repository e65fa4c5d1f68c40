//! What the head of a page says of its subject: a name and a value each.

use super::links::Commit;
use super::prose::Prose;
use super::time::RelativeTime;

/// How many characters stand in a line of a column.
const COLUMN: usize = 32;

/// A name and a value.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) value: FactValue,
}

/// Value of a fact, by how it is shown.
#[derive(Debug, Clone)]
pub(super) enum FactValue {
    Text(String),
    /// An id, or other words for machines.
    Code(String),
    At(RelativeTime),
    Commit(Commit),
    /// A sentence with values between backticks.
    Prose(Prose),
}

impl Fact {
    /// A fact of any kind.
    pub(super) fn new(name: &'static str, value: FactValue) -> Self {
        Self { name, value }
    }

    pub(super) fn text(name: &'static str, words: impl Into<String>) -> Self {
        Self::new(name, FactValue::Text(words.into()))
    }

    /// `true` for what is too long for a column.
    pub(super) fn is_wide(&self) -> bool {
        match &self.value {
            FactValue::Text(text) | FactValue::Code(text) => text.chars().count() > COLUMN,
            FactValue::Prose(Prose(words)) => words.chars().count() > COLUMN,
            FactValue::At(_) | FactValue::Commit(_) => false,
        }
    }

    pub(super) fn code(name: &'static str, code: impl Into<String>) -> Self {
        Self::new(name, FactValue::Code(code.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_gets_more_than_a_column() {
        assert!(Fact::code("Commit", "0123456789abcdef0123456789abcdef01234567").is_wide());
        assert!(Fact::text("Author", "The maintainers <maintainers@example.com>").is_wide());
        assert!(!Fact::code("Result digest", "0123456789abcdef").is_wide());
    }
}
