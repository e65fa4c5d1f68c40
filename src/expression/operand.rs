//! An operand as it is known before evaluation, for the checks of operators and functions.

use std::fmt;

use super::span::Span;
use super::types::Type;
use crate::resource::Value;

/// How many values of a list are told.
pub(super) const TOLD: usize = 5;

/// How many elements of a list are read one by one.
pub(super) const MOST_READ: usize = 1_000;

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
    /// Statement whose actions it is of.
    pub(super) statement: Option<Statement<'a>>,
    /// Key that it is the value of in each of its values, which are maps.
    pub(super) field: Option<&'a str>,
}

/// Statement of a policy, as its author calls it.
#[derive(Clone, Copy)]
pub(super) struct Statement<'a> {
    pub(super) name: &'a str,
    /// It may be one that denies.
    pub(super) is_denied: bool,
    /// Each of the actions must be among what they are compared with, so that none is missed.
    pub(super) is_closed: bool,
}

impl<'a> Operand<'a> {
    /// Its values and their places, where it is a constant or a list of such.
    pub(super) fn values(&self) -> impl Iterator<Item = (&'a Value, Span)> {
        let constants = match self.constant {
            Some(Value::List(items)) => items,
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let (elements, span, field) = (self.elements, self.span, self.field);
        let place = move |at: usize| elements.get(at).copied().unwrap_or(span);
        constants.iter().enumerate().filter_map(move |(at, value)| {
            let value = if let Some(field) = field { value.get(field)? } else { value };
            Some((value, place(at)))
        })
    }

    /// Values one by one: elements for which a variable stands, never those of a list that is meant as
    /// a whole; at most [`MOST_READ`].
    pub(super) fn each(&self) -> impl Iterator<Item = (&'a Value, Span)> {
        let most = if matches!(self.kind, Type::List(_)) { 0 } else { MOST_READ };
        self.values().take(most)
    }

    /// Its texts and their places, where it is a constant one or a list of such; at most
    /// [`MOST_READ`] values are read.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&'a str, Span)> {
        self.values().take(MOST_READ).filter_map(|(value, at)| Some((value.as_str()?, at)))
    }

    /// Its text, where it is a constant one.
    pub(super) fn text(&self) -> Option<&'a str> {
        self.constant.and_then(Value::as_str)
    }
}
