//! The payloads of webhooks.

use serde_json::{Value, json};

use super::{Site, extend, node_id};
use crate::bare::CommitRecord;
use crate::model::{CheckRun, PullRequest, Repository, Review};
use crate::shapes::Size;
use crate::state::State;

/// The id that stands for no commit.
const NOTHING: &str = "0000000000000000000000000000000000000000";

/// Change that a push made to one branch or tag.
pub(crate) struct Push {
    pub(crate) reference: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) forced: bool,
    /// The new commits, oldest first, as far as a payload lists them.
    pub(crate) commits: Vec<CommitRecord>,
    /// The commit that the ref is at now.
    pub(crate) head: Option<CommitRecord>,
}

impl Site {
    /// Payload of the webhook `ping`.
    pub(crate) fn ping(&self, hook: &str) -> Value {
        json!({
            "zen": "Keep it logically awesome.",
            "hook_id": 1,
            "hook": {
                "type": "App",
                "id": 1,
                "name": "web",
                "active": true,
                "events": ["check_run", "pull_request", "pull_request_review", "push"],
                "config": { "content_type": "json", "insecure_ssl": "0", "url": hook },
                "created_at": "2026-01-01T00:00:00Z",
                "updated_at": "2026-01-01T00:00:00Z",
                "app_id": self.app_id,
                "deliveries_url": format!("{}/app/hook/deliveries", self.api),
            },
        })
    }

    /// Payload of the webhook `push`.
    pub(crate) fn push(&self, state: &State, of: &Repository, push: &Push, by: &str) -> Value {
        let html = self.repository_html(of);
        let before = push.before.as_deref().unwrap_or(NOTHING);
        let after = push.after.as_deref().unwrap_or(NOTHING);
        let commit = |commit| pushed_commit(&html, commit);
        let mut payload = json!({
            "ref": push.reference,
            "before": before,
            "after": after,
            "created": push.before.is_none(),
            "deleted": push.after.is_none(),
            "forced": push.forced,
            "base_ref": null,
            "compare": format!("{html}/compare/{before}...{after}"),
            "commits": push.commits.iter().map(commit).collect::<Vec<_>>(),
            "head_commit": push.head.as_ref().map(commit),
            "pusher": { "name": by, "email": format!("{by}@example.com") },
        });
        extend(&mut payload, self.context(state, of, by));
        extend(&mut payload, json!({ "repository": self.pushed_repository(state, of) }));
        payload
    }

    /// The payload of `pull_request`; `before` is the head that a push replaced.
    pub(crate) fn pull_event(
        &self,
        state: &State,
        of: &Repository,
        (pull, size): (&PullRequest, Size),
        (action, before, by): (&str, Option<&str>, &str),
    ) -> Value {
        let mut payload = json!({
            "action": action,
            "number": pull.number,
            "pull_request": self.whole_pull(state, of, pull, size),
        });
        if let Some(before) = before {
            extend(&mut payload, json!({ "before": before, "after": pull.head_sha }));
        }
        extend(&mut payload, self.context(state, of, by));
        payload
    }

    /// The payload of `pull_request_review` when a review was sent.
    pub(crate) fn review_event(
        &self,
        state: &State,
        of: &Repository,
        (pull, review): (&PullRequest, &Review),
    ) -> Value {
        let mut shape = self.review(state, of, (pull, review));
        extend(&mut shape, json!({ "state": review.verdict.as_str().to_lowercase() }));
        let mut payload = json!({
            "action": "submitted",
            "review": shape,
            "pull_request": self.pull(state, of, pull),
        });
        extend(&mut payload, self.context(state, of, &review.author));
        payload
    }

    /// The payload of `check_run` when somebody asks for another run, or presses the button of that
    /// identifier.
    pub(crate) fn check_run_event(
        &self,
        state: &State,
        of: &Repository,
        (run, suite): (&CheckRun, u64),
        (button, by): (Option<&str>, &str),
    ) -> Value {
        let mut shape = self.check_run(state, of, run, suite);
        let suite = json!({
            "id": suite,
            "node_id": node_id("CS", suite),
            "head_sha": run.head_sha,
            "app": self.app(state),
        });
        extend(&mut shape, json!({ "check_suite": suite }));
        let mut payload = json!({ "action": "rerequested", "check_run": shape });
        if let Some(identifier) = button {
            let button = json!({ "identifier": identifier });
            extend(
                &mut payload,
                json!({ "action": "requested_action", "requested_action": button }),
            );
        }
        extend(&mut payload, self.context(state, of, by));
        payload
    }

    /// Members that every payload about a repository ends with.
    fn context(&self, state: &State, of: &Repository, by: &str) -> Value {
        let installation = state.installation(&of.record.owner).map(|installation| installation.id);
        json!({
            "repository": self.repository(state, of),
            "sender": self.person(state, by),
            "installation": installation.map(|id| json!({ "id": id, "node_id": node_id("I", id) })),
        })
    }
}

fn pushed_commit(html: &str, commit: &CommitRecord) -> Value {
    let CommitRecord { sha, tree, author, committer, message, .. } = commit;
    json!({
        "id": sha,
        "tree_id": tree,
        "distinct": true,
        "message": message,
        "timestamp": committer.date,
        "url": format!("{html}/commit/{sha}"),
        "author": { "name": author.name, "email": author.email },
        "committer": { "name": committer.name, "email": committer.email },
        "added": [],
        "removed": [],
        "modified": [],
    })
}
