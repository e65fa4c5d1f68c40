//! Pull requests: opened, looked at, changed.

use std::sync::Arc;

use serde_json::Value;

use super::{ApiError, ApiResult, Call, Reply};
use crate::announce;
use crate::model::{PullRequest, RepositoryRecord};
use crate::server::Server;

/// A pull request that somebody wants to open.
pub(crate) struct NewPullRequest {
    pub(crate) title: String,
    pub(crate) body: Option<String>,
    pub(crate) draft: bool,
    /// The branch to be merged.
    pub(crate) head: String,
    /// The branch to merge into.
    pub(crate) base: String,
    /// Number of the fork that it comes from; its commits are on a branch here as well.
    pub(crate) fork: Option<u64>,
}

/// Opens a pull request between two branches: `pulls/create`.
pub(super) async fn create(call: &Call) -> ApiResult {
    let record = call.record()?;
    let head = call.text("head").unwrap_or_default();
    let head = match head.split_once(':') {
        Some((owner, branch)) if owner.eq_ignore_ascii_case(&record.owner) => branch.to_owned(),
        // Branches of other repositories are not served.
        Some(_) => return Err(invalid("head")),
        None => head,
    };
    let wanted = NewPullRequest {
        title: call.text("title").ok_or_else(|| {
            ApiError::wrong(&["for 'body', \"title\" is a required property".to_owned()])
        })?,
        body: call.text("body"),
        draft: call.body.get("draft").and_then(Value::as_bool).unwrap_or(false),
        head,
        base: call.text("base").unwrap_or_default(),
        fork: None,
    };
    let number = open(&call.server, record, wanted, &call.login()).await?;
    whole(call, number).await.map(Reply::created)
}

/// Opens a pull request and tells it; gives its number.
pub(crate) async fn open(
    server: &Arc<Server>,
    record: &Arc<RepositoryRecord>,
    wanted: NewPullRequest,
    by: &str,
) -> Result<u64, ApiError> {
    let _pushing = record.pushing.lock().await;
    let branch = |name: &str| {
        let state = server.state();
        let repository = state.repositories.get(&record.id)?;
        repository.branch(name).map(str::to_owned)
    };
    let head_sha = branch(&wanted.head).ok_or_else(|| invalid("head"))?;
    let base_sha = branch(&wanted.base).ok_or_else(|| invalid("base"))?;
    if record.git.count_between(&base_sha, &head_sha).await? == 0 {
        let problem = format!("No commits between {} and {}", wanted.base, wanted.head);
        return Err(ApiError::conflicts("PullRequest", &problem));
    }
    let pull = insert(server, record, wanted, (head_sha, base_sha), by)?;
    let name = format!("refs/pull/{}/head", pull.number);
    record.git.set_ref(&name, Some(&pull.head_sha)).await?;
    announce::pull(server, record, pull.number, ("opened", None, by)).await?;
    Ok(pull.number)
}

fn insert(
    server: &Server,
    record: &RepositoryRecord,
    wanted: NewPullRequest,
    (head_sha, base_sha): (String, String),
    by: &str,
) -> Result<PullRequest, ApiError> {
    let now = server.now();
    let mut state = server.state();
    let id = state.next_id();
    let repository = state.repositories.get_mut(&record.id).ok_or_else(ApiError::not_found)?;
    let same = |pull: &PullRequest| {
        pull.open && pull.head_ref == wanted.head && pull.base_ref == wanted.base
    };
    if repository.pulls.values().any(same) {
        let label = format!("{}:{}", record.owner, wanted.head);
        let problem = format!("A pull request already exists for {label}.");
        return Err(ApiError::conflicts("PullRequest", &problem));
    }
    let number = repository.next_number();
    let pull = PullRequest {
        id,
        number,
        title: wanted.title,
        body: wanted.body,
        author: by.to_owned(),
        draft: wanted.draft,
        head_ref: wanted.head,
        fork: wanted.fork,
        head_sha,
        base_ref: wanted.base,
        base_sha,
        open: true,
        merged: None,
        stack: Vec::new(),
        reviews: Vec::new(),
        created_at: now,
        updated_at: now,
        closed_at: None,
    };
    repository.pulls.insert(number, pull.clone());
    Ok(pull)
}

/// The pull request of that number: `pulls/get`.
pub(super) async fn get(call: &Call) -> ApiResult {
    whole(call, call.number("pull_number")?).await.map(Reply::ok)
}

