//! What the emulator stores: the things that GitHub's API is about, as far as we serve it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::bare::Bare;

/// A check run as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckRun {
    /// Its number, unique in the emulator.
    pub id: u64,
    /// Number of the repository that it belongs to.
    pub repository: u64,
    /// The commit it speaks of.
    pub head_sha: String,
    /// Name as GitHub shows it, such as `ci/build`.
    pub name: String,
    /// Progress: `queued`, `in_progress` or `completed`.
    pub status: String,
    /// How it ended, once completed.
    pub conclusion: Option<String>,
    /// The title of its output.
    pub title: Option<String>,
    /// The summary of its output, in Markdown.
    pub summary: Option<String>,
    /// The details of its output, in Markdown.
    pub text: Option<String>,
    /// Notes on lines of files, in the order they came.
    pub annotations: Vec<Annotation>,
    /// Buttons that the check offers.
    pub actions: Vec<serde_json::Value>,
    /// The page that has more.
    pub details_url: Option<String>,
    /// The number or name that its author knows it by.
    pub external_id: Option<String>,
    /// Instant at which the work began.
    pub started_at: Option<DateTime<Utc>>,
    /// Instant at which the work ended.
    pub completed_at: Option<DateTime<Utc>>,
}

/// A note on lines of a file, part of a check run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// The file, from the repository's root.
    pub path: String,
    /// The first line, from 1.
    pub start_line: u64,
    /// The last line, from 1.
    pub end_line: u64,
    /// The first column, where the note is about one line.
    #[serde(default)]
    pub start_column: Option<u64>,
    /// The last column, where the note is about one line.
    #[serde(default)]
    pub end_column: Option<u64>,
    /// Severity: `notice`, `warning` or `failure`.
    pub annotation_level: String,
    /// Text of the note.
    pub message: String,
    /// Heading above the text, if any.
    #[serde(default)]
    pub title: Option<String>,
    /// More details, shown on demand.
    #[serde(default)]
    pub raw_details: Option<String>,
}

/// A status of a commit; newer ones of the same context replace it in sight, never in store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommitStatus {
    /// Its number, unique in the emulator.
    pub id: u64,
    /// Number of the repository that it belongs to.
    pub repository: u64,
    /// The commit it speaks of.
    pub sha: String,
    /// `error`, `failure`, `pending` or `success`.
    pub state: String,
    /// Key that tells statuses of one commit apart.
    pub context: String,
    /// One line of text for people.
    pub description: Option<String>,
    /// The page that has more.
    pub target_url: Option<String>,
    /// The login of its author.
    pub creator: String,
    /// Instant at which it was made.
    pub created_at: DateTime<Utc>,
}

/// A comment on a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comment {
    /// Its number, unique in the emulator.
    pub id: u64,
    /// Number of the repository that it belongs to.
    pub repository: u64,
    /// Number of the pull request in its repository.
    pub issue: u64,
    /// The login of its author.
    pub author: String,
    /// `true` where the App wrote it.
    pub by_app: bool,
    /// Text of its author, in Markdown.
    pub body: String,
    /// How often its text was replaced.
    pub edits: u32,
    /// Instant at which it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last replaced.
    pub updated_at: DateTime<Utc>,
}

/// An issue of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// Its number, unique in the emulator.
    pub id: u64,
    /// Its number in the repository, which no pull request has.
    pub number: u64,
    /// Title that its author gave it.
    pub title: String,
    /// Text of its author, in Markdown.
    pub body: Option<String>,
    /// The login of its author.
    pub author: String,
    /// `true` where the App wrote it.
    pub by_app: bool,
    /// `true` until it is closed.
    pub open: bool,
    /// Why it is in its state: `completed`, `not_planned`, `reopened`.
    pub state_reason: Option<String>,
    /// The login of who closed it, while it is.
    pub closed_by: Option<String>,
    /// How often it was changed.
    pub edits: u32,
    /// Why it is here no more.
    pub gone: Option<Gone>,
    /// Instant at which it was made.
    pub created_at: DateTime<Utc>,
    /// Instant of its last change.
    pub updated_at: DateTime<Utc>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
}

/// What became of an issue that is not in its repository any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Gone {
    /// Somebody deleted it: GitHub answers 410.
    Deleted,
    /// Somebody moved it to another repository: GitHub answers 301.
    Transferred,
}

