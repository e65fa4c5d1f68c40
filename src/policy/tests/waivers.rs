//! Waivers: read as they are meant, and refused where they would say something else.

use crate::diagnostic::Code;
use chrono::{DateTime, Utc};

use super::*;

const STORAGE: &str = "    - id: versioned
      select: AWS::S3::Bucket
      assert: resource.BucketName != \"\"
";

/// A tree with the group `storage`, its check `versioned`, and a waiver with this spec.
fn waiver(spec: &str) -> String {
    format!(
        "{}---
apiVersion: cloudcorrect.dev/v1
kind: Waiver
metadata: {{ name: legacy }}
spec:
{spec}",
        group(STORAGE)
    )
}

const SPEC: &str = "  match:
    group: storage
    check: versioned
    account: prod
    region: eu-west-1
    resource: [logs, 'arn:aws:s3:::data-*']
  reason: Goes away with the old shop.
  owner: shop@example.com
  expires: 2026-12-31
  approvedBy: Ada
  ticket: SHOP-12
";

fn good(spec: &str) -> Waiver {
    let reading = read(&waiver(spec));
    assert!(reading.diagnostics.is_empty(), "{:?}", reading.diagnostics);
    reading.policies.waivers["legacy"].as_ref().clone()
}

#[test]
fn a_waiver_is_read_as_it_is_meant() {
    let read = good(SPEC);
    let covered = "storage/versioned in prod/eu-west-1: logs, arn:aws:s3:::data-*";
    assert_eq!(read.covers.to_string(), covered);
    assert_eq!(
        (read.reason.as_str(), read.owner.as_str()),
        ("Goes away with the old shop.", "shop@example.com")
    );
    assert_eq!(read.expires.to_string(), "2026-12-31");
    assert_eq!(
        (read.approved_by.as_deref(), read.ticket.as_deref()),
        (Some("Ada"), Some("SHOP-12"))
    );
    assert_eq!((read.path.as_str(), read.line), ("policies/x.yaml", 20));
    let json = serde_json::to_value(&read).expect("JSON");
    assert_eq!(serde_json::from_value::<Waiver>(json).expect("the same"), read);
    let one = good(&SPEC.replace("[logs, 'arn:aws:s3:::data-*']", "logs"));
    assert_eq!(one.covers.resources, ["logs"]);
}

#[test]
fn it_holds_through_its_last_day_and_ends_with_it() {
    let read = good(SPEC);
    let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
    assert!(read.holds_at(at("2026-12-31T23:59:59Z")));
    assert!(!read.holds_at(at("2027-01-01T00:00:00Z")));
    assert_eq!(read.ends_at(), at("2027-01-01T00:00:00Z"));
    let on = |day: &str| read.validity(day.parse().expect("a day"));
    assert_eq!(on("2026-12-16"), Validity::InForce);
    assert_eq!(on("2026-12-17"), Validity::Expiring);
    assert_eq!(on("2026-12-31"), Validity::Expiring);
    assert_eq!(on("2027-01-01"), Validity::Expired);
}

