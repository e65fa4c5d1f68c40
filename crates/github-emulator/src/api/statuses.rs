//! Statuses of commits.

use serde_json::{Value, json};

use super::checks::no_commit;
use super::{ApiError, ApiResult, Call, Limits, Reply};
use crate::events::Event;
use crate::model::CommitStatus;

/// Adds a status to a commit: `repos/create-commit-status`.
pub(super) async fn create(call: &Call) -> ApiResult {
    let mut limits = Limits::default();
    let description = call.text("description");
    let target_url = call.text("target_url");
    limits.text("body/description", description.as_deref(), 140);
    limits.hold(target_url.as_deref().is_none_or(|url| url.starts_with("http")), || {
        "for 'body/target_url', it is no http(s) address".to_owned()
    });
    limits.check()?;
    let sha = call.part("sha").to_owned();
    if call.commit("sha").await?.as_ref() != Some(&sha) {
        return Err(no_commit(&sha));
    }
    let record = call.record()?;
    let status = CommitStatus {
        id: 0,
        repository: record.id,
        sha,
        state: call.text("state").unwrap_or_default(),
        context: call.text("context").unwrap_or_else(|| "default".to_owned()),
        description,
        target_url,
        creator: call.login(),
        created_at: call.server.now(),
    };
    let stored = call.server.state().add_status(status);
    let status = stored.ok_or_else(|| {
        let problem = "This SHA and context has reached the maximum number of statuses.";
        ApiError { violations: vec![problem.to_owned()], ..ApiError::conflicts("Status", problem) }
    })?;
    let shape =
        call.ask(|state, repository| call.server.site.status(state, repository, &status))?;
    call.server.emit(Event::CommitStatus { repository: record.full_name(), status });
    Ok(Reply::created(shape))
}

/// All statuses of a commit, newest first.
pub(super) async fn list(call: &Call) -> ApiResult {
    let statuses = of_commit(call).await?.1;
    let all = call.ask(|state, repository| {
        let shape = |status| call.server.site.status(state, repository, status);
        statuses.iter().map(shape).collect()
    })?;
    Ok(call.list(all))
}

/// The newest status of each context, and what they come to.
pub(super) async fn combined(call: &Call) -> ApiResult {
    let (sha, statuses) = of_commit(call).await?;
    let mut latest: Vec<CommitStatus> = Vec::new();
    for status in statuses {
        if latest.iter().all(|newer| newer.context != status.context) {
            latest.push(status);
        }
    }
    let any = |words: &[&str]| latest.iter().any(|status| words.contains(&status.state.as_str()));
    let state = if any(&["error", "failure"]) {
        "failure"
    } else if latest.is_empty() || any(&["pending"]) {
        "pending"
    } else {
        "success"
    };
    let count = latest.len();
    let (page, link) = call.page(latest);
    let body = call.ask(|memory, repository| {
        let site = &call.server.site;
        let url = format!("{}/commits/{sha}", site.repository_api(repository));
        let shape = |status| site.short_status(memory, repository, status);
        json!({
            "state": state,
            "statuses": page.iter().map(shape).collect::<Vec<Value>>(),
            "sha": sha,
            "total_count": count,
            "repository": site.repository(memory, repository),
            "commit_url": url,
            "url": format!("{url}/status"),
        })
    })?;
    Ok(Reply { link, ..Reply::ok(body) })
}

async fn of_commit(call: &Call) -> Result<(String, Vec<CommitStatus>), ApiError> {
    let sha = call.commit("ref").await?.ok_or_else(|| no_commit(call.part("ref")))?;
    let id = call.record()?.id;
    let state = call.server.state();
    let of_commit = |status: &&CommitStatus| status.repository == id && status.sha == sha;
    let statuses = state.statuses.values().rev().filter(of_commit).cloned().collect();
    Ok((sha, statuses))
}
