//! Whom buckets tell of their events.

use aws_sdk_s3::types::{Event, NotificationConfigurationFilter, S3KeyFilter};
use serde_json::{Value as Json, json};

use super::super::super::adapter::Response;
use super::super::super::json::{array, name, object};
use super::super::super::response::{Call, filled};
use super::super::super::session::Session;
use super::ask;
use crate::resource::Resource;

/// An empty answer is how the API says that nobody is told.
pub(super) static CALL: Call = Call::xml(
    "s3:GetBucketNotificationConfiguration",
    &[
        filled("CloudFunctionConfiguration/CloudFunction"),
        filled("CloudFunctionConfiguration/Event"),
        filled("QueueConfiguration/Queue"),
        filled("QueueConfiguration/Event"),
        filled("TopicConfiguration/Topic"),
        filled("TopicConfiguration/Event"),
    ],
);

pub(super) async fn read(session: &Session, bucket: &Resource) -> Response {
    let output = ask!(session, bucket, CALL, get_bucket_notification_configuration);
    let functions = output.lambda_function_configurations().iter().flat_map(|one| {
        entries(("Function", one.lambda_function_arn()), one.events(), one.filter())
    });
    let queues = output.queue_configurations().iter();
    let queues =
        queues.flat_map(|one| entries(("Queue", one.queue_arn()), one.events(), one.filter()));
    let topics = output.topic_configurations().iter();
    let topics =
        topics.flat_map(|one| entries(("Topic", one.topic_arn()), one.events(), one.filter()));
    let event_bridge =
        output.event_bridge_configuration().map(|_| json!({ "EventBridgeEnabled": true }));
    let configuration = object([
        ("EventBridgeConfiguration", event_bridge.into()),
        ("LambdaConfigurations", list(functions.collect())),
        ("QueueConfigurations", list(queues.collect())),
        ("TopicConfigurations", list(topics.collect())),
    ]);
    let is_told = configuration.as_object().is_some_and(|told| !told.is_empty());
    Ok(if is_told { json!({ "NotificationConfiguration": configuration }) } else { json!({}) })
}

/// One entry per event, as in CloudFormation.
fn entries(
    (kind, arn): (&str, &str),
    events: &[Event],
    filter: Option<&NotificationConfigurationFilter>,
) -> Vec<Json> {
    let filter = filter.map_or(Json::Null, keys);
    let entry = |event: &Event| {
        object([("Event", event.as_str().into()), (kind, arn.into()), ("Filter", filter.clone())])
    };
    events.iter().map(entry).collect()
}

fn keys(filter: &NotificationConfigurationFilter) -> Json {
    let rules = filter.key().map(S3KeyFilter::filter_rules).unwrap_or_default();
    let rules =
        array(rules, |rule| object([("Name", name(rule.name())), ("Value", rule.value().into())]));
    json!({ "S3Key": { "Rules": rules } })
}

fn list(entries: Vec<Json>) -> Json {
    if entries.is_empty() { Json::Null } else { Json::Array(entries) }
}
