//! Runs: every evaluation of a group, equal consecutive ones as one row.

mod recent;

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

pub use self::recent::{Recent, recent};
use super::fence::GroupFence;
pub use super::fence::{RecordedRun, RunId};
use super::queue::{from_millis, millis};
use super::sources::SourceId;
use super::{Error, words};
use crate::digest::Digest;
use crate::evaluation::{Counts, GroupOutcome};
use crate::fetch::CallStats;
use crate::resource::Cause;

/// An evaluation of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// The commit whose policies were evaluated.
    pub revision: String,
    /// The version of this program.
    pub engine: String,
    /// Digest of the facets that were read.
    pub coverage: Digest,
    /// Digest of what they and the findings were.
    pub digest: Digest,
    /// Outcome and counts of the whole group.
    pub verdict: GroupOutcome,
    /// How long it took, fetching included.
    pub duration: Duration,
    /// The API requests that it made.
    pub calls: CallStats,
}

/// Row of equal runs, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Key of the row.
    pub id: RunId,
    /// The source of the group.
    pub source: SourceId,
    /// Name of the group that was evaluated.
    pub group: String,
    /// When the first was completed.
    pub first_at: DateTime<Utc>,
    /// Completion of the last of them.
    pub last_at: DateTime<Utc>,
    /// Number of runs in the row.
    pub count: i64,
    /// The longest time between two of them.
    pub longest_gap: Duration,
    /// Record of each of them; duration and calls are of the first.
    pub record: RunRecord,
}

struct Row {
    id: i64,
    source: i64,
    group_name: String,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    count: i64,
    longest_gap_ms: i64,
    revision: String,
    engine: String,
    coverage: Vec<u8>,
    digest: Vec<u8>,
    outcome: String,
    cause: Option<String>,
    counts: Json<Counts>,
    duration_ms: i64,
    calls: Json<CallStats>,
}

impl TryFrom<Row> for Run {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let verdict = GroupOutcome {
            outcome: words::outcome(&row.outcome, row.cause.as_deref())?,
            counts: row.counts.0,
        };
        Ok(Self {
            id: RunId(row.id),
            source: SourceId(row.source),
            group: row.group_name,
            first_at: row.first_at,
            last_at: row.last_at,
            count: row.count,
            longest_gap: from_millis(row.longest_gap_ms),
            record: RunRecord {
                revision: row.revision,
                engine: row.engine,
                coverage: words::digest(&row.coverage)?,
                digest: words::digest(&row.digest)?,
                verdict,
                duration: from_millis(row.duration_ms),
                calls: row.calls.0,
            },
        })
    }
}

/// Keeps a run of the fenced group: as one more of the last row if it is equal in result, revision,
/// engine and coverage, else as a row of its own.
pub async fn record(
    connection: &mut PgConnection,
    fence: &GroupFence,
    run: &RunRecord,
) -> Result<RecordedRun, Error> {
    if let Some(last) = fence.run
        && extend(connection, fence, last, run).await?
    {
        return Ok(last);
    }
    let id = sqlx::query_scalar!(
        "insert into run (source, group_name, first_at, last_at, revision, engine, coverage, digest,
            outcome, cause, counts, duration_ms, calls)
         values ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         returning id",
        fence.source.0,
        fence.group,
        fence.at,
        run.revision,
        run.engine,
        &run.coverage.0,
        &run.digest.0,
        run.verdict.outcome.name(),
        run.verdict.outcome.cause().map(Cause::as_str),
        Json(run.verdict.counts) as _,
        millis(run.duration),
        Json(&run.calls) as _,
    )
    .fetch_one(connection)
    .await?;
    Ok(RecordedRun { id: RunId(id), first_at: fence.at, extended: false })
}

