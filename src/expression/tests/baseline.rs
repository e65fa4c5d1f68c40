//! What a baseline of checks on an AWS account asks can be asked, of the types that there are and
//! without a warning.

use super::super::{Expression, ExpressionKind};
use crate::resource::schemas;

const CHECKS: &[(&str, &str)] = &[
    (
        "AWS::S3::Bucket",
        "!resource.Acl.Grants.exists(g, g.Grantee.URI != null && g.Grantee.URI in [
            'http://acs.amazonaws.com/groups/global/AllUsers',
            'http://acs.amazonaws.com/groups/global/AuthenticatedUsers'])",
    ),
    ("AWS::S3::Bucket", "!isPublic(resource.Policy)"),
    (
        "AWS::S3::Bucket",
        "(resource.PublicAccessBlockConfiguration.RestrictPublicBuckets || !isPublic(resource.Policy))
        && (resource.PublicAccessBlockConfiguration.IgnorePublicAcls
            || !resource.Acl.Grants.exists(g, has(g.Grantee.URI)
                && g.Grantee.URI.endsWith('/global/AllUsers')))",
    ),
    (
        "AWS::S3::Bucket",
        "resource.PublicAccessBlockConfiguration.BlockPublicAcls
        && resource.PublicAccessBlockConfiguration.IgnorePublicAcls
        && resource.PublicAccessBlockConfiguration.BlockPublicPolicy
        && resource.PublicAccessBlockConfiguration.RestrictPublicBuckets",
    ),
    ("AWS::S3::Bucket", "resource.BucketEncryption != null"),
    (
        "AWS::S3::Bucket",
        "resource.BucketEncryption.ServerSideEncryptionConfiguration.exists(rule,
            rule.ServerSideEncryptionByDefault.SSEAlgorithm in ['aws:kms', 'aws:kms:dsse'])",
    ),
    ("AWS::S3::Bucket", "resource.VersioningConfiguration.Status == 'Enabled'"),
    ("AWS::S3::Bucket", "resource.LoggingConfiguration.DestinationBucketName != null"),
    ("AWS::S3::Bucket", "deniesInsecureTransport(resource.Policy, resource.BucketName)"),
    ("AWS::S3::Bucket", "tag('env') != null && tag('owner') != null"),
    (
        "AWS::EC2::SecurityGroup",
        "!resource.SecurityGroupIngress.exists(p, allowsPort(p, 'tcp', 22)
            && [p.CidrIp, p.CidrIpv6].exists(c, c != null && isWorldCidr(c)))",
    ),
    (
        "AWS::EC2::SecurityGroup",
        "!resource.SecurityGroupIngress.exists(p, p.allowsPort('tcp', 3389)
            && [p.CidrIp, p.CidrIpv6].exists(c, c != null && isWorldCidr(c)))",
    ),
    (
        "AWS::EC2::SecurityGroup",
        "!resource.SecurityGroupIngress.exists(p, p.IpProtocol == '-1'
            && [p.CidrIp, p.CidrIpv6].exists(c, c != null && isWorldCidr(c)))",
    ),
    (
        "AWS::EC2::Instance",
        "resource.MetadataOptions.HttpTokens == 'required'
        || resource.MetadataOptions.HttpEndpoint == 'disabled'",
    ),
    ("AWS::EC2::Instance", "resource.PublicIpAddress == null"),
    ("AWS::EC2::Instance", "tag('env') != null && tag('owner') != null"),
    ("AWS::EC2::Volume", "resource.Encrypted"),
    ("AWS::EC2::Volume", "resource.State != 'available'"),
    ("AWS::IAM::User", "resource.LoginProfile == null || size(resource.MFADevices) > 0"),
    (
        "AWS::IAM::User",
        "resource.AccessKeys.all(k, k.Status != 'Active' || age(k.CreateDate) <= duration('90d'))",
    ),
    ("AWS::IAM::User", "!resource.Policies.exists(p, allowsAll(p.PolicyDocument))"),
    (
        "AWS::IAM::User",
        "!('arn:aws:iam::aws:policy/AdministratorAccess' in resource.ManagedPolicyArns)",
    ),
    ("AWS::IAM::Group", "!resource.Policies.exists(p, allowsAll(p.PolicyDocument))"),
    ("AWS::IAM::ManagedPolicy", "!allowsAll(resource.PolicyDocument)"),
    (
        "AWS::IAM::Role",
        "!statements(resource.AssumeRolePolicyDocument).exists(s,
            s.Effect == 'Allow' && hasWildcardPrincipal(s) && s.Condition == [])",
    ),
    (
        "AWS::IAM::Role",
        "!statements(resource.AssumeRolePolicyDocument).exists(s, s.Effect == 'Allow'
            && !hasCondition(s, 'sts:ExternalId') && s.Principal.AWS != null
            && s.Principal.AWS.exists(p, p != '*' && !p.matches('^A[A-Z0-9]+$') && p != account
                && (p.matches('^[0-9]{12}$') || arn(p).account != account)))",
    ),
    ("AWS::IAM::AccountPasswordPolicy", "resource.MinimumPasswordLength >= 14"),
];

#[test]
fn the_baseline_can_be_asked() {
    for (of, text) in CHECKS {
        let compiled = Expression::compile(text, &schemas()[*of], ExpressionKind::Assert);
        let compiled = compiled.unwrap_or_else(|problems| panic!("{text}: {problems:#?}"));
        assert_eq!(compiled.warnings(), [], "{text}");
    }
    assert_eq!(CHECKS.len(), 27);
}
