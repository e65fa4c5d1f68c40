//! Pull requests.

use serde_json::{Value, json};

use super::{Site, extend, instant, node_id};
use crate::model::{PullRequest, Repository, Review};
use crate::state::State;

/// How much a pull request changes.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) commits: u64,
    pub(crate) additions: u64,
    pub(crate) deletions: u64,
    pub(crate) files: usize,
}

/// The stack of a layer, null where it is none.
fn stack(of: &Repository, pull: &PullRequest) -> Value {
    let position = pull.stack.iter().position(|number| *number == pull.number);
    let bottom = pull.stack.first().and_then(|number| of.pulls.get(number));
    let (Some(position), Some(bottom)) = (position, bottom) else { return Value::Null };
    json!({
        "base": { "ref": bottom.base_ref, "sha": bottom.base_sha },
        "size": pull.stack.len(),
        "position": position + 1,
        "id": bottom.id,
        "number": bottom.number,
    })
}

impl Site {
    /// A pull request in a list.
    pub(crate) fn pull(&self, state: &State, of: &Repository, pull: &PullRequest) -> Value {
        let fork = pull.fork.and_then(|id| state.repositories.get(&id));
        let mut shape = json!({
            "id": pull.id,
            "node_id": node_id("PR", pull.id),
            "number": pull.number,
            "state": if pull.open { "open" } else { "closed" },
            "locked": false,
            "title": pull.title,
            "body": pull.body,
            "user": self.person(state, &pull.author),
            "labels": [],
            "milestone": null,
            "active_lock_reason": null,
            "assignee": null,
            "assignees": [],
            "requested_reviewers": [],
            "requested_teams": [],
            "auto_merge": null,
            "author_association": "MEMBER",
            "draft": pull.draft,
            "stack": stack(of, pull),
            "created_at": instant(pull.created_at),
            "updated_at": instant(pull.updated_at),
            "closed_at": pull.closed_at.map(instant),
            "merged_at": pull.merged.as_ref().map(|merged| instant(merged.at)),
            "merge_commit_sha": pull.merged.as_ref().map(|merged| &merged.sha),
            "head": self.end(state, fork.unwrap_or(of), &pull.head_ref, &pull.head_sha),
            "base": self.end(state, of, &pull.base_ref, &pull.base_sha),
        });
        extend(&mut shape, self.pull_addresses(of, pull));
        shape
    }

    fn pull_addresses(&self, of: &Repository, pull: &PullRequest) -> Value {
        let (api, number) = (self.repository_api(of), pull.number);
        let html = format!("{}/pull/{number}", self.repository_html(of));
        let url = format!("{api}/pulls/{number}");
        let issue = format!("{api}/issues/{number}");
        let statuses = format!("{api}/statuses/{}", pull.head_sha);
        json!({
            "url": url,
            "html_url": html,
            "diff_url": format!("{html}.diff"),
            "patch_url": format!("{html}.patch"),
            "issue_url": issue,
            "commits_url": format!("{url}/commits"),
            "review_comments_url": format!("{url}/comments"),
            "review_comment_url": format!("{api}/pulls/comments{{/number}}"),
            "comments_url": format!("{issue}/comments"),
            "statuses_url": statuses,
            "_links": {
                "self": { "href": url },
                "html": { "href": html },
                "issue": { "href": issue },
                "comments": { "href": format!("{issue}/comments") },
                "review_comments": { "href": format!("{url}/comments") },
                "review_comment": { "href": format!("{api}/pulls/comments{{/number}}") },
                "commits": { "href": format!("{url}/commits") },
                "statuses": { "href": statuses },
            },
        })
    }

    /// A pull request by itself.
    pub(crate) fn whole_pull(
        &self,
        state: &State,
        of: &Repository,
        pull: &PullRequest,
        size: Size,
    ) -> Value {
        let id = of.record.id;
        let comments = state
            .comments
            .values()
            .filter(|comment| comment.repository == id && comment.issue == pull.number)
            .count();
        let merged_by = pull.merged.as_ref().map(|merged| self.person(state, &merged.by));
        let mut shape = self.pull(state, of, pull);
        let more = json!({
            "merged": pull.merged.is_some(),
            "mergeable": null,
            "rebaseable": null,
            "mergeable_state": "unknown",
            "merged_by": merged_by,
            "comments": comments,
            "review_comments": 0,
            "maintainer_can_modify": false,
            "commits": size.commits,
            "additions": size.additions,
            "deletions": size.deletions,
            "changed_files": size.files,
        });
        extend(&mut shape, more);
        shape
    }

    /// Review of a pull request.
    pub(crate) fn review(
        &self,
        state: &State,
        of: &Repository,
        (pull, review): (&PullRequest, &Review),
    ) -> Value {
        let html = format!("{}/pull/{}", self.repository_html(of), pull.number);
        let url = format!("{}/pulls/{}", self.repository_api(of), pull.number);
        let own = format!("{html}#pullrequestreview-{}", review.id);
        json!({
            "id": review.id,
            "node_id": node_id("PRR", review.id),
            "user": self.person(state, &review.author),
            "body": "",
            "state": review.verdict.as_str(),
            "html_url": own,
            "pull_request_url": url,
            "_links": { "html": { "href": own }, "pull_request": { "href": url } },
            "submitted_at": instant(review.submitted_at),
            "commit_id": review.commit,
            "author_association": "MEMBER",
        })
    }

    /// The mention of a pull request in a check run.
    pub(crate) fn pull_link(&self, of: &Repository, pull: &PullRequest) -> Value {
        let api = self.repository_api(of);
        let repository = json!({ "id": of.record.id, "url": api, "name": of.record.name });
        json!({
            "id": pull.id,
            "number": pull.number,
            "url": format!("{api}/pulls/{}", pull.number),
            "head": { "ref": pull.head_ref, "sha": pull.head_sha, "repo": repository },
            "base": { "ref": pull.base_ref, "sha": pull.base_sha, "repo": repository },
        })
    }

    /// One end of a pull request.
    fn end(&self, state: &State, of: &Repository, branch: &str, sha: &str) -> Value {
        json!({
            "label": format!("{}:{branch}", of.record.owner),
            "ref": branch,
            "sha": sha,
            "user": self.person(state, &of.record.owner),
            "repo": self.repository(state, of),
        })
    }
}
