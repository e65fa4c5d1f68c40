//! Which checks the tests of a policy set speak of.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::check::Check;
use super::set::PolicySet;
use super::test_case::{ExpectedOutcome, Test, TestSubject};

/// How the tests speak of a check, or of a check type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Resources that are expected to pass.
    pub passing: usize,
    /// Resources that are expected to fail.
    pub failing: usize,
}

impl Coverage {
    /// `true` where there is a passing and a failing case.
    pub fn is_tested(&self) -> bool {
        self.passing > 0 && self.failing > 0
    }

    /// Cases that are missing, in words, where it is not tested.
    pub fn missing(&self) -> &'static str {
        match (self.passing, self.failing) {
            (0, 0) => "no test",
            (0, _) => "no case that passes",
            _ => "no case that fails",
        }
    }
}

/// How the tests speak of each check and each check type of a policy set. A check that uses a type
/// is tested where the type is.
pub fn coverage(policies: &PolicySet) -> BTreeMap<TestSubject, Coverage> {
    let mut all: BTreeMap<TestSubject, Coverage> = BTreeMap::new();
    for name in policies.check_types.keys() {
        all.entry(TestSubject::Type(name.clone())).or_default();
    }
    for (subject, check) in own_checks(policies) {
        if check.uses.is_none() {
            all.entry(subject).or_default();
        }
    }
    for test in policies.tests.values() {
        let coverage = all.entry(test_subject(policies, test)).or_default();
        for expected in test.cases.iter().flat_map(|case| &case.expected) {
            match expected.outcome {
                ExpectedOutcome::Pass => coverage.passing += 1,
                ExpectedOutcome::Fail => coverage.failing += 1,
                _ => {}
            }
        }
    }
    all
}

/// Each check once: those of groups, but for what they have from packs, and those of packs.
pub(super) fn own_checks(policies: &PolicySet) -> impl Iterator<Item = (TestSubject, &Check)> {
    let groups = policies.groups.values().flat_map(|group| {
        let own = group.checks.iter().filter(|check| check.pack.is_none());
        own.map(|check| (TestSubject::Check(group.name.clone(), check.id.clone()), check.as_ref()))
    });
    let packs = policies.packs.values().flat_map(|pack| {
        let checks = pack.checks.iter();
        checks.map(|check| (TestSubject::Pack(pack.name.clone(), check.id.clone()), check.as_ref()))
    });
    groups.chain(packs)
}

/// Whom a test speaks for: of a check that its group has from a pack, for the pack's.
pub fn test_subject(policies: &PolicySet, test: &Test) -> TestSubject {
    let pack = policies.check(&test.subject).and_then(|check| check.pack.clone());
    match (pack, &test.subject) {
        (Some(pack), TestSubject::Check(_, id)) => TestSubject::Pack(pack, id.clone()),
        (_, subject) => subject.clone(),
    }
}

impl PolicySet {
    /// The check that a test is about, unless that is a check type.
    pub fn check(&self, subject: &TestSubject) -> Option<&Check> {
        match subject {
            TestSubject::Check(group, id) => self.groups.get(group)?.check(id),
            TestSubject::Pack(pack, id) => self.packs.get(pack)?.check(id),
            TestSubject::Type(_) => None,
        }
        .map(Arc::as_ref)
    }
}
