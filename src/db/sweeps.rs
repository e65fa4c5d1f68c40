//! Sweeps: which accounts are swept once a day, when each is due, and where its next sweep begins.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use super::queue::{fenced, queue, shortened};
use super::sources::SourceId;
use super::{Error, words};
use crate::fetch::{Place, Position};
use crate::resource::{AccountId, Provider, Region, TypeName};
use crate::tasks::Backoff;

/// Attempts at a sweep that somebody asked for.
const MOST_ATTEMPTS: i32 = 3;

/// An account that wants to be swept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Id of the account.
    pub account: AccountId,
    /// When its first sweep is due, if it has none yet.
    pub due_at: DateTime<Utc>,
}

/// Proof that a source's row is locked until the transaction ends.
#[derive(Debug)]
pub struct Lock {
    /// Id of the commit in force.
    pub revision: Option<String>,
    /// Instant at which it was locked.
    pub at: DateTime<Utc>,
    source: SourceId,
}

/// An account claimed for a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Source whose policies say what is asked.
    pub source: SourceId,
    /// Cloud that the account is in.
    pub provider: Provider,
    /// Id of the account.
    pub account: AccountId,
    /// Types that somebody asked for: these alone are swept. Without any it is the daily sweep.
    pub asked: BTreeSet<TypeName>,
    /// Position behind which the sweep begins.
    pub position: Option<Position>,
    /// Attempts since the last completed sweep, this one included.
    pub attempts: i32,
    /// Instant at which it was claimed, by the clock of the database.
    pub claimed_at: DateTime<Utc>,
    attempt: Uuid,
}

/// Proof that a claim held at [`Fence::at`] and holds until the transaction ends.
#[derive(Debug)]
pub struct Fence {
    source: SourceId,
    provider: Provider,
    account: AccountId,
    at: DateTime<Utc>,
}

impl Fence {
    /// Instant at which the claim held.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }
}

/// Outcome of a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed {
    /// Position behind which the next one begins.
    pub position: Option<Position>,
    /// Number of requests that were made.
    pub requests: u64,
    /// When the next one is due.
    pub due_at: DateTime<Utc>,
}

/// Watched sources with a commit in force whose accounts do not have their rows yet.
pub async fn undefined(executor: impl PgExecutor<'_>) -> Result<Vec<SourceId>, Error> {
    let ids = sqlx::query_scalar!(
        "select id from source
         where retired_at is null and revision is not null and sweeps_of is distinct from revision
         order by id",
    )
    .fetch_all(executor)
    .await?;
    Ok(ids.into_iter().map(SourceId).collect())
}

/// Locks a source, so that the commit in force stays what it is while its rows are defined.
pub async fn lock(executor: impl PgExecutor<'_>, source: SourceId) -> Result<Lock, Error> {
    let row = sqlx::query!(
        r#"with held as (select revision from source where id = $1 for no key update)
        select revision, clock_timestamp() as "at!" from held"#,
        source.0,
    )
    .fetch_one(executor)
    .await?;
    Ok(Lock { revision: row.revision, at: row.at, source })
}

