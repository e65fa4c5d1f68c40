//! Nodes and places.

use std::collections::BTreeMap;

use crate::diagnostic::Place;

use super::scalar::Scalar;

/// A node of a YAML document.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it stands.
    pub place: Place,
    /// What it is.
    pub tree: Tree,
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum Tree {
    /// Text, and how its characters map to the file's.
    Scalar(Box<Scalar>),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<Entry>),
    /// What was refused: its diagnostic is noted already.
    Refused,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub place: Place,
    /// The value.
    pub value: Node,
}

/// Mappings of so few entries are searched one after another.
const FEW: usize = 16;

/// Where the keys of a mapping are, as far as that was asked when there were many.
#[derive(Default)]
pub(super) struct Keys(BTreeMap<String, usize>);

impl Keys {
    /// The entry of a key among those that were read so far, each key once.
    pub(super) fn find<'e>(&mut self, entries: &'e [Entry], key: &str) -> Option<&'e Entry> {
        if entries.len() <= FEW {
            return entries.iter().find(|entry| entry.key == key);
        }
        for (at, entry) in entries.iter().enumerate().skip(self.0.len()) {
            self.0.insert(entry.key.clone(), at);
        }
        entries.get(*self.0.get(key)?)
    }
}

impl Node {
    /// The value of a key, where this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.tree {
            Tree::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// How much it takes to go over it once, bytes: its texts, and something for each node.
    pub fn weight(&self) -> usize {
        const NODE: usize = 32;
        NODE + match &self.tree {
            Tree::Scalar(text) => text.as_str().len(),
            Tree::List(items) => items.iter().map(Self::weight).sum(),
            Tree::Map(entries) => {
                entries.iter().map(|entry| entry.key.len() + entry.value.weight()).sum()
            }
            Tree::Refused => 0,
        }
    }

    /// The items of a list; empty for what is none.
    pub fn items(&self) -> &[Self] {
        match &self.tree {
            Tree::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar that is not null.
    pub fn text(&self) -> Option<&str> {
        match &self.tree {
            Tree::Scalar(text) if !text.is_null() => Some(text.as_str()),
            _ => None,
        }
    }

    /// The text at a path of keys, if there is a scalar that is not null, and its place.
    pub fn text_of(&self, path: &[&str]) -> Option<(&str, &Place)> {
        let node = path.iter().try_fold(self, |node, key| node.get(key))?;
        Some((node.text()?, &node.place))
    }

    /// Whether there is nothing.
    pub fn is_null(&self) -> bool {
        matches!(&self.tree, Tree::Scalar(text) if text.is_null())
    }

    /// Whether YAML took the rest of a scalar for a comment.
    pub fn is_cut_by_comment(&self) -> bool {
        matches!(&self.tree, Tree::Scalar(text) if text.is_cut_by_comment())
    }

    /// The place of the node at a path of keys, or of the deepest node on the way there.
    pub fn place_of(&self, path: &[&str]) -> Place {
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
    pub fn place_in(&self, bytes: std::ops::Range<usize>) -> Place {
        match &self.tree {
            Tree::Scalar(text) => text.place_of(bytes),
            _ => self.place.clone(),
        }
    }

    /// This node's scalar, where it is one of which YAML makes one line of several.
    pub fn joined_lines(&self) -> Option<&Scalar> {
        match &self.tree {
            Tree::Scalar(text) if text.joins_lines() => Some(text),
            _ => None,
        }
    }

    /// What it is, for people.
    pub fn kind(&self) -> &'static str {
        match &self.tree {
            Tree::Scalar(_) if self.is_null() => "empty",
            Tree::Scalar(_) => "a scalar",
            Tree::List(_) => "a list",
            Tree::Map(_) => "a mapping",
            Tree::Refused => "refused",
        }
    }
}
