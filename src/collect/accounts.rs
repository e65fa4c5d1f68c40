//! Accounts that can be asked: live, or with a recording in their place.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::recording::Recordings;
use super::requirements;
#[cfg(not(feature = "aws"))]
use super::unreachable::Unreachable;
use crate::fetch::{
    AccountScope, Budget, CallStats, Counted, Estimate, FetchRequirement, Plan, Position, Source,
    Swept, Tried, execute, sweep, try_calls,
};
use crate::policy::{Account, Group};
use crate::recorded::RecordedFile;
#[cfg(not(feature = "aws"))]
use crate::resource::Cause;
use crate::resource::{AccountId, Failure, Inventory, Schema};

/// The accounts that can be asked, and how.
#[derive(Debug)]
pub struct Accounts {
    recordings: Recordings,
    #[cfg(feature = "aws")]
    live: crate::aws::Accounts,
}

/// Answers of an account, and the requests that they cost.
#[derive(Debug)]
pub struct Collected {
    /// Answers, as they are judged.
    pub inventory: Inventory,
    /// Requests that were made for them.
    pub calls: CallStats,
}

impl Accounts {
    /// Live accounts, apart from those that a recording stands in for.
    #[cfg(feature = "aws")]
    pub fn new(
        live: crate::aws::Accounts,
        recordings: impl IntoIterator<Item = (AccountId, RecordedFile)>,
    ) -> Self {
        Self { recordings: Recordings::new(recordings), live }
    }

    /// Recorded accounts only: this build has no adapter for live ones.
    #[cfg(not(feature = "aws"))]
    pub fn new(recordings: impl IntoIterator<Item = (AccountId, RecordedFile)>) -> Self {
        Self { recordings: Recordings::new(recordings) }
    }

    /// Opens an account for one evaluation at `present`. Whatever keeps the account from being
    /// reached becomes the answer to every question.
    pub async fn open<'a>(&self, account: &'a Account, present: DateTime<Utc>) -> OpenAccount<'a> {
        let source = match self.recordings.source(&account.id).await {
            Some(recorded) => recorded,
            None => self.live(account).await,
        };
        let now = source.recorded_at().unwrap_or(present);
        OpenAccount { account, source, now }
    }

    #[cfg(feature = "aws")]
    async fn live(&self, account: &Account) -> Arc<dyn Source> {
        Arc::new(self.live.source(&account.id, &account.regions).await)
    }

    #[cfg(not(feature = "aws"))]
    async fn live(&self, _: &Account) -> Arc<dyn Source> {
        let message = "this build has no adapter for live accounts";
        std::future::ready(Arc::new(Unreachable(Failure::new(Cause::Unsupported, message)))).await
    }
}

/// An account during one evaluation: all that is asked of it is of one instant.
pub struct OpenAccount<'a> {
    account: &'a Account,
    source: Arc<dyn Source>,
    now: DateTime<Utc>,
}

impl OpenAccount<'_> {
    /// Asks for what the checks of `groups` read. Filters of checks are evaluated on the way: run it
    /// on a thread that may block.
    pub async fn collect(&self, groups: &[&Group]) -> Collected {
        self.collect_required(&requirements::of_groups(groups, self.account, self.now)).await
    }

    /// Asks for what is required, and nothing else.
    pub async fn collect_required(&self, requirements: &[FetchRequirement<'_>]) -> Collected {
        let source = self.source.as_ref();
        let (inventory, calls) = execute(source, &self.scope(), requirements).await;
        Collected { inventory, calls }
    }

    /// Requests that the checks of `groups` would cost, were the account live and as it is recorded.
    pub async fn estimate(&self, groups: &[&Group]) -> Estimate {
        let requirements = requirements::of_groups(groups, self.account, self.now);
        let source = Counted::new(self.source.as_ref());
        execute(&source, &self.scope(), &requirements).await;
        source.estimate()
    }

    /// Asks for all that live accounts can be asked of these types, as far as the budget goes, and goes
    /// on behind `from`. A recorded account costs what it would cost were it live.
    pub async fn sweep(
        &self,
        schemas: &[&Schema],
        from: Option<&Position>,
        budget: &Budget<'_>,
    ) -> Swept {
        let source = self.source.as_ref();
        match source.recorded_at() {
            None => sweep(source, &self.scope(), schemas, from, budget).await,
            Some(_) => sweep(&Counted::new(source), &self.scope(), schemas, from, budget).await,
        }
    }

    /// Why the account can be asked nothing at all, if that is so.
    pub fn refusal(&self) -> Option<Failure> {
        self.source.caller().err()
    }

    /// Tries each call of a plan; the failure is that of logging in.
    pub async fn try_calls(&self, plan: &Plan<'_>) -> Result<Tried, Failure> {
        try_calls(self.source.as_ref(), &self.scope(), plan).await
    }

    fn scope(&self) -> AccountScope {
        AccountScope {
            account: self.account.id.clone(),
            regions: self.account.regions.clone(),
            taken_at: self.now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::account;
    use super::*;
    use crate::recorded::write;

    fn accounts(recordings: impl IntoIterator<Item = (AccountId, RecordedFile)>) -> Accounts {
        #[cfg(feature = "aws")]
        {
            let (limits, clock) = (crate::aws::Limits::default(), crate::clock::Clock::System);
            Accounts::new(crate::aws::Accounts::new([], limits, clock), recordings)
        }
        #[cfg(not(feature = "aws"))]
        {
            Accounts::new(recordings)
        }
    }

    #[tokio::test]
    async fn now_is_the_instant_of_the_recording_or_else_the_present() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
        let (recorded_at, present) = (at("2026-11-16T08:00:00Z"), at("2026-11-28T08:00:00Z"));
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("account.json");
        let recorded = account("123456789012");
        write(&Inventory::empty(recorded.id.clone(), recorded_at), &path).expect("written");
        let accounts = accounts([(recorded.id.clone(), RecordedFile::new(&path))]);

        let collected = accounts.open(&recorded, present).await.collect(&[]).await;
        assert_eq!(collected.inventory.taken_at, recorded_at);
        // Without settings nobody can log in to it, which is an answer of the present.
        let live = account("210987654321");
        let collected = accounts.open(&live, present).await.collect(&[]).await;
        assert_eq!(collected.inventory.taken_at, present);
        std::fs::write(&path, "{").expect("written");
        let broken = accounts.open(&recorded, present).await.collect(&[]).await;
        assert_eq!(broken.inventory.taken_at, present, "a broken recording has no instant");
    }
}
