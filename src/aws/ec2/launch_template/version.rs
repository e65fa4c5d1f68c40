//! What a version of a launch template says. What it does not say is left out, an empty list as
//! well: it is decided at launch.

use aws_sdk_ec2::types::{
    LaunchTemplateBlockDeviceMapping as BlockDevice, LaunchTemplateCpuOptions as CpuOptions,
    LaunchTemplateEbsBlockDevice as EbsVolume, LaunchTemplateInstanceMarketOptions as Market,
    LaunchTemplateInstanceMetadataOptions as MetadataOptions,
    LaunchTemplateInstanceNetworkInterfaceSpecification as NetworkInterface,
    LaunchTemplatePlacement as Placement, LaunchTemplatePrivateDnsNameOptions as DnsNameOptions,
    LaunchTemplateSpotMarketOptions as SpotOptions,
    LaunchTemplateTagSpecification as TagSpecification, ResponseLaunchTemplateData,
};
use serde_json::Value as Json;

use super::super::super::json::{instant, name, object, optional, some, text};
use super::super::super::session::Session;
use super::super::{tags, user_data};

/// `LaunchTemplateData` as CloudFormation names it.
pub(super) fn describe(session: &Session, data: &ResponseLaunchTemplateData) -> Json {
    let profile = optional(data.iam_instance_profile(), |profile| {
        object([("Arn", text(profile.arn())), ("Name", text(profile.name()))])
    });
    object([
        ("ImageId", text(data.image_id())),
        ("InstanceType", name(data.instance_type())),
        ("KeyName", text(data.key_name())),
        ("SecurityGroupIds", some(data.security_group_ids(), |id| Json::from(&**id))),
        ("SecurityGroups", some(data.security_groups(), |name| Json::from(&**name))),
        ("IamInstanceProfile", profile),
        ("MetadataOptions", optional(data.metadata_options(), metadata)),
        ("NetworkInterfaces", some(data.network_interfaces(), interface)),
        ("BlockDeviceMappings", some(data.block_device_mappings(), device)),
        ("Monitoring", optional(data.monitoring(), |one| enabled(one.enabled()))),
        ("EbsOptimized", data.ebs_optimized().into()),
        ("DisableApiTermination", data.disable_api_termination().into()),
        ("DisableApiStop", data.disable_api_stop().into()),
        ("InstanceInitiatedShutdownBehavior", name(data.instance_initiated_shutdown_behavior())),
        ("EnclaveOptions", optional(data.enclave_options(), |one| enabled(one.enabled()))),
        (
            "HibernationOptions",
            optional(data.hibernation_options(), |options| {
                object([("Configured", options.configured().into())])
            }),
        ),
        ("CpuOptions", optional(data.cpu_options(), cpu)),
        (
            "CreditSpecification",
            optional(data.credit_specification(), |credits| {
                object([("CpuCredits", text(credits.cpu_credits()))])
            }),
        ),
        ("Placement", optional(data.placement(), placement)),
        ("PrivateDnsNameOptions", optional(data.private_dns_name_options(), dns_names)),
        ("InstanceMarketOptions", optional(data.instance_market_options(), market)),
        ("TagSpecifications", some(data.tag_specifications(), tag_specification)),
        (
            "MaintenanceOptions",
            optional(data.maintenance_options(), |options| {
                object([("AutoRecovery", name(options.auto_recovery()))])
            }),
        ),
        ("KernelId", text(data.kernel_id())),
        ("RamDiskId", text(data.ram_disk_id())),
        ("UserData", user_data(session, data.user_data())),
    ])
}

fn enabled(flag: Option<bool>) -> Json {
    object([("Enabled", flag.into())])
}

fn metadata(options: &MetadataOptions) -> Json {
    object([
        ("HttpEndpoint", name(options.http_endpoint())),
        ("HttpTokens", name(options.http_tokens())),
        ("HttpPutResponseHopLimit", options.http_put_response_hop_limit().into()),
        ("HttpProtocolIpv6", name(options.http_protocol_ipv6())),
        ("InstanceMetadataTags", name(options.instance_metadata_tags())),
    ])
}

