//! Comments on pull requests.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{ApiError, ApiResult, Call, Limits, Reply};
use crate::events::Event;
use crate::model::Comment;

/// The most characters of a comment.
const LONGEST: usize = 65_536;

/// Writes a comment on a pull request: `issues/create-comment`.
pub(super) fn create(call: &Call) -> ApiResult {
    let body = body(call)?;
    let (record, issue) = (call.record()?, call.number("issue_number")?);
    let (now, author) = (call.server.now(), call.login());
    let comment = {
        let mut state = call.server.state();
        state.pull(record.id, issue).ok_or_else(ApiError::not_found)?;
        let comment = Comment {
            id: state.next_id(),
            repository: record.id,
            issue,
            author,
            by_app: call.by_app(),
            body,
            edits: 0,
            created_at: now,
            updated_at: now,
        };
        state.comments.insert(comment.id, comment.clone());
        comment
    };
    reported(call, comment).map(Reply::created)
}

/// Replaces the text of a comment.
pub(super) fn update(call: &Call) -> ApiResult {
    let body = body(call)?;
    let (record, id, now) = (call.record()?, call.number("comment_id")?, call.server.now());
    let comment = {
        let mut state = call.server.state();
        let found = state.comments.get_mut(&id).filter(|comment| comment.repository == record.id);
        let comment = found.ok_or_else(ApiError::not_found)?;
        comment.body = body;
        comment.edits += 1;
        comment.updated_at = now;
        comment.clone()
    };
    reported(call, comment).map(Reply::ok)
}

/// Removes a comment for good: `issues/delete-comment`.
pub(super) fn delete(call: &Call) -> ApiResult {
    let comment = find(call)?;
    call.server.state().comments.remove(&comment.id);
    Ok(Reply::empty())
}

/// The comment of that number: `issues/get-comment`.
pub(super) fn get(call: &Call) -> ApiResult {
    let comment = find(call)?;
    call.ask(|state, repository| call.server.site.comment(state, repository, &comment))
        .map(Reply::ok)
}

/// The comments of a pull request, oldest first.
pub(super) fn list(call: &Call) -> ApiResult {
    let (id, issue) = (call.record()?.id, call.number("issue_number")?);
    let since: Option<DateTime<Utc>> = call.asked("since").and_then(|text| text.parse().ok());
    let all = call.ask(|state, repository| {
        state.pull(id, issue)?;
        let wanted = |comment: &&Comment| {
            comment.repository == id
                && comment.issue == issue
                && since.is_none_or(|since| comment.updated_at >= since)
        };
        let shape = |comment| call.server.site.comment(state, repository, comment);
        Some(state.comments.values().filter(wanted).map(shape).collect())
    })?;
    Ok(call.list(all.ok_or_else(ApiError::not_found)?))
}

fn body(call: &Call) -> Result<String, ApiError> {
    let body = call.text("body").unwrap_or_default();
    let mut limits = Limits::default();
    limits.text("body/body", Some(&body), LONGEST);
    limits.hold(!body.trim().is_empty(), || "for 'body/body', it can't be blank".to_owned());
    limits.check().map(|()| body)
}

fn find(call: &Call) -> Result<Comment, ApiError> {
    let (record, id) = (call.record()?, call.number("comment_id")?);
    let found = call.server.state().comments.get(&id).cloned();
    found.filter(|comment| comment.repository == record.id).ok_or_else(ApiError::not_found)
}

/// The shape of a comment that was stored, after telling of it.
fn reported(call: &Call, comment: Comment) -> Result<Value, ApiError> {
    let shape =
        call.ask(|state, repository| call.server.site.comment(state, repository, &comment))?;
    call.server.emit(Event::Comment { repository: call.record()?.full_name(), comment });
    Ok(shape)
}
