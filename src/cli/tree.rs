//! Policy trees on disk, for the commands that work without Git.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};

use cloudcorrect::catalog;
use cloudcorrect::diagnostic::{Code, Diagnostic, Location};
use cloudcorrect::document::{
    self, MAX_DIRECTORY_DEPTH, MAX_FILE_BYTES, SourceFile, TreeRoom, TreeTooLarge,
};
use cloudcorrect::git::SkipReason;
use cloudcorrect::policy::{Account, LoadOutcome, PolicySet};
use cloudcorrect::render::diagnostics;

use super::repository::{Repository, shown};
use super::wanted::none_such;

/// Bytes of the buffer that a file is read into at first: nearly all are smaller.
const BUFFER: usize = 32 * 1024;
/// Files for which another thread is worth its start.
const FILES_A_THREAD: usize = 100;

/// Words for a path that cannot be read; where there is nothing, what to do.
fn unreadable(path: &Path) -> String {
    let shown = path.display();
    if path.exists() || path.is_symlink() {
        return format!("cannot read `{shown}`");
    }
    format!("cannot read `{shown}`: name a directory, or begin one with `cloudcorrect init`")
}

/// Policy files of a tree, and what belongs to them.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The policy files, in the order of their names.
    pub(super) files: Vec<SourceFile>,
    /// The repository that they are in, if it has settings.
    repository: Option<Rc<Repository>>,
    /// Problems of what is not read although it could hold policies.
    refused: Vec<Diagnostic>,
}

impl Tree {
    /// Tree of what is under the paths. A directory is read whole, apart from hidden entries, a file as it
    /// is named. What the service would refuse in a commit is refused here too.
    pub(super) fn read(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut tree = Self { repository: Repository::of(paths)?.map(Rc::new), ..Self::default() };
        match tree.fill(paths) {
            Err(error) if error.is::<TreeTooLarge>() => {
                let place =
                    Location::file(paths.first().map(|path| shown(path)).unwrap_or_default());
                let why = Diagnostic::error(place, Code::UnreadableTree, error.to_string());
                Ok(Self { repository: tree.repository, refused: vec![why], files: Vec::new() })
            }
            filled => filled.map(|()| tree),
        }
    }

    /// Finds the policy files and reads them. [`TreeTooLarge`] is an error of the tree, not of the
    /// command.
    fn fill(&mut self, paths: &[PathBuf]) -> anyhow::Result<()> {
        let mut walk = Walk { tree: self, found: Vec::new(), room: TreeRoom::default() };
        for path in paths {
            // A link that is named is followed: it is those in directories that are not.
            let kind = fs::metadata(path).with_context(|| unreadable(path))?;
            if kind.is_dir() {
                walk.directory(path, 0)?;
            } else {
                walk.found.push(path.clone());
            }
        }
        let Walk { mut found, room, .. } = walk;
        if paths.len() > 1 {
            found.sort();
            once(&mut found);
            self.refused.sort();
            self.refused.dedup();
        }
        if found.is_empty() && self.refused.is_empty() {
            let shown: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
            bail!("no policy file (*.yaml, *.yml, *.json) in `{}`", shown.join("`, `"));
        }
        for (path, read) in found.iter().zip(contents(&found, room)?) {
            self.file(path, read)?;
        }
        Ok(())
    }

    /// Meaning of its policies, all that is wrong with them, and what the repository's settings have
    /// against them.
    pub(super) fn governed(&self) -> LoadOutcome {
        let reading = self.reading();
        match self.repository.as_ref().and_then(|repository| repository.settings.as_ref()) {
            Some(settings) => settings.govern(reading),
            None => reading,
        }
    }

    /// Meaning of its policies, and all that is wrong with them.
    pub(super) fn reading(&self) -> LoadOutcome {
        let mut reading = catalog::read(&self.files);
        reading.diagnostics.extend(self.refused.iter().cloned());
        let settings = self.repository.iter().flat_map(|repository| &repository.problems);
        reading.diagnostics.extend(settings.cloned());
        reading.diagnostics.sort();
        reading
    }

    /// All files that a diagnostic may be about.
    pub(super) fn sources(&self) -> Vec<SourceFile> {
        let settings = self.repository.iter().map(|repository| &repository.file);
        self.files.iter().chain(settings).cloned().collect()
    }

    /// The account of that name, and the policies beside it. A tree with other problems may still name its
    /// accounts.
    pub(super) fn account(&self, name: &str) -> anyhow::Result<(Account, Arc<PolicySet>)> {
        let LoadOutcome { policies, diagnostics, has_unread_tests: _ } = self.reading();
        if let Some(account) = policies.accounts().find(|it| it.name.as_str() == name) {
            return Ok((account.clone(), Arc::clone(&policies)));
        }
        let known = policies.accounts.values().map(|account| account.name.as_str());
        let shown = diagnostics::text(&diagnostics, &self.sources());
        let told = format!("{}\n{shown}", none_such("account", name, known));
        bail!("{}", told.trim_end())
    }

    fn file(&mut self, path: &Path, read: io::Result<Content>) -> anyhow::Result<()> {
        match read.with_context(|| format!("cannot read `{}`", path.display()))? {
            Content::Read(bytes) => self.files.push(SourceFile::new(shown(path), bytes)),
            Content::TooLarge(bytes) => self.refuse(
                path,
                &format!("the file has {bytes} bytes, and at most 1 MiB is read; split it"),
            ),
        }
        Ok(())
    }

