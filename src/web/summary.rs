//! How everything stands, in one sentence and four figures.

use std::collections::BTreeMap;

use super::weight::{Held, Weighed, WeighedCounts};
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

/// How many groups and findings have which outcome, and what of that does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Standing {
    groups: Counts,
    pending: u64,
    held: BTreeMap<Held, Counts>,
    findings: Counts,
    held_failures: BTreeMap<Held, u64>,
}

impl Standing {
    /// The standing of `groups`.
    pub(super) fn of<'a>(groups: impl Iterator<Item = &'a Group>) -> Self {
        let mut standing = Self::default();
        for group in groups {
            standing.add(Weighed::of(group), WeighedCounts::of(group));
        }
        standing
    }

    fn add(&mut self, Weighed { outcome, held }: Weighed, found: WeighedCounts) {
        let Some(outcome) = outcome else {
            self.pending += 1;
            return;
        };
        let groups = held.map_or(&mut self.groups, |held| self.held.entry(held).or_default());
        groups.add(outcome);
        self.findings += found.counts;
        let not_counted = found.counts.fail.saturating_sub(found.failing());
        *self.held_failures.entry(found.held.unwrap_or(Held::Old)).or_default() += not_counted;
    }

    fn all(&self) -> u64 {
        let groups = std::iter::once(&self.groups).chain(self.held.values());
        groups.map(|groups| groups.judged() + groups.not_applicable).sum::<u64>() + self.pending
    }

    /// The sentence: the worst that can be said of what counts, and of how many.
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
            _ if !self.held.is_empty() => "Nothing that is enforced fails".to_owned(),
            _ if not_applicable > 0 => "No group fails".to_owned(),
            _ => of(all, "passes", "pass"),
        }
    }

    /// What fails or is unknown beside that and does not count; empty where nothing does.
    pub(super) fn aside(&self) -> String {
        let said = |(held, counts): (&Held, &Counts)| {
            let (one, several, fails, fail) = match held {
                Held::Old => ("group", "groups", "has only old failures", "have only old failures"),
                Held::Audit => ("group in audit", "groups in audit", "fails", "fail"),
                Held::Shadow => ("group in shadow", "groups in shadow", "fails", "fail"),
                Held::Suspended => ("suspended group", "suspended groups", "fails", "fail"),
            };
            let part = |count: u64, is: &str, are: &str| match count {
                0 => None,
                1 => Some(format!("1 {one} {is}")),
                _ => Some(format!("{count} {several} {are}")),
            };
            [part(counts.fail, fails, fail), part(counts.unknown, "is unknown", "are unknown")]
        };
        let parts: Vec<String> = self.held.iter().flat_map(said).flatten().collect();
        if parts.is_empty() { String::new() } else { format!("Not enforced: {}", parts.join(", ")) }
    }

    /// The figures; none before the first finding.
    pub(super) fn tiles(&self) -> Vec<Tile> {
        let Counts { fail, unknown, .. } = self.findings;
        let judged = self.findings.judged();
        let known = judged - unknown;
        if judged == 0 {
            return Vec::new();
        }
        let enforced = fail.saturating_sub(self.held_failures.values().sum());
        let tone = |count: u64, tone: &'static str| if count > 0 { tone } else { "" };
        vec![
            Tile {
                name: "Failing",
                figure: enforced.to_string(),
                detail: format!("of {judged} findings{}", self.not_counted()),
                tone: tone(enforced, "bad"),
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
    fn not_counted(&self) -> String {
        let some = self.held_failures.iter().filter(|(_, count)| **count > 0);
        let part = |(held, count): (&Held, &u64)| match held {
            Held::Audit | Held::Shadow => format!(", {count} more in {}", held.word()),
            Held::Old | Held::Suspended => format!(", {count} more {}", held.word()),
        };
        some.map(part).collect()
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
        Standing { groups, pending, ..Standing::default() }.verdict()
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

    /// The standing of groups: what each comes to, how many of its findings fail, and how many of
    /// these are old.
    fn standing(groups: &[(Outcome, Option<Held>, u64, u64)]) -> Standing {
        let mut standing = Standing::default();
        for (outcome, held, fail, old) in groups.iter().copied() {
            let counts = Counts { fail, pass: 10 - fail, ..Counts::default() };
            let whole = held.filter(|held| *held != Held::Old);
            let found = WeighedCounts { counts, old, held: whole };
            standing.add(Weighed::new(Some(outcome), held), found);
        }
        standing
    }

    #[test]
    fn only_what_is_enforced_counts() {
        use Held::{Audit, Old, Shadow, Suspended};
        use Outcome::{Fail, Pass};
        let said = [
            standing(&[(Fail, None, 2, 0), (Fail, Some(Audit), 3, 0), (Pass, None, 0, 0)]),
            standing(&[(Fail, Some(Audit), 3, 0)]),
            standing(&[(UNKNOWN, None, 0, 0), (UNKNOWN, Some(Audit), 0, 0)]),
            standing(&[(Fail, Some(Old), 3, 3), (Pass, None, 0, 0)]),
            standing(&[(Fail, None, 3, 2), (Pass, Some(Audit), 0, 0)]),
            standing(&[
                (Fail, Some(Audit), 1, 0),
                (Fail, Some(Audit), 1, 0),
                (Fail, Some(Shadow), 4, 0),
                (Fail, Some(Suspended), 1, 0),
            ]),
        ];
        let said = said.map(|it| {
            let tiles = it.tiles();
            let failing = tiles.first().expect("figures");
            let Tile { figure, detail, tone, .. } = failing;
            format!("{}. {}. {figure} {detail} [{tone}]", it.verdict(), it.aside())
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
