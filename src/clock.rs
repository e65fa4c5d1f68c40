//! Time, passed in: the system's clock in the service, a clock that tests turn by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

/// Source of the time. Cheap to clone; clones of a manual clock share its hands.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The operating system's wall clock.
    #[default]
    System,
    /// A clock that stands still until [`Clock::advance`] turns it; microseconds since the epoch.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `start`.
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(start.timestamp_micros())))
    }

    /// The present instant, with the microsecond precision that Postgres keeps.
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match self {
            #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
            Self::System => Utc::now().timestamp_micros(),
            Self::Manual(hands) => hands.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// Turns a manual clock forward; the system's clock ignores it.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Manual(hands) = self {
            hands.fetch_add(by.num_microseconds().unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }
}
