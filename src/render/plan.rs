//! Fetch plans for people and as JSON: which calls, for which resources, for whom.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::words::{count, visible};
use crate::fetch::{Estimate, Frequency, Plan, PlannedCall, Reader, TypePlan};
use crate::policy::Account;
use crate::resource::Segment;

/// Readers that are named of a call.
const NAMED: usize = 3;

/// A plan for an account, with the requests that it costs where an inventory tells them.
#[derive(Debug)]
pub struct ShownPlan<'a> {
    /// Account that is asked.
    pub account: &'a Account,
    /// Calls that it is asked by.
    pub plan: &'a Plan<'a>,
    /// Requests, for the resources of a recorded inventory.
    pub requests: Option<&'a Estimate>,
}

impl ShownPlan<'_> {
    /// The plan as a table for each type, and the IAM actions that it needs.
    pub fn text(&self) -> String {
        let account = self.account;
        let regions: Vec<String> = account.regions.iter().map(ToString::to_string).collect();
        let mut text =
            format!("account {} ({}), {}\n", account.name, account.id, regions.join(", "));
        for one in &self.plan.types {
            text.push('\n');
            self.of_type(one, &mut text);
        }
        let permissions = self.plan.permissions();
        let _ = writeln!(text, "\n{}:", count(permissions.len(), "IAM action"));
        for action in permissions {
            let _ = writeln!(text, "  {action}");
        }
        if let Some(requests) = self.requests {
            let _ = writeln!(text, "\n{} for what is recorded", count(requests.total(), "request"));
        }
        text
    }

    fn of_type(&self, one: &TypePlan<'_>, text: &mut String) {
        let live = if one.schema.is_live() { "" } else { ", in recorded inventories only" };
        let _ = writeln!(text, "{}{live}", one.schema.type_name);
        let heads = ["call", "requests", "asked", "read by"].map(str::to_owned);
        let calls = one.calls.iter().map(|call| self.row(one, call));
        let rows: Vec<[String; 4]> = [heads].into_iter().chain(calls).collect();
        let width = |at: fn(&[String; 4]) -> &String| {
            rows.iter().map(|row| at(row).chars().count()).max().unwrap_or_default()
        };
        let widths =
            [width(|[one, ..]| one), width(|[_, one, ..]| one), width(|[_, _, one, _]| one)];
        for [operation, requests, frequency, readers] in &rows {
            let [first, second, third] = widths;
            let requests = match self.requests {
                Some(_) => format!("  {requests:>second$}"),
                None => String::new(),
            };
            let _ = writeln!(text, "  {operation:first$}{requests}  {frequency:third$}  {readers}");
        }
    }

    fn row(&self, one: &TypePlan<'_>, call: &PlannedCall) -> [String; 4] {
        let requests =
            self.requests.map(|all| all.of(&one.schema.type_name, &call.operation).to_string());
        [
            call.operation.to_string(),
            requests.unwrap_or_default(),
            frequency(one, call),
            readers(&call.readers),
        ]
    }

    /// The plan as JSON, with all readers of each call.
    pub fn json(&self) -> Json {
        let call = |one: &TypePlan<'_>, call: &PlannedCall| {
            let reader = |reader: &Reader| {
                json!({
                    "check": reader.check,
                    "where": reader.filter,
                    "sparedBy": reader.spared_by,
                })
            };
            json!({
                "operation": call.operation,
                "permissions": call.permissions,
                "asked": match call.frequency {
                    Frequency::Once => "once",
                    Frequency::Each => "each",
                },
                "recordedOnly": call.is_recorded_only,
                "requests": self.requests.map(|all| all.of(&one.schema.type_name, &call.operation)),
                "readers": call.readers.iter().map(reader).collect::<Vec<_>>(),
            })
        };
        let of_type = |one: &TypePlan<'_>| {
            json!({
                "type": one.schema.type_name,
                "regions": one.regions,
                "segments": Segment::least(&one.segments).into_iter().map(segment).collect::<Vec<_>>(),
                "calls": one.calls.iter().map(|it| call(one, it)).collect::<Vec<_>>(),
            })
        };
        json!({
            "account": self.account.id,
            "types": self.plan.types.iter().map(of_type).collect::<Vec<_>>(),
            "permissions": self.plan.permissions(),
            "requests": self.requests.map(Estimate::total),
        })
    }
}

fn segment(one: &Segment) -> Json {
    json!({ "of": one.value, "prefix": one.prefix })
}

/// How often a call is made, in words.
fn frequency(one: &TypePlan<'_>, call: &PlannedCall) -> String {
    if one.schema.listed_by.is_some() && call.operation == one.schema.list {
        return of_segments(&Segment::least(&one.segments));
    }
    let often = match (call.frequency, one.regions.len()) {
        (Frequency::Once, 0 | 1) => "once".to_owned(),
        (Frequency::Once, _) => "once a region".to_owned(),
        (Frequency::Each, _) => condition(&call.readers),
    };
    if call.is_recorded_only && one.schema.is_live() {
        return format!("{often}, in recorded inventories only");
    }
    often
}

/// The parts of a list that is not read as a whole.
fn of_segments(segments: &BTreeSet<&Segment>) -> String {
    let named = segments.iter().take(NAMED).map(|one| {
        let id = format!("{}/{}*", visible(&one.value), visible(&one.prefix));
        format!("once for {id}")
    });
    let more = match segments.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    if segments.is_empty() {
        return "not asked: no `where` names a part".to_owned();
    }
    named.collect::<Vec<_>>().join(", ") + &more
}

/// The resources that a call for each is made of.
fn condition(readers: &[Reader]) -> String {
    let all_filter = readers.iter().all(|reader| reader.filter.is_some());
    let all_spared = readers.iter().all(|reader| reader.spared_by.is_some());
    match (all_filter, all_spared) {
        (true, _) => "each that `where` keeps".to_owned(),
        (false, true) => "each that the report does not clear".to_owned(),
        (false, false) => "each".to_owned(),
    }
}

fn readers(readers: &[Reader]) -> String {
    let named = readers.iter().take(NAMED).map(|reader| visible(&reader.check));
    let more = match readers.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    named.collect::<Vec<_>>().join(", ") + &more
}
