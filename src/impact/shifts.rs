//! Kinds of difference between what two revisions say of a resource, and how they add up.

use std::ops::AddAssign;

use crate::evaluation::Outcome;
use crate::resource::Cause;

/// Difference between what a check said of a resource and what it would say, as far as that is known. Each
/// resource has one at most; those that somebody should look at come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShiftKind {
    /// It fails, and did not.
    NewlyFailing,
    /// It fails, and a waiver turned that.
    NoLongerWaived,
    /// It cannot be known any more, for another cause than the one below.
    NewlyUnknown,
    /// It would be known if somebody asked the account, which nobody did.
    NotCollected,
    /// It could not be known before either, so that nobody can say what the change makes of it.
    StaysUnknown,
    /// A waiver turns that it fails.
    NewlyWaived,
    /// Nobody asks any more.
    NoLongerChecked,
    /// It passes, and did not, or nobody asked.
    NewlyPassing,
}

impl ShiftKind {
    /// All kinds in their order.
    pub const ALL: [Self; 8] = [
        Self::NewlyFailing,
        Self::NoLongerWaived,
        Self::NewlyUnknown,
        Self::NotCollected,
        Self::StaysUnknown,
        Self::NewlyWaived,
        Self::NoLongerChecked,
        Self::NewlyPassing,
    ];

    /// Kind of the difference between two outcomes, of which one is missing where the resource is not
    /// judged; none where both are known and say the same.
    pub fn of(was: Option<Outcome>, is: Option<Outcome>) -> Option<Self> {
        let judged = |outcome: &Outcome| *outcome != Outcome::NotApplicable;
        match (was.filter(judged), is.filter(judged)) {
            (Some(Outcome::Fail), Some(Outcome::Fail))
            | (Some(Outcome::Pass), Some(Outcome::Pass))
            | (Some(Outcome::Waived), Some(Outcome::Waived))
            | (None | Some(Outcome::NotApplicable), None)
            | (_, Some(Outcome::NotApplicable)) => None,
            (Some(Outcome::Waived), Some(Outcome::Fail)) => Some(Self::NoLongerWaived),
            (_, Some(Outcome::Fail)) => Some(Self::NewlyFailing),
            (was, Some(is @ Outcome::Unknown(Cause::NotCollected))) if was != Some(is) => {
                Some(Self::NotCollected)
            }
            (Some(Outcome::Unknown(_)), Some(Outcome::Unknown(_))) => Some(Self::StaysUnknown),
            (_, Some(Outcome::Unknown(_))) => Some(Self::NewlyUnknown),
            (_, Some(Outcome::Waived)) => Some(Self::NewlyWaived),
            (_, Some(Outcome::Pass)) => Some(Self::NewlyPassing),
            (Some(_), None) => Some(Self::NoLongerChecked),
        }
    }

    /// `true` where less is known or more fails than before.
    pub fn is_bad(self) -> bool {
        matches!(
            self,
            Self::NewlyFailing | Self::NoLongerWaived | Self::NewlyUnknown | Self::NotCollected
        )
    }
}

/// Numbers of differences by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shifts([u64; ShiftKind::ALL.len()]);

impl Shifts {
    /// How many are of a kind.
    pub fn get(&self, kind: ShiftKind) -> u64 {
        self.0.get(kind as usize).copied().unwrap_or_default()
    }

    /// How many are bad.
    pub fn bad(&self) -> u64 {
        ShiftKind::ALL.into_iter().filter(|kind| kind.is_bad()).map(|kind| self.get(kind)).sum()
    }

    /// `true` where there is no difference.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds one of a kind.
    pub fn add(&mut self, kind: ShiftKind) {
        if let Some(number) = self.0.get_mut(kind as usize) {
            *number += 1;
        }
    }
}

impl AddAssign for Shifts {
    fn add_assign(&mut self, other: Self) {
        for (number, more) in self.0.iter_mut().zip(other.0) {
            *number += more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pair_of_outcomes_is_of_one_kind() {
        let outcomes = [
            None,
            Some(Outcome::NotApplicable),
            Some(Outcome::Fail),
            Some(Outcome::Unknown(Cause::AccessDenied)),
            Some(Outcome::Unknown(Cause::NotCollected)),
            Some(Outcome::Pass),
            Some(Outcome::Waived),
        ];
        let shown = |kind: Option<ShiftKind>| kind.map_or("-".to_owned(), |it| format!("{it:?}"));
        let rows = outcomes.map(|was| {
            let row = outcomes.map(|is| shown(ShiftKind::of(was, is)));
            let was = was.map_or("nothing".to_owned(), |it| it.to_string());
            format!("{was}: {}", row.join(" "))
        });
        insta::assert_snapshot!(rows.join("\n"), @"
        nothing: - - NewlyFailing NewlyUnknown NotCollected NewlyPassing NewlyWaived
        not_applicable: - - NewlyFailing NewlyUnknown NotCollected NewlyPassing NewlyWaived
        fail: NoLongerChecked NoLongerChecked - NewlyUnknown NotCollected NewlyPassing NewlyWaived
        unknown(access_denied): NoLongerChecked NoLongerChecked NewlyFailing StaysUnknown NotCollected NewlyPassing NewlyWaived
        unknown(not_collected): NoLongerChecked NoLongerChecked NewlyFailing StaysUnknown StaysUnknown NewlyPassing NewlyWaived
        pass: NoLongerChecked NoLongerChecked NewlyFailing NewlyUnknown NotCollected - NewlyWaived
        waived: NoLongerChecked NoLongerChecked NoLongerWaived NewlyUnknown NotCollected NewlyPassing -
        ");
    }

    #[test]
    fn they_add_up() {
        let mut shifts = Shifts::default();
        assert!(shifts.is_empty());
        for kind in ShiftKind::ALL {
            shifts.add(kind);
        }
        shifts.add(ShiftKind::NewlyPassing);
        shifts += shifts;
        let numbers = ShiftKind::ALL.map(|kind| shifts.get(kind));
        assert_eq!(numbers, [2, 2, 2, 2, 2, 2, 2, 4]);
        assert_eq!(shifts.bad(), 8);
    }
}
