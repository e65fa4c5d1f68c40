//! What an evaluation changes, as a value: findings that open and close, and the run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::db::findings::{ClosedReason, FindingChange, FindingKey, FindingRecord, OpenFinding};
use crate::db::waivers::WaiverOfGroup;
use crate::digest::{Digest, Parts};
use crate::evaluation::{CheckResult, CheckStatus, NO_RESOURCE, Outcome, WaiverStatus, segment};
use crate::expression::Expression;
use crate::policy::{Account, Check, Group, Rule};
use crate::resource::{
    AccountId, Cause, Failure, Inventory, Listing, Operation, Provider, Schema, TypeName,
};

/// The accounts of a group with what was seen of them.
pub(super) type Seen<'a> = [(&'a Account, &'a Inventory)];

/// The findings of a check as they are kept.
pub(super) fn records(check: &Check, found: CheckResult) -> impl Iterator<Item = FindingRecord> {
    let name = check.id.to_string();
    let (severity, evaluation_digest) = (check.severity, Digest(check.digest()));
    found.findings.into_iter().map(move |finding| FindingRecord {
        key: FindingKey {
            check: name.clone(),
            provider: Provider::Aws,
            account: finding.account.clone(),
            region: finding.region().clone(),
            resource_type: finding.resource_type.clone(),
            resource_id: finding.shared_id(),
        },
        outcome: finding.outcome,
        severity,
        explanation: Some(finding.explanation()).filter(|text| !text.is_empty()),
        evaluation_digest,
    })
}

/// Findings that stand and were not found again.
#[derive(Debug, Default)]
pub(super) struct Missed {
    /// Those whose list could not be read: neither confirmed nor contradicted, hence unknown.
    pub(super) unknown: Vec<FindingRecord>,
    /// Those that no longer stand.
    pub(super) closed: Vec<FindingChange>,
}

/// Says of each finding that stands and was not found again whether it is over or unknown.
pub(super) fn missed(
    group: &Group,
    seen: &Seen<'_>,
    open: &[OpenFinding],
    records: &[FindingRecord],
) -> Missed {
    let found: BTreeSet<&FindingKey> = records.iter().map(|record| &record.key).collect();
    let inventories: BTreeMap<&AccountId, &Inventory> =
        seen.iter().map(|(account, inventory)| (&account.id, *inventory)).collect();
    let mut missed = Missed::default();
    // Found by ids, since of a long list very many may be missed at once.
    let mut listed = Listed::new();
    for finding in open.iter().filter(|finding| !found.contains(&finding.key)) {
        let key = finding.key.clone();
        match fate(group, &inventories, &mut listed, &key) {
            Fate::Over(reason) => missed.closed.push(FindingChange::Close(key, reason)),
            Fate::Unknown(check, failure) => missed.unknown.push(FindingRecord {
                key,
                outcome: Outcome::Unknown(failure.cause),
                severity: check.severity,
                explanation: Some(failure.message),
                evaluation_digest: Digest(check.digest()),
            }),
        }
    }
    // Findings stand in any order, and the digest of a result goes by theirs.
    missed.unknown.sort_by(|one, other| one.key.cmp(&other.key));
    missed
}

/// How each check of the group stands with all that was found and missed.
pub(super) fn standings(group: &Group, records: &[FindingRecord]) -> Vec<CheckStatus> {
    let mut outcomes: BTreeMap<&str, Vec<&FindingRecord>> = BTreeMap::new();
    for record in records {
        outcomes.entry(&record.key.check).or_default().push(record);
    }
    let standing = |check: &Arc<Check>| {
        let found = outcomes.remove(check.id.as_str()).unwrap_or_default();
        let all = || found.iter().map(|record| record.outcome);
        let of_no_resource = |record: &&FindingRecord| {
            record.outcome.is_bad() && &*record.key.resource_id == NO_RESOURCE
        };
        CheckStatus {
            check: check.id.to_string(),
            outcome: Outcome::worst(all()),
            counts: all().collect(),
            baseline: 0,
            of_no_resource: found.iter().any(of_no_resource),
        }
    };
    group.checks.iter().map(standing).collect()
}

