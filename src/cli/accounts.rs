//! Accounts as commands ask them: live with the credentials at hand, or from a recording.

use tokio::runtime::Runtime;

use cloudcorrect::app;
use cloudcorrect::clock::Clock;
use cloudcorrect::collect::{Accounts, Collected};
use cloudcorrect::fetch::{Estimate, FetchRequirement, Plan, Tried};
use cloudcorrect::policy::{Account, Group};
use cloudcorrect::recorded::RecordedFile;
use cloudcorrect::resource::{AccountId, Failure};

/// The accounts that a command can ask, at the present of the command.
pub(super) struct AccountsAtHand {
    accounts: Accounts,
    clock: Clock,
    runtime: Runtime,
}

impl AccountsAtHand {
    /// Accounts of which `recordings` stand in for some.
    pub(super) fn new(
        recordings: impl IntoIterator<Item = (AccountId, RecordedFile)>,
    ) -> anyhow::Result<Self> {
        Self::of(app::accounts_at_hand(recordings))
    }

    /// Accounts that are reached so.
    pub(super) fn of(accounts: Accounts) -> anyhow::Result<Self> {
        Ok(Self { accounts, clock: Clock::System, runtime: app::runtime()? })
    }

    /// Asks an account for what the checks of groups read.
    pub(super) fn collect(&self, account: &Account, groups: &[&Group]) -> Collected {
        self.runtime.block_on(async {
            self.accounts.open(account, self.clock.now()).await.collect(groups).await
        })
    }

    /// Requests that the checks of groups would cost of a recorded account, were it live.
    pub(super) fn estimate(&self, account: &Account, groups: &[&Group]) -> Estimate {
        self.runtime.block_on(async {
            self.accounts.open(account, self.clock.now()).await.estimate(groups).await
        })
    }

    /// Tries each call of a plan on an account; the failure is that of logging in.
    pub(super) fn try_calls(&self, account: &Account, plan: &Plan<'_>) -> Result<Tried, Failure> {
        self.runtime.block_on(async {
            self.accounts.open(account, self.clock.now()).await.try_calls(plan).await
        })
    }

    /// Asks an account for what is required.
    pub(super) fn collect_required(
        &self,
        account: &Account,
        requirements: &[FetchRequirement<'_>],
    ) -> Collected {
        self.runtime.block_on(async {
            let opened = self.accounts.open(account, self.clock.now()).await;
            opened.collect_required(requirements).await
        })
    }
}
