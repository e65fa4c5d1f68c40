//! The elements of a list or map, for the loops over them.

use std::borrow::Cow;
use std::sync::Arc;

use crate::resource::Value;

/// The elements that a loop goes over.
pub(in crate::expression) enum Elements<'a> {
    Borrowed(&'a [Value]),
    Shared(Arc<[Value]>),
}

impl<'a> Elements<'a> {
    pub(in crate::expression) fn len(&self) -> usize {
        match self {
            Self::Borrowed(items) => items.len(),
            Self::Shared(items) => items.len(),
        }
    }

    pub(in crate::expression) fn get(&self, at: usize) -> Option<Cow<'a, Value>> {
        match self {
            Self::Borrowed(items) => items.get(at).map(Cow::Borrowed),
            Self::Shared(items) => items.get(at).cloned().map(Cow::Owned),
        }
    }
}
