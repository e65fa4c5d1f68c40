//! Faults on demand, what a real GitHub does on its bad days, and what else only tests do.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// A fault of the next calls of a path.
///
/// ```
/// # use github_emulator::{Effect, Fault};
/// // The second comment is stored, but its author never learns of it.
/// let fault = Fault::on("POST", "/comments").skip(1).effect(Effect::Lose(502));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    method: String,
    path: String,
    skip: usize,
    times: usize,
    effect: Effect,
}

/// Effect of a fault on a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Answers with the status and does nothing.
    Refuse(u16),
    /// Does what was asked, and then answers with the status.
    Lose(u16),
    /// Does what was asked, and cuts the connection in the middle of the answer.
    Cut,
    /// Waits before doing what was asked.
    Delay(Duration),
    /// Does what was asked, and answers when the faults are cleared.
    Hold,
    /// Never answers and does nothing.
    Hang,
    /// Does what was asked and never answers.
    HangAfter,
    /// Takes the token for revoked: 401.
    RevokedToken,
    /// Says that the hour's calls are used up, and in how many seconds there are new ones: 403,
    /// `x-ratelimit-remaining` and `x-ratelimit-reset`.
    PrimaryLimit(u64),
    /// Says that calls come too fast: 403, and `Retry-After` where it says for how many seconds.
    SecondaryLimit(Option<u64>),
    /// Says that there were too many calls, with the seconds to wait: 429 and `Retry-After`.
    TooManyRequests(u64),
}

impl Fault {
    /// A fault of the next call with this method whose path contains `path`, or ends with what stands before
    /// its `$`: 502 and nothing done.
    pub fn on(method: &str, path: &str) -> Self {
        let (method, path) = (method.to_owned(), path.to_owned());
        Self { method, path, skip: 0, times: 1, effect: Effect::Refuse(502) }
    }

    /// Lets that many calls pass first.
    #[must_use]
    pub fn skip(self, skip: usize) -> Self {
        Self { skip, ..self }
    }

    /// Meets that many calls, one if nothing is said.
    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// Has that effect instead of a 502.
    #[must_use]
    pub fn effect(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }
}

/// Faults that are still to be triggered.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    due: Vec<Fault>,
    /// Cancelled when what is held may go on.
    released: CancellationToken,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.due.push(fault);
    }

    /// Forgets what is due; how many calls that would have met.
    pub(crate) fn clear(&mut self) -> usize {
        std::mem::take(&mut self.released).cancel();
        self.due.drain(..).map(|fault| fault.times).sum()
    }

    /// When an answer that is held from now on may go out.
    pub(crate) fn released(&self) -> CancellationToken {
        self.released.clone()
    }

    /// Triggers the first due fault that the call meets; those before it let the call pass, and
    /// count it.
    pub(crate) fn trigger(&mut self, method: &str, path: &str) -> Option<Effect> {
        let mut triggered = None;
        for fault in &mut self.due {
            let is_there = match fault.path.strip_suffix('$') {
                Some(end) => path.ends_with(end),
                None => path.contains(&fault.path),
            };
            if fault.method != method || !is_there || triggered.is_some() {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if fault.times > 0 {
                fault.times -= 1;
                triggered = Some(fault.effect.clone());
            }
        }
        self.due.retain(|fault| fault.times > 0);
        triggered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_meets_its_calls_in_turn() {
        let mut faults = Faults::default();
        faults.add(Fault::on("POST", "/comments").skip(1).times(2));
        let triggered: Vec<bool> =
            ["/a/comments", "/b/comments", "/statuses", "/c/comments", "/comments"]
                .iter()
                .map(|path| faults.trigger("POST", path).is_some())
                .collect();
        assert_eq!(triggered, [false, true, false, true, false]);
        assert_eq!(faults.trigger("GET", "/comments"), None);
        faults.add(Fault::on("POST", "/issues$"));
        assert_eq!(faults.trigger("POST", "/issues/7/comments"), None);
        assert!(faults.trigger("POST", "/a/issues").is_some());
        faults.add(Fault::on("GET", "/comments").times(3));
        assert!(faults.trigger("GET", "/comments").is_some());
        assert_eq!((faults.clear(), faults.clear()), (2, 0));
    }
}
