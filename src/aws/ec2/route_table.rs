//! `AWS::EC2::RouteTable`.

use aws_sdk_ec2::operation::describe_route_tables::DescribeRouteTablesOutput;
use aws_sdk_ec2::types::{Route, RouteTable, RouteTableAssociation, RouteTableAssociationState};
use futures::FutureExt;
use serde_json::Value as Json;

use super::super::adapter::{Adapter, ListCall};
use super::super::json::{array, name, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{arn_of_owner, tags};
use crate::resource::Region;

/// Row of route tables in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::RouteTable",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[],
};

static LIST: Call = Call::xml(
    "ec2:DescribeRouteTables",
    &[
        present("routeTableSet"),
        filled("routeTableSet/item/ownerId"),
        filled("routeTableSet/item/vpcId"),
        present("routeTableSet/item/routeSet"),
        // A route of no destination would be a route to nowhere. Kinds of targets are added now and
        // then, kinds of destinations are not.
        filled(
            "routeTableSet/item/routeSet/item/\
             destinationCidrBlock|destinationIpv6CidrBlock|destinationPrefixListId",
        ),
        filled("routeTableSet/item/routeSet/item/state"),
        present("routeTableSet/item/associationSet"),
        filled("routeTableSet/item/associationSet/item/main"),
        filled("routeTableSet/item/propagatingVgwSet/item/gatewayId"),
    ],
);

/// Route tables a page at most, which is less than of other lists.
const PAGE_SIZE: i32 = 100;

async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |token| {
        let request = client.describe_route_tables().set_next_token(token);
        request.max_results(session.limits().page_size.min(PAGE_SIZE)).send()
    };
    let page = |output: &DescribeRouteTablesOutput| {
        let tables = output.route_tables().iter();
        let entries = tables.map(|one| Entry::new(region, describe(session, region, one)));
        Page { items: entries.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&LIST, region, request, page).await
}

fn describe(session: &Session, region: &Region, table: &RouteTable) -> Json {
    let (id, owner) = (table.route_table_id(), table.owner_id());
    let arn = arn_of_owner(session, region, owner, "route-table", id);
    let gateways = array(table.propagating_vgws(), |gateway| {
        object([("GatewayId", gateway.gateway_id().into())])
    });
    object([
        ("RouteTableId", id.into()),
        ("Arn", arn.into()),
        ("OwnerId", owner.into()),
        ("VpcId", table.vpc_id().into()),
        ("Routes", array(table.routes(), route)),
        ("Associations", array(table.associations(), association)),
        ("PropagatingVgws", gateways),
        ("Tags", tags(table.tags())),
    ])
}

fn route(route: &Route) -> Json {
    object([
        ("DestinationCidrBlock", route.destination_cidr_block().into()),
        ("DestinationIpv6CidrBlock", route.destination_ipv6_cidr_block().into()),
        ("DestinationPrefixListId", route.destination_prefix_list_id().into()),
        ("GatewayId", route.gateway_id().into()),
        ("NatGatewayId", route.nat_gateway_id().into()),
        ("EgressOnlyInternetGatewayId", route.egress_only_internet_gateway_id().into()),
        ("TransitGatewayId", route.transit_gateway_id().into()),
        ("VpcPeeringConnectionId", route.vpc_peering_connection_id().into()),
        ("NetworkInterfaceId", route.network_interface_id().into()),
        ("InstanceId", route.instance_id().into()),
        ("InstanceOwnerId", route.instance_owner_id().into()),
        ("CarrierGatewayId", route.carrier_gateway_id().into()),
        ("LocalGatewayId", route.local_gateway_id().into()),
        ("CoreNetworkArn", route.core_network_arn().into()),
        ("Origin", name(route.origin())),
        ("State", name(route.state())),
    ])
}

fn association(association: &RouteTableAssociation) -> Json {
    let state = association.association_state().and_then(RouteTableAssociationState::state);
    object([
        ("RouteTableAssociationId", association.route_table_association_id().into()),
        ("Main", association.main().into()),
        ("SubnetId", association.subnet_id().into()),
        ("GatewayId", association.gateway_id().into()),
        ("State", name(state)),
    ])
}
