//! Names that must be there once, and where they are.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::diagnostic::{Code, Diagnostic, Location};
use crate::document::{DiagnosticSink, short};

/// Declared names of each kind, with all their locations.
#[derive(Debug, Default)]
pub(super) struct Symbols<'a>(BTreeMap<&'static str, BTreeMap<&'a str, Places>>);

/// Locations at which a name is declared, in the order of the files: nearly always one.
#[derive(Debug)]
struct Places {
    first: Location,
    others: Vec<Location>,
}

impl<'a> Symbols<'a> {
    /// Adds a name of a kind, with its location.
    pub(super) fn add(&mut self, kind: &'static str, name: &'a str, place: Location) {
        match self.0.entry(kind).or_default().entry(name) {
            Entry::Vacant(entry) => {
                entry.insert(Places { first: place, others: Vec::new() });
            }
            Entry::Occupied(mut entry) => entry.get_mut().others.push(place),
        }
    }

    /// Location at which a name was declared first.
    pub(super) fn place(&self, kind: &'static str, name: &str) -> Option<&Location> {
        self.0.get(kind)?.get(name).map(|places| &places.first)
    }

    /// `true` where there is such a name.
    pub(super) fn contains(&self, kind: &'static str, name: &str) -> bool {
        self.place(kind, name).is_some()
    }

    /// The names of a kind.
    pub(super) fn names(&self, kind: &'static str) -> impl Iterator<Item = &str> {
        self.0.get(kind).into_iter().flat_map(BTreeMap::keys).copied()
    }

    /// Reports at each of its places what is there several times.
    pub(super) fn report(&self, sink: &mut DiagnosticSink) {
        let names = self.0.iter().flat_map(|(kind, names)| names.iter().map(move |it| (kind, it)));
        for (kind, (name, Places { first, others })) in names {
            let Some(second) = others.first() else { continue };
            let times = match others.len() {
                1 => "twice".to_owned(),
                more => format!("{} times", more + 1),
            };
            let message = format!("{kind} `{}` is there {times}", short(name));
            let refused = |place: &Location| {
                Diagnostic::error(place.clone(), Code::DuplicateName, message.clone())
            };
            sink.push(refused(first).related(second.clone(), "the second one is here"));
            for place in others {
                sink.push(refused(place).related(first.clone(), "the first one is here"));
            }
        }
    }
}
