//! The repository that policy files on disk are in, as far as it has settings.

use std::fs;
use std::path::{self, Path, PathBuf};

use anyhow::{Context, bail};

use crate::diagnostic::Diagnostic;
use crate::policy::{SETTINGS_FILE, Settings, SourceFile};

use super::tree::{LARGEST_FILE, shown};

/// A repository with settings.
#[derive(Debug)]
pub(super) struct Repository {
    /// Its root, absolute.
    root: PathBuf,
    /// The file with the settings.
    pub(super) file: SourceFile,
    /// What it says, unless it has problems.
    pub(super) settings: Option<Settings>,
    /// What is wrong with it.
    pub(super) problems: Vec<Diagnostic>,
}

impl Repository {
    /// The one that paths are in: the nearest directory above them that has settings or is the root
    /// of a Git repository. Paths in several repositories with settings are refused.
    pub(super) fn of(paths: &[PathBuf]) -> anyhow::Result<Option<Self>> {
        let mut roots = Vec::new();
        for path in paths {
            roots.extend(root_of(path)?);
        }
        roots.sort();
        roots.dedup();
        match roots.as_slice() {
            [] => Ok(None),
            [root] => Self::read(root).map(Some),
            [one, other, ..] => bail!(
                "`{}` and `{}` have settings of their own; name paths of one repository",
                one.display(),
                other.display()
            ),
        }
    }

    fn read(root: &Path) -> anyhow::Result<Self> {
        let path = root.join(SETTINGS_FILE);
        let near = std::env::current_dir().ok();
        let near = near.and_then(|near| path.strip_prefix(near).ok().map(Path::to_owned));
        let name = shown(near.as_deref().unwrap_or(&path));
        let unreadable = || format!("cannot read `{name}`");
        let found = fs::symlink_metadata(&path).with_context(unreadable)?;
        if !found.is_file() || found.len() > LARGEST_FILE {
            bail!("`{name}` is no plain file of at most 1 MiB");
        }
        let file = SourceFile::new(name.as_str(), fs::read(&path).with_context(unreadable)?);
        let (settings, problems) = Settings::read(&file);
        Ok(Self { root: root.to_owned(), file, settings, problems })
    }

    /// Whether its settings leave a path out.
    pub(super) fn excludes(&self, path: &Path) -> anyhow::Result<bool> {
        let Some(settings) = &self.settings else { return Ok(false) };
        let path = absolute(path)?;
        let below = path.strip_prefix(&self.root).unwrap_or(&path);
        Ok(settings.excludes(&below.to_string_lossy()))
    }
}

/// The directory whose settings hold for a path.
fn root_of(path: &Path) -> anyhow::Result<Option<PathBuf>> {
    for directory in absolute(path)?.ancestors() {
        if fs::symlink_metadata(directory.join(SETTINGS_FILE)).is_ok() {
            return Ok(Some(directory.to_owned()));
        }
        if fs::symlink_metadata(directory.join(".git")).is_ok() {
            return Ok(None);
        }
    }
    Ok(None)
}

fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    path::absolute(path).with_context(|| format!("cannot tell where `{}` is", path.display()))
}
