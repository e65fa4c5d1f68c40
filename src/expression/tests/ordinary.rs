//! What platform engineers write every day: each is right, and nothing is told of it.

use super::decided::{silent, told};
use super::fixed::{BUCKET, GROUP, INSTANCE, POLICY, ROLE, USER, VOLUME};

const FLOW_LOG: &str = "AWS::EC2::FlowLog";
const KEY: &str = "AWS::KMS::Key";
const ROUTES: &str = "AWS::EC2::RouteTable";
const SNAPSHOT: &str = "AWS::EC2::Snapshot";
const TEMPLATE: &str = "AWS::EC2::LaunchTemplate";

const NETWORKS: &[(&str, &str)] = &[
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, (r.CidrIp == '0.0.0.0/0' || r.CidrIpv6 == '::/0') && (r.FromPort == null || r.FromPort <= 22 && r.ToPort >= 22))",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.all(r, r.CidrIp != '0.0.0.0/0' && r.CidrIpv6 != '::/0')",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.all(r, !(r.CidrIp in ['0.0.0.0/0']) || r.FromPort in [80, 443])",
    ),
    (GROUP, "resource.SecurityGroupIngress.all(r, r.IpProtocol != '-1')"),
    (GROUP, "resource.SecurityGroupIngress.all(r, r.CidrIp == null || isPrivateCidr(r.CidrIp))"),
    (
        GROUP,
        "resource.SecurityGroupIngress.all(r, r.SourceSecurityGroupId != null || r.CidrIp != null && r.CidrIp.cidrPrefixLength() >= 16)",
    ),
    (
        GROUP,
        "resource.GroupName != 'default' || size(resource.SecurityGroupIngress) == 0 && size(resource.SecurityGroupEgress) == 0",
    ),
    (GROUP, "resource.SecurityGroupIngress.all(r, r.Description != null && r.Description != '')"),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.IpProtocol in ['tcp', '-1'] && r.CidrIp == '0.0.0.0/0')",
    ),
    (
        GROUP,
        "resource.SecurityGroupEgress.exists(r, r.CidrIp == '0.0.0.0/0' && r.IpProtocol == '-1')",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.all(r, r.FromPort == null || !(r.FromPort in [22, 3389]) || r.CidrIp == null || cidrContains('10.0.0.0/8', r.CidrIp))",
    ),
    (
        GROUP,
        "resource.SecurityGroupIngress.filter(r, r.CidrIp == '0.0.0.0/0').all(r, r.FromPort == 443 && r.ToPort == 443)",
    ),
    (GROUP, "resource.SecurityGroupIngress.all(r, r.FromPort == r.ToPort)"),
    (
        GROUP,
        "resource.SecurityGroupIngress.map(r, r.CidrIp).filter(c, c != null).all(c, !isWorldCidr(c))",
    ),
    (
        ROUTES,
        "!resource.Routes.exists(r, r.DestinationCidrBlock == '0.0.0.0/0' && r.GatewayId != null && r.GatewayId.startsWith('igw-'))",
    ),
    (ROUTES, "resource.Routes.all(r, r.State != 'blackhole')"),
    (
        ROUTES,
        "resource.Routes.all(r, r.VpcPeeringConnectionId == null || r.DestinationCidrBlock != '0.0.0.0/0')",
    ),
    (FLOW_LOG, "resource.TrafficType == 'ALL' && resource.LogDestinationType == 's3'"),
    (
        FLOW_LOG,
        "resource.LogDestinationType != 'cloud-watch-logs' || resource.LogGroupName != null",
    ),
    (
        FLOW_LOG,
        "resource.FlowLogStatus == 'ACTIVE' && (resource.DeliverLogsStatus == null || resource.DeliverLogsStatus == 'SUCCESS')",
    ),
];

