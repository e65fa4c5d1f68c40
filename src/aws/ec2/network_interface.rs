//! `AWS::EC2::NetworkInterface`.

use aws_sdk_ec2::operation::describe_network_interfaces::DescribeNetworkInterfacesOutput;
use aws_sdk_ec2::types::{
    ConnectionTrackingConfiguration, NetworkInterface, NetworkInterfaceAssociation,
    NetworkInterfaceAttachment, NetworkInterfaceIpv6Address, NetworkInterfacePrivateIpAddress,
};
use futures::FutureExt;
use serde_json::Value as Json;

use super::super::adapter::{Adapter, ListCall};
use super::super::json::{array, instant, name, object, optional, text};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{arn, tags};
use crate::resource::Region;

/// Row of network interfaces in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::NetworkInterface",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[],
};

static LIST: Call = Call::xml(
    "ec2:DescribeNetworkInterfaces",
    &[
        present("networkInterfaceSet"),
        filled("networkInterfaceSet/item/status"),
        filled("networkInterfaceSet/item/requesterManaged"),
        filled("networkInterfaceSet/item/sourceDestCheck"),
        present("networkInterfaceSet/item/groupSet"),
        filled("networkInterfaceSet/item/groupSet/item/groupId"),
        present("networkInterfaceSet/item/privateIpAddressesSet"),
        filled("networkInterfaceSet/item/privateIpAddressesSet/item/privateIpAddress"),
        present("networkInterfaceSet/item/ipv6AddressesSet"),
        filled("networkInterfaceSet/item/ipv6AddressesSet/item/ipv6Address"),
        filled("networkInterfaceSet/item/attachment/status"),
    ],
);

async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |token| {
        let request = client.describe_network_interfaces().set_next_token(token);
        request.max_results(session.limits().page_size).send()
    };
    let page = |output: &DescribeNetworkInterfacesOutput| {
        let interfaces = output.network_interfaces().iter();
        let entries = interfaces.map(|one| Entry::new(region, describe(session, region, one)));
        Page { items: entries.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&LIST, region, request, page).await
}

fn describe(session: &Session, region: &Region, interface: &NetworkInterface) -> Json {
    let id = interface.network_interface_id();
    object([
        ("Id", id.into()),
        ("Arn", id.map(|id| arn(session, region, "network-interface", id)).into()),
        ("OwnerId", interface.owner_id().into()),
        ("Description", interface.description().into()),
        ("InterfaceType", name(interface.interface_type())),
        ("Status", name(interface.status())),
        ("RequesterId", text(interface.requester_id())),
        ("RequesterManaged", interface.requester_managed().into()),
        ("VpcId", interface.vpc_id().into()),
        ("SubnetId", interface.subnet_id().into()),
        ("AvailabilityZone", interface.availability_zone().into()),
        ("GroupSet", array(interface.groups(), |group| group.group_id().into())),
        ("SourceDestCheck", interface.source_dest_check().into()),
        ("MacAddress", interface.mac_address().into()),
        ("PrivateDnsName", text(interface.private_dns_name())),
        ("PrivateIpAddress", text(interface.private_ip_address())),
        ("PrivateIpAddresses", array(interface.private_ip_addresses(), private_address)),
        ("Association", optional(interface.association(), association)),
        ("Ipv6Addresses", array(interface.ipv6_addresses(), ipv6_address)),
        ("Attachment", optional(interface.attachment(), attachment)),
        (
            "ConnectionTrackingSpecification",
            optional(interface.connection_tracking_configuration(), connection_tracking),
        ),
        ("OutpostArn", text(interface.outpost_arn())),
        ("Tags", tags(interface.tag_set())),
    ])
}

fn private_address(address: &NetworkInterfacePrivateIpAddress) -> Json {
    object([
        ("PrivateIpAddress", address.private_ip_address().into()),
        ("Primary", address.primary().into()),
        ("PrivateDnsName", text(address.private_dns_name())),
        ("Association", optional(address.association(), association)),
    ])
}

fn association(association: &NetworkInterfaceAssociation) -> Json {
    object([
        ("PublicIp", text(association.public_ip())),
        ("AllocationId", text(association.allocation_id())),
        ("AssociationId", text(association.association_id())),
        ("IpOwnerId", text(association.ip_owner_id())),
        ("PublicDnsName", text(association.public_dns_name())),
        ("CarrierIp", text(association.carrier_ip())),
        ("CustomerOwnedIp", text(association.customer_owned_ip())),
    ])
}

fn ipv6_address(address: &NetworkInterfaceIpv6Address) -> Json {
    object([
        ("Ipv6Address", address.ipv6_address().into()),
        ("IsPrimaryIpv6", address.is_primary_ipv6().into()),
    ])
}

fn attachment(attachment: &NetworkInterfaceAttachment) -> Json {
    object([
        ("AttachmentId", attachment.attachment_id().into()),
        ("InstanceId", text(attachment.instance_id())),
        ("InstanceOwnerId", text(attachment.instance_owner_id())),
        ("DeviceIndex", attachment.device_index().into()),
        ("NetworkCardIndex", attachment.network_card_index().into()),
        ("Status", name(attachment.status())),
        ("AttachTime", instant(attachment.attach_time())),
        ("DeleteOnTermination", attachment.delete_on_termination().into()),
    ])
}

fn connection_tracking(configuration: &ConnectionTrackingConfiguration) -> Json {
    object([
        ("TcpEstablishedTimeout", configuration.tcp_established_timeout().into()),
        ("UdpStreamTimeout", configuration.udp_stream_timeout().into()),
        ("UdpTimeout", configuration.udp_timeout().into()),
    ])
}
