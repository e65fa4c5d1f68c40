//! The checks of a group: what each asks, as the policy in force has it, and how it stands.

use std::cmp::Reverse;

use sqlx::PgPool;

use super::answer::Failure;
use super::badge::{Badge, Tally};
use super::weight::{self, Held, Weighed, WeighedCounts};
use crate::db::checks::{self, Check};
use crate::db::groups::Group;
use crate::db::sources::SourceId;
use crate::evaluation::Outcome;
use crate::policy::Rule;

/// A check on the page of its group.
pub(super) struct CheckRow {
    /// What it asks.
    pub(super) rule: Rule,
    pub(super) badge: Badge,
    pub(super) tally: Tally,
    /// Whether it needs somebody.
    pub(super) fails: bool,
}

/// The checks of a group: the worst first, of these the most severe, else as in the file.
pub(super) async fn checks(
    pool: &PgPool,
    source: SourceId,
    group: &Group,
) -> Result<Vec<CheckRow>, Failure> {
    let checks = checks::of_group(pool, source, &group.definition.name).await?;
    Ok(rows(checks, Held::all_of(group), weight::old(group) > 0))
}

fn rows(checks: Vec<Check>, held: Option<Held>, has_old: bool) -> Vec<CheckRow> {
    let weighed = checks.into_iter().map(|check| {
        let counts = counts(&check, held, has_old);
        (weighed(&check, &counts), counts, check)
    });
    let mut weighed: Vec<_> = weighed.collect();
    weighed.sort_by_key(|(weighed, _, check)| (weighed.rank(), Reverse(check.rule.severity)));
    let row = |(weighed, counts, check): (Weighed, WeighedCounts, Check)| CheckRow {
        badge: Badge::of(weighed),
        tally: Tally(counts),
        rule: check.rule,
        fails: weighed.outcome == Some(Outcome::Fail),
    };
    weighed.into_iter().map(row).collect()
}

fn counts(check: &Check, held: Option<Held>, has_old: bool) -> WeighedCounts {
    let Some(standing) = &check.standing else { return WeighedCounts::default() };
    WeighedCounts { counts: standing.counts, old: if has_old { standing.old } else { 0 }, held }
}

fn weighed(check: &Check, counts: &WeighedCounts) -> Weighed {
    let is_old = counts.old > 0 && counts.failing() == 0;
    let outcome = check.standing.as_ref().map(|standing| standing.outcome);
    Weighed::new(outcome, counts.held.or(is_old.then_some(Held::Old)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{CheckStanding, Counts};
    use crate::policy::Severity;

    fn check(id: &str, severity: Severity, outcome: Option<Outcome>) -> Check {
        let rule = Rule {
            id: id.to_owned(),
            title: id.to_owned(),
            severity,
            resource_type: "AWS::S3::Bucket".to_owned(),
            filter: None,
            assertion: "true".to_owned(),
            compliance: Vec::new(),
            remediation: None,
            path: "a.yaml".to_owned(),
            line: 1,
            ..Rule::default()
        };
        let standing = outcome.map(|outcome| CheckStanding {
            check: id.to_owned(),
            outcome,
            counts: Counts::from_iter([outcome]),
            old: 0,
            unlisted: false,
        });
        Check { group: "storage".to_owned(), rule, standing }
    }

    fn told(checks: Vec<Check>, held: Option<Held>) -> Vec<String> {
        let rows = rows(checks, held, true).into_iter();
        rows.map(|row| format!("{} {}", row.rule.id, row.badge.words)).collect()
    }

    #[test]
    fn what_fails_newly_comes_before_what_is_old() {
        let check = |id: &str, fail: u64, old: u64| {
            let mut check = check(id, Severity::High, Some(Outcome::Fail));
            if let Some(standing) = &mut check.standing {
                (standing.counts.fail, standing.old) = (fail, old);
            }
            check
        };
        let checks = || vec![check("as-before", 2, 2), check("partly", 2, 1), check("new", 1, 0)];
        assert_eq!(told(checks(), None), ["partly fails", "new fails", "as-before old: fails"]);
        let audited = told(checks(), Some(Held::Audit));
        assert!(audited.iter().all(|row| row.ends_with("audit: fails")), "{audited:?}");
    }

    #[test]
    fn what_matters_most_comes_first() {
        let checks = vec![
            check("passes", Severity::Critical, Some(Outcome::Pass)),
            check("fails-low", Severity::Low, Some(Outcome::Fail)),
            check("fails-high", Severity::High, Some(Outcome::Fail)),
            check("fails-high-too", Severity::High, Some(Outcome::Fail)),
            check("new", Severity::Low, None),
        ];
        assert_eq!(
            told(checks, None),
            [
                "fails-high fails",
                "fails-high-too fails",
                "fails-low fails",
                "new not evaluated yet",
                "passes passes"
            ]
        );
    }
}
