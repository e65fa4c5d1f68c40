//! Whoever lets libgit2 read what a remote sends: a process of its own, or this one.
//!
//! A pack is anybody's bytes, and libgit2 is C. In a process with bounds of memory and time a crash or a
//! hang of it ends a fetch, and nothing else. That process knows a directory and an address: the way out,
//! with the credentials, is the gate's, which stays here.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use git2::{
    AutotagOption, ErrorClass, ErrorCode, FetchOptions, FetchPrune, RemoteCallbacks, RemoteRedirect,
};
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::bare;
use super::read::is_out_of_memory;
use crate::worker::{self, Program, Worker, WorkerError};

/// More objects than a repository of policies has, fewer than take long to index.
const MAX_OBJECTS: usize = 5_000_000;

/// How long a process that fetches waits for the next fetch.
const WARM: Duration = Duration::from_mins(5);

/// Time beyond that of a fetch in which a process has to say that it is over.
const GRACE: Duration = Duration::from_secs(5);

/// Fetcher of the service. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Fetcher(Option<Arc<Beside>>);

#[derive(Debug)]
struct Beside {
    program: Program,
    greeting: Greeting,
    runtime: Handle,
    /// Workers whose answer nobody waits for.
    resting: Mutex<Vec<Worker>>,
}

/// Greeting of a process that fetches.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Greeting {
    max_memory: u64,
}

/// A fetch into a mirror that nobody else holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Transfer {
    pub(super) directory: PathBuf,
    /// Address of the gate, or of a repository on this machine.
    pub(super) url: String,
    pub(super) refspecs: Vec<String>,
    pub(super) max_bytes: u64,
    /// Time until it is stopped.
    pub(super) remaining: Duration,
}

/// Why a transfer brought nothing, as far as libgit2 knows.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum TransferError {
    /// It took longer than it may, and its process was killed.
    TooLong,
    /// More came than may.
    TooLarge,
    /// Something is wrong with the mirror.
    Mirror(String),
    /// Objects are not what they should be, those of the mirror or those that the remote sent.
    Damaged(String),
    /// Something is wrong with the remote, or with what it sent.
    Remote(String),
    /// It needs more memory than there is.
    Memory,
    /// Its process ended.
    Ended(String),
    /// There is no process for it.
    Process(String),
}

impl Fetcher {
    /// A fetcher in processes of `program`, as many as there are fetches at a time, each with so many
    /// bytes of memory at most. Made in the runtime that is to wait for them.
    pub fn beside(program: Program, max_memory: u64) -> anyhow::Result<Self> {
        let runtime = Handle::try_current().context("nothing waits for processes here")?;
        let (greeting, resting) = (Greeting { max_memory }, Mutex::default());
        Ok(Self(Some(Arc::new(Beside { program, greeting, runtime, resting }))))
    }

    /// Bytes of memory that a fetch may take, where there is such a bound.
    pub(super) fn max_memory(&self) -> Option<u64> {
        self.0.as_ref().map(|beside| beside.greeting.max_memory)
    }

    /// Fetches; blocks.
    pub(super) fn transfer(&self, transfer: &Transfer) -> Result<(), TransferError> {
        match &self.0 {
            None => transfer.run(),
            Some(beside) => beside.transfer(transfer),
        }
    }
}

impl Beside {
    fn resting(&self) -> MutexGuard<'_, Vec<Worker>> {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn transfer(&self, transfer: &Transfer) -> Result<(), TransferError> {
        let rested = self.resting().pop();
        let worker = rested.map_or_else(|| Worker::new(self.program.clone(), &self.greeting), Ok);
        let worker = worker.map_err(|error| TransferError::Process(error.to_string()))?;
        let answer = worker.ask(transfer, transfer.remaining + GRACE);
        let answer = self.runtime.block_on(answer);
        self.resting().push(worker);
        answer.unwrap_or_else(|error| {
            // It had no time to clear up.
            bare::clear(&transfer.directory);
            Err(match error {
                WorkerError::TooLong(_) => TransferError::TooLong,
                WorkerError::Ended(status) => TransferError::Ended(status.to_string()),
                other => TransferError::Process(format!("{:#}", anyhow::Error::new(other))),
            })
        })
    }
}

