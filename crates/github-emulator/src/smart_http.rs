//! Git over HTTP: who may, then `git http-backend`, the program that comes with Git for this.
//!
//! Bodies stream both ways. A push is noted, and its webhooks are on their way, before the client
//! sees the end of the answer: when `git push` returns, the emulator knows.

mod backend;

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::auth::{self, Access, Actor, Requirement};
use crate::model::{Permission, RepositoryRecord};
use crate::reply::ApiError;
use crate::server::Server;

/// A call of Git's own protocol over HTTP.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct GitCall {
    owner: String,
    name: String,
    /// Rest of the path behind the repository.
    endpoint: &'static str,
    query: String,
    /// `true` where it is part of a push.
    write: bool,
}

impl GitCall {
    /// The call of Git that this is, if it is one.
    pub(crate) fn read(method: &str, path: &str, query: &str) -> Option<Self> {
        let (owner, rest) = path.strip_prefix('/')?.split_once('/')?;
        let (name, endpoint) = rest.split_once('/')?;
        let (endpoint, write) = match (method, endpoint) {
            ("GET", "info/refs") => ("info/refs", query.contains("service=git-receive-pack")),
            ("POST", "git-upload-pack") => ("git-upload-pack", false),
            ("POST", "git-receive-pack") => ("git-receive-pack", true),
            _ => return None,
        };
        Some(Self {
            owner: owner.to_owned(),
            name: name.strip_suffix(".git").unwrap_or(name).to_owned(),
            endpoint,
            query: query.to_owned(),
            write,
        })
    }

    /// `true` where branches may change by it.
    fn pushes(&self) -> bool {
        self.endpoint == "git-receive-pack"
    }
}

/// Answers a call of Git.
pub(crate) async fn serve(
    server: &Arc<Server>,
    call: GitCall,
    headers: &HeaderMap,
    body: Body,
) -> Response {
    match allowed(server, &call, headers) {
        Ok((record, login)) => backend::run(server, record, call, login, (headers, body)).await,
        Err(error) => refused(&error),
    }
}

/// The repository, and the login of who calls, if any.
fn allowed(
    server: &Server,
    call: &GitCall,
    headers: &HeaderMap,
) -> Result<(Arc<RepositoryRecord>, Option<String>), ApiError> {
    let actor = auth::actor(server, headers)?;
    if matches!(actor, Some(Actor::App)) {
        return Err(ApiError::bad_credentials());
    }
    let record = {
        let state = server.state();
        let found = state.repository(&call.owner, &call.name);
        found.map(|repository| Arc::clone(&repository.record))
    };
    let open = record.as_ref().is_some_and(|record| record.public) && !call.write;
    if !open {
        let requirement = Requirement::Repository(Access {
            permissions: &["contents"],
            write: call.write,
            app_only: false,
            least: Permission::Write,
        });
        auth::authorize(server, actor.as_ref(), &requirement, record.as_deref())?;
    }
    let record = record.ok_or_else(ApiError::not_found)?;
    Ok((record, actor.map(|actor| actor.login(server))))
}

fn refused(error: &ApiError) -> Response {
    let text = match error.status {
        StatusCode::NOT_FOUND => "Repository not found.",
        StatusCode::FORBIDDEN => "Write access to repository not granted.",
        _ => "Invalid username or token.",
    };
    let mut response = (error.status, format!("{text}\n")).into_response();
    if error.status == StatusCode::UNAUTHORIZED {
        let ask = HeaderValue::from_static("Basic realm=\"GitHub\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, ask);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_git_are_told_from_those_of_the_api() {
        let read = |method, path, query| {
            let call = GitCall::read(method, path, query)?;
            Some(format!("{}/{} {} {}", call.owner, call.name, call.endpoint, call.write))
        };
        let table = [
            ("GET", "/a/b.git/info/refs", "service=git-upload-pack", Some("a/b info/refs false")),
            ("GET", "/a/b/info/refs", "service=git-receive-pack", Some("a/b info/refs true")),
            ("POST", "/a/b.git/git-receive-pack", "", Some("a/b git-receive-pack true")),
            ("POST", "/a/b.git/git-upload-pack", "", Some("a/b git-upload-pack false")),
            ("GET", "/a/b.git/objects/info/packs", "", None),
            ("GET", "/repos/a/b", "", None),
        ];
        for (method, path, query, expected) in table {
            assert_eq!(read(method, path, query).as_deref(), expected, "{method} {path}");
        }
    }
}
