//! `AWS::EC2::FlowLog`.

use aws_sdk_ec2::operation::describe_flow_logs::DescribeFlowLogsOutput;
use aws_sdk_ec2::types::{DestinationOptionsResponse, FlowLog};
use futures::FutureExt;
use serde_json::Value as Json;

use super::super::adapter::{Adapter, ListCall};
use super::super::json::{instant, name, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{arn, tags};
use crate::resource::Region;

/// Row of flow logs in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::FlowLog",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[],
};

static LIST: Call = Call::xml(
    "ec2:DescribeFlowLogs",
    &[
        present("flowLogSet"),
        filled("flowLogSet/item/resourceId"),
        filled("flowLogSet/item/flowLogStatus"),
        filled("flowLogSet/item/creationTime"),
        filled("flowLogSet/item/logDestinationType"),
    ],
);

async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |token| {
        let request = client.describe_flow_logs().set_next_token(token);
        request.max_results(session.limits().page_size).send()
    };
    let page = |output: &DescribeFlowLogsOutput| {
        let logs = output.flow_logs().iter();
        let entries = logs.map(|one| Entry::new(region, describe(session, region, one)));
        Page { items: entries.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&LIST, region, request, page).await
}

fn describe(session: &Session, region: &Region, log: &FlowLog) -> Json {
    let id = log.flow_log_id();
    let arn = id.map(|id| arn(session, region, "vpc-flow-log", id));
    object([
        ("Id", id.into()),
        ("Arn", arn.into()),
        ("ResourceId", log.resource_id().into()),
        ("TrafficType", name(log.traffic_type())),
        ("FlowLogStatus", log.flow_log_status().into()),
        ("DeliverLogsStatus", log.deliver_logs_status().into()),
        ("DeliverLogsErrorMessage", log.deliver_logs_error_message().into()),
        ("CreationTime", instant(log.creation_time())),
        ("LogDestinationType", name(log.log_destination_type())),
        ("LogDestination", log.log_destination().into()),
        ("LogGroupName", log.log_group_name().into()),
        ("DeliverLogsPermissionArn", log.deliver_logs_permission_arn().into()),
        ("DeliverCrossAccountRole", log.deliver_cross_account_role().into()),
        ("LogFormat", log.log_format().into()),
        ("MaxAggregationInterval", log.max_aggregation_interval().into()),
        ("DestinationOptions", log.destination_options().map_or(Json::Null, files)),
        ("Tags", tags(log.tags())),
    ])
}

fn files(options: &DestinationOptionsResponse) -> Json {
    object([
        ("FileFormat", name(options.file_format())),
        ("HiveCompatiblePartitions", options.hive_compatible_partitions().into()),
        ("PerHourPartition", options.per_hour_partition().into()),
    ])
}
