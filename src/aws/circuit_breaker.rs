//! Services that do not work at the moment: they are left alone for a while, and then tried by one
//! call.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::Clock;
use crate::resource::{Failure, Region};

/// Calls that must fail in a row, each with all its attempts, before a service is left alone.
const FAILURES: u32 = 5;

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
    /// So many calls failed in a row.
    Closed { failures: u32 },
    /// Nobody calls before this instant.
    Open { until: DateTime<Utc>, wait: TimeDelta, last: Failure },
    /// One call finds out whether it works again.
    HalfOpen { wait: TimeDelta, last: Failure },
}

impl Default for Circuit {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl CircuitBreaker {
    /// Circuits of an account of which nothing is known yet.
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, services: Mutex::default() }
    }

    /// Lets a call go, or says why the last one failed.
    pub(super) fn admit(&self, service: &str, region: &Region) -> Result<Admission<'_>, Failure> {
        let key: Key = (service.into(), region.clone());
        let mut services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
        let known = services.entry(key.clone()).or_default();
        let is_trial = match &known.circuit {
            Circuit::Closed { .. } => false,
            Circuit::HalfOpen { last, .. } => return Err(last.clone()),
            Circuit::Open { until, last, .. } if *until > self.clock.now() => {
                return Err(last.clone());
            }
            Circuit::Open { wait, last, .. } => {
                known.circuit = Circuit::HalfOpen { wait: *wait, last: last.clone() };
                true
            }
        };
        Ok(Admission { breaker: self, key, is_trial, answers: known.answers })
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
    pub(super) fn failed(mut self, failure: &Failure) {
        let is_trial = std::mem::take(&mut self.is_trial);
        self.with(|known| match &known.circuit {
            Circuit::HalfOpen { wait, .. } if is_trial => {
                let wait = (*wait * 2).min(LONGEST);
                known.circuit = self.breaker.open(wait, failure.clone());
            }
            Circuit::Closed { failures } if known.answers == self.answers => {
                let failures = failures + 1;
                known.circuit = if failures >= FAILURES {
                    self.breaker.open(SHORTEST, failure.clone())
                } else {
                    Circuit::Closed { failures }
                };
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

    /// A breaker of a service whose last calls failed, as many as it takes.
    fn broken(clock: &Clock) -> CircuitBreaker {
        let breaker = CircuitBreaker::new(clock.clone());
        for at in 0..FAILURES {
            breaker.admit("ec2", &home()).expect("not yet").failed(&failure(&at.to_string()));
        }
        breaker
    }

    fn refusal(breaker: &CircuitBreaker) -> Option<String> {
        breaker.admit("ec2", &home()).err().map(|failure| failure.message)
    }

    #[test]
    fn a_service_that_fails_in_a_row_is_left_alone_there_and_nowhere_else() {
        let clock = noon();
        let breaker = broken(&clock);
        assert_eq!(refusal(&breaker).as_deref(), Some("4"));
        assert!(breaker.admit("s3", &home()).is_ok());
        assert!(breaker.admit("ec2", &Region::global()).is_ok());
    }

    #[test]
    fn an_answer_in_between_begins_the_count_anew() {
        let breaker = CircuitBreaker::new(noon());
        for at in 0..3 * FAILURES {
            let admission = breaker.admit("ec2", &home()).expect("never in a row");
            if at % FAILURES == 0 { admission.answered() } else { admission.failed(&failure("x")) }
        }
    }

    #[test]
    fn a_call_that_fails_while_others_are_answered_is_no_matter_of_the_service() {
        let breaker = CircuitBreaker::new(noon());
        let admitted = |_| breaker.admit("s3", &home()).expect("it works");
        let slow: Vec<_> = (0..2 * FAILURES).map(admitted).collect();
        breaker.admit("s3", &home()).expect("it works").answered();
        for call in slow {
            call.failed(&failure("no answer in time"));
        }
        assert!(breaker.admit("s3", &home()).is_ok());
    }

    #[test]
    fn one_call_finds_out_whether_it_works_again() {
        let clock = noon();
        let breaker = broken(&clock);
        clock.advance(SHORTEST - TimeDelta::seconds(1));
        assert!(refusal(&breaker).is_some());
        clock.advance(TimeDelta::seconds(1));
        let trial = breaker.admit("ec2", &home()).expect("a trial");
        assert!(refusal(&breaker).is_some(), "one at a time");
        trial.failed(&failure("still"));
        clock.advance(SHORTEST);
        assert_eq!(refusal(&breaker).as_deref(), Some("still"), "it is left alone for longer");
        clock.advance(SHORTEST);
        breaker.admit("ec2", &home()).expect("another").answered();
        assert_eq!(refusal(&breaker), None);
    }

    #[test]
    fn a_trial_that_is_given_up_leaves_room_for_another() {
        let clock = noon();
        let breaker = broken(&clock);
        clock.advance(SHORTEST);
        drop(breaker.admit("ec2", &home()).expect("a trial"));
        assert_eq!(refusal(&breaker), None);
    }
}