/// `true` where a waiver stands otherwise than after the last run.
pub(super) fn stand_otherwise(stood: &[WaiverOfGroup], now: &[WaiverStatus]) -> bool {
    let stood: BTreeMap<_, _> = stood.iter().map(|one| (&one.waiver.name, one.status)).collect();
    now.iter().any(|one| {
        let before = stood.get(&one.waiver.name).copied().flatten();
        before != Some((one.validity, one.counts))
    })
}

/// When the next of the waivers that hold at an instant ends.
pub(super) fn next_end(waivers: &[WaiverStatus], at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    waivers.iter().map(|standing| standing.waiver.ends_at()).filter(|end| *end > at).min()
}

/// Changes between the findings that stand and those of a new result.
pub(super) fn changes(
    open: &[OpenFinding],
    records: Vec<FindingRecord>,
    closed: Vec<FindingChange>,
) -> Vec<FindingChange> {
    let standing: BTreeMap<&FindingKey, &OpenFinding> =
        open.iter().map(|finding| (&finding.key, finding)).collect();
    let mut changes = closed;
    for record in records {
        match standing.get(&record.key) {
            Some(finding) if finding.says(&record) => {}
            Some(_) => {
                let key = record.key.clone();
                changes.push(FindingChange::Close(key, ClosedReason::Changed));
                changes.push(FindingChange::Open(record));
            }
            None => changes.push(FindingChange::Open(record)),
        }
    }
    changes
}

/// End of a finding that was not found again.
enum Fate<'a> {
    /// It no longer stands, for this reason.
    Over(ClosedReason),
    /// Nobody can say: its list could not be read.
    Unknown(&'a Check, Failure),
}

/// Ids of the resources that are listed, by account and type.
type Listed<'a> = BTreeMap<(&'a AccountId, &'a TypeName), BTreeSet<&'a str>>;

fn fate<'a>(
    group: &'a Group,
    inventories: &BTreeMap<&AccountId, &'a Inventory>,
    listed: &mut Listed<'a>,
    key: &FindingKey,
) -> Fate<'a> {
    let check = group.checks.iter().find(|check| check.id.as_str() == key.check);
    let Some(check) = check.filter(|check| check.rule.schema.type_name == key.resource_type) else {
        return Fate::Over(ClosedReason::CheckRemoved);
    };
    let Some(inventory) = inventories.get(&key.account) else {
        return Fate::Over(ClosedReason::AccountRemoved);
    };
    if &*key.resource_id == NO_RESOURCE {
        return Fate::Over(ClosedReason::Changed);
    }
    let segment = segment(check.rule.schema, check.rule.filter.as_ref());
    if segment.as_ref().is_some_and(|segment| !segment.holds(&key.resource_id)) {
        return Fate::Over(ClosedReason::OutOfSelection);
    }
    let schema = check.rule.schema;
    let ids = listed.entry((&inventory.account, &schema.type_name)).or_insert_with(|| {
        listings(schema, inventory).flat_map(Listing::resources).map(|one| &*one.id).collect()
    });
    if ids.contains(&*key.resource_id) {
        return Fate::Over(ClosedReason::OutOfSelection);
    }
    let mut listings = listings(schema, inventory).peekable();
    let was_listed = listings.peek().is_some();
    let failure = listings.find_map(|listing| listing.failure_in(segment.as_ref()));
    if !was_listed {
        let message = format!("{} was not collected", check.rule.schema.list);
        return Fate::Unknown(check, Failure::new(Cause::NotCollected, message));
    }
    match failure {
        Some(failure) => Fate::Unknown(check, failure.clone()),
        None => Fate::Over(ClosedReason::ResourceGone),
    }
}

