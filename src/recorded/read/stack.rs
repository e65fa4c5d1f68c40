//! Values of the objects and lists that are being read: one stack for all, so that none grows a piece of
//! memory of its own, which is copied when it is whole.

use std::cell::RefCell;
use std::sync::Arc;

use serde::de::Error;

use super::json::twice;
use crate::resource::{Mapping, Value};

/// Among how many entries a key is looked for while an object is read, so that one that repeats a key
/// is not kept first. Larger objects are told at their end; the search finds the place of either.
const FEW: usize = 16;

/// Entries of the objects, and items of the lists, around the place that is read.
#[derive(Default)]
pub(super) struct Stack {
    entries: RefCell<Vec<Entry>>,
    items: RefCell<Vec<Value>>,
}

/// Entry of an object, with the rank of its property; without a schema that is 0.
struct Entry {
    rank: usize,
    name: Arc<str>,
    value: Value,
}

impl Stack {
    /// Forgets what was left by a reading that broke off.
    pub(super) fn clear(&self) {
        self.entries.borrow_mut().clear();
        self.items.borrow_mut().clear();
    }

    /// Place at which the entries of an object begin.
    pub(super) fn entries(&self) -> usize {
        self.entries.borrow().len()
    }

    /// Refuses a key that is among the first entries of the object that begins at a place.
    pub(super) fn once<E: Error>(
        &self,
        begins: usize,
        name: &Arc<str>,
        is_same: impl Fn(&Arc<str>, &Arc<str>) -> bool,
    ) -> Result<(), E> {
        let entries = self.entries.borrow();
        let mut first = entries.iter().skip(begins).take(FEW);
        if first.any(|known| is_same(&known.name, name)) { Err(twice(name)) } else { Ok(()) }
    }

    /// Adds an entry to the object that is read.
    pub(super) fn push(&self, rank: usize, name: Arc<str>, value: Value) {
        self.entries.borrow_mut().push(Entry { rank, name, value });
    }

    /// The object that begins at a place, which is whole.
    pub(super) fn mapping<E: Error>(&self, begins: usize) -> Result<Value, E> {
        let mut stack = self.entries.borrow_mut();
        let entries = stack.get_mut(begins..).unwrap_or_default();
        entries.sort_by(|one, other| (one.rank, &one.name).cmp(&(other.rank, &other.name)));
        let repeated = entries.windows(2).find_map(|pair| match pair {
            [one, other] if one.rank == other.rank && one.name == other.name => Some(&one.name),
            _ => None,
        });
        if let Some(name) = repeated {
            return Err(twice(name));
        }
        let entries = stack.drain(begins..).map(|entry| (entry.name, entry.value));
        Ok(Value::Map(Mapping::in_order(entries)))
    }

    /// Place at which the items of a list begin.
    pub(super) fn items(&self) -> usize {
        self.items.borrow().len()
    }

    /// Adds an item to the list that is read.
    pub(super) fn push_item(&self, item: Value) {
        self.items.borrow_mut().push(item);
    }

    /// The list that begins at a place, which is whole.
    pub(super) fn list(&self, begins: usize) -> Value {
        Value::list(self.items.borrow_mut().drain(begins..))
    }
}
