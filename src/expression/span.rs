//! Stretches of the text of an expression.

/// A stretch of the text in bytes; empty where nobody asked for places.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// From the start of this one to the end of the other.
    pub(super) fn to(self, other: Self) -> Self {
        Self::new(self.start, other.end)
    }
}
