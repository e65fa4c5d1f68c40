//! Properties that are there by what a neighbour says, by AWS's documents of each type.

use super::super::ExpressionKind;
use super::decided::{silent, told};
use super::fixed::{BUCKET, GROUP, INSTANCE, ROLE, USER, VOLUME, selected, warnings};

const ACL: &str = "AWS::EC2::NetworkAcl";
const EIP: &str = "AWS::EC2::EIP";
const FLOW_LOG: &str = "AWS::EC2::FlowLog";
const INTERFACE: &str = "AWS::EC2::NetworkInterface";
const ROUTES: &str = "AWS::EC2::RouteTable";
const SNAPSHOT: &str = "AWS::EC2::Snapshot";

/// EC2 API Reference, `IpPermission`: both ports are of the same protocols.
#[test]
fn one_port_of_a_rule_comes_with_the_other() {
    silent(&[
        (
            GROUP,
            "!resource.SecurityGroupIngress.exists(r, r.FromPort != null && r.FromPort <= 22 && r.ToPort >= 22)",
        ),
        (
            GROUP,
            "!resource.SecurityGroupIngress.exists(r, has(r.ToPort) && r.FromPort <= 22 && r.ToPort >= 22)",
        ),
        (
            GROUP,
            "resource.SecurityGroupEgress.all(r, r.FromPort == null || r.FromPort > 22 || r.ToPort < 22)",
        ),
        (
            GROUP,
            "!resource.SecurityGroupIngress.filter(r, r.FromPort != null).exists(x, x.ToPort - x.FromPort > 10)",
        ),
        (
            GROUP,
            "!resource.SecurityGroupIngress.exists(r, r[\"FromPort\"] != null && r.ToPort >= 22)",
        ),
    ]);
    told(&[
        (
            GROUP,
            "!resource.SecurityGroupIngress.exists(r, r.CidrIp != null && r.ToPort >= 22)",
            "r.ToPort",
            "`>=` of null is unknown",
        ),
        // That of another rule says nothing.
        (
            GROUP,
            "resource.SecurityGroupIngress.exists(r, r.FromPort != null && resource.SecurityGroupIngress.exists(o, o.ToPort >= r.ToPort))",
            "o.ToPort",
            "`>=` of null is unknown",
        ),
    ]);
}

