//! Reviews of pull requests.

use std::sync::Arc;

use super::{ApiError, ApiResult, Call, Reply};
use crate::model::{RepositoryRecord, Review, Verdict};
use crate::server::Server;
use crate::webhook;

/// Reviews a pull request: `pulls/create-review`. Reviews that are written and not sent are not served.
pub(super) fn create(call: &Call) -> ApiResult {
    let verdict = match call.text("event").as_deref() {
        Some("APPROVE") => Verdict::Approved,
        Some("REQUEST_CHANGES") => Verdict::ChangesRequested,
        Some("COMMENT") => Verdict::Commented,
        _ => return Err(ApiError::wrong(&["for 'body', \"event\" is missing".to_owned()])),
    };
    let (record, number) = (call.record()?, call.number("pull_number")?);
    let review = submit(&call.server, record, number, (verdict, &call.login()))?;
    call.ask(|state, repository| {
        let pull = repository.pulls.get(&number).ok_or_else(ApiError::not_found)?;
        Ok(Reply::ok(call.server.site.review(state, repository, (pull, &review))))
    })?
}

/// A page of the reviews of a pull request, the oldest first: `pulls/list-reviews`.
pub(super) fn list(call: &Call) -> ApiResult {
    let number = call.number("pull_number")?;
    let all = call.ask(|state, repository| {
        let pull = repository.pulls.get(&number)?;
        let shape = |review| call.server.site.review(state, repository, (pull, review));
        Some(pull.reviews.iter().map(shape).collect())
    })?;
    Ok(call.list(all.ok_or_else(ApiError::not_found)?))
}

/// Adds a review of the head as it is, and tells it.
pub(crate) fn submit(
    server: &Arc<Server>,
    record: &RepositoryRecord,
    number: u64,
    (verdict, by): (Verdict, &str),
) -> Result<Review, ApiError> {
    let now = server.now();
    let (review, payload) = {
        let mut state = server.state();
        let id = state.next_id();
        let repository = state.repositories.get_mut(&record.id);
        let pull = repository.and_then(|it| it.pulls.get_mut(&number));
        let pull = pull.ok_or_else(ApiError::not_found)?;
        let (author, commit) = (by.to_owned(), pull.head_sha.clone());
        let review = Review { id, author, verdict, commit, submitted_at: now };
        pull.reviews.push(review.clone());
        pull.updated_at = now;
        let pull = pull.clone();
        let repository = state.repositories.get(&record.id).ok_or_else(ApiError::not_found)?;
        let payload = server.site.review_event(&state, repository, (&pull, &review));
        (review, payload)
    };
    webhook::send(server, "pull_request_review", "pull-request-review-submitted", &payload);
    Ok(review)
}
