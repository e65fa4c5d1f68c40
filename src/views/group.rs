//! Groups: how each stands, and one with its checks, waivers, findings and runs.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

use crate::db::checks::{self, Check};
use crate::db::groups::Group;
use crate::db::{self, runs};
use crate::evaluation::Outcome;
use crate::evaluation::gating::{Gate, Gated, GatedCounts, Reason};
use crate::policy::{Mode, NewOnly, RuleText};
use crate::schedule::Schedule;

use super::Part;
use super::finding::{self, Cursor, FindingFilter, FindingView};
use super::part::rows_to_read;
use super::run::{RunId, RunView};
use super::waiver::{self, WaiverView};

/// Intervals of its schedule by which a run may be late before its result is doubted.
const LATE: i32 = 3;

/// Status of a group, without what belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupView {
    /// Name of the source whose policies define it.
    pub source: String,
    /// Name of the group, unique in its source.
    pub name: String,
    /// Purpose, in words of its authors.
    pub description: Option<String>,
    /// Person or team that answers for it.
    pub owner: Option<String>,
    /// Mode of the present definition.
    pub mode: Mode,
    /// `true` where it is not evaluated until a revision says otherwise.
    pub suspended: bool,
    /// Instant of `newOnly` in the present definition.
    pub new_only: Option<NewOnly>,
    /// Schedule of its runs in the present definition.
    pub schedule: Schedule,
    /// Commit that last changed it.
    pub revision: String,
    /// Outcome, and its effect on the commit.
    pub gated: Gated,
    /// Reason for which nothing of the group is enforced, whatever it finds.
    pub reason: Option<Reason>,
    /// Counts of the last run.
    pub counts: GatedCounts,
    /// Instant at which the policies lost it.
    pub retired_at: Option<DateTime<Utc>>,
    /// Instant of the last run.
    pub last_run_at: Option<DateTime<Utc>>,
    /// Reason for which the last attempt came to nothing.
    pub last_error: Option<String>,
    /// Instant of the next run.
    pub due_at: DateTime<Utc>,
}

impl GroupView {
    /// View of a group of a source.
    pub(super) fn of(group: &Group, source: &str) -> Self {
        let (gate, definition) = (group.gate(), group.definition.clone());
        Self {
            source: source.to_owned(),
            name: definition.name,
            description: definition.description,
            owner: definition.owner,
            mode: definition.mode,
            suspended: definition.suspended,
            new_only: definition.new_only,
            schedule: definition.schedule,
            revision: group.revision.clone(),
            gated: gate.group(),
            reason: gate.reason(),
            counts: gate.counts(),
            retired_at: group.retired_at,
            last_run_at: group.last_run_at,
            last_error: group.last_error.clone(),
            due_at: group.due_at,
        }
    }
}

/// Outcome that held from one run to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Run that found it first.
    pub run: RunId,
    /// Instant at which that run was completed.
    pub first_at: DateTime<Utc>,
    /// Instant of the last run that found it.
    pub last_at: DateTime<Utc>,
    /// Outcome that all of these runs came to.
    pub outcome: Outcome,
}

/// History of a group by its latest runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// Outcomes in the order of time, the oldest first.
    pub segments: Vec<Segment>,
    /// Time for which the result of a run stands without another: a run may be late, but not by
    /// several.
    pub holds_for: TimeDelta,
    /// Instant at which the group was retired.
    pub ended_at: Option<DateTime<Utc>>,
}

impl History {
    /// History of a group that came to these outcomes.
    pub(super) fn of(group: &Group, segments: Vec<Segment>) -> Self {
        let interval = TimeDelta::from_std(group.definition.schedule.longest_gap());
        let interval = interval.unwrap_or(TimeDelta::days(1));
        let holds_for = interval * LATE + TimeDelta::minutes(1);
        Self { segments, holds_for, ended_at: group.retired_at }
    }
}

/// Check of a group and its status.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckView {
    /// Rule that the check asks in the present definition.
    pub rule: RuleText,
    /// Outcome, and its effect on the commit.
    pub gated: Gated,
    /// Counts of the last run.
    pub counts: GatedCounts,
}

/// Group with all that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupDetails {
    /// Status of the group itself.
    pub group: GroupView,
    /// Checks, the worst first, of these the most severe.
    pub checks: Vec<CheckView>,
    /// Waivers, those first that somebody should look after.
    pub waivers: Vec<WaiverView>,
    /// Findings that stand, the worst first.
    pub findings: Part<FindingView, Cursor>,
    /// Part of its runs, the latest first.
    pub runs: Part<RunView, RunId>,
    /// History by the runs of that part.
    pub history: History,
}

/// Choice of what is read of a group.
#[derive(Debug, Clone, Default)]
pub struct GroupFilter {
    /// Choice of the findings that are read.
    pub findings: FindingFilter,
    /// Run before which the part of the runs begins; `None` for the latest.
    pub before: Option<RunId>,
    /// Most runs of a part.
    pub runs: usize,
}

