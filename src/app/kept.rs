//! What a service kept, read by others: nothing is started, migrated or written.

use std::collections::BTreeSet;

use anyhow::{Context, Result, anyhow};
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use sqlx::PgPool;

use crate::collect;
use crate::config::DatabaseSettings;
use crate::db::facets::History;
use crate::db::sources::SourceId;
use crate::db::{self, sources};
use crate::policy::PolicySet;
use crate::postgres;
use crate::resource::{AccountId, Inventory, TypeName};

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

/// What the evaluations of a source stored, in the database of a service.
#[derive(Debug)]
pub struct Kept {
    pool: PgPool,
    source: SourceId,
    name: String,
}

impl Kept {
    /// The source of that name, in the database of the settings; without a name the only one, or else the
    /// one that is called `main`.
    pub async fn open(settings: &DatabaseSettings, name: Option<&str>) -> Result<Self> {
        let pool = connect(settings).await?;
        let all = sources::all(&pool).await.context("cannot read the sources")?;
        let found = match (name, all.as_slice()) {
            (None, [only]) => Some(only),
            _ => all.iter().find(|it| it.registration.name == name.unwrap_or("main")),
        };
        if let Some(found) = found {
            let (source, name) = (found.id, found.registration.name.clone());
            return Ok(Self { pool, source, name });
        }
        let names = all.iter().map(|source| format!("`{}`", source.registration.name));
        let names: Vec<_> = names.collect();
        Err(anyhow!(
            "the service watches no source `{}`; say with `--source` which it is: {}",
            name.unwrap_or("main"),
            names.join(", ")
        ))
    }

    /// Name of the source.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Inventories of the accounts of policies as they are known now ([`collect::latest`]).
    pub async fn inventories(&self, policies: &PolicySet) -> Result<Vec<Inventory>> {
        let inventories = collect::latest(&self.pool, self.source, policies).await;
        inventories.context("cannot read what the evaluations stored")
    }

    /// What was known of types of resources of an account since an instant ([`collect::history`]).
    pub async fn history(
        &self,
        account: &AccountId,
        types: &BTreeSet<TypeName>,
        since: DateTime<Utc>,
    ) -> Result<History> {
        let history = collect::history(&self.pool, self.source, account, types, since).await;
        history.context("cannot read what earlier evaluations stored")
    }
}
