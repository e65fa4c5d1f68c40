//! Responses: JSON, and the headers that GitHub gives each.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::reply::ApiError;
use crate::server::Server;

/// Calls that an installation has an hour, by GitHub's documentation.
pub(crate) const HOURLY_CALLS: u64 = 5000;

/// An answer, and which operation it is of.
pub(crate) struct Outgoing {
    /// None where the caller is never answered.
    pub(crate) response: Option<Response>,
    /// GitHub's name of the operation, such as `checks/create`; none for Git and unknown paths.
    pub(crate) operation: Option<String>,
}

pub(crate) fn refused(error: &ApiError) -> Response {
    json(error.status, Some(&error.body()))
}

pub(crate) fn json(status: StatusCode, body: Option<&Value>) -> Response {
    let content = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let mut response = (status, content).into_response();
    if body.is_some() {
        let kind = HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

pub(crate) fn add_limits(server: &Server, headers: &mut HeaderMap) {
    let used = server.state().used + 1;
    let left = HOURLY_CALLS.saturating_sub(used);
    let reset = server.now().timestamp() + 3600;
    let all = [
        ("x-github-request-id", uuid::Uuid::new_v4().simple().to_string()),
        ("x-ratelimit-limit", HOURLY_CALLS.to_string()),
        ("x-ratelimit-used", used.to_string()),
        ("x-ratelimit-remaining", left.to_string()),
        ("x-ratelimit-reset", reset.to_string()),
        ("x-ratelimit-resource", "core".to_owned()),
    ];
    for (name, value) in all {
        add_header(headers, name, Some(value));
    }
}

pub(crate) fn add_header(headers: &mut HeaderMap, name: &'static str, value: Option<String>) {
    if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
