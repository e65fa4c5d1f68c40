//! A group: what it is, how its checks stand, what they found, how that came about.

use askama::Template;
use axum::extract::{Path, Query, State};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::Pages;
use super::answer::{Answer, Failure, Page};
use super::badge::Badge;
use super::checks::{CheckRow, checks};
use super::facts::{Fact, FactValue};
use super::findings::{self, Findings};
use super::links::{self, Commit};
use super::overview::{patience, tags};
use super::prose::Prose;
use super::runs::{self, Runs};
use super::strip::{Stretch, Strip, Window};
use super::time::{Moment, rough};
use super::waivers::{WaiverRow, waivers};
use super::weight::{self, Weighed};
use crate::db;
use crate::db::groups::Group;
use crate::db::runs::{Run, RunId};
use crate::db::sources::Source;
use crate::evaluation::Counts;
use crate::policy::NewOnly;
use crate::schedule::Schedule;

/// The page.
#[derive(Template)]
#[template(path = "group.html")]
pub(super) struct GroupPage {
    source: String,
    name: String,
    description: String,
    tags: Vec<String>,
    badge: Badge,
    retired: Option<Moment>,
    error: Option<Prose>,
    old: Option<Old>,
    facts: Vec<Fact>,
    strip: Strip,
    window: &'static str,
    checks: Vec<CheckRow>,
    waivers: Vec<WaiverRow>,
    filters: Vec<Filter>,
    findings: Findings,
    runs: Runs,
    /// Whether only findings of one outcome are shown.
    is_filtered: bool,
}

/// What fails and is not enforced, beside what is.
struct Old {
    count: u64,
    new: u64,
    since: NewOnly,
}

/// A choice of findings by outcome.
struct Filter {
    words: &'static str,
    count: u64,
    href: String,
    chosen: bool,
}

/// Which part of a group's findings and runs to show.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Part {
    outcome: Option<String>,
    after: Option<String>,
    before: Option<i64>,
}

/// Shows a group.
pub(super) async fn show(
    State(pages): State<Pages>,
    Path((source, group)): Path<(String, String)>,
    Query(part): Query<Part>,
) -> Answer<GroupPage> {
    let source = db::sources::by_name(&pages.pool, &source).await?.ok_or(Failure::NotFound)?;
    let group = db::groups::find(&pages.pool, source.id, &group).await?;
    read(&pages, &source, group.ok_or(Failure::NotFound)?, &part).await.map(Page)
}

async fn read(
    pages: &Pages,
    source: &Source,
    group: Group,
    part: &Part,
) -> Result<GroupPage, Failure> {
    let now = pages.clock.now();
    let name = &group.definition.name;
    let here = links::group(&source.registration.name, name);
    let checks = checks(&pages.pool, source.id, &group).await?;
    let before = part.before.map(RunId);
    let limit = i64::try_from(runs::PAGE + 1).unwrap_or(i64::MAX);
    let history = db::runs::history(&pages.pool, source.id, name, before, limit).await?;
    let (strip, window) = strip(&history, &group, now);
    let counts = group.verdict.map(|verdict| verdict.counts).unwrap_or_default();
    Ok(GroupPage {
        findings: found(pages, source, &group, part).await?,
        old: old(&group),
        filters: filters(counts, &here, part.outcome.as_deref()),
        runs: Runs::new(&history, &group, &source.registration.name, now),
        facts: facts(source, &group, now),
        checks,
        waivers: waivers(&pages.pool, source.id, &group).await?,
        badge: badge(&group),
        is_filtered: part.outcome.is_some(),
        tags: tags(&group, None),
        retired: group.retired_at.map(|at| Moment::new(at, now)),
        source: source.registration.name.clone(),
        description: group.definition.description.unwrap_or_default(),
        name: group.definition.name,
        error: group.last_error.map(Prose),
        strip,
        window,
    })
}

fn badge(group: &Group) -> Badge {
    match group.retired_at {
        Some(_) => Badge::named("not_applicable", "retired"),
        None => Badge::of(Weighed::of(group)),
    }
}

async fn found(
    pages: &Pages,
    source: &Source,
    group: &Group,
    part: &Part,
) -> Result<Findings, Failure> {
    let after = part.after.as_deref().map(|after| findings::read(after).ok_or(Failure::Unclear));
    let after = after.transpose()?;
    let query = db::findings::Query {
        at: None,
        outcome: part.outcome.as_deref(),
        after: after.as_ref(),
        limit: i64::try_from(findings::PAGE + 1).unwrap_or(i64::MAX),
    };
    let name = &group.definition.name;
    let listed = db::findings::page(&pages.pool, source.id, name, &query).await?;
    let mut here = links::group(&source.registration.name, name);
    if let Some(outcome) = &part.outcome {
        here = format!("{here}?outcome={}", links::encoded(outcome));
    }
    Ok(Findings::new(listed, group, &here, pages.clock.now()))
}

/// What fails and is not enforced, where something is.
fn old(group: &Group) -> Option<Old> {
    let since = weight::new_only(group)?;
    let count = weight::old(group);
    let failing = group.verdict?.counts.fail;
    (count > 0).then(|| Old { count, new: failing.saturating_sub(count), since })
}

fn strip(history: &[Run], group: &Group, now: DateTime<Utc>) -> (Strip, &'static str) {
    let stretches: Vec<Stretch> = history
        .iter()
        .rev()
        .map(|run| Stretch {
            first: run.first_at,
            last: run.last_at,
            outcome: run.record.verdict.outcome,
            href: links::run(run.id),
        })
        .collect();
    let window = Window::reaching(stretches.first().map(|first| first.first), now);
    let window = window.until(group.retired_at);
    let strip = Strip::draw(&stretches, window, patience(group)).large();
    (strip.weighed(Weighed::of(group)), window.words)
}

fn filters(counts: Counts, here: &str, chosen: Option<&str>) -> Vec<Filter> {
    let Counts { fail, unknown, pass, waived, not_applicable } = counts;
    let all = Filter {
        words: "All",
        count: counts.judged() + not_applicable,
        href: format!("{here}#findings"),
        chosen: chosen.is_none(),
    };
    let some = [
        ("Fail", "fail", fail),
        ("Unknown", "unknown", unknown),
        ("Pass", "pass", pass),
        ("Waived", "waived", waived),
        ("Nothing selected", "not_applicable", not_applicable),
    ]
    .into_iter()
    .filter(|(_, name, count)| *count > 0 || chosen == Some(name))
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

fn facts(source: &Source, group: &Group, now: DateTime<Utc>) -> Vec<Fact> {
    let definition = &group.definition;
    let mut facts = vec![
        Fact::text("Source", &source.registration.name),
        Fact::new(
            "Last changed by",
            FactValue::Commit(Commit::new(&source.registration.name, &group.revision)),
        ),
        evaluated(&definition.schedule),
    ];
    if let Some(owner) = &definition.owner {
        facts.push(Fact::text("Owner", owner));
    }
    if let Some(at) = group.last_run_at {
        facts.push(Fact::new("Last run", FactValue::At(Moment::new(at, now))));
    }
    facts.push(match (group.retired_at, definition.suspended) {
        (Some(_), _) => Fact::text("Next run", "none: the group is retired"),
        (None, true) => Fact::text("Next run", "none: the group is suspended"),
        (None, false) if (group.due_at - now).abs() < TimeDelta::seconds(5) => {
            Fact::text("Next run", "now")
        }
        (None, false) => {
            let label = if group.due_at < now { "Due since" } else { "Next run" };
            Fact::new(label, FactValue::At(Moment::new(group.due_at, now)))
        }
    });
    facts
}
