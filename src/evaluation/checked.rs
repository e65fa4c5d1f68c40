//! Checks that are judged one after another, for whoever tells of each as it comes: of a large
//! account there are millions of findings, and only those of one check are in memory.

use std::sync::Arc;

use crate::policy::{Account, Check, CheckId, Group, Severity, Waiver};
use crate::resource::Inventory;

use super::finding::{CheckResult, Finding};
use super::found::{Telling, result, seen};
use super::outcome::{Counts, Outcome};
use super::verdicts::Verdicts;
use super::waivers::{WaiverStatus, waive_check};

/// A check of a group with what it found.
#[derive(Debug, Clone)]
pub struct Checked<'a> {
    /// The group that it belongs to.
    pub group: &'a Group,
    /// The check, as its group has it.
    pub check: &'a Check,
    /// Findings of all accounts, those that are waived turned.
    pub result: CheckResult,
    /// How the waivers that concern the group stand, as far as this check tells.
    pub waivers: Vec<WaiverStatus>,
}

impl<'a> Checked<'a> {
    /// Judges the checks of a group over the inventories of the group's accounts, as
    /// [`evaluate`](super::evaluate) does, and turns what is waived. The findings of each are made when
    /// it is asked for.
    pub fn each(
        group: &'a Group,
        accounts: Vec<(&'a Account, &'a Inventory)>,
        waivers: Vec<&'a Arc<Waiver>>,
    ) -> impl Iterator<Item = Self> {
        let verdicts = GroupVerdicts::of(group, accounts, waivers);
        group.checks.iter().enumerate().map(move |(at, check)| {
            let (result, waivers) = verdicts.result(at, check, Telling::All);
            Self { group, check, result, waivers }
        })
    }
}

/// Verdicts of the checks of a group, of which findings are made check by check.
pub struct GroupVerdicts<'a> {
    group: &'a Group,
    accounts: Vec<(&'a Account, &'a Inventory)>,
    waivers: Vec<&'a Arc<Waiver>>,
    verdicts: Verdicts<'a>,
}

impl<'a> GroupVerdicts<'a> {
    /// Judges the checks of a group over the inventories of its accounts.
    pub fn of(
        group: &'a Group,
        accounts: Vec<(&'a Account, &'a Inventory)>,
        waivers: Vec<&'a Arc<Waiver>>,
    ) -> Self {
        let verdicts = Verdicts::of(group.checks.iter().map(|check| &check.rule), &accounts);
        Self { group, accounts, waivers, verdicts }
    }

    /// Findings of a check in the order of their places, what is waived turned, without words for what
    /// fails ([`Self::seen`] has them); none where the group has no such check.
    pub fn outcomes(&self, id: &CheckId) -> Vec<Finding> {
        let found = self.place(id);
        found.map_or_else(Vec::new, |(at, check)| {
            self.result(at, check, Telling::Outcomes).0.findings
        })
    }

    /// What the parts of a check's assertion saw of the resource of a finding that are false.
    pub fn seen(&self, id: &CheckId, finding: &Finding) -> String {
        self.place(id).map_or_else(String::new, |(at, _)| seen(&self.verdicts, at, finding))
    }

    fn place(&self, id: &CheckId) -> Option<(usize, &'a Arc<Check>)> {
        self.group.checks.iter().enumerate().find(|(_, check)| check.id == *id)
    }

    fn result(
        &self,
        at: usize,
        check: &Check,
        telling: Telling,
    ) -> (CheckResult, Vec<WaiverStatus>) {
        let mut result = result(check, &self.verdicts, at, telling);
        let waivers = self.waivers.iter().copied();
        let statuses = waive_check(self.group, &self.accounts, waivers, &mut result);
        (result, statuses)
    }
}

/// Sums of checks that were judged, group by group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Worst outcome; `NotApplicable` of no checks.
    pub outcome: Outcome,
    /// Number of the groups that the checks are of.
    pub groups: usize,
    /// Number of the checks of these groups.
    pub checks: usize,
    /// How many findings have which outcome.
    pub counts: Counts,
    /// Selected resources outside the regions of their account, which were not judged.
    pub out_of_scope: u64,
    /// The highest severity of a check that fails.
    pub failing: Option<Severity>,
    /// How the waivers stand, each once, in the order of their names.
    pub waivers: Vec<WaiverStatus>,
}

impl Totals {
    /// Sums of no checks at all.
    pub fn none() -> Self {
        Self {
            outcome: Outcome::NotApplicable,
            groups: 0,
            checks: 0,
            counts: Counts::default(),
            out_of_scope: 0,
            failing: None,
            waivers: Vec::new(),
        }
    }

    /// Adds a check, of the same group as the one before it or of another, and takes how its waivers
    /// stand.
    pub fn add(&mut self, checked: &mut Checked<'_>) {
        let (check, found) = (checked.check, &checked.result);
        let is_first = |first: &Arc<Check>| std::ptr::eq(Arc::as_ptr(first), check);
        self.groups += usize::from(checked.group.checks.first().is_some_and(is_first));
        self.checks += 1;
        self.outcome = self.outcome.min(found.outcome);
        self.counts += found.counts;
        self.out_of_scope += found.out_of_scope;
        if found.counts.fail > 0 {
            self.failing = self.failing.max(Some(check.severity));
        }
        if !checked.waivers.is_empty() {
            let known = std::mem::take(&mut self.waivers);
            self.waivers = WaiverStatus::merged(known.into_iter().chain(checked.waivers.drain(..)));
        }
    }
}
