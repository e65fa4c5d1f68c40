//! Names of objects, and what a commit says of itself.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use git2::Oid;
use serde::{Deserialize, Serialize};

/// Authors and summaries are cut here: they are shown, and anybody may write them.
const LONGEST_TEXT: usize = 300;

/// The id of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CommitId([u8; 20]);

/// Why a string is no id of an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the id of a Git object: forty hexadecimal digits")]
pub struct InvalidObjectId(pub String);

impl CommitId {
    pub(super) fn of(id: Oid) -> Self {
        let mut bytes = [0; 20];
        for (to, from) in bytes.iter_mut().zip(id.as_bytes()) {
            *to = *from;
        }
        Self(bytes)
    }
}

impl FromStr for CommitId {
    type Err = InvalidObjectId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 20];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| InvalidObjectId(text.to_owned()))?;
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for CommitId {
    type Error = InvalidObjectId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CommitId> for String {
    fn from(id: CommitId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&hex::encode(self.0))
    }
}

impl CommitId {
    pub(super) fn oid(self) -> Result<Oid, git2::Error> {
        Oid::from_bytes(&self.0)
    }

    /// The first seven digits, for people.
    pub fn short(self) -> String {
        self.to_string().chars().take(7).collect()
    }
}

/// A commit, by what it says of itself. The texts are whatever its author wrote, on one line and cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Id of the commit.
    pub id: CommitId,
    /// Its first parent; none of the first commit.
    pub parent: Option<CommitId>,
    /// Who wrote it: `Name <address>`.
    pub author: String,
    /// When it was committed, as the committer's clock had it.
    pub committed_at: DateTime<Utc>,
    /// The first line of its message.
    pub summary: String,
}

impl Commit {
    pub(super) fn of(commit: &git2::Commit<'_>) -> Self {
        let author = commit.author();
        let author = format!(
            "{} <{}>",
            String::from_utf8_lossy(author.name_bytes()),
            String::from_utf8_lossy(author.email_bytes())
        );
        Self {
            id: CommitId::of(commit.id()),
            parent: commit.parent_ids().next().map(CommitId::of),
            author: line(&author),
            committed_at: DateTime::from_timestamp_secs(commit.time().seconds())
                .unwrap_or_default(),
            summary: line(&String::from_utf8_lossy(commit.summary_bytes().unwrap_or_default())),
        }
    }
}

/// One line without control characters, cut.
fn line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn ids_are_read_as_they_are_written() {
        let id: CommitId = ID.parse().unwrap();
        assert_eq!(id.to_string(), ID);
        assert_eq!(id.short(), "0123456");
        assert_eq!(CommitId::of(id.oid().unwrap()), id);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{ID}\""));
    }

    #[test]
    fn anything_but_forty_hexadecimal_digits_is_no_id() {
        for wrong in ["", "main", &ID[1..], &format!("{ID}0"), &ID.replace('f', "g")] {
            assert_eq!(wrong.parse::<CommitId>(), Err(InvalidObjectId(wrong.to_owned())));
        }
    }

    #[test]
    fn texts_of_strangers_are_one_short_line() {
        assert_eq!(line("a\u{0}b\r\nc\u{1b}[1m"), "abc[1m");
        assert_eq!(line(&"x".repeat(1000)).len(), LONGEST_TEXT);
    }
}
