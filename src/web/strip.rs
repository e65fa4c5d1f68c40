//! The history of a group as a strip: time runs to the right, and the taller a bar, the worse.
//!
//! A picture for those who see it, and one sentence for those who do not; the page of the group
//! lists the same runs as a table.

use askama::Template;
use askama::filters::HtmlSafe;
use chrono::{DateTime, TimeDelta, Utc};

use super::badge::words;
use super::time::{exact, rough};
use super::weight::Weighed;
use crate::evaluation::Outcome;

/// Units of the drawing's width; its height is 100.
const WIDTH: f64 = 1_000.0;
/// The narrowest bar that still shows.
const NARROWEST: f64 = 4.0;

/// An outcome that held from one run to another.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    /// The first run that found it.
    pub(super) first: DateTime<Utc>,
    /// The last run that found it.
    pub(super) last: DateTime<Utc>,
    /// What they found.
    pub(super) outcome: Outcome,
    /// The page of the run.
    pub(super) href: String,
}

/// How far back a strip goes; all strips of a page go equally far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// When what is drawn came to its end, if it did.
    end: Option<DateTime<Utc>>,
    /// `last hour`.
    pub(super) words: &'static str,
}

impl Window {
    /// The shortest of a few customary windows up to `now` that goes back to `oldest`.
    pub(super) fn reaching(oldest: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let windows = [
            (TimeDelta::minutes(10), "last 10 minutes"),
            (TimeDelta::hours(1), "last hour"),
            (TimeDelta::hours(6), "last 6 hours"),
            (TimeDelta::days(1), "last 24 hours"),
            (TimeDelta::days(7), "last 7 days"),
            (TimeDelta::days(30), "last 30 days"),
        ];
        let age = oldest.map_or(TimeDelta::zero(), |oldest| now - oldest);
        let longest = (TimeDelta::days(90), "last 90 days");
        let (length, words) =
            windows.into_iter().find(|(length, _)| *length >= age).unwrap_or(longest);
        Self { from: now - length, to: now, end: None, words }
    }

    /// The same for what ended at an instant: nothing is drawn behind it.
    pub(super) fn until(self, end: Option<DateTime<Utc>>) -> Self {
        Self { end, ..self }
    }

    /// Where an instant lies, in units of the drawing's width.
    fn place(&self, at: DateTime<Utc>) -> f64 {
        let whole = (self.to - self.from).as_seconds_f64();
        ((at - self.from).as_seconds_f64() / whole * WIDTH).clamp(0.0, WIDTH)
    }
}

/// One bar of the drawing.
#[derive(Debug, Clone, PartialEq)]
struct Bar {
    x: String,
    width: String,
    height: u8,
    tone: &'static str,
    title: String,
    href: String,
}

/// The drawing.
#[derive(Debug, Clone, Template)]
#[template(path = "strip.html")]
pub(super) struct Strip {
    bars: Vec<Bar>,
    summary: String,
    large: bool,
    is_held: bool,
}

impl HtmlSafe for Strip {}

impl Strip {
    /// Draws `stretches`, oldest first, in the window. What a run found is drawn until the next
    /// run, but not for longer than `patience`: a service that stood still knew nothing.
    pub(super) fn draw(stretches: &[Stretch], window: Window, patience: TimeDelta) -> Self {
        let close = window.end.unwrap_or(window.to);
        let ends = stretches.iter().skip(1).map(|next| next.first).chain([window.to]);
        let bars: Vec<Bar> = stretches
            .iter()
            .zip(ends)
            .map(|(stretch, next)| (stretch, next.min(stretch.last + patience).min(close)))
            .filter(|(_, end)| *end >= window.from)
            .map(|(stretch, end)| bar(stretch, end, window))
            .collect();
        let summary = summary(stretches, window);
        Self { bars, summary, large: false, is_held: false }
    }

    /// The same, for the page of one group.
    pub(super) fn large(self) -> Self {
        Self { large: true, ..self }
    }

    /// The same for a group that stands so: where it does not count, its past is not red either.
    pub(super) fn weighed(self, now: Weighed) -> Self {
        let is_held = now.held.is_some();
        let summary = match now.held {
            Some(held) => format!("{} ({})", self.summary, held.word()),
            None => self.summary,
        };
        Self { summary, is_held, ..self }
    }
}

fn bar(stretch: &Stretch, end: DateTime<Utc>, window: Window) -> Bar {
    let start = window.place(stretch.first);
    let width = (window.place(end) - start).max(NARROWEST);
    let held = if stretch.first == stretch.last {
        exact(stretch.first).to_string()
    } else {
        let span = rough(stretch.last - stretch.first);
        format!("{}, for {span}", exact(stretch.first))
    };
    Bar {
        x: format!("{:.1}", start.min(WIDTH - NARROWEST)),
        width: format!("{width:.1}"),
        height: match stretch.outcome {
            Outcome::Fail => 100,
            Outcome::Unknown(_) => 70,
            Outcome::Waived => 45,
            Outcome::Pass => 30,
            Outcome::NotApplicable => 12,
        },
        tone: stretch.outcome.name(),
        title: format!("{}: {held}", words(stretch.outcome)),
        href: stretch.href.clone(),
    }
}

