//! The repository that policy files on disk are in, as far as it has settings.

use std::fs;
use std::path::{self, Path, PathBuf};

use anyhow::{Context, bail};

use crate::diagnostic::Diagnostic;
use crate::policy::{SETTINGS_FILE, Settings, SourceFile};

use super::tree::{LARGEST_FILE, shown};

/// Names that people give the file, and that the service would not read.
const NOT_READ: [&str; 2] = [".cloudcorrect.yml", ".cloudcorrect.json"];

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
        let near = std::env::current_dir().and_then(fs::canonicalize).ok();
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

    /// Whether its settings leave a file of a directory out; `None` where they leave out nothing.
    /// What a link stands for does not matter, but where it stands.
    pub(super) fn excludes(
        &self,
        directory: &Path,
    ) -> anyhow::Result<Option<impl Fn(&Path) -> bool + use<'_>>> {
        let settings = self.settings.as_ref().filter(|settings| !settings.exclude.is_empty());
        let Some(settings) = settings else { return Ok(None) };
        let directory = absolute(directory)?;
        let below = directory.strip_prefix(&self.root).unwrap_or(&directory).to_owned();
        Ok(Some(move |name: &Path| settings.excludes(&below.join(name).to_string_lossy())))
    }
}

/// The directory whose settings hold for a path.
fn root_of(path: &Path) -> anyhow::Result<Option<PathBuf>> {
    let has = |directory: &Path, name: &str| fs::symlink_metadata(directory.join(name)).is_ok();
    let mut nearest: Option<PathBuf> = None;
    for directory in absolute(path)?.ancestors() {
        if let Some(other) = NOT_READ.iter().find(|other| has(directory, other)) {
            let other = directory.join(other);
            bail!("`{}` is not read; call it `{SETTINGS_FILE}`", other.display());
        }
        let is_root = has(directory, ".git");
        if has(directory, SETTINGS_FILE) {
            nearest.get_or_insert_with(|| directory.to_owned());
        }
        if let (true, Some(nearest)) = (is_root, &nearest)
            && nearest != directory
        {
            bail!(
                "`{}` is not at the root of the repository, `{}`; move it there",
                nearest.join(SETTINGS_FILE).display(),
                directory.display()
            );
        }
        if is_root || (nearest.is_some() && !is_in_git(directory)) {
            return Ok(nearest);
        }
    }
    Ok(nearest)
}

/// Whether a directory above is the root of a Git repository.
fn is_in_git(directory: &Path) -> bool {
    directory.ancestors().any(|above| fs::symlink_metadata(above.join(".git")).is_ok())
}

fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    let found = fs::canonicalize(path).or_else(|_| path::absolute(path));
    found.with_context(|| format!("cannot tell where `{}` is", path.display()))
}
