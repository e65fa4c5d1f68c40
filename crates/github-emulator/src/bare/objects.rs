//! Reading commits and what changed between them.

use std::sync::PoisonError;

use super::{Bare, GitError};

/// A commit, by what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommitRecord {
    pub(crate) sha: String,
    pub(crate) tree: String,
    pub(crate) parents: Vec<String>,
    pub(crate) author: Signature,
    pub(crate) committer: Signature,
    pub(crate) message: String,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) name: String,
    pub(crate) email: String,
    /// ISO 8601 with the author's offset.
    pub(crate) date: String,
}

/// One file that differs between two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) path: String,
    /// The name before a rename.
    pub(crate) previous: Option<String>,
    /// GitHub's word: `added`, `removed`, `modified`, `renamed`, `changed`.
    pub(crate) status: &'static str,
    /// The blob after the change, of zeros for a removed file.
    pub(crate) blob: String,
    pub(crate) additions: u64,
    pub(crate) deletions: u64,
}

/// The fields of [`CommitRecord`], with unit separators.
const FORMAT: &str = "--format=%H%x1f%T%x1f%P%x1f%an%x1f%ae%x1f%aI%x1f%cn%x1f%ce%x1f%cI%x1f%B";

/// The tree without entries, against which a first commit is compared.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

impl Bare {
    /// The commit that a branch, tag, full name or (abbreviated) id means.
    pub(crate) async fn resolve(&self, name: &str) -> Result<Option<String>, GitError> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).contains(name);
        if seen {
            return Ok(Some(name.to_owned()));
        }
        let wanted = format!("{name}^{{commit}}");
        let asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted];
        let output = self.output(&asked, Vec::new()).await?;
        if !output.status.success() {
            return Ok(None);
        }
        let found = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(found.clone());
        Ok(Some(found))
    }

    /// Loses a commit that nothing leads to any more.
    #[cfg(feature = "faults")]
    pub(crate) fn forget(&self, sha: &str) -> std::io::Result<()> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(sha);
        let (folder, file) = sha.split_at_checked(2).unwrap_or_default();
        std::fs::remove_file(self.path.join("objects").join(folder).join(file))
    }

    /// The commit of that id.
    pub(crate) async fn commit_record(&self, sha: &str) -> Result<CommitRecord, GitError> {
        let listed = self.run(&["log", "-z", "-1", FORMAT, "--end-of-options", sha]).await?;
        commits(&listed).pop().ok_or_else(|| GitError::Failed {
            command: format!("log -1 {sha}"),
            stderr: "no such commit".to_owned(),
        })
    }

    /// The commits that `head` has and `base` lacks, oldest first.
    pub(crate) async fn commits_between(
        &self,
        base: Option<&str>,
        head: &str,
    ) -> Result<Vec<CommitRecord>, GitError> {
        let without = base.map(|base| format!("^{base}"));
        let mut asked = vec!["log", "-z", "--reverse", "--topo-order", FORMAT, head];
        asked.extend(without.as_deref());
        Ok(commits(&self.run(&asked).await?))
    }

    /// How many commits `head` has that `base` lacks.
    pub(crate) async fn count_between(&self, base: &str, head: &str) -> Result<u64, GitError> {
        let counted = self.run(&["rev-list", "--count", head, &format!("^{base}")]).await?;
        Ok(counted.trim().parse().unwrap_or_default())
    }

    /// Best common ancestor of two commits, if they have one.
    pub(crate) async fn merge_base(
        &self,
        one: &str,
        other: &str,
    ) -> Result<Option<String>, GitError> {
        let output = self.output(&["merge-base", one, other], Vec::new()).await?;
        let found = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok((output.status.success() && !found.is_empty()).then_some(found))
    }

    /// `true` where `descendant` has `ancestor` in its history, or is it.
    pub(crate) async fn contains(
        &self,
        descendant: &str,
        ancestor: &str,
    ) -> Result<bool, GitError> {
        let asked = ["merge-base", "--is-ancestor", ancestor, descendant];
        Ok(self.output(&asked, Vec::new()).await?.status.success())
    }

    /// The files that differ from `base` (nothing, for a first commit) to `head`.
    pub(crate) async fn changes(
        &self,
        base: Option<&str>,
        head: &str,
    ) -> Result<Vec<Change>, GitError> {
        let base = base.unwrap_or(EMPTY_TREE);
        let how = ["diff-tree", "-r", "-M", "-z", "--no-abbrev"];
        let listed = self.run(&[&how[..], &["--raw", "--numstat", base, head]].concat()).await?;
        Ok(changes(&listed))
    }
}

