//! How everything stands, in one sentence and four figures.

use crate::db::groups::Group;
use crate::evaluation::Counts;

/// A figure with its name and what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tile {
    /// The name.
    pub(super) name: &'static str,
    /// The figure.
    pub(super) figure: String,
    /// What it is of.
    pub(super) detail: String,
    /// A class, where the figure asks for attention.
    pub(super) tone: &'static str,
}

/// How many groups and findings have which outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Standing {
    groups: Counts,
    pending: u64,
    findings: Counts,
}

impl Standing {
    /// The standing of `groups`.
    pub(super) fn of<'a>(groups: impl Iterator<Item = &'a Group>) -> Self {
        let mut standing = Self::default();
        for group in groups {
            match group.verdict {
                Some(verdict) => {
                    standing.groups.add(verdict.outcome);
                    standing.findings += verdict.counts;
                }
                None => standing.pending += 1,
            }
        }
        standing
    }

    fn all(&self) -> u64 {
        self.groups.judged() + self.groups.not_applicable + self.pending
    }

    /// The sentence: the worst that can be said, and of how many.
    pub(super) fn verdict(&self) -> String {
        let all = self.all();
        let of = |count: u64, one: &str, several: &str| match (count, all) {
            (1, 1) => format!("The group {one}"),
            (count, all) if count == all => format!("All {all} groups {several}"),
            (1, all) => format!("1 of {all} groups {one}"),
            (count, all) => format!("{count} of {all} groups {several}"),
        };
        let Counts { fail, unknown, not_applicable, .. } = self.groups;
        match (all, fail, unknown, self.pending) {
            (0, ..) => "Nothing is evaluated yet".to_owned(),
            (_, 1.., ..) => of(fail, "fails", "fail"),
            (_, 0, 1.., _) => {
                let words = "could not be evaluated in full";
                of(unknown, words, words)
            }
            (_, 0, 0, 1..) => of(self.pending, "is yet to be evaluated", "are yet to be evaluated"),
            _ if not_applicable > 0 => "No group fails".to_owned(),
            _ => of(all, "passes", "pass"),
        }
    }

    /// The figures; none before the first finding.
    pub(super) fn tiles(&self) -> Vec<Tile> {
        let Counts { fail, unknown, .. } = self.findings;
        let judged = self.findings.judged();
        let known = judged - unknown;
        if judged == 0 {
            return Vec::new();
        }
        let tone = |count: u64, tone: &'static str| if count > 0 { tone } else { "" };
        vec![
            Tile {
                name: "Failing",
                figure: fail.to_string(),
                detail: format!("of {judged} findings"),
                tone: tone(fail, "bad"),
            },
            Tile {
                name: "Unknown",
                figure: unknown.to_string(),
                detail: format!("of {judged} findings"),
                tone: tone(unknown, "open"),
            },
            Tile {
                name: "Compliance",
                figure: percent(known - fail, known),
                detail: format!("of {known} known findings pass"),
                tone: "",
            },
            Tile {
                name: "Completeness",
                figure: percent(known, judged),
                detail: format!("of {judged} findings are known"),
                tone: "",
            },
        ]
    }
}

/// A share to a tenth, rounded down: 100 % means all, and nothing less.
fn percent(part: u64, whole: u64) -> String {
    let Some(tenths) = (part * 1_000).checked_div(whole) else { return "–".to_owned() };
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole} %"),
        (whole, tenth) => format!("{whole}.{tenth} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::Outcome;
    use crate::resource::Cause;

    const UNKNOWN: Outcome = Outcome::Unknown(Cause::Throttled);

    fn verdict(groups: &[Outcome], pending: u64) -> String {
        let groups = groups.iter().copied().collect();
        Standing { groups, pending, findings: Counts::default() }.verdict()
    }

    #[test]
    fn the_sentence_says_the_worst() {
        use Outcome::{Fail, NotApplicable, Pass, Waived};
        let cases: [(&[Outcome], u64, &str); 12] = [
            (&[], 0, "Nothing is evaluated yet"),
            (&[Fail, UNKNOWN, Pass], 2, "1 of 5 groups fails"),
            (&[Fail, Fail, Pass], 0, "2 of 3 groups fail"),
            (&[Fail, Fail], 0, "All 2 groups fail"),
            (&[Fail], 0, "The group fails"),
            (&[UNKNOWN, Pass], 1, "1 of 3 groups could not be evaluated in full"),
            (&[Pass], 1, "1 of 2 groups is yet to be evaluated"),
            (&[], 2, "All 2 groups are yet to be evaluated"),
            (&[Pass, Waived], 0, "All 2 groups pass"),
            (&[Pass], 0, "The group passes"),
            (&[Pass, NotApplicable], 0, "No group fails"),
            (&[NotApplicable], 0, "No group fails"),
        ];
        for (groups, pending, sentence) in cases {
            assert_eq!(verdict(groups, pending), sentence, "{groups:?} and {pending} pending");
        }
    }

    #[test]
    fn completeness_stands_beside_compliance() {
        let findings = Counts { fail: 1, unknown: 100, pass: 899, ..Counts::default() };
        let tiles = Standing { findings, ..Standing::default() }.tiles();
        let shown: Vec<String> = tiles
            .iter()
            .map(|tile| format!("{} {} {}", tile.name, tile.figure, tile.detail))
            .collect();
        assert_eq!(
            shown,
            [
                "Failing 1 of 1000 findings",
                "Unknown 100 of 1000 findings",
                "Compliance 99.8 % of 900 known findings pass",
                "Completeness 90 % of 1000 findings are known",
            ]
        );
        assert_eq!(Standing::default().tiles(), []);
    }

    #[test]
    fn only_all_is_a_hundred_percent() {
        assert_eq!(percent(99_999, 100_000), "99.9 %");
        assert_eq!(percent(7, 7), "100 %");
        assert_eq!(percent(0, 0), "–");
    }
}
