//! What a run changed: the findings that ended and began with it.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::{ClosedReason, FindingKey, key, past};
use crate::db::sources::SourceId;
use crate::db::{Error, words};
use crate::evaluation::Outcome;

/// A finding whose outcome is another than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Check and resource that changed.
    pub key: FindingKey,
    /// Standing before the run; `None` where it was not judged.
    pub before: Option<Standing>,
    /// Standing since the run; `None` where it is no longer judged.
    pub after: Option<Standing>,
    /// Why what was no longer stands.
    pub reason: Option<ClosedReason>,
}

/// Outcome of a finding before or after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Outcome itself.
    pub outcome: Outcome,
    /// Instant since which it fails, where it does.
    pub failing_since: Option<DateTime<Utc>>,
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
    before_since: Option<DateTime<Utc>>,
    before_failing_since: Option<DateTime<Utc>>,
    after: Option<String>,
    after_cause: Option<String>,
    after_since: Option<DateTime<Utc>>,
    after_failing_since: Option<DateTime<Utc>>,
    closed_reason: Option<String>,
}

impl TryFrom<Row> for Change {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let before = outcome(row.before.as_deref(), row.before_cause.as_deref())?;
        let after = outcome(row.after.as_deref(), row.after_cause.as_deref())?;
        Ok(Self {
            key: key!(row),
            before: standing(before, row.before_failing_since, row.before_since),
            after: standing(after, row.after_failing_since, row.after_since),
            reason: row.closed_reason.as_deref().map(ClosedReason::read).transpose()?,
        })
    }
}

fn outcome(name: Option<&str>, cause: Option<&str>) -> Result<Option<Outcome>, Error> {
    name.map(|name| words::outcome(name, cause)).transpose()
}

fn standing(
    outcome: Option<Outcome>,
    failing_since: Option<DateTime<Utc>>,
    since: Option<DateTime<Utc>>,
) -> Option<Standing> {
    let (outcome, since) = outcome.zip(since)?;
    Some(Standing { outcome, failing_since: past::failing_since(outcome, failing_since, since) })
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
            ended.since as "before_since?", ended.failing_since as "before_failing_since?",
            begun.outcome as "after?", begun.cause as "after_cause?",
            begun.since as "after_since?", begun.failing_since as "after_failing_since?",
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
                let words = |standing: Option<Standing>| {
                    standing.map_or("-".to_owned(), |standing| standing.outcome.to_string())
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

    #[sqlx::test]
    async fn a_change_tells_since_when_it_fails(pool: PgPool) -> TestResult {
        let source = groups(&pool, &["storage"]).await;
        let mut connection = pool.acquire().await?;
        let mut at = Vec::new();
        let mut past = None;
        for (number, outcome) in (1..).zip([Outcome::Fail, Outcome::Waived, Outcome::Pass]) {
            let finding = finding("private", "logs", outcome);
            let closed = past.replace(finding.key.clone());
            let closed = closed.map(|key| FindingChange::Close(key, ClosedReason::Changed));
            let changed: Vec<_> =
                closed.into_iter().chain([FindingChange::Open(finding)]).collect();
            let mut run = run(outcome);
            run.revision = format!("c{number}");
            at.push(complete(&mut connection, &claim(&pool).await, &run, &changed).await?.first_at);
        }
        let first = at.first().copied();
        let since = |standing: Option<Standing>| standing.map(|it| it.failing_since);
        for (at, before, after) in [
            (at.first(), None, Some(first)),
            (at.get(1), Some(first), Some(first)),
            (at.get(2), Some(first), Some(None)),
        ] {
            let changed = changes(&pool, source, "storage", *at.ok_or("a run")?, 10).await?;
            let change = changed.first().ok_or("a change")?;
            assert_eq!((since(change.before), since(change.after)), (before, after), "{change:?}");
        }
        Ok(())
    }
}
