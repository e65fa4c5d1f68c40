//! The history of a group as a timeline: time runs to the right, and the taller a bar, the worse.
//!
//! A picture for those who see it, and one sentence for those who do not; the page of the group
//! lists the same runs as a table.

use askama::Template;
use askama::filters::HtmlSafe;
use chrono::{DateTime, TimeDelta, Utc};

use super::badge::{outcome_text, reason_label};
use super::links;
use super::time::{exact, rough};
use crate::evaluation::Outcome;
use crate::evaluation::gating::Gated;
use crate::views::group::{History, Segment};

/// Units of the drawing's width; its height is 100.
const WIDTH: f64 = 1_000.0;
/// The narrowest bar that still shows.
const NARROWEST: f64 = 4.0;

/// Time that timelines show; all of a page show the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    from: DateTime<Utc>,
    /// End of the window: now.
    pub(super) to: DateTime<Utc>,
    /// Name of the window: `last hour`.
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
        Self { from: now - length, to: now, words }
    }

    /// Distance of an instant from the left, in units of the drawing's width.
    fn x(&self, at: DateTime<Utc>) -> f64 {
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

#[derive(Debug, Clone, Template)]
#[template(path = "timeline.html")]
pub(super) struct Timeline {
    bars: Vec<Bar>,
    summary: String,
    large: bool,
    is_held: bool,
}

impl HtmlSafe for Timeline {}

impl Timeline {
    /// Drawing of a history in a window. What a run found is drawn until the next run, but not for
    /// longer than it holds: a service that stood still knew nothing.
    pub(super) fn draw(history: &History, window: Window) -> Self {
        let History { segments, holds_for, ended_at } = history;
        let close = ended_at.unwrap_or(window.to);
        let ends = segments.iter().skip(1).map(|next| next.first_at).chain([window.to]);
        let bars: Vec<Bar> = segments
            .iter()
            .zip(ends)
            .map(|(segment, next)| (segment, next.min(segment.last_at + *holds_for).min(close)))
            .filter(|(_, end)| *end >= window.from)
            .map(|(segment, end)| bar(segment, end, window))
            .collect();
        let summary = summary(segments, window);
        Self { bars, summary, large: false, is_held: false }
    }

    /// The same, for the page of one group.
    pub(super) fn large(self) -> Self {
        Self { large: true, ..self }
    }

    /// The same for a group that stands so: where it does not count, its past is not red either.
    pub(super) fn gated(self, now: Gated) -> Self {
        let reason = now.reason();
        let summary = match reason {
            Some(reason) => format!("{} ({})", self.summary, reason_label(reason)),
            None => self.summary,
        };
        Self { summary, is_held: reason.is_some(), ..self }
    }
}

fn bar(segment: &Segment, end: DateTime<Utc>, window: Window) -> Bar {
    let start = window.x(segment.first_at);
    let width = (window.x(end) - start).max(NARROWEST);
    let held = if segment.first_at == segment.last_at {
        exact(segment.first_at).to_string()
    } else {
        let span = rough(segment.last_at - segment.first_at);
        format!("{}, for {span}", exact(segment.first_at))
    };
    Bar {
        x: format!("{:.1}", start.min(WIDTH - NARROWEST)),
        width: format!("{width:.1}"),
        height: height(segment.outcome),
        tone: segment.outcome.name(),
        title: format!("{}: {held}", outcome_text(segment.outcome)),
        href: links::run(segment.run),
    }
}

/// Height of a bar: a waived failure is taller than a pass, since it is one.
fn height(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Fail => 100,
        Outcome::Unknown(_) => 70,
        Outcome::Waived => 45,
        Outcome::Pass => 30,
        Outcome::NotApplicable => 12,
    }
}

/// Timeline in a sentence: how often the outcome changed, and what it is.
fn summary(segments: &[Segment], window: Window) -> String {
    let seen: Vec<Outcome> = segments
        .iter()
        .filter(|segment| segment.last_at >= window.from)
        .map(|segment| segment.outcome)
        .collect();
    let changes = seen.windows(2).filter(|pair| matches!(pair, [one, next] if one != next)).count();
    match (seen.last(), changes) {
        (None, _) => format!("{}: no run", window.words),
        (Some(outcome), 0) => format!("{}: {} throughout", window.words, outcome_text(*outcome)),
        (Some(outcome), 1) => format!("{}: 1 change, now {}", window.words, outcome_text(*outcome)),
        (Some(outcome), _) => {
            format!("{}: {changes} changes, now {}", window.words, outcome_text(*outcome))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::run::RunId;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn segment(first: i64, last: i64, outcome: Outcome) -> Segment {
        Segment { run: RunId(first), first_at: at(first), last_at: at(last), outcome }
    }

    fn drawn(segments: &[Segment], now: i64, patience: i64) -> Vec<(String, String, u8)> {
        drawn_until(None, segments, now, patience)
    }

    fn drawn_until(
        end: Option<i64>,
        segments: &[Segment],
        now: i64,
        patience: i64,
    ) -> Vec<(String, String, u8)> {
        let window = Window::reaching(segments.first().map(|first| first.first_at), at(now));
        let history = History {
            segments: segments.to_vec(),
            holds_for: TimeDelta::minutes(patience),
            ended_at: end.map(at),
        };
        let bars = Timeline::draw(&history, window).bars.into_iter();
        bars.map(|bar| (bar.x, bar.width, bar.height)).collect()
    }

    #[test]
    fn a_result_holds_until_the_next_run() {
        let history = [segment(60, 84, Outcome::Fail), segment(90, 115, Outcome::Pass)];
        let bars = [("0.0", "500.0", 100), ("500.0", "500.0", 30)];
        assert_eq!(drawn(&history, 120, 15), bars.map(|(x, w, h)| (x.into(), w.into(), h)));
    }

    #[test]
    fn time_in_which_nothing_ran_is_left_empty() {
        let history = [segment(60, 60, Outcome::Pass), segment(102, 114, Outcome::Pass)];
        let bars = [("0.0", "200.0", 30), ("700.0", "300.0", 30)];
        assert_eq!(drawn(&history, 120, 12), bars.map(|(x, w, h)| (x.into(), w.into(), h)));
    }

    #[test]
    fn a_group_that_was_retired_has_no_history_behind_that() {
        let history = [segment(60, 90, Outcome::Fail)];
        let bars = [("0.0", "500.0", 100)];
        let drawn = drawn_until(Some(90), &history, 120, 60);
        assert_eq!(drawn, bars.map(|(x, w, h)| (x.into(), w.into(), h)));
    }

    #[test]
    fn a_single_run_still_shows() {
        let day = 24 * 60;
        let history = [segment(0, 0, Outcome::Pass), segment(89 * day, 89 * day, Outcome::Fail)];
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
            segment(0, 5, Outcome::Pass),
            segment(6, 8, Outcome::Fail),
            segment(10, 12, Outcome::Fail),
            segment(20, 59, Outcome::Pass),
        ];
        assert_eq!(summary(&history, window), "last hour: 2 changes, now passes");
        assert_eq!(summary(&history[..1], window), "last hour: passes throughout");
        assert_eq!(summary(&[], window), "last hour: no run");
    }
}
