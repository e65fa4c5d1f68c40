//! Runs of a group, and one run with all that it found.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::db::groups::Group;
pub use crate::db::runs::RunId;
use crate::db::{self, runs};
use crate::digest::Digest;
use crate::evaluation::gating::{Gated, GatedCounts};
use crate::fetch::CallStats;

use super::Part;
use super::finding::{self, ChangeView, Cursor, FindingFilter, FindingView};

/// Equal consecutive runs of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct RunView {
    /// Key, by which later runs have greater ones.
    pub id: RunId,
    /// Instant at which the first of them was completed.
    pub first_at: DateTime<Utc>,
    /// Instant at which the last of them was completed.
    pub last_at: DateTime<Utc>,
    /// Number of the runs, at least 1.
    pub count: i64,
    /// Longest pause between two of them.
    pub longest_gap: Duration,
    /// Outcome, and its effect on the commit by the present mode of the group.
    pub gated: Gated,
    /// Findings by outcome, and which of them count.
    pub counts: GatedCounts,
    /// Commit whose policies were evaluated.
    pub revision: String,
    /// Version of the program that evaluated first.
    pub engine: String,
    /// Digest of the findings, by which runs are equal.
    pub digest: Digest,
    /// Duration of the first run, fetching included.
    pub duration: Duration,
    /// API requests of the first run.
    pub calls: CallStats,
}

impl RunView {
    /// View of runs of a group.
    pub(super) fn of(run: runs::Run, group: &Group) -> Self {
        let (gate, is_last) = (group.gate(), group.run == Some(run.id));
        let runs::RunRecord { revision, engine, digest, verdict, duration, calls, .. } = run.record;
        Self {
            id: run.id,
            first_at: run.first_at,
            last_at: run.last_at,
            count: run.count,
            longest_gap: run.longest_gap,
            gated: gate.run(verdict.outcome, is_last),
            counts: gate.run_counts(verdict.counts, is_last),
            revision,
            engine,
            digest,
            duration,
            calls,
        }
    }
}

/// Run with what it found.
#[derive(Debug, Clone, PartialEq)]
pub struct RunDetails {
    /// Name of the source that defines the group.
    pub source: String,
    /// Name of the group, unique in its source.
    pub group: String,
    /// Equal runs, of which this is one.
    pub run: RunView,
    /// Findings that the run changed.
    pub changes: Part<ChangeView, ()>,
    /// Findings as they stood after the last of the runs.
    pub findings: Part<FindingView, Cursor>,
}

/// Choice of what is read of a run.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Position after which the part of the findings begins; `None` for the first part.
    pub after: Option<Cursor>,
    /// Most findings of a part.
    pub findings: usize,
    /// Most changes that are read.
    pub changes: usize,
}

/// A run by its key; `None` where there is none.
pub async fn run(
    pool: &PgPool,
    id: RunId,
    filter: RunFilter,
) -> Result<Option<RunDetails>, db::Error> {
    let Some(run) = runs::find(pool, id).await? else { return Ok(None) };
    let Some(source) = db::sources::find(pool, run.source).await? else { return Ok(None) };
    let Some(group) = db::groups::find(pool, run.source, &run.group).await? else {
        return Ok(None);
    };
    let RunFilter { after, findings: limit, changes } = filter;
    let findings = FindingFilter { at: Some(run.last_at), outcome: None, after, limit };
    Ok(Some(RunDetails {
        source: source.registration.name,
        changes: finding::changes(pool, &run, &group.gate(), changes).await?,
        findings: finding::findings(pool, run.source, &group, &findings).await?,
        group: run.group.clone(),
        run: RunView::of(run, &group),
    }))
}
