//! The latest runs of all groups at once, for a page that shows all of them.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::RunId;
use crate::db::sources::SourceId;
use crate::db::{Error, words};
use crate::evaluation::Outcome;

/// Row of equal runs, with its outcome and its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
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
    /// Outcome that each of them had.
    pub outcome: Outcome,
}

struct Row {
    id: i64,
    source: i64,
    group_name: String,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    outcome: String,
    cause: Option<String>,
}

impl TryFrom<Row> for Recent {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: RunId(row.id),
            source: SourceId(row.source),
            group: row.group_name,
            first_at: row.first_at,
            last_at: row.last_at,
            outcome: words::outcome(&row.outcome, row.cause.as_deref())?,
        })
    }
}

/// The last `per_group` rows of runs of every group in force, oldest first.
pub async fn recent(executor: impl PgExecutor<'_>, per_group: i64) -> Result<Vec<Recent>, Error> {
    sqlx::query_as!(
        Row,
        "select run.id, run.source, run.group_name, run.first_at, run.last_at, run.outcome, run.cause
         from policy_group
         join source on source.id = policy_group.source and source.retired_at is null
         cross join lateral (
            select * from run
            where run.source = policy_group.source and run.group_name = policy_group.name
            order by run.id desc limit $1
         ) run
         where policy_group.retired_at is null
         order by run.id",
        per_group,
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(Recent::try_from)
    .collect()
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::db::fixtures::{TestResult, claim, complete, groups, run};
    use crate::resource::Cause;

    #[sqlx::test]
    async fn every_group_has_its_own_latest_runs(pool: PgPool) -> TestResult {
        groups(&pool, &["network", "storage"]).await;
        let mut connection = pool.acquire().await?;
        let outcomes = [Outcome::Pass, Outcome::Unknown(Cause::Timeout), Outcome::Fail];
        for outcome in outcomes {
            for _ in 0..2 {
                let claim = claim(&pool).await;
                complete(&mut connection, &claim, &run(outcome), &[]).await?;
            }
        }
        let recent = recent(&pool, 2).await?;
        let told: Vec<(&str, Outcome)> =
            recent.iter().map(|run| (run.group.as_str(), run.outcome)).collect();
        for group in ["network", "storage"] {
            let of_group: Vec<Outcome> = told
                .iter()
                .filter(|(name, _)| *name == group)
                .map(|(_, outcome)| *outcome)
                .collect();
            assert_eq!(of_group, outcomes[1..], "{group}");
        }
        Ok(())
    }
}
