//! How the checks of a group stand, added up from their open findings.

use sqlx::PgExecutor;

use crate::db::sources::SourceId;
use crate::db::{Error, words};
use crate::evaluation::{Counts, Outcome};
use crate::policy::Severity;

/// What the open findings of a check amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckStanding {
    /// The check.
    pub check: String,
    /// The type that it selects.
    pub resource_type: String,
    /// How bad a failure of it is.
    pub severity: Severity,
    /// The worst outcome.
    pub outcome: Outcome,
    /// How many findings have which outcome.
    pub counts: Counts,
}

/// The checks of a group that have findings, by id.
pub async fn by_check(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    group: &str,
) -> Result<Vec<CheckStanding>, Error> {
    let rows = sqlx::query!(
        r#"select check_id, max(resource_type) as "resource_type!", max(severity) as "severity!",
            outcome, cause, count(*) as "count!"
         from finding where source = $1 and group_name = $2 and until is null
         group by check_id, outcome, cause order by check_id"#,
        source.0,
        group,
    )
    .fetch_all(executor)
    .await?;
    let mut checks: Vec<CheckStanding> = Vec::new();
    for row in rows {
        let outcome = words::outcome(&row.outcome, row.cause.as_deref())?;
        let counts = counted(outcome, u64::try_from(row.count).unwrap_or_default());
        match checks.last_mut().filter(|last| last.check == row.check_id) {
            Some(check) => {
                check.outcome = check.outcome.worse(outcome);
                check.counts += counts;
            }
            None => checks.push(CheckStanding {
                check: row.check_id,
                resource_type: row.resource_type,
                severity: words::parsed("severity", &row.severity)?,
                outcome,
                counts,
            }),
        }
    }
    Ok(checks)
}

/// The counts of equal outcomes.
fn counted(outcome: Outcome, count: u64) -> Counts {
    let mut counts = Counts::default();
    match outcome {
        Outcome::Fail => counts.fail = count,
        Outcome::Unknown(_) => counts.unknown = count,
        Outcome::Pass => counts.pass = count,
        Outcome::Waived => counts.waived = count,
        Outcome::NotApplicable => counts.not_applicable = count,
    }
    counts
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::db::findings::FindingChange;
    use crate::db::fixtures::{TestResult, claim, complete, finding, groups, run};
    use crate::resource::Cause;

    #[sqlx::test]
    async fn a_check_stands_as_its_worst_finding(pool: PgPool) -> TestResult {
        let source = groups(&pool, &["storage"]).await;
        let denied = Outcome::Unknown(Cause::AccessDenied);
        let found = [
            ("encrypted", "a", Outcome::Pass),
            ("encrypted", "b", Outcome::Pass),
            ("private", "a", Outcome::Unknown(Cause::Timeout)),
            ("private", "b", denied),
            ("private", "c", Outcome::Pass),
        ];
        let found = found.map(|(check, resource, outcome)| {
            FindingChange::Open(finding(check, resource, outcome))
        });
        let claim = claim(&pool).await;
        complete(&mut *pool.acquire().await?, &claim, &run(denied), &found).await?;
        let told: Vec<_> = by_check(&pool, source, "storage")
            .await?
            .into_iter()
            .map(|check| (check.check, check.outcome, check.counts.pass, check.counts.unknown))
            .collect();
        let expected =
            [("encrypted".to_owned(), Outcome::Pass, 2, 0), ("private".to_owned(), denied, 1, 2)];
        assert_eq!(told, expected);
        Ok(())
    }
}
