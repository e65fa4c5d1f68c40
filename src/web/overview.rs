//! The first page: how all groups stand, and what is watched.

use askama::Template;
use axum::extract::State;
use chrono::{DateTime, Utc};

use super::Pages;
use super::badge::{Badge, Tally, outcome_text};
use super::links::{self, Commit};
use super::prose::Prose;
use super::response::{Page, PageResult};
use super::summary::{Tile, aside, headline, tiles};
use super::time::RelativeTime;
use super::timeline::{Timeline, Window};
use crate::evaluation::Outcome;
use crate::evaluation::gating::Gated;
use crate::render::cause_in_words;
use crate::views::group::{GroupView, History};
use crate::views::overview::{self, CommitView, Overview, SourceView, Unposted, Waiting};

/// Most outcomes in the history of a group.
const SEGMENTS: i64 = 60;

#[derive(Template)]
#[template(path = "overview.html")]
pub(super) struct OverviewPage {
    headline: String,
    /// Failures beside the headline that turn nothing red.
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
    /// Words below the badge, which is short.
    detail: String,
    timeline: Timeline,
    tally: Tally,
    /// Instant of the last run; words where there was none.
    ran: Result<RelativeTime, &'static str>,
}

struct SourceRow {
    name: String,
    place: String,
    revision: Option<Commit>,
    synced: Option<RelativeTime>,
    checked: Option<RelativeTime>,
    waiting: Option<(Commit, Waiting)>,
    error: Option<Prose>,
    /// How many changes no webhook had announced, and when that was last so.
    unannounced: Option<(String, RelativeTime)>,
    /// How many checks under our names are not ours, in words, and where they are listed.
    foreign: Option<(String, String)>,
    /// Address of the posts and how they stand, of a source on GitHub.
    posts: Option<(String, String)>,
}

/// Whatever the query is: GitHub leads here with the code of an App that was registered, and what
/// counts visitors adds parts of its own. There is nothing to choose, so that nothing is shown wrongly.
pub(super) async fn show(State(pages): State<Pages>) -> PageResult<OverviewPage> {
    let overview = overview::overview(&pages.pool, SEGMENTS).await?;
    Ok(Page(page(overview, pages.clock.now())))
}

fn page(overview: Overview, now: DateTime<Utc>) -> OverviewPage {
    let Overview { groups, sources, totals } = overview;
    let segments = groups.iter().flat_map(|(_, history)| &history.segments);
    let window = Window::reaching(segments.map(|segment| segment.first_at).min(), now);
    let several = sources.len() > 1;
    let row = |(group, history): (GroupView, History)| group_row(group, &history, window, several);
    OverviewPage {
        headline: headline(&totals),
        aside: aside(&totals),
        tiles: tiles(&totals),
        window: window.words,
        groups: groups.into_iter().map(row).collect(),
        sources: sources.into_iter().map(|source| source_row(source, now)).collect(),
    }
}

fn group_row(group: GroupView, history: &History, window: Window, several: bool) -> GroupRow {
    GroupRow {
        href: links::group(&group.source, &group.name),
        tags: tags(&group, several.then_some(group.source.as_str())),
        badge: Badge::short(group.gated),
        detail: detail(group.gated),
        timeline: Timeline::draw(history, window).gated(group.gated),
        tally: Tally(group.counts),
        ran: match (group.last_run_at, group.suspended) {
            (Some(at), _) => Ok(RelativeTime::new(at, window.to)),
            (None, true) => Err("never run"),
            (None, false) => Err("due now"),
        },
        description: group.description.unwrap_or_default(),
        name: group.name,
    }
}

/// Words of a group that its name does not say: the source where there are several, the mode,
/// whether it stands still.
pub(super) fn tags(group: &GroupView, source: Option<&str>) -> Vec<String> {
    let suspended = group.suspended.then(|| "suspended".to_owned());
    let new_only = group.new_only.map(|since| format!("new since {since}"));
    let (source, mode) = (source.map(str::to_owned), group.mode.to_string());
    source.into_iter().chain([mode]).chain(new_only).chain(suspended).collect()
}

/// Cause of an unknown; of a group that was changed since its last run, what that said.
fn detail(gated: Gated) -> String {
    match (gated.present(), gated.outcome) {
        (Some(Outcome::Unknown(cause)), _) => cause_in_words(cause),
        (None, Some(before)) => format!("before: {}", outcome_text(before)),
        _ => String::new(),
    }
}

/// How the posts of a source stand, in words.
fn posts(Unposted { waiting, given_up }: Unposted) -> String {
    let posts = if waiting.max(given_up) == 1 { "post" } else { "posts" };
    match (waiting, given_up) {
        (0, 0) => "posts".to_owned(),
        (0, given_up) => format!("{given_up} {posts} given up"),
        (waiting, 0) => format!("{waiting} {posts} on the way"),
        (waiting, given_up) => format!("{posts}: {given_up} given up, {waiting} on the way"),
    }
}

fn source_row(source: SourceView, now: DateTime<Utc>) -> SourceRow {
    let SourceView { name, repository, branch, path, .. } = source;
    let commit = |commit: CommitView| Commit::new(&name, &commit.id).summed_up(commit.summary);
    SourceRow {
        place: format!("{repository} {branch} {path}"),
        revision: source.revision.map(commit),
        synced: source.synced_at.map(|at| RelativeTime::new(at, now)),
        checked: source.checked_at.map(|at| RelativeTime::new(at, now)),
        error: source.error.map(Prose),
        unannounced: source.unannounced.map(|(number, at)| {
            let changes = if number == 1 { "1 change" } else { &format!("{number} changes") };
            (changes.to_owned(), RelativeTime::new(at, now))
        }),
        foreign: (source.foreign > 0).then(|| {
            let checks = if source.foreign == 1 { "check" } else { "checks" };
            (format!("{} {checks}", source.foreign), links::posts(&name))
        }),
        posts: source.unposted.map(|numbers| (links::posts(&name), posts(numbers))),
        waiting: source.waiting.map(|head| (commit(head.commit), head.reason)),
        name,
    }
}
