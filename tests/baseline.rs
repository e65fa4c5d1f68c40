//! The example policies hold what they promise: every check is tested, and its tests notice changes.

use std::fs;
use std::path::{Path, PathBuf};

use cloudcorrect::catalog;
use cloudcorrect::evaluation::{mutate, run_tests};
use cloudcorrect::policy::{PolicySet, SourceFile, coverage};
use cloudcorrect::render::test_report::failures;

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/example-policies/policies");

/// The files of a directory, and of those in it.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("a directory");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let each = paths.into_iter();
    each.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The example policies, which have neither a problem nor a warning.
fn examples() -> PolicySet {
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(EXAMPLES).expect("one of them").to_string_lossy();
        SourceFile::new(name, fs::read(path).expect("a file"))
    };
    let files: Vec<SourceFile> = files(Path::new(EXAMPLES)).iter().map(read).collect();
    let reading = catalog::read(&files);
    let problems: Vec<_> =
        reading.diagnostics.iter().map(|it| format!("{}: {}", it.place, it.message)).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    reading.policies
}

#[test]
fn every_check_of_the_baseline_says_what_it_is() {
    let policies = examples();
    let baseline = policies.groups.values().find(|group| group.name.as_str() == "aws-baseline");
    let checks = &baseline.expect("the group").checks;
    assert_eq!(checks.len(), 30);
    for check in checks {
        assert!(check.title.contains(' '), "{} has no title", check.id);
        assert!(check.remediation.is_some(), "{} has no remediation", check.id);
        for control in &check.compliance {
            let framework = control.split_once('/').map(|(framework, _)| framework);
            assert!(
                matches!(framework, Some("cis-aws-3.0.0" | "aws-fsbp-1.0.0")),
                "{}: {control}",
                check.id
            );
        }
    }
}

/// One row for each check, in the order of the group.
#[test]
fn the_comparison_with_other_tools_leaves_out_no_check() {
    let policies = examples();
    let baseline = policies.groups.values().find(|group| group.name.as_str() == "aws-baseline");
    let checks = baseline.expect("the group").checks.iter().map(|check| check.id.as_str());
    let checks: Vec<&str> = checks.collect();
    let document = include_str!("../docs/baseline.md");
    let rows = document.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    assert_eq!(rows.map(|(id, _)| id).collect::<Vec<_>>(), checks);
    assert!(document.contains(&format!("\nThe {} checks of ", checks.len())));
}

#[test]
fn every_check_passes_its_tests() {
    let policies = examples();
    let results = run_tests(&policies);
    let failed: Vec<_> = results.iter().filter(|result| !result.differences.is_empty()).collect();
    assert!(failed.is_empty(), "{}", failures(&failed));
}

#[test]
fn every_check_has_a_passing_and_a_failing_case() {
    let policies = examples();
    let coverage = coverage(&policies);
    let untested = coverage.iter().filter(|(_, coverage)| !coverage.is_tested());
    let untested: Vec<String> = untested.map(|(subject, _)| subject.to_string()).collect();
    assert!(untested.is_empty(), "{untested:?}");
    assert_eq!(coverage.len(), 30 + 8);
}

/// Mutants that ask the same as the original: the check, what changes, and the reason.
const EQUIVALENT: [(&str, &str, &str); 9] = [
    (
        "aws-baseline/s3-bucket-no-public-acl assert",
        "grant.Grantee.URI in [",
        "null is in no list of texts; the guard says to readers and to the static check that a \
         grantee without a group is meant to pass",
    ),
    ("aws-baseline/s3-bucket-not-effectively-public assert", "grant.Grantee.URI in [", "as above"),
    (
        "aws-baseline/iam-cross-account-role-external-id assert",
        "statement.Effect == \"Allow\" && !hasCondition(statement, \"sts:ExternalId\") && \
         statement.Principal.AWS.exists(",
        "`exists` of null is false; the guard says that a statement about others is meant to pass",
    ),
    (
        "aws-baseline/iam-cross-account-role-demands-external-id assert",
        "!demandsValue(statement, \"sts:ExternalId\") && statement.Principal.AWS.exists(",
        "as above",
    ),
    (
        "network/no-ssh-from-the-world assert",
        "rule.CidrIp == \"0.0.0.0/0\"",
        "null equals no text; the guard says that a rule without a range of IPv4 is meant to pass",
    ),
    ("network/no-ssh-from-the-world assert", "rule.CidrIpv6 == \"::/0\"", "as above, of IPv6"),
    (
        "storage/policy-not-public where",
        "tag(\"public\") != \"true\"",
        "null differs from every text; the guard says that a bucket without the tag is judged",
    ),
    ("storage/public-access-blocked where", "tag(\"public\") != \"true\"", "as above"),
    (
        "storage/policy-not-public assert",
        "!resource.PolicyStatus.IsPublic",
        "`!null` is true; the guard says that a bucket without a policy is meant to pass",
    ),
];

#[test]
fn hardly_a_mutant_passes_the_tests() {
    let mutation = mutate(&examples(), catalog::types());
    let of = |subject: &str, change: &str| {
        EQUIVALENT.iter().position(|(check, becomes, _)| {
            *check == subject
                && change.split("` becomes `").nth(1).is_some_and(|text| text.starts_with(becomes))
        })
    };
    let survivors = mutation.survivors.iter();
    let found: Vec<_> = survivors
        .map(|one| {
            let subject = format!("{} {}", one.subject, one.part.as_str());
            (of(&subject, &one.change), subject, &one.change)
        })
        .collect();
    let unknown: Vec<_> = found.iter().filter(|(place, ..)| place.is_none()).collect();
    assert!(unknown.is_empty(), "of {}: {unknown:#?}", mutation.mutants);
    for (place, (check, becomes, _)) in EQUIVALENT.iter().enumerate() {
        assert!(found.iter().any(|one| one.0 == Some(place)), "{check}: `{becomes}` is noticed");
    }
    assert!(mutation.mutants > 350, "{}", mutation.mutants);
    assert!(found.len() * 50 <= mutation.mutants, "more than 2 % of {}", mutation.mutants);
}
