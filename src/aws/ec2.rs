//! Types of EC2, and what they have in common.

pub(super) mod ebs_encryption_by_default;
pub(super) mod eip;
pub(super) mod flow_log;
pub(super) mod image;
pub(super) mod image_block_public_access;
pub(super) mod instance;
pub(super) mod instance_metadata_defaults;
pub(super) mod internet_gateway;
pub(super) mod launch_template;
pub(super) mod network_acl;
pub(super) mod network_interface;
pub(super) mod prefix_list;
pub(super) mod route_table;
pub(super) mod security_group;
pub(super) mod snapshot;
pub(super) mod snapshot_block_public_access;
pub(super) mod subnet;
pub(super) mod volume;
pub(super) mod vpc;

use aws_sdk_ec2::types::{BlockPublicAccessStates, Tag};
use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::Value as Json;

use super::json::{array, name, object, optional, tag};
use super::pages::{Entry, Next, Page};
use super::session::Session;
use crate::resource::Region;

/// Tags of any resource of EC2.
fn tags(tags: &[Tag]) -> Json {
    array(tags, |one| tag(one.key().unwrap_or_default(), one.value().unwrap_or_default()))
}

/// User data as the API gives it, in base64: its length and digest, as it may hold secrets. Null where
/// there is none.
fn user_data(session: &Session, data: Option<&str>) -> Json {
    let given = data.filter(|data| !data.is_empty());
    optional(given, |data| match BASE64.decode(data) {
        Ok(bytes) => session.concealed(&bytes),
        Err(_) => session.concealed(data.as_bytes()),
    })
}

/// ARN of a resource that the API names by its id alone, such as `instance` and `i-1`.
fn arn(session: &Session, region: &Region, kind: &str, id: &str) -> String {
    let (partition, account) = (session.partition(), session.account());
    format!("arn:{partition}:ec2:{region}:{account}:{kind}/{id}")
}

/// ARN of an `image` or a `snapshot`, whose ids are of no account.
fn arn_without_account(session: &Session, region: &Region, kind: &str, id: &str) -> String {
    format!("arn:{}:ec2:{region}::{kind}/{id}", session.partition())
}

/// ARN of a resource that its owner may have shared with this account, and which has the owner's.
fn arn_of_owner(
    session: &Session,
    region: &Region,
    owner: Option<&str>,
    kind: &str,
    id: Option<&str>,
) -> Option<String> {
    let partition = session.partition();
    Some(format!("arn:{partition}:ec2:{region}:{}:{kind}/{}", owner?, id?))
}

/// How far VPC Block Public Access restricts a VPC or a subnet; null where the API does not say.
fn block_public_access(states: Option<&BlockPublicAccessStates>) -> Json {
    states.map_or(Json::Null, |states| {
        object([("InternetGatewayBlockMode", name(states.internet_gateway_block_mode()))])
    })
}

/// The page of a setting, which each region has once.
fn setting(region: &Region, response: Json) -> Page<Entry> {
    Page { items: vec![Entry::new(region, response)], next: Next::End }
}
