//! `AWS::EC2::Instance`.

use aws_sdk_ec2::types::{
    Filter, IamInstanceProfile, Instance, InstanceBlockDeviceMapping,
    InstanceMetadataOptionsResponse, InstanceNetworkInterface, InstanceNetworkInterfaceAssociation,
    InstanceNetworkInterfaceAttachment, InstanceState, Monitoring, MonitoringState, Placement,
    Reservation,
};
use serde_json::{Value as Json, json};

use super::answer::{instant, list as json_list, name, object};
use super::ec2_security_group::tags;
use super::pages::{Entry, Pages};
use super::session::Session;
use crate::resource::{Listing, Region, Schema};

/// A terminated instance is told for about an hour; it is no resource any more.
const STATES: [&str; 5] = ["pending", "running", "stopping", "stopped", "shutting-down"];

/// The instances of a region.
pub(super) async fn list(session: &Session, region: &Region, schema: &Schema) -> Listing {
    let operation = "ec2:DescribeInstances";
    let client = session.ec2(region);
    let existing = Filter::builder()
        .name("instance-state-name")
        .set_values(Some(STATES.map(str::to_owned).to_vec()))
        .build();
    let mut pages = Pages::new(operation);
    while let Some(token) = pages.next() {
        let request = client
            .describe_instances()
            .filters(existing.clone())
            .max_results(session.limits().page_size)
            .set_next_token(token);
        match session.call(operation, region, request.send()).await {
            Ok(answer) => {
                let instances = answer.reservations().iter().flat_map(Reservation::instances);
                let instances = instances.map(|instance| Entry {
                    region: region.clone(),
                    answer: describe(session, region, instance),
                });
                pages.add(instances, answer.next_token());
            }
            Err(refusal) => pages.refused(refusal),
        }
    }
    pages.listing(schema)
}

fn describe(session: &Session, region: &Region, instance: &Instance) -> Json {
    let (partition, account) = (session.partition(), session.account());
    let id = instance.instance_id();
    let arn = id.map(|id| format!("arn:{partition}:ec2:{region}:{account}:instance/{id}"));
    let state = instance.state();
    let placement = instance.placement();
    let profile = instance.iam_instance_profile().and_then(IamInstanceProfile::arn);
    let monitoring = instance.monitoring().and_then(Monitoring::state);
    object([
        ("InstanceId", id.into()),
        ("Arn", arn.into()),
        ("InstanceType", name(instance.instance_type())),
        ("ImageId", instance.image_id().into()),
        (
            "State",
            object([
                ("Name", name(state.and_then(InstanceState::name))),
                // The high byte is for AWS alone.
                ("Code", state.and_then(InstanceState::code).map(|code| code & 0xff).into()),
            ]),
        ),
        ("LaunchTime", instant(instance.launch_time())),
        ("AvailabilityZone", placement.and_then(Placement::availability_zone).into()),
        ("Tenancy", name(placement.and_then(Placement::tenancy))),
        ("KeyName", instance.key_name().into()),
        ("VpcId", instance.vpc_id().into()),
        ("SubnetId", instance.subnet_id().into()),
        ("PrivateIpAddress", instance.private_ip_address().into()),
        ("PublicIpAddress", instance.public_ip_address().into()),
        ("SecurityGroupIds", json_list(instance.security_groups(), |one| one.group_id().into())),
        ("NetworkInterfaces", json_list(instance.network_interfaces(), interface)),
        ("IamInstanceProfile", profile.and_then(|arn| arn.rsplit('/').next()).into()),
        ("IamInstanceProfileArn", profile.into()),
        ("MetadataOptions", instance.metadata_options().map_or(Json::Null, metadata)),
        ("Monitoring", json!(monitoring == Some(&MonitoringState::Enabled))),
        ("EbsOptimized", json!(instance.ebs_optimized().unwrap_or(false))),
        ("SourceDestCheck", instance.source_dest_check().into()),
        ("BlockDeviceMappings", json_list(instance.block_device_mappings(), device)),
        ("Tags", tags(instance.tags())),
    ])
}

fn interface(interface: &InstanceNetworkInterface) -> Json {
    let index = interface.attachment().and_then(InstanceNetworkInterfaceAttachment::device_index);
    let address = interface.association().and_then(InstanceNetworkInterfaceAssociation::public_ip);
    object([
        ("NetworkInterfaceId", interface.network_interface_id().into()),
        ("DeviceIndex", index.into()),
        ("SubnetId", interface.subnet_id().into()),
        ("PrivateIpAddress", interface.private_ip_address().into()),
        ("PublicIp", address.into()),
        ("GroupSet", json_list(interface.groups(), |group| group.group_id().into())),
        ("Ipv6Addresses", json_list(interface.ipv6_addresses(), |one| one.ipv6_address().into())),
    ])
}

fn metadata(options: &InstanceMetadataOptionsResponse) -> Json {
    object([
        ("HttpEndpoint", name(options.http_endpoint())),
        ("HttpTokens", name(options.http_tokens())),
        ("HttpPutResponseHopLimit", options.http_put_response_hop_limit().into()),
        ("HttpProtocolIpv6", name(options.http_protocol_ipv6())),
        ("InstanceMetadataTags", name(options.instance_metadata_tags())),
    ])
}

fn device(device: &InstanceBlockDeviceMapping) -> Json {
    let ebs = device.ebs().map_or(Json::Null, |ebs| {
        object([
            ("VolumeId", ebs.volume_id().into()),
            ("DeleteOnTermination", ebs.delete_on_termination().into()),
            ("Status", name(ebs.status())),
            ("AttachTime", instant(ebs.attach_time())),
        ])
    });
    object([("DeviceName", device.device_name().into()), ("Ebs", ebs)])
}
