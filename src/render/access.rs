//! What accounts let themselves be asked, for people and as JSON.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::words::{count, visible};
use crate::fetch::{Plan, Tried, TriedCall};
use crate::policy::Account;
use crate::resource::{Failure, Operation, Region};

/// IAM policy that allows these actions and nothing else.
pub fn policy(actions: &BTreeSet<&str>) -> Json {
    let statement = json!({
        "Sid": "CloudcorrectReads",
        "Effect": "Allow",
        "Action": actions,
        "Resource": "*",
    });
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

/// Line at the end of several accounts: how many can be asked, and which lack something.
pub fn total(accounts: usize, lacking: &[&str]) -> String {
    let whole = accounts - lacking.len();
    let total =
        format!("{whole} of {} can be asked all that its checks read", count(accounts, "account"));
    match lacking {
        [] => format!("{total}\n"),
        _ => format!("{total}; something lacks in {}\n", visible(&lacking.join(", "))),
    }
}

/// An account with the calls of a plan as it answers them.
#[derive(Debug)]
pub struct ShownAccess<'a> {
    /// Account that was asked.
    pub account: &'a Account,
    /// Calls that its checks need.
    pub plan: &'a Plan<'a>,
    /// How they were answered, or why nobody could log in.
    pub tried: Result<&'a Tried, &'a Failure>,
}

impl ShownAccess<'_> {
    /// `true` where each call that could be tried has its answer.
    pub fn is_whole(&self) -> bool {
        self.calls().is_some_and(|calls| calls.iter().all(|call| call.failures.is_empty()))
    }

    fn calls(&self) -> Option<&[TriedCall]> {
        self.tried.ok().map(|tried| tried.calls.as_slice())
    }

    fn recorded_only(&self) -> impl Iterator<Item = &Operation> {
        self.tried.ok().into_iter().flat_map(|tried| &tried.recorded_only)
    }

    /// Who asks, a line for each call, and the policy that allows them all where some are denied.
    pub fn text(&self) -> String {
        let account = self.account;
        let regions: Vec<String> = account.regions.iter().map(ToString::to_string).collect();
        let mut text =
            format!("account {} ({}), {}\n", account.name, account.id, regions.join(", "));
        let calls = match self.tried {
            Ok(Tried { caller, calls, .. }) => {
                let _ = match caller {
                    Some(caller) => writeln!(text, "asked by {}", visible(caller)),
                    None => writeln!(text, "recorded: nobody asks the account itself"),
                };
                calls
            }
            Err(failure) => {
                let _ = writeln!(text, "nobody can log in: {}", visible(&failure.message));
                return text;
            }
        };
        let width =
            calls.iter().map(|call| call.operation.as_str().len()).max().unwrap_or_default();
        text.push('\n');
        for call in calls {
            for answer in self.answers(call) {
                let _ = writeln!(text, "  {:width$}  {}", call.operation, visible(&answer));
            }
        }
        for operation in self.recorded_only() {
            let _ =
                writeln!(text, "  {operation:width$}  in recorded inventories only; unknown live");
        }
        let denied = calls.iter().filter(|call| call.is_denied()).count();
        if denied > 0 {
            let _ = writeln!(
                text,
                "\n{denied} of {} denied. This policy allows all that the checks of the account \
                 read:\n{:#}",
                count(calls.len(), "call"),
                self.policy(),
            );
        }
        text
    }

    /// The answer to a call in words, one for each way in which it failed.
    fn answers(&self, call: &TriedCall) -> Vec<String> {
        if call.failures.is_empty() {
            let answer = if call.answers > 0 { "works".to_owned() } else { self.untried(call) };
            return vec![answer];
        }
        let failures = call.failures.iter().map(|(failure, regions)| {
            let words = failure.message.strip_prefix(call.operation.as_str());
            let words = words.and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&failure.message);
            format!("{}{}: {words}", failure.cause, self.place(regions))
        });
        failures.collect()
    }

    /// Why a call was not tried.
    fn untried(&self, call: &TriedCall) -> String {
        let mut schemas = self.plan.types.iter().map(|one| one.schema);
        let listed = schemas.find(|schema| schema.list == call.operation);
        match listed.and_then(|schema| schema.listed_by.as_ref()) {
            Some(by) => format!("not tried, as no check names one `{}` in `where`", by.value),
            None => "not tried, as there is no resource to ask about".to_owned(),
        }
    }

    /// The regions, where they are not all of the account.
    fn place(&self, regions: &BTreeSet<Region>) -> String {
        if regions.iter().all(Region::is_global) || *regions == self.account.regions {
            return String::new();
        }
        let names: Vec<String> = regions.iter().map(ToString::to_string).collect();
        format!(" in {}", names.join(", "))
    }

    fn policy(&self) -> Json {
        policy(&self.plan.permissions())
    }

    /// The same as JSON.
    pub fn json(&self) -> Json {
        let failure = |(failure, regions): (&Failure, &BTreeSet<Region>)| json!({ "cause": failure.cause, "message": failure.message, "regions": regions });
        let call = |call: &TriedCall| {
            json!({
                "operation": call.operation,
                "permissions": call.actions,
                "answers": call.answers,
                "failures": call.failures.iter().map(failure).collect::<Vec<_>>(),
            })
        };
        let login = self.tried.err();
        json!({
            "account": self.account.id,
            "name": self.account.name,
            "caller": self.tried.ok().and_then(|tried| tried.caller.as_deref()),
            "login": login.map(|it| json!({ "cause": it.cause, "message": it.message })),
            "calls": self.calls().unwrap_or_default().iter().map(call).collect::<Vec<_>>(),
            "recordedOnly": self.recorded_only().collect::<Vec<_>>(),
            "policy": self.policy(),
        })
    }
}
