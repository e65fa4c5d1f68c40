//! A repository of the emulator, as its users see it: commits, pull requests, and what was said of
//! them.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::announce;
use crate::api::{NewPullRequest, open_pull};
use crate::bare::{Committer, FileChange, GitError};
use crate::model::{Comment, Issue, PullRequest, RepositoryRecord, UserKind};
use crate::reply::ApiError;
use crate::server::Server;

/// A repository, with what its users do. Each action has the same effects as over the wire:
/// branches and pull requests change, webhooks are sent.
#[derive(Clone)]
pub struct RepositoryHandle {
    /// Number that GitHub gave the repository.
    pub id: u64,
    /// Address that it is cloned from, over HTTP.
    pub clone_url: String,
    /// The bare repository. What is changed in there directly is noticed with the next push.
    pub path: PathBuf,
    pub(crate) server: Arc<Server>,
    pub(crate) record: Arc<RepositoryRecord>,
}

/// Why an action was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// Git did not do it.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The emulator refused, in GitHub's words.
    #[error("the emulator refused: {0}")]
    Refused(String),
}

/// A commit that is to be made on a branch.
#[derive(Debug, Clone)]
pub struct NewCommit {
    branch: String,
    message: String,
    author: String,
    files: BTreeMap<String, FileChange>,
}

impl NewCommit {
    /// A commit to a branch, which is made with it if it is not there.
    pub fn on(branch: &str) -> Self {
        Self {
            branch: branch.to_owned(),
            message: "Change policies".to_owned(),
            author: "somebody".to_owned(),
            files: BTreeMap::new(),
        }
    }

    /// Writes a file, from the repository's root.
    #[must_use]
    pub fn write(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), Some(content.into()));
        self
    }

    /// Writes every file of a directory, by its path in there; links are left out. Blocks.
    pub fn write_all(mut self, directory: &Path) -> io::Result<Self> {
        let mut waiting = vec![directory.to_owned()];
        while let Some(current) = waiting.pop() {
            for entry in std::fs::read_dir(&current)? {
                let entry = entry?;
                let (path, kind) = (entry.path(), entry.file_type()?);
                if kind.is_dir() {
                    waiting.push(path);
                } else if kind.is_file() {
                    let inside = path.strip_prefix(directory).map_err(io::Error::other)?;
                    let name = inside.to_string_lossy().into_owned();
                    self.files.insert(name, Some(std::fs::read(&path)?));
                }
            }
        }
        Ok(self)
    }

    /// Removes a file of the branch.
    #[must_use]
    pub fn remove(mut self, path: &str) -> Self {
        self.files.insert(path.to_owned(), None);
        self
    }

    /// Gives the message of the commit.
    #[must_use]
    pub fn message(self, message: &str) -> Self {
        Self { message: message.to_owned(), ..self }
    }

    /// Gives the author, by login.
    #[must_use]
    pub fn by(self, author: &str) -> Self {
        Self { author: author.to_owned(), ..self }
    }
}

impl RepositoryHandle {
    pub(crate) fn new(server: &Arc<Server>, record: Arc<RepositoryRecord>) -> Self {
        Self {
            id: record.id,
            clone_url: format!("{}/{}.git", server.site.html, record.full_name()),
            path: record.git.path().to_owned(),
            server: Arc::clone(server),
            record,
        }
    }

    /// Name with its owner, as `owner/name`.
    pub fn full_name(&self) -> String {
        self.record.full_name()
    }

    /// Commits to a branch, as in GitHub's web editor; gives the commit's id.
    pub async fn commit(&self, commit: NewCommit) -> Result<String, GitError> {
        let _pushing = self.record.pushing.lock().await;
        let NewCommit { branch, message, author, files } = commit;
        let seconds = self.server.now().timestamp();
        self.server.state().user(&author, UserKind::Person);
        let by = Committer { login: author.clone(), seconds };
        let sha = self.record.git.commit(&branch, &files, &message, &by).await?;
        announce::changes(&self.server, &self.record, &author).await?;
        Ok(sha)
    }

    /// Makes a branch, or moves it whatever is lost thereby, to a commit.
    pub async fn set_branch(&self, branch: &str, sha: &str, by: &str) -> Result<(), GitError> {
        let _pushing = self.record.pushing.lock().await;
        self.server.state().user(by, UserKind::Person);
        self.record.git.set_ref(&format!("refs/heads/{branch}"), Some(sha)).await?;
        announce::changes(&self.server, &self.record, by).await
    }

    /// Deletes a branch, which closes what is open of it.
    pub async fn delete_branch(&self, branch: &str, by: &str) -> Result<(), GitError> {
        let _pushing = self.record.pushing.lock().await;
        self.server.state().user(by, UserKind::Person);
        self.record.git.set_ref(&format!("refs/heads/{branch}"), None).await?;
        announce::changes(&self.server, &self.record, by).await
    }

    /// The commit of a branch.
    pub fn branch(&self, name: &str) -> Option<String> {
        let state = self.server.state();
        state.repositories.get(&self.id)?.branch(name).map(str::to_owned)
    }

    /// Opens a pull request from `head` into `base`; gives its number.
    pub async fn open_pull_request(
        &self,
        (head, base): (&str, &str),
        title: &str,
        by: &str,
    ) -> Result<u64, ActionError> {
        self.open(None, (head, base), title, by).await
    }

    /// The same from a fork, whose branch is here as well.
    pub async fn open_pull_request_from(
        &self,
        fork: &Self,
        (head, base): (&str, &str),
        title: &str,
        by: &str,
    ) -> Result<u64, ActionError> {
        self.open(Some(fork.id), (head, base), title, by).await
    }

    async fn open(
        &self,
        fork: Option<u64>,
        (head, base): (&str, &str),
        title: &str,
        by: &str,
    ) -> Result<u64, ActionError> {
        let wanted = NewPullRequest {
            title: title.to_owned(),
            body: None,
            draft: false,
            head: head.to_owned(),
            base: base.to_owned(),
            fork,
        };
        self.server.state().user(by, UserKind::Person);
        let opened = open_pull(&self.server, &self.record, wanted, by).await;
        opened.map_err(|ApiError { message, errors, .. }| {
            let all = errors.iter().map(|error| format!(": {error}"));
            ActionError::Refused(std::iter::once(message).chain(all).collect())
        })
    }

    /// The pull requests, by number.
    pub fn pull_requests(&self) -> Vec<PullRequest> {
        let state = self.server.state();
        let repository = state.repositories.get(&self.id);
        repository.into_iter().flat_map(|found| found.pulls.values().cloned()).collect()
    }

    /// The issues, by number, but for those that are gone.
    pub fn issues(&self) -> Vec<Issue> {
        let state = self.server.state();
        let repository = state.repositories.get(&self.id);
        let issues = repository.into_iter().flat_map(|found| found.issues.values());
        issues.filter(|issue| issue.gone.is_none()).cloned().collect()
    }

    /// The comments on a pull request, oldest first.
    pub fn comments(&self, pull_request: u64) -> Vec<Comment> {
        let state = self.server.state();
        let on =
            |comment: &&Comment| comment.repository == self.id && comment.issue == pull_request;
        state.comments.values().filter(on).cloned().collect()
    }
}

impl std::fmt::Debug for RepositoryHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "repository {} at {}", self.id, self.clone_url)
    }
}
