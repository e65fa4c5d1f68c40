//! The repository that policy files on disk are in, as far as it has settings.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{self, Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};

use cloudcorrect::diagnostic::Diagnostic;
use cloudcorrect::document::{MAX_FILE_BYTES, SourceFile};
use cloudcorrect::policy::{SETTINGS_FILE, Settings};

/// Names that people give the file, and that the service would not read.
const NOT_READ: [&str; 2] = [".cloudcorrect.yml", ".cloudcorrect.json"];

/// Names without the dot, which a file of policies may have as well.
const DOTLESS: [&str; 3] = ["cloudcorrect.yaml", "cloudcorrect.yml", "cloudcorrect.json"];

/// A repository that has a file of settings.
#[derive(Debug)]
pub(super) struct Repository {
    /// Absolute path of its root.
    root: PathBuf,
    /// The file with the settings.
    pub(super) file: SourceFile,
    /// Settings of the file, unless it has problems.
    pub(super) settings: Option<Settings>,
    /// Problems of the file, at their lines.
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
        if !found.is_file() || found.len() > MAX_FILE_BYTES as u64 {
            bail!("`{name}` is no plain file of at most 1 MiB");
        }
        let file = SourceFile::new(name.as_str(), fs::read(&path).with_context(unreadable)?);
        let (settings, problems) = Settings::read(&file);
        Ok(Self { root: root.to_owned(), file, settings, problems })
    }

    /// Test of whether its settings leave a file of a directory out; `None` where they leave out nothing.
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

/// The directory whose settings hold for a path: the root of its Git repository, or outside of one
/// the nearest that has some.
fn root_of(path: &Path) -> anyhow::Result<Option<PathBuf>> {
    let has = |directory: &Path, name: &str| fs::symlink_metadata(directory.join(name)).is_ok();
    let path = absolute(path)?;
    let git = path.ancestors().find(|directory| has(directory, ".git"));
    let mut nearest: Option<&Path> = None;
    for directory in path.ancestors() {
        let is_lost = |name: &&&str| is_settings(&directory.join(name));
        let other = NOT_READ.iter().find(|other| has(directory, other));
        if let Some(other) = other.or_else(|| DOTLESS.iter().find(is_lost)) {
            let other = directory.join(other);
            bail!("`{}` is not read; call it `{SETTINGS_FILE}`", other.display());
        }
        if has(directory, SETTINGS_FILE) {
            nearest.get_or_insert(directory);
        }
        if git.map_or(nearest.is_some(), |root| root == directory) {
            break;
        }
    }
    match (nearest, git) {
        (Some(nearest), Some(root)) if nearest != root => bail!(
            "`{}` is not at the root of the repository, `{}`; move it there",
            nearest.join(SETTINGS_FILE).display(),
            root.display()
        ),
        _ => Ok(nearest.map(Path::to_owned)),
    }
}

/// `true` of a file that says that it holds settings.
fn is_settings(path: &Path) -> bool {
    let is_small = |found: &fs::Metadata| found.is_file() && found.len() <= MAX_FILE_BYTES as u64;
    if !fs::symlink_metadata(path).is_ok_and(|found| is_small(&found)) {
        return false;
    }
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().any(|line| {
        let pair = line.trim().trim_end_matches(',').split_once(':');
        pair.is_some_and(|(key, value)| {
            let word = |text: &str| text.trim().trim_matches('"').to_owned();
            word(key) == "kind" && word(value) == "Settings"
        })
    })
}

/// Name of a file as diagnostics and policies have it.
pub(super) fn shown(path: &Path) -> String {
    path.strip_prefix("./").unwrap_or(path).to_string_lossy().into_owned()
}

/// Argument that says where those who read a report look for its files.
#[derive(Debug, clap::Args)]
pub(super) struct Workspace {
    /// Where a workflow of GitHub keeps the repository; nowhere if empty
    #[arg(long, value_name = "DIRECTORY", env = "GITHUB_WORKSPACE", hide = true)]
    workspace: Option<OsString>,
}

impl Workspace {
    /// Name of a file for who reads the whole repository, such as GitHub: from the root of the Git
    /// repository that it is in, or else from the workspace. As it was given where it is in neither.
    pub(super) fn name_of(&self, name: &str) -> Arc<str> {
        let Some((directory, file)) = directory_of(Path::new(name)) else { return name.into() };
        let git = directory.ancestors().find(|it| fs::symlink_metadata(it.join(".git")).is_ok());
        let workspace = self.workspace.as_ref().and_then(|path| fs::canonicalize(path).ok());
        let roots = [git.map(Path::to_owned), workspace];
        let inside = roots.iter().flatten().find_map(|root| directory.strip_prefix(root).ok());
        inside.map_or_else(|| name.into(), |inside| shown(&inside.join(file)).into())
    }
}

/// Where a file is, without links, and its own name, of which a link stays one.
fn directory_of(path: &Path) -> Option<(PathBuf, &OsStr)> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = fs::canonicalize(parent.unwrap_or(Path::new("."))).ok()?;
    Some((parent, path.file_name()?))
}

fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    let found = fs::canonicalize(path).or_else(|_| path::absolute(path));
    found.with_context(|| format!("cannot tell where `{}` is", path.display()))
}
