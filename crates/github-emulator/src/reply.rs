//! What the API answers: a reply, or an error in GitHub's words.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::bare::GitError;

/// Page of GitHub's that every error points to.
const DOCUMENTATION: &str = "https://docs.github.com/rest";

/// Result of an operation of the API.
pub(crate) type ApiResult = Result<Reply, ApiError>;

/// Answer of an operation that was done.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Option<Value>,
    /// The header `Link` of a page.
    pub(crate) link: Option<String>,
}

impl Reply {
    /// 200 with a body: a thing that is there.
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(body), link: None }
    }

    /// 201 with a body: a thing that was made.
    pub(crate) fn created(body: Value) -> Self {
        Self { status: StatusCode::CREATED, body: Some(body), link: None }
    }

    /// 204 without a body: a thing that is gone.
    pub(crate) fn empty() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, link: None }
    }
}

/// Answer of an operation that was not done, in GitHub's words.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    pub(crate) errors: Vec<Value>,
    /// Why no right caller would have asked so; empty where the state of things forbids it.
    pub(crate) violations: Vec<String>,
    /// The header `X-Accepted-GitHub-Permissions`, where the App lacks one of them.
    pub(crate) accepted: Option<String>,
}

impl ApiError {
    fn new(status: StatusCode, message: &str) -> Self {
        let message = message.to_owned();
        Self { status, message, errors: Vec::new(), violations: Vec::new(), accepted: None }
    }

    /// 401 for a token that is unknown, expired or revoked.
    pub(crate) fn bad_credentials() -> Self {
        Self::unauthorized("Bad credentials")
    }

    /// 401 for a caller who shows no credentials, or the wrong kind.
    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// 403 for what this caller may not do.
    pub(crate) fn forbidden(message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 403 for what no App may do.
    pub(crate) fn by_integration() -> Self {
        Self::forbidden("Resource not accessible by integration")
    }

    /// 403 for a permission that the App lacks; any of those `accepted` would do.
    pub(crate) fn lacking(accepted: String) -> Self {
        Self { accepted: Some(accepted), ..Self::by_integration() }
    }

    /// 404 for a thing that is not there, or not for this caller.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not Found")
    }

    /// 404 for a path that no operation has.
    pub(crate) fn unknown_path() -> Self {
        Self::not_found().violating()
    }

    /// Another status, for the one operation that has it.
    pub(crate) fn with(status: StatusCode, message: &str) -> Self {
        Self::new(status, message)
    }

    /// 422 for a request that contradicts GitHub's description or its limits.
    pub(crate) fn wrong(problems: &[String]) -> Self {
        let message = format!("Invalid request.\n\n{}.", problems.join(".\n"));
        let error = Self::new(StatusCode::UNPROCESSABLE_ENTITY, &message);
        Self { violations: problems.to_vec(), ..error }
    }

    /// The same, as something that no right caller would have asked for.
    pub(crate) fn violating(self) -> Self {
        Self { violations: vec![self.message.clone()], ..self }
    }

    /// 422 for a right request that the state of things forbids.
    pub(crate) fn conflicts(resource: &str, message: &str) -> Self {
        let error = json!({ "resource": resource, "code": "custom", "message": message });
        Self {
            errors: vec![error],
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Validation Failed")
        }
    }

    /// 422 with nothing but a message, as for a commit that is not there.
    pub(crate) fn unprocessable(message: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    /// The body that GitHub gives it.
    pub(crate) fn body(&self) -> Value {
        let mut body = json!({
            "message": self.message,
            "documentation_url": DOCUMENTATION,
            "status": self.status.as_str(),
        });
        if let (false, Some(members)) = (self.errors.is_empty(), body.as_object_mut()) {
            members.insert("errors".to_owned(), Value::from(self.errors.clone()));
        }
        body
    }
}

impl From<GitError> for ApiError {
    fn from(error: GitError) -> Self {
        tracing::error!(%error, "emulator: git failed");
        let reply = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Server Error");
        Self { violations: vec![error.to_string()], ..reply }
    }
}