/// The pull requests that are asked for.
pub(super) fn list(call: &Call) -> ApiResult {
    let state = call.asked("state").unwrap_or("open");
    let ascending = match (call.asked("direction"), call.asked("sort")) {
        (Some(direction), _) => direction == "asc",
        (None, sort) => !matches!(sort, None | Some("created")),
    };
    let all = call.ask(|memory, repository| {
        let label = |pull: &PullRequest| format!("{}:{}", repository.record.owner, pull.head_ref);
        let wanted = |pull: &&PullRequest| {
            (state == "all" || pull.open == (state == "open"))
                && call.asked("head").is_none_or(|head| head == label(pull))
                && call.asked("base").is_none_or(|base| base == pull.base_ref)
        };
        let mut found: Vec<&PullRequest> = repository.pulls.values().filter(wanted).collect();
        if call.asked("sort") == Some("updated") {
            found.sort_by_key(|pull| pull.updated_at);
        }
        if !ascending {
            found.reverse();
        }
        found.iter().map(|pull| call.server.site.pull(memory, repository, pull)).collect()
    })?;
    Ok(call.list(all))
}

/// The open pull requests whose head is a commit.
pub(super) fn of_commit(call: &Call) -> ApiResult {
    let sha = call.part("commit_sha");
    let all = call.ask(|state, repository| {
        let wanted = |pull: &&PullRequest| {
            pull.head_sha == sha || pull.merged.as_ref().is_some_and(|merged| merged.sha == sha)
        };
        let found = repository.pulls.values().filter(wanted);
        found.map(|pull| call.server.site.pull(state, repository, pull)).collect()
    })?;
    Ok(call.list(all))
}

/// Changes title, text or base; closes or reopens.
pub(super) async fn update(call: &Call) -> ApiResult {
    let record = call.record()?;
    let _pushing = record.pushing.lock().await;
    let number = call.number("pull_number")?;
    let (action, head) = change(call, record, number)?;
    // The branch may have moved while the request was closed.
    record.git.set_ref(&format!("refs/pull/{number}/head"), Some(&head)).await?;
    if let Some(action) = action {
        announce::pull(&call.server, record, number, (action, None, &call.login())).await?;
    }
    whole(call, number).await.map(Reply::ok)
}

/// Applies the body; gives what to tell, and the head.
fn change(
    call: &Call,
    record: &RepositoryRecord,
    number: u64,
) -> Result<(Option<&'static str>, String), ApiError> {
    let now = call.server.now();
    let mut state = call.server.state();
    let repository = state.repositories.get_mut(&record.id).ok_or_else(ApiError::not_found)?;
    let branches = repository.refs.clone();
    let branch = |name: &str| branches.get(&format!("refs/heads/{name}"));
    let pull = repository.pulls.get_mut(&number).ok_or_else(ApiError::not_found)?;
    if let Some(base) = call.text("base") {
        pull.base_sha = branch(&base).ok_or_else(|| invalid("base"))?.clone();
        pull.base_ref = base;
    }
    let action = match call.text("state").as_deref() {
        Some("closed") if pull.open => {
            announce::close(pull, None, now);
            Some("closed")
        }
        Some("open") if !pull.open => {
            let head = branch(&pull.head_ref).filter(|_| pull.merged.is_none());
            let problem = "state cannot be changed. The pull request cannot be reopened.";
            let head = head.ok_or_else(|| ApiError::conflicts("PullRequest", problem))?;
            pull.head_sha.clone_from(head);
            pull.open = true;
            pull.closed_at = None;
            Some("reopened")
        }
        _ => None,
    };
    pull.title = call.text("title").unwrap_or_else(|| pull.title.clone());
    pull.body = call.text("body").or(pull.body.take());
    pull.updated_at = now;
    Ok((action, pull.head_sha.clone()))
}

/// A pull request by itself.
async fn whole(call: &Call, number: u64) -> Result<Value, ApiError> {
    let record = call.record()?;
    let pull = call.ask(|_, repository| repository.pulls.get(&number).cloned())?;
    let pull = pull.ok_or_else(ApiError::not_found)?;
    let size = announce::size(&record.git, &pull).await?;
    call.ask(|state, repository| call.server.site.whole_pull(state, repository, &pull, size))
}

fn invalid(field: &str) -> ApiError {
    let error = serde_json::json!({ "resource": "PullRequest", "field": field, "code": "invalid" });
    ApiError { errors: vec![error], ..ApiError::unprocessable("Validation Failed") }
}
