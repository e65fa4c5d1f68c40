//! What was known of an account over a time: its facets as they came and went, from which the inventory
//! of one instant after the other is made without reading anything twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::PgExecutor;

use super::reading::{Row, ToldOfList, facet, unread};
use crate::db::sources::SourceId;
use crate::db::{Error, words};
use crate::resource::{
    AccountId, Facet, Inventory, Listing, Operation, Provider, Region, Resource, Schema, TypeName,
    schemas,
};

/// What was known of types of an account from an instant on.
#[derive(Debug)]
pub struct History {
    provider: Provider,
    account: AccountId,
    places: BTreeMap<(TypeName, Region), PlaceHistory>,
}

/// What was known of a type in the region that was asked, and is at the instant that was reached.
#[derive(Debug)]
struct PlaceHistory {
    schema: &'static Schema,
    /// In the order in which they begin.
    intervals: Vec<Interval>,
    /// Places of the intervals that end, in the order in which they do.
    ending: Vec<usize>,
    /// Numbers of the beginnings and ends that are behind.
    begun: usize,
    ended: usize,
    /// Open intervals, of each resource. A failure comes behind the value that it leaves in its place.
    open: BTreeMap<Arc<str>, BTreeMap<(Operation, bool), usize>>,
    resources: BTreeMap<Arc<str>, Arc<Resource>>,
}

/// An interval over which one operation said the same of one resource.
#[derive(Debug)]
struct Interval {
    since: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    id: Arc<str>,
    operation: Operation,
    failed: bool,
    said: Said,
}

/// Answer that an interval holds.
#[derive(Debug)]
enum Said {
    /// Of a list or its segments.
    OfList(ToldOfList),
    /// Of a resource; of the operation that lists also where it lives, and its ARN.
    OfResource(Facet, Option<(Region, Option<Arc<str>>)>),
}

/// What was known of types of an account from `since` on, to be gone through once.
pub async fn history(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    (provider, account): (Provider, &AccountId),
    types: &BTreeSet<TypeName>,
    since: DateTime<Utc>,
) -> Result<History, Error> {
    let names: Vec<&str> = types.iter().map(TypeName::as_str).collect();
    let mut rows = sqlx::query!(
        r#"select region, resource_type, resource_id, operation, state, blob.body as "body?", cause,
            message, resource_region, arn, since, until, failed as "failed!"
        from facet left join blob on blob.digest = facet.body
        where source = $1 and provider = $2 and account = $3 and resource_type = any($4)
          and (until is null or until > $5)
        order by since"#,
        source.0,
        provider.as_str(),
        account.as_str(),
        &names as &[&str],
        since,
    )
    .fetch(executor);
    let mut places = BTreeMap::new();
    while let Some(row) = rows.try_next().await? {
        let type_name = TypeName::from(row.resource_type.as_str());
        let Some(schema) = schemas().get(&type_name) else { continue };
        let (since, until, failed) = (row.since, row.until, row.failed);
        let row = Row {
            region: row.region,
            resource_type: row.resource_type,
            resource_id: row.resource_id,
            operation: row.operation,
            state: row.state,
            body: row.body,
            cause: row.cause,
            message: row.message,
            resource_region: row.resource_region,
            arn: row.arn,
        };
        let region = words::parsed("region", &row.region)?;
        let place = places.entry((type_name, region)).or_insert_with(|| PlaceHistory::of(schema));
        let interval = Interval::of(schema, (since, until, failed), row)?;
        place.intervals.push(interval);
    }
    for place in places.values_mut() {
        let ends = |at: &usize| place.intervals.get(*at).and_then(|one| one.until);
        let mut ending: Vec<_> =
            (0..place.intervals.len()).filter(|at| ends(at).is_some()).collect();
        ending.sort_by_key(ends);
        place.ending = ending;
    }
    Ok(History { provider, account: account.clone(), places })
}

impl History {
    /// Instants at which something changed, was first known or no longer is.
    pub fn instants(&self) -> BTreeSet<DateTime<Utc>> {
        let intervals = self.places.values().flat_map(|place| &place.intervals);
        intervals.flat_map(|one| [Some(one.since), one.until]).flatten().collect()
    }

