//! GitHub's webhooks: a hint that something changed, taken only from who knows the secret.
//!
//! The order matters: the body is capped, its signature verified over the bytes, and only then is
//! it read. What a webhook says is not believed further than that its repository is worth a look;
//! the look itself is left to `sync`, so that order, loss and repetition of webhooks cost nothing.

use std::sync::Arc;

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

/// How many bodies are held at a time: anybody may send one.
const BODIES: usize = 4;

/// What receives webhooks.
#[derive(Debug, Clone)]
pub struct Webhooks {
    /// Where deliveries are noted and sources nudged.
    pub pool: PgPool,
    /// What signs them.
    pub secret: WebhookSecret,
}

#[derive(Clone)]
struct Receiver {
    webhooks: Webhooks,
    bodies: Arc<Semaphore>,
}

/// The routes of the webhooks' listener.
pub fn webhooks(webhooks: Webhooks) -> Router {
    let health = health::routes(webhooks.pool.clone());
    let receiver = Receiver { webhooks, bodies: Arc::new(Semaphore::new(BODIES)) };
    let routes = Router::new()
        .route("/webhooks/github", post(receive))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(receiver);
    guard::guarded(routes.merge(health), "webhooks")
}

/// A webhook whose signature is good.
struct Delivery {
    /// GitHub's id of it.
    id: String,
    event: Event,
}

/// Why a webhook was not taken.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("the body is larger than 25 MiB")]
    TooLarge,
    #[error("the body broke off")]
    BrokenOff,
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

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Forged => StatusCode::UNAUTHORIZED,
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
) -> Result<(StatusCode, &'static str), Refusal> {
    let delivery = read(&receiver, &headers, request).await?;
    let words = take(&receiver.webhooks.pool, &delivery).await?;
    tracing::info!(delivery.id, outcome = words.trim_end(), "took a webhook");
    Ok((StatusCode::ACCEPTED, words))
}

async fn read(
    receiver: &Receiver,
    headers: &HeaderMap,
    request: Request,
) -> Result<Delivery, Refusal> {
    let header = |name| text(headers, name);
    let signature = header("x-hub-signature-256").ok_or(Refusal::Forged)?;
    let event = header("x-github-event").ok_or(Refusal::Headless)?;
    let id = header("x-github-delivery").ok_or(Refusal::Headless)?;
    let announced = header(CONTENT_LENGTH.as_str()).and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > LARGEST_BODY) {
        return Err(Refusal::TooLarge);
    }
    let _permit = receiver.bodies.acquire().await.map_err(anyhow::Error::from)?;
    let body = Bytes::from_request(request, &()).await.map_err(|rejection| {
        let too_large = rejection.status() == StatusCode::PAYLOAD_TOO_LARGE;
        if too_large { Refusal::TooLarge } else { Refusal::BrokenOff }
    })?;
    let secret = receiver.webhooks.secret.clone();
    let read = move || {
        secret.verify(Some(&signature), &body).map_err(|_| Refusal::Forged)?;
        Event::read(&event, &body).map_err(|_| Refusal::Unreadable)
    };
    let event = tokio::task::spawn_blocking(read).await.map_err(anyhow::Error::from)??;
    Ok(Delivery { id, event })
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Nudges the sources that the webhook is about, once for each delivery.
async fn take(pool: &PgPool, delivery: &Delivery) -> anyhow::Result<&'static str> {
    let Some(repository) = repository(&delivery.event) else { return Ok("nothing to do\n") };
    let mut transaction = pool.begin().await?;
    if !db::deliveries::note(&mut *transaction, &delivery.id).await? {
        return Ok("seen before\n");
    }
    let repository = i64::try_from(repository.0)?;
    let nudged = db::sources::nudge_repository(&mut transaction, repository).await?;
    transaction.commit().await?;
    Ok(if nudged == 0 { "no source watches this repository\n" } else { "looking\n" })
}

/// The repository that is worth a look after an event.
fn repository(event: &Event) -> Option<RepositoryId> {
    match event {
        Event::Push { repository, .. } => Some(*repository),
        Event::PullRequest { repository, action, .. } => {
            (*action != PullRequestAction::Other).then_some(*repository)
        }
        Event::Ping | Event::Ignored => None,
    }
}
