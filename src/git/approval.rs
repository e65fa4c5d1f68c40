//! Commits that approve an earlier one by naming it in their message.

use git2::ErrorCode;

use super::{Commit, CommitId, Objects, ReadError};

/// Commits that are looked through at most.
const MOST_COMMITS: usize = 1_000;
/// Approvals that are told of at most, since each is looked into.
const MOST_APPROVALS: usize = 20;
/// Digits of an id, and those that name a commit at least.
const DIGITS: usize = 40;
const FEWEST_DIGITS: usize = 7;

/// Approval of a commit by a later one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Commit whose message says so.
    pub by: Commit,
    /// Name that it gives, the beginning of an id.
    pub name: String,
    /// Commit of its history that this names, if there is one.
    pub of: Option<Commit>,
    /// Authors of what is approved: of all commits that it has and the commit in force has not, but for
    /// merges that leave everything as one side has it.
    pub authors: Vec<String>,
}

impl Objects {
    /// Approvals by the commits that `head` has and `without` has not, those first that were committed
    /// last, and twenty at most. One is a line of the message, `TRAILER: ID`.
    pub fn approvals(
        &self,
        head: CommitId,
        without: Option<CommitId>,
        trailer: &str,
    ) -> Result<Vec<Approval>, ReadError> {
        let commits = self.since(head, without)?;
        let mut found = Vec::new();
        for by in &commits {
            for name in named(&String::from_utf8_lossy(by.message_bytes()), trailer) {
                let of = match self.unique(&name)? {
                    Some(of) if self.repository.graph_descendant_of(by.id(), of.id())? => Some(of),
                    _ => None,
                };
                let authors = match &of {
                    Some(of) => self.authors(of, without)?,
                    None => Vec::new(),
                };
                let (by, of) = (Commit::of(by), of.as_ref().map(Commit::of));
                found.push(Approval { by, name, of, authors });
                if found.len() == MOST_APPROVALS {
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }

    /// Commits that `head` has and `without` has not, so many of them at most.
    fn since(
        &self,
        head: CommitId,
        without: Option<CommitId>,
    ) -> Result<Vec<git2::Commit<'_>>, ReadError> {
        let mut walk = self.repository.revwalk()?;
        walk.push(head.oid()?)?;
        if let Some(without) = without {
            match self.find(without) {
                Ok(commit) => walk.hide(commit.id())?,
                // It is gone, as is all that only it had.
                Err(ReadError::NoSuchCommit(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let commits = walk.take(MOST_COMMITS).map(|id| self.repository.find_commit(id?));
        Ok(commits.collect::<Result<_, _>>()?)
    }

    /// Authors of a commit with all that it brings.
    fn authors(
        &self,
        of: &git2::Commit<'_>,
        without: Option<CommitId>,
    ) -> Result<Vec<String>, ReadError> {
        let is_own = |commit: &git2::Commit<'_>| {
            let is_merge = commit.parent_count() > 1;
            let mut sides = commit.parents();
            !(is_merge && sides.any(|side| side.tree_id() == commit.tree_id()))
        };
        let commits = self.since(CommitId::of(of.id()), without)?;
        let own = commits.iter().filter(|commit| is_own(commit));
        let mut authors: Vec<_> = own.map(|commit| Commit::of(commit).author).collect();
        if authors.is_empty() {
            // The branch was moved back to it.
            authors.push(Commit::of(of).author);
        }
        Ok(authors)
    }

    /// The commit whose id begins so, if there is exactly one.
    fn unique(&self, beginning: &str) -> Result<Option<git2::Commit<'_>>, ReadError> {
        let is_id = beginning.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !is_id || beginning.len() < FEWEST_DIGITS {
            return Ok(None);
        }
        match self.repository.find_commit_by_prefix(beginning) {
            Ok(commit) => Ok(Some(commit)),
            Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::Ambiguous) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Names that a message approves, in lower case and cut.
fn named(message: &str, trailer: &str) -> Vec<String> {
    let names = message.lines().filter_map(|line| {
        let (key, name) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case(trailer).then(|| name.trim())
    });
    let plain = |name: &str| -> String {
        name.chars().filter(|c| !c.is_control() && *c != '`').take(DIGITS).collect()
    };
    names.map(|name| plain(name).to_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::testing::Origin;

    #[test]
    fn only_what_came_before_is_approved_and_only_since_then() {
        let origin = Origin::new();
        let first = origin.commit(&[("a", "1")]);
        let second = origin.commit(&[("a", "2")]);
        let says =
            |of: CommitId| format!("Approve\n\nApprove: {of}\nApprove: {}\n", "ab".repeat(20));
        let third = origin.commit_saying(&says(second), &[("a", "2")]);
        let fourth = origin.commit_saying(&says(first), &[("a", "3")]);
        let fifth = origin.commit_saying(&says(first).repeat(50), &[("a", "4")]);
        let mirror = origin.fetched();
        let found = |head, without| {
            let found = mirror.approvals(head, without, "Approve").expect("a walk");
            let found = found.into_iter().filter(|it| it.name != "ab".repeat(20));
            let pairs = found.map(|it| (it.by.id, it.of.map(|of| of.id)));
            pairs.collect::<Vec<_>>()
        };
        assert_eq!(found(fourth, Some(first)), [(fourth, Some(first)), (third, Some(second))]);
        assert_eq!(found(fourth, Some(third)), [(fourth, Some(first))]);
        assert_eq!(found(third, None), [(third, Some(second))]);
        assert_eq!(found(second, None), []);
        assert_eq!(found(fourth, Some(fourth)), []);
        let gone = "cd".repeat(20).parse().expect("an id");
        assert_eq!(found(third, Some(gone)), [(third, Some(second))]);
        let all = mirror.approvals(fifth, Some(first), "Approve").expect("a walk");
        assert_eq!(all.len(), MOST_APPROVALS);
        // What it says of itself, or of what comes later.
        let other = Origin::new();
        let first = other.commit_saying(&says(second), &[("a", "1")]);
        let found = other.fetched().approvals(first, None, "Approve").expect("a walk");
        assert!(found.len() == 2 && found.iter().all(|it| it.of.is_none()), "{found:?}");
    }

    #[test]
    fn a_line_of_the_message_names_what_it_approves() {
        let message = "Approve the removal\n\nApprove: 0123ABCDEF\r\napprove:abcdef0\n\
            Approve: 012345\nApprove: main\nas it says: Approve: 0123456\nApproves: 0123456\n";
        assert_eq!(named(message, "Approve"), ["0123abcdef", "abcdef0", "012345", "main"]);
    }
}
