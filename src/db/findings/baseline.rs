//! Enforced parts of past runs: kept of a group's last run alone, and told of an earlier one by what
//! it found, since each interval says since when it fails.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::db::sources::SourceId;
use crate::db::{Error, words};
use crate::evaluation::{Enforced, is_baseline};
use crate::policy::NewOnly;

/// Enforced parts of what stood in a group at instants, each the end of a run.
pub async fn enforced(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    group: &str,
    new_only: NewOnly,
    at: &[DateTime<Utc>],
) -> Result<BTreeMap<DateTime<Utc>, Enforced>, Error> {
    let rows = sqlx::query!(
        r#"select run.at as "at!", outcome, cause, count(*) as "count!",
            case outcome when 'fail' then coalesce(failing_since, since) end as failing_since
         from unnest($3::timestamptz[]) run (at)
         join finding on since <= run.at and (until is null or until > run.at)
         where source = $1 and group_name = $2
         group by 1, 2, 3, 5"#,
        source.0,
        group,
        at,
    )
    .fetch_all(executor)
    .await?;
    let mut found: BTreeMap<DateTime<Utc>, Vec<_>> = BTreeMap::new();
    for row in rows {
        let outcome = words::outcome(&row.outcome, row.cause.as_deref())?;
        let is_old = row.failing_since.is_some_and(|since| is_baseline(since, new_only));
        let count = usize::try_from(row.count).unwrap_or_default();
        found.entry(row.at).or_default().push(std::iter::repeat_n((outcome, is_old), count));
    }
    let parts = found.into_iter();
    Ok(parts.map(|(at, findings)| (at, Enforced::of(findings.into_iter().flatten()))).collect())
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::db::findings::{ClosedReason, FindingChange};
    use crate::db::fixtures::{TestResult, claim, complete, finding, groups, run};
    use crate::evaluation::Outcome;
    use crate::resource::Cause;

    #[sqlx::test]
    async fn a_run_left_out_what_failed_by_the_instant(pool: PgPool) -> TestResult {
        let source = groups(&pool, &["storage"]).await;
        let mut connection = pool.acquire().await?;
        let denied = Outcome::Unknown(Cause::AccessDenied);
        let open = |resource, outcome| FindingChange::Open(finding("private", resource, outcome));
        let close = |resource| {
            let key = finding("private", resource, Outcome::Fail).key;
            FindingChange::Close(key, ClosedReason::Changed)
        };
        let passes = [
            vec![open("logs", Outcome::Fail), open("site", Outcome::Fail), open("a", denied)],
            vec![close("a"), open("a", Outcome::Pass), open("young", Outcome::Fail)],
            vec![close("logs"), close("young"), open("logs", Outcome::Pass)],
        ];
        let mut at = Vec::new();
        for (number, changes) in passes.iter().enumerate() {
            let mut run = run(Outcome::Fail);
            run.revision = format!("c{number}");
            let run = complete(&mut connection, &claim(&pool).await, &run, changes).await?;
            at.push(run.first_at);
        }
        let part = |outcome, baseline| Enforced { outcome, baseline };
        let by_the_first = [part(denied, 2), part(Outcome::Fail, 2), part(Outcome::Pass, 1)];
        let ever = [part(denied, 2), part(Outcome::Pass, 3), part(Outcome::Pass, 1)];
        let never = [part(Outcome::Fail, 0); 3];
        let first = at.first().ok_or("a run")?.to_rfc3339();
        for (new_only, expected) in
            [(first.as_str(), by_the_first), ("2100-01-01", ever), ("2000-01-01", never)]
        {
            let told = enforced(&pool, source, "storage", new_only.parse()?, &at).await?;
            let expected: BTreeMap<_, _> = at.iter().copied().zip(expected).collect();
            assert_eq!(told, expected, "{new_only}");
        }
        let other = enforced(&pool, source, "network", "2100-01-01".parse()?, &at).await?;
        assert!(other.is_empty(), "{other:?}");
        Ok(())
    }
}