/// A group by the names of its source and itself; `None` where there is none.
pub async fn group(
    pool: &PgPool,
    (source, name): (&str, &str),
    filter: &GroupFilter,
) -> Result<Option<GroupDetails>, db::Error> {
    let Some(source) = db::sources::by_name(pool, source).await? else { return Ok(None) };
    let Some(group) = db::groups::find(pool, source.id, name).await? else { return Ok(None) };
    let rows = rows_to_read(filter.runs);
    let runs = runs::history(pool, source.id, name, filter.before, rows).await?;
    let history = History::of(&group, runs.iter().rev().map(segment).collect());
    let checks = checks::of_group(pool, source.id, name).await?;
    Ok(Some(GroupDetails {
        group: GroupView::of(&group, &source.registration.name),
        checks: check_views(checks, &group.gate()),
        waivers: waiver::of_group(pool, source.id, &group).await?,
        findings: finding::findings(pool, source.id, &group, &filter.findings).await?,
        runs: Part::of(runs, filter.runs, |run| run.id, |run| RunView::of(run, &group)),
        history,
    }))
}

fn segment(run: &runs::Run) -> Segment {
    Segment {
        run: run.id,
        first_at: run.first_at,
        last_at: run.last_at,
        outcome: run.record.verdict.outcome,
    }
}

fn check_views(checks: Vec<Check>, gate: &Gate) -> Vec<CheckView> {
    let view = |check: Check| {
        let status = check.status.as_ref();
        CheckView {
            gated: gate.check(status),
            counts: status.map(|status| gate.check_counts(status)).unwrap_or_default(),
            rule: check.rule,
        }
    };
    let mut views: Vec<CheckView> = checks.into_iter().map(view).collect();
    views.sort_by_key(|view| (view.gated.rank(), std::cmp::Reverse(view.rule.severity)));
    views
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::gating::Gating;
    use crate::evaluation::{CheckStatus, Counts, Enforced, GroupOutcome};
    use crate::policy::Severity;

    fn check(id: &str, severity: Severity, outcome: Option<Outcome>) -> Check {
        let rule = RuleText {
            id: id.to_owned(),
            title: id.to_owned(),
            severity,
            resource_type: "AWS::S3::Bucket".to_owned(),
            assertion: "true".to_owned(),
            path: "a.yaml".to_owned(),
            line: 1,
            ..RuleText::default()
        };
        let status = outcome.map(|outcome| CheckStatus {
            check: id.to_owned(),
            outcome,
            counts: Counts::from_iter([outcome]),
            baseline: 0,
            of_no_resource: false,
        });
        Check { group: "storage".to_owned(), rule, status }
    }

    fn shown(checks: Vec<Check>, mode: Mode) -> Vec<String> {
        let gate = Gate {
            mode,
            suspended: false,
            new_only: "2026-11-22".parse().ok(),
            last: Some(GroupOutcome { outcome: Outcome::Fail, counts: Counts::default() }),
            enforced: Some(Enforced { outcome: Outcome::Fail, baseline: 3 }),
            is_current: true,
        };
        let effect = |gated: Gated| match (gated.outcome, gated.gating) {
            (None, _) => "none".to_owned(),
            (Some(outcome), Gating::NotEnforced(reason)) => format!("{outcome}, {reason:?}"),
            (Some(outcome), _) => outcome.to_string(),
        };
        let views = check_views(checks, &gate).into_iter();
        views.map(|view| format!("{}: {}", view.rule.id, effect(view.gated))).collect()
    }

    #[test]
    fn checks_that_fail_newly_come_before_those_of_the_baseline() {
        let check = |id: &str, fail: u64, baseline: u64| {
            let mut check = check(id, Severity::High, Some(Outcome::Fail));
            if let Some(status) = &mut check.status {
                (status.counts.fail, status.baseline) = (fail, baseline);
            }
            check
        };
        let checks = || vec![check("as-before", 2, 2), check("partly", 2, 1), check("new", 1, 0)];
        let enforced = shown(checks(), Mode::Enforce);
        assert_eq!(enforced, ["partly: fail", "new: fail", "as-before: fail, Baseline"]);
        let audited = shown(checks(), Mode::Audit);
        assert!(audited.iter().all(|row| row.ends_with("fail, Audit")), "{audited:?}");
    }

    #[test]
    fn checks_that_matter_most_come_first() {
        let checks = vec![
            check("passes", Severity::Critical, Some(Outcome::Pass)),
            check("fails-low", Severity::Low, Some(Outcome::Fail)),
            check("fails-high", Severity::High, Some(Outcome::Fail)),
            check("fails-high-too", Severity::High, Some(Outcome::Fail)),
            check("new", Severity::Low, None),
        ];
        let order = [
            "fails-high: fail",
            "fails-high-too: fail",
            "fails-low: fail",
            "new: none",
            "passes: pass",
        ];
        assert_eq!(shown(checks, Mode::Enforce), order);
    }
}