fn commits(listed: &str) -> Vec<CommitRecord> {
    listed.split('\0').filter_map(commit).collect()
}

fn commit(record: &str) -> Option<CommitRecord> {
    let mut fields = record.splitn(10, '\x1f').map(str::to_owned);
    let sha = fields.next()?;
    let tree = fields.next()?;
    let parents = fields.next()?.split_whitespace().map(str::to_owned).collect();
    let author = signature(&mut fields)?;
    let committer = signature(&mut fields)?;
    let message = fields.next()?.trim_end().to_owned();
    Some(CommitRecord { sha, tree, parents, author, committer, message })
}

fn signature(fields: &mut impl Iterator<Item = String>) -> Option<Signature> {
    Some(Signature { name: fields.next()?, email: fields.next()?, date: fields.next()? })
}

/// Reads `--raw --numstat -z`: first an entry for each file, then its counts in the same order.
fn changes(listed: &str) -> Vec<Change> {
    let mut fields = listed.split('\0').filter(|field| !field.is_empty());
    let mut found: Vec<Change> = Vec::new();
    let mut counted = 0;
    while let Some(field) = fields.next() {
        if let Some(entry) = field.strip_prefix(':') {
            found.extend(raw_entry(entry, &mut fields));
        } else if let Some(change) = found.get_mut(counted) {
            counted += 1;
            let mut counts = field.split('\t');
            let mut count = || counts.next().and_then(|text| text.parse().ok()).unwrap_or_default();
            change.additions = count();
            change.deletions = count();
            if change.previous.is_some() {
                // A rename gives both names in fields of their own.
                fields.nth(1);
            }
        }
    }
    found
}

fn raw_entry<'a>(entry: &str, fields: &mut impl Iterator<Item = &'a str>) -> Option<Change> {
    let mut words = entry.split(' ').skip(3);
    let blob = words.next()?.to_owned();
    let letter = words.next()?.chars().next()?;
    let first = fields.next()?.to_owned();
    let (previous, path) = match letter {
        'R' | 'C' => (Some(first), fields.next()?.to_owned()),
        _ => (None, first),
    };
    let status = match letter {
        'A' => "added",
        'D' => "removed",
        'R' => "renamed",
        'T' => "changed",
        _ => "modified",
    };
    Some(Change { path, previous, status, blob, additions: 0, deletions: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_is_read_file_by_file() {
        let listed = ":100644 100644 aaa bbb M\0a.yaml\0:100644 100644 ccc ccc R100\0old\0new\0\
                      :000000 100644 000 ddd A\0n\u{e4}me\0\
                      3\t1\ta.yaml\x000\t0\t\0old\0new\0-\t-\tn\u{e4}me\0";
        let read: Vec<_> = changes(listed)
            .into_iter()
            .map(|c| (c.path, c.previous, c.status, c.blob, c.additions, c.deletions))
            .collect();
        let of = |text: &str| text.to_owned();
        assert_eq!(
            read,
            [
                (of("a.yaml"), None, "modified", of("bbb"), 3, 1),
                (of("new"), Some(of("old")), "renamed", of("ccc"), 0, 0),
                (of("n\u{e4}me"), None, "added", of("ddd"), 0, 0),
            ]
        );
    }
}