fn listings<'a>(schema: &'a Schema, inventory: &'a Inventory) -> impl Iterator<Item = &'a Listing> {
    let wanted = inventory.listings.iter();
    wanted.filter(|((name, _), _)| *name == schema.type_name).map(|(_, listing)| listing)
}

/// Digest of findings: equal for results that say the same.
pub(super) fn digest(records: &[FindingRecord]) -> Digest {
    let mut parts = Parts::default();
    for record in records {
        let key = &record.key;
        parts.add(&key.check).add(key.account.as_str()).add(key.region.as_str());
        parts.add(key.resource_type.as_str()).add(&key.resource_id);
        parts.add(&record.outcome.to_string()).add(record.severity.as_str());
        // The words of a failure may hold a request's id, new each time.
        if !matches!(record.outcome, Outcome::Unknown(_)) {
            parts.add(record.explanation.as_deref().unwrap_or_default());
        }
        parts.add(&hex::encode(record.evaluation_digest.0));
    }
    parts.digest()
}

/// Which facets of which resources the group's own checks looked at. What other groups asked for
/// in the same fetch does not count, so that runs stay equal whoever else was due.
pub(super) fn coverage(group: &Group, seen: &Seen<'_>) -> Digest {
    let mut lines = BTreeSet::new();
    for (account, inventory) in seen {
        for check in &group.checks {
            for selection in check.rule.selections() {
                cover(account, &check.rule, selection, inventory, &mut lines);
            }
        }
    }
    let mut parts = Parts::default();
    for line in &lines {
        parts.add(line);
    }
    parts.digest()
}

