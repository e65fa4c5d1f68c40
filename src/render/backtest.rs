//! What a change would have made of resources over the past, in a sentence, a table and a list.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::impact::{Backtest, PastCheck, Period, ShiftKind};
use crate::resource::AccountId;

use super::impact::{MOST_RESOURCES, MOST_ROWS, Names, heading, mode, table};
use super::markdown::{Sheet, cell, code};
use super::words::count;

/// A backtest as it is shown.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// What both revisions came to.
    pub backtest: &'a Backtest,
    /// Number of resources that are named at most of each check, account and kind of difference.
    pub examples: usize,
}

/// Resources with a difference at some time, and those that have it at the last instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Tally {
    ever: u64,
    still: u64,
}

/// Tallies by kind.
type Tallies = BTreeMap<ShiftKind, Tally>;

impl Past<'_> {
    /// Sentence of what it comes to.
    pub(super) fn sentence(self) -> String {
        let since = self.day();
        if self.backtest.accounts.is_empty() {
            return format!("Nothing is known of the accounts since {since}.");
        }
        let total = self.total();
        let parts: Vec<_> = total.iter().map(|(kind, tally)| part(*kind, *tally)).collect();
        if parts.is_empty() {
            return format!(
                "Had it been in force since {since}: no resource would have had another outcome."
            );
        }
        format!("Had it been in force since {since}: {}.", parts.join("; "))
    }

    /// Adds the tallies by check and account, those first that are bad most often.
    pub(super) fn table(self, sheet: &mut Sheet) {
        let names = Names::of(&self.backtest.names);
        let kinds: Vec<_> = self.total().into_keys().collect();
        if !kinds.is_empty() {
            let mut rows = Vec::new();
            for ((group, check), past) in &self.backtest.checks {
                let name = format!("{}{}", code(&format!("{group}/{check}")), mode(past.mode));
                for account in past.accounts.keys() {
                    let tallies = tallies(past, account);
                    let bad = tallies.iter().filter(|(kind, _)| kind.is_bad());
                    let bad: u64 = bad.map(|(_, tally)| tally.ever).sum();
                    rows.push((bad, row([&name, names.get(account)], &tallies, &kinds)));
                }
            }
            rows.sort_by_key(|(bad, _)| Reverse(*bad));
            let title = format!("**Since {}**\n\n", self.day());
            let head = table(&title, &["Check", "Account"], &kinds);
            let rows = rows.into_iter().map(|(_, row)| row);
            sheet.rows(&head, rows, (MOST_ROWS, "rows"));
        }
        if !self.backtest.accounts.is_empty() {
            sheet.paragraph(&format!("<sub>{}</sub>", self.knowledge(&names)));
        }
    }

    /// Adds the resources one by one with their times, the worst kinds first.
    pub(super) fn resources(self, sheet: &mut Sheet) {
        let names = Names::of(&self.backtest.names);
        let mut lines = Vec::new();
        for ((group, check), past) in &self.backtest.checks {
            for (account, resources) in &past.accounts {
                let mut listed: BTreeMap<ShiftKind, usize> = BTreeMap::new();
                for ((region, resource), periods) in resources {
                    for (kind, times) in by_kind(periods) {
                        let listed = listed.entry(kind).or_default();
                        *listed += 1;
                        if *listed > self.examples {
                            continue;
                        }
                        let check = code(&format!("{group}/{check}"));
                        let (account, resource) = (names.get(account), code(resource));
                        let (kind_is, times) = (heading(kind), times.join(", "));
                        let line = format!(
                            "- {check} in {account}: {kind_is} {resource} ({region}) {times}\n"
                        );
                        lines.push((kind, line));
                    }
                }
            }
        }
        lines.sort_by_key(|(kind, _)| *kind);
        if !lines.is_empty() {
            let title = format!("Resources since {}", self.day());
            let lines = lines.into_iter().map(|(_, line)| line);
            sheet.folded(&title, "", lines, (MOST_RESOURCES, "resources"));
        }
    }

    /// Day from which on something is known, within the time that is looked back on.
    fn day(self) -> String {
        let first = self.backtest.accounts.values().map(|past| past.first).min();
        day(first.unwrap_or(self.backtest.since))
    }

    fn total(self) -> Tallies {
        let mut total = Tallies::new();
        for past in self.backtest.checks.values() {
            for account in past.accounts.keys() {
                for (kind, Tally { ever, still }) in tallies(past, account) {
                    let tally = total.entry(kind).or_default();
                    (tally.ever, tally.still) = (tally.ever + ever, tally.still + still);
                }
            }
        }
        total
    }

    /// What was judged: how often, from when on, and how close.
    fn knowledge(self, names: &Names) -> String {
        let accounts = self.backtest.accounts.iter().map(|(id, past)| {
            let (first, last) = (instant(past.first), instant(past.last));
            let (name, times) = (names.get(id), count(past.instants, "time"));
            format!("{name} was judged {times} from {first} to {last} UTC.")
        });
        let mut sentences: Vec<_> = accounts.take(MOST_ROWS).collect();
        if let Some(close) = self.backtest.resolution.and_then(rounded) {
            sentences.push(format!("What changed within {close} counts as one change."));
        }
        sentences.join(" ")
    }
}

