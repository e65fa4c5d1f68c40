//! Inventories that earlier evaluations stored.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sqlx::{PgExecutor, PgPool};

use crate::db::facets::{History, Version};
use crate::db::sources::SourceId;
use crate::db::{Error, facets, groups, sweeps};
use crate::policy::{Account, PolicySet};
use crate::resource::{AccountId, Inventory, Listing, Provider, Region, TypeName};

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
/// now ([`StoredInventories::latest`]).
pub async fn latest(
    pool: &PgPool,
    source: SourceId,
    policies: &PolicySet,
) -> Result<Vec<Inventory>, Error> {
    StoredInventories::default().latest(pool, source, policies, None).await
}

/// What the evaluations of a source knew of some types of resources of an account since an instant.
pub async fn history(
    executor: impl PgExecutor<'_>,
    source: SourceId,
    account: &AccountId,
    types: &BTreeSet<TypeName>,
    since: DateTime<Utc>,
) -> Result<History, Error> {
    facets::history(executor, source, (Provider::Aws, account), types, since).await
}

/// Resources kept at most beyond those that were asked for last.
const MOST_RESOURCES: usize = 300_000;

/// Stored inventories that were read, kept in memory for whoever asks again.
#[derive(Debug, Default)]
pub struct StoredInventories(BTreeMap<(SourceId, AccountId), Places>);

/// What is known of the types of an account, by the region that was asked.
type Places = BTreeMap<(TypeName, Region), (Version, Listing)>;

impl StoredInventories {
    /// Inventories of the accounts that groups of policies select, as the evaluations of a source know
    /// them now; of some types alone, where these are given. Each is of the instant at which that group of
    /// the account was last evaluated for which it is longest ago, so that nothing in it is older; of the
    /// last sweep where no group looks at the account. One without either has none. What is in memory is read again only where it has changed.
    pub async fn latest(
        &mut self,
        pool: &PgPool,
        source: SourceId,
        policies: &PolicySet,
        types: Option<&BTreeSet<TypeName>>,
    ) -> Result<Vec<Inventory>, Error> {
        let groups = groups::of_source(pool, source).await?;
        let runs = groups.into_iter().map(|group| (group.definition.name, group.last_run_at));
        let runs: BTreeMap<String, Option<DateTime<Utc>>> = runs.collect();
        let swept = sweeps::swept(pool, source).await?;
        let mut inventories = Vec::new();
        for account in policies.accounts.values() {
            let groups = policies.groups.values().filter(|group| group.accounts.selects(account));
            let confirmed =
                groups.filter_map(|group| runs.get(group.name.as_str()).copied().flatten());
            let swept = swept.get(&account.id).copied();
            let Some(taken_at) = confirmed.min().or(swept) else { continue };
            if let Some(listings) = self.listings(pool, (source, &account.id), types).await? {
                let inventory = Inventory::empty(account.id.clone(), taken_at);
                inventories.push(Inventory { listings, ..inventory });
            }
        }
        Ok(inventories)
    }

    /// What is known of types of an account; `None` where nothing is known of any type.
    async fn listings(
        &mut self,
        pool: &PgPool,
        (source, account): (SourceId, &AccountId),
        types: Option<&BTreeSet<TypeName>>,
    ) -> Result<Option<BTreeMap<(TypeName, Region), Listing>>, Error> {
        let versions = facets::versions(pool, source, Provider::Aws, account).await?;
        if versions.is_empty() {
            return Ok(None);
        }
        let key = (source, account.clone());
        let mut known = self.0.remove(&key).unwrap_or_default();
        known.retain(|place, _| versions.contains_key(place));
        let mut listings = BTreeMap::new();
        for (place, version) in versions {
            if types.is_some_and(|types| !types.contains(&place.0)) {
                continue;
            }
            if known.get(&place).is_none_or(|(known, _)| *known != version) {
                known.remove(&place);
                let owner = (Provider::Aws, account);
                let read = facets::listing(pool, source, owner, (&place.0, &place.1)).await?;
                let Some(listing) = read else { continue };
                known.insert(place.clone(), (version, listing));
            }
            if let Some((_, listing)) = known.get(&place) {
                listings.insert(place, listing.clone());
            }
        }
        self.keep(key, known);
        Ok(Some(listings))
    }

