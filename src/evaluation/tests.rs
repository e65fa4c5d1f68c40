//! What checks come to over small inventories: `let`, `assertAll`, `scope` and `onEmpty`.

use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::bindings::Known;
use super::{Checked, Counts, GroupResult, Outcome, Totals, evaluate};
use crate::policy::{Check, Group, PolicySet, Severity, SourceFile};
use crate::resource::{
    Cause, Facet, Failure, Inventory, Listing, Resource, Segment, Segments, schemas,
};

/// An account of two regions, with what is listed in them.
struct Cloud(Inventory);

impl Cloud {
    fn new() -> Self {
        let account = "123456789012".parse().expect("an account");
        let taken_at = "2026-11-01T00:00:00Z".parse().expect("an instant");
        let mut cloud = Self(Inventory::empty(account, taken_at));
        for region in ["eu-west-1", "us-east-1"] {
            for name in ["AWS::EC2::VPC", "AWS::EC2::SecurityGroup", "AWS::EC2::Instance"] {
                cloud.listing(name, region, Listing::Complete(Vec::new()));
            }
        }
        cloud
    }

    fn listing(&mut self, name: &str, region: &str, listing: Listing) {
        let key = (name.into(), region.parse().expect("a region"));
        self.0.listings.insert(key, listing);
    }

    /// Resources of a type in a region, in the place of those that were there.
    fn with(mut self, name: &str, region: &str, resources: &[Json]) -> Self {
        let all = resources.iter().map(|one| Arc::new(resource(name, region, one)));
        self.listing(name, region, Listing::Complete(all.collect()));
        self
    }

    fn without(mut self, name: &str, region: &str) -> Self {
        let failure = Failure::new(Cause::AccessDenied, "not allowed");
        self.listing(name, region, Listing::Failed(failure));
        self
    }

    /// What a check comes to, a finding a line.
    fn judge(&self, check: &str) -> String {
        let policies = policies(check);
        let account = policies.accounts().next().expect("an account");
        let group = policies.groups().next().expect("a group");
        shown(&evaluate(group, &[(account, &self.0)]))
    }
}

/// A group with a check, and whatever comes behind it.
fn policies(check: &str) -> Arc<PolicySet> {
    let text = format!(
        "apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: {{ name: prod }}
spec: {{ aws: {{ accountId: '123456789012', regions: [eu-west-1, us-east-1] }} }}
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: {{ name: network }}
spec:
  checks:
    - id: a
{check}"
    );
    let reading = PolicySet::read(&[SourceFile::new("x.yaml", text.into_bytes())]);
    assert!(reading.is_clean(), "{:#?}", reading.diagnostics);
    reading.policies
}

fn resource(name: &str, region: &str, properties: &Json) -> Resource {
    let schema = &schemas()[name];
    let facets = schema.operations.keys();
    let facets = facets.map(|one| (one.clone(), Facet::Read(schema.refine(one, properties))));
    Resource {
        type_name: name.into(),
        id: properties[&*schema.identifier].as_str().expect("an id").into(),
        arn: None,
        region: region.parse().expect("a region"),
        facets: facets.collect(),
    }
}

