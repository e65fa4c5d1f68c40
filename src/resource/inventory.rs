//! The lists that say which resources there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{AccountId, Failure, Provider, Region, Resource, TypeName};

/// Which resources of a type there are in a target.
#[derive(Debug, Clone, PartialEq)]
pub enum Listing {
    /// All resources that there are.
    Complete(Vec<Arc<Resource>>),
    /// Some of them: the list broke off.
    Partial(Vec<Arc<Resource>>, Failure),
    /// The list could not be read.
    Failed(Failure),
}

impl Listing {
    /// The resources that were seen.
    pub fn resources(&self) -> &[Arc<Resource>] {
        match self {
            Self::Complete(resources) | Self::Partial(resources, _) => resources,
            Self::Failed(_) => &[],
        }
    }

    /// Brings the resources into the order of their ids.
    pub fn sort(&mut self) {
        if let Self::Complete(resources) | Self::Partial(resources, _) = self {
            resources.sort_by(|one, other| one.id.cmp(&other.id));
        }
    }

    /// Why resources may be missing.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Complete(_) => None,
            Self::Partial(_, failure) | Self::Failed(failure) => Some(failure),
        }
    }
}

/// Knowledge of an account: listings by resource type and the region that was asked
/// (`global` for types whose list is global, also if the resources themselves live in regions).
#[derive(Debug, Clone, PartialEq)]
pub struct Inventory {
    /// Cloud that the account is in.
    pub provider: Provider,
    /// Account that was asked, by its id.
    pub account: AccountId,
    /// When it was taken: `now` in expressions.
    pub taken_at: DateTime<Utc>,
    /// The lists that were asked for.
    pub listings: BTreeMap<(TypeName, Region), Listing>,
}

impl Inventory {
    /// An inventory that holds nothing yet.
    pub fn empty(account: AccountId, taken_at: DateTime<Utc>) -> Self {
        Self { provider: Provider::Aws, account, taken_at, listings: BTreeMap::new() }
    }

    /// Lists of a type, each with the region that was asked.
    pub fn lists_of(&self, type_name: &TypeName) -> impl Iterator<Item = (&Region, &Listing)> {
        let lists = self.listings.iter().filter(move |((name, _), _)| name == type_name);
        lists.map(|((_, region), listing)| (region, listing))
    }
}
