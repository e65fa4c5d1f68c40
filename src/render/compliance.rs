//! The check run `cloudcorrect/compliance`: whether the accounts are as the commit's policies ask.
//!
//! What counts is decided in [`crate::evaluation::gating`]; here are the words.

mod amount;
#[cfg(test)]
mod tests;

use crate::evaluation::gating::{CommitState, Gating, Reason};
use crate::evaluation::{AttentionItem, CommitStatus, GroupStatus, Outcome};
use crate::policy::Group;
use crate::resource::TypeName;

use self::amount::amount;
use super::links::Links;
use super::markdown::{Sheet, code, escape};
use super::post::{CheckRun, CheckState, Post};
use super::source_label::SourceLabel;
use super::waivers;
use super::words::{cause_in_words, count, fails, noun, plural};

/// Characters of a check run's summary.
const LONGEST_SUMMARY: usize = 60_000;
/// Rows of groups, at most.
const MOST_LISTED: usize = 500;
/// Items of checks, at most.
const MOST_CHECKS: usize = 100;
/// Bytes of a title that groups may take, with room for how many more there are of each kind.
const LONGEST_LIST: usize = 190;

/// Noun for what is counted where that is not resources.
const FINDING: &str = "finding";

/// Noun for what a group counts, in the singular: resources of its type if it has one check that
/// judges each of them, else findings, since a resource then counts once for each check.
pub fn unit(group: &Group) -> String {
    match group.checks.as_slice() {
        [check] if !check.rule.is_of_all() => noun(&check.rule.schema.type_name),
        _ => FINDING.to_owned(),
    }
}

/// Check run for the groups of a commit in force.
///
/// Groups in audit are told in the title, suspended ones in the table. Counts only: which resources
/// fail is for those who may see the page.
pub fn compliance(
    label: SourceLabel<'_>,
    commit: &str,
    status: &CommitStatus,
    links: &Links,
) -> Post {
    let rows: Vec<Row<'_>> = status.groups.iter().map(Row::of).collect();
    Post::CheckRun(CheckRun {
        state: match status.state {
            CommitState::Red => CheckState::Failure,
            CommitState::Pending => CheckState::InProgress,
            CommitState::Green => CheckState::Success,
        },
        title: title(status.state, &rows).into(),
        summary: summary(label, status, &rows, links).into(),
        details_url: links.revision(label.source, commit),
        ..label.check_run("compliance", commit)
    })
}

/// Kind of sentence that a group gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Failing,
    Unknown,
    Baseline,
    Audited,
    Pending,
    Passing,
    Idle,
    Suspended,
}

impl Kind {
    fn of(group: &GroupStatus) -> Self {
        match (group.gated.gating, group.gated.outcome) {
            (Gating::NotEnforced(Reason::Suspended), _) => Self::Suspended,
            (Gating::Pending, _) | (_, None) => Self::Pending,
            (Gating::NotEnforced(Reason::Baseline), _) => Self::Baseline,
            (_, Some(Outcome::Pass | Outcome::Waived)) => Self::Passing,
            (_, Some(Outcome::NotApplicable)) => Self::Idle,
            (Gating::NotEnforced(_), _) => Self::Audited,
            (Gating::Counts, Some(Outcome::Fail)) => Self::Failing,
            (Gating::Counts, Some(Outcome::Unknown(_))) => Self::Unknown,
        }
    }
}

/// What a group found, in words: `1 of 2 buckets fails`.
pub(super) fn found(group: &GroupStatus) -> String {
    Row::of(group).amount()
}

struct Row<'a> {
    group: &'a GroupStatus,
    kind: Kind,
}

impl<'a> Row<'a> {
    fn of(group: &'a GroupStatus) -> Self {
        Self { group, kind: Kind::of(group) }
    }

    fn amount(&self) -> String {
        let GroupStatus { unit, gated, counts, new_only, attention, .. } = self.group;
        // What is about no resource is a finding all the same.
        let counts_others = attention.iter().any(|check| check.of_no_resource);
        amount(*gated, *counts, if counts_others { FINDING } else { unit }, *new_only)
    }

    fn in_title(&self) -> String {
        let (name, amount) = (&self.group.name, self.amount());
        match self.kind {
            Kind::Unknown => format!("could not evaluate {name}: {amount}"),
            Kind::Audited => format!("audit: {name}: {amount}"),
            _ => format!("{name}: {amount}"),
        }
    }

    fn in_table(&self, label: SourceLabel<'_>, links: &Links) -> String {
        let result = match self.kind {
            Kind::Failing => format!("**{}**", self.amount()),
            Kind::Unknown => format!("**could not evaluate**: {}", self.amount()),
            Kind::Suspended => "suspended".to_owned(),
            _ => self.amount(),
        };
        let GroupStatus { name, mode, .. } = self.group;
        let name = match links.group(label.source, name.as_str()) {
            Some(link) => format!("[{name}]({link})"),
            None => name.to_string(),
        };
        format!("| {name} | {mode} | {result} |\n")
    }
}

