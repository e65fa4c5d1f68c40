//! Findings as rows of a page, and the address of the next page.

use askama::Template;
use askama::filters::HtmlSafe;
use chrono::{DateTime, Utc};

use super::badge::Badge;
use super::links;
use super::response::PageError;
use super::time::RelativeTime;
use crate::evaluation::gating::Reason;
use crate::resource::Provider;
use crate::views::Part;
use crate::views::finding::{Cursor, FindingKey, FindingView, resource};

/// Most findings on a page.
pub(super) const PAGE: usize = 25;

#[derive(Debug, Clone, Template)]
#[template(path = "findings.html")]
pub(super) struct Findings {
    rows: Vec<Row>,
    /// Address of the first page, where this is another.
    first: Option<String>,
    /// Address of the next page.
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
    since: RelativeTime,
    explanation: String,
    /// `true` where it fails since before that is enforced.
    is_baseline: bool,
}

impl Findings {
    /// Rows of a part of the findings; `here` is the address to which the position of the next page
    /// is added. `is_first` is `true` of the part with which they begin.
    pub(super) fn new(
        part: Part<FindingView, Cursor>,
        (here, is_first): (&str, bool),
        now: DateTime<Utc>,
    ) -> Self {
        let first = (!is_first).then(|| format!("{here}#findings"));
        let next = part.next.map(|position| {
            let separator = if here.contains('?') { '&' } else { '?' };
            let after = written(&position);
            format!("{here}{separator}after={}#findings", links::encoded(&after))
        });
        Self { rows: part.rows.into_iter().map(|finding| row(finding, now)).collect(), first, next }
    }

    /// `true` where there is nothing to show.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

fn row(finding: FindingView, now: DateTime<Utc>) -> Row {
    let key = finding.key;
    Row {
        badge: Badge::of(finding.gated),
        resource: resource(&key).map(ToString::to_string).unwrap_or_default(),
        check: key.check,
        resource_type: key.resource_type.to_string(),
        account: key.account.to_string(),
        region: key.region.to_string(),
        severity: finding.severity.to_string(),
        since: RelativeTime::new(finding.since, now),
        explanation: finding.explanation.unwrap_or_default(),
        is_baseline: finding.gated.reason() == Some(Reason::Baseline),
    }
}

/// A position in the list as the `after` of an address.
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

/// Position that the `after` of an address stands for, where it has one.
pub(super) fn position(after: Option<&str>) -> Result<Option<Cursor>, PageError> {
    after.map(|after| parsed(after).ok_or(PageError::Unclear)).transpose()
}

fn parsed(after: &str) -> Option<Cursor> {
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
