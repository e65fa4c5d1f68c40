//! Changes of two small revisions, a line each.

mod backtest;
mod effect;
mod waivers;

use std::fmt::Write as _;
use std::sync::Arc;

use super::*;
use crate::policy::{PolicySet, SourceFile};

const ACCOUNTS: &str = r#"
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod, labels: { env: prod } }
spec: { aws: { accountId: "123456789012", regions: [us-east-1, eu-west-1] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: test, labels: { env: test } }
spec: { aws: { accountId: "210987654321", regions: [us-east-1] } }
"#;

const STORAGE: &str = r#"
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: storage, labels: { team: platform } }
spec:
  description: Buckets are private.
  owner: platform@example.com
  accounts: { matchLabels: { env: prod } }
  schedule: { every: 15m }
  mode: enforce
  checks:
    - id: private
      title: Buckets block public access
      severity: high
      select: AWS::S3::Bucket
      where: tag("env") == "prod"
      assert: >
        resource.PublicAccessBlockConfiguration.BlockPublicAcls &&
        resource.PublicAccessBlockConfiguration.RestrictPublicBuckets
      compliance: [soc2/CC6.1]
      remediation: Block it.
    - id: versioned
      select: AWS::S3::Bucket
      assert: resource.VersioningConfiguration.Status == "Enabled"
"#;

fn read(text: &str) -> Arc<PolicySet> {
    let reading = PolicySet::read(&[SourceFile::new("policies/a.yaml", text.as_bytes())]);
    let errors: Vec<_> =
        reading.diagnostics.iter().filter(|it| it.is_error()).map(ToString::to_string).collect();
    assert_eq!(errors, Vec::<String>::new());
    reading.policies
}

/// The changes from the base to the base with replacements, a line each.
fn after(replacements: &[(&str, &str)]) -> String {
    let base = format!("{ACCOUNTS}{STORAGE}");
    let mut head = base.clone();
    for (from, to) in replacements {
        assert!(head.contains(from), "{from}");
        head = head.replace(from, to);
    }
    shown(&changes(&read(&base), &read(&head)))
}

fn shown(changes: &Changes) -> String {
    let mut text = String::new();
    for Change { subject, what, weight } in changes.iter() {
        let subject = match subject {
            Subject::Account(name) => format!("account {name}"),
            Subject::Group(name) => name.to_string(),
            Subject::Check(group, check) => format!("{group}/{check}"),
            Subject::Waiver(name) => format!("waiver {name}"),
            Subject::Settings => "settings".to_owned(),
        };
        let what = match what {
            What::Added => "added".to_owned(),
            What::Removed => "removed".to_owned(),
            What::Renamed { from } => format!("was {from}"),
            What::Field { field, from, to } => format!("{field} `{from}` -> `{to}`"),
            What::Expression { field, diff } => {
                diff.iter().fold((*field).to_owned(), |all, line| {
                    format!("{all}\n  {}{}", line.side.sign(), line.text)
                })
            }
        };
        writeln!(text, "{weight:?}: {subject}: {what}").unwrap();
    }
    text
}

#[test]
fn equal_meanings_differ_in_nothing() {
    assert_eq!(after(&[]), "");
    let moved = format!("# A comment\n{STORAGE}---\n{ACCOUNTS}");
    let base = read(&format!("{ACCOUNTS}{STORAGE}"));
    assert!(changes(&base, &read(&moved)).is_empty());
    let reordered = after(&[(
        "resource.PublicAccessBlockConfiguration.BlockPublicAcls &&
        resource.PublicAccessBlockConfiguration.RestrictPublicBuckets",
        "resource.PublicAccessBlockConfiguration.RestrictPublicBuckets
        && resource.PublicAccessBlockConfiguration.BlockPublicAcls",
    )]);
    assert_eq!(reordered, "");
}

