//! Facets: what each operation said of each resource, as intervals, so that any past inventory can
//! be rebuilt.
//!
//! An inventory is first turned into [`Observations`], which needs no database and belongs on a
//! blocking thread; equal inventories have equal digests, whose comparison is all that an unchanged
//! inventory costs.

mod changes;
mod history;
mod observations;
mod reading;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use self::changes::{Changes, Stored};
pub use self::history::{History, history};
pub use self::observations::Observations;
use self::observations::{Location, Observed, State};
pub use self::reading::{Version, inventory, listing, versions};
use super::sources::SourceId;
use super::{Error, blobs, words};
use crate::digest::Digest;
use crate::resource::{AccountId, Provider, Region};

/// How many digests of a place are known to say what the open facets say. Groups that read
/// different facets of the same resources each have their own.
const KNOWN_DIGESTS: i32 = 16;

/// Keeps what an inventory said, in a transaction; whether anything was new.
///
/// `observed_at` is the database's instant at which the fetch began (a claim's `claimed_at`): what
/// is older than the last write is dropped, since two replicas may fetch the same account.
pub async fn record(
    connection: &mut PgConnection,
    source: SourceId,
    observations: &Observations,
    observed_at: DateTime<Utc>,
) -> Result<bool, Error> {
    keep(connection, source, observations, Seen::Evaluated(observed_at)).await
}

/// Keeps what a sweep saw that began at `began`, in a transaction; whether anything was new.
///
/// A sweep takes long, and evaluations look at the same lists meanwhile, also where that is not seen as
/// they write nothing. So the lists of evaluations stand, once there are any, and the sweep adds what is
/// older than itself or was never asked. It does not count as the last write either, so that an evaluation
/// that is under way is kept.
pub async fn record_sweep(
    connection: &mut PgConnection,
    source: SourceId,
    observations: &Observations,
    began: DateTime<Utc>,
) -> Result<bool, Error> {
    keep(connection, source, observations, Seen::Swept(began)).await
}

/// Whoever saw what is to be kept, and the instant at which that began.
#[derive(Clone, Copy)]
enum Seen {
    Evaluated(DateTime<Utc>),
    Swept(DateTime<Utc>),
}

async fn keep(
    connection: &mut PgConnection,
    source: SourceId,
    observations: &Observations,
    seen: Seen,
) -> Result<bool, Error> {
    let (Seen::Evaluated(began) | Seen::Swept(began)) = seen;
    let is_swept = matches!(seen, Seen::Swept(_));
    let owner = Owner { source, provider: observations.provider, account: &observations.account };
    let known = known(connection, &owner).await?;
    let mut changed = false;
    for (place, observed) in &observations.places {
        let digest = observed.digest();
        if known.contains(&(place.clone(), digest)) {
            continue;
        }
        let scope = Scope { owner: &owner, place };
        let held = lock(connection, &scope, began).await?;
        if held.is_newer && !is_swept {
            continue;
        }
        let stored = open(connection, &scope).await?;
        let is_beside = is_swept && held.is_evaluated;
        let needed = if is_beside {
            Changes::beside(&stored, observed, began)
        } else {
            Changes::between(&stored, observed)
        };
        if is_beside && needed.is_empty() {
            continue;
        }
        apply(connection, &scope, &needed, held.at).await?;
        let digest = (!is_beside).then_some(digest);
        let written = Written { digest, changed: !needed.is_empty() };
        remember(connection, &scope, written, (!is_swept).then_some(began)).await?;
        changed |= !needed.is_empty();
    }
    Ok(changed)
}

/// Account whose facets are kept.
struct Owner<'a> {
    source: SourceId,
    provider: Provider,
    account: &'a AccountId,
}

/// The facets of one type in one region.
struct Scope<'a> {
    owner: &'a Owner<'a>,
    place: &'a Location,
}

async fn known(
    connection: &mut PgConnection,
    owner: &Owner<'_>,
) -> Result<BTreeSet<(Location, Digest)>, Error> {
    sqlx::query!(
        r#"select region, resource_type, unnest(digests) as "digest!"
        from facet_scope where source = $1 and provider = $2 and account = $3"#,
        owner.source.0,
        owner.provider.as_str(),
        owner.account.as_str(),
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| {
        let place = Location {
            type_name: row.resource_type.as_str().into(),
            region: super::words::parsed("region", &row.region)?,
        };
        Ok((place, words::digest(&row.digest)?))
    })
    .collect()
}

/// Locked facets of a scope.
struct Held {
    /// Instant of what is written now.
    at: DateTime<Utc>,
    /// `true` where they were observed later than what is to be written.
    is_newer: bool,
    /// `true` where an evaluation wrote them, and not sweeps alone.
    is_evaluated: bool,
}

/// Locks the facets of a scope.
async fn lock(
    connection: &mut PgConnection,
    scope: &Scope<'_>,
    observed_at: DateTime<Utc>,
) -> Result<Held, Error> {
    sqlx::query!(
        "insert into facet_scope (source, provider, account, region, resource_type, observed_at, digests)
         values ($1, $2, $3, $4, $5, '-infinity', '{}') on conflict do nothing",
        scope.owner.source.0,
        scope.owner.provider.as_str(),
        scope.owner.account.as_str(),
        scope.place.region.as_str(),
        scope.place.type_name.as_str(),
    )
    .execute(&mut *connection)
    .await?;
    let row = sqlx::query!(
        r#"with held as (
            select observed_at > $6 as is_newer, observed_at > '-infinity' as is_evaluated
            from facet_scope
            where source = $1 and provider = $2 and account = $3 and region = $4
              and resource_type = $5
            for no key update
        )
        select clock_timestamp() as "at!", is_newer as "is_newer!", is_evaluated as "is_evaluated!"
        from held"#,
        scope.owner.source.0,
        scope.owner.provider.as_str(),
        scope.owner.account.as_str(),
        scope.place.region.as_str(),
        scope.place.type_name.as_str(),
        observed_at,
    )
    .fetch_one(connection)
    .await?;
    Ok(Held { at: row.at, is_newer: row.is_newer, is_evaluated: row.is_evaluated })
}

