//! Totals of all groups in one sentence and four figures.

use super::badge::reason_label;
use crate::evaluation::Counts;
use crate::evaluation::gating::Reason;
use crate::views::overview::Totals;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tile {
    pub(super) name: &'static str,
    /// Figure as it is shown.
    pub(super) figure: String,
    /// Whole that it is of.
    pub(super) detail: String,
    /// Class, where the figure asks for attention; else empty.
    pub(super) tone: &'static str,
}

/// Headline: the worst that can be said of what counts, and of how many groups.
pub(super) fn headline(totals: &Totals) -> String {
    let all = totals.all();
    let of = |count: u64, one: &str, several: &str| match (count, all) {
        (1, 1) => format!("The group {one}"),
        (count, all) if count == all => format!("All {all} groups {several}"),
        (1, all) => format!("1 of {all} groups {one}"),
        (count, all) => format!("{count} of {all} groups {several}"),
    };
    let Counts { fail, unknown, not_applicable, .. } = totals.groups;
    match (all, fail, unknown, totals.pending) {
        (0, ..) => "Nothing is evaluated yet".to_owned(),
        (_, 1.., ..) => of(fail, "fails", "fail"),
        (_, 0, 1.., _) => {
            let clause = "could not be evaluated in full";
            of(unknown, clause, clause)
        }
        (_, 0, 0, 1..) => of(totals.pending, "is yet to be evaluated", "are yet to be evaluated"),
        _ if !totals.not_enforced.is_empty() || totals.idle > 0 => {
            "Nothing that is enforced fails".to_owned()
        }
        _ if not_applicable > 0 => "No group fails".to_owned(),
        _ => of(all, "passes", "pass"),
    }
}

/// Groups beside the headline that fail or are unknown and turn nothing red; empty of none.
pub(super) fn aside(totals: &Totals) -> String {
    let parts = |(reason, counts): (&Reason, &Counts)| {
        let (one, several, fails, fail) = match reason {
            Reason::Baseline => {
                ("group", "groups", "has only old failures", "have only old failures")
            }
            Reason::Audit => ("group in audit", "groups in audit", "fails", "fail"),
            Reason::Shadow => ("group in shadow", "groups in shadow", "fails", "fail"),
            Reason::Suspended => ("suspended group", "suspended groups", "fails", "fail"),
        };
        let part = |count: u64, is: &str, are: &str| match count {
            0 => None,
            1 => Some(format!("1 {one} {is}")),
            _ => Some(format!("{count} {several} {are}")),
        };
        [part(counts.fail, fails, fail), part(counts.unknown, "is unknown", "are unknown")]
    };
    let parts: Vec<String> = totals.not_enforced.iter().flat_map(parts).flatten().collect();
    if parts.is_empty() { String::new() } else { format!("Not enforced: {}", parts.join(", ")) }
}

/// Figures of the findings; none before the first finding.
pub(super) fn tiles(totals: &Totals) -> Vec<Tile> {
    let Counts { fail, unknown, .. } = totals.findings;
    let judged = totals.findings.judged();
    let known = judged - unknown;
    if judged == 0 {
        return Vec::new();
    }
    let failing = totals.failing();
    let tone = |count: u64, tone: &'static str| if count > 0 { tone } else { "" };
    vec![
        Tile {
            name: "Failing",
            figure: failing.to_string(),
            detail: format!("of {judged} findings{}", more(totals)),
            tone: tone(failing, "bad"),
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

/// `, 3 more old, 12 more in audit`.
fn more(totals: &Totals) -> String {
    let part = |(reason, count): (&Reason, &u64)| match reason {
        Reason::Audit | Reason::Shadow => format!(", {count} more in {}", reason_label(*reason)),
        Reason::Baseline | Reason::Suspended => format!(", {count} more {}", reason_label(*reason)),
    };
    totals.not_counted.iter().map(part).collect()
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
    use crate::evaluation::gating::{Gated, GatedCounts, Gating};
    use crate::resource::Cause;

    const UNKNOWN: Outcome = Outcome::Unknown(Cause::Throttled);

    fn said(groups: &[Outcome], pending: u64) -> String {
        let groups = groups.iter().copied().collect();
        headline(&Totals { groups, pending, ..Totals::default() })
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
            assert_eq!(said(groups, pending), sentence, "{groups:?} and {pending} pending");
        }
    }

    /// The totals of groups: what each comes to, how many of its findings fail, and how many of
    /// these are old.
    fn totals(groups: &[(Outcome, Option<Reason>, u64, u64)]) -> Totals {
        let mut totals = Totals::default();
        for (outcome, reason, fail, baseline) in groups.iter().copied() {
            let counts = Counts { fail, pass: 10 - fail, ..Counts::default() };
            let whole = reason.filter(|reason| *reason != Reason::Baseline);
            let found = GatedCounts { counts, baseline, reason: whole };
            let gating = reason.map_or(Gating::Counts, Gating::NotEnforced);
            totals.add(Gated { outcome: Some(outcome), gating }, found);
        }
        totals
    }

    #[test]
    fn only_what_is_enforced_counts() {
        use Outcome::{Fail, Pass};
        use Reason::{Audit, Baseline, Shadow, Suspended};
        let said = [
            totals(&[(Fail, None, 2, 0), (Fail, Some(Audit), 3, 0), (Pass, None, 0, 0)]),
            totals(&[(Fail, Some(Audit), 3, 0)]),
            totals(&[(UNKNOWN, None, 0, 0), (UNKNOWN, Some(Audit), 0, 0)]),
            totals(&[(Fail, Some(Baseline), 3, 3), (Pass, None, 0, 0)]),
            totals(&[(Fail, None, 3, 2), (Pass, Some(Audit), 0, 0)]),
            totals(&[
                (Fail, Some(Audit), 1, 0),
                (Fail, Some(Audit), 1, 0),
                (Fail, Some(Shadow), 4, 0),
                (Fail, Some(Suspended), 1, 0),
            ]),
        ];
        let said = said.map(|it| {
            let tiles = tiles(&it);
            let failing = tiles.first().expect("figures");
            let Tile { figure, detail, tone, .. } = failing;
            format!("{}. {}. {figure} {detail} [{tone}]", headline(&it), aside(&it))
        });
        insta::assert_snapshot!(said.join("\n"), @"
        1 of 3 groups fails. Not enforced: 1 group in audit fails. 2 of 30 findings, 3 more in audit [bad]
        Nothing that is enforced fails. Not enforced: 1 group in audit fails. 0 of 10 findings, 3 more in audit []
        1 of 2 groups could not be evaluated in full. Not enforced: 1 group in audit is unknown. 0 of 20 findings []
        Nothing that is enforced fails. Not enforced: 1 group has only old failures. 0 of 20 findings, 3 more old []
        1 of 2 groups fails. . 1 of 20 findings, 2 more old [bad]
        Nothing that is enforced fails. Not enforced: 2 groups in audit fail, 1 group in shadow fails, 1 suspended group fails. 0 of 40 findings, 2 more in audit, 4 more in shadow, 1 more suspended []
        ");
    }

    #[test]
    fn completeness_stands_beside_compliance() {
        let findings = Counts { fail: 1, unknown: 100, pass: 899, ..Counts::default() };
        let shown = tiles(&Totals { findings, ..Totals::default() });
        let shown: Vec<String> = shown
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
        assert_eq!(tiles(&Totals::default()), []);
    }

    #[test]
    fn only_all_is_a_hundred_percent() {
        assert_eq!(percent(99_999, 100_000), "99.9 %");
        assert_eq!(percent(7, 7), "100 %");
        assert_eq!(percent(0, 0), "–");
    }
}
