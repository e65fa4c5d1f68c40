//! Accounts, and which of them a group selects.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Location};
use crate::document::{Field, List, Span};
use crate::resource::{AccountId, Region};

use super::context::FileContext;
use super::document::account::AccountDocument;
use super::document::group::{GroupDocument, Selector};
use super::document::{is_identified, text_of};
use super::labels::Labels;
use super::names::AccountName;
use super::region;
use super::words::Sweep;

/// A cloud account that policies are judged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Name, unique among the accounts.
    pub name: AccountName,
    /// Number of the account at AWS, twelve digits.
    pub id: AccountId,
    /// The regions in which resources are judged.
    pub regions: BTreeSet<Region>,
    /// Labels that selectors of groups go by.
    pub labels: Labels,
    /// How often all else than what checks read is collected of it.
    pub sweep: Sweep,
    /// Location of its name in the file.
    pub place: Location,
}

/// Which accounts a group selects: all that fit every part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountSelector {
    /// Labels that the account must have.
    pub match_labels: Labels,
    /// Names, one of which it must have, unless there are none.
    pub names: BTreeSet<AccountName>,
}

impl AccountSelector {
    /// `true` where it selects the account.
    pub fn selects(&self, account: &Account) -> bool {
        self.match_labels.are_among(&account.labels)
            && (self.names.is_empty() || self.names.contains(&account.name))
    }

    /// Meaning of a selector. Names that are none are left out: [`References`] reports them.
    pub(super) fn resolve(selector: Field<Selector>) -> Self {
        let Some(Selector { names, match_labels }) = selector.into_value() else {
            return Self::default();
        };
        let names = names.value().into_iter().flat_map(List::iter);
        Self {
            names: names.filter_map(|name| name.value.parse().ok()).collect(),
            match_labels: Labels::resolve(match_labels),
        }
    }
}

/// Accounts that a group refers to.
#[derive(Debug)]
pub(super) struct References {
    /// Name of the group, where it has one.
    pub(super) group: Option<String>,
    /// Accounts that it selects, where the group itself could not be resolved.
    pub(super) selector: Option<Box<AccountSelector>>,
    /// Place of the selector, or of the group's name where there is none.
    pub(super) place: Location,
    /// Names in the selector, with the location of each.
    pub(super) names: Vec<(AccountName, Location)>,
}

impl References {
    /// References of a `Group` document; a name that is none is reported.
    pub(super) fn of(document: &GroupDocument, file: &mut FileContext) -> Self {
        let name = document.metadata.value().and_then(|it| text_of(&it.name));
        let selector = document.spec.value().map(|spec| &spec.accounts);
        let key = selector.and_then(Field::key);
        let names = selector.and_then(|it| it.value()?.names.value());
        let names = names.into_iter().flat_map(List::iter).filter_map(|name| {
            Some((file.parse_text(&name.value, name.span)?, file.place(name.span)))
        });
        let names = names.collect();
        let at = key.or(name.map(|(_, span)| span)).unwrap_or_default();
        let group = name.map(|(name, _)| name.to_owned());
        Self { group, selector: None, names, place: file.place(at) }
    }
}

impl Account {
    /// An account of which nothing else is said.
    pub(super) fn new(
        name: AccountName,
        id: AccountId,
        regions: BTreeSet<Region>,
        place: Location,
    ) -> Self {
        Self { name, id, regions, labels: Labels::default(), sweep: Sweep::default(), place }
    }

    /// Meaning of a document. What is wrong with it is reported.
    pub(super) fn resolve(document: AccountDocument, file: &mut FileContext) -> Option<Self> {
        let is_identified = is_identified(&document.api_version, &document.kind);
        let metadata = document.metadata.into_value();
        let name = metadata.as_ref().and_then(|it| file.parse(&it.name));
        let spec = document.spec.into_value();
        let (aws, inventory) = spec.map(|spec| (spec.aws, spec.inventory)).unwrap_or_default();
        let aws = aws.into_value();
        let sweep = inventory.into_value().and_then(|inventory| inventory.sweep.into_value());
        let id = aws.as_ref().and_then(|aws| file.parse(&aws.account_id));
        let list = aws.as_ref().and_then(|aws| aws.regions.value());
        let mut regions = BTreeSet::new();
        for item in list.into_iter().flat_map(List::iter) {
            let Some(region) = region(&item.value, item.span, file) else { continue };
            let message = format!("region `{region}` is there twice");
            if !regions.insert(region) {
                let warning = file.warning(item.span, Code::Duplicate, message);
                file.report(warning);
            }
        }
        list.filter(|_| is_identified)?;
        let metadata = metadata?;
        let place = file.place(metadata.name.get()?.span);
        Some(Self {
            labels: Labels::resolve(metadata.labels),
            sweep: sweep.unwrap_or_default(),
            ..Self::new(name?, id?, regions, place)
        })
    }
}

fn region(name: &str, at: Span, file: &mut FileContext) -> Option<Region> {
    let region = region::resolve(name, at, file)?;
    if region.is_global() {
        let message = "`global` is judged always; name regions only";
        let refused = file.error(at, Code::InvalidValue, message);
        file.report(refused.help("remove it"));
        return None;
    }
    Some(region)
}
