//! What the tests of policies came to: for people, as JSON, and as `JUnit` for CI systems.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value as Json, json};

use crate::diagnostic::Diagnostic;
use crate::evaluation::{CaseResult, Difference, Mutation, Part};
use crate::policy::{Coverage, ExpectedOutcome, TestSubject};

use super::words::{count, fails, unbroken, visible};

/// Report on all tests of a policy tree.
#[derive(Debug)]
pub struct TestReport<'a> {
    /// Results of the cases, in their order.
    pub results: Vec<CaseResult<'a>>,
    /// How long each of them took.
    pub times: Vec<Duration>,
    /// How the tests speak of each check and check type.
    pub coverage: BTreeMap<TestSubject, Coverage>,
    /// The mutants, where they were asked for.
    pub mutation: Option<Mutation>,
}

impl TestReport<'_> {
    /// Number of cases that fail.
    pub fn failed(&self) -> usize {
        self.results.iter().filter(|result| !result.differences.is_empty()).count()
    }

    /// The checks and check types without a passing and a failing case.
    pub fn untested(&self) -> impl Iterator<Item = (&TestSubject, &Coverage)> {
        self.coverage.iter().filter(|(_, coverage)| !coverage.is_tested())
    }

    /// For people: what fails and why, what is untested, and a line that sums up.
    pub fn text(&self) -> String {
        let failed: Vec<_> =
            self.results.iter().filter(|result| !result.differences.is_empty()).collect();
        let mut text = failures(&failed);
        for (subject, coverage) in self.untested() {
            let _ = writeln!(text, "untested: {subject} has {}", coverage.missing());
        }
        if let Some(mutation) = &self.mutation {
            survivors(&mut text, mutation);
        }
        let _ = writeln!(text, "{}", self.summary());
        text
    }

    fn summary(&self) -> String {
        let mut names: Vec<_> = self.results.iter().map(|result| &result.test.name).collect();
        names.dedup();
        let (tests, cases) = (count(names.len(), "test"), count(self.results.len(), "case"));
        let ran = match self.failed() {
            0 if names.is_empty() => "no tests".to_owned(),
            0 => format!("{tests}, {cases}: all pass"),
            some => format!("{tests}, {cases}: {some} of them {}", fails(some)),
        };
        let total = self.coverage.len();
        let tested = total - self.untested().count();
        format!("{ran}; {tested} of {} tested", count(total, "check"))
    }

    /// One JSON document: `cases`, `coverage`, `mutation` and `summary`.
    pub fn json(&self) -> Json {
        let cases = self.results.iter().map(|result| {
            json!({
                "test": result.test.name,
                "subject": result.test.subject.to_string(),
                "case": result.case.name,
                "path": result.case.place.path,
                "line": result.case.place.line,
                "passed": result.differences.is_empty(),
                "differences": result.differences.iter().map(|one| json!({
                    "resource": one.resource,
                    "expected": one.expected.map(ExpectedOutcome::as_str),
                    "actual": one.actual.as_str(),
                    "explanation": one.explanation,
                })).collect::<Vec<_>>(),
            })
        });
        let coverage = self.coverage.iter().map(|(subject, coverage)| {
            json!({
                "subject": subject.to_string(),
                "passing": coverage.passing,
                "failing": coverage.failing,
                "tested": coverage.is_tested(),
            })
        });
        let mutation = self.mutation.as_ref().map(|mutation| {
            json!({
                "mutants": mutation.mutants,
                "survivors": mutation.survivors.iter().map(|one| json!({
                    "subject": one.subject.to_string(),
                    "part": one.part.as_str(),
                    "change": one.change,
                    "expression": one.text,
                })).collect::<Vec<_>>(),
            })
        });
        json!({
            "cases": cases.collect::<Vec<_>>(),
            "coverage": coverage.collect::<Vec<_>>(),
            "mutation": mutation,
            "summary": {
                "cases": self.results.len(),
                "failed": self.failed(),
                "untested": self.untested().count(),
            },
        })
    }

    /// The XML of `JUnit`: a suite for each test, a test case for each case; and a suite with a
    /// failure for each mutant that no test notices, and where tests are `asked` of each check, for
    /// each that has none.
    pub fn junit(&self, asked: bool) -> String {
        let mut report = Report::new("cloudcorrect");
        let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
        for (result, time) in self.results.iter().zip(&self.times) {
            let name = result.test.name.as_str();
            let suite = suites.entry(name).or_insert_with(|| TestSuite::new(name));
            let mut case = junit_case(result, suite.test_cases.len());
            case.set_time(*time);
            suite.set_time(suite.time.unwrap_or_default() + *time);
            suite.add_test_case(case);
        }
        report.set_time(self.times.iter().sum());
        report.add_test_suites(suites.into_values());
        let survivors = self.mutation.iter().flat_map(|mutation| &mutation.survivors);
        let mut unnoticed = survivors.map(|one| {
            let change = format!("{}: {}", one.part.as_str(), one.change);
            junit_failure(&one.subject, &unbroken(&change), "unnoticed", &unbroken(&one.text))
        });
        report.add_test_suites(junit_suite("mutants that no test notices", &mut unnoticed));
        let mut untested = self.untested().filter(|_| asked).map(|(subject, coverage)| {
            junit_failure(subject, "is tested", "untested", coverage.missing())
        });
        report.add_test_suites(junit_suite("checks without tests", &mut untested));
        report.to_string().unwrap_or_default()
    }
}

