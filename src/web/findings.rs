//! Findings as rows of a page, and where the next page begins.

use askama::Template;
use askama::filters::HtmlSafe;
use chrono::{DateTime, Utc};

use super::badge::Badge;
use super::links;
use super::time::Moment;
use super::weight::{self, Held, Weighed};
use crate::db::findings::{Cursor, FindingKey, Listed};
use crate::db::groups::Group;
use crate::evaluation::{NO_RESOURCE, Outcome};
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
}

impl Findings {
    /// Up to [`PAGE`] rows of what was read of a group, one more than these; `here` is the address
    /// to which the place of the next page is added.
    pub(super) fn new(listed: Vec<Listed>, group: &Group, here: &str, now: DateTime<Utc>) -> Self {
        let more = listed.len() > PAGE;
        let last = listed.get(PAGE - 1).filter(|_| more);
        let next = last.map(|last| {
            let separator = if here.contains('?') { '&' } else { '?' };
            let after = written(&last.cursor());
            format!("{here}{separator}after={}#findings", links::encoded(&after))
        });
        let rows = listed.into_iter().take(PAGE).map(|listed| row(listed, group, now)).collect();
        Self { rows, next }
    }

    /// Whether there is nothing to show.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

fn row(listed: Listed, group: &Group, now: DateTime<Utc>) -> Row {
    let is_old = is_old(&listed, group);
    let held = Held::all_of(group).or(is_old.then_some(Held::Old));
    let FindingKey { check, account, region, resource_type, resource_id, .. } = listed.key;
    let resource = if &*resource_id == NO_RESOURCE { "" } else { &resource_id };
    Row {
        badge: Badge::of(Weighed::new(Some(listed.outcome), held)),
        check,
        resource: resource.to_owned(),
        resource_type: resource_type.to_string(),
        account: account.to_string(),
        region: region.to_string(),
        severity: listed.severity.to_string(),
        since: Moment::new(listed.since, now),
        explanation: listed.explanation.unwrap_or_default(),
        is_old,
    }
}

fn is_old(listed: &Listed, group: &Group) -> bool {
    let since = listed.failing_since.filter(|_| listed.outcome == Outcome::Fail);
    let since = since.zip(weight::new_only(group));
    since.is_some_and(|(since, new_only)| since <= new_only.instant())
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
