//! Lifecycle rules of buckets.

use aws_sdk_s3::types::{
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, NoncurrentVersionTransition, Tag,
    Transition,
};
use serde_json::{Value as Json, json};

use super::super::super::adapter::Response;
use super::super::super::json::{array, instant, name, object, tag};
use super::super::super::response::{Call, filled};
use super::super::super::session::Session;
use super::ask;
use crate::resource::Resource;

pub(super) static CALL: Call = Call::xml(
    "s3:GetBucketLifecycleConfiguration",
    &[filled("Rule"), filled("Rule/Status"), filled("Rule/Transition/StorageClass")],
);

pub(super) async fn read(session: &Session, bucket: &Resource) -> Response {
    let output = ask!(session, bucket, CALL, get_bucket_lifecycle_configuration);
    Ok(json!({ "LifecycleConfiguration": { "Rules": array(output.rules(), rule) } }))
}

/// A rule, with CloudFormation's names.
fn rule(rule: &LifecycleRule) -> Json {
    let expiration = rule.expiration();
    let noncurrent = rule.noncurrent_version_expiration().map_or(Json::Null, |expiration| {
        object([
            ("NoncurrentDays", expiration.noncurrent_days().into()),
            ("NewerNoncurrentVersions", expiration.newer_noncurrent_versions().into()),
        ])
    });
    let abort = rule.abort_incomplete_multipart_upload().map_or(Json::Null, |abort| {
        object([("DaysAfterInitiation", abort.days_after_initiation().into())])
    });
    let noncurrent_moves = match rule.noncurrent_version_transitions() {
        [] => Json::Null,
        moves => array(moves, noncurrent_transition),
    };
    let scope = RuleFilter::of(rule);
    object([
        ("Id", rule.id().into()),
        ("Status", rule.status().as_str().into()),
        ("Prefix", scope.prefix.into()),
        ("TagFilters", array(scope.tags, |one| tag(one.key(), one.value()))),
        ("ObjectSizeGreaterThan", scope.larger.into()),
        ("ObjectSizeLessThan", scope.smaller.into()),
        ("ExpirationInDays", expiration.and_then(LifecycleExpiration::days).into()),
        ("ExpirationDate", instant(expiration.and_then(LifecycleExpiration::date))),
        (
            "ExpiredObjectDeleteMarker",
            expiration.and_then(LifecycleExpiration::expired_object_delete_marker).into(),
        ),
        ("Transitions", array(rule.transitions(), transition)),
        ("NoncurrentVersionTransitions", noncurrent_moves),
        ("NoncurrentVersionExpiration", noncurrent),
        ("AbortIncompleteMultipartUpload", abort),
    ])
}

/// Objects that a rule is for. The API has three places for it, which exclude each other.
#[derive(Default)]
struct RuleFilter<'a> {
    prefix: Option<&'a str>,
    tags: Vec<&'a Tag>,
    larger: Option<i64>,
    smaller: Option<i64>,
}

impl<'a> RuleFilter<'a> {
    fn of(rule: &'a LifecycleRule) -> Self {
        #[expect(deprecated, reason = "rules from before filters are still answered so")]
        let prefix = rule.prefix();
        match rule.filter() {
            Some(filter) => Self::of_filter(filter),
            None => Self { prefix, ..Self::default() },
        }
    }

    fn of_filter(filter: &'a LifecycleRuleFilter) -> Self {
        match filter.and() {
            Some(and) => Self {
                prefix: and.prefix(),
                tags: and.tags().iter().collect(),
                larger: and.object_size_greater_than(),
                smaller: and.object_size_less_than(),
            },
            None => Self {
                prefix: filter.prefix(),
                tags: filter.tag().into_iter().collect(),
                larger: filter.object_size_greater_than(),
                smaller: filter.object_size_less_than(),
            },
        }
    }
}

fn transition(transition: &Transition) -> Json {
    object([
        ("StorageClass", name(transition.storage_class())),
        ("TransitionInDays", transition.days().into()),
        ("TransitionDate", instant(transition.date())),
    ])
}

fn noncurrent_transition(transition: &NoncurrentVersionTransition) -> Json {
    object([
        ("StorageClass", name(transition.storage_class())),
        ("TransitionInDays", transition.noncurrent_days().into()),
        ("NewerNoncurrentVersions", transition.newer_noncurrent_versions().into()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::types::{ExpirationStatus, LifecycleRuleAndOperator};

    fn scope(filter: LifecycleRuleFilter) -> Json {
        let built = LifecycleRule::builder()
            .id("x")
            .status(ExpirationStatus::Enabled)
            .expiration(LifecycleExpiration::builder().days(30).build())
            .filter(filter)
            .build();
        rule(&built.expect("whole"))
    }

    #[test]
    fn a_rule_says_which_objects_it_is_for() {
        let key = Tag::builder().key("k").value("v").build().expect("whole");
        let both = LifecycleRuleAndOperator::builder()
            .prefix("logs/")
            .tags(key.clone())
            .object_size_greater_than(10)
            .build();
        assert_eq!(
            scope(LifecycleRuleFilter::builder().and(both).build()),
            json!({
                "Id": "x", "Status": "Enabled", "Prefix": "logs/",
                "TagFilters": [{ "Key": "k", "Value": "v" }], "ObjectSizeGreaterThan": 10,
                "ExpirationInDays": 30, "Transitions": [],
            })
        );
        let one = scope(LifecycleRuleFilter::builder().tag(key).build());
        assert_eq!(one["TagFilters"], json!([{ "Key": "k", "Value": "v" }]));
        assert_eq!(one.get("Prefix"), None);
    }
}
