//! What a run found otherwise than the run before it, as rows of its page.

use askama::Template;
use askama::filters::HtmlSafe;

use super::badge::Badge;
use crate::views::Part;
use crate::views::finding::{ChangeView, ClosedReason, resource};

/// Most changes on a page.
pub(super) const SHOWN: usize = 50;

#[derive(Debug, Clone, Template)]
#[template(path = "changes.html")]
pub(super) struct Changes {
    rows: Vec<Row>,
    /// `true` where there are more than the page shows.
    more: bool,
}

impl HtmlSafe for Changes {}

#[derive(Debug, Clone)]
struct Row {
    check: String,
    resource: String,
    resource_type: String,
    account: String,
    region: String,
    before: Option<Badge>,
    after: Result<Badge, &'static str>,
}

impl Changes {
    /// Rows of the changes of a run.
    pub(super) fn new(changes: Part<ChangeView, ()>) -> Self {
        Self {
            more: changes.next.is_some(),
            rows: changes.rows.into_iter().map(Row::from).collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl From<ChangeView> for Row {
    fn from(change: ChangeView) -> Self {
        let key = change.key;
        Self {
            resource: resource(&key).map(ToString::to_string).unwrap_or_default(),
            check: key.check,
            resource_type: key.resource_type.to_string(),
            account: key.account.to_string(),
            region: key.region.to_string(),
            before: change.before.map(Badge::of),
            after: change.after.map(Badge::of).map_err(gone),
        }
    }
}

fn gone(reason: ClosedReason) -> &'static str {
    match reason {
        ClosedReason::Changed => "no longer judged",
        ClosedReason::ResourceGone => "the resource is gone",
        ClosedReason::OutOfSelection => "no longer selected",
        ClosedReason::CheckRemoved => "the check was removed",
        ClosedReason::AccountRemoved => "the account was removed",
    }
}
