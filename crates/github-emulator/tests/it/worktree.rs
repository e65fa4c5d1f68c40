//! A user's clone: real `git`, over whatever address it was cloned from.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A clone with a work tree. Its actions block and panic when `git` refuses.
pub(crate) struct Worktree {
    directory: TempDir,
}

impl Worktree {
    /// Clones; an empty repository gets its first branch, `main`, with the first push.
    pub(crate) fn clone(url: &str) -> Self {
        let directory = TempDir::new().unwrap();
        let worktree = Self { directory };
        worktree.git(&["clone", "--quiet", url, "."]);
        worktree
    }

    /// Where the files are.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file.
    pub(crate) fn write(&self, path: &str, content: &str) -> &Self {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// Commits everything that was written or removed; gives the commit.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Goes to a branch, which is made here if it is not there.
    pub(crate) fn switch(&self, branch: &str) -> &Self {
        if self.try_git(&["switch", "--quiet", branch]).is_err() {
            self.git(&["switch", "--quiet", "--create", branch]);
        }
        self
    }

    /// Pushes the present branch.
    pub(crate) fn push(&self) {
        self.git(&["push", "--quiet", "origin", "HEAD"]);
    }

    /// Runs `git`, which must succeed; gives what it says.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.try_git(arguments).unwrap_or_else(|problem| panic!("git {arguments:?}: {problem}"))
    }

    /// Runs `git`; gives what it says, or what it complains of.
    pub(crate) fn try_git(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new("git");
        command
            .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.com"])
            .args(["-c", "init.defaultBranch=main", "-c", "protocol.version=2"])
            .args(arguments)
            .current_dir(self.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::null());
        // Where the tests run in a hook, its repository is not ours.
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(name);
        }
        let output = command.output().expect("git is installed");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }
}
