//! Object lock of buckets.

use aws_sdk_s3::types::{DefaultRetention, ObjectLockConfiguration};
use serde_json::{Value as Json, json};

use super::super::super::adapter::Response;
use super::super::super::json::{name, object};
use super::super::super::response::{Call, filled};
use super::super::super::session::Session;
use super::ask;
use crate::resource::Resource;

/// The output is the body itself, and none where it is empty: then only what it must hold tells that
/// from a bucket without a lock.
pub(super) static CALL: Call = Call::xml(
    "s3:GetObjectLockConfiguration",
    &[
        filled("ObjectLockEnabled"),
        filled("Rule/DefaultRetention"),
        // Neither is asked of a rule that holds objects until an event.
        filled("Rule/DefaultRetention/Mode|DefaultEventHold"),
        filled("Rule/DefaultRetention/Days|Years|DefaultEventHold"),
    ],
);

pub(super) async fn read(session: &Session, bucket: &Resource) -> Response {
    let output = ask!(session, bucket, CALL, get_object_lock_configuration);
    let lock = output.object_lock_configuration().map_or(Json::Null, lock);
    Ok(json!({ "ObjectLockConfiguration": lock }))
}

fn lock(lock: &ObjectLockConfiguration) -> Json {
    let rule = lock.rule().map_or(Json::Null, |rule| {
        let retention = rule.default_retention().map_or(Json::Null, retention);
        object([("DefaultRetention", retention)])
    });
    object([("ObjectLockEnabled", name(lock.object_lock_enabled())), ("Rule", rule)])
}

fn retention(retention: &DefaultRetention) -> Json {
    object([
        ("Mode", name(retention.mode())),
        ("Days", retention.days().into()),
        ("Years", retention.years().into()),
    ])
}
