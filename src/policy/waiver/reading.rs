//! Reading waivers, and following what they refer to.

use chrono::NaiveDate;

use super::{Covered, Waiver};
use crate::diagnostic::{Code, Diagnostic, Place, nearest};
use crate::document::{Node, short};
use crate::policy::account::parsed_at;
use crate::policy::declared::Declared;
use crate::policy::names::{AccountName, CheckId, GroupName};
use crate::policy::notes::Notes;
use crate::policy::region;
use crate::policy::set::PolicySet;
use crate::policy::written::waiver::WaiverDocument;

/// The most globs of a waiver.
const MOST_GLOBS: usize = 1_000;

impl Waiver {
    /// The meaning of a document. What is wrong with it is noted, also where it does not fit its
    /// schema, so that there is nothing `written`.
    pub(in crate::policy) fn read(
        written: Option<WaiverDocument>,
        node: &Node,
        notes: &mut Notes,
    ) -> Option<Self> {
        let name = parsed_at(node, &["metadata", "name"], notes);
        let expires = node.text_of(&["spec", "expires"]);
        let expires = expires.and_then(|(text, place)| date(text, place, notes));
        let is_said = said(node, notes);
        let spec = node.get("spec");
        let covers = covered(spec.and_then(|spec| spec.get("match")), notes);
        let spec = written?.spec;
        let place = node.place_of(&["metadata", "name"]);
        let covers = Covered { resources: spec.covers.resource.into_vec(), ..covers? };
        Some(Self {
            name: name?,
            covers,
            reason: spec.reason.trim().to_owned(),
            owner: spec.owner.trim().to_owned(),
            expires: expires.filter(|_| is_said)?,
            approved_by: spec.approved_by,
            ticket: spec.ticket,
            path: place.path.to_string(),
            line: place.line,
        })
    }
}

/// A day of the calendar.
fn date(text: &str, place: &Place, notes: &mut Notes) -> Option<NaiveDate> {
    let is_digit =
        |at: usize, c: char| if [4, 7].contains(&at) { c == '-' } else { c.is_ascii_digit() };
    let is_shaped = text.len() == 10 && text.char_indices().all(|(at, c)| is_digit(at, c));
    let date = text.parse().ok().filter(|_| is_shaped);
    if date.is_none() {
        let why = if is_shaped { "there is no such day" } else { "write it as in `2026-12-31`" };
        let message = format!("`{}` is no date: {why}", short(text));
        notes.push(Diagnostic::error(place.clone(), Code::InvalidValue, message));
    }
    date
}

/// Whether reason, owner and globs say something; which does not is noted.
fn said(node: &Node, notes: &mut Notes) -> bool {
    let spec = node.get("spec");
    let resource = spec.and_then(|spec| spec.get("match")).and_then(|it| it.get("resource"));
    let globs = resource.map(|resource| match resource.items() {
        [] => std::slice::from_ref(resource),
        several => several,
    });
    let named = ["reason", "owner"].into_iter().filter_map(|key| Some((key, spec?.get(key)?)));
    let globs = globs.unwrap_or_default();
    let mut is_said = !has_too_many_globs(globs, notes);
    let globs = globs.iter().map(|glob| ("resource", glob));
    for (key, node) in named.chain(globs) {
        if node.text().is_some_and(|text| text.trim().is_empty()) {
            let message = format!("`{key}` must not be empty");
            notes.push(Diagnostic::error(node.place.clone(), Code::InvalidValue, message));
            is_said = false;
        }
    }
    is_said
}

/// Whether there are more globs than each finding can be held to; that there are is noted. Ids that
/// are written out cost nothing.
fn has_too_many_globs(globs: &[Node], notes: &mut Notes) -> bool {
    let is_glob = |node: &&Node| node.text().is_some_and(|text| text.contains(['*', '?']));
    let Some(first) = globs.iter().filter(is_glob).nth(MOST_GLOBS) else { return false };
    let message = format!("a waiver has at most {MOST_GLOBS} patterns with `*` or `?`");
    let refused = Diagnostic::error(first.place.clone(), Code::TooManyPatterns, message);
    notes.push(refused.help("write ids out, or match what they have in common"));
    true
}

/// What is matched, but for the resources; `None` where a part of it is wrong.
fn covered(node: Option<&Node>, notes: &mut Notes) -> Option<Covered> {
    let node = node?;
    let is_wide = ["group", "check"].into_iter().all(|key| node.entry(key).is_none());
    if is_wide && node.kind() == "a mapping" {
        let message = "`match` names neither a group nor a check";
        let refused = Diagnostic::error(node.place.clone(), Code::MissingKey, message);
        notes.push(refused.help("add `group`, `check` or both: no waiver is of everything"));
        return None;
    }
    let covered = Covered {
        group: parsed_at(node, &["group"], notes),
        check: parsed_at(node, &["check"], notes),
        account: parsed_at(node, &["account"], notes),
        region: node
            .text_of(&["region"])
            .and_then(|(text, place)| region::named(text, place, notes)),
        resources: Vec::new(),
    };
    // What is there and could not be read would make the waiver wider than it is written.
    let is_read = [
        ("group", covered.group.is_some()),
        ("check", covered.check.is_some()),
        ("account", covered.account.is_some()),
        ("region", covered.region.is_some()),
    ];
    let is_whole = is_read.iter().all(|(key, is_read)| *is_read || node.entry(key).is_none());
    is_whole.then_some(covered)
}

