//! Waivers over what was found: what fails and is waived no longer counts as failing.
//!
//! Apart from judging, so that a verdict can be had without them. What a waiver says is left to
//! [`crate::policy`].

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::expression::glob;
use crate::policy::{Account, CheckId, Group, Validity, Waiver, WaiverName};
use crate::resource::{AccountId, Inventory};

use super::finding::{CheckResult, Finding, GroupResult, NO_RESOURCE};
use super::outcome::{Counts, Outcome};

/// How a waiver stands after an evaluation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverStatus {
    /// Terms of the waiver, as the policies have it.
    pub waiver: Arc<Waiver>,
    /// Validity on the day of the evaluation.
    pub validity: Validity,
    /// The outcomes of the findings that it matches, whichever waiver turned them. A list that could
    /// not be read counts as unknown, since it may hold what is waived.
    pub counts: Counts,
}

impl WaiverStatus {
    /// `true` where nothing that it matches fails or may fail, so that it turns nothing.
    pub fn is_useless(&self) -> bool {
        self.counts.fail + self.counts.waived + self.counts.unknown == 0
    }

    /// Those of several groups, each waiver once, in the order of their names.
    pub fn merged(all: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut merged: BTreeMap<WaiverName, Self> = BTreeMap::new();
        for one in all {
            let counts = one.counts;
            let known = merged.entry(one.waiver.name.clone());
            known.and_modify(|known| known.counts += counts).or_insert(one);
        }
        merged.into_values().collect()
    }
}

/// Turns what fails and is waived, by the waivers that hold at the instant at which each account's
/// inventory was taken; of several the one that lasts longest. Says how each of them stands.
pub fn waive<'a>(
    group: &Group,
    accounts: &[(&Account, &Inventory)],
    waivers: impl IntoIterator<Item = &'a Arc<Waiver>>,
    result: &mut GroupResult,
) -> Vec<WaiverStatus> {
    let Some(mut waiving) = Waiving::new(group, accounts, waivers) else { return Vec::new() };
    result.checks.iter_mut().for_each(|check| waiving.turn(check));
    result.outcome = Outcome::worst(result.checks.iter().map(|check| check.outcome));
    result.counts = Counts::default();
    result.checks.iter().for_each(|check| result.counts += check.counts);
    waiving.statuses()
}

/// The same of one check of the group alone.
pub(super) fn waive_check<'a>(
    group: &Group,
    accounts: &[(&Account, &Inventory)],
    waivers: impl IntoIterator<Item = &'a Arc<Waiver>>,
    result: &mut CheckResult,
) -> Vec<WaiverStatus> {
    let Some(mut waiving) = Waiving::new(group, accounts, waivers) else { return Vec::new() };
    waiving.turn(result);
    waiving.statuses()
}

/// Waivers of a group, and what they matched so far.
struct Waiving<'a, 'i> {
    /// Those that last longest before others.
    matchers: Vec<Matcher<'a>>,
    instants: BTreeMap<&'i AccountId, DateTime<Utc>>,
}

impl<'a, 'i> Waiving<'a, 'i> {
    /// The waivers that concern a group; `None` where there are none.
    fn new(
        group: &Group,
        accounts: &[(&'i Account, &'i Inventory)],
        waivers: impl IntoIterator<Item = &'a Arc<Waiver>>,
    ) -> Option<Self> {
        let waivers = waivers.into_iter().filter(|waiver| waiver.concerns(group));
        let mut matchers: Vec<_> = waivers.map(|waiver| Matcher::new(waiver, accounts)).collect();
        matchers.sort_by_key(|matcher| (Reverse(matcher.waiver.expires), &matcher.waiver.name));
        let instants =
            accounts.iter().map(|(account, inventory)| (&account.id, inventory.taken_at));
        let instants = instants.collect();
        (!matchers.is_empty()).then_some(Self { matchers, instants })
    }

    fn turn(&mut self, check: &mut CheckResult) {
        for finding in &mut check.findings {
            let now = self.instants.get(&finding.account).copied();
            turn(finding, &check.check, now, &mut self.matchers);
        }
        add_up(check);
    }