/// The strip in a sentence: how often the outcome changed, and what it is.
fn summary(stretches: &[Stretch], window: Window) -> String {
    let seen: Vec<Outcome> = stretches
        .iter()
        .filter(|stretch| stretch.last >= window.from)
        .map(|stretch| stretch.outcome)
        .collect();
    let changes = seen.windows(2).filter(|pair| matches!(pair, [one, next] if one != next)).count();
    match (seen.last(), changes) {
        (None, _) => format!("{}: no run", window.words),
        (Some(outcome), 0) => format!("{}: {} throughout", window.words, words(*outcome)),
        (Some(outcome), 1) => format!("{}: 1 change, now {}", window.words, words(*outcome)),
        (Some(outcome), _) => {
            format!("{}: {changes} changes, now {}", window.words, words(*outcome))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn stretch(first: i64, last: i64, outcome: Outcome) -> Stretch {
        Stretch { first: at(first), last: at(last), outcome, href: format!("/run/{first}") }
    }

    fn drawn(stretches: &[Stretch], now: i64, patience: i64) -> Vec<(String, String, u8)> {
        drawn_until(None, stretches, now, patience)
    }

    fn drawn_until(
        end: Option<i64>,
        stretches: &[Stretch],
        now: i64,
        patience: i64,
    ) -> Vec<(String, String, u8)> {
        let window = Window::reaching(stretches.first().map(|first| first.first), at(now));
        let window = window.until(end.map(at));
        Strip::draw(stretches, window, TimeDelta::minutes(patience))
            .bars
            .into_iter()
            .map(|bar| (bar.x, bar.width, bar.height))
            .collect()
    }

    #[test]
    fn a_result_holds_until_the_next_run() {
        let history = [stretch(60, 84, Outcome::Fail), stretch(90, 115, Outcome::Pass)];
        let bars = [("0.0", "500.0", 100), ("500.0", "500.0", 30)];
        assert_eq!(drawn(&history, 120, 15), bars.map(|(x, w, h)| (x.into(), w.into(), h)));
    }

    #[test]
    fn time_in_which_nothing_ran_is_left_empty() {
        let history = [stretch(60, 60, Outcome::Pass), stretch(102, 114, Outcome::Pass)];
        let bars = [("0.0", "200.0", 30), ("700.0", "300.0", 30)];
        assert_eq!(drawn(&history, 120, 12), bars.map(|(x, w, h)| (x.into(), w.into(), h)));
    }

    #[test]
    fn a_group_that_was_retired_has_no_history_behind_that() {
        let history = [stretch(60, 90, Outcome::Fail)];
        let bars = [("0.0", "500.0", 100)];
        let drawn = drawn_until(Some(90), &history, 120, 60);
        assert_eq!(drawn, bars.map(|(x, w, h)| (x.into(), w.into(), h)));
    }

    #[test]
    fn a_single_run_still_shows() {
        let day = 24 * 60;
        let history = [stretch(0, 0, Outcome::Pass), stretch(89 * day, 89 * day, Outcome::Fail)];
        let widths: Vec<String> =
            drawn(&history, 90 * day, 0).into_iter().map(|(_, width, _)| width).collect();
        assert_eq!(widths, ["4.0", "4.0"]);
    }

    #[test]
    fn the_window_fits_the_history() {
        let now = at(100 * 24 * 60);
        let cases = [
            (None, "last 10 minutes"),
            (Some(11), "last hour"),
            (Some(24 * 60), "last 24 hours"),
            (Some(25 * 60), "last 7 days"),
            (Some(99 * 24 * 60), "last 90 days"),
        ];
        for (age, words) in cases {
            let oldest = age.map(|age| now - TimeDelta::minutes(age));
            assert_eq!(Window::reaching(oldest, now).words, words);
        }
    }

    #[test]
    fn the_sentence_counts_changes() {
        let now = at(60);
        let window = Window::reaching(Some(at(0)), now);
        let history = [
            stretch(0, 5, Outcome::Pass),
            stretch(6, 8, Outcome::Fail),
            stretch(10, 12, Outcome::Fail),
            stretch(20, 59, Outcome::Pass),
        ];
        assert_eq!(summary(&history, window), "last hour: 2 changes, now passes");
        assert_eq!(summary(&history[..1], window), "last hour: passes throughout");
        assert_eq!(summary(&[], window), "last hour: no run");
    }
}
