//! Parameters, titles and names of `let`: each mistake once, and where it was made.

use insta::assert_snapshot;

use super::*;

/// A check type of buckets with such parameters, title and assertion.
fn check_type(title: &str, parameters: &str, assertion: &str) -> String {
    format!(
        "apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: {{ name: team/x }}
spec:
  title: {title}
  parameters: {parameters}
  select: AWS::S3::Bucket
  assert: {assertion}
---
"
    )
}

fn used(check_type: &str) -> String {
    format!(
        "{check_type}{}",
        group("    - { id: a, uses: team/x }\n    - { id: b, uses: team/x }\n")
    )
}

#[test]
fn a_broken_parameter_is_told_once() {
    let broken = check_type(
        "Tag {key}",
        "{ key: { type: text }, least: { type: integer, default: much } }",
        "tag(params.key) > params.least && params.kye == 1 && resource.BucketName.matches(params.key)",
    );
    assert_snapshot!(problems(&used(&broken)), @"
    6:30-6:34: error[unknown-word] `type` is `text`, but must be `string`, `integer`, `number`, `boolean` or `list`
    6:71-6:75: error[wrong-parameter] `least` is `much`, but must be a whole number, without quotes
    8:52-8:55: error[unknown-parameter] there is no parameter `kye`
        help: did you mean `key`?
    ");
}

#[test]
fn a_default_that_does_not_fit_is_told_where_it_stands() {
    let pattern = check_type(
        "T",
        "{ pattern: { default: '(' }, status: { default: ENABLED } }",
        "resource.BucketName.matches(params.pattern) && resource.VersioningConfiguration.Status == params.status",
    );
    assert_snapshot!(problems(&used(&pattern)), @r#"
    6:37-6:40: error[wrong-value] the default of `pattern` does not fit: the pattern is wrong: unclosed group
        8: used here
    6:63-6:70: warning[undocumented-value] the default of `status` does not fit: no value "ENABLED" is documented for `resource.VersioningConfiguration.Status`
        help: did you mean `Enabled`?
        8: used here
    "#);
    let odd = pattern.replace("'('", "a");
    assert_snapshot!(problems(&used(&odd)), @r#"
    6:61-6:68: warning[undocumented-value] the default of `status` does not fit: no value "ENABLED" is documented for `resource.VersioningConfiguration.Status`
        help: did you mean `Enabled`?
        8: used here
    "#);
    let outside = check_type(
        "T",
        "{ level: { default: loww, allowed: [low, high] }, size: { type: integer, default: '1' } }",
        "tag(params.level) == string(params.size)",
    );
    assert_snapshot!(problems(&used(&outside)), @"
    6:35-6:39: error[wrong-parameter] `level` is `loww`, but must be one of `low`, `high`
        help: did you mean `low`?
    6:97-6:100: error[wrong-parameter] `size` is the text `'1'`, but must be a whole number, without quotes
        help: write `1` without quotes
    ");
}

#[test]
fn titles_name_parameters_that_there_are() {
    let text = check_type(
        "Tag {kye}, {key} and { a }",
        "{ key: { default: a } }",
        "tag(params.key) != null",
    );
    assert_snapshot!(problems(&text), @"
    5:15-5:18: error[unknown-parameter] there is no parameter `kye`
        help: did you mean `key`?
    ");
    let none = check_type("Tag {b}", "{ }", "tag('a') != null");
    assert_snapshot!(problems(&none), @"
    5:15-5:16: error[unknown-parameter] there is no parameter `b`
        help: declare it under `parameters`
    ");
}

#[test]
fn what_is_declared_and_not_used_is_told() {
    let parameters = check_type(
        "Tag {shown}",
        "{ shown: { default: a }, asked: { default: b }, pattern: { default: c }, idle: { default: d } }",
        "tag(params.asked) != null && tag(params.asked).matches(params.pattern)",
    );
    assert_snapshot!(problems(&used(&parameters)), @"
    6:88-6:92: warning[unused] the parameter `idle` is not used
        help: name it as `params.idle`, or remove it
    ");
    assert_snapshot!(problems(&group(
        "    - id: a
      let:
        web: { select: AWS::EC2::SecurityGroup }
        idle: { select: AWS::EC2::SecurityGroup, where: 'size(resource.GroupName) > 1' }
        inner: { select: AWS::EC2::VPC }
      select: AWS::EC2::Instance
      where: size(web) > 0
      assert: '[1].all(idle, idle == 1) && size(inner) > 0'
"
    )), @"
    17:9-17:13: warning[unused] `idle` of `let` is not used
        help: name it in `where`, `assert` or `assertAll`, or remove it
    ");
}

/// A value that the parameters keep from being looked at is not wrong.
#[test]
fn a_default_that_is_guarded_by_itself_fits() {
    let spec = r#"
  parameters:
    a: { default: "" }
    n: { type: integer, default: 0 }
    r: { default: any }
  select: AWS::S3::Bucket
  assert: (params.a == "" || cidrContains(params.a, "10.0.0.1")) && (params.n == 0 || 10 / params.n > 2) && (params.r == "any" || region == params.r)
"#;
    let text = format!(
        "apiVersion: cloudcorrect.dev/v1\nkind: CheckType\nmetadata: {{ name: a }}\nspec:{spec}"
    );
    assert_eq!(problems(&text), "");
    let unguarded = text.replace("params.a == \"\" ||", "params.n == 1 ||");
    assert!(problems(&unguarded).contains("the default of `a` does not fit"), "unguarded");
}

/// A title is filled in one go: a value that looks like a name is none.
#[test]
fn titles_do_not_grow_by_values_that_look_like_names() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
    let parameter = |pair: &[&str]| {
        let value = format!("{{{}}}", pair[1]).repeat(12);
        format!("    {}: {{ default: \"{value}\" }}\n", pair[0])
    };
    let parameters = names.windows(2).map(parameter).collect::<Vec<_>>().concat();
    let text = format!(
        "{}---
apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: {{ name: team/x }}
spec:
  parameters:
{parameters}    i: {{ default: x }}
  title: \"{{a}} {{\"
  select: AWS::S3::Bucket
  assert: resource.BucketName != \"a\"
",
        group("    - { id: c, uses: team/x }\n")
    );
    let reading = super::read(&text);
    let title = &reading.policies.groups.values().next().expect("a group").checks[0].title;
    assert_eq!(title.chars().filter(|c| *c == 'b').count(), 12, "{title}");
    assert!(title.ends_with(" {"), "{title}");
}
