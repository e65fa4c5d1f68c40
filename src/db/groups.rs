//! Groups: what each is, when it is evaluated next, what its last run said.

mod claims;

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

pub use self::claims::{Claim, Completed, claim_due, complete, fail, fence, renew};
use super::fence::RunId;
use super::findings::{self, ClosedReason};
use super::notifications::{Topic, notify};
use super::queue::{from_millis, millis};
use super::sources::{self, SourceId};
use super::{Error, words};
use crate::digest::Digest;
use crate::evaluation::gating::Gate;
use crate::evaluation::{Counts, Enforced, GroupOutcome};
use crate::policy::{Mode, NewOnly};
use crate::schedule::{Every, Schedule};

/// A group as a revision defines it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupUpsert {
    /// Name, unique among the groups of its source.
    pub name: String,
    /// The definition after expansion, with all that makes a new evaluation necessary.
    pub digest: Digest,
    /// Weight of its outcome on GitHub.
    pub mode: Mode,
    /// From when on failures are enforced, where what fails since before it is not.
    pub new_only: Option<NewOnly>,
    /// `true` where it is not evaluated until a revision says otherwise.
    pub suspended: bool,
    /// Times at which it is evaluated.
    pub schedule: Schedule,
    /// Team or person that is responsible.
    pub owner: Option<String>,
    /// Purpose, in the words of its author.
    pub description: Option<String>,
    /// Noun for one of what its counts count: `bucket`, `finding`.
    pub unit: String,
}

/// A group and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Definition as the revision has it.
    pub definition: GroupUpsert,
    /// The commit that last changed it.
    pub revision: String,
    /// When it was removed from the policies.
    pub retired_at: Option<DateTime<Utc>>,
    /// Outcome of the last completed run.
    pub verdict: Option<GroupOutcome>,
    /// Part of that which is enforced, where not all of it is.
    pub enforced: Option<Enforced>,
    /// `true` where that run was of the present definition.
    pub evaluated: bool,
    /// Key of the last completed run.
    pub run: Option<RunId>,
    /// When that was last confirmed.
    pub last_run_at: Option<DateTime<Utc>>,
    /// Why the last attempt came to nothing.
    pub last_error: Option<String>,
    /// When the next run is due.
    pub due_at: DateTime<Utc>,
    /// Attempts since the last completed run.
    pub attempts: i32,
}

impl Group {
    /// Gate of the group: what decides whether its outcomes count.
    pub fn gate(&self) -> Gate {
        Gate {
            mode: self.definition.mode,
            suspended: self.definition.suspended,
            new_only: self.definition.new_only,
            last: self.verdict,
            enforced: self.enforced,
            is_current: self.evaluated,
        }
    }
}

struct Row {
    name: String,
    revision: String,
    digest: Vec<u8>,
    mode: String,
    new_only: Option<DateTime<Utc>>,
    suspended: bool,
    schedule: Option<String>,
    interval_ms: i64,
    owner: Option<String>,
    description: Option<String>,
    unit: String,
    retired_at: Option<DateTime<Utc>>,
    evaluated_digest: Option<Vec<u8>>,
    outcome: Option<String>,
    cause: Option<String>,
    counts: Option<Json<Counts>>,
    enforced_outcome: Option<String>,
    enforced_cause: Option<String>,
    old_failures: Option<i64>,
    run: Option<i64>,
    last_run_at: Option<DateTime<Utc>>,
    last_error: Option<String>,
    due_at: DateTime<Utc>,
    attempts: i32,
}

impl TryFrom<Row> for Group {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            evaluated: row.evaluated_digest.as_ref() == Some(&row.digest),
            definition: GroupUpsert {
                name: row.name,
                digest: words::digest(&row.digest)?,
                mode: words::parsed("mode", &row.mode)?,
                new_only: row.new_only.map(NewOnly::from),
                suspended: row.suspended,
                schedule: schedule(row.schedule.as_deref(), row.interval_ms)?,
                owner: row.owner,
                description: row.description,
                unit: row.unit,
            },
            revision: row.revision,
            retired_at: row.retired_at,
            verdict: verdict(row.outcome.as_deref(), row.cause.as_deref(), row.counts)?,
            enforced: enforced(
                row.enforced_outcome.as_deref(),
                row.enforced_cause.as_deref(),
                row.old_failures,
            )?,
            run: row.run.map(RunId),
            last_run_at: row.last_run_at,
            last_error: row.last_error,
            due_at: row.due_at,
            attempts: row.attempts,
        })
    }
}

