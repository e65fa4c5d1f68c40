//! What a run found otherwise than the run before it.

use askama::Template;
use askama::filters::HtmlSafe;
use sqlx::PgPool;

use super::badge::Badge;
use super::weight::{Held, Weighed};
use crate::db;
use crate::db::findings::{Change, ClosedReason};
use crate::db::runs::Run;
use crate::evaluation::NO_RESOURCE;

/// How many changes a page shows.
const SHOWN: usize = 50;

/// Rows of changes.
#[derive(Debug, Clone, Template)]
#[template(path = "changes.html")]
pub(super) struct Changes {
    rows: Vec<Row>,
    /// Whether there are more than the page shows.
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
    /// The changes that the first of a row of equal runs brought; nothing of them counts where the
    /// whole group is held back.
    pub(super) async fn of_run(
        pool: &PgPool,
        run: &Run,
        held: Option<Held>,
    ) -> Result<Self, db::Error> {
        let limit = i64::try_from(SHOWN + 1).unwrap_or(i64::MAX);
        let changes =
            db::findings::changes(pool, run.source, &run.group, run.first_at, limit).await?;
        let more = changes.len() > SHOWN;
        let rows = changes.into_iter().take(SHOWN).map(|change| row(change, held));
        Ok(Self { rows: rows.collect(), more })
    }

    /// Whether nothing changed.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

fn row(change: Change, held: Option<Held>) -> Row {
    let badge = |outcome| Badge::of(Weighed::new(Some(outcome), held));
    let key = change.key;
    let resource = if &*key.resource_id == NO_RESOURCE { "" } else { &key.resource_id };
    Row {
        check: key.check,
        resource: resource.to_owned(),
        resource_type: key.resource_type.to_string(),
        account: key.account.to_string(),
        region: key.region.to_string(),
        before: change.before.map(badge),
        after: match (change.after, change.reason) {
            (Some(outcome), _) => Ok(badge(outcome)),
            (None, reason) => Err(reason.map_or("no longer judged", gone)),
        },
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