/// A line for each resource of a type that a check looks at, and one for each list.
fn cover(
    account: &Account,
    rule: &Rule,
    (schema, filter): (&Schema, Option<&Expression>),
    inventory: &Inventory,
    lines: &mut BTreeSet<String>,
) {
    let operations: BTreeSet<_> = rule
        .expressions()
        .flat_map(|expression| expression.operations_of(&schema.type_name))
        .map(Operation::as_str)
        .collect();
    let segment = segment(schema, filter);
    for listing in listings(schema, inventory) {
        let failure = listing.failure_in(segment.as_ref());
        let state = if failure.is_some() { "broken" } else { "whole" };
        for resource in &*listing.resources_in(segment.as_ref()) {
            let asked = operations.iter().filter(|it| resource.facets.contains_key(**it));
            let asked: Vec<_> = asked.copied().collect();
            lines.insert(format!(
                "{}\0{}\0{}\0{state}\0{}",
                account.id,
                resource.type_name,
                resource.id,
                asked.join(",")
            ));
        }
        lines.insert(format!("{}\0{}\0{state}", account.id, schema.type_name));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::evaluation::Counts;
    use crate::policy::{Covered, PolicySet, Severity, SourceFile, Validity, Waiver};
    use crate::resource::Region;

    fn standing(name: &str, expires: &str, turned: u64) -> WaiverStatus {
        let waiver = Waiver {
            name: name.parse().expect("a name"),
            covers: Covered::default(),
            reason: "why".to_owned(),
            owner: "ada".to_owned(),
            expires: expires.parse().expect("a day"),
            approved_by: None,
            ticket: None,
            path: "a.yaml".to_owned(),
            line: 1,
        };
        let counts = Counts { waived: turned, ..Counts::default() };
        WaiverStatus { waiver: Arc::new(waiver), validity: Validity::InForce, counts }
    }

    fn concern(standing: &WaiverStatus, known: bool) -> WaiverOfGroup {
        let WaiverStatus { waiver, validity, counts } = standing;
        WaiverOfGroup {
            group: "storage".to_owned(),
            waiver: Arc::clone(waiver),
            status: known.then_some((*validity, *counts)),
        }
    }

    const ROLES: &str = "\
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: roles }
spec:
  checks:
    - { id: one, select: AWS::IAM::Role, assert: 'true' }
";

    #[test]
    fn a_bad_finding_about_no_resource_is_known_as_such() {
        let file = SourceFile::new("a.yaml", ROLES.as_bytes());
        let policies = PolicySet::read(&[file]).policies;
        let group = policies.groups().next().expect("a group");
        let denied = Outcome::Unknown(Cause::AccessDenied);
        let standing = |resource: &str, outcome| {
            let record = FindingRecord {
                key: FindingKey {
                    check: "one".to_owned(),
                    provider: Provider::Aws,
                    account: "123456789012".parse().expect("an account"),
                    region: Region::global(),
                    resource_type: "AWS::IAM::Role".into(),
                    resource_id: resource.into(),
                },
                outcome,
                severity: Severity::High,
                explanation: None,
                evaluation_digest: Digest::of(b"one"),
            };
            standings(group, &[record]).iter().any(|status| status.of_no_resource)
        };
        for (resource, outcome, expected) in [
            (NO_RESOURCE, denied, true),
            (NO_RESOURCE, Outcome::Fail, true),
            (NO_RESOURCE, Outcome::Pass, false),
            ("admin", denied, false),
            ("admin", Outcome::Fail, false),
        ] {
            assert_eq!(standing(resource, outcome), expected, "{resource} {outcome}");
        }
    }

    #[test]
    fn a_result_does_not_depend_on_the_order_of_what_stands() {
        const ACCOUNT: &str = "\
---
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod }
spec: { aws: { accountId: '123456789012', regions: [eu-west-1] } }
";
        let file = SourceFile::new("a.yaml", format!("{ROLES}{ACCOUNT}").into_bytes());
        let policies = PolicySet::read(&[file]).policies;
        let group = policies.groups().next().expect("a group");
        let account = policies.accounts().next().expect("an account");
        let inventory = Inventory::empty(account.id.clone(), DateTime::UNIX_EPOCH);
        let finding = |resource: &str| OpenFinding {
            key: FindingKey {
                check: "one".to_owned(),
                provider: Provider::Aws,
                account: account.id.clone(),
                region: Region::global(),
                resource_type: group.checks[0].rule.schema.type_name.clone(),
                resource_id: resource.into(),
            },
            outcome: Outcome::Pass,
            severity: Severity::High,
            explanation: None,
            evaluation_digest: Digest::of(b"one"),
            since: DateTime::UNIX_EPOCH,
            failing_since: None,
        };
        let digests = [["a", "b"], ["b", "a"]].map(|order| {
            let missed = missed(group, &[(account, &inventory)], &order.map(finding), &[]);
            assert_eq!(missed.unknown.len(), 2);
            digest(&missed.unknown)
        });
        assert_eq!(digests[0], digests[1]);
    }

    #[test]
    fn a_waiver_that_stands_otherwise_is_worth_telling() {
        let now = standing("a", "2026-12-31", 1);
        let changed = |stood: &WaiverStatus, known| {
            stand_otherwise(&[concern(stood, known)], std::slice::from_ref(&now))
        };
        assert!(!changed(&now, true));
        assert!(changed(&now, false), "nothing was known of it");
        assert!(changed(&standing("a", "2026-12-31", 2), true));
        let expiring = WaiverStatus { validity: Validity::Expiring, ..now.clone() };
        assert!(changed(&expiring, true));
        assert!(!stand_otherwise(&[], &[]));
    }

    #[test]
    fn the_first_waiver_that_still_holds_ends_next() {
        let all = ["2026-12-31", "2026-11-20", "2026-11-21"].map(|day| standing("a", day, 0));
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
        let next = |now| next_end(&all, at(now));
        assert_eq!(next("2026-11-21T08:00:00Z"), Some(at("2026-11-22T00:00:00Z")));
        assert_eq!(next("2026-11-22T00:00:00Z"), Some(at("2027-01-01T00:00:00Z")));
        assert_eq!(next("2027-01-01T00:00:00Z"), None);
    }
}
