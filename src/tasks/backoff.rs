//! How long to wait after failures.

use std::time::Duration;

use rand::RngExt;

/// Pauses after failures: doubling from `first` to `longest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Pause after the first failure.
    pub first: Duration,
    /// Pause that none is longer than.
    pub longest: Duration,
}

impl Backoff {
    /// Pause after so many failures in a row, at its longest. It is to be shortened by chance, so
    /// that what failed together does not return together: in SQL where the database waits, else by
    /// [`Self::spread_pause`].
    pub fn pause(self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(20);
        self.first.saturating_mul(1 << doublings).min(self.longest)
    }

    /// Pause after so many failures in a row, shortened by chance by up to half.
    pub fn spread_pause(self, failures: u32) -> Duration {
        spread(self.pause(failures), 0.5)
    }
}

/// Span shortened by chance, to no less than a `least` part of it.
pub fn spread(span: Duration, least: f64) -> Duration {
    span.mul_f64(rand::rng().random_range(least..=1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let backoff = Backoff { first: Duration::from_secs(2), longest: Duration::from_mins(1) };
        let pauses = [0, 1, 2, 3, 6, u32::MAX].map(|failures| backoff.pause(failures).as_secs());
        assert_eq!(pauses, [2, 2, 4, 8, 60, 60]);
    }

    #[test]
    fn pauses_are_spread_over_their_second_half() {
        let backoff = Backoff { first: Duration::from_secs(4), longest: Duration::from_mins(1) };
        let mut pauses: Vec<_> = (0..200).map(|_| backoff.spread_pause(2).as_secs_f64()).collect();
        pauses.sort_by(f64::total_cmp);
        assert!(pauses[0] >= 4.0 && pauses[199] <= 8.0, "{pauses:?}");
        assert!(pauses[0] < 4.5 && pauses[199] > 7.5, "{pauses:?}");
    }
}
