//! Numbers beyond the range of what they are compared with, and what is right beside them.
//!
//! Ranges are those of the API references of IAM (`CreateRole`, `UpdateAccountPasswordPolicy`), EC2
//! (`IpPermission`, `CreateNetworkAclEntry`, `InstanceMetadataOptionsRequest`, `CreateVolume`) and KMS
//! (`EnableKeyRotation`), and of the language definition of CEL for the parts of instants.

use super::super::{Environment, Expression, ExpressionKind, Parameter, ParameterKind, ScalarKind};
use super::decided::{silent, told};
use super::fixed::{BUCKET, GROUP, INSTANCE, ROLE, VOLUME};
use crate::resource::{Value, schemas};

const ACL: &str = "AWS::EC2::NetworkAcl";
const FLOW_LOG: &str = "AWS::EC2::FlowLog";
const KEY: &str = "AWS::KMS::Key";
const PASSWORDS: &str = "AWS::IAM::AccountPasswordPolicy";
const SUMMARY: &str = "AWS::IAM::AccountSummary";
const VPC: &str = "AWS::EC2::VPC";

const NEVER: &[(&str, &str, &str, &str)] = &[
    (
        ROLE,
        "resource.MaxSessionDuration <= 12",
        "12",
        "`resource.MaxSessionDuration` is 3600 to 43200, so `resource.MaxSessionDuration <= 12` is never true (it counts seconds: 12 hours are 43200)",
    ),
    (ROLE, "12 >= resource.MaxSessionDuration", "12", "is never true"),
    (ROLE, "resource.MaxSessionDuration < 3600", "3600", "is never true"),
    (ROLE, "resource.MaxSessionDuration == 1", "1", "1 hour is 3600"),
    (ROLE, "resource.MaxSessionDuration != 12", "12", "12 is never `resource.MaxSessionDuration`"),
    (ROLE, "resource.MaxSessionDuration in [3600, 12]", "12", "12 hours are 43200"),
    (ROLE, "resource.MaxSessionDuration < 3599.5", "3599.5", "is never true"),
    (ROLE, "resource.MaxSessionDuration > 1e300", "1e300", "is never true"),
    (ROLE, "compare(resource.MaxSessionDuration, 'EQUALS', 12)", "12", "12 hours are 43200"),
    (
        PASSWORDS,
        "resource.MaxPasswordAge == 0",
        "0",
        "1 to 1095 (what is not set is null: ask for that)",
    ),
    (PASSWORDS, "resource.MinimumPasswordLength >= 256", "256", "6 to 128"),
    (SUMMARY, "resource.SummaryMap.AccountMFAEnabled == 2", "2", "0 to 1"),
    (INSTANCE, "resource.MetadataOptions.HttpPutResponseHopLimit == 0", "0", "1 to 64"),
    (VOLUME, "resource.Size <= 107374182400", "107374182400", "it counts GiB: write 100"),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.FromPort == 65536)",
        "65536",
        "-1 to 65535",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, [r.FromPort, r.ToPort].exists(p, p == 99999))",
        "99999",
        "99999 is never `p`, which is -1 to 65535",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, [22, 338900].exists(p, p == r.FromPort))",
        "338900",
        "is never `r.FromPort`",
    ),
    (GROUP, "!(70000 in resource.SecurityGroupIngress.map(r, r.FromPort))", "70000", "-1 to 65535"),
    (ACL, "!resource.Entries.exists(e, e.RuleNumber == 0)", "0", "1 to 32768"),
    (ACL, "!resource.Entries.exists(e, e.Protocol == 256)", "256", "-1 to 255"),
    (ROLE, "resource.CreateDate.getMonth() == 12", "12", "months count from 0: December is 11"),
    (ROLE, "resource.CreateDate.getDayOfWeek() in [1, 7]", "7", "Sunday, which is 0"),
    (ROLE, "resource.CreateDate.getDayOfMonth() == 31", "31", "the first is 0"),
    (ROLE, "resource.CreateDate.getDate() == 0", "0", "1 to 31"),
    (ROLE, "resource.CreateDate.getHours() == 24", "24", "0 to 23"),
    (VPC, "resource.CidrBlock.cidrPrefixLength() > 32", "32", "never above 32"),
    (VPC, "resource.CidrBlock.cidrPrefixLength() == 64", "64", "never above 32"),
];