/// A pull request between two branches of one repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PullRequest {
    /// Its number, unique in the emulator.
    pub id: u64,
    /// Its number in the repository.
    pub number: u64,
    /// Title that its author gave it.
    pub title: String,
    /// Text of its author, in Markdown.
    pub body: Option<String>,
    /// The login of its author.
    pub author: String,
    /// `true` while it is not ready for review.
    pub draft: bool,
    /// The branch to be merged.
    pub head_ref: String,
    /// Number of the fork that its author has, where it comes from there.
    pub fork: Option<u64>,
    /// The latest commit of that branch, or the last one before the request ended.
    pub head_sha: String,
    /// The branch to merge into.
    pub base_ref: String,
    /// The commit of that branch when the head was last pushed.
    pub base_sha: String,
    /// `true` until it is merged or closed.
    pub open: bool,
    /// The login of who merged it, the commit that did, and when.
    pub merged: Option<Merged>,
    /// Numbers of the stack that it is a layer of, from the bottom on; empty where it is none.
    pub stack: Vec<u64>,
    /// Its reviews, the oldest first.
    pub reviews: Vec<Review>,
    /// Instant at which it was opened.
    pub created_at: DateTime<Utc>,
    /// Instant of its last change.
    pub updated_at: DateTime<Utc>,
    /// When it was closed or merged.
    pub closed_at: Option<DateTime<Utc>>,
}

/// How a pull request was merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Merged {
    /// The login of who did it.
    pub by: String,
    /// The commit of the base branch that contains it.
    pub sha: String,
    /// Instant of the merge.
    pub at: DateTime<Utc>,
}

/// Review of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Review {
    /// Its number, unique in the emulator.
    pub id: u64,
    /// The login of who wrote it.
    pub author: String,
    /// What it came to.
    pub verdict: Verdict,
    /// The head that was reviewed.
    pub commit: String,
    /// Instant at which it was sent.
    pub submitted_at: DateTime<Utc>,
}

/// What a review came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// The pull request may be merged.
    Approved,
    /// It may not.
    ChangesRequested,
    /// Nothing was decided.
    Commented,
}

impl Verdict {
    /// GitHub's word, as its API has it; webhooks have it in lower case.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "APPROVED",
            Self::ChangesRequested => "CHANGES_REQUESTED",
            Self::Commented => "COMMENTED",
        }
    }
}

/// Permission of a user in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// Nothing, unless the repository is public.
    None,
    /// Read what is there.
    Read,
    /// Push, comment, open pull requests.
    Write,
    /// Everything, as an owner may.
    Admin,
}

impl Permission {
    /// Name of the permission in GitHub's API.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

/// A person, an organization or a bot with a login.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) id: u64,
    pub(crate) login: String,
    pub(crate) kind: UserKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserKind {
    Person,
    Organization,
    Bot,
}

/// Everything of a repository that never changes.
#[derive(Debug)]
pub(crate) struct RepositoryRecord {
    pub(crate) id: u64,
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) public: bool,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) git: Bare,
    /// Held by whoever changes branches, so that each change is seen once.
    pub(crate) pushing: tokio::sync::Mutex<()>,
}

impl RepositoryRecord {
    /// Name with its owner, as `owner/name`.
    pub(crate) fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }
}

/// A repository with what changes in it.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    pub(crate) record: Arc<RepositoryRecord>,
    /// The branches and tags as last seen, by full name.
    pub(crate) refs: BTreeMap<String, String>,
    pub(crate) pulls: BTreeMap<u64, PullRequest>,
    pub(crate) issues: BTreeMap<u64, Issue>,
    /// `true` unless somebody turned issues off.
    pub(crate) has_issues: bool,
    pub(crate) collaborators: BTreeMap<String, Permission>,
    pub(crate) pushed_at: DateTime<Utc>,
}

impl Repository {
    /// Permission of a user: all as its owner, else what was given to them, else write, as a member
    /// of the team.
    pub(crate) fn permission(&self, login: &str) -> Permission {
        if self.record.owner.eq_ignore_ascii_case(login) {
            return Permission::Admin;
        }
        let floor = if self.record.public { Permission::Read } else { Permission::None };
        let given = self.collaborators.get(&login.to_lowercase()).copied();
        given.unwrap_or(Permission::Write).max(floor)
    }

    /// Number of the next issue or pull request.
    pub(crate) fn next_number(&self) -> u64 {
        let numbers = self.pulls.keys().chain(self.issues.keys());
        numbers.max().map_or(1, |last| last + 1)
    }

    /// The commit of a branch.
    pub(crate) fn branch(&self, name: &str) -> Option<&str> {
        self.refs.get(&format!("refs/heads/{name}")).map(String::as_str)
    }
}
