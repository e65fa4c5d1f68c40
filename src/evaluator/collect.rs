//! What the due groups need of each account, asked once for all of them, and stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};

use super::Evaluator;
use super::policies::CompiledPolicies;
use crate::collect::{Accounts, Collected, Fetch, targets_of};
use crate::db::facets::{self, Observations};
use crate::db::groups::Claim;
use crate::db::sources::SourceId;
use crate::policy::{Account, AccountName, Group, GroupName};

/// Answers of the accounts that were asked.
pub(super) type ByAccount = BTreeMap<AccountName, Collected>;

impl Evaluator {
    /// Asks each account that a due group selects for what these groups read, and stores the
    /// answers, each as it comes.
    pub(super) async fn collect(
        &self,
        source: SourceId,
        in_force: &Arc<CompiledPolicies>,
        due: &[(&Claim, &Group)],
    ) -> Result<ByAccount> {
        let Some(began) = due.iter().map(|(claim, _)| claim.claimed_at).max() else {
            return Ok(BTreeMap::new());
        };
        let mut selecting: BTreeMap<&AccountName, (&Account, Vec<&Group>)> = BTreeMap::new();
        for (_, group) in due {
            for account in in_force.policies.accounts_of(group) {
                let (_, groups) = selecting.entry(&account.name).or_insert((account, Vec::new()));
                groups.push(group);
            }
        }
        // Made before the first is begun: a closure over borrows is nothing that a `Send` future holds.
        let mut waiting = Vec::new();
        for (account, groups) in selecting.into_values() {
            let targets = targets_of(&groups, account);
            waiting.push(Fetch { targets, work: self.fetch(in_force, account, &groups, began) });
        }
        let mut running = self.fetches.run(waiting).await?;
        let mut by_account = ByAccount::new();
        while let Some(fetched) = running.next().await {
            let fetched = fetched?;
            let Answer { account, collected, observations } = fetched.answer?;
            self.store(source, &observations, began).await?;
            by_account.insert(account, collected);
        }
        Ok(by_account)
    }

    /// The asking of one account for what due groups read.
    fn fetch(
        &self,
        in_force: &Arc<CompiledPolicies>,
        account: &Account,
        groups: &[&Group],
        began: DateTime<Utc>,
    ) -> impl Future<Output = Result<Answer>> + Send + use<> {
        let (accounts, in_force) = (Arc::clone(&self.accounts), Arc::clone(in_force));
        let name = account.name.clone();
        let due: Vec<GroupName> = groups.iter().map(|group| group.name.clone()).collect();
        // Boxed as it begins, so that those that wait are small.
        async move { Box::pin(collect_account(&accounts, &in_force, name, &due, began)).await }
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

/// Asks one account for what due groups read. Takes its time on the thread now and then, since
/// filters are evaluated on the way.
async fn collect_account(
    accounts: &Accounts,
    in_force: &CompiledPolicies,
    name: AccountName,
    due: &[GroupName],
    began: DateTime<Utc>,
) -> Result<Answer> {
    let policies = &in_force.policies;
    let account = policies.accounts.get(&name).context("the account is gone")?;
    let groups: Vec<&Group> = due.iter().filter_map(|name| policies.groups.get(name)).collect();
    let collected = accounts.open(account, began).await.collect(&groups).await;
    let observations = Observations::of(&collected.inventory);
    Ok(Answer { account: name, collected, observations })
}
