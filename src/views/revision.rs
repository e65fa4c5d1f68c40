//! Revisions: what a commit is, what came of it, what is wrong with it.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::db;
pub use crate::db::policies::{Touch, TouchedFile};
pub use crate::db::revisions::{RevisionRecord, State};

/// Revision of a source: a commit that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct RevisionView {
    /// Name of the source, unique in the service.
    pub source: String,
    /// Commit, its state and its diagnostics.
    pub record: RevisionRecord,
    /// `true` where a revision of the source is in force, this one or another.
    pub has_one_in_force: bool,
    /// `true` where its parent was looked at as well, and so has a page.
    pub knows_parent: bool,
    /// Instant at which it was looked at.
    pub seen_at: DateTime<Utc>,
    /// Policy files that it touched, where it came into force.
    pub files: Vec<TouchedFile>,
}

/// A revision by the name of its source and the commit's id; `None` where there is none.
pub async fn revision(
    pool: &PgPool,
    source: &str,
    commit: &str,
) -> Result<Option<RevisionView>, db::Error> {
    let Some(source) = db::sources::by_name(pool, source).await? else { return Ok(None) };
    let Some(revision) = db::revisions::find(pool, source.id, commit).await? else {
        return Ok(None);
    };
    let knows_parent = match &revision.record.parent {
        Some(parent) => db::revisions::find(pool, source.id, parent).await?.is_some(),
        None => false,
    };
    Ok(Some(RevisionView {
        knows_parent,
        has_one_in_force: source.revision.is_some(),
        source: source.registration.name,
        files: db::policies::touched(pool, source.id, commit).await?,
        record: revision.record,
        seen_at: revision.seen_at,
    }))
}
