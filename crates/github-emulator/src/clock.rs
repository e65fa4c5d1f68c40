//! The time of the emulator: the system's, or one that tests turn by hand.

#[cfg(feature = "faults")]
use std::sync::Arc;
#[cfg(feature = "faults")]
use std::sync::atomic::{AtomicI64, Ordering};

#[cfg(feature = "faults")]
use chrono::TimeDelta;
use chrono::{DateTime, Utc};

/// Source of the time of tokens and of everything that is stored.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The operating system's wall clock.
    #[default]
    System,
    /// A clock that stands still until [`Clock::advance`] turns it, in seconds since the epoch;
    /// clones share its hands.
    #[cfg(feature = "faults")]
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The present instant, as the clock shows it.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
            Self::System => Utc::now(),
            #[cfg(feature = "faults")]
            Self::Manual(hands) => {
                DateTime::from_timestamp(hands.load(Ordering::SeqCst), 0).unwrap_or_default()
            }
        }
    }
}

#[cfg(feature = "faults")]
impl Clock {
    /// A clock that stands at `start`, to the second.
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(start.timestamp())))
    }

    /// Turns a manual clock forward by whole seconds; the system's clock ignores it.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Manual(hands) = self {
            hands.fetch_add(by.num_seconds(), Ordering::SeqCst);
        }
    }
}