/// Schedule of a row. One of an earlier version has an interval only, and may have a pattern that is
/// refused today: it is due at its longest gap until its policy is mended.
fn schedule(text: Option<&str>, interval_ms: i64) -> Result<Schedule, Error> {
    if let Some(schedule) = text.and_then(|text| text.parse().ok()) {
        return Ok(schedule);
    }
    let interval = from_millis(interval_ms).clamp(Every::SHORTEST, Every::LONGEST);
    words::parsed("schedule", &format!("{}s", interval.as_secs()))
}

fn verdict(
    outcome: Option<&str>,
    cause: Option<&str>,
    counts: Option<Json<Counts>>,
) -> Result<Option<GroupOutcome>, Error> {
    let Some(outcome) = outcome else { return Ok(None) };
    let counts = counts.unwrap_or_default().0;
    Ok(Some(GroupOutcome { outcome: words::outcome(outcome, cause)?, counts }))
}

fn enforced(
    outcome: Option<&str>,
    cause: Option<&str>,
    baseline: Option<i64>,
) -> Result<Option<Enforced>, Error> {
    let Some(outcome) = outcome else { return Ok(None) };
    let baseline = baseline.and_then(|count| u64::try_from(count).ok()).unwrap_or_default();
    Ok(Some(Enforced { outcome: words::outcome(outcome, cause)?, baseline }))
}

/// Brings groups as `commit` defines them into force; the names of those whose definition changed.
///
/// These are due at once, and a run that is under way on the old definition is refused when it
/// completes. Groups that are as they were are left alone.
pub async fn upsert(
    connection: &mut PgConnection,
    fence: &sources::Fence,
    commit: &str,
    groups: &[GroupUpsert],
) -> Result<Vec<String>, Error> {
    let known = sqlx::query_scalar!(
        "select name from policy_group
         where source = $1 and retired_at is null
           and (name, digest) in (select * from unnest($2::text[], $3::bytea[]))",
        fence.source.0,
        &column(groups, |group| group.name.clone()),
        &column(groups, |group| group.digest.to_vec()),
    )
    .fetch_all(&mut *connection)
    .await?;
    write(connection, fence, commit, groups).await?;
    notify(connection, Topic::Groups).await?;
    let names = groups.iter().map(|group| group.name.clone());
    Ok(names.filter(|name| !known.contains(name)).collect())
}

/// The values of one field.
fn column<T, V>(rows: &[T], value: impl Fn(&T) -> V) -> Vec<V> {
    rows.iter().map(value).collect()
}

