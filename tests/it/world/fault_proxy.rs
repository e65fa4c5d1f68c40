//! A proxy before moto that knows which operation a request is, notes it, and refuses what the
//! story wants refused.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, Uri, request::Parts};
use axum::response::Response;
use tokio::task::JoinHandle;

/// What happens to a request in place of its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The credentials may not.
    Deny,
    /// Too many requests.
    Throttle,
    /// No answer, ever.
    Hang,
    /// The credentials are not accepted.
    Unrecognized,
    /// All pages but the first are throttled.
    CutAfterFirstPage,
    /// A success whose body is half of what it was.
    HalfABody,
    /// A success without a body.
    NoBody,
    /// A connection that ends within the body.
    BrokenOff,
    /// A success with a page of HTML in place of an answer.
    Page,
    /// An error of the API itself.
    Internal,
    /// Too many requests, as a bad request.
    ThrottleAsBadRequest,
    /// Credentials that have ended.
    Expired,
}

/// Faults of an unruly proxy. The first comes a tenth as often as another, as it takes time.
const UNRULY: [Fault; 10] = [
    Fault::Hang,
    Fault::Deny,
    Fault::Throttle,
    Fault::ThrottleAsBadRequest,
    Fault::HalfABody,
    Fault::NoBody,
    Fault::BrokenOff,
    Fault::Page,
    Fault::Internal,
    Fault::Expired,
];

/// Answer of moto, to be given again.
type Kept = (u16, Vec<(HeaderName, HeaderValue)>, Bytes);

/// A request as it passed: `s3:GetBucketAcl logs`, `ec2:DescribeInstances eu-west-1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Seen {
    /// The operation.
    pub(crate) operation: String,
    /// The bucket, else the region.
    pub(crate) subject: String,
    /// The fields of the query protocol.
    pub(crate) form: Vec<(String, String)>,
}

#[derive(Default)]
struct Notes {
    faults: Vec<(String, String, Fault)>,
    seen: Vec<Seen>,
}

/// Seed of a schedule of faults, and the number of times that each request came.
type Schedule = (u64, Arc<Mutex<HashMap<Seen, u64>>>);

#[derive(Clone)]
struct Proxy {
    target: String,
    http: reqwest::Client,
    notes: Arc<Mutex<Notes>>,
    /// Answers by what was asked, where they are kept.
    kept: Option<Arc<Mutex<HashMap<String, Kept>>>>,
    /// Schedule of an unruly proxy.
    schedule: Option<Schedule>,
}

impl Proxy {
    /// The fault that the schedule has for a request.
    fn scheduled(&self, seen: &Seen) -> Option<Fault> {
        let (schedule, times) = self.schedule.as_ref()?;
        let mut times = times.lock().expect("no panic");
        let time = times.entry(seen.clone()).or_default();
        *time += 1;
        let mut hash = DefaultHasher::new();
        (schedule, seen, *time).hash(&mut hash);
        let chance = hash.finish();
        match chance % 1000 {
            0..2 => UNRULY.first().copied(),
            2..120 => UNRULY.iter().skip(1).nth((chance / 1000) as usize % 9).copied(),
            _ => None,
        }
    }
}

/// A running proxy.
pub(crate) struct FaultProxy {
    address: SocketAddr,
    notes: Arc<Mutex<Notes>>,
    server: JoinHandle<()>,
}

impl FaultProxy {
    /// A proxy before the server at `target`.
    pub(crate) async fn before(target: &str) -> Self {
        Self::start(target, None, None).await
    }

    /// A proxy that asks the server at `target` everything once, and then knows the answer.
    pub(crate) async fn remembering(target: &str) -> Self {
        Self::start(target, Some(Arc::default()), None).await
    }

    /// A proxy before the server at `target` that fails by chance, each seed in ways of its own.
    pub(crate) async fn unruly(target: &str, seed: u64) -> Self {
        Self::start(target, None, Some((seed, Arc::default()))).await
    }

