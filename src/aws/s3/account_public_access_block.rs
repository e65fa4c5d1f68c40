//! `AWS::S3::AccountPublicAccessBlock`.

use aws_sdk_s3control::types::PublicAccessBlockConfiguration;
use futures::FutureExt;
use serde_json::{Value as Json, json};

use super::super::adapter::{Adapter, FacetCall, Response};
use super::super::json::object;
use super::super::response::{Call, filled};
use super::super::session::Session;
use super::super::whole_account;
use crate::resource::Resource;

/// Row of the account's public access block in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::S3::AccountPublicAccessBlock",
    list: whole_account::LIST,
    facets: &[FacetCall::each(&BLOCK, |session, account| block(session, account).boxed())
        .absent("NoSuchPublicAccessBlockConfiguration")],
};

static BLOCK: Call = Call::xml(
    "s3control:GetPublicAccessBlock",
    &[
        filled("BlockPublicAcls"),
        filled("IgnorePublicAcls"),
        filled("BlockPublicPolicy"),
        filled("RestrictPublicBuckets"),
    ],
);

async fn block(session: &Session, account: &Resource) -> Response {
    let client = session.clients.s3control();
    let request = client.get_public_access_block().account_id(&*account.id).send();
    let output = session.call(&BLOCK, &account.region, request).await?;
    Ok(output.public_access_block_configuration().map_or(json!({}), flags))
}

fn flags(block: &PublicAccessBlockConfiguration) -> Json {
    object([
        ("BlockPublicAcls", block.block_public_acls().into()),
        ("IgnorePublicAcls", block.ignore_public_acls().into()),
        ("BlockPublicPolicy", block.block_public_policy().into()),
        ("RestrictPublicBuckets", block.restrict_public_buckets().into()),
    ])
}
