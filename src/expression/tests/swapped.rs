//! Arguments that stand in the place of others, and what is right beside them.

use super::decided::{silent, told};
use super::fixed::{BUCKET, GROUP, INSTANCE, POLICY, ROLE, USER};

const SWAPPED: &[(&str, &str, &str, &str)] = &[
    (
        ROLE,
        "glob('arn:aws:iam::*:role/ci', resource.Arn)",
        "'arn:aws:iam::*:role/ci'",
        "(write `resource.Arn.glob(\"arn:aws:iam::*:role/ci\")`)",
    ),
    (
        BUCKET,
        "tag('env') != null && 'prod-*'.glob(tag('env'))",
        "'prod-*'",
        "(write `tag(\"env\").glob(\"prod-*\")`)",
    ),
    (
        ROLE,
        "'arn:aws:iam::'.startsWith(resource.Arn)",
        "'arn:aws:iam::'",
        "(write `resource.Arn.startsWith(\"arn:aws:iam::\")`)",
    ),
    (
        INSTANCE,
        "'terminated-'.contains(resource.State.Name)",
        "'terminated-'",
        "(write `resource.State.Name.contains(\"terminated-\")`)",
    ),
    (
        INSTANCE,
        "'/i-'.endsWith(resource.InstanceId)",
        "'/i-'",
        "(write `resource.InstanceId.endsWith(\"/i-\")`)",
    ),
    (
        BUCKET,
        "'^logs-'.matches(resource.BucketName)",
        "resource.BucketName",
        "(write `resource.BucketName.matches(\"^logs-\")`)",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.CidrIp != null && cidrContains('10.0.0.0', r.CidrIp))",
        "'10.0.0.0'",
        "holds no range but itself (write `cidrContains(r.CidrIp, \"10.0.0.0\")`",
    ),
];

const MEANT: &[(&str, &str)] = &[
    (
        ROLE,
        "resource.Arn.glob('arn:aws:iam::*:role/ci') || resource.Arn.startsWith('arn:aws:iam::')",
    ),
    (INSTANCE, "'running,stopped'.contains(resource.State.Name)"),
    (INSTANCE, "'i-0123456789abcdef0 i-0123456789abcdef1'.contains(resource.InstanceId)"),
    (BUCKET, "tag('env') != null && 'prod,dev'.contains(tag('env'))"),
    (BUCKET, "['logs-', 'audit-'].exists(p, resource.BucketName.startsWith(p))"),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.CidrIp != null && cidrContains(r.CidrIp, '10.0.0.1'))",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.CidrIp != null && cidrContains('10.0.0.0/8', r.CidrIp))",
    ),
    (
        INSTANCE,
        "resource.PrivateIpAddress != null && cidrContains('10.0.0.1', resource.PrivateIpAddress)",
    ),
    // A pattern of a policy is held against a resource.
    (
        POLICY,
        "!statements(resource.PolicyDocument).exists(s, s.Resource != null && s.Resource.exists(r, glob('arn:aws:s3:::logs/*', r)))",
    ),
    (
        POLICY,
        "!statements(resource.PolicyDocument).exists(s, s.Effect == 'Deny' && s.Action != null && s.Action.exists(a, glob('s3:putobject', a.lowerAscii())))",
    ),
];

#[test]
fn a_constant_in_the_place_of_what_is_observed_is_told() {
    told(SWAPPED);
    silent(MEANT);
}

#[test]
fn a_key_of_a_condition_is_a_service_and_a_name() {
    let of = |condition: &str| format!("!statements(resource.Policy).exists(s, {condition})");
    for (condition, place, words) in [
        (
            "hasCondition(s, 'StringEquals')",
            "'StringEquals'",
            "(name a key, or ask `s.Condition.exists(c, c.Operator == \"StringEquals\")`)",
        ),
        ("s.hasCondition('SourceIp')", "'SourceIp'", "as in `aws:SourceArn`"),
        ("hasCondition(s, 'aws:SourceIp ')", "'aws:SourceIp '", "(write `\"aws:SourceIp\"`)"),
        ("demandsValue(s, 'ExternalId')", "'ExternalId'", "never the key of a condition"),
        (
            "s.Condition.exists(c, c.Key == 'StringEquals')",
            "'StringEquals'",
            "an operator is the condition's `Operator`",
        ),
    ] {
        told(&[(BUCKET, &of(condition), place, words)]);
    }
    for condition in [
        "hasCondition(s, 'aws:SourceIp')",
        "hasCondition(s, 'AWS:SOURCEIP')",
        "hasCondition(s, 'aws:RequestTag/Cost Center')",
        "hasCondition(s, 'token.actions.githubusercontent.com:sub')",
        "demandsValue(s, 'sts:ExternalId')",
        "s.Condition.exists(c, c.Operator == 'StringEquals')",
    ] {
        silent(&[(BUCKET, &of(condition))]);
    }
}

#[test]
fn an_action_is_asked_on_an_arn() {
    let of = |resource: &str| {
        format!(
            "!statements(resource.Policy).exists(s, allowsAction(s, 's3:GetObject', {resource}))"
        )
    };
    told(&[
        (
            BUCKET,
            &of("resource.BucketName"),
            "resource.BucketName",
            "(write `resource.Arn`, or of its objects `resource.Arn + \"/*\"`)",
        ),
        (BUCKET, &of("account"), "account", "is no ARN of a resource: it is an account id"),
    ]);
    for resource in
        ["resource.Arn", "resource.Arn + '/*'", "'arn:aws:s3:::' + resource.BucketName", "'*'"]
    {
        silent(&[(BUCKET, &of(resource))]);
    }
}

#[test]
fn a_single_address_holds_no_range() {
    let text = "cidrContains(resource.PrivateIpAddress, '10.0.0.0/8')";
    told(&[(
        INSTANCE,
        &format!("resource.PrivateIpAddress == null || {text}"),
        "resource.PrivateIpAddress",
        "is a single address, which holds no range but itself (write \
         `cidrContains(\"10.0.0.0/8\", resource.PrivateIpAddress)`)",
    )]);
    silent(&[
        (
            INSTANCE,
            "resource.PrivateIpAddress == null || cidrContains('10.0.0.0/8', resource.PrivateIpAddress)",
        ),
        (
            INSTANCE,
            "resource.PrivateIpAddress == null || !cidrContains(resource.PrivateIpAddress, '10.0.0.1')",
        ),
        (
            "AWS::EC2::Subnet",
            "resource.CidrBlock == null || cidrContains(resource.CidrBlock, '10.0.0.0/24')",
        ),
    ]);
}

#[test]
fn unique_ids_begin_as_their_type_has_it() {
    told(&[
        (ROLE, "!resource.RoleId.startsWith('AIDA')", "'AIDA'", "an id that begins with `AROA`"),
        (USER, "resource.UserId != 'AROAEXAMPLE'", "'AROAEXAMPLE'", "`AIDA`"),
    ]);
    silent(&[(ROLE, "resource.RoleId != 'AROAEXAMPLE' && resource.RoleId.startsWith('AROA')")]);
}
