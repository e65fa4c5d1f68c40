//! `AWS::S3::Bucket`.

use std::collections::{HashMap, HashSet};

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    Bucket, BucketLocationConstraint, ErrorDocument, Grant, IndexDocument, OwnershipControls,
    PolicyStatus, PublicAccessBlockConfiguration, RoutingRule, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule, TargetObjectKeyFormat,
};
use futures::future::join_all;
use serde_json::{Value as Json, json};

use super::answer::{document, instant, list as json_list, name, object, tag};
use super::live::{Answer, unknown_operation};
use super::pages::{Entry, Pages};
use super::session::Session;
use super::{s3_lifecycle, s3_versioning};
use crate::resource::{Listing, Operation, Region, Resource, Schema};

/// As many as AWS allows, which is as many as most accounts may have: mostly one page.
const PAGE_SIZE: i32 = 10_000;

const LIST: &str = "s3:ListBuckets";

/// All buckets, each in its own region.
pub(super) async fn list(session: &Session, schema: &Schema) -> Listing {
    let home = Region::global();
    let client = session.s3(&home);
    let mut pages = Pages::new(LIST);
    while let Some(token) = pages.next() {
        // Only a request with a parameter is answered with regions.
        let request = client.list_buckets().max_buckets(PAGE_SIZE).set_continuation_token(token);
        match session.call(LIST, &home, request.send()).await {
            Ok(answer) => {
                let regions = regions(session, answer.buckets()).await;
                let buckets = answer.buckets().iter();
                let buckets = buckets.filter_map(|bucket| describe(session, &regions, bucket));
                pages.add(buckets, answer.continuation_token());
            }
            Err(refusal) => pages.refused(refusal),
        }
    }
    pages.listing(schema)
}

fn describe(
    session: &Session,
    regions: &HashMap<String, Region>,
    bucket: &Bucket,
) -> Option<Entry> {
    let name = bucket.name()?;
    // A bucket of an unknown region is in every scope: it must not vanish.
    let region = regions.get(name).cloned().unwrap_or_else(Region::global);
    let told = (!region.is_global()).then(|| region.as_str().to_owned());
    let answer = object([
        ("BucketName", name.into()),
        ("Arn", format!("arn:{}:s3:::{name}", session.partition()).into()),
        ("CreationDate", instant(bucket.creation_date())),
        ("BucketRegion", told.into()),
    ]);
    Some(Entry { region, answer })
}

/// The region of each bucket. S3 tells it in the list. Where what stands in its place does not, one
/// filtered list per region of the evaluation says the most, and calls per bucket the rest.
async fn regions(session: &Session, buckets: &[Bucket]) -> HashMap<String, Region> {
    let parsed = |bucket: &Bucket| {
        let region = bucket.bucket_region()?.parse().ok()?;
        Some((bucket.name()?.to_owned(), region))
    };
    let mut known: HashMap<String, Region> = buckets.iter().filter_map(parsed).collect();
    let open = |known: &HashMap<String, Region>| -> Vec<String> {
        let names = buckets.iter().filter_map(Bucket::name).map(str::to_owned);
        names.filter(|name| !known.contains_key(name)).collect()
    };
    if open(&known).is_empty() {
        return known;
    }
    known.extend(filtered(session).await);
    let located = open(&known).into_iter().map(|name| async move {
        let region = location(session, &name).await?;
        Some((name, region))
    });
    known.extend(join_all(located).await.into_iter().flatten());
    known
}

/// The buckets that exactly one region's list names.
async fn filtered(session: &Session) -> HashMap<String, Region> {
    let home = Region::global();
    let lists = session.regions.iter().map(|region| {
        let client = session.s3(&home);
        let request = client.list_buckets().bucket_region(region.as_str()).max_buckets(PAGE_SIZE);
        async move { (region, session.call(LIST, &Region::global(), request.send()).await) }
    });
    let mut found: HashMap<String, Region> = HashMap::new();
    let mut twice = HashSet::new();
    for (region, answer) in join_all(lists).await {
        let Ok(answer) = answer else { continue };
        for name in answer.buckets().iter().filter_map(Bucket::name) {
            if found.insert(name.to_owned(), region.clone()).is_some() {
                twice.insert(name.to_owned());
            }
        }
    }
    found.retain(|name, _| !twice.contains(name));
    found
}

