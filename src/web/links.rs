//! The addresses of pages. They are permanent: posts and bookmarks hold them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::views::run::RunId;

/// Characters that a name keeps as they are in an address.
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Address of a group's page, from the root.
pub(super) fn group(source: &str, group: &str) -> String {
    format!("/sources/{}/groups/{}", encoded(source), encoded(group))
}

/// Address of a run's page, from the root.
pub(super) fn run(run: RunId) -> String {
    format!("/runs/{run}")
}

/// Address of a revision's page, from the root.
pub(super) fn revision(source: &str, commit: &str) -> String {
    format!("/sources/{}/revisions/{}", encoded(source), encoded(commit))
}

/// Address of the page of a source's posts, from the root.
pub(super) fn posts(source: &str) -> String {
    format!("/sources/{}/posts", encoded(source))
}

/// A value for a query.
pub(super) fn encoded(text: &str) -> impl std::fmt::Display {
    utf8_percent_encode(text, NAME)
}

/// A commit as it is mentioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Commit {
    /// The page of the revision.
    pub(super) href: String,
    /// The first digits of its id.
    pub(super) short: String,
    /// The first line of its message, where that is known.
    pub(super) summary: String,
}

impl Commit {
    /// The commit `id` of a source.
    pub(super) fn new(source: &str, id: &str) -> Self {
        let short = id.chars().take(8).collect();
        Self { href: revision(source, id), short, summary: String::new() }
    }

    /// The same, with what it says of itself.
    pub(super) fn summed_up(self, summary: String) -> Self {
        Self { summary, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_place_in_an_address() {
        assert_eq!(group("a/../b?c", "storage"), "/sources/a%2F..%2Fb%3Fc/groups/storage");
        assert_eq!(revision("policies", "0123abcd"), "/sources/policies/revisions/0123abcd");
    }
}
