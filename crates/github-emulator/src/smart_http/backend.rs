//! Running `git http-backend`: one process a call, by the rules of CGI (RFC 3875).

use std::io;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::sync::mpsc;

use super::GitCall;
use crate::announce;
use crate::bare;
use crate::model::RepositoryRecord;
use crate::server::Server;

/// Bytes that are read from the process at once.
const PIECE: usize = 64 << 10;
/// Header lines that the process may give.
const HEADERS: usize = 50;

/// A running process, whose answer has begun.
struct Answering {
    child: Child,
    rest: BufReader<ChildStdout>,
    status: StatusCode,
    headers: HeaderMap,
}

/// Runs the program for a call and answers what it says.
pub(super) async fn run(
    server: &Arc<Server>,
    record: Arc<RepositoryRecord>,
    call: GitCall,
    login: Option<String>,
    (headers, body): (&HeaderMap, Body),
) -> Response {
    let (sender, receiver) = mpsc::channel(8);
    let (begun, begins) = tokio::sync::oneshot::channel();
    let limit = server.options.git_timeout;
    let environment = environment(&record, &call, login.as_deref(), headers);
    let task = {
        let server = Arc::clone(server);
        async move {
            // Pushes to one repository follow each other, so that each change has one author.
            let pushing = if call.pushes() { Some(record.pushing.lock().await) } else { None };
            let working = work(&record, environment, body, (begun, &sender));
            if within(limit, working).await.is_err() {
                // Ends the answer as broken, where it has begun.
                let _gone = sender.send(Err(io::Error::other("git did not finish"))).await;
            }
            if pushing.is_some() {
                let by = login.unwrap_or_default();
                if let Err(error) = announce::changes(&server, &record, &by).await {
                    tracing::error!(%error, "emulator: a push was not noted");
                }
            }
        }
    };
    server.tasks.spawn(task);
    match begins.await {
        Ok((status, headers)) => {
            let pieces = stream::unfold(receiver, |mut receiver| async {
                receiver.recv().await.map(|piece| (piece, receiver))
            });
            (status, headers, Body::from_stream(pieces)).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Told when the answer begins: its status and headers.
type Begun = tokio::sync::oneshot::Sender<(StatusCode, HeaderMap)>;

/// Starts the process, feeds it, and hands on what it says, to its end.
async fn work(
    record: &RepositoryRecord,
    environment: Vec<(&'static str, String)>,
    body: Body,
    (begun, pieces): (Begun, &mpsc::Sender<io::Result<Bytes>>),
) -> io::Result<()> {
    let mut child = bare::command(record.git.path())
        .arg("http-backend")
        .envs(environment)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (Some(stdin), Some(stdout)) = (stdin, stdout) else {
        return Err(io::Error::other("git has no pipes"));
    };
    let answering = async {
        let answering = begin(child, stdout).await?;
        finish(answering, begun, pieces).await
    };
    let (fed, answered) = tokio::join!(feed(stdin, body), answering);
    fed.and(answered)
}

async fn within<T>(limit: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Hands the request's body to the process, which may not want all of it.
async fn feed(mut stdin: ChildStdin, body: Body) -> io::Result<()> {
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(io::Error::other)?;
        if stdin.write_all(&piece).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// Reads the header lines of the answer.
async fn begin(child: Child, stdout: ChildStdout) -> io::Result<Answering> {
    let mut rest = BufReader::with_capacity(PIECE, stdout);
    let (mut status, mut headers) = (StatusCode::OK, HeaderMap::new());
    for _ in 0..HEADERS {
        let mut line = String::new();
        let read = rest.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            return match read {
                0 => Err(io::ErrorKind::UnexpectedEof.into()),
                _ => Ok(Answering { child, rest, status, headers }),
            };
        };
        if name.eq_ignore_ascii_case("status") {
            let code = value.split(' ').next().and_then(|code| code.parse().ok());
            status = code.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        } else if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse()) {
            headers.insert::<HeaderName>(name, value);
        }
    }
    Err(io::Error::other("git gave too many headers"))
}

/// Hands on the answer's body. A client that went away does not stop a push.
async fn finish(
    mut answering: Answering,
    begun: Begun,
    pieces: &mpsc::Sender<io::Result<Bytes>>,
) -> io::Result<()> {
    let _gone = begun.send((answering.status, answering.headers));
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        if answering.rest.read_buf(&mut piece).await? == 0 {
            break;
        }
        let _gone = pieces.send(Ok(Bytes::from(piece))).await;
    }
    answering.child.wait().await.map(drop)
}

/// Variables by which CGI and Git tell the process of the call.
fn environment(
    record: &RepositoryRecord,
    call: &GitCall,
    login: Option<&str>,
    headers: &HeaderMap,
) -> Vec<(&'static str, String)> {
    let method = if call.endpoint == "info/refs" { "GET" } else { "POST" };
    let repository = record.git.path().to_string_lossy().into_owned();
    let mut all = vec![
        // The repository is the root itself: no part of the path comes from outside.
        ("GIT_PROJECT_ROOT", repository),
        ("PATH_INFO", format!("/{}", call.endpoint)),
        ("GIT_HTTP_EXPORT_ALL", "1".to_owned()),
        ("REQUEST_METHOD", method.to_owned()),
        ("QUERY_STRING", call.query.clone()),
        ("REMOTE_ADDR", "127.0.0.1".to_owned()),
    ];
    all.extend(login.map(|login| ("REMOTE_USER", login.to_owned())));
    // Without a length the process reads to the end, as it should where the body comes in chunks.
    let passed = [
        ("content-type", "CONTENT_TYPE"),
        ("content-length", "CONTENT_LENGTH"),
        ("content-encoding", "HTTP_CONTENT_ENCODING"),
        ("git-protocol", "GIT_PROTOCOL"),
    ];
    for (header, variable) in passed {
        let value = headers.get(header).map(HeaderValue::to_str);
        all.extend(value.and_then(Result::ok).map(|value| (variable, value.to_owned())));
    }
    all
}
