//! Webhooks already seen: GitHub may deliver one twice, and people redeliver by hand.

use std::time::Duration;

use sqlx::PgExecutor;

use super::Error;

/// Notes a delivery; false if it was noted before.
pub async fn note(executor: impl PgExecutor<'_>, id: &str) -> Result<bool, Error> {
    let done = sqlx::query!("insert into delivery (id) values ($1) on conflict do nothing", id)
        .execute(executor)
        .await?;
    Ok(done.rows_affected() == 1)
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
