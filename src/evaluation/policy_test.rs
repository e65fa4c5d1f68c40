//! Running the tests of policies: each case is judged over what it gives, and compared with what it
//! expects.

use std::collections::{BTreeMap, BTreeSet};

use crate::expression::{Expression, Mutant, without_comments};
use crate::policy::{
    Case, CheckTypes, ExpectedOutcome, PolicySet, Rule, Test, TestSubject, test_subject,
};
use crate::resource::{Inventory, TypeName};

use super::finding::{Finding, NO_RESOURCE};
use super::found::findings;
use super::outcome::Outcome;
use super::verdicts::Verdicts;

/// Result of a case: its answer against what it expects.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseResult<'a> {
    /// Test that the case belongs to.
    pub test: &'a Test,
    /// Case that was judged.
    pub case: &'a Case,
    /// Differences from the expected answer; empty where the case passes.
    pub differences: Vec<Difference>,
}

/// Difference from the expected answer, for one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The resource's id, or `*`.
    pub resource: String,
    /// Expected outcome; `None` where the test says nothing of the resource.
    pub expected: Option<ExpectedOutcome>,
    /// Outcome that the check came to.
    pub actual: ExpectedOutcome,
    /// Explanation of that outcome: what was observed.
    pub explanation: String,
    /// The index of the expectation in [`Case::expected`].
    pub at: Option<usize>,
}

/// Runs all tests of a policy set, in the order of their names.
pub fn run_tests(policies: &PolicySet) -> Vec<CaseResult<'_>> {
    case_results(policies).collect()
}

/// The same, each case judged when it is asked for, so that who asks can take the time.
pub fn case_results(policies: &PolicySet) -> impl Iterator<Item = CaseResult<'_>> {
    let cases =
        policies.tests.values().flat_map(|test| test.cases.iter().map(move |case| (test, case)));
    cases.filter_map(|(test, case)| {
        let rule = rule(policies, test, case)?;
        Some(CaseResult { test, case, differences: differences(rule, case) })
    })
}

/// Question of a case: that of its check or check type.
fn rule<'a>(policies: &'a PolicySet, test: &Test, case: &'a Case) -> Option<&'a Rule> {
    match &test.subject {
        TestSubject::Type(_) => case.rule.as_ref(),
        subject => policies.check(subject).map(|check| &check.rule),
    }
}

/// Differences of a case's answer from what it expects.
fn differences(rule: &Rule, case: &Case) -> Vec<Difference> {
    let found = findings(&Verdicts::of([rule], &[(&case.account, &case.inventory)]), 0);
    let mut differences = Vec::new();
    let mut expected_of: BTreeSet<usize> = BTreeSet::new();
    for finding in &found {
        let at = case.expected.iter().position(|one| {
            one.id == finding.resource_id()
                && one.region.as_ref().is_none_or(|region| region == finding.region())
        });
        expected_of.extend(at);
        let expected = at.and_then(|at| case.expected.get(at)).map(|one| one.outcome);
        let actual = actual_outcome(finding.outcome);
        if expected != Some(actual) {
            differences.push(Difference {
                resource: finding.resource_id().to_owned(),
                expected,
                actual,
                explanation: explanation(finding, rule),
                at,
            });
        }
    }
    differences.extend(left_out(rule, case, &found, &expected_of));
    differences
}

/// Resources of the selected type that nothing was said of.
fn left_out(
    rule: &Rule,
    case: &Case,
    found: &[Finding],
    expected_of: &BTreeSet<usize>,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (at, one) in case.expected.iter().enumerate() {
        if expected_of.contains(&at) || one.outcome == ExpectedOutcome::NotSelected {
            continue;
        }
        differences.push(Difference {
            resource: one.id.clone(),
            expected: Some(one.outcome),
            actual: ExpectedOutcome::NotSelected,
            explanation: String::new(),
            at: Some(at),
        });
    }
    if !rule.is_of_all() {
        let known = |id: &str| case.expected.iter().any(|one| one.id == id);
        let silent = ids(&rule.schema.type_name, &case.inventory);
        let judged: BTreeSet<&str> = found.iter().map(Finding::resource_id).collect();
        for id in silent.filter(|id| !known(id) && !judged.contains(id)) {
            differences.push(Difference {
                resource: id.to_owned(),
                expected: None,
                actual: ExpectedOutcome::NotSelected,
                explanation: String::new(),
                at: None,
            });
        }
    }
    differences
}