async fn write(
    connection: &mut PgConnection,
    fence: &sources::Fence,
    commit: &str,
    groups: &[GroupUpsert],
) -> Result<(), Error> {
    sqlx::query!(
        r#"insert into policy_group as old
            (source, name, revision, digest, mode, suspended, interval_ms, schedule, owner,
            description, unit, new_only, due_at)
        select $1, name, $3, digest, mode, suspended, interval_ms, schedule, owner, description,
            unit, new_only, $2
        from unnest($4::text[], $5::bytea[], $6::text[], $7::boolean[], $8::bigint[], $9::text[],
            $10::text[], $11::text[], $12::text[], $13::timestamptz[])
            as new (name, digest, mode, suspended, interval_ms, schedule, owner, description, unit,
                new_only)
        order by name
        on conflict (source, name) do update
        set revision = excluded.revision, digest = excluded.digest, mode = excluded.mode,
            suspended = excluded.suspended, interval_ms = excluded.interval_ms,
            schedule = excluded.schedule, new_only = excluded.new_only,
            owner = excluded.owner, description = excluded.description, unit = excluded.unit,
            retired_at = null, due_at = excluded.due_at, lease_until = null, attempt = null, attempts = 0,
            last_error = null
        where old.digest <> excluded.digest or old.retired_at is not null"#,
        fence.source.0,
        fence.at,
        commit,
        &column(groups, |group| group.name.clone()),
        &column(groups, |group| group.digest.to_vec()),
        &column(groups, |group| group.mode.to_string()),
        &column(groups, |group| group.suspended),
        &column(groups, |group| millis(group.schedule.longest_gap())),
        &column(groups, |group| group.schedule.to_string()),
        &column(groups, |group| group.owner.clone()) as &[Option<String>],
        &column(groups, |group| group.description.clone()) as &[Option<String>],
        &column(groups, |group| group.unit.clone()),
        &column(groups, |group| group.new_only.map(NewOnly::instant)) as &[Option<DateTime<Utc>>],
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Retires groups that a revision no longer has: their findings close, their history stays.
pub async fn retire(
    connection: &mut PgConnection,
    fence: &sources::Fence,
    names: &[String],
) -> Result<(), Error> {
    sqlx::query!(
        "update policy_group
         set retired_at = $2, evaluated_digest = null, outcome = null, cause = null, counts = null,
             enforced_outcome = null, enforced_cause = null, old_failures = null,
             run = null, run_first_at = null, lease_until = null, attempt = null, last_error = null
         where source = $1 and name = any($3) and retired_at is null",
        fence.source.0,
        fence.at,
        names,
    )
    .execute(&mut *connection)
    .await?;
    findings::close_groups(&mut *connection, fence, names, ClosedReason::CheckRemoved).await?;
    notify(connection, Topic::Pages).await
}

/// The groups of a source that are in force, by name.
pub async fn of_source(
    executor: impl PgExecutor<'_>,
    source: SourceId,
) -> Result<Vec<Group>, Error> {
    sqlx::query_as!(
        Row,
        r#"select name, revision, digest, mode, new_only, suspended, schedule, interval_ms, owner,
            description, unit, retired_at, evaluated_digest, outcome, cause,
            counts as "counts: Json<Counts>", enforced_outcome, enforced_cause, old_failures, run,
            last_run_at, last_error, due_at, attempts
        from policy_group where source = $1 and retired_at is null order by name"#,
        source.0,
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(Group::try_from)
    .collect()
}

/// A group by its name, also a retired one.
pub async fn find(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    name: &str,
) -> Result<Option<Group>, Error> {
    sqlx::query_as!(
        Row,
        r#"select name, revision, digest, mode, new_only, suspended, schedule, interval_ms, owner,
            description, unit, retired_at, evaluated_digest, outcome, cause,
            counts as "counts: Json<Counts>", enforced_outcome, enforced_cause, old_failures, run,
            last_run_at, last_error, due_at, attempts
        from policy_group where source = $1 and name = $2"#,
        source.0,
        name,
    )
    .fetch_optional(executor)
    .await?
    .map(Group::try_from)
    .transpose()
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::db::findings::FindingChange;
    use crate::db::fixtures::{
        self, BACKOFF, LEASE, NO_TIME, TestResult, definition, finding, run, sync,
    };
    use crate::evaluation::Outcome;

    #[test]
    fn a_pattern_that_is_refused_today_is_due_at_its_longest_gap() -> TestResult {
        let shown = |text, seconds: i64| {
            schedule(text, seconds * 1_000).map(|schedule| schedule.to_string())
        };
        assert_eq!(shown(Some("0 6 * * * UTC"), 86_400)?, "0 6 * * * UTC");
        assert_eq!(shown(Some("0 6,,8 * * * UTC"), 79_200)?, "22h");
        assert_eq!(shown(Some("0 6,,8 1 1 * UTC"), 366 * 86_400)?, "30d");
        assert_eq!(shown(None, 900)?, "15m");
        Ok(())
    }

    #[sqlx::test]
    async fn only_groups_whose_definition_changed_are_due(pool: PgPool) -> TestResult {
        let source = fixtures::groups(&pool, &["network", "storage"]).await;
        let claims = claim_due(&pool, 10, LEASE).await?;
        assert_eq!(claims.len(), 2);
        let mut tx = pool.begin().await?;
        let sync_fence = sync(&mut tx, "main").await;
        let next =
            [definition("network", "1"), definition("storage", "2"), definition("users", "1")];
        assert_eq!(upsert(&mut tx, &sync_fence, "c2", &next).await?, ["storage", "users"]);
        tx.commit().await?;

        let revisions: Vec<_> =
            of_source(&pool, source).await?.into_iter().map(|g| g.revision).collect();
        assert_eq!(revisions, ["c1", "c2", "c2"]);
        let due: Vec<_> = claim_due(&pool, 10, LEASE).await?.into_iter().map(|c| c.name).collect();
        assert_eq!(due.len(), 2, "network is still being evaluated: {due:?}");
        for claim in &claims {
            let refused = fence(&pool, claim).await.is_err_and(|error| error.is_stale());
            assert_eq!(refused, claim.name == "storage", "{}", claim.name);
        }
        Ok(())
    }

    #[sqlx::test]
    async fn replicas_share_the_due_groups(pool: PgPool) -> TestResult {
        let names: Vec<String> = (0..20).map(|number| format!("group-{number:02}")).collect();
        fixtures::groups(&pool, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let replicas = (0..8).map(|_| claim_due(&pool, 3, LEASE));
        let mut claimed: Vec<String> = Vec::new();
        for claims in futures::future::join_all(replicas).await {
            claimed.extend(claims?.into_iter().map(|claim| claim.name));
        }
        while let [claim] = &claim_due(&pool, 1, LEASE).await?[..] {
            claimed.push(claim.name.clone());
        }
        claimed.sort();
        assert_eq!(claimed, names, "each once");
        Ok(())
    }

    #[sqlx::test]
    async fn a_stalled_evaluation_changes_nothing(pool: PgPool) -> TestResult {
        let source = fixtures::groups(&pool, &["storage"]).await;
        let stalled = claim_due(&pool, 1, NO_TIME).await?.remove(0);
        assert!(fence(&pool, &stalled).await.unwrap_err().is_stale(), "the lease is over");
        let successor = claim_due(&pool, 1, LEASE).await?.remove(0);
        let found = [FindingChange::Open(finding("private", "logs", Outcome::Fail))];
        let mut tx = pool.begin().await?;
        let late = fixtures::complete(&mut tx, &stalled, &run(Outcome::Fail), &found).await;
        assert!(late.unwrap_err().is_stale());
        tx.commit().await?;
        assert!(fail(&pool, &stalled, "late", BACKOFF).await.unwrap_err().is_stale());
        assert!(renew(&pool, &stalled, LEASE).await.unwrap_err().is_stale());
        assert_eq!(find(&pool, source, "storage").await?.unwrap().verdict, None);
        assert_eq!(findings::open(&pool, source, "storage").await?, []);

        renew(&pool, &successor, LEASE).await?;
        let mut tx = pool.begin().await?;
        fixtures::complete(&mut tx, &successor, &run(Outcome::Fail), &found).await?;
        tx.commit().await?;
        let group = find(&pool, source, "storage").await?.unwrap();
        assert_eq!(group.verdict, Some(fixtures::verdict(Outcome::Fail)));
        assert!(group.evaluated);
        assert_eq!((group.attempts, group.last_error), (0, None));
        Ok(())
    }

    #[sqlx::test]
    async fn a_failed_evaluation_keeps_the_last_verdict(pool: PgPool) -> TestResult {
        let source = fixtures::groups(&pool, &["storage"]).await;
        let mut connection = pool.acquire().await?;
        let claim = fixtures::claim(&pool).await;
        fixtures::complete(&mut connection, &claim, &run(Outcome::Pass), &[]).await?;
        let claim = fixtures::claim(&pool).await;
        assert_eq!(claim.verdict, Some(fixtures::verdict(Outcome::Pass)));
        fail(&pool, &claim, &"x".repeat(9_000), BACKOFF).await?;
        let group = find(&pool, source, "storage").await?.unwrap();
        assert_eq!(group.verdict, Some(fixtures::verdict(Outcome::Pass)));
        assert_eq!(group.last_error.map(|words| words.len()), Some(500));
        assert!(group.due_at > claim.claimed_at);
        assert_eq!(claim_due(&pool, 1, LEASE).await?, []);
        Ok(())
    }

    #[sqlx::test]
    async fn suspended_and_retired_groups_are_not_claimed(pool: PgPool) -> TestResult {
        let source = fixtures::groups(&pool, &["storage"]).await;
        let claim = fixtures::claim(&pool).await;
        let found = [FindingChange::Open(finding("private", "logs", Outcome::Fail))];
        let mut tx = pool.begin().await?;
        fixtures::complete(&mut tx, &claim, &run(Outcome::Fail), &found).await?;
        let fence = sync(&mut tx, "main").await;
        retire(&mut tx, &fence, &["storage".to_owned()]).await?;
        let suspended = GroupUpsert { suspended: true, ..definition("users", "1") };
        upsert(&mut tx, &fence, "c2", &[suspended]).await?;
        tx.commit().await?;

        assert_eq!(claim_due(&pool, 10, LEASE).await?, []);
        let group = find(&pool, source, "storage").await?.unwrap();
        assert!(group.retired_at.is_some() && !group.evaluated && group.verdict.is_none());
        assert_eq!(findings::open(&pool, source, "storage").await?, [], "closed with the group");
        let names: Vec<_> = of_source(&pool, source)
            .await?
            .into_iter()
            .map(|group| group.definition.name)
            .collect();
        assert_eq!(names, ["users"]);

        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        assert_eq!(
            upsert(&mut tx, &fence, "c3", &[definition("storage", "1")]).await?,
            ["storage"]
        );
        tx.commit().await?;
        assert_eq!(fixtures::claim(&pool).await.name, "storage", "back, and due");
        Ok(())
    }

    #[sqlx::test]
    async fn what_is_enforced_is_kept_beside_what_was_found(pool: PgPool) -> TestResult {
        let source = fixtures::source(&pool, "main").await;
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        let new_only = Some("2026-11-22T18:30:00.5Z".parse()?);
        let group = GroupUpsert { new_only, ..definition("storage", "1") };
        upsert(&mut tx, &fence, "c1", std::slice::from_ref(&group)).await?;
        tx.commit().await?;
        let denied = Outcome::Unknown(crate::resource::Cause::AccessDenied);
        for enforced in [Some(Enforced { outcome: denied, baseline: 12 }), None] {
            let claim = fixtures::claim(&pool).await;
            let fence = claims::fence(&pool, &claim).await?;
            let mut connection = pool.acquire().await?;
            let run = crate::db::runs::record(&mut connection, &fence, &run(Outcome::Fail)).await?;
            let (verdict, due_at) = (fixtures::verdict(Outcome::Fail), fence.at());
            let completed = Completed { verdict, enforced, digest: claim.digest, run, due_at };
            complete(&mut *connection, fence, &completed).await?;
            let kept = find(&pool, source, "storage").await?.ok_or("the group")?;
            assert_eq!((kept.definition, kept.enforced), (group.clone(), enforced));
            assert_eq!(fixtures::claim(&pool).await.enforced, enforced);
            sqlx::query("update policy_group set lease_until = null").execute(&pool).await?;
        }
        Ok(())
    }

    #[sqlx::test]
    async fn a_retired_group_enforces_nothing(pool: PgPool) -> TestResult {
        let source = fixtures::groups(&pool, &["storage"]).await;
        sqlx::query("update policy_group set enforced_outcome = 'fail', old_failures = 3")
            .execute(&pool)
            .await?;
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        retire(&mut tx, &fence, &["storage".to_owned()]).await?;
        tx.commit().await?;
        assert_eq!(find(&pool, source, "storage").await?.and_then(|group| group.enforced), None);
        Ok(())
    }
}
