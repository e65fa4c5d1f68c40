//! Findings: the outcome of a check on a resource, one row for each interval in which it, its
//! cause and its explanation stay the same.

mod changes;
mod pages;
mod past;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt};
use sqlx::{PgConnection, PgExecutor};

pub use self::changes::{Change, Standing, changes};
pub use self::pages::{Cursor, Listed, Query, page};

use super::fence::GroupFence;
use super::sources::SourceId;
use super::words::{self, words};
use super::{Error, blobs, sources};
use crate::digest::Digest;
use crate::evaluation::Outcome;
use crate::policy::Severity;
use crate::resource::{AccountId, Cause, Provider, Region, TypeName};

/// The key in the columns of a row.
macro_rules! key {
    ($row:ident) => {
        FindingKey {
            check: $row.check_id,
            provider: words::provider(&$row.provider)?,
            account: words::parsed("account", &$row.account)?,
            region: words::parsed("region", &$row.region)?,
            resource_type: $row.resource_type.as_str().into(),
            resource_id: $row.resource_id.into(),
        }
    };
}

use key;

/// Which check on which resource, within a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingKey {
    /// Id of the check that judged it.
    pub check: String,
    /// Cloud that the account is one of.
    pub provider: Provider,
    /// Account that the resource belongs to.
    pub account: AccountId,
    /// The region that the resource lives in.
    pub region: Region,
    /// Type of the resource that was judged.
    pub resource_type: TypeName,
    /// The resource; `*` for a finding that is about none.
    pub resource_id: Arc<str>,
}

/// Finding as a run makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRecord {
    /// Check and resource that it is about.
    pub key: FindingKey,
    /// Outcome of the check for the resource.
    pub outcome: Outcome,
    /// How bad a failure of the check is.
    pub severity: Severity,
    /// Why, in a form that readers of the page are shown; kept once for all equal ones.
    pub explanation: Option<String>,
    /// Digest of the rule: select, where, assert and parameters after expansion.
    pub evaluation_digest: Digest,
}

/// Finding whose interval goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFinding {
    /// Check and resource that it is about.
    pub key: FindingKey,
    /// Outcome of the check for the resource.
    pub outcome: Outcome,
    /// How bad a failure of the check is.
    pub severity: Severity,
    /// The digest of the explanation.
    pub explanation: Option<Digest>,
    /// Digest of the rule that was asked.
    pub evaluation_digest: Digest,
    /// Beginning of its interval.
    pub since: DateTime<Utc>,
    /// Since when it fails without having been mended, where it does or did when it was last known.
    pub failing_since: Option<DateTime<Utc>>,
}

impl OpenFinding {
    /// Whether `record` says the same of the same: then its interval goes on. Of what is unknown
    /// only the cause counts, since some services put a new id into the words of each refusal.
    pub fn says(&self, record: &FindingRecord) -> bool {
        let explanation = record.explanation.as_ref().map(|text| Digest::of(text.as_bytes()));
        self.key == record.key
            && self.outcome == record.outcome
            && self.severity == record.severity
            && (self.outcome.cause().is_some() || self.explanation == explanation)
            && self.evaluation_digest == record.evaluation_digest
    }
}

words! {
    /// Why a finding no longer stands.
    pub ClosedReason, "reason":
    /// Another outcome, cause or explanation took its place.
    Changed = "changed",
    /// The resource is no longer there.
    ResourceGone = "resource_gone",
    /// The check no longer selects the resource.
    OutOfSelection = "out_of_selection",
    /// The check or its group was removed.
    CheckRemoved = "check_removed",
    /// The group no longer selects the account.
    AccountRemoved = "account_removed",
}

/// A change of a group's findings. What takes another's place is closed as `changed` and opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindingChange {
    /// It stands from now on.
    Open(FindingRecord),
    /// Ends the interval of a finding, for a reason.
    Close(FindingKey, ClosedReason),
}

