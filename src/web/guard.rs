//! What holds for every request: its id, its span, the headers of its answer, whom it names as
//! host, and that a panic or an endless request is answered.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HOST, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;
use url::Url;

/// How long a request may take until it is answered with an error.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Nothing loads but the own stylesheet and icon, nothing runs, nothing frames the page.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Wraps the routes of a listener: request id, span, headers, timeout, and an answer to panics.
pub(super) fn guarded(routes: Router, listener: &'static str) -> Router {
    let trace = TraceLayer::new_for_http()
        .make_span_with(move |request: &Request| span(request, listener))
        .on_response(|response: &Response, took: Duration, _: &Span| {
            let status = response.status().as_u16();
            let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            tracing::debug!(http.status = status, took_ms, "answered a request");
        })
        .on_failure(());
    // The last layer is the outermost.
    routes
        .layer(CatchPanicLayer::custom(|_| {
            tracing::error!("a handler panicked");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT))
        .layer(middleware::map_response(with_headers))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(trace)
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        // An id that the caller made up would forge the log.
        .layer(middleware::map_request(without_request_id))
}

/// Nothing has a name with a NUL in it, and the database would take offence.
pub(super) async fn without_nul(request: Request, next: Next) -> Response {
    if request.uri().to_string().contains("%00") {
        return StatusCode::NOT_FOUND.into_response();
    }
    next.run(request).await
}

/// The id of a request, for the answer and the log.
pub(super) fn request_id(request: &Request) -> &str {
    let id = request.headers().get("x-request-id");
    id.and_then(|id| id.to_str().ok()).unwrap_or("-")
}

async fn without_request_id(mut request: Request) -> Request {
    request.headers_mut().remove("x-request-id");
    request
}

fn span(request: &Request, listener: &'static str) -> Span {
    tracing::info_span!(
        "request",
        listener,
        request.id = request_id(request),
        http.method = %request.method(),
        http.path = request.uri().path(),
    )
}

async fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The names under which the page may be asked for.
///
/// A page on loopback is open to every program of the machine, and through a domain that an
/// attacker points at 127.0.0.1 also to web pages, unless the page insists on its name.
#[derive(Debug, Clone)]
pub(super) struct Hosts(Vec<String>);

impl Hosts {
    /// Loopback's names and, where there is one, the page's address for people.
    pub(super) fn new(page_url: Option<&Url>) -> Self {
        let public = page_url.and_then(Url::host_str).map(str::to_ascii_lowercase);
        Self(["localhost".to_owned()].into_iter().chain(public).collect())
    }

    fn allows(&self, authority: &str) -> bool {
        let name = match authority.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => authority,
        };
        let name = name.to_ascii_lowercase();
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        address.is_ok_and(|address| address.is_loopback()) || self.0.contains(&name)
    }
}

/// Answers only requests that name one of `hosts`.
pub(super) async fn only_for(hosts: Hosts, request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    if host.is_some_and(|host| hosts.allows(host)) {
        return next.run(request).await;
    }
    tracing::warn!(http.host = host, "refused a request for another host");
    let message = "this page is not served under that name; set listen.page_url to its address\n";
    (StatusCode::MISDIRECTED_REQUEST, Body::from(message)).into_response()
}

/// Why the page cannot be served at an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the page shows everything to everybody who reaches it, so it listens on loopback only, not \
     on `{0}`; set listen.page to 127.0.0.1 and a port, and reach it through a tunnel or a proxy \
     that asks who is there"
)]
pub struct NotLoopback(pub SocketAddr);

/// Refuses any address for the page that other machines could reach.
pub fn check_page_address(address: SocketAddr) -> Result<(), NotLoopback> {
    if address.ip().to_canonical().is_loopback() { Ok(()) } else { Err(NotLoopback(address)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_stays_on_loopback() {
        for open in ["127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            let address = open.parse().expect("an address");
            assert_eq!(check_page_address(address), Ok(()), "{open}");
        }
        for shut in ["0.0.0.0:1", "10.0.0.1:1", "[::]:1", "[::ffff:10.0.0.1]:1"] {
            let address = shut.parse().expect("an address");
            assert_eq!(check_page_address(address), Err(NotLoopback(address)), "{shut}");
        }
    }

    #[test]
    fn only_the_pages_own_names_are_answered() {
        let url = Url::parse("https://Checks.example.com/").expect("a URL");
        let hosts = Hosts::new(Some(&url));
        for own in [
            "localhost",
            "LOCALHOST:8501",
            "127.0.0.1:8501",
            "[::1]:8501",
            "[::1]",
            "checks.example.com",
        ] {
            assert!(hosts.allows(own), "{own}");
        }
        for other in
            ["evil.example", "evil.example:8501", "localhost.evil.example", "10.0.0.1", "", ":1"]
        {
            assert!(!hosts.allows(other), "{other}");
        }
    }
}
