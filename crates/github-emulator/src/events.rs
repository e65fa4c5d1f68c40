//! What happened at the emulator: for tests to look at and for the demo's terminal to tell.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{CheckRun, Comment, CommitStatus};

/// One answered call of the API or of Git over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiCall {
    /// When it was answered.
    pub at: DateTime<Utc>,
    /// In capitals.
    pub method: String,
    /// The path as asked, without the prefix `/api/v3`.
    pub path: String,
    /// The query as asked.
    pub query: String,
    /// GitHub's name of the operation, such as `checks/create`; none for Git and unknown paths.
    pub operation: Option<String>,
    /// What was answered; none if a fault made it hang.
    pub status: Option<u16>,
}

/// A call that GitHub's description does not allow, or an answer or webhook of our own that it
/// does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The call, as `POST /repos/...`, or the webhook, as `webhook push`.
    pub call: String,
    /// What is wrong with it.
    pub problem: String,
}

/// A webhook that was sent, or tried to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// Its number, for `Emulator::redeliver`.
    pub id: u64,
    /// `X-GitHub-Delivery`; redelivering keeps it.
    pub guid: String,
    /// `X-GitHub-Event`.
    pub event: String,
    /// The payload's `action`.
    pub action: Option<String>,
    /// The body, byte by byte what was signed.
    pub payload: String,
    /// Each time it was sent.
    pub attempts: Vec<Attempt>,
}

/// One try to deliver a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// What the receiver answered; none if it did not.
    pub status: Option<u16>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A branch or tag changed.
    Pushed {
        /// `owner/name`.
        repository: String,
        /// The full name, such as `refs/heads/main`.
        reference: String,
        /// The commit that it is at now; none if it was deleted.
        after: Option<String>,
        /// The login of who did it.
        by: String,
    },
    /// A pull request changed.
    PullRequest {
        /// `owner/name`.
        repository: String,
        /// Its number.
        number: u64,
        /// GitHub's word: `opened`, `synchronize`, `closed`, `reopened`, `edited`.
        action: &'static str,
    },
    /// A check run was made or changed.
    CheckRun {
        /// `owner/name`.
        repository: String,
        /// The run after the change.
        run: Box<CheckRun>,
    },
    /// A commit got a status.
    CommitStatus {
        /// `owner/name`.
        repository: String,
        /// The status.
        status: CommitStatus,
    },
    /// A comment was written or replaced.
    Comment {
        /// `owner/name`.
        repository: String,
        /// The comment after the change.
        comment: Comment,
    },
    /// A webhook was sent.
    Delivered {
        /// The delivery's number.
        id: u64,
        /// `X-GitHub-Event`.
        event: String,
        /// What the receiver answered; none if it did not.
        status: Option<u16>,
    },
    /// A call was answered.
    Called(ApiCall),
    /// A fault keeps an answer back.
    #[cfg(feature = "faults")]
    Held,
    /// Something was not as GitHub describes it.
    Violated(Violation),
}
