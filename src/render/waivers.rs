//! Waivers in words: what each waives, and what is to be done about it.

mod documents;

use chrono::NaiveDate;
use serde_json::{Value as Json, json};

use crate::evaluation::{Counts, WaiverStatus};
use crate::policy::{Validity, Waiver};

use super::markdown::{code, escape};
use super::words::{count, fails};

pub use documents::{Failing, Terms, documents};

/// Task for somebody about a waiver; nothing about one that holds, waives something, and
/// goes on to.
pub fn notice(status: &WaiverStatus) -> Option<String> {
    let WaiverStatus { waiver, validity, counts } = status;
    let day = waiver.expires;
    let useless = status.is_useless().then(|| useless(*counts));
    let again = counts.fail > 0;
    match (validity, useless) {
        (Validity::Expired, _) if again => {
            let (findings, fails) = (count(counts.fail, "finding"), fails(counts.fail));
            Some(format!("expired on {day}: {findings} of it {fails} again"))
        }
        (Validity::Expired, _) => Some(format!("expired on {day}; remove it")),
        (Validity::Expiring, Some(useless)) => Some(format!("expires on {day}, and {useless}")),
        (Validity::Expiring, None) if counts.waived > 0 => {
            let (findings, fails) = (count(counts.waived, "finding"), fails(counts.waived));
            Some(format!("expires on {day}: {findings} of it {fails} from then on"))
        }
        (Validity::Expiring, None) => Some(format!("expires on {day}")),
        (Validity::InForce, useless) => useless,
    }
}

fn useless(counts: Counts) -> String {
    if counts == Counts::default() {
        "matches nothing; remove it".to_owned()
    } else {
        "matches nothing that fails; remove it".to_owned()
    }
}

/// Above the items of a list in a check run or comment.
pub(super) const HEADING: &str = "### Waivers that need somebody\n\n";

/// A waiver that somebody has to look after, as an item of a list.
pub(super) fn item(status: &WaiverStatus) -> Option<String> {
    let notice = notice(status)?;
    let name = code(status.waiver.name.as_str());
    let who = escape(&accountable(&status.waiver));
    Some(format!("- {name} ({who}): {notice}.\n"))
}

/// One that is over or soon will be, or that waived nothing when it last stood, as an item of a
/// list.
pub(super) fn attention_item(
    waiver: &Waiver,
    today: NaiveDate,
    stood: Option<&WaiverStatus>,
) -> Option<String> {
    let useless = stood.filter(|stood| stood.is_useless()).map(|stood| useless(stood.counts));
    let day = waiver.expires;
    let what = match (waiver.validity(today), useless) {
        (Validity::Expired, _) => format!("expired on {day}"),
        (Validity::Expiring, None) => format!("expires on {day}"),
        (Validity::Expiring, Some(useless)) => format!("expires on {day}, and {useless}"),
        (Validity::InForce, Some(useless)) => useless,
        (Validity::InForce, None) => return None,
    };
    let (name, who) = (code(waiver.name.as_str()), escape(&accountable(waiver)));
    Some(format!("- {name} ({who}): {what}\n"))
}

/// Terms of a new waiver, in words that follow its name.
pub(super) fn detail(waiver: &Waiver) -> String {
    let (covers, who) = (code(&waiver.covers.to_string()), escape(&accountable(waiver)));
    let reason = escape(&waiver.reason);
    format!(" of {covers} until {} by {who}, since “{reason}”", waiver.expires)
}

/// Who answers for it and why, in a line.
pub(super) fn accountable(waiver: &Waiver) -> String {
    let Waiver { owner, approved_by, ticket, .. } = waiver;
    let approved = approved_by.iter().map(|by| format!("approved by {by}"));
    let parts: Vec<String> =
        [owner.clone()].into_iter().chain(approved).chain(ticket.clone()).collect();
    parts.join(", ")
}

/// A waiver and how it stands.
pub(super) fn json(status: &WaiverStatus) -> Json {
    let WaiverStatus { waiver, validity, counts } = status;
    json!({
        "name": waiver.name,
        "state": validity,
        "useless": status.is_useless(),
        "notice": notice(status),
        "findings": counts,
        "match": waiver.covers,
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": waiver.expires,
        "approvedBy": waiver.approved_by,
        "ticket": waiver.ticket,
        "path": waiver.path,
        "line": waiver.line,
    })
}
