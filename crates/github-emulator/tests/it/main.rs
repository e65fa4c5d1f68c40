//! The GitHub-shaped server by itself: what the service's stories stand on.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a story that cannot go on ends there"
)]

mod auth;
mod checks;
mod comments;
mod faults;
mod issues;
mod pulls;
mod smart_http;
mod webhooks;
mod worktree;

use axum::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use github_emulator::{Clock, Emulator, EmulatorOptions, NewCommit, RepositoryHandle, Visibility};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// An emulator with one public repository of one commit, and the token of an installation.
struct Stage {
    emulator: Emulator,
    clock: Clock,
    repository: RepositoryHandle,
    /// The commit of `main`.
    first: String,
    token: String,
    client: reqwest::Client,
}

/// An answer of the API.
#[derive(Debug)]
struct Answered {
    status: u16,
    link: String,
    body: Value,
}

impl Stage {
    async fn new() -> Self {
        Self::with(EmulatorOptions::default()).await
    }

    async fn with(options: EmulatorOptions) -> Self {
        let clock = Clock::manual("2026-11-21T10:00:00Z".parse().unwrap());
        let emulator =
            Emulator::start(EmulatorOptions { clock: clock.clone(), ..options }).await.unwrap();
        emulator.add_user("ann", "token-of-ann");
        let repository =
            emulator.create_repository("acme/policies", Visibility::Public).await.unwrap();
        let commit = NewCommit::on("main").write("policies/a.yaml", "a: 1\n").by("ann");
        let first = repository.commit(commit).await.unwrap();
        let (token, client) = (String::new(), client());
        let mut stage = Self { emulator, clock, repository, first, token, client };
        stage.token = stage.installation_token(json!({})).await;
        stage
    }

    /// A branch with one commit more than `main`; gives the commit.
    async fn branch(&self, name: &str) -> String {
        let main = self.repository.branch("main").unwrap();
        self.repository.set_branch(name, &main, "ann").await.unwrap();
        let commit = NewCommit::on(name).write("policies/b.yaml", "b: 1\nc: 2\n").by("ann");
        self.repository.commit(commit).await.unwrap()
    }

    /// A pull request into `main` from a new branch; gives its number and its head.
    async fn pull_request(&self, branch: &str) -> (u64, String) {
        let head = self.branch(branch).await;
        let opened = self.repository.open_pull_request((branch, "main"), "Add b", "ann").await;
        (opened.unwrap(), head)
    }

    /// A token that the App signs, as of the emulator's time moved by `start` and good until `end`,
    /// in seconds.
    fn app_token(&self, issuer: &str, start: i64, end: i64) -> String {
        let now = self.clock.now();
        let at = |seconds| (now + TimeDelta::seconds(seconds)).timestamp();
        let claims = json!({ "iss": issuer, "iat": at(start), "exp": at(end) });
        let pem = self.emulator.app_private_key();
        let key = EncodingKey::from_rsa_pem(pem.expose_secret().as_bytes()).unwrap();
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &key).unwrap()
    }

    async fn installation_token(&self, body: Value) -> String {
        let app = self.app_token("12345", -60, 540);
        let found = self.call_as(&app, "GET", "/repos/acme/policies/installation", None).await;
        let path = format!("/app/installations/{}/access_tokens", found.body["id"]);
        let made = self.call_as(&app, "POST", &path, Some(body)).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.body["token"].as_str().unwrap().to_owned()
    }

    async fn get(&self, path: &str) -> Answered {
        self.call_as(&self.token, "GET", path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Answered {
        self.call_as(&self.token, "POST", path, Some(body)).await
    }

    async fn patch(&self, path: &str, body: Value) -> Answered {
        self.call_as(&self.token, "PATCH", path, Some(body)).await
    }

    async fn call_as(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answered {
        self.try_call(token, method, path, body).await.unwrap()
    }

    async fn try_call(
        &self,
        token: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> reqwest::Result<Answered> {
        let url = format!("{}{path}", self.emulator.api_url());
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, url);
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let link = response.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        Ok(Answered {
            status: response.status().as_u16(),
            link: link.unwrap_or_default(),
            body: serde_json::from_slice(&response.bytes().await?).unwrap_or_default(),
        })
    }

    /// Ends the emulator, which must have seen nothing wrong.
    async fn finish(self) {
        assert_eq!(self.emulator.violations(), []);
        self.emulator.shutdown().await;
    }

    /// The problems that the emulator saw, to be compared.
    fn problems(&self) -> Vec<String> {
        let violations = self.emulator.violations();
        violations.into_iter().map(|seen| format!("{}: {}", seen.call, seen.problem)).collect()
    }
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().user_agent("test").no_proxy().build().unwrap()
}

fn instant(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}