/// The XML of `JUnit` where nothing could be tested: a test case in error for each error, or for the
/// whole where what is wrong has no place.
pub fn junit_of_errors(found: &[Diagnostic], otherwise: &str) -> String {
    let errors = found.iter().filter(|one| one.is_error());
    let mut suite = TestSuite::new("policies");
    suite.add_test_cases(errors.map(junit_error));
    if suite.test_cases.is_empty() {
        suite.add_test_case(TestCase::new("can be read", in_error("unreadable", otherwise)));
    }
    let mut report = Report::new("cloudcorrect");
    report.add_test_suite(suite);
    report.to_string().unwrap_or_default()
}

fn junit_error(one: &Diagnostic) -> TestCase {
    let mut status = in_error(one.code.as_str(), &one.message);
    if let Some(help) = &one.help {
        status.set_description(for_xml(help));
    }
    let mut case = TestCase::new(for_xml(&one.place.to_string()), status);
    case.set_classname("policies");
    case.extra.insert("file".into(), visible(&one.place.path).into());
    case.extra.insert("line".into(), one.place.line.to_string().into());
    case
}

fn in_error(kind: &str, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(kind);
    status.set_message(for_xml(message));
    status
}

/// Text on one line, of characters that XML has.
fn for_xml(text: &str) -> String {
    visible(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

fn junit_case(result: &CaseResult<'_>, at: usize) -> TestCase {
    let status = if result.differences.is_empty() {
        TestCaseStatus::success()
    } else {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let lines: Vec<String> = result.differences.iter().map(difference).collect();
        status.set_type("difference");
        let lines: Vec<String> = lines.iter().map(|line| for_xml(line)).collect();
        status.set_message(lines.first().cloned().unwrap_or_default());
        status.set_description(lines.join("\n"));
        status
    };
    let name = result.case.name.clone().unwrap_or_else(|| format!("case {}", at + 1));
    let mut case = TestCase::new(for_xml(&name), status);
    case.set_classname(result.test.subject.to_string());
    case.extra.insert("file".into(), visible(&result.case.place.path).into());
    case.extra.insert("line".into(), result.case.place.line.to_string().into());
    case
}

/// A suite of failures, if there are any.
fn junit_suite(name: &str, failures: &mut dyn Iterator<Item = TestCase>) -> Option<TestSuite> {
    let mut suite = TestSuite::new(name);
    suite.add_test_cases(failures);
    (!suite.test_cases.is_empty()).then_some(suite)
}

fn junit_failure(subject: &TestSubject, name: &str, kind: &str, message: &str) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(kind);
    status.set_message(for_xml(message));
    let mut case = TestCase::new(for_xml(name), status);
    case.set_classname(subject.to_string());
    case
}

/// The cases that fail, each with where it stands and what differs.
pub fn failures(failed: &[&CaseResult<'_>]) -> String {
    let mut text = String::new();
    for result in failed {
        let named = result.case.name.as_ref().map(|name| format!(", {}", visible(name)));
        let named = named.unwrap_or_default();
        let _ = writeln!(text, "FAIL {} ({}{named})", result.test.subject, result.test.name);
        for one in &result.differences {
            let place = one.at.and_then(|at| result.case.expected.get(at));
            let place = place.map_or(&result.case.place, |expected| &expected.place);
            let line = format!("{place}: {}", difference(one));
            let _ = writeln!(text, "  {}", visible(&line));
        }
    }
    text
}

fn difference(one: &Difference) -> String {
    let seen = match one.explanation.as_str() {
        "" => String::new(),
        seen => format!(": {}", unbroken(seen)),
    };
    let resource = &one.resource;
    let (does, _) = words(one.actual);
    match one.expected {
        Some(expected) => {
            let (_, should) = words(expected);
            format!("`{resource}` {does}, but should {should}{seen}")
        }
        None => format!(
            "`{resource}` {does}, and nothing is expected of it; add it under `expect`{seen}"
        ),
    }
}

/// Words for what a resource does, and for what it should do.
fn words(outcome: ExpectedOutcome) -> (&'static str, &'static str) {
    match outcome {
        ExpectedOutcome::Pass => ("passes", "pass"),
        ExpectedOutcome::Fail => ("fails", "fail"),
        ExpectedOutcome::Unknown => ("is unknown", "be unknown"),
        ExpectedOutcome::NotSelected => ("is not selected", "be `notSelected`"),
        ExpectedOutcome::NotApplicable => ("is not applicable", "be `notApplicable`"),
    }
}

fn survivors(text: &mut String, mutation: &Mutation) {
    for one in &mutation.survivors {
        let part = if one.part == Part::Where { ", `where`" } else { "" };
        let _ = writeln!(text, "unnoticed: {}{part}: {}", one.subject, unbroken(&one.change));
        let _ = writeln!(text, "  {}", unbroken(&one.text));
    }
    let _ = writeln!(
        text,
        "{}, of which {} unnoticed",
        count(mutation.mutants, "mutant"),
        match mutation.survivors.len() {
            0 => "none is".to_owned(),
            1 => "1 is".to_owned(),
            some => format!("{some} are"),
        }
    );
}
