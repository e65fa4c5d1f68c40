//! Packs: checks under one name, which groups take up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Place, meant};

use super::account::{parsed, parsed_at};
use super::check::{Check, unique_ids};
use super::check_type::CheckTypes;
use super::named::Named;
use super::names::{CheckId, PackName};
use super::notes::Notes;
use super::written::pack::PackDocument;
use crate::document::Node;
use crate::document::short;

/// What taking up one check of a pack counts as, bytes: about what it takes to write one out.
const WEIGHT: usize = 1 << 10;

/// Checks under one name.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// What it is called.
    pub name: PackName,
    /// What it is for.
    pub description: Option<String>,
    /// The checks, in the order of the file; never empty. Groups share them.
    pub checks: Vec<Arc<Check>>,
    /// Where its name stands.
    pub place: Place,
}

/// The packs that groups may take up.
pub(super) type Packs = Named<PackName, Pack>;

impl Pack {
    /// The meaning of a document. What is wrong with it is noted, also where it does not fit its
    /// schema, so that there is nothing `written`.
    pub(super) fn read(
        written: Option<PackDocument>,
        node: &Node,
        types: &CheckTypes,
        notes: &mut Notes,
    ) -> Option<Self> {
        let name: Option<PackName> = parsed_at(node, &["metadata", "name"], notes);
        let list = node.get("spec").and_then(|spec| spec.get("checks"));
        let list = list.map(Node::items).unwrap_or_default();
        unique_ids(list, notes);
        let mut spec = written.map(|written| written.spec);
        let specs = spec.as_mut().map(|spec| std::mem::take(&mut spec.checks)).unwrap_or_default();
        let checks = Check::read_all(specs, list, types, notes);
        let (name, spec) = (name?, spec?);
        let mut checks = checks?;
        let ids: BTreeSet<&CheckId> = checks.iter().map(|check| &check.id).collect();
        if ids.len() < checks.len() {
            return None; // Noted already, and nothing for its groups to mend.
        }
        for check in &mut checks {
            check.pack = Some(name.clone());
        }
        Some(Self {
            name,
            description: spec.description,
            checks: checks.into_iter().map(Arc::new).collect(),
            place: node.place_of(&["metadata", "name"]),
        })
    }

    /// The check of an id.
    pub fn check(&self, id: &CheckId) -> Option<&Arc<Check>> {
        self.checks.iter().find(|check| check.id == *id)
    }

    /// Whether it has a check; that it has none is noted.
    pub(super) fn has(&self, id: &CheckId, place: &Place, notes: &mut Notes) -> bool {
        let has = self.check(id).is_some();
        if !has {
            let message = format!("pack `{}` has no check `{id}`", self.name);
            let mut refused = Diagnostic::error(place.clone(), Code::UnknownCheck, message);
            refused.help = meant(id.as_str(), self.checks.iter().map(|check| check.id.as_str()));
            notes.push(refused.related(self.place.clone(), "the pack is here"));
        }
        has
    }
}

impl Packs {
    /// The pack of a name; that there is none is noted.
    pub(super) fn find(&self, name: &str, place: &Place, notes: &mut Notes) -> Option<&Pack> {
        if self.lacks(name) {
            let message = format!("there is no pack `{}`", short(name));
            let mut refused = Diagnostic::error(place.clone(), Code::UnknownPack, message);
            refused.help = meant(name, self.known.keys().map(PackName::as_str));
            notes.push(refused);
        }
        self.get(name)
    }
}

/// The checks of a group: its own, and those of the packs that it takes up.
///
/// An id that is there twice is a conflict at both places, and so is a former id that another check
/// has still.
pub(super) fn together(
    own: Option<Vec<Check>>,
    packs: &[Node],
    known: &Packs,
    notes: &mut Notes,
) -> Option<Vec<Arc<Check>>> {
    if packs.is_empty() {
        return own.map(|own| own.into_iter().map(Arc::new).collect());
    }
    let mut is_whole = own.is_some();
    let mut all = Together::default();
    for check in own.into_iter().flatten() {
        let place = check.place.clone();
        all.push(Arc::new(check), place);
    }
    let mut taken: BTreeMap<&str, &Place> = BTreeMap::new();
    for item in packs {
        let Some((name, place)) = item.text_of(&["name"]) else {
            is_whole = false;
            continue;
        };
        if let Some(first) = taken.insert(name, place) {
            let message = format!("pack `{}` is taken up twice", short(name));
            let refused = Diagnostic::error(place.clone(), Code::DuplicateName, message);
            notes.push(refused.related(first.clone(), "the first time is here"));
            is_whole = false;
            continue;
        }
        let Some(pack) = known.find(name, place, notes) else {
            is_whole = false;
            continue;
        };
        if !notes.effort.read(WEIGHT * pack.checks.len()) {
            let message = "the packs of this file's groups have too many checks together";
            let refused = Diagnostic::error(place.clone(), Code::TooManyChecks, message);
            notes.push(refused.help("split the file"));
            return None;
        }
        let except = except(item, pack, notes);
        is_whole &= except.is_some();
        let except = except.unwrap_or_default();
        for check in pack.checks.iter().filter(|check| !except.contains(&check.id)) {
            is_whole &= all.take(check, place, notes);
        }
    }
    is_whole &= all.former_ids(notes);
    is_whole.then_some(all.checks)
}

