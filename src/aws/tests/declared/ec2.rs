//! What the answers of EC2 must hold.

use insta::assert_snapshot;

use super::super::super::adapters::adapters;
use super::super::calls;
use super::declarations;

/// What each answer of these operations must hold.
fn declared(is_wanted: impl Fn(&str) -> bool) -> String {
    let adapters = adapters();
    let calls = adapters.0.values().flat_map(calls);
    declarations(calls.filter(|call| is_wanted(call.operation)))
}

/// Beginnings of the operations of EC2 that are about machines, and about disks.
const MACHINES: [&str; 3] =
    ["ec2:DescribeImage", "ec2:DescribeInstance", "ec2:DescribeLaunchTemplate"];
const DISKS: [&str; 2] = ["ec2:DescribeSnapshot", "ec2:DescribeVolume"];

fn is_of(operation: &str, beginnings: &[&str]) -> bool {
    beginnings.iter().any(|beginning| operation.starts_with(beginning))
}

#[test]
fn what_an_answer_of_ec2_about_machines_must_hold() {
    assert_snapshot!(declared(|operation| is_of(operation, &MACHINES)), @"
    ec2:DescribeImageAttribute launchPermission/item/userId|group|organizationArn|organizationalUnitArn
    ec2:DescribeImageAttribute launchPermission?
    ec2:DescribeImages imagesSet/item/blockDeviceMapping?
    ec2:DescribeImages imagesSet/item/imageOwnerId
    ec2:DescribeImages imagesSet/item/imageState
    ec2:DescribeImages imagesSet/item/isPublic
    ec2:DescribeImages imagesSet?
    ec2:DescribeInstanceAttribute disableApiStop/value
    ec2:DescribeInstanceAttribute disableApiTermination/value
    ec2:DescribeInstanceAttribute disableApiTermination|disableApiStop|instanceInitiatedShutdownBehavior
    ec2:DescribeInstanceAttribute instanceInitiatedShutdownBehavior/value
    ec2:DescribeInstanceCreditSpecifications instanceCreditSpecificationSet/item/cpuCredits
    ec2:DescribeInstanceCreditSpecifications instanceCreditSpecificationSet/item/instanceId
    ec2:DescribeInstanceCreditSpecifications instanceCreditSpecificationSet?
    ec2:DescribeInstanceStatus instanceStatusSet/item/instanceStatus
    ec2:DescribeInstanceStatus instanceStatusSet/item/instanceStatus/status
    ec2:DescribeInstanceStatus instanceStatusSet/item/systemStatus
    ec2:DescribeInstanceStatus instanceStatusSet/item/systemStatus/status
    ec2:DescribeInstanceStatus instanceStatusSet?
    ec2:DescribeInstances reservationSet/item/instancesSet/item/groupSet?
    ec2:DescribeInstances reservationSet/item/instancesSet/item/instanceState
    ec2:DescribeInstances reservationSet/item/instancesSet/item/instanceState/name
    ec2:DescribeInstances reservationSet/item/instancesSet/item/networkInterfaceSet/item/groupSet?
    ec2:DescribeInstances reservationSet/item/instancesSet/item/networkInterfaceSet/item/privateIpAddressesSet?
    ec2:DescribeInstances reservationSet/item/instancesSet/item/networkInterfaceSet?
    ec2:DescribeInstances reservationSet/item/instancesSet?
    ec2:DescribeInstances reservationSet?
    ec2:DescribeLaunchTemplateVersions launchTemplateVersionSet/item/defaultVersion
    ec2:DescribeLaunchTemplateVersions launchTemplateVersionSet/item/launchTemplateData?
    ec2:DescribeLaunchTemplateVersions launchTemplateVersionSet/item/launchTemplateId
    ec2:DescribeLaunchTemplateVersions launchTemplateVersionSet/item/versionNumber
    ec2:DescribeLaunchTemplateVersions launchTemplateVersionSet?
    ec2:DescribeLaunchTemplates launchTemplates/item/defaultVersionNumber
    ec2:DescribeLaunchTemplates launchTemplates/item/latestVersionNumber
    ec2:DescribeLaunchTemplates launchTemplates/item/launchTemplateName
    ec2:DescribeLaunchTemplates launchTemplates?
    ");
}

#[test]
fn what_an_answer_of_ec2_about_disks_must_hold() {
    assert_snapshot!(declared(|operation| is_of(operation, &DISKS)), @"
    ec2:DescribeSnapshotAttribute createVolumePermission/item/userId|group
    ec2:DescribeSnapshotAttribute createVolumePermission?
    ec2:DescribeSnapshots snapshotSet/item/encrypted
    ec2:DescribeSnapshots snapshotSet/item/ownerId
    ec2:DescribeSnapshots snapshotSet/item/startTime
    ec2:DescribeSnapshots snapshotSet/item/status
    ec2:DescribeSnapshots snapshotSet/item/volumeSize
    ec2:DescribeSnapshots snapshotSet?
    ec2:DescribeVolumeAttribute autoEnableIO
    ec2:DescribeVolumeAttribute autoEnableIO/value
    ec2:DescribeVolumes volumeSet/item/attachmentSet/item/status
    ec2:DescribeVolumes volumeSet/item/attachmentSet?
    ec2:DescribeVolumes volumeSet/item/encrypted
    ec2:DescribeVolumes volumeSet/item/size
    ec2:DescribeVolumes volumeSet/item/status
    ec2:DescribeVolumes volumeSet/item/volumeType
    ec2:DescribeVolumes volumeSet?
    ");
}

#[test]
fn what_any_other_answer_of_ec2_must_hold() {
    let others = |operation: &str| {
        is_of(operation, &["ec2:"]) && !is_of(operation, &MACHINES) && !is_of(operation, &DISKS)
    };
    assert_snapshot!(declared(others), @"
    ec2:DescribeAddresses addressesSet/item/domain
    ec2:DescribeAddresses addressesSet/item/publicIp|carrierIp|customerOwnedIp
    ec2:DescribeAddresses addressesSet?
    ec2:DescribeNetworkInterfaces networkInterfaceSet/item/attachment/status
    ec2:DescribeNetworkInterfaces networkInterfaceSet/item/groupSet/item/groupId
    ec2:DescribeNetworkInterfaces networkInterfaceSet/item/groupSet?
    ec2:DescribeNetworkInterfaces networkInterfaceSet/item/ipv6AddressesSet/item/ipv6Address
    ec2:DescribeNetworkInterfaces networkInterfaceSet/item/ipv6AddressesSet?
    ec2:DescribeNetworkInterfaces networkInterfaceSet/item/privateIpAddressesSet/item/privateIpAddress
    ec2:DescribeNetworkInterfaces networkInterfaceSet/item/privateIpAddressesSet?
    ec2:DescribeNetworkInterfaces networkInterfaceSet/item/requesterManaged
    ec2:DescribeNetworkInterfaces networkInterfaceSet/item/sourceDestCheck
    ec2:DescribeNetworkInterfaces networkInterfaceSet/item/status
    ec2:DescribeNetworkInterfaces networkInterfaceSet?
    ec2:DescribeSecurityGroups securityGroupInfo/item/ipPermissions/item/ipProtocol
    ec2:DescribeSecurityGroups securityGroupInfo/item/ipPermissions/item/ipRanges/item/cidrIp
    ec2:DescribeSecurityGroups securityGroupInfo/item/ipPermissions/item/ipRanges|ipv6Ranges|prefixListIds|groups
    ec2:DescribeSecurityGroups securityGroupInfo/item/ipPermissions/item/ipv6Ranges/item/cidrIpv6
    ec2:DescribeSecurityGroups securityGroupInfo/item/ipPermissions/item/prefixListIds/item/prefixListId
    ec2:DescribeSecurityGroups securityGroupInfo/item/ipPermissions?
    ec2:DescribeSecurityGroups securityGroupInfo/item/ipPermissionsEgress/item/ipProtocol
    ec2:DescribeSecurityGroups securityGroupInfo/item/ipPermissionsEgress/item/ipRanges/item/cidrIp
    ec2:DescribeSecurityGroups securityGroupInfo/item/ipPermissionsEgress/item/ipRanges|ipv6Ranges|prefixListIds|groups
    ec2:DescribeSecurityGroups securityGroupInfo/item/ipPermissionsEgress/item/ipv6Ranges/item/cidrIpv6
    ec2:DescribeSecurityGroups securityGroupInfo/item/ipPermissionsEgress/item/prefixListIds/item/prefixListId
    ec2:DescribeSecurityGroups securityGroupInfo/item/ipPermissionsEgress?
    ec2:DescribeSecurityGroups securityGroupInfo?
    ");
}
