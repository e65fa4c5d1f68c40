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
