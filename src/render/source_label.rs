//! For whom a post speaks.

use super::post::{Annotations, CheckRun, CheckState};

/// The source for which a post speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceLabel<'a> {
    /// Name of the source, unique in the service.
    pub source: &'a str,
    /// `true` where no other source is fed by the same repository.
    pub is_alone: bool,
}

impl SourceLabel<'_> {
    /// A check run of a commit that fails and says nothing yet: `cloudcorrect/WHAT`, by the key
    /// `WHAT/COMMIT`.
    pub(super) fn check_run(&self, what: &str, commit: &str) -> CheckRun {
        CheckRun {
            name: self.check_name(what).into(),
            head_sha: commit.to_owned(),
            source: self.source.to_owned(),
            key: format!("{what}/{commit}"),
            state: CheckState::Failure,
            title: "".into(),
            summary: "".into(),
            text: None,
            details_url: None,
            annotations: Annotations::default(),
            actions: Vec::new(),
            before: None,
        }
    }

    /// `cloudcorrect/policies`, or `cloudcorrect/policies (team-b)` where others speak too.
    pub(super) fn check_name(&self, what: &str) -> String {
        self.named(&format!("cloudcorrect/{what}"))
    }

    /// A name, with that of the source where others speak too.
    pub(super) fn named(&self, name: &str) -> String {
        if self.is_alone { name.to_owned() } else { format!("{name} ({})", self.source) }
    }
}

/// A commit id as people write it.
pub(super) fn short(sha: &str) -> &str {
    sha.get(..7).unwrap_or(sha)
}
