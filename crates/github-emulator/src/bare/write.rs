//! Commits made on the server: what a user does in GitHub's web editor, and merges.

use std::collections::BTreeMap;

use super::{Bare, GitError};

/// Change of a file: its new bytes, or nothing to remove it.
pub(crate) type FileChange = Option<Vec<u8>>;

/// Who commits, for `git`: a name, an address and seconds since the epoch.
pub(crate) struct Committer {
    pub(crate) login: String,
    pub(crate) seconds: i64,
}

/// A merge of a head into its base.
pub(crate) struct Merge<'a> {
    pub(crate) base: &'a str,
    pub(crate) head: &'a str,
    pub(crate) message: &'a str,
    /// One parent, as if the changes had been made on the base.
    pub(crate) squash: bool,
}

impl Bare {
    /// Adds a commit to a branch, or makes the branch with it; gives the commit.
    pub(crate) async fn commit(
        &self,
        branch: &str,
        files: &BTreeMap<String, FileChange>,
        message: &str,
        by: &Committer,
    ) -> Result<String, GitError> {
        let name = format!("refs/heads/{branch}");
        let parent = self.resolve(&name).await?;
        let mut script = Vec::new();
        let Committer { login, seconds } = by;
        line(&mut script, &format!("commit {name}"));
        line(&mut script, &format!("committer {login} <{login}@example.com> {seconds} +0000"));
        bytes(&mut script, message.as_bytes());
        if let Some(parent) = &parent {
            line(&mut script, &format!("from {parent}"));
        }
        for (path, change) in files {
            match change {
                Some(content) => {
                    line(&mut script, &format!("M 100644 inline {}", quoted(path)));
                    bytes(&mut script, content);
                }
                None => line(&mut script, &format!("D {}", quoted(path))),
            }
        }
        self.feed(&["fast-import", "--quiet"], script).await?;
        self.resolve(&name).await?.ok_or_else(|| GitError::Failed {
            command: "fast-import".to_owned(),
            stderr: format!("`{name}` is not there"),
        })
    }

    /// Merges without touching a branch: the new commit, or nothing where the two conflict.
    pub(crate) async fn merge(
        &self,
        wanted: &Merge<'_>,
        by: &Committer,
    ) -> Result<Option<String>, GitError> {
        let Merge { base, head, message, squash } = wanted;
        let asked = ["merge-tree", "--write-tree", "--no-messages", base, head];
        let output = self.output(&asked, Vec::new()).await?;
        if !output.status.success() {
            return Ok(None);
        }
        let tree = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let name = format!("user.name={}", by.login);
        let email = format!("user.email={}@example.com", by.login);
        let mut command = vec!["-c", &name, "-c", &email, "commit-tree", &tree, "-p", base];
        if !squash {
            command.extend(["-p", head]);
        }
        let made = self.feed(&command, message.as_bytes().to_vec()).await?;
        Ok(Some(made.trim().to_owned()))
    }
}

fn line(script: &mut Vec<u8>, text: &str) {
    script.extend_from_slice(text.as_bytes());
    script.push(b'\n');
}

fn bytes(script: &mut Vec<u8>, content: &[u8]) {
    line(script, &format!("data {}", content.len()));
    script.extend_from_slice(content);
    script.push(b'\n');
}

/// A path as `fast-import` reads it back.
fn quoted(path: &str) -> String {
    let escaped = path.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{escaped}\"")
}
