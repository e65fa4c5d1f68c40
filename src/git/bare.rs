//! The bare repository of a mirror, as it lies on the disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use git2::{Config, Repository};

/// The repository in a directory as it is.
pub(super) fn open(directory: &Path) -> Result<Repository, git2::Error> {
    Repository::open_bare(directory).and_then(isolated)
}

/// Removes what a process that was killed left behind in a mirror that we hold alone: locks of refs, and
/// packs that are not whole. What cannot be removed shows when it is in the way.
pub(super) fn clear(directory: &Path) {
    let is_pack = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("pack-")
    };
    let packs = fs::read_dir(directory.join("objects/pack")).into_iter().flatten().flatten();
    let mut left: Vec<_> = packs.map(|entry| entry.path()).filter(|path| !is_pack(path)).collect();
    locks(directory, &mut left);
    for path in left {
        let removed = fs::remove_file(&path);
        tracing::info!(path = %path.display(), ?removed, "a mirror had a left-over of another fetch");
    }
}

/// Adds the lock files of Git's among the refs and beside them.
fn locks(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "lock") {
            found.push(path);
        } else if entry.file_type().is_ok_and(|kind| kind.is_dir())
            && entry.file_name() != "objects"
        {
            locks(&path, found);
        }
    }
}

/// A new repository in the place of whatever is there; the error is in words.
pub(super) fn create(directory: &Path) -> Result<Repository, String> {
    remove(directory).map_err(|error| error.to_string())?;
    Repository::init_bare(directory).and_then(isolated).map_err(|error| error.message().to_owned())
}

/// Moves a repository to a directory, whatever is there; the error is in words.
pub(super) fn replace(directory: &Path, with: &Path) -> Result<Repository, String> {
    remove(directory)
        .and_then(|()| fs::rename(with, directory))
        .map_err(|error| error.to_string())?;
    open(directory).map_err(|error| error.message().to_owned())
}

fn remove(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Only the mirror's own configuration counts: one of the user's or the machine's may rewrite
/// URLs or turn off the checking of certificates.
fn isolated(repository: Repository) -> Result<Repository, git2::Error> {
    let own = Config::open(&repository.path().join("config"))?;
    repository.set_config(&own)?;
    Ok(repository)
}
