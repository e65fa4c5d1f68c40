//! Inventories that earlier evaluations stored.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use crate::db::sources::SourceId;
use crate::db::{Error, facets};
use crate::policy::Account;
use crate::resource::{Inventory, Provider};

/// Inventory of an account as the evaluations of a source knew it at an instant, or know it at the
/// database's present; that is its [`Inventory::taken_at`]. `None` if nothing was known.
pub async fn stored(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    account: &Account,
    at: Option<DateTime<Utc>>,
) -> Result<Option<Inventory>, Error> {
    facets::inventory(executor, source, Provider::Aws, &account.id, at).await
}

#[cfg(test)]
mod tests {
    use sqlx::PgPool;

    use super::super::testing::account;
    use super::*;
    use crate::db::facets::Observations;
    use crate::db::sources::{Host, Registration, register};
    use crate::recorded::read;
    use crate::resource::schemas;

    #[sqlx::test]
    async fn what_was_stored_is_what_was_collected(pool: PgPool) -> anyhow::Result<()> {
        let demo = include_str!("../../examples/demo-account.json");
        let collected = read(demo.as_bytes(), schemas())?;
        let account = account(collected.account.as_str());
        let mut transaction = pool.begin().await?;
        let registration = Registration {
            name: "main".to_owned(),
            host: Host::Git,
            repository: "https://git.example.com/policies".to_owned(),
            branch: "main".to_owned(),
            path: "policies".to_owned(),
        };
        let sources = register(&mut transaction, &[registration]).await?;
        let source = *sources.first().expect("the source that was registered");
        let observations = Observations::of(&collected);
        facets::record(&mut transaction, source, &observations, collected.taken_at).await?;
        transaction.commit().await?;

        let now: DateTime<Utc> =
            sqlx::query_scalar("select clock_timestamp()").fetch_one(&pool).await?;
        let stored = stored(&pool, source, &account, Some(now)).await?.expect("it is known");
        assert_eq!(stored, Inventory { taken_at: now, ..collected });
        let before = super::stored(&pool, source, &account, Some(DateTime::UNIX_EPOCH)).await?;
        assert_eq!(before, None, "nothing was known then");
        Ok(())
    }
}