    /// Keeps what was read, and of the rest no more than there is room for.
    fn keep(&mut self, key: (SourceId, AccountId), known: Places) {
        let size = |places: &Places| -> usize {
            places.values().map(|(_, listing)| listing.resources().len()).sum()
        };
        let mut room = MOST_RESOURCES.saturating_sub(size(&known));
        self.0.retain(|_, places| {
            let size = size(places);
            let fits = size <= room;
            room -= if fits { size } else { 0 };
            fits
        });
        self.0.insert(key, known);
    }
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

    /// What the demo's account has, and a source that stores it.
    async fn demo(pool: &PgPool) -> anyhow::Result<(SourceId, Inventory)> {
        let demo = include_str!("../../examples/demo-account.json");
        let collected = read(demo.as_bytes(), schemas())?;
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
        record(&mut transaction, source, &collected).await?;
        transaction.commit().await?;
        Ok((source, collected))
    }

    async fn record(
        connection: &mut sqlx::PgConnection,
        source: SourceId,
        collected: &Inventory,
    ) -> anyhow::Result<()> {
        let observations = Observations::of(collected);
        facets::record(connection, source, &observations, collected.taken_at).await?;
        Ok(())
    }

    #[sqlx::test]
    async fn what_was_read_is_read_again_only_where_it_changed(pool: PgPool) -> anyhow::Result<()> {
        let (source, collected) = demo(&pool).await?;
        let account = account(collected.account.as_str());
        let mut known = StoredInventories::default();
        let buckets: BTreeSet<TypeName> = ["AWS::S3::Bucket".into()].into();
        let mut listings = async |types: Option<&BTreeSet<TypeName>>| {
            let found = known.listings(&pool, (source, &account.id), types).await;
            found.map(Option::unwrap_or_default)
        };
        let all = listings(None).await?;
        assert_eq!(all, collected.listings);
        let of_buckets = listings(Some(&buckets)).await?;
        assert!(!of_buckets.is_empty());
        assert!(of_buckets.keys().all(|(type_name, _)| buckets.contains(type_name)));

        // Behind its back nothing changes, as what it reads is in memory.
        let remove = "delete from facet where resource_type = 'AWS::S3::Bucket'";
        sqlx::query(remove).execute(&pool).await?;
        assert_eq!(listings(None).await?, all);
        // Whatever is stored anew is read anew, and it alone.
        let mut fewer = collected.clone();
        let place = fewer.listings.keys().find(|(it, _)| buckets.contains(it)).expect("buckets");
        fewer.listings.insert(place.clone(), Listing::Complete(Vec::new()));
        fewer.taken_at += chrono::TimeDelta::seconds(1);
        record(&mut *pool.acquire().await?, source, &fewer).await?;
        sqlx::query("delete from facet where resource_type <> 'AWS::S3::Bucket'")
            .execute(&pool)
            .await?;
        assert_eq!(listings(None).await?, fewer.listings);
        Ok(())
    }

    #[sqlx::test]
    async fn what_was_stored_is_what_was_collected(pool: PgPool) -> anyhow::Result<()> {
        let (source, collected) = demo(&pool).await?;
        let account = account(collected.account.as_str());
        let now: DateTime<Utc> =
            sqlx::query_scalar("select clock_timestamp()").fetch_one(&pool).await?;
        let stored = stored(&pool, source, &account, Some(now)).await?.expect("it is known");
        assert_eq!(stored, Inventory { taken_at: now, ..collected });
        let before = super::stored(&pool, source, &account, Some(DateTime::UNIX_EPOCH)).await?;
        assert_eq!(before, None, "nothing was known then");
        Ok(())
    }
}