    fn statuses(self) -> Vec<WaiverStatus> {
        let today = self.instants.into_values().max().unwrap_or_default().date_naive();
        let status = |matcher: Matcher<'_>| WaiverStatus {
            validity: matcher.waiver.validity(today),
            waiver: Arc::clone(matcher.waiver),
            counts: matcher.counts,
        };
        WaiverStatus::merged(self.matchers.into_iter().map(status))
    }
}

fn turn(
    finding: &mut Finding,
    check: &CheckId,
    now: Option<DateTime<Utc>>,
    matchers: &mut [Matcher<'_>],
) {
    let mut matching: Vec<_> =
        matchers.iter_mut().filter(|matcher| matcher.matches(check, finding)).collect();
    if finding.outcome == Outcome::Fail {
        let holds = |waiver: &Waiver| now.is_some_and(|now| waiver.holds_at(now));
        let longest = matching.iter().find(|matcher| holds(matcher.waiver));
        if let Some(longest) = longest {
            finding.outcome = Outcome::Waived;
            finding.waiver = Some(Arc::clone(longest.waiver));
        }
    }
    for matcher in &mut matching {
        matcher.counts.add(finding.outcome);
    }
}

fn add_up(check: &mut CheckResult) {
    let outcomes = || check.findings.iter().map(|finding| finding.outcome);
    check.outcome = Outcome::worst(outcomes());
    check.counts = outcomes().collect();
}

/// A waiver with what it takes to compare it with many findings.
struct Matcher<'a> {
    waiver: &'a Arc<Waiver>,
    accounts: Vec<AccountId>,
    /// Ids and ARNs, without wildcards.
    exact: BTreeSet<&'a str>,
    globs: Vec<&'a str>,
    counts: Counts,
}

impl<'a> Matcher<'a> {
    fn new(waiver: &'a Arc<Waiver>, accounts: &[(&Account, &Inventory)]) -> Self {
        let meant = accounts.iter().filter(|(account, _)| waiver.covers.has_account(account));
        let all = waiver.covers.resources.iter().map(String::as_str);
        let (globs, exact) = all.partition(|one: &&str| one.contains(['*', '?']));
        let exact: Vec<&str> = exact;
        Self {
            waiver,
            accounts: meant.map(|(account, _)| account.id.clone()).collect(),
            exact: exact.into_iter().collect(),
            globs,
            counts: Counts::default(),
        }
    }

    fn matches(&self, check: &CheckId, finding: &Finding) -> bool {
        let covers = &self.waiver.covers;
        covers.check.as_ref().is_none_or(|id| id == check)
            && covers.region.as_ref().is_none_or(|region| region == finding.region())
            && self.accounts.contains(&finding.account)
            && self.is_of(finding)
    }

