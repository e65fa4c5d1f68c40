//! How benches tell their figures: each with its command, samples with median and p95.

#![expect(clippy::print_stdout, reason = "figures are printed")]

use std::fmt;
use std::time::Duration;

/// Prints one line: what was measured, the figure and the command.
pub(crate) fn tell(bench: &str, what: &str, figure: &dyn fmt::Display) {
    println!("{what}: {figure}  [make bench FIGURES={bench}]");
}

/// Samples in order.
pub(crate) struct Spread(Vec<Duration>);

impl Spread {
    pub(crate) fn of(samples: &[Duration]) -> Self {
        let mut sorted = samples.to_vec();
        sorted.sort();
        Self(sorted)
    }

    /// The smallest sample that `percent` of all do not exceed.
    fn at(&self, percent: usize) -> Time {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        Time(self.0.get(rank - 1).copied().unwrap_or_default())
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (median, p95, most) = (self.at(50), self.at(95), self.at(100));
        write!(out, "n={}, median {median}, p95 {p95}, max {most}", self.0.len())
    }
}

/// A time in the unit that suits it.
struct Time(Duration);

impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        match seconds {
            ..1e-6 => write!(out, "{:.0} ns", seconds * 1e9),
            ..1e-3 => write!(out, "{:.1} us", seconds * 1e6),
            ..1.0 => write!(out, "{:.1} ms", seconds * 1e3),
            _ => write!(out, "{seconds:.2} s"),
        }
    }
}
