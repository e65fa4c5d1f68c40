//! Since when the answers that other evaluations were given count for a group that is due.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::db::groups::Claim;
use crate::policy::Group;
use crate::schedule::{Every, Schedule};

/// The instant since when answers count for a group that is due. No group sees an answer twice, whichever
/// process evaluated it last.
pub(super) fn answers_since(
    claim: &Claim,
    group: &Group,
    longest_interval: Option<Duration>,
) -> DateTime<Utc> {
    let began = claim.claimed_at;
    let age = longest_age(&claim.schedule, group, longest_interval, began);
    let defined = (!claim.evaluated).then_some(claim.due_at);
    since(began, age, defined, claim.last_run_at)
}

/// Age of the oldest answer that counts for a group: a third of its interval, or the `maxAge` of a
/// check.
fn longest_age(
    schedule: &Schedule,
    group: &Group,
    longest_interval: Option<Duration>,
    began: DateTime<Utc>,
) -> Duration {
    let interval = schedule.next_gap(began);
    let interval = longest_interval.map_or(interval, |longest| longest.min(interval));
    let ages = group.checks.iter().filter_map(|check| check.rule.max_age);
    ages.map(Every::interval).chain([interval / 3]).min().unwrap_or_default()
}

/// The instant since when answers count: those that are young enough, were asked for after the group's
/// last evaluation, and, where its definition is new, after that came.
fn since(
    began: DateTime<Utc>,
    age: Duration,
    defined: Option<DateTime<Utc>>,
    evaluated: Option<DateTime<Utc>>,
) -> DateTime<Utc> {
    let young = TimeDelta::from_std(age).ok().and_then(|age| began.checked_sub_signed(age));
    let after = evaluated.map(|last| last + TimeDelta::microseconds(1));
    [young, defined, after].into_iter().flatten().max().unwrap_or(began)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{PolicySet, SourceFile};

    fn group(max_age: &str) -> Group {
        let text = format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: {{ name: users }}\nspec:\n  checks:\n    \
             - {{ id: one, select: AWS::IAM::User, {max_age} assert: '!has(resource.LoginProfile)' }}\n"
        );
        let read = PolicySet::read(&[SourceFile::new("a.yaml", text.into_bytes())]);
        Group::clone(read.policies.groups().next().expect("a group"))
    }

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-11-27T{text}Z").parse().expect("an instant")
    }

    #[test]
    fn an_answer_counts_for_a_third_of_the_interval_at_most() {
        let minutes = Duration::from_mins;
        for (schedule, max_age, longest, expected) in [
            ("15m", "", None, 5),
            ("0 6,18 * * * UTC", "", None, 4 * 60),
            ("15m", "maxAge: 2m,", None, 2),
            ("15m", "maxAge: 1h,", None, 5),
            ("1d", "", Some(minutes(3)), 1),
        ] {
            let schedule = schedule.parse().expect("a schedule");
            let age = longest_age(&schedule, &group(max_age), longest, at("12:00:00"));
            assert_eq!(age, minutes(expected), "{schedule} {max_age}");
        }
    }

    #[test]
    fn a_new_definition_and_a_new_evaluation_want_new_answers() {
        let (began, age) = (at("12:00:00"), Duration::from_mins(5));
        let since = |defined, evaluated| since(began, age, defined, evaluated);
        assert_eq!(since(None, None), at("11:55:00"));
        assert_eq!(since(None, Some(at("11:45:00"))), at("11:55:00"));
        assert_eq!(since(None, Some(at("11:59:00"))), at("11:59:00.000001"));
        assert_eq!(since(Some(at("11:59:59")), None), at("11:59:59"));
        assert_eq!(since(Some(at("11:59:58")), Some(at("11:59:59"))), at("11:59:59.000001"));
    }
}
