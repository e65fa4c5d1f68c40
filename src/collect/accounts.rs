//! Accounts that can be asked: live, or with a recording in their place.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::recording::Recordings;
use super::requirements;
#[cfg(not(feature = "aws"))]
use super::unreachable::Unreachable;
use crate::fetch::{
    AccountScope, Budget, CallStats, Counted, Estimate, FetchRequirement, Memory, Plan, Position,
    Remembered, Source, Swept, Tried, execute, sweep, try_calls,
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
    /// Answers of live accounts, which evaluations share.
    memory: Arc<Memory>,
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
    /// The instant at which the oldest of them was asked for.
    pub observed_at: DateTime<Utc>,
}

impl Accounts {
    /// Live accounts, apart from those that a recording stands in for.
    #[cfg(feature = "aws")]
    pub fn new(
        live: crate::aws::Accounts,
        recordings: impl IntoIterator<Item = (AccountId, RecordedFile)>,
    ) -> Self {
        Self { recordings: Recordings::new(recordings), memory: Arc::default(), live }
    }

    /// Recorded accounts only: this build has no adapter for live ones.
    #[cfg(not(feature = "aws"))]
    pub fn new(recordings: impl IntoIterator<Item = (AccountId, RecordedFile)>) -> Self {
        Self { recordings: Recordings::new(recordings), memory: Arc::default() }
    }

    /// Opens an account for one evaluation at `present`. Whatever keeps the account from being
    /// reached becomes the answer to every question.
    pub async fn open<'a>(&self, account: &'a Account, present: DateTime<Utc>) -> OpenAccount<'a> {
        let source = match self.recordings.source(&account.id).await {
            Some(recorded) => recorded,
            None => self.live(account).await,
        };
        OpenAccount::new(account, source, present)
    }

    /// Opens an account as [`Self::open`] does, for an evaluation that takes over what others were
    /// answered to questions of `since` or later. A recording is read anew.
    pub async fn open_sharing<'a>(
        &self,
        account: &'a Account,
        present: DateTime<Utc>,
        since: DateTime<Utc>,
    ) -> OpenAccount<'a> {
        if let Some(recorded) = self.recordings.source(&account.id).await {
            return OpenAccount::new(account, recorded, present);
        }
        let (source, memory) = (self.live(account).await, Arc::clone(&self.memory));
        OpenAccount::sharing(account, source, memory, (present, since))
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
    present: DateTime<Utc>,
    /// The source, where it takes over what others were answered.
    shared: Option<Arc<Remembered>>,
}

impl<'a> OpenAccount<'a> {
    /// An account of which a source answers, as of its recording or else of `present`.
    pub(super) fn new(
        account: &'a Account,
        source: Arc<dyn Source>,
        present: DateTime<Utc>,
    ) -> Self {
        let now = source.recorded_at().unwrap_or(present);
        Self { account, source, now, present, shared: None }
    }

    /// An account of which a source answers at an instant, or `memory` with answers since another.
    pub(super) fn sharing(
        account: &'a Account,
        source: Arc<dyn Source>,
        memory: Arc<Memory>,
        (present, since): (DateTime<Utc>, DateTime<Utc>),
    ) -> Self {
        let shared = Remembered::new(source, memory, &account.id, (present, since));
        let shared = Arc::new(shared);
        Self { shared: Some(Arc::clone(&shared)), ..Self::new(account, shared, present) }
    }

    /// Asks for what the checks of `groups` read. Filters of checks are evaluated on the way: run it
    /// on a thread that may block, as those of [`super::Fetches`].
    pub async fn collect(&self, groups: &[&Group]) -> Collected {
        self.collect_required(&requirements::of_groups(groups, self.account, self.now)).await
    }

    /// Asks for what is required, and nothing else.
    pub async fn collect_required(&self, requirements: &[FetchRequirement<'_>]) -> Collected {
        let source = self.source.as_ref();
        let (inventory, calls) = execute(source, &self.scope(), requirements).await;
        let observed_at = self.shared.as_ref().map_or(self.present, |shared| shared.oldest());
        Collected { inventory, calls, observed_at }
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
    use chrono::TimeDelta;

    use super::super::testing::account;
    use super::*;
    use crate::recorded::{Recorded, read, write};
    use crate::resource::schemas;

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

    #[tokio::test]
    async fn what_was_collected_is_as_old_as_its_oldest_answer() {
        let demo = include_str!("../../examples/demo-account.json");
        let inventory = read(demo.as_bytes(), schemas()).expect("an inventory");
        let account = account(inventory.account.as_str());
        let source: Arc<dyn Source> = Arc::new(Recorded::new(inventory));
        let memory: Arc<Memory> = Arc::default();
        let [noon, five, ten] = [0, 5, 10].map(|minutes| {
            DateTime::UNIX_EPOCH + TimeDelta::hours(12) + TimeDelta::minutes(minutes)
        });
        let requirements = [FetchRequirement::list(&schemas()["AWS::S3::Bucket"])];
        let mut lists = Vec::new();
        for (present, since, expected) in [(noon, noon, noon), (five, noon, noon), (ten, five, ten)]
        {
            let (source, memory) = (Arc::clone(&source), Arc::clone(&memory));
            let opened = OpenAccount::sharing(&account, source, memory, (present, since));
            let collected = opened.collect_required(&requirements).await;
            assert_eq!(collected.observed_at, expected);
            lists.push(collected.inventory.listings);
        }
        assert!(lists.iter().all(|listings| listings == &lists[0] && !listings.is_empty()));
    }
}
