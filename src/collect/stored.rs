//! Inventories that earlier evaluations stored.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};

use crate::db::sources::SourceId;
use crate::db::{Error, facets, groups};
use crate::policy::{Account, PolicySet};
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

/// Inventories of the accounts that groups of policies select, as the evaluations of a source know them
/// now. Each is of the instant at which that group of the account was last evaluated for which it is
/// longest ago, so that nothing in it is older. An account without a run has none.
pub async fn latest(
    pool: &PgPool,
    source: SourceId,
    policies: &PolicySet,
) -> Result<Vec<Inventory>, Error> {
    let groups = groups::of_source(pool, source).await?;
    let runs = groups.into_iter().map(|group| (group.definition.name, group.last_run_at));
    let runs: BTreeMap<String, Option<DateTime<Utc>>> = runs.collect();
    let mut inventories = Vec::new();
    for account in policies.accounts.values() {
        let groups = policies.groups.values().filter(|group| group.accounts.selects(account));
        let confirmed = groups.filter_map(|group| runs.get(group.name.as_str()).copied().flatten());
        let Some(taken_at) = confirmed.min() else { continue };
        if let Some(known) = stored(pool, source, account, None).await? {
            inventories.push(Inventory { taken_at, ..known });
        }
    }
    Ok(inventories)
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
