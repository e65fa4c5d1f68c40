//! Stretches of the text of an expression.

/// A stretch of the text in bytes; empty where nobody asked for places. A text is part of a file of
/// at most 1 MiB, so that 32 bits hold an offset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// From one offset to another, which is no earlier. One that no text has becomes the greatest.
    pub(super) fn new(start: usize, end: usize) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: offset(start), end: offset(end.max(start)) }
    }

    /// The first byte of it.
    pub(super) fn start(self) -> usize {
        self.start as usize
    }

    /// The first byte behind it.
    pub(super) fn end(self) -> usize {
        self.end as usize
    }

    /// From the start of this one to the end of the other.
    pub(super) fn to(self, other: Self) -> Self {
        Self::new(self.start(), other.end())
    }
}
