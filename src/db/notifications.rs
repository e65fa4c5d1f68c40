//! Hints between replicas: something may be due. Polling is the truth.

use sqlx::postgres::PgListener;
use sqlx::{PgExecutor, PgPool};

use super::Error;
use super::words::words;

const CHANNEL: &str = "cloudcorrect";

words! {
    /// Kind of rows that may be worth a look.
    pub Topic, "topic":
    /// Sources, one of which is due.
    Sources = "sources",
    /// Groups, one of which is due.
    Groups = "groups",
    /// Posts, one of which is due.
    Outbox = "outbox",
    /// Sweeps, one of which somebody asked for.
    Sweeps = "sweeps",
    /// Pages, which show something new.
    Pages = "pages",
}

/// Tells all replicas, once the transaction has committed.
pub async fn notify(executor: impl PgExecutor<'_>, topic: Topic) -> Result<(), Error> {
    sqlx::query!("select pg_notify($1, $2)", CHANNEL, topic.as_str()).fetch_one(executor).await?;
    Ok(())
}

/// A connection that hears the hints.
#[derive(Debug)]
pub struct Listener(PgListener);

impl Listener {
    /// Listens with a connection of the pool.
    pub async fn connect(pool: &PgPool) -> Result<Self, Error> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// Waits for the next hint. `None`: hints may have been lost with the connection, so all may be
    /// worth a look; the next call connects again.
    pub async fn next(&mut self) -> Result<Option<Topic>, Error> {
        loop {
            let Some(notification) = self.0.try_recv().await? else { return Ok(None) };
            // A newer version may know more topics.
            if let Ok(topic) = Topic::read(notification.payload()) {
                return Ok(Some(topic));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::fixtures::{TestResult, definition, source, sync};
    use crate::db::{groups, outbox, sources};

    #[sqlx::test]
    async fn hints_are_heard_once_the_transaction_commits(pool: PgPool) -> TestResult {
        let mut listener = Listener::connect(&pool).await?;
        let mut undone = pool.begin().await?;
        notify(&mut *undone, Topic::Sources).await?;
        undone.rollback().await?;
        sqlx::query("select pg_notify('cloudcorrect', 'of-a-newer-version')")
            .execute(&pool)
            .await?;
        let mut done = pool.begin().await?;
        notify(&mut *done, Topic::Groups).await?;
        notify(&mut *done, Topic::Outbox).await?;
        done.commit().await?;
        assert_eq!(listener.next().await?, Some(Topic::Groups));
        assert_eq!(listener.next().await?, Some(Topic::Outbox));
        Ok(())
    }

    #[sqlx::test]
    async fn whoever_makes_work_due_says_so(pool: PgPool) -> TestResult {
        let source = source(&pool, "main").await;
        let mut listener = Listener::connect(&pool).await?;
        let mut tx = pool.begin().await?;
        let fence = sync(&mut tx, "main").await;
        groups::upsert(&mut tx, &fence, "c1", &[definition("storage", "1")]).await?;
        outbox::want(&mut tx, source, "compliance/c1", &serde_json::json!({})).await?;
        sources::wake(&mut tx, "main").await?;
        tx.commit().await?;
        for topic in [Topic::Groups, Topic::Outbox, Topic::Sources] {
            assert_eq!(listener.next().await?, Some(topic));
        }
        Ok(())
    }
}
