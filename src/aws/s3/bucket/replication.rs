//! Copies of buckets in other buckets.

use aws_sdk_s3::types::{
    Destination, ExistingObjectReplication, Metrics, ReplicaModifications,
    ReplicationConfiguration, ReplicationRule, ReplicationRuleFilter, ReplicationTime,
    ReplicationTimeValue, SourceSelectionCriteria, SseKmsEncryptedObjects, Tag,
};
use serde_json::{Value as Json, json};

use super::super::super::adapter::Response;
use super::super::super::json::{array, name, object, tag};
use super::super::super::response::{Call, filled};
use super::super::super::session::Session;
use super::ask;
use crate::resource::Resource;

/// The output is the body itself, and none where it is empty: then only what it must hold tells that
/// from a bucket without copies.
pub(super) static CALL: Call = Call::xml(
    "s3:GetBucketReplication",
    &[
        filled("Role"),
        filled("Rule"),
        filled("Rule/Status"),
        filled("Rule/Destination"),
        filled("Rule/Destination/Bucket"),
        filled("Rule/Destination/AccessControlTranslation/Owner"),
        filled("Rule/Destination/Metrics/Status"),
        filled("Rule/Destination/ReplicationTime/Status"),
        filled("Rule/ExistingObjectReplication/Status"),
        filled("Rule/SourceSelectionCriteria/ReplicaModifications/Status"),
        filled("Rule/SourceSelectionCriteria/SseKmsEncryptedObjects/Status"),
    ],
);

pub(super) async fn read(session: &Session, bucket: &Resource) -> Response {
    let output = ask!(session, bucket, CALL, get_bucket_replication);
    let copies = output.replication_configuration().map_or(Json::Null, configuration);
    Ok(json!({ "ReplicationConfiguration": copies }))
}

fn configuration(configuration: &ReplicationConfiguration) -> Json {
    object([("Role", configuration.role().into()), ("Rules", array(configuration.rules(), rule))])
}

fn rule(rule: &ReplicationRule) -> Json {
    #[expect(deprecated, reason = "rules from before filters are still answered so")]
    let prefix = rule.prefix();
    let markers = rule
        .delete_marker_replication()
        .map_or(Json::Null, |markers| object([("Status", name(markers.status()))]));
    let existing = rule.existing_object_replication().map(ExistingObjectReplication::status);
    object([
        ("Id", rule.id().into()),
        ("Status", rule.status().as_str().into()),
        ("Priority", rule.priority().into()),
        ("Prefix", prefix.into()),
        ("Filter", rule.filter().map_or(Json::Null, filter)),
        ("Destination", rule.destination().map_or(Json::Null, destination)),
        ("DeleteMarkerReplication", markers),
        ("ExistingObjectReplication", status(existing)),
        ("SourceSelectionCriteria", rule.source_selection_criteria().map_or(Json::Null, selection)),
    ])
}

/// What is on or off; null where it is not there.
fn status(status: Option<&impl AsRef<str>>) -> Json {
    status.map_or(Json::Null, |status| json!({ "Status": status.as_ref() }))
}

fn filter(filter: &ReplicationRuleFilter) -> Json {
    let both = filter.and().map_or(Json::Null, |both| {
        let tags = match both.tags() {
            [] => Json::Null,
            tags => array(tags, tag_filter),
        };
        object([("Prefix", both.prefix().into()), ("TagFilters", tags)])
    });
    object([
        ("Prefix", filter.prefix().into()),
        ("TagFilter", filter.tag().map_or(Json::Null, tag_filter)),
        ("And", both),
    ])
}

fn tag_filter(one: &Tag) -> Json {
    tag(one.key(), one.value())
}

fn destination(destination: &Destination) -> Json {
    let translation = destination
        .access_control_translation()
        .map_or(Json::Null, |translation| json!({ "Owner": translation.owner().as_str() }));
    let encryption = destination.encryption_configuration().map_or(Json::Null, |encryption| {
        object([("ReplicaKmsKeyID", encryption.replica_kms_key_id().into())])
    });
    object([
        ("Bucket", destination.bucket().into()),
        ("Account", destination.account().into()),
        ("StorageClass", name(destination.storage_class())),
        ("AccessControlTranslation", translation),
        ("EncryptionConfiguration", encryption),
        ("Metrics", destination.metrics().map_or(Json::Null, metrics)),
        ("ReplicationTime", destination.replication_time().map_or(Json::Null, promised)),
    ])
}

fn metrics(metrics: &Metrics) -> Json {
    object([
        ("Status", metrics.status().as_str().into()),
        ("EventThreshold", metrics.event_threshold().map_or(Json::Null, minutes)),
    ])
}

fn promised(time: &ReplicationTime) -> Json {
    object([
        ("Status", time.status().as_str().into()),
        ("Time", time.time().map_or(Json::Null, minutes)),
    ])
}

fn minutes(time: &ReplicationTimeValue) -> Json {
    object([("Minutes", time.minutes().into())])
}

fn selection(criteria: &SourceSelectionCriteria) -> Json {
    let modifications = criteria.replica_modifications().map(ReplicaModifications::status);
    let encrypted = criteria.sse_kms_encrypted_objects().map(SseKmsEncryptedObjects::status);
    object([
        ("ReplicaModifications", status(modifications)),
        ("SseKmsEncryptedObjects", status(encrypted)),
    ])
}
