//! Outcomes as a reader meets them: an icon of its own shape, a word, a colour.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::evaluation::{Counts, Outcome};

/// The status of a group, a check or a finding.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = "<span class=\"badge {{ tone }}\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-{{ tone }}\"/></svg>{{ words }}</span>"
)]
pub(super) struct Badge {
    /// The class and the icon's name.
    pub(super) tone: &'static str,
    words: String,
}

impl HtmlSafe for Badge {}

impl Badge {
    /// The badge of an outcome; of none, that it was not evaluated yet.
    pub(super) fn of(outcome: Option<Outcome>) -> Self {
        let (tone, words) = match outcome {
            None => ("pending", "not evaluated yet".to_owned()),
            Some(outcome) => (outcome.name(), words(outcome)),
        };
        Self { tone, words }
    }

    /// The same in one word, for where the cause stands elsewhere.
    pub(super) fn short(self) -> Self {
        let words = if self.tone == "unknown" { "unknown".to_owned() } else { self.words };
        Self { words, ..self }
    }

    /// The state of a revision: the tone of an outcome and a word of its own.
    pub(super) fn named(tone: &'static str, words: &str) -> Self {
        Self { tone, words: words.to_owned() }
    }
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

/// The order of what a page lists: the worst first, and what was never evaluated before what is
/// fine.
pub(super) fn rank(outcome: Option<Outcome>) -> u8 {
    match outcome {
        Some(Outcome::Fail) => 0,
        Some(Outcome::Unknown(_)) => 1,
        None => 2,
        Some(Outcome::Pass) => 3,
        Some(Outcome::Waived) => 4,
        Some(Outcome::NotApplicable) => 5,
    }
}

/// How many findings have which outcome; those that nothing has are left out.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    ext = "html",
    source = "<ul class=\"counts\">{% for (tone, count, words) in self.parts() %}<li class=\"{{ tone }}\"><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-{{ tone }}\"/></svg>{{ count }} {{ words }}</li>{% else %}<li class=\"muted\">no findings</li>{% endfor %}</ul>"
)]
pub(super) struct Tally(pub(super) Counts);

impl HtmlSafe for Tally {}

impl Tally {
    fn parts(&self) -> impl Iterator<Item = (&'static str, u64, &'static str)> {
        let Counts { fail, unknown, pass, waived, not_applicable } = self.0;
        [
            ("fail", fail, if fail == 1 { "fails" } else { "fail" }),
            ("unknown", unknown, "unknown"),
            ("pass", pass, if pass == 1 { "passes" } else { "pass" }),
            ("waived", waived, "waived"),
            ("not_applicable", not_applicable, "selected nothing"),
        ]
        .into_iter()
        .filter(|(_, count, _)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Cause;

    #[test]
    fn an_outcome_has_an_icon_and_a_word() {
        insta::assert_snapshot!(
            Badge::of(Some(Outcome::Unknown(Cause::AccessDenied))),
            @r##"<span class="badge unknown"><svg class="icon" aria-hidden="true"><use href="#i-unknown"/></svg>unknown: access denied</span>"##
        );
        assert!(Badge::of(None).to_string().contains("not evaluated yet"));
    }

    #[test]
    fn only_what_there_is_is_counted_out() {
        let tally = Tally(Counts { fail: 1, pass: 36, ..Counts::default() }).to_string();
        assert!(tally.contains("1 fails") && tally.contains("36 pass"), "{tally}");
        assert!(!tally.contains("unknown"), "{tally}");
        assert!(Tally(Counts::default()).to_string().contains("no findings"));
    }
}
