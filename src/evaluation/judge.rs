//! Judging: each check over the listings of its type, each resource on its own.

use std::sync::Arc;

use crate::document::parallel_runs;
use crate::expression::{EvalBudget, EvalResult, Subject};
use crate::policy::{Account, AssertScope, Check, Group, OnEmpty, Rule};
use crate::resource::{
    Cause, Failure, Inventory, Listing, Region, Resource, Schema, Segment, Value,
};

use super::bindings;
use super::finding::{CheckResult, Finding, GroupResult, NO_RESOURCE};
use super::outcome::{Counts, Outcome};
use super::settled::{Settled, oldest, settled};
use super::target::{in_scope, listed_regions, listing, segment};

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
    let mut findings = Vec::new();
    let mut out_of_scope = 0;
    for (account, inventory) in accounts {
        let judged = Judge::new(&check.rule, account, inventory).findings();
        out_of_scope += judged.out_of_scope;
        findings.extend(judged.findings);
    }
    findings.sort_by(|one, other| {
        (&one.account, &one.region, &one.resource_id).cmp(&(
            &other.account,
            &other.region,
            &other.resource_id,
        ))
    });
    CheckResult {
        check: check.id.clone(),
        severity: check.severity,
        resource_type: check.rule.schema.type_name.clone(),
        outcome: Outcome::worst(findings.iter().map(|finding| finding.outcome)),
        counts: findings.iter().map(|finding| finding.outcome).collect::<Counts>(),
        findings,
        out_of_scope,
    }
}

/// Findings of a rule in one account.
pub(super) fn findings(rule: &Rule, account: &Account, inventory: &Inventory) -> Vec<Finding> {
    Judge::new(rule, account, inventory).findings().findings
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

    fn findings(&self) -> Judged {
        let mut judged = Judged::default();
        if self.rule.is_of_all() {
            self.together(&mut judged);
            return judged;
        }
        for region in listed_regions(self.schema(), self.account) {
            match self.listing(&region) {
                Ok(listing) => self.each(listing, &region, &mut judged),
                Err(failure) => {
                    judged.findings.push(self.unknown(region, NO_RESOURCE.into(), failure));
                }
            }
        }
        if judged.findings.is_empty() {
            let on_empty = self.rule.on_empty.unwrap_or_default();
            judged.findings.push(self.nothing_selected(Region::global(), on_empty));
        }
        judged
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
            let finding = self.unknown(region.clone(), NO_RESOURCE.into(), failure.clone());
            judged.findings.push(finding);
        }
        let resources = &*listing.resources_in(self.segment.as_ref());
        for of_run in parallel_runs(resources, resources.len() / A_THREAD, |run| self.run(run)) {
            judged.out_of_scope += of_run.out_of_scope;
            judged.findings.extend(of_run.findings);
        }
    }

    /// Those on neighbours in a list.
    fn run(&self, resources: &[Arc<Resource>]) -> Judged {
        let mut judged = Judged::default();
        for resource in resources {
            if in_scope(resource, self.account) {
                judged.findings.extend(self.resource(resource));
            } else {
                judged.out_of_scope += 1;
            }
        }
        judged
    }

    /// The finding on a resource, if it is selected. Whether it is selected may be unknown as
    /// well, which is a finding, since it may be one that fails.
    fn resource(&self, resource: &Resource) -> Option<Finding> {
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
        let finding = self.verdict(verdict, resource.region.clone(), &self.subject(resource));
        let (resource_id, arn) = (Arc::clone(&resource.id), resource.arn.clone());
        Some(Finding { resource_id, arn, ..finding })
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
            judged.findings.push(self.of_all(region, selection));
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
            return self.unknown(region, NO_RESOURCE.into(), failure);
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
        self.verdict(verdict, region.clone(), &subject)
    }

    /// The finding, on no resource yet, that an assertion comes to.
    fn verdict(&self, verdict: EvalResult, region: Region, subject: &Subject<'_>) -> Finding {
        let id: Arc<str> = NO_RESOURCE.into();
        match verdict {
            EvalResult::True => self.finding(region, id, Outcome::Pass),
            EvalResult::Unknown(failure) => self.unknown(region, id, failure),
            EvalResult::False => {
                let assertion = &self.rule.assertion;
                let observations = assertion.explain(subject, &mut budget());
                Finding { observations, ..self.finding(region, id, Outcome::Fail) }
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
                return self.unknown(region, NO_RESOURCE.into(), failure);
            }
        };
        self.finding(region, NO_RESOURCE.into(), outcome)
    }

    fn unknown(&self, region: Region, id: Arc<str>, failure: Failure) -> Finding {
        let outcome = Outcome::Unknown(failure.cause);
        Finding { failure: Some(failure), ..self.finding(region, id, outcome) }
    }

    fn finding(&self, region: Region, resource_id: Arc<str>, outcome: Outcome) -> Finding {
        Finding {
            account: self.account.id.clone(),
            region,
            resource_type: self.schema().type_name.clone(),
            resource_id,
            arn: None,
            outcome,
            failure: None,
            observations: Vec::new(),
            waiver: None,
        }
    }
}

fn budget() -> EvalBudget {
    EvalBudget::default()
}
