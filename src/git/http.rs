//! The way out over HTTP: requests to a remote, with its credentials, and what its answers mean.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use futures::stream;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use url::Url;

use super::passage::{CONNECT_TIMEOUT, GateError, MAX_REQUEST, Passed};
use super::remote::is_loopback;
use super::{Credentials, Remote};

/// The requests of a fetch.
pub(super) const PATHS: [&str; 2] = ["/info/refs?service=git-upload-pack", "/git-upload-pack"];

/// A server of HTTP, as it is reached.
#[derive(Clone)]
pub(super) struct Server {
    url: Url,
    credentials: Option<Credentials>,
    pub(super) client: Client,
}

/// Passage of libgit2's requests to a server.
struct Passage {
    server: Server,
    /// Path under which alone the gate answers.
    secret: String,
    passed: Arc<Passed>,
}

/// Answers on a listener whoever knows the secret; never ends.
pub(super) async fn accept(
    listener: TcpListener,
    server: Server,
    secret: String,
    passed: Arc<Passed>,
) {
    let passage = Arc::new(Passage { server, secret, passed });
    let router = Router::new().fallback(answer).with_state(passage);
    // What the remote sends comes in small pieces, none of which is to wait for the last one's receipt.
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    // Never ends, says its documentation.
    drop(axum::serve(listener, router).await);
}

/// The client for the way out, through the operator's proxy, and the one for this machine. Reading
/// the trusted certificates takes long, so they are made once. They keep no connections: those
/// would belong to the gate that made them.
static CLIENTS: LazyLock<Result<[Client; 2], String>> = LazyLock::new(|| {
    let builder = || {
        Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(0)
            .http1_only()
    };
    let clients = builder().build().and_then(|out| Ok([out, builder().no_proxy().build()?]));
    clients.map_err(|error| message_of(&error))
});

impl Server {
    /// Server at a URL of a remote.
    pub(super) fn new(url: &Url, remote: &Remote) -> Result<Self, String> {
        let [out, loopback] = CLIENTS.as_ref().map_err(Clone::clone)?;
        let client = if is_loopback(url) { loopback } else { out }.clone();
        Ok(Self { url: url.clone(), credentials: remote.credentials().cloned(), client })
    }

    /// Address of one of the [`PATHS`].
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url.as_str().trim_end_matches('/'))
    }

    /// A request with the credentials, if there are any.
    pub(super) fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.credentials {
            Some(Credentials { username, password }) => {
                request.basic_auth(username, Some(password.expose_secret()))
            }
            None => request,
        }
    }
}

/// Answers libgit2 with the remote's answer. What is wrong with it is remembered, because all that
/// libgit2 makes of it is that something broke.
async fn answer(State(passage): State<Arc<Passage>>, request: Request) -> Response {
    let asked = request.uri().path_and_query().map(axum::http::uri::PathAndQuery::as_str);
    let path = asked
        .and_then(|asked| asked.strip_prefix(&passage.secret))
        .and_then(|path| PATHS.into_iter().find(|known| *known == path));
    match path {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(path) => Arc::clone(&passage).forward(path, request).await.unwrap_or_else(|error| {
            passage.passed.note(error);
            StatusCode::BAD_GATEWAY.into_response()
        }),
    }
}

impl Passage {
    async fn forward(
        self: Arc<Self>,
        path: &'static str,
        request: Request,
    ) -> Result<Response, GateError> {
        let (head, body) = request.into_parts();
        let url = self.server.address(path);
        let mut forwarded = match head.method {
            Method::GET => self.server.client.get(url),
            _ => self.server.client.post(url),
        };
        for name in [header::ACCEPT, header::CONTENT_TYPE, header::USER_AGENT] {
            if let Some(value) = head.headers.get(&name) {
                forwarded = forwarded.header(name, value);
            }
        }
        let forwarded = self.server.authorized(forwarded);
        let body = axum::body::to_bytes(body, MAX_REQUEST)
            .await
            .map_err(|error| GateError::Other(message_of(&error)))?;
        let answer = forwarded.body(body).send().await.map_err(other)?;
        check(&answer)?;
        let kind = answer.headers().get(header::CONTENT_TYPE).cloned();
        let mut response = Response::new(Body::from_stream(self.counted(answer)));
        // libgit2 sends a request and its body apart, and the system has the body wait 40 ms for the receipt of the
        // request, unless the connection is new.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        if let Some(kind) = kind {
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        Ok(response)
    }

    /// The body of an answer, as long as it is not too large.
    fn counted(
        self: Arc<Self>,
        answer: reqwest::Response,
    ) -> impl stream::Stream<Item = Result<Vec<u8>, std::io::Error>> {
        stream::try_unfold((self, answer), |(passage, mut answer)| async move {
            let broken = |error| {
                passage.passed.note(error);
                std::io::Error::other("the answer broke off")
            };
            let Some(chunk) = answer.chunk().await.map_err(|error| broken(other(error)))? else {
                return Ok(None);
            };
            if !passage.passed.fits(chunk.len()) {
                return Err(broken(GateError::TooLarge));
            }
            Ok(Some((chunk.to_vec(), (passage, answer))))
        })
    }
}

/// Checks that the remote answers what it was asked. Redirects are not followed: they would take our
/// credentials elsewhere, and what is fetched would not be what is configured.
pub(super) fn check(answer: &reqwest::Response) -> Result<(), GateError> {
    let status = answer.status();
    let location = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
    match (status.as_u16(), location) {
        (200, _) => Ok(()),
        (401 | 403, _) => Err(GateError::Unauthorized),
        (404, _) => Err(GateError::NotFound),
        (429 | 500..=599, _) => Err(GateError::Unavailable(status.to_string())),
        (300..=399, Some(location)) => {
            Err(GateError::Other(format!("the server sends us on to `{}`", shown(location))))
        }
        _ => Err(GateError::Other(format!("the server answers {status}"))),
    }
}

/// A location of a redirect for people: without what may be secret in it.
fn shown(location: &str) -> String {
    Url::parse(location).map_or_else(
        |_| "another path".to_owned(),
        |url| format!("{}{}", url.origin().ascii_serialization(), url.path()),
    )
}

/// What is wrong with a request, in words.
pub(super) fn other(error: reqwest::Error) -> GateError {
    GateError::Other(message_of(&error.without_url()))
}

/// An error with its causes, outermost first.
fn message_of(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        message = format!("{message}: {inner}");
        cause = inner.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;
    use std::time::Duration;

    use tokio::time::Instant;

    use super::super::Allowed;
    use super::super::gate::Gate;
    use super::super::testing::{Origin, backend, serve};
    use super::*;

    #[test]
    fn a_connection_ends_with_its_answer_so_that_the_next_request_waits_for_nothing() {
        let origin = Origin::new();
        origin.commit(&[("policies/a.yaml", "a")]);
        let url = serve(origin.root.path(), backend).join("r.git").unwrap();
        let remote = Remote::new(url, Allowed::default()).unwrap();
        let soon = Instant::now() + Duration::from_secs(10);
        let gate = Gate::open(&remote, 1 << 20, soon).unwrap().unwrap();
        let at = Url::parse(gate.url()).unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", at.port().unwrap())).unwrap();
        let path = format!("{}{}", at.path(), PATHS[0]);
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).to_lowercase();
        assert!(answer.starts_with("http/1.1 200 ok\r\n"), "{answer}");
        assert!(answer.contains("\r\nconnection: close\r\n"), "{answer}");
    }
}