    fn is_of(&self, finding: &Finding) -> bool {
        if self.waiver.covers.has_all_resources() {
            return true;
        }
        if finding.resource_id() == NO_RESOURCE {
            return matches!(finding.outcome, Outcome::Unknown(_));
        }
        let is_named = |name: &str| {
            self.exact.contains(name) || self.globs.iter().any(|pattern| glob(name, pattern))
        };
        is_named(finding.resource_id()) || finding.arn().is_some_and(is_named)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use serde_json::json;

    use super::*;
    use crate::evaluation::evaluate;
    use crate::policy::{PolicySet, SourceFile};
    use crate::resource::{Cause, Facet, Failure, Listing, Resource, schemas};

    const POLICIES: &str = "apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod }
spec: { aws: { accountId: '123456789012', regions: [eu-west-1, us-east-1] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: network }
spec:
  checks:
    - { id: small, select: AWS::EC2::VPC, assert: '!resource.IsDefault' }
    - { id: few, select: AWS::EC2::VPC, assertAll: size(resources) <= 1 }
";

    /// Documents of waivers, each of which has its last day and its match.
    fn judge(waivers: &[(&str, &str, &str)]) -> String {
        let mut text = POLICIES.to_owned();
        for (name, expires, covers) in waivers {
            let _ = write!(
                text,
                "---\napiVersion: cloudcorrect.dev/v1\nkind: Waiver\nmetadata: {{ name: {name} }}\n\
                 spec: {{ match: {{ {covers} }}, reason: why, owner: ada, expires: {expires} }}\n"
            );
        }
        let reading = PolicySet::read(&[SourceFile::new("x.yaml", text.into_bytes())]);
        assert!(reading.is_clean(), "{:#?}", reading.diagnostics);
        let policies = reading.policies;
        let account = policies.accounts().next().expect("an account");
        let group = policies.groups().next().expect("a group");
        let accounts = [(account, &inventory())];
        let mut result = evaluate(group, &accounts);
        let statuses = waive(group, &accounts, policies.waivers_of(group), &mut result);
        shown(&result, &statuses)
    }

    /// Two failing networks, a good one, and a region whose list is refused.
    fn inventory() -> Inventory {
        let taken_at = "2026-11-30T23:59:59Z".parse().expect("an instant");
        let account = "123456789012".parse().expect("an account");
        let mut inventory = Inventory::empty(account, taken_at);
        let schema = &schemas()["AWS::EC2::VPC"];
        let resource = |(id, is_default): (&str, bool)| {
            let properties = json!({ "VpcId": id, "IsDefault": is_default });
            let facets = schema.operations.keys();
            let facets =
                facets.map(|one| (one.clone(), Facet::Read(schema.refine(one, &properties))));
            Arc::new(Resource {
                type_name: schema.type_name.clone(),
                id: id.into(),
                arn: Some(format!("arn:aws:ec2:eu-west-1:123456789012:vpc/{id}").into()),
                region: "eu-west-1".parse().expect("a region"),
                facets: facets.collect(),
            })
        };
        let all = [("vpc-1", true), ("vpc-2", true), ("vpc-3", false)].map(resource).to_vec();
        let denied = Failure::new(Cause::AccessDenied, "not allowed");
        for (region, listing) in
            [("eu-west-1", Listing::Complete(all)), ("us-east-1", Listing::Failed(denied))]
        {
            let region = region.parse().expect("a region");
            inventory.listings.insert((schema.type_name.clone(), region), listing);
        }
        inventory
    }

    /// The group, what is waived, and how the waivers stand.
    fn shown(result: &GroupResult, statuses: &[WaiverStatus]) -> String {
        let Counts { fail, unknown, pass, waived, .. } = result.counts;
        let outcome = result.outcome;
        let mut lines = vec![format!(
            "{outcome}: {fail} fail, {unknown} unknown, {pass} pass, {waived} waived"
        )];
        for check in &result.checks {
            for finding in &check.findings {
                if let Some(waiver) = &finding.waiver {
                    let (resource_id, outcome) = (finding.resource_id(), finding.outcome);
                    lines.push(format!(
                        "{} {resource_id}: {outcome} by {}",
                        check.check, waiver.name
                    ));
                }
            }
        }
        lines.extend(statuses.iter().map(|status| {
            let useless = if status.is_useless() { ", useless" } else { "" };
            let WaiverStatus { waiver, validity, counts } = status;
            let Counts { fail, unknown, pass, waived, .. } = counts;
            format!("{}: {validity:?} {fail} {unknown} {pass} {waived}{useless}", waiver.name)
        }));
        lines.join("\n")
    }

    #[test]
    fn what_fails_is_waived_and_nothing_else() {
        insta::assert_snapshot!(judge(&[]), @"fail: 3 fail, 2 unknown, 1 pass, 0 waived");
        insta::assert_snapshot!(judge(&[("all", "2026-12-31", "group: network")]), @r"
        unknown(access_denied): 0 fail, 2 unknown, 1 pass, 3 waived
        small vpc-1: waived by all
        small vpc-2: waived by all
        few *: waived by all
        all: InForce 0 2 1 3
        ");
        insta::assert_snapshot!(judge(&[("one", "2026-12-31", "check: small, resource: vpc-1")]), @r"
        fail: 2 fail, 2 unknown, 1 pass, 1 waived
        small vpc-1: waived by one
        one: InForce 0 1 0 1
        ");
    }

    #[test]
    fn a_glob_is_of_the_id_or_the_arn() {
        let waived = |resource: &str| {
            let covers = format!("group: network, check: small, resource: {resource}");
            let shown = judge(&[("a", "2026-12-31", &covers)]);
            shown.lines().next().unwrap_or_default().rsplit_once(", ").expect("counts").1.to_owned()
        };
        assert_eq!(waived("'vpc-?'"), "2 waived");
        assert_eq!(waived("'arn:aws:ec2:*/vpc-2'"), "1 waived");
        assert_eq!(waived("[vpc-1, vpc-2, vpc-3]"), "2 waived");
        assert_eq!(waived("vpc"), "0 waived");
        assert_eq!(waived("'*'"), "2 waived");
    }

    #[test]
    fn what_is_about_no_resource_needs_a_waiver_of_all() {
        insta::assert_snapshot!(judge(&[("vpcs", "2026-12-31", "check: few, resource: 'vpc-*'")]), @r"
        fail: 3 fail, 2 unknown, 1 pass, 0 waived
        vpcs: InForce 0 1 0 0
        ");
        insta::assert_snapshot!(judge(&[("star", "2026-12-31", "check: few, resource: '*'")]), @r"
        fail: 2 fail, 2 unknown, 1 pass, 1 waived
        few *: waived by star
        star: InForce 0 1 0 1
        ");
    }

    #[test]
    fn account_and_region_narrow() {
        let covers = "group: network, check: small, account: '123456789012', region: us-east-1";
        insta::assert_snapshot!(judge(&[("elsewhere", "2026-12-31", covers)]), @r"
        fail: 3 fail, 2 unknown, 1 pass, 0 waived
        elsewhere: InForce 0 1 0 0
        ");
        let covers = "group: network, check: small, account: prod, region: eu-west-1";
        insta::assert_snapshot!(judge(&[("here", "2026-12-31", covers)]), @r"
        fail: 1 fail, 2 unknown, 1 pass, 2 waived
        small vpc-1: waived by here
        small vpc-2: waived by here
        here: InForce 0 0 1 2
        ");
    }

    #[test]
    fn it_holds_through_its_last_day_and_the_longest_counts() {
        let covers = "check: small, resource: vpc-1";
        insta::assert_snapshot!(judge(&[("over", "2026-11-29", covers)]), @r"
        fail: 3 fail, 2 unknown, 1 pass, 0 waived
        over: Expired 1 1 0 0
        ");
        insta::assert_snapshot!(judge(&[("last-day", "2026-11-30", covers)]), @r"
        fail: 2 fail, 2 unknown, 1 pass, 1 waived
        small vpc-1: waived by last-day
        last-day: Expiring 0 1 0 1
        ");
        let both = [("a-short", "2026-12-01", covers), ("b-long", "2027-12-01", "check: small")];
        insta::assert_snapshot!(judge(&both), @r"
        fail: 1 fail, 2 unknown, 1 pass, 2 waived
        small vpc-1: waived by b-long
        small vpc-2: waived by b-long
        a-short: Expiring 0 1 0 1
        b-long: InForce 0 1 1 2
        ");
    }

    #[test]
    fn a_waiver_of_what_passes_is_useless() {
        let good = ("good", "2026-12-31", "check: small, region: eu-west-1, resource: vpc-3");
        let gone = ("gone", "2026-12-31", "check: small, region: eu-west-1, resource: vpc-9");
        let unseen = ("unseen", "2026-12-31", "check: small, region: us-east-1, resource: vpc-9");
        insta::assert_snapshot!(judge(&[good, gone, unseen]), @r"
        fail: 3 fail, 2 unknown, 1 pass, 0 waived
        gone: InForce 0 0 0 0, useless
        good: InForce 0 0 1 0, useless
        unseen: InForce 0 1 0 0
        ");
    }
}
