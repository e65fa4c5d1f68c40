//! Waivers in words: what each waives, and what is to be done about it.

mod documents;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use crate::evaluation::{Counts, WaiverStatus};
use crate::policy::{AccountName, CheckId, Covered, GroupName, Validity, Waiver};
use crate::resource::Region;

use super::markdown::{code, escape};
use super::words::{count, fails};

pub use documents::{Failing, Terms, documents};

/// Task for somebody about a waiver; nothing about one that holds, waives something, and
/// goes on to.
pub fn notice(status: &WaiverStatus) -> Option<String> {
    let WaiverStatus { waiver, validity, counts } = status;
    let day = waiver.expires;
    match (validity, useless(status)) {
        (Validity::Expired, _) if counts.fail > 0 => {
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
        (Validity::InForce, useless) => useless.map(str::to_owned),
    }
}

fn useless(status: &WaiverStatus) -> Option<&'static str> {
    status.is_useless().then_some(if status.counts == Counts::default() {
        "matches nothing; remove it"
    } else {
        "matches nothing that fails; remove it"
    })
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
    let day = waiver.expires;
    let what = match (waiver.validity(today), stood.and_then(useless)) {
        (Validity::Expired, _) => format!("expired on {day}"),
        (Validity::Expiring, None) => format!("expires on {day}"),
        (Validity::Expiring, Some(useless)) => format!("expires on {day}, and {useless}"),
        (Validity::InForce, Some(useless)) => useless.to_owned(),
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
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct WaiverLine<'a> {
    /// Name of the waiver.
    name: &'a str,
    /// How it stands on this day.
    #[schemars(extend("enum" = ["expired", "expiring", "in_force"]))]
    state: &'static str,
    /// `true` where it waives nothing that fails.
    useless: bool,
    /// What is to be done about it; null where nothing is.
    notice: Option<String>,
    /// Numbers of the findings that it covers, by outcome.
    findings: Counts,
    /// What it covers.
    #[serde(rename = "match")]
    covers: CoveredLine<'a>,
    /// Why it waives.
    reason: &'a str,
    /// Who answers for it.
    owner: &'a str,
    /// Its last day, as `2026-12-31`.
    #[schemars(extend("format" = "date"))]
    expires: String,
    /// Who agreed to it, if somebody did by name.
    approved_by: Option<&'a str>,
    /// By which ticket it is followed up, if there is one.
    ticket: Option<&'a str>,
    /// Its file.
    path: &'a str,
    /// Its line there, from 1.
    line: u32,
}

/// What a waiver covers: what fits every part that is there.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CoveredLine<'a> {
    /// Name of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    /// Id of the check.
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'a str>,
    /// Name or id of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    /// Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    /// Globs over the id or ARN of the resource.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    resource: &'a [String],
}

impl<'a> WaiverLine<'a> {
    pub(super) fn new(status: &'a WaiverStatus) -> Self {
        let WaiverStatus { waiver, validity, counts } = status;
        let Covered { group, check, account, region, resources } = &waiver.covers;
        Self {
            name: waiver.name.as_str(),
            state: validity.as_str(),
            useless: status.is_useless(),
            notice: notice(status),
            findings: *counts,
            covers: CoveredLine {
                group: group.as_ref().map(GroupName::as_str),
                check: check.as_ref().map(CheckId::as_str),
                account: account.as_ref().map(AccountName::as_str),
                region: region.as_ref().map(Region::as_str),
                resource: resources,
            },
            reason: &waiver.reason,
            owner: &waiver.owner,
            expires: waiver.expires.to_string(),
            approved_by: waiver.approved_by.as_deref(),
            ticket: waiver.ticket.as_deref(),
            path: &waiver.path,
            line: waiver.line,
        }
    }
}
