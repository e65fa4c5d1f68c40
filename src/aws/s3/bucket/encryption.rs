//! Default encryption of buckets.

use aws_sdk_s3::types::{ServerSideEncryptionConfiguration, ServerSideEncryptionRule};
use serde_json::{Value as Json, json};

use super::super::super::adapter::Response;
use super::super::super::json::{array, object};
use super::super::super::response::{Call, filled};
use super::super::super::session::Session;
use super::ask;
use crate::resource::Resource;

pub(super) static CALL: Call = Call::xml(
    "s3:GetBucketEncryption",
    &[filled("Rule"), filled("Rule/ApplyServerSideEncryptionByDefault/SSEAlgorithm")],
);

pub(super) async fn read(session: &Session, bucket: &Resource) -> Response {
    let output = ask!(session, bucket, CALL, get_bucket_encryption);
    let rules = output
        .server_side_encryption_configuration()
        .map(ServerSideEncryptionConfiguration::rules)
        .unwrap_or_default();
    let rules = array(rules, rule);
    Ok(json!({ "BucketEncryption": { "ServerSideEncryptionConfiguration": rules } }))
}

fn rule(rule: &ServerSideEncryptionRule) -> Json {
    let default = rule.apply_server_side_encryption_by_default().map_or(Json::Null, |default| {
        object([
            ("SSEAlgorithm", default.sse_algorithm().as_str().into()),
            ("KMSMasterKeyID", default.kms_master_key_id().into()),
        ])
    });
    let blocked = rule.blocked_encryption_types().map_or(Json::Null, |blocked| {
        json!({ "EncryptionType": array(blocked.encryption_type(), |one| one.as_str().into()) })
    });
    object([
        ("ServerSideEncryptionByDefault", default),
        ("BucketKeyEnabled", rule.bucket_key_enabled().into()),
        ("BlockedEncryptionTypes", blocked),
    ])
}
