//! Checks that are judged one after another, for whoever tells of each as it comes: of a large
//! account there are millions of findings, and only those of one check are in memory.

use std::sync::Arc;

use crate::policy::{Account, Check, Group, Severity, Waiver};
use crate::resource::Inventory;

use super::finding::CheckResult;
use super::found::result;
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
        let verdicts = Verdicts::of(group.checks.iter().map(|check| &check.rule), &accounts);
        group.checks.iter().enumerate().map(move |(at, check)| {
            let mut result = result(check, &verdicts, at);
            let waivers = waive_check(group, &accounts, waivers.iter().copied(), &mut result);
            Self { group, check, result, waivers }
        })
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