/// The findings of a group that stand.
pub async fn open(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    group: &str,
) -> Result<Vec<OpenFinding>, Error> {
    sqlx::query!(
        "select check_id, provider, account, region, resource_type, resource_id, outcome, cause,
            severity, explanation, evaluation_digest, since, failing_since
         from finding where source = $1 and group_name = $2 and until is null",
        source.0,
        group,
    )
    // Row by row: what the server sent of a large account is as much again.
    .fetch(executor)
    .map(|row| {
        let row = row?;
        let outcome = words::outcome(&row.outcome, row.cause.as_deref())?;
        Ok(OpenFinding {
            key: key!(row),
            outcome,
            failing_since: past::failing_since(outcome, row.failing_since, row.since),
            severity: words::parsed("severity", &row.severity)?,
            explanation: row.explanation.as_deref().map(words::digest).transpose()?,
            evaluation_digest: words::digest(&row.evaluation_digest)?,
            since: row.since,
        })
    })
    .try_collect()
    .await
}

/// Findings that are written at once: the columns of a statement are as large again as these.
const AT_ONCE: usize = 4096;

/// Applies changes to the findings of a fenced group; closings first.
pub async fn apply(
    connection: &mut PgConnection,
    fence: &GroupFence,
    changes: &[FindingChange],
) -> Result<(), Error> {
    let mut closed = Vec::new();
    let mut opened = Vec::new();
    for change in changes {
        match change {
            FindingChange::Open(record) => opened.push(record),
            FindingChange::Close(key, reason) => closed.push((key, *reason)),
        }
    }
    let mut past = BTreeMap::new();
    for run in closed.chunks(AT_ONCE) {
        past.append(&mut close(connection, fence, run).await?);
    }
    let explanations = opened.iter().filter_map(|record| record.explanation.as_ref());
    let explanations = explanations.map(|text| (Digest::of(text.as_bytes()), text.as_bytes()));
    blobs::keep(connection, explanations).await?;
    for run in opened.chunks(AT_ONCE) {
        insert(connection, fence, run, &past).await?;
    }
    Ok(())
}

/// The values of one field.
fn column<T>(rows: &[T], value: impl Fn(&T) -> String) -> Vec<String> {
    rows.iter().map(value).collect()
}

/// Closes findings; since when those fail that another outcome takes the place of.
async fn close(
    connection: &mut PgConnection,
    fence: &GroupFence,
    closed: &[(&FindingKey, ClosedReason)],
) -> Result<BTreeMap<FindingKey, DateTime<Utc>>, Error> {
    let rows = sqlx::query!(
        r#"with closed as (
            update finding set until = $3, closed_reason = gone.reason
            from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                $10::text[])
                as gone (check_id, provider, account, region, resource_type, resource_id, reason)
            where finding.source = $1 and finding.group_name = $2 and finding.until is null
              and finding.check_id = gone.check_id and finding.provider = gone.provider
              and finding.account = gone.account and finding.region = gone.region
              and finding.resource_type = gone.resource_type
              and finding.resource_id = gone.resource_id
            returning finding.*
        )
        select check_id, provider, account, region, resource_type, resource_id, outcome, cause, since,
            failing_since
        from closed where closed_reason = 'changed' and outcome in ('fail', 'waived', 'unknown')"#,
        fence.source.0,
        fence.group,
        fence.at,
        &column(closed, |(key, _)| key.check.clone()),
        &column(closed, |(key, _)| key.provider.to_string()),
        &column(closed, |(key, _)| key.account.to_string()),
        &column(closed, |(key, _)| key.region.to_string()),
        &column(closed, |(key, _)| key.resource_type.to_string()),
        &column(closed, |(key, _)| key.resource_id.to_string()),
        &column(closed, |(_, reason)| reason.as_str().to_owned()),
    )
    .fetch_all(connection)
    .await?;
    let mut past = BTreeMap::new();
    for row in rows {
        let outcome = words::outcome(&row.outcome, row.cause.as_deref())?;
        if let Some(since) = past::failing_since(outcome, row.failing_since, row.since) {
            past.insert(key!(row), since);
        }
    }
    Ok(past)
}