fn shown(result: &GroupResult) -> String {
    let findings = result.checks.iter().flat_map(|check| &check.findings);
    let lines = findings.map(|finding| {
        let (region, id, outcome) = (finding.region(), finding.resource_id(), finding.outcome);
        format!("{region} {id}: {outcome} {}", finding.explanation()).trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn vpc(id: &str, is_default: bool) -> Json {
    json!({ "VpcId": id, "IsDefault": is_default })
}

const DEFAULTS: &str = "      select: AWS::EC2::VPC
      where: resource.IsDefault
      assertAll: size(resources) <= 1
";

#[test]
fn all_of_a_target_are_judged_together() {
    let cloud = Cloud::new()
        .with("AWS::EC2::VPC", "eu-west-1", &[vpc("vpc-1", true), vpc("vpc-2", true)])
        .with("AWS::EC2::VPC", "us-east-1", &[vpc("vpc-3", true), vpc("vpc-4", false)]);
    assert_snapshot!(cloud.judge(DEFAULTS), @r"
    eu-west-1 *: fail size(resources) = 2
    us-east-1 *: pass
    ");
    assert_snapshot!(cloud.judge(&format!("{DEFAULTS}      scope: account\n")), @"global *: fail size(resources) = 3");
    let each = DEFAULTS.replace("size(resources) <= 1", "resources.all(r, r.VpcId != 'vpc-3')");
    assert_snapshot!(cloud.judge(&each), @r#"
    eu-west-1 *: pass
    us-east-1 *: fail resources["vpc-3"].VpcId = "vpc-3"
    "#);
}

#[test]
fn what_two_parts_saw_is_told_once() {
    let cloud = Cloud::new().with("AWS::EC2::VPC", "eu-west-1", &[vpc("vpc-1", false)]);
    let check = "      select: AWS::EC2::VPC
      assert: (tag('a') != null && 1 > 2) || resource.IsDefault || tag('a') in ['x']
";
    assert_snapshot!(cloud.judge(check), @r#"eu-west-1 vpc-1: fail tag("a") = null; resource.IsDefault = false"#);
}

#[test]
fn an_empty_list_is_judged_unless_on_empty_says_otherwise() {
    assert_snapshot!(Cloud::new().judge(DEFAULTS), @r"
    eu-west-1 *: pass
    us-east-1 *: pass
    ");
    let some = DEFAULTS.replace("<= 1", ">= 1");
    assert_snapshot!(Cloud::new().judge(&some), @r"
    eu-west-1 *: fail size(resources) = 0
    us-east-1 *: fail size(resources) = 0
    ");
    assert_snapshot!(Cloud::new().judge(&format!("{some}      onEmpty: pass\n      scope: account\n")), @"global *: pass");
}

#[test]
fn a_list_that_may_hold_more_is_unknown() {
    let cloud = Cloud::new().without("AWS::EC2::VPC", "eu-west-1");
    assert_snapshot!(cloud.judge(DEFAULTS), @r"
    eu-west-1 *: unknown(access_denied) not allowed
    us-east-1 *: pass
    ");
    assert_snapshot!(cloud.judge(&format!("{DEFAULTS}      scope: account\n")), @"global *: unknown(access_denied) not allowed");
}

const WEB: &str = "      let:
        web: { select: AWS::EC2::SecurityGroup, where: 'resource.GroupName == \"web\"', pick: one }
      select: AWS::EC2::Instance
      assert: web.GroupId in resource.SecurityGroupIds
";

fn instance(id: &str, groups: &[&str]) -> Json {
    json!({ "InstanceId": id, "SecurityGroupIds": groups })
}

fn group(id: &str, name: &str) -> Json {
    json!({ "GroupId": id, "GroupName": name })
}

#[test]
fn a_name_stands_for_the_only_match_of_the_account() {
    let cloud = || {
        Cloud::new().with(
            "AWS::EC2::Instance",
            "eu-west-1",
            &[instance("i-1", &["sg-1"]), instance("i-2", &["sg-2"])],
        )
    };
    let groups = [group("sg-1", "web"), group("sg-2", "db")];
    let one = cloud().with("AWS::EC2::SecurityGroup", "us-east-1", &groups);
    assert_snapshot!(one.judge(WEB), @r#"
    eu-west-1 i-1: pass
    eu-west-1 i-2: fail web.GroupId = "sg-1", resource.SecurityGroupIds = ["sg-2"]
    "#);
    assert_snapshot!(cloud().judge(WEB), @r"
    eu-west-1 i-1: unknown(ambiguous) `web` needs one AWS::EC2::SecurityGroup, and none matches
    eu-west-1 i-2: unknown(ambiguous) `web` needs one AWS::EC2::SecurityGroup, and none matches
    ");
    let two = one.with("AWS::EC2::SecurityGroup", "eu-west-1", &[group("sg-9", "web")]);
    assert_snapshot!(two.judge(WEB), @r"
    eu-west-1 i-1: unknown(ambiguous) `web` needs one AWS::EC2::SecurityGroup, and 2 match: sg-9, sg-1
    eu-west-1 i-2: unknown(ambiguous) `web` needs one AWS::EC2::SecurityGroup, and 2 match: sg-9, sg-1
    ");
    let denied = cloud().without("AWS::EC2::SecurityGroup", "us-east-1");
    assert_snapshot!(denied.judge(WEB), @r"
    eu-west-1 i-1: unknown(access_denied) `web`: not allowed
    eu-west-1 i-2: unknown(access_denied) `web`: not allowed
    ");
}

#[test]
fn a_name_may_stand_for_all_matches_and_decide_the_selection() {
    let cloud = Cloud::new()
        .with(
            "AWS::EC2::Instance",
            "eu-west-1",
            &[instance("i-1", &["sg-1"]), instance("i-2", &["sg-3"])],
        )
        .with(
            "AWS::EC2::SecurityGroup",
            "us-east-1",
            &[group("sg-1", "web"), group("sg-2", "web")],
        );
    let all = WEB.replace(", pick: one", "");
    let all = all.replace(
        "web.GroupId in resource.SecurityGroupIds",
        "resource.SecurityGroupIds.all(id, web.exists(w, w.GroupId == id))",
    );
    assert_snapshot!(cloud.judge(&all), @r#"
    eu-west-1 i-1: pass
    eu-west-1 i-2: fail web["sg-1"].GroupId = "sg-1", resource.SecurityGroupIds[0] = "sg-3", web["sg-2"].GroupId = "sg-2"
    "#);
    let selected = "      let: { web: { select: AWS::EC2::SecurityGroup } }
      select: AWS::EC2::Instance
      where: web.exists(w, w.GroupId in resource.SecurityGroupIds)
      assert: resource.InstanceId == 'x'
";
    assert_snapshot!(cloud.judge(selected), @r#"eu-west-1 i-1: fail resource.InstanceId = "i-1""#);
}

#[test]
fn many_resources_are_judged_in_their_order() {
    let number = 5_000;
    let all: Vec<Json> = (0..number).map(|at| vpc(&format!("vpc-{at:04}"), at % 3 == 0)).collect();
    let line = |at: usize| match at % 3 {
        0 => format!("eu-west-1 vpc-{at:04}: fail resource.IsDefault = true"),
        _ => format!("eu-west-1 vpc-{at:04}: pass"),
    };
    let wanted = (0..number).map(line).collect::<Vec<_>>().join("\n");
    // Whatever the order of the list: two that are judged by one thread, and by two, and all.
    for swapped in [&[][..], &[(10, 11)], &[(63, 64)], &[(0, 4_999)]] {
        let mut listed = all.clone();
        for (one, other) in swapped {
            listed.swap(*one, *other);
        }
        let cloud = Cloud::new().with("AWS::EC2::VPC", "eu-west-1", &listed);
        let check = "      select: AWS::EC2::VPC\n      assert: '!resource.IsDefault'\n";
        assert!(cloud.judge(check) == wanted, "{swapped:?}");
    }
}

#[test]
fn checks_add_up_to_what_their_groups_come_to() {
    let policies = policies(
        "      severity: low
      select: AWS::EC2::VPC
      assert: '!resource.IsDefault'
    - { id: b, severity: high, select: AWS::EC2::VPC, assert: resource.VpcId != 'x' }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: others }
spec:
  checks:
    - { id: a, select: AWS::EC2::Instance, assert: resource.InstanceId != 'x' }
---
apiVersion: cloudcorrect.dev/v1
kind: Waiver
metadata: { name: first }
spec: { match: { check: a, resource: vpc-1 }, reason: why, owner: ada, expires: 2026-12-31 }
",
    );
    let vpcs = [vpc("vpc-1", true), vpc("vpc-2", true), vpc("vpc-3", false)];
    let cloud = Cloud::new()
        .with("AWS::EC2::VPC", "eu-west-1", &vpcs)
        .without("AWS::EC2::Instance", "us-east-1");
    let account = policies.accounts().next().expect("an account");
    let mut totals = Totals::none();
    for group in policies.groups.values() {
        let waivers: Vec<_> = policies.waivers_of(group).collect();
        for mut checked in Checked::each(group, vec![(account, &cloud.0)], waivers) {
            totals.add(&mut checked);
        }
    }
    let counts = Counts { fail: 1, unknown: 1, pass: 4, waived: 1, not_applicable: 0 };
    let Totals { outcome, groups, checks, failing, waivers, .. } = &totals;
    assert_eq!((*outcome, totals.counts), (Outcome::Fail, counts));
    assert_eq!((*groups, *checks, *failing), (2, 3, Some(Severity::Low)));
    let turned: Vec<_> = waivers.iter().map(|status| status.counts.waived).collect();
    assert_eq!(turned, [1]);
}

/// One object in a bucket that could be read, of which another could not.
fn objects() -> Cloud {
    let segment = |value: &str| Segment { value: value.into(), prefix: "".into() };
    let properties = json!({ "Id": "logs/a", "BucketName": "logs", "Key": "a", "Size": 1 });
    let object = resource("AWS::S3::Object", "eu-west-1", &properties);
    let denied = Failure::new(Cause::AccessDenied, "not allowed");
    let segments = Segments {
        asked: [(segment("logs"), None), (segment("data"), Some(denied))].into(),
        rest: Failure::new(Cause::NotCollected, "nobody asked"),
    };
    let mut cloud = Cloud::new();
    let listing = Listing::Segments(vec![Arc::new(object)], segments);
    cloud.listing("AWS::S3::Object", "global", listing);
    cloud
}

#[test]
fn a_bucket_that_cannot_be_read_costs_the_objects_of_others_nothing() {
    let of = |filter: &str| {
        let check = format!(
            "      select: AWS::S3::Object\n      where: {filter}\n      assert: resource.Size > 0\n"
        );
        objects().judge(&check)
    };
    assert_snapshot!(of("resource.BucketName == 'logs'"), @"eu-west-1 logs/a: pass");
    let some = "resource.BucketName == 'logs' && resource.Key.startsWith('b')";
    assert_snapshot!(of(some), @"global *: not_applicable nothing was selected");
    assert_snapshot!(of("resource.BucketName == 'data'"), @"global *: unknown(access_denied) not allowed");
    assert_snapshot!(of("resource.BucketName == 'other'"), @"global *: unknown(not_collected) nobody asked");

    // What others asked for is none of its business.
    assert_snapshot!(of("resource.Size > 0"), @"global *: unknown(not_collected) nobody asked");

    let count = |bucket: &str| {
        let check = format!(
            "      let: {{ found: {{ select: AWS::S3::Object, where: 'resource.BucketName == \"{bucket}\"' }} }}
      select: AWS::EC2::VPC
      assert: size(found) == 1
"
        );
        objects().with("AWS::EC2::VPC", "eu-west-1", &[vpc("vpc-1", true)]).judge(&check)
    };
    assert_snapshot!(count("logs"), @"eu-west-1 vpc-1: pass");
    assert_snapshot!(count("data"), @"eu-west-1 vpc-1: unknown(access_denied) `found`: not allowed");
}

#[test]
fn a_finding_on_an_age_is_the_same_an_hour_later() {
    let keys = json!({ "UserName": "robot", "AccessKeys": [
        { "AccessKeyId": "AKIA1", "Status": "Active", "CreateDate": "2026-01-01T00:00:00Z" },
    ] });
    let user = resource("AWS::IAM::User", "global", &keys);
    let mut cloud = Cloud::new();
    cloud.listing("AWS::IAM::User", "global", Listing::Complete(vec![Arc::new(user)]));
    let at = |cloud: &mut Cloud, instant: &str, assert: &str| {
        cloud.0.taken_at = instant.parse().expect("an instant");
        cloud.judge(&format!("      select: AWS::IAM::User\n      assert: '{assert}'\n"))
    };
    let mut told = Vec::new();
    for assert in [
        "resource.AccessKeys.all(key, age(key.CreateDate) < duration(\"90d\"))",
        "resource.AccessKeys.all(key, now - key.CreateDate < duration(\"90d\"))",
        "resource.AccessKeys.all(key, key.CreateDate > now - duration(\"90d\"))",
        "resource.AccessKeys.all(key, age(key.CreateDate).getHours() < 100)",
        "size(resource.AccessKeys.filter(key, age(key.CreateDate) > duration(\"90d\"))) == 0",
        "resource.AccessKeys.map(key, age(key.CreateDate)).all(a, a < duration(\"90d\"))",
        "!resource.AccessKeys.map(key, age(key.CreateDate)).exists(a, a > duration(\"90d\"))",
        "resource.AccessKeys.map(key, age(key.CreateDate))[0] < duration(\"90d\")",
        "size(resource.AccessKeys.map(key, now - key.CreateDate).filter(a, a > duration(\"90d\"))) == 0",
        "[resource.AccessKeys[0].CreateDate, now].all(one, age(one) > duration(\"1000d\"))",
        "{\"k\": age(resource.AccessKeys[0].CreateDate)}.k < duration(\"90d\")",
    ] {
        let first = at(&mut cloud, "2026-11-01T00:00:00Z", assert);
        assert_eq!(at(&mut cloud, "2026-11-01T01:00:00Z", assert), first);
        told.push(first);
    }
    assert_snapshot!(told.join("\n"), @r#"
    global robot: fail resource.AccessKeys[0].AccessKeyId = "AKIA1", resource.AccessKeys[0].CreateDate = timestamp("2026-01-01T00:00:00Z")
    global robot: fail resource.AccessKeys[0].AccessKeyId = "AKIA1", resource.AccessKeys[0].CreateDate = timestamp("2026-01-01T00:00:00Z")
    global robot: fail resource.AccessKeys[0].AccessKeyId = "AKIA1", resource.AccessKeys[0].CreateDate = timestamp("2026-01-01T00:00:00Z")
    global robot: fail resource.AccessKeys[0].AccessKeyId = "AKIA1", resource.AccessKeys[0].CreateDate = timestamp("2026-01-01T00:00:00Z")
    global robot: fail size(resource.AccessKeys.filter(key, age(key.CreateDate) > duration("90d"))) = 1, resource.AccessKeys[0].AccessKeyId = "AKIA1", resource.AccessKeys[0].CreateDate = timestamp("2026-01-01T00:00:00Z")
    global robot: fail resource.AccessKeys = [{"AccessKeyId": "AKIA1", "CreateDate": timestamp("2026-01-01T00:00:00Z"), "Status": "Active"}]
    global robot: fail resource.AccessKeys = [{"AccessKeyId": "AKIA1", "CreateDate": timestamp("2026-01-01T00:00:00Z"), "Status": "Active"}]
    global robot: fail resource.AccessKeys = [{"AccessKeyId": "AKIA1", "CreateDate": timestamp("2026-01-01T00:00:00Z"), "Status": "Active"}]
    global robot: fail resource.AccessKeys = [{"AccessKeyId": "AKIA1", "CreateDate": timestamp("2026-01-01T00:00:00Z"), "Status": "Active"}]
    global robot: fail resource.AccessKeys[0].CreateDate = timestamp("2026-01-01T00:00:00Z")
    global robot: fail resource.AccessKeys[0].CreateDate = timestamp("2026-01-01T00:00:00Z")
    "#);
}

/// Buckets whose policies are public, closed, none and unread, one of them in a region that is not
/// judged; VPCs, instances that cannot be read, and a user with two policies.
fn corners() -> Cloud {
    let statement = |effect: &str| json!({ "Effect": effect, "Principal": "*", "Action": "s3:*" });
    let bucket = |name: &str, policy: Json| json!({ "BucketName": name, "Policy": policy });
    let public = json!({ "Version": "2012-10-17", "Statement": [statement("Allow")] });
    let closed = json!({ "Version": "2012-10-17", "Statement": statement("Deny") });
    let lists = [
        ("eu-west-1", bucket("b-1", public.clone())),
        ("us-east-1", bucket("b-2", closed)),
        ("eu-west-1", bucket("a-3", json!({ "Statement": "no list" }))),
        ("ap-south-1", bucket("a-4", public)),
    ];
    let buckets =
        lists.iter().map(|(region, one)| Arc::new(resource("AWS::S3::Bucket", region, one)));
    let mut buckets: Vec<Arc<Resource>> = buckets.collect();
    let mut unread = resource("AWS::S3::Bucket", "eu-west-1", &bucket("b-5", json!(null)));
    let failure = Failure::new(Cause::AccessDenied, "not allowed");
    unread.facets.insert("s3:GetBucketPolicy".into(), Facet::Failed(failure));
    buckets.push(Arc::new(unread));
    let mut cloud = Cloud::new()
        .with("AWS::EC2::VPC", "eu-west-1", &[vpc("vpc-1", true), vpc("vpc-2", true)])
        .with("AWS::EC2::VPC", "us-east-1", &[vpc("vpc-3", false)])
        .without("AWS::EC2::Instance", "eu-west-1");
    cloud.listing("AWS::S3::Bucket", "global", Listing::Complete(buckets));
    let allow = |action: &str| {
        let statement = json!({ "Effect": "Allow", "Action": action, "Resource": "*" });
        json!({ "PolicyName": action, "PolicyDocument": { "Statement": statement } })
    };
    let user = json!({ "UserName": "ada", "Policies": [allow("s3:*"), allow("*")] });
    cloud.with("AWS::IAM::User", "global", &[user])
}

/// Rules of a type judge a resource one after another, and share what they make of its documents: each
/// must come to what it comes to alone, in every corner at once.
#[test]
fn checks_that_are_judged_together_come_to_what_each_does_alone() {
    let check = "      select: AWS::S3::Bucket
      assert: '!isPublic(resource.Policy)'
    - { id: b, select: AWS::S3::Bucket, assert: 'size(statements(resource.Policy)) == 1' }
    - { id: c, select: AWS::S3::Bucket, where: isPublic(resource.Policy), assert: 'resource.BucketName == \"x\"' }
    - { id: d, select: AWS::EC2::VPC, assert: resource.IsDefault }
    - { id: e, select: AWS::S3::Bucket, where: 'resource.BucketName == \"none\"', onEmpty: fail, assert: 'true' }
    - { id: f, select: AWS::EC2::VPC, where: resource.IsDefault, assertAll: size(resources) <= 1 }
    - { id: g, select: AWS::EC2::Instance, assert: has(resource.PublicIpAddress) }
    - { id: h, select: AWS::S3::Bucket, let: { vpcs: { select: AWS::EC2::VPC } }, assert: size(vpcs) == 2 }
    - { id: i, select: AWS::S3::Bucket, let: { boxes: { select: AWS::EC2::Instance } }, assert: size(boxes) == 2 }
    - { id: j, select: AWS::IAM::User, assert: '!resource.Policies.exists(one, allowsAll(one.PolicyDocument))' }
";
    let cloud = corners();
    let policies = policies(check);
    let account = policies.accounts().next().expect("an account");
    let group = policies.groups().next().expect("a group");
    let together = evaluate(group, &[(account, &cloud.0)]).checks;
    let alone = |check: &Arc<Check>| {
        let alone = Group { checks: vec![Arc::clone(check)], ..Group::clone(group) };
        evaluate(&alone, &[(account, &cloud.0)]).checks.remove(0)
    };
    for (check, together) in group.checks.iter().zip(&together) {
        assert_eq!(*together, alone(check), "{}", check.id);
    }
    let words = together.iter().map(|check| {
        let counts = check.counts;
        let Counts { pass, fail, unknown, not_applicable, .. } = counts;
        format!(
            "{}: {pass} {fail} {unknown} {not_applicable}, {} out of scope",
            check.check, check.out_of_scope
        )
    });
    assert_snapshot!(words.collect::<Vec<_>>().join("\n"), @"
    a: 1 1 2 0, 1 out of scope
    b: 2 0 2 0, 1 out of scope
    c: 0 1 2 0, 1 out of scope
    d: 2 1 0 0, 0 out of scope
    e: 0 1 0 0, 1 out of scope
    f: 1 1 0 0, 0 out of scope
    g: 0 0 1 0, 0 out of scope
    h: 0 4 0 0, 1 out of scope
    i: 0 0 4 0, 1 out of scope
    j: 0 1 0 0, 0 out of scope
    ");
}

#[test]
fn what_names_stand_for_is_found_once_for_all_rules() {
    let check = "      select: AWS::S3::Bucket
      let: { one: { select: AWS::EC2::VPC }, two: { select: AWS::EC2::VPC, where: resource.IsDefault } }
      assert: size(one) == size(two)
    - id: b
      select: AWS::S3::Bucket
      let: { other: { select: AWS::EC2::VPC }, only: { select: AWS::EC2::VPC, pick: one } }
      assert: has(only.VpcId) && size(other) == 1
";
    let vpcs: Vec<Json> = (0..200_000).map(|at| vpc(&format!("vpc-{at}"), true)).collect();
    let cloud = Cloud::new().with("AWS::EC2::VPC", "eu-west-1", &vpcs);
    let policies = policies(check);
    let account = policies.accounts().next().expect("an account");
    let group = policies.groups().next().expect("a group");
    let mut known = Known::default();
    let lets = group.checks.iter().flat_map(|check| &check.rule.bindings);
    let learnt: Vec<_> = lets.map(|one| known.learn(one, account, &cloud.0)).collect();
    let [(Ok(one), 0), (Ok(two), 200_000), (Ok(other), 0), (Err(several), 1)] = &learnt[..] else {
        panic!("more is kept than there is room for, or less");
    };
    assert!(one.is_same(other) && !one.is_same(two));
    assert!(several.message.starts_with("`only` needs one AWS::EC2::VPC"), "{several}");
}
