//! What became of the App's webhooks, and sending one again.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{ApiError, ApiResult, Call, Reply};
use crate::events::{Attempt, Delivery};
use crate::shapes::instant;
use crate::webhook;

/// Entries on a page where the caller does not say, and the most that one may have.
const USUAL: usize = 30;
const MOST: usize = 100;

/// A page of the attempts to deliver a webhook, the last one first: `apps/list-webhook-deliveries`. A page
/// leads to the next by a cursor, which says nothing to anybody else.
pub(super) fn deliveries(call: &Call) -> Reply {
    let size = call.asked("per_page").and_then(|text| text.parse().ok()).unwrap_or(USUAL);
    let below: Option<u64> =
        call.asked("cursor").and_then(|cursor| cursor.strip_prefix("v1_")?.parse().ok());
    let wanted = call.asked("status").map(|status| status == "success");
    let state = call.server.state();
    let all = state.deliveries.iter().flat_map(|delivery| {
        let attempts = delivery.attempts.iter().enumerate();
        attempts.map(move |(at, attempt)| (delivery, attempt, at > 0))
    });
    let mut all: Vec<_> = all
        .filter(|(_, attempt, _)| wanted.is_none_or(|wanted| wanted == is_success(attempt)))
        .filter(|(_, attempt, _)| below.is_none_or(|below| attempt.id < below))
        .collect();
    all.sort_by_key(|(_, attempt, _)| std::cmp::Reverse(attempt.id));
    let size = size.clamp(1, MOST);
    let is_last = all.len() <= size;
    all.truncate(size);
    let next = all.last().filter(|_| !is_last).map(|(_, attempt, _)| {
        let mut query = call.query.clone();
        query.insert("cursor".to_owned(), format!("v1_{}", attempt.id));
        let query =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&query).finish();
        format!("<{}?{query}>; rel=\"next\"", call.url)
    });
    let shapes: Vec<Value> =
        all.into_iter().map(|(delivery, attempt, again)| shape(delivery, attempt, again)).collect();
    drop(state);
    Reply { link: next, ..Reply::ok(Value::from(shapes)) }
}

/// Sends a delivery once more: `apps/redeliver-webhook-delivery`.
pub(super) fn redeliver(call: &Call) -> ApiResult {
    let id = call.number("delivery_id")?;
    let known = call.server.state().deliveries.iter().find_map(|delivery| {
        delivery.attempts.iter().any(|attempt| attempt.id == id).then_some(delivery.id)
    });
    let known = known.ok_or_else(ApiError::not_found)?;
    webhook::deliver(&call.server, known);
    Ok(Reply { status: StatusCode::ACCEPTED, ..Reply::ok(json!({})) })
}

fn is_success(attempt: &Attempt) -> bool {
    attempt.status.is_some_and(|status| (200..300).contains(&status))
}

fn shape(delivery: &Delivery, attempt: &Attempt, is_again: bool) -> Value {
    json!({
        "id": attempt.id,
        "guid": delivery.guid,
        "delivered_at": instant(attempt.at),
        "redelivery": is_again,
        "duration": 0.01,
        "status": if is_success(attempt) { "OK" } else { "failed to connect" },
        "status_code": attempt.status.unwrap_or(502),
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": null,
        "repository_id": null,
    })
}
