//! `AWS::EC2::Subnet`.

use aws_sdk_ec2::operation::describe_subnets::DescribeSubnetsOutput;
use aws_sdk_ec2::types::{
    PrivateDnsNameOptionsOnLaunch, Subnet, SubnetCidrBlockState, SubnetCidrBlockStateCode,
    SubnetIpv6CidrBlockAssociation,
};
use futures::FutureExt;
use serde_json::Value as Json;

use super::super::adapter::{Adapter, ListCall};
use super::super::json::{array, name, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{arn_of_owner, block_public_access, tags};
use crate::resource::Region;

/// Row of subnets in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::Subnet",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[],
};

static LIST: Call = Call::xml(
    "ec2:DescribeSubnets",
    &[
        present("subnetSet"),
        filled("subnetSet/item/ownerId"),
        filled("subnetSet/item/state"),
        filled("subnetSet/item/vpcId"),
        // A subnet of IPv6 alone has no other range.
        filled("subnetSet/item/cidrBlock|ipv6CidrBlockAssociationSet"),
        filled("subnetSet/item/ipv6CidrBlockAssociationSet/item/ipv6CidrBlock"),
        filled("subnetSet/item/availabilityZone"),
        filled("subnetSet/item/defaultForAz"),
        filled("subnetSet/item/mapPublicIpOnLaunch"),
        filled("subnetSet/item/assignIpv6AddressOnCreation"),
    ],
);

async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |token| {
        let request = client.describe_subnets().set_next_token(token);
        request.max_results(session.limits().page_size).send()
    };
    let page = |output: &DescribeSubnetsOutput| {
        let subnets = output.subnets().iter();
        let entries = subnets.map(|one| Entry::new(region, describe(session, region, one)));
        Page { items: entries.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&LIST, region, request, page).await
}

fn describe(session: &Session, region: &Region, subnet: &Subnet) -> Json {
    let (id, owner) = (subnet.subnet_id(), subnet.owner_id());
    let made_up = || arn_of_owner(session, region, owner, "subnet", id);
    let arn = subnet.subnet_arn().map(str::to_owned).or_else(made_up);
    let ipv6_ranges = subnet.ipv6_cidr_block_association_set().iter().filter(|one| is_there(one));
    let names = subnet.private_dns_name_options_on_launch();
    object([
        ("SubnetId", id.into()),
        ("Arn", arn.into()),
        ("OwnerId", owner.into()),
        ("VpcId", subnet.vpc_id().into()),
        ("State", name(subnet.state())),
        ("CidrBlock", subnet.cidr_block().into()),
        ("Ipv6CidrBlocks", array(ipv6_ranges, |one| one.ipv6_cidr_block().into())),
        ("Ipv6Native", subnet.ipv6_native().into()),
        ("AvailabilityZone", subnet.availability_zone().into()),
        ("AvailabilityZoneId", subnet.availability_zone_id().into()),
        ("DefaultForAz", subnet.default_for_az().into()),
        ("AvailableIpAddressCount", subnet.available_ip_address_count().into()),
        ("MapPublicIpOnLaunch", subnet.map_public_ip_on_launch().into()),
        ("AssignIpv6AddressOnCreation", subnet.assign_ipv6_address_on_creation().into()),
        ("MapCustomerOwnedIpOnLaunch", subnet.map_customer_owned_ip_on_launch().into()),
        ("CustomerOwnedIpv4Pool", subnet.customer_owned_ipv4_pool().into()),
        ("EnableDns64", subnet.enable_dns64().into()),
        ("EnableLniAtDeviceIndex", subnet.enable_lni_at_device_index().into()),
        ("PrivateDnsNameOptionsOnLaunch", names.map_or(Json::Null, dns_names)),
        ("BlockPublicAccessStates", block_public_access(subnet.block_public_access_states())),
        ("OutpostArn", subnet.outpost_arn().into()),
        ("Tags", tags(subnet.tags())),
    ])
}

/// Whether a range is one of the subnet's: the API still tells of those that it lost, or never got.
fn is_there(range: &SubnetIpv6CidrBlockAssociation) -> bool {
    let state = range.ipv6_cidr_block_state().and_then(SubnetCidrBlockState::state);
    !matches!(
        state,
        Some(SubnetCidrBlockStateCode::Disassociated | SubnetCidrBlockStateCode::Failed)
    )
}

fn dns_names(names: &PrivateDnsNameOptionsOnLaunch) -> Json {
    object([
        ("HostnameType", name(names.hostname_type())),
        ("EnableResourceNameDnsARecord", names.enable_resource_name_dns_a_record().into()),
        ("EnableResourceNameDnsAAAARecord", names.enable_resource_name_dns_aaaa_record().into()),
    ])
}
