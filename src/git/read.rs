//! Reading a repository by object id: commits, policy files, what changed, what is whose ancestor.

use git2::{DiffOptions, ErrorClass, ErrorCode, ObjectType, Repository, Tree};

use super::{Commit, CommitId};
use crate::document::TreeTooLarge;

/// Why something could not be read from a repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The commit is not in the repository: never fetched, or no longer part of any branch.
    #[error("commit {0} is not in the repository; fetch the branch that it is on")]
    NoSuchCommit(CommitId),
    /// The commit has no directory of that name.
    #[error("the revision has no directory `{0}`; see to the source's `path`")]
    NoDirectory(String),
    /// More than a source may have.
    #[error(transparent)]
    TooLarge(#[from] TreeTooLarge),
    /// There was no memory for it.
    #[error("there is not enough memory for it")]
    OutOfMemory,
    /// Something that must be there is not: fetch it again.
    #[error("the repository is damaged: {0}")]
    Damaged(String),
}

impl From<git2::Error> for ReadError {
    fn from(error: git2::Error) -> Self {
        if is_out_of_memory(&error) {
            return Self::OutOfMemory;
        }
        Self::Damaged(error.message().to_owned())
    }
}

/// `true` where libgit2 got no memory.
pub(super) fn is_out_of_memory(error: &git2::Error) -> bool {
    error.class() == ErrorClass::NoMemory || error.message().contains("ut of memory")
}

/// Objects of a repository, wherever it lies.
pub struct Objects {
    pub(super) repository: Repository,
}

impl Objects {
    /// The commit, by what it says of itself.
    pub fn commit(&self, id: CommitId) -> Result<Commit, ReadError> {
        self.find(id).map(|commit| Commit::of(&commit))
    }

    /// `true` where a commit has a directory.
    pub fn has_directory(&self, commit: CommitId, path: &str) -> Result<bool, ReadError> {
        let root = self.find(commit)?.tree()?;
        match self.directory(&root, path) {
            Ok(_) => Ok(true),
            Err(ReadError::NoDirectory(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The paths under a directory that differ between two commits, sorted.
    pub fn changed_paths(
        &self,
        from: CommitId,
        to: CommitId,
        path: &str,
    ) -> Result<Vec<String>, ReadError> {
        let (from, to) = (self.find(from)?.tree()?, self.find(to)?.tree()?);
        let mut options = DiffOptions::new();
        options.include_typechange(true).skip_binary_check(true).disable_pathspec_match(true);
        if !path.is_empty() {
            options.pathspec(path);
        }
        let diff = self.repository.diff_tree_to_tree(Some(&from), Some(&to), Some(&mut options))?;
        let mut paths: Vec<_> = diff
            .deltas()
            .flat_map(|delta| [delta.old_file(), delta.new_file()])
            .filter_map(|file| file.path_bytes())
            .map(|path| String::from_utf8_lossy(path).into_owned())
            .collect();
        paths.sort();
        paths.dedup();
        Ok(paths)
    }

    /// The commit at which two lines of history parted, if they have one.
    pub fn merge_base(
        &self,
        one: CommitId,
        other: CommitId,
    ) -> Result<Option<CommitId>, ReadError> {
        let (one, other) = (self.find(one)?.id(), self.find(other)?.id());
        match self.repository.merge_base(one, other) {
            Ok(base) => Ok(Some(CommitId::of(base))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// `true` where `of` contains the history of `ancestor`. A commit that is not there is nobody's
    /// ancestor: a fetch brings all history of a branch.
    pub fn is_ancestor(&self, ancestor: CommitId, of: CommitId) -> Result<bool, ReadError> {
        let of = self.find(of)?.id();
        let ancestor = match self.find(ancestor) {
            Ok(commit) => commit.id(),
            Err(ReadError::NoSuchCommit(_)) => return Ok(false),
            Err(error) => return Err(error),
        };
        Ok(of == ancestor || self.repository.graph_descendant_of(of, ancestor)?)
    }

    pub(super) fn find(&self, id: CommitId) -> Result<git2::Commit<'_>, ReadError> {
        self.repository.find_commit(id.oid()?).map_err(|error| match error.code() {
            ErrorCode::NotFound => ReadError::NoSuchCommit(id),
            _ => error.into(),
        })
    }

    pub(super) fn directory<'a>(
        &'a self,
        root: &Tree<'a>,
        path: &str,
    ) -> Result<Tree<'a>, ReadError> {
        let mut directory = root.clone();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let entry = directory
                .get_name(name)
                .filter(|entry| entry.kind() == Some(ObjectType::Tree))
                .ok_or_else(|| ReadError::NoDirectory(path.to_owned()))?
                .id();
            directory = self.repository.find_tree(entry)?;
        }
        Ok(directory)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Wanted;
    use super::super::testing::Origin;
    use super::*;

    #[test]
    fn a_commit_says_who_when_and_what() {
        let origin = Origin::new();
        let first = origin.commit(&[("a", "")]);
        let second = origin.commit(&[("a", "b")]);
        let commit = origin.fetched().commit(second).unwrap();
        assert_eq!(
            commit,
            Commit {
                id: second,
                parent: Some(first),
                author: "Ada <ada@example.com>".into(),
                committed_at: chrono::DateTime::from_timestamp_secs(1_700_000_000).unwrap(),
                summary: "Change".into(),
            }
        );
        let unknown: CommitId = "ab".repeat(20).parse().unwrap();
        assert_eq!(origin.fetched().commit(unknown), Err(ReadError::NoSuchCommit(unknown)));
    }

    #[test]
    fn what_changed_is_found_by_trees() {
        let origin = Origin::new();
        let first = origin.commit(&[
            ("policies/a.yaml", "a"),
            ("policies/b.yaml", "b"),
            ("policies/c.yaml", "c"),
            ("x", "1"),
        ]);
        let second = origin.commit(&[
            ("policies/a.yaml", "a"),
            ("policies/b.yaml", "B"),
            ("policies/d.yaml", "c"),
            ("x", "2"),
        ]);
        let mirror = origin.fetched();
        let changed = mirror.changed_paths(first, second, "policies").unwrap();
        assert_eq!(changed, ["policies/b.yaml", "policies/c.yaml", "policies/d.yaml"]);
        assert_eq!(mirror.changed_paths(first, second, "").unwrap().len(), 4);
        assert_eq!(mirror.changed_paths(first, first, "").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn history_says_who_comes_from_whom() {
        let origin = Origin::new();
        let root = origin.commit(&[("a", "1")]);
        let main = origin.commit(&[("a", "2")]);
        let side = origin.commit_on("refs/heads/side", Some(root), &[("a", "3")]);
        let alone = origin.commit_on("refs/heads/alone", None, &[("a", "4")]);
        let mut mirror = origin.mirror();
        mirror.fetch(&["main", "side", "alone"].map(|name| Wanted::Branch(name.into()))).unwrap();

        assert_eq!(mirror.merge_base(main, side), Ok(Some(root)));
        assert_eq!(mirror.merge_base(main, alone), Ok(None));
        assert_eq!(mirror.is_ancestor(root, main), Ok(true));
        assert_eq!(mirror.is_ancestor(main, main), Ok(true));
        assert_eq!(mirror.is_ancestor(main, root), Ok(false));
        assert_eq!(mirror.is_ancestor(side, main), Ok(false));
        let unknown = "ab".repeat(20).parse().unwrap();
        assert_eq!(mirror.is_ancestor(unknown, main), Ok(false));
    }
}
