//! Outcomes as a reader meets them: an icon of its own shape, a word, a colour.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::evaluation::gating::{Gated, GatedCounts, Reason};
use crate::evaluation::{Counts, Outcome};
use crate::render::{cause_in_words, fails};

/// The status of a group, a check or a finding.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = "<span class=\"badge {{ tone }}{% if is_held %} held{% endif %}\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-{{ tone }}\"/></svg>{{ words }}</span>"
)]
pub(super) struct Badge {
    /// The class and the icon's name.
    pub(super) tone: &'static str,
    /// `true` where the outcome turns nothing red.
    is_held: bool,
    /// Text beside the icon, in a few words.
    pub(super) words: String,
}

impl HtmlSafe for Badge {}

impl Badge {
    /// Badge of an outcome and its effect on the commit.
    pub(super) fn of(gated: Gated) -> Self {
        let (tone, words) = match gated.present() {
            None => ("pending", "not evaluated yet".to_owned()),
            Some(outcome) => (outcome.name(), outcome_text(outcome)),
        };
        let reason = gated.reason().filter(|_| gated.present().is_some());
        Self { tone, is_held: reason.is_some(), words: prefixed(reason, &words) }
    }

    /// Badge without the cause, for where that stands elsewhere.
    pub(super) fn short(gated: Gated) -> Self {
        let badge = Self::of(gated);
        match gated.present() {
            Some(Outcome::Unknown(_)) => {
                Self { words: prefixed(gated.reason(), "unknown"), ..badge }
            }
            _ => badge,
        }
    }

    /// The state of a revision: the tone of an outcome and a word of its own.
    pub(super) fn named(tone: &'static str, words: &str) -> Self {
        Self { tone, is_held: false, words: words.to_owned() }
    }
}

/// `audit: fails`, as the check run says it.
fn prefixed(reason: Option<Reason>, words: &str) -> String {
    reason.map_or_else(|| words.to_owned(), |reason| format!("{}: {words}", reason_label(reason)))
}

/// Word for what is not enforced, before the outcome.
pub(super) fn reason_label(reason: Reason) -> &'static str {
    match reason {
        Reason::Baseline => "old",
        Reason::Audit => "audit",
        Reason::Shadow => "shadow",
        Reason::Suspended => "suspended",
    }
}

/// An outcome in words: `fails`, `unknown: access denied`.
pub(super) fn outcome_text(outcome: Outcome) -> String {
    match outcome {
        Outcome::Fail => "fails".to_owned(),
        Outcome::Unknown(cause) => format!("unknown: {}", cause_in_words(cause)),
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
pub(super) struct Tally(pub(super) GatedCounts);

impl HtmlSafe for Tally {}

impl Tally {
    fn parts(&self) -> impl Iterator<Item = (&'static str, u64, &'static str, bool)> {
        let GatedCounts { counts, baseline, reason } = self.0;
        let Counts { unknown, pass, waived, not_applicable, .. } = counts;
        let fail = self.0.new_failures();
        [
            ("fail", fail, fails(fail), reason.is_some()),
            ("fail", baseline, "old", true),
            ("unknown", unknown, "unknown", reason.is_some()),
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
    use crate::evaluation::gating::Gating;
    use crate::resource::Cause;

    const DENIED: Outcome = Outcome::Unknown(Cause::AccessDenied);

    fn gated(outcome: Outcome, reason: Option<Reason>) -> Gated {
        let gating = reason.map_or(Gating::Counts, Gating::NotEnforced);
        Gated { outcome: Some(outcome), gating }
    }

    fn badge(outcome: Outcome, reason: Option<Reason>) -> Badge {
        Badge::of(gated(outcome, reason))
    }

    #[test]
    fn an_outcome_has_an_icon_and_a_word() {
        insta::assert_snapshot!(
            badge(DENIED, None),
            @r##"<span class="badge unknown"><svg class="icon" aria-hidden="true"><use href="#i-unknown"/></svg>unknown: access denied</span>"##
        );
        let pending = Gated { outcome: Some(DENIED), gating: Gating::Pending };
        for gated in [pending, Gated { outcome: None, gating: Gating::Counts }] {
            assert_eq!(Badge::of(gated).words, "not evaluated yet");
            assert_eq!(Badge::short(gated), Badge::of(gated));
        }
    }

    #[test]
    fn what_does_not_count_says_so_in_a_word() {
        insta::assert_snapshot!(
            badge(Outcome::Fail, Some(Reason::Audit)),
            @r##"<span class="badge fail held"><svg class="icon" aria-hidden="true"><use href="#i-fail"/></svg>audit: fails</span>"##
        );
        assert_eq!(badge(Outcome::Fail, Some(Reason::Baseline)).words, "old: fails");
        assert_eq!(badge(DENIED, Some(Reason::Audit)).words, "audit: unknown: access denied");
        let short = Badge::short(gated(DENIED, Some(Reason::Audit)));
        assert_eq!(short.words, "audit: unknown");
        assert_eq!(badge(Outcome::Pass, Some(Reason::Audit)), badge(Outcome::Pass, None));
    }

    fn tally(counts: Counts, baseline: u64, reason: Option<Reason>) -> String {
        Tally(GatedCounts { counts, baseline, reason }).to_string()
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
        assert!(tally(counts, 0, Some(Reason::Audit)).contains("<li class=\"fail held\">"));
    }
}
