//! What happened at the emulator: for tests to look at and for the demo's terminal to tell.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::model::{CheckRun, Comment, CommitStatus, Issue};

/// One answered call of the API or of Git over HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiCall {
    /// Instant at which it was answered.
    pub at: DateTime<Utc>,
    /// HTTP method, in capitals.
    pub method: String,
    /// The path as asked, without the prefix `/api/v3`.
    pub path: String,
    /// Query as asked, without `?`.
    pub query: String,
    /// GitHub's name of the operation, such as `checks/create`; none for Git and unknown paths.
    pub operation: Option<String>,
    /// Status of the answer; none if a fault made it hang.
    pub status: Option<u16>,
}

/// A call that GitHub's description does not allow, or an answer or webhook of our own that it
/// does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The call, as `POST /repos/...`, or the webhook, as `webhook push`.
    pub call: String,
    /// Everything that is wrong with it, as a sentence.
    pub problem: String,
}

/// A webhook that was sent, or tried to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// Number of the delivery, for `Emulator::redeliver`.
    pub id: u64,
    /// Header `X-GitHub-Delivery`, which redelivering keeps.
    pub guid: String,
    /// Header `X-GitHub-Event`: the kind of event.
    pub event: String,
    /// Member `action` of the payload, if it has one.
    pub action: Option<String>,
    /// The body, byte by byte what was signed.
    pub payload: String,
    /// Each time it was sent.
    pub attempts: Vec<Attempt>,
}

/// One try to deliver a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// Number of the attempt, by which GitHub's API calls the delivery.
    pub id: u64,
    /// Instant at which it was sent.
    pub at: DateTime<Utc>,
    /// Status that the receiver answered; none if it did not.
    pub status: Option<u16>,
}

/// Something that happened at the emulator.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A branch or tag changed.
    Pushed {
        /// Repository that it happened in, as `owner/name`.
        repository: String,
        /// The full name, such as `refs/heads/main`.
        reference: String,
        /// The commit that it is at now; none if it was deleted.
        after: Option<String>,
        /// The login of who did it.
        by: String,
    },
    /// A pull request was opened or changed.
    PullRequest {
        /// Repository that it happened in, as `owner/name`.
        repository: String,
        /// Number of the pull request.
        number: u64,
        /// GitHub's word: `opened`, `synchronize`, `closed`, `reopened`, `edited`.
        action: &'static str,
    },
    /// A check run was made or changed.
    CheckRun {
        /// Repository that it happened in, as `owner/name`.
        repository: String,
        /// The run after the change.
        run: Box<CheckRun>,
    },
    /// A commit got a status.
    CommitStatus {
        /// Repository that it happened in, as `owner/name`.
        repository: String,
        /// The status that was added.
        status: CommitStatus,
    },
    /// A comment was written or replaced.
    Comment {
        /// Repository that it happened in, as `owner/name`.
        repository: String,
        /// The comment after the change.
        comment: Comment,
    },
    /// An issue was opened or changed.
    Issue {
        /// Repository that it happened in, as `owner/name`.
        repository: String,
        /// The issue after the change.
        issue: Box<Issue>,
    },
    /// A webhook was sent to its receiver.
    Delivered {
        /// Number of the delivery, for [`Delivery::id`].
        id: u64,
        /// Header `X-GitHub-Event`: the kind of event.
        event: String,
        /// Status that the receiver answered; none if it did not.
        status: Option<u16>,
    },
    /// A call of the API or of Git was answered.
    Called(ApiCall),
    /// A fault keeps an answer back.
    #[cfg(feature = "faults")]
    Held,
    /// Something was not as GitHub describes it.
    Violated(Violation),
}
