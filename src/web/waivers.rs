//! Waivers of a group as rows of its page: what each waives, who answers for it, until when, and
//! what to do.

use std::sync::Arc;

use super::badge::{Badge, Tally};
use crate::policy::Waiver;
use crate::render::waivers::notice;
use crate::views::waiver::{WaiverState, WaiverView};

/// Waiver on the page of a group.
pub(super) struct WaiverRow {
    pub(super) waiver: Arc<Waiver>,
    /// Scope of the waiver, in a line.
    pub(super) covers: String,
    pub(super) badge: Badge,
    /// Findings of the group that it matches.
    pub(super) tally: Tally,
    pub(super) notice: Option<String>,
}

impl From<WaiverView> for WaiverRow {
    fn from(view: WaiverView) -> Self {
        let (tone, words) = match view.state {
            WaiverState::Expired => ("fail", "expired"),
            WaiverState::Expiring => ("unknown", "expiring"),
            WaiverState::Useless => ("not_applicable", "useless"),
            WaiverState::Pending => ("pending", "not evaluated yet"),
            WaiverState::InForce => ("waived", "in force"),
        };
        Self {
            covers: view.waiver.covers.to_string(),
            badge: Badge::named(tone, words),
            tally: Tally(view.counts),
            notice: view.status.as_ref().and_then(notice),
            waiver: view.waiver,
        }
    }
}
