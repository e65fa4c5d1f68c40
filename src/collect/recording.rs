//! A recorded inventory in the place of a live account.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::unreachable::Unreachable;
use crate::fetch::Source;
use crate::recorded::{Recorded, RecordedFile, RecordingError};
use crate::resource::{AccountId, Cause, Failure};

/// Longest time that reading a file may take; one on a network may take for ever.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// The recordings that stand in for accounts.
#[derive(Debug)]
pub(super) struct Recordings {
    files: BTreeMap<AccountId, Arc<Recording>>,
    /// Last problem that was logged of each file, so that it is logged once.
    logged: Mutex<BTreeMap<AccountId, String>>,
}

impl Recordings {
    pub(super) fn new(files: impl IntoIterator<Item = (AccountId, RecordedFile)>) -> Self {
        let files = files.into_iter().map(|(account, file)| (account, Recording::new(file)));
        Self {
            files: files.map(|(account, file)| (account, Arc::new(file))).collect(),
            logged: Mutex::default(),
        }
    }

    /// Source for an account that a recording stands in for; `None` for any other.
    pub(super) async fn source(&self, account: &AccountId) -> Option<Arc<dyn Source>> {
        let file = self.files.get(account)?;
        let failure = match file.snapshot(READ_TIMEOUT).await {
            None => Failure::new(Cause::Timeout, "reading the recorded inventory takes too long"),
            Some(Ok(snapshot)) if snapshot.account() == account => {
                self.log(account, None);
                return Some(snapshot);
            }
            Some(Ok(snapshot)) => {
                let of = snapshot.account();
                let message = format!("the recorded inventory is that of account {of}");
                Failure::new(Cause::NotCollected, message)
            }
            Some(Err(error)) => {
                self.log(account, Some(&error.report()));
                let failure = Failure::new(Cause::ServiceError, error.to_string());
                return Some(Arc::new(Unreachable(failure)));
            }
        };
        self.log(account, Some(&failure.message));
        Some(Arc::new(Unreachable(failure)))
    }

    /// Logs what is wrong with a file, and that it was fixed, once each.
    fn log(&self, account: &AccountId, problem: Option<&str>) {
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        match problem {
            Some(problem) if logged.get(account).is_none_or(|before| before != problem) => {
                logged.insert(account.clone(), problem.to_owned());
                tracing::warn!(target.account = %account, "its checks are unknown: {problem}");
            }
            None if logged.remove(account).is_some() => {
                tracing::info!(target.account = %account, "the recorded inventory can be read again");
            }
            _ => {}
        }
    }
}

/// A file that is read on a thread that may block: one read at a time, so that a file system that
/// hangs costs one thread.
#[derive(Debug)]
struct Recording {
    file: Arc<RecordedFile>,
    reading: Arc<Semaphore>,
}

impl Recording {
    fn new(file: RecordedFile) -> Self {
        Self { file: Arc::new(file), reading: Arc::new(Semaphore::new(1)) }
    }

    /// Inventory as the file is now; `None` if that cannot be said in time.
    async fn snapshot(&self, timeout: Duration) -> Option<Result<Arc<Recorded>, RecordingError>> {
        let file = Arc::clone(&self.file);
        in_turn(&self.reading, timeout, move || file.snapshot()).await
    }
}

/// Answer of what may block, on a thread for it; `None` if there is none in time. Its turn comes once
/// what began before it has ended.
async fn in_turn<T: Send + 'static>(
    turn: &Arc<Semaphore>,
    timeout: Duration,
    read: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let reading = async {
        let permit = Arc::clone(turn).acquire_owned().await.ok()?;
        let read = move || {
            let answer = read();
            drop(permit);
            answer
        };
        tokio::task::spawn_blocking(read).await.ok()
    };
    tokio::time::timeout(timeout, reading).await.ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_that_never_answers_costs_one_thread_and_no_evaluation() {
        let turn = Arc::new(Semaphore::new(1));
        let (answer, hanging) = std::sync::mpsc::channel::<()>();
        let moment = Duration::from_millis(1);
        assert!(in_turn(&turn, moment, move || hanging.recv()).await.is_none());
        for _ in 0..3 {
            assert!(in_turn(&turn, moment, || "another thread").await.is_none());
        }
        // The one thread that waits gets what it waits for, so that the test can end.
        answer.send(()).expect("somebody reads");
        assert!(turn.acquire().await.is_ok());
    }
}
