//! Texts of one kind where those of another are: zones and regions, protocols, types of instances,
//! ids and names of different types, parts of ARNs; and what is right beside them.
//!
//! The kinds are those of AWS's documents, which `Form` names, and of `IpPermission` of the EC2 API
//! Reference for protocols.

use super::super::{Binding, Environment, Expression, ExpressionKind};
use super::decided::{silent, told};
use super::fixed::{BUCKET, GROUP, INSTANCE, ROLE, VOLUME};
use crate::resource::schemas;

const KEY: &str = "AWS::KMS::Key";
const PROVIDER: &str = "AWS::IAM::OIDCProvider";
const ROUTES: &str = "AWS::EC2::RouteTable";
const SUBNET: &str = "AWS::EC2::Subnet";

const OTHER: &[(&str, &str, &str, &str)] = &[
    (SUBNET, "resource.AvailabilityZone == 'us-east-1'", "'us-east-1'", "a zone, such as"),
    (SUBNET, "resource.AvailabilityZone in ['us-east-1a', 'use1-az2']", "'use1-az2'", "a zone"),
    (SUBNET, "resource.AvailabilityZone == 'US-EAST-1A'", "'US-EAST-1A'", "write \"us-east-1a\""),
    (SUBNET, "resource.AvailabilityZone == region", "resource.AvailabilityZone == region", "never"),
    (SUBNET, "resource.AvailabilityZoneId == 'us-east-1a'", "'us-east-1a'", "the id of a zone"),
    (
        SUBNET,
        "resource.AvailabilityZoneId != null && resource.AvailabilityZoneId.startsWith('us-east-1')",
        "'us-east-1'",
        "never begins with",
    ),
    (INSTANCE, "resource.InstanceType == 't3'", "'t3'", "ask `startsWith` for a family"),
    (INSTANCE, "resource.InstanceType == 'T3.micro'", "'T3.micro'", "write \"t3.micro\""),
    (INSTANCE, "resource.InstanceType.startsWith('T3.')", "'T3.'", "write \"t3.\""),
    (INSTANCE, "resource.InstanceType in ['t3.micro', 'm5.*']", "'m5.*'", "`resource.InstanceType"),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.IpProtocol == '6')",
        "'6'",
        "write \"tcp\"",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.IpProtocol in ['-1', 'all'])",
        "'all'",
        "write \"-1\"",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.IpProtocol == 'TCP')",
        "'TCP'",
        "write \"tcp\"",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.IpProtocol == 'https')",
        "'https'",
        "write `tcp`, `udp`",
    ),
    (GROUP, "resource.GroupName != 'sg-0123456789abcdef0'", "'sg-0123456789abcdef0'", "`GroupId`"),
    (
        PROVIDER,
        "resource.Url == 'https://token.actions.githubusercontent.com'",
        "'https://token.actions.githubusercontent.com'",
        "write \"token.actions.githubusercontent.com\"",
    ),
    (PROVIDER, "resource.Url.startsWith('https://')", "'https://'", "never begins with"),
    (KEY, "'logs' in resource.Aliases", "'logs'", "write \"alias/logs\""),
    (KEY, "resource.Aliases.exists(a, a.startsWith('aws/'))", "'aws/'", "write \"alias/aws/\""),
    (
        ROUTES,
        "!resource.Routes.exists(r, r.GatewayId == 'igw-*')",
        "'igw-*'",
        "write `r.GatewayId.glob(\"igw-*\")`",
    ),
    (ROLE, "region.startsWith('eu-')", "'eu-'", "no value of `region` is documented"),
    (VOLUME, "region.endsWith('-west-9')", "'-west-9'", "no value of `region` is documented"),
    (VOLUME, "resource.VolumeType.startsWith('GP')", "'GP'", "no value of `resource.VolumeType`"),
    (
        BUCKET,
        "resource.Arn.startsWith('arn:aws:s3:us-east-1:')",
        "'arn:aws:s3:us-east-1:'",
        "it looks like `arn:aws:s3:::...`",
    ),
    (BUCKET, "resource.Arn.contains(':123456789012:')", "':123456789012:'", "never contains"),
    (ROLE, "resource.Arn.contains(':user/')", "':user/'", "arn:aws:iam::123456789012:role/..."),
    (
        ROLE,
        "resource.Arn.glob('arn:aws:iam::*:user/*')",
        "'arn:aws:iam::*:user/*'",
        "never contains \":user/\"",
    ),
    (
        ROLE,
        "resource.Arn.startsWith('arn:aws:iam:us-east-1:')",
        "'arn:aws:iam:us-east-1:'",
        "never begins with",
    ),
    (ROLE, "resource.Arn.startsWith('arn:aws:sts::')", "'arn:aws:sts::'", "never begins with"),
    (ROLE, "resource.Arn.endsWith(':root')", "':root'", "never ends with"),
    (
        INSTANCE,
        "arn(resource.Arn).resourceType == 'Instance'",
        "'Instance'",
        "did you mean `instance`?",
    ),
    (INSTANCE, "arn(resource.Arn).service == 'rds'", "'rds'", "no value \"rds\" is documented"),
    (ROLE, "arn(resource.Arn).resourceType == 'user'", "'user'", "no value \"user\""),
    (
        INSTANCE,
        "resource.NetworkInterfaces.all(n, n.Ipv6Addresses.all(a, !cidrContains('10.0.0.0/8', a)))",
        "a",
        "no address in common",
    ),
];

