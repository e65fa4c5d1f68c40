//! What can never hold, always does, or misses other ways of writing the same; and what is right
//! beside it. The types are those of AWS.

use super::super::{Environment, Expression, ExpressionKind, Problem};
use crate::resource::schemas;

pub(super) const BUCKET: &str = "AWS::S3::Bucket";
pub(super) const GROUP: &str = "AWS::EC2::SecurityGroup";
pub(super) const INSTANCE: &str = "AWS::EC2::Instance";
pub(super) const POLICY: &str = "AWS::IAM::ManagedPolicy";
pub(super) const ROLE: &str = "AWS::IAM::Role";
pub(super) const USER: &str = "AWS::IAM::User";
pub(super) const VOLUME: &str = "AWS::EC2::Volume";

pub(super) fn warnings(type_name: &str, text: &str) -> Vec<String> {
    let schema = &schemas()[type_name];
    let line = |problem: &Problem| {
        let place = text.get(problem.span.clone()).unwrap_or_default();
        let help = problem.help.as_deref().unwrap_or_default();
        format!("[{place}] {}: {} ({help})", problem.code, problem.message)
    };
    match Expression::compile(text, schema, ExpressionKind::Assert) {
        Ok(compiled) => compiled.0.warnings.iter().map(line).collect(),
        Err(problems) => problems.iter().map(line).collect(),
    }
}

/// Messages about a text where a condition selects what it is asked of.
pub(super) fn selected(type_name: &str, filter: &str, text: &str, kind: ExpressionKind) -> String {
    let schema = &schemas()[type_name];
    let compiled = Expression::compile(filter, schema, ExpressionKind::Filter);
    let filter = compiled.expect("a filter");
    let selected = Environment::of(schema).with_filter(&filter);
    let compiled = Expression::compile(text, selected, kind).expect("an expression");
    let messages = compiled.warnings().iter().map(|problem| problem.message.clone());
    messages.collect::<Vec<_>>().join("\n")
}

fn all(cases: &[(&str, &str)]) -> String {
    let told = cases.iter().map(|(type_name, text)| {
        let found = warnings(type_name, text).into_iter().map(|line| format!("  {line}\n"));
        [format!("{text}\n")].into_iter().chain(found).collect::<String>()
    });
    told.collect::<Vec<_>>().join("\n")
}

/// Texts of other forms.
const FORMLESS: &[(&str, &str)] = &[
    (GROUP, "!resource.SecurityGroupIngress.exists(r, r.CidrIp == '0.0.0.0')"),
    (GROUP, "!resource.SecurityGroupIngress.exists(r, r.CidrIpv6 in ['::/0', '::0/0'])"),
    (GROUP, "!resource.SecurityGroupIngress.exists(r, r.CidrIp in ['10.0.0.5/8'])"),
    (GROUP, "resource.VpcId == 'prod'"),
    (GROUP, "resource.OwnerId == '12345678901'"),
    (BUCKET, "account == 'prod'"),
    (BUCKET, "resource.BucketName == 'logs-*'"),
    (
        BUCKET,
        "!statements(resource.Policy).exists(s, s.Condition.exists(c, c.Key == 'aws:Referer'))",
    ),
    (BUCKET, "!statements(resource.Policy).exists(s, 'aws:Referer' in s.Condition.map(c, c.Key))"),
    (
        BUCKET,
        "!statements(resource.Policy).exists(s, s.Condition.exists(c, c.Key.endsWith('PrincipalOrgID')))",
    ),
    (BUCKET, "!statements(resource.Policy).exists(s, s.Principal != null && '*' in s.Principal)"),
    (VOLUME, "resource.KmsKeyId != null && !resource.KmsKeyId.contains('alias/aws/ebs')"),
    (VOLUME, "resource.KmsKeyId == 'alias/aws/ebs'"),
    (INSTANCE, "'web' in resource.SecurityGroupIds"),
    (ROLE, "resource.PermissionsBoundary == 'boundary'"),
    (ROLE, "resource.Arn.startsWith('iam')"),
];

