//! Judging: each check over the listings of its type, each resource on its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::expression::{Budget, Expression, Subject, Verdict};
use crate::policy::{Account, Check, Group, OnEmpty};
use crate::resource::{Cause, Failure, Inventory, Listing, Region, Resource, Scope};

use super::finding::{CheckResult, Finding, GroupResult, NO_RESOURCE};
use super::outcome::{Counts, Outcome};

/// Judges a group over the inventories of its accounts; `now` in expressions is the instant at
/// which each inventory was taken.
///
/// What an inventory does not hold is `unknown(not_collected)`, never skipped.
pub fn evaluate(group: &Group, accounts: &[(&Account, &Inventory)]) -> GroupResult {
    GroupResult::of(group.checks.iter().map(|check| judge(check, accounts)).collect())
}

fn judge(check: &Check, accounts: &[(&Account, &Inventory)]) -> CheckResult {
    let mut findings = Vec::new();
    let mut out_of_scope = 0;
    for (account, inventory) in accounts {
        let judged = Judge { check, account, inventory }.findings();
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
    let outcome = Outcome::worst(findings.iter().map(|finding| finding.outcome));
    CheckResult {
        check: check.id.clone(),
        severity: check.severity,
        resource_type: check.schema.type_name.clone(),
        outcome: outcome.unwrap_or(Outcome::NotApplicable),
        counts: findings.iter().map(|finding| finding.outcome).collect::<Counts>(),
        findings,
        out_of_scope,
    }
}

/// One check on one account.
struct Judge<'a> {
    check: &'a Check,
    account: &'a Account,
    inventory: &'a Inventory,
}

#[derive(Default)]
struct Judged {
    findings: Vec<Finding>,
    out_of_scope: u64,
}

impl Judge<'_> {
    fn findings(&self) -> Judged {
        let mut judged = Judged::default();
        for region in self.listed_regions() {
            let key = (self.check.schema.type_name.clone(), region.clone());
            if let Some(listing) = self.inventory.listings.get(&key) {
                self.listing(listing, &region, &mut judged);
            } else {
                let message = format!("{} was not collected", self.check.schema.list);
                let failure = Failure::new(Cause::NotCollected, message);
                judged.findings.push(self.unknown(region, NO_RESOURCE.into(), failure));
            }
        }
        if judged.findings.is_empty() {
            judged.findings.push(self.nothing_selected());
        }
        judged
    }

    /// Where the type is listed: once for the account, or in each of its regions.
    fn listed_regions(&self) -> Vec<Region> {
        match self.check.schema.scope {
            Scope::Global => vec![Region::global()],
            Scope::Regional => self.account.regions.iter().cloned().collect(),
        }
    }

    fn listing(&self, listing: &Listing, region: &Region, judged: &mut Judged) {
        if let Some(failure) = listing.failure() {
            let finding = self.unknown(region.clone(), NO_RESOURCE.into(), failure.clone());
            judged.findings.push(finding);
        }
        let regions: BTreeSet<&Region> = self.account.regions.iter().collect();
        for resource in listing.resources() {
            if resource.region.is_global() || regions.contains(&resource.region) {
                judged.findings.extend(self.resource(resource));
            } else {
                judged.out_of_scope += 1;
            }
        }
    }

    /// The finding on a resource, if it is selected. Whether it is selected may be unknown as
    /// well, which is a finding, since it may be one that fails.
    fn resource(&self, resource: &Resource) -> Option<Finding> {
        let selected = match &self.check.filter {
            Some(filter) => self.verdict(filter, resource),
            None => Verdict::True,
        };
        let verdict = match selected {
            Verdict::False => return None,
            Verdict::True => self.verdict(&self.check.assertion, resource),
            unknown @ Verdict::Unknown(_) => unknown,
        };
        let region = resource.region.clone();
        let id = Arc::clone(&resource.id);
        Some(match verdict {
            Verdict::True => self.finding(region, id, Outcome::Pass),
            Verdict::Unknown(failure) => self.unknown(region, id, failure),
            Verdict::False => {
                let subject = self.subject(resource);
                let observations = self.check.assertion.explain(&subject, &mut Budget::default());
                Finding { observations, ..self.finding(region, id, Outcome::Fail) }
            }
        })
    }

    fn verdict(&self, expression: &Expression, resource: &Resource) -> Verdict {
        expression.evaluate(&self.subject(resource), &mut Budget::default())
    }

    fn subject<'s>(&'s self, resource: &'s Resource) -> Subject<'s> {
        Subject::of(resource, &self.account.id, self.inventory.taken_at)
    }

    /// The whole account has nothing to judge: what the check's `onEmpty` makes of it.
    fn nothing_selected(&self) -> Finding {
        let region = Region::global();
        match self.check.on_empty {
            OnEmpty::Pass => self.finding(region, NO_RESOURCE.into(), Outcome::Pass),
            OnEmpty::Fail => self.finding(region, NO_RESOURCE.into(), Outcome::Fail),
            OnEmpty::NotApplicable => {
                self.finding(region, NO_RESOURCE.into(), Outcome::NotApplicable)
            }
            OnEmpty::Unknown => {
                let message = "nothing was selected, and `onEmpty` is `unknown`";
                let failure = Failure::new(Cause::NotCollected, message);
                self.unknown(region, NO_RESOURCE.into(), failure)
            }
        }
    }

    fn unknown(&self, region: Region, id: Arc<str>, failure: Failure) -> Finding {
        let outcome = Outcome::Unknown(failure.cause);
        Finding { failure: Some(failure), ..self.finding(region, id, outcome) }
    }

    fn finding(&self, region: Region, resource_id: Arc<str>, outcome: Outcome) -> Finding {
        Finding {
            account: self.account.id.clone(),
            region,
            resource_type: self.check.schema.type_name.clone(),
            resource_id,
            outcome,
            failure: None,
            observations: Vec::new(),
        }
    }
}
