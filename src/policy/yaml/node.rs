//! Nodes and places.

use std::sync::Arc;

use crate::diagnostic::Place;

use super::scalar::ScalarText;

/// A node of a YAML document.
#[derive(Debug, Clone)]
pub(in crate::policy) struct Node {
    /// Where it stands.
    pub(in crate::policy) place: Place,
    /// What it is.
    pub(in crate::policy) tree: Tree,
}

/// What a node is.
#[derive(Debug, Clone)]
pub(in crate::policy) enum Tree {
    /// Text, and how its characters map to the file's.
    Scalar(Arc<ScalarText>),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<Entry>),
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(in crate::policy) struct Entry {
    /// The key.
    pub(in crate::policy) key: String,
    /// Where the key stands.
    pub(in crate::policy) place: Place,
    /// The value.
    pub(in crate::policy) value: Node,
}

impl Node {
    /// The value of a key, where this is a mapping that has it.
    pub(in crate::policy) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key.
    pub(in crate::policy) fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.tree {
            Tree::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// The items of a list; empty for what is none.
    pub(in crate::policy) fn items(&self) -> &[Self] {
        match &self.tree {
            Tree::List(items) => items,
            _ => &[],
        }
    }

    /// The place of the node at a path of keys, or of the deepest node on the way there.
    pub(in crate::policy) fn place_of(&self, path: &[&str]) -> Place {
        let mut node = self;
        for key in path {
            match node.get(key) {
                Some(next) => node = next,
                None => break,
            }
        }
        node.place.clone()
    }

    /// The place of some bytes of a scalar's text.
    pub(in crate::policy) fn place_in(&self, bytes: std::ops::Range<usize>) -> Place {
        match &self.tree {
            Tree::Scalar(text) => text.place(&self.place.path, bytes),
            _ => self.place.clone(),
        }
    }

    /// What it is, for people.
    pub(in crate::policy) fn kind(&self) -> &'static str {
        match &self.tree {
            Tree::Scalar(text) if text.is_null() => "empty",
            Tree::Scalar(_) => "a scalar",
            Tree::List(_) => "a list",
            Tree::Map(_) => "a mapping",
        }
    }
}
