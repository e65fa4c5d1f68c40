//! The posts of a source: what the service says on GitHub, what GitHub does not show yet, and why.

use askama::Template;
use axum::extract::{Path, Query, State};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::Pages;
use super::badge::Badge;
use super::links::{self, Commit};
use super::prose::Prose;
use super::response::{Page, PageError, PageResult};
use super::time::RelativeTime;
use crate::render::ForeignCheck;
use crate::render::post::CheckState;
use crate::views::post::{self, Cursor, Place, PostView, Posts, Progress, Seen};

/// Most posts on a page.
const PAGE: usize = 50;

/// Microseconds until the year 10000.
const MOST_MICROS: i64 = 253_402_300_800_000_000;

#[derive(Template)]
#[template(path = "posts.html")]
pub(super) struct PostsPage {
    source: String,
    lead: &'static str,
    unposted: Vec<Row>,
    /// Number of those that are not shown here either.
    more_unposted: usize,
    posted: Vec<Row>,
    /// Checks under our names that somebody else posted, on the first page.
    foreign: Vec<ForeignRow>,
    is_first: bool,
    /// Address of the next page.
    next: Option<String>,
}

struct Row {
    badge: Badge,
    name: String,
    /// Headline of a check run.
    title: String,
    /// Commit of a check run, and whether it has a page.
    commit: Option<(Commit, bool)>,
    words: String,
    /// Why GitHub does not show it.
    why: Option<Prose>,
    attempts: u32,
    wanted: RelativeTime,
    posted: Option<RelativeTime>,
}

struct ForeignRow {
    name: String,
    commit: Commit,
    /// `status by octocat: success`.
    words: String,
    seen: RelativeTime,
}

/// Query of an address: the part of the posts to show.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PostsQuery {
    behind: Option<String>,
}

pub(super) async fn show(
    State(pages): State<Pages>,
    Path(source): Path<String>,
    Query(query): Query<PostsQuery>,
) -> PageResult<PostsPage> {
    let behind = query.behind.as_deref().map(|text| parsed(text).ok_or(PageError::Unclear));
    let behind = behind.transpose()?;
    let posts = post::posts(&pages.pool, &source, behind.as_ref(), PAGE).await?;
    Ok(Page(page(posts.ok_or(PageError::NotFound)?, behind.is_none(), pages.clock.now())))
}

fn page(posts: Posts, is_first: bool, now: DateTime<Utc>) -> PostsPage {
    let Posts { source, is_on_github, unposted, numbers, foreign, posted } = posts;
    let all = usize::try_from(numbers.waiting + numbers.given_up).unwrap_or_default();
    let row = |post| row(post, &source, now);
    let here = links::posts(&source);
    PostsPage {
        lead: match (is_on_github, numbers.given_up, numbers.waiting) {
            (false, ..) => "The source is not on GitHub, so that nothing is posted.",
            (_, 0, 0) if posted.rows.is_empty() && is_first => "Nothing is to be posted yet.",
            (_, 0, 0) => "Everything is on GitHub.",
            (_, 0, _) => "Some posts are on their way.",
            _ => {
                "Some posts were given up. What a missing permission or an outage of GitHub kept back is tried again every hour; the rest once there is something new to say there."
            }
        },
        more_unposted: all.saturating_sub(unposted.len()),
        unposted: unposted.into_iter().map(row).collect(),
        foreign: foreign
            .into_iter()
            .filter(|_| is_first)
            .map(|seen| foreign_row(seen, &source, now))
            .collect(),
        next: posted.next.as_ref().map(|last| format!("{here}?behind={}", written(last))),
        posted: posted.rows.into_iter().map(row).collect(),
        is_first,
        source,
    }
}

fn foreign_row(Seen { head, check, at }: Seen, source: &str, now: DateTime<Utc>) -> ForeignRow {
    let ForeignCheck { kind, name, author, state } = check;
    ForeignRow {
        name,
        commit: Commit::new(source, &head),
        words: format!("{} by {author}: {state}", kind.noun()),
        seen: RelativeTime::new(at, now),
    }
}

fn row(post: PostView, source: &str, now: DateTime<Utc>) -> Row {
    let PostView { place, words, progress, wanted_at, posted_at } = post;
    let (badge, why, attempts) = match progress {
        Progress::Posted => (badge_of(&place), None, 0),
        Progress::Waiting { attempts, why: None } => {
            (Badge::named("pending", "waits"), None, attempts)
        }
        Progress::Waiting { attempts, why } => (Badge::named("unknown", "retrying"), why, attempts),
        Progress::GivenUp(why) => (Badge::named("fail", "given up"), Some(why), 0),
    };
    let (name, title, commit) = match place {
        Place::Check { name, commit, is_revision, title, .. } => {
            (name, title, Some((Commit::new(source, &commit), is_revision)))
        }
        Place::Comment { number } => (format!("Comment on #{number}"), String::new(), None),
        Place::Issue { group, .. } => (format!("Issue of {group}"), String::new(), None),
        Place::Unknown(key) => (key, String::new(), None),
    };
    Row {
        badge,
        name,
        title,
        commit,
        words,
        why: why.map(Prose),
        attempts,
        wanted: RelativeTime::new(wanted_at, now),
        posted: posted_at.map(|at| RelativeTime::new(at, now)),
    }
}

/// Badge of what a post says.
fn badge_of(place: &Place) -> Badge {
    match place {
        Place::Check { state: CheckState::Success, .. } => Badge::named("pass", "success"),
        Place::Check { state: CheckState::Failure, .. } => Badge::named("fail", "failure"),
        Place::Check { state: CheckState::InProgress, .. } => {
            Badge::named("pending", "in progress")
        }
        Place::Issue { is_open: true, .. } => Badge::named("fail", "open"),
        Place::Issue { .. } => Badge::named("pass", "closed"),
        Place::Comment { .. } | Place::Unknown(_) => Badge::named("not_applicable", "comment"),
    }
}

/// A position in the list as the `behind` of an address.
fn written(Cursor { wanted_at, key }: &Cursor) -> String {
    let at = wanted_at.timestamp_micros();
    links::encoded(&format!("{at} {key}")).to_string()
}

/// Position that the `behind` of an address stands for.
fn parsed(text: &str) -> Option<Cursor> {
    let (at, key) = text.split_once(' ')?;
    // What the database can hold, and more than it does.
    let at = at.parse().ok().filter(|at| (0..MOST_MICROS).contains(at))?;
    let wanted_at = DateTime::from_timestamp_micros(at)?;
    Some(Cursor { wanted_at, key: key.to_owned() })
}
