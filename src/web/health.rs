//! For whoever runs the service: whether it lives, and whether it can work.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use sqlx::PgPool;

use crate::db;

/// `/healthz`, which only needs the process, and `/readyz`, which needs the database.
pub(super) fn routes(pool: PgPool) -> Router {
    Router::new().route("/healthz", get("ok\n")).route("/readyz", get(ready)).with_state(pool)
}

async fn ready(State(pool): State<PgPool>) -> (StatusCode, &'static str) {
    match db::reach(&pool).await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(error = %error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the database cannot be reached\n")
        }
    }
}
