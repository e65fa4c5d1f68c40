//! Findings as rows of a page, and where the next page begins.

use askama::Template;
use askama::filters::HtmlSafe;
use chrono::{DateTime, Utc};

use super::badge::Badge;
use super::links;
use super::time::Moment;
use crate::db::findings::{Cursor, FindingKey, Listed};
use crate::evaluation::{NO_RESOURCE, Outcome};
use crate::policy::NewOnly;
use crate::resource::Provider;

/// How many findings a page shows.
pub(super) const PAGE: usize = 25;

/// Rows of findings.
#[derive(Debug, Clone, Template)]
#[template(path = "findings.html")]
pub(super) struct Findings {
    rows: Vec<Row>,
    /// The address of the next page.
    next: Option<String>,
}

impl HtmlSafe for Findings {}

#[derive(Debug, Clone)]
struct Row {
    badge: Badge,
    check: String,
    /// Empty for a finding that is about no single resource.
    resource: String,
    resource_type: String,
    account: String,
    region: String,
    severity: String,
    since: Moment,
    explanation: String,
    /// Whether it fails since before that is enforced.
    is_old: bool,
    /// Since when it fails, if it does.
    failing_since: Option<DateTime<Utc>>,
}

impl Findings {
    /// Up to [`PAGE`] rows of what was read, one more than these; `here` is the address to which
    /// the place of the next page is added.
    pub(super) fn new(listed: Vec<Listed>, here: &str, now: DateTime<Utc>) -> Self {
        let more = listed.len() > PAGE;
        let last = listed.get(PAGE - 1).filter(|_| more);
        let next = last.map(|last| {
            let separator = if here.contains('?') { '&' } else { '?' };
            let after = written(&last.cursor());
            format!("{here}{separator}after={}#findings", links::encoded(&after))
        });
        let rows = listed.into_iter().take(PAGE).map(|listed| row(listed, now)).collect();
        Self { rows, next }
    }

    /// Marks those that fail since before failures are enforced.
    pub(super) fn marking(mut self, new_only: Option<NewOnly>) -> Self {
        for row in &mut self.rows {
            let since = row.failing_since.zip(new_only);
            row.is_old = since.is_some_and(|(since, new_only)| since <= new_only.instant());
        }
        self
    }

    /// Whether there is nothing to show.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

fn row(listed: Listed, now: DateTime<Utc>) -> Row {
    let FindingKey { check, account, region, resource_type, resource_id, .. } = listed.key;
    let resource = if &*resource_id == NO_RESOURCE { "" } else { &resource_id };
    Row {
        badge: Badge::of(Some(listed.outcome)),
        check,
        resource: resource.to_owned(),
        resource_type: resource_type.to_string(),
        account: account.to_string(),
        region: region.to_string(),
        severity: listed.severity.to_string(),
        since: Moment::new(listed.since, now),
        explanation: listed.explanation.unwrap_or_default(),
        is_old: false,
        failing_since: listed.failing_since.filter(|_| listed.outcome == Outcome::Fail),
    }
}

/// A place in the list as the `after` of an address.
fn written(cursor: &Cursor) -> String {
    let Cursor { rank, key } = cursor;
    let fields = [
        &rank.to_string(),
        &key.check,
        key.provider.as_str(),
        key.account.as_str(),
        key.region.as_str(),
        key.resource_type.as_str(),
        &key.resource_id,
    ];
    fields.join("\t")
}

/// The place that an `after` stands for.
pub(super) fn read(after: &str) -> Option<Cursor> {
    let mut fields = after.splitn(7, '\t');
    let mut field = || fields.next();
    Some(Cursor {
        rank: field()?.parse().ok()?,
        key: FindingKey {
            check: field()?.to_owned(),
            provider: Some(Provider::Aws).filter(|aws| field() == Some(aws.as_str()))?,
            account: field()?.parse().ok()?,
            region: field()?.parse().ok()?,
            resource_type: field()?.into(),
            resource_id: field()?.into(),
        },
    })
}
