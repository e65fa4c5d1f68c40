//! What a service kept, read by others: nothing is started, migrated or written.

use anyhow::{Context, Result, anyhow};
use secrecy::SecretString;
use sqlx::PgPool;

use crate::collect;
use crate::config::DatabaseSettings;
use crate::db::{self, sources};
use crate::policy::PolicySet;
use crate::postgres;
use crate::resource::Inventory;

/// The database of a service, as it is.
pub(super) async fn connect(settings: &DatabaseSettings) -> Result<PgPool> {
    db::connect(&url(settings)?).await.context("cannot reach the database")
}

fn url(settings: &DatabaseSettings) -> Result<SecretString> {
    if let Some(url) = &settings.url {
        return Ok(url.clone());
    }
    let running = postgres::running(&settings.data_dir)?;
    running.with_context(|| {
        format!(
            "no service runs its private Postgres in `{}`; name the settings of the service with \
             `--config`, or its database with `DATABASE_URL`",
            settings.data_dir.display()
        )
    })
}

/// Inventories of the accounts of policies, as the evaluations of a source know them now
/// ([`collect::latest`]).
pub async fn stored_inventories(
    settings: &DatabaseSettings,
    source: &str,
    policies: &PolicySet,
) -> Result<Vec<Inventory>> {
    let pool = connect(settings).await?;
    let found = sources::by_name(&pool, source).await.context("cannot read the sources")?;
    let Some(found) = found else {
        let all = sources::all(&pool).await.context("cannot read the sources")?;
        let names = all.iter().map(|source| format!("`{}`", source.registration.name));
        let names: Vec<_> = names.collect();
        return Err(anyhow!(
            "the service watches no source `{source}`; say with `--source` which it is: {}",
            names.join(", ")
        ));
    };
    let inventories = collect::latest(&pool, found.id, policies).await;
    pool.close().await;
    inventories.context("cannot read what the evaluations stored")
}
