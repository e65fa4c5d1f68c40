//! What the head of a page says of its subject: a name and a value each.

use super::links::Commit;
use super::time::Moment;

/// A name and a value.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    /// The name.
    pub(super) name: &'static str,
    /// The value.
    pub(super) value: FactValue,
}

/// What a fact can be.
#[derive(Debug, Clone)]
pub(super) enum FactValue {
    /// Words.
    Text(String),
    /// An id, or other words for machines.
    Code(String),
    /// An instant.
    At(Moment),
    /// A commit.
    Commit(Commit),
}

impl Fact {
    /// A fact of any kind.
    pub(super) fn new(name: &'static str, value: FactValue) -> Self {
        Self { name, value }
    }

    /// A fact in words.
    pub(super) fn text(name: &'static str, words: impl Into<String>) -> Self {
        Self::new(name, FactValue::Text(words.into()))
    }

    /// A fact in code.
    pub(super) fn code(name: &'static str, code: impl Into<String>) -> Self {
        Self::new(name, FactValue::Code(code.into()))
    }
}