async fn extend(
    connection: &mut PgConnection,
    fence: &GroupFence,
    last: RecordedRun,
    run: &RunRecord,
) -> Result<bool, Error> {
    let done = sqlx::query!(
        "update run
         set last_at = $5, count = count + 1,
             longest_gap_ms = greatest(longest_gap_ms,
                (extract(epoch from $5::timestamptz - last_at) * 1000)::bigint)
         where source = $1 and group_name = $2 and id = $3 and first_at = $4
           and revision = $6 and engine = $7 and coverage = $8 and digest = $9
           and outcome = $10 and cause is not distinct from $11 and counts = $12",
        fence.source.0,
        fence.group,
        last.id.0,
        last.first_at,
        fence.at,
        run.revision,
        run.engine,
        &run.coverage.0,
        &run.digest.0,
        run.verdict.outcome.name(),
        run.verdict.outcome.cause().map(Cause::as_str),
        Json(run.verdict.counts) as _,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The runs of a group, newest first, from before a run.
pub async fn history(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    group: &str,
    before: Option<RunId>,
    limit: i64,
) -> Result<Vec<Run>, Error> {
    sqlx::query_as!(
        Row,
        r#"select id, source, group_name, first_at, last_at, count, longest_gap_ms, revision, engine,
            coverage, digest, outcome, cause, counts as "counts: Json<Counts>", duration_ms,
            calls as "calls: Json<CallStats>"
        from run where source = $1 and group_name = $2 and id < $3
        order by id desc limit $4"#,
        source.0,
        group,
        before.map_or(i64::MAX, |run| run.0),
        limit,
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(Run::try_from)
    .collect()
}

/// A run by its key.
pub async fn find(executor: impl PgExecutor<'_>, run: RunId) -> Result<Option<Run>, Error> {
    sqlx::query_as!(
        Row,
        r#"select id, source, group_name, first_at, last_at, count, longest_gap_ms, revision, engine,
            coverage, digest, outcome, cause, counts as "counts: Json<Counts>", duration_ms,
            calls as "calls: Json<CallStats>"
        from run where id = $1"#,
        run.0,
    )
    .fetch_optional(executor)
    .await?
    .map(Run::try_from)
    .transpose()
}

/// Makes the partitions of this month and of `ahead` months behind it; to be repeated daily.
pub async fn create_partitions(executor: impl PgExecutor<'_>, ahead: i32) -> Result<(), Error> {
    sqlx::query!("select create_run_partitions($1)", ahead).fetch_one(executor).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::db::fixtures::{TestResult, claim, complete, groups, run};
    use crate::evaluation::Outcome;

    #[sqlx::test]
    async fn equal_consecutive_runs_are_one_row(pool: PgPool) -> TestResult {
        let source = groups(&pool, &["storage"]).await;
        let mut connection = pool.acquire().await?;
        let other_revision = RunRecord { revision: "c2".into(), ..run(Outcome::Pass) };
        let other_coverage = RunRecord { coverage: Digest::of(b"more"), ..other_revision.clone() };
        let slower = RunRecord { duration: Duration::from_secs(9), ..run(Outcome::Fail) };
        let sequence = [
            run(Outcome::Fail),
            slower,
            run(Outcome::Pass),
            other_revision,
            other_coverage,
            run(Outcome::Fail),
        ];
        for record in &sequence {
            complete(&mut connection, &claim(&pool).await, record, &[]).await?;
        }
        let runs = history(&pool, source, "storage", None, 10).await?;
        let counts: Vec<_> =
            runs.iter().map(|run| (run.count, run.record.verdict.outcome.name())).collect();
        assert_eq!(counts, [(1, "fail"), (1, "pass"), (1, "pass"), (1, "pass"), (2, "fail")]);
        let twice = runs.last().unwrap();
        assert_eq!(twice.record, run(Outcome::Fail), "duration and calls are of the first");
        let gap = (twice.last_at - twice.first_at).to_std()?;
        assert!(gap.abs_diff(twice.longest_gap) <= Duration::from_millis(1), "{twice:?}");
        assert_eq!(find(&pool, twice.id).await?.as_ref(), Some(twice));

        let older = history(&pool, source, "storage", Some(runs[1].id), 2).await?;
        assert_eq!(older, runs[2..4]);
        Ok(())
    }

    #[sqlx::test]
    async fn a_run_without_its_month_is_kept_and_moves_when_the_month_is_made(
        pool: PgPool,
    ) -> TestResult {
        let source = groups(&pool, &["storage"]).await;
        let month: String =
            sqlx::query_scalar("select 'run_' || to_char(now() at time zone 'UTC', 'YYYY_MM')")
                .fetch_one(&pool)
                .await?;
        let drop = format!("drop table {month}");
        sqlx::query(sqlx::AssertSqlSafe(drop)).execute(&pool).await?;
        let mut connection = pool.acquire().await?;
        complete(&mut connection, &claim(&pool).await, &run(Outcome::Fail), &[]).await?;
        let of = |pool: PgPool| async move {
            sqlx::query_scalar::<_, String>("select tableoid::regclass::text from run")
                .fetch_all(&pool)
                .await
        };
        assert_eq!(of(pool.clone()).await?, ["run_default"]);
        create_partitions(&pool, 0).await?;
        create_partitions(&pool, 14).await?;
        assert_eq!(of(pool.clone()).await?, [month]);
        let recorded =
            complete(&mut connection, &claim(&pool).await, &run(Outcome::Fail), &[]).await?;
        assert!(recorded.extended, "also after it moved");
        assert_eq!(history(&pool, source, "storage", None, 10).await?.len(), 1);
        Ok(())
    }
}
