//! Webhooks: who sent them, and the little that we read of them.
//!
//! In this order: verify the signature over the bytes, then read. A webhook is a hint: what it says
//! of a head or a state may be overtaken, and polling finds what was never delivered.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

use super::names::RepositoryId;
use super::pulls::PullRequest;
use crate::render::OUR_NAMES;
use crate::render::post::Action;

/// The secret that signs webhooks.
#[derive(Debug, Clone)]
pub struct WebhookSecret(SecretString);

/// The secret is empty, so that anybody could sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the webhook secret is empty; set `github.webhook_secret` to what the App has")]
pub struct EmptySecret;

/// The signature is missing, unreadable or wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the webhook has no valid `X-Hub-Signature-256`")]
pub struct Forged;

/// A signed webhook that is not what GitHub documents.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the webhook `{event}`")]
pub struct Unreadable {
    event: String,
    source: serde_json::Error,
}

impl WebhookSecret {
    /// A secret that is one.
    pub fn new(secret: SecretString) -> Result<Self, EmptySecret> {
        let is_empty = secret.expose_secret().trim().is_empty();
        if is_empty { Err(EmptySecret) } else { Ok(Self(secret)) }
    }

    /// Checks the header `X-Hub-Signature-256` of a body, in constant time.
    pub fn verify(&self, signature: Option<&str>, body: &[u8]) -> Result<(), Forged> {
        let signature =
            signature.and_then(|header| header.strip_prefix("sha256=")).ok_or(Forged)?;
        let signature = hex::decode(signature).map_err(|_| Forged)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret().as_bytes())
            .map_err(|_| Forged)?;
        mac.update(body);
        mac.verify_slice(&signature).map_err(|_| Forged)
    }
}

/// Event that a webhook tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// GitHub tries the address of the webhook.
    Ping,
    /// A branch has moved. Tags are [`Event::Ignored`].
    Push {
        /// Repository that it happened in.
        repository: RepositoryId,
        /// Branch that was pushed to.
        branch: String,
        /// Its new head; `None` if it was deleted.
        head: Option<String>,
    },
    /// Something happened to a pull request.
    PullRequest {
        /// Repository that it happened in.
        repository: RepositoryId,
        /// Kind of the change.
        action: PullRequestAction,
        /// The pull request after that.
        pull_request: PullRequest,
    },
    /// Something that is worth a look, and is asked about then: somebody reviewed a pull request, or a
    /// merge queue wants to know of a head.
    Look {
        /// Repository that it happened in.
        repository: RepositoryId,
    },
    /// A status under one of our names is on a commit now, be it ours or not.
    Status {
        /// Repository that it happened in.
        repository: RepositoryId,
        /// The commit.
        head: String,
    },
    /// Somebody asks for another run of a check, or of all of a commit.
    Rerun {
        /// Repository that it happened in.
        repository: RepositoryId,
        /// The commit.
        head: String,
    },
    /// Somebody asks for what the pull requests at a commit could not be judged by to be collected.
    Collect {
        /// Repository that it happened in.
        repository: RepositoryId,
        /// The commit.
        head: String,
        /// Login of whoever asks.
        by: String,
    },
    /// An event that asks nothing of us.
    Ignored,
}

/// Change of a pull request, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullRequestAction {
    /// The pull request was opened.
    Opened,
    /// The pull request was opened again.
    Reopened,
    /// The head of the pull request has moved.
    Synchronize,
    /// Its title, text or base has changed.
    Edited,
    /// It was merged or closed.
    Closed,
    /// It became a layer of a stack.
    Stacked,
    /// Labels, reviews and the like.
    #[serde(other)]
    Other,
}

impl Event {
    /// Reads the body of a webhook whose header `X-GitHub-Event` says `event`.
    pub fn read(event: &str, body: &[u8]) -> Result<Self, Unreadable> {
        match event {
            "ping" => Ok(Self::Ping),
            "push" => parse::<Push>(event, body).map(Self::from),
            "pull_request" => parse::<PullRequestEvent>(event, body).map(Self::from),
            "check_run" | "check_suite" => parse::<RerunEvent>(event, body).map(Self::from),
            "status" => parse::<StatusEvent>(event, body).map(Self::from),
            "merge_group" | "pull_request_review" => {
                parse::<LookEvent>(event, body).map(Self::from)
            }
            _ => Ok(Self::Ignored),
        }
    }
}

