//! Files of a policy repository.

use std::sync::Arc;

/// A file with policies, as it was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The path from the repository's root, with `/`.
    pub path: Arc<str>,
    /// The bytes.
    pub bytes: Arc<[u8]>,
}

impl SourceFile {
    /// A file of these bytes.
    pub fn new(path: impl Into<Arc<str>>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { path: path.into(), bytes: bytes.into() }
    }

    /// `true` of a file with the same bytes at the same path; at once where they are shared.
    pub fn is_same(&self, other: &Self) -> bool {
        (Arc::ptr_eq(&self.bytes, &other.bytes) || self.bytes == other.bytes)
            && (Arc::ptr_eq(&self.path, &other.path) || self.path == other.path)
    }

    /// The text as far as it can be shown.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

/// Largest policy file, bytes. A larger one is refused by itself; the rest of the tree is read.
pub const MAX_FILE_BYTES: usize = 1 << 20;

/// Deepest level of a directory below the one that is read.
pub const MAX_DIRECTORY_DEPTH: usize = 32;

/// Most policy files of a tree.
const MAX_FILES: usize = 20_000;
/// Most bytes of all policy files of a tree together.
const MAX_TREE_BYTES: usize = 64 << 20;
/// Most entries of a tree, whatever they are.
const MAX_ENTRIES: usize = 100_000;

/// Room that one tree of policy files may take. Whoever reads a tree asks it before each entry and
/// each file, so that a desk takes what the service takes, and refuses what it refuses.
#[derive(Debug, Clone, Default)]
pub struct TreeRoom {
    entries: usize,
    files: usize,
    bytes: usize,
}

/// Error of a tree that is larger than there is room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TreeTooLarge {
    /// Too many policy files, or too many bytes in all of them.
    #[error(
        "the policy files are too many or too large together: at most {MAX_FILES} files and {} MiB; \
         split the source, or leave files out by `exclude` in `.cloudcorrect.yaml`",
        MAX_TREE_BYTES >> 20
    )]
    Policies,
    /// Too many entries, of which most are no policies.
    #[error(
        "there are more than {MAX_ENTRIES} files and directories; keep policies in a directory of \
         their own"
    )]
    Entries,
}

impl TreeRoom {
    /// Takes the room of the next entry, whatever it is.
    pub fn take_entry(&mut self) -> Result<(), TreeTooLarge> {
        self.entries += 1;
        self.has_entries_left()
    }

    /// Takes the room of many entries and files.
    pub fn take(&mut self, many: &Self) -> Result<(), TreeTooLarge> {
        self.entries += many.entries;
        self.files += many.files;
        self.bytes = self.bytes.saturating_add(many.bytes);
        self.has_entries_left()?;
        self.has_files_left()
    }

    /// Room that was taken since there was so much.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        Self {
            entries: self.entries - before.entries,
            files: self.files - before.files,
            bytes: self.bytes.saturating_sub(before.bytes),
        }
    }

    /// Takes the room of the next policy file, which has so many bytes.
    pub fn take_file(&mut self, bytes: usize) -> Result<(), TreeTooLarge> {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        self.has_files_left()
    }

    fn has_entries_left(&self) -> Result<(), TreeTooLarge> {
        (self.entries <= MAX_ENTRIES).then_some(()).ok_or(TreeTooLarge::Entries)
    }

    fn has_files_left(&self) -> Result<(), TreeTooLarge> {
        let fits = self.files <= MAX_FILES && self.bytes <= MAX_TREE_BYTES;
        fits.then_some(()).ok_or(TreeTooLarge::Policies)
    }
}

/// `true` where a file of this name holds policies: `*.yaml`, `*.yml` and `*.json`.
pub fn is_policy_file(path: &str) -> bool {
    matches!(extension(path), Some("yaml" | "yml" | "json"))
}

/// `true` of a name that only its capitals keep from being one of a policy file, such as `a.YAML`.
pub fn is_nearly_policy_file(path: &str) -> bool {
    let is_known = |known: &str| extension(path).is_some_and(|it| it.eq_ignore_ascii_case(known));
    !is_policy_file(path) && ["yaml", "yml", "json"].into_iter().any(is_known)
}

/// `true` where a symbolic link of this name may stand for policies: a file of them, or, without an
/// extension, a directory.
pub fn may_link_to_policies(path: &str) -> bool {
    is_policy_file(path) || extension(path).is_none()
}

/// Extension of the name at the end of a path; a name such as `.yaml` has none.
fn extension(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next()?;
    name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map(|(_, extension)| extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_has_room_for_so_many_entries_files_and_bytes() {
        let mut room = TreeRoom::default();
        assert!((0..100_000).all(|_| room.take_entry().is_ok()));
        assert_eq!(room.take_entry(), Err(TreeTooLarge::Entries));
        assert!((0..20_000).all(|_| room.take_file(0).is_ok()));
        assert_eq!(room.take_file(0), Err(TreeTooLarge::Policies));
        let mut room = TreeRoom::default();
        assert!((0..64).all(|_| room.take_file(MAX_FILE_BYTES).is_ok()));
        assert_eq!(room.take_file(1), Err(TreeTooLarge::Policies));
        assert_eq!(room.take_file(usize::MAX), Err(TreeTooLarge::Policies), "no sum wraps");
    }

    /// What a repository may hold must not become less unnoticed.
    #[test]
    fn a_file_and_a_path_have_their_bounds() {
        assert_eq!((MAX_FILE_BYTES, MAX_DIRECTORY_DEPTH), (1_048_576, 32));
    }

    #[test]
    fn policies_are_known_by_their_extension() {
        for path in ["a.yaml", "d/.a.yml", "d.x/a.b.json"] {
            assert!(is_policy_file(path) && may_link_to_policies(path), "{path}");
        }
        for path in ["a", ".yaml", "d.yaml/a", "d/.json"] {
            assert!(!is_policy_file(path) && may_link_to_policies(path), "{path}");
        }
        for path in ["a.YAML", "a.yaml.md", "a.", "yaml.x"] {
            assert!(!is_policy_file(path) && !may_link_to_policies(path), "{path}");
        }
    }

    #[test]
    fn what_is_too_large_says_what_to_do() {
        assert_eq!(
            [TreeTooLarge::Policies, TreeTooLarge::Entries].map(|error| error.to_string()),
            [
                "the policy files are too many or too large together: at most 20000 files and \
                 64 MiB; split the source, or leave files out by `exclude` in `.cloudcorrect.yaml`",
                "there are more than 100000 files and directories; keep policies in a directory \
                 of their own",
            ]
        );
    }
}
