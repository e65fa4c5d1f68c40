//! Accounts, and which of them a group selects.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::resource::{AccountId, Region};

use super::names::AccountName;
use super::notes::Notes;
use super::region;
use super::written::{AccountDocument, Selector};
use crate::document::Node;
use crate::document::short;

/// A cloud account that policies are judged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What it is called.
    pub name: AccountName,
    /// Which one it is.
    pub id: AccountId,
    /// The regions in which resources are judged.
    pub regions: BTreeSet<Region>,
    /// What selectors go by.
    pub labels: BTreeMap<String, String>,
    /// Where its name stands.
    pub place: Place,
}

/// Which accounts a group selects: all that fit every part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountSelector {
    /// Labels that the account must have.
    pub match_labels: BTreeMap<String, String>,
    /// Names, one of which it must have, unless there are none.
    pub names: BTreeSet<AccountName>,
}

impl AccountSelector {
    /// Whether it selects an account.
    pub fn selects(&self, account: &Account) -> bool {
        let labelled =
            self.match_labels.iter().all(|(key, value)| account.labels.get(key) == Some(value));
        labelled && (self.names.is_empty() || self.names.contains(&account.name))
    }

    /// The meaning of a selector. Names that are none are left out: [`References`] notes them.
    pub(super) fn read(written: Selector) -> Self {
        let names = written.names.iter().flatten().filter_map(|name| name.parse().ok());
        Self { names: names.collect(), match_labels: written.match_labels }
    }
}

/// Where a group refers to accounts.
#[derive(Debug)]
pub(super) struct References {
    /// The selector, or the group's name where there is none.
    pub(super) place: Place,
    /// The names in it.
    pub(super) names: Vec<(AccountName, Place)>,
}

impl References {
    /// The references of a `Group` document.
    pub(super) fn read(document: &Node, notes: &mut Notes) -> Self {
        let selector = document.get("spec").and_then(|spec| spec.entry("accounts"));
        let names = selector.and_then(|selector| selector.value.get("names"));
        let names = names.map(Node::items).unwrap_or_default().iter().filter_map(|name| {
            Some((parsed(name.text()?, &name.place, notes)?, name.place.clone()))
        });
        Self {
            names: names.collect(),
            place: selector.map_or_else(
                || document.place_of(&["metadata", "name"]),
                |selector| selector.place.clone(),
            ),
        }
    }
}

impl Account {
    /// The meaning of a document. What is wrong with it is noted, also where it does not fit its
    /// schema, so that there is nothing `written`.
    pub(super) fn read(
        written: Option<AccountDocument>,
        node: &Node,
        notes: &mut Notes,
    ) -> Option<Self> {
        let name = parsed_at(node, &["metadata", "name"], notes);
        let id = parsed_at(node, &["spec", "aws", "accountId"], notes);
        let aws = node.get("spec").and_then(|spec| spec.get("aws"));
        let list = aws.and_then(|aws| aws.get("regions")).map(Node::items).unwrap_or_default();
        let mut regions = BTreeSet::new();
        for item in list {
            let Some(region) = region(item, notes) else { continue };
            let message = format!("region `{region}` is there twice");
            if !regions.insert(region) {
                notes.push(Diagnostic::warning(item.place.clone(), Code::Duplicate, message));
            }
        }
        Some(Self {
            name: name?,
            id: id?,
            regions,
            labels: written?.metadata.labels,
            place: node.place_of(&["metadata", "name"]),
        })
    }
}

fn region(item: &Node, notes: &mut Notes) -> Option<Region> {
    let region = region::named(item.text()?, &item.place, notes)?;
    if region.is_global() {
        let message = "`global` is judged always; name regions only".to_owned();
        let refused = Diagnostic::error(item.place.clone(), Code::InvalidValue, message);
        notes.push(refused.help("remove it"));
        return None;
    }
    Some(region)
}

/// A value parsed from the text at a path of keys; nothing is noted where there is no text.
pub(super) fn parsed_at<T: std::str::FromStr>(
    node: &Node,
    path: &[&str],
    notes: &mut Notes,
) -> Option<T>
where
    T::Err: std::fmt::Display,
{
    let (text, place) = node.text_of(path)?;
    parsed(text, place, notes)
}

/// A value parsed from its text, or the diagnostic that says why not.
pub(super) fn parsed<T: std::str::FromStr>(
    text: &str,
    place: &Place,
    notes: &mut Notes,
) -> Option<T>
where
    T::Err: std::fmt::Display,
{
    match text.parse() {
        Ok(value) => Some(value),
        Err(error) => {
            let is_brief = text.chars().count() <= 100;
            let message =
                if is_brief { error.to_string() } else { format!("`{}` is too long", short(text)) };
            notes.push(Diagnostic::error(place.clone(), Code::InvalidValue, message));
            None
        }
    }
}
