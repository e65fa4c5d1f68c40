//! Findings of a rule: its verdicts with what people want to know of them.

use std::sync::Arc;

use crate::document::parallel_runs;
use crate::expression::{EvalResult, Memo, Subject};
use crate::policy::{Account, AssertScope, Check, Group, OnEmpty};
use crate::resource::{Cause, Failure, Inventory, Listing, Region, Resource, Segment, Value};

use super::finding::{About, CheckResult, Finding, GroupResult};
use super::judge::{Judge, budget, segment_of};
use super::outcome::{Counts, Outcome};
use super::target::{in_scope, listed_regions, listing};
use super::verdicts::{OfAccount, Verdict, Verdicts};

/// Findings for which another thread is worth its start.
const A_THREAD: usize = 1024;

/// Judges a group over the inventories of its accounts; `now` in expressions is the instant at
/// which each inventory was taken.
///
/// What an inventory does not hold is `unknown(not_collected)`, never skipped.
pub fn evaluate(group: &Group, accounts: &[(&Account, &Inventory)]) -> GroupResult {
    let verdicts = Verdicts::of(group.checks.iter().map(|check| &check.rule), accounts);
    let checks = group.checks.iter().enumerate();
    GroupResult::of(checks.map(|(at, check)| result(check, &verdicts, at, Telling::All)).collect())
}

/// How much findings tell of what fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Telling {
    /// What the assertion saw of each resource.
    All,
    /// That it fails.
    Outcomes,
}

/// Result of the check of which the rule at a place is.
pub(super) fn result(
    check: &Check,
    verdicts: &Verdicts<'_>,
    rule: usize,
    telling: Telling,
) -> CheckResult {
    let Found { mut findings, out_of_scope, is_mixed } = found(verdicts, rule, telling);
    if is_mixed {
        findings.sort_by(|one, other| one.place().cmp(&other.place()));
    }
    CheckResult {
        check: check.id.clone(),
        severity: check.severity,
        resource_type: &check.rule.schema.type_name,
        outcome: Outcome::worst(findings.iter().map(|finding| finding.outcome)),
        counts: findings.iter().map(|finding| finding.outcome).collect::<Counts>(),
        findings,
        out_of_scope,
    }
}

/// Findings of the rule at a place in all accounts, account by account.
pub(super) fn findings(verdicts: &Verdicts<'_>, rule: usize) -> Vec<Finding> {
    found(verdicts, rule, Telling::All).findings
}

/// What the assertion of the rule at a place saw of a resource that fails; empty of other findings.
pub(super) fn seen(verdicts: &Verdicts<'_>, rule: usize, finding: &Finding) -> String {
    let (Some(rule), About::Resource(resource)) = (verdicts.rules.get(rule), &finding.about) else {
        return finding.seen.clone();
    };
    let of_account = verdicts.accounts.iter().find(|one| one.account.id == finding.account);
    of_account.map_or_else(String::new, |of_account| {
        let judge = of_account.judge_of(rule);
        explained(&judge, &judge.subject(resource))
    })
}

/// What the parts of an assertion saw that are false.
fn explained(judge: &Judge<'_>, subject: &Subject<'_>) -> String {
    judge.rule.assertion.explain(subject, &mut budget()).join("; ")
}

fn found(verdicts: &Verdicts<'_>, at: usize, telling: Telling) -> Found {
    let mut found = Found::default();
    for of_account in &verdicts.accounts {
        if let Some(rule) = verdicts.rules.get(at) {
            let judge = of_account.judge_of(rule);
            let finder = Finder { judge, segment: segment_of(rule), telling };
            finder.find(of_account, at, &mut found);
        }
    }
    found
}

#[derive(Default)]
struct Found {
    findings: Vec<Finding>,
    out_of_scope: u64,
    /// `true` where the findings are not in the order of their places.
    is_mixed: bool,
}

