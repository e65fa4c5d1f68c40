//! Whether a service that runs on this machine can work, for those who watch it.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::web;

/// How long the service may take. It gives its database two seconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// Bytes of the longest answer that is read: ours are shorter.
const LONGEST: usize = 256;

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
    let status = answer.status().as_u16();
    match (status, body(answer).await.as_deref()) {
        (200, Some(web::READY)) => Ok(()),
        (503, Some(web::NOT_READY)) => {
            bail!("the service on `{page}` cannot reach its database; its log says why")
        }
        _ => bail!("what answers on `{page}` with status {status} is no service of cloudcorrect"),
    }
}

/// The body of an answer; `None` of one that is none of ours: longer, broken off, or no text.
async fn body(mut answer: reqwest::Response) -> Option<String> {
    let mut read = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        read.extend_from_slice(&chunk);
        if read.len() > LONGEST {
            return None;
        }
    }
    String::from_utf8(read).ok()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::routing::get;

    use super::*;

    /// What is said of a listener that answers with a status and a body.
    async fn told(status: u16, body: impl Fn() -> Body + Clone + Send + Sync + 'static) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let page = listener.local_addr().expect("an address");
        let status = StatusCode::from_u16(status).expect("a status");
        let routes = Router::new().route("/readyz", get(async move || (status, body())));
        let serving = tokio::spawn(async { axum::serve(listener, routes).await });
        let told = ready(page).await.map_or_else(|error| format!("{error:#}"), |()| "ready".into());
        serving.abort();
        told.replace(&page.to_string(), "PAGE")
    }

    #[tokio::test]
    async fn a_service_is_ready_if_it_says_so_and_not_otherwise() {
        assert_eq!(told(200, || web::READY.into()).await, "ready");
        let without = "the service on `PAGE` cannot reach its database; its log says why";
        assert_eq!(told(503, || web::NOT_READY.into()).await, without);
        for other in [204, 302, 404, 421, 500] {
            let not_ours = "is no service of cloudcorrect";
            assert!(told(other, || web::READY.into()).await.ends_with(not_ours), "{other}");
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let page = listener.local_addr().expect("an address");
        drop(listener);
        let told = format!("{:#}", ready(page).await.expect_err("nobody is there"));
        assert!(told.starts_with(&format!("no service answers on `{page}`: ")), "{told}");
    }

    #[tokio::test]
    async fn another_server_is_not_taken_for_the_service() {
        let of = |status: u16| {
            format!("what answers on `PAGE` with status {status} is no service of cloudcorrect")
        };
        for body in ["", "ok", "ok\n", "ready", "ready\nready\n", "<html>ready\n</html>"] {
            assert_eq!(told(200, move || body.into()).await, of(200), "{body:?}");
        }
        assert_eq!(told(503, || "Service Unavailable".into()).await, of(503));
        let endless = || {
            let chunks = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(web::READY));
            Body::from_stream(chunks)
        };
        assert_eq!(told(200, endless).await, of(200));
    }
}
