//! Whether what a group found counts: what is audited, stored only, on hold or old is told apart,
//! as the check run `cloudcorrect/compliance` does.

use crate::db::groups::Group;
use crate::db::runs::Run;
use crate::evaluation::{Counts, Outcome};
use crate::policy::{Mode, NewOnly};

/// Why a failure turns nothing red.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Held {
    /// It fails since before that is enforced.
    Old,
    /// The group is in audit.
    Audit,
    /// The group is in shadow.
    Shadow,
    /// The group is not evaluated for now.
    Suspended,
}

impl Held {
    /// The word before the outcome.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::Audit => "audit",
            Self::Shadow => "shadow",
            Self::Suspended => "suspended",
        }
    }

    /// What holds back all that a group finds, whatever that is.
    pub(super) fn all_of(group: &Group) -> Option<Self> {
        match group.definition.mode {
            Mode::Shadow => Some(Self::Shadow),
            _ if group.definition.suspended => Some(Self::Suspended),
            Mode::Audit => Some(Self::Audit),
            Mode::Enforce => None,
        }
    }
}

/// An outcome, and what keeps it from counting where it asks for somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Weighed {
    /// The outcome; `None` before the first evaluation.
    pub(super) outcome: Option<Outcome>,
    /// Why it does not count.
    pub(super) held: Option<Held>,
}

impl Weighed {
    /// An outcome that is held back by `held`, if it is one that asks for somebody.
    pub(super) fn new(outcome: Option<Outcome>, held: Option<Held>) -> Self {
        let asks = matches!(outcome, Some(Outcome::Fail | Outcome::Unknown(_)));
        Self { outcome, held: held.filter(|_| asks) }
    }

    /// How a group stands: by what is enforced of it, or by what is not if that is all.
    pub(super) fn of(group: &Group) -> Self {
        let outcome = group.verdict.map(|verdict| verdict.outcome);
        match new_only(group).and(group.enforced) {
            Some(enforced) => match enforced.outcome {
                Outcome::Fail | Outcome::Unknown(_) => Self::new(Some(enforced.outcome), None),
                _ => Self::new(outcome, (enforced.old > 0).then_some(Held::Old)),
            },
            None => Self::new(outcome, Held::all_of(group)),
        }
    }

    /// A run of a group. What was old is kept of the last run only; whatever the mode was then, it
    /// is the present one that says what counts.
    pub(super) fn of_run(run: &Run, group: &Group) -> Self {
        if group.run == Some(run.id) {
            return Self::of(group);
        }
        Self::new(Some(run.record.verdict.outcome), Held::all_of(group))
    }

    /// The order of what a page lists: the worst first, what does not count after what does, and
    /// what was never evaluated before what is fine.
    pub(super) fn rank(self) -> u8 {
        match (self.outcome, self.held) {
            (Some(Outcome::Fail), None) => 0,
            (Some(Outcome::Unknown(_)), None) => 1,
            (Some(Outcome::Fail), Some(_)) => 2,
            (Some(Outcome::Unknown(_)), Some(_)) => 3,
            (None, _) => 4,
            (Some(Outcome::Pass), _) => 5,
            (Some(Outcome::Waived), _) => 6,
            (Some(Outcome::NotApplicable), _) => 7,
        }
    }
}

/// Counts of findings, and what of them does not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct WeighedCounts {
    /// All of them.
    pub(super) counts: Counts,
    /// How many of those that fail are old.
    pub(super) old: u64,
    /// What holds back all of them.
    pub(super) held: Option<Held>,
}

impl WeighedCounts {
    /// What the last run of a group found.
    pub(super) fn of(group: &Group) -> Self {
        let counts = group.verdict.map(|verdict| verdict.counts).unwrap_or_default();
        Self { counts, old: old(group), held: Held::all_of(group) }
    }

    /// What a run of a group found.
    pub(super) fn of_run(run: &Run, group: &Group) -> Self {
        let old = if group.run == Some(run.id) { old(group) } else { 0 };
        Self { counts: run.record.verdict.counts, old, held: Held::all_of(group) }
    }

    /// How many fail and count.
    pub(super) fn failing(&self) -> u64 {
        self.held.map_or(self.counts.fail.saturating_sub(self.old), |_| 0)
    }
}

/// How many failures of a group are old; what is held back as a whole has none.
pub(super) fn old(group: &Group) -> u64 {
    new_only(group).and(group.enforced).map_or(0, |enforced| enforced.old)
}

/// From when on a group that is enforced enforces what fails, if its last run took that into
/// account.
pub(super) fn new_only(group: &Group) -> Option<NewOnly> {
    let is_enforced = group.evaluated && Held::all_of(group).is_none();
    group.definition.new_only.filter(|_| is_enforced)
}
