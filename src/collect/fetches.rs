//! Fetches of many accounts at once: as many as their targets leave room for, on threads of their own.
//!
//! Filters of checks are evaluated while an account is fetched, and must not hold up whatever else the
//! process answers; a thread for each account would be one that mostly waits. What is fetched, and of
//! which account, is left to the caller.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::future::ready;
use std::iter::Peekable;
use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use crate::policy::{Account, Group};
use crate::resource::{Region, Schema, TypeName};

/// Threads that may block: they look up names and read recordings.
const BLOCKING_THREADS: usize = 64;

/// Room for fetches, measured in targets: an account and a region, or an account and `global`.
pub struct Fetches {
    most: u32,
    room: Arc<Semaphore>,
    threads: OnceCell<Threads>,
}

impl fmt::Debug for Fetches {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Fetches").field("most", &self.most).finish_non_exhaustive()
    }
}

/// A fetch that may begin once there is room for it.
#[derive(Debug)]
pub struct Fetch<F> {
    /// Number of targets that it asks.
    pub targets: usize,
    /// The asking itself.
    pub work: F,
}

/// Answer of a fetch. Its targets count as in flight until it is dropped, so that answers do not pile
/// up before whoever keeps them.
#[derive(Debug)]
pub struct Fetched<T> {
    /// What came of the fetch.
    pub answer: T,
    _room: OwnedSemaphorePermit,
}

impl Fetches {
    /// Room for so many targets at a time, and for one account at least, however many it has.
    pub fn of_targets(most: u32) -> Self {
        let most = most.max(1);
        let room = Semaphore::new(usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS));
        Self { most, room: Arc::new(room), threads: OnceCell::new() }
    }

    /// Fetches that are begun in their order, each when there is room for it, as
    /// [`RunningFetches::next`] is asked for what came of them.
    pub async fn run<I, F, T>(&self, fetches: I) -> Result<RunningFetches<'_, I::IntoIter, T>>
    where
        I: IntoIterator<Item = Fetch<F>>,
        F: Future<Output = T> + Send + 'static,
        T: Send + 'static,
    {
        let threads = self.threads.get_or_try_init(|| ready(Threads::start())).await;
        let threads = threads.context("cannot start the threads of fetches")?.handle.clone();
        let waiting = fetches.into_iter().peekable();
        Ok(RunningFetches { fetches: self, waiting, begun: JoinSet::new(), threads })
    }

    /// Waits until there is room for so many targets.
    async fn enter(&self, targets: usize) -> Result<OwnedSemaphorePermit> {
        let weight = u32::try_from(targets).unwrap_or(u32::MAX).clamp(1, self.most);
        let room = Arc::clone(&self.room).acquire_many_owned(weight).await;
        room.context("fetches have ended")
    }
}

/// Fetches that wait and fetches that were begun, which end when this is dropped.
pub struct RunningFetches<'a, I: Iterator, T> {
    fetches: &'a Fetches,
    waiting: Peekable<I>,
    begun: JoinSet<Fetched<T>>,
    threads: Handle,
}

impl<I: Iterator, T> fmt::Debug for RunningFetches<'_, I, T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("RunningFetches").field("begun", &self.begun.len()).finish_non_exhaustive()
    }
}

impl<I, F, T> RunningFetches<'_, I, T>
where
    I: Iterator<Item = Fetch<F>>,
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    /// The answer that comes next, whichever fetch it is of; `None` after the last. Drop it before the
    /// next is asked for, since it takes up room.
    pub async fn next(&mut self) -> Option<Result<Fetched<T>>> {
        while let Some(next) = self.waiting.peek() {
            let room = tokio::select! {
                biased;
                room = self.fetches.enter(next.targets) => room,
                Some(done) = self.begun.join_next() => {
                    return Some(done.context("a fetch broke off"));
                }
            };
            match (room, self.waiting.next()) {
                (Ok(room), Some(Fetch { work, .. })) => {
                    let fetch = async move { Fetched { answer: work.await, _room: room } };
                    self.begun.spawn_on(fetch, &self.threads);
                }
                (Err(error), _) => return Some(Err(error)),
                (Ok(_), None) => {}
            }
        }
        let done = self.begun.join_next().await?;
        Some(done.context("a fetch broke off"))
    }
}

/// Threads that fetches run on, as many as there are processors.
struct Threads {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Threads {
    fn start() -> std::io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        builder.thread_name("fetch").max_blocking_threads(BLOCKING_THREADS).enable_all();
        let runtime = builder.build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }
}

/// A runtime may not be waited for where it may be dropped: within another.
impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Number of targets of an account that the checks of `groups` ask.
pub fn targets_of(groups: &[&Group], account: &Account) -> usize {
    let checks = groups.iter().flat_map(|group| &group.checks);
    let schemas: BTreeMap<&TypeName, &Schema> = checks
        .flat_map(|check| check.rule.schemas())
        .map(|schema| (&schema.type_name, schema))
        .collect();
    let regions: BTreeSet<Region> =
        schemas.values().flat_map(|schema| schema.listed_in(&account.regions)).collect();
    regions.len()
}

#[cfg(test)]
mod tests;
