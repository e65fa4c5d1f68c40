//! Properties of which an object has one alone: "A source or destination for the traffic" of a
//! rule (EC2 API, `SecurityGroupRule`), of a route (`Route`), of an entry (`NetworkAclEntry`), and who
//! is granted something (`LaunchPermission`, `CreateVolumePermission`; S3 API, `Grantee`).

use super::decided::{silent, told};
use super::fixed::{BUCKET, GROUP, warnings};

const IMAGE: &str = "AWS::EC2::Image";
const TABLE: &str = "AWS::EC2::RouteTable";

const EXCLUDED: &[(&str, &str, &str, &str)] = &[
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.CidrIp == '0.0.0.0/0' && r.CidrIpv6 == '::/0')",
        "r.CidrIpv6 == '::/0'",
        "never holds here: where there is `r.CidrIp`, `r.CidrIpv6` is null (write `||` where either is meant)",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.all(r, r.CidrIp != '0.0.0.0/0' || r.CidrIpv6 != '::/0')",
        "r.CidrIpv6 != '::/0'",
        "always holds here: where there is `r.CidrIp`, `r.CidrIpv6` is null (write `&&` where both are meant)",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.all(r, !(r.CidrIp == '0.0.0.0/0' && r.CidrIpv6 == '::/0'))",
        "r.CidrIpv6 == '::/0'",
        "never holds",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.exists(r, r.CidrIp != null && r['SourceSecurityGroupId'] != null)",
        "r['SourceSecurityGroupId'] != null",
        "never holds",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.all(r, has(r.CidrIp) && has(r.CidrIpv6))",
        "has(r.CidrIpv6)",
        "never holds",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.filter(r, r.CidrIp != null).all(r, r.CidrIpv6 != null && r.FromPort == 22)",
        "r.CidrIpv6 != null",
        "never holds",
    ),
    (
        GROUP,
        "resource.SecurityGroupEgress.exists(r, r.CidrIp in ['0.0.0.0/0'] && r.DestinationSecurityGroupId in ['sg-0a1b2c3d'])",
        "r.DestinationSecurityGroupId in ['sg-0a1b2c3d']",
        "never holds",
    ),
    (
        TABLE,
        "resource.Routes.exists(r, r.DestinationCidrBlock != null && r.DestinationIpv6CidrBlock != null)",
        "r.DestinationIpv6CidrBlock != null",
        "never holds",
    ),
    (
        TABLE,
        "resource.Routes.exists(r, r.GatewayId != null && r.NatGatewayId != null)",
        "r.NatGatewayId != null",
        "never holds",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.filter(r, r.CidrIp != null).exists(r, r.CidrIpv6 == '::/0')",
        "r.CidrIpv6 == '::/0'",
        "never holds",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.all(r, r.CidrIp != null ? r.CidrIpv6 != null : true)",
        "r.CidrIpv6 != null",
        "never holds",
    ),
    (
        IMAGE,
        "resource.LaunchPermissions.exists(p, p.UserId != null && p.Group == 'all')",
        "p.Group == 'all'",
        "never holds",
    ),
    (
        BUCKET,
        "resource.Acl.Grants.exists(g, g.Grantee.ID != null && g.Grantee.URI != null)",
        "g.Grantee.URI != null",
        "never holds",
    ),
];

#[test]
fn one_source_of_a_rule_excludes_another() {
    told(EXCLUDED);
}

#[test]
fn sources_of_several_rules_and_what_is_no_alternative_go_together() {
    silent(&[
        (
            GROUP,
            "!resource.SecurityGroupIngress.exists(r, r.CidrIp == '0.0.0.0/0' || r.CidrIpv6 == '::/0')",
        ),
        (
            GROUP,
            "resource.SecurityGroupIngress.all(r, r.CidrIp != '0.0.0.0/0' && r.CidrIpv6 != '::/0')",
        ),
        (
            GROUP,
            "resource.SecurityGroupIngress.exists(r, r.CidrIp != null) && resource.SecurityGroupIngress.exists(r, r.CidrIpv6 != null)",
        ),
        (
            GROUP,
            "resource.SecurityGroupIngress.all(r, resource.SecurityGroupIngress.exists(s, r.CidrIp != null && s.CidrIpv6 != null))",
        ),
        (
            GROUP,
            "resource.SecurityGroupIngress.all(r, r.CidrIp != null || r.CidrIpv6 != null || r.SourcePrefixListId != null)",
        ),
        (
            GROUP,
            "resource.SecurityGroupIngress.all(r, r.CidrIp != null && r.CidrIpv6 == null && r.SourceSecurityGroupId == null)",
        ),
        (
            GROUP,
            "resource.SecurityGroupIngress.filter(r, r.CidrIp != null).all(r, r.CidrIpv6 != '::/0')",
        ),
        (
            GROUP,
            "resource.SecurityGroupIngress.filter(r, r.CidrIp != null).all(r, resource.SecurityGroupEgress.exists(e, e.CidrIpv6 != null))",
        ),
        (
            GROUP,
            "resource.SecurityGroupIngress.all(r, r.CidrIp != null ? r.CidrIp != '0.0.0.0/0' : r.CidrIpv6 != '::/0')",
        ),
        (
            TABLE,
            "resource.Routes.all(r, r.DestinationCidrBlock == '0.0.0.0/0' && r.NatGatewayId != null)",
        ),
        (TABLE, "resource.Routes.exists(r, r.NetworkInterfaceId != null && r.InstanceId != null)"),
    ]);
}

/// A value is no condition: whoever shows one where there is another gets null, and may mean that.
#[test]
fn values_are_not_held_to_be_true() {
    silent(&[
        (
            GROUP,
            "size(resource.SecurityGroupIngress.filter(r, r.CidrIp != null).map(r, r.CidrIpv6)) < 9",
        ),
        (
            GROUP,
            "resource.SecurityGroupIngress.all(r, (r.CidrIp != null ? r.CidrIpv6 : '') != '::/0')",
        ),
    ]);
    let owner = "(tag('a') == null ? tag('a') : 'x') == 'x'";
    assert_eq!(warnings(GROUP, owner).len(), 1, "{:?}", warnings(GROUP, owner));
}

/// What is unknown of null shows nothing that is there: without a guard it is told as that.
#[test]
fn functions_show_nothing_that_is_there() {
    let texts = [
        "!resource.SecurityGroupIngress.exists(r, isWorldCidr(r.CidrIp) || isWorldCidr(r.CidrIpv6))",
        "resource.SecurityGroupIngress.all(r, !isWorldCidr(r.CidrIp) && !isWorldCidr(r.CidrIpv6))",
        "!resource.SecurityGroupIngress.exists(r, isWorldCidr(r.CidrIp) || r.CidrIpv6 != null && isWorldCidr(r.CidrIpv6))",
    ];
    for text in texts {
        let told = warnings(GROUP, text);
        assert!(told.iter().all(|one| one.contains("unguarded-null")), "{told:#?}");
        assert!(!told.is_empty(), "{text}");
    }
}
