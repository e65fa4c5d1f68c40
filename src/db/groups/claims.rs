//! Due groups: claiming, completing, failing.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::Json;
use uuid::Uuid;

use super::{enforced, schedule, verdict};
use crate::db::fence::{GroupFence, RecordedRun, RunId};
use crate::db::queue::{fenced, queue, shortened};
use crate::db::sources::SourceId;
use crate::db::{Error, words};
use crate::digest::Digest;
use crate::evaluation::{Counts, Enforced, GroupOutcome};
use crate::resource::Cause;
use crate::schedule::Schedule;
use crate::tasks::Backoff;

/// A group claimed for an evaluation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Source whose policies define it.
    pub source: SourceId,
    /// Name, unique among the groups of its source.
    pub name: String,
    /// The definition that is to be evaluated.
    pub digest: Digest,
    /// The commit that last changed it.
    pub revision: String,
    /// Times at which it is evaluated.
    pub schedule: Schedule,
    /// Outcome of the last completed run.
    pub verdict: Option<GroupOutcome>,
    /// Part of that which is enforced, where not all of it is.
    pub enforced: Option<Enforced>,
    /// `true` where that run was of the present definition.
    pub evaluated: bool,
    /// Instant at which that run was recorded.
    pub last_run_at: Option<DateTime<Utc>>,
    /// Attempts since the last completed run, this one included.
    pub attempts: i32,
    /// Instant since which it is due.
    pub due_at: DateTime<Utc>,
    /// Instant at which it was claimed, by the clock of the database.
    pub claimed_at: DateTime<Utc>,
    attempt: Uuid,
}

/// Outcome of an evaluation, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Completed {
    /// Outcome and counts of the whole group.
    pub verdict: GroupOutcome,
    /// Part of that which is enforced, where not all of it is.
    pub enforced: Option<Enforced>,
    /// Digest of the definition that was evaluated.
    pub digest: Digest,
    /// The run that says so.
    pub run: RecordedRun,
    /// When the next run is due.
    pub due_at: DateTime<Utc>,
}

/// Claims up to `limit` groups of watched sources, those due longest first, for the time of
/// `lease`.
pub async fn claim_due(
    executor: impl PgExecutor<'_>,
    limit: i64,
    lease: Duration,
) -> Result<Vec<Claim>, Error> {
    sqlx::query!(
        r#"with due as (
            select g.source, g.name from policy_group g
            join source on source.id = g.source and source.retired_at is null
            where g.retired_at is null and not g.suspended and g.due_at <= now()
              and (g.lease_until is null or g.lease_until <= now())
            order by g.due_at limit $1 for no key update of g skip locked
        )
        update policy_group g
        set lease_until = now() + make_interval(secs => $2),
            attempt = gen_random_uuid(), attempts = attempts + 1
        from due where g.source = due.source and g.name = due.name
        returning g.source, g.name, digest, revision, schedule, interval_ms, outcome, cause,
            counts as "counts: Json<Counts>", enforced_outcome, enforced_cause, old_failures,
            evaluated_digest is not distinct from digest as "evaluated!",
            last_run_at, attempts, due_at, now() as "claimed_at!", attempt as "attempt!""#,
        limit,
        lease.as_secs_f64(),
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(|row| {
        Ok(Claim {
            source: SourceId(row.source),
            name: row.name,
            digest: words::digest(&row.digest)?,
            revision: row.revision,
            schedule: schedule(row.schedule.as_deref(), row.interval_ms)?,
            verdict: verdict(row.outcome.as_deref(), row.cause.as_deref(), row.counts)?,
            enforced: enforced(
                row.enforced_outcome.as_deref(),
                row.enforced_cause.as_deref(),
                row.old_failures,
            )?,
            evaluated: row.evaluated,
            last_run_at: row.last_run_at,
            attempts: row.attempts,
            due_at: row.due_at,
            claimed_at: row.claimed_at,
            attempt: row.attempt,
        })
    })
    .collect()
}

queue! {
    "policy_group" where "source = $1 and name = $2" and "$3", |claim| [claim.source.0, claim.name];
    renew("$4");
    fence(GroupFence, ", run, run_first_at", |row| GroupFence {
        source: claim.source,
        group: claim.name.clone(),
        at: row.at,
        run: row.run.zip(row.run_first_at).map(|(id, first_at)| RecordedRun {
            id: RunId(id),
            first_at,
            extended: true,
        }),
    });
}

/// Ends an evaluation: its outcome stands, and the next one is due at its time.
pub async fn complete(
    executor: impl PgExecutor<'_>,
    fence: GroupFence,
    completed: &Completed,
) -> Result<(), Error> {
    let GroupOutcome { outcome, counts } = completed.verdict;
    let enforced = completed.enforced.as_ref();
    sqlx::query!(
        "update policy_group
         set evaluated_digest = $4, outcome = $5, cause = $6, counts = $7, run = $8,
             run_first_at = $9, last_run_at = $3, last_error = null, due_at = $10,
             enforced_outcome = $11, enforced_cause = $12, old_failures = $13,
             lease_until = null, attempt = null, attempts = 0
         where source = $1 and name = $2",
        fence.source.0,
        fence.group,
        fence.at,
        &completed.digest.0,
        outcome.name(),
        outcome.cause().map(Cause::as_str),
        Json(counts) as _,
        completed.run.id.0,
        completed.run.first_at,
        completed.due_at,
        enforced.map(|enforced| enforced.outcome.name()),
        enforced.and_then(|enforced| enforced.outcome.cause()).map(Cause::as_str),
        enforced.map(|enforced| i64::try_from(enforced.baseline).unwrap_or(i64::MAX)),
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Ends an evaluation that came to nothing: the next one is due after a pause.
pub async fn fail(
    executor: impl PgExecutor<'_>,
    claim: &Claim,
    error: &str,
    backoff: Backoff,
) -> Result<(), Error> {
    let done = sqlx::query!(
        "update policy_group
         set last_error = $4, due_at = now() + make_interval(secs => $5 * (0.5 + random() / 2)),
             lease_until = null, attempt = null
         where source = $1 and name = $2 and attempt = $3",
        claim.source.0,
        claim.name,
        claim.attempt,
        shortened(error),
        backoff.pause(claim.attempts.unsigned_abs()).as_secs_f64(),
    )
    .execute(executor)
    .await?;
    fenced(&done)
}
