//! Groups: checks with their schedule, accounts and mode.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Place};
use crate::schedule::Every;

use super::account::{AccountSelector, parsed};
use super::check::Check;
use super::names::{CheckId, GroupName};
use super::words::Mode;
use super::written::GroupDocument;
use super::yaml::Node;

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
    /// How often it is evaluated.
    pub every: Every,
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
    /// What decides its results and how they are shown: SHA-256 over a canonical text. Places do
    /// not count, so that moving a group within its files changes nothing.
    pub fn digest(&self) -> [u8; 32] {
        let mut sha = Sha256::new();
        let mut part = |text: &str| {
            sha.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            sha.update(text);
        };
        part(self.name.as_str());
        part(self.description.as_deref().unwrap_or_default());
        part(self.owner.as_deref().unwrap_or_default());
        part(&self.every.to_string());
        part(self.mode.as_str());
        part(if self.suspend { "suspended" } else { "active" });
        for (key, value) in &self.accounts.match_labels {
            part(key);
            part(value);
        }
        part("names");
        self.accounts.names.iter().for_each(|name| part(name.as_str()));
        for check in &self.checks {
            part(check.id.as_str());
            part(&check.title);
            part(check.severity.as_str());
            part(&hex::encode(check.digest));
            part(check.remediation.as_deref().unwrap_or_default());
            part(&check.compliance.join("\n"));
        }
        sha.finalize().into()
    }

    /// The meaning of a document; what is wrong with it is noted.
    pub(super) fn read(
        written: GroupDocument,
        node: &Node,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let place = node.place_of(&["metadata", "name"]);
        let name = parsed(&written.metadata.name, &place, diagnostics);
        let spec = written.spec;
        let every_place = node.place_of(&["spec", "schedule", "every"]);
        let every = parsed(&spec.schedule.every, &every_place, diagnostics);
        let selector = node.get("spec").and_then(|spec| spec.get("accounts"));
        let accounts = AccountSelector::read(spec.accounts, selector, &place, diagnostics);
        let nodes = node.get("spec").and_then(|spec| spec.get("checks"));
        let nodes = nodes.map(Node::items).unwrap_or_default();
        let mut checks = Vec::new();
        let mut seen: BTreeMap<CheckId, Place> = BTreeMap::new();
        let mut whole = true;
        for (written, node) in spec.checks.into_iter().zip(nodes) {
            let Some(check) = Check::read(written, node, diagnostics) else {
                whole = false;
                continue;
            };
            if let Some(first) = seen.get(&check.id) {
                let message = format!("check `{}` is there twice", check.id);
                let refused = Diagnostic::error(check.place.clone(), "duplicate-name", message);
                diagnostics.push(refused.related(first.clone(), "the first one is here"));
                whole = false;
            } else {
                seen.insert(check.id.clone(), check.place.clone());
                checks.push(check);
            }
        }
        if !whole {
            return None;
        }
        Some(Self {
            name: name?,
            labels: written.metadata.labels,
            description: spec.description,
            owner: spec.owner,
            accounts,
            every: every?,
            mode: spec.mode,
            suspend: spec.suspend,
            checks,
            place,
        })
    }
}