/// `**12 newly failing** (3 still)`.
fn part(kind: ShiftKind, Tally { ever, still }: Tally) -> String {
    let words = format!("{ever} {}", heading(kind));
    let words = if kind.is_bad() { format!("**{words}**") } else { words };
    match still {
        0 => format!("{words}, none of them now"),
        still if still == ever => words,
        still => format!("{words}, {still} of them now"),
    }
}

fn row(texts: [&str; 2], tallies: &Tallies, kinds: &[ShiftKind]) -> String {
    let number = |kind: &ShiftKind| match tallies.get(kind) {
        None => String::new(),
        Some(Tally { ever, still }) => {
            let ever = if kind.is_bad() { format!("**{ever}**") } else { ever.to_string() };
            format!("{ever} ({still} now)")
        }
    };
    let texts = texts.into_iter().map(cell);
    format!("| {} |\n", texts.chain(kinds.iter().map(number)).collect::<Vec<_>>().join(" | "))
}

/// Tallies of a check in an account.
fn tallies(past: &PastCheck, account: &AccountId) -> Tallies {
    let mut tallies = Tallies::new();
    for periods in past.accounts.get(account).into_iter().flat_map(BTreeMap::values) {
        let mut kinds: BTreeMap<ShiftKind, bool> = BTreeMap::new();
        for period in periods {
            *kinds.entry(period.kind).or_default() |= period.until.is_none();
        }
        for (kind, is_still) in kinds {
            let tally = tallies.entry(kind).or_default();
            tally.ever += 1;
            tally.still += u64::from(is_still);
        }
    }
    tallies
}

