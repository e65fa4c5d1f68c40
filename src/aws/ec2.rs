//! Types of EC2, and what they have in common.

pub(super) mod eip;
pub(super) mod image;
pub(super) mod instance;
pub(super) mod launch_template;
pub(super) mod network_interface;
pub(super) mod security_group;
pub(super) mod snapshot;
pub(super) mod volume;

use aws_sdk_ec2::types::Tag;
use serde_json::Value as Json;

use super::json::{array, tag};
use super::session::Session;
use crate::resource::Region;

/// Tags of any resource of EC2.
fn tags(tags: &[Tag]) -> Json {
    array(tags, |one| tag(one.key().unwrap_or_default(), one.value().unwrap_or_default()))
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
