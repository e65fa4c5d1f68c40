//! `AWS::EC2::EIP`.

use aws_sdk_ec2::operation::describe_addresses::DescribeAddressesOutput;
use aws_sdk_ec2::types::Address;
use futures::FutureExt;
use serde_json::Value as Json;

use super::super::adapter::{Adapter, ListCall};
use super::super::json::{name, object, text};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{arn, tags};
use crate::resource::Region;

/// Row of Elastic IP addresses in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::EIP",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[],
};

static LIST: Call = Call::xml(
    "ec2:DescribeAddresses",
    &[
        present("addressesSet"),
        // An address of a carrier or a customer is no public one.
        filled("addressesSet/item/publicIp|carrierIp|customerOwnedIp"),
        filled("addressesSet/item/domain"),
    ],
);

/// All addresses, which the API gives in one answer.
async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |_| client.describe_addresses().send();
    let page = |output: &DescribeAddressesOutput| {
        let addresses = output.addresses().iter();
        let entries = addresses.map(|one| Entry::new(region, describe(session, region, one)));
        Page { items: entries.collect(), next: Next::End }
    };
    session.pages(&LIST, region, request, page).await
}

fn describe(session: &Session, region: &Region, address: &Address) -> Json {
    let arn = address.allocation_id().map(|id| arn(session, region, "elastic-ip", id));
    object([
        ("AllocationId", address.allocation_id().into()),
        ("Arn", arn.into()),
        ("PublicIp", text(address.public_ip())),
        ("Domain", name(address.domain())),
        ("AssociationId", text(address.association_id())),
        ("InstanceId", text(address.instance_id())),
        ("NetworkInterfaceId", text(address.network_interface_id())),
        ("NetworkInterfaceOwnerId", text(address.network_interface_owner_id())),
        ("PrivateIpAddress", text(address.private_ip_address())),
        ("PublicIpv4Pool", text(address.public_ipv4_pool())),
        ("NetworkBorderGroup", address.network_border_group().into()),
        ("CarrierIp", text(address.carrier_ip())),
        ("CustomerOwnedIp", text(address.customer_owned_ip())),
        ("CustomerOwnedIpv4Pool", text(address.customer_owned_ipv4_pool())),
        ("ServiceManaged", name(address.service_managed())),
        ("Tags", tags(address.tags())),
    ])
}