async fn open(connection: &mut PgConnection, scope: &Scope<'_>) -> Result<Vec<Stored>, Error> {
    sqlx::query!(
        "select resource_id, operation, since, state, body, cause, resource_region, arn from facet
         where source = $1 and provider = $2 and account = $3 and region = $4
           and resource_type = $5 and until is null",
        scope.owner.source.0,
        scope.owner.provider.as_str(),
        scope.owner.account.as_str(),
        scope.place.region.as_str(),
        scope.place.type_name.as_str(),
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| {
        Ok(Stored {
            resource_id: row.resource_id,
            operation: row.operation,
            since: row.since,
            state: State::read(&row.state)?,
            body: row.body.as_deref().map(words::digest).transpose()?,
            cause: row.cause,
            resource_region: row.resource_region,
            arn: row.arn,
        })
    })
    .collect()
}

async fn apply(
    connection: &mut PgConnection,
    scope: &Scope<'_>,
    changes: &Changes<'_>,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    close(connection, scope, &changes.close, at).await?;
    let bodies = changes.open.iter().filter_map(|one| one.body.as_ref());
    blobs::keep(connection, bodies.map(|(digest, text)| (*digest, text.as_bytes()))).await?;
    insert(connection, scope, &changes.open, at).await
}

async fn close(
    connection: &mut PgConnection,
    scope: &Scope<'_>,
    gone: &[&Stored],
    at: DateTime<Utc>,
) -> Result<(), Error> {
    if gone.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = gone.iter().map(|one| one.resource_id.as_str()).collect();
    let operations: Vec<&str> = gone.iter().map(|one| one.operation.as_str()).collect();
    let failed: Vec<bool> = gone.iter().map(|one| one.state.failed()).collect();
    sqlx::query!(
        "update facet set until = $6
         from unnest($7::text[], $8::text[], $9::boolean[]) as gone (resource_id, operation, failed)
         where source = $1 and provider = $2 and account = $3 and region = $4
           and resource_type = $5 and until is null and facet.resource_id = gone.resource_id
           and facet.operation = gone.operation and facet.failed = gone.failed",
        scope.owner.source.0,
        scope.owner.provider.as_str(),
        scope.owner.account.as_str(),
        scope.place.region.as_str(),
        scope.place.type_name.as_str(),
        at,
        &ids as &[&str],
        &operations as &[&str],
        &failed,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The values of one field.
fn column<'a, V>(rows: &[&'a Observed], value: impl Fn(&'a Observed) -> V) -> Vec<V> {
    rows.iter().copied().map(value).collect()
}

async fn insert(
    connection: &mut PgConnection,
    scope: &Scope<'_>,
    new: &[&Observed],
    at: DateTime<Utc>,
) -> Result<(), Error> {
    if new.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into facet (source, provider, account, region, resource_type, since, resource_id,
            operation, state, body, cause, message, resource_region, arn)
         select $1, $2, $3, $4, $5, $6, new.* from unnest($7::text[], $8::text[], $9::text[],
            $10::bytea[], $11::text[], $12::text[], $13::text[], $14::text[]) new",
        scope.owner.source.0,
        scope.owner.provider.as_str(),
        scope.owner.account.as_str(),
        scope.place.region.as_str(),
        scope.place.type_name.as_str(),
        at,
        &column(new, |one| &*one.resource_id) as &[&str],
        &column(new, |one| one.operation.as_str()) as &[&str],
        &column(new, |one| one.state.as_str()) as &[&str],
        &column(new, |one| one.body.as_ref().map(|(digest, _)| digest.to_vec()))
            as &[Option<Vec<u8>>],
        &column(new, |one| one.failure.as_ref().map(|failure| failure.cause.as_str()))
            as &[Option<&str>],
        &column(new, |one| one.failure.as_ref().map(|failure| failure.message.as_str()))
            as &[Option<&str>],
        &column(new, |one| one.resource_region.as_ref().map(Region::as_str)) as &[Option<&str>],
        &column(new, |one| one.arn.as_deref()) as &[Option<&str>],
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What was written of an observation.
struct Written {
    /// Digest of the observation; `None` where the open facets do not say all of it.
    digest: Option<Digest>,
    /// `true` where facets changed: what was known before no longer holds.
    changed: bool,
}

/// Notes what the open facets are known to say, and when that was observed if this is the last write.
async fn remember(
    connection: &mut PgConnection,
    scope: &Scope<'_>,
    written: Written,
    observed_at: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    sqlx::query!(
        "update facet_scope
         set observed_at = coalesce($6, observed_at),
             digests = array_remove(array[$7::bytea], null)
                || case when $8 then '{}' else digests[:$9 - 1] end,
             changes = changes + case when $8 then 1 else 0 end
         where source = $1 and provider = $2 and account = $3 and region = $4 and resource_type = $5",
        scope.owner.source.0,
        scope.owner.provider.as_str(),
        scope.owner.account.as_str(),
        scope.place.region.as_str(),
        scope.place.type_name.as_str(),
        observed_at,
        written.digest.map(Digest::to_vec),
        written.changed,
        KNOWN_DIGESTS,
    )
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
