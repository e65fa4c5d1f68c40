//! A group: what it is, how its checks stand, what they found, how that came about.

use askama::Template;
use axum::extract::{Path, Query, State};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::Pages;
use super::badge::Badge;
use super::checks::CheckRow;
use super::facts::{Fact, FactValue};
use super::findings::{self, Findings};
use super::links::{self, Commit};
use super::overview::tags;
use super::prose::Prose;
use super::response::{Page, PageError, PageResult};
use super::runs::{self, Runs};
use super::time::{RelativeTime, rough};
use super::timeline::{Timeline, Window};
use super::waivers::WaiverRow;
use crate::evaluation::{Counts, Outcome};
use crate::render::fails;
use crate::schedule::Schedule;
use crate::views::finding::FindingFilter;
use crate::views::group::{self, GroupDetails, GroupFilter, GroupView};
use crate::views::run::RunId;

#[derive(Template)]
#[template(path = "group.html")]
pub(super) struct GroupPage {
    source: String,
    name: String,
    description: String,
    tags: Vec<String>,
    badge: Badge,
    retired: Option<RelativeTime>,
    /// `true` where it is not evaluated until a revision says otherwise.
    is_suspended: bool,
    /// `true` where it was changed since its last run.
    is_changed: bool,
    error: Option<Prose>,
    baseline: Option<Baseline>,
    facts: Vec<Fact>,
    timeline: Timeline,
    window: &'static str,
    checks: Vec<CheckRow>,
    waivers: Vec<WaiverRow>,
    filters: Vec<Filter>,
    findings: Findings,
    runs: Runs,
    /// `true` where only findings of one outcome are shown.
    is_filtered: bool,
}

/// Notice of failures that are not enforced.
struct Baseline {
    old: String,
    new: String,
}

/// Choice of findings by outcome.
struct Filter {
    words: &'static str,
    count: u64,
    href: String,
    chosen: bool,
}

/// Query of an address: the part of the findings and runs to show.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupQuery {
    outcome: Option<String>,
    after: Option<String>,
    before: Option<i64>,
}

impl GroupQuery {
    fn filter(&self) -> Result<GroupFilter, PageError> {
        let findings = FindingFilter {
            at: None,
            outcome: self.outcome.clone(),
            after: findings::position(self.after.as_deref())?,
            limit: findings::PAGE,
        };
        Ok(GroupFilter { findings, before: self.before.map(RunId), runs: runs::PAGE })
    }
}

pub(super) async fn show(
    State(pages): State<Pages>,
    Path((source, name)): Path<(String, String)>,
    Query(query): Query<GroupQuery>,
) -> PageResult<GroupPage> {
    let group = group::group(&pages.pool, (&source, &name), &query.filter()?).await?;
    Ok(Page(page(group.ok_or(PageError::NotFound)?, &query, pages.clock.now())))
}

fn page(details: GroupDetails, query: &GroupQuery, now: DateTime<Utc>) -> GroupPage {
    let outcome = query.outcome.as_deref();
    let GroupDetails { group, checks, waivers, findings, runs, history } = details;
    let here = links::group(&group.source, &group.name);
    let of_outcome = match outcome {
        Some(outcome) => format!("{here}?outcome={}", links::encoded(outcome)),
        None => here.clone(),
    };
    let oldest = history.segments.first().map(|segment| segment.first_at);
    let window = Window::reaching(oldest, now);
    GroupPage {
        tags: tags(&group, None),
        badge: badge(&group),
        retired: group.retired_at.map(|at| RelativeTime::new(at, now)),
        is_suspended: group.suspended,
        is_changed: group.gated.outcome.is_some() && group.gated.present().is_none(),
        baseline: baseline(&group),
        facts: facts(&group, now),
        timeline: Timeline::draw(&history, window).large().gated(group.gated),
        window: window.words,
        checks: checks.into_iter().map(CheckRow::from).collect(),
        waivers: waivers.into_iter().map(WaiverRow::from).collect(),
        filters: filters(group.counts.counts, &here, outcome),
        findings: Findings::new(findings, (&of_outcome, query.after.is_none()), now),
        runs: Runs::new(runs, &group, now),
        is_filtered: outcome.is_some(),
        description: group.description.unwrap_or_default(),
        error: group.last_error.map(Prose),
        source: group.source,
        name: group.name,
    }
}

fn badge(group: &GroupView) -> Badge {
    match group.retired_at {
        Some(_) => Badge::named("not_applicable", "retired"),
        None => Badge::of(group.gated),
    }
}

/// Failures that are not enforced, where there are any.
fn baseline(group: &GroupView) -> Option<Baseline> {
    let counts = group.counts;
    let since = group.new_only.filter(|_| counts.baseline > 0)?;
    let (findings, are) = match counts.baseline {
        1 => ("finding fails", "is"),
        _ => ("findings fail", "are"),
    };
    let new = match counts.new_failures() {
        0 => "Nothing fails newly.".to_owned(),
        new => format!("{new} {} newly.", fails(new)),
    };
    let old =
        format!("{} {findings} since before {since} and {are} not enforced.", counts.baseline);
    Some(Baseline { old, new })
}

fn filters(counts: Counts, here: &str, chosen: Option<&str>) -> Vec<Filter> {
    let Counts { fail, unknown, pass, waived, not_applicable } = counts;
    let words = ["Fail", "Unknown", "Pass", "Waived", "Nothing selected"];
    let by_outcome = [fail, unknown, pass, waived, not_applicable];
    let all = Filter {
        words: "All",
        count: counts.judged() + not_applicable,
        href: format!("{here}#findings"),
        chosen: chosen.is_none(),
    };
    let some = words.into_iter().zip(Outcome::NAMES).zip(by_outcome);
    let some = some
        .map(|((words, name), count)| (words, name, count))
        .filter(|(_, name, count)| *count > 0 || chosen == Some(*name))
        .map(|(words, name, count)| Filter {
            words,
            count,
            href: format!("{here}?outcome={name}#findings"),
            chosen: chosen == Some(name),
        });
    std::iter::once(all).chain(some).collect()
}

fn evaluated(schedule: &Schedule) -> Fact {
    match schedule {
        Schedule::Every(every) => {
            let interval = TimeDelta::from_std(every.interval()).unwrap_or_default();
            Fact::text("Evaluated every", rough(interval))
        }
        Schedule::Cron(cron) => Fact::code("Evaluated at", cron.to_string()),
    }
}

fn facts(group: &GroupView, now: DateTime<Utc>) -> Vec<Fact> {
    let changed_by = Commit::new(&group.source, &group.revision);
    let mut facts = vec![
        Fact::text("Source", &group.source),
        Fact::new("Last changed by", FactValue::Commit(changed_by)),
        evaluated(&group.schedule),
    ];
    if let Some(owner) = &group.owner {
        facts.push(Fact::text("Owner", owner));
    }
    if let Some(at) = group.last_run_at {
        facts.push(Fact::new("Last run", FactValue::At(RelativeTime::new(at, now))));
    }
    facts.push(match (group.retired_at, group.suspended) {
        (Some(_), _) => Fact::text("Next run", "none: the group is retired"),
        (None, true) => Fact::text("Next run", "none: the group is suspended"),
        (None, false) if (group.due_at - now).abs() < TimeDelta::seconds(5) => {
            Fact::text("Next run", "now")
        }
        (None, false) => {
            let label = if group.due_at < now { "Due since" } else { "Next run" };
            Fact::new(label, FactValue::At(RelativeTime::new(group.due_at, now)))
        }
    });
    facts
}
