//! What changes make of the resources of a small account, kind by kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::json;

use super::read;
use crate::evaluation::{Outcome, evaluate, waive};
use crate::impact::{Cost, Impact, ShiftKind, Shifts};
use crate::policy::PolicySet;
use crate::resource::{AccountId, Facet, Inventory, Listing, Region, Resource, TypeName, schemas};

pub(super) const POLICIES: &str = r#"
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod }
spec: { aws: { accountId: "123456789012", regions: [eu-west-1, us-east-1] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: network }
spec:
  accounts: { names: [prod] }
  checks:
    - { id: default, select: "AWS::EC2::VPC", assert: "!resource.IsDefault" }
    - { id: wide, select: "AWS::EC2::VPC", assert: 'resource.CidrBlock.endsWith("/16")' }
    - { id: few, select: "AWS::EC2::VPC", assertAll: size(resources) <= 2 }
"#;

const WAIVER: &str = r"
---
apiVersion: cloudcorrect.dev/v1
kind: Waiver
metadata: { name: old }
spec:
  match: { group: network, check: default, resource: vpc-1 }
  reason: It was there before us
  owner: ada
  expires: 2026-12-31
";

/// Network: its id and block, and whether it is the default.
pub(super) type Network = (&'static str, &'static str, bool);

/// Networks of both regions.
fn inventory() -> Inventory {
    let ireland = &[("vpc-1", "10.0.0.0/16", true), ("vpc-2", "10.1.0.0/24", false)];
    networks("2026-11-30T12:00:00Z", ireland, &[("vpc-3", "10.2.0.0/24", true)])
}

/// Networks of two regions as they were at an instant.
pub(super) fn networks(at: &str, ireland: &[Network], virginia: &[Network]) -> Inventory {
    let account = "123456789012".parse().expect("an account");
    let mut inventory = Inventory::empty(account, at.parse().expect("an instant"));
    for (region, networks) in [("eu-west-1", ireland), ("us-east-1", virginia)] {
        let region: Region = region.parse().expect("a region");
        let schema = &schemas()["AWS::EC2::VPC"];
        let resource = |&(id, block, is_default): &Network| {
            let said = json!({ "VpcId": id, "CidrBlock": block, "IsDefault": is_default });
            let facets = schema.operations.keys();
            let facets = facets.map(|one| (one.clone(), Facet::Read(schema.refine(one, &said))));
            Arc::new(Resource {
                type_name: schema.type_name.clone(),
                id: id.into(),
                arn: None,
                region: region.clone(),
                facets: facets.collect(),
            })
        };
        let listing = Listing::Complete(networks.iter().map(resource).collect());
        inventory.listings.insert((schema.type_name.clone(), region.clone()), listing);
    }
    inventory
}

pub(super) fn edited(text: &str, edits: &[(&str, &str)]) -> Arc<PolicySet> {
    read(&edits.iter().fold(text.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old}");
        text.replace(old, new)
    }))
}

/// Sums by check, then the resources, a line each.
fn shown(impact: &Impact) -> String {
    let mut lines = Vec::new();
    for check in &impact.checks {
        for (id, of_account) in &check.accounts {
            let account = &impact.names[id];
            lines.push(format!(
                "{}/{} in {account}: {}",
                check.group,
                check.check,
                sums(&of_account.shifts)
            ));
            for shift in &of_account.examples {
                let (kind, region) = (shift.kind, &shift.region);
                let seen = if shift.seen.is_empty() { "" } else { ": " };
                let line = format!("  {kind:?} {} ({region}){seen}{}", shift.resource, shift.seen);
                lines.push(line);
            }
        }
    }
    lines.join("\n")
}

fn sums(shifts: &Shifts) -> String {
    let told = ShiftKind::ALL.iter().filter(|kind| shifts.get(**kind) > 0);
    told.map(|kind| format!("{} {kind:?}", shifts.get(*kind))).collect::<Vec<_>>().join(", ")
}

/// What comes of edits, once it agrees with both revisions judged whole.
fn after(base: &str, edits: &[(&str, &str)]) -> String {
    let (base, head) = (read(base), edited(base, edits));
    let inventory = inventory();
    let impact = Impact::of(&base, &head, &[&inventory], 9);
    assert_eq!(sums(&impact.total()), sums(&from_scratch(&base, &head, &inventory)));
    shown(&impact)
}

