//! What documents may use by its name: what could be read, and the names of what could not.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::Node;

/// Things by their names.
#[derive(Debug, Clone)]
pub(super) struct Named<N, T> {
    pub(super) known: BTreeMap<N, Arc<T>>,
    /// Names of those that have problems of their own.
    broken: BTreeSet<String>,
}

impl<N, T> Default for Named<N, T> {
    fn default() -> Self {
        Self { known: BTreeMap::new(), broken: BTreeSet::new() }
    }
}

impl<N: Ord + Borrow<str>, T> Named<N, T> {
    /// Takes up that of a document.
    pub(super) fn add(&mut self, document: &Node, read: Option<(N, T)>) {
        if let Some((name, read)) = read {
            self.known.entry(name).or_insert_with(|| Arc::new(read));
        } else {
            let name = document.text_of(&["metadata", "name"]);
            self.broken.extend(name.map(|(name, _)| name.to_owned()));
        }
    }

    /// Takes up others. Of two with one name the first counts.
    pub(super) fn merge(&mut self, other: Self) {
        for (name, read) in other.known {
            self.known.entry(name).or_insert(read);
        }
        self.broken.extend(other.broken);
    }

    /// That of a name.
    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.known.get(name).map(Arc::as_ref)
    }

    /// Whether there is nothing of a name, not even something with problems.
    pub(super) fn lacks(&self, name: &str) -> bool {
        !self.known.contains_key(name) && !self.broken.contains(name)
    }
}