async fn insert(
    connection: &mut PgConnection,
    fence: &GroupFence,
    opened: &[&FindingRecord],
    past: &BTreeMap<FindingKey, DateTime<Utc>>,
) -> Result<(), Error> {
    let causes: Vec<Option<&str>> =
        opened.iter().map(|record| record.outcome.cause().map(Cause::as_str)).collect();
    let explanations: Vec<Option<Vec<u8>>> = opened
        .iter()
        .map(|record| Some(Digest::of(record.explanation.as_ref()?.as_bytes()).to_vec()))
        .collect();
    let digests: Vec<Vec<u8>> =
        opened.iter().map(|record| record.evaluation_digest.to_vec()).collect();
    let failing_since: Vec<Option<DateTime<Utc>>> = opened
        .iter()
        .map(|record| past::failing_since(record.outcome, past.get(&record.key).copied(), fence.at))
        .collect();
    sqlx::query!(
        "insert into finding (source, group_name, since, check_id, provider, account, region,
            resource_type, resource_id, outcome, cause, severity, explanation, evaluation_digest,
            failing_since)
         select $1, $2, $3, new.* from unnest($4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bytea[],
            $14::bytea[], $15::timestamptz[]) new",
        fence.source.0,
        fence.group,
        fence.at,
        &column(opened, |record| record.key.check.clone()),
        &column(opened, |record| record.key.provider.to_string()),
        &column(opened, |record| record.key.account.to_string()),
        &column(opened, |record| record.key.region.to_string()),
        &column(opened, |record| record.key.resource_type.to_string()),
        &column(opened, |record| record.key.resource_id.to_string()),
        &column(opened, |record| record.outcome.name().to_owned()),
        &causes as &[Option<&str>],
        &column(opened, |record| record.severity.to_string()),
        &explanations as &[Option<Vec<u8>>],
        &digests,
        &failing_since as &[Option<DateTime<Utc>>],
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Closes all findings of groups.
pub(super) async fn close_groups(
    connection: &mut PgConnection,
    fence: &sources::Fence,
    groups: &[String],
    reason: ClosedReason,
) -> Result<(), Error> {
    sqlx::query!(
        "update finding set until = $3, closed_reason = $4
         where source = $1 and group_name = any($2) and until is null",
        fence.source.0,
        groups,
        fence.at,
        reason.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Since when something fails in a group that did not fail by an instant already; `None` where nothing
/// does.
pub async fn failing_since(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    group: &str,
    behind: Option<DateTime<Utc>>,
) -> Result<Option<DateTime<Utc>>, Error> {
    let since = sqlx::query_scalar!(
        "select min(coalesce(failing_since, since)) from finding
         where source = $1 and group_name = $2 and until is null and outcome = 'fail'
           and ($3::timestamptz is null or coalesce(failing_since, since) > $3)",
        source.0,
        group,
        behind,
    )
    .fetch_one(executor)
    .await?;
    Ok(since)
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::db::fixtures::{TestResult, claim, complete, finding, groups, run};
    use crate::resource::Cause;

    const DENIED: Outcome = Outcome::Unknown(Cause::AccessDenied);

    async fn changed(pool: &PgPool, changes: &[FindingChange]) -> Result<DateTime<Utc>, Error> {
        let mut tx = pool.begin().await?;
        let recorded = complete(&mut tx, &claim(pool).await, &run(DENIED), changes).await?;
        tx.commit().await?;
        Ok(recorded.first_at)
    }

    /// Each open finding as `check resource outcome`.
    async fn standing(pool: &PgPool, source: SourceId) -> Result<Vec<String>, Error> {
        let mut findings: Vec<_> = open(pool, source, "storage")
            .await?
            .into_iter()
            .map(|one| format!("{} {} {}", one.key.check, one.key.resource_id, one.outcome))
            .collect();
        findings.sort();
        Ok(findings)
    }

    #[sqlx::test]
    async fn a_finding_is_one_row_for_each_interval(pool: PgPool) -> TestResult {
        let source = groups(&pool, &["storage"]).await;
        let failing = finding("private", "logs", Outcome::Fail);
        let denied = finding("private", "data", DENIED);
        let opened = [FindingChange::Open(failing.clone()), FindingChange::Open(denied.clone())];
        changed(&pool, &opened).await?;
        assert_eq!(
            standing(&pool, source).await?,
            ["private data unknown(access_denied)", "private logs fail"]
        );
        let kept = open(&pool, source, "storage").await?;
        assert!(kept.iter().any(|one| one.says(&failing)));
        assert!(kept.iter().any(|one| one.says(&denied)));
        let another =
            FindingRecord { explanation: Some("it has a policy".into()), ..failing.clone() };
        assert!(!kept.iter().any(|one| one.says(&another)));
        let other_words = FindingRecord { explanation: Some("request 2".into()), ..denied.clone() };
        assert!(kept.iter().any(|one| one.says(&other_words)));

        let passing = finding("private", "logs", Outcome::Pass);
        let next = [
            FindingChange::Open(passing.clone()),
            FindingChange::Close(failing.key.clone(), ClosedReason::Changed),
            FindingChange::Close(denied.key.clone(), ClosedReason::ResourceGone),
        ];
        changed(&pool, &next).await?;
        assert_eq!(standing(&pool, source).await?, ["private logs pass"]);
        let intervals: Vec<(String, String, Option<String>, bool)> = sqlx::query_as(
            "select resource_id, outcome, closed_reason, coalesce(until > since, false) from finding
             order by resource_id, since",
        )
        .fetch_all(&pool)
        .await?;
        let expected = [
            ("data", "unknown", Some("resource_gone"), true),
            ("logs", "fail", Some("changed"), true),
            ("logs", "pass", None, false),
        ];
        let expected = expected.map(|(id, outcome, reason, closed)| {
            (id.to_owned(), outcome.to_owned(), reason.map(str::to_owned), closed)
        });
        assert_eq!(intervals, expected);
        Ok(())
    }

    #[sqlx::test]
    async fn pages_show_the_worst_first_now_and_then(pool: PgPool) -> TestResult {
        let source = groups(&pool, &["storage"]).await;
        let outcomes = [Outcome::Pass, Outcome::Fail, DENIED, Outcome::Fail, Outcome::Pass];
        let records: Vec<_> = outcomes
            .iter()
            .zip(["a", "b", "c", "d", "e"])
            .map(|(outcome, id)| finding("private", id, *outcome))
            .collect();
        let opened: Vec<_> = records.iter().cloned().map(FindingChange::Open).collect();
        let first = changed(&pool, &opened).await?;
        changed(
            &pool,
            &[FindingChange::Close(records[1].key.clone(), ClosedReason::OutOfSelection)],
        )
        .await?;

        let shown = async |query: Query<'_>| {
            let page = page(&pool, source, "storage", &query).await?;
            Ok::<_, Error>((
                page.iter().map(|one| one.key.resource_id.to_string()).collect::<String>(),
                page,
            ))
        };
        assert_eq!(shown(Query { limit: 9, ..Query::default() }).await?.0, "dcae");
        let (then, page) = shown(Query { at: Some(first), limit: 9, ..Query::default() }).await?;
        assert_eq!(then, "bdcae");
        let gone = page[0].closed.unwrap();
        assert_eq!((gone.1, gone.0 > first), (ClosedReason::OutOfSelection, true));
        assert_eq!(
            shown(Query { at: Some(gone.0), limit: 9, ..Query::default() }).await?.0,
            "dcae"
        );
        assert_eq!(page[0].explanation.as_deref(), Some("it is public"));
        assert_eq!(page[2].explanation, None);

        let failing = Query { at: Some(first), outcome: Some("fail"), limit: 9, after: None };
        assert_eq!(shown(failing).await?.0, "bd");
        let mut cursor = None;
        let mut walked = String::new();
        loop {
            let query = Query { after: cursor.as_ref(), limit: 2, at: Some(first), outcome: None };
            let (ids, page) = shown(query).await?;
            let Some(last) = page.last() else { break };
            cursor = Some(last.cursor());
            walked.push_str(&ids);
        }
        assert_eq!(walked, "bdcae", "pages neither overlap nor leave out");
        Ok(())
    }
}
