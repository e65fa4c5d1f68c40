//! Policy trees on disk, for the commands that work without Git.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::policy::{self, SourceFile};

/// The policy files under the paths, in the order of their names. A directory is read whole,
/// a file as it is named; symbolic links are not followed.
pub(super) fn read(paths: &[PathBuf]) -> anyhow::Result<Vec<SourceFile>> {
    let mut found = Vec::new();
    for path in paths {
        let kind = fs::symlink_metadata(path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        if kind.is_dir() {
            directory(path, &mut found)?;
        } else {
            found.push(path.clone());
        }
    }
    found.sort();
    found.dedup();
    if found.is_empty() {
        let shown: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        bail!("no policy file (*.yaml, *.yml, *.json) in `{}`", shown.join("`, `"));
    }
    found.iter().map(|path| file(path)).collect()
}

fn directory(path: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries =
        fs::read_dir(path).with_context(|| format!("cannot list `{}`", path.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("cannot list `{}`", path.display()))?;
        let kind = entry.file_type().with_context(|| format!("cannot list {entry:?}"))?;
        let path = entry.path();
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if kind.is_dir() && !hidden {
            directory(&path, found)?;
        } else if kind.is_file() && policy::is_policy_file(&path.to_string_lossy()) {
            found.push(path);
        }
    }
    Ok(())
}

fn file(path: &Path) -> anyhow::Result<SourceFile> {
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let shown = path.strip_prefix("./").unwrap_or(path).to_string_lossy();
    Ok(SourceFile::new(shown.as_ref(), bytes))
}
