//! Findings as pages show them, worst first.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::{ClosedReason, FindingKey, key, past};
use crate::db::sources::SourceId;
use crate::db::{Error, words};
use crate::evaluation::Outcome;
use crate::policy::Severity;

/// Which findings of a group to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query<'a> {
    /// As they stood at an instant, such as the end of a run; `None`: as they stand now.
    pub at: Option<DateTime<Utc>>,
    /// Only those of one outcome, by [`Outcome::name`].
    pub outcome: Option<&'a str>,
    /// Cursor at which the page before ended.
    pub after: Option<&'a Cursor>,
    /// Most findings of a page.
    pub limit: i64,
}

/// The last finding of a page: the next begins behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The rank of its outcome and severity.
    pub rank: i32,
    /// Check and resource of the last finding.
    pub key: FindingKey,
}

/// A finding on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Check and resource that it is about.
    pub key: FindingKey,
    /// Outcome of the check for the resource.
    pub outcome: Outcome,
    /// How bad a failure of the check is.
    pub severity: Severity,
    /// Parts of the rule that were false, with what they saw.
    pub explanation: Option<String>,
    /// Beginning of its interval.
    pub since: DateTime<Utc>,
    /// Since when it fails without having been mended, where it does or did when it was last known.
    pub failing_since: Option<DateTime<Utc>>,
    /// Until when and why, if it no longer stands.
    pub closed: Option<(DateTime<Utc>, ClosedReason)>,
    rank: i32,
}

impl Listed {
    /// Cursor of a page that ends with this finding.
    pub fn cursor(&self) -> Cursor {
        Cursor { rank: self.rank, key: self.key.clone() }
    }
}

struct Row {
    check_id: String,
    provider: String,
    account: String,
    region: String,
    resource_type: String,
    resource_id: String,
    outcome: String,
    cause: Option<String>,
    severity: String,
    explanation: Option<Vec<u8>>,
    since: DateTime<Utc>,
    failing_since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    closed_reason: Option<String>,
    rank: i32,
}

impl TryFrom<Row> for Listed {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let outcome = words::outcome(&row.outcome, row.cause.as_deref())?;
        let reason = row.closed_reason.as_deref().map(ClosedReason::read).transpose()?;
        Ok(Self {
            key: key!(row),
            outcome,
            failing_since: past::failing_since(outcome, row.failing_since, row.since),
            severity: words::parsed("severity", &row.severity)?,
            explanation: row.explanation.map(|text| String::from_utf8_lossy(&text).into_owned()),
            since: row.since,
            closed: row.until.zip(reason),
            rank: row.rank,
        })
    }
}

/// A page of a group's findings: the worst outcome first, of these the most severe, then by check, account, region and
/// resource.
pub async fn page(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    group: &str,
    query: &Query<'_>,
) -> Result<Vec<Listed>, Error> {
    let key = query.after.map(|cursor| &cursor.key);
    sqlx::query_as!(
        Row,
        r#"select check_id, provider, account, region, resource_type, resource_id, outcome, cause,
            severity, body as "explanation?", since, failing_since, until, closed_reason, rank as "rank!"
        from (
            select *, 10 * (array_position($13::text[], outcome) - 1)
                + case severity when 'critical' then 0 when 'high' then 1 when 'medium' then 2
                when 'low' then 3 else 4 end as rank
            from finding
            where source = $1 and group_name = $2
              and case when $3::timestamptz is null then until is null
                       else since <= $3 and (until is null or until > $3) end
              and ($4::text is null or outcome = $4)
        ) finding
        left join blob on blob.digest = explanation
        where $5::int is null
           or (rank, check_id, provider, account, region, resource_type, resource_id)
            > ($5, $6, $7, $8, $9, $10, $11)
        order by rank, check_id, provider, account, region, resource_type, resource_id
        limit $12"#,
        source.0,
        group,
        query.at,
        query.outcome,
        query.after.map(|cursor| cursor.rank),
        key.map(|key| key.check.as_str()),
        key.map(|key| key.provider.as_str()),
        key.map(|key| key.account.as_str()),
        key.map(|key| key.region.as_str()),
        key.map(|key| key.resource_type.as_str()),
        key.map(|key| &*key.resource_id),
        query.limit,
        Outcome::NAMES.as_slice() as &[&str],
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(Listed::try_from)
    .collect()
}