fn parse<T: DeserializeOwned>(event: &str, body: &[u8]) -> Result<T, Unreadable> {
    let wrap = |source| Unreadable { event: event.to_owned(), source };
    serde_json::from_slice(body).map_err(wrap)
}

#[derive(Deserialize)]
struct InRepository {
    id: RepositoryId,
}

#[derive(Deserialize)]
struct Push {
    #[serde(rename = "ref")]
    reference: String,
    after: String,
    #[serde(default)]
    deleted: bool,
    repository: InRepository,
}

#[derive(Deserialize)]
struct PullRequestEvent {
    action: PullRequestAction,
    pull_request: PullRequest,
    repository: InRepository,
}

/// Change of a check run, or of all that an App has of a commit. GitHub tells an App of its own alone.
#[derive(Deserialize)]
struct RerunEvent {
    action: String,
    #[serde(alias = "check_suite")]
    check_run: OfCommit,
    repository: InRepository,
    #[serde(default)]
    requested_action: Option<RequestedAction>,
    #[serde(default)]
    sender: Option<Sender>,
}

/// Button that was pressed.
#[derive(Deserialize)]
struct RequestedAction {
    identifier: String,
}

#[derive(Deserialize)]
struct Sender {
    login: String,
}

#[derive(Deserialize)]
struct OfCommit {
    head_sha: String,
}

