//! Trying expressions with `eval`, and running the tests of policies with `test`.

use std::fs;

use tempfile::TempDir;

use super::{cloudcorrect, text};

fn eval(arguments: &[&str]) -> String {
    let inventory = ["--inventory", "examples/demo-account.json"];
    let output = cloudcorrect(&[&["eval"], arguments, &inventory[..]].concat());
    let status = output.status.code().expect("an exit status");
    format!("{}{}status {status}", text(&output.stdout), text(&output.stderr))
}

#[test]
fn an_expression_is_tried_on_resources() {
    insta::assert_snapshot!(eval(&["size(resource.MFADevices) > 0", "--type", "AWS::IAM::User", "--id", "*b*"]), @r"
    type: a boolean
    bob: false
      # size(resource.MFADevices) = 0
    status 1
    ");
    insta::assert_snapshot!(eval(&["resource.Tags", "--type", "AWS::EC2::Instance", "--id", "i-0a3f9d1c7e5b28460"]), @"
    type: a list
    i-0a3f9d1c7e5b28460:
    - Key: env
      Value: prod
    - Key: owner
      Value: web
    - Key: Name
      Value: web-1
    - Key: app
      Value: shop
    status 0
    ");
    insta::assert_snapshot!(eval(&["resources.filter(r, r.State.Name == 'running').map(r, r.tag('Name'))", "--type", "AWS::EC2::Instance", "--all"]), @"
    type: a list
    value:
    - web-eu-1
    - web-1
    - web-2
    - bastion
    - report-generator
    status 0
    ");
    insta::assert_snapshot!(eval(&["resource.Policy != null", "--type", "AWS::S3::Bucket", "--id", "acme-partner-dropbox"]), @r"
    type: a boolean
    acme-partner-dropbox: unknown # access_denied: s3:GetBucketPolicy: Access Denied
    status 3
    ");
}

#[test]
fn an_expression_without_a_resource_knows_the_account_and_its_instant() {
    insta::assert_snapshot!(eval(&["now"]), @"
    type: a timestamp
    value: 2026-11-16T08:00:00Z
    status 0
    ");
    insta::assert_snapshot!(eval(&["account"]), @r#"
    type: a string
    value: "123456789012"
    status 0
    "#);
    insta::assert_snapshot!(eval(&["false"]), @"
    type: a boolean
    value: false
    status 1
    ");
    let missing = cloudcorrect(&["eval", "true", "--inventory", "no-such-file.json"]);
    assert_eq!(missing.status.code(), Some(2), "{}", text(&missing.stdout));
}

#[test]
fn an_expression_needs_no_resource_and_is_told_as_json() {
    insta::assert_snapshot!(eval(&["duration('36h') > duration('1d')"]), @r"
    type: a boolean
    value: true
    status 0
    ");
    insta::assert_snapshot!(eval(&["resource.Tags", "--type", "AWS::EC2::Instance", "--id", "i-0a3f9d1c7e5b28460", "--format", "json"]), @r#"
    {
      "type": "a list",
      "values": [
        {
          "resourceId": "i-0a3f9d1c7e5b28460",
          "region": "us-east-1",
          "value": [
            {
              "Key": "env",
              "Value": "prod"
            },
            {
              "Key": "owner",
              "Value": "web"
            },
            {
              "Key": "Name",
              "Value": "web-1"
            },
            {
              "Key": "app",
              "Value": "shop"
            }
          ],
          "unknown": null,
          "observed": []
        }
      ]
    }
    status 0
    "#);
}

#[test]
fn what_is_wrong_with_a_tried_expression_is_shown_in_it() {
    insta::assert_snapshot!(eval(&["resource.Tgas.exists(t, t.Key == 'x')", "--type", "AWS::EC2::Instance"]), @r"
    error[unknown-property]: `AWS::EC2::Instance` has no property `Tgas`
     --> expression:1:10
      |
    1 | resource.Tgas.exists(t, t.Key == 'x')
      |          ^^^^
      = help: did you mean `Tags`?

    status 2
    ");
    insta::assert_snapshot!(eval(&["resource.Tags == null"]), @r"
    error[unknown-name]: `resource` is not known here
     --> expression:1:1
      |
    1 | resource.Tags == null
      | ^^^^^^^^
      = help: say of which type, as in `--type AWS::S3::Bucket`

    status 2
    ");
    insta::assert_snapshot!(eval(&["1 +"]), @r"
    error[expression-syntax]: the expression ends too early
     --> expression:1:4
      |
    1 | 1 +
      |    ^
      = help: write a value behind `+`

    status 2
    ");
    insta::assert_snapshot!(eval(&["true", "--type", "AWS::EC2::Instances"]), @r"
    error: there is no resource type `AWS::EC2::Instances`; did you mean `AWS::EC2::Instance`?
    status 2
    ");
    insta::assert_snapshot!(eval(&["true", "--type", "AWS::EC2::Instance", "--id", "i-0"]), @r"
    error: no `AWS::EC2::Instance` has the id `i-0`; did you mean `i-0e9c4b7d2f6a18350`?
    status 1
    ");
}

const POLICY: &str = "\
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod }
spec: { aws: { accountId: '123456789012', regions: [us-east-1] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: compute }
spec:
  checks:
    - id: small
      select: AWS::EC2::Instance
      where: tag('env') == 'prod'
      assert: resource.InstanceType in ['t3.micro', 't3.small'] && resource.Monitoring
    - id: running
      uses: aws/instance-running
      with: { instanceId: i-1 }
    - id: untested
      select: AWS::EC2::Instance
      assert: resource.EbsOptimized
---
apiVersion: cloudcorrect.dev/v1
kind: Test
metadata: { name: small }
spec:
  check: compute/small
  given:
    AWS::EC2::Instance:
      - { InstanceId: i-1, InstanceType: t3.micro, Monitoring: true, Tags: [{ Key: env, Value: prod }] }
      - { InstanceId: i-2, InstanceType: m5.large, Monitoring: true, Tags: [{ Key: env, Value: prod }] }
      - { InstanceId: i-3, InstanceType: m5.large }
  expect:
    pass: [i-1]
    fail: [i-2]
    notSelected: [i-3]
";

/// Runs `test` on a policy file, its path left out of what is shown.
fn test_policies(policy: &str, arguments: &[&str]) -> String {
    let tree = TempDir::new().expect("a directory");
    let path = tree.path().join("x.yaml");
    fs::write(&path, policy).expect("a file");
    let path = path.to_str().expect("UTF-8");
    let output = cloudcorrect(&[&["test", path], arguments].concat());
    let status = output.status.code().expect("an exit status");
    let shown = format!("{}{}status {status}", text(&output.stdout), text(&output.stderr));
    let shown = shown.replace(path, "x.yaml");
    let time = regex::Regex::new(r#" time="\d+\.\d{3}""#).expect("a pattern");
    time.replace_all(&shown, " time=\"0.000\"").into_owned()
}

#[test]
fn tests_that_pass_tell_what_is_untested() {
    insta::assert_snapshot!(test_policies(POLICY, &[]), @r"
    untested: compute/untested has no test
    1 test, 1 case: all pass; 1 of 2 checks tested
    status 0
    ");
    assert!(test_policies(POLICY, &["--coverage"]).ends_with("status 1"));
    let whole = POLICY.split("    - id: untested").collect::<Vec<_>>();
    let (head, tail) = (whole[0], whole[1].split_once("---").expect("a test").1);
    assert!(test_policies(&format!("{head}---{tail}"), &["--coverage"]).ends_with("status 0"));
}

#[test]
fn what_a_test_would_not_heed_is_refused() {
    let odd = POLICY
        .replace("InstanceId: i-1,", "InstanceId: i-1, $cause: {},")
        .replace("InstanceId: i-2,", "InstanceId: i-2, $unknown: [Monitoring],")
        .replace("InstanceId: i-3,", "InstanceId: i-3, $region: [x],");
    insta::assert_snapshot!(test_policies(&odd, &[]), @r"
    error: the policies have problems; nothing was tested
    error[unknown-key]: there is no `$cause`
      --> x.yaml:29:28
       |
    29 |       - { InstanceId: i-1, $cause: {}, InstanceType: t3.micro, Monitoring: true, Tags: [{ Key: env, Value: prod }] }
       |                            ^^^^^^
       = help: there are `$region`, `$unknown`

    error[wrong-type]: `$unknown` is a list, but must be a mapping of properties to causes, as in `{ Policy: access_denied }`
      --> x.yaml:30:38
       |
    30 |       - { InstanceId: i-2, $unknown: [Monitoring], InstanceType: m5.large, Monitoring: true, Tags: [{ Key: env, Value: prod }] }
       |                                      ^

    error[wrong-type]: `$region` is a list, but must be text, the name of a region
      --> x.yaml:31:37
       |
    31 |       - { InstanceId: i-3, $region: [x], InstanceType: m5.large }
       |                                     ^


    status 2
    ");
    let both = format!(
        "{POLICY}  cases:\n    - given: {{ AWS::EC2::Instance: [] }}\n      expect: {{ notApplicable: ['*'] }}\n"
    );
    insta::assert_snapshot!(test_policies(&both, &[]), @r"
    error: the policies have problems; nothing was tested
    error[conflict]: `expect` and `cases` exclude each other
      --> x.yaml:32:3
       |
    32 |   expect:
       |   ^^^^^^
       = x.yaml:36:3: the cases are here
       = help: each case has an `expect` of its own; move it there


    status 2
    ");
}

#[test]
fn a_check_of_a_pack_is_tested_once_for_all_groups() {
    let pack = POLICY
        .replace(
            "kind: Group\nmetadata: { name: compute }",
            "kind: Pack\nmetadata: { name: small }",
        )
        .replace("check: compute/small", "pack: small/small");
    let groups = ["a", "b"].map(|name| {
        format!(
            "---\napiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: {{ name: {name} }}\n\
             spec: {{ packs: [{{ name: small }}] }}\n"
        )
    });
    let policy = format!("{pack}{}", groups.concat());
    insta::assert_snapshot!(test_policies(&policy, &[]), @r"
    untested: pack small/untested has no test
    1 test, 1 case: all pass; 1 of 2 checks tested
    status 0
    ");
    let by_a_group = policy.replace("pack: small/small", "check: a/small");
    assert_eq!(test_policies(&by_a_group, &[]), test_policies(&policy, &[]));
    insta::assert_snapshot!(test_policies(&policy, &["--mutate"]), @r#"
    untested: pack small/untested has no test
    unnoticed: pack small/small: `resource.InstanceType in ["t3.micro", "t3.small"] && resource.Monitoring` becomes `resource.InstanceType in ["t3.micro", "t3.small"]`
      resource.InstanceType in ["t3.micro", "t3.small"]
    unnoticed: pack small/small: `["t3.micro", "t3.small"]` becomes `["t3.micro"]`
      resource.InstanceType in ["t3.micro"] && resource.Monitoring
    14 mutants, of which 2 are unnoticed
    1 test, 1 case: all pass; 1 of 2 checks tested
    status 1
    "#);
}

#[test]
fn tests_that_fail_tell_what_was_seen_and_where() {
    let wrong = POLICY.replace("pass: [i-1]", "pass: [i-2]").replace("fail: [i-2]", "fail: ['*']");
    insta::assert_snapshot!(test_policies(&wrong, &[]), @r#"
    FAIL compute/small (small)
      x.yaml:26:3: `i-1` passes, and nothing is expected of it; add it under `expect`: `resource.InstanceType in ['t3.micro', 't3.small'] && resource.Monitoring` holds
      x.yaml:33:12: `i-2` fails, but should pass: resource.InstanceType = "m5.large"
      x.yaml:34:12: `*` is not selected, but should fail
    untested: compute/untested has no test
    1 test, 1 case: 1 of them fails; 1 of 2 checks tested
    status 1
    "#);
    let json = test_policies(&wrong, &["--format", "json"]);
    let json: serde_json::Value =
        serde_json::from_str(json.trim_end_matches("status 1")).expect("JSON");
    assert_eq!(json["summary"]["failed"], 1);
    assert_eq!(json["cases"][0]["differences"][1]["expected"], "pass");
    let junit = test_policies(&wrong, &["--format", "junit"]);
    insta::assert_snapshot!(junit, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="cloudcorrect" tests="1" failures="1" errors="0" time="0.000">
        <testsuite name="small" tests="1" disabled="0" errors="0" failures="1" time="0.000">
            <testcase name="case 1" classname="compute/small" time="0.000" file="x.yaml" line="26">
                <failure message="`i-1` passes, and nothing is expected of it; add it under `expect`: `resource.InstanceType in [&apos;t3.micro&apos;, &apos;t3.small&apos;] &amp;&amp; resource.Monitoring` holds" type="difference">`i-1` passes, and nothing is expected of it; add it under `expect`: `resource.InstanceType in [&apos;t3.micro&apos;, &apos;t3.small&apos;] &amp;&amp; resource.Monitoring` holds
    `i-2` fails, but should pass: resource.InstanceType = &quot;m5.large&quot;
    `*` is not selected, but should fail</failure>
            </testcase>
        </testsuite>
    </testsuites>
    status 1
    "#);
}

#[test]
fn what_could_not_be_tested_is_an_error_of_junit() {
    let wrong = POLICY.replace("check: compute/small", "check: compute/smal");
    let shown = test_policies(&wrong, &["--format", "junit"]);
    let (junit, _) = shown.split_once("error: the policies").expect("the error");
    insta::assert_snapshot!(junit, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="cloudcorrect" tests="1" failures="0" errors="1">
        <testsuite name="policies" tests="1" disabled="0" errors="1" failures="0">
            <testcase name="x.yaml:26:10" classname="policies" file="x.yaml" line="26">
                <error message="group `compute` has no check `smal`" type="unknown-check">did you mean `compute/small`?</error>
            </testcase>
        </testsuite>
    </testsuites>
    "#);
    let nothing = cloudcorrect(&["test", "no-such-place", "--format", "junit"]);
    assert_eq!(nothing.status.code(), Some(2));
    let junit = text(&nothing.stdout);
    assert!(junit.contains("errors=\"1\"") && junit.contains("no-such-place"), "{junit}");
}

#[test]
fn cases_without_a_name_are_numbered_in_their_test() {
    let names = |policy: &str| -> Vec<String> {
        let shown = test_policies(policy, &["--format", "junit"]);
        let cases = shown.lines().filter_map(|line| line.trim().strip_prefix("<testcase name="));
        cases.map(|case| case.split(" classname").next().unwrap_or_default().to_owned()).collect()
    };
    let (_, test) = POLICY.split_once("kind: Test").expect("a test");
    let before = test.replace("name: small", "name: earlier");
    let more = format!("{POLICY}---\napiVersion: cloudcorrect.dev/v1\nkind: Test{before}");
    assert_eq!(names(POLICY), ["\"case 1\""]);
    assert_eq!(names(&more), ["\"case 1\"", "\"case 1\""]);
}

#[test]
fn an_expression_of_several_lines_is_shown_on_one() {
    let assert = "assert: resource.InstanceType in ['t3.micro', 't3.small'] && resource.Monitoring";
    let lines = assert.replace("assert: ", "assert: |\n        ").replace("&& ", "&&\n          ");
    let policy = POLICY.replace(assert, &lines);
    assert_ne!(policy, POLICY);
    let policy = policy.replace("pass: [i-1]", "fail: [i-1, i-2]").replace("    fail: [i-2]\n", "");
    let shown = test_policies(&policy, &[]);
    assert!(shown.contains("] && resource.Monitoring` holds"), "{shown}");
    assert!(!shown.contains('\u{fffd}'), "{shown}");
}

#[test]
fn comments_of_an_expression_are_left_out_where_its_lines_are_joined() {
    let assert = "assert: resource.InstanceType in ['t3.micro', 't3.small'] && resource.Monitoring";
    let lines = assert
        .replace("assert: ", "assert: |\n        // The small ones.\n        ")
        .replace("&& ", "// not the large\n          && ");
    let policy = POLICY.replace(assert, &lines);
    assert_ne!(policy, POLICY);
    let policy = policy.replace("pass: [i-1]", "fail: [i-1, i-2]").replace("    fail: [i-2]\n", "");
    let shown = test_policies(&policy, &[]);
    let whole = "`resource.InstanceType in ['t3.micro', 't3.small'] && resource.Monitoring` holds";
    assert!(shown.contains(whole), "{shown}");
}

#[test]
fn mutants_that_nobody_notices_are_told() {
    insta::assert_snapshot!(test_policies(POLICY, &["--mutate"]), @r#"
    untested: compute/untested has no test
    unnoticed: compute/small: `resource.InstanceType in ["t3.micro", "t3.small"] && resource.Monitoring` becomes `resource.InstanceType in ["t3.micro", "t3.small"]`
      resource.InstanceType in ["t3.micro", "t3.small"]
    unnoticed: compute/small: `["t3.micro", "t3.small"]` becomes `["t3.micro"]`
      resource.InstanceType in ["t3.micro"] && resource.Monitoring
    14 mutants, of which 2 are unnoticed
    1 test, 1 case: all pass; 1 of 2 checks tested
    status 1
    "#);
}

#[test]
fn what_gives_a_bad_status_is_a_failure_of_junit() {
    let all = ["--format", "junit", "--mutate", "--coverage"];
    insta::assert_snapshot!(test_policies(POLICY, &all), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="cloudcorrect" tests="4" failures="3" errors="0" time="0.000">
        <testsuite name="small" tests="1" disabled="0" errors="0" failures="0" time="0.000">
            <testcase name="case 1" classname="compute/small" time="0.000" file="x.yaml" line="26">
            </testcase>
        </testsuite>
        <testsuite name="mutants that no test notices" tests="2" disabled="0" errors="0" failures="2">
            <testcase name="assert: `resource.InstanceType in [&quot;t3.micro&quot;, &quot;t3.small&quot;] &amp;&amp; resource.Monitoring` becomes `resource.InstanceType in [&quot;t3.micro&quot;, &quot;t3.small&quot;]`" classname="compute/small">
                <failure message="resource.InstanceType in [&quot;t3.micro&quot;, &quot;t3.small&quot;]" type="unnoticed"/>
            </testcase>
            <testcase name="assert: `[&quot;t3.micro&quot;, &quot;t3.small&quot;]` becomes `[&quot;t3.micro&quot;]`" classname="compute/small">
                <failure message="resource.InstanceType in [&quot;t3.micro&quot;] &amp;&amp; resource.Monitoring" type="unnoticed"/>
            </testcase>
        </testsuite>
        <testsuite name="checks without tests" tests="1" disabled="0" errors="0" failures="1">
            <testcase name="is tested" classname="compute/untested">
                <failure message="no test" type="untested"/>
            </testcase>
        </testsuite>
    </testsuites>
    status 1
    "#);
    let tests_alone = test_policies(POLICY, &all[..2]);
    assert!(!tests_alone.contains("<failure") && tests_alone.ends_with("status 0"));
}

#[test]
fn a_where_that_no_test_asks_for_is_told_as_well() {
    let narrow = POLICY
        .replace("      - { InstanceId: i-3, InstanceType: m5.large }\n", "")
        .replace("    notSelected: [i-3]\n", "");
    let shown = test_policies(&narrow, &["--mutate"]);
    let lines: Vec<&str> = shown.lines().filter(|line| line.contains("`where`")).collect();
    insta::assert_snapshot!(lines.join("\n"), @"unnoticed: compute/small, `where`: the whole becomes `true`");
    let json = test_policies(&narrow, &["--mutate", "--format", "json"]);
    let json = json.strip_suffix("status 1").expect("the status");
    let json: serde_json::Value = serde_json::from_str(json).expect("JSON");
    let survivor = &json["mutation"]["survivors"][0];
    assert_eq!((&survivor["part"], &survivor["expression"]), (&"where".into(), &"true".into()));
}

#[test]
fn a_wrong_test_is_a_problem_of_the_tree() {
    let wrong = POLICY
        .replace("check: compute/small", "check: compute/smal")
        .replace("InstanceType: t3.micro, ", "InstanceTyp: t3.micro, ")
        .replace("Monitoring: true, Tags: [{ Key: env, Value: prod }] }\n      - { InstanceId: i-2, InstanceType: m5.large, Monitoring: true", "Monitoring: yes }\n      - { InstanceId: i-2, InstanceType: m5.large, Monitoring: true");
    insta::assert_snapshot!(test_policies(&wrong, &[]), @r"
    error: the policies have problems; nothing was tested
    error[unknown-property]: `AWS::EC2::Instance` has no property `InstanceTyp`
      --> x.yaml:29:28
       |
    29 |       - { InstanceId: i-1, InstanceTyp: t3.micro, Monitoring: yes }
       |                            ^^^^^^^^^^^
       = help: did you mean `InstanceType`?

    error[wrong-type]: `Monitoring` is `yes`, but must be `true` or `false`
      --> x.yaml:29:63
       |
    29 |       - { InstanceId: i-1, InstanceTyp: t3.micro, Monitoring: yes }
       |                                                               ^^^
       = help: write `true`


    status 2
    ");
    let unknown = POLICY.replace("notSelected: [i-3]", "notSelected: [i-4]");
    insta::assert_snapshot!(test_policies(&unknown, &[]), @r"
    error: the policies have problems; nothing was tested
    error[unknown-resource]: there is no resource `i-4` under `given`
      --> x.yaml:35:19
       |
    35 |     notSelected: [i-4]
       |                   ^^^
       = help: did you mean `i-1`?


    status 2
    ");
}

/// Document of a group with one check of users and one of buckets, and their test.
const LEFT_OUT: &str = r#"
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod }
spec: { aws: { accountId: 012345678901, regions: [us-east-1] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: g }
spec:
  checks:
    - { id: mfa, select: AWS::IAM::User, assert: size(resource.MFADevices) > 0 }
    - id: own-account
      select: AWS::S3::Bucket
      assert: |
        statements(resource.Policy).all(s,
          principalAccounts(s) == ["012345678901"] &&
          s.Condition.all(c, c.Values == ["012345678901"]))
---
apiVersion: cloudcorrect.dev/v1
kind: Test
metadata: { name: mfa }
spec:
  check: g/mfa
  given:
    AWS::IAM::User: [{ UserName: bob }, { UserName: carol, MFADevices: null }]
  expect: { fail: [bob, carol] }
---
apiVersion: cloudcorrect.dev/v1
kind: Test
metadata: { name: own-account }
spec:
  check: g/own-account
  given:
    AWS::S3::Bucket:
      - BucketName: b
        Policy:
          Version: 2012-10-17
          Statement:
            Effect: Allow
            Principal: { AWS: 012345678901 }
            Action: s3:GetObject
            Resource: "*"
            Condition: { StringEquals: { aws:SourceAccount: 012345678901 } }
  expect: { pass: [b] }
"#;

#[test]
fn what_is_made_up_is_as_the_cloud_gives_it() {
    // A list that a test leaves out is empty, and an account id keeps its zero.
    let directory = TempDir::new().expect("a directory");
    fs::write(directory.path().join("g.yaml"), LEFT_OUT).expect("a file");
    let path = directory.path().display().to_string();
    let output = cloudcorrect(&["test", &path]);
    let told = format!("{}{}", text(&output.stdout), text(&output.stderr));
    insta::assert_snapshot!(told.replace(&path, "policies"), @"
    untested: g/mfa has no case that passes
    untested: g/own-account has no case that fails
    2 tests, 2 cases: all pass; 0 of 2 checks tested
    ");
    // The same checks, asked for null, are told before a test could confirm them.
    let wrong = LEFT_OUT.replace("size(resource.MFADevices) > 0", "resource.MFADevices != null");
    fs::write(directory.path().join("g.yaml"), wrong).expect("a file");
    let output = cloudcorrect(&["test", &path]);
    assert!(text(&output.stdout).contains("`bob` passes, but should fail"), "{output:?}");
}

const ACCOUNTS: &str = "\
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod }
spec: { aws: { accountId: '123456789012', regions: [eu-west-1] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: g }
spec:
  checks:
    - id: own
      select: AWS::IAM::Role
      assert: >
        statements(resource.AssumeRolePolicyDocument).all(s, principalAccounts(s).all(a, a == account))
---
apiVersion: cloudcorrect.dev/v1
kind: Test
metadata: { name: t }
spec:
  check: g/own
  given:
    AWS::IAM::Role:
      - RoleName: r
        AssumeRolePolicyDocument: { Statement: { Effect: Allow, Action: 'sts:AssumeRole', Principal: { AWS: 012345678901 } } }
  cases:
    - { name: as always, expect: { fail: [r] } }
    - { name: unquoted, accountId: 012345678901, expect: { pass: [r] } }
    - { name: quoted, accountId: '012345678901', expect: { pass: [r] } }
";

#[test]
fn the_account_of_a_case_is_said() {
    assert_eq!(
        test_policies(ACCOUNTS, &[]),
        "1 test, 3 cases: all pass; 1 of 1 check tested\nstatus 0"
    );
    let short = ACCOUNTS.replace("accountId: 012345678901", "accountId: 12345678901");
    insta::assert_snapshot!(test_policies(&short, &[]), @"
    error: the policies have problems; nothing was tested
    error[invalid-value]: account id `12345678901` is not twelve digits; write all of them, with leading zeros and without dashes
      --> x.yaml:27:36
       |
    27 |     - { name: unquoted, accountId: 12345678901, expect: { pass: [r] } }
       |                                    ^^^^^^^^^^^


    status 2
    ");
}

#[test]
fn a_tried_expression_is_warned_of_as_one_of_a_policy() {
    insta::assert_snapshot!(
        eval(&["resource.PermissionsBoundary != 'x'", "--type", "AWS::IAM::Role", "--id", "web"]),
        @r#"
    type: a boolean
    web: true
    warning[unguarded-null]: `resource.PermissionsBoundary` may be null, and `null != "x"` is true
     --> expression:1:1
      |
    1 | resource.PermissionsBoundary != 'x'
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: begin with `resource.PermissionsBoundary != null &&`, or `resource.PermissionsBoundary == null ||` if that is fine

    warning[fixed-comparison]: "x" is never `resource.PermissionsBoundary`, which is an ARN of `iam:policy`
     --> expression:1:33
      |
    1 | resource.PermissionsBoundary != 'x'
      |                                 ^^^
      = help: write the whole ARN, or ask a part, as in `resource.PermissionsBoundary.contains("x")`

    status 0
    "#
    );
    insta::assert_snapshot!(
        eval(&["resource.Tags.filter(t, t.Value < 'b')", "--type", "AWS::IAM::Role", "--id", "web"]),
        @"
    type: a list
    web: []
    status 0
    "
    );
}
