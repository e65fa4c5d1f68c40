//! A server in the place of AWS: one response for each request, as a function says.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value as Json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Request, as far as it says which response is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    /// `s3`, `s3control`, `iam`, `ec2`, `sts`, `organizations`.
    pub(super) service: String,
    /// Path and what of the query is no pair: `/logs?acl`.
    pub(super) path: String,
    /// Pairs of the query and of the form, and texts of a JSON object.
    pub(super) fields: Vec<(String, String)>,
}

impl Request {
    /// The value of a pair.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| &**value)
    }

    /// The operation of IAM, EC2, STS or an organization; `GET /logs?acl` of S3 in both its services.
    pub(super) fn name(&self) -> String {
        match self.field("Action") {
            Some(action) => action.to_owned(),
            None => format!("GET {}", self.path),
        }
    }
}

/// Response as it goes over the wire.
#[derive(Debug, Clone)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: String,
    pub(super) body: Vec<u8>,
}

impl Response {
    /// A response with its length.
    pub(super) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let headers = format!("Content-Type: text/xml\r\nContent-Length: {}\r\n", body.len());
        Self { status, headers, body }
    }

    /// The same with the connection's end for its length, as of a proxy that breaks off.
    pub(super) fn unframed(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: "Content-Type: text/xml\r\n".to_owned(), body: body.into() }
    }

    /// An error in the words of the service.
    pub(super) fn error(service: &str, status: u16, code: &str) -> Self {
        let error = format!("<Code>{code}</Code><Message>the message</Message>");
        let body = match service {
            "s3" => format!("<Error>{error}<RequestId>1</RequestId></Error>"),
            "ec2" => format!("<Response><Errors><Error>{error}</Error></Errors></Response>"),
            _ => format!("<ErrorResponse><Error>{error}</Error></ErrorResponse>"),
        };
        Self::new(status, body)
    }
}

/// Server that runs until it is dropped.
pub(super) struct StandIn {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl StandIn {
    /// A server that answers so. It knows by itself whose the credentials are.
    pub(super) async fn answering(
        respond: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let (seen, respond) = (requests.clone(), Arc::new(respond));
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, respond) = (seen.clone(), respond.clone());
                tokio::spawn(async move {
                    let mut stream = stream;
                    let Some(request) = read(&mut stream).await else { return };
                    let response = match &*request.service {
                        "sts" if request.name() == "GetCallerIdentity" => {
                            Response::new(200, IDENTITY)
                        }
                        _ => respond(&request),
                    };
                    seen.lock().expect("no panic").push(request.name());
                    write(&mut stream, &response).await;
                });
            }
        });
        Self { address, requests, server }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Names of the requests so far, those of logging in left out.
    pub(super) fn requests(&self) -> Vec<String> {
        let seen = self.requests.lock().expect("no panic");
        seen.iter().filter(|name| *name != "GetCallerIdentity").cloned().collect()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.server.abort();
    }
}

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
    <Arn>arn:aws:iam::123456789012:user/tests</Arn><UserId>AIDA</UserId>\
    <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

/// Beginning of what is asked of S3 about a whole account, by the version of its API.
const S3_CONTROL: &str = "/v20180820/";

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut received = Vec::new();
    let (head, mut body) = loop {
        let end = received.windows(4).position(|bytes| bytes == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8(received[..end].to_vec()).expect("a head is text");
            break (head, received.split_off(end + 4));
        }
        if stream.read_buf(&mut received).await.ok()? == 0 {
            return None;
        }
    };
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    };
    let length = header("content-length").map_or(0, |length| length.parse().expect("a number"));
    while body.len() < length {
        stream.read_buf(&mut body).await.ok()?;
    }
    let scope = header("authorization")?.split("Credential=").nth(1)?;
    let target = head.split(' ').nth(1)?;
    let service = match scope.split('/').nth(3)? {
        "s3" if target.starts_with(S3_CONTROL) => "s3control".to_owned(),
        service => service.to_owned(),
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut path = format!("/{}", path.trim_matches('/'));
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if value.is_empty() {
            path = format!("{path}?{name}");
        } else {
            fields.push((name.into_owned(), value.into_owned()));
        }
    }
    if let Some((_, action)) = header("x-amz-target").and_then(|target| target.rsplit_once('.')) {
        fields.push(("Action".to_owned(), action.to_owned()));
        let members: BTreeMap<String, Json> = serde_json::from_slice(&body).expect("an object");
        let texts = members.into_iter().filter_map(|(name, value)| match value {
            Json::String(text) => Some((name, text)),
            _ => None,
        });
        fields.extend(texts);
    } else {
        fields.extend(url::form_urlencoded::parse(&body).into_owned());
    }
    Some(Request { service, path, fields })
}

async fn write(stream: &mut TcpStream, Response { status, headers, body }: &Response) {
    let head = format!("HTTP/1.1 {status} Any\r\n{headers}Connection: close\r\n\r\n");
    // Whoever asked may be gone.
    stream.write_all(head.as_bytes()).await.ok();
    stream.write_all(body).await.ok();
    stream.shutdown().await.ok();
}
