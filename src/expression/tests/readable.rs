//! Texts that functions can never read, by the forms of the schemas.

use super::decided::{silent, told};
use super::fixed::{BUCKET, GROUP, INSTANCE, ROLE, USER, VOLUME};

#[test]
fn what_has_another_form_is_not_read() {
    told(&[
        (
            GROUP,
            "arn(resource.GroupId).account == '123456789012'",
            "resource.GroupId",
            "`resource.GroupId` is never an ARN: it is an id that begins with `sg-` (give it a text that is one",
        ),
        (ROLE, "arn(resource.RoleName).resourceId == 'x'", "resource.RoleName", "is never an ARN"),
        (
            INSTANCE,
            "arn(resource.InstanceId).region == region",
            "resource.InstanceId",
            "is never an ARN",
        ),
        (
            GROUP,
            "cidrContains('10.0.0.0/8', resource.GroupId)",
            "resource.GroupId",
            "is never a range of addresses",
        ),
        (
            GROUP,
            "!resource.GroupId.isWorldCidr()",
            "resource.GroupId",
            "is never a range of addresses",
        ),
        (
            ROLE,
            "duration(resource.Path) > duration('1h')",
            "resource.Path",
            "is never a span of time",
        ),
        (
            INSTANCE,
            "timestamp(resource.InstanceType) < now",
            "resource.InstanceType",
            "is never an instant",
        ),
        (INSTANCE, "int(resource.InstanceType) > 3", "resource.InstanceType", "is never a number"),
        (
            INSTANCE,
            "resource.SecurityGroupIds.exists(g, double(g) > 3.0)",
            "g",
            "is never a number",
        ),
    ]);
}

#[test]
fn what_may_be_read_is() {
    silent(&[
        (ROLE, "arn(resource.Arn).account == '123456789012'"),
        (USER, "int(resource.UserName) > 3"),
        (GROUP, "int(resource.OwnerId) > 3"),
        (GROUP, "isWorldCidr(resource.GroupName)"),
        (GROUP, "resource.SecurityGroupIngress.all(r, r.CidrIp == null || !isWorldCidr(r.CidrIp))"),
        (GROUP, "resource.SecurityGroupIngress.all(r, int(r.IpProtocol) > 3)"),
        (VOLUME, "tag('days') == null || age(resource.CreateTime) < duration(tag('days'))"),
        (BUCKET, "duration(resource.BucketName) > duration('1h')"),
        (INSTANCE, "int(resource.InstanceType.split('.')[1]) > 3"),
        (INSTANCE, "int(resource.LaunchTime) > 3"),
        (
            ROLE,
            "statements(resource.AssumeRolePolicyDocument).all(s, s.Principal == null || s.Principal.AWS == null || s.Principal.AWS.all(a, arn(a).account == account))",
        ),
    ]);
}