fn interface(interface: &NetworkInterface) -> Json {
    let ipv6_addresses = some(interface.ipv6_addresses(), |address| {
        object([("Ipv6Address", address.ipv6_address().into())])
    });
    object([
        ("DeviceIndex", interface.device_index().into()),
        ("NetworkCardIndex", interface.network_card_index().into()),
        ("InterfaceType", text(interface.interface_type())),
        ("NetworkInterfaceId", text(interface.network_interface_id())),
        ("SubnetId", text(interface.subnet_id())),
        ("Groups", some(interface.groups(), |id| Json::from(&**id))),
        ("AssociatePublicIpAddress", interface.associate_public_ip_address().into()),
        ("AssociateCarrierIpAddress", interface.associate_carrier_ip_address().into()),
        ("DeleteOnTermination", interface.delete_on_termination().into()),
        ("Description", text(interface.description())),
        ("PrivateIpAddress", text(interface.private_ip_address())),
        ("SecondaryPrivateIpAddressCount", interface.secondary_private_ip_address_count().into()),
        ("Ipv6AddressCount", interface.ipv6_address_count().into()),
        ("Ipv6Addresses", ipv6_addresses),
        ("PrimaryIpv6", interface.primary_ipv6().into()),
    ])
}

fn device(device: &BlockDevice) -> Json {
    object([
        ("DeviceName", text(device.device_name())),
        ("VirtualName", text(device.virtual_name())),
        // The element says it all, and is mostly empty.
        ("NoDevice", device.no_device().into()),
        ("Ebs", optional(device.ebs(), volume)),
    ])
}

fn volume(volume: &EbsVolume) -> Json {
    object([
        ("Encrypted", volume.encrypted().into()),
        ("KmsKeyId", text(volume.kms_key_id())),
        ("SnapshotId", text(volume.snapshot_id())),
        ("VolumeSize", volume.volume_size().into()),
        ("VolumeType", name(volume.volume_type())),
        ("Iops", volume.iops().into()),
        ("Throughput", volume.throughput().into()),
        ("DeleteOnTermination", volume.delete_on_termination().into()),
    ])
}

fn cpu(options: &CpuOptions) -> Json {
    object([
        ("CoreCount", options.core_count().into()),
        ("ThreadsPerCore", options.threads_per_core().into()),
        ("AmdSevSnp", name(options.amd_sev_snp())),
    ])
}

fn placement(placement: &Placement) -> Json {
    object([
        ("AvailabilityZone", text(placement.availability_zone())),
        ("Tenancy", name(placement.tenancy())),
        ("GroupName", text(placement.group_name())),
        ("GroupId", text(placement.group_id())),
        ("HostId", text(placement.host_id())),
        ("HostResourceGroupArn", text(placement.host_resource_group_arn())),
        ("Affinity", text(placement.affinity())),
        ("PartitionNumber", placement.partition_number().into()),
    ])
}

fn dns_names(options: &DnsNameOptions) -> Json {
    object([
        ("HostnameType", name(options.hostname_type())),
        ("EnableResourceNameDnsARecord", options.enable_resource_name_dns_a_record().into()),
        ("EnableResourceNameDnsAAAARecord", options.enable_resource_name_dns_aaaa_record().into()),
    ])
}

fn market(options: &Market) -> Json {
    object([
        ("MarketType", name(options.market_type())),
        ("SpotOptions", optional(options.spot_options(), spot)),
    ])
}

fn spot(options: &SpotOptions) -> Json {
    object([
        ("MaxPrice", text(options.max_price())),
        ("SpotInstanceType", name(options.spot_instance_type())),
        ("InstanceInterruptionBehavior", name(options.instance_interruption_behavior())),
        ("ValidUntil", instant(options.valid_until())),
    ])
}

fn tag_specification(specification: &TagSpecification) -> Json {
    object([
        ("ResourceType", name(specification.resource_type())),
        ("Tags", tags(specification.tags())),
    ])
}