#[test]
fn a_text_that_has_not_the_form_of_what_it_is_compared_with_is_told() {
    insta::assert_snapshot!(all(FORMLESS), @r#"
    !resource.SecurityGroupIngress.exists(r, r.CidrIp == '0.0.0.0')
      ['0.0.0.0'] fixed-comparison: "0.0.0.0" is never `r.CidrIp`, which is a range of IPv4 in its canonical form (write "0.0.0.0/0")

    !resource.SecurityGroupIngress.exists(r, r.CidrIpv6 in ['::/0', '::0/0'])
      ['::0/0'] fixed-comparison: "::0/0" is never `r.CidrIpv6`, which is a range of IPv6 in its canonical form (write "::/0")

    !resource.SecurityGroupIngress.exists(r, r.CidrIp in ['10.0.0.5/8'])
      ['10.0.0.5/8'] fixed-comparison: "10.0.0.5/8" is never `r.CidrIp`, which is a range of IPv4 in its canonical form (write "10.0.0.0/8")

    resource.VpcId == 'prod'
      ['prod'] fixed-comparison: "prod" is never `resource.VpcId`, which is an id that begins with `vpc-` (write an id, such as `"vpc-0123456789abcdef0"`; a name stands in a tag)

    resource.OwnerId == '12345678901'
      ['12345678901'] fixed-comparison: "12345678901" is never `resource.OwnerId`, which is an account id of twelve digits (write "012345678901")

    account == 'prod'
      ['prod'] fixed-comparison: "prod" is never `account`, which is an account id of twelve digits (write an id, such as `"123456789012"`)

    resource.BucketName == 'logs-*'
      ['logs-*'] fixed-comparison: "logs-*" is never `resource.BucketName`, which is a name without wildcards, `/` and `:` (a comparison knows no wildcards: write `resource.BucketName.glob("logs-*")`)

    !statements(resource.Policy).exists(s, s.Condition.exists(c, c.Key == 'aws:Referer'))
      ['aws:Referer'] fixed-comparison: "aws:Referer" is never `c.Key`, which is a condition key in lower case (write "aws:referer")

    !statements(resource.Policy).exists(s, 'aws:Referer' in s.Condition.map(c, c.Key))
      ['aws:Referer'] fixed-comparison: "aws:Referer" is never `s.Condition.map(c, c.Key)`, which is a condition key in lower case (write "aws:referer")

    !statements(resource.Policy).exists(s, s.Condition.exists(c, c.Key.endsWith('PrincipalOrgID')))
      ['PrincipalOrgID'] fixed-comparison: `c.Key` never ends with "PrincipalOrgID": it is a condition key in lower case (write "principalorgid")

    !statements(resource.Policy).exists(s, s.Principal != null && '*' in s.Principal)
      ['*'] fixed-comparison: "*" is never a key of `s.Principal` (ask `hasWildcardPrincipal(s)` for everybody, or a kind, as in `s.Principal.AWS`)

    resource.KmsKeyId != null && !resource.KmsKeyId.contains('alias/aws/ebs')
      ['alias/aws/ebs'] fixed-comparison: `resource.KmsKeyId` never contains "alias/aws/ebs": it is the ARN of a key, never of an alias (look for the key by its ARN)

    resource.KmsKeyId == 'alias/aws/ebs'
      ['alias/aws/ebs'] fixed-comparison: "alias/aws/ebs" is never `resource.KmsKeyId`, which is the ARN of a key, never of an alias (look for the key by its ARN)

    'web' in resource.SecurityGroupIds
      ['web'] fixed-comparison: "web" is never `resource.SecurityGroupIds`, which is an id that begins with `sg-` (write an id, such as `"sg-0123456789abcdef0"`; a name stands in a tag)

    resource.PermissionsBoundary == 'boundary'
      ['boundary'] fixed-comparison: "boundary" is never `resource.PermissionsBoundary`, which is an ARN of `iam:policy` (write the whole ARN, or ask a part, as in `resource.PermissionsBoundary.contains("boundary")`)

    resource.Arn.startsWith('iam')
      ['iam'] fixed-comparison: `resource.Arn` never begins with "iam": it is an ARN of `iam:role` (it looks like `arn:aws:iam::123456789012:role/...`)
    "#);
}

#[test]
fn null_of_what_is_never_null_is_told() {
    insta::assert_snapshot!(all(&[
        (USER, "resource.MFADevices != null"),
        (USER, "has(resource.MFADevices)"),
        (USER, "resource.Policies == null && resource.ManagedPolicyArns == null"),
        (USER, "size(resource.AccessKeys) > 1 || null == resource.MFADevices"),
        (GROUP, "resource.SecurityGroupIngress == null"),
        (BUCKET, "statements(resource.Policy) != null"),
        (BUCKET, "resource.BucketName != null"),
        (BUCKET, "has(resource.BucketName) || resource.PolicyStatus == null"),
        (USER, "resource.AccessKeys.filter(k, k.Status == 'Active') == null"),
    ]), @r#"
    resource.MFADevices != null
      [resource.MFADevices != null] fixed-comparison: `resource.MFADevices` is never null, so `resource.MFADevices != null` is always true (it is empty where there is none: write `size(resource.MFADevices) > 0`)

    has(resource.MFADevices)
      [has(resource.MFADevices)] fixed-comparison: `resource.MFADevices` is never null, so `has(resource.MFADevices)` is always true (it is empty where there is none: write `size(resource.MFADevices) > 0`)

    resource.Policies == null && resource.ManagedPolicyArns == null
      [resource.Policies == null] fixed-comparison: `resource.Policies` is never null, so `resource.Policies == null` is always false (it is empty where there is none: write `size(resource.Policies) == 0`)
      [resource.ManagedPolicyArns == null] fixed-comparison: `resource.ManagedPolicyArns` is never null, so `resource.ManagedPolicyArns == null` is always false (it is empty where there is none: write `size(resource.ManagedPolicyArns) == 0`)

    size(resource.AccessKeys) > 1 || null == resource.MFADevices
      [null == resource.MFADevices] fixed-comparison: `resource.MFADevices` is never null, so `null == resource.MFADevices` is always false (it is empty where there is none: write `size(resource.MFADevices) == 0`)

    resource.SecurityGroupIngress == null
      [resource.SecurityGroupIngress == null] fixed-comparison: `resource.SecurityGroupIngress` is never null, so `resource.SecurityGroupIngress == null` is always false (it is empty where there is none: write `size(resource.SecurityGroupIngress) == 0`)

    statements(resource.Policy) != null
      [statements(resource.Policy) != null] fixed-comparison: `statements(resource.Policy)` is never null, so `statements(resource.Policy) != null` is always true (it is empty where there is none: write `size(statements(resource.Policy)) > 0`)

    resource.BucketName != null
      [resource.BucketName != null] fixed-comparison: `resource.BucketName` is never null, so `resource.BucketName != null` is always true (ask what it is, as in `resource.BucketName == ...`)

    has(resource.BucketName) || resource.PolicyStatus == null
      [has(resource.BucketName)] fixed-comparison: `resource.BucketName` is never null, so `has(resource.BucketName)` is always true (ask what it is, as in `resource.BucketName == ...`)

    resource.AccessKeys.filter(k, k.Status == 'Active') == null
      [resource.AccessKeys.filter(k, k.Status == 'Active') == null] fixed-comparison: `resource.AccessKeys.filter(k, k.Status == "Active")` is never null, so `resource.AccessKeys.filter(k, k.Status == "Active") == null` is always false (it is empty where there is none: write `size(resource.AccessKeys.filter(k, k.Status == "Active")) == 0`)
    "#);
}

#[test]
fn what_excludes_itself_is_told() {
    insta::assert_snapshot!(all(&[
        (INSTANCE, "resource.State.Name == 'running' && resource.State.Name == 'stopped'"),
        (INSTANCE, "resource.State.Name != 'running' || resource.State.Name != 'stopped'"),
        (BUCKET, "region != 'us-east-1' || 'eu-west-1' != region"),
    ]), @r#"
    resource.State.Name == 'running' && resource.State.Name == 'stopped'
      [resource.State.Name == 'stopped'] fixed-comparison: `resource.State.Name` is never "running" and "stopped" at once (write `resource.State.Name in ["running", "stopped"]`)

    resource.State.Name != 'running' || resource.State.Name != 'stopped'
      [resource.State.Name != 'stopped'] fixed-comparison: `resource.State.Name` always differs from "running" or from "stopped" (write `!(resource.State.Name in ["running", "stopped"])`)

    region != 'us-east-1' || 'eu-west-1' != region
      ['eu-west-1' != region] fixed-comparison: `region` always differs from "us-east-1" or from "eu-west-1" (write `!(region in ["us-east-1", "eu-west-1"])`)
    "#);
}

#[test]
fn what_misses_other_ways_of_writing_is_told() {
    insta::assert_snapshot!(all(&[
        (
            POLICY,
            "!statements(resource.PolicyDocument).exists(s, s.Action != null && 'iam:PassRole' in s.Action)"
        ),
        (POLICY, "!statements(resource.PolicyDocument).exists(s, s.Action.exists(a, a == 's3:*'))"),
        (
            BUCKET,
            "resource.Policy == null || !resource.Policy.Statement.exists(s, s.Principal == '*')"
        ),
        (BUCKET, "tag('retention') != null && tag('retention') >= '30'"),
        (BUCKET, "compare(tag('retention'), 'GREATER_THAN_OR_EQUALS', '30')"),
        (BUCKET, "tag('retention') >= 30"),
    ]), @r#"
    !statements(resource.PolicyDocument).exists(s, s.Action != null && 'iam:PassRole' in s.Action)
      ['iam:PassRole'] partial-comparison: `s.Action` may name "iam:PassRole" in another case, by a wildcard, or by `NotAction` (write `allowsAction(s, "iam:PassRole")`)

    !statements(resource.PolicyDocument).exists(s, s.Action.exists(a, a == 's3:*'))
      [s.Action.exists(a, a == 's3:*')] unguarded-null: `s.Action` may be null, and `!exists` of null is true (begin with `s.Action != null &&`, or `s.Action == null ||` if that is fine)
      ['s3:*'] partial-comparison: `a` may name "s3:*" in another case, by a wildcard, or by `NotAction` (write `allowsAction(s, "s3:*")`)

    resource.Policy == null || !resource.Policy.Statement.exists(s, s.Principal == '*')
      [Statement] partial-comparison: `resource.Policy.Statement` is one statement or a list of them, as its author wrote it (write `statements(resource.Policy)`, which reads all forms)

    tag('retention') != null && tag('retention') >= '30'
      ['30'] partial-comparison: texts are ordered by their characters, `"10"` before `"9"` (compare numbers: `int(tag("retention"))` with `30`)

    compare(tag('retention'), 'GREATER_THAN_OR_EQUALS', '30')
      [tag('retention')] unguarded-null: `tag("retention")` may be null, and `compare` of null is unknown (begin with `tag("retention") != null &&`, or `tag("retention") == null ||` if that is fine)
      ['30'] partial-comparison: texts are ordered by their characters, `"10"` before `"9"` (compare numbers: `int(tag("retention"))` with `30`)

    tag('retention') >= 30
      [tag('retention') >= 30] wrong-type: `>=` cannot compare a string with an integer (write `int(tag("retention"))`)
    "#);
}

#[test]
fn what_has_no_value_of_null_is_told_at_its_argument() {
    insta::assert_snapshot!(all(&[
        (
            GROUP,
            "!resource.SecurityGroupIngress.exists(r, r.CidrIp == '0.0.0.0/0' && r.FromPort <= 22 && r.ToPort >= 22)"
        ),
        (GROUP, "!resource.SecurityGroupIngress.exists(r, isWorldCidr(r.CidrIp))"),
        (GROUP, "resource.SecurityGroupIngress.all(r, cidrContains('10.0.0.0/8', r.CidrIp))"),
        (USER, "age(resource.PasswordLastUsed) < duration('90d')"),
        (BUCKET, "int(tag('retention')) >= 30"),
        (VOLUME, "resource.KmsKeyId.contains(':key/')"),
    ]), @r#"
    !resource.SecurityGroupIngress.exists(r, r.CidrIp == '0.0.0.0/0' && r.FromPort <= 22 && r.ToPort >= 22)
      [r.FromPort] unguarded-null: `r.FromPort` may be null, and `<=` of null is unknown (begin with `r.FromPort != null &&`, or `r.FromPort == null ||` if that is fine)

    !resource.SecurityGroupIngress.exists(r, isWorldCidr(r.CidrIp))
      [r.CidrIp] unguarded-null: `r.CidrIp` may be null, and `isWorldCidr` of null is unknown (begin with `r.CidrIp != null &&`, or `r.CidrIp == null ||` if that is fine)

    resource.SecurityGroupIngress.all(r, cidrContains('10.0.0.0/8', r.CidrIp))
      [r.CidrIp] unguarded-null: `r.CidrIp` may be null, and `cidrContains` of null is unknown (begin with `r.CidrIp != null &&`, or `r.CidrIp == null ||` if that is fine)

    age(resource.PasswordLastUsed) < duration('90d')
      [resource.PasswordLastUsed] unguarded-null: `resource.PasswordLastUsed` may be null, and `age` of null is unknown (begin with `resource.PasswordLastUsed != null &&`, or `resource.PasswordLastUsed == null ||` if that is fine)

    int(tag('retention')) >= 30
      [tag('retention')] unguarded-null: `tag("retention")` may be null, and `int` of null is unknown (begin with `tag("retention") != null &&`, or `tag("retention") == null ||` if that is fine)

    resource.KmsKeyId.contains(':key/')
      [resource.KmsKeyId] unguarded-null: `resource.KmsKeyId` may be null, and `contains` of null is unknown (begin with `resource.KmsKeyId != null &&`, or `resource.KmsKeyId == null ||` if that is fine)
    "#);
}

/// What authors write who know it.
const RIGHT: &[(&str, &str)] = &[
    (GROUP, "!resource.SecurityGroupIngress.exists(r, r.CidrIp == '0.0.0.0/0')"),
    (GROUP, "!resource.SecurityGroupIngress.exists(r, r.CidrIp != null && isWorldCidr(r.CidrIp))"),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, has(r.CidrIp) && isWorldCidr(r.CidrIp) && r.allowsPort('tcp', 22))",
    ),
    (GROUP, "resource.SecurityGroupIngress.all(r, r.FromPort == null || r.FromPort > 1024)"),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.IpProtocol == 'tcp' && r.FromPort <= 22 && r.ToPort >= 22)",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.IpProtocol == '-1' || r.IpProtocol == 'tcp' && r.FromPort <= 22 && r.ToPort >= 22)",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.IpProtocol in ['tcp', 'udp'] && r.FromPort <= 22)",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.filter(r, r.IpProtocol == 'tcp').exists(r, r.FromPort <= 22)",
    ),
    (GROUP, "resource.VpcId == 'vpc-0123456789abcdef0'"),
    (GROUP, "size(resource.SecurityGroupIngress) == 0"),
    (USER, "size(resource.MFADevices) > 0"),
    (USER, "resource.LoginProfile == null || size(resource.MFADevices) > 0"),
    (USER, "resource.PasswordLastUsed == null || age(resource.PasswordLastUsed) < duration('90d')"),
    (VOLUME, "resource.Encrypted && resource.KmsKeyId.contains(':key/')"),
    (VOLUME, "resource.KmsKeyId == 'arn:aws:kms:eu-west-1:123456789012:key/1'"),
    (GROUP, "resource.SecurityGroupIngress.all(r, r.FromPort == 22 && r.FromPort == 22.0)"),
    (BUCKET, "tag('env') in ['prod', 'dev']"),
    (BUCKET, "tag('date') != null && tag('date') >= '2026-01-01'"),
    (BUCKET, "tag('retention') != null && int(tag('retention')) >= 30"),
    (BUCKET, "account in ['123456789012', '012345678901']"),
    (
        BUCKET,
        "!statements(resource.Policy).exists(s, s.Condition.exists(c, c.Key == 'aws:referer'))",
    ),
    (BUCKET, "!statements(resource.Policy).exists(s, hasCondition(s, 'aws:Referer'))"),
    (BUCKET, "!statements(resource.Policy).exists(s, s.Principal != null && 'AWS' in s.Principal)"),
    (POLICY, "!allowsAction(resource.PolicyDocument, 'iam:PassRole')"),
    (POLICY, "!statements(resource.PolicyDocument).exists(s, s.Action != null && '*' in s.Action)"),
    (INSTANCE, "resource.State.Name == 'running' || resource.State.Name == 'stopped'"),
    (INSTANCE, "resource.State.Name != 'running' && resource.State.Name != 'stopped'"),
    (ROLE, "resource.Arn.endsWith(':role/ci')"),
    (ROLE, "resource.PermissionsBoundary == 'arn:aws:iam::123456789012:policy/boundary'"),
];

#[test]
fn a_whole_arn_of_another_type_is_told_as_such() {
    const ANOTHER: &str = "it is the ARN of another type: write one as";
    for (type_name, text, help) in [
        (POLICY, "resource.PolicyArn == 'arn:aws:iam::123456789012:role/x'", ANOTHER),
        (ROLE, "resource.PermissionsBoundary in ['arn:aws:s3:::logs']", ANOTHER),
        (POLICY, "resource.PolicyArn == 'policy/x'", "write the whole ARN"),
        (POLICY, "resource.PolicyArn == 'arn:aws:iam:policy/x'", "write the whole ARN"),
    ] {
        let found = warnings(type_name, text);
        assert!(found.len() == 1 && found[0].contains(help), "{text}: {found:#?}");
    }
    let none =
        warnings(POLICY, "resource.PolicyArn == 'arn:aws:iam::aws:policy/AdministratorAccess'");
    assert_eq!(none, Vec::<String>::new());
}

#[test]
fn right_forms_are_not_blamed() {
    for (type_name, text) in RIGHT {
        assert_eq!(warnings(type_name, text), Vec::<String>::new(), "{text}");
    }
}
