//! Revisions: every commit that was looked at, and what came of it.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use super::Error;
use super::sources::{Fence, SourceId};
use super::words::words;
use crate::diagnostic::{Code, StoredDiagnostic};
use crate::signature::Standing;

words! {
    /// Fate of a commit that was looked at.
    pub State, "state of a revision":
    /// Its policies are the ones that are evaluated.
    InForce = "in_force",
    /// They were, until another commit came into force.
    Superseded = "superseded",
    /// It has errors; the revision before it stays in force.
    Refused = "refused",
    /// It loses much of the revision before it, which stays in force until somebody approves it.
    Held = "held",
}

/// A commit and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RevisionRecord {
    /// Id of the commit, in hexadecimal digits.
    pub commit: String,
    /// Id of its first parent, if it has one.
    pub parent: Option<String>,
    /// Its author, as Git has it.
    pub author: String,
    /// Time of the committer, as the commit says it.
    pub committed_at: DateTime<Utc>,
    /// The first line of its message.
    pub summary: String,
    /// Fate of the commit.
    pub state: State,
    /// Problems that were found in it.
    pub diagnostics: Vec<StoredDiagnostic>,
    /// Commit that stayed in force, of one that is held.
    pub held_over: Option<String>,
    /// Standing among the signers that the source allowed then, if it allowed any.
    pub signature: Option<Standing>,
}

impl RevisionRecord {
    /// `true` of one that is refused for its signature alone: its policies have no errors.
    pub fn is_untrusted(&self) -> bool {
        let mut errors = self.diagnostics.iter().filter(|found| found.is_error()).peekable();
        errors.peek().is_some()
            && errors.all(|found| found.known_code() == Some(Code::UntrustedCommit))
    }
}

/// A commit of the history.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// The commit and what came of it.
    pub record: RevisionRecord,
    /// When it was first looked at, or last came into force.
    pub seen_at: DateTime<Utc>,
}

/// Cursor at which a page of the history ends: the next begins before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// When the last revision of the page was seen.
    pub seen_at: DateTime<Utc>,
    /// Id of the last commit of the page.
    pub commit: String,
}

struct Row {
    commit: String,
    parent: Option<String>,
    author: String,
    committed_at: DateTime<Utc>,
    summary: String,
    seen_at: DateTime<Utc>,
    state: String,
    diagnostics: Value,
    held_over: Option<String>,
    signature: Option<Value>,
}

impl TryFrom<Row> for Revision {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let record = RevisionRecord {
            commit: row.commit,
            parent: row.parent,
            author: row.author,
            committed_at: row.committed_at,
            summary: row.summary,
            state: State::read(&row.state)?,
            diagnostics: serde_json::from_value(row.diagnostics)
                .map_err(|error| Error::unreadable("diagnostics", error.to_string()))?,
            held_over: row.held_over,
            signature: row
                .signature
                .map(serde_json::from_value)
                .transpose()
                .map_err(|error| Error::unreadable("signature", error.to_string()))?,
        };
        Ok(Self { record, seen_at: row.seen_at })
    }
}

/// Keeps what came of a commit. One that comes into force supersedes the one that was; one that was
/// seen before, such as a branch moved back, is kept as it is now.
pub async fn record(
    connection: &mut PgConnection,
    fence: &Fence,
    revision: &RevisionRecord,
) -> Result<(), Error> {
    if revision.state == State::InForce {
        sqlx::query!(
            "update revision set state = 'superseded'
             where source = $1 and state = 'in_force' and commit <> $2",
            fence.source.0,
            revision.commit,
        )
        .execute(&mut *connection)
        .await?;
    }
    sqlx::query!(
        "insert into revision (source, commit, parent, author, committed_at, summary, seen_at, state,
            diagnostics, held_over, signature)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (source, commit) do update
         set seen_at = excluded.seen_at, state = excluded.state, diagnostics = excluded.diagnostics,
            held_over = excluded.held_over,
            signature = coalesce(excluded.signature, revision.signature)
         where (revision.state, revision.diagnostics, revision.held_over, revision.signature)
            is distinct from
            (excluded.state, excluded.diagnostics, excluded.held_over,
             coalesce(excluded.signature, revision.signature))",
        fence.source.0,
        revision.commit,
        revision.parent,
        revision.author,
        revision.committed_at,
        revision.summary,
        fence.at,
        revision.state.as_str(),
        Json(&revision.diagnostics) as _,
        revision.held_over,
        revision.signature.as_ref().map(Json) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The revisions of a source, newest first, from before a cursor.
pub async fn history(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    before: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<Revision>, Error> {
    sqlx::query_as!(
        Row,
        "select commit, parent, author, committed_at, summary, seen_at, state, diagnostics, held_over,
            signature
         from revision
         where source = $1 and ($2::timestamptz is null or (seen_at, commit) < ($2, $3))
         order by seen_at desc, commit desc limit $4",
        source.0,
        before.map(|cursor| cursor.seen_at),
        before.map(|cursor| cursor.commit.as_str()),
        limit,
    )
    .fetch_all(executor)
    .await?
    .into_iter()
    .map(Revision::try_from)
    .collect()
}

/// Commits of a source that came into force, those first that were seen last.
pub async fn good(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    limit: i64,
) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        "select commit from revision where source = $1 and state in ('in_force', 'superseded')
         order by seen_at desc, commit desc limit $2",
        source.0,
        limit,
    )
    .fetch_all(executor)
    .await?)
}

