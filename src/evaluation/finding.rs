//! Results: a finding for each resource, added up by check and by group.

use std::sync::Arc;

use crate::expression::Observation;
use crate::policy::{CheckId, Severity, Waiver};
use crate::resource::{AccountId, Failure, Region, TypeName};

use super::outcome::{Counts, Outcome};

/// The resource id of a finding that is about no single resource: an empty selection, a list that
/// could not be read.
pub const NO_RESOURCE: &str = "*";

/// The outcome of one check on one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The account.
    pub account: AccountId,
    /// The region that the resource lives in, or `global`.
    pub region: Region,
    /// The type that the check selects.
    pub resource_type: TypeName,
    /// The resource's id, or [`NO_RESOURCE`].
    pub resource_id: Arc<str>,
    /// The resource's ARN, where it is about one that has one.
    pub arn: Option<Arc<str>>,
    /// What was found.
    pub outcome: Outcome,
    /// Why it is unknown, where it is.
    pub failure: Option<Failure>,
    /// What made the assertion false, where it is.
    pub observations: Vec<Observation>,
    /// The waiver that turned it, where it is waived.
    pub waiver: Option<Arc<Waiver>>,
}

impl Finding {
    /// One line for people: why it is unknown, or what was seen and why that is waived; empty for a
    /// pass.
    pub fn explanation(&self) -> String {
        let seen = self.observed();
        let Some(waiver) = &self.waiver else { return seen };
        let Waiver { name, reason, owner, expires, .. } = waiver.as_ref();
        let why = format!("waived until {expires} by {owner} ({name}): {reason}");
        if seen.is_empty() { why } else { format!("{seen}; {why}") }
    }

    /// The same without the waiver.
    pub fn observed(&self) -> String {
        match &self.failure {
            Some(failure) => failure.message.clone(),
            None if &*self.resource_id == NO_RESOURCE && self.observations.is_empty() => {
                if self.outcome == Outcome::Pass {
                    String::new()
                } else {
                    "nothing was selected".to_owned()
                }
            }
            None => {
                // What consists of constants saw nothing, and what two parts saw is told once.
                let mut told: Vec<&str> = Vec::new();
                for seen in self.observations.iter().map(|seen| seen.observed.as_str()) {
                    if !seen.is_empty() && !told.contains(&seen) {
                        told.push(seen);
                    }
                }
                told.join("; ")
            }
        }
    }
}

/// What a check found, everywhere.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    /// The check.
    pub check: CheckId,
    /// How much it matters.
    pub severity: Severity,
    /// The type that it selects.
    pub resource_type: TypeName,
    /// What the findings amount to.
    pub outcome: Outcome,
    /// How many findings have which outcome.
    pub counts: Counts,
    /// One for each selected resource, in the order of account, region and id.
    pub findings: Vec<Finding>,
    /// Selected resources that live outside the account's regions and were not judged.
    pub out_of_scope: u64,
}

/// How a check stands, its findings added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckStanding {
    /// The check.
    pub check: String,
    /// The worst outcome.
    pub outcome: Outcome,
    /// How many findings have which outcome.
    pub counts: Counts,
    /// How many of those that fail are not enforced, since they failed before.
    pub old: u64,
    /// Whether a list could not be read, so that one of these findings is about no resource.
    pub unlisted: bool,
}

/// What a group found.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupResult {
    /// What the checks amount to.
    pub outcome: Outcome,
    /// How many findings have which outcome.
    pub counts: Counts,
    /// The checks, in the order of the file.
    pub checks: Vec<CheckResult>,
}

impl GroupResult {
    /// The group of its checks' results.
    pub(super) fn of(checks: Vec<CheckResult>) -> Self {
        let outcome = Outcome::worst(checks.iter().map(|check| check.outcome));
        let mut counts = Counts::default();
        for check in &checks {
            counts += check.counts;
        }
        Self { outcome: outcome.unwrap_or(Outcome::NotApplicable), counts, checks }
    }
}
