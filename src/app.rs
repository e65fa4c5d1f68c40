//! The wiring: the only place where concrete adapters meet.

mod accounts;

use anyhow::{Context, Result};
use tokio::runtime::Runtime;

pub use accounts::inventories_at_hand;

/// The runtime of the process. Two threads do for a service that waits most of the time; what
/// blocks or computes has threads of its own.
pub fn runtime() -> Result<Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(2)
        .max_blocking_threads(32)
        .enable_all()
        .build()
        .context("cannot start the runtime")
}

/// Accounts by id, for what takes them so.
type ByAccount<T> = std::collections::BTreeMap<crate::resource::AccountId, T>;
