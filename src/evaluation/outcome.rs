//! Outcomes and how they add up.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::Cause;

/// Outcome of a check on one resource; also of a check and of a group, which come to the worst of
/// theirs.
///
/// The order of the variants is the one order of outcomes, the worst first. Of two causes of
/// `unknown` the first in [`Cause::ALL`] is worse, so that the order of findings does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The assertion does not hold.
    Fail,
    /// Nobody can know, for a cause.
    Unknown(Cause),
    /// The assertion holds of the resource.
    Pass,
    /// The assertion does not hold, and a waiver says that it need not.
    Waived,
    /// The check selects nothing, so that nothing is judged.
    NotApplicable,
}

impl Outcome {
    /// Names of all outcomes, without causes, in their order.
    pub const NAMES: [&'static str; 5] = ["fail", "unknown", "pass", "waived", "not_applicable"];

    /// Worst of several; `not_applicable` of none.
    pub fn worst(outcomes: impl IntoIterator<Item = Self>) -> Self {
        outcomes.into_iter().min().unwrap_or(Self::NotApplicable)
    }

    /// Position in the order, whatever the cause: 0 for `fail`.
    pub fn rank(self) -> usize {
        match self {
            Self::Fail => 0,
            Self::Unknown(_) => 1,
            Self::Pass => 2,
            Self::Waived => 3,
            Self::NotApplicable => 4,
        }
    }

    /// `true` where somebody should look: a failure, or what could not be known.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Fail | Self::Unknown(_))
    }

    /// Name without the cause: one of [`Self::NAMES`].
    pub fn name(self) -> &'static str {
        let [fail, unknown, pass, waived, not_applicable] = Self::NAMES;
        match self {
            Self::Fail => fail,
            Self::Unknown(_) => unknown,
            Self::Pass => pass,
            Self::Waived => waived,
            Self::NotApplicable => not_applicable,
        }
    }

    /// Cause of `unknown`; `None` of other outcomes.
    pub fn cause(self) -> Option<Cause> {
        match self {
            Self::Unknown(cause) => Some(cause),
            _ => None,
        }
    }

    /// Outcome of a name and a cause, as the database and recorded results keep them. An
    /// `unknown` without a cause is one whose cause this version does not know.
    pub fn of(name: &str, cause: Option<Cause>) -> Result<Self, UnknownOutcome> {
        match (name, cause) {
            ("unknown", cause) => Ok(Self::Unknown(cause.unwrap_or(Cause::Unsupported))),
            (name, _) => name.parse(),
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

/// Refusal of a string that names no [`Outcome`].
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

/// Numbers of findings by outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Counts {
    /// Findings that fail and are not waived.
    pub fail: u64,
    /// Findings that are unknown, whatever the cause.
    pub unknown: u64,
    /// Findings whose assertion holds of the resource.
    pub pass: u64,
    /// Findings that fail and are waived.
    pub waived: u64,
    /// Checks of a target that selected nothing there.
    pub not_applicable: u64,
}

impl Counts {
    /// Adds one finding of that outcome.
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

/// Outcome of a group, and the findings that it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupOutcome {
    /// Worst outcome of the findings.
    pub outcome: Outcome,
    /// Findings of all checks by outcome.
    pub counts: Counts,
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
                assert_eq!(Outcome::worst([worse, better]), worse, "{worse} and {better}");
                assert_eq!(Outcome::worst([better, worse]), worse, "{better} and {worse}");
            }
        }
        assert_eq!(Outcome::worst([]), Outcome::NotApplicable);
    }

    #[test]
    fn ranks_and_names_are_in_the_one_order() {
        assert!(ORDER.is_sorted());
        assert_eq!(ORDER.map(Outcome::rank), [0, 1, 2, 3, 4]);
        assert_eq!(ORDER.map(Outcome::name), Outcome::NAMES);
    }

    #[test]
    fn of_two_causes_the_same_one_is_shown_whatever_the_order() {
        let denied = Outcome::Unknown(Cause::AccessDenied);
        let timeout = Outcome::Unknown(Cause::Timeout);
        assert_eq!(Outcome::worst([denied, timeout]), denied);
        assert_eq!(Outcome::worst([timeout, denied]), denied);
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
