//! GitHub, as `emulate` plays it: somebody else's reading of GitHub's documentation.
//!
//! It has no Git over HTTP, so a front answers clones from an emulator, for whoever shows a token that
//! `emulate` accepts. Commits are copied into it by its own API and keep their names.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::{Client, Method};
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::servers;

/// The user in whose name stories act.
const TOKEN: &str = "token-of-ada";

/// A running `emulate` behind its front.
pub(crate) struct Emulate {
    process: Child,
    url: String,
    http: Client,
    losing: Losing,
    front: JoinHandle<()>,
}

/// The ends of paths whose next posts are taken but not answered.
type Losing = Arc<Mutex<Vec<&'static str>>>;

/// The App that is installed on the repository.
pub(crate) struct App<'a> {
    pub(crate) id: u64,
    pub(crate) private_key: &'a str,
    pub(crate) webhook_url: &'a str,
    pub(crate) webhook_secret: &'a str,
}

impl Emulate {
    /// Starts it with the private repository `acme/policies`, whose Git is that of `emulator_url`.
    pub(crate) async fn start(app: &App<'_>, emulator_url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let mut process = Command::new(servers::program("node"))
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/world/emulate.mjs"))
            .arg(servers::directory().join("node_modules/emulate/dist/api.js"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let options = json!({ "baseUrl": url, "seed": seed(app) });
        writeln!(process.stdin.as_mut().expect("piped"), "{options}").expect("node reads");
        let answers = process.stdout.take().expect("piped");
        let port = tokio::task::spawn_blocking(move || {
            let mut port = String::new();
            BufReader::new(answers).read_line(&mut port).expect("emulate says its port");
            port.trim().parse::<u16>().expect("a port")
        });
        let port = port.await.expect("emulate starts");
        let http = Client::builder().no_proxy().build().expect("a client");
        let losing = Losing::default();
        let front = Front {
            losing: losing.clone(),
            api: format!("http://127.0.0.1:{port}"),
            git: emulator_url.to_owned(),
            http: http.clone(),
        };
        let router = Router::new().fallback(pass).with_state(front);
        let front = tokio::spawn(async { axum::serve(listener, router).await.expect("serves") });
        Self { process, url, http, losing, front }
    }

    /// The base of the API.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The answer to the next post to a path that ends so is lost; what it asked for is done.
    pub(crate) fn lose(&self, path: &'static str) {
        self.losing.lock().expect("no panic").push(path);
    }

    /// Whether all answers were lost that should be.
    pub(crate) fn has_lost_all(&self) -> bool {
        self.losing.lock().expect("no panic").is_empty()
    }

    /// What a user is answered.
    pub(crate) async fn get(&self, path: &str) -> Json {
        self.call(Method::GET, path, None).await
    }

    /// Copies a commit of a bare repository and lets a branch be there, which is told as a push.
    pub(crate) async fn push(&self, bare: &Path, branch: &str, sha: &str) {
        let git = |arguments: &[&str]| {
            let output = Command::new("git").arg("-C").arg(bare).args(arguments).output();
            let output = output.expect("git runs");
            assert!(output.status.success(), "git {arguments:?}: {output:?}");
            String::from_utf8(output.stdout).expect("UTF-8")
        };
        let names = git(&["ls-tree", "-r", "--name-only", sha]);
        let entries = names.lines().map(|path| {
            let content = git(&["show", &format!("{sha}:{path}")]);
            json!({ "path": path, "mode": "100644", "type": "blob", "content": content })
        });
        let tree = json!({ "tree": entries.collect::<Vec<_>>() });
        let tree = self.post("git/trees", tree).await;
        let facts = git(&["log", "-1", "--format=%P|%an|%ae|%aI", sha]);
        let [parents, name, email, date] = facts.trim().split('|').collect::<Vec<_>>()[..] else {
            panic!("{facts}")
        };
        let by = json!({ "name": name, "email": email, "date": date });
        let commit = json!({
            "message": git(&["log", "-1", "--format=%B", sha]).trim(),
            "tree": tree["sha"],
            "parents": parents.split_whitespace().collect::<Vec<_>>(),
            "author": by,
            "committer": by,
        });
        let copied = self.post("git/commits", commit).await;
        assert_eq!(copied["sha"], sha, "the copy has another name");
        let refs = format!("git/refs/heads/{branch}");
        // Unlike a push, making a branch is not told as one.
        if branch != "main" {
            let made = json!({ "ref": format!("refs/heads/{branch}"), "sha": sha });
            self.post("git/refs", made).await;
        }
        let moved = json!({ "sha": sha, "force": true });
        self.call(Method::PATCH, &refs, Some(moved)).await;
    }

    /// Opens a pull request; gives its number.
    pub(crate) async fn propose(&self, branch: &str) -> u64 {
        let wanted = json!({ "title": "A proposal", "head": branch, "base": "main" });
        self.post("pulls", wanted).await["number"].as_u64().expect("a number")
    }

    /// The check runs of a commit with the number of their annotations, a line each.
    pub(crate) async fn checks(&self, sha: &str) -> String {
        let listed = self.get(&format!("commits/{sha}/check-runs?filter=all")).await;
        let runs = listed["check_runs"].as_array().expect("a list");
        let line = |run: &Json| {
            let word = |pointer| run.pointer(pointer).and_then(Json::as_str).unwrap_or_default();
            let state = run["conclusion"].as_str().unwrap_or(word("/status"));
            let notes = &run["output"]["annotations_count"];
            format!("{}: {state}: {} ({notes})\n", word("/name"), word("/output/title"))
        };
        let mut lines: Vec<String> = runs.iter().map(line).collect();
        lines.sort();
        lines.concat()
    }

    async fn post(&self, path: &str, body: Json) -> Json {
        self.call(Method::POST, path, Some(body)).await
    }

    async fn call(&self, method: Method, path: &str, body: Option<Json>) -> Json {
        let request = self
            .http
            .request(method, format!("{}/repos/acme/policies/{path}", self.url))
            .bearer_auth(TOKEN)
            .json(&body);
        let answer = request.send().await.expect("emulate answers");
        let (status, text) = (answer.status(), answer.text().await.expect("text"));
        assert!(status.is_success(), "{path}: {status}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }
}

impl Drop for Emulate {
    fn drop(&mut self) {
        self.front.abort();
        self.process.kill().expect("emulate was running");
        self.process.wait().expect("emulate ends");
    }
}

fn seed(app: &App<'_>) -> Json {
    json!({
        "tokens": { TOKEN: { "login": "ada", "scopes": ["repo"] } },
        "github": {
            "users": [{ "login": "ada" }],
            "orgs": [{ "login": "acme", "members": [{ "login": "ada", "role": "admin" }] }],
            "repos": [{ "owner": "acme", "name": "policies", "private": true, "auto_init": true }],
            "apps": [{
                "app_id": app.id,
                "slug": "cloudcorrect",
                "name": "cloudcorrect",
                "private_key": app.private_key,
                "permissions": {
                    "checks": "write", "contents": "read",
                    "metadata": "read", "pull_requests": "write",
                },
                "events": ["push", "pull_request"],
                "webhook_url": app.webhook_url,
                "webhook_secret": app.webhook_secret,
                "installations": [{
                    "installation_id": 100, "account": "acme", "repository_selection": "all",
                }],
            }],
        },
    })
}

#[derive(Clone)]
struct Front {
    losing: Losing,
    api: String,
    git: String,
    http: Client,
}

async fn pass(State(front): State<Front>, request: Request) -> Response {
    let is_git = request.uri().path().starts_with("/acme/policies.git/");
    if is_git && !front.may_clone(request.headers()).await {
        let refusal = Response::builder().status(StatusCode::UNAUTHORIZED);
        let refusal = refusal.header("www-authenticate", "Basic realm=\"GitHub\"");
        return refusal.body(Body::empty()).expect("a response");
    }
    let target = if is_git { &front.git } else { &front.api };
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let lost = head.method == Method::POST && front.loses(path);
    let mut headers = head.headers;
    headers.remove("content-length");
    if is_git {
        headers.remove("authorization");
    }
    let body = to_bytes(body, 10 << 20).await.expect("a body");
    let sent = front.http.request(head.method, format!("{target}{path}")).headers(headers);
    let answer = sent.body(body).send().await.expect("an answer");
    if lost {
        let lost = Response::builder().status(StatusCode::BAD_GATEWAY);
        return lost.body(Body::empty()).expect("a response");
    }
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        if !["transfer-encoding", "content-length", "connection"].contains(&name.as_str()) {
            response = response.header(name, value);
        }
    }
    let bytes = answer.bytes().await.expect("a body");
    let bytes = if path.ends_with("/access_tokens") { completed(&bytes) } else { bytes.to_vec() };
    response.body(Body::from(bytes)).expect("a response")
}

/// The answer to the wish for a token, with what GitHub's description requires of the repositories
/// in it and `emulate` leaves out.
fn completed(answer: &[u8]) -> Vec<u8> {
    let mut answer: Json = serde_json::from_slice(answer).expect("JSON");
    for repository in answer["repositories"].as_array_mut().into_iter().flatten() {
        let id = repository["id"].to_string();
        repository["url"] = json!(format!("https://api.github.com/repositories/{id}"));
    }
    answer.to_string().into_bytes()
}

impl Front {
    fn loses(&self, path: &str) -> bool {
        let mut losing = self.losing.lock().expect("no panic");
        let found = losing.iter().position(|end| path.ends_with(end));
        found.map(|index| losing.remove(index)).is_some()
    }

    /// Whether the token that comes as a password lets its bearer see the private repository.
    async fn may_clone(&self, headers: &HeaderMap) -> bool {
        let header = headers.get("authorization").and_then(|it| it.to_str().ok());
        let basic = header.and_then(|it| it.strip_prefix("Basic "));
        let decoded = basic.and_then(|it| BASE64_STANDARD.decode(it).ok());
        let pair = decoded.and_then(|it| String::from_utf8(it).ok()).unwrap_or_default();
        let Some(token) = pair.strip_prefix("x-access-token:") else { return false };
        let repository = format!("{}/repos/acme/policies", self.api);
        let asked = self.http.get(repository).bearer_auth(token).send().await;
        asked.expect("emulate answers").status().is_success()
    }
}
