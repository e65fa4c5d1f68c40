//! An inventory as rows: what each operation said of each resource.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::db::words::words;
use crate::digest::{Digest, Parts};
use crate::resource::{
    AccountId, Facet, Failure, Inventory, Listing, Operation, Provider, Region, Resource, Schema,
    Segment, TypeName, schemas,
};

words! {
    /// Answer of an operation about a resource.
    pub(super) State, "state of a facet":
    /// A value; of a list: that it is complete.
    Read = "read",
    /// Nothing is there to be read.
    Absent = "absent",
    /// No answer, since the operation failed.
    Error = "error",
    /// A list that broke off.
    Partial = "partial",
}

impl State {
    pub(super) fn failed(self) -> bool {
        matches!(self, Self::Error | Self::Partial)
    }
}

/// The resource id that stands for the list itself.
pub(super) const LIST: &str = "*";

/// What the resource id begins with that stands for a segment of a list; its resources' beginning follows.
const SEGMENT: &str = "*/";

/// The segment of a list that a resource id stands for.
pub(super) fn segment_of(id: &str) -> Option<Segment> {
    id.strip_prefix(SEGMENT)?.parse().ok()
}

/// A type and the region that was asked for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Location {
    pub(super) type_name: TypeName,
    pub(super) region: Region,
}

/// Answer of one operation about one resource.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Observed {
    pub(super) resource_id: Arc<str>,
    pub(super) operation: Operation,
    pub(super) state: State,
    pub(super) body: Option<(Digest, String)>,
    pub(super) failure: Option<Failure>,
    pub(super) resource_region: Option<Region>,
    pub(super) arn: Option<Arc<str>>,
}

/// Answers about the resources of one place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlaceObservations {
    pub(super) rows: Vec<Observed>,
    /// Resources that are gone where they are not among the rows.
    pub(super) known: Known,
}

/// Resources of which all that there are were observed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Known {
    /// All of the place.
    All,
    /// Those of some segments of its list; none where there is no segment.
    Within(Vec<Segment>),
}

impl Known {
    /// `true` where a resource would have been observed if it were there.
    pub(super) fn holds(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Within(segments) => segments.iter().any(|segment| segment.holds(id)),
        }
    }

    /// `true` where what is kept of a segment, that it failed or that it is whole, no longer counts: the
    /// list is whole itself, or a segment around one that failed is.
    pub(super) fn settles(&self, segment: &Segment, has_failed: bool) -> bool {
        match self {
            Self::All => true,
            Self::Within(whole) => has_failed && whole.iter().any(|one| one.covers(segment)),
        }
    }
}

/// Answers that an inventory holds, ready to be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Observations {
    pub(super) provider: Provider,
    pub(super) account: AccountId,
    pub(super) places: BTreeMap<Location, PlaceObservations>,
}

impl Observations {
    /// Answers of an inventory. Types without a schema are left out.
    pub fn of(inventory: &Inventory) -> Self {
        let places = inventory.listings.iter().filter_map(|((type_name, region), listing)| {
            let place = Location { type_name: type_name.clone(), region: region.clone() };
            Some((place, PlaceObservations::of(schemas().get(type_name)?, listing)))
        });
        Self {
            provider: inventory.provider,
            account: inventory.account.clone(),
            places: places.collect(),
        }
    }

    /// Digest of what was said: equal for inventories that say the same.
    pub fn digest(&self) -> Digest {
        let mut parts = Parts::default();
        parts.add(self.provider.as_str()).add(self.account.as_str());
        for (place, observed) in &self.places {
            parts.add(place.type_name.as_str()).add(place.region.as_str());
            parts.add(&observed.digest().to_string());
        }
        parts.digest()
    }
}

impl PlaceObservations {
    fn of(schema: &Schema, listing: &Listing) -> Self {
        let (state, known) = match listing {
            Listing::Complete(_) => (State::Read, Known::All),
            Listing::Partial(..) => (State::Partial, Known::Within(Vec::new())),
            Listing::Segments(_, segments) => {
                (State::Partial, Known::Within(segments.whole().cloned().collect()))
            }
            Listing::Failed(_) => (State::Error, Known::Within(Vec::new())),
        };
        let list = about_list(schema, LIST.into(), state, listing.failure());
        let resources = listing.resources().iter();
        let mut rows: Vec<_> = resources.flat_map(|resource| facets(schema, resource)).collect();
        rows.push(list);
        if let Listing::Segments(_, segments) = listing {
            rows.extend(segments.asked.iter().map(|(segment, failure)| {
                let id = format!("{SEGMENT}{segment}");
                let state = if failure.is_some() { State::Error } else { State::Read };
                about_list(schema, id.into(), state, failure.as_ref())
            }));
        }
        rows.sort_by(|one, other| {
            (&one.resource_id, &one.operation).cmp(&(&other.resource_id, &other.operation))
        });
        Self { rows, known }
    }

    /// The words of a failure do not count: those of some services hold a new id every time.
    pub(super) fn digest(&self) -> Digest {
        let mut parts = Parts::default();
        for row in &self.rows {
            parts.add(&row.resource_id).add(row.operation.as_str()).add(row.state.as_str());
            parts.add(&row.body.as_ref().map(|(digest, _)| digest.to_string()).unwrap_or_default());
            parts.add(row.failure.as_ref().map_or("", |failure| failure.cause.as_str()));
            parts.add(row.resource_region.as_ref().map_or("", Region::as_str));
            parts.add(row.arn.as_deref().unwrap_or_default());
        }
        parts.digest()
    }
}

/// Whether a list, or a segment of it, has all that there is.
fn about_list(
    schema: &Schema,
    resource_id: Arc<str>,
    state: State,
    failure: Option<&Failure>,
) -> Observed {
    Observed {
        resource_id,
        operation: schema.list.clone(),
        state,
        body: None,
        failure: failure.cloned(),
        resource_region: None,
        arn: None,
    }
}

fn facets<'a>(
    schema: &'a Schema,
    resource: &'a Resource,
) -> impl Iterator<Item = Observed> + use<'a> {
    resource.facets.iter().map(move |(operation, facet)| {
        let (state, body, failure) = match facet {
            Facet::Read(value) => {
                let text = value.to_json().to_string();
                (State::Read, Some((Digest::of(text.as_bytes()), text)), None)
            }
            Facet::Absent => (State::Absent, None, None),
            Facet::Failed(failure) => (State::Error, None, Some(failure.clone())),
        };
        let listed = *operation == schema.list;
        Observed {
            resource_id: resource.id.clone(),
            operation: operation.clone(),
            state,
            body,
            failure,
            resource_region: listed.then(|| resource.region.clone()),
            arn: resource.arn.clone().filter(|_| listed),
        }
    })
}
