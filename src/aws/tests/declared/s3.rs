//! What the answers of S3 must hold.

use insta::assert_snapshot;

use super::super::super::adapters::adapters;
use super::super::calls;
use super::declarations;

/// What each answer of S3 about what is called so must hold.
fn declared(types: &[&str]) -> String {
    let adapters = adapters();
    let rows = adapters.0.values().filter(|row| types.contains(&row.type_name));
    declarations(rows.flat_map(calls).filter(|call| call.operation.starts_with("s3")))
}

#[test]
fn what_an_answer_about_a_bucket_must_hold() {
    assert_snapshot!(declared(&["AWS::S3::Bucket"]), @"
    s3:GetBucketAcl AccessControlList/Grant/Grantee
    s3:GetBucketAcl AccessControlList/Grant/Grantee/ID|URI|EmailAddress
    s3:GetBucketAcl AccessControlList/Grant/Permission
    s3:GetBucketAcl AccessControlList?
    s3:GetBucketAcl Owner
    s3:GetBucketAcl Owner/ID
    s3:GetBucketCors CORSRule
    s3:GetBucketCors CORSRule/AllowedMethod
    s3:GetBucketCors CORSRule/AllowedOrigin
    s3:GetBucketEncryption Rule
    s3:GetBucketEncryption Rule/ApplyServerSideEncryptionByDefault/SSEAlgorithm
    s3:GetBucketLifecycleConfiguration Rule
    s3:GetBucketLifecycleConfiguration Rule/Status
    s3:GetBucketLifecycleConfiguration Rule/Transition/StorageClass
    s3:GetBucketLogging LoggingEnabled/TargetBucket
    s3:GetBucketNotificationConfiguration CloudFunctionConfiguration/CloudFunction
    s3:GetBucketNotificationConfiguration CloudFunctionConfiguration/Event
    s3:GetBucketNotificationConfiguration QueueConfiguration/Event
    s3:GetBucketNotificationConfiguration QueueConfiguration/Queue
    s3:GetBucketNotificationConfiguration TopicConfiguration/Event
    s3:GetBucketNotificationConfiguration TopicConfiguration/Topic
    s3:GetBucketOwnershipControls Rule
    s3:GetBucketOwnershipControls Rule/ObjectOwnership
    s3:GetBucketPolicy {Statement}
    s3:GetBucketPolicyStatus IsPublic
    s3:GetBucketReplication Role
    s3:GetBucketReplication Rule
    s3:GetBucketReplication Rule/Destination
    s3:GetBucketReplication Rule/Destination/AccessControlTranslation/Owner
    s3:GetBucketReplication Rule/Destination/Bucket
    s3:GetBucketReplication Rule/Destination/Metrics/Status
    s3:GetBucketReplication Rule/Destination/ReplicationTime/Status
    s3:GetBucketReplication Rule/ExistingObjectReplication/Status
    s3:GetBucketReplication Rule/SourceSelectionCriteria/ReplicaModifications/Status
    s3:GetBucketReplication Rule/SourceSelectionCriteria/SseKmsEncryptedObjects/Status
    s3:GetBucketReplication Rule/Status
    s3:GetBucketTagging TagSet/Tag/Key
    s3:GetBucketTagging TagSet/Tag/Value?
    s3:GetBucketTagging TagSet?
    s3:GetBucketWebsite ErrorDocument/Key
    s3:GetBucketWebsite IndexDocument/Suffix
    s3:GetBucketWebsite IndexDocument|RedirectAllRequestsTo
    s3:GetBucketWebsite RedirectAllRequestsTo/HostName
    s3:GetBucketWebsite RoutingRules/RoutingRule/Redirect
    s3:GetObjectLockConfiguration ObjectLockEnabled
    s3:GetObjectLockConfiguration Rule/DefaultRetention
    s3:GetObjectLockConfiguration Rule/DefaultRetention/Days|Years|DefaultEventHold
    s3:GetObjectLockConfiguration Rule/DefaultRetention/Mode|DefaultEventHold
    s3:GetPublicAccessBlock BlockPublicAcls
    s3:GetPublicAccessBlock BlockPublicPolicy
    s3:GetPublicAccessBlock IgnorePublicAcls
    s3:GetPublicAccessBlock RestrictPublicBuckets
    s3:ListBuckets Buckets?
    ");
}

#[test]
fn what_other_answers_of_s3_must_hold() {
    let others = ["AWS::S3::AccountPublicAccessBlock", "AWS::S3::Object"];
    assert_snapshot!(declared(&others), @"
    s3:ListObjectsV2 Contents/Key
    s3:ListObjectsV2 Contents/LastModified
    s3:ListObjectsV2 Contents/Size
    s3:ListObjectsV2 IsTruncated
    s3control:GetPublicAccessBlock BlockPublicAcls
    s3control:GetPublicAccessBlock BlockPublicPolicy
    s3control:GetPublicAccessBlock IgnorePublicAcls
    s3control:GetPublicAccessBlock RestrictPublicBuckets
    ");
}
