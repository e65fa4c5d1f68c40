//! The wiring: the only place where concrete adapters meet.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use tokio::runtime::Runtime;

use crate::evaluator::Inventories;
use crate::resource::AccountId;

/// The runtime of the process.
pub fn runtime() -> Result<Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().context("cannot start the runtime")
}

/// Inventories for commands at a desk: recorded ones, and live accounts with whatever credentials
/// are at hand.
pub fn inventories_at_hand(recorded: BTreeMap<AccountId, PathBuf>) -> Inventories {
    #[cfg(feature = "aws")]
    {
        use crate::aws::{Accounts, Limits};
        let accounts = Accounts::new([], Limits::default(), crate::clock::Clock::System);
        Inventories::new(accounts.or_ambient(), recorded)
    }
    #[cfg(not(feature = "aws"))]
    Inventories::new(recorded)
}