impl Found {
    fn add(&mut self, finding: Finding) {
        let last = self.findings.last();
        self.is_mixed |= last.is_some_and(|last| last.place() > finding.place());
        self.findings.push(finding);
    }

    /// Adds findings that are in the order of their places.
    fn append(&mut self, mut findings: Vec<Finding>) {
        let (last, first) = (self.findings.last(), findings.first());
        let is_before = |last: &Finding| first.is_some_and(|first| last.place() > first.place());
        self.is_mixed |= last.is_some_and(is_before);
        self.findings.append(&mut findings);
    }
}

/// The resources that a check selects, as far as they are known.
#[derive(Default)]
struct Selection {
    selected: Vec<Arc<Resource>>,
    /// Why there may be others.
    failure: Option<Failure>,
    out_of_scope: u64,
}

/// Finds the words for one rule in one account.
struct Finder<'a> {
    judge: Judge<'a>,
    /// Where all that it selects is in one segment of a list.
    segment: Option<Segment>,
    telling: Telling,
}

impl<'a> Finder<'a> {
    fn find(&self, of_account: &OfAccount<'_>, at: usize, found: &mut Found) {
        if self.judge.rule.is_of_all() {
            return self.together(found);
        }
        let before = found.findings.len();
        for region in self.regions() {
            match self.listing(&region) {
                Ok(listing) => {
                    if let Some(failure) = listing.failure_in(self.segment.as_ref()) {
                        let about = About::Region(region.clone());
                        found.add(self.unknown(about, failure.clone()));
                    }
                    self.each(of_account.verdicts_of(at, &region), found);
                }
                Err(failure) => found.add(self.unknown(About::Region(region), failure)),
            }
        }
        if found.findings.len() == before {
            let on_empty = self.judge.rule.on_empty.unwrap_or_default();
            found.add(self.nothing_selected(Region::global(), on_empty));
        }
    }

    fn regions(&self) -> Vec<Region> {
        listed_regions(self.judge.schema(), self.judge.account)
    }

