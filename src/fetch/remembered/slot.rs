//! The place of one answer, and the one who asks for it.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use futures::lock::Mutex;

/// Instants that decide which answers an evaluation takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    /// The instant at which the evaluation began, at which its own questions count as asked.
    pub(super) present: DateTime<Utc>,
    /// The instant since when answers to others count.
    pub(super) since: DateTime<Utc>,
}

/// An answer that others may take over.
pub(super) trait Shared: Clone {
    /// `true` where nothing failed, so that it may be taken over later.
    fn is_whole(&self) -> bool;
}

/// The place of one answer. Whoever asks for it holds the lock, so that others wait for the answer; if
/// the one who asks is dropped, the next of them asks.
pub(super) struct Slot<T> {
    last: Mutex<Option<Last<T>>>,
    /// Number of answers so far.
    answers: AtomicU64,
    /// Microseconds since the epoch at which the last answer was asked for.
    asked_at: AtomicI64,
}

struct Last<T> {
    answer: T,
    asked_at: DateTime<Utc>,
    /// Its number among the answers of the slot, from 1.
    number: u64,
}

/// An answer, with when it was asked for.
#[derive(Debug)]
pub(super) struct Given<T> {
    pub(super) answer: T,
    pub(super) asked_at: DateTime<Utc>,
    /// `true` where it was asked for right now, and not taken over.
    pub(super) is_new: bool,
}

impl<T: Shared> Slot<T> {
    /// A place for which an evaluation of an instant is about to ask.
    pub(super) fn new(present: DateTime<Utc>) -> Self {
        let (last, answers) = Default::default();
        Self { last, answers, asked_at: AtomicI64::new(present.timestamp_micros()) }
    }

    /// `true` where nobody has asked since an instant.
    pub(super) fn is_before(&self, instant: DateTime<Utc>) -> bool {
        self.asked_at.load(Ordering::SeqCst) < instant.timestamp_micros()
    }

    /// The answer that is there, the one that somebody is being given, or else that of `ask`.
    pub(super) async fn given(&self, terms: Terms, ask: impl Future<Output = T>) -> Given<T> {
        let before = self.answers.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        if let Some(known) = &*last
            && known.asked_at >= terms.since
            // A failure is for those who waited for it.
            && (known.answer.is_whole() || known.number > before)
        {
            let (answer, asked_at) = (known.answer.clone(), known.asked_at);
            return Given { answer, asked_at, is_new: false };
        }
        let asked_at = terms.present;
        self.asked_at.store(asked_at.timestamp_micros(), Ordering::SeqCst);
        let answer = ask.await;
        let number = self.answers.fetch_add(1, Ordering::SeqCst) + 1;
        *last = Some(Last { answer: answer.clone(), asked_at, number });
        Given { answer, asked_at, is_new: true }
    }
}
