//! Due sources: claiming, completing, failing.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{Row, Source, SourceId};
use crate::db::Error;
use crate::db::queue::{fenced, from_millis, queue, shortened};
use crate::tasks::Backoff;

/// A source claimed for a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Source as it was when it was claimed.
    pub source: Source,
    /// Instant at which it was claimed, by the clock of the database.
    pub claimed_at: DateTime<Utc>,
    attempt: Uuid,
    /// Wakes of any kind.
    wakes: i64,
    /// Those that were webhooks.
    nudges: i64,
    is_announced: bool,
}

impl Claim {
    /// `true` where something woke the source since the last pass, or nothing ever did, so that webhooks
    /// are not to be expected.
    pub fn is_announced(&self) -> bool {
        self.is_announced
    }

    /// `true` where the pass before this one did not end well.
    pub fn was_failing(&self) -> bool {
        self.source.attempts > 1
    }
}

/// Proof that a claim held at [`Fence::at`] and holds until the transaction ends.
#[derive(Debug)]
pub struct Fence {
    pub(in crate::db) source: SourceId,
    pub(in crate::db) at: DateTime<Utc>,
    wakes: i64,
    nudges: i64,
    is_woken: bool,
    /// Head of the source when it was claimed.
    head: Option<String>,
}

impl Fence {
    /// `true` where the source was woken since it was claimed.
    pub fn is_woken(&self) -> bool {
        self.is_woken
    }

    /// Key of the source that is held.
    pub fn source(&self) -> SourceId {
        self.source
    }

    /// The instant at which all that the transaction writes begins or ends.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }
}

/// Outcome of a pass over a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed {
    /// The commit that was looked at.
    pub head: String,
    /// The commit now in force.
    pub revision: Option<String>,
    /// Why the head was refused, if it was.
    pub refused: Option<String>,
    /// When to look again, unless a wake came meanwhile: then at once.
    pub pause: Duration,
}

/// Claims the source that is due longest, for the time of `lease`.
pub async fn claim_due(
    executor: impl PgExecutor<'_>,
    lease: Duration,
) -> Result<Option<Claim>, Error> {
    let Some(row) = sqlx::query!(
        r#"update source
        set lease_until = now() + make_interval(secs => $1),
            attempt = gen_random_uuid(), attempts = attempts + 1
        where id = (
            select id from source
            where retired_at is null and due_at <= now()
              and (lease_until is null or lease_until <= now())
            order by due_at limit 1 for no key update skip locked
        )
        returning id, name, host, repository, branch, path, repository_id, repository_name,
            revision, head, last_checked_at, last_synced_at, last_error, due_at, attempts,
            attempt as "attempt!", nudges, own_wakes, now() as "claimed_at!",
            (nudges = 0 or nudges > nudges_heard) as "is_announced!""#,
        lease.as_secs_f64(),
    )
    .fetch_optional(executor)
    .await?
    else {
        return Ok(None);
    };
    let source = Row {
        id: row.id,
        name: row.name,
        host: row.host,
        repository: row.repository,
        branch: row.branch,
        path: row.path,
        repository_id: row.repository_id,
        repository_name: row.repository_name,
        revision: row.revision,
        head: row.head,
        last_checked_at: row.last_checked_at,
        last_synced_at: row.last_synced_at,
        last_error: row.last_error,
        due_at: row.due_at,
        attempts: row.attempts,
    };
    Ok(Some(Claim {
        source: source.try_into()?,
        claimed_at: row.claimed_at,
        attempt: row.attempt,
        wakes: row.nudges + row.own_wakes,
        nudges: row.nudges,
        is_announced: row.is_announced,
    }))
}

/// Time until the next watched source can be claimed, zero where one can be already; `None` if
/// nothing is watched.
pub async fn next_due(executor: impl PgExecutor<'_>) -> Result<Option<Duration>, Error> {
    let millis = sqlx::query_scalar!(
        "select ceil(extract(epoch from min(greatest(due_at, lease_until)) - now()) * 1000)::bigint
         from source where retired_at is null",
    )
    .fetch_one(executor)
    .await?;
    Ok(millis.map(from_millis))
}

queue! {
    "source" where "id = $1" and "$2", |claim| [claim.source.id.0];
    renew("$3");
    fence(Fence, ", nudges, own_wakes", |row| Fence {
        source: claim.source.id,
        at: row.at,
        wakes: claim.wakes,
        nudges: claim.nudges,
        is_woken: row.nudges + row.own_wakes > claim.wakes,
        head: claim.source.head.clone(),
    });
}