const MACHINES: &[(&str, &str)] = &[
    (
        INSTANCE,
        "resource.MetadataOptions.HttpTokens == 'required' && resource.MetadataOptions.HttpPutResponseHopLimit <= 2",
    ),
    (
        INSTANCE,
        "resource.State.Name in ['terminated', 'shutting-down'] || resource.IamInstanceProfile != null",
    ),
    (INSTANCE, "resource.PublicIpAddress == null || tag('public') == 'true'"),
    (INSTANCE, "['Name', 'owner', 'env'].all(k, tag(k) != null && tag(k) != '')"),
    (INSTANCE, "['m5.', 'c5.', 't3.'].exists(p, resource.InstanceType.startsWith(p))"),
    (INSTANCE, "!(resource.InstanceType.matches('^(t2|m4)\\\\.'))"),
    (INSTANCE, "tag('env') in ['prod', 'staging', 'dev']"),
    (INSTANCE, "tag('env') == 'prod' ? resource.DisableApiTermination : true"),
    (
        INSTANCE,
        "resource.LaunchTime > timestamp('2026-01-01T00:00:00Z') || age(resource.LaunchTime) < duration('8760h')",
    ),
    (INSTANCE, "resource.NetworkInterfaces.all(n, n.PublicIp == null)"),
    (INSTANCE, "resource.Monitoring || tag('env') == 'dev'"),
    (VOLUME, "resource.Encrypted && resource.KmsKeyId.startsWith('arn:aws:kms:')"),
    (VOLUME, "resource.VolumeType != 'io1' || resource.Iops <= 10000"),
    (VOLUME, "resource.VolumeType == 'gp3' && resource.Throughput >= 125 && resource.Iops >= 3000"),
    (VOLUME, "resource.State != 'available' || age(resource.CreateTime) < duration('720h')"),
    (
        VOLUME,
        "size(resource.Attachments) > 0 && resource.Attachments.all(a, a.DeleteOnTermination == true)",
    ),
    (SNAPSHOT, "resource.Encrypted && age(resource.StartTime) < duration('8760h')"),
    (SNAPSHOT, "!resource.CreateVolumePermissions.exists(p, p.Group == 'all')"),
    (SNAPSHOT, "resource.CreateVolumePermissions.all(p, p.UserId == account)"),
    (TEMPLATE, "resource.LatestVersionData.MetadataOptions.HttpTokens == 'required'"),
    (
        TEMPLATE,
        "resource.LatestVersionData.BlockDeviceMappings == null || resource.LatestVersionData.BlockDeviceMappings.all(b, b.Ebs == null || b.Ebs.Encrypted == true)",
    ),
    (
        TEMPLATE,
        "resource.DefaultVersionData.NetworkInterfaces == null || !resource.DefaultVersionData.NetworkInterfaces.exists(n, n.AssociatePublicIpAddress == true)",
    ),
    (TEMPLATE, "resource.DefaultVersionNumber == resource.LatestVersionNumber"),
];

