//! GitHub's webhooks: a hint that something changed, taken only from who knows the secret.
//!
//! The order matters: the body is capped, its signature verified over the bytes, and only then is
//! it read. What a webhook says is not believed further than that its repository is worth a look;
//! the look itself is left to `sync`, so that order, loss and repetition of webhooks cost nothing.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use sqlx::PgPool;
use tokio::sync::Semaphore;

use super::{guard, health};
use crate::db;
use crate::github::{Event, PullRequestAction, RepositoryId, WebhookSecret};

/// The largest body that GitHub sends.
const LARGEST_BODY: usize = 25 * 1024 * 1024;

/// How much of bodies is held at a time, MiB: anybody may send one. Most of GitHub's are far
/// smaller than one.
const HELD_MIB: u32 = 128;

/// How long a body may take. GitHub gives up after ten seconds, of which some are for others whose
/// bodies are slow.
const BODY_TIME: Duration = Duration::from_secs(3);

/// Receiver of webhooks, before it has routes.
#[derive(Debug, Clone)]
pub struct Webhooks {
    /// Database in which deliveries are noted and sources woken.
    pub pool: PgPool,
    /// Secret by which GitHub signs them; without one none are taken.
    pub secret: Option<WebhookSecret>,
}

#[derive(Clone)]
struct Receiver {
    webhooks: Webhooks,
    bodies: Arc<Semaphore>,
    /// How long a body may take.
    body_time: Duration,
}

/// The routes of the webhooks' listener.
pub fn webhooks(webhooks: Webhooks) -> Router {
    let health = health::routes(webhooks.pool.clone());
    let bodies = Arc::new(Semaphore::new(HELD_MIB as usize));
    let receiver = Receiver { webhooks, bodies, body_time: BODY_TIME };
    let routes = Router::new()
        .route("/webhooks/github", post(receive))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(receiver);
    guard::guarded(routes.merge(health), "webhooks")
}

/// A webhook whose signature is good.
struct Delivery {
    /// GitHub's id of it, the same when it is sent again.
    id: String,
    event: Event,
}

/// Why a webhook was not taken.
#[derive(Debug, thiserror::Error)]
enum WebhookRejection {
    #[error("webhooks are not configured: `github.webhook_secret` is not set")]
    NotConfigured,
    #[error("the body is larger than 25 MiB")]
    TooLarge,
    #[error("the body broke off")]
    BrokenOff,
    #[error("the body took too long")]
    Slow,
    #[error("the signature is missing or wrong")]
    Forged,
    #[error("a header of GitHub's is missing: X-GitHub-Event or X-GitHub-Delivery")]
    Headless,
    #[error(
        "the body is not the JSON that GitHub documents; is its content type application/json?"
    )]
    Unreadable,
    #[error("the service could not take it")]
    Broken(#[from] anyhow::Error),
}

impl IntoResponse for WebhookRejection {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NotConfigured => StatusCode::NOT_FOUND,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Forged => StatusCode::UNAUTHORIZED,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::BrokenOff | Self::Headless | Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if let Self::Broken(error) = &self {
            tracing::error!(error = format!("{error:#}"), "cannot take a webhook");
        } else {
            tracing::warn!(reason = %self, "refused a webhook");
        }
        (status, format!("{self}\n")).into_response()
    }
}

async fn receive(
    State(receiver): State<Receiver>,
    headers: HeaderMap,
    request: Request,
) -> Result<(StatusCode, &'static str), WebhookRejection> {
    let delivery = read(&receiver, &headers, request).await?;
    let outcome = take(&receiver.webhooks.pool, &delivery).await?;
    tracing::info!(delivery.id, outcome = outcome.trim_end(), "took a webhook");
    Ok((StatusCode::ACCEPTED, outcome))
}

