//! Services that do not answer at the moment: they are left alone for a while, and then tried by one
//! call.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::resource::{Failure, Region};

/// Resources and lists of which calls must fail in a row, each with all its attempts, before a service
/// is left alone: that some of them are odd must not cost the others their verdict.
const SUBJECTS: usize = 5;

/// The first time that a service is left alone; it doubles with each trial that fails.
const SHORTEST: TimeDelta = TimeDelta::seconds(30);

/// The longest of these times.
const LONGEST: TimeDelta = TimeDelta::minutes(5);

/// A service in a region.
type Key = (Box<str>, Region);

/// The circuits of one account: one for each service and region.
pub(super) struct CircuitBreaker {
    clock: Clock,
    services: Mutex<HashMap<Key, Service>>,
    /// Told when a trial has ended.
    tried: Notify,
}

impl fmt::Debug for CircuitBreaker {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("CircuitBreaker").finish_non_exhaustive()
    }
}

/// What is known of a service.
#[derive(Debug, Default)]
struct Service {
    /// Number of calls that it answered.
    answers: u64,
    circuit: Circuit,
}

#[derive(Debug)]
enum Circuit {
    /// Calls about these failed in a row.
    Closed { failing: BTreeSet<Arc<str>> },
    /// Nobody calls before this instant.
    Open { until: DateTime<Utc>, wait: TimeDelta, last: Failure },
    /// One call finds out whether it works again.
    HalfOpen { wait: TimeDelta, last: Failure },
}

impl Default for Circuit {
    fn default() -> Self {
        Self::Closed { failing: BTreeSet::new() }
    }
}

impl CircuitBreaker {
    /// Circuits of an account of which nothing is known yet.
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, services: Mutex::default(), tried: Notify::new() }
    }

    /// Lets a call go, or says why the last one failed. While another finds out whether the service
    /// works again, it waits for what comes of that.
    pub(super) async fn admit(
        &self,
        service: &str,
        region: &Region,
    ) -> Result<Admission<'_>, Failure> {
        let key: Key = (service.into(), region.clone());
        loop {
            let tried = self.tried.notified();
            let mut tried = std::pin::pin!(tried);
            tried.as_mut().enable();
            if let Some(decided) = self.decide(&key) {
                return decided;
            }
            tried.await;
        }
    }

    /// The decision about a call; `None` while a trial is under way.
    fn decide(&self, key: &Key) -> Option<Result<Admission<'_>, Failure>> {
        let mut services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
        let known = services.entry(key.clone()).or_default();
        let is_trial = match &known.circuit {
            Circuit::Closed { .. } => false,
            Circuit::HalfOpen { .. } => return None,
            Circuit::Open { until, last, .. } if *until > self.clock.now() => {
                return Some(Err(last.clone()));
            }
            Circuit::Open { wait, last, .. } => {
                known.circuit = Circuit::HalfOpen { wait: *wait, last: last.clone() };
                true
            }
        };
        Some(Ok(Admission { breaker: self, key: key.clone(), is_trial, answers: known.answers }))
    }

    fn open(&self, wait: TimeDelta, last: Failure) -> Circuit {
        Circuit::Open { until: self.clock.now() + wait, wait, last }
    }
}

/// A call that may go. One that is given up without a word of how it went tells nothing.
#[derive(Debug)]
pub(super) struct Admission<'a> {
    breaker: &'a CircuitBreaker,
    key: Key,
    is_trial: bool,
    /// Answers of the service before the call.
    answers: u64,
}

