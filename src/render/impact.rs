//! What a change makes of resources, as tables that show only what there is.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::impact::{CheckImpact, Impact, Shift, ShiftKind, Shifts};
use crate::policy::{AccountName, Mode};
use crate::resource::AccountId;

use super::collection::cost;
use super::markdown::{Sheet, cell, code, escape};
use super::words::{count, unbroken};

/// Rows of a table at most.
pub(super) const MOST_ROWS: usize = 50;
/// Accounts that are named at most one by one.
const MOST_NAMED: usize = 5;
/// Differences of single resources at most.
pub(super) const MOST_RESOURCES: usize = 200;

/// Heading of a kind's column.
pub(super) fn heading(kind: ShiftKind) -> &'static str {
    match kind {
        ShiftKind::NewlyFailing => "newly failing",
        ShiftKind::NoLongerWaived => "no longer waived",
        ShiftKind::NewlyUnknown => "newly unknown",
        ShiftKind::NotCollected => "not collected",
        ShiftKind::StaysUnknown => "stays unknown",
        ShiftKind::NewlyWaived => "newly waived",
        ShiftKind::NoLongerChecked => "no longer checked",
        ShiftKind::NewlyPassing => "newly passing",
    }
}

/// Sentence of what matters most, for the verdict on a pull request.
pub(super) fn sentence(impact: &Impact) -> String {
    if impact.is_of_nothing() {
        return "No resource gets another outcome: nothing changes that decides one.".to_owned();
    }
    let total = impact.total();
    let parts: Vec<String> = ShiftKind::ALL
        .into_iter()
        .filter(|kind| total.get(*kind) > 0)
        .map(|kind| {
            let words = format!("{} {}", total.get(kind), heading(kind));
            if kind.is_bad() { format!("**{words}**") } else { words }
        })
        .collect();
    match parts.as_slice() {
        [] if impact.judged.is_empty() => "What it does to resources is not known.".to_owned(),
        [] => "No resource that was collected gets another outcome.".to_owned(),
        parts => format!("Judged over what was collected: {}.", parts.join(", ")),
    }
}

/// Adds the tables: by group and account, then by check. Where each group has one check to tell of in
/// each account, one table says it all.
pub(super) fn tables(sheet: &mut Sheet, impact: &Impact) {
    if impact.is_of_nothing() {
        return;
    }
    let (total, names) = (impact.total(), Names::of(&impact.names));
    let kinds: Vec<_> = ShiftKind::ALL.into_iter().filter(|kind| total.get(*kind) > 0).collect();
    if !kinds.is_empty() {
        let by_group = sums(impact, &names, |check| check.group.to_string());
        let by_check = sums(impact, &names, name_of);
        let [groups, checks] = [("Group", &by_group), ("Check", &by_check)];
        let is_folded = by_check.len() > by_group.len();
        let (what, first) = if is_folded { groups } else { checks };
        let head = table("**Impact**\n\n", &[what, "Account"], &kinds);
        sheet.rows(&head, rows(first, &kinds), (MOST_ROWS, "rows"));
        if is_folded {
            let head = table("", &["Check", "Account"], &kinds);
            sheet.folded("By check", &head, rows(&by_check, &kinds), (MOST_ROWS, "rows"));
        }
    }
    sheet.paragraph(&format!("<sub>{}</sub>", knowledge(impact, &names)));
}

/// Adds the resources that are told one by one, the worst kinds first.
pub(super) fn resources(sheet: &mut Sheet, impact: &Impact) {
    let examples = examples(impact);
    if !examples.is_empty() {
        sheet.folded("Resources", "", examples, (MOST_RESOURCES, "resources"));
    }
}

/// Names of accounts by their ids, with the id where several have the name.
pub(super) struct Names(BTreeMap<AccountId, String>);

