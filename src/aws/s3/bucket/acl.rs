//! Access control lists of buckets.

use aws_sdk_s3::types::Grant;
use serde_json::{Value as Json, json};

use super::super::super::adapter::Response;
use super::super::super::json::{array, name, object};
use super::super::super::response::{Call, filled, present};
use super::super::super::session::Session;
use super::ask;
use crate::resource::Resource;

pub(super) static CALL: Call = Call::xml(
    "s3:GetBucketAcl",
    &[
        filled("Owner"),
        filled("Owner/ID"),
        present("AccessControlList"),
        filled("AccessControlList/Grant/Grantee"),
        filled("AccessControlList/Grant/Grantee/ID|URI|EmailAddress"),
        filled("AccessControlList/Grant/Permission"),
    ],
);

pub(super) async fn read(session: &Session, bucket: &Resource) -> Response {
    let output = ask!(session, bucket, CALL, get_bucket_acl);
    let owner = output.owner().map_or(Json::Null, |owner| object([("ID", owner.id().into())]));
    Ok(json!({ "Acl": { "Owner": owner, "Grants": array(output.grants(), grant) } }))
}

fn grant(grant: &Grant) -> Json {
    let grantee = grant.grantee().map_or(Json::Null, |grantee| {
        object([
            ("Type", grantee.r#type().as_str().into()),
            ("ID", grantee.id().into()),
            ("EmailAddress", grantee.email_address().into()),
            ("URI", grantee.uri().into()),
        ])
    });
    object([("Grantee", grantee), ("Permission", name(grant.permission()))])
}
