//! Webhooks: signed, sent once, remembered.
//!
//! As on GitHub a delivery is tried once, whatever comes of it; only somebody who asks for it has
//! it sent again, under the same id. Deliveries overtake each other.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use serde_json::Value;
use sha2::Sha256;
use uuid::Uuid;

use crate::events::{Attempt, Delivery, Event};
use crate::server::Server;

/// Sends a webhook if a receiver is set. `schema` is GitHub's name of the payload's description.
pub(crate) fn send(server: &Arc<Server>, event: &str, schema: &str, payload: &Value) {
    if server.state().webhook.is_none() {
        return;
    }
    let problems = server.description().check_webhook(schema, payload);
    server.violated(&format!("webhook {schema}"), problems);
    let action = payload.get("action").and_then(Value::as_str).map(str::to_owned);
    let id = {
        let mut state = server.state();
        let id = state.next_id();
        state.remember_delivery(Delivery {
            id,
            guid: Uuid::new_v4().to_string(),
            event: event.to_owned(),
            action,
            payload: payload.to_string(),
            attempts: Vec::new(),
        });
        id
    };
    deliver(server, id);
}

/// Sends a remembered delivery, once more if it was sent before; whether it is known.
pub(crate) fn deliver(server: &Arc<Server>, id: u64) -> bool {
    let (delivery, url) = {
        let state = server.state();
        let delivery = state.deliveries.iter().find(|delivery| delivery.id == id).cloned();
        (delivery, state.webhook.clone())
    };
    let (Some(delivery), Some(url)) = (delivery, url) else { return false };
    let server = Arc::clone(server);
    let tasks = server.tasks.clone();
    tasks.spawn(async move {
        let stop = server.tasks.stopping();
        let status = tokio::select! {
            status = post(&server, &url, &delivery) => status,
            () = stop.cancelled() => None,
        };
        let mut state = server.state();
        let attempt = Attempt { id: state.next_id(), at: server.now(), status };
        let remembered = state.deliveries.iter_mut().find(|delivery| delivery.id == id);
        if let Some(delivery) = remembered {
            delivery.attempts.push(attempt);
        }
        drop(state);
        server.emit(Event::Delivered { id, event: delivery.event, status });
    });
    true
}

async fn post(server: &Server, url: &str, delivery: &Delivery) -> Option<u16> {
    let secret = server.options.webhook_secret.expose_secret();
    let sent = server
        .hooks
        .post(url)
        .header("Content-Type", "application/json")
        .header("User-Agent", "GitHub-Hookshot/0000000")
        .header("X-GitHub-Delivery", &delivery.guid)
        .header("X-GitHub-Event", &delivery.event)
        .header("X-GitHub-Hook-ID", "1")
        .header("X-GitHub-Hook-Installation-Target-ID", server.options.app_id.to_string())
        .header("X-GitHub-Hook-Installation-Target-Type", "integration")
        .header("X-Hub-Signature-256", signature(secret, &delivery.payload))
        .body(delivery.payload.clone())
        .send()
        .await;
    match sent {
        Ok(answer) => Some(answer.status().as_u16()),
        Err(error) => {
            tracing::debug!(%error, emulator.delivery = delivery.id, "webhook not delivered");
            None
        }
    }
}

/// Value that GitHub puts into `X-Hub-Signature-256`.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn signature(secret: &str, payload: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(payload.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of GitHub's documentation, "Validating webhook deliveries".
    #[test]
    fn a_payload_is_signed_as_github_documents_it() {
        assert_eq!(
            signature("It's a Secret to Everybody", "Hello, World!"),
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        );
    }
}
