//! Names that must be there once, and where they are.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Place};

use super::notes::Notes;
use super::shape::short;

/// What was declared: kinds and names, with all places of each.
#[derive(Debug, Default)]
pub(super) struct Declared(BTreeMap<(&'static str, String), Vec<Place>>);

impl Declared {
    /// Takes up a name.
    pub(super) fn add(&mut self, kind: &'static str, name: &str, place: &Place) {
        self.0.entry((kind, name.to_owned())).or_default().push(place.clone());
    }

    /// Takes up what other files declare, which come behind these.
    pub(super) fn merge(&mut self, other: Self) {
        for (name, places) in other.0 {
            self.0.entry(name).or_default().extend(places);
        }
    }

    /// Where a name was declared first.
    pub(super) fn place(&self, kind: &'static str, name: &str) -> Option<&Place> {
        self.0.get(&(kind, name.to_owned()))?.first()
    }

    /// Whether there is such a name.
    pub(super) fn contains(&self, kind: &'static str, name: &str) -> bool {
        self.0.contains_key(&(kind, name.to_owned()))
    }

    /// The names of a kind.
    pub(super) fn names(&self, kind: &'static str) -> impl Iterator<Item = &str> {
        self.0.keys().filter(move |(of, _)| *of == kind).map(|(_, name)| name.as_str())
    }

    /// Notes at each of its places what is there several times.
    pub(super) fn note(&self, code: &'static str, notes: &mut Notes) {
        for ((kind, name), places) in &self.0 {
            let [first, others @ ..] = places.as_slice() else { continue };
            let Some(second) = others.first() else { continue };
            let times = if others.len() == 1 {
                "twice".to_owned()
            } else {
                format!("{} times", places.len())
            };
            let message = format!("{kind} `{}` is there {times}", short(name));
            let refused = |place: &Place| Diagnostic::error(place.clone(), code, message.clone());
            notes.push(refused(first).related(second.clone(), "the second one is here"));
            for place in others {
                notes.push(refused(place).related(first.clone(), "the first one is here"));
            }
        }
    }
}
