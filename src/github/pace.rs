//! How fast GitHub lets us go: while it limits us, nothing is asked at all.
//!
//! GitHub counts by installation, and may ban an App that goes on asking while it is limited, so
//! one limited answer stops all requests of its installation. After a secondary limit without a
//! time the pause is a minute, then twice that for each time that it was too short:
//! <https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api>.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::error::{Error, Limit};
use crate::clock::Clock;
use crate::tasks::Backoff;

/// Longest wait that we believe in; the limits are counted by the hour.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// Waits where GitHub limits us without saying for how long.
const UNSAID: Backoff = Backoff { first: Duration::from_mins(1), longest: LONGEST_WAIT };

/// The pace of one installation.
#[derive(Debug)]
pub(super) struct Pace {
    clock: Clock,
    pause: Mutex<Pause>,
}

/// The present pause, or the last one.
#[derive(Debug, Clone, Copy, Default)]
struct Pause {
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    /// Limits without a time, one after the other.
    unsaid: u32,
}

impl Pace {
    /// A pace that nothing has slowed yet.
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, pause: Mutex::default() }
    }

    /// `true` while nothing may be asked.
    pub(super) fn is_paused(&self) -> bool {
        self.wait().is_err()
    }

    /// The present instant, by the clock of the pace.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The present instant, if something may be asked; else how long to wait.
    pub(super) fn wait(&self) -> Result<DateTime<Utc>, Error> {
        let now = self.clock.now();
        let mut pause = self.pause();
        if now < pause.since {
            // The clock was set back: what it said then means nothing now.
            *pause = Pause::default();
        }
        let left = (pause.until - now).to_std().unwrap_or_default();
        if left.is_zero() { Ok(now) } else { Err(Error::RateLimited { retry_after: left }) }
    }

    /// Notes that a request of `asked_at` was limited; gives the error that this is.
    pub(super) fn limited(&self, asked_at: DateTime<Utc>, limit: Limit) -> Error {
        let now = self.clock.now();
        let mut pause = self.pause();
        // What was under way when the pause began met the same limit.
        let is_another = asked_at >= pause.until;
        if is_another {
            *pause = Pause { since: now, until: now, unsaid: pause.unsaid };
        }
        let wait = match limit {
            Limit::For(wait) => Some(wait),
            Limit::Unsaid if is_another => {
                pause.unsaid += 1;
                Some(UNSAID.pause(pause.unsaid))
            }
            Limit::Unsaid => None,
        };
        if let Some(wait) = wait {
            let wait = wait.clamp(Duration::from_secs(1), LONGEST_WAIT);
            pause.until = pause.until.max(now + TimeDelta::from_std(wait).unwrap_or_default());
        }
        let retry_after = (pause.until - now).to_std().unwrap_or_default();
        Error::RateLimited { retry_after }
    }

    /// Notes that a request of `asked_at` was not limited.
    pub(super) fn answered(&self, asked_at: DateTime<Utc>) {
        let mut pause = self.pause();
        if asked_at >= pause.until {
            pause.unsaid = 0;
        }
    }

    fn pause(&self) -> MutexGuard<'_, Pause> {
        self.pause.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace() -> (Pace, Clock) {
        let clock = Clock::manual(DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
        (Pace::new(clock.clone()), clock)
    }

    fn seconds(error: &Error) -> u64 {
        match error {
            Error::RateLimited { retry_after } => retry_after.as_secs(),
            other => panic!("{other}"),
        }
    }

    #[test]
    fn nothing_is_asked_until_the_pause_is_over() {
        let (pace, clock) = pace();
        let asked_at = pace.wait().expect("no limit yet");
        assert_eq!(seconds(&pace.limited(asked_at, Limit::For(Duration::from_secs(90)))), 90);
        clock.advance(TimeDelta::seconds(89));
        assert_eq!(seconds(&pace.wait().unwrap_err()), 1);
        clock.advance(TimeDelta::seconds(1));
        assert!(!pace.is_paused());
    }

    #[test]
    fn the_longest_of_what_is_said_at_once_holds() {
        let (pace, _) = pace();
        let asked_at = pace.wait().expect("no limit yet");
        for (given, held) in [(30, 30), (90, 90), (60, 90), (86_400, 3_600)] {
            let limit = Limit::For(Duration::from_secs(given));
            assert_eq!(seconds(&pace.limited(asked_at, limit)), held, "{given}");
        }
    }

    #[test]
    fn a_limit_without_a_time_lasts_twice_as_long_each_time() {
        let (pace, clock) = pace();
        let meet = || {
            let asked_at = pace.wait().expect("the pause is over");
            // All that was under way is told the same.
            let reported: Vec<_> =
                (0..8).map(|_| seconds(&pace.limited(asked_at, Limit::Unsaid))).collect();
            assert!(reported.iter().all(|again| *again == reported[0]), "{reported:?}");
            clock.advance(TimeDelta::seconds(reported[0].try_into().expect("not so long")));
            reported[0]
        };
        let pauses: Vec<_> = (0..8).map(|_| meet()).collect();
        assert_eq!(pauses, [60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        pace.answered(pace.wait().expect("the pause is over"));
        assert_eq!(meet(), 60);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_pause_longer() {
        let (pace, clock) = pace();
        let asked_at = pace.wait().expect("no limit yet");
        pace.limited(asked_at, Limit::Unsaid);
        clock.advance(TimeDelta::hours(-5));
        assert!(!pace.is_paused());
    }
}
