//! What the head of a page says of its subject: a name and a value each.

use super::links::Commit;
use super::time::RelativeTime;

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
}

impl Fact {
    /// A fact of any kind.
    pub(super) fn new(name: &'static str, value: FactValue) -> Self {
        Self { name, value }
    }

    pub(super) fn text(name: &'static str, words: impl Into<String>) -> Self {
        Self::new(name, FactValue::Text(words.into()))
    }

    pub(super) fn code(name: &'static str, code: impl Into<String>) -> Self {
        Self::new(name, FactValue::Code(code.into()))
    }
}
