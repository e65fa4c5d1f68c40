//! Webhooks: what is sent, how it is signed, and that it is sent once.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use github_emulator::NewCommit;
use hmac::{Hmac, KeyInit, Mac};
use insta::assert_snapshot;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::Stage;

/// A receiver of webhooks.
struct Receiver {
    url: String,
    received: mpsc::UnboundedReceiver<Received>,
}

struct Received {
    headers: HeaderMap,
    body: Bytes,
}

impl Receiver {
    /// Answers every webhook with the status.
    async fn new(status: u16) -> Self {
        let (sender, received) = mpsc::unbounded_channel();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/github", listener.local_addr().unwrap());
        let take = async move |State(sender): State<Arc<mpsc::UnboundedSender<Received>>>,
                               headers: HeaderMap,
                               body: Bytes| {
            sender.send(Received { headers, body }).unwrap();
            StatusCode::from_u16(status).unwrap()
        };
        let router = axum::Router::new().route("/github", post(take)).with_state(Arc::new(sender));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, received }
    }

    /// So many webhooks, told in the order of their events and actions: they overtake each other.
    async fn take(&mut self, count: usize) -> Vec<Received> {
        let mut all = Vec::new();
        for _ in 0..count {
            all.push(self.received.recv().await.unwrap());
        }
        all.sort_by_key(Received::name);
        all
    }
}

impl Received {
    fn header(&self, name: &str) -> String {
        self.headers[name].to_str().unwrap().to_owned()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn name(&self) -> String {
        let event = self.header("x-github-event");
        self.json()["action"].as_str().map_or(event.clone(), |action| format!("{event} {action}"))
    }
}

fn names(all: &[Received]) -> Vec<String> {
    all.iter().map(Received::name).collect()
}

#[tokio::test]
async fn a_push_is_told_and_signed() {
    let stage = Stage::new().await;
    let mut receiver = Receiver::new(202).await;
    stage.emulator.set_webhook(Some(&receiver.url));
    let commit = NewCommit::on("main").write("b", "b").message("Add b").by("ann");
    let sha = stage.repository.commit(commit).await.unwrap();
    let told = receiver.take(1).await.remove(0);
    let secret = stage.emulator.webhook_secret();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.expose_secret().as_bytes()).unwrap();
    mac.update(&told.body);
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    assert_eq!(told.header("x-hub-signature-256"), signature);
    let payload = told.json();
    assert_eq!(payload["after"], sha);
    assert_eq!(payload["before"], stage.first);
    let seen = json!([
        told.name(),
        payload["ref"],
        payload["forced"],
        payload["commits"][0]["message"],
        payload["repository"]["full_name"],
        payload["sender"]["login"],
        payload["pusher"]["name"],
    ]);
    assert_snapshot!(
        seen,
        @r#"["push","refs/heads/main",false,"Add b","acme/policies","ann","ann"]"#
    );
    assert!(payload["installation"]["id"].is_u64());
    assert_eq!(payload["repository"]["id"], stage.repository.id);
    stage.finish().await;
}

#[tokio::test]
async fn the_life_of_a_pull_request_is_told() {
    let stage = Stage::new().await;
    stage.branch("change").await;
    let mut receiver = Receiver::new(200).await;
    stage.emulator.set_webhook(Some(&receiver.url));
    let opened = stage.repository.open_pull_request(("change", "main"), "Change", "ann").await;
    let number = opened.unwrap();
    assert_eq!(names(&receiver.take(1).await), ["pull_request opened"]);
    let before = stage.repository.branch("change").unwrap();
    let commit = NewCommit::on("change").write("b", "b").by("ann");
    let after = stage.repository.commit(commit).await.unwrap();
    let told = receiver.take(2).await;
    assert_eq!(names(&told), ["pull_request synchronize", "push"]);
    let payload = told[0].json();
    assert_eq!((&payload["before"], &payload["after"]), (&json!(before), &json!(after)));
    assert_eq!(payload["pull_request"]["head"]["sha"], after);
    let own = format!("/repos/acme/policies/pulls/{number}");
    stage.patch(&own, json!({ "state": "closed" })).await;
    assert_eq!(names(&receiver.take(1).await), ["pull_request closed"]);
    stage.patch(&own, json!({ "state": "open" })).await;
    assert_eq!(names(&receiver.take(1).await), ["pull_request reopened"]);
    // Pushed to the base by hand, which merges it.
    stage.repository.set_branch("main", &after, "ann").await.unwrap();
    let told = receiver.take(2).await;
    assert_eq!(names(&told), ["pull_request closed", "push"]);
    assert_eq!(told[0].json()["pull_request"]["merged"], true);
    assert!(stage.repository.pull_requests()[0].merged.is_some());
    stage.finish().await;
}

