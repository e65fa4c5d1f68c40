//! Whether a service that runs on this machine can work, for those who watch it.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// How long the service may take. It gives its database two seconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks a service whether it is ready, by the listener of its page, which is always on loopback.
pub async fn ready(page: SocketAddr) -> Result<()> {
    // Proxies are for the world, and the answer of another server would tell nothing.
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .build()
        .context("cannot ask the service")?;
    let answer = client.get(format!("http://{page}/readyz")).send().await;
    let answer = answer.map_err(reqwest::Error::without_url);
    let answer = answer.with_context(|| format!("no service answers on `{page}`"))?;
    match answer.status().as_u16() {
        200 => Ok(()),
        503 => bail!("the service on `{page}` cannot reach its database; its log says why"),
        other => {
            bail!("what answers on `{page}` with status {other} is no service of cloudcorrect")
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::get;

    use super::*;

    /// What is said of a listener that answers with a status.
    async fn told(status: u16) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let page = listener.local_addr().expect("an address");
        let status = StatusCode::from_u16(status).expect("a status");
        let routes = Router::new().route("/readyz", get(async move || status));
        let serving = tokio::spawn(async { axum::serve(listener, routes).await });
        let told = ready(page).await.map_or_else(|error| format!("{error:#}"), |()| "ready".into());
        serving.abort();
        told.replace(&page.to_string(), "PAGE")
    }

    #[tokio::test]
    async fn a_service_is_ready_if_it_says_so_and_not_otherwise() {
        assert_eq!(told(200).await, "ready");
        let without = "the service on `PAGE` cannot reach its database; its log says why";
        assert_eq!(told(503).await, without);
        for other in [204, 302, 404, 421, 500] {
            let not_ours = "is no service of cloudcorrect";
            assert!(told(other).await.ends_with(not_ours), "{other}");
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let page = listener.local_addr().expect("an address");
        drop(listener);
        let told = format!("{:#}", ready(page).await.expect_err("nobody is there"));
        assert!(told.starts_with(&format!("no service answers on `{page}`: ")), "{told}");
    }
}
