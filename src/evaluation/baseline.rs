//! The baseline of a group with `newOnly`: failures from before its instant, which are told and
//! not enforced.

use chrono::{DateTime, Utc};

use crate::policy::{Group, Mode, NewOnly};

use super::outcome::Outcome;

/// Instant from which on the failures of a group are enforced, where not all are.
pub fn new_only(group: &Group) -> Option<NewOnly> {
    group.new_only.filter(|_| group.mode == Mode::Enforce)
}

/// `true` where something that fails since an instant belongs to the baseline: all that fails by
/// the instant of `newOnly` does.
pub fn is_baseline(failing_since: DateTime<Utc>, new_only: NewOnly) -> bool {
    failing_since <= new_only.instant()
}

/// Enforced part of what a group with `newOnly` found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enforced {
    /// Outcome without the baseline, whose failures count as if they were waived.
    pub outcome: Outcome,
    /// Number of findings that belong to the baseline.
    pub baseline: u64,
}

impl Enforced {
    /// Enforced part of findings, each given with `true` where it belongs to the baseline, if it
    /// fails.
    pub fn of(findings: impl IntoIterator<Item = (Outcome, bool)>) -> Self {
        let mut baseline = 0;
        let enforced = findings.into_iter().map(|finding| match finding {
            (Outcome::Fail, true) => {
                baseline += 1;
                Outcome::Waived
            }
            (outcome, _) => outcome,
        });
        Self { outcome: Outcome::worst(enforced), baseline }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Cause;

    #[test]
    fn only_failures_of_before_are_left_out() {
        use Outcome::{Fail, NotApplicable, Pass, Waived};
        let unknown = Outcome::Unknown(Cause::Throttled);
        let of = |findings: &[(Outcome, bool)]| {
            let Enforced { outcome, baseline } = Enforced::of(findings.iter().copied());
            (outcome, baseline)
        };
        assert_eq!(of(&[]), (NotApplicable, 0));
        assert_eq!(of(&[(Fail, true), (Fail, true)]), (Waived, 2));
        assert_eq!(of(&[(Fail, true), (Pass, false)]), (Pass, 1));
        assert_eq!(of(&[(Fail, true), (Fail, false)]), (Fail, 1));
        assert_eq!(of(&[(Fail, true), (unknown, true)]), (unknown, 1), "an error is never old");
        assert_eq!(of(&[(NotApplicable, false), (Waived, true)]), (Waived, 0));
    }
}