#[tokio::test]
async fn a_pull_request_without_its_branch_is_closed() {
    let stage = Stage::new().await;
    let (number, _) = stage.pull_request("change").await;
    let mut receiver = Receiver::new(200).await;
    stage.emulator.set_webhook(Some(&receiver.url));
    let path = "/repos/acme/policies/git/refs/heads/change";
    assert_eq!(stage.call_as("token-of-ann", "DELETE", path, None).await.status, 204);
    let told = receiver.take(2).await;
    assert_eq!(names(&told), ["pull_request closed", "push"]);
    let push = told[1].json();
    assert_eq!((&push["deleted"], &push["head_commit"]), (&json!(true), &Value::Null));
    let pull = stage.get(&format!("/repos/acme/policies/pulls/{number}")).await.body;
    assert_eq!((&pull["state"], &pull["merged"]), (&json!("closed"), &json!(false)));
    stage.finish().await;
}

#[tokio::test]
async fn a_delivery_is_tried_once_and_redelivered_on_demand() {
    let stage = Stage::new().await;
    let mut events = stage.emulator.subscribe();
    let mut receiver = Receiver::new(500).await;
    stage.emulator.set_webhook(Some(&receiver.url));
    stage.emulator.ping();
    let first = receiver.take(1).await.remove(0);
    assert_eq!(first.name(), "ping");
    let delivered = async |events: &mut tokio::sync::broadcast::Receiver<_>| loop {
        if let github_emulator::Event::Delivered { status, .. } = events.recv().await.unwrap() {
            break status;
        }
    };
    assert_eq!(delivered(&mut events).await, Some(500));
    let delivery = stage.emulator.deliveries().remove(0);
    assert!(stage.emulator.redeliver(delivery.id));
    let second = receiver.take(1).await.remove(0);
    assert_eq!(first.header("x-github-delivery"), second.header("x-github-delivery"));
    assert_eq!(delivered(&mut events).await, Some(500));
    let attempts = stage.emulator.deliveries().remove(0).attempts;
    assert_eq!(attempts.iter().map(|it| it.status).collect::<Vec<_>>(), [Some(500), Some(500)]);
    assert!(!stage.emulator.redeliver(0));
    stage.finish().await;
}

#[tokio::test]
async fn without_a_receiver_nothing_is_sent() {
    let stage = Stage::new().await;
    stage.emulator.set_webhook(Some("http://127.0.0.1:1/nobody"));
    stage.emulator.set_webhook(None);
    stage.repository.commit(NewCommit::on("main").write("b", "b")).await.unwrap();
    assert_eq!(stage.emulator.deliveries(), []);
    stage.finish().await;
}

#[tokio::test]
async fn another_run_is_asked_for() {
    let stage = Stage::new().await;
    let run = json!({ "name": "x", "head_sha": stage.first, "conclusion": "failure" });
    let made = stage.post("/repos/acme/policies/check-runs", run).await.body;
    let mut receiver = Receiver::new(200).await;
    stage.emulator.set_webhook(Some(&receiver.url));
    assert!(stage.emulator.rerequest(made["id"].as_u64().unwrap(), "ann"));
    let path = format!("/repos/acme/policies/check-runs/{}/rerequest", made["id"]);
    assert_eq!(stage.post(&path, Value::Null).await.status, 201);
    let told = receiver.take(2).await;
    assert_eq!(names(&told), ["check_run rerequested", "check_run rerequested"]);
    assert_eq!(told[0].json()["check_run"]["head_sha"], stage.first);
    stage.finish().await;
}