/// `true` of what looks like the id of a commit.
fn is_commit(text: &str) -> bool {
    [40, 64].contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `true` of what may be a login.
fn is_login(text: &str) -> bool {
    !text.is_empty() && text.len() <= 100 && !text.contains(char::is_control)
}

impl From<RerunEvent> for Event {
    fn from(event: RerunEvent) -> Self {
        let (repository, head) = (event.repository.id, event.check_run.head_sha);
        let pressed = event.requested_action.map(|action| action.identifier);
        match (event.action.as_str(), event.sender) {
            _ if !is_commit(&head) => Self::Ignored,
            ("rerequested", _) => Self::Rerun { repository, head },
            ("requested_action", Some(Sender { login: by }))
                if pressed.as_deref() == Some(Action::Collect.identifier()) && is_login(&by) =>
            {
                Self::Collect { repository, head, by }
            }
            _ => Self::Ignored,
        }
    }
}

/// A status of a commit, which may be anybody's.
#[derive(Deserialize)]
struct StatusEvent {
    sha: String,
    context: String,
    repository: InRepository,
}

impl From<StatusEvent> for Event {
    fn from(event: StatusEvent) -> Self {
        if event.context.starts_with(OUR_NAMES) && is_commit(&event.sha) {
            Self::Status { repository: event.repository.id, head: event.sha }
        } else {
            Self::Ignored
        }
    }
}

/// An event of which nothing is believed here: who approved of what is asked, and which heads wait.
#[derive(Deserialize)]
struct LookEvent {
    repository: InRepository,
}

impl From<LookEvent> for Event {
    fn from(event: LookEvent) -> Self {
        Self::Look { repository: event.repository.id }
    }
}

impl From<Push> for Event {
    fn from(push: Push) -> Self {
        match push.reference.strip_prefix("refs/heads/") {
            Some(branch) => Self::Push {
                repository: push.repository.id,
                branch: branch.to_owned(),
                head: (!push.deleted).then_some(push.after),
            },
            None => Self::Ignored,
        }
    }
}

impl From<PullRequestEvent> for Event {
    fn from(event: PullRequestEvent) -> Self {
        let PullRequestEvent { action, pull_request, repository } = event;
        Self::PullRequest { repository: repository.id, action, pull_request }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Result<WebhookSecret, EmptySecret> {
        WebhookSecret::new(SecretString::from(text))
    }

    /// GitHub's own example: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>.
    #[test]
    fn a_signature_is_valid_for_its_body_and_secret_only() {
        let good = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let body = "Hello, World!";
        let table = [
            ("It's a Secret to Everybody", body, Some(good), Ok(())),
            ("It's a Secret to Everybody", "Hello, World", Some(good), Err(Forged)),
            ("It's no Secret", body, Some(good), Err(Forged)),
            ("It's a Secret to Everybody", body, None, Err(Forged)),
            ("It's a Secret to Everybody", body, Some(""), Err(Forged)),
            ("It's a Secret to Everybody", body, Some("sha256="), Err(Forged)),
            ("It's a Secret to Everybody", body, good.get(..70), Err(Forged)),
            ("It's a Secret to Everybody", body, good.strip_prefix("sha256="), Err(Forged)),
            ("It's a Secret to Everybody", body, Some("sha256=zz"), Err(Forged)),
        ];
        for (key, body, header, expected) in table {
            let secret = secret(key).expect("a secret");
            assert_eq!(secret.verify(header, body.as_bytes()), expected, "{key} {body} {header:?}");
        }
    }

    #[test]
    fn an_empty_secret_is_refused() {
        assert_eq!(secret("").err(), Some(EmptySecret));
        assert_eq!(secret(" \n").err(), Some(EmptySecret));
    }

    #[test]
    fn events_are_read_as_far_as_they_matter() {
        let pull_request = r#"{"number": 7, "state": "open", "draft": false, "title": "x",
            "head": {"sha": "abc", "ref": "fix"}, "base": {"ref": "main", "sha": "def"},
            "user": {"login": "ada"}, "updated_at": "2026-11-01T10:00:00Z"}"#;
        let read = |event: &str, body: &str| {
            format!("{:?}", Event::read(event, body.as_bytes()).expect(body))
        };
        let reported = [
            read("ping", "{}"),
            read("push", r#"{"ref": "refs/heads/a/b", "after": "abc", "deleted": false, "repository": {"id": 5}}"#),
            read("push", r#"{"ref": "refs/heads/a", "after": "000", "deleted": true, "repository": {"id": 5}}"#),
            read("push", r#"{"ref": "refs/tags/v1", "after": "abc", "deleted": false, "repository": {"id": 5}}"#),
            read("pull_request", &format!(r#"{{"action": "synchronize", "repository": {{"id": 5}}, "pull_request": {pull_request}}}"#)),
            read("pull_request", &format!(r#"{{"action": "labeled", "repository": {{"id": 5}}, "pull_request": {pull_request}}}"#).replace("open", "closed").replace(r#"{"login": "ada"}"#, "null")),
            read("pull_request_review", r#"{"action": "submitted", "repository": {"id": 5}}"#),
            read("merge_group", r#"{"action": "checks_requested", "repository": {"id": 5}}"#),
            read("check_run", r#"{"action": "rerequested", "check_run": {"head_sha": "0123456789abcdef0123456789abcdef01234567"}, "repository": {"id": 5}}"#),
            read("check_suite", r#"{"action": "rerequested", "check_suite": {"head_sha": "0123456789abcdef0123456789abcdef01234567"}, "repository": {"id": 5}}"#),
            read("check_suite", r#"{"action": "rerequested", "check_suite": {"head_sha": "abc\u0000"}, "repository": {"id": 5}}"#),
            read("check_suite", r#"{"action": "completed", "check_suite": {"head_sha": "abc"}, "repository": {"id": 5}}"#),
            read("star", "[]"),
        ];
        insta::assert_snapshot!(reported.join("\n"), @r#"
        Ping
        Push { repository: RepositoryId(5), branch: "a/b", head: Some("abc") }
        Push { repository: RepositoryId(5), branch: "a", head: None }
        Ignored
        PullRequest { repository: RepositoryId(5), action: Synchronize, pull_request: PullRequest { number: 7, is_open: true, is_draft: false, head: "abc", base_branch: "main", head_branch: "fix", stack_base: None, author: "ada", head_repository: None, updated_at: 2026-11-01T10:00:00Z } }
        PullRequest { repository: RepositoryId(5), action: Other, pull_request: PullRequest { number: 7, is_open: false, is_draft: false, head: "abc", base_branch: "main", head_branch: "fix", stack_base: None, author: "ghost", head_repository: None, updated_at: 2026-11-01T10:00:00Z } }
        Look { repository: RepositoryId(5) }
        Look { repository: RepositoryId(5) }
        Rerun { repository: RepositoryId(5), head: "0123456789abcdef0123456789abcdef01234567" }
        Rerun { repository: RepositoryId(5), head: "0123456789abcdef0123456789abcdef01234567" }
        Ignored
        Ignored
        Ignored
        "#);
        let error = Event::read("push", b"{}").expect_err("no ref");
        assert_eq!(error.to_string(), "cannot read the webhook `push`");
    }
}
