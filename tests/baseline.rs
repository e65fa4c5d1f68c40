//! The example policies hold what they promise: every check is tested, and its tests notice changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
fn examples() -> Arc<PolicySet> {
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

#[test]
fn every_mutant_fails_a_test() {
    let mutation = mutate(&examples(), catalog::types());
    let survivors: Vec<_> = mutation
        .survivors
        .iter()
        .map(|one| format!("{} {}: {}", one.subject, one.part.as_str(), one.change))
        .collect();
    assert!(survivors.is_empty(), "of {}: {survivors:#?}", mutation.mutants);
    assert!(mutation.mutants > 350, "{}", mutation.mutants);
}
