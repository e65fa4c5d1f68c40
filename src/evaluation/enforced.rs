//! What of a group's findings is enforced, where what failed before an instant is not.

use super::outcome::Outcome;

/// What a group with `newOnly` comes to for those who enforce it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enforced {
    /// What it comes to without its old failures: these count as if they were waived.
    pub outcome: Outcome,
    /// How many findings fail since before the instant.
    pub old: u64,
}

impl Enforced {
    /// The findings of a group, each with whether it is old.
    pub fn of(findings: impl IntoIterator<Item = (Outcome, bool)>) -> Self {
        let mut old = 0;
        let enforced = findings.into_iter().map(|finding| match finding {
            (Outcome::Fail, true) => {
                old += 1;
                Outcome::Waived
            }
            (outcome, _) => outcome,
        });
        let outcome = Outcome::worst(enforced).unwrap_or(Outcome::NotApplicable);
        Self { outcome, old }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Cause;

    #[test]
    fn only_old_failures_are_left_out() {
        use Outcome::{Fail, NotApplicable, Pass, Waived};
        let unknown = Outcome::Unknown(Cause::Throttled);
        let of = |findings: &[(Outcome, bool)]| {
            let Enforced { outcome, old } = Enforced::of(findings.iter().copied());
            (outcome, old)
        };
        assert_eq!(of(&[]), (NotApplicable, 0));
        assert_eq!(of(&[(Fail, true), (Fail, true)]), (Waived, 2));
        assert_eq!(of(&[(Fail, true), (Pass, false)]), (Pass, 1));
        assert_eq!(of(&[(Fail, true), (Fail, false)]), (Fail, 1));
        assert_eq!(of(&[(Fail, true), (unknown, true)]), (unknown, 1), "an error is never old");
        assert_eq!(of(&[(NotApplicable, false), (Waived, true)]), (Waived, 0));
    }
}