/// A revision by its commit.
pub async fn find(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    commit: &str,
) -> Result<Option<Revision>, Error> {
    sqlx::query_as!(
        Row,
        "select commit, parent, author, committed_at, summary, seen_at, state, diagnostics, held_over,
            signature
         from revision where source = $1 and commit = $2",
        source.0,
        commit,
    )
    .fetch_optional(executor)
    .await?
    .map(Revision::try_from)
    .transpose()
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::db::fixtures::{TestResult, source, sync};
    use crate::diagnostic::{Code, Diagnostic, Location};
    use crate::signature::Signer;

    fn seen(commit: &str, state: State) -> RevisionRecord {
        RevisionRecord {
            commit: commit.into(),
            parent: Some("p".into()),
            author: "Ada <ada@example.com>".into(),
            committed_at: DateTime::UNIX_EPOCH,
            summary: "Tighten storage".into(),
            state,
            diagnostics: vec![StoredDiagnostic::from(&Diagnostic::error(
                Location::point("policies/a.yaml", 3, 7),
                Code::UnknownKey,
                "there is no `nme`",
            ))],
            held_over: None,
            signature: None,
        }
    }

    #[sqlx::test]
    async fn who_signed_is_kept_as_it_was_seen_last(pool: PgPool) -> TestResult {
        let source = source(&pool, "main").await;
        let signer = Signer { name: "ada@example.com".into(), key: "SHA256:abc".into() };
        let standings = [
            None,
            Some(Standing::Refused("is not signed".into())),
            Some(Standing::SignedBy(signer)),
        ];
        for signature in standings {
            let seen = RevisionRecord { signature, ..seen("c1", State::Refused) };
            let mut tx = pool.begin().await?;
            let fence = sync(&mut tx, "main").await;
            record(&mut tx, &fence, &seen).await?;
            tx.commit().await?;
            let found = find(&pool, source, "c1").await?.map(|found| found.record);
            assert_eq!(found.as_ref(), Some(&seen));
            let history = history(&pool, source, None, 10).await?;
            assert_eq!(history.first().map(|first| &first.record), Some(&seen));
        }
        Ok(())
    }

    #[sqlx::test]
    async fn one_revision_is_in_force_and_all_are_kept(pool: PgPool) -> TestResult {
        let source = source(&pool, "main").await;
        let sequence = [
            ("c1", State::InForce),
            ("c2", State::Refused),
            ("c3", State::InForce),
            ("c1", State::InForce),
            ("c1", State::InForce),
        ];
        for (commit, state) in sequence {
            let mut tx = pool.begin().await?;
            let fence = sync(&mut tx, "main").await;
            record(&mut tx, &fence, &seen(commit, state)).await?;
            tx.commit().await?;
        }
        let all = history(&pool, source, None, 10).await?;
        let states: Vec<_> =
            all.iter().map(|one| (one.record.commit.as_str(), one.record.state)).collect();
        assert_eq!(
            states,
            [("c1", State::InForce), ("c3", State::Superseded), ("c2", State::Refused)]
        );
        let first = all.first().unwrap();
        assert_eq!(first.record, seen("c1", State::InForce));
        assert_eq!(find(&pool, source, "c1").await?.as_ref(), Some(first));
        let cursor = Cursor { seen_at: first.seen_at, commit: first.record.commit.clone() };
        assert_eq!(history(&pool, source, Some(&cursor), 1).await?, all[1..2]);
        Ok(())
    }
}
