//! Reading a repository by object id: commits, policy files, what changed, what is whose ancestor.

use std::path::Path;

use git2::{
    DiffOptions, ErrorClass, ErrorCode, FileMode, ObjectType, Odb, Oid, Repository, Tree, TreeEntry,
};

use super::{BlobId, Commit, CommitId};
use crate::document::{
    MAX_DIRECTORY_DEPTH, MAX_FILE_BYTES, TreeRoom, TreeTooLarge, is_nearly_policy_file,
    is_policy_file, may_link_to_policies,
};

/// How files stored by Git LFS begin: the content is elsewhere.
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";

/// The policy files of a commit, and what stands in their place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyTree {
    /// Every `*.yaml`, `*.yml` and `*.json`, by path. Names that begin with a dot are left out,
    /// and directories with such names.
    pub files: Vec<PolicyFile>,
    /// Entries that may hold policies and are not read.
    pub skipped: Vec<SkippedEntry>,
}

/// A file that may hold policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFile {
    /// From the repository's root, with `/`.
    pub path: String,
    /// The id of the content.
    pub blob: BlobId,
    /// The content, at most 1 MiB.
    pub bytes: Vec<u8>,
}

/// An entry that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedEntry {
    /// From the repository's root, with `/`.
    pub path: String,
    /// Reason why it is not read.
    pub why: SkipReason,
}

