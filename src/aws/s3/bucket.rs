//! `AWS::S3::Bucket`.

mod acl;
mod cors;
mod encryption;
mod lifecycle;
mod logging;
mod notification;
mod object_lock;
pub(in crate::aws) mod regions;
mod replication;
mod versioning;
mod website;

use aws_sdk_s3::operation::list_buckets::ListBucketsOutput;
use aws_sdk_s3::types::{Bucket, OwnershipControls, PolicyStatus, PublicAccessBlockConfiguration};
use futures::FutureExt;
use serde_json::{Value as Json, json};

use super::super::adapter::{Adapter, FacetCall, ListCall, Response};
use super::super::json::{array, document, instant, object, tag};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use crate::resource::{Failure, Region, Resource};

/// Row of the type. `NoSuchBucket` is no way to say that there is none: the bucket itself is gone.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::S3::Bucket",
    list: ListCall::whole(&LIST, |session, global| list(session, global).boxed()),
    facets: &[
        FacetCall::each(&acl::CALL, |session, bucket| acl::read(session, bucket).boxed()),
        FacetCall::each(&cors::CALL, |session, bucket| cors::read(session, bucket).boxed())
            .absent("NoSuchCORSConfiguration"),
        FacetCall::each(&encryption::CALL, |s, bucket| encryption::read(s, bucket).boxed())
            .absent("ServerSideEncryptionConfigurationNotFoundError"),
        FacetCall::each(&lifecycle::CALL, |s, bucket| lifecycle::read(s, bucket).boxed())
            .absent("NoSuchLifecycleConfiguration"),
        FacetCall::each(&logging::CALL, |session, bucket| logging::read(session, bucket).boxed()),
        FacetCall::each(&notification::CALL, |s, bucket| notification::read(s, bucket).boxed()),
        FacetCall::each(&object_lock::CALL, |s, bucket| object_lock::read(s, bucket).boxed())
            .absent("ObjectLockConfigurationNotFoundError"),
        FacetCall::each(&OWNERSHIP, |session, bucket| ownership(session, bucket).boxed())
            .absent("OwnershipControlsNotFoundError"),
        FacetCall::each(&POLICY, |session, bucket| policy(session, bucket).boxed())
            .absent("NoSuchBucketPolicy"),
        FacetCall::each(&POLICY_STATUS, |session, bucket| policy_status(session, bucket).boxed())
            .absent("NoSuchBucketPolicy"),
        FacetCall::each(&replication::CALL, |s, bucket| replication::read(s, bucket).boxed())
            .absent("ReplicationConfigurationNotFoundError"),
        FacetCall::each(&TAGS, |session, bucket| tags(session, bucket).boxed())
            .absent("NoSuchTagSet"),
        FacetCall::each(&versioning::CALL, |s, bucket| versioning::read(s, bucket).boxed()),
        FacetCall::each(&website::CALL, |session, bucket| website::read(session, bucket).boxed())
            .absent("NoSuchWebsiteConfiguration"),
        FacetCall::each(&PUBLIC_ACCESS, |session, bucket| public_access(session, bucket).boxed())
            .absent("NoSuchPublicAccessBlockConfiguration"),
    ],
};

/// Makes one call about a bucket by the client's method, and gives its output.
macro_rules! ask {
    ($session:ident, $bucket:ident, $call:ident, $method:ident) => {{
        let client = $session.clients.s3(&$bucket.region);
        let request = client.$method().bucket(&*$bucket.id).send();
        $session.call(&$call, &$bucket.region, request).await?
    }};
}

use ask;

/// Buckets a page: as many as AWS allows, which is as many as most accounts may have.
const PAGE_SIZE: i32 = 10_000;

static LIST: Call = Call::xml("s3:ListBuckets", &[present("Buckets")]);

/// All buckets, each in its own region.
async fn list(session: &Session, global: &Region) -> Paged<Entry> {
    let client = session.clients.s3(global);
    let request = |token| {
        // Only a request with a parameter is answered with regions.
        client.list_buckets().max_buckets(PAGE_SIZE).set_continuation_token(token).send()
    };
    let page = |output: &ListBucketsOutput| {
        let next = Next::token(output.continuation_token());
        Page { items: output.buckets().to_vec(), next }
    };
    let buckets = session.pages(&LIST, global, request, page).await;
    let regions = regions::of(session, &buckets.items).await;
    buckets.map(|bucket| {
        let name = bucket.name().unwrap_or_default();
        match regions.get(name) {
            Some(Err(why)) => unplaced(name, why),
            Some(Ok(region)) => describe(session, &bucket, Some(region)),
            None => describe(session, &bucket, None),
        }
    })
}

