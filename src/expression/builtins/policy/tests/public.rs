//! The meaning of public, case by case.

use serde_json::{Value as Json, json};

use super::{allow, ask, both, table};

fn when(operator: &str, key: &str, values: &Json) -> Json {
    allow(json!({ "Condition": { operator: { key: values } } }))
}

#[test]
fn principals() {
    table(
        "isPublic",
        "",
        &[
            ("everybody", allow(json!({})), "true"),
            (
                "`{\"AWS\": \"*\"}` is the same",
                allow(json!({ "Principal": { "AWS": "*" } })),
                "true",
            ),
            (
                "among others",
                allow(json!({ "Principal": { "AWS": ["123456789012", "*"] } })),
                "true",
            ),
            (
                "a fixed principal",
                allow(json!({ "Principal": { "AWS": "123456789012" } })),
                "false",
            ),
            (
                "a service",
                allow(json!({ "Principal": { "Service": "logs.amazonaws.com" } })),
                "false",
            ),
            ("an identity policy has no principal", allow(json!({ "Principal": null })), "false"),
            (
                "`NotPrincipal` with `Allow` is everybody else, anonymous as well",
                allow(json!({
                    "Principal": null, "NotPrincipal": { "AWS": "123456789012" },
                })),
                "true",
            ),
            ("a denial grants nothing", allow(json!({ "Effect": "Deny" })), "false"),
            (
                "one statement is enough",
                both(&allow(json!({ "Principal": { "AWS": "123456789012" } })), &allow(json!({}))),
                "true",
            ),
            (
                "a denial beside it takes nothing back",
                both(
                    &allow(json!({})),
                    &allow(json!({ "Effect": "Deny", "Resource": "*", "Action": "*" })),
                ),
                "true",
            ),
        ],
    );
}

/// A fixed value of any of the keys that S3 names is enough, whatever the case of the key (S3 User
/// Guide, "The meaning of 'public'", November 2026).
#[test]
fn fixed_values_restrict() {
    for (operator, key, value) in [
        ("StringEquals", "aws:SourceVpc", "vpc-91237329"),
        ("StringEquals", "AWS:sourcevpce", "vpce-1a2b3c4d"),
        ("StringLike", "aws:SourceVpc", "vpc-91237329"),
        ("StringEqualsIgnoreCase", "aws:PrincipalOrgID", "o-example"),
        ("StringEquals", "aws:PrincipalAccount", "123456789012"),
        ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/web"),
        ("ArnLike", "aws:SourceArn", "arn:aws:sns:eu-west-1:123456789012:topic"),
        ("StringEquals", "aws:SourceAccount", "123456789012"),
        ("StringEquals", "aws:SourceOwner", "123456789012"),
        ("StringEquals", "aws:userid", "AIDAEXAMPLE"),
        ("StringEquals", "s3:DataAccessPointAccount", "123456789012"),
        ("StringLike", "s3:DataAccessPointArn", "arn:aws:s3:us-west-2:123456789012:accesspoint/*"),
        (
            "ForAnyValue:StringEquals",
            "aws:PrincipalOrgPaths",
            "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/",
        ),
        ("ForAnyValue:StringLike", "aws:principalorgpaths", "o-a1b2c3d4e5/r-ab12/"),
        ("StringEquals", "aws:PrincipalServiceName", "cloudtrail.amazonaws.com"),
        ("ForAnyValue:StringEquals", "aws:PrincipalOrgID", "o-example"),
        ("foranyvalue:IpAddress", "aws:SourceIp", "203.0.113.0/24"),
        ("IpAddress", "aws:SourceIp", "203.0.113.0/24"),
        ("IpAddress", "aws:SourceIp", "203.0.113.7"),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
        ("IpAddress", "aws:SourceIp", "172.16.0.0/12"),
        ("IpAddress", "aws:SourceIp", "192.168.0.0/16"),
        ("IpAddress", "aws:SourceIp", "52.0.0.0/8"),
        ("IpAddress", "aws:SourceIp", "2001:db8::/32"),
    ] {
        let document = when(operator, key, &json!(value));
        assert_eq!(ask("isPublic", &document, ""), "false", "{document}");
    }
}

