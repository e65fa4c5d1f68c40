//! Properties that are null by what the terms around say, by AWS's documents of each type.

use super::super::ExpressionKind;
use super::decided::{silent, told};
use super::fixed::{BUCKET, GROUP, USER, VOLUME, selected};

const ACL: &str = "AWS::EC2::NetworkAcl";
const FLOW_LOG: &str = "AWS::EC2::FlowLog";
const SNAPSHOT: &str = "AWS::EC2::Snapshot";

/// Each with a condition by which the property is null, and one by which it may be there.
const NULL: &[(&str, &str, &str, &str, &str)] = &[
    // `CreateVolume`: the throughput is valid for gp3 alone, a key where the volume is encrypted.
    (
        VOLUME,
        "{} && resource.Throughput == 125",
        "resource.VolumeType == 'gp2'",
        "resource.VolumeType == 'gp3'",
        "resource.Throughput",
    ),
    (
        VOLUME,
        "{} && resource.Throughput != null",
        "resource.VolumeType != 'gp3'",
        "resource.VolumeType in ['gp2', 'gp3']",
        "resource.Throughput",
    ),
    (
        VOLUME,
        "{} && has(resource.Throughput)",
        "resource.VolumeType.startsWith('io')",
        "resource.VolumeType.startsWith('gp')",
        "resource.Throughput",
    ),
    (
        VOLUME,
        "{} && resource.KmsKeyId == 'arn:aws:kms:eu-west-1:123456789012:key/1'",
        "!resource.Encrypted",
        "resource.Encrypted",
        "resource.KmsKeyId",
    ),
    // `Snapshot`.
    (
        SNAPSHOT,
        "{} && resource.KmsKeyId != null",
        "resource.Encrypted == false",
        "resource.State == 'completed'",
        "resource.KmsKeyId",
    ),
    // `KeyMetadata`: present only where the state is `PendingDeletion`.
    (
        "AWS::KMS::Key",
        "{} && resource.DeletionDate != null",
        "resource.KeyState == 'Enabled'",
        "resource.KeyState != 'Enabled'",
        "resource.DeletionDate",
    ),
    // `CreateFlowLogs`: what only log groups have.
    (
        FLOW_LOG,
        "{} && resource.LogGroupName == 'acme'",
        "resource.LogDestinationType == 's3'",
        "resource.LogDestinationType != 's3'",
        "resource.LogGroupName",
    ),
    // `IpPermission`: -1 is all ports, whichever are specified.
    (
        GROUP,
        "!resource.SecurityGroupIngress.exists(r, {} && r.FromPort == 22)",
        "r.IpProtocol == '-1'",
        "r.IpProtocol in ['-1', 'tcp']",
        "r.FromPort",
    ),
    // What a term before says itself.
    (
        USER,
        "{} && !resource.LoginProfile.PasswordResetRequired",
        "resource.LoginProfile == null",
        "resource.LoginProfile != null",
        "resource.LoginProfile",
    ),
    (
        BUCKET,
        "{} && allowsAction(resource.Policy, 's3:GetObject')",
        "!has(resource.Policy)",
        "has(resource.Policy)",
        "resource.Policy",
    ),
];

#[test]
fn what_is_null_by_the_terms_around_is_not_read() {
    for (type_name, text, shows, not, place) in NULL {
        told(&[(type_name, &text.replace("{}", shows), place, "is null here")]);
        silent(&[(type_name, &text.replace("{}", not))]);
    }
    silent(&[
        (VOLUME, "resource.VolumeType == 'gp2' && resource.Throughput == null"),
        (
            VOLUME,
            "resource.VolumeType == 'gp3' ? resource.Throughput > 125 : resource.Throughput == null",
        ),
        (
            GROUP,
            "resource.SecurityGroupIngress.all(r, r.IpProtocol != '-1' || r.FromPort == null || r.FromPort == -1)",
        ),
        // `NetworkAclEntry` says what needs ports and types, and not that nothing else has them.
        (ACL, "resource.Entries.exists(e, e.Protocol == 6 && e.Icmp != null)"),
        (ACL, "resource.Entries.exists(e, e.Protocol == -1 && e.PortRange.From == 22)"),
    ]);
}

#[test]
fn what_is_null_by_the_selection_is_not_read() {
    let asked =
        |type_name, selects, text| selected(type_name, selects, text, ExpressionKind::Assert);
    let reset = "!resource.LoginProfile.PasswordResetRequired";
    insta::assert_snapshot!(asked(USER, "resource.LoginProfile == null", reset), @"`resource.LoginProfile` is null in all that is selected");
    let fast = "resource.Throughput == 125";
    insta::assert_snapshot!(asked(VOLUME, "resource.VolumeType == 'gp2'", fast), @r#"`resource.Throughput` is null here: it is there only where `resource.VolumeType == "gp3"`"#);
}

#[test]
fn what_is_there_is_held_against_the_neighbour_in_any_order() {
    let ports = [
        "r.FromPort == 22 && r.IpProtocol == '-1'",
        "r.FromPort in [22, 3389] && r.IpProtocol == '-1'",
    ];
    for text in ports {
        let text = format!("!resource.SecurityGroupIngress.exists(r, {text})");
        let place = "r.IpProtocol == '-1'";
        told(&[(GROUP, &text, place, "never holds here: `r.FromPort` is there only where")]);
    }
    told(&[
        (
            GROUP,
            "resource.SecurityGroupIngress.all(r, r.FromPort == null || r.FromPort != 22 || r.IpProtocol != '-1')",
            "r.IpProtocol != '-1'",
            "always holds here",
        ),
        (
            GROUP,
            "!resource.SecurityGroupIngress.filter(r, r.FromPort == 22).exists(r, r.IpProtocol == '-1')",
            "r.IpProtocol == '-1'",
            "never holds here",
        ),
    ]);
    told(&[(
        VOLUME,
        "!(resource.KmsKeyId != null && !resource.Encrypted)",
        "!resource.Encrypted",
        "never holds here",
    )]);
    silent(&[
        (VOLUME, "resource.KmsKeyId == null || resource.Encrypted"),
        (VOLUME, "resource.Throughput == null || resource.VolumeType == 'gp3'"),
    ]);
    silent(&[
        (
            GROUP,
            "!resource.SecurityGroupIngress.exists(r, r.FromPort == 22 && r.IpProtocol == 'tcp')",
        ),
        (
            GROUP,
            "!resource.SecurityGroupIngress.exists(r, r.FromPort == null && r.IpProtocol == '-1')",
        ),
        (
            GROUP,
            "!resource.SecurityGroupIngress.exists(r, r.FromPort == 22 || r.IpProtocol == '-1')",
        ),
    ]);
}

#[test]
fn a_neighbour_is_held_against_what_is_selected() {
    let found = selected(
        VOLUME,
        "resource.Throughput == 125",
        "resource.VolumeType == 'gp2'",
        ExpressionKind::Assert,
    );
    assert!(found.contains("never holds here: `resource.Throughput` is there only"), "{found}");
    let found = selected(
        VOLUME,
        "resource.Throughput == 125",
        "resource.VolumeType == 'gp3'",
        ExpressionKind::Assert,
    );
    assert_eq!(found, "");
}
