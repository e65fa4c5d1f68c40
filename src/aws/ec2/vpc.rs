//! `AWS::EC2::VPC`.

use aws_sdk_ec2::operation::describe_vpcs::DescribeVpcsOutput;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, Vpc, VpcAttributeName, VpcCidrBlockAssociation, VpcCidrBlockState,
    VpcIpv6CidrBlockAssociation,
};
use futures::FutureExt;
use serde_json::Value as Json;

use super::super::adapter::{Adapter, FacetCall, ListCall, Response};
use super::super::json::{array, name, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{arn_of_owner, block_public_access, tags};
use crate::resource::{Region, Resource};

/// Row of VPCs in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::VPC",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[FacetCall::each(&ATTRIBUTE, |session, vpc| attributes(session, vpc).boxed())],
};

static LIST: Call = Call::xml(
    "ec2:DescribeVpcs",
    &[
        present("vpcSet"),
        filled("vpcSet/item/ownerId"),
        filled("vpcSet/item/state"),
        filled("vpcSet/item/isDefault"),
        filled("vpcSet/item/cidrBlock"),
        filled("vpcSet/item/cidrBlockAssociationSet"),
        filled("vpcSet/item/cidrBlockAssociationSet/item/cidrBlock"),
        filled("vpcSet/item/ipv6CidrBlockAssociationSet/item/ipv6CidrBlock"),
    ],
);

async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |token| {
        let request = client.describe_vpcs().set_next_token(token);
        request.max_results(session.limits().page_size).send()
    };
    let page = |output: &DescribeVpcsOutput| {
        let vpcs = output.vpcs().iter();
        let entries = vpcs.map(|one| Entry::new(region, describe(session, region, one)));
        Page { items: entries.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&LIST, region, request, page).await
}

fn describe(session: &Session, region: &Region, vpc: &Vpc) -> Json {
    let (id, owner) = (vpc.vpc_id(), vpc.owner_id());
    let arn = arn_of_owner(session, region, owner, "vpc", id);
    object([
        ("VpcId", id.into()),
        ("Arn", arn.into()),
        ("OwnerId", owner.into()),
        ("State", name(vpc.state())),
        ("IsDefault", vpc.is_default().into()),
        ("CidrBlock", vpc.cidr_block().into()),
        ("CidrBlockAssociationSet", array(vpc.cidr_block_association_set(), range)),
        ("Ipv6CidrBlockAssociationSet", array(vpc.ipv6_cidr_block_association_set(), ipv6_range)),
        ("InstanceTenancy", name(vpc.instance_tenancy())),
        ("DhcpOptionsId", vpc.dhcp_options_id().into()),
        ("BlockPublicAccessStates", block_public_access(vpc.block_public_access_states())),
        ("Tags", tags(vpc.tags())),
    ])
}

fn range(range: &VpcCidrBlockAssociation) -> Json {
    let state = range.cidr_block_state().and_then(VpcCidrBlockState::state);
    object([
        ("AssociationId", range.association_id().into()),
        ("CidrBlock", range.cidr_block().into()),
        ("State", name(state)),
    ])
}

fn ipv6_range(range: &VpcIpv6CidrBlockAssociation) -> Json {
    let state = range.ipv6_cidr_block_state().and_then(VpcCidrBlockState::state);
    object([
        ("AssociationId", range.association_id().into()),
        ("Ipv6CidrBlock", range.ipv6_cidr_block().into()),
        ("State", name(state)),
        ("NetworkBorderGroup", range.network_border_group().into()),
        ("Ipv6Pool", range.ipv6_pool().into()),
    ])
}

const DESCRIBE_ATTRIBUTE: &str = "ec2:DescribeVpcAttribute";

/// One call answers one attribute.
static ATTRIBUTE: Call = Call::xml(
    DESCRIBE_ATTRIBUTE,
    &[
        filled("enableDnsSupport|enableDnsHostnames"),
        filled("enableDnsSupport/value"),
        filled("enableDnsHostnames/value"),
    ],
);

static DNS_SUPPORT: Call =
    Call::xml(DESCRIBE_ATTRIBUTE, &[filled("enableDnsSupport"), filled("enableDnsSupport/value")]);

static DNS_HOSTNAMES: Call = Call::xml(
    DESCRIBE_ATTRIBUTE,
    &[filled("enableDnsHostnames"), filled("enableDnsHostnames/value")],
);

async fn attributes(session: &Session, vpc: &Resource) -> Response {
    let client = session.clients.ec2(&vpc.region);
    let ask = |attribute| client.describe_vpc_attribute().vpc_id(&*vpc.id).attribute(attribute);
    let support = ask(VpcAttributeName::EnableDnsSupport).send();
    let support = session.call(&DNS_SUPPORT, &vpc.region, support).await?;
    let hostnames = ask(VpcAttributeName::EnableDnsHostnames).send();
    let hostnames = session.call(&DNS_HOSTNAMES, &vpc.region, hostnames).await?;
    let value = |attribute: Option<&AttributeBooleanValue>| {
        attribute.and_then(AttributeBooleanValue::value).into()
    };
    Ok(object([
        ("EnableDnsSupport", value(support.enable_dns_support())),
        ("EnableDnsHostnames", value(hostnames.enable_dns_hostnames())),
    ]))
}
