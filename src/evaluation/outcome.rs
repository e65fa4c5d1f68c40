//! Outcomes and how they add up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::resource::Cause;

/// What a check found of one resource; also what that amounts to for a check and a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The assertion does not hold.
    Fail,
    /// It could not be known.
    Unknown(Cause),
    /// The assertion holds.
    Pass,
    /// It does not hold, and a waiver says that it need not.
    Waived,
    /// Nothing was selected.
    NotApplicable,
}

impl Outcome {
    /// The worse of two: fail, unknown, pass, waived, `not_applicable`. Of two causes of unknown
    /// the first in [`Cause::ALL`], so that the order of findings does not matter.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown(one), Self::Unknown(another)) => Self::Unknown(one.min(another)),
            _ if self.rank() <= other.rank() => self,
            _ => other,
        }
    }

    /// The worst of several; `None` of none.
    pub fn worst(outcomes: impl IntoIterator<Item = Self>) -> Option<Self> {
        outcomes.into_iter().reduce(Self::worse)
    }

    /// The name without the cause: `fail`, `unknown`, `pass`, `waived`, `not_applicable`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Unknown(_) => "unknown",
            Self::Pass => "pass",
            Self::Waived => "waived",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// Why it is unknown, where it is.
    pub fn cause(self) -> Option<Cause> {
        match self {
            Self::Unknown(cause) => Some(cause),
            _ => None,
        }
    }

    /// The outcome of a name and a cause, as the database and recorded results keep them. An
    /// `unknown` without a cause is one whose cause this version does not know.
    pub fn of(name: &str, cause: Option<Cause>) -> Result<Self, UnknownOutcome> {
        match (name, cause) {
            ("unknown", cause) => Ok(Self::Unknown(cause.unwrap_or(Cause::Unsupported))),
            (name, _) => name.parse(),
        }
    }

    fn rank(self) -> u8 {
        match self {
            Self::Fail => 0,
            Self::Unknown(_) => 1,
            Self::Pass => 2,
            Self::Waived => 3,
            Self::NotApplicable => 4,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(cause) => write!(out, "unknown({cause})"),
            _ => out.pad(self.name()),
        }
    }
}

/// Why a string is no [`Outcome`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an outcome")]
pub struct UnknownOutcome(pub String);

impl FromStr for Outcome {
    type Err = UnknownOutcome;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let cause =
            text.strip_prefix("unknown(").and_then(|rest| rest.strip_suffix(')')?.parse().ok());
        match (text, cause) {
            (_, Some(cause)) => Ok(Self::Unknown(cause)),
            ("fail", None) => Ok(Self::Fail),
            ("pass", None) => Ok(Self::Pass),
            ("waived", None) => Ok(Self::Waived),
            ("not_applicable", None) => Ok(Self::NotApplicable),
            _ => Err(UnknownOutcome(text.to_owned())),
        }
    }
}

/// How many findings have which outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Counts {
    /// Failing.
    pub fail: u64,
    /// Unknown, whatever the cause.
    pub unknown: u64,
    /// Passing.
    pub pass: u64,
    /// Failing and waived.
    pub waived: u64,
    /// Nothing selected.
    pub not_applicable: u64,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Fail => &mut self.fail,
            Outcome::Unknown(_) => &mut self.unknown,
            Outcome::Pass => &mut self.pass,
            Outcome::Waived => &mut self.waived,
            Outcome::NotApplicable => &mut self.not_applicable,
        } += 1;
    }

    /// Findings that were judged: all but `not_applicable`.
    pub fn judged(&self) -> u64 {
        self.fail + self.unknown + self.pass + self.waived
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.fail += other.fail;
        self.unknown += other.unknown;
        self.pass += other.pass;
        self.waived += other.waived;
        self.not_applicable += other.not_applicable;
    }
}

impl FromIterator<Outcome> for Counts {
    fn from_iter<I: IntoIterator<Item = Outcome>>(outcomes: I) -> Self {
        let mut counts = Self::default();
        outcomes.into_iter().for_each(|outcome| counts.add(outcome));
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDER: [Outcome; 5] = [
        Outcome::Fail,
        Outcome::Unknown(Cause::Throttled),
        Outcome::Pass,
        Outcome::Waived,
        Outcome::NotApplicable,
    ];

    #[test]
    fn the_worst_outcome_wins_whatever_the_order() {
        for (rank, worse) in ORDER.into_iter().enumerate() {
            for better in ORDER.into_iter().skip(rank) {
                assert_eq!(worse.worse(better), worse, "{worse} and {better}");
                assert_eq!(better.worse(worse), worse, "{better} and {worse}");
            }
        }
        assert_eq!(Outcome::worst([]), None);
    }

    #[test]
    fn of_two_causes_the_same_one_is_shown_whatever_the_order() {
        let denied = Outcome::Unknown(Cause::AccessDenied);
        let timeout = Outcome::Unknown(Cause::Timeout);
        assert_eq!(denied.worse(timeout), denied);
        assert_eq!(timeout.worse(denied), denied);
    }

    #[test]
    fn outcomes_are_read_as_they_are_written() {
        for outcome in ORDER {
            assert_eq!(outcome.to_string().parse(), Ok(outcome));
            assert_eq!(Outcome::of(outcome.name(), outcome.cause()), Ok(outcome));
        }
        assert!("unknown".parse::<Outcome>().is_err());
        assert!("unknown(tired)".parse::<Outcome>().is_err());
    }
}
