//! Gating: whether an outcome turns a commit red, and why it does not.
//!
//! Decided here alone, from the mode of the group, its suspension, the run of its present
//! definition and, with `newOnly`, since when something fails. Check runs, pages and whatever else
//! tells of outcomes read the decision; the words are left to them.

use chrono::{DateTime, Utc};

use crate::policy::{Mode, NewOnly};

use super::baseline::{Enforced, is_baseline};
use super::finding::CheckStatus;
use super::outcome::{Counts, GroupOutcome, Outcome};

/// Reason for which an outcome turns no commit red. Lists of what is not enforced are in this
/// order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The finding fails since before the instant of `newOnly`.
    Baseline,
    /// The group is in audit.
    Audit,
    /// The group is in shadow.
    Shadow,
    /// The group is not evaluated until a revision says otherwise.
    Suspended,
}

/// Effect of an outcome on the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gating {
    /// A failure or an unknown turns the commit red.
    Counts,
    /// The present definition of the group was not evaluated yet: the commit waits.
    Pending,
    /// The commit stays as it is, for a reason.
    NotEnforced(Reason),
}

impl Gating {
    fn of(reason: Option<Reason>) -> Self {
        reason.map_or(Self::Counts, Self::NotEnforced)
    }
}

/// An outcome and its effect on the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gated {
    /// Outcome of the last run, whichever definition that was of; `None` before the first.
    pub outcome: Option<Outcome>,
    /// Effect of that outcome on the commit.
    pub gating: Gating,
}

impl Gated {
    /// Reason for which a failure or an unknown turns nothing red; `None` where it does, and where
    /// the outcome is neither.
    pub fn reason(self) -> Option<Reason> {
        match self.gating {
            Gating::NotEnforced(reason) if self.is_bad() => Some(reason),
            _ => None,
        }
    }

    /// `true` where the outcome turns the commit red.
    pub fn is_red(self) -> bool {
        self.gating == Gating::Counts && self.is_bad()
    }

    /// Outcome of the present definition; `None` where that was not evaluated yet.
    pub fn present(self) -> Option<Outcome> {
        self.outcome.filter(|_| self.gating != Gating::Pending)
    }

    /// Position in lists of what somebody should look at: the worst first, what is not enforced
    /// after what is, and what is to come before what is fine.
    pub fn rank(self) -> impl Ord + Copy {
        let class = match self.present() {
            Some(_) if self.is_red() => 0,
            Some(_) if self.is_bad() => 1,
            None => 2,
            Some(_) => 3,
        };
        (class, self.present().map(Outcome::rank), self.reason())
    }

    /// Standing of the group that this is the decision on.
    pub fn standing(self) -> Standing {
        match (self.gating, self.outcome) {
            (Gating::NotEnforced(Reason::Baseline), _) => Standing::Holds,
            (Gating::NotEnforced(reason), _) => Standing::NotEnforced(reason),
            (Gating::Pending, _) | (Gating::Counts, None | Some(Outcome::Unknown(_))) => {
                Standing::Unclear
            }
            (Gating::Counts, Some(Outcome::Fail)) => Standing::Fails,
            (Gating::Counts, Some(_)) => Standing::Holds,
        }
    }

    fn is_bad(self) -> bool {
        self.outcome.is_some_and(Outcome::is_bad)
    }
}

/// Standing of a group for whoever follows it from its failing to its recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It is enforced and fails.
    Fails,
    /// It is enforced, and nothing that counts fails.
    Holds,
    /// Nobody knows: it could not be evaluated, or not yet by its present definition. What was known
    /// before is neither confirmed nor taken back.
    Unclear,
    /// It is not enforced, for a reason.
    NotEnforced(Reason),
}

/// Counts of findings, and what of them turns no commit red.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GatedCounts {
    /// Findings by outcome, those of the baseline among them.
    pub counts: Counts,
    /// Findings that fail since before the instant of `newOnly`.
    pub baseline: u64,
    /// Reason for which none of them counts.
    pub reason: Option<Reason>,
}

impl GatedCounts {
    /// Failures that turn the commit red.
    pub fn failing(&self) -> u64 {
        self.reason.map_or(self.new_failures(), |_| 0)
    }

    /// Failures beside those of the baseline.
    pub fn new_failures(&self) -> u64 {
        self.counts.fail.saturating_sub(self.baseline)
    }
}

/// Gate of a group: what of its definition and of its last run decides which outcomes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// Mode of the present definition.
    pub mode: Mode,
    /// `true` where the group is not evaluated until a revision says otherwise.
    pub suspended: bool,
    /// Instant from which on failures are enforced.
    pub new_only: Option<NewOnly>,
    /// Outcome of the last run, whichever definition that was of.
    pub last: Option<GroupOutcome>,
    /// Enforced part of the last run, where a baseline was left out.
    pub enforced: Option<Enforced>,
    /// `true` where the last run was of the present definition.
    pub is_current: bool,
}

