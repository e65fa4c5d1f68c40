//! Proof of a claim of a group, which every write of its results asks for.
//!
//! It stands apart from groups, runs and findings, since all of them write under it.

use chrono::{DateTime, Utc};

use super::sources::SourceId;

/// Key of a run; later runs have greater ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub i64);

impl std::fmt::Display for RunId {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

/// Run as it was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedRun {
    /// Key of the run that was kept.
    pub id: RunId,
    /// When the first of the equal runs was completed.
    pub first_at: DateTime<Utc>,
    /// `true` where it was equal to the one before, whose row goes on.
    pub extended: bool,
}

/// Proof that a claim held at [`GroupFence::at`] and holds until the transaction ends.
#[derive(Debug)]
pub struct GroupFence {
    pub(super) source: SourceId,
    pub(super) group: String,
    pub(super) at: DateTime<Utc>,
    /// The run that equal results extend.
    pub(super) run: Option<RecordedRun>,
}

impl GroupFence {
    /// The instant at which all that the transaction writes begins or ends.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }
}