    fn refuse(&mut self, path: &Path, why: &str) {
        self.refused.push(Diagnostic::error(
            Location::file(shown(path)),
            Code::UnreadableFile,
            why,
        ));
    }
}

/// A walk over directories, bounded as that of the service over a commit.
struct Walk<'a> {
    tree: &'a mut Tree,
    found: Vec<PathBuf>,
    room: TreeRoom,
}

impl Walk<'_> {
    /// Goes through a directory and those in it, in the order of their names: the order of paths,
    /// component by component, without a comparison of two.
    fn directory(&mut self, path: &Path, depth: usize) -> anyhow::Result<()> {
        let repository = self.tree.repository.clone();
        let excludes = repository.as_ref().map(|it| it.excludes(path)).transpose()?.flatten();
        for (name, kind) in self.entries(path)? {
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            // A pattern is about files, also where it names a directory: so the service takes it.
            if !kind.is_dir() && excludes.as_ref().is_some_and(|it| it(name.as_ref())) {
                continue;
            }
            let entry = path.join(&name);
            if let Some(why) = self.entry(&entry, &name, kind, depth)?
                && !excludes.as_ref().is_some_and(|it| it(name.as_ref()))
            {
                self.tree.refuse(&entry, &why.to_string());
            }
        }
        Ok(())
    }

    /// Names of what is in a directory, in their order, each with what it is.
    fn entries(&mut self, path: &Path) -> anyhow::Result<Vec<(OsString, FileType)>> {
        let unreadable = || format!("cannot list `{}`", path.display());
        let mut entries = Vec::new();
        for entry in fs::read_dir(path).with_context(unreadable)? {
            let entry = entry.with_context(unreadable)?;
            self.room.take_entry()?;
            let kind = entry.file_type().with_context(|| format!("cannot list {entry:?}"))?;
            entries.push((entry.file_name(), kind));
        }
        entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        Ok(entries)
    }

    /// Takes up an entry of a directory, or says why not, as of an entry of a commit.
    fn entry(
        &mut self,
        path: &Path,
        name: &OsStr,
        kind: FileType,
        depth: usize,
    ) -> anyhow::Result<Option<SkipReason>> {
        let shown = name.to_string_lossy();
        let is_policy = document::is_policy_file(&shown);
        let may_hold_policies = kind.is_dir() || kind.is_file() && is_policy;
        let is_nearly = document::is_nearly_policy_file(&shown);
        let is_link = document::may_link_to_policies(&shown);
        Ok(if kind.is_dir() && is_repository(path) {
            Some(SkipReason::Submodule)
        } else if may_hold_policies && name.to_str().is_none() {
            Some(SkipReason::Name)
        } else if kind.is_dir() && depth == MAX_DIRECTORY_DEPTH {
            Some(SkipReason::Depth)
        } else if kind.is_dir() {
            self.directory(path, depth + 1)?;
            None
        } else if kind.is_file() && is_policy {
            self.found.push(path.to_owned());
            None
        } else if kind.is_file() {
            is_nearly.then_some(SkipReason::Extension)
        } else if kind.is_symlink() {
            is_link.then_some(SkipReason::Symlink)
        } else {
            (is_policy || is_nearly).then_some(SkipReason::NoFile)
        })
    }
}

/// `true` of the root of a repository of its own. In the one around it Git keeps it as a submodule.
fn is_repository(directory: &Path) -> bool {
    fs::symlink_metadata(directory.join(".git")).is_ok()
}

/// Leaves each file under the first of the names that it is given by.
fn once(paths: &mut Vec<PathBuf>) {
    let mut seen = HashSet::new();
    paths.retain(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
}

/// Content of a file, as far as it may be read.
enum Content {
    Read(Arc<[u8]>),
    /// So many bytes, or more.
    TooLarge(u64),
}

impl Content {
    /// Reads a file by way of a buffer. How large it says that it is decides nothing: some have no
    /// end.
    fn read(path: &PathBuf, buffer: &mut Vec<u8>) -> io::Result<Self> {
        const MOST: u64 = MAX_FILE_BYTES as u64;
        buffer.clear();
        let mut file = File::open(path)?;
        let read = file.by_ref().take(MOST + 1).read_to_end(buffer)?;
        if read <= MAX_FILE_BYTES {
            return Ok(Self::Read(buffer.as_slice().into()));
        }
        Ok(Self::TooLarge(file.metadata()?.len().max(MOST + 1)))
    }
}

/// The contents of files in their order, read on all processors, as far as there is room for them.
fn contents(paths: &[PathBuf], room: TreeRoom) -> Result<Vec<io::Result<Content>>, TreeTooLarge> {
    let room = Mutex::new(room);
    let read = |paths: &[PathBuf]| {
        let mut buffer = Vec::with_capacity(BUFFER);
        let read = |path| {
            let content = Content::read(path, &mut buffer);
            if let Ok(Content::Read(bytes)) = &content {
                room.lock().unwrap_or_else(PoisonError::into_inner).take_file(bytes.len())?;
            }
            Ok(content)
        };
        paths.iter().map(read).collect::<Result<Vec<_>, _>>()
    };
    let runs = document::parallel_runs(paths, paths.len() / FILES_A_THREAD, read);
    Ok(runs.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}
