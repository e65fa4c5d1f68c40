//! Where the inventory of an account comes from: the live account, or a recorded one in its place.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use futures::future::{BoxFuture, ready};
use tokio::sync::Semaphore;

use crate::fetch::{CallStats, Source};
use crate::policy::Account;
use crate::recorded::{Recorded, RecordedFile, RecordingError};
use crate::resource::{
    AccountId, Cause, Facet, Failure, Listing, Operation, Resource, Schema, Target,
};

/// How long reading a file may take; one on a network may take for ever.
const READING: Duration = Duration::from_secs(30);

/// The accounts that can be looked at, and how.
#[derive(Debug)]
pub struct Inventories {
    recorded: BTreeMap<AccountId, Arc<Reader>>,
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

    /// A source for one evaluation. What keeps the account from being reached becomes the answer
    /// to every question, so that each check says why it is unknown.
    pub async fn source(&self, account: &Account) -> Arc<dyn Source> {
        if let Some(file) = self.recorded.get(&account.id) {
            return self.recorded(file, &account.id).await;
        }
        self.live(account).await
    }

    async fn recorded(&self, file: &Arc<Reader>, account: &AccountId) -> Arc<dyn Source> {
        let failure = match file.snapshot(READING).await {
            None => Failure::new(Cause::Timeout, "reading the recorded inventory takes too long"),
            Some(Ok(snapshot)) if snapshot.account() == account => {
                self.tell(account, None);
                return snapshot;
            }
            Some(Ok(snapshot)) => {
                let of = snapshot.account();
                let message = format!("the recorded inventory is that of account {of}");
                Failure::new(Cause::NotCollected, message)
            }
            Some(Err(error)) => Failure::new(Cause::ServiceError, error.to_string()),
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

fn files(recorded: BTreeMap<AccountId, PathBuf>) -> BTreeMap<AccountId, Arc<Reader>> {
    recorded.into_iter().map(|(account, path)| (account, Arc::new(Reader::new(path)))).collect()
}

/// Reads a recorded inventory on a thread that may block: one at a time, so that a file system that
/// hangs costs one thread.
#[derive(Debug)]
struct Reader {
    file: Arc<RecordedFile>,
    reading: Arc<Semaphore>,
}

impl Reader {
    fn new(path: PathBuf) -> Self {
        Self { file: Arc::new(RecordedFile::new(path)), reading: Arc::new(Semaphore::new(1)) }
    }

    /// The inventory as the file is now; `None` if that cannot be said in time.
    async fn snapshot(&self, patience: Duration) -> Option<Result<Arc<Recorded>, RecordingError>> {
        let reading = async {
            let permit = Arc::clone(&self.reading).acquire_owned().await.ok()?;
            let file = Arc::clone(&self.file);
            let read = move || {
                let snapshot = file.snapshot();
                drop(permit);
                snapshot
            };
            tokio::task::spawn_blocking(read).await.ok()
        };
        tokio::time::timeout(patience, reading).await.ok()?
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_never_answers_costs_one_thread_and_no_evaluation() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("account.json");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.is_ok_and(|made| made.success()), "a pipe that nobody writes to");
        let reader = Reader::new(path.clone());
        for _ in 0..3 {
            assert!(reader.snapshot(Duration::from_millis(1)).await.is_none());
        }
        // The one thread that waits gets what it waits for, so that the test can end.
        std::fs::write(&path, "{}").expect("somebody reads");
        let read = reader.reading.acquire().await;
        assert!(read.is_ok());
    }
}
