//! `AWS::EC2::Instance`.

mod attributes;
mod credits;
mod machine;
mod status;

use aws_sdk_ec2::operation::describe_instances::DescribeInstancesOutput;
use aws_sdk_ec2::types::{
    Filter, IamInstanceProfile, Instance, InstanceBlockDeviceMapping,
    InstanceMetadataOptionsResponse, InstanceNetworkInterface, InstanceNetworkInterfaceAssociation,
    InstanceNetworkInterfaceAttachment, InstancePrivateIpAddress, InstanceState, Monitoring,
    MonitoringState, Placement, Reservation,
};
use futures::FutureExt;
use serde_json::{Value as Json, json};

use super::super::adapter::{Adapter, FacetCall, ListCall};
use super::super::json::{array, instant, name, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{arn, tags};
use crate::resource::Region;

/// Row of EC2 instances in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::Instance",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[
        attributes::TERMINATION_FACET,
        attributes::STOP_FACET,
        attributes::SHUTDOWN_FACET,
        attributes::USER_DATA_FACET,
        FacetCall::bulk(&status::CALL, |session, region| status::read(session, region).boxed()),
        FacetCall::by_ids(&credits::CALL, |s, region, ids| credits::read(s, region, ids).boxed())
            .of(credits::may_have),
    ],
};

static LIST: Call = Call::xml(
    "ec2:DescribeInstances",
    &[
        present("reservationSet"),
        present("reservationSet/item/instancesSet"),
        filled("reservationSet/item/instancesSet/item/instanceState"),
        filled("reservationSet/item/instancesSet/item/instanceState/name"),
        present("reservationSet/item/instancesSet/item/groupSet"),
        present("reservationSet/item/instancesSet/item/networkInterfaceSet"),
        present("reservationSet/item/instancesSet/item/networkInterfaceSet/item/groupSet"),
        present(
            "reservationSet/item/instancesSet/item/networkInterfaceSet/item/privateIpAddressesSet",
        ),
    ],
);

/// States that are listed. A terminated instance is told for about an hour, and no resource any more.
const STATES: [&str; 5] = ["pending", "running", "stopping", "stopped", "shutting-down"];

async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let states = STATES.map(str::to_owned).to_vec();
    let existing = Filter::builder().name("instance-state-name").set_values(Some(states)).build();
    let request = |token| {
        let request = client.describe_instances().filters(existing.clone());
        request.max_results(session.limits().page_size).set_next_token(token).send()
    };
    let page = |output: &DescribeInstancesOutput| {
        let reservations = output.reservations().iter();
        let entries = reservations.flat_map(|one| entries(session, region, one));
        Page { items: entries.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&LIST, region, request, page).await
}

/// The instances of a reservation, which alone names their owner.
fn entries<'a>(
    session: &'a Session,
    region: &'a Region,
    reservation: &'a Reservation,
) -> impl Iterator<Item = Entry> + 'a {
    reservation.instances().iter().map(|instance| {
        let mut properties = describe(session, region, instance);
        if let Json::Object(properties) = &mut properties {
            let machine = machine::describe(reservation.owner_id(), instance);
            properties.extend(machine.map(|(name, value)| (name.to_owned(), value)));
        }
        Entry::new(region, properties)
    })
}

fn describe(session: &Session, region: &Region, instance: &Instance) -> Json {
    let id = instance.instance_id();
    let arn = id.map(|id| arn(session, region, "instance", id));
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
        ("SecurityGroupIds", array(instance.security_groups(), |one| one.group_id().into())),
        ("NetworkInterfaces", array(instance.network_interfaces(), interface)),
        ("IamInstanceProfile", profile.and_then(|arn| arn.rsplit('/').next()).into()),
        ("IamInstanceProfileArn", profile.into()),
        ("MetadataOptions", instance.metadata_options().map_or(Json::Null, metadata)),
        ("Monitoring", json!(monitoring == Some(&MonitoringState::Enabled))),
        ("EbsOptimized", json!(instance.ebs_optimized().unwrap_or(false))),
        ("SourceDestCheck", instance.source_dest_check().into()),
        ("BlockDeviceMappings", array(instance.block_device_mappings(), device)),
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
        ("PrivateIpAddresses", array(interface.private_ip_addresses(), private_address)),
        ("GroupSet", array(interface.groups(), |group| group.group_id().into())),
        ("Ipv6Addresses", array(interface.ipv6_addresses(), |one| one.ipv6_address().into())),
    ])
}

fn private_address(address: &InstancePrivateIpAddress) -> Json {
    let association = address
        .association()
        .map_or(Json::Null, |association| object([("PublicIp", association.public_ip().into())]));
    object([
        ("PrivateIpAddress", address.private_ip_address().into()),
        ("Primary", address.primary().into()),
        ("Association", association),
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
