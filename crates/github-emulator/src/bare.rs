//! A bare repository, changed and read by the `git` program.
//!
//! The emulator is the far side of the wire, so it uses Git itself and not the library that the
//! service uses. Each call is one process with a time limit; a name from outside is never taken
//! for an option.

mod objects;
mod write;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

pub(crate) use objects::{Change, CommitRecord, Signature};
pub(crate) use write::{Committer, FileChange, Merge};

/// How long one call of `git` may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Variables with which a surrounding `git` (a hook that runs the tests) would lead ours astray.
const ASTRAY: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
];

/// Settings of a new repository: what GitHub allows, and nothing that works in the background.
const SETTINGS: [(&str, &str); 8] = [
    ("http.receivepack", "true"),
    ("uploadpack.allowAnySHA1InWant", "true"),
    ("uploadpack.allowFilter", "true"),
    ("receive.hideRefs", "refs/pull"),
    ("receive.autogc", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    // The state around it is in memory: nothing is gained by waiting for the disk.
    ("core.fsync", "none"),
];

/// Why `git` did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// It could not be run.
    #[error("cannot run `git`: {0}; is it installed?")]
    Start(#[from] std::io::Error),
    /// It took too long and was ended.
    #[error("`git {command}` took longer than {} s", TIMEOUT.as_secs())]
    Timeout {
        /// Arguments of the call, as one line.
        command: String,
    },
    /// It ended with a failure.
    #[error("`git {command}` failed: {stderr}")]
    Failed {
        /// Arguments of the call, as one line.
        command: String,
        /// Everything that it wrote to standard error.
        stderr: String,
    },
}

/// A bare repository in a directory.
#[derive(Debug)]
pub(crate) struct Bare {
    path: PathBuf,
    /// Ids of commits that are there: most calls name one.
    seen: Mutex<HashSet<String>>,
}

impl Bare {
    /// Makes an empty repository, whose branch to be is `main`.
    pub(crate) async fn create(path: &Path) -> Result<Self, GitError> {
        tokio::fs::create_dir_all(path).await?;
        let repository = Self { path: path.to_owned(), seen: Mutex::default() };
        repository.run(&["init", "--quiet", "--bare", "--initial-branch=main", "."]).await?;
        let settings = SETTINGS.iter().filter_map(|(key, value)| {
            let (section, name) = key.split_once('.')?;
            Some(format!("[{section}]\n\t{name} = {value}\n"))
        });
        let config: String = settings.collect();
        let mut file = tokio::fs::OpenOptions::new().append(true).open(path.join("config")).await?;
        file.write_all(config.as_bytes()).await?;
        file.flush().await?;
        Ok(repository)
    }

    /// Directory that the repository lies in.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// All branches and tags, by full name.
    pub(crate) async fn refs(&self) -> Result<BTreeMap<String, String>, GitError> {
        let format = "--format=%(objectname) %(refname)";
        let listed = self.run(&["for-each-ref", format, "refs/heads", "refs/tags"]).await?;
        let lines = listed.lines().filter_map(|line| line.split_once(' '));
        Ok(lines.map(|(sha, name)| (name.to_owned(), sha.to_owned())).collect())
    }

    /// Points `name` to a commit, or removes it.
    pub(crate) async fn set_ref(&self, name: &str, sha: Option<&str>) -> Result<(), GitError> {
        match sha {
            Some(sha) => self.run(&["update-ref", name, sha]).await?,
            None => self.run(&["update-ref", "-d", name]).await?,
        };
        Ok(())
    }

    /// `true` where `name` is a full name that a branch or tag may have.
    pub(crate) async fn allows_ref(&self, name: &str) -> Result<bool, GitError> {
        let known = name.starts_with("refs/heads/") || name.starts_with("refs/tags/");
        Ok(known && self.output(&["check-ref-format", name], Vec::new()).await?.status.success())
    }

    /// Runs `git` and gives what it says.
    async fn run(&self, arguments: &[&str]) -> Result<String, GitError> {
        self.feed(arguments, Vec::new()).await
    }

    /// Runs `git` with `input` and gives what it says.
    async fn feed(&self, arguments: &[&str], input: Vec<u8>) -> Result<String, GitError> {
        let output = self.output(arguments, input).await?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(GitError::Failed {
            command: arguments.join(" "),
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    /// Runs `git` with `input` and gives how it ended.
    async fn output(&self, arguments: &[&str], input: Vec<u8>) -> Result<Output, GitError> {
        let mut child = command(&self.path)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let stdin = child.stdin.take();
        let feeding = async move {
            if let Some(mut stdin) = stdin {
                // A `git` that does not want its input closes it, and says why by itself.
                let _closed = stdin.write_all(&input).await;
            }
        };
        let working = async { tokio::join!(feeding, child.wait_with_output()).1 };
        match tokio::time::timeout(TIMEOUT, working).await {
            Ok(output) => Ok(output?),
            Err(_) => Err(GitError::Timeout { command: arguments.join(" ") }),
        }
    }
}

/// A `git` that runs in `directory` under nobody's settings but the repository's own.
pub(crate) fn command(directory: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(directory)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C")
        .kill_on_drop(true);
    for name in ASTRAY {
        command.env_remove(name);
    }
    command
}
