//! Webhooks in, pages out: the two listeners.
//!
//! Webhooks come from GitHub over the open network and only wake: what they say is looked up
//! again from its source. The page is read-only and shows everything to whoever reaches it, so it
//! stays on loopback. What the pages show is read by `db`, what it means was decided before.

mod assets;
mod badge;
mod changes;
mod checks;
mod facts;
mod findings;
mod group;
mod guard;
mod health;
mod links;
mod overview;
mod posts;
mod prose;
mod response;
mod revision;
mod runs;
mod summary;
#[cfg(test)]
mod tests;
mod time;
mod timeline;
mod waivers;
mod webhook;

use axum::Router;
use axum::middleware;
use axum::routing::get;
use sqlx::PgPool;
use url::Url;

pub use self::guard::{NotLoopback, check_page_address};
pub use self::health::{NOT_READY, READY};
pub use self::webhook::{Webhooks, webhooks};
use crate::clock::Clock;

/// Resources that all pages are made from.
#[derive(Debug, Clone)]
pub struct Pages {
    /// Database that everything is read from.
    pub pool: PgPool,
    /// Clock that "3 min ago" counts from.
    pub clock: Clock,
    /// The address under which people reach the page, if it is not the listener's own.
    pub page_url: Option<Url>,
}

/// The routes of the page's listener.
pub fn pages(pages: Pages) -> Router {
    let hosts = guard::Hosts::new(pages.page_url.as_ref());
    let health = health::routes(pages.pool.clone());
    let routes = Router::new()
        .route("/", get(overview::show))
        .route("/sources/{source}/groups/{group}", get(group::show))
        .route("/sources/{source}/posts", get(posts::show))
        .route("/sources/{source}/revisions/{commit}", get(revision::show))
        .route("/runs/{run}", get(runs::show))
        .merge(assets::routes())
        .fallback(response::elsewhere)
        .with_state(pages)
        .layer(middleware::from_fn(guard::without_nul))
        .layer(middleware::from_fn(response::explained))
        .layer(middleware::from_fn(move |request, next| {
            guard::only_for(hosts.clone(), request, next)
        }));
    guard::guarded(routes.merge(health), "page")
}