fn ids<'i>(name: &'i TypeName, inventory: &'i Inventory) -> impl Iterator<Item = &'i str> {
    let lists = inventory.listings.iter().filter(move |((listed, _), _)| listed == name);
    lists.flat_map(|(_, listing)| listing.resources()).map(|resource| &*resource.id)
}

fn actual_outcome(outcome: Outcome) -> ExpectedOutcome {
    match outcome {
        Outcome::Pass => ExpectedOutcome::Pass,
        Outcome::Fail | Outcome::Waived => ExpectedOutcome::Fail,
        Outcome::Unknown(_) => ExpectedOutcome::Unknown,
        Outcome::NotApplicable => ExpectedOutcome::NotApplicable,
    }
}

/// Explanation of a finding, also of one that passes.
fn explanation(finding: &Finding, rule: &Rule) -> String {
    let text = finding.explanation();
    if text.is_empty() && finding.outcome == Outcome::Pass && finding.resource_id() != NO_RESOURCE {
        // Where its lines are joined a comment would take what stands behind it with it.
        return format!("`{}` holds", without_comments(rule.assertion.text()).trim());
    }
    text
}

/// The expression of a check that is mutated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `where`, which selects resources.
    Where,
    /// Assertion, which must hold of them.
    Assert,
}

impl Part {
    /// The key that it stands under.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Where => "where",
            Self::Assert => "assert",
        }
    }

    fn of(self, rule: &Rule) -> Option<&Expression> {
        match self {
            Self::Where => rule.filter.as_ref(),
            Self::Assert => Some(&rule.assertion),
        }
    }

    /// Rule with the expression in its place.
    fn replaced(self, rule: &Rule, expression: Expression) -> Rule {
        let mut rule = rule.clone();
        match self {
            Self::Where => rule.filter = Some(expression),
            Self::Assert => rule.assertion = expression,
        }
        rule
    }
}

/// A mutant that no test noticed: what was changed, and whose expression it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Survivor {
    /// Check or check type whose expression was changed.
    pub subject: TestSubject,
    /// Expression of it that was changed.
    pub part: Part,
    /// Change to the expression, such as `== instead of !=`.
    pub change: String,
    /// The expression as it would read.
    pub text: String,
}

/// How many mutants there were, and those that no test noticed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mutation {
    /// Number of mutants that were tried.
    pub mutants: usize,
    /// Those that pass all tests.
    pub survivors: Vec<Survivor>,
}

/// Changes `where` and the assertion of every tested check and check type in every known way, and
/// runs its tests.
pub fn mutate(policies: &PolicySet, types: &CheckTypes) -> Mutation {
    let mut subjects: BTreeMap<TestSubject, Vec<(&Case, &Rule)>> = BTreeMap::new();
    for test in policies.tests.values() {
        for case in &test.cases {
            if let Some(rule) = rule(policies, test, case) {
                subjects.entry(test_subject(policies, test)).or_default().push((case, rule));
            }
        }
    }
    let mut mutation = Mutation::default();
    for (subject, cases) in subjects {
        let Some(general) = general(policies, types, &subject) else { continue };
        for part in [Part::Where, Part::Assert] {
            let selection = general.filter.as_ref().filter(|_| part == Part::Assert);
            let mutants = part.of(general).map(|original| original.mutants(selection));
            let mutants = mutants.unwrap_or_default();
            mutation.mutants += mutants.len();
            let unnoticed = mutants.into_iter().filter(|mutant| !is_noticed(mutant, part, &cases));
            mutation.survivors.extend(unnoticed.map(|mutant| Survivor {
                subject: subject.clone(),
                part,
                change: mutant.change().to_owned(),
                text: mutant.text().to_owned(),
            }));
        }
    }
    mutation
}

fn is_noticed(mutant: &Mutant, part: Part, cases: &[(&Case, &Rule)]) -> bool {
    cases.iter().any(|(case, rule)| {
        let mutated = part.of(rule).and_then(|original| mutant.over(original));
        // What the static check refuses, every author notices.
        mutated.is_none_or(|mutated| !differences(&part.replaced(rule, mutated), case).is_empty())
    })
}

/// Question that is mutated: of a check type, as it is before parameters have values.
fn general<'a>(
    policies: &'a PolicySet,
    types: &'a CheckTypes,
    subject: &TestSubject,
) -> Option<&'a Rule> {
    Some(match subject {
        TestSubject::Type(name) => match policies.check_types.get(name) {
            Some(own) => &own.rule,
            None => &types.get(name)?.rule,
        },
        subject => &policies.check(subject)?.rule,
    })
}
