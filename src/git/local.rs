//! The repository that somebody works in.

use std::path::Path;

use git2::{ErrorClass, ErrorCode, IndexEntryExtendedFlag, Repository, Status, StatusOptions};

use super::CommitId;
use super::read::{Objects, ReadError};

/// Why a repository on this machine cannot be read, or has no such revision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocalError {
    /// No repository is around the directory.
    #[error("`{0}` is in no Git repository; run this within the repository that has the policies")]
    NoRepository(String),
    /// Another user owns the repository, whom Git trusts only if it is told to.
    #[error(
        "the Git repository `{0}` belongs to somebody else; if you trust it, run \
         `git config --global --add safe.directory {0}`"
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
    /// The two have no history in common, since a part of it was never fetched.
    #[error(
        "this is a shallow clone, in which `{0}` and `{1}` have no history in common; complete it by \
         `git fetch --unshallow`"
    )]
    Shallow(String, String),
    /// Something in it cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
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
            (ErrorCode::Owner, _) => LocalError::OfAnother(quoted(&error).unwrap_or_else(shown)),
            _ => LocalError::Unreadable(shown(), error.message().to_owned()),
        })?;
        Ok(Self { repository })
    }

    /// The commit that a name stands for, as `git rev-parse` reads it: a branch, a tag, an id or the
    /// beginning of one, `HEAD~2`.
    pub fn resolve(&self, name: &str) -> Result<CommitId, LocalError> {
        // Of an id that begins several objects the commit is meant.
        let commit = format!("{name}^{{commit}}");
        let found = self.repository.revparse_single(&commit).and_then(|it| it.peel_to_commit());
        found.map(|commit| CommitId::of(commit.id())).map_err(|error| match error.code() {
            ErrorCode::Ambiguous => LocalError::Ambiguous(name.to_owned()),
            _ => LocalError::NoRevision(name.to_owned()),
        })
    }

    /// The commit at which two lines of history parted; none where they have nothing in common.
    pub fn parted(
        &self,
        (base, base_name): (CommitId, &str),
        (head, head_name): (CommitId, &str),
    ) -> Result<Option<CommitId>, LocalError> {
        let parted = self.merge_base(head, base)?;
        if parted.is_none() && self.repository.is_shallow() {
            return Err(LocalError::Shallow(base_name.to_owned(), head_name.to_owned()));
        }
        Ok(parted)
    }

    /// `true` where objects may be missing, since whoever cloned the repository left some out.
    pub fn is_partial(&self) -> bool {
        let config = self.repository.config();
        let promised = config.and_then(|config| {
            let mut entries = config.entries(Some(r"^remote\..*\.promisor$"))?;
            Ok(entries.next().is_some())
        });
        promised.unwrap_or(false)
    }

    /// `true` where the work tree has a file at a path that is wanted, under one of some directories or
    /// with that name, which differs from that of `HEAD`. A bare repository has no work tree.
    pub fn has_uncommitted(&self, places: &[&str], is_wanted: impl Fn(&str) -> bool) -> bool {
        let mut options = StatusOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true).disable_pathspec_match(true);
        // The root is all there is, and needs no path.
        for place in places.iter().filter(|_| !places.contains(&"")) {
            options.pathspec(place);
        }
        let Ok(statuses) = self.repository.statuses(Some(&mut options)) else { return false };
        let index = self.repository.index().ok();
        // What a sparse checkout leaves out is not deleted.
        let is_skipped = |path: &str| {
            let entry = index.as_ref().and_then(|index| index.get_path(Path::new(path), 0));
            entry.is_some_and(|entry| {
                let flags = IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended);
                flags.contains(IndexEntryExtendedFlag::SKIP_WORKTREE)
            })
        };
        statuses.iter().any(|one| {
            let differs = one.status() != Status::CURRENT;
            differs && one.path().is_ok_and(|path| is_wanted(path) && !is_skipped(path))
        })
    }
}

/// What an error of libgit2 quotes first, such as the path of a repository.
fn quoted(error: &git2::Error) -> Option<String> {
    error.message().split('\'').nth(1).map(|path| path.trim_end_matches('/').to_owned())
}
