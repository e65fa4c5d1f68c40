//! What the due groups need of each account, asked once for all of them, and stored.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::stream;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::Evaluator;
use crate::collect::{Accounts, Collected};
use crate::db::facets::{self, Observations};
use crate::db::groups::Claim;
use crate::db::sources::SourceId;
use crate::in_force::CompiledPolicies;
use crate::policy::{Account, AccountName, Group};

/// Answers of the accounts that were asked.
pub(super) type ByAccount = BTreeMap<AccountName, Collected>;

const ACCOUNTS_AT_ONCE: usize = 8;

impl Evaluator {
    /// Asks each account that a due group selects for what these groups read, and stores the
    /// answers.
    pub(super) async fn collect(
        &self,
        source: SourceId,
        in_force: &Arc<CompiledPolicies>,
        due: &[(&Claim, &Group)],
    ) -> Result<ByAccount> {
        let Some(began) = due.iter().map(|(claim, _)| claim.claimed_at).max() else {
            return Ok(BTreeMap::new());
        };
        let names: BTreeSet<&AccountName> = due
            .iter()
            .flat_map(|(_, group)| in_force.policies.accounts_of(group))
            .map(|account| &account.name)
            .collect();
        let fetches = names.into_iter().cloned().map(|name| {
            let due: Vec<String> = due.iter().map(|(claim, _)| claim.name.clone()).collect();
            let in_force = Arc::clone(in_force);
            let accounts = Arc::clone(&self.accounts);
            let runtime = Handle::current();
            async move {
                let fetch = move || {
                    let collecting = collect_account(&accounts, &in_force, &name, &due, began);
                    runtime.block_on(collecting)
                };
                spawn_blocking(fetch).await.context("a fetch broke off")?
            }
        });
        let answers: Vec<Result<Answer>> =
            stream::iter(fetches).buffer_unordered(ACCOUNTS_AT_ONCE).collect().await;
        let answers = answers.into_iter().collect::<Result<Vec<_>>>()?;
        for answer in &answers {
            self.store(source, &answer.observations, began).await?;
        }
        Ok(answers.into_iter().map(|answer| (answer.account, answer.collected)).collect())
    }

    async fn store(
        &self,
        source: SourceId,
        observations: &Observations,
        began: DateTime<Utc>,
    ) -> Result<()> {
        let mut transaction = self.pool.begin().await.context("cannot reach the database")?;
        facets::record(&mut transaction, source, observations, began)
            .await
            .context("cannot store the inventory")?;
        transaction.commit().await.context("cannot store the inventory")
    }
}

/// Answers of one account, and the same as they are stored.
struct Answer {
    account: AccountName,
    collected: Collected,
    observations: Observations,
}

/// Asks one account for what the due groups that select it read. Blocks now and then, since filters
/// are evaluated on the way.
async fn collect_account(
    accounts: &Accounts,
    in_force: &CompiledPolicies,
    name: &AccountName,
    due: &[String],
    began: DateTime<Utc>,
) -> Result<Answer> {
    let policies = &in_force.policies;
    let account: &Account = policies.accounts.get(name).context("the account is gone")?;
    let groups: Vec<&Group> = policies
        .groups
        .values()
        .filter(|group| due.iter().any(|name| name == group.name.as_str()))
        .filter(|group| group.accounts.selects(account))
        .collect();
    let collected = accounts.open(account, began).await.collect(&groups).await;
    let observations = Observations::of(&collected.inventory);
    Ok(Answer { account: name.clone(), collected, observations })
}