#[test]
fn what_it_refers_to_must_be_there() {
    insta::assert_snapshot!(problems(&waiver(&SPEC.replace("storage", "storag"))), @r"
    23:12-23:18: error[unknown-group] there is no group `storag`
        help: did you mean `storage`?
    ");
    insta::assert_snapshot!(problems(&waiver(&SPEC.replace("check: versioned", "check: version"))), @r"
    24:12-24:19: error[unknown-check] group `storage` has no check `version`
        help: did you mean `versioned`?
    ");
    insta::assert_snapshot!(problems(&waiver(&SPEC.replace("account: prod", "account: prd"))), @r"
    25:14-25:17: error[unknown-account] there is no account `prd`
        help: did you mean `prod`?
    ");
    let anywhere =
        SPEC.replace("    group: storage\n", "").replace("check: versioned", "check: private");
    insta::assert_snapshot!(problems(&waiver(&anywhere)), @"23:12-23:19: error[unknown-check] there is no check `private`");
    let renamed = waiver(&SPEC.replace("check: versioned", "check: old"))
        .replace("- id: versioned", "- id: versioned\n      formerly: [old]");
    insta::assert_snapshot!(problems(&renamed), @r"
    25:12-25:15: error[unknown-check] group `storage` has no check `old`
        help: it is called `versioned` now
    ");
    let by_id = SPEC.replace("account: prod", "account: 012345678901");
    assert_eq!(problems(&waiver(&by_id)), "");
}

#[test]
fn a_group_that_cannot_be_read_is_no_reason_to_say_that_it_is_not_there() {
    let broken = waiver(SPEC).replace("resource.BucketName", "resource.BuckeName");
    let found = problems(&broken);
    assert!(
        found.contains(Code::UnknownProperty.as_str())
            && !found.contains(Code::UnknownGroup.as_str()),
        "{found}"
    );
    assert!(!found.contains(Code::UnknownCheck.as_str()), "{found}");
}

#[test]
fn an_account_that_the_group_does_not_select_has_nothing_to_waive() {
    let other = ACCOUNT.replace("prod", "dev").replace("012345678901", "210987654321");
    let text = format!("{other}{}", waiver(&SPEC.replace("account: prod", "account: dev")));
    insta::assert_snapshot!(problems(&text), @r"
    31:14-31:17: warning[no-effect] group `storage` does not select account `dev`
        help: there is nothing to waive; remove the waiver, or name another account
    ");
}

#[test]
fn a_waiver_says_what_why_who_and_until_when() {
    insta::assert_snapshot!(problems(&waiver("  match: {}\n")), @r"
    22:3-22:4: error[missing-key] `spec` lacks `expires`
        help: The last day on which it holds, in UTC, such as `2026-12-31`.
    22:3-22:4: error[missing-key] `spec` lacks `owner`
        help: Who answers for it.
    22:3-22:4: error[missing-key] `spec` lacks `reason`
        help: Why this may fail.
    22:10-22:11: error[missing-key] `match` names neither a group nor a check
        help: add `group`, `check` or both: no waiver is of everything
    ");
    insta::assert_snapshot!(problems(&waiver(&SPEC.replace("2026-12-31", "31.12.2026"))), @"30:12-30:22: error[invalid-value] `31.12.2026` is not a date: write it as in `2026-12-31`");
    insta::assert_snapshot!(problems(&waiver(&SPEC.replace("2026-12-31", "2026-02-30"))), @"30:12-30:22: error[invalid-value] `2026-02-30` is not a date: there is no such day");
    let spec = SPEC
        .replace("Goes away with the old shop.", "' '")
        .replace("[logs, 'arn:aws:s3:::data-*']", "['']")
        .replace("ticket", "tickt")
        .replace("eu-west-1", "EU");
    insta::assert_snapshot!(problems(&waiver(&spec)), @r"
    26:13-26:15: error[invalid-value] region `EU` is not a region's name; write it as in `eu-west-1`
    27:16-27:18: error[invalid-value] `resource` must not be empty
    28:11-28:14: error[invalid-value] `reason` must not be empty
    32:3-32:8: error[unknown-key] `spec` has no `tickt`
        help: did you mean `ticket`?
    ");
}

#[test]
fn a_name_is_there_once() {
    let text = waiver(SPEC);
    let (_, document) = text.rsplit_once("---\n").expect("documents");
    insta::assert_snapshot!(problems(&format!("{text}---\n{document}")), @r"
    20:19-20:25: error[duplicate-name] waiver `legacy` is there twice
        36: the second one is here
    36:19-36:25: error[duplicate-name] waiver `legacy` is there twice
        20: the first one is here
    ");
}

/// A part that is wrong never makes a waiver wider.
#[test]
fn what_is_refused_is_no_waiver() {
    for (from, to) in [
        ("group: storage", "group: Storage"),
        ("check: versioned", "check: []"),
        ("region: eu-west-1", "region: EU"),
        ("2026-12-31", "never"),
        ("owner: shop@example.com", "owner: ''"),
    ] {
        let reading = read(&waiver(&SPEC.replace(from, to)));
        assert!(!reading.is_clean() && reading.policies.waivers.is_empty(), "{to}");
    }
}

#[test]
fn globs_of_a_waiver_are_bounded_and_ids_are_not() {
    let list = |item: &dyn Fn(usize) -> String| {
        let items: Vec<_> = (0..1_001).map(item).collect();
        waiver(&SPEC.replace("logs, 'arn:aws:s3:::data-*'", &items.join(", ")))
    };
    assert_eq!(problems(&list(&|n| format!("id-{n}"))), "");
    let told = problems(&list(&|n| format!("'id-{n}-*'")));
    assert!(told.contains("error[too-many-patterns] a waiver has at most 1000 patterns"), "{told}");
}

#[test]
fn a_resource_that_begins_as_an_arn_is_one() {
    let odd =
        ["arn:aws:s3::acme-x", "arn:aws:s3", "arn:aws:s3::acme-*", "arn:aws:iam:role:prod/a:b"];
    let list = format!("['{}']", odd.join("', '"));
    let list = waiver(&SPEC.replace("[logs, 'arn:aws:s3:::data-*']", &list));
    insta::assert_snapshot!(problems(&list), @r"
    27:16-27:36: warning[no-effect] `arn:aws:s3::acme-x` matches no ARN: it has fewer than six parts
        help: write it as in `arn:aws:s3:::logs`, or the id alone, as in `logs`
    27:38-27:50: warning[no-effect] `arn:aws:s3` matches no ARN: it has fewer than six parts
        help: write it as in `arn:aws:s3:::logs`, or the id alone, as in `logs`
    27:52-27:72: warning[no-effect] `arn:aws:s3::acme-*` matches no ARN: its fifth part is not an account's number
        help: write it as in `arn:aws:s3:::logs`, or the id alone, as in `logs`
    27:74-27:101: warning[no-effect] `arn:aws:iam:role:prod/a:b` matches no ARN: its fifth part is not an account's number
        help: write it as in `arn:aws:s3:::logs`, or the id alone, as in `logs`
    ");
    for fine in [
        "arn:*",
        "arn:aws:s3:::*",
        "arn:aws*:logs",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws:iam::1234*:role/ci",
        "arn:aws-cn:ec2:cn-north-1:012345678901:volume/vol-1",
        "arn-of-nothing",
    ] {
        let text = SPEC.replace("[logs, 'arn:aws:s3:::data-*']", &format!("'{fine}'"));
        assert!(!problems(&waiver(&text)).contains("matches no ARN"), "{fine}");
    }
}

#[test]
fn what_cannot_be_seen_in_a_resource_is_told_unless_it_is_escaped() {
    let with = |resource: &str| waiver(&SPEC.replace("[logs, 'arn:aws:s3:::data-*']", resource));
    insta::assert_snapshot!(problems(&with("['lo\u{200b}gs', \"a\u{a0}b\"]")), @r#"
    27:19-27:20: warning[invisible-character] the text holds U+200B, which cannot be seen
        help: remove it, or write "\u200b" in double quotes
    27:27-27:28: warning[invisible-character] the text holds U+00A0, which looks like a space
        help: remove it, or write "\u00a0" in double quotes
    "#);
    assert_eq!(problems(&with(r#"["lo\u200bgs", 'größe']"#)), "");
}

/// Checks of several types, and a waiver of one of them.
fn named(check: &str, more: &str) -> String {
    let checks = "    - { id: rooted, select: AWS::IAM::Role, assert: tag('a') != null }
    - { id: versioned, select: AWS::S3::Bucket, assert: tag('a') != null }
    - { id: placed, select: AWS::EC2::Instance, assert: tag('a') != null }
    - { id: there, select: AWS::EC2::VPC, onEmpty: fail, assert: tag('a') != null }
    - { id: few, select: AWS::EC2::VPC, assertAll: size(resources) <= 1 }
    - { id: one, select: AWS::EC2::VPC, scope: account, assertAll: size(resources) <= 1 }
";
    let check = if check.is_empty() { String::new() } else { format!(", check: {check}") };
    matching(checks, &format!("group: storage{check}"), more)
}

/// A group with checks, and a waiver that matches by two lines.
fn matching(checks: &str, first: &str, more: &str) -> String {
    problems(&format!(
        "{}---
apiVersion: cloudcorrect.dev/v1
kind: Waiver
metadata: {{ name: legacy }}
spec:
  match:
    {{ {first},
    {more} }}
  reason: Goes away.
  owner: ada
  expires: 2026-12-31
",
        group(checks)
    ))
}

#[test]
fn a_resource_that_no_checked_type_has_is_told() {
    insta::assert_snapshot!(named("placed", "resource: [web-*, i-0123, vol-0123]"), @r"
    27:16-27:21: warning[no-effect] `web-*` matches no resource of `AWS::EC2::Instance`
        help: it is compared with `InstanceId`, an id that begins with `i-`, or the ARN
    27:31-27:39: warning[no-effect] `vol-0123` matches no resource of `AWS::EC2::Instance`
        help: it is compared with `InstanceId`, an id that begins with `i-`, or the ARN
    ");
    insta::assert_snapshot!(named("rooted", "resource: ['role/ci', 'arn:aws:iam::012345678901:user/ci']"), @r"
    27:16-27:25: warning[no-effect] `role/ci` matches no resource of `AWS::IAM::Role`
        help: it is compared with `RoleName`, a name without `/` and `:`, or the ARN
    27:27-27:62: warning[no-effect] `arn:aws:iam::012345678901:user/ci` matches no resource of `AWS::IAM::Role`
        help: it is compared with `RoleName`, a name without `/` and `:`, or the ARN
    ");
    insta::assert_snapshot!(named("versioned", "resource: 'arn:aws:s3:::logs/*'"), @r"
    27:15-27:36: warning[no-effect] `arn:aws:s3:::logs/*` matches no resource of `AWS::S3::Bucket`
        help: it is compared with `BucketName`, a name without `/` and `:`, or the ARN
    ");
    insta::assert_snapshot!(named("", "resource: 'alias/app'"), @r"
    27:15-27:26: warning[no-effect] `alias/app` matches no resource of `AWS::IAM::Role`, `AWS::S3::Bucket` or 2 more types
        help: it is held of `AWS::IAM::Role` against `RoleName`, a name without `/` and `:`, or the ARN; of `AWS::S3::Bucket` against `BucketName`, a name without `/` and `:`, or the ARN
    ");
    for (check, fine) in [
        ("placed", "[i-*, 'arn:aws:ec2:*:*:instance/i-0123', '*']"),
        ("rooted", "['ci-*', 'arn:aws:iam::012345678901:role/team/ci', '*/ci']"),
        ("versioned", "[logs, 'arn:aws:s3:::logs-*']"),
        ("", "[vpc-1, i-1, logs, 'arn:aws:s3:::logs']"),
    ] {
        assert_eq!(named(check, &format!("resource: {fine}")), "", "{fine}");
    }
}

#[test]
fn a_resource_in_another_notation_is_told() {
    insta::assert_snapshot!(named("versioned", "resource: ['acme-.*', '^acme-', 'acme-[ab]', 'acme-a,acme-b']"), @"
    27:16-27:25: warning[no-effect] `acme-.*` matches no resource of `AWS::S3::Bucket`
        help: only `*` and `?` are wildcards, as in `acme-*`
    27:27-27:35: warning[no-effect] `^acme-` matches no resource of `AWS::S3::Bucket`
        help: only `*` and `?` are wildcards, as in `acme-*`
    27:37-27:48: warning[no-effect] `acme-[ab]` matches no resource of `AWS::S3::Bucket`
        help: only `*` and `?` are wildcards, as in `acme-*`
    27:50-27:65: warning[no-effect] `acme-a,acme-b` matches no resource of `AWS::S3::Bucket`
        help: write each as an item of its own, as in `[acme-a, acme-b]`
    ");
    insta::assert_snapshot!(named("rooted", "resource: ['ci-.*', AROAEXAMPLEEXAMPLE12]"), @"
    27:16-27:23: warning[no-effect] `ci-.*` matches no resource of `AWS::IAM::Role`
        help: only `*` and `?` are wildcards, as in `acme-*`
    27:25-27:45: warning[no-effect] `AROAEXAMPLEEXAMPLE12` matches no resource of `AWS::IAM::Role`
        help: it is compared with `RoleName`, a name without `/` and `:`, or the ARN
    ");
    // Signs that stand in names of IAM are not what is wrong.
    insta::assert_snapshot!(named("versioned", "resource: ['arn:aws:iam::012345678901:role/a+b', 'arn:aws:iam::012345678901:role/a,b']"), @"
    27:16-27:52: warning[no-effect] `arn:aws:iam::012345678901:role/a+b` matches no resource of `AWS::S3::Bucket`
        help: it is compared with `BucketName`, a name without `/` and `:`, or the ARN
    27:54-27:90: warning[no-effect] `arn:aws:iam::012345678901:role/a,b` matches no resource of `AWS::S3::Bucket`
        help: it is compared with `BucketName`, a name without `/` and `:`, or the ARN
    ");
    insta::assert_snapshot!(named("placed", "resource: ['web server', 'i-0123, i-4567']"), @"
    27:16-27:28: warning[no-effect] `web server` matches no resource of `AWS::EC2::Instance`
        help: it is compared with `InstanceId`, an id that begins with `i-`, or the ARN
    27:30-27:46: warning[no-effect] `i-0123, i-4567` matches no resource of `AWS::EC2::Instance`
        help: write each as an item of its own, as in `[acme-a, acme-b]`
    ");
    insta::assert_snapshot!(named("placed", "resource: i-web"), @"
    27:15-27:20: warning[no-effect] `i-web` matches no resource of `AWS::EC2::Instance`
        help: it is compared with `InstanceId`, an id that begins with `i-`, or the ARN
    ");
}

#[test]
fn an_arn_of_no_account_that_is_meant_is_told() {
    insta::assert_snapshot!(named("rooted", "resource: 'arn:aws:iam::210987654321:role/acme'"), @"
    27:15-27:52: warning[no-effect] the waiver covers no account with the id `210987654321`
        help: there are `012345678901`
    ");
    insta::assert_snapshot!(named("placed", "resource: 'arn:aws:ec2:eu-west-3:*:instance/*'"), @"
    27:15-27:51: warning[no-effect] the waiver covers no account with the region `eu-west-3`
        help: did you mean `eu-west-1`?
    ");
    for (check, fine) in [
        ("rooted", "'arn:aws:iam::012345678901:role/acme'"),
        ("rooted", "'arn:aws:iam::2*:role/acme'"),
        ("rooted", "'arn:*:210987654321:role/acme'"),
        // What is shared is seen from other accounts.
        ("there", "'arn:aws:ec2:eu-west-1:210987654321:vpc/vpc-0123'"),
        ("placed", "'arn:aws:ec2:eu-*:*:instance/*'"),
        ("placed", "'arn:aws:ec2:us-east-1:012345678901:instance/i-0123'"),
        ("", "'arn:aws:ec2:*:*:instance/*'"),
    ] {
        assert_eq!(named(check, &format!("resource: {fine}")), "", "{check} {fine}");
    }
}

/// The same of a waiver in all groups.
fn everywhere(check: &str, more: &str) -> String {
    let checks = "    - { id: placed, select: AWS::EC2::Instance, assert: tag('a') != null }
    - { id: rooted, select: AWS::IAM::Role, assert: tag('a') != null }
";
    matching(checks, &format!("check: {check}"), more)
}

#[test]
fn an_arn_beside_another_region_or_account_is_told() {
    let arn = "arn:aws:ec2:us-east-1:012345678901:instance/i-0123";
    let both = format!("['{arn}', 'arn:aws:ec2:eu-west-3:*:instance/*']");
    insta::assert_snapshot!(named("placed", &format!("region: eu-west-1, resource: {both}")), @"
    27:35-27:87: warning[no-effect] `arn:aws:ec2:us-east-1:012345678901:instance/i-0123` matches nothing in `eu-west-1`: it is of `us-east-1`
        help: write `region: us-east-1`, or leave `region` out
    27:89-27:125: warning[no-effect] `arn:aws:ec2:eu-west-3:*:instance/*` matches nothing in `eu-west-1`: it is of `eu-west-3`
        help: write `region: eu-west-3`, or leave `region` out
    ");
    let other = "arn:aws:ec2:eu-west-1:210987654321:instance/i-0123";
    insta::assert_snapshot!(named("placed", &format!("account: prod, resource: '{other}'")), @"
    27:30-27:82: warning[no-effect] the waiver covers no account with the id `210987654321`
        help: there are `012345678901`
    ");
    insta::assert_snapshot!(everywhere("placed", &format!("account: prod, resource: '{other}'")), @"
    23:30-23:82: warning[no-effect] the waiver covers no account with the id `210987654321`
        help: there are `012345678901`
    ");
    insta::assert_snapshot!(everywhere("rooted", "account: '012345678901', resource: 'arn:aws:iam::210987654321:role/acme'"), @"
    23:40-23:77: warning[no-effect] the waiver covers no account with the id `210987654321`
        help: there are `012345678901`
    ");
    for (check, fine) in [
        ("placed", "region: us-east-1, resource: 'ARN'"),
        ("placed", "region: eu-west-1, resource: 'arn:aws:ec2:*:*:instance/i-0123'"),
        ("placed", "region: eu-west-1, resource: 'arn:aws:ec2:eu-*:instance/i-0123'"),
        ("placed", "account: prod, region: us-east-1, resource: 'ARN'"),
        ("placed", "account: prod, resource: 'arn:aws:ec2:us-east-1:2*:instance/i-0123'"),
        ("placed", "account: prod, resource: 'arn:aws:ec2:us-east-1:*:instance/*'"),
        ("versioned", "region: eu-west-1, resource: 'arn:aws:s3:::logs'"),
        ("versioned", "account: prod, resource: 'arn:aws:s3:::logs'"),
        // A subnet of another account may be shared.
        ("there", "account: prod, resource: 'arn:aws:ec2:eu-west-1:210987654321:vpc/vpc-0123'"),
    ] {
        let fine = fine.replace("ARN", arn);
        assert_eq!(named(check, &fine), "", "{check} {fine}");
    }
    assert_eq!(everywhere("placed", &format!("account: prod, resource: '{arn}'")), "");
    assert_eq!(everywhere("placed", "region: us-east-1"), "");
}

#[test]
fn what_is_judged_of_all_together_has_no_resource() {
    insta::assert_snapshot!(named("few", "resource: vpc-0123"), @r"
    27:15-27:23: warning[no-effect] what is judged of all resources together has no finding on one
        help: leave `resource` out
    ");
    for (check, fine) in [("few", "'*'"), ("there", "vpc-0123"), ("", "vpc-0123")] {
        assert_eq!(named(check, &format!("resource: {fine}")), "", "{fine}");
    }
}

#[test]
fn a_region_in_which_nothing_is_judged_is_told() {
    insta::assert_snapshot!(named("rooted", "region: eu-west-1"), @r"
    27:13-27:22: warning[no-effect] no finding on `AWS::IAM::Role` is in `eu-west-1`
        help: write `global`, or leave `region` out
    ");
    insta::assert_snapshot!(named("placed", "region: global"), @r"
    27:13-27:19: warning[no-effect] no finding on `AWS::EC2::Instance` is in `global`
        help: name the region of the resource, or leave `region` out
    ");
    insta::assert_snapshot!(named("one", "region: eu-west-1"), @r"
    27:13-27:22: warning[no-effect] no finding on `AWS::EC2::VPC` is in `eu-west-1`
        help: write `global`, or leave `region` out
    ");
    insta::assert_snapshot!(named("placed", "region: ap-south-1"), @r"
    27:13-27:23: warning[no-effect] the waiver covers no account with the region `ap-south-1`
        help: there are `eu-west-1`, `us-east-1`
    ");
    for (check, fine) in [
        ("rooted", "global"),
        ("versioned", "eu-west-1"),
        ("placed", "eu-west-1"),
        ("there", "global"),
        ("few", "eu-west-1"),
        ("one", "global"),
        ("", "eu-west-1"),
    ] {
        assert_eq!(named(check, &format!("region: {fine}")), "", "{check} {fine}");
    }
}
