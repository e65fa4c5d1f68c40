//! Background tasks: passes that repeat, are woken, and stop together.
//!
//! A pass does one piece of work and says whether there was any. What the work is, and leaving a
//! failure to the next pass, is the reconciler's business; pacing and stopping is ours.

mod backoff;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::backoff::{Backoff, spread};

/// Pauses after passes that failed, one after the other.
const BACKOFF: Backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_mins(1) };

/// Part of a pause that is always waited, so that replicas spread over the rest.
const LEAST: f64 = 0.8;

/// Shortest pause of an idle task: work that is due may be locked by somebody for a moment.
const SHORTEST: Duration = Duration::from_millis(20);

/// Outcome of a pass: whether to look again at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// There was work: look again at once.
    Worked,
    /// There was none: wait to be woken, or for the next poll.
    Idle,
    /// There was none, and some falls due after this time: wait no longer than that.
    IdleFor(Duration),
}

/// Runs what blocks or computes for long on a thread for that.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await.context("cannot finish work that was under way")?
}

/// Tasks of a service, which stop together.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    stop: CancellationToken,
}

/// A means to wake a task because there may be work. A task that is woken during its pass makes
/// another one at once; clones wake the same task.
#[derive(Debug, Clone, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// Wakes the task that it belongs to.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

impl Tasks {
    /// Told when the tasks should stop.
    pub fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Repeats `pass` until the service stops: at once while there is work, else when woken or
    /// after about `poll` (up to a fifth sooner, so that replicas spread), or when work falls due
    /// before that. A failed pass is logged and repeated after a pause that grows to a minute.
    pub fn repeat<F, Work>(&self, name: &'static str, wake: Wake, poll: Duration, mut pass: F)
    where
        F: FnMut() -> Work + Send + 'static,
        Work: Future<Output = anyhow::Result<Pass>> + Send,
    {
        let stop = self.stop.clone();
        self.tracker.spawn(async move {
            let mut failures = 0_u32;
            while !stop.is_cancelled() {
                let pause = match pass().await {
                    Ok(Pass::Worked) => {
                        failures = 0;
                        continue;
                    }
                    Ok(Pass::IdleFor(due)) if due < poll => {
                        failures = 0;
                        due.max(SHORTEST)
                    }
                    Ok(Pass::Idle | Pass::IdleFor(_)) => {
                        failures = 0;
                        spread(poll, LEAST)
                    }
                    Err(error) => {
                        failures += 1;
                        tracing::error!(task = name, error = format!("{error:#}"), "pass failed");
                        spread(BACKOFF.pause(failures), LEAST)
                    }
                };
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = wake.0.notified(), if failures == 0 => {}
                    () = tokio::time::sleep(pause) => {}
                }
            }
        });
    }

    /// Runs a future beside the others; it ends by itself or heeds [`Tasks::stopping`].
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tracker.spawn(work);
    }

    /// Asks all tasks to stop and waits until each has finished its present pass.
    pub async fn drain(&self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wake_rouses_an_idle_task_and_draining_ends_it() {
        let tasks = Tasks::default();
        let wake = Wake::default();
        let (sender, mut passes) = tokio::sync::mpsc::unbounded_channel();
        tasks.repeat("test", wake.clone(), Duration::from_hours(1), move || {
            let sent = sender.send(());
            async move { sent.map(|()| Pass::Idle).map_err(Into::into) }
        });
        assert_eq!(passes.recv().await, Some(()));
        wake.wake();
        assert_eq!(passes.recv().await, Some(()));
        tasks.drain().await;
        assert_eq!(passes.recv().await, None);
    }

    #[tokio::test]
    async fn a_task_is_at_work_when_work_falls_due() {
        let tasks = Tasks::default();
        let (sender, mut passes) = tokio::sync::mpsc::unbounded_channel();
        tasks.repeat("test", Wake::default(), Duration::from_hours(1), move || {
            let sent = sender.send(());
            let due = Duration::from_millis(1);
            async move { sent.map(|()| Pass::IdleFor(due)).map_err(Into::into) }
        });
        for _ in 0..3 {
            let pass = tokio::time::timeout(Duration::from_secs(10), passes.recv());
            assert_eq!(pass.await, Ok(Some(())));
        }
        tasks.drain().await;
    }
}