const ALWAYS: &[(&str, &str, &str, &str)] = &[
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.IpProtocol == 'tcp' && r.FromPort <= 22 && r.ToPort < 70000)",
        "70000",
        "`r.ToPort` is -1 to 65535, so `r.ToPort < 70000` is always true where it is not null",
    ),
    (KEY, "!resource.EnableKeyRotation || resource.RotationPeriodInDays <= 3650", "3650", "always"),
    (ROLE, "resource.MaxSessionDuration <= 43200", "43200", "ask for less than the whole range"),
    (ROLE, "resource.MaxSessionDuration > 0", "0", "always true"),
    (ROLE, "resource.Path == '/' || resource.CreateDate.getMonth() <= 12", "12", "December is 11"),
];

const RIGHT: &[(&str, &str)] = &[
    (ROLE, "resource.MaxSessionDuration <= 3600"),
    (ROLE, "resource.MaxSessionDuration in [3600, 43200]"),
    (ROLE, "resource.MaxSessionDuration / 3600 <= 12"),
    (ROLE, "-resource.MaxSessionDuration <= -3600 && resource.MaxSessionDuration != 43200"),
    (ROLE, "[resource.MaxSessionDuration, 12].exists(d, d == 12)"),
    (ROLE, "[resource.MaxSessionDuration, resource.MaxSessionDuration].sum() > 50000"),
    (ROLE, "(resource.Path == '/' ? 1 : resource.MaxSessionDuration) == 1"),
    (PASSWORDS, "resource.MinimumPasswordLength >= 14 && resource.PasswordReusePrevention == 24"),
    (
        PASSWORDS,
        "resource.MaxPasswordAge != null && resource.MaxPasswordAge > 0 && resource.MaxPasswordAge <= 90",
    ),
    (PASSWORDS, "resource.PasswordReusePrevention != 0"),
    (SUMMARY, "resource.SummaryMap.AccountMFAEnabled == 1"),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.IpProtocol == 'tcp' && r.FromPort >= 0 && r.ToPort <= 65535)",
    ),
    (GROUP, "!resource.SecurityGroupIngress.exists(r, r.FromPort == 0 && r.ToPort == 65535)"),
    (GROUP, "!resource.SecurityGroupIngress.exists(r, r.FromPort == -1)"),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, [22, 3389].exists(p, r.IpProtocol == 'tcp' && r.FromPort <= p && p <= r.ToPort))",
    ),
    (ACL, "!resource.Entries.exists(e, e.RuleNumber < 32767 && e.Protocol == -1)"),
    (ROLE, "resource.CreateDate.getHours() >= 0 && resource.CreateDate.getHours() < 6"),
    (ROLE, "age(resource.CreateDate).getHours() < 48 && age(resource.CreateDate).getHours() > -1"),
    (ROLE, "resource.CreateDate.getMonth() in [0, 11] && resource.CreateDate.getDate() <= 31"),
    (VPC, "resource.CidrBlock.cidrPrefixLength() <= 32 && resource.CidrBlock != '10.0.0.0/8'"),
    (
        GROUP,
        "resource.SecurityGroupIngress.all(r, [r.CidrIp, r.CidrIpv6].all(x, x == null || x.cidrPrefixLength() != 64))",
    ),
    (BUCKET, "size(resource.BucketName) < 64"),
];

