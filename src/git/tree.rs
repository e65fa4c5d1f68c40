//! The policy files of a commit: a bounded walk over its trees.
//!
//! What was read of a commit serves the next one: a directory whose tree is the same is not looked at again, and a
//! file whose blob is the same is not read again.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use git2::{ErrorCode, FileMode, ObjectType, Odb, Oid, Tree, TreeEntry};

use super::CommitId;
use super::read::{Objects, ReadError};
use crate::document::{
    MAX_DIRECTORY_DEPTH, MAX_FILE_BYTES, SourceFile, TreeRoom, is_nearly_policy_file,
    is_policy_file, may_link_to_policies,
};

/// How files stored by Git LFS begin: the content is elsewhere.
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";

/// The policy files of a commit, and what stands in their place.
#[derive(Debug, Clone, Default)]
pub struct PolicyTree {
    /// The directory that they were read from.
    root: Option<Arc<Directory>>,
    /// Entries that may hold policies and are not read, by path.
    pub skipped: Vec<SkippedEntry>,
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

/// What was read of a directory.
#[derive(Debug)]
struct Directory {
    tree: Oid,
    /// What it holds of policies, in the order of the tree, which is that of paths.
    entries: Vec<Entry>,
    /// `true` where something in it or below it is skipped.
    has_skipped: bool,
    /// Room that it takes with all below it.
    room: TreeRoom,
}

#[derive(Debug)]
enum Entry {
    File(Oid, SourceFile),
    Skipped(SkippedEntry),
    /// A directory, by its name.
    Directory(String, Arc<Directory>),
}

impl Objects {
    /// Policy files under a directory of a commit, sorted by path, without those whose path is
    /// `excluded`: these take no room either. What is the same as `before`, which was read of the same
    /// directory with the same exclusions, is taken from there.
    pub fn policy_files(
        &self,
        commit: CommitId,
        path: &str,
        excluded: &dyn Fn(&str) -> bool,
        before: Option<&PolicyTree>,
    ) -> Result<PolicyTree, ReadError> {
        let root = self.find(commit)?.tree()?;
        let tree = self.directory(&root, path)?;
        let before = before.and_then(|before| before.root.as_deref());
        let mut walk = Walk::of(self, excluded)?;
        let read = match (walk.directory(&tree, path, 0, before), before) {
            // Which bound it exceeds is told by the order of its entries.
            (Err(ReadError::TooLarge(_)), Some(_)) => {
                Walk::of(self, excluded)?.directory(&tree, path, 0, None)?
            }
            (read, _) => read?,
        };
        Ok(PolicyTree::of(Arc::new(read)))
    }

    /// One file of a commit, as [`Self::policy_files`] would read it; nothing where there is none.
    pub fn file(&self, commit: CommitId, path: &str) -> Result<PolicyTree, ReadError> {
        let root = self.find(commit)?.tree()?;
        let mut walk = Walk::of(self, &|_| false)?;
        let entry = match root.get_path(Path::new(path)) {
            Ok(entry) if entry.kind() == Some(ObjectType::Tree) => {
                Some(skipped(path, SkipReason::NoFile))
            }
            Ok(entry) => walk.take(&entry, path, 0, &Before::default())?,
            Err(error) if error.code() == ErrorCode::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        let directory = Directory::of(root.id(), entry.into_iter().collect(), walk.room);
        Ok(PolicyTree::of(Arc::new(directory)))
    }
}

impl PolicyTree {
    fn of(root: Arc<Directory>) -> Self {
        let mut skipped = Vec::new();
        root.skipped(&mut skipped);
        // The order of trees is that of paths, but of names that are no text.
        skipped.sort_by(|one, other| one.path.cmp(&other.path));
        Self { root: Some(root), skipped }
    }

    /// Every `*.yaml`, `*.yml` and `*.json`, by path. Names that begin with a dot are left out,
    /// and directories with such names.
    pub fn files(&self) -> Vec<SourceFile> {
        let mut files = Vec::new();
        if let Some(root) = &self.root {
            root.each_file(&mut |file| files.push(file.clone()));
        }
        files
    }

