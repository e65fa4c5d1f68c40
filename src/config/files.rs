//! Files that settings name.

use std::io;
use std::path::Path;

/// Bytes of the largest file that is read: a million lines of keys have fewer.
const LARGEST: u64 = 64 << 20;

/// Bytes of a regular file. A pipe that nobody writes to would be waited for without end.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let there = std::fs::metadata(path)?;
    if !there.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    if there.len() > LARGEST {
        return Err(io::Error::other(format!("it is larger than {} MiB", LARGEST >> 20)));
    }
    std::fs::read(path)
}

/// Text of a regular file.
pub(super) fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|_| io::Error::other("it is not UTF-8"))
}