    async fn start(
        target: &str,
        kept: Option<Arc<Mutex<HashMap<String, Kept>>>>,
        schedule: Option<Schedule>,
    ) -> Self {
        let notes = Arc::new(Mutex::new(Notes::default()));
        let (target, http) = (target.to_owned(), reqwest::Client::new());
        let proxy = Proxy { target, http, notes: notes.clone(), kept, schedule };
        let app = Router::new().fallback(pass).with_state(proxy);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let server = tokio::spawn(async { axum::serve(listener, app).await.expect("serves") });
        Self { address, notes, server }
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on, `operation` fails so for `subject` (a bucket or a region; empty for all).
    pub(crate) fn fail(&self, operation: &str, subject: &str, fault: Fault) {
        let fault = (operation.to_owned(), subject.to_owned(), fault);
        self.notes.lock().expect("no panic").faults.push(fault);
    }

    /// From now on, nothing fails.
    pub(crate) fn heal(&self) {
        self.notes.lock().expect("no panic").faults.clear();
    }

    /// The requests since the last time, in alphabetical order, as `operation subject`.
    pub(crate) fn requests(&self) -> Vec<String> {
        let mut seen: Vec<String> = self
            .take()
            .into_iter()
            .map(|seen| format!("{} {}", seen.operation, seen.subject))
            .collect();
        seen.sort();
        seen
    }

    /// The requests since the last time, in the order of their arrival.
    pub(crate) fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut self.notes.lock().expect("no panic").seen)
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn pass(State(proxy): State<Proxy>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 10 << 20).await.expect("a body");
    let seen = recognize(&head, &body);
    let fault = {
        let mut notes = proxy.notes.lock().expect("no panic");
        notes.seen.push(seen.clone());
        let hit = notes.faults.iter().find(|(operation, subject, _)| {
            *operation == seen.operation && (subject.is_empty() || *subject == seen.subject)
        });
        hit.map(|(_, _, fault)| *fault).or_else(|| proxy.scheduled(&seen))
    };
    let continued = ["NextToken", "Marker"];
    let later = seen.form.iter().any(|(name, _)| continued.contains(&name.as_str()));
    let service = seen.operation.split(':').next().expect("a service");
    match fault {
        Some(Fault::Deny) => refusal(service, 403, "AccessDenied", "Access Denied"),
        Some(Fault::Throttle) => {
            refusal(service, 503, "SlowDown", "Please reduce your request rate.")
        }
        Some(Fault::Hang) => std::future::pending().await,
        Some(Fault::Unrecognized) => {
            refusal(service, 401, "AuthFailure", "AWS was not able to validate the credentials")
        }
        Some(Fault::CutAfterFirstPage) if later => {
            refusal(service, 503, "RequestLimitExceeded", "Request limit exceeded.")
        }
        Some(Fault::HalfABody) => {
            let whole = forward(&proxy, head, body.to_vec()).await;
            let whole = to_bytes(whole.into_body(), 10 << 20).await.expect("a body");
            Response::new(Body::from(whole.slice(..whole.len() / 2)))
        }
        Some(Fault::NoBody) => Response::new(Body::empty()),
        Some(Fault::BrokenOff) => {
            let whole = forward(&proxy, head, body.to_vec()).await;
            let whole = to_bytes(whole.into_body(), 10 << 20).await.expect("a body");
            let half = whole.slice(..whole.len() / 2);
            let broken = std::io::Error::other("broken off");
            Response::new(Body::from_stream(futures::stream::iter([Ok(half), Err(broken)])))
        }
        Some(Fault::Page) => Response::new(Body::from("<html><body>Sign in</body></html>")),
        Some(Fault::Internal) => refusal(service, 500, "InternalError", "We failed."),
        Some(Fault::ThrottleAsBadRequest) => refusal(service, 400, "Throttling", "Rate exceeded"),
        Some(Fault::Expired) => refusal(service, 400, "ExpiredToken", "The token has expired."),
        Some(Fault::CutAfterFirstPage) | None => forward(&proxy, head, body.to_vec()).await,
    }
}

async fn forward(proxy: &Proxy, head: Parts, body: Vec<u8>) -> Response {
    let Seen { operation, subject, .. } = recognize(&head, &body);
    let asked = String::from_utf8_lossy(&body);
    let key = format!("{operation} {subject} {} {} {asked}", head.method, head.uri);
    // What makes the report says another thing each time.
    let kept = proxy.kept.as_ref().filter(|_| !key.contains("GenerateCredentialReport"));
    let known = kept.and_then(|kept| kept.lock().expect("no panic").get(&key).cloned());
    let answer = match known {
        Some(answer) => answer,
        None => ask(proxy, head, body).await,
    };
    if let Some(kept) = kept {
        kept.lock().expect("no panic").insert(key, answer.clone());
    }
    let (status, headers, body) = answer;
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Body::from(body)).expect("a response")
}

