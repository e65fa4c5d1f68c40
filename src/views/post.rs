//! Posts: what the service says on GitHub, and how far that has come.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::part::{Part, rows_to_read};
use crate::db;
use crate::db::foreign;
pub use crate::db::foreign::Seen;
use crate::db::outbox::listed::{self, Listed};
pub use crate::db::outbox::listed::{Cursor, Unposted};
use crate::db::sources::{self, Host};
use crate::render::post::{CheckRun, CheckState, Comment, Issue, IssueState, Post};

/// Place on GitHub that a post is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A check run of a commit.
    Check {
        /// Name of the check run.
        name: String,
        /// Id of the commit.
        commit: String,
        /// `true` of a commit of the watched branch, which is a revision; else it is proposed.
        is_revision: bool,
        /// What it comes to.
        state: CheckState,
        /// Its headline.
        title: String,
    },
    /// The comment on a pull request.
    Comment {
        /// Number of the pull request.
        number: u64,
    },
    /// The issue of a group.
    Issue {
        /// Name of the group.
        group: String,
        /// `true` while it is open.
        is_open: bool,
    },
    /// Something that another version of the program wants, by its key.
    Unknown(String),
}

/// How far a post has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// GitHub shows it.
    Posted,
    /// It is still to be tried.
    Waiting {
        /// Attempts that failed since the last success.
        attempts: u32,
        /// Why the last one failed, where one did.
        why: Option<String>,
    },
    /// Nobody tries it any more, for this reason, until something else is wanted there.
    GivenUp(String),
}

/// Post of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostView {
    /// Place that it is for.
    pub place: Place,
    /// What it says, in Markdown.
    pub words: String,
    /// How far it has come.
    pub progress: Progress,
    /// When it was last wanted to say something else.
    pub wanted_at: DateTime<Utc>,
    /// When GitHub last took it, in whatever words.
    pub posted_at: Option<DateTime<Utc>>,
}

/// Posts of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Posts {
    /// Name of the source, unique in the service.
    pub source: String,
    /// `true` where it is on GitHub, so that anything is posted at all.
    pub is_on_github: bool,
    /// Those that GitHub does not show as they are wanted, at most as many as were asked for: what was
    /// given up first.
    pub unposted: Vec<PostView>,
    /// Number of all of these.
    pub numbers: Unposted,
    /// Checks under our names that somebody else posted, the newest first.
    pub foreign: Vec<Seen>,
    /// Part of those that it shows, those that were wanted last first.
    pub posted: Part<PostView, Cursor>,
}

/// Posts of a source by its name, with a part of `limit` of those that GitHub shows from behind a position,
/// and as many of those that it does not show; `None` where there is no such source.
pub async fn posts(
    pool: &PgPool,
    source: &str,
    behind: Option<&Cursor>,
    limit: usize,
) -> Result<Option<Posts>, db::Error> {
    let Some(source) = sources::by_name(pool, source).await? else { return Ok(None) };
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let unposted = listed::unposted(pool, source.id, most).await?;
    let numbers = listed::count_unposted(pool, source.id).await?;
    let posted = listed::posted(pool, source.id, behind, rows_to_read(limit)).await?;
    let position = |post: &Listed| Cursor { wanted_at: post.wanted_at, key: post.key.clone() };
    Ok(Some(Posts {
        source: source.registration.name,
        is_on_github: source.registration.host == Host::GitHub,
        unposted: unposted.into_iter().map(|post| view(post, false)).collect(),
        numbers,
        foreign: foreign::of_source(pool, source.id, most).await?,
        posted: Part::of(posted, limit, position, |post| view(post, true)),
    }))
}

fn view(listed: Listed, is_posted: bool) -> PostView {
    let Listed { key, post, wanted_at, posted_at, dead_reason, last_error, attempts } = listed;
    let (place, words) = match serde_json::from_value(post) {
        Ok(Post::CheckRun(check)) => {
            let CheckRun { name, head_sha: commit, key, state, title, summary, text, .. } = check;
            let is_revision = !key.starts_with("policies/");
            let text = text.map(|text| format!("\n\n{text}")).unwrap_or_default();
            let (name, title) = (name.to_string(), title.to_string());
            let place = Place::Check { name, commit, is_revision, state, title };
            (place, format!("{summary}{text}"))
        }
        Ok(Post::Comment(Comment { number, body, .. })) => {
            (Place::Comment { number }, body.to_string())
        }
        Ok(Post::Issue(Issue { group, state, body, .. })) => {
            let is_open = state == IssueState::Open;
            (Place::Issue { group, is_open }, body.to_string())
        }
        Err(_) => (Place::Unknown(key), String::new()),
    };
    let progress = match dead_reason {
        _ if is_posted => Progress::Posted,
        Some(why) => Progress::GivenUp(why),
        None => Progress::Waiting { attempts: attempts.unsigned_abs(), why: last_error },
    };
    // What keeps GitHub from making links shows nothing to people.
    let words = words.replace('\u{200b}', "");
    PostView { place, words, progress, wanted_at, posted_at }
}
