//! What the answers of S3 must hold.

use insta::assert_snapshot;

use super::super::super::adapters::adapters;
use super::super::calls;
use super::declarations;

/// What each answer of S3 must hold.
fn declared() -> String {
    let adapters = adapters();
    let calls = adapters.0.values().flat_map(calls);
    declarations(calls.filter(|call| call.operation.starts_with("s3:")))
}

#[test]
fn what_an_answer_of_s3_must_hold() {
    assert_snapshot!(declared(), @"
    s3:GetBucketAcl AccessControlList/Grant/Grantee
    s3:GetBucketAcl AccessControlList/Grant/Grantee/ID|URI|EmailAddress
    s3:GetBucketAcl AccessControlList/Grant/Permission
    s3:GetBucketAcl AccessControlList?
    s3:GetBucketAcl Owner
    s3:GetBucketAcl Owner/ID
    s3:GetBucketEncryption Rule
    s3:GetBucketEncryption Rule/ApplyServerSideEncryptionByDefault/SSEAlgorithm
    s3:GetBucketLifecycleConfiguration Rule
    s3:GetBucketLifecycleConfiguration Rule/Status
    s3:GetBucketLifecycleConfiguration Rule/Transition/StorageClass
    s3:GetBucketLogging LoggingEnabled/TargetBucket
    s3:GetBucketOwnershipControls Rule
    s3:GetBucketOwnershipControls Rule/ObjectOwnership
    s3:GetBucketPolicy {Statement}
    s3:GetBucketPolicyStatus IsPublic
    s3:GetBucketTagging TagSet/Tag/Key
    s3:GetBucketTagging TagSet/Tag/Value?
    s3:GetBucketTagging TagSet?
    s3:GetBucketWebsite ErrorDocument/Key
    s3:GetBucketWebsite IndexDocument/Suffix
    s3:GetBucketWebsite IndexDocument|RedirectAllRequestsTo
    s3:GetBucketWebsite RedirectAllRequestsTo/HostName
    s3:GetBucketWebsite RoutingRules/RoutingRule/Redirect
    s3:GetPublicAccessBlock BlockPublicAcls
    s3:GetPublicAccessBlock BlockPublicPolicy
    s3:GetPublicAccessBlock IgnorePublicAcls
    s3:GetPublicAccessBlock RestrictPublicBuckets
    s3:ListBuckets Buckets?
    ");
}
