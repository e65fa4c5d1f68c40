//! The one way out to a remote: libgit2 asks a server of ours on loopback, which asks the remote.
//!
//! libgit2 reads from its sockets without a time limit. Its only setting for one is global, and
//! changing it is `unsafe` in the bindings, which this crate forbids; its progress callbacks are
//! silent while a server is. Told to use a proxy, it uses a freed connection when TLS breaks off
//! (1.9.7). So it is kept off the network: it speaks plain HTTP to this gate, which passes on the
//! two requests of a fetch, to the remote's own address and nowhere else, counts what comes back,
//! and drops all connections when the time is up. A read that hangs then ends.
//!
//! The gate adds the credentials, which libgit2 never sees. Another user of this machine may find
//! its port, but not the path under which alone it answers.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

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
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use super::{Credentials, Remote};

/// The longest request: what of a history is wanted and what is there already.
const MAX_REQUEST: usize = 16 << 20;
/// One dead address of a host must not use up the whole time.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The requests of a fetch.
pub(super) const PATHS: [&str; 2] = ["/info/refs?service=git-upload-pack", "/git-upload-pack"];

/// A gate to one remote. Shut when dropped.
pub(super) struct Gate {
    url: String,
    stop: CancellationToken,
    passage: Arc<Passage>,
    server: Option<JoinHandle<()>>,
}

/// Why a remote did not answer as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GateError {
    /// It sent more than it may.
    TooLarge,
    /// It does not let us in.
    Unauthorized,
    /// It has no such repository, or does not tell us of it.
    NotFound,
    /// It is the server's own fault, by its status.
    Unavailable(String),
    /// No connection, or another answer than the one asked for; in words.
    Other(String),
}

struct Passage {
    remote: Remote,
    /// Path under which alone the gate answers.
    secret: String,
    client: Client,
    max_bytes: u64,
    state: Mutex<Passed>,
}

#[derive(Default)]
struct Passed {
    bytes: u64,
    error: Option<GateError>,
}

impl Gate {
    /// Opens a gate to `remote`, which shuts by itself at the deadline. The error is this machine's,
    /// in words.
    pub(super) fn open(remote: &Remote, max_bytes: u64, deadline: Instant) -> Result<Self, String> {
        let secret = format!("/{}", Uuid::new_v4().simple());
        let passage = Arc::new(Passage {
            remote: remote.clone(),
            secret: secret.clone(),
            client: client(remote)?,
            max_bytes,
            state: Mutex::default(),
        });
        let stop = CancellationToken::new();
        let (port, server) = serve(Arc::clone(&passage), stop.clone(), deadline)
            .map_err(|error| format!("no server on loopback: {error}"))?;
        let url = format!("http://{}:{port}{secret}", Ipv4Addr::LOCALHOST);
        Ok(Self { url, stop, passage, server: Some(server) })
    }

    /// Address that libgit2 fetches from.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// First thing that was wrong with the remote, if anything was.
    pub(super) fn error(&self) -> Option<GateError> {
        self.passage.passed().error.clone()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.stop.cancel();
        // It only ends by itself after a panic, of which the log knows.
        drop(self.server.take().map(JoinHandle::join));
    }
}

/// Serves on a thread of its own until told to stop, or until the deadline: ending its runtime ends
/// every connection.
fn serve(
    passage: Arc<Passage>,
    stop: CancellationToken,
    deadline: Instant,
) -> std::io::Result<(u16, JoinHandle<()>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let server = thread::Builder::new().name("git-gate".to_owned()).spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                () = accept(listener, passage) => {}
                () = stop.cancelled() => {}
                () = sleep_until(deadline) => {}
            }
        });
        // Looking up a name may hang in the system, which must not hold us.
        Runtime::shutdown_background(runtime);
    })?;
    Ok((port, server))
}

async fn accept(listener: TcpListener, passage: Arc<Passage>) {
    let router = Router::new().fallback(answer).with_state(passage);
    if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
        // What the remote sends comes in small pieces, none of which is to wait for the last one's receipt.
        let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
        // Never ends, says its documentation.
        drop(axum::serve(listener, router).await);
    }
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

/// Client for requests to a remote.
pub(super) fn client(remote: &Remote) -> Result<Client, String> {
    let [out, loopback] = CLIENTS.as_ref().map_err(Clone::clone)?;
    Ok(if remote.is_loopback() { loopback } else { out }.clone())
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
            passage.note(error);
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
        let url = address(&self.remote, path);
        let mut forwarded = match head.method {
            Method::GET => self.client.get(url),
            _ => self.client.post(url),
        };
        for name in [header::ACCEPT, header::CONTENT_TYPE, header::USER_AGENT] {
            if let Some(value) = head.headers.get(&name) {
                forwarded = forwarded.header(name, value);
            }
        }
        let forwarded = authorized(&self.remote, forwarded);
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
                passage.note(error);
                std::io::Error::other("the answer broke off")
            };
            let Some(chunk) = answer.chunk().await.map_err(|error| broken(other(error)))? else {
                return Ok(None);
            };
            if !passage.fits(chunk.len()) {
                return Err(broken(GateError::TooLarge));
            }
            Ok(Some((chunk.to_vec(), (passage, answer))))
        })
    }

    fn passed(&self) -> MutexGuard<'_, Passed> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, error: GateError) {
        self.passed().error.get_or_insert(error);
    }

    fn fits(&self, count: usize) -> bool {
        let mut passed = self.passed();
        passed.bytes += count as u64;
        passed.bytes <= self.max_bytes
    }
}

/// Address of one of the [`PATHS`] of a remote.
pub(super) fn address(remote: &Remote, path: &str) -> String {
    format!("{}{path}", remote.url().as_str().trim_end_matches('/'))
}

/// A request with the remote's credentials, if it has any.
pub(super) fn authorized(remote: &Remote, request: RequestBuilder) -> RequestBuilder {
    match remote.credentials() {
        Some(Credentials { username, password }) => {
            request.basic_auth(username, Some(password.expose_secret()))
        }
        None => request,
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
