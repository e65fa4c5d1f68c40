//! Accounts, and which of them a group selects.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Place};
use crate::resource::{AccountId, Region};

use super::names::AccountName;
use super::written::{AccountDocument, Selector};
use super::yaml::Node;

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

    /// The meaning of a selector at `node`.
    pub(super) fn read(
        written: Selector,
        node: Option<&Node>,
        fallback: &Place,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let names = written.names.iter().enumerate().filter_map(|(index, name)| {
            let item = node.and_then(|node| node.get("names")?.items().get(index));
            let place = item.map_or(fallback, |item| &item.place);
            parsed(name, place, diagnostics)
        });
        Self { names: names.collect(), match_labels: written.match_labels }
    }
}

impl Account {
    /// The meaning of a document; what is wrong with it is noted, and the rest kept.
    pub(super) fn read(
        written: AccountDocument,
        node: &Node,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let place = node.place_of(&["metadata", "name"]);
        let name = parsed(&written.metadata.name, &place, diagnostics);
        let aws = written.spec.aws;
        let id_place = node.place_of(&["spec", "aws", "accountId"]);
        let id = parsed(&aws.account_id, &id_place, diagnostics);
        let list = node.get("spec").and_then(|spec| spec.get("aws")?.get("regions"));
        let mut regions = BTreeSet::new();
        for (index, text) in aws.regions.iter().enumerate() {
            let item = list.and_then(|list| list.items().get(index));
            let place = item.map_or(&place, |item| &item.place);
            let Some(region) = parsed::<Region>(text, place, diagnostics) else { continue };
            if region.is_global() {
                let message = "`global` is judged always; name regions only";
                let refused = Diagnostic::error(place.clone(), "invalid-value", message);
                diagnostics.push(refused.help("remove it"));
            } else if !regions.insert(region) {
                let message = format!("region `{text}` is there twice");
                diagnostics.push(Diagnostic::warning(place.clone(), "duplicate", message));
            }
        }
        Some(Self { name: name?, id: id?, regions, labels: written.metadata.labels, place })
    }
}

/// A value parsed from its text, or the diagnostic that says why not.
pub(super) fn parsed<T: std::str::FromStr>(
    text: &str,
    place: &Place,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<T>
where
    T::Err: std::fmt::Display,
{
    match text.parse() {
        Ok(value) => Some(value),
        Err(error) => {
            let message = error.to_string();
            diagnostics.push(Diagnostic::error(place.clone(), "invalid-value", message));
            None
        }
    }
}
