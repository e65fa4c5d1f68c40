//! Commits and how two of them differ.

use serde_json::{Value, json};

use super::checks::no_commit;
use super::{ApiError, ApiResult, Call, Reply};

/// The most files that a comparison lists.
const FILES: usize = 300;

/// One commit with what it changes.
pub(super) async fn get(call: &Call) -> ApiResult {
    let sha = call.commit("ref").await?.ok_or_else(|| no_commit(call.part("ref")))?;
    let git = &call.record()?.git;
    let commit = git.commit_record(&sha).await?;
    let changes = git.changes(commit.parents.first().map(String::as_str), &sha).await?;
    call.ask(|_, repository| call.server.site.whole_commit(repository, &commit, &changes))
        .map(Reply::ok)
}

/// Commits and files that `head` has and its common ancestor with `base` lacks: `BASE...HEAD`.
pub(super) async fn compare(call: &Call) -> ApiResult {
    let range = call.part("basehead").to_owned();
    let (base, head) = range.split_once("...").ok_or_else(ApiError::not_found)?;
    let git = &call.record()?.git;
    let base = git.resolve(own(base)).await?.ok_or_else(ApiError::not_found)?;
    let head = git.resolve(own(head)).await?.ok_or_else(ApiError::not_found)?;
    let start = git.merge_base(&base, &head).await?.ok_or_else(ApiError::not_found)?;
    let commits = git.commits_between(Some(&base), &head).await?;
    let behind = git.count_between(&head, &base).await?;
    let mut changes = git.changes(Some(&start), &head).await?;
    changes.truncate(FILES);
    let (base_commit, start) = (git.commit_record(&base).await?, git.commit_record(&start).await?);
    let status = match (commits.len(), behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let total = commits.len();
    let (page, link) = call.page(commits);
    let body = call.ask(|_, repository| {
        let site = &call.server.site;
        let html = format!("{}/compare/{range}", site.repository_html(repository));
        json!({
            "url": format!("{}/compare/{range}", site.repository_api(repository)),
            "html_url": html,
            "permalink_url": html,
            "diff_url": format!("{html}.diff"),
            "patch_url": format!("{html}.patch"),
            "base_commit": site.commit(repository, &base_commit),
            "merge_base_commit": site.commit(repository, &start),
            "status": status,
            "ahead_by": total,
            "behind_by": behind,
            "total_commits": total,
            "commits": page.iter().map(|it| site.commit(repository, it)).collect::<Vec<Value>>(),
            "files": site.files(repository, &head, &changes),
        })
    })?;
    Ok(Reply { link, ..Reply::ok(body) })
}

/// The branch in `OWNER:BRANCH`; all are of this repository.
fn own(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, branch)| branch)
}
