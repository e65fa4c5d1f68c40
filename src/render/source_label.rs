//! For whom a post speaks.

/// The source for which a post speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceLabel<'a> {
    /// Name of the source, unique in the service.
    pub source: &'a str,
    /// `true` where no other source is fed by the same repository.
    pub is_alone: bool,
}

impl SourceLabel<'_> {
    /// `cloudcorrect/policies`, or `cloudcorrect/policies (team-b)` where others speak too.
    pub(super) fn check_name(&self, what: &str) -> String {
        if self.is_alone {
            format!("cloudcorrect/{what}")
        } else {
            format!("cloudcorrect/{what} ({})", self.source)
        }
    }
}

/// A commit id as people write it.
pub(super) fn short(sha: &str) -> &str {
    sha.get(..7).unwrap_or(sha)
}
