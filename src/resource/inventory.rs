//! The lists that say which resources there are.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{AccountId, Failure, Provider, Region, Resource, Segment, TypeName};

/// Which resources of a type there are in a target.
#[derive(Debug, Clone, PartialEq)]
pub enum Listing {
    /// All resources that there are.
    Complete(Vec<Arc<Resource>>),
    /// Some of them: the list broke off.
    Partial(Vec<Arc<Resource>>, Failure),
    /// The list could not be read.
    Failed(Failure),
    /// Those of some segments of a list that is not read as a whole.
    Segments(Vec<Arc<Resource>>, Segments),
}

/// The segments of a list that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Segments {
    /// Why resources of a segment may be missing, for each.
    pub asked: BTreeMap<Segment, Option<Failure>>,
    /// Why nothing is known of others.
    pub rest: Failure,
}

impl Segments {
    /// Segments whose resources are all known.
    pub fn whole(&self) -> impl Iterator<Item = &Segment> {
        self.asked.iter().filter(|(_, failure)| failure.is_none()).map(|(segment, _)| segment)
    }
}

impl Listing {
    /// The resources that were seen.
    pub fn resources(&self) -> &[Arc<Resource>] {
        match self {
            Self::Complete(resources)
            | Self::Partial(resources, _)
            | Self::Segments(resources, _) => resources,
            Self::Failed(_) => &[],
        }
    }

    /// The same to be changed; `None` where there can be none.
    pub fn resources_mut(&mut self) -> Option<&mut Vec<Arc<Resource>>> {
        match self {
            Self::Complete(resources)
            | Self::Partial(resources, _)
            | Self::Segments(resources, _) => Some(resources),
            Self::Failed(_) => None,
        }
    }

    /// The same list with its resources made into others, where it has any.
    #[must_use]
    pub fn with(&self, made: impl FnOnce(&[Arc<Resource>]) -> Vec<Arc<Resource>>) -> Self {
        match self {
            Self::Complete(resources) => Self::Complete(made(resources)),
            Self::Partial(resources, failure) => Self::Partial(made(resources), failure.clone()),
            Self::Segments(resources, segments) => {
                Self::Segments(made(resources), segments.clone())
            }
            Self::Failed(failure) => Self::Failed(failure.clone()),
        }
    }

    /// Brings the resources into the order of their ids.
    pub fn sort(&mut self) {
        if let Some(resources) = self.resources_mut() {
            resources.sort_by(|one, other| one.id.cmp(&other.id));
        }
    }

    /// Why resources may be missing.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Complete(_) => None,
            Self::Partial(_, failure)
            | Self::Failed(failure)
            | Self::Segments(_, Segments { rest: failure, .. }) => Some(failure),
        }
    }

    /// Why resources of a segment may be missing; of all there are, without one.
    pub fn failure_in(&self, segment: Option<&Segment>) -> Option<&Failure> {
        let (Self::Segments(_, segments), Some(segment)) = (self, segment) else {
            return self.failure();
        };
        // The narrowest says it best: it was asked where a wider one failed, or behind it.
        let mut covering = segments.asked.iter().rev().filter(|(asked, _)| asked.covers(segment));
        covering.next().map_or(Some(&segments.rest), |(_, failure)| failure.as_ref())
    }

    /// The resources among which those of a segment are; of a list that was read by segments, those of
    /// that one, and none where none is named.
    pub fn resources_in(&self, segment: Option<&Segment>) -> Cow<'_, [Arc<Resource>]> {
        match (self, segment) {
            (Self::Segments(resources, _), Some(segment)) => {
                resources.iter().filter(|one| segment.holds(&one.id)).cloned().collect()
            }
            (Self::Segments(..), None) => Cow::Borrowed(&[]),
            _ => Cow::Borrowed(self.resources()),
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
