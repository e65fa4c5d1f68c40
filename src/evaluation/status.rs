//! Status of groups, and of the commit in force by them: what is reported of results, with everything
//! decided that [`super::gating`] decides.

use std::cmp::Reverse;

use crate::policy::{GroupName, Mode, NewOnly, RuleText};

use super::finding::CheckStatus;
use super::gating::{CommitState, Gate, Gated, GatedCounts, Gating};
use super::waivers::WaiverStatus;

/// Status of a group in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupStatus {
    /// Name of the group, unique in its source.
    pub name: GroupName,
    /// Noun for what is counted, in the singular: `bucket`, `finding`.
    pub unit: String,
    /// Mode of the present definition.
    pub mode: Mode,
    /// Outcome, and its effect on the commit.
    pub gated: Gated,
    /// Counts of the last run.
    pub counts: GatedCounts,
    /// Instant of `newOnly`, where the last run left out its baseline.
    pub new_only: Option<NewOnly>,
    /// Checks that somebody should look at; none of a group that is suspended or still pending.
    pub attention: Vec<AttentionItem>,
}

/// Check that somebody should look at, since it fails or could not be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttentionItem {
    /// Rule that the check asks.
    pub rule: RuleText,
    /// Outcome, and its effect on the commit.
    pub gated: Gated,
    /// Counts of the last run.
    pub counts: GatedCounts,
    /// `true` where one of the findings that are bad is about no single resource.
    pub of_no_resource: bool,
}

impl GroupStatus {
    /// Status of a group by its gate, with those of its checks that are bad.
    pub fn new(
        name: GroupName,
        unit: String,
        gate: &Gate,
        checks: impl IntoIterator<Item = (RuleText, CheckStatus)>,
    ) -> Self {
        let gated = gate.group();
        let is_reported = gate.is_reported() && gated.gating != Gating::Pending;
        let bad = checks.into_iter().filter(|(_, status)| is_reported && status.outcome.is_bad());
        let item = |(rule, status): (RuleText, CheckStatus)| AttentionItem {
            rule,
            gated: gate.check(Some(&status)),
            counts: gate.check_counts(&status),
            of_no_resource: status.of_no_resource,
        };
        Self {
            name,
            unit,
            mode: gate.mode,
            gated,
            counts: gate.counts(),
            new_only: gate.new_only(),
            attention: bad.map(item).collect(),
        }
    }
}

/// Status of the commit in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitStatus {
    /// State that the groups give the commit together.
    pub state: CommitState,
    /// Groups in force that are not in shadow, by name.
    pub groups: Vec<GroupStatus>,
    /// Waivers of the groups that are reported, by name.
    pub waivers: Vec<WaiverStatus>,
}

impl CommitStatus {
    /// Status of a commit by its groups, of which those in shadow are left out.
    pub fn of(groups: impl IntoIterator<Item = GroupStatus>, waivers: Vec<WaiverStatus>) -> Self {
        let shown = groups.into_iter().filter(|group| group.mode != Mode::Shadow);
        let groups: Vec<GroupStatus> = shown.collect();
        let state = CommitState::of(groups.iter().map(|group| group.gated));
        Self { state, groups, waivers }
    }

    /// Checks that somebody should look at, each with its group: the worst first, of these the
    /// most severe.
    pub fn attention(&self) -> Vec<(&GroupStatus, &AttentionItem)> {
        let groups = self.groups.iter();
        let items = groups.flat_map(|group| group.attention.iter().map(move |item| (group, item)));
        let mut items: Vec<_> = items.collect();
        items.sort_by_key(|(_, item)| (item.gated.rank(), Reverse(item.rule.severity)));
        items
    }
}
