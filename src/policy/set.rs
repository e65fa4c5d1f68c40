//! All policies of a revision.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, Place};
use crate::resource::AccountId;

use super::account::Account;
use super::group::Group;
use super::names::{AccountName, GroupName};
use super::shape::{fit, nearest, short};
use super::source::SourceFile;
use super::yaml::{Node, Tree};
use super::{schema, yaml};

/// The meaning of a revision's files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PolicySet {
    /// Accounts by name.
    pub accounts: BTreeMap<AccountName, Account>,
    /// Groups by name.
    pub groups: BTreeMap<GroupName, Group>,
}

/// What reading came to. The policies are whole only where no diagnostic is an error.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// What could be read.
    pub policies: PolicySet,
    /// All that is wrong or odd, in the order of place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Reading {
    /// Whether the policies may come into force.
    pub fn is_clean(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

impl PolicySet {
    /// Reads files, all of them, whatever is wrong with some.
    pub fn read(files: &[SourceFile]) -> Reading {
        let mut reading = Reading::default();
        let mut ids: BTreeMap<AccountId, Place> = BTreeMap::new();
        for file in files {
            let documents = yaml::read(&file.path, &file.bytes, &mut reading.diagnostics);
            for document in documents {
                reading.add(&document, &mut ids);
            }
        }
        reading.check_selectors();
        reading.diagnostics.sort();
        reading.diagnostics.dedup();
        reading
    }

    /// The accounts that a group selects.
    pub fn accounts_of<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Account> {
        self.accounts.values().filter(|account| group.accounts.selects(account))
    }
}

impl Reading {
    fn add(&mut self, document: &Node, ids: &mut BTreeMap<AccountId, Place>) {
        if matches!(&document.tree, Tree::Scalar(text) if text.is_null()) {
            return;
        }
        match kind_of(document, &mut self.diagnostics).as_deref() {
            Some("Account") => {
                let written = self.written(document, "Account");
                let account =
                    written.and_then(|it| Account::read(it, document, &mut self.diagnostics));
                if let Some(account) = account {
                    self.add_account(account, ids);
                }
            }
            Some("Group") => {
                let written = self.written(document, "Group");
                let group = written.and_then(|it| Group::read(it, document, &mut self.diagnostics));
                if let Some(group) = group {
                    self.add_group(group);
                }
            }
            _ => {}
        }
    }

    /// The document as written, if it fits the schema of its kind.
    fn written<T: DeserializeOwned>(&mut self, document: &Node, kind: &str) -> Option<T> {
        let json: Json = fit(document, schema::borrowed(kind)?, &mut self.diagnostics)?;
        match serde_json::from_value(json) {
            Ok(written) => Some(written),
            Err(error) => {
                let message = format!("the document cannot be read: {error}");
                let refused = Diagnostic::error(document.place.clone(), "wrong-type", message);
                self.diagnostics.push(refused);
                None
            }
        }
    }

    fn add_account(&mut self, account: Account, ids: &mut BTreeMap<AccountId, Place>) {
        if let Some(first) = self.policies.accounts.get(&account.name) {
            let related = first.place.clone();
            self.duplicate("account", account.name.as_str(), &account.place, related);
            return;
        }
        if let Some(first) = ids.get(&account.id) {
            let message = format!("account id `{}` belongs to another account", account.id);
            let refused = Diagnostic::error(account.place.clone(), "duplicate-account", message);
            self.diagnostics.push(refused.related(first.clone(), "the first one is here"));
            return;
        }
        ids.insert(account.id.clone(), account.place.clone());
        self.policies.accounts.insert(account.name.clone(), account);
    }

    fn add_group(&mut self, group: Group) {
        if let Some(first) = self.policies.groups.get(&group.name) {
            let related = first.place.clone();
            self.duplicate("group", group.name.as_str(), &group.place, related);
            return;
        }
        self.policies.groups.insert(group.name.clone(), group);
    }

    fn duplicate(&mut self, kind: &str, name: &str, place: &Place, first: Place) {
        let message = format!("{kind} `{name}` is there twice");
        let refused = Diagnostic::error(place.clone(), "duplicate-name", message);
        self.diagnostics.push(refused.related(first, "the first one is here"));
    }

    /// A group that selects no account would never say anything, which is never what is meant.
    fn check_selectors(&mut self) {
        let accounts: Vec<&Account> = self.policies.accounts.values().collect();
        for group in self.policies.groups.values() {
            let selector = &group.accounts;
            for name in &selector.names {
                if !self.policies.accounts.contains_key(name) {
                    let message = format!("there is no account `{name}`");
                    let place = group.place.clone();
                    let mut refused = Diagnostic::error(place, "unknown-account", message);
                    refused.help =
                        nearest(name.as_str(), accounts.iter().map(|it| it.name.as_str()))
                            .map(|near| format!("did you mean `{near}`?"));
                    self.diagnostics.push(refused);
                }
            }
            if !accounts.iter().any(|account| selector.selects(account)) {
                let message = format!("group `{}` selects no account", group.name);
                let refused = Diagnostic::error(group.place.clone(), "no-account", message);
                self.diagnostics.push(refused.help(
                    "compare `spec.accounts` with the labels and names of the `Account` documents",
                ));
            }
        }
    }
}

/// Kinds of the design that this version does not have.
const LATER: &[&str] = &["CheckType", "Waiver", "Test", "Pack", "Route"];

/// The kind of a document, if it is one of ours.
fn kind_of(document: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    let Tree::Map(_) = &document.tree else {
        let message = format!("a document must be a mapping, but this is {}", document.kind());
        let refused = Diagnostic::error(document.place.clone(), "wrong-type", message);
        diagnostics.push(refused.help("start with `apiVersion: cloudcorrect.dev/v1` and `kind`"));
        return None;
    };
    let start =
        Place::point(document.place.path.clone(), document.place.line, document.place.column);
    let Some(node) = document.get("kind") else {
        let refused = Diagnostic::error(start, "missing-key", "the document lacks `kind`");
        let kinds = schema::kinds().join("` or `");
        diagnostics.push(refused.help(format!("add `kind: `, which is `{kinds}`")));
        return None;
    };
    let Tree::Scalar(text) = &node.tree else {
        let message = format!("`kind` is {}, but must be text", node.kind());
        diagnostics.push(Diagnostic::error(node.place.clone(), "wrong-type", message));
        return None;
    };
    let kind = text.as_str();
    if schema::kinds().contains(&kind) {
        return Some(kind.to_owned());
    }
    if LATER.contains(&kind) {
        let message = format!("kind `{kind}` is not supported by this version");
        diagnostics.push(Diagnostic::error(node.place.clone(), "unsupported", message));
        return None;
    }
    let message = format!("there is no kind `{}`", short(kind));
    let mut refused = Diagnostic::error(node.place.clone(), "unknown-kind", message);
    refused.help = Some(match nearest(kind, schema::kinds().into_iter()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the kinds are `{}`", schema::kinds().join("`, `")),
    });
    diagnostics.push(refused);
    None
}
