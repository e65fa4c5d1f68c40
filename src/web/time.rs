//! Instants and spans as a reader wants them: near at a glance, exact on a second look.

use std::fmt;
use std::time::Duration;

use askama::Template;
use askama::filters::HtmlSafe;
use chrono::{DateTime, TimeDelta, Utc};

/// An instant: "3 min ago" in the page, the date and second in its title.
#[derive(Debug, Clone, Copy, Template)]
#[template(
    ext = "html",
    source = "<time datetime=\"{{ self.machine() }}\" title=\"{{ self.exact() }}\">{{ self.near() }}</time>"
)]
pub(super) struct RelativeTime {
    at: DateTime<Utc>,
    now: DateTime<Utc>,
}

impl HtmlSafe for RelativeTime {}

impl RelativeTime {
    /// The instant `at`, seen from `now`.
    pub(super) fn new(at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        Self { at, now }
    }

    /// Instant for programs, as RFC 3339 has it.
    fn machine(&self) -> impl fmt::Display {
        self.at.format("%Y-%m-%dT%H:%M:%SZ")
    }

    pub(super) fn exact(&self) -> impl fmt::Display {
        exact(self.at)
    }

    /// How long ago, or from when on the date says more: the date.
    fn near(&self) -> String {
        let away = self.now - self.at;
        match (away.abs(), away < TimeDelta::zero()) {
            (size, _) if size < TimeDelta::seconds(5) => "just now".to_owned(),
            (size, _) if size >= TimeDelta::days(60) => self.at.format("%-d %b %Y").to_string(),
            (size, true) => format!("in {}", rough(size)),
            (size, false) => format!("{} ago", rough(size)),
        }
    }
}

/// An instant to the second: `2026-11-21 02:11:00 UTC`.
pub(super) fn exact(at: DateTime<Utc>) -> impl fmt::Display {
    at.format("%Y-%m-%d %H:%M:%S UTC")
}

/// A span in its largest unit, rounded down: `59 min`, `3 h`, `1 day`.
pub(super) fn rough(span: TimeDelta) -> String {
    let seconds = span.num_seconds().max(0);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        86_400..172_800 => "1 day".to_owned(),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// How long something took, to two or three figures: `40 ms`, `1.4 s`, `2 min 5 s`.
pub(super) fn took(time: Duration) -> String {
    match time.as_millis() {
        millis @ 0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{:.1} s", time.as_secs_f64()),
        _ => format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_near_in_the_page_and_exact_in_its_title() {
        let now: DateTime<Utc> = "2026-11-21T12:00:00Z".parse().expect("an instant");
        let moment = RelativeTime::new(now - TimeDelta::minutes(3), now);
        assert_eq!(
            moment.to_string(),
            "<time datetime=\"2026-11-21T11:57:00Z\" title=\"2026-11-21 11:57:00 UTC\">3 min ago</time>"
        );
    }

    #[test]
    fn the_unit_grows_with_the_distance() {
        let now: DateTime<Utc> = "2026-11-21T12:00:00Z".parse().expect("an instant");
        let cases = [
            (0, "just now"),
            (-4, "just now"),
            (59, "59 s ago"),
            (60, "1 min ago"),
            (3_599, "59 min ago"),
            (3_600, "1 h ago"),
            (86_400, "1 day ago"),
            (172_800, "2 days ago"),
            (59 * 86_400, "59 days ago"),
            (60 * 86_400, "22 Sep 2026"),
            (-600, "in 10 min"),
        ];
        for (seconds, words) in cases {
            let moment = RelativeTime::new(now - TimeDelta::seconds(seconds), now);
            assert_eq!(moment.near(), words);
        }
    }

    #[test]
    fn short_times_keep_their_figures() {
        let cases = [(40, "40 ms"), (1_400, "1.4 s"), (59_940, "59.9 s"), (125_000, "2 min 5 s")];
        for (millis, words) in cases {
            assert_eq!(took(Duration::from_millis(millis)), words);
        }
    }
}
