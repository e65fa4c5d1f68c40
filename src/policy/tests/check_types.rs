//! `CheckType`, `uses` and `with`; `let`, `assertAll` and `scope`.

use std::sync::Arc;

use insta::assert_snapshot;

use super::*;

const TAGGED: &str = "\
apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: { name: team/tagged }
spec:
  description: Every bucket has a tag.
  title: Buckets have the tag {key}
  severity: low
  parameters:
    key: { description: The key of the tag. }
    least: { type: integer, default: 1 }
    strict: { type: boolean, optional: true }
    level: { type: string, default: low, allowed: [low, high] }
    names: { type: list, default: [] }
  select: AWS::S3::Bucket
  where: size(resource.BucketName) >= params.least && params.strict != false && params.level != 'x'
  assert: tag(params.key) != null && !(resource.BucketName in params.names)
  compliance: [house/1]
  remediation: Add the tag.
---
";

fn with(check: &str) -> String {
    format!("{TAGGED}{}", group(check))
}

/// The problems of a check, on the lines of the check alone.
fn of_check(check: &str) -> String {
    let before = with("").lines().count();
    let place = regex::Regex::new(r"(?m)^(\d+):(\d+)-(\d+):").expect("a pattern");
    let line = |text: &str| text.parse::<usize>().expect("a line") - before;
    let found = problems(&with(check));
    place
        .replace_all(&found, |at: &regex::Captures<'_>| {
            format!("{}:{}-{}:", line(&at[1]), &at[2], line(&at[3]))
        })
        .into_owned()
}

fn only_check(text: &str) -> Arc<Check> {
    let reading = read(text);
    assert!(reading.is_clean(), "{:#?}", reading.diagnostics);
    let group = reading.policies.groups().next().expect("a group");
    Arc::clone(group.checks.first().expect("a check"))
}

