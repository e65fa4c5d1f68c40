//! The catalog holds what it promises: every check type is tested, and its tests notice changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloudcorrect::catalog;
use cloudcorrect::evaluation::{mutate, run_tests};
use cloudcorrect::policy::{PolicySet, SourceFile, TestSubject, coverage};
use cloudcorrect::render::test_report::failures;

const TESTS: [(&str, &str); 3] = [
    ("catalog/tests/ec2.yaml", include_str!("../catalog/tests/ec2.yaml")),
    ("catalog/tests/iam.yaml", include_str!("../catalog/tests/iam.yaml")),
    ("catalog/tests/s3.yaml", include_str!("../catalog/tests/s3.yaml")),
];

fn tests() -> Arc<PolicySet> {
    let files = TESTS.map(|(path, text)| SourceFile::new(path, text.as_bytes()));
    let reading = catalog::read(&files);
    let problems: Vec<_> =
        reading.diagnostics.iter().map(|it| format!("{}: {}", it.place, it.message)).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    reading.policies
}

#[test]
fn every_check_type_says_what_it_is() {
    for check_type in catalog::types().iter() {
        let name = &check_type.name;
        assert!(check_type.description.is_some(), "{name} has no description");
        assert!(check_type.title.is_some(), "{name} has no title");
        assert!(check_type.remediation.is_some(), "{name} has no remediation");
        for parameter in &check_type.parameters {
            assert!(parameter.description.is_some(), "{name}: {}", parameter.name);
        }
    }
}

#[test]
fn every_check_type_passes_its_tests() {
    let policies = tests();
    let results = run_tests(&policies);
    assert!(results.len() > catalog::types().iter().count(), "a case or more for each");
    let failed: Vec<_> = results.iter().filter(|result| !result.differences.is_empty()).collect();
    assert!(failed.is_empty(), "{}", failures(&failed));
}

#[test]
fn every_check_type_has_a_passing_and_a_failing_case() {
    let policies = tests();
    let coverage = coverage(&policies);
    let tested: BTreeSet<String> = coverage
        .into_iter()
        .filter(|(_, coverage)| coverage.is_tested())
        .filter_map(|(subject, _)| match subject {
            TestSubject::Type(name) => Some(name.to_string()),
            TestSubject::Check(..) | TestSubject::Pack(..) => None,
        })
        .collect();
    let all: BTreeSet<String> = catalog::types().iter().map(|one| one.name.to_string()).collect();
    assert_eq!(tested, all);
}

/// Mutants that ask the same as the original, each with its reason.
const EQUIVALENT: [(&str, &str); 0] = [];

#[test]
fn hardly_a_mutant_passes_the_tests() {
    let mutation = mutate(&tests(), catalog::types());
    let survivors: Vec<_> = mutation
        .survivors
        .iter()
        .map(|one| (format!("{} {}", one.subject, one.part.as_str()), one.text.clone()))
        .collect();
    let allowed = |(subject, assertion): &(String, String)| {
        EQUIVALENT.iter().any(|(of, text)| of == subject && text == assertion)
    };
    let unknown: Vec<_> = survivors.iter().filter(|one| !allowed(one)).collect();
    assert!(unknown.is_empty(), "of {}: {unknown:#?}", mutation.mutants);
    assert!(mutation.mutants > 90, "{}", mutation.mutants);
    assert!(survivors.len() * 50 <= mutation.mutants, "more than 2 % of {}", mutation.mutants);
}