    /// A tree of files, as of no commit.
    #[cfg(test)]
    pub(crate) fn of_files(files: &[SourceFile]) -> Self {
        let entries = files.iter().map(|file| Entry::File(Oid::ZERO_SHA1, file.clone())).collect();
        Self::of(Arc::new(Directory::of(Oid::ZERO_SHA1, entries, TreeRoom::default())))
    }

    /// Path of the first file.
    pub fn first_path(&self) -> Option<Arc<str>> {
        self.root.as_ref().and_then(|root| root.first_path())
    }

    /// Files that differ from those of a tree `before`, in the order of their paths: what they are now, or
    /// that they are gone. Directories that both share are not looked at.
    pub fn replaced(&self, before: &Self) -> Vec<(Arc<str>, Option<SourceFile>)> {
        let mut found = BTreeMap::new();
        let (old, new) = (before.root.as_deref(), self.root.as_deref());
        Directory::differences(old, new, &mut found);
        let differ = found.into_iter().filter(|(_, [was, is])| match (was, is) {
            (Some(was), Some(is)) => !was.is_same(is),
            _ => true,
        });
        differ.map(|(path, [_, is])| (path, is)).collect()
    }
}

/// A file as it was and as it is.
type Sides = [Option<SourceFile>; 2];

impl Directory {
    fn of(tree: Oid, entries: Vec<Entry>, room: TreeRoom) -> Self {
        let has_skipped = entries.iter().any(|entry| match entry {
            Entry::File(..) => false,
            Entry::Skipped(_) => true,
            Entry::Directory(_, inner) => inner.has_skipped,
        });
        Self { tree, entries, has_skipped, room }
    }

    fn skipped(&self, found: &mut Vec<SkippedEntry>) {
        for entry in self.entries.iter().filter(|_| self.has_skipped) {
            match entry {
                Entry::File(..) => {}
                Entry::Skipped(skipped) => found.push(skipped.clone()),
                Entry::Directory(_, inner) => inner.skipped(found),
            }
        }
    }

    fn first_path(&self) -> Option<Arc<str>> {
        self.entries.iter().find_map(|entry| match entry {
            Entry::File(_, file) => Some(Arc::clone(&file.path)),
            Entry::Skipped(_) => None,
            Entry::Directory(_, inner) => inner.first_path(),
        })
    }

    /// Has each file taken up, in the order of their paths.
    fn each_file(&self, take: &mut dyn FnMut(&SourceFile)) {
        for entry in &self.entries {
            match entry {
                Entry::File(_, file) => take(file),
                Entry::Skipped(_) => {}
                Entry::Directory(_, inner) => inner.each_file(take),
            }
        }
    }

    /// Takes up the files of two directories at the same path that may differ.
    fn differences(old: Option<&Self>, new: Option<&Self>, found: &mut BTreeMap<Arc<str>, Sides>) {
        let [was, is] = [old, new].map(Before::of);
        for (name, inner) in &was.directories {
            let other = is.directories.get(name);
            if !other.is_some_and(|other| Arc::ptr_eq(inner, other)) {
                Self::differences(Some(inner), other.map(AsRef::as_ref), found);
            }
        }
        for (name, inner) in &is.directories {
            if !was.directories.contains_key(name) {
                Self::differences(None, Some(inner), found);
            }
        }
        for (side, files) in [was.files, is.files].into_iter().enumerate() {
            for (_, (_, file)) in files {
                let sides = found.entry(Arc::clone(&file.path)).or_default();
                if let Some(known) = sides.get_mut(side) {
                    *known = Some(file.clone());
                }
            }
        }
    }
}

/// What was read before of a directory.
#[derive(Default)]
struct Before<'a> {
    /// Files by their paths.
    files: BTreeMap<&'a str, (Oid, &'a SourceFile)>,
    /// Directories by their names.
    directories: BTreeMap<&'a str, &'a Arc<Directory>>,
}

impl<'a> Before<'a> {
    fn of(directory: Option<&'a Directory>) -> Self {
        let mut before = Self::default();
        for entry in directory.into_iter().flat_map(|directory| &directory.entries) {
            match entry {
                Entry::File(blob, file) => {
                    before.files.insert(&file.path, (*blob, file));
                }
                Entry::Directory(name, directory) => {
                    before.directories.insert(name, directory);
                }
                Entry::Skipped(_) => {}
            }
        }
        before
    }
}