/// Why an entry of a tree is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SkipReason {
    /// A symbolic link: it may point anywhere.
    #[error("symbolic links are not followed; put the file itself in its place")]
    Symlink,
    /// A submodule: another repository.
    #[error("submodules are not read; watch that repository as a source of its own")]
    Submodule,
    /// A pointer to a file stored elsewhere.
    #[error("the content is kept by Git LFS and is not in the repository; take it out of LFS")]
    Lfs,
    /// More than 1 MiB; with its size in bytes.
    #[error("the file has {0} bytes, and at most 1 MiB is read; split it")]
    TooLarge(usize),
    /// A path that is not UTF-8.
    #[error("the name is not UTF-8; rename it")]
    Name,
    /// A name such as `a.YAML`.
    #[error("names of policy files end with `.yaml`, `.yml` or `.json` in lower case; rename it")]
    Extension,
    /// A pipe, a socket or a device, which no commit has.
    #[error("it is no regular file, and nothing else is read; remove it")]
    NoFile,
    /// Below more than 32 directories.
    #[error("directories are nested too deeply; move it up")]
    Depth,
}

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
        if error.class() == ErrorClass::NoMemory || error.message().contains("ut of memory") {
            return Self::OutOfMemory;
        }
        Self::Damaged(error.message().to_owned())
    }
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

    /// Policy files under a directory of a commit, sorted by path, without those whose path is
    /// `excluded`: these take no room either.
    pub fn policy_files(
        &self,
        commit: CommitId,
        path: &str,
        excluded: &dyn Fn(&str) -> bool,
    ) -> Result<PolicyTree, ReadError> {
        let root = self.find(commit)?.tree()?;
        let directory = self.directory(&root, path)?;
        let mut walk = Walk::of(self, excluded)?;
        walk.tree(&directory, path, 0)?;
        walk.found.files.sort_by(|one, other| one.path.cmp(&other.path));
        walk.found.skipped.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(walk.found)
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

    /// One file of a commit, as [`Self::policy_files`] would read it; nothing where there is none.
    pub fn file(&self, commit: CommitId, path: &str) -> Result<PolicyTree, ReadError> {
        let root = self.find(commit)?.tree()?;
        let mut walk = Walk::of(self, &|_| false)?;
        match root.get_path(Path::new(path)) {
            Ok(entry) if entry.kind() == Some(ObjectType::Tree) => {}
            Ok(entry) => walk.take(&entry, path, 0)?,
            Err(error) if error.code() == ErrorCode::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        Ok(walk.found)
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

    fn find(&self, id: CommitId) -> Result<git2::Commit<'_>, ReadError> {
        self.repository.find_commit(id.oid()?).map_err(|error| match error.code() {
            ErrorCode::NotFound => ReadError::NoSuchCommit(id),
            _ => error.into(),
        })
    }

    fn directory<'a>(&'a self, root: &Tree<'a>, path: &str) -> Result<Tree<'a>, ReadError> {
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

/// A bounded walk over a directory.
struct Walk<'a> {
    objects: &'a Objects,
    odb: Odb<'a>,
    excluded: &'a dyn Fn(&str) -> bool,
    found: PolicyTree,
    room: TreeRoom,
}

impl<'a> Walk<'a> {
    fn of(objects: &'a Objects, excluded: &'a dyn Fn(&str) -> bool) -> Result<Self, ReadError> {
        let odb = objects.repository.odb()?;
        Ok(Self { objects, odb, excluded, found: PolicyTree::default(), room: TreeRoom::default() })
    }

    fn tree(&mut self, tree: &Tree<'_>, path: &str, depth: usize) -> Result<(), ReadError> {
        for entry in tree {
            self.room.take_entry()?;
            let name = String::from_utf8_lossy(entry.name_bytes());
            if name.starts_with('.') {
                continue;
            }
            let path = if path.is_empty() { name.to_string() } else { format!("{path}/{name}") };
            self.take(&entry, &path, depth)?;
        }
        Ok(())
    }

    fn take(&mut self, entry: &TreeEntry<'_>, path: &str, depth: usize) -> Result<(), ReadError> {
        if entry.kind() != Some(ObjectType::Tree) && (self.excluded)(path) {
            return Ok(());
        }
        if let Some(why) = self.entry(entry, path, depth)?
            && !(self.excluded)(path)
        {
            self.found.skipped.push(SkippedEntry { path: path.to_owned(), why });
        }
        Ok(())
    }

    /// Takes up an entry, or says why not. Only what could hold policies is worth a word: a linked
    /// README is nobody's trouble.
    fn entry(
        &mut self,
        entry: &TreeEntry<'_>,
        path: &str,
        depth: usize,
    ) -> Result<Option<SkipReason>, ReadError> {
        let is_link = entry.filemode() == i32::from(FileMode::Link);
        Ok(match entry.kind() {
            Some(ObjectType::Commit) => Some(SkipReason::Submodule),
            // Read as text, two such names may be one.
            Some(ObjectType::Tree) if entry.name().is_err() => Some(SkipReason::Name),
            Some(ObjectType::Tree) if depth == MAX_DIRECTORY_DEPTH => Some(SkipReason::Depth),
            Some(ObjectType::Tree) => {
                let inner = self.objects.repository.find_tree(entry.id())?;
                self.tree(&inner, path, depth + 1)?;
                None
            }
            // A link without an extension may stand for a directory.
            Some(ObjectType::Blob) if is_link => {
                may_link_to_policies(path).then_some(SkipReason::Symlink)
            }
            Some(ObjectType::Blob) if is_nearly_policy_file(path) => Some(SkipReason::Extension),
            Some(ObjectType::Blob) if !is_policy_file(path) => None,
            Some(ObjectType::Blob) if entry.name().is_err() => Some(SkipReason::Name),
            Some(ObjectType::Blob) => self.blob(entry.id(), path)?,
            _ => None,
        })
    }

    /// Reads a file, or says why not. Its size is known before it is unpacked.
    fn blob(&mut self, id: Oid, path: &str) -> Result<Option<SkipReason>, ReadError> {
        let (size, _) = self.odb.read_header(id)?;
        if size > MAX_FILE_BYTES {
            return Ok(Some(SkipReason::TooLarge(size)));
        }
        self.room.take_file(size)?;
        let bytes = self.odb.read(id)?.data().to_vec();
        if bytes.starts_with(LFS) {
            return Ok(Some(SkipReason::Lfs));
        }
        self.found.files.push(PolicyFile { path: path.to_owned(), blob: BlobId::of(id), bytes });
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use git2::FileMode;

    use super::super::testing::Origin;
    use super::super::{Mirror, Wanted};
    use super::*;

    fn fetched(origin: &Origin) -> Mirror {
        let mut mirror = origin.mirror();
        mirror.fetch(&[Wanted::Branch("main".into())]).unwrap();
        mirror
    }

    #[test]
    fn a_commit_says_who_when_and_what() {
        let origin = Origin::new();
        let first = origin.commit(&[("a", "")]);
        let second = origin.commit(&[("a", "b")]);
        let commit = fetched(&origin).commit(second).unwrap();
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
        assert_eq!(fetched(&origin).commit(unknown), Err(ReadError::NoSuchCommit(unknown)));
    }

    #[test]
    fn a_single_file_is_read_as_policies_are() {
        let origin = Origin::new();
        let entries = [
            (".cloudcorrect.yaml", &b"a"[..], FileMode::Blob),
            (".yaml", b"a", FileMode::Blob),
            ("link.yaml", b"a", FileMode::Link),
            ("policies/b.yaml", b"b", FileMode::Blob),
        ];
        let commit = origin.commit_entries("refs/heads/main", None, &entries);
        let mirror = fetched(&origin);
        let file = mirror.file(commit, ".cloudcorrect.yaml").unwrap().files;
        assert_eq!(file.iter().map(|file| &*file.bytes).collect::<Vec<_>>(), [b"a"]);
        let refused = mirror.file(commit, "link.yaml").unwrap().skipped;
        assert_eq!(refused, [SkippedEntry { path: "link.yaml".into(), why: SkipReason::Symlink }]);
        for path in ["policies", ".yaml", "nothing.yaml", "policies/c.yaml", "link.yaml/d.yaml"] {
            assert_eq!(mirror.file(commit, path).unwrap(), PolicyTree::default(), "{path}");
        }
    }

    #[test]
    fn policies_are_read_and_what_is_no_plain_file_is_refused() {
        let origin = Origin::new();
        let large = vec![b' '; MAX_FILE_BYTES + 1];
        let plain = FileMode::Blob;
        let commit = origin.commit_entries(
            "refs/heads/main",
            None,
            &[
                ("policies/b.yml", b"b", plain),
                ("policies/deep/er/a.yaml", b"a", FileMode::BlobExecutable),
                ("policies/c.json", b"{}", plain),
                ("policies/README.md", b"words", plain),
                ("policies/.hidden.yaml", b"x", plain),
                ("policies/.github/x.yaml", b"x", plain),
                ("other/x.yaml", b"x", plain),
                ("policiesx/x.yaml", b"x", plain),
                ("policies/link.yaml", b"/etc/passwd", FileMode::Link),
                ("policies/linked", b"../other", FileMode::Link),
                ("policies/linked.md", b"README.md", FileMode::Link),
                ("policies/module", b"", FileMode::Commit),
                ("policies/lfs.yaml", b"version https://git-lfs.github.com/spec/v1\n", plain),
                ("policies/large.yaml", &large, plain),
            ],
        );
        let tree = fetched(&origin).policy_files(commit, "policies", &|_| false).unwrap();
        let files: Vec<_> =
            tree.files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice())).collect();
        assert_eq!(
            files,
            [
                ("policies/b.yml", &b"b"[..]),
                ("policies/c.json", b"{}"),
                ("policies/deep/er/a.yaml", b"a"),
            ]
        );
        let refused: Vec<_> =
            tree.skipped.iter().map(|entry| (entry.path.as_str(), entry.why)).collect();
        assert_eq!(
            refused,
            [
                ("policies/large.yaml", SkipReason::TooLarge(MAX_FILE_BYTES + 1)),
                ("policies/lfs.yaml", SkipReason::Lfs),
                ("policies/link.yaml", SkipReason::Symlink),
                ("policies/linked", SkipReason::Symlink),
                ("policies/module", SkipReason::Submodule),
            ]
        );
    }

    #[test]
    fn names_that_are_no_text_are_refused_and_odd_ones_kept() {
        let origin = Origin::new();
        let commit = origin.commit(&[("a.yaml", "x")]);
        let repository = git2::Repository::open_bare(origin.url().path()).unwrap();
        let tree = repository.find_commit(commit.oid().unwrap()).unwrap().tree().unwrap();
        let blob = tree.get_name("a.yaml").unwrap().id();
        let names: [&[u8]; 5] =
            [b"a\n::error::.yaml", b"a\x1b[31m.yaml", b"a\xfe.yaml", b"a\xff.yaml", b"a\xff.md"];
        let commit = origin.commit_named(&names, FileMode::Blob, blob);
        let found = fetched(&origin).policy_files(commit, "", &|_| false).unwrap();
        let paths: Vec<_> = found.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["a\n::error::.yaml", "a\x1b[31m.yaml"]);
        let refused = SkippedEntry { path: "a\u{fffd}.yaml".to_owned(), why: SkipReason::Name };
        assert_eq!(found.skipped, [refused.clone(), refused]);

        // Their files would have the same paths.
        let commit = origin.commit_named(&[b"d\xfe", b"d\xff"], FileMode::Tree, tree.id());
        let found = fetched(&origin).policy_files(commit, "", &|_| false).unwrap();
        assert_eq!(found.files, []);
        let refused = SkippedEntry { path: "d\u{fffd}".to_owned(), why: SkipReason::Name };
        assert_eq!(found.skipped, [refused.clone(), refused]);
    }

    #[test]
    fn equal_contents_have_equal_ids_and_the_root_is_a_directory_too() {
        let origin = Origin::new();
        let commit = origin.commit(&[("a.yaml", "x"), ("b/c.yaml", "x"), ("d.yaml", "y")]);
        let files = fetched(&origin).policy_files(commit, "", &|_| false).unwrap().files;
        let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["a.yaml", "b/c.yaml", "d.yaml"]);
        assert_eq!(files[0].blob, files[1].blob);
        assert_ne!(files[0].blob, files[2].blob);
    }

    #[test]
    fn a_missing_directory_is_no_empty_one() {
        let origin = Origin::new();
        let commit = origin.commit_entries(
            "refs/heads/main",
            None,
            &[("file", b"", FileMode::Blob), ("link", b"file", FileMode::Link)],
        );
        let mirror = fetched(&origin);
        for path in ["policies", "file", "link", "file/x"] {
            let error = mirror.policy_files(commit, path, &|_| false).unwrap_err();
            assert_eq!(error, ReadError::NoDirectory(path.to_owned()));
        }
    }

    #[test]
    fn directories_nested_too_deeply_are_refused() {
        let origin = Origin::new();
        let path = format!("{}x.yaml", "d/".repeat(MAX_DIRECTORY_DEPTH + 5));
        let commit = origin.commit(&[(&path, "x")]);
        let tree = fetched(&origin).policy_files(commit, "", &|_| false).unwrap();
        assert_eq!(tree.files, []);
        assert_eq!(tree.skipped.len(), 1);
        assert_eq!(tree.skipped[0].why, SkipReason::Depth);
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
        let mirror = fetched(&origin);
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
