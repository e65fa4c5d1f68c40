//! For whoever runs the service: whether it lives, and whether it can work.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use sqlx::PgPool;

use crate::db;

/// How long the database may take; whoever asks is not patient either.
const PATIENCE: Duration = Duration::from_secs(2);

/// Body of `/readyz` where the service can work.
pub const READY: &str = "ready\n";
/// The same where its database cannot be reached.
pub const NOT_READY: &str = "the database cannot be reached\n";

/// `/healthz`, which only needs the process, and `/readyz`, which needs the database.
pub(super) fn routes(pool: PgPool) -> Router {
    Router::new().route("/healthz", get("ok\n")).route("/readyz", get(ready)).with_state(pool)
}

async fn ready(State(pool): State<PgPool>) -> (StatusCode, &'static str) {
    let reached = tokio::time::timeout(PATIENCE, db::reach(&pool)).await;
    let error = match reached {
        Ok(Ok(())) => return (StatusCode::OK, READY),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "no answer in time".to_owned(),
    };
    tracing::warn!(error, "not ready");
    (StatusCode::SERVICE_UNAVAILABLE, NOT_READY)
}