/// Each with a condition that shows the property, and one that does not.
const SHOWN: &[(&str, &str, &str, &str, &str)] = &[
    // `NetworkAclEntry`, and `CreateNetworkAclEntry` for what each protocol requires.
    (
        ACL,
        "resource.Entries.exists(e, {} && e.PortRange.From <= 22)",
        "e.Protocol in [6, 17]",
        "e.Protocol != -1",
        "e.PortRange.From",
    ),
    (
        ACL,
        "resource.Entries.exists(e, {} && e.Icmp.Type > 0)",
        "e.Protocol == 1",
        "e.Protocol == 58",
        "e.Icmp.Type",
    ),
    // `Volume`: IOPS are provisioned for gp3, io1 and io2, and the baseline of gp2.
    (
        VOLUME,
        "{} && resource.Iops <= 3000",
        "resource.VolumeType in ['gp3', 'io2']",
        "resource.VolumeType == 'st1'",
        "resource.Iops",
    ),
    (
        VOLUME,
        "{} && resource.Throughput <= 250",
        "resource.VolumeType == 'gp3'",
        "resource.VolumeType != 'gp2'",
        "resource.Throughput",
    ),
    // `VolumeAttachment`: both are null where a service has the volume.
    (
        VOLUME,
        "resource.Attachments.all(a, {} && a.Device.startsWith('/dev/'))",
        "a.InstanceId != null",
        "a.State == 'attached'",
        "a.Device",
    ),
    // `Snapshot`.
    (
        SNAPSHOT,
        "{} && age(resource.CompletionTime) > duration('1d')",
        "resource.State == 'completed'",
        "resource.State == 'error'",
        "resource.CompletionTime",
    ),
    // `CreateFlowLogs`: which destination requires what.
    (
        FLOW_LOG,
        "{} && resource.LogDestination.startsWith('arn:aws:s3:::logs')",
        "resource.LogDestinationType == 's3'",
        "resource.LogDestinationType == 'cloud-watch-logs'",
        "resource.LogDestination",
    ),
    (
        FLOW_LOG,
        "{} && resource.DeliverLogsPermissionArn.contains(':role/')",
        "resource.LogDestinationType == 'cloud-watch-logs'",
        "resource.LogDestinationType != 's3'",
        "resource.DeliverLogsPermissionArn",
    ),
    // `Address`, `InstanceNetworkInterfaceAssociation` and `Route`.
    (
        EIP,
        "{} && !(resource.NetworkInterfaceOwnerId in ['123456789012'])",
        "resource.NetworkInterfaceId != null",
        "resource.PublicIpv4Pool != null",
        "resource.NetworkInterfaceOwnerId in ['123456789012']",
    ),
    (
        INTERFACE,
        "{} && resource.Association.AllocationId.startsWith('eipalloc-')",
        "resource.Association.AssociationId != null",
        "resource.Association != null",
        "resource.Association.AllocationId",
    ),
    (
        ROUTES,
        "!resource.Routes.exists(r, {} && r.NetworkInterfaceId.contains('a'))",
        "r.InstanceId != null",
        "r.GatewayId != null",
        "r.NetworkInterfaceId",
    ),
    // `InstanceMetadataOptionsRequest`: each option has a default.
    (
        INSTANCE,
        "{} && resource.MetadataOptions.HttpPutResponseHopLimit <= 1",
        "resource.MetadataOptions.HttpTokens == 'required'",
        "resource.MetadataOptions != null",
        "resource.MetadataOptions.HttpPutResponseHopLimit",
    ),
    (
        INSTANCE,
        "{} && resource.SubnetId.contains('a')",
        "resource.VpcId != null",
        "resource.KeyName != null",
        "resource.SubnetId",
    ),
    // `RoleLastUsed` and `AccessKeyLastUsed` of IAM.
    (
        ROLE,
        "{} && resource.RoleLastUsed.Region.startsWith('eu-')",
        "resource.RoleLastUsed.LastUsedDate != null",
        "resource.RoleLastUsed != null",
        "resource.RoleLastUsed.Region",
    ),
    (
        USER,
        "!resource.AccessKeyLastUsed.exists(k, {} && !k.Region.startsWith('eu-'))",
        "k.LastUsedDate != null",
        "k.AccessKeyId != ''",
        "k.Region",
    ),
    // `Grantee`, `DefaultRetention`, `ReplicationRule` and `Destination` of S3.
    (
        BUCKET,
        "!resource.Acl.Grants.exists(g, {} && g.Grantee.URI.endsWith('/AllUsers'))",
        "g.Grantee.Type == 'Group'",
        "g.Grantee.Type == 'CanonicalUser'",
        "g.Grantee.URI",
    ),
    (
        BUCKET,
        "!resource.Acl.Grants.exists(g, {} && g.Grantee.ID.startsWith('a'))",
        "g.Grantee.Type == 'CanonicalUser'",
        "g.Grantee.Type == 'Group'",
        "g.Grantee.ID",
    ),
    (
        BUCKET,
        "{} && resource.ObjectLockConfiguration.Rule.DefaultRetention.Mode.contains('C')",
        "resource.ObjectLockConfiguration.Rule.DefaultRetention.Days == 30",
        "resource.ObjectLockConfiguration.Rule.DefaultRetention != null",
        "resource.ObjectLockConfiguration.Rule.DefaultRetention.Mode",
    ),
    (
        BUCKET,
        "resource.ReplicationConfiguration.Rules.exists(r, {} && r.Priority > 1)",
        "r.Filter != null",
        "r.Prefix != null",
        "r.Priority",
    ),
    // A key of one's own is optional for `aws:kms`: `ServerSideEncryptionByDefault`.
    (
        BUCKET,
        "resource.BucketEncryption.ServerSideEncryptionConfiguration.exists(e, {} && e.ServerSideEncryptionByDefault.KMSMasterKeyID.contains('key'))",
        "e.ServerSideEncryptionByDefault.KMSMasterKeyID != null",
        "e.ServerSideEncryptionByDefault.SSEAlgorithm == 'aws:kms'",
        "e.ServerSideEncryptionByDefault.KMSMasterKeyID",
    ),
];

#[test]
fn a_neighbour_shows_what_comes_with_it() {
    for (type_name, text, shows, not, place) in SHOWN {
        silent(&[(type_name, &text.replace("{}", shows))]);
        told(&[(type_name, &text.replace("{}", not), place, "may be null")]);
    }
}

