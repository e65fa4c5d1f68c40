//! An operand as it is known before evaluation, for the checks of operators and functions.

use std::fmt;

use super::span::Span;
use super::types::Type;
use crate::resource::Value;

/// Operand of an operator or argument of a function.
#[derive(Clone, Copy)]
pub(super) struct Operand<'a> {
    pub(super) kind: &'a Type,
    /// Its value, where that stands in the text or follows from what does.
    pub(super) constant: Option<&'a Value>,
    pub(super) span: Span,
    /// Places of its elements, where it is a list that stands in the text.
    pub(super) elements: &'a [Span],
    /// Itself in CEL.
    pub(super) shown: &'a dyn fmt::Display,
}

impl<'a> Operand<'a> {
    /// Place of a text of it: of itself, or of the element of that index.
    pub(super) fn place(&self, index: usize) -> Span {
        self.elements.get(index).copied().unwrap_or(self.span)
    }

    /// Its text, where it is a constant one.
    pub(super) fn text(&self) -> Option<&'a str> {
        self.constant.and_then(Value::as_str)
    }
}
