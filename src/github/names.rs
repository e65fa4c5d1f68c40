//! How repositories are named.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

/// GitHub's number of a repository: unlike its name it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(transparent)]
pub struct RepositoryId(pub u64);

impl fmt::Display for RepositoryId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// `owner/name`, as a repository is called at present.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryName {
    owner: String,
    name: String,
}

impl RepositoryName {
    /// Login of the user or organization that owns it.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The name without the owner.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Why a string is no [`RepositoryName`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no repository; write `owner/name` of a-z, 0-9, `-`, `_` and `.`")]
pub struct InvalidRepositoryName(pub String);

impl FromStr for RepositoryName {
    type Err = InvalidRepositoryName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_good = |part: &str| {
            let mut characters = part.chars();
            !matches!(part, "" | "." | "..")
                && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        match text.split_once('/') {
            Some((owner, name)) if is_good(owner) && is_good(name) => {
                Ok(Self { owner: owner.to_owned(), name: name.to_owned() })
            }
            _ => Err(InvalidRepositoryName(text.to_owned())),
        }
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.owner, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        for good in ["acme/policies", "a-b/c_d.e", "A1/.github"] {
            assert_eq!(good.parse::<RepositoryName>().expect(good).to_string(), good);
        }
        for bad in ["", "acme", "acme/", "/x", "a/b/c", "a/..", "../b", "a/b?c", "a/b c", "a/b%2F"]
        {
            assert!(bad.parse::<RepositoryName>().is_err(), "{bad}");
        }
    }
}