async fn location(session: &Session, bucket: &str) -> Option<Region> {
    let home = Region::global();
    let request = session.s3(&home).get_bucket_location().bucket(bucket).send();
    let answer = session.call("s3:GetBucketLocation", &home, request).await.ok()?;
    match answer.location_constraint().map(BucketLocationConstraint::as_str) {
        None | Some("") => "us-east-1".parse().ok(),
        Some("EU") => "eu-west-1".parse().ok(),
        Some(region) => region.parse().ok(),
    }
}

/// What one operation says of one bucket.
pub(super) async fn facet(session: &Session, bucket: &Resource, operation: &Operation) -> Answer {
    let bucket = Asked {
        session,
        client: session.s3(&bucket.region),
        name: &bucket.id,
        region: &bucket.region,
    };
    match operation.as_str() {
        "s3:GetBucketAcl" => bucket.acl().await,
        "s3:GetBucketEncryption" => bucket.encryption().await,
        "s3:GetBucketLifecycleConfiguration" => bucket.lifecycle().await,
        "s3:GetBucketLogging" => bucket.logging().await,
        "s3:GetBucketOwnershipControls" => bucket.ownership_controls().await,
        "s3:GetBucketPolicy" => bucket.policy().await,
        "s3:GetBucketPolicyStatus" => bucket.policy_status().await,
        "s3:GetBucketTagging" => bucket.tags().await,
        "s3:GetBucketVersioning" => bucket.versioning().await,
        "s3:GetBucketWebsite" => bucket.website().await,
        "s3:GetPublicAccessBlock" => bucket.public_access_block().await,
        _ => Err(unknown_operation(operation)),
    }
}

/// The bucket that is asked about.
struct Asked<'a> {
    session: &'a Session,
    client: Client,
    name: &'a str,
    region: &'a Region,
}

/// Makes one call about a bucket: the client's method, then `bucket` and `send`.
macro_rules! ask {
    ($bucket:ident, $operation:literal, $method:ident) => {{
        let request = $bucket.client.$method().bucket($bucket.name).send();
        $bucket.session.call($operation, $bucket.region, request).await?
    }};
}

