//! Where the inventory of an account comes from: the live account, or a recorded one in its place.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use crate::fetch::{CallStats, Source};
use crate::policy::Account;
use crate::recorded::RecordedFile;
use crate::resource::{
    AccountId, Cause, Facet, Failure, Listing, Operation, Resource, Schema, Target,
};

/// The accounts that can be looked at, and how.
#[derive(Debug)]
pub struct Inventories {
    recorded: BTreeMap<AccountId, RecordedFile>,
    /// What was last logged of a file that cannot be used, so that it is logged once.
    told: Mutex<BTreeMap<AccountId, String>>,
    #[cfg(feature = "aws")]
    live: crate::aws::Accounts,
}

impl Inventories {
    /// Live accounts, apart from those that a file stands in for.
    #[cfg(feature = "aws")]
    pub fn new(live: crate::aws::Accounts, recorded: BTreeMap<AccountId, PathBuf>) -> Self {
        Self { recorded: files(recorded), told: Mutex::default(), live }
    }

    /// Recorded accounts only: this build has no adapter for live ones.
    #[cfg(not(feature = "aws"))]
    pub fn new(recorded: BTreeMap<AccountId, PathBuf>) -> Self {
        Self { recorded: files(recorded), told: Mutex::default() }
    }

    /// A source for one evaluation; reads a file now and then, so that it belongs on a thread that
    /// may block. What keeps the account from being reached becomes the answer
    /// to every question, so that each check says why it is unknown.
    pub async fn source(&self, account: &Account) -> Arc<dyn Source> {
        if let Some(file) = self.recorded.get(&account.id) {
            return self.recorded(file, &account.id);
        }
        self.live(account).await
    }

    fn recorded(&self, file: &RecordedFile, account: &AccountId) -> Arc<dyn Source> {
        let failure = match file.snapshot() {
            Ok(snapshot) if snapshot.account() == account => {
                self.tell(account, None);
                return snapshot;
            }
            Ok(snapshot) => {
                let of = snapshot.account();
                let message = format!("the recorded inventory is that of account {of}");
                Failure::new(Cause::NotCollected, message)
            }
            Err(error) => Failure::new(Cause::ServiceError, error.to_string()),
        };
        self.tell(account, Some(&failure.message));
        Arc::new(Unreachable(failure))
    }

    /// Logs what is wrong with a file, and that it is mended, once each.
    fn tell(&self, account: &AccountId, problem: Option<&str>) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match problem {
            Some(problem) if told.get(account).is_none_or(|before| before != problem) => {
                told.insert(account.clone(), problem.to_owned());
                tracing::warn!(target.account = %account, "{problem}; its checks are unknown");
            }
            None if told.remove(account).is_some() => {
                tracing::info!(target.account = %account, "the recorded inventory can be read again");
            }
            _ => {}
        }
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

fn files(recorded: BTreeMap<AccountId, PathBuf>) -> BTreeMap<AccountId, RecordedFile> {
    recorded.into_iter().map(|(account, path)| (account, RecordedFile::new(path))).collect()
}

/// An account that cannot be looked at.
#[derive(Debug)]
struct Unreachable(Failure);

impl Source for Unreachable {
    fn list<'a>(&'a self, _: &'a Target, _: &'a Schema) -> BoxFuture<'a, Listing> {
        ready(Listing::Failed(self.0.clone())).boxed()
    }

    fn facet<'a>(
        &'a self,
        _: &'a Target,
        _: &'a Schema,
        _: &'a Resource,
        _: &'a Operation,
    ) -> BoxFuture<'a, Facet> {
        ready(Facet::Failed(self.0.clone())).boxed()
    }

    fn calls(&self) -> CallStats {
        CallStats::default()
    }

    fn recorded_at(&self) -> Option<DateTime<Utc>> {
        None
    }
}
