//! Past and present inventories, rebuilt from their facets.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::observations::{LIST, State, segment_of};
use crate::db::sources::SourceId;
use crate::db::{Error, words};
use crate::resource::{
    AccountId, Facet, Facets, Failure, Inventory, Listing, Operation, Provider, Region, Resource,
    Schema, Segment, Segments, TypeName, schemas,
};

/// Version of what is known of a type in a region: the open facets are the same as long as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    changes: i64,
    // A version of the service that counts no changes writes these.
    observed_at: DateTime<Utc>,
    digests: Vec<Vec<u8>>,
}

/// Versions of what is known of an account, by type and the region that was asked.
pub async fn versions(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    provider: Provider,
    account: &AccountId,
) -> Result<BTreeMap<(TypeName, Region), Version>, Error> {
    sqlx::query!(
        r#"select region, resource_type, changes, digests,
            greatest(observed_at, 'epoch') as "observed_at!"
        from facet_scope where source = $1 and provider = $2 and account = $3"#,
        source.0,
        provider.as_str(),
        account.as_str(),
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(|row| {
        let (changes, observed_at, digests) = (row.changes, row.observed_at, row.digests);
        let region = words::parsed("region", &row.region)?;
        let place = (TypeName::from(row.resource_type.as_str()), region);
        Ok((place, Version { changes, observed_at, digests }))
    })
    .collect()
}

/// What is known now of a type of an account in the region that was asked; `None` if nothing is.
pub async fn listing(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    (provider, account): (Provider, &AccountId),
    (type_name, region): (&TypeName, &Region),
) -> Result<Option<Listing>, Error> {
    let Some(schema) = schemas().get(type_name) else { return Ok(None) };
    let rows = sqlx::query_as!(
        Row,
        r#"select region, resource_type, resource_id, operation, state, blob.body as "body?", cause,
            message, resource_region, arn
        from facet left join blob on blob.digest = facet.body
        where source = $1 and provider = $2 and account = $3 and region = $4 and resource_type = $5
          and until is null
        order by resource_id, operation, failed"#,
        source.0,
        provider.as_str(),
        account.as_str(),
        region.as_str(),
        type_name.as_str(),
    )
    .fetch_all(executor)
    .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    listing_of(schema, rows).map(Some)
}

/// A facet as it is stored, with its body.
pub(super) struct Row {
    pub(super) region: String,
    pub(super) resource_type: String,
    pub(super) resource_id: String,
    pub(super) operation: String,
    pub(super) state: String,
    pub(super) body: Option<Vec<u8>>,
    pub(super) cause: Option<String>,
    pub(super) message: Option<String>,
    pub(super) resource_region: Option<String>,
    pub(super) arn: Option<String>,
}

/// The inventory of an account as it was known at an instant, or is now: what could not be read
/// then is a failure, also where an older value is kept. `None` if nothing was known.
pub async fn inventory(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    provider: Provider,
    account: &AccountId,
    at: Option<DateTime<Utc>>,
) -> Result<Option<Inventory>, Error> {
    let rows = sqlx::query!(
        r#"select region, resource_type, resource_id, operation, state, blob.body as "body?", cause,
            message, resource_region, arn, coalesce($4, now()) as "taken_at!"
        from facet left join blob on blob.digest = facet.body
        where source = $1 and provider = $2 and account = $3
          and case when $4::timestamptz is null then until is null
                   else since <= $4 and (until is null or until > $4) end
        -- A failure comes behind the value that it leaves in its place.
        order by resource_type, region, resource_id, operation, failed"#,
        source.0,
        provider.as_str(),
        account.as_str(),
        at,
    )
    .fetch_all(executor)
    .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let mut inventory = Inventory { provider, ..Inventory::empty(account.clone(), first.taken_at) };
    let mut places: BTreeMap<(String, String), Vec<Row>> = BTreeMap::new();
    for row in rows {
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
        places.entry((row.resource_type.clone(), row.region.clone())).or_default().push(row);
    }
    for ((type_name, region), rows) in places {
        let type_name = TypeName::from(type_name.as_str());
        let region: Region = words::parsed("region", &region)?;
        if let Some(schema) = schemas().get(&type_name) {
            inventory.listings.insert((type_name, region), listing_of(schema, rows)?);
        }
    }
    Ok(Some(inventory))
}

fn listing_of(schema: &Schema, rows: Vec<Row>) -> Result<Listing, Error> {
    let mut told = ToldOfList::default();
    let mut resources: BTreeMap<String, Resource> = BTreeMap::new();
    for row in rows {
        if told.note(&row)? {
            continue;
        }
        let operation = Operation::from(row.operation.as_str());
        let facet = facet(schema, &operation, &row)?;
        let resource = resources
            .entry(row.resource_id)
            .or_insert_with_key(|id| unread(schema, id.as_str().into()));
        if let Some(region) = row.resource_region {
            resource.region = words::parsed("region", &region)?;
            resource.arn = row.arn.map(Into::into);
        }
        resource.facets.insert(operation, facet);
    }
    Ok(told.of(resources.into_values().map(Arc::new).collect()))
}

/// A resource of which no facet is known yet.
pub(super) fn unread(schema: &Schema, id: Arc<str>) -> Resource {
    let (type_name, region) = (schema.type_name.clone(), Region::global());
    Resource { type_name, id, arn: None, region, facets: Facets::new() }
}

/// What is told of a list as a whole, and of its segments.
#[derive(Debug, Clone, Default)]
pub(super) struct ToldOfList {
    whole: Option<(State, Failure)>,
    asked: BTreeMap<Segment, Option<Failure>>,
}

impl ToldOfList {
    /// Takes a row up that is about the list; `false` where it is about a resource.
    pub(super) fn note(&mut self, row: &Row) -> Result<bool, Error> {
        let state = || State::read(&row.state);
        if row.resource_id == LIST {
            self.whole = Some((state()?, failure(row)?));
        } else if let Some(segment) = segment_of(&row.resource_id) {
            let failed = state()?.failed();
            self.asked.insert(segment, failed.then(|| failure(row)).transpose()?);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Takes up what is told elsewhere, which comes behind it.
    pub(super) fn add(&mut self, other: &Self) {
        if let Some(whole) = &other.whole {
            self.whole = Some(whole.clone());
        }
        self.asked.extend(other.asked.clone());
    }

    /// The list of those resources.
    pub(super) fn of(self, resources: Vec<Arc<Resource>>) -> Listing {
        let Self { whole, asked } = self;
        match whole {
            Some((State::Partial, rest)) if !asked.is_empty() => {
                Listing::Segments(resources, Segments { asked, rest })
            }
            Some((State::Partial, failure)) => Listing::Partial(resources, failure),
            Some((State::Error, failure)) => Listing::Failed(failure),
            _ => Listing::Complete(resources),
        }
    }
}

pub(super) fn facet(schema: &Schema, operation: &Operation, row: &Row) -> Result<Facet, Error> {
    Ok(match State::read(&row.state)? {
        State::Read => {
            let body = row.body.as_deref().unwrap_or_default();
            let json = serde_json::from_slice(body)
                .map_err(|_| Error::unreadable("facet", String::from_utf8_lossy(body)))?;
            Facet::Read(schema.refine(operation, &json))
        }
        State::Absent => Facet::Absent,
        State::Error | State::Partial => Facet::Failed(failure(row)?),
    })
}

/// The failure of a row; of one that holds a value, a failure that nobody sees.
fn failure(row: &Row) -> Result<Failure, Error> {
    let cause = row.cause.as_deref().unwrap_or("not_collected");
    Ok(Failure::new(words::parsed("cause", cause)?, row.message.clone().unwrap_or_default()))
}
