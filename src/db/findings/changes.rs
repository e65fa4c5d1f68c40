//! What a run changed: the findings that ended and began with it.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::{ClosedReason, FindingKey, key};
use crate::db::sources::SourceId;
use crate::db::{Error, words};
use crate::evaluation::Outcome;

/// A finding whose outcome is another than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Check and resource that changed.
    pub key: FindingKey,
    /// Outcome before the run; `None` where it was not judged.
    pub before: Option<Outcome>,
    /// Outcome since the run; `None` where it is no longer judged.
    pub after: Option<Outcome>,
    /// Why what was no longer stands.
    pub reason: Option<ClosedReason>,
}

struct Row {
    check_id: String,
    provider: String,
    account: String,
    region: String,
    resource_type: String,
    resource_id: String,
    before: Option<String>,
    before_cause: Option<String>,
    after: Option<String>,
    after_cause: Option<String>,
    closed_reason: Option<String>,
}

impl TryFrom<Row> for Change {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let outcome = |name: Option<String>, cause: Option<String>| {
            name.map(|name| words::outcome(&name, cause.as_deref())).transpose()
        };
        Ok(Self {
            key: key!(row),
            before: outcome(row.before, row.before_cause)?,
            after: outcome(row.after, row.after_cause)?,
            reason: row.closed_reason.as_deref().map(ClosedReason::read).transpose()?,
        })
    }
}

/// What changed in a group at the instant of a run, the worst first. Findings that only explain
/// their outcome otherwise are left out.
pub async fn changes(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    group: &str,
    at: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Change>, Error> {
    sqlx::query_as!(
        Row,
        r#"with ended as (
            select * from finding where source = $1 and group_name = $2 and until = $3
         ), begun as (
            select * from finding where source = $1 and group_name = $2 and since = $3
         )
         select check_id as "check_id!", provider as "provider!", account as "account!",
            region as "region!", resource_type as "resource_type!", resource_id as "resource_id!",
            ended.outcome as "before?", ended.cause as "before_cause?",
            begun.outcome as "after?", begun.cause as "after_cause?",
            ended.closed_reason as "closed_reason?"
         from ended full join begun
            using (check_id, provider, account, region, resource_type, resource_id)
         where (ended.outcome, ended.cause) is distinct from (begun.outcome, begun.cause)
         order by array_position($5::text[], begun.outcome) nulls last,
            check_id, provider, account, region, resource_type, resource_id
         limit $4"#,
        source.0,
        group,
        at,
        limit,
        Outcome::NAMES.as_slice() as &[&str],
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(Change::try_from)
    .collect()
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::db::findings::FindingChange;
    use crate::db::fixtures::{TestResult, claim, complete, finding, groups, run};

    #[sqlx::test]
    async fn a_run_tells_what_it_changed(pool: PgPool) -> TestResult {
        let source = groups(&pool, &["storage"]).await;
        let mut connection = pool.acquire().await?;
        let open = |resource, outcome| FindingChange::Open(finding("private", resource, outcome));
        let first = [
            open("gone", Outcome::Fail),
            open("mended", Outcome::Fail),
            open("same", Outcome::Fail),
            open("spoilt", Outcome::Pass),
        ];
        complete(&mut connection, &claim(&pool).await, &run(Outcome::Fail), &first).await?;
        let mut otherwise = finding("private", "same", Outcome::Fail);
        otherwise.explanation = Some("for another reason".into());
        let close = |resource, reason| {
            FindingChange::Close(finding("private", resource, Outcome::Fail).key, reason)
        };
        let second = [
            close("gone", ClosedReason::ResourceGone),
            close("mended", ClosedReason::Changed),
            close("same", ClosedReason::Changed),
            close("spoilt", ClosedReason::Changed),
            open("mended", Outcome::Pass),
            FindingChange::Open(otherwise),
            open("spoilt", Outcome::Fail),
            open("young", Outcome::Pass),
        ];
        let mut other = run(Outcome::Fail);
        other.revision = "c2".into();
        let recorded = complete(&mut connection, &claim(&pool).await, &other, &second).await?;
        let told: Vec<String> = changes(&pool, source, "storage", recorded.first_at, 10)
            .await?
            .into_iter()
            .map(|Change { key, before, after, reason }| {
                let words = |outcome: Option<Outcome>| {
                    outcome.map_or("-".to_owned(), |outcome| outcome.to_string())
                };
                let reason = reason.map_or("-", ClosedReason::as_str);
                format!("{}: {} > {} ({reason})", key.resource_id, words(before), words(after))
            })
            .collect();
        assert_eq!(
            told,
            [
                "spoilt: pass > fail (changed)",
                "mended: fail > pass (changed)",
                "young: - > pass (-)",
                "gone: fail > - (resource_gone)",
            ]
        );
        Ok(())
    }
}
