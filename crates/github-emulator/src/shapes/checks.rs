//! Check runs, annotations, statuses and comments.

use serde_json::{Value, json};

use super::{Site, instant, node_id};
use crate::model::{Annotation, CheckRun, Comment, CommitStatus, Repository};
use crate::state::State;

impl Site {
    /// A check run; `suite` is the number of its suite.
    pub(crate) fn check_run(
        &self,
        state: &State,
        of: &Repository,
        run: &CheckRun,
        suite: u64,
    ) -> Value {
        let url = format!("{}/check-runs/{}", self.repository_api(of), run.id);
        let pulls = of.pulls.values().filter(|pull| pull.open && pull.head_sha == run.head_sha);
        json!({
            "id": run.id,
            "name": run.name,
            "node_id": node_id("CR", run.id),
            "head_sha": run.head_sha,
            "external_id": run.external_id.clone().unwrap_or_default(),
            "url": url,
            "html_url": format!("{}/runs/{}", self.repository_html(of), run.id),
            "details_url": run.details_url.clone().unwrap_or_else(|| self.html.clone()),
            "status": run.status,
            "conclusion": run.conclusion,
            "started_at": run.started_at.map(instant),
            "completed_at": run.completed_at.map(instant),
            "output": {
                "title": run.title,
                "summary": run.summary,
                "text": run.text,
                "annotations_count": run.annotations.len(),
                "annotations_url": format!("{url}/annotations"),
            },
            "check_suite": { "id": suite },
            "app": self.app(state),
            "pull_requests": pulls.map(|pull| self.pull_link(of, pull)).collect::<Vec<_>>(),
        })
    }

    /// An annotation of a check run on a commit.
    pub(crate) fn annotation(
        &self,
        of: &Repository,
        run: &CheckRun,
        annotation: &Annotation,
    ) -> Value {
        let mut shape = json!(annotation);
        let blob = format!("{}/blob/{}", self.repository_html(of), run.head_sha);
        super::extend(&mut shape, json!({ "blob_href": format!("{blob}/{}", annotation.path) }));
        shape
    }

    /// A status of a commit.
    pub(crate) fn status(&self, state: &State, of: &Repository, status: &CommitStatus) -> Value {
        let mut shape = self.short_status(state, of, status);
        super::extend(&mut shape, json!({ "creator": self.person(state, &status.creator) }));
        shape
    }

    /// A status among all of a commit.
    pub(crate) fn short_status(
        &self,
        state: &State,
        of: &Repository,
        status: &CommitStatus,
    ) -> Value {
        let creator = state.known_user(&status.creator).map_or(0, |user| user.id);
        json!({
            "url": format!("{}/statuses/{}", self.repository_api(of), status.sha),
            "avatar_url": format!("{}/avatars/u/{creator}", self.html),
            "id": status.id,
            "node_id": node_id("SC", status.id),
            "state": status.state,
            "description": status.description,
            "target_url": status.target_url,
            "context": status.context,
            "created_at": instant(status.created_at),
            "updated_at": instant(status.created_at),
        })
    }

    /// A comment on a pull request.
    pub(crate) fn comment(&self, state: &State, of: &Repository, comment: &Comment) -> Value {
        let (api, html) = (self.repository_api(of), self.repository_html(of));
        let Comment { id, issue, .. } = comment;
        json!({
            "id": id,
            "node_id": node_id("IC", *id),
            "url": format!("{api}/issues/comments/{id}"),
            "html_url": format!("{html}/pull/{issue}#issuecomment-{id}"),
            "issue_url": format!("{api}/issues/{issue}"),
            "body": comment.body,
            "user": self.person(state, &comment.author),
            "created_at": instant(comment.created_at),
            "updated_at": instant(comment.updated_at),
            "author_association": if comment.by_app { "NONE" } else { "MEMBER" },
            "performed_via_github_app": comment.by_app.then(|| self.app(state)),
        })
    }
}
