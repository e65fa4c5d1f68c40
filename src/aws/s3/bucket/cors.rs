//! Use of buckets by other websites.

use aws_sdk_s3::types::CorsRule;
use serde_json::{Value as Json, json};

use super::super::super::adapter::Response;
use super::super::super::json::{array, object};
use super::super::super::response::{Call, filled};
use super::super::super::session::Session;
use super::ask;
use crate::resource::Resource;

pub(super) static CALL: Call = Call::xml(
    "s3:GetBucketCors",
    &[filled("CORSRule"), filled("CORSRule/AllowedOrigin"), filled("CORSRule/AllowedMethod")],
);

pub(super) async fn read(session: &Session, bucket: &Resource) -> Response {
    let output = ask!(session, bucket, CALL, get_bucket_cors);
    Ok(json!({ "CorsConfiguration": { "CorsRules": array(output.cors_rules(), rule) } }))
}

fn rule(rule: &CorsRule) -> Json {
    let headers = |headers: &[String]| match headers {
        [] => Json::Null,
        headers => json!(headers),
    };
    object([
        ("Id", rule.id().into()),
        ("AllowedOrigins", json!(rule.allowed_origins())),
        ("AllowedMethods", json!(rule.allowed_methods())),
        ("AllowedHeaders", headers(rule.allowed_headers())),
        ("ExposedHeaders", headers(rule.expose_headers())),
        ("MaxAge", rule.max_age_seconds().into()),
    ])
}
