//! What every call goes through: faults, the description, rights, the operation, the description
//! again.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use url::form_urlencoded;

use crate::api::{self, Call};
use crate::auth::{self, requirement};
#[cfg(feature = "faults")]
use crate::effects;
use crate::events::{ApiCall, Event};
use crate::model::RepositoryRecord;
use crate::openapi::Operation;
use crate::reply::{ApiError, Reply};
use crate::response::{Outgoing, add_header, add_limits, json, refused};
use crate::server::Server;
use crate::smart_http::{self, GitCall};

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

/// Serves the API and Git.
pub(crate) fn router(server: Arc<Server>) -> Router {
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
    let serving = async {
        match GitCall::read(&incoming.method, &incoming.path, &incoming.query) {
            Some(call) => {
                let response = smart_http::serve(&server, call, &incoming.headers, body).await;
                Outgoing { response: Some(response), operation: None }
            }
            None => serve(&server, &incoming, body).await,
        }
    };
    #[cfg(feature = "faults")]
    let serving = effects::apply(&server, (&incoming.method, &incoming.path), serving);
    let Outgoing { response, operation } = serving.await;
    let status = response.as_ref().map(|response| response.status().as_u16());
    log(&server, &incoming, operation, status);
    let Some(response) = response else {
        server.tasks.stopping().cancelled().await;
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
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
            None => Err(ApiError::unknown_path()),
        },
        None => Err(ApiError::not_found()),
    };
    let response = finished(server, &name, operation, answer);
    let operation = operation.map(|operation| operation.id.clone());
    Outgoing { response: Some(response), operation }
}

/// The path of an operation: `/repositories/7/pulls` is the path of its repository's.
fn canonical(server: &Server, path: &str) -> Option<String> {
    let Some(rest) = path.strip_prefix("/repositories/") else { return Some(path.to_owned()) };
    let (id, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let record = server.record(id.parse().ok()?)?;
    Some(format!("/repos/{}{rest}", record.full_name()))
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
) -> Result<Reply, ApiError> {
    if !incoming.headers.contains_key(USER_AGENT) {
        let problem = "Request forbidden by administrative rules. Please make sure your request \
                       has a User-Agent header";
        return Err(ApiError::forbidden(problem).violating());
    }
    let Called { operation, matched } = called;
    let actor = auth::actor(server, &incoming.headers)?;
    let record = record(server, matched);
    let requirement = requirement(&operation.id, &incoming.method);
    auth::authorize(server, actor.as_ref(), &requirement, record.as_deref())?;
    let body = parsed(to_bytes(body, LONGEST).await)?;
    let query: Vec<(String, String)> =
        form_urlencoded::parse(incoming.query.as_bytes()).into_owned().collect();
    let problems = server.description().check_request(operation, matched, &query, body.as_ref());
    if !problems.is_empty() {
        return Err(ApiError::wrong(&problems));
    }
    let call = Call {
        server: Arc::clone(server),
        actor,
        record,
        path: matched.clone(),
        query: query.into_iter().collect(),
        body: body.unwrap_or_default(),
        url: format!("{}{}", server.site.api, incoming.path),
    };
    api::perform(&operation.id, &call).await
}

fn record(server: &Server, path: &BTreeMap<String, String>) -> Option<Arc<RepositoryRecord>> {
    let (owner, name) = (path.get("owner")?, path.get("repo")?);
    let state = server.state();
    state.repository(owner, name).map(|repository| Arc::clone(&repository.record))
}

/// The JSON of a body; none where it is empty or null.
fn parsed(body: Result<Bytes, axum::Error>) -> Result<Option<Value>, ApiError> {
    let problem = |status, message| ApiError::with(status, message).violating();
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
    answer: Result<Reply, ApiError>,
) -> Response {
    let (status, body, link, accepted) = match answer {
        Ok(reply) => (reply.status, reply.body, reply.link, None),
        Err(error) => {
            let body = error.body();
            server.violated(name, error.violations);
            (error.status, Some(body), None, error.accepted)
        }
    };
    let problems = operation.map_or_else(Vec::new, |operation| {
        server.description().check_response(operation, status.as_u16(), body.as_ref())
    });
    let mut response = if problems.is_empty() {
        json(status, body.as_ref())
    } else {
        let problem = format!("the emulator is wrong: {}", problems.join("; "));
        server.violated(name, problems);
        refused(&ApiError::with(StatusCode::INTERNAL_SERVER_ERROR, &problem))
    };
    let headers = response.headers_mut();
    add_limits(server, headers);
    for (name, value) in [("link", link), ("x-accepted-github-permissions", accepted)] {
        add_header(headers, name, value);
    }
    response
}
