//! Values and regions that nobody documents, in each place where policies say one.

use super::problems;

const ACCOUNT: &str = "\
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: shop }
spec:
  aws: { accountId: 123456789012, regions: [us-esat-1, moon-1, eu_west_1] }
";

const GROUP: &str = "\
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: main }
spec:
  accounts: { names: [shop] }
  schedule: { every: 1h }
  checks:
    - id: running
      title: Instances run
      severity: low
      select: AWS::EC2::Instance
      assert: resource.State.Name == \"Running\"
    - id: of-a-type
      title: Instances have no public address
      severity: low
      uses: ec2-state
      with: { state: halted }
---
apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: { name: ec2-state }
spec:
  parameters:
    state: { type: string }
  select: AWS::EC2::Instance
  assert: resource.State.Name == params.state
";

const TEST: &str = "\
apiVersion: cloudcorrect.dev/v1
kind: Test
metadata: { name: running }
spec:
  check: main/running
  given:
    AWS::EC2::Instance:
      - { InstanceId: i-1, State: { Name: RUNNING }, $region: eu-west-9 }
      - { InstanceId: i-2, State: { Name: \"16\" }, Tenancy: default, PublicIpAddress: null, Tags: null }
  expect: { fail: [i-1, eu-wset-1/*] }
---
apiVersion: cloudcorrect.dev/v1
kind: Waiver
metadata: { name: accepted }
spec:
  match: { group: main, check: running, region: us-west-3, resource: [i-1] }
  reason: A reason.
  owner: ada@example.com
  approvedBy: ada
  expires: 2027-01-31
";

#[test]
fn undocumented_values_are_warned_of_with_what_there_is() {
    let text = format!("{ACCOUNT}---\n{GROUP}---\n{TEST}");
    insta::assert_snapshot!(problems(&text), @r#"
    5:45-5:54: warning[undocumented-value] no region `us-esat-1` is documented
        help: did you mean `us-east-1`?
    5:56-5:62: error[invalid-value] `moon-1` is not the name of an AWS region
        help: write it as in `eu-west-1`
    5:64-5:73: error[invalid-value] region `eu_west_1` is not a region's name; write it as in `eu-west-1`
    18:38-18:47: warning[undocumented-value] no value "Running" is documented for `resource.State.Name`
        help: did you mean `running`?
    23:22-23:28: warning[undocumented-value] with these parameters of `ec2-state`, no value "halted" is documented for `resource.State.Name`
        help: there are `pending`, `running`, `stopping`, `stopped`, `shutting-down`, `terminated`
        32: used here
    41:43-41:50: warning[undocumented-value] no value `RUNNING` is documented for `Name`
        help: did you mean `running`?
    41:63-41:72: warning[undocumented-value] no region `eu-west-9` is documented
        help: did you mean `eu-west-1`?
    43:25-43:36: warning[undocumented-value] no region `eu-wset-1` is documented
        help: did you mean `eu-west-1`?
    49:49-49:58: warning[undocumented-value] no region `us-west-3` is documented
        help: did you mean `us-west-1`?
    "#);
}

#[test]
fn an_action_that_is_not_documented_is_told_at_the_value_of_its_parameter() {
    let text = "\
apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: { name: nobody-may }
spec:
  description: D.
  title: T
  severity: low
  parameters:
    action: { type: string }
  select: AWS::IAM::ManagedPolicy
  assert: '!allowsAction(resource.PolicyDocument, params.action)'
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: main }
spec:
  checks:
    - { id: passes, uses: nobody-may, with: { action: iam:PasRole } }
    - { id: attaches, uses: nobody-may, with: { action: iam:AttachUserPolicy } }
";
    let account = ACCOUNT.replace("us-esat-1, moon-1, eu_west_1", "eu-west-1");
    insta::assert_snapshot!(problems(&format!("{account}---\n{text}")), @r"
    24:55-24:66: warning[undocumented-value] with these parameters of `nobody-may`, AWS documents no action `iam:PasRole` (as of 2026-09-26)
        help: did you mean `iam:PassRole`?
        17: used here
    ");
}

/// A group is given with these rules of entry.
pub(super) fn given(permission: &str) -> String {
    problems(&format!(
        "apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: {{ name: closed }}
spec:
  description: D.
  title: T
  severity: low
  select: AWS::EC2::SecurityGroup
  assert: size(resource.SecurityGroupIngress) == 0
---
apiVersion: cloudcorrect.dev/v1
kind: Test
metadata: {{ name: closed }}
spec:
  uses: closed
  given:
    AWS::EC2::SecurityGroup:
      - GroupId: sg-1
        SecurityGroupIngress:
          - {permission}
  cases:
    - expect: {{ fail: [sg-1] }}
"
    ))
}

#[test]
fn values_that_the_cloud_never_gives_are_warned_of_in_tests() {
    let permissions = [
        "{ IpProtocol: tcp, FromPort: \"22\", ToPort: 22 }",
        "{ IpProtocol: tcp, CidrIp: 0.0.0.0/00 }",
        "{ IpProtocol: tcp, CidrIp: 10.1.2.3/8 }",
        "{ IpProtocol: tcp, CidrIp: everywhere }",
        "{ IpProtocol: tcp, CidrIpv6: \"::0/0\" }",
        "{ IpProtocol: \"6\", FromPort: 65536, ToPort: 65535 }",
    ];
    let told: Vec<String> =
        permissions.iter().map(|one| format!("{one}\n{}\n", given(one))).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    { IpProtocol: tcp, FromPort: "22", ToPort: 22 }
    20:42-20:46: warning[undocumented-value] `FromPort` is a whole number, and `"22"` in quotes is text
        help: write `22` without quotes

    { IpProtocol: tcp, CidrIp: 0.0.0.0/00 }
    20:40-20:50: warning[undocumented-value] `CidrIp` is always a range of IPv4 in its canonical form, which `0.0.0.0/00` is not
        help: write `"0.0.0.0/0"`

    { IpProtocol: tcp, CidrIp: 10.1.2.3/8 }
    20:40-20:50: warning[undocumented-value] `CidrIp` is always a range of IPv4 in its canonical form, which `10.1.2.3/8` is not
        help: write `"10.0.0.0/8"`

    { IpProtocol: tcp, CidrIp: everywhere }
    20:40-20:50: warning[undocumented-value] `CidrIp` is always a range of IPv4 in its canonical form, which `everywhere` is not

    { IpProtocol: tcp, CidrIpv6: "::0/0" }
    20:42-20:49: warning[undocumented-value] `CidrIpv6` is always a range of IPv6 in its canonical form, which `::0/0` is not
        help: write `"::/0"`

    { IpProtocol: "6", FromPort: 65536, ToPort: 65535 }
    20:42-20:47: warning[undocumented-value] `FromPort` is -1 to 65535, and `65536` is not
    "#);
    let right = "{ IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/8 }";
    assert_eq!(given(right), "");
}

/// A check type of a list, asked by an assertion, and a value of it.
fn listed(parameter: &str, select: &str, assertion: &str, value: &str) -> String {
    problems(&format!(
        "{}---
apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: {{ name: team/x }}
spec:
  description: D.
  title: T
  severity: low
  parameters:
    of: {parameter}
  select: {select}
  assert: '{assertion}'
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: {{ name: main }}
spec:
  checks:
    - id: a
      uses: team/x
      with: {{ of: {value} }}
",
        ACCOUNT.replace("us-esat-1, moon-1, eu_west_1", "eu-west-1")
    ))
}

const SECURITY_GROUP: &str = "AWS::EC2::SecurityGroup";
const TEXTS: &str = "{ type: list }";
const INTEGERS: &str = "{ type: list, items: integer }";
const RECORDS: &str = "{ type: list, properties: { port: integer, protocol: string } }";
/// Assertions of security groups over a list of ranges, of ports, and of ports with their protocol.
const RANGES: &str = "!resource.SecurityGroupIngress.exists(r, r.CidrIp != null && \
                      params.of.exists(x, cidrContains(x, r.CidrIp)))";
const PORTS: &str = "!resource.SecurityGroupIngress.exists(r, params.of.exists(p, \
                     allowsPort(r, \"tcp\", p)))";
const DOORS: &str = "!resource.SecurityGroupIngress.exists(r, params.of.exists(d, \
                     allowsPort(r, d.protocol, d.port)))";

#[test]
fn an_item_that_a_function_cannot_read_is_told_where_it_stands() {
    let guarded = "!resource.SecurityGroupIngress.exists(r, params.of.exists(d, \
                   d.port < 0 || allowsPort(r, d.protocol, d.port)))";
    let actions = "!params.of.exists(a, allowsAction(resource.PolicyDocument, a))";
    let found = [
        listed(TEXTS, SECURITY_GROUP, RANGES, "[10.0.0.0/8, 10.0.0.0/33]"),
        listed(INTEGERS, SECURITY_GROUP, PORTS, "[7000, 70000]"),
        listed(
            RECORDS,
            SECURITY_GROUP,
            DOORS,
            "[{ port: 22, protocol: TCPP }, { port: 99999, protocol: tcp }]",
        ),
        listed(RECORDS, SECURITY_GROUP, guarded, "[{ port: -1, protocol: TCPP }]"),
        listed(TEXTS, "AWS::IAM::ManagedPolicy", actions, "[iam:PassRole, PassRole]"),
        listed(TEXTS, SECURITY_GROUP, &RANGES.replace("cidr", "x == \"all\" || cidr"), "[all]"),
        listed(TEXTS, SECURITY_GROUP, &format!("size(params.of) == 0 || {RANGES}"), "[]"),
    ];
    let found: Vec<_> = found.into_iter().filter(|it| !it.is_empty()).collect();
    insta::assert_snapshot!(found.join("\n"), @r#"
    26:32-26:43: error[wrong-value] `team/x` cannot have these parameters: "10.0.0.0/33" is no range of addresses
        help: write it as `10.0.0.0/8`, `2001:db8::/32` or `10.1.2.3`
        17: used here
    26:26-26:31: error[wrong-value] `team/x` cannot have these parameters: there is no port 70000
        help: ports are 0 to 65535; of ICMP it is the type
        17: used here
    26:42-26:46: error[wrong-value] `team/x` cannot have these parameters: there is no protocol `TCPP`
        help: did you mean `tcp`?
        17: used here
    26:58-26:63: error[wrong-value] `team/x` cannot have these parameters: there is no port 99999
        help: ports are 0 to 65535; of ICMP it is the type
        17: used here
    26:34-26:42: error[wrong-value] `team/x` cannot have these parameters: `PassRole` is no action of IAM
        help: write the service and the name, such as `iam:PassRole`
        17: used here
    "#);
}

#[test]
fn an_item_that_is_a_word_of_the_sentence_is_not_the_one_that_it_names() {
    let states = "params.of.exists(x, resource.State.Name == x)";
    let instances = |value: &str| listed(TEXTS, "AWS::EC2::Instance", states, value);
    insta::assert_snapshot!(instances("[documented, stopd]"), @r#"
    26:20-26:30: warning[undocumented-value] with these parameters of `team/x`, no value "documented" is documented for `resource.State.Name`
        help: there are `pending`, `running`, `stopping`, `stopped`, `shutting-down`, `terminated`
        17: used here
    26:32-26:37: warning[undocumented-value] with these parameters of `team/x`, no value "stopd" is documented for `resource.State.Name`
        help: did you mean `stopped`?
        17: used here
    "#);
    insta::assert_snapshot!(instances("[running, stopd, stopd]"), @r#"
    26:29-26:34: warning[undocumented-value] with these parameters of `team/x`, no value "stopd" is documented for `resource.State.Name`
        help: did you mean `stopped`?
        17: used here
    "#);
    let records = "{ type: list, properties: { port: integer, name: string } }";
    let ports = "!resource.SecurityGroupIngress.exists(r, params.of.exists(d, \
                 allowsPort(r, d.name, d.port)))";
    let group = |value: &str| listed(records, SECURITY_GROUP, ports, value);
    insta::assert_snapshot!(group("[{ port: 22, name: protocol }, { port: 70000, name: tcp }]"), @"
    26:38-26:46: error[wrong-value] `team/x` cannot have these parameters: there is no protocol `protocol`
        help: there are `icmp`, `tcp`, `udp`, `icmpv6`
        17: used here
    26:58-26:63: error[wrong-value] `team/x` cannot have these parameters: there is no port 70000
        help: ports are 0 to 65535; of ICMP it is the type
        17: used here
    ");
    let named = "!resource.SecurityGroupIngress.exists(r, params.of.exists(d, \
                 allowsPort(r, \"tcp\", d.port)))";
    let value = "[{ port: 70000, name: there }, { port: 22, name: there is }]";
    let found = listed(records, SECURITY_GROUP, named, value);
    assert!(found.starts_with("26:28-26:33: error[wrong-value]"), "{found}");
}

#[test]
fn an_item_that_keeps_a_function_from_being_asked_is_fine() {
    let ranges = |text: &str| text.replace("RANGES", RANGES);
    let everywhere = "resource.SecurityGroupIngress.all(r, ";
    let read = "r.CidrIp == null || params.of.exists(x, cidrContains(x, r.CidrIp))";
    for (before, value) in [
        ("params.of.exists(x, x == \"any\") || RANGES", "[any]"),
        ("RANGES || params.of.exists(x, x == \"any\")", "[any]"),
        ("size(params.of.filter(x, x == \"any\")) > 0 || RANGES", "[any]"),
        ("params.of.exists(x, x == \"any\") ? true : RANGES", "[any]"),
        ("params.of.all(x, x == \"any\") || RANGES", "[any]"),
        ("!params.of.exists(x, x == \"any\") && RANGES", "[any]"),
        ("params.of.distinct().exists(x, x == \"any\") || RANGES", "[any]"),
        ("[\"any\", \"all\"].exists(a, a in params.of) || RANGES", "[any]"),
        ("params.of.exists(x, x == \"any\" || x == resource.GroupName) || RANGES", "[any]"),
        (&format!("{everywhere}params.of.exists(x, x == \"any\") || {read})"), "[any]"),
        (&format!("{everywhere}size(params.of.filter(x, x == \"any\")) > 0 || {read})"), "[any]"),
        (&format!("{everywhere}params.of.filter(x, x != \"any\") == [] || {read})"), "[any]"),
        (
            &format!(
                "{everywhere}{}",
                read.replace("exists(x,", "exists(x, x == \"any\" ||") + ")"
            ),
            "[any, 10.0.0.0/8]",
        ),
        (
            &format!("{everywhere}{}", read.replace("cidr", "x.contains(\".\") && cidr") + ")"),
            "[any, 10.0.0.0/8]",
        ),
        (
            &format!("{everywhere}{}", read.replace("cidr", "x == \"any\" ? true : cidr") + ")"),
            "[any, 10.0.0.0/8]",
        ),
        (
            &format!(
                "{everywhere}{}",
                read.replace(".exists", ".filter(x, x != \"any\").exists") + ")"
            ),
            "[any, 10.0.0.0/8]",
        ),
        (
            &format!(
                "{everywhere}{}",
                read.replace("r.CidrIp))", "r.CidrIp) || x == \"any\")") + ")"
            ),
            "[any, 10.0.0.0/8]",
        ),
    ] {
        let told = listed(TEXTS, SECURITY_GROUP, &ranges(before), value);
        assert_eq!(told, "", "{before} {value}");
    }
    let integers = format!("params.of.exists(p, p == -1) || {PORTS}");
    assert_eq!(listed(INTEGERS, SECURITY_GROUP, &integers, "[-1]"), "");
    let records = format!("params.of.exists(d, d.protocol == \"none\") ? true : {DOORS}");
    let none = "[{ port: -1, protocol: none }]";
    assert_eq!(listed(RECORDS, SECURITY_GROUP, &records, none), "");
}

#[test]
fn an_item_that_a_question_does_not_let_through_is_told() {
    let any = "\"any\" is no range of addresses";
    let long = "\"10.0.0.0/33\" is no range of addresses";
    for (text, value, words) in [
        ("params.of.all(x, x != \"\") && RANGES", "[any]", any),
        ("params.of.exists(x, x != \"\") && RANGES", "[10.0.0.0/33]", long),
        ("size(params.of.filter(x, x != \"any\")) > 0 && RANGES", "[10.0.0.0/33]", long),
        ("params.of.exists(x, x.contains(\"/\")) && RANGES", "[10.0.0.0/33]", long),
        ("params.of.exists_one(x, x != \"any\") && RANGES", "[10.0.0.0/33]", long),
        ("!params.of.all(x, x == \"any\") && RANGES", "[10.0.0.0/33]", long),
        ("size(params.of.map(x, x)) > 0 && RANGES", "[10.0.0.0/33]", long),
        ("\"10.0.0.0/33\" in params.of && RANGES", "[10.0.0.0/33]", long),
        ("params.of.exists(x, x == \"any\") && RANGES", "[any]", any),
        ("params.of.exists(x, x != \"any\") ? RANGES : true", "[10.0.0.0/33]", long),
        ("params.of.exists(x, x == \"any\") && tag(\"x\") == \"y\" || RANGES", "[any]", any),
        ("!params.of.exists(x, x == \"any\") || RANGES", "[any]", any),
        ("params.of.all(x, x != \"any\") || RANGES", "[any]", any),
        ("params.of.exists(x, x == \"a\") || RANGES", "[any]", any),
        ("params.of.exists(x, resource.GroupName == x) || RANGES", "[any]", any),
        ("FILTERED", "[any, 10.0.0.0/33]", long),
        ("GUARDED", "[any, 10.0.0.0/33]", long),
    ] {
        let filtered = RANGES.replace("params.of", "params.of.filter(x, x != \"any\")");
        let guarded = RANGES.replace("cidr", "x.contains(\".\") && cidr");
        let shown = text.replace("RANGES", RANGES).replace("FILTERED", &filtered);
        let told = listed(TEXTS, SECURITY_GROUP, &shown.replace("GUARDED", &guarded), value);
        assert!(told.contains(words) && told.lines().count() == 3, "{text}: {told}");
    }
    let integers = format!("params.of.exists(x, x > 0) && {PORTS}");
    let told = listed(INTEGERS, SECURITY_GROUP, &integers, "[70000]");
    assert!(told.contains("there is no port 70000"), "{told}");
    let records = format!("params.of.exists(d, d.protocol == \"tcp\") && {DOORS}");
    let told = listed(RECORDS, SECURITY_GROUP, &records, "[{ port: 70000, protocol: tcp }]");
    assert!(told.contains("there is no port 70000"), "{told}");
    let values = "params.of.exists(p, p != \"any\") && \
                  resource.SecurityGroupIngress.all(r, r.IpProtocol in params.of)";
    let told = listed(TEXTS, SECURITY_GROUP, values, "[http]");
    assert!(told.contains("\"http\""), "{told}");
}

#[test]
fn a_number_made_of_a_parameter_may_say_that_there_is_no_limit() {
    for (text, value) in [
        ("resource.MaxSessionDuration <= params.of * 3600", "12"),
        ("resource.MaxSessionDuration <= params.of", "43200"),
    ] {
        assert_eq!(listed("{ type: integer }", "AWS::IAM::Role", text, value), "", "{text}");
    }
}
