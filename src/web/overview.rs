//! The first page: how all groups stand, and what is watched.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};

use super::Pages;
use super::answer::{Answer, Failure, Page};
use super::badge::{Badge, Tally};
use super::links::{self, Commit};
use super::prose::Prose;
use super::strip::{Stretch, Strip, Window};
use super::summary::{Standing, Tile};
use super::time::Moment;
use super::weight::{Held, Weighed, WeighedCounts};
use crate::db;
use crate::db::groups::Group;
use crate::db::revisions::{Revision, State as RevisionState};
use crate::db::runs::Recent;
use crate::db::sources::{Registration, Source, SourceId};
use crate::evaluation::Outcome;

/// How many rows of runs a strip shows at most.
const STRETCHES: i64 = 60;

/// The page.
#[derive(Template)]
#[template(path = "overview.html")]
pub(super) struct Overview {
    verdict: String,
    /// What fails beside it and does not count.
    aside: String,
    tiles: Vec<Tile>,
    window: &'static str,
    groups: Vec<GroupRow>,
    sources: Vec<SourceRow>,
}

struct GroupRow {
    name: String,
    href: String,
    description: String,
    tags: Vec<String>,
    badge: Badge,
    /// Why it is unknown, where it is.
    cause: String,
    strip: Strip,
    tally: Tally,
    ran: Option<Moment>,
}

struct SourceRow {
    name: String,
    place: String,
    revision: Option<Commit>,
    synced: Option<Moment>,
    checked: Option<Moment>,
    refused: Option<Commit>,
    error: Option<Prose>,
}

/// Shows the overview.
pub(super) async fn show(State(pages): State<Pages>) -> Answer<Overview> {
    read(&pages).await.map(Page)
}

async fn read(pages: &Pages) -> Result<Overview, Failure> {
    let now = pages.clock.now();
    let sources = db::sources::all(&pages.pool).await?;
    let recent = db::runs::recent(&pages.pool, STRETCHES).await?;
    let window = Window::reaching(recent.iter().map(|run| run.first_at).min(), now);
    let mut history = by_group(recent);
    let mut groups = Vec::new();
    let mut source_rows = Vec::with_capacity(sources.len());
    for source in &sources {
        for group in db::groups::of_source(&pages.pool, source.id).await? {
            let runs = history.remove(&(source.id, group.definition.name.clone()));
            let strip = Strip::draw(&runs.unwrap_or_default(), window, patience(&group));
            let strip = strip.weighed(Weighed::of(&group));
            groups.push((group, source.registration.name.clone(), strip));
        }
        source_rows.push(source_row(pages, source, now).await?);
    }
    // The worst first, and what does not count after what does.
    groups.sort_by_cached_key(|(group, source, _)| {
        let weighed = Weighed::of(group);
        let mode = Held::all_of(group);
        (weighed.rank(), weighed.held, mode, group.definition.name.clone(), source.clone())
    });
    let standing = Standing::of(groups.iter().map(|(group, ..)| group));
    let several = sources.len() > 1;
    let rows = groups.into_iter().map(|(group, source, strip)| GroupRow {
        href: links::group(&source, &group.definition.name),
        tags: tags(&group, several.then_some(source)),
        badge: Badge::short(Weighed::of(&group)),
        cause: cause(&group),
        strip,
        tally: Tally(WeighedCounts::of(&group)),
        ran: group.last_run_at.map(|at| Moment::new(at, now)),
        description: group.definition.description.unwrap_or_default(),
        name: group.definition.name,
    });
    Ok(Overview {
        verdict: standing.verdict(),
        aside: standing.aside(),
        tiles: standing.tiles(),
        window: window.words,
        groups: rows.collect(),
        sources: source_rows,
    })
}

fn by_group(recent: Vec<Recent>) -> HashMap<(SourceId, String), Vec<Stretch>> {
    let mut history: HashMap<_, Vec<Stretch>> = HashMap::new();
    for run in recent {
        history.entry((run.source, run.group)).or_default().push(Stretch {
            first: run.first_at,
            last: run.last_at,
            outcome: run.outcome,
            href: links::run(run.id),
        });
    }
    history
}

/// How long the result of a run stands without another: a run may be late, but not by several.
pub(super) fn patience(group: &Group) -> TimeDelta {
    let interval = TimeDelta::from_std(group.definition.schedule.longest_gap());
    interval.unwrap_or(TimeDelta::days(1)) * 3 + TimeDelta::minutes(1)
}

/// What a group's name does not say: the source where there are several, the mode, whether it
/// stands still.
pub(super) fn tags(group: &Group, source: Option<String>) -> Vec<String> {
    let definition = &group.definition;
    let suspended = definition.suspended.then(|| "suspended".to_owned());
    let new_only = definition.new_only.map(|since| format!("new since {since}"));
    let mode = definition.mode.to_string();
    source.into_iter().chain([mode]).chain(new_only).chain(suspended).collect()
}

fn cause(group: &Group) -> String {
    let cause = Weighed::of(group).outcome.and_then(Outcome::cause);
    cause.map(|cause| cause.to_string().replace('_', " ")).unwrap_or_default()
}

async fn source_row(
    pages: &Pages,
    source: &Source,
    now: DateTime<Utc>,
) -> Result<SourceRow, Failure> {
    let in_force = match &source.revision {
        Some(commit) => db::revisions::find(&pages.pool, source.id, commit).await?,
        None => None,
    };
    let head = match &source.head {
        Some(commit) => db::revisions::find(&pages.pool, source.id, commit).await?,
        None => None,
    };
    let refused = head.filter(|head| head.record.state == RevisionState::Refused);
    let name = &source.registration.name;
    let commit = |revision: Revision| {
        Commit::new(name, &revision.record.commit).summed_up(revision.record.summary)
    };
    Ok(SourceRow {
        name: name.clone(),
        place: place(source),
        revision: in_force.map(commit),
        synced: source.last_synced_at.map(|at| Moment::new(at, now)),
        checked: source.last_checked_at.map(|at| Moment::new(at, now)),
        error: source.last_error.clone().filter(|_| refused.is_none()).map(Prose),
        refused: refused.map(commit),
    })
}

/// Repository, branch and directory of a source.
fn place(source: &Source) -> String {
    let Registration { repository, branch, path, .. } = &source.registration;
    let repository = source.repository_name.as_ref().unwrap_or(repository);
    format!("{repository} {branch} {path}")
}
