//! Groups: checks with their schedule, accounts and mode.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::diagnostic::{Code, Diagnostic, Place, meant};
use crate::schedule::{Cron, InvalidTimezone, Schedule, Timezone};

use super::account::{AccountSelector, parsed, parsed_at};
use super::check::{Check, unique_ids};
use super::cron;
use super::enforce::{self, NewOnly};
use super::library::Library;
use super::names::{CheckId, GroupName};
use super::notes::Notes;
use super::pack;
use super::words::Mode;
use super::written::GroupDocument;
use crate::document::Node;

/// Characters of a cron pattern, as the schema says.
const LONGEST_CRON: usize = 100;
/// How much of the effort of a file a cron pattern takes, in bytes of expressions.
const CRON: usize = 2 << 10;

/// Checks that are judged together.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What it is called.
    pub name: GroupName,
    /// Labels of its own.
    pub labels: BTreeMap<String, String>,
    /// One sentence for people.
    pub description: Option<String>,
    /// Whom to ask.
    pub owner: Option<String>,
    /// The accounts that it selects.
    pub accounts: AccountSelector,
    /// When it is evaluated.
    pub schedule: Schedule,
    /// What its outcome does.
    pub mode: Mode,
    /// From when on failures are enforced, where what fails since before is not.
    pub new_only: Option<NewOnly>,
    /// Whether its evaluation is put on hold.
    pub suspend: bool,
    /// The checks, its own in the order of the file and then those of packs; never empty.
    pub checks: Vec<Arc<Check>>,
    /// Where its name stands.
    pub place: Place,
}

impl Group {
    /// The check of an id.
    pub fn check(&self, id: &CheckId) -> Option<&Arc<Check>> {
        self.checks.iter().find(|check| check.id == *id)
    }

    /// What decides its results and how they are shown: SHA-256 over canonical JSON. Places do not
    /// count, so that moving a group within its files changes nothing.
    pub fn digest(&self) -> [u8; 32] {
        let checks = self.checks.iter().map(|check| {
            let mut said = json!({
                "id": check.id,
                "title": check.title,
                "severity": check.severity,
                "digest": hex::encode(check.digest),
                "uses": check.uses,
                "compliance": check.compliance,
                "remediation": check.remediation,
            });
            // Left out where there is none, as it is not in digests that were kept long ago.
            if let (Some(pack), Some(said)) = (&check.pack, said.as_object_mut()) {
                said.insert("pack".to_owned(), json!(pack));
            }
            said
        });
        let mut group = json!({
            "name": self.name,
            "labels": self.labels,
            "description": self.description,
            "owner": self.owner,
            "accounts": {
                "matchLabels": self.accounts.match_labels,
                "names": self.accounts.names,
            },
            "schedule": self.schedule.to_string(),
            "mode": self.mode,
            "suspend": self.suspend,
            "checks": checks.collect::<Vec<_>>(),
        });
        // Where it is not said, the digest stays what it was before there was anything to say.
        if let (Some(new_only), Some(group)) = (self.new_only, group.as_object_mut()) {
            group.insert("newOnly".to_owned(), json!(new_only.to_string()));
        }
        Sha256::digest(group.to_string()).into()
    }

    /// The meaning of a document. What is wrong with it is noted, also where it does not fit its
    /// schema, so that there is nothing `written`.
    pub(super) fn read(
        written: Option<GroupDocument>,
        node: &Node,
        library: &Library,
        notes: &mut Notes,
    ) -> Option<Self> {
        let name = parsed_at(node, &["metadata", "name"], notes);
        let schedule = schedule(node, notes);
        let new_only = enforce::read(node, notes);
        let list = |key: &str| node.get("spec").and_then(|spec| spec.get(key)).map(Node::items);
        let own = list("checks").unwrap_or_default();
        unique_ids(own, notes);
        let (metadata, mut spec) = written.map(|it| (it.metadata, it.spec)).unzip();
        let specs = spec.as_mut().map(|spec| std::mem::take(&mut spec.checks)).unwrap_or_default();
        let checks = Check::read_all(specs, own, &library.types, notes);
        let packs = list("packs").unwrap_or_default();
        let checks = pack::together(checks, packs, &library.packs, notes);
        let checks = checks.filter(|checks| has_any(checks, node, notes));
        let (metadata, spec) = (metadata?, spec?);
        Some(Self {
            name: name?,
            labels: metadata.labels,
            description: spec.description,
            owner: spec.owner,
            accounts: AccountSelector::read(spec.accounts),
            schedule: schedule?,
            mode: spec.mode,
            new_only: new_only.ok()?,
            suspend: spec.suspend,
            checks: checks?,
            place: node.place_of(&["metadata", "name"]),
        })
    }
}