impl Transfer {
    /// Calls libgit2, which does it all: connect, negotiate, download, index, set refs. It asks between
    /// two reads whether it is to go on.
    fn run(&self) -> Result<(), TransferError> {
        let deadline = Instant::now() + self.remaining;
        let too_large = Cell::new(false);
        let mut callbacks = RemoteCallbacks::new();
        callbacks.transfer_progress(|progress| {
            let fits = progress.received_bytes() as u64 <= self.max_bytes
                && progress.total_objects() <= MAX_OBJECTS;
            too_large.set(!fits);
            fits && Instant::now() < deadline
        });
        callbacks.sideband_progress(|_| Instant::now() < deadline);
        let mut options = FetchOptions::new();
        options
            .remote_callbacks(callbacks)
            .follow_redirects(RemoteRedirect::None)
            .download_tags(AutotagOption::None)
            .update_fetchhead(false)
            .prune(FetchPrune::On);
        let result = bare::open(&self.directory).and_then(|repository| {
            let mut remote = repository.remote_anonymous(&self.url)?;
            remote.fetch(&self.refspecs, Some(&mut options), None)
        });
        drop(options);
        match result {
            Err(_) if too_large.get() => Err(TransferError::TooLarge),
            other => other.map_err(|error| classify(&error)),
        }
    }
}

fn classify(error: &git2::Error) -> TransferError {
    if is_out_of_memory(error) {
        return TransferError::Memory;
    }
    let message = error.message().to_owned();
    match error.class() {
        _ if error.code() == ErrorCode::HashsumMismatch => TransferError::Damaged(message),
        ErrorClass::Odb | ErrorClass::Object | ErrorClass::Zlib | ErrorClass::Indexer => {
            TransferError::Damaged(message)
        }
        ErrorClass::Reference
        | ErrorClass::Repository
        | ErrorClass::Filesystem
        | ErrorClass::Config => TransferError::Mirror(message),
        _ => TransferError::Remote(message),
    }
}