/// Where a waiver refers to groups, checks and accounts.
#[derive(Debug)]
pub(in crate::policy) struct References {
    group: Option<(GroupName, Place)>,
    check: Option<(CheckId, Place)>,
    account: Option<(AccountName, Place)>,
}

/// What there is to refer to.
pub(in crate::policy) struct Known<'a> {
    pub(in crate::policy) policies: &'a PolicySet,
    pub(in crate::policy) declared: &'a Declared,
    /// Whether there may be accounts or groups that could not be read.
    pub(in crate::policy) lacks_accounts: bool,
    pub(in crate::policy) lacks_groups: bool,
}

impl References {
    /// The references of a `Waiver` document.
    pub(in crate::policy) fn read(document: &Node) -> Self {
        fn at<T: std::str::FromStr>(document: &Node, key: &str) -> Option<(T, Place)> {
            let (text, place) = document.text_of(&["spec", "match", key])?;
            Some((text.parse().ok()?, place.clone()))
        }
        Self {
            group: at(document, "group"),
            check: at(document, "check"),
            account: at(document, "account"),
        }
    }

    /// Notes what there is not.
    pub(in crate::policy) fn follow(&self, known: &Known<'_>, notes: &mut Notes) {
        if notes.is_full() {
            return;
        }
        if !known.lacks_accounts {
            self.follow_account(known, notes);
        }
        if known.lacks_groups {
            return;
        }
        let group = self.group.as_ref();
        if let Some((name, place)) =
            group.filter(|(name, _)| !known.policies.groups.contains_key(name))
        {
            let near = nearest(name.as_str(), known.declared.names("group"));
            notes.push(unknown("group", Code::UnknownGroup, name.as_str(), (place, near)));
        } else {
            self.follow_check(known, notes);
            self.follow_selection(known, notes);
        }
    }

    fn follow_account(&self, known: &Known<'_>, notes: &mut Notes) {
        let Some((name, place)) = &self.account else { return };
        let Known { declared, .. } = known;
        if ["account", "account id"].iter().any(|kind| declared.contains(kind, name.as_str())) {
            return;
        }
        let near = nearest(name.as_str(), declared.names("account"));
        notes.push(unknown("account", Code::UnknownAccount, name.as_str(), (place, near)));
    }

    fn follow_check(&self, known: &Known<'_>, notes: &mut Notes) {
        let Some((id, place)) = &self.check else { return };
        let is_meant =
            |name: &GroupName| self.group.as_ref().is_none_or(|(group, _)| group == name);
        let groups = known.policies.groups.values().filter(|group| is_meant(&group.name));
        let checks: Vec<_> = groups.flat_map(|group| &group.checks).collect();
        if checks.iter().any(|check| check.id == *id) {
            return;
        }
        let near = nearest(id.as_str(), checks.iter().map(|check| check.id.as_str()));
        let mut refused = unknown("check", Code::UnknownCheck, id.as_str(), (place, near));
        if let Some(check) = checks.iter().find(|check| check.formerly.contains(id)) {
            refused = refused.help(format!("it is called `{}` now", check.id));
        }
        if let Some((group, _)) = &self.group {
            refused.message = format!("group `{group}` has no check `{id}`");
        }
        notes.push(refused);
    }

    /// An account that the group does not select has no findings to be waived.
    fn follow_selection(&self, known: &Known<'_>, notes: &mut Notes) {
        let (Some((group, _)), Some((account, place))) = (&self.group, &self.account) else {
            return;
        };
        let policies = known.policies;
        let mut accounts = policies.accounts.values();
        let wanted =
            |name: &AccountName| Covered { account: Some(name.clone()), ..Covered::default() };
        let account = accounts.find(|one| wanted(account).has_account(one));
        let group = policies.groups.get(group);
        let (Some(group), Some(account)) = (group, account) else { return };
        if !group.accounts.selects(account) {
            let message =
                format!("group `{}` does not select account `{}`", group.name, account.name);
            let odd = Diagnostic::warning(place.clone(), Code::NoEffect, message);
            notes.push(
                odd.help("there is nothing to waive; remove the waiver, or name another account"),
            );
        }
    }
}

fn unknown(
    kind: &str,
    code: Code,
    name: &str,
    (place, near): (&Place, Option<&str>),
) -> Diagnostic {
    let message = format!("there is no {kind} `{name}`");
    let mut refused = Diagnostic::error(place.clone(), code, message);
    refused.help = near.map(|near| format!("did you mean `{near}`?"));
    refused
}