impl Gate {
    /// Reason for which nothing of the group is enforced, whatever it finds.
    pub fn reason(&self) -> Option<Reason> {
        match self.mode {
            Mode::Shadow => Some(Reason::Shadow),
            _ if self.suspended => Some(Reason::Suspended),
            Mode::Audit => Some(Reason::Audit),
            Mode::Enforce => None,
        }
    }

    /// `true` where outcomes of the group are reported on the commit: it is evaluated, and not in
    /// shadow.
    pub fn is_reported(&self) -> bool {
        !matches!(self.reason(), Some(Reason::Shadow | Reason::Suspended))
    }

    /// Instant of `newOnly`, where the last run left out its baseline.
    pub fn new_only(&self) -> Option<NewOnly> {
        let is_enforced = self.reason().is_none() && self.is_current;
        self.new_only.filter(|_| is_enforced && self.enforced.is_some())
    }

    /// Decision on the group as a whole.
    pub fn group(&self) -> Gated {
        let outcome = self.last.map(|last| last.outcome);
        let gated = |gating| Gated { outcome, gating };
        let reason = self.reason();
        if self.is_reported() && (outcome.is_none() || !self.is_current) {
            return gated(Gating::Pending);
        }
        match self.new_only().and(self.enforced) {
            None => gated(Gating::of(reason)),
            Some(Enforced { outcome, .. }) if outcome.is_bad() => {
                Gated { outcome: Some(outcome), gating: Gating::Counts }
            }
            Some(Enforced { baseline: 0, .. }) => gated(Gating::Counts),
            Some(_) => gated(Gating::NotEnforced(Reason::Baseline)),
        }
    }

    /// Counts of the last run.
    pub fn counts(&self) -> GatedCounts {
        let counts = self.last.map(|last| last.counts).unwrap_or_default();
        let baseline = self.new_only().and(self.enforced).map_or(0, |enforced| enforced.baseline);
        GatedCounts { counts, baseline, reason: self.reason() }
    }

    /// Decision on a run that came to `outcome`, by the present mode, whatever that was then. A
    /// baseline is known of the last run alone.
    pub fn run(&self, outcome: Outcome, is_last: bool) -> Gated {
        match self.group() {
            group if is_last && group.gating != Gating::Pending => group,
            _ => Gated { outcome: Some(outcome), gating: Gating::of(self.reason()) },
        }
    }

    /// Counts of a run, with the baseline of the last.
    pub fn run_counts(&self, counts: Counts, is_last: bool) -> GatedCounts {
        let baseline = if is_last { self.counts().baseline } else { 0 };
        GatedCounts { counts, baseline, reason: self.reason() }
    }

    /// Decision on a check by its status after the last run; `None` before the first.
    pub fn check(&self, status: Option<&CheckStatus>) -> Gated {
        let Some(status) = status else {
            return Gated { outcome: None, gating: Gating::of(self.reason()) };
        };
        let counts = self.check_counts(status);
        let is_baseline = counts.baseline > 0 && counts.new_failures() == 0;
        let baseline = is_baseline.then_some(Reason::Baseline);
        Gated { outcome: Some(status.outcome), gating: Gating::of(self.reason().or(baseline)) }
    }

    /// Counts of a check, with its part of the baseline.
    pub fn check_counts(&self, status: &CheckStatus) -> GatedCounts {
        let baseline = if self.new_only().is_some() { status.baseline } else { 0 };
        GatedCounts { counts: status.counts, baseline, reason: self.reason() }
    }

    /// Decision on a finding that fails, if it does, since an instant.
    pub fn finding(&self, outcome: Outcome, failing_since: Option<DateTime<Utc>>) -> Gated {
        let new_only = self.new_only().filter(|_| outcome == Outcome::Fail);
        let is_baseline = failing_since
            .zip(new_only)
            .is_some_and(|(since, new_only)| is_baseline(since, new_only));
        let baseline = is_baseline.then_some(Reason::Baseline);
        Gated { outcome: Some(outcome), gating: Gating::of(self.reason().or(baseline)) }
    }
}

/// State of the commit in force, which its groups decide together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CommitState {
    /// An enforced group fails or could not be evaluated.
    Red,
    /// A group was not evaluated yet.
    Pending,
    /// All enforced groups are as they should be.
    Green,
}

impl CommitState {
    /// State of groups that are reported on the commit. A failure cannot be turned by what is still to
    /// come; all else waits for it, since green must not turn red a moment later.
    pub fn of(groups: impl IntoIterator<Item = Gated>) -> Self {
        let mut state = Self::Green;
        for group in groups {
            if group.is_red() && group.outcome == Some(Outcome::Fail) {
                return Self::Red;
            }
            state = match (state, group.gating) {
                (_, Gating::Pending) | (Self::Pending, _) => Self::Pending,
                _ if group.is_red() => Self::Red,
                (state, _) => state,
            };
        }
        state
    }
}

#[cfg(test)]
mod tests;
