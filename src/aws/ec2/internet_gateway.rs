//! `AWS::EC2::InternetGateway`.

use aws_sdk_ec2::operation::describe_internet_gateways::DescribeInternetGatewaysOutput;
use aws_sdk_ec2::types::InternetGateway;
use futures::FutureExt;
use serde_json::Value as Json;

use super::super::adapter::{Adapter, ListCall};
use super::super::json::{array, name, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{arn_of_owner, tags};
use crate::resource::Region;

/// Row of internet gateways in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::InternetGateway",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[],
};

static LIST: Call = Call::xml(
    "ec2:DescribeInternetGateways",
    &[
        present("internetGatewaySet"),
        filled("internetGatewaySet/item/ownerId"),
        present("internetGatewaySet/item/attachmentSet"),
        filled("internetGatewaySet/item/attachmentSet/item/vpcId"),
        filled("internetGatewaySet/item/attachmentSet/item/state"),
    ],
);

async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |token| {
        let request = client.describe_internet_gateways().set_next_token(token);
        request.max_results(session.limits().page_size).send()
    };
    let page = |output: &DescribeInternetGatewaysOutput| {
        let gateways = output.internet_gateways().iter();
        let entries = gateways.map(|one| Entry::new(region, describe(session, region, one)));
        Page { items: entries.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&LIST, region, request, page).await
}

fn describe(session: &Session, region: &Region, gateway: &InternetGateway) -> Json {
    let (id, owner) = (gateway.internet_gateway_id(), gateway.owner_id());
    let arn = arn_of_owner(session, region, owner, "internet-gateway", id);
    let attachments = array(gateway.attachments(), |attachment| {
        object([("VpcId", attachment.vpc_id().into()), ("State", name(attachment.state()))])
    });
    object([
        ("InternetGatewayId", id.into()),
        ("Arn", arn.into()),
        ("OwnerId", owner.into()),
        ("Attachments", attachments),
        ("Tags", tags(gateway.tags())),
    ])
}