/// Times of a resource by kind, in words.
fn by_kind(periods: &[Period]) -> BTreeMap<ShiftKind, Vec<String>> {
    let mut kinds: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for Period { kind, since, until } in periods {
        let since = instant(*since);
        let time = match until {
            Some(until) => format!("from {since} to {}", instant(*until)),
            None => format!("since {since}"),
        };
        kinds.entry(*kind).or_default().push(time);
    }
    kinds
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

/// A time in words, in whole minutes.
fn rounded(time: TimeDelta) -> Option<String> {
    let minutes = u64::try_from(time.num_minutes()).ok().filter(|minutes| *minutes > 1)?;
    Some(humantime::format_duration(Duration::from_mins(minutes)).to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use insta::assert_snapshot;

    use super::*;
    use crate::impact::PastAccount;
    use crate::policy::Mode;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn period(kind: ShiftKind, since: &str, until: Option<&str>) -> Period {
        Period { kind, since: at(since), until: until.map(at) }
    }

    fn backtest(resources: &[(&str, Vec<Period>)]) -> Backtest {
        let mut backtest = Backtest::new(at("2026-09-02T00:00:00Z"));
        backtest.resolution = Some(TimeDelta::seconds(19_540));
        let account: AccountId = "123456789012".parse().expect("an id");
        let (first, last) = (at("2026-10-01T06:00:00Z"), at("2026-12-01T06:15:00Z"));
        backtest.accounts.insert(account.clone(), PastAccount { first, last, instants: 212 });
        backtest.names.insert(account.clone(), "prod".parse().expect("a name"));
        let resources = resources.iter().map(|(id, periods)| {
            let region = "eu-west-1".parse().expect("a region");
            ((region, Arc::from(*id)), periods.clone())
        });
        let accounts = BTreeMap::from([(account, resources.collect())]);
        let key = ("storage".parse().expect("a name"), "private".parse().expect("an id"));
        backtest.checks.insert(key, PastCheck { mode: Mode::Audit, accounts });
        backtest
    }

    fn shown(backtest: &Backtest, examples: usize) -> String {
        let past = Past { backtest, examples };
        let mut sheet = Sheet::new(10_000);
        sheet.paragraph(&past.sentence());
        past.table(&mut sheet);
        past.resources(&mut sheet);
        sheet.finish()
    }

    #[test]
    fn how_often_it_would_have_failed_is_told_beside_what_does_now() {
        use ShiftKind::{NewlyFailing, NewlyPassing};
        let backtest = backtest(&[
            (
                "data",
                vec![
                    period(NewlyFailing, "2026-10-01T06:00:00Z", Some("2026-10-03T07:30:00Z")),
                    period(NewlyPassing, "2026-10-03T07:30:00Z", Some("2026-10-04T00:00:00Z")),
                    period(NewlyFailing, "2026-11-01T00:00:00Z", None),
                ],
            ),
            (
                "logs",
                vec![period(NewlyFailing, "2026-11-02T00:00:00Z", Some("2026-11-03T00:00:00Z"))],
            ),
        ]);
        assert_snapshot!(shown(&backtest, 9), @"
        Had it been in force since 2026-10-01: **2 newly failing**, 1 of them now; 1 newly passing, none of them now.

        **Since 2026-10-01**

        | Check | Account | newly failing | newly passing |
        | --- | --- | --: | --: |
        | `storage/private` (audit) | `prod` | **2** (1 now) | 1 (0 now) |

        <sub>`prod` was judged 212 times from 2026-10-01 06:00 to 2026-12-01 06:15 UTC. What changed within 5h 25m counts as one change.</sub>

        <details><summary>Resources since 2026-10-01</summary>

        - `storage/private` in `prod`: newly failing `data` (eu-west-1) from 2026-10-01 06:00 to 2026-10-03 07:30, since 2026-11-01 00:00
        - `storage/private` in `prod`: newly failing `logs` (eu-west-1) from 2026-11-02 00:00 to 2026-11-03 00:00
        - `storage/private` in `prod`: newly passing `data` (eu-west-1) from 2026-10-03 07:30 to 2026-10-04 00:00

        </details>
        ");
        assert_eq!(shown(&backtest, 1).matches("newly failing `").count(), 1);
    }

    #[test]
    fn nothing_known_and_nothing_different_are_not_the_same() {
        let quiet = Backtest { checks: BTreeMap::new(), ..backtest(&[]) };
        assert_snapshot!(shown(&quiet, 9), @"
        Had it been in force since 2026-10-01: no resource would have had another outcome.

        <sub>`prod` was judged 212 times from 2026-10-01 06:00 to 2026-12-01 06:15 UTC. What changed within 5h 25m counts as one change.</sub>
        ");
        let unknown = Backtest { accounts: BTreeMap::new(), ..quiet };
        assert_snapshot!(shown(&unknown, 9), @"Nothing is known of the accounts since 2026-09-02.");
    }
}