const IDENTITIES: &[(&str, &str)] = &[
    (POLICY, "!allowsAll(resource.PolicyDocument)"),
    (
        POLICY,
        "!statements(resource.PolicyDocument).exists(s, s.Effect == 'Allow' && s.Action != null && '*' in s.Action && s.Resource != null && '*' in s.Resource)",
    ),
    (
        POLICY,
        "!statements(resource.PolicyDocument).exists(s, s.Effect == 'Allow' && s.NotAction != null)",
    ),
    (
        POLICY,
        "statements(resource.PolicyDocument).filter(s, s.Effect == 'Allow').all(s, s.Resource == null || !('*' in s.Resource) || s.Condition.exists(c, c.Key == 'aws:requestedregion'))",
    ),
    (
        POLICY,
        "!['iam:PassRole', 'iam:CreateUser'].exists(a, allowsAction(resource.PolicyDocument, a, '*'))",
    ),
    (
        POLICY,
        "statements(resource.PolicyDocument).filter(s, s.Effect == 'Allow' && allowsAction(s, 'iam:PassRole')).all(s, hasCondition(s, 'iam:PassedToService'))",
    ),
    (POLICY, "resource.AttachmentCount > 0 || resource.Path.startsWith('/service-role/')"),
    (
        ROLE,
        "statements(resource.AssumeRolePolicyDocument).all(s, !hasWildcardPrincipal(s) || hasCondition(s, 'aws:PrincipalOrgID'))",
    ),
    (
        ROLE,
        "statements(resource.AssumeRolePolicyDocument).filter(s, s.Effect == 'Allow' && !hasWildcardPrincipal(s)).all(s, principalAccounts(s).all(a, a == account || demandsValue(s, 'sts:ExternalId')))",
    ),
    (ROLE, "resource.MaxSessionDuration <= 3600 && resource.PermissionsBoundary != null"),
    (
        ROLE,
        "resource.RoleLastUsed.LastUsedDate != null && age(resource.RoleLastUsed.LastUsedDate) < duration('2160h')",
    ),
    (ROLE, "!resource.ManagedPolicyArns.exists(a, a.endsWith(':policy/AdministratorAccess'))"),
    (ROLE, "!('arn:aws:iam::aws:policy/AdministratorAccess' in resource.ManagedPolicyArns)"),
    (ROLE, "resource.Policies.all(p, !allowsAll(p.PolicyDocument))"),
    (
        ROLE,
        "resource.Path == '/aws-service-role/' || resource.Path.startsWith('/aws-service-role/') || tag('owner') != null",
    ),
    (USER, "resource.LoginProfile == null || size(resource.MFADevices) > 0"),
    (
        USER,
        "resource.AccessKeys.all(k, k.Status != 'Active' || age(k.CreateDate) < duration('2160h'))",
    ),
    (
        USER,
        "resource.AccessKeyLastUsed.all(k, k.LastUsedDate == null || age(k.LastUsedDate) < duration('2160h'))",
    ),
    (USER, "size(resource.AccessKeys.filter(k, k.Status == 'Active')) <= 1"),
    (
        USER,
        "resource.PasswordLastUsed == null || age(resource.PasswordLastUsed) < duration('1080h')",
    ),
    (KEY, "resource.KeyManager == 'AWS' || resource.EnableKeyRotation"),
    (
        KEY,
        "resource.KeyState != 'PendingDeletion' || resource.DeletionDate > now + duration('168h')",
    ),
    (
        KEY,
        "resource.KeySpec != 'SYMMETRIC_DEFAULT' || resource.EnableKeyRotation && resource.RotationPeriodInDays <= 365",
    ),
    (
        KEY,
        "statements(resource.KeyPolicy).all(s, !hasWildcardPrincipal(s) || hasCondition(s, 'kms:CallerAccount'))",
    ),
];

const BUCKETS: &[(&str, &str)] = &[
    (BUCKET, "deniesInsecureTransport(resource.Policy, resource.BucketName)"),
    (
        BUCKET,
        "resource.PublicAccessBlockConfiguration.BlockPublicAcls && resource.PublicAccessBlockConfiguration.RestrictPublicBuckets",
    ),
    (BUCKET, "resource.VersioningConfiguration.Status == 'Enabled'"),
    (
        BUCKET,
        "resource.BucketEncryption.ServerSideEncryptionConfiguration.exists(e, e.ServerSideEncryptionByDefault.SSEAlgorithm in ['aws:kms', 'aws:kms:dsse'])",
    ),
    (
        BUCKET,
        "resource.LoggingConfiguration != null && resource.LoggingConfiguration.DestinationBucketName != resource.BucketName",
    ),
    (
        BUCKET,
        "resource.LifecycleConfiguration != null && resource.LifecycleConfiguration.Rules.exists(r, r.Status == 'Enabled' && r.AbortIncompleteMultipartUpload != null)",
    ),
    (
        BUCKET,
        "!resource.Acl.Grants.exists(g, g.Grantee.Type == 'Group' && g.Grantee.URI.endsWith('/AllUsers'))",
    ),
    (
        BUCKET,
        "!resource.Acl.Grants.exists(g, g.Grantee.URI in ['http://acs.amazonaws.com/groups/global/AllUsers', 'http://acs.amazonaws.com/groups/global/AuthenticatedUsers'])",
    ),
    (
        BUCKET,
        "resource.ObjectLockConfiguration.Rule.DefaultRetention.Days != null && resource.ObjectLockConfiguration.Rule.DefaultRetention.Mode.contains('COMPLIANCE')",
    ),
    (
        BUCKET,
        "resource.OwnershipControls.Rules.exists(r, r.ObjectOwnership == 'BucketOwnerEnforced')",
    ),
    (
        BUCKET,
        "resource.ReplicationConfiguration == null || resource.ReplicationConfiguration.Rules.all(r, r.Status == 'Enabled')",
    ),
    (
        BUCKET,
        "!statements(resource.Policy).exists(s, s.Effect == 'Allow' && hasWildcardPrincipal(s) && !hasCondition(s, 'aws:SourceVpce'))",
    ),
    (BUCKET, "resource.BucketName.startsWith(tag('team') == null ? 'shared-' : tag('team') + '-')"),
    (BUCKET, "resource.BucketName.matches('^[a-z0-9-]+$') && !resource.BucketName.contains('.')"),
    (
        BUCKET,
        "resource.CorsConfiguration == null || resource.CorsConfiguration.CorsRules.all(r, !('*' in r.AllowedOrigins))",
    ),
    (
        BUCKET,
        "resource.WebsiteConfiguration == null || resource.WebsiteConfiguration.RedirectAllRequestsTo != null",
    ),
    (
        BUCKET,
        "tag('data-class') != null && (tag('data-class') != 'restricted' || resource.LoggingConfiguration != null)",
    ),
];

