//! A bare repository on disk that mirrors a few refs of a remote.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder, File};
use std::io;
use std::ops::Deref;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use git2::{ErrorCode, Repository};

use super::bare;
use super::read::{Objects, ReadError};
use super::remote::OURS;
use super::{CommitId, Fetcher, Limits, Remote, Wanted};

/// Each fetch that brings something adds a pack of two files, and nothing ever merges packs. With
/// this many files a fresh clone is cheaper than every look-up in all of them.
const MAX_PACK_FILES: usize = 400;

/// A mirror, held by this value alone: other openers of the same directory wait until it is
/// dropped, in this process and in others.
pub struct Mirror {
    pub(super) objects: Objects,
    pub(super) remote: Remote,
    pub(super) limits: Limits,
    pub(super) fetcher: Fetcher,
    pub(super) directory: PathBuf,
    _lock: File,
}

/// Why a mirror could not be opened.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot keep a Git mirror in `{directory}`: {reason}; see to its permissions and free space"
)]
pub struct OpenError {
    directory: PathBuf,
    reason: String,
}

impl Mirror {
    /// Opens the mirror in `directory`, which is made if it is missing and made anew if it is
    /// damaged.
    pub fn open(directory: &Path, remote: Remote, limits: Limits) -> Result<Self, OpenError> {
        let failed = |reason: String| OpenError { directory: directory.to_path_buf(), reason };
        let lock = lock(directory).map_err(|error| failed(error.to_string()))?;
        let repository = match open_healthy(directory) {
            Some(repository) => repository,
            None => bare::create(directory).map_err(failed)?,
        };
        let (objects, directory) = (Objects { repository }, directory.to_path_buf());
        let fetcher = Fetcher::default();
        Ok(Self { objects, remote, limits, fetcher, directory, _lock: lock })
    }

    /// The same, whose fetches are another's work.
    #[must_use]
    pub fn with_fetcher(self, fetcher: Fetcher) -> Self {
        Self { fetcher, ..self }
    }

    /// Throws away what is in the mirror, so that the next fetch brings all of it anew.
    pub fn discard(&mut self) -> Result<(), OpenError> {
        self.objects.repository = bare::create(&self.directory)
            .map_err(|reason| OpenError { directory: self.directory.clone(), reason })?;
        Ok(())
    }

    /// Puts another mirror of the same remote in the place of what is there.
    pub(super) fn replace(&mut self, with: &Path) -> Result<(), String> {
        self.objects.repository = bare::replace(&self.directory, with)?;
        Ok(())
    }

    /// Commit that a ref pointed to at the last fetch of it; none before, and where the remote has no
    /// such ref.
    pub fn head(&self, wanted: &Wanted) -> Result<Option<CommitId>, ReadError> {
        match self.repository.find_reference(&wanted.ours()) {
            Ok(reference) => Ok(Some(CommitId::of(reference.peel_to_commit()?.id()))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Commits that refs pointed to at the last fetch of them, by what their names have behind the
    /// beginning that these share; of a single ref that is nothing.
    pub(super) fn heads(&self, wanted: &Wanted) -> Result<BTreeMap<String, CommitId>, ReadError> {
        if !wanted.is_several() {
            let head = self.head(wanted)?;
            return Ok(head.map(|head| (String::new(), head)).into_iter().collect());
        }
        let ours = wanted.ours();
        let mut heads = BTreeMap::new();
        for reference in self.repository.references_glob(&format!("{ours}*"))? {
            let reference = reference?;
            let name = reference.name().ok().and_then(|name| name.strip_prefix(&ours));
            if let Some(name) = name {
                heads.insert(name.to_owned(), CommitId::of(reference.peel_to_commit()?.id()));
            }
        }
        Ok(heads)
    }

    /// Heads of the merge queue of a branch, as of its last fetch.
    pub fn merge_queue(&self, branch: &str) -> Result<BTreeSet<CommitId>, ReadError> {
        Ok(self.heads(&Wanted::MergeQueue(branch.to_owned()))?.into_values().collect())
    }

    /// Remote that is mirrored.
    pub fn remote(&self) -> &Remote {
        &self.remote
    }
}

impl Objects {
    /// Objects of the mirror in a directory, which somebody else holds and may add to.
    pub fn mirrored(directory: &Path) -> Result<Self, ReadError> {
        Ok(Self { repository: bare::open(directory)? })
    }
}

/// What was fetched is read as any repository is.
impl Deref for Mirror {
    type Target = Objects;

    fn deref(&self) -> &Objects {
        &self.objects
    }
}

fn lock(directory: &Path) -> io::Result<File> {
    if let Some(parent) = directory.parent() {
        // Policies may be private.
        DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
    }
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(directory.with_extension("lock"))?;
    // Whoever holds it is bounded by the time limit of a fetch.
    file.lock()?;
    Ok(file)
}

/// The repository, if there is one and what it is for can be read.
fn open_healthy(directory: &Path) -> Option<Repository> {
    bare::clear(directory);
    let packs = fs::read_dir(directory.join("objects/pack")).ok()?.count();
    if packs > MAX_PACK_FILES {
        return None;
    }
    let repository = bare::open(directory).ok()?;
    // What a pull request holds is anybody's, and may be no tree at all.
    for reference in repository.references_glob(&format!("{OURS}/heads/*")).ok()? {
        reference.ok()?.peel_to_commit().ok()?.tree().ok()?;
    }
    Some(repository)
}
