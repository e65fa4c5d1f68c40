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

/// Types of EC2 about networks.
const NETWORKS: [&str; 7] = [
    "AWS::EC2::FlowLog",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::PrefixList",
    "AWS::EC2::RouteTable",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
];

/// What the answers about these types must hold.
fn of_types(types: &[&str]) -> String {
    let adapters = adapters();
    declarations(types.iter().flat_map(|name| calls(&adapters.0[*name])))
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
    ec2:DescribeInstanceAttribute(disableApiStop) disableApiStop
    ec2:DescribeInstanceAttribute(disableApiStop) disableApiStop/value
    ec2:DescribeInstanceAttribute(disableApiTermination) disableApiTermination
    ec2:DescribeInstanceAttribute(disableApiTermination) disableApiTermination/value
    ec2:DescribeInstanceAttribute(instanceInitiatedShutdownBehavior) instanceInitiatedShutdownBehavior
    ec2:DescribeInstanceAttribute(instanceInitiatedShutdownBehavior) instanceInitiatedShutdownBehavior/value
    ec2:DescribeInstanceAttribute(userData) userData?
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
    let adapters = adapters();
    let networks = NETWORKS.iter().flat_map(|name| calls(&adapters.0[*name]));
    let networks: Vec<&str> = networks.map(|call| call.operation).collect();
    let named = |operation: &str| {
        is_of(operation, &MACHINES) || is_of(operation, &DISKS) || networks.contains(&operation)
    };
    let others = |operation: &str| operation.starts_with("ec2:") && !named(operation);
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
    ec2:GetEbsDefaultKmsKeyId kmsKeyId
    ec2:GetEbsEncryptionByDefault ebsEncryptionByDefault
    ec2:GetImageBlockPublicAccessState imageBlockPublicAccessState
    ec2:GetInstanceMetadataDefaults requestId
    ec2:GetSnapshotBlockPublicAccessState state
    ");
}

#[test]
fn what_an_answer_about_networks_must_hold() {
    assert_snapshot!(of_types(&NETWORKS), @"
    ec2:DescribeFlowLogs flowLogSet/item/creationTime
    ec2:DescribeFlowLogs flowLogSet/item/flowLogStatus
    ec2:DescribeFlowLogs flowLogSet/item/logDestinationType
    ec2:DescribeFlowLogs flowLogSet/item/resourceId
    ec2:DescribeFlowLogs flowLogSet?
    ec2:DescribeInternetGateways internetGatewaySet/item/attachmentSet/item/state
    ec2:DescribeInternetGateways internetGatewaySet/item/attachmentSet/item/vpcId
    ec2:DescribeInternetGateways internetGatewaySet/item/attachmentSet?
    ec2:DescribeInternetGateways internetGatewaySet/item/ownerId
    ec2:DescribeInternetGateways internetGatewaySet?
    ec2:DescribeManagedPrefixLists prefixListSet/item/ownerId
    ec2:DescribeManagedPrefixLists prefixListSet/item/prefixListArn
    ec2:DescribeManagedPrefixLists prefixListSet/item/prefixListName
    ec2:DescribeManagedPrefixLists prefixListSet?
    ec2:DescribeNetworkAcls networkAclSet/item/associationSet/item/subnetId
    ec2:DescribeNetworkAcls networkAclSet/item/associationSet?
    ec2:DescribeNetworkAcls networkAclSet/item/default
    ec2:DescribeNetworkAcls networkAclSet/item/entrySet/item/cidrBlock|ipv6CidrBlock
    ec2:DescribeNetworkAcls networkAclSet/item/entrySet/item/egress
    ec2:DescribeNetworkAcls networkAclSet/item/entrySet/item/protocol
    ec2:DescribeNetworkAcls networkAclSet/item/entrySet/item/ruleAction
    ec2:DescribeNetworkAcls networkAclSet/item/entrySet/item/ruleNumber
    ec2:DescribeNetworkAcls networkAclSet/item/entrySet?
    ec2:DescribeNetworkAcls networkAclSet/item/ownerId
    ec2:DescribeNetworkAcls networkAclSet/item/vpcId
    ec2:DescribeNetworkAcls networkAclSet?
    ec2:DescribeRouteTables routeTableSet/item/associationSet/item/main
    ec2:DescribeRouteTables routeTableSet/item/associationSet?
    ec2:DescribeRouteTables routeTableSet/item/ownerId
    ec2:DescribeRouteTables routeTableSet/item/propagatingVgwSet/item/gatewayId
    ec2:DescribeRouteTables routeTableSet/item/routeSet/item/destinationCidrBlock|destinationIpv6CidrBlock|destinationPrefixListId
    ec2:DescribeRouteTables routeTableSet/item/routeSet/item/state
    ec2:DescribeRouteTables routeTableSet/item/routeSet?
    ec2:DescribeRouteTables routeTableSet/item/vpcId
    ec2:DescribeRouteTables routeTableSet?
    ec2:DescribeSubnets subnetSet/item/assignIpv6AddressOnCreation
    ec2:DescribeSubnets subnetSet/item/availabilityZone
    ec2:DescribeSubnets subnetSet/item/cidrBlock|ipv6CidrBlockAssociationSet
    ec2:DescribeSubnets subnetSet/item/defaultForAz
    ec2:DescribeSubnets subnetSet/item/ipv6CidrBlockAssociationSet/item/ipv6CidrBlock
    ec2:DescribeSubnets subnetSet/item/mapPublicIpOnLaunch
    ec2:DescribeSubnets subnetSet/item/ownerId
    ec2:DescribeSubnets subnetSet/item/state
    ec2:DescribeSubnets subnetSet/item/vpcId
    ec2:DescribeSubnets subnetSet?
    ec2:DescribeVpcAttribute enableDnsHostnames/value
    ec2:DescribeVpcAttribute enableDnsSupport/value
    ec2:DescribeVpcAttribute enableDnsSupport|enableDnsHostnames
    ec2:DescribeVpcs vpcSet/item/cidrBlock
    ec2:DescribeVpcs vpcSet/item/cidrBlockAssociationSet
    ec2:DescribeVpcs vpcSet/item/cidrBlockAssociationSet/item/cidrBlock
    ec2:DescribeVpcs vpcSet/item/ipv6CidrBlockAssociationSet/item/ipv6CidrBlock
    ec2:DescribeVpcs vpcSet/item/isDefault
    ec2:DescribeVpcs vpcSet/item/ownerId
    ec2:DescribeVpcs vpcSet/item/state
    ec2:DescribeVpcs vpcSet?
    ec2:GetManagedPrefixListEntries entrySet/item/cidr
    ec2:GetManagedPrefixListEntries entrySet?
    ");
}