impl Names {
    pub(super) fn of(names: &BTreeMap<AccountId, AccountName>) -> Self {
        let mut times: BTreeMap<&AccountName, usize> = BTreeMap::new();
        for name in names.values() {
            *times.entry(name).or_default() += 1;
        }
        let shown = |(id, name): (&AccountId, &AccountName)| {
            let is_alone = times.get(name) == Some(&1);
            let id_too = if is_alone { String::new() } else { format!(" ({id})") };
            (id.clone(), format!("{}{id_too}", code(name.as_str())))
        };
        Self(names.iter().map(shown).collect())
    }

    pub(super) fn get<'a>(&'a self, id: &'a AccountId) -> &'a str {
        self.0.get(id).map_or(id.as_str(), String::as_str)
    }

    /// Accounts in a sentence, the first of them by name.
    pub(super) fn listed<'a>(
        &'a self,
        accounts: impl IntoIterator<Item = &'a AccountId>,
    ) -> String {
        let mut names: Vec<_> = accounts.into_iter().map(|id| self.get(id)).collect();
        names.sort_unstable();
        let more = names.len().saturating_sub(MOST_NAMED);
        names.truncate(MOST_NAMED);
        let names = names.join(", ");
        if more > 0 { format!("{names} and {}", count(more, "other account")) } else { names }
    }
}

/// Sums by a name and an account.
type Sums = BTreeMap<(String, String), Shifts>;

/// Sums of what checks are called by.
fn sums(impact: &Impact, names: &Names, called: impl Fn(&CheckImpact) -> String) -> Sums {
    let mut sums = Sums::new();
    for check in &impact.checks {
        let name = format!("{}{}", called(check), mode(check.mode));
        for (id, of_account) in &check.accounts {
            let key = (name.clone(), names.get(id).to_owned());
            *sums.entry(key).or_default() += of_account.shifts;
        }
    }
    sums
}

/// Name of a check over all groups.
fn name_of(check: &CheckImpact) -> String {
    code(&format!("{}/{}", check.group, check.check))
}

/// What is said beside a group that turns nothing red.
pub(super) fn mode(mode: Mode) -> String {
    match mode {
        Mode::Enforce => String::new(),
        mode => format!(" ({mode})"),
    }
}

/// Rows of a table, those first in which most is bad.
fn rows(sums: &Sums, kinds: &[ShiftKind]) -> Vec<String> {
    let mut ordered: Vec<_> = sums.iter().collect();
    ordered.sort_by_key(|(_, shifts)| Reverse(shifts.bad()));
    let row = |((name, account), shifts): (&(String, String), &Shifts)| {
        row(&[name.clone(), account.clone()], shifts, kinds)
    };
    ordered.into_iter().map(row).collect()
}

/// Beginning of a table with columns for texts and then for numbers.
pub(super) fn table(title: &str, texts: &[&str], kinds: &[ShiftKind]) -> String {
    let headings = texts.iter().copied().chain(kinds.iter().map(|kind| heading(*kind)));
    let rules = texts.iter().map(|_| "---").chain(kinds.iter().map(|_| "--:"));
    let line = |cells: Vec<&str>| format!("| {} |\n", cells.join(" | "));
    format!("{title}{}{}", line(headings.collect()), line(rules.collect()))
}

