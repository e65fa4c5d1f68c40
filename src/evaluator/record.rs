//! Recording a group's result: computed first, then written in one fenced transaction.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};

use crate::db::findings::{FindingChange, FindingRecord, OpenFinding};
use crate::db::groups::{self, Claim, Completed};
use crate::db::runs::{self, RunRecord};
use crate::db::waivers::WaiverOfGroup;
use crate::db::{checks, findings, sources, waivers};
use crate::evaluation::{CheckStatus, Checked, GroupOutcome, Totals, WaiverStatus};
use crate::fetch::CallStats;
use crate::in_force::CompiledPolicies;
use crate::policy::{Account, Group};
use crate::resource::Inventory;
use crate::schedule::{Schedule, next_slot};
use crate::views::commit;

use super::collect::ByAccount;
use super::enforce::Enforcement;
use super::{Evaluator, diff, enforce};

impl Evaluator {
    /// Judges a group over what was collected and records what came of it.
    pub(super) async fn record(
        &self,
        claim: &Claim,
        group: &Group,
        in_force: &Arc<CompiledPolicies>,
        collected: &Arc<ByAccount>,
    ) -> Result<()> {
        let mut connection = self.pool.acquire().await?;
        let open = findings::open(&mut *connection, claim.source, &claim.name).await?;
        let stood = waivers::of_group(&mut *connection, claim.source, &claim.name).await?;
        drop(connection);
        let judged = judge(group, open, Arc::clone(in_force), Arc::clone(collected)).await?;
        let shows = judged.shows(claim, &stood);
        let Judged { changes, mut standings, waivers, run, phase, enforcement } = judged;
        let verdict = run.verdict;

        let mut transaction = self.pool.begin().await?;
        let lock =
            if shows { Some(sources::lock(&mut *transaction, claim.source).await?) } else { None };
        let fence = groups::fence(&mut *transaction, claim).await?;
        findings::apply(&mut transaction, &fence, &changes).await?;
        let duration = (fence.at() - claim.claimed_at).to_std().unwrap_or_default();
        let enforced = enforcement.map(|enforcement| {
            enforcement.count(fence.at(), &mut standings);
            enforcement.enforced(fence.at())
        });
        checks::stand(&mut *transaction, &fence, &standings).await?;
        waivers::stand(&mut *transaction, &fence, &waivers).await?;
        let record = RunRecord { duration, ..run };
        let run = runs::record(&mut transaction, &fence, &record).await?;
        let due_at = self.due_at(&claim.schedule, fence.at(), &phase);
        // What a waiver held back is to be seen at once.
        let due_at = diff::next_end(&waivers, fence.at()).map_or(due_at, |end| end.min(due_at));
        let completed = Completed { verdict, enforced, digest: claim.digest, run, due_at };
        groups::complete(&mut *transaction, fence, &completed).await?;
        if let Some(lock) = lock {
            commit::want(&mut transaction, &lock, &self.options.links).await?;
        }
        transaction.commit().await.context("cannot commit")?;
        tracing::info!(
            group.name = claim.name,
            revision = in_force.version.revision,
            outcome = verdict.outcome.to_string(),
            findings.changed = changes.len(),
            "group evaluated"
        );
        Ok(())
    }

    /// When the next evaluation is due after one at an instant.
    fn due_at(&self, schedule: &Schedule, at: DateTime<Utc>, phase: &str) -> DateTime<Utc> {
        let scheduled = schedule.next(at, phase);
        let longest = self.options.longest_interval;
        longest.map_or(scheduled, |longest| scheduled.min(next_slot(longest, at, phase)))
    }
}

/// Result of an evaluation, ready to be recorded.
struct Judged {
    changes: Vec<FindingChange>,
    standings: Vec<CheckStatus>,
    waivers: Vec<WaiverStatus>,
    run: RunRecord,
    phase: String,
    /// For a group with `newOnly`.
    enforcement: Option<Enforcement>,
}

impl Judged {
    /// `true` where something else is to be shown than after the last run.
    fn shows(&self, claim: &Claim, stood: &[WaiverOfGroup]) -> bool {
        !claim.evaluated
            || claim.verdict != Some(self.run.verdict)
            || !self.changes.is_empty()
            || diff::stand_otherwise(stood, &self.waivers)
            || enforce::comes_otherwise(self.enforcement.as_ref(), claim.enforced, claim.claimed_at)
    }
}

async fn judge(
    group: &Group,
    open: Vec<OpenFinding>,
    in_force: Arc<CompiledPolicies>,
    collected: Arc<ByAccount>,
) -> Result<Judged> {
    let name = group.name.clone();
    let judging = move || {
        let group = in_force.policies.groups.get(&name).context("the group is gone")?;
        let seen = seen(group, &in_force, &collected);
        // Each of these is large for a large account, and gone before the next is made.
        let coverage = diff::coverage(group, &seen);
        let (mut records, totals) = found(group, &seen, &in_force);
        let missed = diff::missed(group, &seen, &open, &records);
        let mut counts = totals.counts;
        counts += missed.unknown.iter().map(|record| record.outcome).collect();
        records.extend(missed.unknown);
        let mut calls = CallStats::default();
        for (account, _) in &seen {
            collected.get(&account.name).iter().for_each(|one| calls.add(&one.calls));
        }
        let run = RunRecord {
            revision: in_force.version.revision.clone(),
            engine: in_force.version.engine.to_owned(),
            coverage,
            digest: diff::digest(&records),
            verdict: GroupOutcome { outcome: totals.outcome, counts },
            duration: Duration::ZERO,
            calls,
        };
        let standings = diff::standings(group, &records);
        let ids: Vec<_> = seen.iter().map(|(account, _)| account.id.as_str()).collect();
        let enforcement = Enforcement::of(group, &open, &records);
        let changes = diff::changes(&open, records, missed.closed);
        let (phase, waivers) = (ids.join(","), totals.waivers);
        Ok(Judged { changes, standings, waivers, run, phase, enforcement })
    };
    tokio::task::spawn_blocking(judging).await.context("an evaluation broke off")?
}

/// What a group finds, check by check as it is kept, and its sums.
fn found(
    group: &Group,
    seen: &[(&Account, &Inventory)],
    in_force: &CompiledPolicies,
) -> (Vec<FindingRecord>, Totals) {
    let waivers = in_force.policies.waivers_of(group).collect();
    let (mut records, mut totals) = (Vec::new(), Totals::none());
    for mut checked in Checked::each(group, seen.to_vec(), waivers) {
        totals.add(&mut checked);
        records.extend(diff::records(checked.check, checked.result));
    }
    (records, totals)
}

/// The accounts of a group with what was seen of them.
fn seen<'a>(
    group: &'a Group,
    in_force: &'a CompiledPolicies,
    collected: &'a ByAccount,
) -> Vec<(&'a Account, &'a Inventory)> {
    let accounts = in_force.policies.accounts_of(group);
    accounts
        .filter_map(|account| Some((account, &collected.get(&account.name)?.inventory)))
        .collect()
}
