//! Recorded inventories in the file system.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::{InvalidRecording, Recorded, read, to_json};
use crate::resource::{Inventory, schemas};

/// Files beyond this size are refused: 1,000 resources with all facets take about 2 MiB.
const MAX_BYTES: u64 = 256 << 20;

/// Why a recorded inventory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file cannot be read or written.
    #[error("cannot open the inventory `{path}`: {source}")]
    File {
        /// Path of the file that was tried.
        path: PathBuf,
        /// Reason that the system gave.
        source: io::Error,
    },
    /// The file is too large.
    #[error("the inventory `{path}` has more than {} MiB", MAX_BYTES >> 20)]
    Size {
        /// Path of the file that was tried.
        path: PathBuf,
    },
    /// The file holds no inventory.
    #[error("the inventory `{path}` {source}")]
    Invalid {
        /// Path of the file that was tried.
        path: PathBuf,
        /// All that is wrong with it.
        source: InvalidRecording,
    },
}

impl RecordingError {
    /// The error for people: what is wrong with the file, each with its line, underlined, and what
    /// to do. The error as a text is one line.
    pub fn report(&self) -> String {
        match self {
            Self::Invalid { path, source } => {
                let path = path.display();
                let report = source.report(&path.to_string());
                format!("the inventory `{path}` has problems\n{report}")
            }
            error => error.to_string(),
        }
    }
}

/// A recorded inventory in a file that may change.
#[derive(Debug)]
pub struct RecordedFile {
    path: PathBuf,
    latest: Mutex<Option<(Stamp, Arc<Recorded>)>>,
}

/// Time and size, of which one changes with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    bytes: u64,
}

impl Stamp {
    fn of(metadata: &Metadata) -> io::Result<Self> {
        Ok(Self { modified: metadata.modified()?, bytes: metadata.len() })
    }
}

impl RecordedFile {
    /// The file at `path`; it is read when it is first needed.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), latest: Mutex::new(None) }
    }

    /// Path that the file was given by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The inventory as the file is now: read anew if its time or size changed, else the one that
    /// was read before. One evaluation uses one snapshot. Blocks.
    pub fn snapshot(&self) -> Result<Arc<Recorded>, RecordingError> {
        let unreadable = |source| RecordingError::File { path: self.path.clone(), source };
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = fs::metadata(&self.path).and_then(|found| Stamp::of(&found));
        let stamp = stamp.map_err(unreadable)?;
        if let Some((read, recorded)) = &*latest
            && *read == stamp
        {
            return Ok(recorded.clone());
        }
        *latest = None;
        let mut file = File::open(&self.path).map_err(unreadable)?;
        let inventory = match stream(&mut file) {
            Some(inventory) => inventory,
            None => self.whole(file)?,
        };
        let recorded = Arc::new(Recorded::new(inventory));
        *latest = Some((stamp, recorded.clone()));
        Ok(recorded)
    }

    /// The inventory by the text of the file as a whole, or what is wrong with it.
    fn whole(&self, file: File) -> Result<Inventory, RecordingError> {
        let mut text = Vec::new();
        // Whatever size the system told: it may grow, and a device has none.
        let bytes = file.take(MAX_BYTES + 1).read_to_end(&mut text);
        let bytes =
            bytes.map_err(|source| RecordingError::File { path: self.path.clone(), source })?;
        if bytes as u64 > MAX_BYTES {
            return Err(RecordingError::Size { path: self.path.clone() });
        }
        let invalid = |source| RecordingError::Invalid { path: self.path.clone(), source };
        read(&text, schemas()).map_err(invalid)
    }
}

/// The inventory of a file that can be read once more from its beginning, where it then stands if
/// there is none.
fn stream(file: &mut File) -> Option<Inventory> {
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    let inventory = read::by_windows(file, MAX_BYTES, schemas());
    if inventory.is_none() {
        file.rewind().ok()?;
    }
    inventory
}

/// Writes an inventory to a file, whole or not at all: readers see the old file or the new one.
/// Blocks.
pub fn write(inventory: &Inventory, path: &Path) -> Result<(), RecordingError> {
    let mut text = format!("{:#}", to_json(inventory));
    text.push('\n');
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let replace = || -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        file.write_all(text.as_bytes())?;
        file.persist(path)?;
        Ok(())
    };
    replace().map_err(|source| RecordingError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty(account: &str, recorded_at: &str) -> Inventory {
        Inventory::empty(account.parse().expect("an id"), recorded_at.parse().expect("an instant"))
    }

    #[test]
    fn a_changed_file_is_read_anew_and_an_unchanged_one_is_not() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("account.json");
        let first = empty("123456789012", "2026-11-16T08:00:00Z");
        write(&first, &path).expect("written");
        let file = RecordedFile::new(&path);
        let one = file.snapshot().expect("readable");
        assert_eq!(one.inventory(), &first);
        assert!(Arc::ptr_eq(&one, &file.snapshot().expect("readable")));

        let second = empty("123456789012", "2026-11-16T08:00:00.25Z");
        write(&second, &path).expect("written");
        assert_eq!(file.snapshot().expect("readable").inventory(), &second);
        assert_eq!(one.inventory(), &first, "a snapshot stays as it was");
    }

    #[test]
    fn a_file_without_end_is_refused() {
        let refused = RecordedFile::new("/dev/zero").snapshot();
        assert!(matches!(refused, Err(RecordingError::Size { .. })), "{refused:?}");
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_and_forgotten_once_it_is_right() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("account.json");
        let file = RecordedFile::new(&path);
        let problem = || {
            let error = file.snapshot().expect_err("a broken file").to_string();
            error.replace(&directory.path().display().to_string(), "")
        };
        assert_eq!(
            problem(),
            "cannot open the inventory `/account.json`: No such file or directory (os error 2)"
        );
        fs::write(&path, "{\n  \"account\": 1,\n").expect("written");
        assert_eq!(
            problem(),
            "the inventory `/account.json` is not JSON: 3:1: EOF while parsing an object"
        );
        fs::write(&path, "[]").expect("written");
        assert_eq!(
            problem(),
            "the inventory `/account.json` is not of the format in docs/inventory.md: \
             1:1: the recording is a list, but must be an object"
        );
        let inventory = empty("123456789012", "2026-11-16T08:00:00Z");
        write(&inventory, &path).expect("written");
        assert_eq!(file.snapshot().expect("readable").inventory(), &inventory);
    }
}
