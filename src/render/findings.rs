//! Results of an evaluation: for the terminal, and as JSON, CSV and SARIF of `evaluate`.

mod csv;
mod document;
mod sarif;

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::Value as Json;

use crate::evaluation::{CheckResult, Counts, Finding, GroupResult, Outcome, WaiverStatus};
use crate::policy::{Check, Group, Waiver};

use super::json;
use super::waivers::{self, WaiverLine};
use super::words::{unbroken, visible};
pub use document::schema;
use document::{Document, FindingLine, Lines, Stats, Summary};

/// The results of a command, group by group.
#[derive(Debug, Clone, Copy)]
pub struct Results<'a> {
    /// Each group with what it found.
    pub groups: &'a [(&'a Group, GroupResult)],
    /// How the waivers stand that concern them.
    pub waivers: &'a [WaiverStatus],
    /// `true` where findings of some outcomes alone were asked for, and the others left out: the text
    /// then has a line for whatever is there.
    pub is_part: bool,
    /// API requests by operation, as JSON.
    pub requests: &'a Json,
    /// How long it took, milliseconds.
    pub duration_ms: u64,
}

impl Results<'_> {
    /// The worst outcome of all groups; `NotApplicable` of none.
    pub fn outcome(&self) -> Outcome {
        let outcomes = self.groups.iter().map(|(_, result)| result.outcome);
        Outcome::worst(outcomes)
    }

    /// Writes one JSON document: `findings`, `summary`, `stats`.
    pub fn json(&self, out: impl Write) -> io::Result<()> {
        let mut counts = Counts::default();
        let mut out_of_scope = 0;
        for (_, result) in self.groups {
            counts += result.counts;
            out_of_scope += result.checks.iter().map(|check| check.out_of_scope).sum::<u64>();
        }
        let checks = self.groups.iter().map(|(group, _)| group.checks.len());
        let document = Document {
            findings: Lines(self),
            summary: Summary {
                outcome: self.outcome().name(),
                groups: self.groups.len(),
                checks: checks.sum(),
                findings: counts,
                out_of_scope,
                waivers: self.waivers.iter().map(WaiverLine::new).collect(),
            },
            stats: Stats { api_requests: self.requests, duration_ms: self.duration_ms },
        };
        json::write(&document, out)
    }

    /// Writes a table of all findings, in the columns of the JSON.
    pub fn csv(&self, out: impl Write) -> io::Result<()> {
        csv::table(self.lines(), out)
    }

    /// SARIF 2.1.0: each check is a rule, at its line of the policies; each finding that fails, is
    /// waived or is unknown a result. A log of the same category takes the place of this one.
    pub fn sarif(&self, category: &str) -> String {
        sarif::log_of(self, category)
    }

    /// Number of results in the SARIF.
    pub fn reported(&self) -> usize {
        self.judged().filter(|(_, _, finding)| is_reported(finding.outcome)).count()
    }

    /// Checks with more controls than their rules of the SARIF have tags, as `group/id`.
    pub fn with_many_tags(&self) -> Vec<String> {
        sarif::with_many_tags(self)
    }

    fn lines(&self) -> impl Iterator<Item = FindingLine<'_>> {
        self.judged().map(|(group, check, found)| FindingLine::new(group, check, found))
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

    /// A block for each group: its checks, and under them what fails, is unknown or waived, or what was
    /// asked for.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut counts = Counts::default();
        for (group, result) in self.groups {
            counts += result.counts;
            let _ = writeln!(text, "{} {}", mark(result.outcome), group.name);
            for (check, found) in group.checks.iter().zip(&result.checks) {
                let head = format!("{} {} ({})", mark(found.outcome), check.id, check.severity);
                let _ = writeln!(text, "  {head:<52} {}", tally(found));
                let shown =
                    found.findings.iter().filter(|it| self.is_part || is_reported(it.outcome));
                shown.clone().for_each(|finding| line(&mut text, finding));
                let mut outcomes = shown.map(|finding| finding.outcome);
                if let Some(remediation) = &check.remediation
                    && outcomes.any(|outcome| outcome == Outcome::Fail)
                {
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

/// `true` of what the text shows where nothing else is asked for, and of the results of the SARIF.
fn is_reported(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Fail | Outcome::Unknown(_) | Outcome::Waived)
}

fn line(text: &mut String, finding: &Finding) {
    let id = visible(&finding.resource_id);
    let place = format!("{}/{}", finding.account, finding.region);
    let seen = unbroken(&finding.explanation());
    let seen = if seen.is_empty() { seen } else { format!(": {seen}") };
    let _ = writeln!(text, "      {} {id} ({place}){seen}", mark(finding.outcome));
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
