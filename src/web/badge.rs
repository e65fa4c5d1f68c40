//! Outcomes as a reader meets them: an icon of its own shape, a word, a colour.

use askama::Template;
use askama::filters::HtmlSafe;

use super::weight::{Held, Weighed, WeighedCounts};
use crate::evaluation::{Counts, Outcome};

/// The status of a group, a check or a finding.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = "<span class=\"badge {{ tone }}{% if is_held %} held{% endif %}\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-{{ tone }}\"/></svg>{{ words }}</span>"
)]
pub(super) struct Badge {
    /// The class and the icon's name.
    pub(super) tone: &'static str,
    /// Whether it does not count.
    is_held: bool,
    /// What it says.
    pub(super) words: String,
}

impl HtmlSafe for Badge {}

impl Badge {
    /// The badge of an outcome; of none, that it was not evaluated yet.
    pub(super) fn of(Weighed { outcome, held }: Weighed) -> Self {
        let (tone, words) = match outcome {
            None => ("pending", "not evaluated yet".to_owned()),
            Some(outcome) => (outcome.name(), words(outcome)),
        };
        Self { tone, is_held: held.is_some(), words: prefixed(held, &words) }
    }

    /// The same in one word, for where the cause stands elsewhere.
    pub(super) fn short(weighed: Weighed) -> Self {
        let badge = Self::of(weighed);
        match weighed.outcome {
            Some(Outcome::Unknown(_)) => Self { words: prefixed(weighed.held, "unknown"), ..badge },
            _ => badge,
        }
    }

    /// The state of a revision: the tone of an outcome and a word of its own.
    pub(super) fn named(tone: &'static str, words: &str) -> Self {
        Self { tone, is_held: false, words: words.to_owned() }
    }
}

/// `audit: fails`, as the check run says it.
fn prefixed(held: Option<Held>, words: &str) -> String {
    held.map_or_else(|| words.to_owned(), |held| format!("{}: {words}", held.word()))
}

/// An outcome in words: `fails`, `unknown: access denied`.
pub(super) fn words(outcome: Outcome) -> String {
    match outcome {
        Outcome::Fail => "fails".to_owned(),
        Outcome::Unknown(cause) => format!("unknown: {}", cause.to_string().replace('_', " ")),
        Outcome::Pass => "passes".to_owned(),
        Outcome::Waived => "waived".to_owned(),
        Outcome::NotApplicable => "nothing selected".to_owned(),
    }
}

/// How many findings have which outcome; those that nothing has are left out.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = "<ul class=\"counts\">{% for (tone, count, words, is_held) in self.parts() %}<li class=\"{{ tone }}{% if is_held %} held{% endif %}\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-{{ tone }}\"/></svg>{{ count }} {{ words }}</li>{% else %}<li class=\"muted\">no findings</li>{% endfor %}</ul>"
)]
pub(super) struct Tally(pub(super) WeighedCounts);

impl HtmlSafe for Tally {}

impl Tally {
    fn parts(&self) -> impl Iterator<Item = (&'static str, u64, &'static str, bool)> {
        let WeighedCounts { counts, old, held } = self.0;
        let Counts { fail, unknown, pass, waived, not_applicable } = counts;
        let fail = fail.saturating_sub(old);
        [
            ("fail", fail, if fail == 1 { "fails" } else { "fail" }, held.is_some()),
            ("fail", old, "old", true),
            ("unknown", unknown, "unknown", held.is_some()),
            ("pass", pass, if pass == 1 { "passes" } else { "pass" }, false),
            ("waived", waived, "waived", false),
            ("not_applicable", not_applicable, "selected nothing", false),
        ]
        .into_iter()
        .filter(|(_, count, ..)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Cause;

    const DENIED: Outcome = Outcome::Unknown(Cause::AccessDenied);

    fn badge(outcome: Outcome, held: Option<Held>) -> Badge {
        Badge::of(Weighed::new(Some(outcome), held))
    }

    #[test]
    fn an_outcome_has_an_icon_and_a_word() {
        insta::assert_snapshot!(
            badge(DENIED, None),
            @r##"<span class="badge unknown"><svg class="icon" aria-hidden="true"><use href="#i-unknown"/></svg>unknown: access denied</span>"##
        );
        assert!(Badge::of(Weighed::default()).to_string().contains("not evaluated yet"));
    }

    #[test]
    fn what_does_not_count_says_so_in_a_word() {
        insta::assert_snapshot!(
            badge(Outcome::Fail, Some(Held::Audit)),
            @r##"<span class="badge fail held"><svg class="icon" aria-hidden="true"><use href="#i-fail"/></svg>audit: fails</span>"##
        );
        assert_eq!(badge(Outcome::Fail, Some(Held::Old)).words, "old: fails");
        assert_eq!(badge(DENIED, Some(Held::Audit)).words, "audit: unknown: access denied");
        let short = Badge::short(Weighed::new(Some(DENIED), Some(Held::Audit)));
        assert_eq!(short.words, "audit: unknown");
        assert_eq!(badge(Outcome::Pass, Some(Held::Audit)), badge(Outcome::Pass, None));
    }

    fn tally(counts: Counts, old: u64, held: Option<Held>) -> String {
        Tally(WeighedCounts { counts, old, held }).to_string()
    }

    #[test]
    fn only_what_there_is_is_counted_out() {
        let shown = tally(Counts { fail: 1, pass: 36, ..Counts::default() }, 0, None);
        assert!(shown.contains("1 fails") && shown.contains("36 pass"), "{shown}");
        assert!(!shown.contains("unknown") && !shown.contains("held"), "{shown}");
        assert!(tally(Counts::default(), 0, None).contains("no findings"));
    }

    #[test]
    fn what_does_not_count_is_counted_apart() {
        let counts = Counts { fail: 3, ..Counts::default() };
        let shown = tally(counts, 2, None);
        assert!(shown.contains("<li class=\"fail\">"), "{shown}");
        assert!(shown.contains("1 fails") && shown.contains("2 old"), "{shown}");
        assert_eq!(shown.matches("<li class=\"fail held\">").count(), 1, "{shown}");
        assert!(!tally(counts, 3, None).contains("<li class=\"fail\">"));
        assert!(tally(counts, 0, Some(Held::Audit)).contains("<li class=\"fail held\">"));
    }
}
