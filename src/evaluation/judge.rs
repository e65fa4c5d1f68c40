//! Judging: each check over the listings of its type, each resource on its own.

use std::hint::black_box;
use std::sync::Arc;

use crate::document::parallel_runs;
use crate::expression::{EvalBudget, EvalResult, Subject};
use crate::policy::{Account, AssertScope, Check, Group, OnEmpty, Rule};
use crate::resource::{
    AccountId, Cause, Failure, Inventory, Listing, Region, Resource, Schema, Segment, Value,
};

use super::bindings;
use super::finding::{About, CheckResult, Finding, GroupResult};
use super::outcome::{Counts, Outcome};
use super::settled::{Settled, oldest, settled};
use super::target::{in_scope, listed_regions, listing, segment};

/// Resources that are looked at before the first of them is judged.
const BLOCK: usize = 16;
/// Resources for which another thread is worth its start.
const A_THREAD: usize = 1024;

/// Judges a group over the inventories of its accounts; `now` in expressions is the instant at
/// which each inventory was taken.
///
/// What an inventory does not hold is `unknown(not_collected)`, never skipped.
pub fn evaluate(group: &Group, accounts: &[(&Account, &Inventory)]) -> GroupResult {
    GroupResult::of(group.checks.iter().map(|check| judge(check, accounts)).collect())
}