/// A check that needs somebody, as an item of a list.
pub(super) fn item(group: &GroupStatus, item: &AttentionItem) -> String {
    let AttentionItem { rule, gated, counts, of_no_resource } = item;
    let noun = noun(&TypeName::from(rule.resource_type.as_str()));
    let unit = if rule.is_of_all || *of_no_resource { FINDING } else { &noun };
    let amount = match gated.outcome {
        Some(Outcome::Unknown(cause)) if *of_no_resource && !rule.is_of_all => {
            format!("the {} could not be listed ({})", plural(&noun), cause_in_words(cause))
        }
        _ => amount(*gated, *counts, unit, group.new_only),
    };
    let id = code(&format!("{}/{}", group.name, rule.id));
    let mut item = format!("- **{}** ({id}, {}): {amount}.", escape(&rule.title), rule.severity);
    if let (Some(Outcome::Fail), Some(remediation)) = (gated.outcome, &rule.remediation) {
        item = format!("{item} What to do: {}", escape(remediation));
    }
    item + "\n"
}

fn has(rows: &[Row<'_>], kind: Kind) -> bool {
    rows.iter().any(|row| row.kind == kind)
}

/// Title of the check run: what is wrong, or what passes, or how far it has come.
fn title(state: CommitState, rows: &[Row<'_>]) -> String {
    let number = |kind: Kind| rows.iter().filter(|row| row.kind == kind).count();
    let (pending, passing) = (number(Kind::Pending), number(Kind::Passing));
    let mut parts = Vec::new();
    let is_failing = has(rows, Kind::Failing);
    if pending > 0 && !is_failing {
        let all = rows.len() - number(Kind::Suspended);
        parts.push(format!("{} of {all} groups evaluated", all - pending));
    } else if passing > 0 && state == CommitState::Green {
        let pass = if passing == 1 { "passes" } else { "pass" };
        parts.push(format!("{} {pass}", count(passing, "group")));
    }
    let bad = [Kind::Failing, Kind::Unknown, Kind::Baseline, Kind::Audited];
    let bad = bad.iter().flat_map(|kind| rows.iter().filter(move |row| row.kind == *kind));
    parts.extend(listed(&bad.collect::<Vec<_>>()));
    if pending > 0 && is_failing {
        parts.push(format!("{} to be evaluated", count(pending, "more group")));
    }
    if parts.is_empty() {
        parts.push(match number(Kind::Idle) {
            0 => "no group is enforced or audited".to_owned(),
            idle => format!("{} found nothing to judge", count(idle, "group")),
        });
    }
    parts.join("; ")
}

/// As many as fit, and how many more there are of each kind.
fn listed(all: &[&Row<'_>]) -> Option<String> {
    let (first, mut rest) = all.split_first()?;
    let mut list = first.in_title();
    while let Some((row, behind)) = rest.split_first() {
        let words = row.in_title();
        if list.len() + words.len() > LONGEST_LIST {
            return Some(format!("{list}; {}", more(rest)));
        }
        list = format!("{list}; {words}");
        rest = behind;
    }
    Some(list)
}

/// `3 more groups: 1 fails, 2 in audit`.
fn more(rows: &[&Row<'_>]) -> String {
    let number = |kind: Kind| rows.iter().filter(|row| row.kind == kind).count();
    let part = |kind: Kind, words: &str| match number(kind) {
        0 => None,
        number => Some(format!("{number} {words}")),
    };
    let parts = [
        part(Kind::Failing, fails(number(Kind::Failing))),
        part(Kind::Unknown, "unknown"),
        part(Kind::Baseline, "old"),
        part(Kind::Audited, "in audit"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("{}: {}", count(rows.len(), "more group"), parts.join(", "))
}

fn summary(
    label: SourceLabel<'_>,
    status: &CommitStatus,
    rows: &[Row<'_>],
    links: &Links,
) -> String {
    if rows.is_empty() {
        return "This revision has no group whose mode is `enforce` or `audit`.".to_owned();
    }
    let mut sheet = Sheet::new(LONGEST_SUMMARY);
    sheet.paragraph(match status.state {
        CommitState::Pending => "The groups of this revision are being evaluated.",
        CommitState::Green if has(rows, Kind::Baseline) => {
            "Nothing new fails in the enforced groups. What failed before is not enforced."
        }
        CommitState::Green => "The accounts are as the enforced groups ask.",
        CommitState::Red => {
            "Some enforced groups fail, or could not be evaluated, which counts as failing."
        }
    });
    let heading = "| Group | Mode | Result |\n| --- | --- | --- |\n";
    let groups = rows.iter().map(|row| row.in_table(label, links));
    sheet.rows(heading, groups, (MOST_LISTED, "groups"));
    let items: Vec<_> =
        status.attention().iter().map(|(group, check)| item(group, check)).collect();
    if !items.is_empty() {
        sheet.rows("### Checks that need somebody\n\n", items, (MOST_CHECKS, "checks"));
    }
    let items: Vec<_> = status.waivers.iter().filter_map(waivers::item).collect();
    if !items.is_empty() {
        sheet.rows(waivers::HEADING, items, (MOST_CHECKS, "waivers"));
    }
    sheet.finish()
}