#[test]
fn terms_name_values_as_a_list_of_them_does() {
    silent(&[
        (
            GROUP,
            "!resource.SecurityGroupIngress.exists(r, (r.IpProtocol == 'tcp' || r.IpProtocol == 'udp') \
             && r.FromPort <= 53 && r.ToPort >= 53)",
        ),
        (
            ACL,
            "resource.Entries.filter(e, e.Protocol == 6 || e.Protocol in [17]).all(e, e.PortRange.From <= 443)",
        ),
        (
            VOLUME,
            "!(resource.VolumeType == 'io1' || resource.VolumeType == 'io2') || resource.Iops > 100",
        ),
        (
            VOLUME,
            "resource.VolumeType != 'io1' && resource.VolumeType != 'io2' || resource.Iops > 100",
        ),
        (
            "AWS::EC2::Subnet",
            "resource.Ipv6Native || cidrContains('10.0.0.0/8', resource.CidrBlock)",
        ),
    ]);
    told(&[
        (
            GROUP,
            "!resource.SecurityGroupIngress.exists(r, (r.IpProtocol == 'tcp' || r.IpProtocol == '50') \
             && r.FromPort <= 53)",
            "r.FromPort",
            "may be null",
        ),
        (
            VOLUME,
            "(resource.VolumeType == 'io1' || resource.Encrypted) && resource.Iops > 100",
            "resource.Iops",
            "may be null",
        ),
        (
            VOLUME,
            "(resource.VolumeType != 'io1' || resource.VolumeType == 'io2') && resource.Iops > 100",
            "resource.Iops",
            "may be null",
        ),
    ]);
}

/// EC2 API Reference, `Instance`: `Platform` is `windows`, or otherwise empty.
#[test]
fn whoever_excludes_the_only_value_means_null() {
    silent(&[
        (INSTANCE, "resource.Platform != 'windows'"),
        (INSTANCE, "!(resource.Platform == 'windows') || resource.Monitoring"),
    ]);
    told(&[(INSTANCE, "resource.Tenancy != 'host'", "resource.Tenancy != 'host'", "may be null")]);
}

/// Each with a term that leaves only values with which the property is there, and one that does not.
const LEFT: &[(&str, &str, &str, &str, &str)] = &[
    (
        VOLUME,
        "{} && resource.Iops > 100",
        "resource.VolumeType.startsWith('io')",
        "resource.VolumeType.startsWith('s')",
        "resource.Iops",
    ),
    (
        VOLUME,
        "{} && resource.Iops > 100",
        "glob(resource.VolumeType, 'io?')",
        "glob(resource.VolumeType, '?t1')",
        "resource.Iops",
    ),
    (
        VOLUME,
        "{} && resource.Iops > 100",
        "resource.VolumeType.matches('^io[12]$')",
        "resource.VolumeType.matches('1$')",
        "resource.Iops",
    ),
    (
        VOLUME,
        "{} && resource.Iops > 100",
        "!(resource.VolumeType in ['st1', 'sc1', 'standard'])",
        "!(resource.VolumeType in ['st1', 'sc1'])",
        "resource.Iops",
    ),
    (
        VOLUME,
        "{} && resource.Iops > 100",
        "!resource.VolumeType.startsWith('s') && resource.Encrypted",
        "!resource.VolumeType.startsWith('st')",
        "resource.Iops",
    ),
    (
        VOLUME,
        "{} || resource.Iops <= 16000",
        "resource.VolumeType in ['st1', 'sc1', 'standard']",
        "resource.VolumeType in ['gp2', 'gp3', 'st1']",
        "resource.Iops",
    ),
    (
        VOLUME,
        "{} || resource.Iops <= 16000",
        "!resource.VolumeType.startsWith('io')",
        "resource.VolumeType.startsWith('io')",
        "resource.Iops",
    ),
    (
        FLOW_LOG,
        "{} || resource.LogDestination.startsWith('arn:aws:')",
        "resource.LogDestinationType == 'cloud-watch-logs'",
        "resource.LogDestinationType == 's3'",
        "resource.LogDestination",
    ),
    (
        ACL,
        "resource.Entries.filter(e, {}).all(e, e.Protocol == -1 || e.PortRange.From > 22)",
        "e.Protocol == -1 || e.Protocol == 6",
        "e.Protocol == -1 || e.Protocol in [6, 50]",
        "e.PortRange.From",
    ),
    (
        "AWS::IAM::AccountPasswordPolicy",
        "{} && resource.MaxPasswordAge <= 90",
        "resource.ExpirePasswords != false",
        "resource.ExpirePasswords != true",
        "resource.MaxPasswordAge",
    ),
    // Protocols have other numbers: what is not all of them is not one with ports.
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, {} && r.FromPort <= 22)",
        "r.IpProtocol in ['tcp']",
        "r.IpProtocol != '-1'",
        "r.FromPort",
    ),
];

#[test]
fn values_that_are_left_show_what_comes_with_them() {
    for (type_name, text, shows, not, place) in LEFT {
        silent(&[(type_name, &text.replace("{}", shows))]);
        told(&[(type_name, &text.replace("{}", not), place, "may be null")]);
    }
}