/// The same by all findings of both revisions. Only for edits that rename nothing.
fn from_scratch(base: &PolicySet, head: &PolicySet, inventory: &Inventory) -> Shifts {
    let all = |policies: &PolicySet| {
        let mut all: BTreeMap<(String, String, String), Outcome> = BTreeMap::new();
        for group in policies.groups.values() {
            let accounts: Vec<_> =
                policies.accounts_of(group).map(|account| (account, inventory)).collect();
            let mut result = evaluate(group, &accounts);
            waive(group, &accounts, policies.waivers_of(group), &mut result);
            for check in &result.checks {
                for finding in &check.findings {
                    let place = format!("{} {}", finding.region(), finding.resource_id());
                    let key = (group.name.to_string(), check.check.to_string(), place);
                    all.insert(key, finding.outcome);
                }
            }
        }
        all
    };
    let (was, is) = (all(base), all(head));
    let mut shifts = Shifts::default();
    for key in was.keys().chain(is.keys().filter(|key| !was.contains_key(*key))) {
        if let Some(kind) = ShiftKind::of(was.get(key).copied(), is.get(key).copied()) {
            shifts.add(kind);
        }
    }
    shifts
}

#[test]
fn what_asks_the_same_is_not_judged() {
    let base = read(POLICIES);
    let inventory = inventory();
    for edits in [
        vec![],
        vec![("kind: Group", "# words\nkind: Group")],
        vec![("id: wide,", "id: wide, title: Networks are wide, severity: low,")],
        vec![("id: wide,", "id: broad, formerly: [wide],")],
        vec![("name: network", "name: networks")],
    ] {
        let impact = Impact::of(&base, &edited(POLICIES, &edits), &[&inventory], 9);
        assert_eq!(impact, Impact::default(), "{edits:?}");
        assert!(impact.is_of_nothing());
    }
}