/// Gives each account of the commit in force that wants to be swept a row, and takes those of others
/// away. A row that is there already goes on as it was.
pub async fn define(
    connection: &mut PgConnection,
    lock: &Lock,
    provider: Provider,
    wanted: &[Wanted],
) -> Result<(), Error> {
    let accounts: Vec<&str> = wanted.iter().map(|one| one.account.as_str()).collect();
    let due_at: Vec<DateTime<Utc>> = wanted.iter().map(|one| one.due_at).collect();
    sqlx::query!(
        "delete from account_sweep
         where source = $1 and not (provider = $2 and account = any($3))",
        lock.source.0,
        provider.as_str(),
        &accounts as &[&str],
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into account_sweep (source, provider, account, due_at)
         select $1, $2, * from unnest($3::text[], $4::timestamptz[])
         on conflict do nothing",
        lock.source.0,
        provider.as_str(),
        &accounts as &[&str],
        &due_at,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("update source set sweeps_of = revision where id = $1", lock.source.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Asks for a sweep of an account for types, at once; `false` where the account is not swept. What was asked
/// for before and is not swept yet stays asked for.
pub async fn ask(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    (provider, account): (Provider, &AccountId),
    types: &BTreeSet<TypeName>,
) -> Result<bool, Error> {
    let types: Vec<&str> = types.iter().map(TypeName::as_str).collect();
    let done = sqlx::query!(
        "update account_sweep
         set asked = array(select unnest(asked) union select unnest($4::text[]) order by 1),
             asked_at = coalesce(asked_at, now()), asked_error = null, asked_attempts = 0,
             -- Where other types come to it, it begins anew.
             asked_after_type = case when asked @> $4 then asked_after_type end,
             asked_after_region = case when asked @> $4 then asked_after_region end,
             asked_after_resource = case when asked @> $4 then asked_after_resource end
         where source = $1 and provider = $2 and account = $3",
        source.0,
        provider.as_str(),
        account.as_str(),
        &types as &[&str],
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Claims the account of a watched source that is due longest, for the time of `lease`; before these one
/// for which somebody asked.
pub async fn claim_due(
    executor: impl PgExecutor<'_>,
    lease: Duration,
) -> Result<Option<Claim>, Error> {
    sqlx::query!(
        r#"with due as (
            select s.source, s.provider, s.account from account_sweep s
            join source on source.id = s.source and source.retired_at is null
            where (s.due_at <= now() or s.asked_at <= now())
              and (s.lease_until is null or s.lease_until <= now())
            order by s.asked_at <= now() is true desc, s.asked_at, s.due_at limit 1 for no key update of s skip locked
        )
        update account_sweep s
        set lease_until = now() + make_interval(secs => $1),
            attempt = gen_random_uuid(),
            attempts = case when asked_at <= now() then attempts else attempts + 1 end,
            asked_attempts = case when asked_at <= now() then asked_attempts + 1 else asked_attempts end
        from due
        where s.source = due.source and s.provider = due.provider and s.account = due.account
        returning s.source, s.provider, s.account,
            case when asked_at <= now() then asked_attempts else attempts end as "attempts!",
            case when asked_at <= now() then asked else '{}' end as "asked!",
            case when asked_at <= now() then asked_after_type else after_type end as after_type,
            case when asked_at <= now() then asked_after_region else after_region end
                as after_region,
            case when asked_at <= now() then asked_after_resource else after_resource end
                as after_resource,
            now() as "claimed_at!", attempt as "attempt!""#,
        lease.as_secs_f64(),
    )
    .fetch_optional(executor)
    .await?
    .map(|row| {
        Ok(Claim {
            source: SourceId(row.source),
            provider: words::provider(&row.provider)?,
            account: words::parsed("account", &row.account)?,
            asked: row.asked.iter().map(|name| name.as_str().into()).collect(),
            position: position(row.after_type, row.after_region, row.after_resource)?,
            attempts: row.attempts,
            claimed_at: row.claimed_at,
            attempt: row.attempt,
        })
    })
    .transpose()
}

fn position(
    type_name: Option<String>,
    region: Option<String>,
    resource: Option<String>,
) -> Result<Option<Position>, Error> {
    let Some((type_name, region)) = type_name.zip(region) else { return Ok(None) };
    let region: Region = words::parsed("region", &region)?;
    let place = Place { type_name: type_name.as_str().into(), region };
    Ok(Some(Position { place, resource: resource.map(Into::into) }))
}

queue! {
    "account_sweep" where "source = $1 and provider = $2 and account = $3" and "$4",
    |claim| [claim.source.0, claim.provider.as_str(), claim.account.as_str()];
    renew("$5");
    fence(Fence, "", |row| Fence {
        source: claim.source,
        provider: claim.provider,
        account: claim.account.clone(),
        at: row.at,
    });
}

/// Ends a sweep: the next one is due at its time, and begins where this one ended.
pub async fn complete(
    executor: impl PgExecutor<'_>,
    fence: Fence,
    completed: &Completed,
) -> Result<(), Error> {
    let position = completed.position.as_ref();
    sqlx::query!(
        "update account_sweep
         set after_type = $4, after_region = $5, after_resource = $6, requests = $7,
             last_swept_at = $8, due_at = $9, last_error = null, asked_error = null, lease_until = null,
             attempt = null, attempts = 0
         where source = $1 and provider = $2 and account = $3",
        fence.source.0,
        fence.provider.as_str(),
        fence.account.as_str(),
        position.map(|it| it.place.type_name.as_str()),
        position.map(|it| it.place.region.as_str()),
        position.and_then(|it| it.resource.as_deref()),
        i64::try_from(completed.requests).unwrap_or(i64::MAX),
        fence.at,
        completed.due_at,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// End of a sweep that somebody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedEnd<'a> {
    /// All was asked and answered.
    Whole,
    /// The budget is spent: the rest stays asked for, and is due when somebody asks again.
    BudgetSpent,
    /// It was broken off: another one goes on at once.
    BrokenOff,
    /// Not all was answered, for this reason: it is due again after a pause, a few times.
    Unanswered(&'a str, Duration),
}

/// Ends a sweep that somebody asked for, which came as far as a position.
pub async fn complete_asked(
    executor: impl PgExecutor<'_>,
    fence: Fence,
    claim: &Claim,
    position: Option<&Position>,
    end: AskedEnd<'_>,
) -> Result<(), Error> {
    let asked: Vec<&str> = claim.asked.iter().map(TypeName::as_str).collect();
    let is_last = claim.attempts >= MOST_ATTEMPTS;
    let (again, error) = match end {
        AskedEnd::Whole | AskedEnd::BudgetSpent => (None, None),
        AskedEnd::BrokenOff => (Some(Duration::ZERO), None),
        AskedEnd::Unanswered(error, _) if is_last => (None, Some(error)),
        AskedEnd::Unanswered(_, pause) => (Some(pause), None),
    };
    sqlx::query!(
        "update account_sweep
         set asked = case when $5 then array(select unnest(asked) except select unnest($4::text[]))
                 else asked end,
             -- Others may have been asked for meanwhile.
             asked_at = case when asked <@ $4 then now() + make_interval(secs => $10)
                 else asked_at end,
             asked_swept_at = $9, asked_error = $11,
             asked_attempts = case when $12 then asked_attempts else 0 end,
             asked_after_type = case when asked <@ $4 then $6 end,
             asked_after_region = case when asked <@ $4 then $7 end,
             asked_after_resource = case when asked <@ $4 then $8 end,
             lease_until = null, attempt = null
         where source = $1 and provider = $2 and account = $3",
        fence.source.0,
        fence.provider.as_str(),
        fence.account.as_str(),
        &asked as &[&str],
        end == AskedEnd::Whole,
        position.map(|it| it.place.type_name.as_str()),
        position.map(|it| it.place.region.as_str()),
        position.and_then(|it| it.resource.as_deref()),
        fence.at,
        again.map(|pause| pause.as_secs_f64()),
        error.map(shortened),
        matches!(end, AskedEnd::Unanswered(..)),
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// When the accounts of a source were swept last, those that were.
pub async fn swept(
    executor: impl PgExecutor<'_>,
    source: SourceId,
) -> Result<BTreeMap<AccountId, DateTime<Utc>>, Error> {
    sqlx::query!(
        r#"select account, greatest(last_swept_at, asked_swept_at) as "at!" from account_sweep
         where source = $1 and coalesce(last_swept_at, asked_swept_at) is not null"#,
        source.0,
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(|row| Ok((words::parsed("account", &row.account)?, row.at)))
    .collect()
}

/// Ends a sweep that somebody asked for and that came to nothing: somebody waits for an answer, so that
/// after a few attempts there is no other. `true` where it was the last.
pub async fn fail_asked(
    executor: impl PgExecutor<'_>,
    claim: &Claim,
    error: &str,
    backoff: Backoff,
) -> Result<bool, Error> {
    let is_last = claim.attempts >= MOST_ATTEMPTS;
    let done = sqlx::query!(
        "update account_sweep
         set last_error = $5, asked_error = case when $7 then $5 else asked_error end,
             asked_at = case when $7 then null else now() + make_interval(secs => $6) end,
             asked = case when $7 then '{}' else asked end,
             lease_until = null, attempt = null
         where source = $1 and provider = $2 and account = $3 and attempt = $4",
        claim.source.0,
        claim.provider.as_str(),
        claim.account.as_str(),
        claim.attempt,
        shortened(error),
        backoff.pause(claim.attempts.unsigned_abs()).as_secs_f64(),
        is_last,
    )
    .execute(executor)
    .await?;
    fenced(&done)?;
    Ok(is_last)
}

/// Ends a sweep that came to nothing: the next one is due after a pause.
pub async fn fail(
    executor: impl PgExecutor<'_>,
    claim: &Claim,
    error: &str,
    backoff: Backoff,
) -> Result<(), Error> {
    let done = sqlx::query!(
        "update account_sweep
         set last_error = $5, due_at = now() + make_interval(secs => $6 * (0.5 + random() / 2)),
             lease_until = null, attempt = null
         where source = $1 and provider = $2 and account = $3 and attempt = $4",
        claim.source.0,
        claim.provider.as_str(),
        claim.account.as_str(),
        claim.attempt,
        shortened(error),
        backoff.pause(claim.attempts.unsigned_abs()).as_secs_f64(),
    )
    .execute(executor)
    .await?;
    fenced(&done)
}

#[cfg(test)]
mod tests;
