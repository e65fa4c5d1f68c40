//! Webhooks already seen: GitHub may deliver one twice, and people redeliver by hand.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::Error;

/// Notes a delivery; false if it was noted before.
pub async fn note(executor: impl PgExecutor<'_>, id: &str) -> Result<bool, Error> {
    let done = sqlx::query!("insert into delivery (id) values ($1) on conflict do nothing", id)
        .execute(executor)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Those of webhooks that were never noted.
pub async fn unknown(executor: impl PgExecutor<'_>, ids: &[String]) -> Result<Vec<String>, Error> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id!" from unnest($1::text[]) as asked (id)
        where not exists (select from delivery where delivery.id = asked.id)"#,
        ids,
    )
    .fetch_all(executor)
    .await?)
}

/// Begins a look for the webhooks of an App that did not arrive, if one is due or `is_wanted` anyway; no
/// other is due for the time of `lease`. Its instant, by the clock of the database.
pub async fn begin_look(
    executor: impl PgExecutor<'_>,
    app: i64,
    lease: Duration,
    is_wanted: bool,
) -> Result<Option<DateTime<Utc>>, Error> {
    Ok(sqlx::query_scalar!(
        r#"insert into webhook_look as look (app, due_at)
        values ($1, now() + make_interval(secs => $2))
        on conflict (app) do update set due_at = excluded.due_at
        where look.due_at <= now() or $3
        returning now() as "at!""#,
        app,
        lease.as_secs_f64(),
        is_wanted,
    )
    .fetch_optional(executor)
    .await?)
}

/// Ends a look: the next one is due after `pause`.
pub async fn end_look(
    executor: impl PgExecutor<'_>,
    app: i64,
    pause: Duration,
) -> Result<(), Error> {
    sqlx::query!(
        "update webhook_look set due_at = now() + make_interval(secs => $2) where app = $1",
        app,
        pause.as_secs_f64(),
    )
    .execute(executor)
    .await?;
    Ok(())
}

/// Forgets deliveries older than `age`; how many.
pub async fn prune(executor: impl PgExecutor<'_>, age: Duration) -> Result<u64, Error> {
    let done = sqlx::query!(
        "delete from delivery where received_at < now() - make_interval(secs => $1)",
        age.as_secs_f64(),
    )
    .execute(executor)
    .await?;
    Ok(done.rows_affected())
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::*;
    use crate::db::fixtures::{NO_TIME, TestResult};

    #[sqlx::test]
    async fn a_delivery_is_noted_once_until_it_is_forgotten(pool: PgPool) -> TestResult {
        assert!(note(&pool, "a").await?);
        assert!(!note(&pool, "a").await?);
        assert_eq!(prune(&pool, Duration::from_hours(1)).await?, 0);
        assert_eq!(prune(&pool, NO_TIME).await?, 1);
        assert!(note(&pool, "a").await?);
        Ok(())
    }
}
