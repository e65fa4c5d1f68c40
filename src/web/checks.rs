//! The checks of a group: what each asks, as the policy in force has it, and how it stands.

use std::cmp::Reverse;

use sqlx::PgPool;

use super::answer::Failure;
use super::badge::{Badge, Tally, rank};
use crate::db::checks::{self, Check};
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
    group: &str,
) -> Result<Vec<CheckRow>, Failure> {
    Ok(rows(checks::of_group(pool, source, group).await?))
}

fn rows(mut checks: Vec<Check>) -> Vec<CheckRow> {
    checks.sort_by_key(|check| (rank(outcome(check)), Reverse(check.rule.severity)));
    checks.into_iter().map(row).collect()
}

fn outcome(check: &Check) -> Option<Outcome> {
    check.standing.as_ref().map(|standing| standing.outcome)
}

fn row(check: Check) -> CheckRow {
    let outcome = outcome(&check);
    CheckRow {
        badge: Badge::of(outcome),
        tally: Tally(check.standing.map(|standing| standing.counts).unwrap_or_default()),
        rule: check.rule,
        fails: outcome == Some(Outcome::Fail),
    }
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

    #[test]
    fn what_matters_most_comes_first() {
        let checks = vec![
            check("passes", Severity::Critical, Some(Outcome::Pass)),
            check("fails-low", Severity::Low, Some(Outcome::Fail)),
            check("fails-high", Severity::High, Some(Outcome::Fail)),
            check("fails-high-too", Severity::High, Some(Outcome::Fail)),
            check("new", Severity::Low, None),
        ];
        let told: Vec<String> = rows(checks)
            .into_iter()
            .map(|row| format!("{} {}", row.rule.id, row.badge.tone))
            .collect();
        assert_eq!(
            told,
            [
                "fails-high fail",
                "fails-high-too fail",
                "fails-low fail",
                "new pending",
                "passes pass"
            ]
        );
    }
}
