//! What a change of policy means: what is added, removed and changed, and whether less is demanded.
//!
//! Compared are meanings, not files: moving or reformatting a group changes nothing. Whether a
//! change demands less is only said where it is certain from the policies alone ([`changes`]); an
//! expression that is simply another one is [`Weight::Changed`], for people to judge. What it makes of
//! resources that were collected is a value of its own ([`Impact`]). Where inventories come from is left
//! to `collect` and `recorded`, the words to `render`.

mod backtest;
mod compare;
mod conjuncts;
mod effect;
mod pairs;
mod removal;
mod settings;
mod shifts;
mod uncollected;
mod waivers;

use similar::{ChangeTag, TextDiff};

use crate::policy::{AccountName, CheckId, GroupName, WaiverName};

pub use backtest::{Backtest, PastAccount, PastCheck, Period, Periods, instants, resolution};
pub use compare::changes;
pub use effect::{AccountImpact, CheckImpact, Impact, Shift};
pub use removal::{APPROVAL_TRAILER, Removal};
pub use shifts::{ShiftKind, Shifts};
pub use uncollected::{Cost, Uncollected};

/// Everything that differs between two revisions: accounts first, then each group with its checks,
/// then waivers and settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes(Vec<Change>);

impl Changes {
    /// Changes in the order of their subjects.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.0.iter()
    }

    /// `true` where both revisions mean the same.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The changes of which nobody can say without looking whether they demand less.
    pub fn to_judge(&self) -> impl Iterator<Item = &Change> {
        self.0.iter().filter(|change| change.weight == Weight::Changed)
    }

    /// The changes that demand less.
    pub fn weaker(&self) -> impl Iterator<Item = &Change> {
        self.0.iter().filter(|change| change.weight == Weight::Weaker)
    }
}

/// Difference of meaning between two revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Thing that is added, removed or changed.
    pub subject: Subject,
    /// Kind of the difference, with both sides.
    pub what: What,
    /// Direction of the demands on the resources.
    pub weight: Weight,
}

/// Subject of a change: a thing that policies define.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An account that groups may select.
    Account(AccountName),
    /// A group as a whole.
    Group(GroupName),
    /// A check of a group.
    Check(GroupName, CheckId),
    /// A waiver of whichever groups.
    Waiver(WaiverName),
    /// The settings of the repository.
    Settings,
}

/// Kind of a difference, with both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The revision in force lacks the thing.
    Added,
    /// The other revision lacks the thing.
    Removed,
    /// It had another name. The history of a group stays under that one, that of a check goes on.
    Renamed {
        /// The name that it had.
        from: String,
    },
    /// A field has another value; an empty text where it has none.
    Field {
        /// The field as policies write it, such as `severity`.
        field: &'static str,
        /// Value in the revision in force.
        from: String,
        /// Value in the other revision.
        to: String,
    },
    /// An expression is another one.
    Expression {
        /// Key of the expression: `where` or `assert`.
        field: &'static str,
        /// The old and the new text, line by line.
        diff: Vec<DiffLine>,
    },
}

/// Weight of a change: less or more is demanded of the resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// Less is demanded, of fewer resources, later or with less consequence.
    Weaker,
    /// It may be either: for people to judge.
    Changed,
    /// More is demanded, of more resources, or sooner.
    Stronger,
    /// Words only: no verdict depends on it.
    Neutral,
}

/// A line of a diff, without its line break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// Text that has the line: old, new or both.
    pub side: Side,
    /// The line without its break.
    pub text: String,
}

/// Text that a line of a diff stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The line stands in both texts.
    Both,
    /// Only in the old one.
    Old,
    /// Only in the new one.
    New,
}

impl Side {
    /// The sign before such a line in a unified diff.
    pub fn sign(self) -> char {
        match self {
            Self::Both => ' ',
            Self::Old => '-',
            Self::New => '+',
        }
    }
}

/// A line beyond this is broken where its conditions end, so that a difference shows.
const LONG_LINE: usize = 60;

/// The lines of a text; none of a missing one.
fn lines(text: Option<&str>) -> Vec<String> {
    let lines = text.unwrap_or_default().trim().lines().map(str::trim_end);
    lines
        .flat_map(|line| {
            if line.chars().count() > LONG_LINE {
                conjuncts::broken(line)
            } else {
                vec![line.to_owned()]
            }
        })
        .collect()
}

/// The lines of two texts; none of a missing one.
fn diff(old: Option<&str>, new: Option<&str>) -> Vec<DiffLine> {
    let (old, new) = (lines(old), lines(new));
    let old: Vec<_> = old.iter().map(String::as_str).collect();
    let new: Vec<_> = new.iter().map(String::as_str).collect();
    TextDiff::from_slices(&old, &new)
        .iter_all_changes()
        .map(|change| DiffLine {
            side: match change.tag() {
                ChangeTag::Equal => Side::Both,
                ChangeTag::Delete => Side::Old,
                ChangeTag::Insert => Side::New,
            },
            text: change.value().to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests;