/// Fetches what is asked on standard input, until nobody asks any more: the process of
/// [`Fetcher::beside`].
pub async fn work() -> anyhow::Result<()> {
    let greet = async |greeting: Greeting| {
        worker::bound_memory(greeting.max_memory).context("cannot bound the memory")
    };
    worker::serve(WARM, greet, async |(): &mut (), transfer: Transfer| {
        Ok(tokio::task::spawn_blocking(move || transfer.run()).await?)
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::testing::{Origin, backend, serve};
    use super::super::{Allowed, CommitId, FetchError, Limits, Mirror, Remote, Wanted};
    use super::*;

    fn main() -> [Wanted; 1] {
        [Wanted::Branch("main".into())]
    }

    /// A fetcher whose process is a shell script that does this with each question.
    fn fetcher(script: &str) -> Fetcher {
        let script =
            format!("read -r greeting; echo '\"ready\"'; while read -r it; do {script}; done");
        let arguments = vec!["-c".into(), script.into()];
        let program = Program { file: "/bin/sh".into(), arguments };
        Fetcher::beside(program, 64 << 20).unwrap()
    }

    /// Fetches by a process that does this, where the mirror has a commit already; what is then in the
    /// mirror is left there.
    async fn fetched(script: String, served: bool) -> Result<(), FetchError> {
        let fetcher = fetcher(&script);
        tokio::task::spawn_blocking(move || {
            let (origin, first) = origin();
            let second = origin.commit(&[("policies/a.yaml", "b")]);
            let url = if served {
                serve(origin.root.path(), backend).join("r.git").unwrap()
            } else {
                origin.url()
            };
            let remote = Remote::new(url, Allowed { file: true, http: false }).unwrap();
            let limits = Limits { timeout: Duration::from_millis(300), ..Limits::default() };
            let mirror = Mirror::open(&origin.mirror_directory(), remote, limits).unwrap();
            let mut mirror = mirror.with_fetcher(fetcher);
            let outcome = mirror.fetch(&main());
            assert_eq!(mirror.head(&main()[0]), Ok(Some(first)));
            drop(mirror);
            // Whoever fetches next has nothing in the way.
            origin.mirror().fetch(&main()).unwrap();
            assert_eq!(origin.mirror().head(&main()[0]), Ok(Some(second)));
            assert_eq!(left_in(&origin.mirror_directory()), [""; 0]);
            outcome
        })
        .await
        .unwrap()
    }

    fn origin() -> (Origin, CommitId) {
        let origin = Origin::new();
        let first = origin.commit(&[("policies/a.yaml", "a")]);
        origin.mirror().fetch(&main()).unwrap();
        (origin, first)
    }

    /// Names of what a fetch that was killed leaves behind.
    fn left_in(mirror: &Path) -> Vec<String> {
        let names = |directory: &str| {
            let entries = std::fs::read_dir(mirror.join(directory)).unwrap();
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap())
        };
        let packs = names("objects/pack").filter(|name| !name.starts_with("pack-"));
        let locks = names("refs/cloudcorrect/heads").filter(|name| name != "main");
        packs.chain(locks).collect()
    }

    /// Words of a script that leaves behind what a fetch does that is killed.
    const LEAVE: &str = "d=$(echo \"$it\" | sed 's/.*\"directory\":\"\\([^\"]*\\)\".*/\\1/'); \
        echo x > $d/objects/pack/pack_git2_x; echo x > $d/refs/cloudcorrect/heads/main.lock";

    #[tokio::test]
    async fn a_process_that_ends_leaves_the_mirror_as_it_was() {
        for served in [false, true] {
            let ended = fetched(format!("{LEAVE}; kill -SEGV $$"), served).await;
            insta::allow_duplicates! {
                insta::assert_snapshot!(ended.unwrap_err(), @"the fetch failed: its process ended (signal: 11 (SIGSEGV)); see to the memory of this machine, and by `git fsck` to what the remote sends");
            }
        }
    }

    #[tokio::test]
    async fn a_process_that_hangs_is_stopped() {
        let started = Instant::now();
        let hung = fetched(format!("{LEAVE}; exec sleep 600"), true).await;
        assert_eq!(hung, Err(FetchError::TimedOut(Duration::from_millis(300))));
        assert!(started.elapsed() < Duration::from_secs(20));
    }

    #[tokio::test]
    async fn a_process_that_says_nonsense_is_no_success() {
        let told = fetched("echo nonsense".to_owned(), false).await;
        insta::assert_snapshot!(told.unwrap_err(), @"the fetch failed: its process gave no answer that can be read: expected value at line 1 column 1");
        let program = Program { file: "/nowhere".into(), arguments: Vec::new() };
        let none = Fetcher::beside(program, 64 << 20).unwrap();
        let none = tokio::task::spawn_blocking(move || {
            let (origin, _) = origin();
            origin.commit(&[("policies/a.yaml", "b")]);
            origin.mirror().with_fetcher(none).fetch(&main())
        });
        insta::assert_snapshot!(none.await.unwrap().unwrap_err(), @"the fetch failed: cannot start a process of this program: No such file or directory (os error 2)");
    }

    #[tokio::test]
    async fn fetches_at_a_time_have_a_process_each() {
        // Each says who it is, and waits for the other: one alone would wait for ever.
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path().display().to_string();
        let script = format!(
            "touch {at}/$$; while [ $(ls {at} | wc -l) -lt 2 ]; do read -t 0.01 x < /dev/null; done; \
             echo '{{\"Ok\":null}}'"
        );
        let fetcher = fetcher(&script);
        let transfer = || {
            let fetcher = fetcher.clone();
            tokio::task::spawn_blocking(move || {
                fetcher.transfer(&Transfer {
                    directory: "/nowhere".into(),
                    url: String::new(),
                    refspecs: Vec::new(),
                    max_bytes: 0,
                    remaining: Duration::from_secs(10),
                })
            })
        };
        let (one, other) = (transfer(), transfer());
        assert!(one.await.unwrap().is_ok() && other.await.unwrap().is_ok());
        // Both are there for the next.
        assert!(transfer().await.unwrap().is_ok());
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2);
    }
}
