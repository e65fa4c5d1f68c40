//! What every call goes through: faults, the description, rights, the operation, the description
//! again.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use url::form_urlencoded;

use super::answer::{Refusal, Reply};
use super::api::{self, Call};
use super::auth::{self, need};
use super::fault::Effect;
use super::model::Facts;
use super::openapi::Operation;
use super::record::{ApiCall, Event};
use super::server::Server;
use super::smart_http::{self, GitCall};

/// The longest body of an API call, in bytes.
const LONGEST: usize = 10 << 20;
/// The prefix of the API on GitHub Enterprise Server; without it the same is served.
const ENTERPRISE: &str = "/api/v3";

/// A call as it came.
struct Incoming {
    method: String,
    /// Without the prefix of the API.
    path: String,
    query: String,
    headers: HeaderMap,
}

/// An answer, and which operation it is of.
struct Outgoing {
    response: Response,
    operation: Option<String>,
}

/// Serves the API and Git.
pub(super) fn router(server: Arc<Server>) -> Router {
    Router::new().fallback(answer).with_state(server)
}

async fn answer(State(server): State<Arc<Server>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let incoming = Incoming {
        method: parts.method.as_str().to_owned(),
        path: path.strip_prefix(ENTERPRISE).unwrap_or(path).to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
    };
    let struck = server.state().faults.strike(&incoming.method, &incoming.path);
    let serving = async {
        match GitCall::read(&incoming.method, &incoming.path, &incoming.query) {
            Some(call) => Outgoing {
                response: smart_http::serve(&server, call, &incoming.headers, body).await,
                operation: None,
            },
            None => serve(&server, &incoming, body).await,
        }
    };
    let Some(Outgoing { response, operation }) = under(&server, struck, serving).await else {
        log(&server, &incoming, None, None);
        server.tasks.stopping().cancelled().await;
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    log(&server, &incoming, operation, Some(response.status().as_u16()));
    response
}

/// Serves a call under a fault, if one struck; none if nothing is to be answered.
async fn under(
    server: &Server,
    struck: Option<Effect>,
    serving: impl Future<Output = Outgoing>,
) -> Option<Outgoing> {
    let instead = |response: Response| Some(Outgoing { response, operation: None });
    match struck {
        None => Some(serving.await),
        Some(Effect::Delay(time)) => {
            tokio::select! {
                () = tokio::time::sleep(time) => {}
                () = server.tasks.stopping().cancelled_owned() => {}
            }
            Some(serving.await)
        }
        Some(Effect::Refuse(status)) => instead(bare(status)),
        Some(Effect::Lose(status)) => {
            let operation = done(serving.await).await;
            Some(Outgoing { response: bare(status), operation })
        }
        Some(Effect::Cut) => {
            let operation = done(serving.await).await;
            Some(Outgoing { response: cut(), operation })
        }
        Some(Effect::Hold) => Some(held(server, serving).await),
        Some(Effect::Hang) => None,
        Some(Effect::HangAfter) => {
            done(serving.await).await;
            None
        }
        Some(Effect::RevokedToken) => instead(refused(&Refusal::bad_credentials())),
        Some(Effect::PrimaryLimit(seconds)) => instead(used_up(server, seconds)),
        Some(Effect::SecondaryLimit(seconds)) => {
            let problem = "You have exceeded a secondary rate limit. Please wait a few minutes \
                           before you try again.";
            instead(later(server, &Refusal::forbidden(problem), seconds))
        }
        Some(Effect::TooManyRequests(seconds)) => {
            let refusal = Refusal::with(StatusCode::TOO_MANY_REQUESTS, "API rate limit exceeded");
            instead(later(server, &refusal, Some(seconds)))
        }
    }
}

/// Waits until all of an answer is made that nobody will see.
async fn done(outgoing: Outgoing) -> Option<String> {
    // A body that breaks off is as good as one that does not: it is thrown away.
    let _body = to_bytes(outgoing.response.into_body(), usize::MAX).await;
    outgoing.operation
}

/// What a proxy in between answers.
fn bare(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    (status, "<html><body>Unicorn!</body></html>").into_response()
}

/// An answer that breaks off.
fn cut() -> Response {
    let broken = futures::stream::once(async { Err::<Bytes, _>(io::Error::other("cut")) });
    (StatusCode::OK, Body::from_stream(broken)).into_response()
}

/// Serves a call, and keeps the answer back.
async fn held(server: &Server, serving: impl Future<Output = Outgoing>) -> Outgoing {
    let released = server.state().faults.released();
    let outgoing = serving.await;
    server.emit(Event::Held);
    tokio::select! {
        () = released.cancelled() => {}
        () = server.tasks.stopping().cancelled_owned() => {}
    }
    outgoing
}

fn later(server: &Server, refusal: &Refusal, seconds: Option<u64>) -> Response {
    let mut response = refused(refusal);
    // As on GitHub the hour's calls are not used up by this, and tell nothing of when to come back.
    add_limits(server, response.headers_mut());
    if let Some(seconds) = seconds {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn used_up(server: &Server, seconds: u64) -> Response {
    let mut response = refused(&Refusal::forbidden("API rate limit exceeded for installation."));
    let reset = u64::try_from(server.now().timestamp()).unwrap_or_default() + seconds;
    let headers = response.headers_mut();
    add_limits(server, headers);
    headers.insert("x-ratelimit-remaining", 0.into());
    headers.insert("x-ratelimit-reset", reset.into());
    response
}

fn refused(refusal: &Refusal) -> Response {
    json(refusal.status, Some(&refusal.body()))
}

fn json(status: StatusCode, body: Option<&Value>) -> Response {
    let content = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let mut response = (status, content).into_response();
    if body.is_some() {
        let kind = HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

fn log(server: &Server, incoming: &Incoming, operation: Option<String>, status: Option<u16>) {
    let call = ApiCall {
        at: server.now(),
        method: incoming.method.clone(),
        path: incoming.path.clone(),
        query: incoming.query.clone(),
        operation,
        status,
    };
    server.state().remember_call(call.clone());
    server.emit(Event::Called(call));
}

/// Serves a call of the API.
async fn serve(server: &Arc<Server>, incoming: &Incoming, body: Body) -> Outgoing {
    let name = format!("{} {}", incoming.method, incoming.path);
    let mut operation = None;
    let answer = match canonical(server, &incoming.path) {
        Some(path) => match server.description().find(&incoming.method, &path) {
            Some(matched) => {
                operation = Some(matched.operation);
                let called = Called { matched: &matched.path, operation: matched.operation };
                run(server, incoming, called, body).await
            }
            None => Err(Refusal::unknown_path()),
        },
        None => Err(Refusal::not_found()),
    };
    let response = finished(server, &name, operation, answer);
    Outgoing { response, operation: operation.map(|operation| operation.id.clone()) }
}

/// The path of an operation: `/repositories/7/pulls` is the path of its repository's.
fn canonical(server: &Server, path: &str) -> Option<String> {
    let Some(rest) = path.strip_prefix("/repositories/") else { return Some(path.to_owned()) };
    let (id, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let facts = server.facts(id.parse().ok()?)?;
    Some(format!("/repos/{}{rest}", facts.full_name()))
}

/// Which operation was called, with the parameters of its path.
struct Called<'a> {
    operation: &'a Operation,
    matched: &'a BTreeMap<String, String>,
}

async fn run(
    server: &Arc<Server>,
    incoming: &Incoming,
    called: Called<'_>,
    body: Body,
) -> Result<Reply, Refusal> {
    if !incoming.headers.contains_key(USER_AGENT) {
        let problem = "Request forbidden by administrative rules. Please make sure your request \
                       has a User-Agent header";
        return Err(Refusal::forbidden(problem).violating());
    }
    let Called { operation, matched } = called;
    let actor = auth::actor(server, &incoming.headers)?;
    let facts = facts(server, matched);
    let need = need(&operation.id, &incoming.method);
    auth::authorize(server, actor.as_ref(), &need, facts.as_deref())?;
    let body = parsed(to_bytes(body, LONGEST).await)?;
    let query: Vec<(String, String)> =
        form_urlencoded::parse(incoming.query.as_bytes()).into_owned().collect();
    let problems = server.description().check_request(operation, matched, &query, body.as_ref());
    if !problems.is_empty() {
        return Err(Refusal::wrong(&problems));
    }
    let call = Call {
        server: Arc::clone(server),
        actor,
        facts,
        path: matched.clone(),
        query: query.into_iter().collect(),
        body: body.unwrap_or_default(),
        url: format!("{}{}", server.site.api, incoming.path),
    };
    api::perform(&operation.id, &call).await
}

fn facts(server: &Server, path: &BTreeMap<String, String>) -> Option<Arc<Facts>> {
    let (owner, name) = (path.get("owner")?, path.get("repo")?);
    let state = server.state();
    state.repository(owner, name).map(|repository| Arc::clone(&repository.facts))
}

/// The JSON of a body; none where it is empty or null.
fn parsed(body: Result<Bytes, axum::Error>) -> Result<Option<Value>, Refusal> {
    let problem = |status, message| Refusal::with(status, message).violating();
    let bytes = body.map_err(|_| {
        problem(StatusCode::PAYLOAD_TOO_LARGE, "The body is too large, or broke off")
    })?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let value: Value = serde_json::from_slice(&bytes)
        .map_err(|_| problem(StatusCode::BAD_REQUEST, "Problems parsing JSON"))?;
    Ok((!value.is_null()).then_some(value))
}

/// The response to an answer, after the description had its say.
fn finished(
    server: &Server,
    name: &str,
    operation: Option<&Operation>,
    answer: Result<Reply, Refusal>,
) -> Response {
    let (status, body, link, accepted) = match answer {
        Ok(reply) => (reply.status, reply.body, reply.link, None),
        Err(refusal) => {
            let body = refusal.body();
            server.violated(name, refusal.violations);
            (refusal.status, Some(body), None, refusal.accepted)
        }
    };
    let problems = operation.map_or_else(Vec::new, |operation| {
        server.description().check_response(operation, status.as_u16(), body.as_ref())
    });
    let mut response = if problems.is_empty() {
        json(status, body.as_ref())
    } else {
        let problem = format!("the forge is wrong: {}", problems.join("; "));
        server.violated(name, problems);
        refused(&Refusal::with(StatusCode::INTERNAL_SERVER_ERROR, &problem))
    };
    let headers = response.headers_mut();
    add_limits(server, headers);
    for (name, value) in [("link", link), ("x-accepted-github-permissions", accepted)] {
        add_header(headers, name, value);
    }
    response
}

fn add_limits(server: &Server, headers: &mut HeaderMap) {
    let used = server.state().used + 1;
    let left = api::HOURLY.saturating_sub(used);
    let reset = server.now().timestamp() + 3600;
    let all = [
        ("x-github-request-id", uuid::Uuid::new_v4().simple().to_string()),
        ("x-ratelimit-limit", api::HOURLY.to_string()),
        ("x-ratelimit-used", used.to_string()),
        ("x-ratelimit-remaining", left.to_string()),
        ("x-ratelimit-reset", reset.to_string()),
        ("x-ratelimit-resource", "core".to_owned()),
    ];
    for (name, value) in all {
        add_header(headers, name, Some(value));
    }
}

fn add_header(headers: &mut HeaderMap, name: &'static str, value: Option<String>) {
    if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
