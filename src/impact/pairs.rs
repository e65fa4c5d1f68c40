//! What two revisions have in common: groups and checks, also under a new name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::policy::{Check, CheckId, Group, GroupName, PolicySet};

/// Both sides of a thing; at least one is there.
#[derive(Debug)]
pub(super) struct Pair<'a, T> {
    pub(super) old: Option<&'a T>,
    pub(super) new: Option<&'a T>,
}

/// Groups of both revisions by name, but for those that are the same and judged the same. One that is
/// renamed stands under its new name.
pub(super) fn groups<'a>(
    base: &'a PolicySet,
    head: &'a PolicySet,
) -> impl Iterator<Item = (&'a GroupName, Pair<'a, Group>)> {
    let renamed = renamed(base, head);
    let gone: BTreeSet<_> = renamed.values().copied().collect();
    let (old, new) = (&base.groups, &head.groups);
    // Accounts and waivers say what becomes of groups that say the same as before.
    let is_all = !base.accounts.differing(&head.accounts).is_empty()
        || !base.waivers.differing(&head.waivers).is_empty();
    let names: BTreeSet<_> = if is_all {
        old.keys().chain(new.keys()).collect()
    } else {
        old.differing(new).into_iter().map(|(name, _)| name).collect()
    };
    names.into_iter().filter(move |name| !gone.contains(name)).map(move |name| {
        let was = renamed.get(name).and_then(|from| old.get(*from));
        let (old, new) = (old.get(name).or(was), new.get(name));
        (name, Pair { old: old.map(AsRef::as_ref), new: new.map(AsRef::as_ref) })
    })
}

/// Groups that are new under a name and gone under another, with the same checks: the new name
/// with the old one. Of several with the same checks each old name is taken once.
fn renamed<'a>(base: &'a PolicySet, head: &'a PolicySet) -> BTreeMap<&'a GroupName, &'a GroupName> {
    let mut gone: Vec<_> =
        base.groups.values().filter(|group| !head.groups.contains_key(&group.name)).collect();
    let mut renamed = BTreeMap::new();
    for new in head.groups.values().filter(|group| !base.groups.contains_key(&group.name)) {
        if let Some(at) = gone.iter().position(|old| old.checks == new.checks) {
            renamed.insert(&new.name, &gone.remove(at).name);
        }
    }
    renamed
}

/// Checks of two versions of a group by id, of which one may be missing. One that is renamed, by what it
/// was formerly, stands under its new id.
pub(super) fn checks<'a>(
    old: Option<&'a Group>,
    new: Option<&'a Group>,
) -> Vec<(&'a CheckId, Pair<'a, Arc<Check>>)> {
    let [was, is] = [old, new].map(|group| -> BTreeMap<_, _> {
        let checks = group.into_iter().flat_map(|group| &group.checks);
        checks.map(|check| (&check.id, check)).collect()
    });
    let former = |check: &'a Check| {
        let gone = |id: &&CheckId| was.contains_key(id) && !is.contains_key(id);
        check.formerly.iter().find(gone)
    };
    let renamed: BTreeSet<&CheckId> = is.values().filter_map(|one| former(one)).collect();
    let ids: BTreeSet<_> = was.keys().chain(is.keys()).copied().collect();
    let ids = ids.into_iter().filter(|id| is.contains_key(id) || !renamed.contains(id));
    let pair = |id: &'a CheckId| {
        let (old, new) = (was.get(id).copied(), is.get(id).copied());
        let before = new.filter(|_| old.is_none()).and_then(|new| former(new));
        let before = before.and_then(|id| was.get(id).copied());
        (id, Pair { old: old.or(before), new })
    };
    ids.map(pair).collect()
}