const OWN: &[(&str, &str)] = &[
    (SUBNET, "resource.AvailabilityZone in ['us-east-1a', 'us-east-1-bos-1a', 'us-gov-west-1b']"),
    (SUBNET, "resource.AvailabilityZone != 'us-east-1-wl1-bos-wlz-1'"),
    (SUBNET, "resource.AvailabilityZone.startsWith('us-east-1') && region == 'us-east-1'"),
    (
        SUBNET,
        "resource.AvailabilityZone.startsWith(region) && resource.AvailabilityZone.endsWith('a')",
    ),
    (SUBNET, "resource.AvailabilityZoneId in ['use1-az1', 'use1-bos1-az1', 'use1-wl1-bos-wlz1']"),
    (INSTANCE, "resource.InstanceType in ['t3.micro', 'u-6tb1.112xlarge', 'mac2-m2.metal']"),
    (
        INSTANCE,
        "resource.InstanceType.startsWith('t3.') || resource.InstanceType.matches('^m[567]')",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.IpProtocol in ['-1', 'tcp', '6', 'udp', 'icmpv6', '50'])",
    ),
    (GROUP, "resource.GroupName != 'default' && resource.GroupName != 'web/*: all'"),
    (PROVIDER, "resource.Url == 'token.actions.githubusercontent.com'"),
    (PROVIDER, "resource.Url.startsWith('oidc.eks.') && resource.Url.contains('/id/')"),
    (KEY, "'alias/aws/ebs' in resource.Aliases || resource.Aliases.exists(a, a.endsWith('/logs'))"),
    (ROUTES, "!resource.Routes.exists(r, r.GatewayId != null && r.GatewayId.startsWith('igw-'))"),
    (ROUTES, "resource.Routes.exists(r, r.GatewayId == 'local')"),
    (ROLE, "region == 'global'"),
    (VOLUME, "region.startsWith('eu-') && resource.VolumeType.startsWith('gp')"),
    (VOLUME, "resource.VolumeType.lowerAscii().startsWith('gp')"),
    (BUCKET, "resource.Arn.startsWith('arn:aws:s3:::logs-') && resource.Arn.contains(':::')"),
    (BUCKET, "resource.Arn == 'arn:aws-iso-b:s3:::logs' || resource.Arn.endsWith(':s3:::logs')"),
    (ROLE, "resource.Arn.contains(':role/aws-service-role/') || resource.Arn.contains('user/')"),
    (
        ROLE,
        "resource.Arn.glob('arn:aws*:iam::*:role/*') && resource.Arn.startsWith('arn:aws-cn:iam::')",
    ),
    (
        INSTANCE,
        "arn(resource.Arn).resourceType == 'instance' && arn(resource.Arn).service == 'ec2'",
    ),
    (INSTANCE, "arn(resource.Arn).partition == 'aws' && arn(resource.Arn).region == region"),
];

#[test]
fn a_text_of_another_kind_is_told() {
    told(OTHER);
}

#[test]
fn a_text_of_its_kind_is_not_told() {
    silent(OWN);
}

/// What is told of an assertion of instances that other resources stand beside, by names of `let`.
fn beside(text: &str) -> Vec<String> {
    let binding = |name: &str, type_name: &str| Binding {
        name: name.into(),
        schema: &schemas()[type_name],
        is_list: true,
    };
    let bindings = [
        binding("groups", GROUP),
        binding("keys", KEY),
        binding("profiles", "AWS::IAM::InstanceProfile"),
        binding("volumes", VOLUME),
    ];
    let environment = Environment::of(&schemas()[INSTANCE]).with_bindings(bindings.into());
    let compiled = Expression::compile(text, environment, ExpressionKind::Assert);
    let compiled = compiled.unwrap_or_else(|problems| panic!("{text}: {problems:#?}"));
    compiled.warnings().iter().map(|one| one.message.clone()).collect()
}

#[test]
fn names_and_ids_of_two_types_are_never_the_same() {
    for (text, words) in [
        ("groups.exists(g, g.GroupId == resource.VpcId)", "`sg-`, and the other is an id"),
        (
            "groups.all(g, !(g.GroupName in resource.SecurityGroupIds))",
            "`g.GroupName` is never in `resource.SecurityGroupIds`",
        ),
        ("groups.exists(g, g.VpcId in resource.SecurityGroupIds)", "each of those is an id"),
        (
            "keys.exists(k, volumes.exists(v, k.KeyId == v.KmsKeyId))",
            "a name without wildcards, `/` and `:`, and the other is the ARN of a key",
        ),
        ("volumes.all(v, v.KmsKeyId in keys.map(k, k.KeyId))", "never in"),
        ("volumes.all(v, v.KmsKeyId in keys[0].Aliases)", "never in"),
        ("profiles.exists(p, p.Arn == resource.IamInstanceProfile)", "is never"),
        ("profiles.exists(p, p.InstanceProfileName == resource.IamInstanceProfileArn)", "is never"),
        ("profiles.exists(p, p.Arn == resource.Arn)", "an ARN of `ec2:instance`"),
        ("volumes.exists(v, v.AvailabilityZoneId == resource.AvailabilityZone)", "is never"),
    ] {
        let found = beside(text);
        assert!(found.len() == 1 && found[0].contains(words), "{text}: {found:#?}");
    }
    for text in [
        "groups.exists(g, g.GroupId in resource.SecurityGroupIds)",
        "groups.exists(g, g.VpcId == resource.VpcId && g.GroupName != 'default')",
        "keys.exists(k, volumes.exists(v, k.Arn == v.KmsKeyId))",
        "volumes.all(v, v.KmsKeyId in keys.map(k, k.Arn))",
        "profiles.exists(p, p.Arn == resource.IamInstanceProfileArn)",
        "profiles.exists(p, p.InstanceProfileName == resource.IamInstanceProfile)",
        "volumes.exists(v, v.AvailabilityZone == resource.AvailabilityZone)",
        "resource.KeyName in groups.map(g, g.GroupName)",
    ] {
        assert_eq!(beside(text), Vec::<String>::new(), "{text}");
    }
}
