//! Runs of a group, and one run with all that it found.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};

use crate::db::groups::Group;
pub use crate::db::runs::RunId;
use crate::db::{self, findings, runs};
use crate::digest::Digest;
use crate::evaluation::gating::{Gate, Gated, GatedCounts};
use crate::evaluation::{Enforced, Outcome};
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
    pub(super) fn of(run: runs::Run, gates: &RunGates) -> Self {
        let gate = gates.of(&run);
        let runs::RunRecord { revision, engine, digest, duration, calls, .. } = run.record;
        Self {
            id: run.id,
            first_at: run.first_at,
            last_at: run.last_at,
            count: run.count,
            longest_gap: run.longest_gap,
            gated: gate.group(),
            counts: gate.counts(),
            revision,
            engine,
            digest,
            duration,
            calls,
        }
    }
}

/// Gates of a group's runs, each with what was left out of that run.
pub(super) struct RunGates {
    gate: Gate,
    last: Option<RunId>,
    enforced: BTreeMap<DateTime<Utc>, Enforced>,
}

impl RunGates {
    /// Gates of runs of a group. A baseline is kept of the last run alone; of others it is read, if
    /// they failed.
    pub(super) async fn read(
        executor: impl PgExecutor<'_>,
        group: &Group,
        runs: &[runs::Run],
    ) -> Result<Self, db::Error> {
        let mut gates = Self { gate: group.gate(), last: group.run, enforced: BTreeMap::new() };
        let (Some(new_only), Some(first)) = (gates.gate.new_only_of_runs(), runs.first()) else {
            return Ok(gates);
        };
        let failed = |run: &&runs::Run| run.record.verdict.outcome == Outcome::Fail;
        let at: Vec<_> = runs
            .iter()
            .filter(|run| failed(run) && !gates.is_kept(run))
            .map(|run| run.last_at)
            .collect();
        if !at.is_empty() {
            let enforced = findings::enforced(executor, first.source, &first.group, new_only, &at);
            gates.enforced = enforced.await?;
        }
        Ok(gates)
    }

    /// `true` where the group itself tells of a run.
    fn is_kept(&self, run: &runs::Run) -> bool {
        self.gate.is_current && self.last == Some(run.id)
    }

    /// Gate of one of the runs.
    fn of(&self, run: &runs::Run) -> Gate {
        let enforced = self.enforced.get(&run.last_at).copied();
        if self.is_kept(run) {
            return self.gate;
        }
        self.gate.of_run(run.record.verdict, enforced)
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
    let gates = RunGates::read(pool, &group, std::slice::from_ref(&run)).await?;
    let gate = gates.of(&run);
    let findings = FindingFilter { at: Some(run.last_at), outcome: None, after, limit };
    Ok(Some(RunDetails {
        source: source.registration.name,
        changes: finding::changes(pool, &run, &gate, changes).await?,
        findings: finding::findings(pool, run.source, (&run.group, &gate), &findings).await?,
        group: run.group.clone(),
        run: RunView::of(run, &gates),
    }))
}
