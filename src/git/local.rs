//! The repository that somebody works in.

use std::path::Path;

use git2::{ErrorClass, ErrorCode, Repository, Status, StatusOptions};

use super::CommitId;
use super::read::Objects;

/// Why a repository on this machine cannot be read, or has no such revision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocalError {
    /// No repository is around the directory.
    #[error("`{0}` is in no Git repository; run this within the repository that has the policies")]
    NoRepository(String),
    /// Another user owns the repository, whom Git trusts only if it is told to.
    #[error(
        "the Git repository around `{0}` belongs to somebody else; if you trust it, run \
         `git config --global --add safe.directory DIRECTORY`"
    )]
    OfAnother(String),
    /// Nothing has the name, or what has it is no commit.
    #[error(
        "the repository has no commit `{0}`; name a branch, a tag or a commit that was fetched"
    )]
    NoRevision(String),
    /// The abbreviated id begins several.
    #[error("`{0}` may be several commits; write more digits")]
    Ambiguous(String),
    /// It cannot be read, in the words of the library.
    #[error("cannot read the Git repository around `{0}`: {1}")]
    Unreadable(String, String),
}

impl Objects {
    /// Objects of the repository that a directory is in.
    pub fn around(directory: &Path) -> Result<Self, LocalError> {
        let shown = || directory.display().to_string();
        let found = Repository::discover(directory);
        let repository = found.map_err(|error| match (error.code(), error.class()) {
            (ErrorCode::NotFound, ErrorClass::Repository) => LocalError::NoRepository(shown()),
            (ErrorCode::Owner, _) => LocalError::OfAnother(shown()),
            _ => LocalError::Unreadable(shown(), error.message().to_owned()),
        })?;
        Ok(Self { repository })
    }

    /// The commit that a name stands for, as `git rev-parse` reads it: a branch, a tag, an id or the
    /// beginning of one, `HEAD~2`.
    pub fn resolve(&self, name: &str) -> Result<CommitId, LocalError> {
        let found = self.repository.revparse_single(name).and_then(|found| found.peel_to_commit());
        found.map(|commit| CommitId::of(commit.id())).map_err(|error| match error.code() {
            ErrorCode::Ambiguous => LocalError::Ambiguous(name.to_owned()),
            _ => LocalError::NoRevision(name.to_owned()),
        })
    }

    /// `true` where the work tree has something under one of the paths that the commit of `HEAD` has not.
    /// A bare repository has no work tree.
    pub fn has_uncommitted(&self, paths: &[&str]) -> bool {
        let mut options = StatusOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).disable_pathspec_match(true);
        // The root is all there is, and needs no path.
        for path in paths.iter().filter(|_| !paths.contains(&"")) {
            options.pathspec(path);
        }
        let statuses = self.repository.statuses(Some(&mut options));
        statuses.is_ok_and(|all| all.iter().any(|one| one.status() != Status::CURRENT))
    }
}