const OTHERS: &[(&str, &str)] = &[
    (
        "AWS::EC2::NetworkAcl",
        "!resource.Entries.exists(e, !e.Egress && e.RuleAction == 'allow' && e.CidrBlock == '0.0.0.0/0' && (e.Protocol == -1 || e.PortRange != null && e.PortRange.From <= 22 && e.PortRange.To >= 22))",
    ),
    (
        "AWS::EC2::NetworkAcl",
        "resource.Entries.all(e, e.RuleAction == 'deny' || e.CidrBlock != '0.0.0.0/0' && e.Ipv6CidrBlock != '::/0')",
    ),
    ("AWS::EC2::Subnet", "!resource.MapPublicIpOnLaunch || tag('tier') == 'public'"),
    ("AWS::EC2::VPC", "!resource.IsDefault"),
    ("AWS::EC2::EIP", "resource.AssociationId != null"),
    ("AWS::EC2::EIP", "resource.InstanceId != null || resource.NetworkInterfaceId != null"),
    (
        "AWS::EC2::Image",
        "!resource.Public && resource.LaunchPermissions.all(p, p.Group != 'all' && p.UserId in ['123456789012'])",
    ),
    ("AWS::EC2::Image", "age(resource.CreationDate) < duration('4320h')"),
    (
        "AWS::EC2::Image",
        "resource.BlockDeviceMappings.all(b, b.Ebs == null || b.Ebs.Encrypted == true)",
    ),
    (
        "AWS::EC2::NetworkInterface",
        "resource.Association.PublicIp == null || resource.Association.PublicIp.startsWith('3.')",
    ),
    ("AWS::EC2::PrefixList", "resource.Entries.all(e, !isWorldCidr(e.Cidr))"),
    ("AWS::EC2::EBSEncryptionByDefault", "resource.EbsEncryptionByDefault"),
    (
        "AWS::IAM::AccountPasswordPolicy",
        "resource.MinimumPasswordLength >= 14 && resource.RequireSymbols",
    ),
    (
        "AWS::IAM::AccountPasswordPolicy",
        "resource.ExpirePasswords && resource.MaxPasswordAge <= 90",
    ),
    (
        "AWS::IAM::AccountSummary",
        "resource.SummaryMap.AccountMFAEnabled == 1 && resource.SummaryMap.AccountAccessKeysPresent == 0",
    ),
    ("AWS::IAM::Group", "resource.ManagedPolicyArns.all(a, !a.endsWith('/AdministratorAccess'))"),
    ("AWS::IAM::ServerCertificate", "resource.Expiration > now + duration('720h')"),
    ("AWS::IAM::OIDCProvider", "resource.Url in ['token.actions.githubusercontent.com']"),
    ("AWS::IAM::OIDCProvider", "resource.ClientIdList.all(c, c == 'sts.amazonaws.com')"),
    ("AWS::IAM::SAMLProvider", "resource.ValidUntil == null || resource.ValidUntil > now"),
    (
        "AWS::S3::AccountPublicAccessBlock",
        "resource.BlockPublicAcls && resource.BlockPublicPolicy && resource.IgnorePublicAcls && resource.RestrictPublicBuckets",
    ),
    (ROLE, "!admitsAnyLogin(resource.AssumeRolePolicyDocument)"),
    (
        ROLE,
        "statements(resource.AssumeRolePolicyDocument).all(s, s.Principal == null || s.Principal.Service == null || s.Principal.Service.all(p, p in ['ec2.amazonaws.com', 'lambda.amazonaws.com']))",
    ),
    (
        ROLE,
        "statements(resource.AssumeRolePolicyDocument).all(s, s.Principal.AWS == null || s.Principal.AWS.all(p, p != '*'))",
    ),
    (
        ROLE,
        "statements(resource.AssumeRolePolicyDocument).exists(s, s.Principal.Federated != null && s.Principal.Federated.exists(f, f.endsWith(':oidc-provider/token.actions.githubusercontent.com')))",
    ),
    (
        ROLE,
        "statements(resource.AssumeRolePolicyDocument).all(s, s.Condition.exists(c, c.Key == 'aws:principalorgid' && c.Values == ['o-abc1234567']))",
    ),
    (
        ROLE,
        "resource.RoleName.startsWith('AWSServiceRole') || resource.PermissionsBoundary == 'arn:aws:iam::' + account + ':policy/boundary'",
    ),
    (
        POLICY,
        "statements(resource.PolicyDocument).all(s, s.Resource == null || s.Resource.all(r, r != '*'))",
    ),
    (
        POLICY,
        "statements(resource.PolicyDocument).all(s, s.Effect == 'Deny' || s.Sid != null && s.Sid.startsWith('Allow'))",
    ),
    (
        BUCKET,
        "statements(resource.Policy).all(s, s.Principal == null || s.Principal.AWS == null || principalAccounts(s).all(a, a == account))",
    ),
    (
        BUCKET,
        "statements(resource.Policy).exists(s, s.Effect == 'Deny' && hasWildcardPrincipal(s) && s.Condition.exists(c, c.Key == 'aws:securetransport' && c.Values == ['false']))",
    ),
    (
        BUCKET,
        "resource.BucketEncryption.ServerSideEncryptionConfiguration.all(e, e.ServerSideEncryptionByDefault.SSEAlgorithm == 'AES256') && resource.BucketEncryption != null",
    ),
    (GROUP, "resource.tag('env') == 'prod' && resource.GroupName.startsWith('prod-')"),
    (
        GROUP,
        "[{'port': 22, 'name': 'ssh'}, {'port': 3389, 'name': 'rdp'}].all(p, !resource.SecurityGroupIngress.exists(r, r.CidrIp == '0.0.0.0/0' && r.FromPort != null && r.FromPort <= p.port && p.port <= r.ToPort))",
    ),
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, r.CidrIp in ['0.0.0.0/0', '::/0'] || r.CidrIpv6 in ['0.0.0.0/0', '::/0'])",
    ),
];