fn row(texts: &[String], shifts: &Shifts, kinds: &[ShiftKind]) -> String {
    let number = |kind: &ShiftKind| match shifts.get(*kind) {
        0 => String::new(),
        number if kind.is_bad() => format!("**{number}**"),
        number => number.to_string(),
    };
    let cells: Vec<_> =
        texts.iter().map(|text| cell(text)).chain(kinds.iter().map(number)).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// ``- `storage/named` in `prod`: newly failing `logs` (us-east-1): what was seen``, the worst kinds first.
fn examples(impact: &Impact) -> Vec<String> {
    let (mut all, names) = (Vec::<(ShiftKind, String)>::new(), Names::of(&impact.names));
    for check in &impact.checks {
        for (id, of_account) in &check.accounts {
            let place = format!("{} in {}", name_of(check), names.get(id));
            let examples = of_account.examples.iter();
            all.extend(examples.map(|shift| (shift.kind, example(&place, shift))));
        }
    }
    all.sort_by_key(|(kind, _)| *kind);
    all.into_iter().map(|(_, line)| line).collect()
}

fn example(place: &str, shift: &Shift) -> String {
    let Shift { kind, region, resource, seen } = shift;
    let seen = unbroken(seen);
    let seen = if seen.is_empty() { seen } else { format!(": {}", escape(&seen)) };
    format!("- {place}: {} {} ({region}){seen}\n", heading(*kind), code(resource))
}

/// What was judged, and how old that is.
fn knowledge(impact: &Impact, names: &Names) -> String {
    let mut sentences = Vec::new();
    let mut instants: BTreeMap<DateTime<Utc>, Vec<&AccountId>> = BTreeMap::new();
    for (account, taken_at) in &impact.judged {
        instants.entry(*taken_at).or_default().push(account);
    }
    for (taken_at, accounts) in instants {
        let at = taken_at.format("%Y-%m-%d %H:%M UTC");
        sentences.push(format!("{} as of {at}.", names.listed(accounts)));
    }
    if impact.total().get(ShiftKind::NotCollected) > 0 {
        sentences.push("What is not collected there shows after the next sweep of the account, or once the checks have run.".to_owned());
    }
    if impact.total().get(ShiftKind::StaysUnknown) > 0 {
        sentences.push(
            "What stays unknown could not be judged before either; the page of the group says why."
                .to_owned(),
        );
    }
    if !impact.unknown.is_empty() {
        sentences.push(format!(
            "Nothing was collected of {}: what the change does there shows once it was evaluated.",
            names.listed(&impact.unknown)
        ));
    }
    if !impact.uncollected.is_empty() {
        sentences.push(format!("Collecting what is missing takes {}.", cost(&impact.uncollected)));
    }
    sentences.join(" ")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::impact::AccountImpact;

    fn id(at: usize) -> AccountId {
        format!("{at:012}").parse().expect("an id")
    }

    /// Impact on an account of checks, each with its group, mode and differences.
    fn impact(checks: &[(&str, Mode, &str, &[ShiftKind])]) -> Impact {
        let checks = checks.iter().map(|(group, mode, check, kinds)| {
            let mut of_account = AccountImpact::default();
            for kind in *kinds {
                of_account.shifts.add(*kind);
                of_account.examples.push(Shift {
                    kind: *kind,
                    region: "eu-west-1".parse().expect("a region"),
                    resource: "x | @octocat <b>".into(),
                    seen: "resource.A =\n  \"| @octocat <b>\"".to_owned(),
                });
            }
            CheckImpact {
                group: group.parse().expect("a name"),
                mode: *mode,
                check: check.parse().expect("an id"),
                accounts: BTreeMap::from([(id(1), of_account)]),
            }
        });
        let at = "2026-11-30T12:00:59Z".parse().expect("an instant");
        let names = BTreeMap::from([(id(1), "prod".parse().expect("a name"))]);
        let judged = BTreeMap::from([(id(1), at)]);
        Impact { checks: checks.collect(), judged, names, ..Impact::default() }
    }

    fn shown(impact: &Impact, room: usize) -> String {
        let mut sheet = Sheet::new(room);
        tables(&mut sheet, impact);
        resources(&mut sheet, impact);
        sheet.finish().replace('\u{200b}', "‸")
    }

    #[test]
    fn what_is_bad_comes_first_and_nothing_breaks_out() {
        use ShiftKind::{NewlyFailing, NewlyPassing, NoLongerChecked};
        let impact = impact(&[
            ("a", Mode::Enforce, "calm", &[NewlyPassing, NoLongerChecked]),
            ("b", Mode::Audit, "loud", &[NewlyFailing, NewlyFailing]),
            ("b", Mode::Audit, "louder", &[NewlyFailing, NewlyFailing, NewlyFailing]),
        ]);
        assert_snapshot!(sentence(&impact), @"Judged over what was collected: **5 newly failing**, 1 no longer checked, 1 newly passing.");
        assert_snapshot!(shown(&impact, 60_000), @r#"
        **Impact**

        | Group | Account | newly failing | no longer checked | newly passing |
        | --- | --- | --: | --: | --: |
        | b (audit) | `prod` | **5** |  |  |
        | a | `prod` |  | 1 | 1 |

        <details><summary>By check</summary>

        | Check | Account | newly failing | no longer checked | newly passing |
        | --- | --- | --: | --: | --: |
        | `b/louder` (audit) | `prod` | **3** |  |  |
        | `b/loud` (audit) | `prod` | **2** |  |  |
        | `a/calm` | `prod` |  | 1 | 1 |

        </details>

        <sub>`prod` as of 2026-11-30 12:00 UTC.</sub>

        <details><summary>Resources</summary>

        - `b/loud` in `prod`: newly failing `x | @octocat <b>` (eu-west-1): resource.A = "| @‸octocat \<b\>"
        - `b/loud` in `prod`: newly failing `x | @octocat <b>` (eu-west-1): resource.A = "| @‸octocat \<b\>"
        - `b/louder` in `prod`: newly failing `x | @octocat <b>` (eu-west-1): resource.A = "| @‸octocat \<b\>"
        - `b/louder` in `prod`: newly failing `x | @octocat <b>` (eu-west-1): resource.A = "| @‸octocat \<b\>"
        - `b/louder` in `prod`: newly failing `x | @octocat <b>` (eu-west-1): resource.A = "| @‸octocat \<b\>"
        - `a/calm` in `prod`: no longer checked `x | @octocat <b>` (eu-west-1): resource.A = "| @‸octocat \<b\>"
        - `a/calm` in `prod`: newly passing `x | @octocat <b>` (eu-west-1): resource.A = "| @‸octocat \<b\>"

        </details>
        "#);
    }

    #[test]
    fn what_has_no_room_is_counted_and_what_was_opened_is_closed() {
        let names: Vec<_> = (0..300).map(|at| format!("check-{at:03}")).collect();
        let kinds = [ShiftKind::NewlyFailing];
        let checks: Vec<_> = names
            .iter()
            .map(|name| ("storage", Mode::Enforce, name.as_str(), &kinds[..]))
            .collect();
        let impact = impact(&checks);
        for room in [600, 2_000, 8_000, 60_000] {
            let shown = shown(&impact, room);
            assert!(shown.len() <= room, "{}", shown.len());
            assert_eq!(shown.matches("<details>").count(), shown.matches("</details>").count());
            assert!(shown.contains("| storage | `prod` | **300** |"), "{shown}");
        }
        let shown = shown(&impact, 60_000);
        for left in ["… and 250 more rows", "… and 100 more resources"] {
            assert!(shown.contains(left), "{shown}");
        }
    }

    #[test]
    fn accounts_are_told_by_their_age_and_at_most_a_few_by_name() {
        let mut impact = impact(&[]);
        let later = "2026-11-30T12:01:00Z".parse().expect("an instant");
        impact.judged.insert(id(2), later);
        impact.names.insert(id(2), "beside".parse().expect("a name"));
        impact.unknown = (10..17).map(id).collect();
        for at in 10..17 {
            let name = if at < 15 { format!("account-{at}") } else { "of-two".to_owned() };
            impact.names.insert(id(at), name.parse().expect("a name"));
        }
        assert_snapshot!(sentence(&impact), @"No resource that was collected gets another outcome.");
        assert_snapshot!(shown(&impact, 60_000), @"<sub>`prod` as of 2026-11-30 12:00 UTC. `beside` as of 2026-11-30 12:01 UTC. Nothing was collected of `account-10`, `account-11`, `account-12`, `account-13`, `account-14` and 2 other accounts: what the change does there shows once it was evaluated.</sub>");
        impact.judged.clear();
        assert_snapshot!(sentence(&impact), @"What it does to resources is not known.");
        impact.unknown = [id(15)].into();
        assert_snapshot!(shown(&impact, 60_000), @"<sub>Nothing was collected of `of-two` (000000000015): what the change does there shows once it was evaluated.</sub>");
        assert_snapshot!(sentence(&Impact::default()), @"No resource gets another outcome: nothing changes that decides one.");
        assert_eq!(shown(&Impact::default(), 60_000), "");
    }
}
