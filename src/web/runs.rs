//! Runs: as rows of a group's page, and each on a page of its own.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::{Path, Query, State};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::Pages;
use super::answer::{Answer, Failure, Page};
use super::badge::{Badge, Tally};
use super::changes::Changes;
use super::facts::{Fact, FactValue};
use super::findings::{self, Findings};
use super::links::{self, Commit};
use super::time::{Moment, rough, took};
use super::weight::{Held, Weighed, WeighedCounts};
use crate::db;
use crate::db::groups::Group;
use crate::db::runs::{Run, RunId};
use crate::db::sources::Source;

/// How many runs a page shows.
pub(super) const PAGE: usize = 25;

/// Rows of runs, newest first.
#[derive(Debug, Clone, Template)]
#[template(path = "runs.html")]
pub(super) struct Runs {
    rows: Vec<Row>,
    /// The address of the next page.
    next: Option<String>,
}

impl HtmlSafe for Runs {}

#[derive(Debug, Clone)]
struct Row {
    href: String,
    badge: Badge,
    first: Moment,
    last: Moment,
    count: i64,
    tally: Tally,
    revision: Commit,
}

impl Runs {
    /// Up to [`PAGE`] rows of what was read of a group, one more than these.
    pub(super) fn new(runs: &[Run], group: &Group, source: &str, now: DateTime<Utc>) -> Self {
        let last = runs.get(PAGE - 1).filter(|_| runs.len() > PAGE);
        let next = last
            .map(|last| format!("{}?before={}#runs", links::group(source, &last.group), last.id));
        let rows = runs.iter().take(PAGE).map(|run| row(run, group, source, now)).collect();
        Self { rows, next }
    }

    /// Whether there is nothing to show.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

fn row(run: &Run, group: &Group, source: &str, now: DateTime<Utc>) -> Row {
    Row {
        href: links::run(run.id),
        badge: Badge::of(Weighed::of_run(run, group)),
        first: Moment::new(run.first_at, now),
        last: Moment::new(run.last_at, now),
        count: run.count,
        tally: Tally(WeighedCounts::of_run(run, group)),
        revision: Commit::new(source, &run.record.revision),
    }
}

/// The page of a run.
#[derive(Template)]
#[template(path = "run.html")]
pub(super) struct RunPage {
    id: RunId,
    /// How many runs in a row found the same.
    equal: i64,
    source: String,
    group: String,
    group_href: String,
    badge: Badge,
    facts: Vec<Fact>,
    changes: Changes,
    calls: Vec<(String, u64)>,
    total_calls: u64,
    findings: Findings,
}

/// Which part of a run's findings to show.
#[derive(Debug, Deserialize)]
pub(super) struct Part {
    after: Option<String>,
}

/// Shows a run.
pub(super) async fn show(
    State(pages): State<Pages>,
    Path(run): Path<i64>,
    Query(part): Query<Part>,
) -> Answer<RunPage> {
    let after = part.after.as_deref().map(|after| findings::read(after).ok_or(Failure::Unclear));
    read(&pages, RunId(run), after.transpose()?).await.map(Page)
}

async fn read(
    pages: &Pages,
    id: RunId,
    after: Option<db::findings::Cursor>,
) -> Result<RunPage, Failure> {
    let run = db::runs::find(&pages.pool, id).await?.ok_or(Failure::NotFound)?;
    let source = db::sources::find(&pages.pool, run.source).await?.ok_or(Failure::NotFound)?;
    let group = db::groups::find(&pages.pool, run.source, &run.group).await?;
    let group = group.ok_or(Failure::NotFound)?;
    let query = db::findings::Query {
        at: Some(run.last_at),
        after: after.as_ref(),
        limit: i64::try_from(findings::PAGE + 1).unwrap_or(i64::MAX),
        ..db::findings::Query::default()
    };
    let listed = db::findings::page(&pages.pool, run.source, &run.group, &query).await?;
    let changes = Changes::of_run(&pages.pool, &run, Held::all_of(&group)).await?;
    let now = pages.clock.now();
    let name = &source.registration.name;
    let calls: Vec<(String, u64)> =
        run.record.calls.iter().map(|(operation, count)| (operation.to_string(), count)).collect();
    Ok(RunPage {
        id,
        equal: run.count,
        group_href: links::group(name, &run.group),
        badge: Badge::of(Weighed::of_run(&run, &group)),
        facts: facts(&run, &source, now),
        changes,
        total_calls: run.record.calls.total(),
        calls,
        findings: Findings::new(listed, &group, &links::run(id), now),
        source: source.registration.name,
        group: run.group,
    })
}

fn facts(run: &Run, source: &Source, now: DateTime<Utc>) -> Vec<Fact> {
    let record = &run.record;
    let mut facts = vec![
        Fact::new("Completed", FactValue::At(Moment::new(run.first_at, now))),
        Fact::new(
            "Policies of",
            FactValue::Commit(Commit::new(&source.registration.name, &record.revision)),
        ),
        Fact::text("Engine", format!("cloudcorrect {}", record.engine)),
        Fact::text("Took", took(record.duration)),
        Fact::code("Result digest", hex::encode(record.digest.0.get(..8).unwrap_or_default())),
    ];
    if run.count > 1 {
        let gap = chrono::TimeDelta::from_std(run.longest_gap).unwrap_or_default();
        facts.push(Fact::new("Last confirmed", FactValue::At(Moment::new(run.last_at, now))));
        facts.push(Fact::text("Equal runs", run.count.to_string()));
        facts.push(Fact::text("Longest pause between them", rough(gap)));
    }
    facts
}
