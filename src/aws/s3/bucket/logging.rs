//! Server access logs of buckets.

use aws_sdk_s3::types::{LoggingEnabled, TargetObjectKeyFormat};
use serde_json::{Value as Json, json};

use super::super::super::adapter::Response;
use super::super::super::json::{name, object};
use super::super::super::response::{Call, filled};
use super::super::super::session::Session;
use super::ask;
use crate::resource::Resource;

/// An empty answer is how the API says that the log is off.
pub(super) static CALL: Call =
    Call::xml("s3:GetBucketLogging", &[filled("LoggingEnabled/TargetBucket")]);

pub(super) async fn read(session: &Session, bucket: &Resource) -> Response {
    let output = ask!(session, bucket, CALL, get_bucket_logging);
    Ok(object([("LoggingConfiguration", output.logging_enabled().map_or(Json::Null, log))]))
}

fn log(log: &LoggingEnabled) -> Json {
    let format = log.target_object_key_format();
    let partitioned = format.and_then(TargetObjectKeyFormat::partitioned_prefix);
    let format = partitioned.map_or(Json::Null, |prefix| {
        let source = object([("PartitionDateSource", name(prefix.partition_date_source()))]);
        json!({ "PartitionedPrefix": source })
    });
    object([
        ("DestinationBucketName", log.target_bucket().into()),
        ("LogFilePrefix", log.target_prefix().into()),
        ("TargetObjectKeyFormat", format),
    ])
}