#[test]
fn an_assertion_that_demands_other_things_fails_and_passes_others() {
    assert_snapshot!(after(POLICIES, &[("endsWith(\"/16\")", "endsWith(\"/24\")")]), @r#"
    network/wide in prod: 1 NewlyFailing, 2 NewlyPassing
      NewlyFailing vpc-1 (eu-west-1): resource.CidrBlock = "10.0.0.0/16"
      NewlyPassing vpc-2 (eu-west-1)
      NewlyPassing vpc-3 (us-east-1)
    "#);
}

#[test]
fn what_is_no_longer_selected_is_no_longer_checked() {
    let narrower = (
        "id: wide, select: \"AWS::EC2::VPC\",",
        "id: wide, select: \"AWS::EC2::VPC\", where: resource.IsDefault,",
    );
    assert_snapshot!(after(POLICIES, &[narrower]), @"
    network/wide in prod: 1 NoLongerChecked
      NoLongerChecked vpc-2 (eu-west-1)
    ");
    let gone =
        "    - { id: default, select: \"AWS::EC2::VPC\", assert: \"!resource.IsDefault\" }\n";
    assert_snapshot!(after(POLICIES, &[(gone, "")]), @"
    network/default in prod: 3 NoLongerChecked
      NoLongerChecked vpc-1 (eu-west-1)
      NoLongerChecked vpc-2 (eu-west-1)
      NoLongerChecked vpc-3 (us-east-1)
    ");
}

#[test]
fn a_new_check_and_a_new_group_have_findings_for_the_first_time() {
    let more = "    - { id: more, select: \"AWS::EC2::VPC\", assert: resource.IsDefault }\n    - { id: few,";
    assert_snapshot!(after(POLICIES, &[("    - { id: few,", more)]), @"
    network/more in prod: 1 NewlyFailing, 2 NewlyPassing
      NewlyFailing vpc-2 (eu-west-1): resource.IsDefault = false
      NewlyPassing vpc-1 (eu-west-1)
      NewlyPassing vpc-3 (us-east-1)
    ");
    let without = POLICIES.split("---").next().expect("an account");
    let (base, head) = (read(without), read(POLICIES));
    let impact = Impact::of(&base, &head, &[&inventory()], 0);
    assert_snapshot!(shown(&impact), @"
    network/default in prod: 2 NewlyFailing, 1 NewlyPassing
    network/few in prod: 2 NewlyPassing
    network/wide in prod: 2 NewlyFailing, 1 NewlyPassing
    ");
    assert_eq!(sums(&impact.total()), sums(&from_scratch(&base, &head, &inventory())));
}

#[test]
fn what_is_asked_of_all_together_is_one() {
    assert_snapshot!(after(POLICIES, &[("<= 2", "<= 3")]), @"");
    assert_snapshot!(after(POLICIES, &[("<= 2", "<= 2, scope: account")]), @"
    network/few in prod: 1 NewlyFailing, 2 NoLongerChecked
      NewlyFailing * (global): size(resources) = 3
      NoLongerChecked * (eu-west-1)
      NoLongerChecked * (us-east-1)
    ");
}

#[test]
fn a_waiver_turns_what_fails_and_its_end_turns_it_back() {
    let waived = format!("{POLICIES}{WAIVER}");
    let inventory = inventory();
    let (base, head) = (read(POLICIES), read(&waived));
    assert_snapshot!(shown(&Impact::of(&base, &head, &[&inventory], 9)), @"
    network/default in prod: 1 NewlyWaived
      NewlyWaived vpc-1 (eu-west-1): waived until 2026-12-31 by ada (old): It was there before us
    ");
    assert_snapshot!(shown(&Impact::of(&head, &base, &[&inventory], 9)), @"
    network/default in prod: 1 NoLongerWaived
      NoLongerWaived vpc-1 (eu-west-1): resource.IsDefault = true
    ");
    assert_snapshot!(after(&waived, &[("2026-12-31", "2026-11-29")]), @"
    network/default in prod: 1 NoLongerWaived
      NoLongerWaived vpc-1 (eu-west-1): resource.IsDefault = true
    ");
    // Words decide nothing.
    let words = edited(&waived, &[("It was there before us", "We know")]);
    assert_eq!(Impact::of(&head, &words, &[&inventory], 9), Impact::default());
}

#[test]
fn regions_of_an_account_decide_what_is_looked_at() {
    assert_snapshot!(after(POLICIES, &[("[eu-west-1, us-east-1]", "[eu-west-1]")]), @"
    network/default in prod: 1 NoLongerChecked
      NoLongerChecked vpc-3 (us-east-1)
    network/few in prod: 1 NoLongerChecked
      NoLongerChecked * (us-east-1)
    network/wide in prod: 1 NoLongerChecked
      NoLongerChecked vpc-3 (us-east-1)
    ");
    assert_snapshot!(after(POLICIES, &[("us-east-1]", "us-east-1, us-west-2]")]), @"
    network/default in prod: 1 NotCollected
      NotCollected * (us-west-2): ec2:DescribeVpcs was not collected
    network/few in prod: 1 NotCollected
      NotCollected * (us-west-2): ec2:DescribeVpcs was not collected
    network/wide in prod: 1 NotCollected
      NotCollected * (us-west-2): ec2:DescribeVpcs was not collected
    ");
}

#[test]
fn of_what_was_never_collected_nobody_knows() {
    let more = format!(
        "{POLICIES}---\napiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: {{ name: test }}\n\
         spec: {{ aws: {{ accountId: '210987654321', regions: [eu-west-1] }} }}\n"
    );
    let head = edited(&more, &[("{ names: [prod] }", "{ names: [prod, test] }"), ("<= 2", "<= 3")]);
    let impact = Impact::of(&read(&more), &head, &[&inventory()], 0);
    assert_eq!(impact.judged.keys().map(AccountId::as_str).collect::<Vec<_>>(), ["123456789012"]);
    assert_eq!(impact.unknown.iter().map(AccountId::as_str).collect::<Vec<_>>(), ["210987654321"]);
    // Another type than those that were listed.
    assert_snapshot!(after(POLICIES, &[("id: few, select: \"AWS::EC2::VPC\"", "id: few, select: \"AWS::EC2::Subnet\"")]), @"
    network/few in prod: 2 NotCollected
      NotCollected * (eu-west-1): ec2:DescribeSubnets was not collected
      NotCollected * (us-east-1): ec2:DescribeSubnets was not collected
    ");
}

#[test]
fn as_many_of_each_kind_are_named_as_are_asked_for() {
    let head = edited(POLICIES, &[("!resource.IsDefault", "resource.VpcId == \\\"vpc-2\\\"")]);
    let none = edited(POLICIES, &[("!resource.IsDefault", "resource.VpcId == \\\"vpc-1\\\"")]);
    let impact = Impact::of(&none, &head, &[&inventory()], 1);
    assert_snapshot!(shown(&impact), @r#"
    network/default in prod: 1 NewlyFailing, 1 NewlyPassing
      NewlyFailing vpc-1 (eu-west-1): resource.VpcId = "vpc-1"
      NewlyPassing vpc-2 (eu-west-1)
    "#);
}

/// A second account, of which nothing was collected.
fn with_another(policies: &str) -> String {
    format!(
        "{policies}---\napiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: {{ name: test }}\n\
         spec: {{ aws: {{ accountId: '210987654321', regions: [eu-west-1] }} }}\n"
    )
    .replace("{ names: [prod] }", "{ names: [prod, test] }")
}

#[test]
fn an_account_that_nothing_changes_for_is_left_alone() {
    let base = with_another(&format!("{POLICIES}{WAIVER}"));
    let of_prod = ("match: { group: network,", "match: { group: network, account: prod,");
    for edits in [
        vec![("2026-12-31", "2026-11-29"), of_prod],
        vec![("[eu-west-1, us-east-1]", "[eu-west-1]")],
    ] {
        let before = edited(&base, &[of_prod]);
        let head = edited(&base, &edits);
        let impact = Impact::of(&before, &head, &[&inventory()], 0);
        assert_eq!(impact.judged.len(), 1, "{edits:?}");
        assert_eq!(impact.unknown.len(), usize::from(edits.len() == 1), "{edits:?}");
    }
    // Only what the waiver covers is judged.
    let wide = ("check: default, resource: vpc-1", "check: wide");
    let impact = Impact::of(&read(&base), &edited(&base, &[wide]), &[&inventory()], 0);
    let checks: Vec<_> = impact.checks.iter().map(|check| check.check.as_str()).collect();
    assert_eq!(checks, ["default", "wide"]);
}

#[test]
fn an_account_of_another_id_is_another_account() {
    let other = edited(POLICIES, &[("123456789012", "210987654321")]);
    let impact = Impact::of(&read(POLICIES), &other, &[&inventory()], 0);
    assert_snapshot!(shown(&impact), @"
    network/default in prod: 3 NoLongerChecked
    network/few in prod: 2 NoLongerChecked
    network/wide in prod: 3 NoLongerChecked
    ");
    assert_eq!((impact.judged.len(), impact.unknown.len()), (1, 1));
    assert_eq!(impact.names.len(), 2);
}

/// What is missing, by account: types with the lists of them that were never asked for.
fn missing(base: &str, edits: &[(&str, &str)]) -> String {
    let impact = Impact::of(&read(base), &edited(base, edits), &[&inventory()], 0);
    let Cost { lists, of_each } = impact.uncollected.cost();
    let types = impact.uncollected.types().map(|(account, types)| {
        let names: Vec<_> = types.iter().map(TypeName::as_str).collect();
        format!("{account}: {}\n", names.join(", "))
    });
    format!("{}{lists} lists, {of_each} of each", types.collect::<String>())
}

#[test]
fn what_a_sweep_could_collect_is_told_with_its_cost() {
    const SUBNETS: (&str, &str) =
        ("id: few, select: \"AWS::EC2::VPC\"", "id: few, select: \"AWS::EC2::Subnet\"");
    assert_snapshot!(missing(POLICIES, &[("<= 2", "<= 3")]), @"0 lists, 0 of each");
    assert_snapshot!(missing(POLICIES, &[SUBNETS]), @"
    123456789012: AWS::EC2::Subnet
    2 lists, 0 of each
    ");
    // A region that the change adds is asked for by nobody yet.
    assert_snapshot!(missing(POLICIES, &[("us-east-1]", "us-east-1, us-west-2]")]), @"0 lists, 0 of each");
    let of_both = with_another(POLICIES);
    assert_snapshot!(missing(&of_both, &[("<= 2", "<= 3")]), @"
    210987654321: AWS::EC2::VPC
    1 lists, 1 of each
    ");
    assert_snapshot!(missing(&of_both, &[SUBNETS]), @"
    123456789012: AWS::EC2::Subnet
    210987654321: AWS::EC2::Subnet
    3 lists, 0 of each
    ");
    let unswept = of_both.replace("[eu-west-1] }", "[eu-west-1] }, inventory: { sweep: off }");
    assert_snapshot!(missing(&unswept, &[("<= 2", "<= 3")]), @"0 lists, 0 of each");
}