/// A bounded walk over a directory.
struct Walk<'a> {
    objects: &'a Objects,
    odb: Odb<'a>,
    excluded: &'a dyn Fn(&str) -> bool,
    room: TreeRoom,
}

impl<'a> Walk<'a> {
    fn of(objects: &'a Objects, excluded: &'a dyn Fn(&str) -> bool) -> Result<Self, ReadError> {
        let odb = objects.repository.odb()?;
        Ok(Self { objects, odb, excluded, room: TreeRoom::default() })
    }

    fn directory(
        &mut self,
        tree: &Tree<'_>,
        path: &str,
        depth: usize,
        before: Option<&Directory>,
    ) -> Result<Directory, ReadError> {
        let begun = self.room.clone();
        let before = Before::of(before);
        let mut entries = Vec::new();
        for entry in tree {
            self.room.take_entry()?;
            let name = String::from_utf8_lossy(entry.name_bytes());
            if name.starts_with('.') {
                continue;
            }
            let path = if path.is_empty() { name.to_string() } else { format!("{path}/{name}") };
            entries.extend(self.take(&entry, &path, depth, &before)?);
        }
        Ok(Directory::of(tree.id(), entries, self.room.since(&begun)))
    }

    /// Takes up an entry, unless it has nothing to do with policies. Only what could hold some is worth a
    /// word: a linked README is nobody's trouble.
    fn take(
        &mut self,
        entry: &TreeEntry<'_>,
        path: &str,
        depth: usize,
        before: &Before<'_>,
    ) -> Result<Option<Entry>, ReadError> {
        let kind = entry.kind();
        if kind != Some(ObjectType::Tree) && (self.excluded)(path) {
            return Ok(None);
        }
        let is_link = entry.filemode() == i32::from(FileMode::Link);
        let why = match kind {
            Some(ObjectType::Commit) => SkipReason::Submodule,
            // Read as text, two such names may be one.
            Some(ObjectType::Tree) if entry.name().is_err() => SkipReason::Name,
            Some(ObjectType::Tree) if depth == MAX_DIRECTORY_DEPTH => SkipReason::Depth,
            Some(ObjectType::Tree) => return self.inner(entry, path, depth, before).map(Some),
            // A link without an extension may stand for a directory.
            Some(ObjectType::Blob) if is_link && may_link_to_policies(path) => SkipReason::Symlink,
            Some(ObjectType::Blob) if is_link => return Ok(None),
            Some(ObjectType::Blob) if is_nearly_policy_file(path) => SkipReason::Extension,
            Some(ObjectType::Blob) if !is_policy_file(path) => return Ok(None),
            Some(ObjectType::Blob) if entry.name().is_err() => SkipReason::Name,
            Some(ObjectType::Blob) => return self.blob(entry.id(), path, before).map(Some),
            _ => return Ok(None),
        };
        Ok((!(self.excluded)(path)).then(|| skipped(path, why)))
    }

    fn inner(
        &mut self,
        entry: &TreeEntry<'_>,
        path: &str,
        depth: usize,
        before: &Before<'_>,
    ) -> Result<Entry, ReadError> {
        let name = String::from_utf8_lossy(entry.name_bytes());
        let known = before.directories.get(&*name).copied();
        if let Some(known) = known.filter(|known| known.tree == entry.id()) {
            self.room.take(&known.room)?;
            return Ok(Entry::Directory(name.into_owned(), Arc::clone(known)));
        }
        let tree = self.objects.repository.find_tree(entry.id())?;
        let inner = self.directory(&tree, path, depth + 1, known.map(AsRef::as_ref))?;
        Ok(Entry::Directory(name.into_owned(), Arc::new(inner)))
    }

