//! `AWS::EC2::EBSEncryptionByDefault`.

use aws_sdk_ec2::operation::get_ebs_default_kms_key_id::GetEbsDefaultKmsKeyIdOutput;
use aws_sdk_ec2::operation::get_ebs_encryption_by_default::GetEbsEncryptionByDefaultOutput;
use futures::FutureExt;
use serde_json::Value as Json;

use super::super::adapter::{Adapter, FacetCall, ListCall};
use super::super::json::{name, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled};
use super::super::session::Session;
use super::setting;
use crate::resource::Region;

/// Row of the encryption of new volumes in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::EBSEncryptionByDefault",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[FacetCall::bulk(&KEY, |session, region| key(session, region).boxed())],
};

static LIST: Call = Call::xml("ec2:GetEbsEncryptionByDefault", &[filled("ebsEncryptionByDefault")]);

async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let request = |_| client.get_ebs_encryption_by_default().send();
    let page = |output: &GetEbsEncryptionByDefaultOutput| {
        let encryption = object([
            ("AccountId", session.account().as_str().into()),
            ("EbsEncryptionByDefault", output.ebs_encryption_by_default().into()),
            ("SseType", name(output.sse_type())),
        ]);
        setting(region, encryption)
    };
    session.pages(&LIST, region, request, page).await
}

static KEY: Call = Call::xml("ec2:GetEbsDefaultKmsKeyId", &[filled("kmsKeyId")]);

/// The default key of a region, for the one resource that it has.
async fn key(session: &Session, region: &Region) -> Paged<(String, Json)> {
    let client = session.clients.ec2(region);
    let request = |_| client.get_ebs_default_kms_key_id().send();
    let page = |output: &GetEbsDefaultKmsKeyIdOutput| {
        let key = object([("KmsKeyId", output.kms_key_id().into())]);
        Page { items: vec![(session.account().to_string(), key)], next: Next::End }
    };
    session.pages(&KEY, region, request, page).await
}
