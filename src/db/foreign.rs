//! Checks under our names that are not ours, and when each head is looked at for them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::sources::SourceId;
use super::{Error, sources};
use crate::render::{ForeignCheck, ForeignKind};

/// Kind of a check, by the word that a row has for it.
fn kind(word: &str) -> Result<ForeignKind, Error> {
    match word {
        "check_run" => Ok(ForeignKind::CheckRun),
        "status" => Ok(ForeignKind::Status),
        _ => Err(Error::unreadable("kind of check", word)),
    }
}

fn kind_in_row(kind: ForeignKind) -> &'static str {
    match kind {
        ForeignKind::CheckRun => "check_run",
        ForeignKind::Status => "status",
    }
}

/// Foreign check of a head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Id of the commit.
    pub head: String,
    /// The check.
    pub check: ForeignCheck,
    /// When it was first seen.
    pub at: DateTime<Utc>,
}

/// Heads that are due to be looked at, at most `limit` of them: those of open pull requests that have their
/// answer, and those of watched branches. None of them is due again for the time of `pause`.
pub async fn claim_due(
    executor: impl PgExecutor<'_>,
    limit: i64,
    pause: Duration,
) -> Result<Vec<(SourceId, String)>, Error> {
    let rows = sqlx::query!(
        r#"with heads as (
            select source, head from pull_request
            where state = 'open' and head = processed_head
            union
            select id, head from source where head is not null
        ), due as (
            select heads.source, heads.head from heads
            join source on source.id = heads.source and source.retired_at is null
                and source.repository_id is not null
            left join check_look look on look.source = heads.source and look.head = heads.head
            where look.due_at is null or look.due_at <= now()
            order by look.due_at nulls first limit $1
        )
        insert into check_look as look (source, head, due_at)
        select source, head, now() + make_interval(secs => $2) from due
        on conflict (source, head) do update set due_at = excluded.due_at, looked_at = now()
        where look.due_at <= now()
        returning source as "source!", head as "head!""#,
        limit,
        pause.as_secs_f64(),
    )
    .fetch_all(executor)
    .await?;
    Ok(rows.into_iter().map(|row| (SourceId(row.source), row.head)).collect())
}

/// Makes a look at a head of a repository due, as somebody posted something there; not within a minute of the
/// last one, since whoever posts may post a lot.
pub async fn look_at(
    executor: impl PgExecutor<'_>,
    repository_id: i64,
    head: &str,
) -> Result<(), Error> {
    sqlx::query!(
        "update check_look
         set due_at = least(check_look.due_at, greatest(now(), looked_at + interval '1 minute'))
         from source
         where source.id = check_look.source and source.repository_id = $1 and check_look.head = $2",
        repository_id,
        head,
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Makes looks due a moment from now that came to nothing.
pub async fn put_off(
    executor: impl PgExecutor<'_>,
    (source, head): (SourceId, &str),
    pause: Duration,
) -> Result<(), Error> {
    sqlx::query!(
        "update check_look set due_at = now() + make_interval(secs => $3)
         where source = $1 and head = $2",
        source.0,
        head,
        pause.as_secs_f64(),
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Keeps what there is on a head. Where that is something else than before, open pull requests at it wait
/// for another answer; whether it is.
pub async fn keep(
    connection: &mut PgConnection,
    source: SourceId,
    head: &str,
    there: &[ForeignCheck],
) -> Result<bool, Error> {
    let column = |of: fn(&ForeignCheck) -> &str| there.iter().map(of).collect::<Vec<_>>();
    let (kinds, names) = (column(|one| kind_in_row(one.kind)), column(|one| &one.name));
    let (authors, states) = (column(|one| &one.author), column(|one| &one.state));
    let gone = sqlx::query!(
        "delete from foreign_check
         where source = $1 and head = $2
           and (kind, name, author) not in (select * from unnest($3::text[], $4::text[], $5::text[]))",
        source.0,
        head,
        &kinds as &[&str],
        &names as &[&str],
        &authors as &[&str],
    )
    .execute(&mut *connection)
    .await?;
    let new = sqlx::query!(
        "insert into foreign_check as old (source, head, kind, name, author, state)
         select $1, $2, * from unnest($3::text[], $4::text[], $5::text[], $6::text[])
         on conflict (source, head, kind, name, author) do update set state = excluded.state
         where old.state <> excluded.state",
        source.0,
        head,
        &kinds as &[&str],
        &names as &[&str],
        &authors as &[&str],
        &states as &[&str],
    )
    .execute(&mut *connection)
    .await?;
    let is_other = gone.rows_affected() + new.rows_affected() > 0;
    if is_other {
        sqlx::query!(
            "update pull_request set processed_head = null
             where source = $1 and head = $2 and state = 'open'",
            source.0,
            head,
        )
        .execute(&mut *connection)
        .await?;
        sources::wake_id(connection, source).await?;
    }
    Ok(is_other)
}

/// Those of a head, in their order.
pub async fn of_head(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    head: &str,
) -> Result<Vec<ForeignCheck>, Error> {
    let rows = sqlx::query!(
        "select kind, name, author, state from foreign_check
         where source = $1 and head = $2 order by kind, name, author",
        source.0,
        head,
    )
    .fetch_all(executor)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind = self::kind(&row.kind)?;
            Ok(ForeignCheck { kind, name: row.name, author: row.author, state: row.state })
        })
        .collect()
}

/// Those of a source on heads that are still looked at, at most `limit`, the newest first.
pub async fn of_source(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    limit: i64,
) -> Result<Vec<Seen>, Error> {
    let rows = sqlx::query!(
        "select head, kind, name, author, state, seen_at from foreign_check f
         where source = $1
           and (exists (select from source s where s.id = $1 and s.head = f.head)
                or exists (select from pull_request p
                    where p.source = $1 and p.head = f.head and p.state = 'open'))
         order by seen_at desc, head, kind, name, author limit $2",
        source.0,
        limit,
    )
    .fetch_all(executor)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind = self::kind(&row.kind)?;
            let check = ForeignCheck { kind, name: row.name, author: row.author, state: row.state };
            Ok(Seen { head: row.head, check, at: row.seen_at })
        })
        .collect()
}

/// Forgets what nobody looks at any more.
pub async fn forget(connection: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!("delete from check_look where due_at < now() - interval '1 day'")
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "delete from foreign_check f
         where seen_at < now() - interval '1 day' and not exists (
            select from check_look look where look.source = f.source and look.head = f.head
         )",
    )
    .execute(&mut *connection)
    .await?;
    Ok(())
}
