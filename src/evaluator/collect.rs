//! What the due groups need of each account, asked once for all of them, and stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};

use super::Evaluator;
use super::sharing::answers_since;
use crate::collect::{Accounts, Collected, Fetch, targets_of};
use crate::db::facets::{self, Observations};
use crate::db::groups::Claim;
use crate::db::sources::SourceId;
use crate::in_force::CompiledPolicies;
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
        let mut asked: BTreeMap<&AccountName, Asked<'_>> = BTreeMap::new();
        for (claim, group) in due {
            let since = answers_since(claim, group, self.options.longest_interval);
            for account in in_force.policies.accounts_of(group) {
                let asked =
                    asked.entry(&account.name).or_insert_with(|| Asked::new(account, since));
                asked.groups.push(group);
                asked.since = asked.since.max(since);
            }
        }
        // Made before the first is begun: a closure over borrows is nothing that a `Send` future holds.
        let mut waiting = Vec::new();
        for asked in asked.into_values() {
            let targets = targets_of(&asked.groups, asked.account);
            waiting.push(Fetch { targets, work: self.fetch(in_force, &asked, began) });
        }
        let mut running = self.fetches.run(waiting).await?;
        let mut by_account = ByAccount::new();
        while let Some(fetched) = running.next().await {
            let fetched = fetched?;
            let Answer { account, collected, observations } = fetched.answer?;
            self.store(source, &observations, collected.observed_at).await?;
            by_account.insert(account, collected);
        }
        Ok(by_account)
    }

    /// The asking of one account for what due groups read.
    fn fetch(
        &self,
        in_force: &Arc<CompiledPolicies>,
        asked: &Asked<'_>,
        began: DateTime<Utc>,
    ) -> impl Future<Output = Result<Answer>> + Send + use<> {
        let (accounts, in_force) = (Arc::clone(&self.accounts), Arc::clone(in_force));
        let (name, instants) = (asked.account.name.clone(), (began, asked.since));
        let due: Vec<GroupName> = asked.groups.iter().map(|group| group.name.clone()).collect();
        // Boxed as it begins, so that those that wait are small.
        async move { Box::pin(collect_account(&accounts, &in_force, name, &due, instants)).await }
    }

    async fn store(
        &self,
        source: SourceId,
        observations: &Observations,
        observed_at: DateTime<Utc>,
    ) -> Result<()> {
        let mut transaction = self.pool.begin().await.context("cannot reach the database")?;
        facets::record(&mut transaction, source, observations, observed_at)
            .await
            .context("cannot store the inventory")?;
        transaction.commit().await.context("cannot store the inventory")
    }
}

/// An account that due groups select.
struct Asked<'a> {
    account: &'a Account,
    groups: Vec<&'a Group>,
    /// The instant since when answers that others were given count for all of them.
    since: DateTime<Utc>,
}

impl<'a> Asked<'a> {
    fn new(account: &'a Account, since: DateTime<Utc>) -> Self {
        Self { account, groups: Vec::new(), since }
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
    (began, since): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Answer> {
    let policies = &in_force.policies;
    let account = policies.accounts.get(&name).context("the account is gone")?;
    let groups: Vec<&Group> =
        due.iter().filter_map(|name| Some(policies.groups.get(name)?.as_ref())).collect();
    let collected = accounts.open_sharing(account, began, since).await.collect(&groups).await;
    let observations = Observations::of(&collected.inventory);
    Ok(Answer { account: name, collected, observations })
}
