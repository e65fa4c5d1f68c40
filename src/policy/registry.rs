//! What documents may use by its name: what could be read, and the names of what could not.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Documents of a kind by their names.
#[derive(Debug, Clone)]
pub(super) struct Registry<N, T> {
    pub(super) known: BTreeMap<N, Arc<T>>,
    /// Names of those that have problems of their own.
    broken: BTreeSet<String>,
}

impl<N, T> Default for Registry<N, T> {
    fn default() -> Self {
        Self { known: BTreeMap::new(), broken: BTreeSet::new() }
    }
}

impl<N: Ord + Borrow<str>, T> Registry<N, T> {
    /// Takes up the thing of a document, which says such a name.
    pub(super) fn add(&mut self, name: Option<&str>, resolved: Option<(N, T)>) {
        if let Some((name, thing)) = resolved {
            self.known.entry(name).or_insert_with(|| Arc::new(thing));
        } else {
            self.broken.extend(name.map(str::to_owned));
        }
    }

    /// Takes up others. Of two with one name the first counts.
    pub(super) fn merge(&mut self, other: Self) {
        for (name, read) in other.known {
            self.known.entry(name).or_insert(read);
        }
        self.broken.extend(other.broken);
    }

    /// Document of a name, if it has no problem.
    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.known.get(name).map(Arc::as_ref)
    }

    /// `true` where there is nothing of a name, not even something with problems.
    pub(super) fn lacks(&self, name: &str) -> bool {
        !self.known.contains_key(name) && !self.broken.contains(name)
    }
}
