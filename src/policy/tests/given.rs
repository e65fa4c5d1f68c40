//! Resources of tests that no account has: neighbours that exclude each other, policies that IAM
//! refuses, regions in which there are none.

use super::documented::given;
use super::problems;

/// Resources of a type that a test makes up, as lines of YAML in braces, and what is told of them.
fn made_up(type_name: &str, resource: &str) -> String {
    problems(&format!(
        "apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: {{ name: tagged }}
spec:
  description: D.
  title: T
  severity: low
  select: {type_name}
  assert: tag('team') != null
---
apiVersion: cloudcorrect.dev/v1
kind: Test
metadata: {{ name: tagged }}
spec:
  uses: tagged
  given:
    {type_name}:
      - {resource}
  cases:
    - expect: {{ fail: ['*'] }}
"
    ))
}

/// EC2's API reference: `IpPermission` (ports of TCP, UDP and ICMP alone), `Volume` (`kmsKeyId`,
/// `throughput`), `Route` and `LaunchPermission`; `describe-security-group-rules` answers ports of
/// -1 where all protocols are meant.
#[test]
fn neighbours_that_the_cloud_never_gives_together_are_warned_of_in_tests() {
    let rules = [
        "{ IpProtocol: tcp, CidrIp: 10.0.0.0/8, CidrIpv6: \"fd00::/8\", SourcePrefixListId: pl-1 }",
        "{ IpProtocol: \"-1\", FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/8 }",
        "{ FromPort: 22, IpProtocol: \"50\" }",
    ];
    let mut told: Vec<String> =
        rules.iter().map(|one| format!("{one}\n{}\n", given(one))).collect();
    for (of, resource) in [
        (
            "AWS::EC2::Volume",
            "{ VolumeId: vol-1, Encrypted: false, KmsKeyId: \"arn:aws:kms:us-east-1:123456789012:key/a\" }",
        ),
        ("AWS::EC2::Volume", "{ VolumeId: vol-1, VolumeType: gp2, Throughput: 125 }"),
        (
            "AWS::EC2::RouteTable",
            "{ RouteTableId: rtb-1, Routes: [{ GatewayId: igw-1, NatGatewayId: nat-1 }] }",
        ),
    ] {
        told.push(format!("{resource}\n{}\n", made_up(of, resource)));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    { IpProtocol: tcp, CidrIp: 10.0.0.0/8, CidrIpv6: "fd00::/8", SourcePrefixListId: pl-1 }
    20:52-20:60: warning[undocumented-value] `CidrIpv6` is never there beside `CidrIp`: an object has one of them
        help: leave one of them out, or give an object for each
    20:74-20:92: warning[undocumented-value] `SourcePrefixListId` is never there beside `CidrIp`: an object has one of them
        help: leave one of them out, or give an object for each

    { IpProtocol: "-1", FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/8 }
    20:33-20:41: warning[undocumented-value] `FromPort` is there only where `IpProtocol` is `tcp`, `udp`, `icmp` or `icmpv6`, and it is `-1`
        help: leave `FromPort` out, or give another `IpProtocol`
    20:47-20:53: warning[undocumented-value] `ToPort` is there only where `IpProtocol` is `tcp`, `udp`, `icmp` or `icmpv6`, and it is `-1`
        help: leave `ToPort` out, or give another `IpProtocol`

    { FromPort: 22, IpProtocol: "50" }
    20:15-20:23: warning[undocumented-value] `FromPort` is there only where `IpProtocol` is `tcp`, `udp`, `icmp` or `icmpv6`, and it is `50`
        help: leave `FromPort` out, or give another `IpProtocol`

    { VolumeId: vol-1, Encrypted: false, KmsKeyId: "arn:aws:kms:us-east-1:123456789012:key/a" }
    18:46-18:54: warning[undocumented-value] `KmsKeyId` is there only where `Encrypted` is `true`, and it is `false`
        help: leave `KmsKeyId` out, or give another `Encrypted`

    { VolumeId: vol-1, VolumeType: gp2, Throughput: 125 }
    18:45-18:55: warning[undocumented-value] `Throughput` is there only where `VolumeType` is `gp3`, and it is `gp2`
        help: leave `Throughput` out, or give another `VolumeType`

    { RouteTableId: rtb-1, Routes: [{ GatewayId: igw-1, NatGatewayId: nat-1 }] }
    18:61-18:73: warning[undocumented-value] `NatGatewayId` is never there beside `GatewayId`: an object has one of them
        help: leave one of them out, or give an object for each
    "#);
}

#[test]
fn neighbours_that_may_stand_together_are_fine() {
    for right in [
        "{ IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/8, CidrIpv6: null }",
        "{ IpProtocol: \"6\", FromPort: 22, ToPort: 22 }",
        "{ IpProtocol: icmpv6, FromPort: -1, ToPort: -1 }",
        "{ IpProtocol: \"-1\", FromPort: -1, ToPort: -1 }",
        "{ IpProtocol: \"-1\", FromPort: null, CidrIp: 10.0.0.0/8 }",
        "{ IpProtocol: null, FromPort: 22, ToPort: 22 }",
        "{ FromPort: 22, ToPort: 22 }",
    ] {
        assert_eq!(given(right), "", "{right}");
    }
    // What the neighbour says is told alone.
    let wrong = given("{ IpProtocol: TCPP, FromPort: 22, ToPort: 22 }");
    assert_eq!(wrong.matches("warning[").count(), 1, "{wrong}");
    for (of, right) in [
        (
            "AWS::EC2::Volume",
            "{ VolumeId: vol-1, Encrypted: true, KmsKeyId: \"arn:aws:kms:us-east-1:123456789012:key/a\" }",
        ),
        ("AWS::EC2::Volume", "{ VolumeId: vol-1, Throughput: 125 }"),
        ("AWS::EC2::Volume", "{ VolumeId: vol-1, VolumeType: gp3, Throughput: 125 }"),
        (
            "AWS::EC2::RouteTable",
            "{ RouteTableId: rtb-1, Routes: [{ InstanceId: i-1, NetworkInterfaceId: eni-1 }, { GatewayId: igw-1, NatGatewayId: null }] }",
        ),
    ] {
        assert_eq!(made_up(of, right), "", "{right}");
    }
}

/// A bucket with a policy of this statement.
fn stated(statement: &str) -> String {
    let policy = format!("{{ BucketName: logs, Policy: {{ Statement: [{statement}] }} }}");
    made_up("AWS::S3::Bucket", &policy)
}

/// IAM User Guide, "Grammar of the IAM JSON policy language" and "IAM JSON policy elements": `Effect`
/// ("case sensitive"), `Principal`, `Action` (any case), `Condition operators`.
#[test]
fn policies_that_iam_refuses_are_warned_of_in_tests() {
    let told = [
        "{ Effect: allow, Principal: '*', Action: 's3:GetObject', Resource: '*' }",
        "{ Effect: Allow, Principal: '*', Actions: 's3:GetObject', Resource: '*' }",
        "{ Effect: Allow, Principal: { AWSS: '*' }, Action: 's3:GetObject', Resource: '*' }",
        "{ Effect: Deny, NotPrincipal: { Users: '*' }, Action: 's3:GetObject', Resource: '*' }",
        "{ Effect: Deny, Action: 's3:*', Condition: { StringEqual: { 'aws:SourceVpc': vpc-1 }, \
         Equals: { 'aws:SourceVpc': vpc-1 } } }",
        "{ Effect: Allow, Action: ['iam:PasRole', 's3:Get*', 's3:ListObjects'] }",
    ];
    let told = told.map(|one| format!("{one}\n{}\n", stated(one)));
    insta::assert_snapshot!(told.join("\n"), @"
    { Effect: allow, Principal: '*', Action: 's3:GetObject', Resource: '*' }
    18:61-18:66: warning[undocumented-value] no value `allow` is documented for `Effect`
        help: did you mean `Allow`?

    { Effect: Allow, Principal: '*', Actions: 's3:GetObject', Resource: '*' }
    18:84-18:91: warning[undocumented-value] a statement has no `Actions`
        help: did you mean `Action`?

    { Effect: Allow, Principal: { AWSS: '*' }, Action: 's3:GetObject', Resource: '*' }
    18:81-18:85: warning[undocumented-value] there is no kind of principals `AWSS`
        help: did you mean `AWS`?

    { Effect: Deny, NotPrincipal: { Users: '*' }, Action: 's3:GetObject', Resource: '*' }
    18:83-18:88: warning[undocumented-value] there is no kind of principals `Users`
        help: there are `AWS`, `CanonicalUser`, `Federated`, `Service`

    { Effect: Deny, Action: 's3:*', Condition: { StringEqual: { 'aws:SourceVpc': vpc-1 }, Equals: { 'aws:SourceVpc': vpc-1 } } }
    18:96-18:107: warning[undocumented-value] there is no operator of conditions `StringEqual`
        help: did you mean `StringEquals`?
    18:137-18:143: warning[undocumented-value] there is no operator of conditions `Equals`
        help: write an operator, such as `StringEquals`

    { Effect: Allow, Action: ['iam:PasRole', 's3:Get*', 's3:ListObjects'] }
    18:77-18:90: warning[undocumented-value] AWS documents no action `iam:PasRole` (as of 2026-09-26)
        help: did you mean `iam:PassRole`?
    18:103-18:119: warning[undocumented-value] AWS documents no action `s3:ListObjects` (as of 2026-09-26)
        help: the operation of that name asks for `s3:ListBucket`
    ");
    for right in [
        "{ Sid: a, Effect: Allow, Principal: '*', Action: 'S3:getobject', Resource: '*' }",
        "{ Effect: Deny, NotPrincipal: { AWS: '*' }, NotAction: 's3:*', NotResource: '*' }",
        "{ Effect: Allow, Principal: { Federated: a, Service: s3.amazonaws.com }, Action: '*' }",
        "{ Effect: Allow, Principal: { CanonicalUser: a, AWS: ['*'] }, Action: ['s3:*', '*:*'] }",
        "{ Effect: Deny, Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': false } } }",
        "{ Effect: Deny, Action: 's3:*', Condition: { 'ForAllValues:StringLikeIfExists': {} } }",
        // What `NotAction` names need not exist.
        "{ Effect: Allow, NotAction: 'acme:nothing', Resource: '*' }",
        // It is not documented whether the case of elements counts.
        "{ effect: Allow, principal: { aws: '*' }, action: 's3:*' }",
        "{ Effect: null, Principal: null, Condition: null, Action: 's3:*' }",
        "null",
    ] {
        assert_eq!(stated(right), "", "{right}");
    }
    let single = "{ RoleName: ci, AssumeRolePolicyDocument: { Statement: { Effect: Allow, Action: 'iam:PasRole' } } }";
    let found = made_up("AWS::IAM::Role", single);
    assert!(found.starts_with("18:89-18:102: warning[undocumented-value]"), "{found}");
    let inline = "{ UserName: ada, Policies: [{ PolicyName: a, PolicyDocument: { Statement: { Effect: Alow } } }] }";
    let found = made_up("AWS::IAM::User", inline);
    assert!(found.contains("did you mean `Allow`?"), "{found}");
    assert_eq!(made_up("AWS::S3::Bucket", "{ BucketName: logs, Policy: { Id: none } }"), "");
    assert_eq!(made_up("AWS::S3::Bucket", "{ BucketName: logs, Policy: none }"), "");
}

#[test]
fn a_region_in_which_no_resource_of_a_type_is_is_warned_of_in_tests() {
    let instance = |region: &str| {
        made_up("AWS::EC2::Instance", &format!("{{ InstanceId: i-1, $region: {region} }}"))
    };
    let role =
        |region: &str| made_up("AWS::IAM::Role", &format!("{{ RoleName: ci, $region: {region} }}"));
    insta::assert_snapshot!(instance("global"), @"
    18:37-18:43: warning[undocumented-value] no resource of `AWS::EC2::Instance` is in `global`
        help: name the region of the resource, or leave `$region` out
    ");
    insta::assert_snapshot!(role("us-east-1"), @"
    18:34-18:43: warning[undocumented-value] no resource of `AWS::IAM::Role` is in `us-east-1`
        help: write `global`, or leave `$region` out
    ");
    assert_eq!(instance("eu-west-1"), "");
    assert_eq!(role("global"), "");
    let bucket = "{ BucketName: logs, $region: eu-west-1 }";
    assert_eq!(made_up("AWS::S3::Bucket", bucket), "");
    let unknown = role("us-east-9");
    assert_eq!(unknown.matches("warning[").count(), 1, "{unknown}");
}