/// Units are those of the API references: `MaxSessionDuration` and `MaxAggregationInterval` in seconds,
/// `MaxPasswordAge` in days, `Size` of a volume in GiB.
const SPANS: &[(&str, &str, &str, &str)] = &[
    (
        ROLE,
        "resource.MaxSessionDuration <= duration('4h')",
        "resource.MaxSessionDuration <= duration('4h')",
        "(it counts seconds: write 14400)",
    ),
    (
        ROLE,
        "duration('4h') >= resource.MaxSessionDuration",
        "duration('4h') >= resource.MaxSessionDuration",
        "(it counts seconds: write 14400)",
    ),
    (
        ROLE,
        "age(resource.CreateDate) < resource.MaxSessionDuration",
        "age(resource.CreateDate) < resource.MaxSessionDuration",
        "(it counts seconds: write `duration(string(resource.MaxSessionDuration) + \"s\")`)",
    ),
    (
        ROLE,
        "now - resource.MaxSessionDuration > resource.CreateDate",
        "now - resource.MaxSessionDuration",
        "(it counts seconds: write `duration(string(resource.MaxSessionDuration) + \"s\")`)",
    ),
    (
        FLOW_LOG,
        "resource.MaxAggregationInterval <= duration('1m')",
        "resource.MaxAggregationInterval <= duration('1m')",
        "(it counts seconds: write 60)",
    ),
    (
        PASSWORDS,
        "resource.MaxPasswordAge <= duration('90d')",
        "resource.MaxPasswordAge <= duration('90d')",
        "(it counts days: write 90)",
    ),
    (
        PASSWORDS,
        "resource.MaxPasswordAge <= duration('36h')",
        "resource.MaxPasswordAge <= duration('36h')",
        "(it counts days: write a number of them)",
    ),
    (
        VOLUME,
        "resource.Size <= duration('4h')",
        "resource.Size <= duration('4h')",
        "(it counts GiB, and no time: write a number)",
    ),
    (
        VOLUME,
        "age(resource.CreateTime) < size(resource.Tags)",
        "age(resource.CreateTime) < size(resource.Tags)",
        "(where it counts days, write `duration(string(size(resource.Tags)) + \"d\")`)",
    ),
    (
        ROLE,
        "resource.CreateDate.getMonth() < duration('90d')",
        "resource.CreateDate.getMonth() < duration('90d')",
        "(where it counts days, write",
    ),
];

#[test]
fn a_number_beside_a_span_of_time_counts_what_its_schema_says() {
    told(SPANS);
    silent(&[
        (ROLE, "resource.MaxSessionDuration <= 14400"),
        (ROLE, "duration(string(resource.MaxSessionDuration) + \"s\") < age(resource.CreateDate)"),
        (FLOW_LOG, "resource.MaxAggregationInterval <= 60"),
        (PASSWORDS, "resource.MaxPasswordAge != null && resource.MaxPasswordAge <= 90"),
    ]);
}

#[test]
fn a_number_that_a_range_excludes_is_told() {
    told(NEVER);
    told(ALWAYS);
}

#[test]
fn a_number_that_may_be_is_not_told() {
    silent(RIGHT);
}

#[test]
fn a_parameter_may_say_that_there_is_no_limit() {
    for (value, text, count) in [
        (70_000, "resource.MaxSessionDuration <= params.x", 0),
        (43_200, "resource.MaxSessionDuration <= params.x", 0),
        (0, "!(resource.MaxSessionDuration < params.x)", 0),
        (12, "resource.MaxSessionDuration == params.x", 1),
    ] {
        let kind = ParameterKind::Scalar(ScalarKind::Integer);
        let parameter = Parameter { name: "x".into(), kind, value: Some(Value::Int(value)) };
        let environment = Environment::of(&schemas()[ROLE]).with_parameters([parameter].into());
        let compiled = Expression::compile(text, environment, ExpressionKind::Assert);
        let compiled = compiled.expect("an expression");
        assert_eq!(compiled.warnings().len(), count, "{text}: {:#?}", compiled.warnings());
    }
}
