//! Effects of faults on a call: what is done, and what is answered instead.

use std::future::Future;
use std::io;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};

use crate::events::Event;
use crate::faults::Effect;
use crate::reply::ApiError;
use crate::response::{Outgoing, add_limits, refused};
use crate::server::Server;

/// Serves a call under the fault that it triggers, if any.
pub(crate) async fn apply(
    server: &Server,
    (method, path): (&str, &str),
    serving: impl Future<Output = Outgoing>,
) -> Outgoing {
    let triggered = server.state().faults.trigger(method, path);
    let nothing = Outgoing { response: None, operation: None };
    match triggered {
        None => serving.await,
        Some(Effect::Delay(time)) => {
            tokio::select! {
                () = tokio::time::sleep(time) => {}
                () = server.tasks.stopping().cancelled_owned() => {}
            }
            serving.await
        }
        Some(Effect::Lose(status)) => {
            let operation = done(serving.await).await;
            Outgoing { response: Some(bare(status)), operation }
        }
        Some(Effect::Cut) => {
            let operation = done(serving.await).await;
            Outgoing { response: Some(cut()), operation }
        }
        Some(Effect::Hold) => held(server, serving).await,
        Some(Effect::Hang) => nothing,
        Some(Effect::HangAfter) => {
            done(serving.await).await;
            nothing
        }
        Some(Effect::Refuse(status)) => instead(bare(status)),
        Some(Effect::RevokedToken) => instead(refused(&ApiError::bad_credentials())),
        Some(Effect::PrimaryLimit(seconds)) => instead(used_up(server, seconds)),
        Some(Effect::SecondaryLimit(seconds)) => {
            let problem = "You have exceeded a secondary rate limit. Please wait a few minutes \
                           before you try again.";
            instead(later(server, &ApiError::forbidden(problem), seconds))
        }
        Some(Effect::TooManyRequests(seconds)) => {
            let error = ApiError::with(StatusCode::TOO_MANY_REQUESTS, "API rate limit exceeded");
            instead(later(server, &error, Some(seconds)))
        }
    }
}

/// An answer for which nothing was done.
fn instead(response: Response) -> Outgoing {
    Outgoing { response: Some(response), operation: None }
}

/// Waits until all of an answer is made that nobody will see.
async fn done(outgoing: Outgoing) -> Option<String> {
    // A body that breaks off is as good as one that does not: it is thrown away.
    if let Some(response) = outgoing.response {
        let _body = to_bytes(response.into_body(), usize::MAX).await;
    }
    outgoing.operation
}

/// Page of a proxy in between, instead of JSON.
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

fn later(server: &Server, error: &ApiError, seconds: Option<u64>) -> Response {
    let mut response = refused(error);
    // As on GitHub the hour's calls are not used up by this, and tell nothing of when to come back.
    add_limits(server, response.headers_mut());
    if let Some(seconds) = seconds {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn used_up(server: &Server, seconds: u64) -> Response {
    let mut response = refused(&ApiError::forbidden("API rate limit exceeded for installation."));
    let reset = u64::try_from(server.now().timestamp()).unwrap_or_default() + seconds;
    let headers = response.headers_mut();
    add_limits(server, headers);
    headers.insert("x-ratelimit-remaining", 0.into());
    headers.insert("x-ratelimit-reset", reset.into());
    response
}