#[test]
fn a_check_that_uses_a_type_asks_what_the_type_says() {
    let check = only_check(&with(
        "    - id: owned
      uses: team/tagged
      with: { key: owner, least: 3, names: [a, b] }
",
    ));
    assert_eq!(check.title, "Buckets have the tag owner");
    assert_eq!(check.severity, Severity::Low);
    assert_eq!(check.compliance, ["house/1"]);
    assert_eq!(check.remediation.as_deref(), Some("Add the tag."));
    assert_snapshot!(serde_json::to_string_pretty(&check.rule_text()).expect("plain data"), @r#"
    {
      "id": "owned",
      "title": "Buckets have the tag owner",
      "severity": "low",
      "resourceType": "AWS::S3::Bucket",
      "filter": "size(resource.BucketName) >= params.least && params.strict != false && params.level != 'x'",
      "assertion": "tag(params.key) != null && !(resource.BucketName in params.names)",
      "uses": "team/tagged",
      "with": {
        "key": "owner",
        "least": 3,
        "level": "low",
        "names": [
          "a",
          "b"
        ],
        "strict": null
      },
      "compliance": [
        "house/1"
      ],
      "remediation": "Add the tag.",
      "path": "policies/x.yaml",
      "line": 33
    }
    "#);

    let own = only_check(&with(
        "    - id: owned
      title: Somebody is responsible
      severity: critical
      onEmpty: fail
      compliance: [house/2]
      uses: team/tagged
      with: { key: owner, least: 3, names: [a, b] }
",
    ));
    assert_eq!(own.title, "Somebody is responsible");
    assert_eq!(own.severity, Severity::Critical);
    assert_eq!(own.compliance, ["house/2"]);
    assert_eq!(own.rule.on_empty, Some(OnEmpty::Fail));
    assert_ne!(own.digest(), check.digest());
}

#[test]
fn parameters_decide_the_verdict_and_so_the_digest() {
    let digest = |with_: &str| {
        let check = format!("    - id: a\n      uses: team/tagged\n      with: {with_}\n");
        only_check(&with(&check)).digest()
    };
    assert_eq!(digest("{ key: owner }"), digest("{ least: 1, key: owner }"));
    assert_ne!(digest("{ key: owner }"), digest("{ key: env }"));
    assert_ne!(digest("{ key: owner }"), digest("{ key: owner, strict: true }"));
}

#[test]
fn wrong_uses_are_told_where_they_are() {
    assert_snapshot!(of_check(
        "    - id: a
      uses: team/taged
      with: { key: x }
    - id: b
      uses: team/tagged
    - id: c
      uses: team/tagged
      with: { kee: owner, least: two, strict: 'true', level: hihg, names: x }
    - id: c2
      uses: team/tagged
      with: { key: owner, least: \"2\", strict: yes }
    - id: d
      uses: team/tagged
      select: AWS::S3::Bucket
      with: { key: owner }
      assert: 'true'
    - id: e
      uses: team/tagged
      with: owner
    - id: f
      uses: aws/nothing-of-the-sort
"), @"
    2:13-2:23: error[unknown-check-type] there is no check type `team/taged`
        help: did you mean `team/tagged`?
    5:13-5:24: error[missing-parameter] `team/tagged` needs the parameter `key`
        help: add it under `with`: The key of the tag.
    8:7-8:11: error[missing-parameter] `team/tagged` needs the parameter `key`
        help: add it under `with`: The key of the tag.
    8:15-8:18: error[unknown-parameter] `team/tagged` has no parameter `kee`
        help: did you mean `key`?
    8:34-8:37: error[wrong-parameter] `least` is `two`, but must be a whole number, without quotes
    8:47-8:53: error[wrong-parameter] `strict` is the text `'true'`, but must be `true` or `false`, without quotes
        help: write `true` without quotes
    8:62-8:66: error[wrong-parameter] `level` is `hihg`, but must be one of `low`, `high`
        help: did you mean `high`?
    8:75-8:76: error[wrong-parameter] `names` is `x`, but must be a list
    11:34-11:37: error[wrong-parameter] `least` is the text `\"2\"`, but must be a whole number, without quotes
        help: write `2` without quotes
    11:47-11:50: error[wrong-parameter] `strict` is `yes`, but must be `true` or `false`, without quotes
        help: write `true`
    14:7-14:13: error[conflict] `select` and `uses` exclude each other
        help: the check type says what is checked; remove one of them
        45: `uses` is here
    16:7-16:13: error[conflict] `assert` and `uses` exclude each other
        help: the check type says what is checked; remove one of them
        45: `uses` is here
    19:13-19:18: error[wrong-type] `with` is `owner`, but must be a mapping
        help: write it as in `with: { key: owner }`
    21:13-21:36: error[unknown-check-type] there is no check type `aws/nothing-of-the-sort`
        help: `cloudcorrect schema check-types` lists those that there are
    ");
}

#[test]
fn a_check_type_is_checked_by_itself() {
    assert_snapshot!(problems(
        "apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: { name: aws/mine }
spec:
  title: x
  parameters:
    1st: { type: string }
    size: { type: integer, default: much }
    kind: { type: text }
  select: AWS::S3::Bucket
  assert: resource.BucketName == params.nam && resource.BuketName != \"\"
---
apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: { name: team/a }
spec:
  parameters: { least: { type: integer } }
  select: AWS::S3::Bucket
  assert: resource.BucketName == params.nam && resource.BucketName == params.least
---
apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: { name: team/a }
spec: { select: AWS::S3::Bucket, assert: 'resource.BucketName != \"x\"' }
---
apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: { name: team/a/b }
spec: { select: AWS::S3::Bucket }
"), @"
    3:19-3:27: error[reserved-name] `aws/` is for check types that come with cloudcorrect
        help: use a prefix of your own
    7:5-7:8: error[invalid-value] `1st` cannot be the name of a parameter
        help: use a-z, A-Z, 0-9 and `_`, and begin with a letter
    8:37-8:41: error[wrong-parameter] `size` is `much`, but must be a whole number, without quotes
    9:19-9:23: error[unknown-word] `type` is `text`, but must be `string`, `integer`, `number`, `boolean` or `list`
    11:41-11:44: error[unknown-parameter] there is no parameter `nam`
        help: there are `1st`, `size`, `kind`
    11:57-11:66: error[unknown-property] `AWS::S3::Bucket` has no property `BuketName`
        help: did you mean `BucketName`?
    15:19-15:25: error[duplicate-name] check type `team/a` is there twice
        23: the second one is here
    19:41-19:44: error[unknown-parameter] there is no parameter `nam`
        help: there are `least`
    19:48-19:83: error[wrong-type] a string never equals an integer, so `==` is always false
        help: write `int(resource.BucketName)`
    23:19-23:25: error[duplicate-name] check type `team/a` is there twice
        15: the first one is here
    28:19-28:27: error[invalid-value] name `a/b` contains `/`; use a-z, 0-9 and `-`
    29:7-29:8: error[missing-key] the check lacks `assert`
        help: add `assert`, a CEL expression that must hold of each resource, or `assertAll` over `resources`
    ");
}

#[test]
fn a_broken_check_type_is_not_unknown() {
    let broken = TAGGED.replace("params.least", "params.lest");
    let text = format!(
        "{broken}{}",
        group("    - id: a\n      uses: team/tagged\n      with: { key: x }\n")
    );
    assert_snapshot!(problems(&text), @r"
    15:46-15:50: error[unknown-parameter] there is no parameter `lest`
        help: did you mean `least`?
    ");
}

#[test]
fn a_use_whose_parameters_cannot_be_meant_is_told_at_the_use() {
    let text = TAGGED.replace("tag(params.key) != null", "resource.BucketName.matches(params.key)");
    let text = format!(
        "{text}{}",
        group("    - id: a\n      uses: team/tagged\n      with: { key: '(' }\n")
    );
    assert_snapshot!(problems(&text), @r"
    35:20-35:23: error[wrong-value] `team/tagged` cannot have these parameters: the pattern is wrong: unclosed group
        16: used here
    ");
}

#[test]
fn check_types_of_other_files_are_found() {
    let files = [
        SourceFile::new(
            "a.yaml",
            group("    - id: a\n      uses: team/tagged\n      with: { key: x }\n").into_bytes(),
        ),
        SourceFile::new("b.yaml", TAGGED.as_bytes()),
    ];
    assert!(PolicySet::read(&files).is_clean());
    let unknown = PolicySet::read(&files[..1]).diagnostics;
    assert_eq!(unknown.len(), 1);
}

#[test]
fn names_of_let_are_checked() {
    assert_snapshot!(of_check(
        "    - id: a
      let:
        web: { select: AWS::EC2::SecurityGroup, where: 'resource.GroupName == \"web\"', pick: one }
        all: { select: AWS::EC2::SecurityGroups }
        now: { select: AWS::EC2::VPC }
        a-b: { select: AWS::EC2::VPC }
        x: { where: 'true' }
        y: { select: AWS::EC2::VPC, where: resource.VpcIdd == web.VpcId, pick: none }
      select: AWS::EC2::Instance
      assert: web.GroupId in resource.SecurityGroupIds
    - id: b
      let: { web: { select: AWS::EC2::SecurityGroup, pick: one } }
      select: AWS::EC2::Instance
      where: resource.VpcId == web.VpcId
      assert: web.GroupIdd == resource.InstanceId && wep.GroupId == \"\"
"), @r#"
    4:24-4:48: error[unknown-resource-type] there is no resource type `AWS::EC2::SecurityGroups`
        help: did you mean `AWS::EC2::SecurityGroup`?
    5:9-5:12: error[reserved-name] `now` has a meaning in expressions already
        help: give it another name
    6:9-6:12: error[invalid-value] `a-b` cannot be a name in expressions
        help: use a-z, A-Z, 0-9 and `_`, and begin with a letter
    7:12-7:13: error[missing-key] `x` lacks `select`
        help: The resource type, such as `AWS::EC2::SecurityGroup`.
    8:53-8:59: error[unknown-property] `AWS::EC2::VPC` has no property `VpcIdd`
        help: did you mean `VpcId`?
    8:63-8:66: error[unknown-name] `web` is not known here
        help: there are `resource`, `account`, `region`, `now`; put text in quotes, as in `"web"`
    8:80-8:84: error[unknown-word] `pick` is `none`, but must be `all` or `one`
        help: did you mean `one`?
    15:19-15:27: error[unknown-property] `AWS::EC2::SecurityGroup` has no property `GroupIdd`
        help: did you mean `GroupId`?
    15:54-15:57: error[unknown-name] `wep` is not known here
        help: did you mean `web`?
    "#);
}

#[test]
fn one_of_assert_and_assert_all_is_there() {
    assert_snapshot!(of_check(
        "    - id: a
      select: AWS::EC2::VPC
    - id: b
      select: AWS::EC2::VPC
      assert: resource.IsDefault
      assertAll: size(resources) <= 1
    - id: c
      select: AWS::EC2::VPC
      scope: account
      assert: resource.IsDefault
    - id: d
      select: AWS::EC2::VPC
      assertAll: size(resource) <= 1
    - id: e
      assertAll: size(resources) <= 1
    - id: f
      select: AWS::EC2::VPC
      scope: everywhere
      assertAll: size(resources) <= 1
"), @r"
    1:7-1:8: error[missing-key] the check lacks `assert`
        help: add `assert`, a CEL expression that must hold of each resource, or `assertAll` over `resources`
    6:7-6:16: error[conflict] `assert` and `assertAll` exclude each other
        help: `assert` is judged of each resource, `assertAll` once of all; make two checks
        37: `assert` is here
    9:7-9:12: warning[no-effect] `scope` says nothing without `assertAll`
    13:23-13:31: error[unknown-name] `resource` is not known here
        help: `assertAll` sees the list `resources`; of each of them, use `assert`
    14:7-14:8: error[missing-key] the check lacks `select`
        help: add `select`, a resource type such as `AWS::S3::Bucket`
    18:14-18:24: error[unknown-word] `scope` is `everywhere`, but must be `target` or `account`
    ");
}

#[test]
fn parameters_and_controls_that_say_nothing_are_told() {
    assert_snapshot!(of_check(
        "    - id: a
      with: { days: 90 }
      select: AWS::EC2::VPC
      assert: resource.IsDefault
    - id: b
      compliance: [cis-aws-3.0.0/5.4, ' ', '']
      select: AWS::EC2::VPC
      assert: resource.IsDefault
"), @r"
    2:7-2:11: warning[no-effect] `with` says nothing without `uses`
        help: name a check type in `uses`, or remove it
    6:39-6:42: warning[no-effect] the control has no name
        help: name it, as in `cis-aws-3.0.0/2.1.4`, or remove it
    6:44-6:46: warning[no-effect] the control has no name
        help: name it, as in `cis-aws-3.0.0/2.1.4`, or remove it
    ");
    let blank = TAGGED.replace("house/1", "''");
    assert_snapshot!(problems(&blank), @r"
    17:16-17:18: warning[no-effect] the control has no name
        help: name it, as in `cis-aws-3.0.0/2.1.4`, or remove it
    ");
}

#[test]
fn former_ids_are_of_checks_that_are_gone() {
    assert_snapshot!(of_check(
        "    - { id: a, formerly: [b, old, A], select: AWS::EC2::VPC, assert: resource.IsDefault }
    - { id: b, formerly: [older, old], select: AWS::EC2::VPC, assert: resource.IsDefault }
    - { id: c, formerly: [c], select: AWS::EC2::VPC, assert: resource.IsDefault }
"), @r"
    1:27-1:28: error[conflict] check `b` is still there
        help: a former id is one that no check has any more
        34: it is here
    1:30-1:33: error[duplicate-name] former id `old` is there twice
        34: the second one is here
    1:35-1:36: error[invalid-value] name `A` contains `A`; use a-z, 0-9 and `-`
    2:13-2:14: error[conflict] `b` is a former id as well
        33: `formerly` is here
    2:34-2:37: error[duplicate-name] former id `old` is there twice
        33: the first one is here
    3:13-3:14: error[conflict] `c` is a former id as well
        35: `formerly` is here
    3:27-3:28: error[conflict] check `c` is still there
        help: a former id is one that no check has any more
        35: it is here
    ");
}

const DOORS: &str = "\
apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: { name: team/doors }
spec:
  description: No group opens one of the ports to the world.
  title: No door is open
  severity: high
  parameters:
    ports: { type: list, items: integer, default: [22, 3389] }
    doors: { type: list, properties: { port: integer, protocol: string }, default: [{ port: 22, protocol: tcp }] }
  select: AWS::EC2::SecurityGroup
  assert: >
    !resource.SecurityGroupIngress.exists(rule, has(rule.CidrIp) && isWorldCidr(rule.CidrIp) &&
      (rule.FromPort in params.ports ||
        params.doors.exists(door, rule.IpProtocol == door.protocol && rule.FromPort != null && rule.FromPort <= door.port)))
---
";

#[test]
fn lists_hold_numbers_and_mappings_as_declared() {
    let check = only_check(&format!(
        "{DOORS}{}",
        group(
            "    - id: doors
      uses: team/doors
      with:
        ports: [25]
        doors: [{ protocol: tcp, port: 8080 }, { port: 53, protocol: udp }]
"
        )
    ));
    let said = serde_json::to_value(check.rule_text()).expect("plain data");
    assert_eq!(
        said["with"],
        serde_json::json!({
            "ports": [25],
            "doors": [{ "port": 8080, "protocol": "tcp" }, { "port": 53, "protocol": "udp" }],
        })
    );
    let of = |with: &str| {
        let check = format!("    - {{ id: doors, uses: team/doors, with: {{ {with} }} }}\n");
        problems(&format!("{DOORS}{}", group(&check)))
    };
    assert_eq!(of("ports: [], doors: []"), "");
    let wrong = [
        "ports: [25, smtp]",
        "ports: ['25']",
        "ports: 25",
        "doors: [tcp]",
        "doors: [{ port: 22 }]",
        "doors: [{ port: '22', protocol: tcp }]",
        "doors: [{ port: 22, protocol: tcp, prot: x }]",
        "doors: { port: 22, protocol: tcp }",
    ];
    assert_snapshot!(wrong.map(of).join("\n"), @"
    30:58-30:62: error[wrong-parameter] an item of `ports` is `smtp`, but must be a whole number, without quotes
    30:54-30:58: error[wrong-parameter] an item of `ports` is the text `'25'`, but must be a whole number, without quotes
        help: write `25` without quotes
    30:53-30:55: error[wrong-parameter] `ports` is `25`, but must be a list
    30:54-30:57: error[wrong-parameter] an item of `doors` is `tcp`, but must be a mapping with `port`, `protocol`
    30:54-30:55: error[wrong-parameter] an item of `doors` lacks `protocol`
    30:62-30:66: error[wrong-parameter] an item of `doors` is the text `'22'`, but must be a whole number, without quotes
        help: write `22` without quotes
    30:81-30:85: error[wrong-parameter] an item of `doors` has no `prot`
        help: did you mean `port`?
    30:53-30:54: error[wrong-parameter] `doors` is a mapping, but must be a list
    ");
}

#[test]
fn what_a_list_holds_is_declared_once_and_of_lists_alone() {
    let of = |from: &str, to: &str| {
        assert!(DOORS.contains(from), "{from}");
        problems(&format!(
            "{}{}",
            DOORS.replace(from, to),
            group("    - { id: d, uses: team/doors }\n")
        ))
    };
    let found = [
        of(
            "type: list, items: integer, default: [22, 3389]",
            "type: integer, items: integer, default: 22",
        ),
        of("type: list, properties", "type: list, items: string, properties"),
        of("items: integer, default", "items: list, default"),
        of("port: integer, protocol: string }", "port: integer, a-b: string }"),
        of("default: [22, 3389]", "default: [22, ssh]"),
        of("door.port", "door.ports"),
        of("rule.FromPort in params.ports", "rule.IpProtocol in params.ports"),
        of("rule.IpProtocol == door.protocol", "rule.IpProtocol == door.port"),
    ];
    assert_snapshot!(found.join("\n"), @"
    9:29-9:34: error[no-effect] `items` is of lists, and the parameter is none
        help: write `type: list` beside it, or remove it
    10:26-10:31: error[no-effect] `items` and `properties` both say what is listed
        help: leave `items` out where the items are mappings
    9:33-9:37: error[unknown-word] `items` is `list`, but must be `string`, `integer`, `number` or `boolean`
    10:55-10:58: error[invalid-value] `a-b` cannot be the name of a property
        help: use a-z, A-Z, 0-9 and `_`, and begin with a letter
    9:56-9:59: error[wrong-parameter] an item of `ports` is `ssh`, but must be a whole number, without quotes
    15:118-15:123: error[unknown-property] `door` has no `ports`
        help: did you mean `port`?
    14:8-14:39: error[wrong-type] a string is never in a list of which each is an integer
        help: write `int(rule.IpProtocol)`
    15:35-15:63: error[wrong-type] a string never equals an integer, so `==` is always false
        help: write `int(rule.IpProtocol)`
    ");
}

const MEMBER: &str = "\
apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: { name: team/member }
spec:
  description: An instance is in a group.
  title: Instances are in {group}
  severity: low
  parameters:
    group: { description: The group., default: DEFAULT }
    image: { description: The image., default: '' }
  select: AWS::EC2::Instance
  assert: >
    params.group in resource.SecurityGroupIds && (params.image == '' || resource.ImageId == params.image)
---
";

#[test]
fn a_text_that_is_never_what_it_is_compared_with_is_told_at_the_parameter() {
    let told = |default: &str, with: &str| {
        let check = format!("    - id: member\n      uses: team/member\n      with: {with}");
        problems(&format!("{}{}", MEMBER.replace("DEFAULT", default), group(&check)))
    };
    let found = told("sg-1", "{ image: ami-1, group: web }");
    assert!(found.contains("\"web\" is never `resource.SecurityGroupIds`"), "{found}");
    let at = |text: &str| text.lines().filter(|line| line.contains("is never")).count();
    assert_eq!(at(&found), 1, "{found}");
    let found = told("web", "{ group: sg-2 }");
    assert!(found.contains("the default of `group` does not fit: \"web\" is never"), "{found}");
    let found = told("sg-1", "{ group: sg-2, image: golden }");
    assert!(found.contains("\"golden\" is never `resource.ImageId`"), "{found}");
    assert_eq!(told("sg-1", "{ group: sg-2, image: ami-1 }"), "");
    assert_eq!(told("sg-1", "{ group: sg-2 }"), "");
}

#[test]
fn a_parameter_that_is_asked_about_itself_is_held_against_the_rest() {
    let told = |asked: &str, with: &str| {
        let check_type = MEMBER.replace("DEFAULT", "sg-1").replace("params.image == ''", asked);
        let check = format!("    - id: member\n      uses: team/member\n      with: {with}");
        problems(&format!("{check_type}{}", group(&check)))
    };
    for asked in [
        "params.image == null",
        "!has(params.image)",
        "size(params.image) == 0",
        "params.image in ['', 'none']",
        "params.image != 'golden' && params.image == 'none'",
    ] {
        let found = told(asked, "{ image: golden }");
        let is_told = found.contains("\"golden\" is never `resource.ImageId`");
        assert!(is_told != asked.contains("golden"), "{asked}: {found}");
    }
    assert_eq!(told("params.image in ['', 'none']", "{ image: none }"), "");
}

#[test]
fn a_value_for_several_comparisons_may_be_meant_for_either() {
    let spread = |asked: &str, default: &str| {
        let check_type = format!(
            "apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: {{ name: team/world }}
spec:
  description: D.
  title: T
  severity: low
  remediation: R.
  parameters:
    world: {{ type: list, description: D., default: {default} }}
  select: AWS::EC2::SecurityGroup
  assert: '!resource.SecurityGroupIngress.exists(r, {asked})'
---
"
        );
        let with = format!(
            "    - id: a\n      uses: team/world\n    - id: b\n      uses: team/world\n      with: {{ world: {default} }}\n"
        );
        problems(&format!("{check_type}{}", group(&with)))
    };
    let both = "r.CidrIp in params.world || r.CidrIpv6 in params.world";
    assert_eq!(spread(both, "['0.0.0.0/0', '::/0']"), "");
    let each = "params.world.exists(w, r.CidrIp == w || r.CidrIpv6 == w)";
    assert_eq!(spread(each, "['0.0.0.0/0', '::/0']"), "");
    assert_ne!(spread("r.CidrIp in params.world", "['0.0.0.0/0', '::/0']"), "");
}
