//! What the API answers: a reply, or a refusal in GitHub's words.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::bare::GitError;

/// What a refusal points to.
const DOCUMENTATION: &str = "https://docs.github.com/rest";

/// What an operation gives.
pub(super) type Answer = Result<Reply, Refusal>;

/// Something done.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Option<Value>,
    /// The header `Link` of a page.
    pub(super) link: Option<String>,
}

impl Reply {
    /// 200.
    pub(super) fn ok(body: Value) -> Self {
        Self { status: StatusCode::OK, body: Some(body), link: None }
    }

    /// 201.
    pub(super) fn created(body: Value) -> Self {
        Self { status: StatusCode::CREATED, body: Some(body), link: None }
    }

    /// 204.
    pub(super) fn empty() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, link: None }
    }
}

/// Something not done.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) message: String,
    pub(super) errors: Vec<Value>,
    /// Why no right caller would have asked so; empty where the state of things forbids it.
    pub(super) violations: Vec<String>,
    /// The header `X-Accepted-GitHub-Permissions`, where the App lacks one of them.
    pub(super) accepted: Option<String>,
}

impl Refusal {
    fn new(status: StatusCode, message: &str) -> Self {
        let message = message.to_owned();
        Self { status, message, errors: Vec::new(), violations: Vec::new(), accepted: None }
    }

    /// 401 for a token that is unknown, expired or revoked.
    pub(super) fn bad_credentials() -> Self {
        Self::unauthorized("Bad credentials")
    }

    /// 401.
    pub(super) fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// 403.
    pub(super) fn forbidden(message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 403 for what no App may do.
    pub(super) fn by_integration() -> Self {
        Self::forbidden("Resource not accessible by integration")
    }

    /// 403 for a permission that the App lacks; any of those `accepted` would do.
    pub(super) fn lacking(accepted: String) -> Self {
        Self { accepted: Some(accepted), ..Self::by_integration() }
    }

    /// 404 for a thing that is not there, or not for this caller.
    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Not Found")
    }

    /// 404 for a path that no operation has.
    pub(super) fn unknown_path() -> Self {
        Self::not_found().violating()
    }

    /// Another status, for the one operation that has it.
    pub(super) fn with(status: StatusCode, message: &str) -> Self {
        Self::new(status, message)
    }

    /// 422 for a request that contradicts GitHub's description or its limits.
    pub(super) fn wrong(problems: &[String]) -> Self {
        let message = format!("Invalid request.\n\n{}.", problems.join(".\n"));
        let refusal = Self::new(StatusCode::UNPROCESSABLE_ENTITY, &message);
        Self { violations: problems.to_vec(), ..refusal }
    }

    /// The same, as something that no right caller would have asked for.
    pub(super) fn violating(self) -> Self {
        Self { violations: vec![self.message.clone()], ..self }
    }

    /// 422 for a right request that the state of things forbids.
    pub(super) fn conflicts(resource: &str, message: &str) -> Self {
        let error = json!({ "resource": resource, "code": "custom", "message": message });
        Self {
            errors: vec![error],
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Validation Failed")
        }
    }

    /// 422 with nothing but a message, as for a commit that is not there.
    pub(super) fn unprocessable(message: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, message)
    }

    /// The body that GitHub gives it.
    pub(super) fn body(&self) -> Value {
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

impl From<GitError> for Refusal {
    fn from(error: GitError) -> Self {
        tracing::error!(%error, "forge: git failed");
        let refusal = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Server Error");
        Self { violations: vec![error.to_string()], ..refusal }
    }
}