    /// The list of a region; why there is none.
    fn listing(&self, region: &Region) -> Result<&'a Listing, Failure> {
        listing(self.judge.schema(), region, self.judge.inventory)
    }

    /// A finding for each verdict.
    fn each<'r>(
        &self,
        verdicts: impl Iterator<Item = (&'r Arc<Resource>, Verdict)>,
        found: &mut Found,
    ) {
        let mut judged = Vec::new();
        for (resource, verdict) in verdicts {
            match verdict {
                Verdict::NotSelected => {}
                Verdict::OutOfScope => found.out_of_scope += 1,
                verdict => judged.push((resource, verdict)),
            }
        }
        found.findings.reserve(judged.len());
        for of_run in parallel_runs(&judged, judged.len() / A_THREAD, |run| self.run(run)) {
            found.append(of_run);
        }
    }

    /// Those on neighbours in a list.
    fn run(&self, judged: &[(&Arc<Resource>, Verdict)]) -> Vec<Finding> {
        let findings = judged.iter().map(|(resource, verdict)| self.resource(resource, *verdict));
        let mut found = Vec::with_capacity(judged.len());
        found.extend(findings.flatten());
        found
    }

    /// The finding that a verdict comes to. Why something is unknown is found out again, since the
    /// reasons of a whole account that cannot be read would take much memory.
    fn resource(&self, resource: &Arc<Resource>, verdict: Verdict) -> Option<Finding> {
        let result = match verdict {
            Verdict::Passes => Some(EvalResult::True),
            Verdict::Fails => Some(EvalResult::False),
            _ => self.judge.result(resource, &mut Memo::default()),
        };
        let about = About::Resource(Arc::clone(resource));
        Some(self.verdict(result?, about, &self.judge.subject(resource)))
    }

    /// A finding for each target, or for the account, on all its selected resources.
    fn together(&self, found: &mut Found) {
        let regions = self.regions();
        let spans: Vec<(Region, Vec<Region>)> = match self.judge.rule.span {
            AssertScope::Target => {
                regions.into_iter().map(|one| (one.clone(), vec![one])).collect()
            }
            AssertScope::Account => vec![(Region::global(), regions)],
        };
        for (region, regions) in spans {
            let mut selection = Selection::default();
            for region in &regions {
                self.select(region, &mut selection);
            }
            found.out_of_scope += selection.out_of_scope;
            found.add(self.of_all(region, selection));
        }
    }

    fn select(&self, region: &Region, selection: &mut Selection) {
        let listing = match self.listing(region) {
            Ok(listing) => listing,
            Err(failure) => {
                selection.failure.get_or_insert(failure);
                return;
            }
        };
        if let Some(failure) = listing.failure_in(self.segment.as_ref()) {
            selection.failure.get_or_insert_with(|| failure.clone());
        }
        for resource in &*listing.resources_in(self.segment.as_ref()) {
            if !in_scope(resource, self.judge.account) {
                selection.out_of_scope += 1;
                continue;
            }
            match self.judge.selects(resource, &mut Memo::default()) {
                EvalResult::True => selection.selected.push(Arc::clone(resource)),
                EvalResult::False => {}
                EvalResult::Unknown(failure) => {
                    selection.failure.get_or_insert(failure);
                }
            }
        }
    }

    fn of_all(&self, region: Region, selection: Selection) -> Finding {
        if let Some(failure) = selection.failure {
            return self.unknown(About::Region(region), failure);
        }
        let Judge { rule, account, inventory, bound } = &self.judge;
        if let (Some(on_empty), true) = (rule.on_empty, selection.selected.is_empty()) {
            return self.nothing_selected(region, on_empty);
        }
        let resources = Value::list(selection.selected.into_iter().map(Value::Resource));
        let subject = Subject {
            resource: None,
            resources: Some(&resources),
            bound,
            account: &account.id,
            region: &region,
            now: inventory.taken_at,
        };
        let verdict = rule.assertion.evaluate(&subject, &mut budget());
        self.verdict(verdict, About::Region(region.clone()), &subject)
    }

    /// The finding that an assertion comes to.
    fn verdict(&self, verdict: EvalResult, about: About, subject: &Subject<'_>) -> Finding {
        match verdict {
            EvalResult::True => self.finding(about, Outcome::Pass),
            EvalResult::Unknown(failure) => self.unknown(about, failure),
            EvalResult::False => {
                let finding = self.finding(about, Outcome::Fail);
                // Of all resources together there is one finding.
                let is_told = self.telling == Telling::All || subject.resource.is_none();
                let seen = if is_told { explained(&self.judge, subject) } else { String::new() };
                Finding { seen, ..finding }
            }
        }
    }

    /// There is nothing to judge: what the check's `onEmpty` makes of it.
    fn nothing_selected(&self, region: Region, on_empty: OnEmpty) -> Finding {
        let outcome = match on_empty {
            OnEmpty::Pass => Outcome::Pass,
            OnEmpty::Fail => Outcome::Fail,
            OnEmpty::NotApplicable => Outcome::NotApplicable,
            OnEmpty::Unknown => {
                let message = "nothing was selected, and `onEmpty` is `unknown`";
                let failure = Failure::new(Cause::Ambiguous, message);
                return self.unknown(About::Region(region), failure);
            }
        };
        let mut finding = self.finding(About::Region(region), outcome);
        if outcome != Outcome::Pass {
            "nothing was selected".clone_into(&mut finding.seen);
        }
        finding
    }

    fn unknown(&self, about: About, failure: Failure) -> Finding {
        let outcome = Outcome::Unknown(failure.cause);
        Finding { failure: Some(Box::new(failure)), ..self.finding(about, outcome) }
    }

    fn finding(&self, about: About, outcome: Outcome) -> Finding {
        Finding {
            account: self.judge.account.id.clone(),
            resource_type: &self.judge.schema().type_name,
            about,
            outcome,
            failure: None,
            seen: String::new(),
            waiver: None,
        }
    }
}