/// Whether a group has checks; that it lacks them is noted, unless its lists are wrong anyway.
fn has_any(checks: &[Arc<Check>], node: &Node, notes: &mut Notes) -> bool {
    let Some(spec) = node.get("spec").filter(|_| checks.is_empty()) else {
        return !checks.is_empty();
    };
    match (spec.get("checks"), spec.get("packs")) {
        (None, None) => {
            let message = "`spec` lacks `checks`";
            let refused = Diagnostic::error(spec.place.clone(), Code::MissingKey, message);
            notes.push(refused.help("add `checks`, or `packs` whose checks the group takes up"));
        }
        (None, Some(packs)) if !packs.items().is_empty() => {
            let message = "the group has no check: `except` leaves out all that its packs have";
            let refused = Diagnostic::error(packs.place.clone(), Code::NoCheck, message);
            notes.push(refused.help("leave a check in, or remove the group"));
        }
        _ => {}
    }
    false
}

/// The schedule of a group; every hour without one.
fn schedule(node: &Node, notes: &mut Notes) -> Option<Schedule> {
    let at = |key: &str| node.text_of(&["spec", "schedule", key]);
    let zone = match at("timezone") {
        None => Some(Timezone::default()),
        Some((name, place)) => timezone(name, place, notes),
    };
    let every = at("every").map(|(text, place)| (parsed(text, place, notes), place));
    let pattern = node.get("spec").and_then(|spec| spec.get("schedule")?.get("cron"));
    let cron = pattern.and_then(|node| Some((cron(node.text()?, node, zone, notes), &node.place)));
    match (every, cron) {
        (Some((_, place)), Some((_, other))) => {
            let message = "`every` and `cron` exclude each other";
            let refused = Diagnostic::error(place.clone(), Code::Conflict, message);
            let refused = refused.related(other.clone(), "the other one is here");
            notes.push(refused.help("keep the one that is meant"));
            None
        }
        (None, Some((cron, _))) => cron.map(Schedule::Cron),
        (every, None) => {
            if let Some((_, place)) = at("timezone") {
                let message = "`timezone` says nothing without `cron`";
                notes.push(Diagnostic::warning(place.clone(), Code::NoEffect, message));
            }
            every.map_or(Some(Schedule::default()), |(every, _)| every.map(Schedule::Every))
        }
    }
}

fn cron(pattern: &str, node: &Node, zone: Option<Timezone>, notes: &mut Notes) -> Option<Cron> {
    if pattern.chars().count() > LONGEST_CRON {
        return None; // Noted as too long already.
    }
    let zone = zone?;
    if notes.is_full() {
        return None;
    }
    if !notes.effort.read(CRON) {
        let message = "the cron patterns of this file are too many together";
        let refused = Diagnostic::error(node.place.clone(), Code::TooManySchedules, message);
        notes.push(refused.help("split the file; its expressions count too"));
        return None;
    }
    match Cron::new(pattern, zone) {
        Ok(cron) => Some(cron),
        Err(error) => {
            notes.push(cron::refused(pattern, &error, node));
            None
        }
    }
}

fn timezone(name: &str, place: &Place, notes: &mut Notes) -> Option<Timezone> {
    let error = match name.parse() {
        Ok(zone) => return Some(zone),
        Err(error) => error,
    };
    if notes.is_full() {
        return None;
    }
    let message = if name.len() <= 60 {
        InvalidTimezone::to_string(&error)
    } else {
        "the name of the time zone is too long".into()
    };
    let mut refused = Diagnostic::error(place.clone(), Code::UnknownTimezone, message);
    refused.help = meant(name, Timezone::names());
    notes.push(refused);
    None
}