impl Admission<'_> {
    /// The service works, whatever it said.
    pub(super) fn answered(mut self) {
        self.is_trial = false;
        self.with(|known| {
            *known = Service { answers: known.answers + 1, circuit: Circuit::default() };
        });
    }

    /// The service does not. Where it answered others in the meantime, that is a matter of this call,
    /// such as one about a resource that takes for ever.
    pub(super) fn failed(mut self, subject: &Arc<str>, failure: &Failure) {
        let is_trial = std::mem::take(&mut self.is_trial);
        self.with(|known| match &mut known.circuit {
            Circuit::HalfOpen { wait, .. } if is_trial => {
                let wait = (*wait * 2).min(LONGEST);
                known.circuit = self.breaker.open(wait, failure.clone());
            }
            Circuit::Closed { failing } if known.answers == self.answers => {
                failing.insert(subject.clone());
                if failing.len() >= SUBJECTS {
                    known.circuit = self.breaker.open(SHORTEST, failure.clone());
                }
            }
            // A call from before the service was left alone, or one that fails alone.
            Circuit::Closed { .. } | Circuit::Open { .. } | Circuit::HalfOpen { .. } => {}
        });
    }

    fn with(&self, change: impl FnOnce(&mut Service)) {
        let mut services = self.breaker.services.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = services.get_mut(&self.key) {
            change(known);
        }
        drop(services);
        self.breaker.tried.notify_waiters();
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        if self.is_trial {
            self.with(|known| {
                if let Circuit::HalfOpen { wait, last } = &known.circuit {
                    let (until, wait) = (self.breaker.clock.now(), *wait);
                    known.circuit = Circuit::Open { until, wait, last: last.clone() };
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Cause;

    fn failure(words: &str) -> Failure {
        Failure::new(Cause::Timeout, words)
    }

    fn noon() -> Clock {
        Clock::manual("2026-11-29T12:00:00Z".parse().expect("an instant"))
    }

    fn home() -> Region {
        "eu-west-1".parse().expect("a region")
    }

    fn admitted(breaker: &CircuitBreaker) -> Option<Result<Admission<'_>, Failure>> {
        breaker.decide(&("ec2".into(), home()))
    }

    fn goes(breaker: &CircuitBreaker) -> Admission<'_> {
        admitted(breaker).expect("no trial").expect("it goes")
    }

    /// A breaker of a service of which calls about so many resources failed in a row.
    fn failing(clock: &Clock, resources: usize) -> CircuitBreaker {
        let breaker = CircuitBreaker::new(clock.clone());
        for at in 0..resources {
            let subject: Arc<str> = at.to_string().into();
            goes(&breaker).failed(&subject, &failure(&subject));
        }
        breaker
    }

    fn refusal(breaker: &CircuitBreaker) -> Option<String> {
        admitted(breaker).expect("no trial").err().map(|failure| failure.message)
    }

    #[test]
    fn a_service_that_fails_in_a_row_is_left_alone_there_and_nowhere_else() {
        let breaker = failing(&noon(), SUBJECTS);
        assert_eq!(refusal(&breaker).as_deref(), Some("4"));
        for other in [("s3".into(), home()), ("ec2".into(), Region::global())] {
            assert!(breaker.decide(&other).expect("no trial").is_ok());
        }
    }

    #[test]
    fn odd_resources_are_no_matter_of_the_service() {
        let breaker = failing(&noon(), SUBJECTS - 1);
        for _ in 0..3 * SUBJECTS {
            goes(&breaker).failed(&"0".into(), &failure("again"));
        }
        assert_eq!(refusal(&breaker), None);
        goes(&breaker).answered();
        goes(&breaker).failed(&"new".into(), &failure("new"));
        assert_eq!(refusal(&breaker), None, "an answer begins the count anew");
    }

    #[test]
    fn a_call_that_fails_while_others_are_answered_is_no_matter_of_the_service() {
        let breaker = CircuitBreaker::new(noon());
        let slow: Vec<_> = (0..2 * SUBJECTS).map(|_| goes(&breaker)).collect();
        goes(&breaker).answered();
        for (at, call) in slow.into_iter().enumerate() {
            call.failed(&at.to_string().into(), &failure("no answer in time"));
        }
        assert_eq!(refusal(&breaker), None);
    }

    #[test]
    fn one_call_finds_out_whether_it_works_again() {
        let clock = noon();
        let breaker = failing(&clock, SUBJECTS);
        clock.advance(SHORTEST - TimeDelta::seconds(1));
        assert!(refusal(&breaker).is_some());
        clock.advance(TimeDelta::seconds(1));
        let trial = goes(&breaker);
        assert!(admitted(&breaker).is_none(), "others wait for it");
        trial.failed(&"x".into(), &failure("still"));
        clock.advance(SHORTEST);
        assert_eq!(refusal(&breaker).as_deref(), Some("still"), "it is left alone for longer");
        clock.advance(SHORTEST);
        goes(&breaker).answered();
        assert_eq!(refusal(&breaker), None);
    }

    #[test]
    fn a_trial_that_is_given_up_leaves_room_for_another() {
        let clock = noon();
        let breaker = failing(&clock, SUBJECTS);
        clock.advance(SHORTEST);
        drop(goes(&breaker));
        assert_eq!(refusal(&breaker), None);
    }

    #[tokio::test]
    async fn who_waits_for_a_trial_goes_when_it_is_answered() {
        let clock = noon();
        let breaker = failing(&clock, SUBJECTS);
        clock.advance(SHORTEST);
        let trial = goes(&breaker);
        let region = home();
        let waiting = breaker.admit("ec2", &region);
        let answer = async { trial.answered() };
        let (admitted, ()) = futures::future::join(waiting, answer).await;
        assert!(admitted.is_ok());
    }
}
