//! Findings of a group, and what a run found otherwise than the run before it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::db::findings::{self, Change, Listed, Query, Standing};
pub use crate::db::findings::{ClosedReason, Cursor, FindingKey};
use crate::db::groups::Group;
use crate::db::sources::SourceId;
use crate::db::{self, runs::Run};
use crate::evaluation::gating::{Gate, Gated};
use crate::evaluation::{NO_RESOURCE, Outcome};
use crate::policy::Severity;

use super::Part;
use super::part::rows_to_read;

/// Choice of the findings of a group.
#[derive(Debug, Clone, Default)]
pub struct FindingFilter {
    /// Instant at which they stood; `None` for those that stand now.
    pub at: Option<DateTime<Utc>>,
    /// Name of their outcome, without a cause; `None` for all.
    pub outcome: Option<String>,
    /// Position after which the part begins; `None` for the first part.
    pub after: Option<Cursor>,
    /// Most rows of a part.
    pub limit: usize,
}

/// Finding of a group, now or at a past instant.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingView {
    /// Identity: check, account, region and resource.
    pub key: FindingKey,
    /// Outcome, and its effect on the commit.
    pub gated: Gated,
    /// Severity of the check, as it was evaluated.
    pub severity: Severity,
    /// Instant since which it fails, whatever the reasons were, or has another outcome.
    pub since: DateTime<Utc>,
    /// Explanation of an outcome other than `pass`.
    pub explanation: Option<String>,
}

/// Change of a finding by a run.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeView {
    /// Identity: check, account, region and resource.
    pub key: FindingKey,
    /// Outcome before; `None` where it was not judged.
    pub before: Option<Gated>,
    /// Outcome after; else the reason for which it no longer stands.
    pub after: Result<Gated, ClosedReason>,
}

/// Id of the resource that a finding is about; `None` where it is about no single one.
pub fn resource(key: &FindingKey) -> Option<&Arc<str>> {
    Some(&key.resource_id).filter(|id| ***id != *NO_RESOURCE)
}

/// Findings of a group, the worst first.
pub(super) async fn findings(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    group: &Group,
    filter: &FindingFilter,
) -> Result<Part<FindingView, Cursor>, db::Error> {
    let query = Query {
        at: filter.at,
        outcome: filter.outcome.as_deref(),
        after: filter.after.as_ref(),
        limit: rows_to_read(filter.limit),
    };
    let listed = findings::page(executor, source, &group.definition.name, &query).await?;
    let gate = group.gate();
    Ok(Part::of(listed, filter.limit, Listed::cursor, |listed| FindingView {
        gated: gate.finding(listed.outcome, listed.failing_since),
        since: match listed.outcome {
            Outcome::Fail => listed.failing_since.unwrap_or(listed.since),
            _ => listed.since,
        },
        key: listed.key,
        severity: listed.severity,
        explanation: listed.explanation,
    }))
}

/// Changes that the first of equal runs brought, up to `limit`; the position of the next part is
/// none, since there is no list of the rest.
pub(super) async fn changes(
    executor: impl PgExecutor<'_>,
    run: &Run,
    gate: &Gate,
    limit: usize,
) -> Result<Part<ChangeView, ()>, db::Error> {
    let rows = rows_to_read(limit);
    let changes = findings::changes(executor, run.source, &run.group, run.first_at, rows).await?;
    Ok(Part::of(changes, limit, |_| (), |change| change_view(change, gate)))
}

fn change_view(change: Change, gate: &Gate) -> ChangeView {
    let gated = |standing: Standing| gate.finding(standing.outcome, standing.failing_since);
    ChangeView {
        key: change.key,
        before: change.before.map(gated),
        after: match (change.after, change.reason) {
            (Some(standing), _) => Ok(gated(standing)),
            (None, reason) => Err(reason.unwrap_or(ClosedReason::Changed)),
        },
    }
}