/// The checks that an item of `packs` leaves out.
fn except(item: &Node, pack: &Pack, notes: &mut Notes) -> Option<BTreeSet<CheckId>> {
    let mut left_out = BTreeSet::new();
    let mut is_whole = true;
    for item in item.get("except").map(Node::items).unwrap_or_default() {
        let Some(id) = item.text() else { continue };
        let Some(id) = parsed::<CheckId>(id, &item.place, notes) else {
            is_whole = false;
            continue;
        };
        is_whole &= pack.has(&id, &item.place, notes);
        left_out.insert(id);
    }
    is_whole.then_some(left_out)
}

/// Checks with the places at which the group speaks of them.
#[derive(Default)]
struct Together {
    checks: Vec<Arc<Check>>,
    places: BTreeMap<CheckId, (Place, Option<PackName>)>,
}

impl Together {
    fn push(&mut self, check: Arc<Check>, place: Place) {
        self.places.entry(check.id.clone()).or_insert_with(|| (place, check.pack.clone()));
        self.checks.push(check);
    }

    /// Takes up a check of the pack that is named at a place; whether there was none of its id yet.
    fn take(&mut self, check: &Arc<Check>, place: &Place, notes: &mut Notes) -> bool {
        let Some((first, pack)) = self.places.get(&check.id) else {
            self.push(Arc::clone(check), place.clone());
            return true;
        };
        let id = &check.id;
        let help =
            format!("leave it out here with `except: [{id}]`, or give one of them another id");
        let message = match pack {
            Some(pack) => format!("pack `{pack}` has a check `{id}` as well"),
            None => format!("the group has a check `{id}` of its own"),
        };
        let refused = Diagnostic::error(place.clone(), Code::DuplicateName, message);
        notes.push(refused.related(first.clone(), "it comes from here").help(help));
        let by = check.pack.as_ref().map(PackName::as_str).unwrap_or_default();
        let message = format!("check `{id}` comes with pack `{by}` as well");
        let refused = Diagnostic::error(first.clone(), Code::DuplicateName, message);
        notes.push(refused.related(place.clone(), "the pack is taken up here"));
        false
    }

    /// Notes a former id that another check of the group has or claims, where they come from
    /// different lists; whether there is none. What is within one list is noted there.
    fn former_ids(&self, notes: &mut Notes) -> bool {
        let mut is_clear = true;
        let mut claimed: BTreeMap<&CheckId, &Check> = BTreeMap::new();
        for check in &self.checks {
            let at = self.places.get(&check.id).map_or(&check.place, |(place, _)| place);
            for former in &check.formerly {
                if let Some(first) = claimed.insert(former, check)
                    && first.pack != check.pack
                {
                    let message = format!(
                        "checks `{}` and `{}` were both called `{former}`",
                        first.id, check.id
                    );
                    let refused = Diagnostic::error(at.clone(), Code::Conflict, message);
                    let refused = refused.related(first.place.clone(), "the other one is here");
                    notes.push(refused.help("only one of them can go on with its history"));
                    is_clear = false;
                }
                let Some((other, pack)) = self.places.get(former) else { continue };
                if *pack == check.pack {
                    continue;
                }
                let message =
                    format!("check `{}` was called `{former}`, which is still there", check.id);
                let refused = Diagnostic::error(at.clone(), Code::Conflict, message);
                let refused = refused.related(other.clone(), format!("`{former}` comes from here"));
                notes.push(refused.help("a former id is one that no check of the group has"));
                is_clear = false;
            }
        }
        is_clear
    }
}
