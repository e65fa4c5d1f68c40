//! The checks of a group: what each asks, as the policy in force has it, and how it stands.

use sqlx::PgPool;

use super::answer::Failure;
use super::badge::{Badge, Tally, rank};
use crate::db;
use crate::db::findings::CheckStanding;
use crate::db::policies::PolicyFile;
use crate::db::sources::SourceId;
use crate::evaluation::{Counts, Outcome};
use crate::policy::{Check, Group, PolicySet, SourceFile};

/// A check on the page of its group.
pub(super) struct CheckRow {
    pub(super) id: String,
    pub(super) resource_type: String,
    pub(super) severity: String,
    pub(super) badge: Badge,
    pub(super) tally: Tally,
    /// What it asks; nothing of a check that is no longer in force.
    pub(super) rule: Option<Rule>,
    /// Whether it needs somebody.
    pub(super) fails: bool,
}

/// What a check asks.
pub(super) struct Rule {
    pub(super) title: String,
    pub(super) filter: Option<String>,
    pub(super) assertion: String,
    pub(super) compliance: Vec<String>,
    pub(super) remediation: Option<String>,
    /// File and line.
    pub(super) place: String,
}

/// The checks of a group, the worst first, else as in the file.
pub(super) async fn checks(
    pool: &PgPool,
    source: SourceId,
    group: &str,
) -> Result<Vec<CheckRow>, Failure> {
    let standing = db::findings::by_check(pool, source, group).await?;
    let files = db::policies::in_force(pool, source).await?.files;
    let name = group.to_owned();
    let definition = tokio::task::spawn_blocking(move || definition(files, &name)).await?;
    Ok(rows(standing, definition))
}

/// The group as the policies in force have it. Only files that mention its name are read.
fn definition(files: Vec<PolicyFile>, name: &str) -> Option<Group> {
    let mentions =
        |file: &PolicyFile| file.body.windows(name.len()).any(|part| part == name.as_bytes());
    let files: Vec<SourceFile> = files
        .into_iter()
        .filter(mentions)
        .map(|file| SourceFile::new(file.path, file.body))
        .collect();
    PolicySet::read(&files).policies.groups.into_values().find(|group| group.name.as_str() == name)
}

fn rows(standing: Vec<CheckStanding>, definition: Option<Group>) -> Vec<CheckRow> {
    let mut checks = definition.map(|group| group.checks).unwrap_or_default();
    let mut rows: Vec<(Option<Outcome>, CheckRow)> = Vec::new();
    for stands in standing {
        let at = checks.iter().position(|check| check.id.as_str() == stands.check);
        let check = at.map(|at| checks.remove(at));
        rows.push((Some(stands.outcome), row(stands, check)));
    }
    rows.extend(checks.into_iter().map(|check| (None, unjudged(check))));
    rows.sort_by_key(|(outcome, _)| rank(*outcome));
    rows.into_iter().map(|(_, row)| row).collect()
}

fn row(standing: CheckStanding, check: Option<Check>) -> CheckRow {
    CheckRow {
        id: standing.check,
        resource_type: standing.resource_type,
        severity: standing.severity.to_string(),
        badge: Badge::of(Some(standing.outcome)),
        tally: Tally(standing.counts),
        rule: check.map(rule),
        fails: standing.outcome == Outcome::Fail,
    }
}

/// A check that no run has judged yet.
fn unjudged(check: Check) -> CheckRow {
    CheckRow {
        id: check.id.to_string(),
        resource_type: check.schema.type_name.to_string(),
        severity: check.severity.to_string(),
        badge: Badge::of(None),
        tally: Tally(Counts::default()),
        rule: Some(rule(check)),
        fails: false,
    }
}

fn rule(check: Check) -> Rule {
    Rule {
        filter: check.filter.map(|filter| filter.text().trim().to_owned()),
        assertion: check.assertion.text().trim().to_owned(),
        place: format!("{}:{}", check.place.path, check.place.line),
        title: check.title,
        compliance: check.compliance,
        remediation: check.remediation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICIES: &str = r#"
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: storage }
spec:
  accounts: { matchLabels: { env: prod } }
  schedule: { every: 15m }
  checks:
    - id: named
      title: Buckets have a name
      severity: low
      select: AWS::S3::Bucket
      assert: resource.BucketName != ""
    - id: private
      title: Buckets block public access
      severity: high
      select: AWS::S3::Bucket
      where: tag("env") == "prod"
      assert: resource.PublicAccessBlockConfiguration.BlockPublicAcls
      remediation: Turn it on.
"#;

    fn file(path: &str, body: &str) -> PolicyFile {
        PolicyFile { path: path.to_owned(), body: body.into(), since_commit: "c1".to_owned() }
    }

    fn standing(check: &str, outcome: Outcome) -> CheckStanding {
        CheckStanding {
            check: check.to_owned(),
            resource_type: "AWS::S3::Bucket".to_owned(),
            severity: crate::policy::Severity::High,
            outcome,
            counts: Counts::from_iter([outcome]),
        }
    }

    #[test]
    fn a_check_shows_what_it_asks_and_how_it_stands() {
        let files = vec![file("other.yaml", "kind: [broken"), file("storage.yaml", POLICIES)];
        let group = definition(files, "storage").expect("the group is there");
        let standing = vec![standing("gone", Outcome::Pass), standing("private", Outcome::Fail)];
        let told: Vec<String> = rows(standing, Some(group))
            .into_iter()
            .map(|row| {
                let rule = row.rule.map_or("no longer in force".to_owned(), |rule| {
                    let filter = rule.filter.unwrap_or_default();
                    format!(
                        "{} ({}) where {filter} assert {}",
                        rule.title, rule.place, rule.assertion
                    )
                });
                format!("{} {}: {rule}", row.id, row.badge.tone)
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        private fail: Buckets block public access (storage.yaml:14) where tag("env") == "prod" assert resource.PublicAccessBlockConfiguration.BlockPublicAcls
        named pending: Buckets have a name (storage.yaml:9) where  assert resource.BucketName != ""
        gone pass: no longer in force
        "#);
    }

    #[test]
    fn a_group_that_no_file_mentions_has_no_rules() {
        assert_eq!(definition(vec![file("storage.yaml", POLICIES)], "network"), None);
    }
}