#[test]
fn ordinary_checks_are_not_blamed() {
    for checks in [NETWORKS, MACHINES, IDENTITIES, BUCKETS, OTHERS] {
        silent(checks);
    }
}

/// EC2 API Reference, `IpPermission`, `Route` and `NetworkAclEntry`, and `Grantee` of S3: an object
/// has one of several, and what it has none of is not what must not be.
#[test]
fn what_has_another_in_its_place_differs() {
    silent(&[
        (
            GROUP,
            "resource.SecurityGroupIngress.all(r, r.CidrIp != '0.0.0.0/0' && r.CidrIpv6 != '::/0')",
        ),
        (
            GROUP,
            "resource.SecurityGroupEgress.all(r, !(r.CidrIp in ['0.0.0.0/0']) || r.FromPort == 443)",
        ),
        (
            "AWS::EC2::RouteTable",
            "resource.Routes.filter(r, r.GatewayId != 'local').all(r, r.State == 'active')",
        ),
        (
            BUCKET,
            "resource.Acl.Grants.all(g, !(g.Grantee.URI in ['http://acs.amazonaws.com/groups/global/AllUsers']))",
        ),
    ]);
    told(&[
        // That there is such a rule is not said by one of a group.
        (
            GROUP,
            "resource.SecurityGroupIngress.exists(r, r.CidrIp != '0.0.0.0/0')",
            "r.CidrIp != '0.0.0.0/0'",
            "may be null",
        ),
        // Without ports a rule is about all of them.
        (
            GROUP,
            "resource.SecurityGroupIngress.all(r, r.FromPort != 22)",
            "r.FromPort != 22",
            "may be null",
        ),
        (
            GROUP,
            "resource.SecurityGroupIngress.all(r, r.CidrIp.cidrPrefixLength() > 8)",
            "r.CidrIp",
            "of null is unknown",
        ),
    ]);
}
