//! Runs: as rows of a group's page, and each on a page of its own.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::{Path, Query, State};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::Pages;
use super::badge::{Badge, Tally};
use super::changes::{self, Changes};
use super::facts::{Fact, FactValue};
use super::findings::{self, Findings};
use super::links::{self, Commit};
use super::response::{Page, PageError, PageResult};
use super::time::{RelativeTime, rough, took};
use crate::views;
use crate::views::group::GroupView;
use crate::views::run::{self, RunDetails, RunFilter, RunId, RunView};

/// Most runs on a page.
pub(super) const PAGE: usize = 25;

/// Rows of runs, newest first.
#[derive(Debug, Clone, Template)]
#[template(path = "runs.html")]
pub(super) struct Runs {
    rows: Vec<Row>,
    /// Address of the next page.
    next: Option<String>,
}

impl HtmlSafe for Runs {}

#[derive(Debug, Clone)]
struct Row {
    href: String,
    badge: Badge,
    first: RelativeTime,
    last: RelativeTime,
    count: i64,
    tally: Tally,
    revision: Commit,
}

impl Runs {
    /// Rows of a part of a group's runs.
    pub(super) fn new(
        part: views::Part<RunView, RunId>,
        group: &GroupView,
        now: DateTime<Utc>,
    ) -> Self {
        let here = links::group(&group.source, &group.name);
        let next = part.next.map(|last| format!("{here}?before={last}#runs"));
        Self {
            rows: part.rows.into_iter().map(|run| row(&run, &group.source, now)).collect(),
            next,
        }
    }

    /// `true` where there is nothing to show.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

fn row(run: &RunView, source: &str, now: DateTime<Utc>) -> Row {
    Row {
        href: links::run(run.id),
        badge: Badge::of(run.gated),
        first: RelativeTime::new(run.first_at, now),
        last: RelativeTime::new(run.last_at, now),
        count: run.count,
        tally: Tally(run.counts),
        revision: Commit::new(source, &run.revision),
    }
}

#[derive(Template)]
#[template(path = "run.html")]
pub(super) struct RunPage {
    id: RunId,
    /// Number of runs in a row that found the same.
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

/// Query of an address: the part of a run's findings to show.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RunQuery {
    after: Option<String>,
}

pub(super) async fn show(
    State(pages): State<Pages>,
    Path(id): Path<i64>,
    Query(query): Query<RunQuery>,
) -> PageResult<RunPage> {
    let after = findings::position(query.after.as_deref())?;
    let filter = RunFilter { after, findings: findings::PAGE, changes: changes::SHOWN };
    let run = run::run(&pages.pool, RunId(id), filter).await?.ok_or(PageError::NotFound)?;
    Ok(Page(page(run, query.after.is_none(), pages.clock.now())))
}

fn page(details: RunDetails, is_first: bool, now: DateTime<Utc>) -> RunPage {
    let RunDetails { source, group, run, changes, findings } = details;
    let calls = run.calls.iter().map(|(operation, count)| (operation.to_string(), count));
    RunPage {
        id: run.id,
        equal: run.count,
        group_href: links::group(&source, &group),
        badge: Badge::of(run.gated),
        facts: facts(&run, &source, now),
        changes: Changes::new(changes),
        calls: calls.collect(),
        total_calls: run.calls.total(),
        findings: Findings::new(findings, (&links::run(run.id), is_first), now),
        source,
        group,
    }
}

fn facts(run: &RunView, source: &str, now: DateTime<Utc>) -> Vec<Fact> {
    let digest = hex::encode(run.digest.0.get(..8).unwrap_or_default());
    let mut facts = vec![
        Fact::new("Completed", FactValue::At(RelativeTime::new(run.first_at, now))),
        Fact::new("Policies of", FactValue::Commit(Commit::new(source, &run.revision))),
        Fact::text("Engine", format!("cloudcorrect {}", run.engine)),
        Fact::text("Took", took(run.duration)),
        Fact::code("Result digest", digest),
    ];
    if run.count > 1 {
        let gap = TimeDelta::from_std(run.longest_gap).unwrap_or_default();
        let confirmed = RelativeTime::new(run.last_at, now);
        facts.push(Fact::new("Last confirmed", FactValue::At(confirmed)));
        facts.push(Fact::text("Equal runs", run.count.to_string()));
        facts.push(Fact::text("Longest pause between them", rough(gap)));
    }
    facts
}