    /// Reads a file, or says why not. Its size is known before it is unpacked.
    fn blob(&mut self, id: Oid, path: &str, before: &Before<'_>) -> Result<Entry, ReadError> {
        if let Some((_, file)) = before.files.get(path).filter(|(blob, _)| *blob == id) {
            self.room.take_file(file.bytes.len())?;
            return Ok(Entry::File(id, (*file).clone()));
        }
        let (size, _) = self.odb.read_header(id)?;
        if size > MAX_FILE_BYTES {
            return Ok(skipped(path, SkipReason::TooLarge(size)));
        }
        self.room.take_file(size)?;
        let object = self.odb.read(id)?;
        if object.data().starts_with(LFS) {
            return Ok(skipped(path, SkipReason::Lfs));
        }
        Ok(Entry::File(id, SourceFile::new(path, object.data())))
    }
}

fn skipped(path: &str, why: SkipReason) -> Entry {
    Entry::Skipped(SkippedEntry { path: path.to_owned(), why })
}

#[cfg(test)]
mod tests {
    use super::super::testing::Origin;
    use super::super::{CommitId, Mirror};
    use super::*;

    fn read(mirror: &Mirror, commit: CommitId, path: &str) -> Result<PolicyTree, ReadError> {
        mirror.policy_files(commit, path, &|_| false, None)
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
        let mirror = origin.fetched();
        let file = mirror.file(commit, ".cloudcorrect.yaml").unwrap().files();
        assert_eq!(file.iter().map(|file| &*file.bytes).collect::<Vec<_>>(), [b"a"]);
        let refused = mirror.file(commit, "link.yaml").unwrap().skipped;
        assert_eq!(refused, [SkippedEntry { path: "link.yaml".into(), why: SkipReason::Symlink }]);
        let refused = mirror.file(commit, "policies").unwrap().skipped;
        assert_eq!(refused, [SkippedEntry { path: "policies".into(), why: SkipReason::NoFile }]);
        for path in [".yaml", "nothing.yaml", "policies/c.yaml", "link.yaml/d.yaml"] {
            let found = mirror.file(commit, path).unwrap();
            assert_eq!((found.files(), found.skipped), (Vec::new(), Vec::new()), "{path}");
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
        let tree = read(&origin.fetched(), commit, "policies").unwrap();
        let files: Vec<_> = tree.files();
        let files: Vec<_> = files.iter().map(|file| (&*file.path, &*file.bytes)).collect();
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
    fn a_missing_directory_is_no_empty_one() {
        let origin = Origin::new();
        let commit = origin.commit_entries(
            "refs/heads/main",
            None,
            &[("file", b"", FileMode::Blob), ("link", b"file", FileMode::Link)],
        );
        let mirror = origin.fetched();
        for path in ["policies", "file", "link", "file/x"] {
            let error = read(&mirror, commit, path).unwrap_err();
            assert_eq!(error, ReadError::NoDirectory(path.to_owned()));
        }
    }

    #[test]
    fn directories_nested_too_deeply_are_refused() {
        let origin = Origin::new();
        let path = format!("{}x.yaml", "d/".repeat(MAX_DIRECTORY_DEPTH + 5));
        let commit = origin.commit(&[(&path, "x")]);
        let tree = read(&origin.fetched(), commit, "").unwrap();
        assert_eq!(tree.files(), []);
        assert_eq!(tree.skipped.len(), 1);
        assert_eq!(tree.skipped[0].why, SkipReason::Depth);
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
        let found = read(&origin.fetched(), commit, "").unwrap();
        let files = found.files();
        let paths: Vec<_> = files.iter().map(|file| &*file.path).collect();
        assert_eq!(paths, ["a\n::error::.yaml", "a\x1b[31m.yaml"]);
        let refused = SkippedEntry { path: "a\u{fffd}.yaml".to_owned(), why: SkipReason::Name };
        assert_eq!(found.skipped, [refused.clone(), refused]);

        // Their files would have the same paths.
        let commit = origin.commit_named(&[b"d\xfe", b"d\xff"], FileMode::Tree, tree.id());
        let found = read(&origin.fetched(), commit, "").unwrap();
        assert_eq!(found.files(), []);
        let refused = SkippedEntry { path: "d\u{fffd}".to_owned(), why: SkipReason::Name };
        assert_eq!(found.skipped, [refused.clone(), refused]);
    }

    #[test]
    fn the_root_is_a_directory_too() {
        let origin = Origin::new();
        let commit = origin.commit(&[("a.yaml", "x"), ("b/c.yaml", "x"), ("b.yaml", "y")]);
        let files = read(&origin.fetched(), commit, "").unwrap().files();
        let paths: Vec<_> = files.iter().map(|file| &*file.path).collect();
        assert_eq!(paths, ["a.yaml", "b.yaml", "b/c.yaml"]);
    }

    #[test]
    fn what_is_the_same_as_before_is_taken_from_there() {
        let origin = Origin::new();
        let file = FileMode::Blob;
        let lfs = b"version https://git-lfs.github.com/spec/v1\n";
        let before: &[(&str, &[u8], FileMode)] = &[
            ("a.yaml", b"a", file),
            ("b.yaml", b"b", file),
            ("c/d.yaml", b"d", file),
            ("c/lfs.yaml", lfs, file),
            ("e/f/g.yaml", b"g", file),
            ("e/h.yaml", b"h", file),
        ];
        // Changed, a link in its place, a directory in its place, gone, moved, and back again.
        let after: [&[(&str, &[u8], FileMode)]; 6] = [
            &[("a.yaml", b"A", file), ("b.yaml", b"b", file), ("e/f/g.yaml", b"G", file)],
            &[("a.yaml", b"a", FileMode::Link), ("c", b"d", FileMode::Link)],
            &[("a.yaml/b.yaml", b"a", file), ("c/d.yaml/d.yaml", b"d", file)],
            &[("c/lfs.yaml", b"d", file), ("e.yaml", b"h", file)],
            &[("x/d.yaml", b"d", file), ("x/lfs.yaml", lfs, file), ("e/f.yaml", b"g", file)],
            before,
        ];
        let commit = |entries| origin.commit_entries("refs/heads/main", None, entries);
        let first = commit(before);
        let known = read(&origin.fetched(), first, "").unwrap();
        for entries in after {
            let commit = commit(entries);
            let mirror = origin.fetched();
            let anew = read(&mirror, commit, "").unwrap();
            let next = mirror.policy_files(commit, "", &|_| false, Some(&known)).unwrap();
            assert_eq!((next.files(), &next.skipped), (anew.files(), &anew.skipped), "{entries:?}");
            let shared = |tree: &PolicyTree| {
                let is_known = |file: &&SourceFile| {
                    known.files().iter().any(|one| Arc::ptr_eq(&one.bytes, &file.bytes))
                };
                tree.files().iter().filter(is_known).count()
            };
            assert_eq!(shared(&anew), 0);
            let same = anew.files().iter().filter(|file| known.files().contains(file)).count();
            assert_eq!(shared(&next), same, "{entries:?}");
            let mut replaced: BTreeMap<_, _> = known
                .files()
                .into_iter()
                .map(|file| (Arc::clone(&file.path), Some(file)))
                .collect();
            for (path, file) in next.replaced(&known) {
                assert_ne!(replaced.insert(path, file.clone()), Some(file), "{entries:?}");
            }
            let files: Vec<_> = replaced.into_values().flatten().collect();
            assert_eq!(files, anew.files(), "{entries:?}");
            assert_eq!(next.replaced(&known).len(), anew.replaced(&known).len());
        }
    }

    #[test]
    fn bounds_hold_of_what_is_taken_over_too() {
        let origin = Origin::new();
        let large = " ".repeat(MAX_FILE_BYTES);
        let named = |count: usize| -> Vec<(String, String)> {
            (0..count).map(|n| (format!("d/{n}.yaml"), large.clone())).collect()
        };
        let commit = |files: &[(String, String)]| {
            let files = files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
            origin.commit(&files.collect::<Vec<_>>())
        };
        let mut files = named(60);
        let first = commit(&files);
        let known = read(&origin.fetched(), first, "").unwrap();
        assert_eq!(known.files().len(), 60);
        files.extend((0..5).map(|n| (format!("e/{n}.yaml"), large.clone())));
        let second = commit(&files);
        let mirror = origin.fetched();
        let anew = read(&mirror, second, "").map(|tree| tree.files().len());
        let next = mirror.policy_files(second, "", &|_| false, Some(&known));
        assert_eq!(next.map(|tree| tree.files().len()), anew);
        assert!(matches!(anew, Err(ReadError::TooLarge(_))), "{anew:?}");
    }
}
