//! Results of an evaluation: for the terminal, and as JSON, CSV and SARIF of `evaluate`.

mod csv;
mod document;
mod sarif;

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{self, Write};

use serde::ser::{Serialize, SerializeSeq, Serializer};
use serde_json::Value as Json;

use crate::evaluation::{CheckResult, Checked, Counts, Finding, Outcome, Totals};
use crate::policy::Waiver;

use super::json;
use super::waivers;
use super::words::{unbroken, visible};
pub use document::schema;
use document::{Document, FindingLine, Stats};

/// Results as they come, of one check after another, none of which is kept: of a large account there
/// are millions of findings.
#[derive(Debug)]
pub struct Stream<'a, I> {
    checks: RefCell<I>,
    totals: RefCell<Totals>,
    requests: &'a Json,
}

impl<'a, I: Iterator<Item = Checked<'a>>> Stream<'a, I> {
    /// Results of checks, group by group, and the API requests that they cost, by operation.
    pub fn new(checks: I, requests: &'a Json) -> Self {
        Self { checks: RefCell::new(checks), totals: RefCell::new(Totals::none()), requests }
    }

    /// Writes one JSON document: `findings`, `summary`, `stats`. For how long it took, in milliseconds,
    /// is asked at the end.
    pub fn json(&self, duration_ms: &dyn Fn() -> u64, out: impl Write) -> io::Result<()> {
        let document = Document {
            findings: Lines(self),
            summary: &self.totals,
            stats: Stats { api_requests: self.requests, duration_ms },
        };
        json::write(&document, out)
    }

    /// Writes a table of all findings, in the columns of the JSON.
    pub fn csv(&self, out: impl Write) -> io::Result<()> {
        let mut table = csv::Table::new(out)?;
        self.each(|line| table.line(&line))?;
        table.finish()
    }

    /// Sums of all checks, among them those that nobody wrote, since the reader has gone away.
    pub fn totals(self) -> Totals {
        let mut totals = self.totals.into_inner();
        self.checks.into_inner().for_each(|mut checked| totals.add(&mut checked));
        totals
    }

    /// Hands on all findings, until one is refused.
    fn each<E>(&self, mut take: impl FnMut(FindingLine<'_>) -> Result<(), E>) -> Result<(), E> {
        for mut checked in &mut *self.checks.borrow_mut() {
            self.totals.borrow_mut().add(&mut checked);
            let Checked { group, check, result, .. } = &checked;
            for finding in &result.findings {
                take(FindingLine::new(group, check, finding))?;
            }
        }
        Ok(())
    }
}

/// Findings of a stream as they are written, one by one.
struct Lines<'s, 'a, I>(&'s Stream<'a, I>);

impl<'a, I: Iterator<Item = Checked<'a>>> Serialize for Lines<'_, 'a, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        self.0.each(|line| list.serialize_element(&line))?;
        list.end()
    }
}

/// The results of all checks of a command, group by group.
#[derive(Debug, Clone, Copy)]
pub struct Results<'a> {
    /// The checks with what they found.
    pub checks: &'a [Checked<'a>],
    /// Sums of these checks.
    pub totals: &'a Totals,
    /// `true` where findings of some outcomes alone were asked for, and the others left out: the text
    /// then has a line for whatever is there.
    pub is_part: bool,
    /// How long it took, milliseconds.
    pub duration_ms: u64,
}

impl Results<'_> {
    /// SARIF 2.1.0: each check is a rule, at its line of the policies; each finding that fails, is
    /// waived or is unknown a result. A log of the same category takes the place of this one.
    pub fn sarif(&self, category: &str) -> String {
        sarif::log_of(self, category)
    }

    /// Number of results in the SARIF.
    pub fn reported(&self) -> usize {
        let findings = self.checks.iter().flat_map(|checked| &checked.result.findings);
        findings.filter(|finding| is_reported(finding.outcome)).count()
    }

    /// Checks with more controls than their rules of the SARIF have tags, as `group/id`.
    pub fn with_many_tags(&self) -> Vec<String> {
        sarif::with_many_tags(self)
    }

    /// A block for each group: its checks, and under them what fails, is unknown or waived, or what was
    /// asked for.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for of_group in self.checks.chunk_by(|one, other| one.group.name == other.group.name) {
            let outcome = Outcome::worst(of_group.iter().map(|checked| checked.result.outcome));
            let name = of_group.first().map(|checked| checked.group.name.as_str());
            let _ = writeln!(text, "{} {}", mark(outcome), name.unwrap_or_default());
            for checked in of_group {
                self.block(&mut text, checked);
            }
        }
        self.notices(&mut text);
        let Counts { fail, unknown, pass, waived, not_applicable } = self.totals.counts;
        let waived = if waived > 0 { format!("{waived} waived, ") } else { String::new() };
        let _ = writeln!(
            text,
            "\n{fail} fail, {unknown} unknown, {pass} pass, {waived}{not_applicable} not applicable; {} ms",
            self.duration_ms
        );
        text
    }

    /// A check, and under it its findings.
    fn block(&self, text: &mut String, checked: &Checked<'_>) {
        let Checked { check, result: found, .. } = checked;
        let head = format!("{} {} ({})", mark(found.outcome), check.id, check.severity);
        let _ = writeln!(text, "  {head:<52} {}", tally(found));
        let shown = found.findings.iter().filter(|it| self.is_part || is_reported(it.outcome));
        shown.clone().for_each(|finding| line(text, finding));
        let mut outcomes = shown.map(|finding| finding.outcome);
        if let Some(remediation) = &check.remediation
            && outcomes.any(|outcome| outcome == Outcome::Fail)
        {
            let _ = writeln!(text, "      what to do: {}", visible(remediation.trim()));
        }
    }

    /// The waivers that somebody has to look after.
    fn notices(&self, text: &mut String) {
        let told = self.totals.waivers.iter();
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
    let id = visible(finding.resource_id());
    let place = format!("{}/{}", finding.account, finding.region());
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
