//! Status checks of all instances of a region.

use aws_sdk_ec2::operation::describe_instance_status::DescribeInstanceStatusOutput;
use aws_sdk_ec2::types::{InstanceStatus, InstanceStatusSummary};
use serde_json::Value as Json;

use super::super::super::json::{name, object, optional};
use super::super::super::pages::{Next, Page, Paged};
use super::super::super::response::{Call, filled, present};
use super::super::super::session::Session;
use crate::resource::Region;

pub(super) static CALL: Call = Call::xml(
    "ec2:DescribeInstanceStatus",
    &[
        present("instanceStatusSet"),
        filled("instanceStatusSet/item/instanceStatus"),
        filled("instanceStatusSet/item/instanceStatus/status"),
        filled("instanceStatusSet/item/systemStatus"),
        filled("instanceStatusSet/item/systemStatus/status"),
    ],
);

/// The status of each instance, those that do not run included: one that the answer leaves out is
/// then gone or too new, and not merely stopped.
pub(super) async fn read(session: &Session, region: &Region) -> Paged<(String, Json)> {
    let client = session.clients.ec2(region);
    let request = |token| {
        let request = client.describe_instance_status().include_all_instances(true);
        request.max_results(session.limits().page_size).set_next_token(token).send()
    };
    let page = |output: &DescribeInstanceStatusOutput| {
        let statuses = output.instance_statuses().iter();
        let items = statuses.filter_map(|one| Some((one.instance_id()?.to_owned(), describe(one))));
        Page { items: items.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&CALL, region, request, page).await
}

fn describe(status: &InstanceStatus) -> Json {
    let summary = |one: &InstanceStatusSummary| object([("Status", name(one.status()))]);
    object([
        ("InstanceStatus", optional(status.instance_status(), summary)),
        ("SystemStatus", optional(status.system_status(), summary)),
    ])
}