/// A bucket of which nobody can say where it lives: nothing is said of it, and the list lacks it, so that
/// what was known of it stays open.
fn unplaced(name: &str, why: &Failure) -> Entry {
    let doubt = format!("where `{name}` lives cannot be told: {why}");
    Entry { doubt: Some(doubt), ..Entry::new(&Region::global(), object([])) }
}

/// A bucket that S3 places in this region. Where there is no such region it is in every scope, since
/// it must not vanish, and the list cannot be relied on.
fn describe(session: &Session, bucket: &Bucket, placed: Option<&str>) -> Entry {
    let region = placed.and_then(|region| regions::real(session, region));
    let name = bucket.name();
    let doubt = match (placed, &region) {
        (Some(odd), None) => {
            let name = name.unwrap_or_default();
            Some(format!("`{name}` is said to live in `{odd}`, which is no region of AWS"))
        }
        _ => None,
    };
    let response = object([
        ("BucketName", name.into()),
        ("Arn", name.map(|name| format!("arn:{}:s3:::{name}", session.partition())).into()),
        ("CreationDate", instant(bucket.creation_date())),
        ("BucketRegion", region.as_ref().map(Region::as_str).into()),
    ]);
    Entry { region: region.unwrap_or_else(Region::global), response, doubt }
}

static OWNERSHIP: Call =
    Call::xml("s3:GetBucketOwnershipControls", &[filled("Rule"), filled("Rule/ObjectOwnership")]);

async fn ownership(session: &Session, bucket: &Resource) -> Response {
    let output = ask!(session, bucket, OWNERSHIP, get_bucket_ownership_controls);
    let rules = output.ownership_controls().map(OwnershipControls::rules).unwrap_or_default();
    let rules = array(rules, |rule| json!({ "ObjectOwnership": rule.object_ownership().as_str() }));
    Ok(json!({ "OwnershipControls": { "Rules": rules } }))
}

static POLICY: Call = Call::json("s3:GetBucketPolicy", &["Statement"]);

async fn policy(session: &Session, bucket: &Resource) -> Response {
    let output = ask!(session, bucket, POLICY, get_bucket_policy);
    Ok(object([("Policy", output.policy().map_or(Json::Null, document))]))
}

static POLICY_STATUS: Call = Call::xml("s3:GetBucketPolicyStatus", &[filled("IsPublic")]);

async fn policy_status(session: &Session, bucket: &Resource) -> Response {
    let output = ask!(session, bucket, POLICY_STATUS, get_bucket_policy_status);
    let public = output.policy_status().and_then(PolicyStatus::is_public);
    Ok(json!({ "PolicyStatus": object([("IsPublic", public.into())]) }))
}

static TAGS: Call = Call::xml(
    "s3:GetBucketTagging",
    &[present("TagSet"), filled("TagSet/Tag/Key"), present("TagSet/Tag/Value")],
);

async fn tags(session: &Session, bucket: &Resource) -> Response {
    let output = ask!(session, bucket, TAGS, get_bucket_tagging);
    Ok(json!({ "Tags": array(output.tag_set(), |one| tag(one.key(), one.value())) }))
}

static PUBLIC_ACCESS: Call = Call::xml(
    "s3:GetPublicAccessBlock",
    &[
        filled("BlockPublicAcls"),
        filled("IgnorePublicAcls"),
        filled("BlockPublicPolicy"),
        filled("RestrictPublicBuckets"),
    ],
);

async fn public_access(session: &Session, bucket: &Resource) -> Response {
    let output = ask!(session, bucket, PUBLIC_ACCESS, get_public_access_block);
    let block = output.public_access_block_configuration();
    Ok(json!({ "PublicAccessBlockConfiguration": block.map_or(Json::Null, flags) }))
}

fn flags(block: &PublicAccessBlockConfiguration) -> Json {
    object([
        ("BlockPublicAcls", block.block_public_acls().into()),
        ("IgnorePublicAcls", block.ignore_public_acls().into()),
        ("BlockPublicPolicy", block.block_public_policy().into()),
        ("RestrictPublicBuckets", block.restrict_public_buckets().into()),
    ])
}