/// Ends a pass: its commit is in force, and the next one is due after its pause.
pub async fn complete(
    executor: impl PgExecutor<'_>,
    fence: Fence,
    completed: &Completed,
) -> Result<(), Error> {
    sqlx::query!(
        "update source
         -- Where somebody asked for the head to be read again meanwhile, it is not known.
         set head = case when head is not distinct from $8 then $3 end, revision = $4, last_error = $5, last_checked_at = $2,
             last_synced_at = case when revision is distinct from $4 then $2 else last_synced_at end,
             due_at = case when nudges + own_wakes > $7 then $2
                           else $2::timestamptz + make_interval(secs => $6) end,
             -- A pass that is followed by another at once leaves it what woke it.
             nudges_heard = case when $6 > 0 then $9 else nudges_heard end,
             lease_until = null, attempt = null, attempts = 0
         where id = $1",
        fence.source.0,
        fence.at,
        completed.head,
        completed.revision,
        completed.refused.as_deref().map(shortened),
        completed.pause.as_secs_f64(),
        fence.wakes,
        fence.head,
        fence.nudges,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Counts changes that polling found and no webhook had announced.
pub async fn found_unannounced(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    number: i64,
) -> Result<(), Error> {
    sqlx::query!(
        "update source set unannounced = unannounced + $2, unannounced_at = now() where id = $1",
        source.0,
        number,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Changes of a source that polling found and no webhook had announced, and when that was last so;
/// `None` where there were none within a week.
pub async fn unannounced(
    executor: impl PgExecutor<'_>,
    source: SourceId,
) -> Result<Option<(u64, DateTime<Utc>)>, Error> {
    let row = sqlx::query!(
        r#"select unannounced, unannounced_at as "at!" from source
         where id = $1 and unannounced > 0 and unannounced_at > now() - interval '7 days'"#,
        source.0,
    )
    .fetch_optional(executor)
    .await?;
    Ok(row.map(|row| (row.unannounced.unsigned_abs(), row.at)))
}

/// Ends a pass that failed: the next one is due after a pause.
pub async fn fail(
    executor: impl PgExecutor<'_>,
    claim: &Claim,
    error: &str,
    backoff: Backoff,
) -> Result<(), Error> {
    let done = sqlx::query!(
        "update source
         set last_error = $3, lease_until = null, attempt = null,
             due_at = case when nudges + own_wakes > $5 and attempts <= 1 then now()
                           else now() + make_interval(secs => $4 * (0.5 + random() / 2)) end
         where id = $1 and attempt = $2",
        claim.source.id.0,
        claim.attempt,
        shortened(error),
        backoff.pause(claim.source.attempts.unsigned_abs()).as_secs_f64(),
        claim.wakes,
    )
    .execute(executor)
    .await?;
    fenced(&done)
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::super::{by_name, identify, wake, wake_repository};
    use super::*;
    use crate::db::fixtures::{BACKOFF, LEASE, NO_TIME, TestResult, source};
    use crate::db::reruns;

    fn completed(head: &str) -> Completed {
        Completed {
            head: head.into(),
            revision: Some(head.into()),
            refused: None,
            pause: Duration::from_mins(1),
        }
    }

    #[sqlx::test]
    async fn a_source_is_claimed_by_one(pool: PgPool) -> TestResult {
        source(&pool, "one").await;
        let claim = claim_due(&pool, LEASE).await?.unwrap();
        assert_eq!(claim.source.attempts, 1);
        assert_eq!(claim_due(&pool, LEASE).await?, None);
        let mut tx = pool.begin().await?;
        let fence = fence(&mut *tx, &claim).await?;
        complete(&mut *tx, fence, &completed("c1")).await?;
        tx.commit().await?;
        assert_eq!(claim_due(&pool, LEASE).await?, None, "the next pass is a minute away");
        let source = by_name(&pool, "one").await?.unwrap();
        assert_eq!((source.revision.as_deref(), source.attempts), (Some("c1"), 0));
        assert_eq!(source.last_synced_at, source.last_checked_at);
        Ok(())
    }

    #[sqlx::test]
    async fn the_next_source_is_due_when_its_pause_or_its_lease_is_over(
        pool: PgPool,
    ) -> TestResult {
        assert_eq!(next_due(&pool).await?, None, "nothing is watched");
        source(&pool, "one").await;
        assert_eq!(next_due(&pool).await?, Some(Duration::ZERO));
        let due_after = async |longest: Duration| -> Result<bool, Error> {
            let due = next_due(&pool).await?.unwrap_or_default();
            Ok(due <= longest && due > longest / 2)
        };
        let claim = claim_due(&pool, LEASE).await?.unwrap();
        assert!(due_after(LEASE).await?);
        let fence = fence(&pool, &claim).await?;
        complete(&pool, fence, &completed("c1")).await?;
        assert!(due_after(completed("c1").pause).await?);
        Ok(())
    }

    #[sqlx::test]
    async fn who_wakes_after_the_lease_is_refused(pool: PgPool) -> TestResult {
        source(&pool, "one").await;
        let stalled = claim_due(&pool, NO_TIME).await?.unwrap();
        assert!(fence(&pool, &stalled).await.unwrap_err().is_stale(), "the lease is over");
        assert!(renew(&pool, &stalled, LEASE).await.unwrap_err().is_stale());
        let successor = claim_due(&pool, LEASE).await?.unwrap();
        assert_eq!(successor.source.attempts, 2);
        assert!(fence(&pool, &stalled).await.unwrap_err().is_stale());
        assert!(fail(&pool, &stalled, "late", BACKOFF).await.unwrap_err().is_stale());
        assert_eq!(by_name(&pool, "one").await?.unwrap().last_error, None);
        fence(&pool, &successor).await?;
        Ok(())
    }

    #[sqlx::test]
    async fn waking_it_during_a_pass_makes_another_due_at_once(pool: PgPool) -> TestResult {
        let id = source(&pool, "one").await;
        identify(&pool, id, 7, "example/one").await?;
        let claim = claim_due(&pool, LEASE).await?.unwrap();
        let mut connection = pool.acquire().await?;
        assert_eq!(wake_repository(&mut connection, 7).await?, 1);
        assert_eq!(wake_repository(&mut connection, 8).await?, 0);
        assert_eq!(claim_due(&pool, LEASE).await?, None, "one pass at a time");
        let fence = fence(&pool, &claim).await?;
        complete(&pool, fence, &completed("c1")).await?;
        assert_eq!(claim_due(&pool, LEASE).await?.unwrap().source.head.as_deref(), Some("c1"));
        assert!(wake(&mut connection, "one").await?);
        assert!(!wake(&mut connection, "two").await?);
        Ok(())
    }

    #[sqlx::test]
    async fn who_asks_for_the_head_again_during_a_pass_is_heard(pool: PgPool) -> TestResult {
        let id = source(&pool, "one").await;
        identify(&pool, id, 7, "example/one").await?;
        let mut connection = pool.acquire().await?;
        let mut heads = Vec::new();
        // Another pass finds the head that is known, and one a new head.
        for (asked, found) in [(None, "c1"), (Some("c1"), "c1"), (Some("c1"), "c2"), (None, "c3")] {
            wake(&mut connection, "one").await?;
            let claim = claim_due(&pool, LEASE).await?.unwrap();
            if let Some(asked) = asked {
                reruns::ask(&mut connection, 7, asked).await?;
                wake_repository(&mut connection, 7).await?;
            }
            let fence = fence(&pool, &claim).await?;
            complete(&pool, fence, &completed(found)).await?;
            let again = by_name(&pool, "one").await?.unwrap();
            heads.push(again.head);
            if asked.is_some() {
                assert!(again.due_at <= claim_due(&pool, LEASE).await?.unwrap().claimed_at);
                sqlx::query("update source set lease_until = null, head = 'c1'")
                    .execute(&pool)
                    .await?;
            }
        }
        let heads: Vec<_> = heads.iter().map(Option::as_deref).collect();
        assert_eq!(heads, [Some("c1"), None, None, Some("c3")]);
        Ok(())
    }

    #[sqlx::test]
    async fn what_no_webhook_announced_is_counted(pool: PgPool) -> TestResult {
        let id = source(&pool, "one").await;
        identify(&pool, id, 7, "example/one").await?;
        let mut connection = pool.acquire().await?;
        let pass = async |is_last: bool| -> Result<bool, Error> {
            sqlx::query("update source set due_at = now()").execute(&pool).await?;
            let claim = claim_due(&pool, LEASE).await?.unwrap();
            let fence = fence(&pool, &claim).await?;
            let pause = if is_last { completed("c").pause } else { Duration::ZERO };
            complete(&pool, fence, &Completed { pause, ..completed("c") }).await?;
            Ok(claim.is_announced())
        };
        assert!(pass(true).await?, "webhooks may not be configured");
        wake_repository(&mut connection, 7).await?;
        let passes = [pass(false).await?, pass(true).await?, pass(true).await?];
        assert_eq!(passes, [true, true, false], "what is next at once belongs to the same webhook");

        assert_eq!(unannounced(&pool, id).await?, None);
        found_unannounced(&pool, id, 2).await?;
        let of = async || Ok::<_, Error>(unannounced(&pool, id).await?.map(|(number, _)| number));
        assert_eq!(of().await?, Some(2));
        // One that comes a little later than the poll takes back what that counted.
        wake_repository(&mut connection, 7).await?;
        assert_eq!(of().await?, None);
        found_unannounced(&pool, id, 1).await?;
        sqlx::query("update source set unannounced_at = now() - interval '2 hours'")
            .execute(&pool)
            .await?;
        wake_repository(&mut connection, 7).await?;
        assert_eq!(of().await?, Some(2));
        sqlx::query("update source set unannounced_at = now() - interval '8 days'")
            .execute(&pool)
            .await?;
        assert_eq!(of().await?, None, "it was mended");
        Ok(())
    }

    #[sqlx::test]
    async fn a_failed_pass_is_repeated_after_a_pause(pool: PgPool) -> TestResult {
        source(&pool, "one").await;
        let claim = claim_due(&pool, LEASE).await?.unwrap();
        fail(&pool, &claim, "cannot fetch", BACKOFF).await?;
        let source = by_name(&pool, "one").await?.unwrap();
        assert_eq!(source.last_error.as_deref(), Some("cannot fetch"));
        let pause = source.due_at - claim.claimed_at;
        assert!((4_900..=11_000).contains(&pause.num_milliseconds()), "{pause}");
        assert_eq!(claim_due(&pool, LEASE).await?, None);
        Ok(())
    }
}
