//! How handlers answer: a page, that there is none, or that something broke.

use askama::Template;
use axum::extract::Request;
use axum::http::{StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::guard::request_id;
use crate::diagnostic::visible_lines;

/// Result of a handler of the page's listener.
pub(super) type PageResult<T> = Result<Page<T>, PageError>;

pub(super) struct Page<T>(pub(super) T);

impl<T: Template> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            // What others wrote is everywhere on it; the templates hold nothing hidden themselves.
            Ok(html) => Html(visible_lines(&html).into_owned()).into_response(),
            Err(error) => PageError::Broken(error.into()).into_response(),
        }
    }
}

/// Why there is no page to render.
#[derive(Debug)]
pub(super) enum PageError {
    /// Nothing is known under that address.
    NotFound,
    /// The address does not say what to show.
    Unclear,
    /// Something broke; the log says what.
    Broken(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

impl IntoResponse for PageError {
    /// Only the status; [`explained`] makes a page of it.
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND.into_response(),
            Self::Unclear => StatusCode::BAD_REQUEST.into_response(),
            Self::Broken(error) => {
                tracing::error!(error = format!("{error:#}"), "cannot show a page");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// The query of a page that has no parts to choose from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoQuery {}

/// Answer to an address that is none: what ends with a slash is moved to the one without, and all
/// else is not found. The slash at the start stands alone, so that the address stays on this host.
pub(super) async fn elsewhere(address: Uri) -> Result<Redirect, PageError> {
    let path = address.path().strip_suffix('/').unwrap_or_default();
    let stays = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
    if !stays {
        return Err(PageError::NotFound);
    }
    let query = address.query().map(|query| format!("?{query}")).unwrap_or_default();
    Ok(Redirect::permanent(&format!("{path}{query}")))
}

/// An answer without a page of its own.
#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    title: &'static str,
    advice: &'static str,
    request_id: String,
}

/// Makes a page of every failure below it: a title, what to do, and the id to find it in the log.
pub(super) async fn explained(request: Request, next: Next) -> Response {
    let request_id = request_id(&request).to_owned();
    let response = next.run(request).await;
    let status = response.status();
    let (title, advice) = match status {
        StatusCode::NOT_FOUND => (
            "There is no such page",
            "A group, run or revision appears here once the service has seen it. Check the address, or start from the overview.",
        ),
        StatusCode::BAD_REQUEST => (
            "The address does not say what to show",
            "A part of it is not what belongs there. Start from the overview.",
        ),
        StatusCode::METHOD_NOT_ALLOWED => {
            ("This page is read-only", "Policies are changed by commits to their repository.")
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            ("This took too long", "The database is slow or busy. Try again in a moment.")
        }
        status if status.is_server_error() => (
            "Something went wrong",
            "The service goes on without this page. Its log has the cause under the request id below.",
        ),
        _ => return response,
    };
    (status, Page(ErrorPage { title, advice, request_id })).into_response()
}
