//! Whose signatures count: a commit that nobody of these signed does not come into force, where they are asked for.
//!
//! A signature covers the tree of its commit and all history before it, so that the head of the branch decides alone.

use chrono::{DateTime, Utc};

use crate::config::Signatures;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::git::{Commit, Signed};
use crate::signature::{self, Refusal, Signer};

/// Signer of a commit, or why it counts as signed by nobody.
pub(super) type Judged = Result<Signer, Refusal>;

/// Trust of a source in signatures, at an instant.
#[derive(Debug, Clone, Default)]
pub(super) struct Trust {
    pub(super) signatures: Signatures,
    /// When the commit is looked at: keys of OpenPGP are held to that.
    pub(super) now: DateTime<Utc>,
}

impl Trust {
    /// Signer of a commit; `None` where the source has no signers and nobody asks.
    pub(super) fn signer(&self, commit: &Commit, signed: Option<&Signed>) -> Option<Judged> {
        let signers = self.signatures.signers()?;
        let Some(Signed { signature, payload }) = signed else {
            return Some(Err(Refusal::Unsigned));
        };
        let committed_at = commit.committed_at;
        let signed = signature::Signed { signature, payload, committed_at };
        Some(signers.judge(signed, self.now))
    }

    /// What keeps a head out of force, told at `place`, if its signature does.
    pub(super) fn objection(
        &self,
        judged: Option<&Judged>,
        place: &Location,
    ) -> Option<Diagnostic> {
        let (Signatures::Required(_), Some(Err(refusal))) = (&self.signatures, judged) else {
            return None;
        };
        let message = format!("the commit {refusal}");
        let problem = Diagnostic::error(place.clone(), Code::UntrustedCommit, message);
        Some(problem.help(refusal.way_out()))
    }
}