async fn read(
    receiver: &Receiver,
    headers: &HeaderMap,
    request: Request,
) -> Result<Delivery, WebhookRejection> {
    let secret = receiver.webhooks.secret.clone().ok_or(WebhookRejection::NotConfigured)?;
    let header = |name| text(headers, name);
    let signature = header("x-hub-signature-256").ok_or(WebhookRejection::Forged)?;
    let event = header("x-github-event").ok_or(WebhookRejection::Headless)?;
    let id = header("x-github-delivery").ok_or(WebhookRejection::Headless)?;
    let announced = header(CONTENT_LENGTH.as_str()).and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > LARGEST_BODY) {
        return Err(WebhookRejection::TooLarge);
    }
    // One that does not say its length may have any.
    let held = mebibytes(announced.unwrap_or(LARGEST_BODY));
    let _permit = receiver.bodies.acquire_many(held).await.map_err(anyhow::Error::from)?;
    let receiving = tokio::time::timeout(receiver.body_time, Bytes::from_request(request, &()));
    let body = receiving.await.map_err(|_| WebhookRejection::Slow)?.map_err(|rejection| {
        let too_large = rejection.status() == StatusCode::PAYLOAD_TOO_LARGE;
        if too_large { WebhookRejection::TooLarge } else { WebhookRejection::BrokenOff }
    })?;
    let read = move || {
        secret.verify(Some(&signature), &body).map_err(|_| WebhookRejection::Forged)?;
        Event::read(&event, &body).map_err(|_| WebhookRejection::Unreadable)
    };
    let event = tokio::task::spawn_blocking(read).await.map_err(anyhow::Error::from)??;
    Ok(Delivery { id, event })
}

/// A length in whole mebibytes, at least one.
fn mebibytes(length: usize) -> u32 {
    u32::try_from(length.div_ceil(1 << 20)).unwrap_or(HELD_MIB).clamp(1, HELD_MIB)
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Nudges the sources that the webhook is about, once for each delivery.
async fn take(pool: &PgPool, delivery: &Delivery) -> anyhow::Result<&'static str> {
    if let Event::Status { repository, head } = &delivery.event {
        // Whether it is ours is asked soon; nothing else is about it.
        if let Ok(repository) = i64::try_from(repository.0) {
            db::foreign::look_at(pool, repository, head).await?;
        }
        return Ok("looking\n");
    }
    let Some(repository) = repository(&delivery.event) else { return Ok("nothing to do\n") };
    let mut transaction = pool.begin().await?;
    if !db::deliveries::note(&mut *transaction, &delivery.id).await? {
        return Ok("seen before\n");
    }
    let woken = match i64::try_from(repository.0) {
        Ok(repository) => {
            // Whoever answers holds the source first, and then what it has.
            let woken = db::sources::wake_repository(&mut transaction, repository).await?;
            if let Event::Rerun { head, .. } = &delivery.event {
                db::reruns::ask(&mut transaction, repository, head).await?;
            }
            if let Event::Collect { head, by, .. } = &delivery.event {
                let asked =
                    db::pull_requests::ask_to_collect(&mut *transaction, repository, head, by);
                asked.await?;
            }
            woken
        }
        // No repository has such a number.
        Err(_) => 0,
    };
    transaction.commit().await?;
    Ok(if woken == 0 { "no source watches this repository\n" } else { "looking\n" })
}

/// The repository that is worth a look after an event.
fn repository(event: &Event) -> Option<RepositoryId> {
    match event {
        Event::Push { repository, .. }
        | Event::Look { repository }
        | Event::Rerun { repository, .. }
        | Event::Collect { repository, .. } => Some(*repository),
        Event::PullRequest { repository, action, .. } => {
            (*action != PullRequestAction::Other).then_some(*repository)
        }
        Event::Ping | Event::Ignored | Event::Status { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use sqlx::postgres::PgPoolOptions;

    use super::*;

    fn receiver() -> Receiver {
        let pool = PgPoolOptions::new().connect_lazy("postgres:///nowhere").expect("an address");
        let secret = WebhookSecret::new("secret".to_owned().into()).expect("a secret");
        let bodies = Arc::new(Semaphore::new(HELD_MIB as usize));
        let body_time = Duration::from_millis(1);
        Receiver { webhooks: Webhooks { pool, secret: Some(secret) }, bodies, body_time }
    }

    #[tokio::test]
    async fn a_body_that_never_comes_gives_its_room_back() {
        let receiver = receiver();
        let names = ["x-hub-signature-256", "x-github-event", "x-github-delivery"];
        let headers: HeaderMap = names
            .into_iter()
            .map(|name| (name.parse().expect("a name"), "x".parse().expect("a value")))
            .collect();
        let never = futures::stream::pending::<Result<Bytes, std::io::Error>>();
        let request = Request::new(Body::from_stream(never));
        let refused = read(&receiver, &headers, request).await.err();
        assert!(matches!(refused, Some(WebhookRejection::Slow)), "{refused:?}");
        assert_eq!(receiver.bodies.available_permits(), HELD_MIB as usize);
    }

    #[test]
    fn bodies_take_room_by_their_length() {
        assert_eq!([0, 1, 1 << 20, LARGEST_BODY].map(mebibytes), [1, 1, 1, 25]);
    }
}