/// Judges one check over the inventories of the accounts of its group.
pub(super) fn judge(check: &Check, accounts: &[(&Account, &Inventory)]) -> CheckResult {
    let mut judged = Judged::default();
    for (account, inventory) in accounts {
        Judge::new(&check.rule, account, inventory).add_to(&mut judged);
    }
    let Judged { mut findings, out_of_scope, is_mixed } = judged;
    if is_mixed {
        findings.sort_by(|one, other| place(one).cmp(&place(other)));
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

/// Findings of a rule in one account.
pub(super) fn findings(rule: &Rule, account: &Account, inventory: &Inventory) -> Vec<Finding> {
    let mut judged = Judged::default();
    Judge::new(rule, account, inventory).add_to(&mut judged);
    judged.findings
}

/// Place of a finding among those of its check.
fn place(finding: &Finding) -> (&AccountId, &Region, &str) {
    (&finding.account, finding.region(), finding.resource_id())
}

/// One rule in one account.
struct Judge<'a> {
    rule: &'a Rule,
    account: &'a Account,
    inventory: &'a Inventory,
    /// Where all that it selects is in one segment of a list.
    segment: Option<Segment>,
    /// Values of the names of `let`, in their order.
    bound: Vec<Result<Value, Failure>>,
}

#[derive(Default)]
struct Judged {
    findings: Vec<Finding>,
    out_of_scope: u64,
    /// `true` where the findings are not in the order of their places.
    is_mixed: bool,
}

impl Judged {
    fn add(&mut self, finding: Finding) {
        let last = self.findings.last();
        self.is_mixed |= last.is_some_and(|last| place(last) > place(&finding));
        self.findings.push(finding);
    }

    fn append(&mut self, mut other: Self) {
        let (last, first) = (self.findings.last(), other.findings.first());
        let is_before = |last: &Finding| first.is_some_and(|first| place(last) > place(first));
        self.is_mixed |= other.is_mixed || last.is_some_and(is_before);
        self.out_of_scope += other.out_of_scope;
        self.findings.append(&mut other.findings);
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

impl<'a> Judge<'a> {
    fn new(rule: &'a Rule, account: &'a Account, inventory: &'a Inventory) -> Self {
        let bound = rule.bindings.iter();
        let bound = bound.map(|binding| bindings::find(binding, account, inventory)).collect();
        let segment = segment(rule.schema, rule.filter.as_ref());
        Self { rule, account, inventory, segment, bound }
    }

    fn add_to(&self, judged: &mut Judged) {
        if self.rule.is_of_all() {
            return self.together(judged);
        }
        let before = judged.findings.len();
        for region in listed_regions(self.schema(), self.account) {
            match self.listing(&region) {
                Ok(listing) => self.each(listing, &region, judged),
                Err(failure) => judged.add(self.unknown(About::Region(region), failure)),
            }
        }
        if judged.findings.len() == before {
            let on_empty = self.rule.on_empty.unwrap_or_default();
            judged.add(self.nothing_selected(Region::global(), on_empty));
        }
    }

    fn schema(&self) -> &'static Schema {
        self.rule.schema
    }

    /// The list of a region; why there is none.
    fn listing(&self, region: &Region) -> Result<&'a Listing, Failure> {
        listing(self.schema(), region, self.inventory)
    }

    /// A finding for each selected resource of a list.
    fn each(&self, listing: &Listing, region: &Region, judged: &mut Judged) {
        if let Some(failure) = listing.failure_in(self.segment.as_ref()) {
            let finding = self.unknown(About::Region(region.clone()), failure.clone());
            judged.add(finding);
        }
        let resources = &*listing.resources_in(self.segment.as_ref());
        judged.findings.reserve(resources.len());
        for of_run in parallel_runs(resources, resources.len() / A_THREAD, |run| self.run(run)) {
            judged.append(of_run);
        }
    }

    /// Those on neighbours in a list.
    fn run(&self, resources: &[Arc<Resource>]) -> Judged {
        let mut judged = Judged::default();
        judged.findings.reserve(resources.len());
        for block in resources.chunks(BLOCK) {
            self.look_ahead(block);
            for resource in block {
                if in_scope(resource, self.account) {
                    self.resource(resource).into_iter().for_each(|found| judged.add(found));
                } else {
                    judged.out_of_scope += 1;
                }
            }
        }
        judged
    }

    /// Looks at what the rule reads of some resources, which lies all over the memory: a processor fetches
    /// of many at a time what is asked of them alike, and waits for each where they are judged one by one.
    fn look_ahead(&self, block: &[Arc<Resource>]) {
        let ids = block.iter().map(|one| one.id.bytes().next()).max();
        let first = |one: &Arc<Resource>| {
            one.facets.first().is_some_and(|(_, facet)| facet.failure().is_none())
        };
        let answered = block.iter().filter(|one| first(one)).count();
        let read = block.iter().map(|one| self.rule.assertion.first_entries(one));
        black_box((ids, answered, read.sum::<usize>()));
    }

    /// The finding on a resource, if it is selected. Whether it is selected may be unknown as
    /// well, which is a finding, since it may be one that fails.
    fn resource(&self, resource: &Arc<Resource>) -> Option<Finding> {
        let verdict = match self.settled(resource) {
            Settled::Dropped => return None,
            Settled::Passes => EvalResult::True,
            Settled::Open => match self.selects(resource) {
                EvalResult::False => return None,
                EvalResult::True => {
                    self.rule.assertion.evaluate(&self.subject(resource), &mut budget())
                }
                unknown @ EvalResult::Unknown(_) => unknown,
            },
        };
        let about = About::Resource(Arc::clone(resource));
        Some(self.verdict(verdict, about, &self.subject(resource)))
    }

    /// What a summary settles, where the calls that it spares were not made.
    fn settled(&self, resource: &Resource) -> Settled {
        let oldest = oldest(self.rule.max_age, self.inventory.taken_at);
        settled(resource, self.schema(), oldest, |one| match self.selects(one) {
            EvalResult::True => {
                Some(self.rule.assertion.evaluate(&self.subject(one), &mut budget()))
            }
            EvalResult::False => None,
            unknown @ EvalResult::Unknown(_) => Some(unknown),
        })
    }

    fn selects(&self, resource: &Resource) -> EvalResult {
        match &self.rule.filter {
            Some(filter) => filter.evaluate(&self.subject(resource), &mut budget()),
            None => EvalResult::True,
        }
    }

    /// A finding for each target, or for the account, on all its selected resources.
    fn together(&self, judged: &mut Judged) {
        let regions = listed_regions(self.schema(), self.account);
        let spans: Vec<(Region, Vec<Region>)> = match self.rule.span {
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
            judged.out_of_scope += selection.out_of_scope;
            judged.add(self.of_all(region, selection));
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
            if !in_scope(resource, self.account) {
                selection.out_of_scope += 1;
                continue;
            }
            match self.selects(resource) {
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
        if let (Some(on_empty), true) = (self.rule.on_empty, selection.selected.is_empty()) {
            return self.nothing_selected(region, on_empty);
        }
        let resources = Value::list(selection.selected.into_iter().map(Value::Resource));
        let subject = Subject {
            resource: None,
            resources: Some(&resources),
            bound: &self.bound,
            account: &self.account.id,
            region: &region,
            now: self.inventory.taken_at,
        };
        let verdict = self.rule.assertion.evaluate(&subject, &mut budget());
        self.verdict(verdict, About::Region(region.clone()), &subject)
    }

    /// The finding that an assertion comes to.
    fn verdict(&self, verdict: EvalResult, about: About, subject: &Subject<'_>) -> Finding {
        match verdict {
            EvalResult::True => self.finding(about, Outcome::Pass),
            EvalResult::Unknown(failure) => self.unknown(about, failure),
            EvalResult::False => {
                let assertion = &self.rule.assertion;
                let seen = assertion.explain(subject, &mut budget()).join("; ");
                Finding { seen, ..self.finding(about, Outcome::Fail) }
            }
        }
    }

    fn subject<'s>(&'s self, resource: &'s Resource) -> Subject<'s> {
        let now = self.inventory.taken_at;
        Subject { bound: &self.bound, ..Subject::of(resource, &self.account.id, now) }
    }

    /// There is nothing to judge: what the check's `onEmpty` makes of it.
    fn nothing_selected(&self, region: Region, on_empty: OnEmpty) -> Finding {
        let outcome = match on_empty {
            OnEmpty::Pass => Outcome::Pass,
            OnEmpty::Fail => Outcome::Fail,
            OnEmpty::NotApplicable => Outcome::NotApplicable,
            OnEmpty::Unknown => {
                let message = "nothing was selected, and `onEmpty` is `unknown`";
                let failure = Failure::new(Cause::NotCollected, message);
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
            account: self.account.id.clone(),
            resource_type: &self.schema().type_name,
            about,
            outcome,
            failure: None,
            seen: String::new(),
            waiver: None,
        }
    }
}

fn budget() -> EvalBudget {
    EvalBudget::default()
}
