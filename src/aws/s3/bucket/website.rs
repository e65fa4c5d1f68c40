//! Buckets as websites.

use aws_sdk_s3::types::{ErrorDocument, IndexDocument, RedirectAllRequestsTo, RoutingRule};
use serde_json::{Value as Json, json};

use super::super::super::adapter::Response;
use super::super::super::json::{array, name, object};
use super::super::super::response::{Call, filled};
use super::super::super::session::Session;
use super::ask;
use crate::resource::Resource;

pub(super) static CALL: Call = Call::xml(
    "s3:GetBucketWebsite",
    &[
        filled("IndexDocument|RedirectAllRequestsTo"),
        filled("IndexDocument/Suffix"),
        filled("ErrorDocument/Key"),
        filled("RedirectAllRequestsTo/HostName"),
        filled("RoutingRules/RoutingRule/Redirect"),
    ],
);

pub(super) async fn read(session: &Session, bucket: &Resource) -> Response {
    let output = ask!(session, bucket, CALL, get_bucket_website);
    let rules = match output.routing_rules() {
        [] => Json::Null,
        rules => array(rules, routing_rule),
    };
    let website = object([
        ("IndexDocument", output.index_document().map(IndexDocument::suffix).into()),
        ("ErrorDocument", output.error_document().map(ErrorDocument::key).into()),
        ("RedirectAllRequestsTo", output.redirect_all_requests_to().map_or(Json::Null, redirect)),
        ("RoutingRules", rules),
    ]);
    Ok(json!({ "WebsiteConfiguration": website }))
}

fn redirect(redirect: &RedirectAllRequestsTo) -> Json {
    object([("HostName", redirect.host_name().into()), ("Protocol", name(redirect.protocol()))])
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
