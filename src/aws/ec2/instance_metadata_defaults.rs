//! `AWS::EC2::InstanceMetadataDefaults`.

use aws_sdk_ec2::operation::get_instance_metadata_defaults::GetInstanceMetadataDefaultsOutput;
use aws_sdk_ec2::types::InstanceMetadataDefaultsResponse as Defaults;
use futures::FutureExt;
use serde_json::Value as Json;

use super::super::adapter::{Adapter, ListCall};
use super::super::json::{name, object};
use super::super::pages::{Entry, Paged};
use super::super::response::{Call, filled};
use super::super::session::Session;
use super::setting;
use crate::resource::Region;

/// Row of the defaults of the metadata service in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::InstanceMetadataDefaults",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[],
};

/// That nothing was set is no element, or an empty one. So the id of the request, which each answer
/// of EC2 has, must tell it from an answer that is none.
static LIST: Call = Call::xml("ec2:GetInstanceMetadataDefaults", &[filled("requestId")]);

async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |_| client.get_instance_metadata_defaults().send();
    let page = |output: &GetInstanceMetadataDefaultsOutput| {
        setting(region, describe(session, output.account_level()))
    };
    session.pages(&LIST, region, request, page).await
}

fn describe(session: &Session, defaults: Option<&Defaults>) -> Json {
    object([
        ("AccountId", session.account().as_str().into()),
        ("HttpTokens", name(defaults.and_then(Defaults::http_tokens))),
        ("HttpTokensEnforced", name(defaults.and_then(Defaults::http_tokens_enforced))),
        (
            "HttpPutResponseHopLimit",
            defaults.and_then(Defaults::http_put_response_hop_limit).into(),
        ),
        ("HttpEndpoint", name(defaults.and_then(Defaults::http_endpoint))),
        ("InstanceMetadataTags", name(defaults.and_then(Defaults::instance_metadata_tags))),
        ("ManagedBy", name(defaults.and_then(Defaults::managed_by))),
    ])
}
