//! `AWS::EC2::NetworkAcl`.

use aws_sdk_ec2::operation::describe_network_acls::DescribeNetworkAclsOutput;
use aws_sdk_ec2::types::{IcmpTypeCode, NetworkAcl, NetworkAclEntry, PortRange};
use futures::FutureExt;
use serde_json::Value as Json;

use super::super::adapter::{Adapter, ListCall};
use super::super::json::{array, name, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{arn_of_owner, tags};
use crate::resource::Region;

/// Row of network access control lists in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::NetworkAcl",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[],
};

static LIST: Call = Call::xml(
    "ec2:DescribeNetworkAcls",
    &[
        present("networkAclSet"),
        filled("networkAclSet/item/ownerId"),
        filled("networkAclSet/item/vpcId"),
        filled("networkAclSet/item/default"),
        present("networkAclSet/item/entrySet"),
        filled("networkAclSet/item/entrySet/item/ruleNumber"),
        filled("networkAclSet/item/entrySet/item/protocol"),
        filled("networkAclSet/item/entrySet/item/ruleAction"),
        filled("networkAclSet/item/entrySet/item/egress"),
        filled("networkAclSet/item/entrySet/item/cidrBlock|ipv6CidrBlock"),
        present("networkAclSet/item/associationSet"),
        filled("networkAclSet/item/associationSet/item/subnetId"),
    ],
);

async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |token| {
        let request = client.describe_network_acls().set_next_token(token);
        request.max_results(session.limits().page_size).send()
    };
    let page = |output: &DescribeNetworkAclsOutput| {
        let lists = output.network_acls().iter();
        let entries = lists.map(|one| Entry::new(region, describe(session, region, one)));
        Page { items: entries.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&LIST, region, request, page).await
}

fn describe(session: &Session, region: &Region, acl: &NetworkAcl) -> Json {
    let (id, owner) = (acl.network_acl_id(), acl.owner_id());
    let arn = arn_of_owner(session, region, owner, "network-acl", id);
    let associations = array(acl.associations(), |association| {
        object([
            ("NetworkAclAssociationId", association.network_acl_association_id().into()),
            ("SubnetId", association.subnet_id().into()),
        ])
    });
    object([
        ("Id", id.into()),
        ("Arn", arn.into()),
        ("OwnerId", owner.into()),
        ("VpcId", acl.vpc_id().into()),
        ("IsDefault", acl.is_default().into()),
        ("Entries", array(acl.entries(), rule)),
        ("Associations", associations),
        ("Tags", tags(acl.tags())),
    ])
}

fn rule(rule: &NetworkAclEntry) -> Json {
    object([
        ("RuleNumber", rule.rule_number().into()),
        ("Egress", rule.egress().into()),
        ("RuleAction", name(rule.rule_action())),
        ("Protocol", rule.protocol().map_or(Json::Null, protocol)),
        ("CidrBlock", rule.cidr_block().into()),
        ("Ipv6CidrBlock", rule.ipv6_cidr_block().into()),
        ("PortRange", rule.port_range().map_or(Json::Null, ports)),
        ("Icmp", rule.icmp_type_code().map_or(Json::Null, icmp)),
    ])
}

/// The number of a protocol, which the API gives as text. Other text stays, for expressions to
/// stumble over.
fn protocol(text: &str) -> Json {
    text.parse::<i64>().map_or_else(|_| text.into(), Json::from)
}

fn ports(ports: &PortRange) -> Json {
    object([("From", ports.from().into()), ("To", ports.to().into())])
}

fn icmp(icmp: &IcmpTypeCode) -> Json {
    object([("Type", icmp.r#type().into()), ("Code", icmp.code().into())])
}
