//! Checks of a group as rows of its page.

use super::badge::{Badge, Tally};
use crate::evaluation::Outcome;
use crate::policy::RuleText;
use crate::views::group::CheckView;

/// Check on the page of its group.
pub(super) struct CheckRow {
    pub(super) rule: RuleText,
    pub(super) badge: Badge,
    pub(super) tally: Tally,
    /// `true` where its remediation is shown.
    pub(super) fails: bool,
}

impl From<CheckView> for CheckRow {
    fn from(check: CheckView) -> Self {
        Self {
            badge: Badge::of(check.gated),
            tally: Tally(check.counts),
            fails: check.gated.outcome == Some(Outcome::Fail),
            rule: check.rule,
        }
    }
}