    /// Goes on to an instant: the inventory as it was known then. `None` if nothing was. Instants have
    /// to come in their order.
    pub fn at(&mut self, instant: DateTime<Utc>) -> Option<Inventory> {
        let mut inventory = Inventory::empty(self.account.clone(), instant);
        inventory.provider = self.provider;
        for (place, history) in &mut self.places {
            if let Some(listing) = history.at(instant) {
                inventory.listings.insert(place.clone(), listing);
            }
        }
        (!inventory.listings.is_empty()).then_some(inventory)
    }
}

impl PlaceHistory {
    fn of(schema: &'static Schema) -> Self {
        Self {
            schema,
            intervals: Vec::new(),
            ending: Vec::new(),
            begun: 0,
            ended: 0,
            open: BTreeMap::new(),
            resources: BTreeMap::new(),
        }
    }

    /// The list at an instant; `None` where nothing was known of it.
    fn at(&mut self, instant: DateTime<Utc>) -> Option<Listing> {
        for id in self.go_on(instant) {
            match self.resource(&id) {
                Some(resource) => drop(self.resources.insert(id, Arc::new(resource))),
                None => drop(self.resources.remove(&id)),
            }
        }
        if self.open.is_empty() {
            return None;
        }
        let mut told = ToldOfList::default();
        for at in self.open.values().flat_map(BTreeMap::values) {
            if let Some(Interval { said: Said::OfList(one), .. }) = self.intervals.get(*at) {
                told.add(one);
            }
        }
        Some(told.of(self.resources.values().cloned().collect()))
    }

    /// Opens and closes what begins and ends until an instant; ids of what may be another.
    fn go_on(&mut self, instant: DateTime<Utc>) -> BTreeSet<Arc<str>> {
        let mut touched = BTreeSet::new();
        while let Some(one) = self.intervals.get(self.begun).filter(|one| one.since <= instant) {
            let key = (one.operation.clone(), one.failed);
            self.open.entry(one.id.clone()).or_default().insert(key, self.begun);
            touched.insert(one.id.clone());
            self.begun += 1;
        }
        while let Some(at) = self.ending.get(self.ended) {
            let Some(one) = self.intervals.get(*at) else { break };
            if one.until.is_none_or(|until| until > instant) {
                break;
            }
            self.ended += 1;
            let key = (one.operation.clone(), one.failed);
            let Some(open) = self.open.get_mut(&one.id) else { continue };
            // The next one may stand there already.
            if open.get(&key) == Some(at) {
                open.remove(&key);
                touched.insert(one.id.clone());
            }
            if open.is_empty() {
                self.open.remove(&one.id);
            }
        }
        touched
    }

    /// A resource as it is known now; `None` of a list, and of what is gone.
    fn resource(&self, id: &Arc<str>) -> Option<Resource> {
        let mut resource = unread(self.schema, id.clone());
        for ((operation, _), at) in self.open.get(id)? {
            let Said::OfResource(facet, place) = &self.intervals.get(*at)?.said else {
                return None;
            };
            if let Some((region, arn)) = place {
                (resource.region, resource.arn) = (region.clone(), arn.clone());
            }
            resource.facets.insert(operation.clone(), facet.clone());
        }
        Some(resource)
    }
}

impl Interval {
    fn of(
        schema: &Schema,
        (since, until, failed): (DateTime<Utc>, Option<DateTime<Utc>>, bool),
        row: Row,
    ) -> Result<Self, Error> {
        let operation = Operation::from(row.operation.as_str());
        let mut told = ToldOfList::default();
        let said = if told.note(&row)? {
            Said::OfList(told)
        } else {
            let region = row.resource_region.as_deref();
            let region: Option<Region> =
                region.map(|it| words::parsed("region", it)).transpose()?;
            let place = region.map(|region| (region, row.arn.as_deref().map(Arc::from)));
            Said::OfResource(facet(schema, &operation, &row)?, place)
        };
        let id = row.resource_id.into();
        Ok(Self { since, until, id, operation, failed, said })
    }
}
