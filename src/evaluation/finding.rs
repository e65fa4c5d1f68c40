//! Results: a finding for each resource, added up by check and by group.

use std::sync::Arc;

use crate::policy::{CheckId, Severity, Waiver};
use crate::resource::{AccountId, Failure, Region, Resource, TypeName};

use super::outcome::{Counts, Outcome};

/// The resource id of a finding that is about no single resource: an empty selection, a list that
/// could not be read.
pub const NO_RESOURCE: &str = "*";

/// What a finding is about.
#[derive(Debug, Clone, PartialEq)]
pub enum About {
    /// A resource.
    Resource(Arc<Resource>),
    /// All resources of a region, or `global` for all of the account, or that there are none.
    Region(Region),
}

/// The outcome of one check on one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Account that the resource belongs to.
    pub account: AccountId,
    /// The type that the check selects.
    pub resource_type: &'static TypeName,
    /// What it is about.
    pub about: About,
    /// Outcome, with a cause where it is unknown.
    pub outcome: Outcome,
    /// Why it is unknown, where it is.
    pub failure: Option<Box<Failure>>,
    /// Values that the parts of the assertion saw which are false, or that there was nothing to see;
    /// empty where none saw any.
    pub seen: String,
    /// The waiver that turned it, where it is waived.
    pub waiver: Option<Arc<Waiver>>,
}

impl Finding {
    /// The region that the resource lives in, or `global`.
    pub fn region(&self) -> &Region {
        match &self.about {
            About::Resource(resource) => &resource.region,
            About::Region(region) => region,
        }
    }

    /// The resource's id, or [`NO_RESOURCE`].
    pub fn resource_id(&self) -> &str {
        match &self.about {
            About::Resource(resource) => &resource.id,
            About::Region(_) => NO_RESOURCE,
        }
    }

    /// Place among the findings of a check: account, region and resource.
    pub fn place(&self) -> (&AccountId, &Region, &str) {
        (&self.account, self.region(), self.resource_id())
    }

    /// The resource's id, for whoever keeps it.
    pub fn shared_id(&self) -> Arc<str> {
        match &self.about {
            About::Resource(resource) => Arc::clone(&resource.id),
            About::Region(_) => NO_RESOURCE.into(),
        }
    }

    /// The resource's ARN, where it is about one that has one.
    pub fn arn(&self) -> Option<&str> {
        match &self.about {
            About::Resource(resource) => resource.arn.as_deref(),
            About::Region(_) => None,
        }
    }

    /// One line for people: why it is unknown, or what was seen and why that is waived; empty for a
    /// pass.
    pub fn explanation(&self) -> String {
        let seen = self.observed();
        let Some(waiver) = &self.waiver else { return seen.to_owned() };
        let Waiver { name, reason, owner, expires, .. } = waiver.as_ref();
        let why = format!("waived until {expires} by {owner} ({name}): {reason}");
        if seen.is_empty() { why } else { format!("{seen}; {why}") }
    }

    /// The same without the waiver.
    pub fn observed(&self) -> &str {
        match &self.failure {
            Some(failure) => &failure.message,
            None => &self.seen,
        }
    }
}

/// Result of a check over all accounts of its group.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckResult {
    /// Id of the check, unique in its group.
    pub check: CheckId,
    /// Severity that the policies give the check.
    pub severity: Severity,
    /// The type that it selects.
    pub resource_type: &'static TypeName,
    /// Worst outcome of the findings.
    pub outcome: Outcome,
    /// How many findings have which outcome.
    pub counts: Counts,
    /// One for each selected resource, in the order of account, region and id.
    pub findings: Vec<Finding>,
    /// Selected resources that live outside the account's regions and were not judged.
    pub out_of_scope: u64,
}

/// Status of a check, its findings added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckStatus {
    /// Id of the check, unique in its group.
    pub check: String,
    /// Worst outcome of its findings.
    pub outcome: Outcome,
    /// How many findings have which outcome.
    pub counts: Counts,
    /// Findings of the baseline, which fail and are not enforced.
    pub baseline: u64,
    /// `true` where one of these findings that are bad is about no single resource: a list could not
    /// be read, nothing was selected, or the check judges all resources at once.
    pub of_no_resource: bool,
}

/// Result of a group over all its accounts.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupResult {
    /// Worst outcome of the checks.
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
        Self { outcome, counts, checks }
    }
}
