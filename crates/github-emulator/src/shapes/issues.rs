//! Issues.

use serde_json::{Value, json};

use super::{Site, extend, instant, node_id};
use crate::model::{Issue, PullRequest, Repository};
use crate::state::State;

impl Site {
    /// An issue, in a list or by itself.
    pub(crate) fn issue(&self, state: &State, of: &Repository, issue: &Issue) -> Value {
        let person = |login: &String| self.person(state, login);
        let mut shape = json!({
            "id": issue.id,
            "node_id": node_id("I", issue.id),
            "number": issue.number,
            "state": if issue.open { "open" } else { "closed" },
            "state_reason": issue.state_reason,
            "title": issue.title,
            "body": issue.body,
            "user": self.person(state, &issue.author),
            "created_at": instant(issue.created_at),
            "updated_at": instant(issue.updated_at),
            "closed_at": issue.closed_at.map(instant),
            "closed_by": issue.closed_by.as_ref().map(person),
            "author_association": if issue.by_app { "NONE" } else { "MEMBER" },
            "performed_via_github_app": issue.by_app.then(|| self.app(state)),
            "html_url": format!("{}/issues/{}", self.repository_html(of), issue.number),
        });
        extend(&mut shape, self.issue_surroundings(of, issue.number));
        shape
    }

    /// A pull request among issues.
    pub(crate) fn pull_as_issue(
        &self,
        state: &State,
        of: &Repository,
        pull: &PullRequest,
    ) -> Value {
        let html = format!("{}/pull/{}", self.repository_html(of), pull.number);
        let url = format!("{}/pulls/{}", self.repository_api(of), pull.number);
        let mut shape = json!({
            "id": pull.id,
            "node_id": node_id("PR", pull.id),
            "number": pull.number,
            "state": if pull.open { "open" } else { "closed" },
            "title": pull.title,
            "body": pull.body,
            "user": self.person(state, &pull.author),
            "created_at": instant(pull.created_at),
            "updated_at": instant(pull.updated_at),
            "closed_at": pull.closed_at.map(instant),
            "author_association": "MEMBER",
            "html_url": html,
            "pull_request": {
                "url": url,
                "html_url": html,
                "diff_url": format!("{html}.diff"),
                "patch_url": format!("{html}.patch"),
            },
        });
        extend(&mut shape, self.issue_surroundings(of, pull.number));
        shape
    }

    fn issue_surroundings(&self, of: &Repository, number: u64) -> Value {
        let api = self.repository_api(of);
        let url = format!("{api}/issues/{number}");
        json!({
            "url": url,
            "repository_url": api,
            "labels_url": format!("{url}/labels{{/name}}"),
            "comments_url": format!("{url}/comments"),
            "events_url": format!("{url}/events"),
            "labels": [],
            "milestone": null,
            "assignee": null,
            "assignees": [],
            "locked": false,
            "active_lock_reason": null,
            "comments": 0,
        })
    }
}
