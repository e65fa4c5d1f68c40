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
    /// Itself in CEL.
    pub(super) shown: &'a dyn fmt::Display,
}

impl<'a> Operand<'a> {
    /// Its text, where it is a constant one.
    pub(super) fn text(&self) -> Option<&'a str> {
        self.constant.and_then(Value::as_str)
    }
}
