//! How often to try again, and how long to wait before.

use std::time::Duration;

use super::Failure;
use crate::github::Error;
use crate::tasks::{Backoff, spread};

/// Attempts at what GitHub refuses: a commit may not have reached all of it yet.
const REFUSED: i32 = 5;
/// Attempts at what gets no good answer: with the pauses about three hours.
const UNANSWERED: i32 = 25;
/// Pauses between attempts at one post.
const BACKOFF: Backoff =
    Backoff { first: Duration::from_secs(1), longest: Duration::from_mins(10) };
/// How much later than asked those return that wait for the end of one limit, at the most.
const APART: Duration = Duration::from_secs(5);

/// Decision about an attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RetryDecision {
    /// Try again after a pause.
    Again(Duration),
    /// Try again after a pause, as if this had been no attempt.
    Wait(Duration),
    /// Leave it until something else is wanted.
    GiveUp,
}

/// Decision after so many attempts, the failed one included.
pub(super) fn decide(failure: &Failure, attempts: i32) -> RetryDecision {
    let most = match failure {
        Failure::GitHub(Error::RateLimited { retry_after }) => {
            // All that waited for the same instant would meet the same limit.
            return RetryDecision::Wait(*retry_after + spread(APART, 0.0));
        }
        Failure::GitHub(Error::NotFound { .. } | Error::Rejected { .. }) => REFUSED,
        Failure::GitHub(Error::Unauthorized { .. } | Error::Unavailable { .. })
        | Failure::Database(_) => UNANSWERED,
        // Only a person can change it.
        Failure::GitHub(Error::Forbidden { .. } | Error::NoIssues { .. })
        | Failure::Unpostable(_) => 1,
    };
    if attempts >= most {
        return RetryDecision::GiveUp;
    }
    RetryDecision::Again(BACKOFF.spread_pause(attempts.unsigned_abs()))
}

/// `true` where the same may well succeed another day: somebody grants a permission, or GitHub is back.
pub(super) fn may_pass(failure: &Failure) -> bool {
    match failure {
        Failure::GitHub(Error::NotFound { .. } | Error::Rejected { .. })
        | Failure::Unpostable(_) => false,
        Failure::GitHub(_) | Failure::Database(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unavailable() -> Failure {
        Error::Unavailable { message: "status 502".into() }.into()
    }

    #[test]
    fn pauses_double_and_are_spread() {
        for (attempts, longest) in [(1, 1), (2, 2), (5, 16), (20, 600)] {
            let RetryDecision::Again(pause) = decide(&unavailable(), attempts) else {
                panic!("{attempts}");
            };
            let longest = Duration::from_secs(longest);
            assert!(pause >= longest / 2 && pause <= longest, "{attempts}: {pause:?}");
        }
    }

    #[test]
    fn patience_depends_on_what_went_wrong() {
        let refused: Failure = Error::Rejected { status: 422, message: "no".into() }.into();
        assert_eq!(decide(&refused, REFUSED), RetryDecision::GiveUp);
        assert_ne!(decide(&unavailable(), REFUSED), RetryDecision::GiveUp);
        assert_eq!(decide(&unavailable(), UNANSWERED), RetryDecision::GiveUp);
        assert_eq!(decide(&Failure::Unpostable("?".into()), 1), RetryDecision::GiveUp);
        let (message, permission) = ("no".into(), "`checks=write`".into());
        let forbidden: Failure = Error::Forbidden { message, permission }.into();
        assert_eq!(decide(&forbidden, 1), RetryDecision::GiveUp);
        let asked = Duration::from_mins(30);
        let limited: Failure = Error::RateLimited { retry_after: asked }.into();
        let RetryDecision::Wait(pause) = decide(&limited, 1_000) else { panic!("never given up") };
        assert!(pause >= asked, "{pause:?}");
    }
}
