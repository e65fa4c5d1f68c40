//! Groups: checks with their schedule, accounts and mode.

use std::collections::BTreeMap;
use std::mem::take;

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Place};
use crate::schedule::{Cron, InvalidTimezone, Schedule, Timezone};

use super::account::{AccountSelector, parsed, parsed_at};
use super::check::Check;
use super::check_type::CheckTypes;
use super::declared::Declared;
use super::names::GroupName;
use super::notes::Notes;
use super::shape::{nearest, short};
use super::words::Mode;
use super::written::GroupDocument;
use super::yaml::Node;

/// Characters of a cron pattern, as the schema says.
const LONGEST_CRON: usize = 100;

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
    /// Whether its evaluation is put on hold.
    pub suspend: bool,
    /// The checks, in the order of the file; never empty.
    pub checks: Vec<Check>,
    /// Where its name stands.
    pub place: Place,
}

impl Group {
    /// What decides its results and how they are shown: SHA-256 over canonical JSON. Places do not
    /// count, so that moving a group within its files changes nothing.
    pub fn digest(&self) -> [u8; 32] {
        let checks = self.checks.iter().map(|check| {
            json!({
                "id": check.id,
                "title": check.title,
                "severity": check.severity,
                "digest": hex::encode(check.digest),
                "uses": check.uses,
                "compliance": check.compliance,
                "remediation": check.remediation,
            })
        });
        let group = json!({
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
        Sha256::digest(group.to_string()).into()
    }

    /// The meaning of a document. What is wrong with it is noted, also where it does not fit its
    /// schema, so that there is nothing `written`.
    pub(super) fn read(
        written: Option<GroupDocument>,
        node: &Node,
        types: &CheckTypes,
        notes: &mut Notes,
    ) -> Option<Self> {
        let name = parsed_at(node, &["metadata", "name"], notes);
        let schedule = schedule(node, notes);
        let list = node.get("spec").and_then(|spec| spec.get("checks"));
        let list = list.map(Node::items).unwrap_or_default();
        unique_ids(list, notes);
        let (metadata, mut spec) = written.map(|it| (it.metadata, it.spec)).unzip();
        let mut specs = spec.as_mut().map(|spec| take(&mut spec.checks)).unwrap_or_default();
        specs.resize(list.len(), None);
        let checks: Vec<Option<Check>> = specs
            .into_iter()
            .zip(list)
            .map(|(written, node)| Check::read(written, node, types, notes))
            .collect();
        let (metadata, spec) = (metadata?, spec?);
        Some(Self {
            name: name?,
            labels: metadata.labels,
            description: spec.description,
            owner: spec.owner,
            accounts: AccountSelector::read(spec.accounts),
            schedule: schedule?,
            mode: spec.mode,
            suspend: spec.suspend,
            checks: checks.into_iter().collect::<Option<Vec<_>>>()?,
            place: node.place_of(&["metadata", "name"]),
        })
    }
}

/// The schedule of a group; every hour without one.
fn schedule(node: &Node, notes: &mut Notes) -> Option<Schedule> {
    let at = |key: &str| node.text_of(&["spec", "schedule", key]);
    let zone = match at("timezone") {
        None => Some(Timezone::default()),
        Some((name, place)) => timezone(name, place, notes),
    };
    let every = at("every").map(|(text, place)| (parsed(text, place, notes), place));
    let cron = at("cron").map(|(pattern, place)| (cron(pattern, place, zone, notes), place));
    match (every, cron) {
        (Some((_, place)), Some((_, other))) => {
            let message = "`every` and `cron` exclude each other";
            let refused = Diagnostic::error(place.clone(), "conflict", message);
            let refused = refused.related(other.clone(), "the other one is here");
            notes.push(refused.help("keep the one that is meant"));
            None
        }
        (None, Some((cron, _))) => cron.map(Schedule::Cron),
        (every, None) => {
            if let Some((_, place)) = at("timezone") {
                let message = "`timezone` says nothing without `cron`";
                notes.push(Diagnostic::warning(place.clone(), "no-effect", message));
            }
            every.map_or(Some(Schedule::default()), |(every, _)| every.map(Schedule::Every))
        }
    }
}

fn cron(pattern: &str, place: &Place, zone: Option<Timezone>, notes: &mut Notes) -> Option<Cron> {
    if pattern.chars().count() > LONGEST_CRON {
        return None; // Noted as too long already.
    }
    match Cron::new(pattern, zone?) {
        Ok(cron) => Some(cron),
        Err(error) => {
            notes.push(Diagnostic::error(place.clone(), "invalid-cron", error.to_string()));
            None
        }
    }
}

fn timezone(name: &str, place: &Place, notes: &mut Notes) -> Option<Timezone> {
    let error = match name.parse() {
        Ok(zone) => return Some(zone),
        Err(error) => error,
    };
    let message = if name.len() <= 60 {
        InvalidTimezone::to_string(&error)
    } else {
        "the name of the time zone is too long".into()
    };
    let mut refused = Diagnostic::error(place.clone(), "unknown-timezone", message);
    refused.help = nearest(name, Timezone::names()).map(|near| format!("did you mean `{near}`?"));
    notes.push(refused);
    None
}

/// Notes, at each of its places, an id that several checks have.
fn unique_ids(checks: &[Node], notes: &mut Notes) {
    let mut ids = Declared::default();
    for check in checks {
        if let Some((id, place)) = check.text_of(&["id"]) {
            ids.add("check", id, place);
        }
    }
    ids.note("duplicate-name", notes);
    former_ids(checks, &ids, notes);
}

/// Notes, at both places, a former id that a check still has, or that several checks claim.
fn former_ids(checks: &[Node], present: &Declared, notes: &mut Notes) {
    let mut former = Declared::default();
    for item in checks.iter().filter_map(|check| check.get("formerly")).flat_map(Node::items) {
        let Some(id) = item.text() else { continue };
        former.add("former id", id, &item.place);
        let Some(other) = present.place("check", id) else { continue };
        let message = format!("check `{}` is still there", short(id));
        let refused = Diagnostic::error(item.place.clone(), "conflict", message);
        let refused = refused.related(other.clone(), "it is here");
        notes.push(refused.help("a former id is one that no check has any more"));
        let message = format!("`{}` is a former id as well", short(id));
        let refused = Diagnostic::error(other.clone(), "conflict", message);
        notes.push(refused.related(item.place.clone(), "`formerly` is here"));
    }
    former.note("duplicate-name", notes);
}