#[test]
fn removing_and_downgrading_are_weaker() {
    insta::assert_snapshot!(after(&[
        ("severity: high", "severity: low"),
        ("mode: enforce", "mode: audit"),
        ("every: 15m", "every: 1d"),
        ("regions: [us-east-1, eu-west-1]", "regions: [us-east-1]"),
        ("        resource.PublicAccessBlockConfiguration.BlockPublicAcls &&\n", ""),
        (r#"where: tag("env") == "prod""#, r#"where: tag("env") == "prod" && tag("x") == "y""#),
        ("    - id: versioned\n      select", "    - id: renamed\n      select"),
    ]), @r#"
    Weaker: account prod: regions `eu-west-1, us-east-1` -> `us-east-1`
    Weaker: storage: mode `enforce` -> `audit`
    Weaker: storage: every `15m` -> `1d`
    Weaker: storage/private: severity `high` -> `low`
    Weaker: storage/private: where
      -tag("env") == "prod"
      +tag("env") == "prod" && tag("x") == "y"
    Weaker: storage/private: assert
      -resource.PublicAccessBlockConfiguration.BlockPublicAcls &&
       resource.PublicAccessBlockConfiguration.RestrictPublicBuckets
    Stronger: storage/renamed: added
    Weaker: storage/versioned: removed
    "#);
}

#[test]
fn a_group_under_another_name_is_the_same_group() {
    insta::assert_snapshot!(after(&[
        ("kind: Group\nmetadata: { name: storage,", "kind: Group\nmetadata: { name: buckets,"),
        ("mode: enforce", "mode: audit"),
    ]), @"
    Neutral: buckets: was storage
    Weaker: buckets: mode `enforce` -> `audit`
    ");
    insta::assert_snapshot!(after(&[
        ("kind: Group\nmetadata: { name: storage,", "kind: Group\nmetadata: { name: buckets,"),
        ("severity: high", "severity: low"),
    ]), @"
    Stronger: buckets: added
    Weaker: storage: removed
    ");
}

#[test]
fn a_pattern_counts_by_its_longest_gap() {
    let weight = |cron: &str| {
        let schedule = format!("cron: '{cron}', timezone: Europe/Berlin");
        after(&[("every: 15m", schedule.as_str())])
    };
    let patterns = [
        "*/5 9-17 * * mon-fri",
        "* 9 1 1 *",
        "*/30 * * * mon-fri",
        "*/15 * * * *",
        "*/10 * * * *",
        "*/5 0-22 * * *",
    ];
    insta::assert_snapshot!(patterns.map(weight).join("\n"), @"
    Weaker: storage: cron `15m` -> `*/5 9-17 * * mon-fri Europe/Berlin`

    Weaker: storage: cron `15m` -> `* 9 1 1 * Europe/Berlin`

    Weaker: storage: cron `15m` -> `*/30 * * * mon-fri Europe/Berlin`

    Neutral: storage: cron `15m` -> `*/15 * * * * Europe/Berlin`

    Stronger: storage: cron `15m` -> `*/10 * * * * Europe/Berlin`

    Weaker: storage: cron `15m` -> `*/5 0-22 * * * Europe/Berlin`
    ");
}

#[test]
fn the_other_way_round_is_stronger() {
    insta::assert_snapshot!(after(&[
        ("severity: high", "severity: critical"),
        ("every: 15m", "every: 5m"),
        ("      where: tag(\"env\") == \"prod\"\n", ""),
        ("matchLabels: { env: prod }", "names: [prod, test]"),
        ("regions: [us-east-1] ", "regions: [us-east-1, eu-west-1] "),
        (
            r#"assert: resource.VersioningConfiguration.Status == "Enabled""#,
            r#"assert: resource.VersioningConfiguration.Status == "Enabled" && size(resource.Tags) > 0
      onEmpty: fail"#,
        ),
    ]), @r#"
    Stronger: account test: regions `us-east-1` -> `eu-west-1, us-east-1`
    Stronger: storage: accounts `prod` -> `prod, test`
    Stronger: storage: every `15m` -> `5m`
    Stronger: storage/private: severity `high` -> `critical`
    Stronger: storage/private: where
      -tag("env") == "prod"
    Stronger: storage/versioned: assert
      -resource.VersioningConfiguration.Status == "Enabled"
      +resource.VersioningConfiguration.Status == "Enabled" &&
      +size(resource.Tags) > 0
    Stronger: storage/versioned: onEmpty `not_applicable` -> `fail`
    "#);
}

#[test]
fn what_may_be_either_is_left_to_people() {
    insta::assert_snapshot!(after(&[
        (r#"where: tag("env") == "prod""#, r#"where: tag("env") == "live""#),
        (r#"Status == "Enabled""#, r#"Status != "Suspended"
      onEmpty: pass"#),
        ("accountId: \"210987654321\"", "accountId: \"210987654322\""),
    ]), @r#"
    Changed: account test: accountId `210987654321` -> `210987654322`
    Changed: storage/private: where
      -tag("env") == "prod"
      +tag("env") == "live"
    Changed: storage/versioned: assert
      -resource.VersioningConfiguration.Status == "Enabled"
      +resource.VersioningConfiguration.Status != "Suspended"
    Changed: storage/versioned: onEmpty `not_applicable` -> `pass`
    "#);
}

#[test]
fn conditions_on_another_type_are_not_compared() {
    insta::assert_snapshot!(after(&[
        (
            r#"select: AWS::S3::Bucket
      where: tag("env") == "prod""#,
            r#"select: AWS::IAM::User
      where: tag("env") == "prod" && resource.UserName != "root""#,
        ),
        (
            "resource.PublicAccessBlockConfiguration.BlockPublicAcls &&
        resource.PublicAccessBlockConfiguration.RestrictPublicBuckets",
            "resource.UserName != \"x\"",
        ),
    ]), @r#"
    Changed: storage/private: select `AWS::S3::Bucket` -> `AWS::IAM::User`
    Changed: storage/private: where
      -tag("env") == "prod"
      +tag("env") == "prod" && resource.UserName != "root"
    Changed: storage/private: assert
      -resource.PublicAccessBlockConfiguration.BlockPublicAcls &&
      -resource.PublicAccessBlockConfiguration.RestrictPublicBuckets
      +resource.UserName != "x"
    "#);
}

#[test]
fn words_are_neutral() {
    insta::assert_snapshot!(after(&[
        ("title: Buckets block public access", "title: Buckets are private"),
        ("owner: platform@example.com\n", "owner: storage@example.com\n"),
        ("description: Buckets are private.", "description: Private."),
        ("team: platform", "team: storage"),
        ("      remediation: Block it.\n", ""),
        ("[soc2/CC6.1]", "[soc2/CC6.1, soc2/CC6.2]"),
    ]), @"
    Neutral: storage: owner `platform@example.com` -> `storage@example.com`
    Neutral: storage: description `Buckets are private.` -> `Private.`
    Neutral: storage: labels `team=platform` -> `team=storage`
    Neutral: storage/private: title `Buckets block public access` -> `Buckets are private`
    Neutral: storage/private: remediation `Block it.` -> ``
    Neutral: storage/private: compliance `soc2/CC6.1` -> `soc2/CC6.1, soc2/CC6.2`
    ");
}

#[test]
fn suspending_is_weaker_and_so_is_selecting_another_account() {
    insta::assert_snapshot!(after(&[
        ("mode: enforce", "mode: enforce\n  suspend: true"),
        ("matchLabels: { env: prod }", "matchLabels: { env: test }"),
    ]), @"
    Weaker: storage: accounts `prod` -> `test`
    Weaker: storage: suspend `false` -> `true`
    ");
    // Not by the group's own doing.
    insta::assert_snapshot!(
        after(&[("name: test, labels: { env: test }", "name: test, labels: { env: prod }")]),
        @"
    Neutral: account test: labels `env=test` -> `env=prod`
    Stronger: storage: accounts `prod` -> `prod, test`
    "
    );
}

#[test]
fn what_is_collected_beside_checks_decides_nothing() {
    let regions = "regions: [us-east-1] }";
    let off = format!("{regions}, inventory: {{ sweep: off }}");
    insta::assert_snapshot!(
        after(&[(regions, off.as_str())]),
        @"Neutral: account test: inventory.sweep `daily` -> `off`"
    );
}

#[test]
fn whole_groups_and_accounts_come_and_go() {
    let full = read(&format!("{ACCOUNTS}{STORAGE}"));
    let empty = PolicySet::default();
    insta::assert_snapshot!(shown(&changes(&empty, &full)), @"
    Stronger: account prod: added
    Stronger: account test: added
    Stronger: storage: added
    ");
    insta::assert_snapshot!(shown(&changes(&full, &empty)), @"
    Weaker: account prod: removed
    Weaker: account test: removed
    Weaker: storage: removed
    ");
    assert_eq!(changes(&full, &empty).weaker().count(), 3);
}

#[test]
fn a_check_with_a_former_id_is_the_same_check() {
    insta::assert_snapshot!(
        after(&[
            ("    - id: versioned\n      select", "    - id: renamed\n      formerly: [versioned, other]\n      select"),
            ("severity: high", "severity: low"),
        ]),
        @r"
    Weaker: storage/private: severity `high` -> `low`
    Neutral: storage/renamed: was versioned
    Neutral: storage/renamed: title `versioned` -> `renamed`
    "
    );
}

#[test]
fn holding_failures_back_is_weaker_and_the_longer_the_weaker() {
    let saying = |new_only: &str| {
        read(&format!("{ACCOUNTS}{STORAGE}").replace(
            "  mode: enforce\n",
            &format!("  mode: enforce\n  enforce: {{ newOnly: {new_only} }}\n"),
        ))
    };
    let (all, early, late) =
        (read(&format!("{ACCOUNTS}{STORAGE}")), saying("2026-11-22"), saying("2026-11-23"));
    let steps = [(&all, &early), (&early, &late), (&late, &early), (&early, &all)];
    let told: Vec<String> =
        steps.iter().map(|(old, new)| shown(&changes(old, new)).trim().to_owned()).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    Weaker: storage: enforce.newOnly `` -> `2026-11-22`
    Weaker: storage: enforce.newOnly `2026-11-22` -> `2026-11-23`
    Stronger: storage: enforce.newOnly `2026-11-23` -> `2026-11-22`
    Stronger: storage: enforce.newOnly `2026-11-22` -> ``
    ");
    // A group that comes to be enforced demands more, whatever is held back.
    let audited = read(&format!("{ACCOUNTS}{STORAGE}").replace("mode: enforce", "mode: audit"));
    insta::assert_snapshot!(shown(&changes(&audited, &early)), @r"
    Stronger: storage: mode `audit` -> `enforce`
    Neutral: storage: enforce.newOnly `` -> `2026-11-22`
    ");
}
