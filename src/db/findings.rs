//! Findings: the outcome of a check on a resource, one row for each interval in which it, its
//! cause and its explanation stay the same.

mod pages;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

pub use self::pages::{Cursor, Listed, Query, page};
use super::sources::SourceId;
use super::words::{self, words};
use super::{Digest, Error, blobs, groups, sources};
use crate::evaluation::Outcome;
use crate::resource::{AccountId, Cause, Provider, Region, TypeName};

/// Which check on which resource, within a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingKey {
    /// The check.
    pub check: String,
    /// The cloud.
    pub provider: Provider,
    /// The account.
    pub account: AccountId,
    /// The region that the resource lives in.
    pub region: Region,
    /// The resource's type.
    pub resource_type: TypeName,
    /// The resource; `*` for a finding that is about none.
    pub resource_id: Arc<str>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRecord {
    /// Where.
    pub key: FindingKey,
    /// What.
    pub outcome: Outcome,
    /// How bad a failure of the check is.
    pub severity: String,
    /// Why, in a form that readers of the page are shown; kept once for all equal ones.
    pub explanation: Option<String>,
    /// What was asked: select, where, assert and parameters after expansion.
    pub evaluation_digest: Digest,
}

/// A finding that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFinding {
    /// Where.
    pub key: FindingKey,
    /// What.
    pub outcome: Outcome,
    /// How bad a failure of the check is.
    pub severity: String,
    /// The digest of the explanation.
    pub explanation: Option<Digest>,
    /// What was asked.
    pub evaluation_digest: Digest,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl OpenFinding {
    /// Whether `record` says the same of the same: then its interval goes on.
    pub fn says(&self, record: &FindingRecord) -> bool {
        let explanation = record.explanation.as_ref().map(|text| Digest::of(text.as_bytes()));
        self.key == record.key
            && self.outcome == record.outcome
            && self.severity == record.severity
            && self.explanation == explanation
            && self.evaluation_digest == record.evaluation_digest
    }
}

words! {
    /// Why a finding no longer stands.
    pub ClosedReason, "reason":
    /// Another outcome, cause or explanation took its place.
    Changed = "changed",
    /// The resource is gone.
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
    /// It no longer stands.
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
            severity, explanation, evaluation_digest, since
         from finding where source = $1 and group_name = $2 and until is null",
        source.0,
        group,
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(|row| {
        Ok(OpenFinding {
            key: FindingKey {
                check: row.check_id,
                provider: words::provider(&row.provider)?,
                account: words::parsed("account", &row.account)?,
                region: words::parsed("region", &row.region)?,
                resource_type: row.resource_type.as_str().into(),
                resource_id: row.resource_id.into(),
            },
            outcome: words::outcome(&row.outcome, row.cause.as_deref())?,
            severity: row.severity,
            explanation: row.explanation.as_deref().map(Digest::read).transpose()?,
            evaluation_digest: Digest::read(&row.evaluation_digest)?,
            since: row.since,
        })
    })
    .collect()
}

/// Applies changes to the findings of a fenced group; closings first.
pub async fn apply(
    connection: &mut PgConnection,
    fence: &groups::Fence,
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
    close(connection, fence, &closed).await?;
    let explanations = opened.iter().filter_map(|record| record.explanation.as_ref());
    let explanations =
        explanations.map(|text| (Digest::of(text.as_bytes()), text.clone().into_bytes()));
    blobs::keep(connection, explanations).await?;
    insert(connection, fence, &opened).await
}

/// The values of one field.
fn column<T>(rows: &[T], value: impl Fn(&T) -> String) -> Vec<String> {
    rows.iter().map(value).collect()
}

async fn close(
    connection: &mut PgConnection,
    fence: &groups::Fence,
    closed: &[(&FindingKey, ClosedReason)],
) -> Result<(), Error> {
    if closed.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "update finding set until = $3, closed_reason = gone.reason
         from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::text[])
            as gone (check_id, provider, account, region, resource_type, resource_id, reason)
         where finding.source = $1 and finding.group_name = $2 and finding.until is null
           and finding.check_id = gone.check_id and finding.provider = gone.provider
           and finding.account = gone.account and finding.region = gone.region
           and finding.resource_type = gone.resource_type
           and finding.resource_id = gone.resource_id",
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
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert(
    connection: &mut PgConnection,
    fence: &groups::Fence,
    opened: &[&FindingRecord],
) -> Result<(), Error> {
    if opened.is_empty() {
        return Ok(());
    }
    let causes: Vec<Option<&str>> =
        opened.iter().map(|record| record.outcome.cause().map(Cause::as_str)).collect();
    let explanations: Vec<Option<Vec<u8>>> = opened
        .iter()
        .map(|record| Some(Digest::of(record.explanation.as_ref()?.as_bytes()).to_vec()))
        .collect();
    let digests: Vec<Vec<u8>> =
        opened.iter().map(|record| record.evaluation_digest.to_vec()).collect();
    sqlx::query!(
        "insert into finding (source, group_name, since, check_id, provider, account, region,
            resource_type, resource_id, outcome, cause, severity, explanation, evaluation_digest)
         select $1, $2, $3, new.* from unnest($4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bytea[],
            $14::bytea[]) new",
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
        &column(opened, |record| record.severity.clone()),
        &explanations as &[Option<Vec<u8>>],
        &digests,
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