async fn ask(proxy: &Proxy, head: Parts, body: Vec<u8>) -> Kept {
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut headers = head.headers;
    headers.remove("content-length");
    let request = proxy.http.request(head.method, format!("{}{path}", proxy.target));
    let answer = request.headers(headers).body(body).send().await.expect("moto answers");
    let passed = |name: &HeaderName| name != "transfer-encoding" && name != "connection";
    let headers = answer.headers().iter().filter(|(name, _)| passed(name));
    let headers = headers.map(|(name, value)| (name.clone(), value.clone())).collect();
    (answer.status().as_u16(), headers, answer.bytes().await.expect("a body"))
}

/// An error in the words of the service's protocol.
fn refusal(service: &str, status: u16, code: &str, message: &str) -> Response {
    let error = format!("<Code>{code}</Code><Message>{message}</Message>");
    let body = match service {
        "s3" => format!("<Error>{error}<RequestId>1</RequestId></Error>"),
        "ec2" => format!(
            "<Response><Errors><Error>{error}</Error></Errors><RequestID>1</RequestID></Response>"
        ),
        _ => format!(
            "<ErrorResponse><Error><Type>Sender</Type>{error}</Error><RequestId>1</RequestId>\
             </ErrorResponse>"
        ),
    };
    let response = Response::builder().status(status).header("content-type", "text/xml");
    response.body(Body::from(body)).expect("a response")
}

/// Which operation a request is: by the credential scope of its signature, then by the form of the
/// query protocol or by method, path and query of S3.
fn recognize(head: &Parts, body: &[u8]) -> Seen {
    let authorization = head.headers.get("authorization").and_then(|value| value.to_str().ok());
    let scope = authorization.and_then(|text| text.split("Credential=").nth(1)).unwrap_or_default();
    let scope: Vec<&str> = scope.split(['/', ',']).collect();
    let (region, service) = match scope[..] {
        [_, _, region, service, ..] => (region, service),
        _ => ("", "unsigned"),
    };
    if service == "s3" && head.uri.path().starts_with("/v20180820/") {
        let operation = "s3control:GetPublicAccessBlock".to_owned();
        return Seen { operation, subject: region.to_owned(), form: Vec::new() };
    }
    if service == "s3" {
        let (name, bucket) = s3_operation(&head.method, &head.uri);
        return Seen { operation: format!("s3:{name}"), subject: bucket, form: Vec::new() };
    }
    let form: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    let action = form.iter().find(|(name, _)| name == "Action");
    let action = action.map_or("", |(_, action)| action.as_str());
    Seen { operation: format!("{service}:{action}"), subject: region.to_owned(), form }
}

fn s3_operation(method: &Method, uri: &Uri) -> (String, String) {
    let bucket = uri.path().trim_matches('/').to_owned();
    let query = uri.query().unwrap_or_default();
    let has =
        |part: &str| url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == part);
    let parts = [
        ("acl", "GetBucketAcl"),
        ("cors", "GetBucketCors"),
        ("encryption", "GetBucketEncryption"),
        ("list-type", "ListObjectsV2"),
        ("lifecycle", "GetBucketLifecycleConfiguration"),
        ("location", "GetBucketLocation"),
        ("logging", "GetBucketLogging"),
        ("notification", "GetBucketNotificationConfiguration"),
        ("object-lock", "GetObjectLockConfiguration"),
        ("ownershipControls", "GetBucketOwnershipControls"),
        ("policy", "GetBucketPolicy"),
        ("policyStatus", "GetBucketPolicyStatus"),
        ("publicAccessBlock", "GetPublicAccessBlock"),
        ("replication", "GetBucketReplication"),
        ("tagging", "GetBucketTagging"),
        ("versioning", "GetBucketVersioning"),
        ("website", "GetBucketWebsite"),
    ];
    let known = parts.iter().find(|(part, _)| has(part)).map(|(_, operation)| *operation);
    let name = match (method, bucket.as_str()) {
        (&Method::GET, "") => "ListBuckets",
        (&Method::GET, _) => known.unwrap_or("ListObjects"),
        _ => "write",
    };
    (name.to_owned(), bucket)
}
