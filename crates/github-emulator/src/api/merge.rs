//! Merging a pull request.

use axum::http::StatusCode;
use serde_json::json;

use super::{ApiError, ApiResult, Call, Reply};
use crate::announce;
use crate::bare::{Committer, Merge};
use crate::model::{Merged, PullRequest, RepositoryRecord};

/// Merges, by a merge commit or a squash.
pub(super) async fn merge(call: &Call) -> ApiResult {
    let record = call.record()?;
    let _pushing = record.pushing.lock().await;
    let number = call.number("pull_number")?;
    let (pull, base) = ready(call, number)?;
    let by = call.login();
    let squash = call.text("merge_method").as_deref() == Some("squash");
    let wanted = Merge {
        base: &base,
        head: &pull.head_sha,
        message: &message(call, record, &pull, squash),
        squash,
    };
    let committer = Committer { login: by.clone(), seconds: call.server.now().timestamp() };
    let Some(sha) = record.git.merge(&wanted, &committer).await? else {
        return Err(not_mergeable());
    };
    record.git.set_ref(&format!("refs/heads/{}", pull.base_ref), Some(&sha)).await?;
    finish(call, record, number, &sha);
    announce::changes(&call.server, record, &by).await?;
    announce::pull(&call.server, record, number, ("closed", None, &by)).await?;
    let message = "Pull Request successfully merged";
    Ok(Reply::ok(json!({ "sha": sha, "merged": true, "message": message })))
}

/// The pull request and the commit of its base, if it may be merged now.
fn ready(call: &Call, number: u64) -> Result<(PullRequest, String), ApiError> {
    let (pull, base) = call
        .ask(|_, repository| {
            let pull = repository.pulls.get(&number)?;
            let base = repository.branch(&pull.base_ref)?;
            Some((pull.clone(), base.to_owned()))
        })?
        .ok_or_else(ApiError::not_found)?;
    if !pull.open {
        return Err(not_mergeable());
    }
    if call.text("merge_method").as_deref() == Some("rebase") {
        let problem = "Rebase merges are not allowed on this repository.";
        return Err(ApiError::with(StatusCode::METHOD_NOT_ALLOWED, problem));
    }
    if call.text("sha").is_some_and(|sha| sha != pull.head_sha) {
        let problem = "Head branch was modified. Review and try the merge again.";
        return Err(ApiError::with(StatusCode::CONFLICT, problem));
    }
    Ok((pull, base))
}

fn message(call: &Call, record: &RepositoryRecord, pull: &PullRequest, squash: bool) -> String {
    let PullRequest { number, title, head_ref, .. } = pull;
    let usual = if squash {
        format!("{title} (#{number})")
    } else {
        format!("Merge pull request #{number} from {}/{head_ref}", record.owner)
    };
    let heading = call.text("commit_title").unwrap_or(usual);
    let body = call.text("commit_message").unwrap_or_else(|| title.clone());
    format!("{heading}\n\n{body}\n")
}

fn finish(call: &Call, record: &RepositoryRecord, number: u64, sha: &str) {
    let now = call.server.now();
    let merged = Merged { by: call.login(), sha: sha.to_owned(), at: now };
    let mut state = call.server.state();
    let repository = state.repositories.get_mut(&record.id);
    if let Some(pull) = repository.and_then(|repository| repository.pulls.get_mut(&number)) {
        announce::close(pull, Some(merged), now);
    }
}

fn not_mergeable() -> ApiError {
    ApiError::with(StatusCode::METHOD_NOT_ALLOWED, "Pull Request is not mergeable")
}
