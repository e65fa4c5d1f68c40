//! Issues, among which GitHub also counts pull requests.

use axum::http::StatusCode;
use serde_json::Value;

use super::{ApiError, ApiResult, Call, Limits, Reply};
use crate::events::Event;
use crate::model::{Gone, Issue};

/// The most characters of a text.
const LONGEST: usize = 65_536;
/// The most characters of a title.
const LONGEST_TITLE: usize = 256;

/// Opens an issue: `issues/create`.
pub(super) fn create(call: &Call) -> ApiResult {
    let (title, body) = (call.text("title").unwrap_or_default(), call.text("body"));
    limits(Some(&title), body.as_deref())?;
    let (now, author, by_app) = (call.server.now(), call.login(), call.by_app());
    let issue = {
        let mut state = call.server.state();
        let id = state.next_id();
        let repository = state.repositories.get_mut(&call.record()?.id);
        let repository = repository.ok_or_else(ApiError::not_found)?;
        if !repository.has_issues {
            let problem = "Issues are disabled for this repo";
            return Err(ApiError::with(StatusCode::GONE, problem));
        }
        let issue = Issue {
            id,
            number: repository.next_number(),
            title,
            body,
            author,
            by_app,
            open: true,
            state_reason: None,
            closed_by: None,
            edits: 0,
            gone: None,
            created_at: now,
            updated_at: now,
            closed_at: None,
        };
        repository.issues.insert(issue.number, issue.clone());
        issue
    };
    reported(call, issue).map(Reply::created)
}

/// The issue of that number: `issues/get`.
pub(super) fn get(call: &Call) -> ApiResult {
    let number = call.number("issue_number")?;
    call.ask(|state, repository| {
        let issue = present(repository.issues.get(&number))?;
        Ok(Reply::ok(call.server.site.issue(state, repository, issue)))
    })?
}

/// Changes what is said of it, closes it or opens it again: `issues/update`.
pub(super) fn update(call: &Call) -> ApiResult {
    let number = call.number("issue_number")?;
    limits(call.text("title").as_deref(), call.text("body").as_deref())?;
    let (now, by) = (call.server.now(), call.login());
    let issue = {
        let mut state = call.server.state();
        let repository = state.repositories.get_mut(&call.record()?.id);
        let repository = repository.ok_or_else(ApiError::not_found)?;
        present(repository.issues.get(&number))?;
        let issue = repository.issues.get_mut(&number).ok_or_else(ApiError::not_found)?;
        issue.title = call.text("title").unwrap_or_else(|| issue.title.clone());
        issue.body = call.text("body").or(issue.body.take());
        match call.text("state").as_deref() {
            Some("open") if !issue.open => {
                issue.open = true;
                issue.state_reason = Some("reopened".to_owned());
                (issue.closed_by, issue.closed_at) = (None, None);
            }
            Some("closed") if issue.open => {
                issue.open = false;
                let reason = call.text("state_reason");
                issue.state_reason = Some(reason.unwrap_or_else(|| "completed".to_owned()));
                (issue.closed_by, issue.closed_at) = (Some(by), Some(now));
            }
            _ => {}
        }
        issue.edits += 1;
        issue.updated_at = now;
        issue.clone()
    };
    reported(call, issue).map(Reply::ok)
}

/// The issues and pull requests, newest first: `issues/list-for-repo`.
pub(super) fn list(call: &Call) -> ApiResult {
    let (creator, wanted) = (call.asked("creator"), call.asked("state").unwrap_or("open"));
    let is_wanted = |author: &str, open: bool| {
        creator.is_none_or(|login| login.eq_ignore_ascii_case(author))
            && (wanted == "all" || (wanted == "open") == open)
    };
    let mut all: Vec<(u64, Value)> = call.ask(|state, repository| {
        let site = &call.server.site;
        let issues = repository.issues.values();
        let issues = issues.filter(|one| one.gone.is_none() && is_wanted(&one.author, one.open));
        let issues = issues.map(|one| (one.number, site.issue(state, repository, one)));
        let pulls = repository.pulls.values().filter(|one| is_wanted(&one.author, one.open));
        let pulls = pulls.map(|one| (one.number, site.pull_as_issue(state, repository, one)));
        issues.chain(pulls).collect()
    })?;
    all.sort_by_key(|(number, _)| *number);
    if call.asked("direction") != Some("asc") {
        all.reverse();
    }
    Ok(call.list(all.into_iter().map(|(_, shape)| shape).collect()))
}

/// An issue that is there; else GitHub's words for where it went.
fn present(issue: Option<&Issue>) -> Result<&Issue, ApiError> {
    let issue = issue.ok_or_else(ApiError::not_found)?;
    match issue.gone {
        None => Ok(issue),
        Some(Gone::Deleted) => Err(ApiError::with(StatusCode::GONE, "This issue was deleted")),
        Some(Gone::Transferred) => {
            Err(ApiError::with(StatusCode::MOVED_PERMANENTLY, "Moved Permanently"))
        }
    }
}

fn limits(title: Option<&str>, body: Option<&str>) -> Result<(), ApiError> {
    let mut limits = Limits::default();
    limits.text("body/title", title, LONGEST_TITLE);
    limits.hold(title.is_none_or(|title| !title.trim().is_empty()), || {
        "for 'body/title', it can't be blank".to_owned()
    });
    limits.text("body/body", body, LONGEST);
    limits.check()
}

/// The shape of an issue that was stored, after telling of it.
fn reported(call: &Call, issue: Issue) -> Result<Value, ApiError> {
    let shape = call.ask(|state, repository| call.server.site.issue(state, repository, &issue))?;
    let repository = call.record()?.full_name();
    call.server.emit(Event::Issue { repository, issue: Box::new(issue) });
    Ok(shape)
}