#[test]
fn what_is_selected_leaves_values_as_a_guard_does() {
    let asked =
        |selects| selected(VOLUME, selects, "resource.Iops <= 16000", ExpressionKind::Assert);
    assert_eq!(asked("!(resource.VolumeType in ['st1', 'sc1', 'standard'])"), "");
    assert_eq!(asked("resource.VolumeType.startsWith('gp')"), "");
    let found = asked("resource.VolumeType != 'st1'");
    assert!(found.contains("may be null"), "{found}");
}

/// S3 API Reference, `DefaultRetention`: one of `Days` and `Years` is selected.
#[test]
fn one_is_there_where_the_other_is_not() {
    let retention = "resource.ObjectLockConfiguration.Rule.DefaultRetention";
    let text = |text: &str| text.replace('$', retention);
    silent(&[
        (BUCKET, &text("$ != null && ($.Days != null ? $.Days >= 30 : $.Years >= 1)")),
        (BUCKET, &text("$ != null && ($.Years == null ? $.Days >= 30 : $.Years >= 1)")),
        (BUCKET, &text("$ != null && (has($.Days) ? $.Days >= 30 : $.Years >= 1)")),
    ]);
    told(&[
        (BUCKET, &text("$.Days != null ? $.Days >= 30 : $.Years >= 1"), &text("$.Years"), "null"),
        (BUCKET, &text("$ != null && $.Years >= 1"), &text("$.Years"), "may be null"),
    ]);
}

/// CloudFormation's reference of buckets: both are required.
#[test]
fn what_an_object_requires_is_there_with_it() {
    let rules = "resource.LifecycleConfiguration.Rules.exists";
    let text = |text: &str| format!("{rules}(r, {text})");
    silent(&[
        (
            BUCKET,
            &text(
                "r.AbortIncompleteMultipartUpload != null && r.AbortIncompleteMultipartUpload.DaysAfterInitiation <= 7",
            ),
        ),
        (
            BUCKET,
            &text(
                "r.NoncurrentVersionExpiration != null && r.NoncurrentVersionExpiration.NoncurrentDays <= 90",
            ),
        ),
    ]);
    told(&[(
        BUCKET,
        &text("r.AbortIncompleteMultipartUpload.DaysAfterInitiation <= 7"),
        "r.AbortIncompleteMultipartUpload.DaysAfterInitiation",
        "`r.AbortIncompleteMultipartUpload` may be null",
    )]);
}

#[test]
fn a_type_and_an_outcome_are_guards() {
    let key = "resource.KeyName.startsWith('acme-')";
    for guard in [
        "type(resource.KeyName) == string",
        "type(resource.KeyName) != null_type",
        "(resource.KeyName != null) == true",
        "(resource.KeyName == null) != true",
        "has(resource.KeyName) != false",
    ] {
        silent(&[(INSTANCE, &format!("{guard} && {key}"))]);
    }
    for guard in [
        "type(resource.KeyName) != string",
        "type(resource.SubnetId) == string",
        "(resource.KeyName != null) != true",
    ] {
        told(&[(INSTANCE, &format!("{guard} && {key}"), "resource.KeyName", "may be null")]);
    }
}

#[test]
fn one_null_of_a_chain_is_told_once() {
    told(&[
        (
            "AWS::EC2::Subnet",
            "cidrPrefixLength(resource.CidrBlock) >= 20 && cidrPrefixLength(resource.CidrBlock) <= 28",
            "resource.CidrBlock",
            "may be null",
        ),
        (
            INSTANCE,
            "resource.KeyName.endsWith('a') || resource.KeyName.endsWith('b')",
            "resource.KeyName",
            "may be null",
        ),
    ]);
    let two = "resource.KeyName.endsWith('a') || resource.SubnetId.endsWith('b')";
    assert_eq!(warnings(INSTANCE, two).len(), 2);
    // Variables of two loops are not the same.
    let loops = "resource.SecurityGroupIngress.exists(r, r.FromPort > 1) \
                 || resource.SecurityGroupEgress.exists(r, r.FromPort > 1)";
    assert_eq!(warnings(GROUP, loops).len(), 2);
    let branches =
        "resource.Monitoring ? resource.KeyName.endsWith('a') : resource.KeyName.endsWith('b')";
    assert_eq!(warnings(INSTANCE, branches).len(), 2);
}

/// A long list of one thing takes nothing from what is known of another.
#[test]
fn long_lists_leave_guards_alone() {
    let sizes =
        |from: usize| (from..from + 36).map(|at| at.to_string()).collect::<Vec<_>>().join(", ");
    let text = format!(
        "resource.Size in [{}] && !(resource.Size in [{}]) && resource.VolumeType.startsWith('gp3') \
         && resource.Throughput > 125",
        sizes(1),
        sizes(50),
    );
    assert_eq!(warnings(VOLUME, &text), Vec::<String>::new());
}
