//! Objects of buckets: which are listed, and what it means that a bucket refuses.

use insta::assert_snapshot;

use super::recorded::{answers, serve, whole};
use super::stand_in::{Response, StandIn};
use super::{ids, live, schema, target};
use crate::fetch::Source;
use crate::resource::Segment;

const OBJECT: &str = "AWS::S3::Object";

/// The ids of the objects of a bucket, and why they are not all.
async fn listed(server: &StandIn, bucket: &str) -> String {
    let segment = Segment { value: bucket.into(), prefix: "2026/".into() };
    let schema = schema(OBJECT);
    ids(&live(server).await.list_segment(&target(schema), schema, &segment).await)
}

/// A server that refuses an operation on the bucket in these words.
async fn refusing(operation: &str, status: u16, code: &str) -> StandIn {
    let mut all = whole(&answers(OBJECT));
    for (answer, response) in &mut all {
        if answer.operation == operation {
            *response = Response::error("s3", status, code);
        }
    }
    serve(all).await
}

#[tokio::test]
async fn a_bucket_that_does_not_exist_has_no_objects() {
    for operation in ["s3:GetBucketLocation", "s3:ListObjectsV2"] {
        let server = refusing(operation, 404, "NoSuchBucket").await;
        assert_eq!(listed(&server, "logs").await, "", "{operation}");
    }
}

#[tokio::test]
async fn what_is_refused_is_unknown_and_says_by_which_call() {
    let mut told = Vec::new();
    for operation in ["s3:GetBucketLocation", "s3:ListObjectsV2"] {
        for (status, code) in [(403, "AccessDenied"), (404, "NoSuchKey"), (500, "NoSuchBucket")] {
            told.push(listed(&refusing(operation, status, code).await, "logs").await);
        }
    }
    assert_snapshot!(told.join("\n"), @"
    (access_denied: s3:GetBucketLocation: the message; allow `s3:GetBucketLocation`)
    (service_error: s3:GetBucketLocation: the message)
    (service_error: s3:GetBucketLocation: the message)
    (access_denied: s3:ListObjectsV2: the message; allow `s3:ListBucket` and `s3:GetBucketLocation`)
    (service_error: s3:ListObjectsV2: the message)
    (service_error: s3:ListObjectsV2: the message)
    ");
}

#[tokio::test]
async fn a_bucket_is_asked_for_by_a_name_alone() {
    let server = serve(whole(&answers(OBJECT))).await;
    let mut told = Vec::new();
    for odd in
        ["", "a/b", "arn:aws:s3:us-east-1:123456789012:accesspoint/a", "a--use1-az4--x-s3", "a..b"]
    {
        told.push(listed(&server, odd).await);
    }
    assert_snapshot!(told.join("\n"), @"
    (not_collected: s3:ListObjectsV2: `` is no name of a bucket whose objects are listed)
    (not_collected: s3:ListObjectsV2: `a/b` is no name of a bucket whose objects are listed)
    (not_collected: s3:ListObjectsV2: `arn:aws:s3:us-east-1:123456789012:accesspoint/a` is no name of a bucket whose objects are listed)
    (not_collected: s3:ListObjectsV2: `a--use1-az4--x-s3` is no name of a bucket whose objects are listed)
    (not_collected: s3:ListObjectsV2: `a..b` is no name of a bucket whose objects are listed)
    ");
    assert_eq!(server.requests(), [""; 0]);
}