impl Asked<'_> {
    async fn acl(&self) -> Answer {
        let answer = ask!(self, "s3:GetBucketAcl", get_bucket_acl);
        let owner = answer.owner().map_or(Json::Null, |owner| object([("ID", owner.id().into())]));
        Ok(json!({ "Acl": { "Owner": owner, "Grants": json_list(answer.grants(), grant) } }))
    }

    async fn encryption(&self) -> Answer {
        let answer = ask!(self, "s3:GetBucketEncryption", get_bucket_encryption);
        let rules = answer
            .server_side_encryption_configuration()
            .map(ServerSideEncryptionConfiguration::rules);
        let rules = json_list(rules.unwrap_or_default(), encryption_rule);
        Ok(json!({ "BucketEncryption": { "ServerSideEncryptionConfiguration": rules } }))
    }

    async fn lifecycle(&self) -> Answer {
        let operation = "s3:GetBucketLifecycleConfiguration";
        let request = self.client.get_bucket_lifecycle_configuration().bucket(self.name).send();
        let answer = self.session.call(operation, self.region, request).await?;
        let rules = json_list(answer.rules(), s3_lifecycle::rule);
        Ok(json!({ "LifecycleConfiguration": { "Rules": rules } }))
    }

    async fn logging(&self) -> Answer {
        let answer = ask!(self, "s3:GetBucketLogging", get_bucket_logging);
        let logging = answer.logging_enabled().map_or(Json::Null, |log| {
            let format = log.target_object_key_format();
            let partitioned = format.and_then(TargetObjectKeyFormat::partitioned_prefix);
            let format = partitioned.map_or(Json::Null, |prefix| {
                let source =
                    object([("PartitionDateSource", name(prefix.partition_date_source()))]);
                json!({ "PartitionedPrefix": source })
            });
            object([
                ("DestinationBucketName", log.target_bucket().into()),
                ("LogFilePrefix", log.target_prefix().into()),
                ("TargetObjectKeyFormat", format),
            ])
        });
        Ok(object([("LoggingConfiguration", logging)]))
    }

    async fn ownership_controls(&self) -> Answer {
        let answer = ask!(self, "s3:GetBucketOwnershipControls", get_bucket_ownership_controls);
        let rules = answer.ownership_controls().map(OwnershipControls::rules);
        let rules = json_list(
            rules.unwrap_or_default(),
            |rule| json!({ "ObjectOwnership": rule.object_ownership().as_str() }),
        );
        Ok(json!({ "OwnershipControls": { "Rules": rules } }))
    }

    async fn policy(&self) -> Answer {
        let answer = ask!(self, "s3:GetBucketPolicy", get_bucket_policy);
        Ok(object([("Policy", answer.policy().map_or(Json::Null, document))]))
    }

    async fn policy_status(&self) -> Answer {
        let answer = ask!(self, "s3:GetBucketPolicyStatus", get_bucket_policy_status);
        let public = answer.policy_status().and_then(PolicyStatus::is_public);
        Ok(json!({ "PolicyStatus": object([("IsPublic", public.into())]) }))
    }

    async fn tags(&self) -> Answer {
        let answer = ask!(self, "s3:GetBucketTagging", get_bucket_tagging);
        Ok(json!({ "Tags": json_list(answer.tag_set(), |one| tag(one.key(), one.value())) }))
    }

    async fn versioning(&self) -> Answer {
        let request = s3_versioning::ask(&self.client, self.name);
        let answer = self.session.call("s3:GetBucketVersioning", self.region, request).await?;
        let versioning =
            object([("Status", name(answer.status())), ("MFADelete", name(answer.mfa_delete()))]);
        let configured = versioning.get("Status").or(versioning.get("MFADelete")).is_some();
        Ok(if configured { json!({ "VersioningConfiguration": versioning }) } else { json!({}) })
    }

    async fn website(&self) -> Answer {
        let answer = ask!(self, "s3:GetBucketWebsite", get_bucket_website);
        let redirect = answer.redirect_all_requests_to().map_or(Json::Null, |redirect| {
            object([
                ("HostName", redirect.host_name().into()),
                ("Protocol", name(redirect.protocol())),
            ])
        });
        let rules = match answer.routing_rules() {
            [] => Json::Null,
            rules => json_list(rules, routing_rule),
        };
        let website = object([
            ("IndexDocument", answer.index_document().map(IndexDocument::suffix).into()),
            ("ErrorDocument", answer.error_document().map(ErrorDocument::key).into()),
            ("RedirectAllRequestsTo", redirect),
            ("RoutingRules", rules),
        ]);
        Ok(json!({ "WebsiteConfiguration": website }))
    }

    async fn public_access_block(&self) -> Answer {
        let answer = ask!(self, "s3:GetPublicAccessBlock", get_public_access_block);
        let block = answer.public_access_block_configuration();
        let flag = |read: fn(&PublicAccessBlockConfiguration) -> Option<bool>| {
            block.and_then(read).unwrap_or(false)
        };
        Ok(json!({
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": flag(PublicAccessBlockConfiguration::block_public_acls),
                "IgnorePublicAcls": flag(PublicAccessBlockConfiguration::ignore_public_acls),
                "BlockPublicPolicy": flag(PublicAccessBlockConfiguration::block_public_policy),
                "RestrictPublicBuckets":
                    flag(PublicAccessBlockConfiguration::restrict_public_buckets),
            },
        }))
    }
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

fn encryption_rule(rule: &ServerSideEncryptionRule) -> Json {
    let default = rule.apply_server_side_encryption_by_default().map_or(Json::Null, |default| {
        object([
            ("SSEAlgorithm", default.sse_algorithm().as_str().into()),
            ("KMSMasterKeyID", default.kms_master_key_id().into()),
        ])
    });
    let blocked = rule.blocked_encryption_types().map_or(Json::Null, |blocked| {
        json!({ "EncryptionType": json_list(blocked.encryption_type(), |one| one.as_str().into()) })
    });
    object([
        ("ServerSideEncryptionByDefault", default),
        ("BucketKeyEnabled", rule.bucket_key_enabled().into()),
        ("BlockedEncryptionTypes", blocked),
    ])
}

fn routing_rule(rule: &RoutingRule) -> Json {
    let condition = rule.condition().map_or(Json::Null, |condition| {
        object([
            ("HttpErrorCodeReturnedEquals", condition.http_error_code_returned_equals().into()),
            ("KeyPrefixEquals", condition.key_prefix_equals().into()),
        ])
    });
    let redirect = rule.redirect().map_or(Json::Null, |redirect| {
        object([
            ("HostName", redirect.host_name().into()),
            ("Protocol", name(redirect.protocol())),
            ("HttpRedirectCode", redirect.http_redirect_code().into()),
            ("ReplaceKeyPrefixWith", redirect.replace_key_prefix_with().into()),
            ("ReplaceKeyWith", redirect.replace_key_with().into()),
        ])
    });
    object([("RoutingRuleCondition", condition), ("RedirectRule", redirect)])
}
