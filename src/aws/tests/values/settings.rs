//! Values of the settings that an account, or each of its regions, has once.

use insta::assert_snapshot;

use super::super::recorded::{answers, serve, whole};
use super::super::stand_in::Response;
use super::super::{everything, live, schema, shown};
use super::read;

#[tokio::test]
async fn settings_are_read() {
    let mut settings = Vec::new();
    for type_name in [
        "AWS::EC2::EBSEncryptionByDefault",
        "AWS::EC2::ImageBlockPublicAccess",
        "AWS::EC2::InstanceMetadataDefaults",
        "AWS::EC2::SnapshotBlockPublicAccess",
    ] {
        settings.push(read(type_name).await);
    }
    assert_snapshot!(settings.join("\n"), @r#"
    123456789012 ec2:GetEbsDefaultKmsKeyId: {"KmsKeyId":"arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"}
    123456789012 ec2:GetEbsEncryptionByDefault: {"AccountId":"123456789012","EbsEncryptionByDefault":true,"SseType":"sse-kms"}
    123456789012 ec2:GetImageBlockPublicAccessState: {"AccountId":"123456789012","ImageBlockPublicAccessState":"block-new-sharing","ManagedBy":"declarative-policy"}
    123456789012 ec2:GetInstanceMetadataDefaults: {"AccountId":"123456789012","HttpEndpoint":"enabled","HttpPutResponseHopLimit":2,"HttpTokens":"required","HttpTokensEnforced":"enabled","InstanceMetadataTags":"disabled","ManagedBy":"declarative-policy"}
    123456789012 ec2:GetSnapshotBlockPublicAccessState: {"AccountId":"123456789012","ManagedBy":"account","State":"block-all-sharing"}
    "#);
}

#[tokio::test]
async fn the_block_of_a_whole_account_is_read() {
    assert_snapshot!(read("AWS::S3::AccountPublicAccessBlock").await, @r#"
    123456789012 s3control:GetPublicAccessBlock: {"BlockPublicAcls":true,"BlockPublicPolicy":true,"IgnorePublicAcls":false,"RestrictPublicBuckets":false}
    123456789012 sts:GetCallerIdentity: {"AccountId":"123456789012"}
    "#);
}

/// The setting of a region where the API says no more than this.
async fn setting(type_name: &str, told: &str) -> String {
    let mut all = whole(&answers(type_name));
    let (answer, response) = &mut all[0];
    let (_, operation) = answer.operation.split_once(':').expect("service:Name");
    let body = format!("<{operation}Response><requestId>1</requestId>{told}</{operation}Response>");
    *response = Response::new(200, body);
    let schema = schema(type_name);
    let listing = everything(&live(&serve(all).await).await, schema).await;
    assert_eq!(listing.failure(), None);
    listing.resources().iter().map(|one| shown(&one.facets[&schema.list])).collect()
}

#[tokio::test]
async fn what_is_not_told_of_a_setting_is_null() {
    let encryption = "AWS::EC2::EBSEncryptionByDefault";
    assert_eq!(
        setting(encryption, "<ebsEncryptionByDefault>false</ebsEncryptionByDefault>").await,
        r#"{"AccountId":"123456789012","EbsEncryptionByDefault":false}"#
    );
    let images = "AWS::EC2::ImageBlockPublicAccess";
    let state = "<imageBlockPublicAccessState>ponder</imageBlockPublicAccessState>";
    assert_eq!(
        setting(images, state).await,
        r#"{"AccountId":"123456789012","ImageBlockPublicAccessState":"ponder"}"#
    );
    assert_eq!(
        setting("AWS::EC2::SnapshotBlockPublicAccess", "<state>ponder</state>").await,
        r#"{"AccountId":"123456789012","State":"ponder"}"#
    );
    let defaults = "AWS::EC2::InstanceMetadataDefaults";
    for none in ["", "<accountLevel/>"] {
        assert_eq!(setting(defaults, none).await, r#"{"AccountId":"123456789012"}"#);
    }
    assert_eq!(
        setting(defaults, "<accountLevel><httpTokens>ponder</httpTokens></accountLevel>").await,
        r#"{"AccountId":"123456789012","HttpTokens":"ponder"}"#
    );
}
