//! What an observation changes of the facets that are kept.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::observations::{LIST, Observed, PlaceObservations, State, segment_of};
use crate::digest::Digest;
use crate::resource::Region;

/// A facet that is kept and open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) resource_id: String,
    pub(super) operation: String,
    pub(super) since: DateTime<Utc>,
    pub(super) state: State,
    pub(super) body: Option<Digest>,
    pub(super) cause: Option<String>,
    pub(super) resource_region: Option<String>,
    pub(super) arn: Option<String>,
}

impl Stored {
    fn says(&self, observed: &Observed) -> bool {
        self.state == observed.state
            && self.body == observed.body.as_ref().map(|(digest, _)| *digest)
            && self.cause.as_deref() == observed.failure.as_ref().map(|one| one.cause.as_str())
            && self.resource_region.as_deref()
                == observed.resource_region.as_ref().map(Region::as_str)
            && self.arn.as_deref() == observed.arn.as_deref()
    }
}

/// Which facets to close, and which to open; closing comes first.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Changes<'a> {
    pub(super) close: Vec<&'a Stored>,
    pub(super) open: Vec<&'a Observed>,
}

impl<'a> Changes<'a> {
    /// A failure takes the place of another failure only and leaves the last value open; a value
    /// takes the place of both. A list closes all that belongs to resources which it would have and has
    /// not, and a segment that is whole the failures of those that it covers.
    pub(super) fn between(stored: &'a [Stored], observed: &'a PlaceObservations) -> Self {
        let mut changes = Self::over(stored, &observed.rows);
        let listed: BTreeSet<&str> = observed.rows.iter().map(|row| &*row.resource_id).collect();
        let gone = |one: &&Stored| {
            let id = one.resource_id.as_str();
            let is_known = match segment_of(id) {
                Some(segment) => observed.known.settles(&segment, one.state.failed()),
                None => id != LIST && observed.known.holds(id),
            };
            is_known && !listed.contains(id)
        };
        changes.close.extend(stored.iter().filter(gone));
        changes
    }

    /// The same of an observation that leaves lists to others: the one that is kept stands, so do the
    /// resources on it, and what was written since the observation began.
    pub(super) fn beside(
        stored: &'a [Stored],
        observed: &'a PlaceObservations,
        began: DateTime<Utc>,
    ) -> Self {
        let is_of_list = |region: Option<&str>| region.is_some();
        let on_list = stored.iter().filter(|one| is_of_list(one.resource_region.as_deref()));
        let listed: BTreeSet<&str> = on_list.map(|one| one.resource_id.as_str()).collect();
        let since = stored.iter().filter(|one| one.since >= began);
        let newer: BTreeSet<(&str, &str)> =
            since.map(|one| (one.resource_id.as_str(), one.operation.as_str())).collect();
        let adds = |row: &&Observed| {
            !is_of_list(row.resource_region.as_ref().map(Region::as_str))
                && listed.contains(&*row.resource_id)
                && !newer.contains(&(&*row.resource_id, row.operation.as_str()))
        };
        Self::over(stored, observed.rows.iter().filter(adds))
    }

    /// Changes of what these rows are about.
    fn over(stored: &'a [Stored], rows: impl IntoIterator<Item = &'a Observed>) -> Self {
        let kept: BTreeMap<_, _> = stored
            .iter()
            .map(|one| {
                ((one.resource_id.as_str(), one.operation.as_str(), one.state.failed()), one)
            })
            .collect();
        let mut changes = Self::default();
        for row in rows {
            let of =
                |failed| kept.get(&(&*row.resource_id, row.operation.as_str(), failed)).copied();
            let (same_kind, failure) = (of(row.state.failed()), of(true));
            if !row.state.failed() {
                changes.close.extend(failure);
            }
            if !same_kind.is_some_and(|one| one.says(row)) {
                changes.close.extend(same_kind);
                changes.open.push(row);
            }
        }
        changes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.close.is_empty() && self.open.is_empty()
    }
}
