//! Packs: checks under one name, which groups take up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Location, meant};
use crate::document::{DiagnosticSink, Field, List, Span, short};

use super::check::{Check, unique_ids};
use super::check_type::CheckTypes;
use super::context::FileContext;
use super::document::group::PackUse;
use super::document::is_identified;
use super::document::pack::PackDocument;
use super::names::{CheckId, PackName};
use super::registry::Registry;

/// What taking up one check of a pack counts as, bytes: about what it takes to write one out.
const WEIGHT: usize = 1 << 10;

/// Pack: checks that groups take up under one name.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// Name, unique among the packs.
    pub name: PackName,
    /// Description of its purpose, for people.
    pub description: Option<String>,
    /// The checks, in the order of the file; never empty. Groups share them.
    pub checks: Vec<Arc<Check>>,
    /// Location of its name in the file.
    pub place: Location,
}

/// The packs that groups may take up.
pub(super) type Packs = Registry<PackName, Pack>;

impl Pack {
    /// Meaning of a document. What is wrong with it is reported.
    pub(super) fn resolve(
        document: PackDocument,
        types: &CheckTypes,
        file: &mut FileContext,
    ) -> Option<Self> {
        let PackDocument { api_version, kind, metadata, spec } = document;
        let is_identified = is_identified(&api_version, &kind);
        let metadata = metadata.into_value();
        let name: Option<PackName> = metadata.as_ref().and_then(|it| file.parse(&it.name));
        let place = metadata.as_ref().and_then(|it| it.name.get()).map(|it| file.place(it.span));
        let spec = spec.into_value()?;
        let list = spec.checks.into_value()?;
        unique_ids(&list, file);
        let mut checks = Check::resolve_all(list, types, file)?;
        let name = name.filter(|_| is_identified)?;
        let ids: BTreeSet<&CheckId> = checks.iter().map(|check| &check.id).collect();
        if ids.len() < checks.len() {
            return None; // Reported already, and nothing for its groups to fix.
        }
        for check in &mut checks {
            check.pack = Some(name.clone());
        }
        Some(Self {
            name,
            description: spec.description.into_value(),
            checks: shared(checks),
            place: place?,
        })
    }

    /// The check of an id.
    pub fn check(&self, id: &CheckId) -> Option<&Arc<Check>> {
        self.checks.iter().find(|check| check.id == *id)
    }

    /// `true` where it has a check; that it has none is reported.
    pub(super) fn has(&self, id: &CheckId, at: Span, file: &mut FileContext) -> bool {
        let has = self.check(id).is_some();
        if !has {
            let message = format!("pack `{}` has no check `{id}`", self.name);
            let mut refused = file.error(at, Code::UnknownCheck, message);
            refused.help = meant(id.as_str(), self.checks.iter().map(|check| check.id.as_str()));
            file.report(refused.related(self.place.clone(), "the pack is here"));
        }
        has
    }
}

impl Packs {
    /// Pack of a name; that there is none is reported.
    pub(super) fn find(&self, name: &str, at: Span, file: &mut FileContext) -> Option<&Pack> {
        if self.lacks(name) {
            let message = format!("there is no pack `{}`", short(name));
            let mut refused = file.error(at, Code::UnknownPack, message);
            refused.help = meant(name, self.known.keys().map(PackName::as_str));
            file.report_unfound(refused);
        }
        self.get(name)
    }
}

/// Checks of a group: its own, and those of the packs that it takes up.
///
/// An id that is there twice is a conflict at both places, and so is a former id that another check
/// has still.
pub(super) fn together(
    own: Option<Vec<Check>>,
    packs: &Field<List<PackUse>>,
    known: &Packs,
    file: &mut FileContext,
) -> Option<Vec<Arc<Check>>> {
    let packs = match packs {
        Field::Missing => return own.map(shared),
        Field::Invalid { .. } => return None,
        Field::Given { value, .. } => &value.value,
    };
    let mut is_whole = own.is_some();
    let mut all = Together::default();
    for check in own.into_iter().flatten() {
        let place = check.place.clone();
        all.push(Arc::new(check), place);
    }
    let mut taken: BTreeMap<&str, Span> = BTreeMap::new();
    for item in packs.all() {
        let Some(name) = item.as_ref().and_then(|item| item.value.name.get()) else {
            is_whole = false;
            continue;
        };
        let at = name.span;
        if let Some(first) = taken.insert(&name.value, at) {
            let message = format!("pack `{}` is taken up twice", short(&name.value));
            let refused = file.error(at, Code::DuplicateName, message);
            file.report(refused.related(file.place(first), "the first time is here"));
            is_whole = false;
            continue;
        }
        let Some(pack) = known.find(&name.value, at, file) else {
            is_whole = false;
            continue;
        };
        if !file.effort.read(WEIGHT * pack.checks.len()) {
            let message = "the packs of this file's groups have too many checks together";
            let refused = file.error(at, Code::TooManyChecks, message);
            file.report(refused.help("split the file"));
            return None;
        }
        let except = item.as_ref().and_then(|item| except(&item.value, pack, file));
        is_whole &= except.is_some();
        let except = except.unwrap_or_default();
        for check in pack.checks.iter().filter(|check| !except.contains(&check.id)) {
            is_whole &= all.take(check, &file.place(at), &mut file.sink);
        }
    }
    is_whole &= all.former_ids(&mut file.sink);
    is_whole.then_some(all.checks)
}

/// Checks that can be shared, in no more room than they take.
fn shared(checks: Vec<Check>) -> Vec<Arc<Check>> {
    let mut shared = Vec::with_capacity(checks.len());
    shared.extend(checks.into_iter().map(Arc::new));
    shared
}

/// Checks that an item of `packs` leaves out.
fn except(item: &PackUse, pack: &Pack, file: &mut FileContext) -> Option<BTreeSet<CheckId>> {
    let mut left_out = BTreeSet::new();
    let mut is_whole = true;
    for item in item.except.value().into_iter().flat_map(List::iter) {
        let Some(id) = file.parse_text::<CheckId>(&item.value, item.span) else {
            is_whole = false;
            continue;
        };
        is_whole &= pack.has(&id, item.span, file);
        left_out.insert(id);
    }
    is_whole.then_some(left_out)
}

/// Checks with the places at which the group speaks of them.
#[derive(Default)]
struct Together {
    checks: Vec<Arc<Check>>,
    places: BTreeMap<CheckId, (Location, Option<PackName>)>,
}

impl Together {
    fn push(&mut self, check: Arc<Check>, place: Location) {
        self.places.entry(check.id.clone()).or_insert_with(|| (place, check.pack.clone()));
        self.checks.push(check);
    }

    /// Takes up a check of the pack that is named at a place; whether there was none of its id yet.
    fn take(&mut self, check: &Arc<Check>, place: &Location, sink: &mut DiagnosticSink) -> bool {
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
        sink.push(refused.related(first.clone(), "it comes from here").help(help));
        let by = check.pack.as_ref().map(PackName::as_str).unwrap_or_default();
        let message = format!("check `{id}` comes with pack `{by}` as well");
        let refused = Diagnostic::error(first.clone(), Code::DuplicateName, message);
        sink.push(refused.related(place.clone(), "the pack is taken up here"));
        false
    }

    /// Reports a former id that another check of the group has or claims, where they come from
    /// different lists; whether there is none. What is within one list is reported there.
    fn former_ids(&self, sink: &mut DiagnosticSink) -> bool {
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
                    sink.push(refused.help("only one of them can go on with its history"));
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
                sink.push(refused.help("a former id is one that no check of the group has"));
                is_clear = false;
            }
        }
        is_clear
    }
}
