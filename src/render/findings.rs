//! Results of an evaluation: for the terminal, and as JSON, CSV and SARIF of `evaluate`.

mod csv;
mod sarif;

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value as Json;

use crate::evaluation::{CheckResult, Counts, Finding, GroupResult, Outcome, WaiverStatus};
use crate::policy::{Check, Group, Waiver};
use crate::resource::Cause;

use super::waivers;
use super::words::visible;

/// The results of a command, group by group.
#[derive(Debug, Clone, Copy)]
pub struct Results<'a> {
    /// Each group with what it found.
    pub groups: &'a [(&'a Group, GroupResult)],
    /// How the waivers stand that concern them.
    pub waivers: &'a [WaiverStatus],
    /// API requests by operation, as JSON.
    pub requests: &'a Json,
    /// How long it took, milliseconds.
    pub duration_ms: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingLine<'a> {
    group: &'a str,
    check: &'a str,
    outcome: &'static str,
    cause: Option<&'static str>,
    account: &'a str,
    region: &'a str,
    resource_type: &'a str,
    resource_id: &'a str,
    severity: String,
    expected: &'a str,
    observed: Option<String>,
    message: &'a str,
    path: &'a str,
    line: u32,
    waiver: Option<&'a str>,
    waiver_reason: Option<&'a str>,
    waiver_owner: Option<&'a str>,
    waiver_expires: Option<String>,
}

impl Results<'_> {
    /// The worst outcome of all groups; `NotApplicable` of none.
    pub fn outcome(&self) -> Outcome {
        let outcomes = self.groups.iter().map(|(_, result)| result.outcome);
        Outcome::worst(outcomes)
    }

    /// One JSON document: `findings`, `summary`, `stats`.
    pub fn json(&self) -> Json {
        let mut counts = Counts::default();
        let mut out_of_scope = 0;
        for (_, result) in self.groups {
            counts += result.counts;
            out_of_scope += result.checks.iter().map(|check| check.out_of_scope).sum::<u64>();
        }
        let findings: Vec<FindingLine<'_>> =
            self.judged().map(|(group, check, found)| finding_line(group, check, found)).collect();
        serde_json::json!({
            "findings": findings,
            "summary": {
                "outcome": self.outcome().name(),
                "groups": self.groups.len(),
                "checks": self.groups.iter().map(|(group, _)| group.checks.len()).sum::<usize>(),
                "findings": counts,
                "outOfScope": out_of_scope,
                "waivers": self.waivers.iter().map(waivers::json).collect::<Vec<_>>(),
            },
            "stats": { "apiRequests": self.requests, "durationMs": self.duration_ms },
        })
    }

    /// A table of all findings, in the columns of the JSON.
    pub fn csv(&self) -> Result<String, ::csv::Error> {
        csv::table(self.judged().map(|(group, check, found)| finding_line(group, check, found)))
    }

    /// SARIF 2.1.0: each check is a rule, at its line of the policies; each finding that fails, is
    /// waived or is unknown a result.
    pub fn sarif(&self) -> String {
        sarif::log_of(self)
    }

    /// All findings, with the check that they are of.
    fn judged(&self) -> impl Iterator<Item = (&Group, &Check, &Finding)> {
        self.groups.iter().flat_map(|(group, result)| {
            let checks = group.checks.iter().zip(&result.checks);
            checks.flat_map(move |(check, found)| {
                found.findings.iter().map(move |finding| (*group, &**check, finding))
            })
        })
    }

    /// A block for each group: its checks, and under them what fails or is unknown.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut counts = Counts::default();
        for (group, result) in self.groups {
            counts += result.counts;
            let _ = writeln!(text, "{} {}", mark(result.outcome), group.name);
            for (check, found) in group.checks.iter().zip(&result.checks) {
                let head = format!("{} {} ({})", mark(found.outcome), check.id, check.severity);
                let _ = writeln!(text, "  {head:<52} {}", tally(found));
                found.findings.iter().for_each(|finding| line(&mut text, finding));
                if let (Outcome::Fail, Some(remediation)) = (found.outcome, &check.remediation) {
                    let _ = writeln!(text, "      what to do: {}", visible(remediation.trim()));
                }
            }
        }
        self.notices(&mut text);
        let Counts { fail, unknown, pass, waived, not_applicable } = counts;
        let waived = if waived > 0 { format!("{waived} waived, ") } else { String::new() };
        let _ = writeln!(
            text,
            "\n{fail} fail, {unknown} unknown, {pass} pass, {waived}{not_applicable} not applicable; {} ms",
            self.duration_ms
        );
        text
    }

    /// The waivers that somebody has to look after.
    fn notices(&self, text: &mut String) {
        let told = self.waivers.iter();
        let told: Vec<_> = told.filter_map(|it| Some((&it.waiver, waivers::notice(it)?))).collect();
        if !told.is_empty() {
            text.push_str("\nwaivers\n");
        }
        for (waiver, notice) in told {
            let Waiver { name, path, line, .. } = waiver.as_ref();
            let who = visible(&waivers::accountable(waiver));
            let path = visible(path);
            let _ = writeln!(text, "  ! {name} ({who}) {notice} ({path}:{line})");
        }
    }
}

fn finding_line<'a>(group: &'a Group, check: &'a Check, finding: &'a Finding) -> FindingLine<'a> {
    let waiver = finding.waiver.as_deref();
    FindingLine {
        group: group.name.as_str(),
        check: check.id.as_str(),
        outcome: finding.outcome.name(),
        cause: finding.outcome.cause().map(Cause::as_str),
        account: finding.account.as_str(),
        region: finding.region.as_str(),
        resource_type: finding.resource_type.as_str(),
        resource_id: &finding.resource_id,
        severity: check.severity.to_string(),
        expected: check.rule.assertion.text().trim(),
        observed: Some(finding.observed()).filter(|text| !text.is_empty()),
        message: &check.title,
        path: &check.place.path,
        line: check.place.line,
        waiver: waiver.map(|waiver| waiver.name.as_str()),
        waiver_reason: waiver.map(|waiver| waiver.reason.as_str()),
        waiver_owner: waiver.map(|waiver| waiver.owner.as_str()),
        waiver_expires: waiver.map(|waiver| waiver.expires.to_string()),
    }
}

fn line(text: &mut String, finding: &Finding) {
    if !matches!(finding.outcome, Outcome::Fail | Outcome::Unknown(_) | Outcome::Waived) {
        return;
    }
    let id = visible(&finding.resource_id);
    let place = format!("{}/{}", finding.account, finding.region);
    let seen = visible(&finding.explanation());
    let _ = writeln!(text, "      {} {id} ({place}): {seen}", mark(finding.outcome));
}

fn tally(found: &CheckResult) -> String {
    let counts = found.counts;
    let mut parts = Vec::new();
    for (count, word) in [
        (counts.fail, "fail"),
        (counts.unknown, "unknown"),
        (counts.pass, "pass"),
        (counts.waived, "waived"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    if parts.is_empty() {
        parts.push("not applicable".to_owned());
    }
    if found.out_of_scope > 0 {
        parts.push(format!("{} outside the account's regions", found.out_of_scope));
    }
    parts.join(", ")
}

fn mark(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Fail => "✗",
        Outcome::Unknown(_) => "?",
        Outcome::Pass => "✓",
        Outcome::Waived => "~",
        Outcome::NotApplicable => "-",
    }
}