/// Values with a wildcard or a policy variable are not fixed, and ranges broader than 8 bits of
/// IPv4 or 32 of IPv6 are public; one that is broader than a private range is none (S3 User Guide,
/// "The meaning of 'public'").
#[test]
fn wildcards_and_broad_ranges_do_not_restrict() {
    for (operator, key, value) in [
        ("StringLike", "aws:SourceVpc", json!("vpc-*")),
        ("StringEquals", "aws:SourceVpc", json!("*")),
        ("StringLike", "aws:PrincipalOrgID", json!("o-?")),
        ("StringEquals", "aws:userid", json!("${aws:userid}")),
        ("StringLike", "aws:userid", json!("AROAEXAMPLE:*")),
        ("StringEquals", "aws:SourceVpc", json!(["vpc-1", "*"])),
        ("StringEquals", "aws:SourceVpc", json!([])),
        ("StringEquals", "aws:SourceVpc", json!("")),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgID", json!("o-*")),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", json!("o-a1b2c3d4e5/*")),
        ("ForAnyValue:StringEquals", "aws:PrincipalOrgPaths", json!(["o-a1b2c3d4e5/r-1/", "*"])),
        ("StringLike", "aws:PrincipalServiceName", json!("*.amazonaws.com")),
        ("StringLike", "s3:DataAccessPointArn", json!("arn:aws:s3:us-west-2:*:accesspoint/x")),
        ("IpAddress", "aws:SourceIp", json!("0.0.0.0/0")),
        ("IpAddress", "aws:SourceIp", json!("0.0.0.0/1")),
        ("IpAddress", "aws:SourceIp", json!("16.0.0.0/7")),
        ("IpAddress", "aws:SourceIp", json!("10.0.0.0/7")),
        ("IpAddress", "aws:SourceIp", json!("::/0")),
        ("IpAddress", "aws:SourceIp", json!("2000::/31")),
        ("IpAddress", "aws:SourceIp", json!(["203.0.113.0/24", "0.0.0.0/0"])),
        ("IpAddress", "aws:SourceIp", json!("anywhere")),
    ] {
        let document = when(operator, key, &value);
        assert_eq!(ask("isPublic", &document, ""), "true", "{document}");
    }
}

/// What is true where the key is missing, or true for all but some, names nobody.
#[test]
fn other_operators_and_keys_do_not_restrict() {
    for (operator, key, value) in [
        ("StringNotEquals", "aws:SourceVpc", "vpc-91237329"),
        ("StringNotLike", "aws:PrincipalOrgID", "o-example"),
        ("ArnNotEquals", "aws:SourceArn", "arn:aws:sns:eu-west-1:123456789012:topic"),
        ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"),
        ("StringEqualsIfExists", "aws:SourceVpc", "vpc-91237329"),
        ("IpAddressIfExists", "aws:SourceIp", "203.0.113.0/24"),
        ("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-example"),
        ("ForAnyValue:StringNotEquals", "aws:PrincipalOrgID", "o-example"),
        ("ForAnyValue:StringEqualsIfExists", "aws:PrincipalOrgID", "o-example"),
        ("ForAllValues:StringEquals", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/"),
        ("StringEqualsIfExists", "aws:PrincipalServiceName", "cloudtrail.amazonaws.com"),
        ("StringNotEquals", "aws:PrincipalServiceName", "cloudtrail.amazonaws.com"),
        ("StringEquals", "s3:x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:x"),
        ("Null", "aws:SourceVpc", "false"),
        ("StringEquals", "aws:SourceIp", "203.0.113.7"),
        ("StringEquals", "aws:Referer", "https://example.com"),
        ("StringEquals", "aws:UserAgent", "secret"),
        ("Bool", "aws:SecureTransport", "true"),
        ("StringEquals", "s3:prefix", "public"),
    ] {
        let document = when(operator, key, &json!(value));
        assert_eq!(ask("isPublic", &document, ""), "true", "{document}");
    }
}

/// Keys that hold a request to somebody's and that the page does not name: a policy is public until
/// it is seen not to be (S3 User Guide, "The meaning of 'public'", November 2026).
#[test]
fn keys_that_the_page_does_not_name_leave_it_public() {
    for (operator, key, value) in [
        ("ForAnyValue:StringEquals", "aws:SourceOrgPaths", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"),
        ("StringEquals", "aws:VpceAccount", "123456789012"),
        ("StringEquals", "aws:VpceOrgID", "o-a1b2c3d4e5"),
        ("ForAnyValue:StringEquals", "aws:VpceOrgPaths", "o-a1b2c3d4e5/r-ab12/"),
        ("IpAddress", "aws:VpcSourceIp", "10.0.0.0/16"),
        ("StringEquals", "aws:ResourceOrgID", "o-a1b2c3d4e5"),
    ] {
        let document = when(operator, key, &json!(value));
        assert_eq!(ask("isPublic", &document, ""), "true", "{document}");
    }
}

#[test]
fn one_condition_that_restricts_is_enough() {
    let document = allow(json!({ "Condition": {
        "Bool": { "aws:SecureTransport": "true" },
        "StringEquals": { "s3:prefix": "x", "aws:SourceVpce": "vpce-1" },
    } }));
    assert_eq!(ask("isPublic", &document, ""), "false");
    assert_eq!(ask("isPublic", &both(&document, &allow(json!({}))), ""), "true");
}

#[test]
fn the_normal_form_is_as_public_as_the_document() {
    let normal = |condition: Json| {
        json!([{
            "Effect": "Allow", "Principal": { "AWS": ["*"] }, "Action": ["s3:*"], "Condition": condition,
        }])
    };
    let vpc = json!([{ "Operator": "StringEquals", "Key": "aws:sourcevpc", "Values": ["vpc-1"] }]);
    assert_eq!(ask("isPublic", &normal(vpc), ""), "false");
    assert_eq!(ask("isPublic", &normal(json!([])), ""), "true");
}
