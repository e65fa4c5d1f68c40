//! What a change makes of resources: both revisions judged over the same inventories.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::evaluation::{Finding, GroupVerdicts, Outcome};
use crate::policy::{
    Account, AccountName, Check, CheckId, Group, GroupName, Mode, PolicySet, Waiver,
};
use crate::resource::{AccountId, Inventory, Region};

use super::pairs::{self, Pair};
use super::shifts::{ShiftKind, Shifts};

/// Impact of a change: what differs in the findings of checks that are judged anew. A check that asks
/// the same of the same accounts with the same waivers is not looked at.
///
/// `now` in expressions, and the day of waivers, are the instant at which each inventory was taken, on
/// both sides. Mode and suspension decide nothing here: they say what comes of a finding.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Impact {
    /// Checks with a difference, group by group.
    pub checks: Vec<CheckImpact>,
    /// Accounts that were judged, with the instant at which their inventory was taken.
    pub judged: BTreeMap<AccountName, DateTime<Utc>>,
    /// Accounts of which nothing was collected, so that nobody knows.
    pub unknown: BTreeSet<AccountName>,
}

/// Differences of a check.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckImpact {
    /// Group that the check belongs to, by its new name where it has one.
    pub group: GroupName,
    /// Mode of that group, or the one that it had.
    pub mode: Mode,
    /// Id of the check, by its new one likewise.
    pub check: CheckId,
    /// Accounts with a difference.
    pub accounts: BTreeMap<AccountName, AccountImpact>,
}

/// Differences of a check in an account.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AccountImpact {
    /// Numbers of all differences.
    pub shifts: Shifts,
    /// The first of each kind, by region and resource, as many as were asked for.
    pub examples: Vec<Shift>,
}

/// Difference of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Kind of the difference.
    pub kind: ShiftKind,
    /// The region that the resource lives in, or `global`.
    pub region: Region,
    /// The resource's id, or [`NO_RESOURCE`](crate::evaluation::NO_RESOURCE).
    pub resource: Arc<str>,
    /// Why it fails, is unknown or waived; empty where there is nothing to say.
    pub seen: String,
}

impl Impact {
    /// Judges two revisions over inventories, of which an account has one at most. Of the differences
    /// of each check in each account so many of a kind as `examples` says are kept one by one.
    pub fn of(
        base: &PolicySet,
        head: &PolicySet,
        inventories: &[&Inventory],
        examples: usize,
    ) -> Self {
        let inventories = inventories.iter().map(|one| (&one.account, *one)).collect();
        let mut impact = Self::default();
        for (name, Pair { old, new }) in pairs::groups(base, head) {
            let was = old.map(|group| Side::of(base, group));
            let is = new.map(|group| Side::of(head, group));
            let checks = changed(was.as_ref(), is.as_ref());
            let Some(mode) = new.or(old).map(|group| group.mode).filter(|_| !checks.is_empty())
            else {
                continue;
            };
            let mut accounts = BTreeMap::new();
            // Where an account has another name, the new one counts.
            for account in was.iter().chain(&is).flat_map(|side| &side.accounts) {
                accounts.insert(&account.id, &account.name);
            }
            impact.know(&accounts, &inventories);
            let was = was.map(|side| side.only(checks.iter().filter_map(|(_, pair)| pair.old)));
            let is = is.map(|side| side.only(checks.iter().filter_map(|(_, pair)| pair.new)));
            let [was, is] = [&was, &is].map(|side| Some(side.as_ref()?.judged(&inventories)));
            for (id, pair) in checks {
                let [was, is] = [(&was, pair.old), (&is, pair.new)]
                    .map(|(side, check)| Findings::of(side.as_ref(), check));
                let accounts = differences(&was, &is, &accounts, examples);
                if !accounts.is_empty() {
                    let (group, check) = (name.clone(), id.clone());
                    impact.checks.push(CheckImpact { group, mode, check, accounts });
                }
            }
        }
        impact
    }

    /// Sums over all checks and accounts.
    pub fn total(&self) -> Shifts {
        let mut total = Shifts::default();
        for account in self.checks.iter().flat_map(|check| check.accounts.values()) {
            total += account.shifts;
        }
        total
    }

    /// `true` where no account was to be judged, known or not: no finding can differ.
    pub fn is_of_nothing(&self) -> bool {
        self.judged.is_empty() && self.unknown.is_empty()
    }

    /// Notes of which accounts something is known.
    fn know(
        &mut self,
        accounts: &BTreeMap<&AccountId, &AccountName>,
        inventories: &BTreeMap<&AccountId, &Inventory>,
    ) {
        for (id, name) in accounts {
            let name = AccountName::clone(name);
            match inventories.get(id) {
                Some(inventory) => {
                    self.judged.insert(name, inventory.taken_at);
                }
                None => {
                    self.unknown.insert(name);
                }
            }
        }
    }
}

/// A group of one revision, and what its findings depend on beside its checks.
struct Side<'a> {
    group: &'a Group,
    accounts: Vec<&'a Account>,
    waivers: Vec<&'a Arc<Waiver>>,
}

/// The same with the checks alone that are judged.
struct Part<'a> {
    side: Side<'a>,
    group: Group,
}

impl<'a> Side<'a> {
    fn of(policies: &'a PolicySet, group: &'a Group) -> Self {
        let accounts = policies.accounts_of(group).collect();
        Self { group, accounts, waivers: policies.waivers_of(group).collect() }
    }

    /// `true` where a check that asks the same finds the same.
    fn finds_alike(&self, other: &Self) -> bool {
        let judged = |account: &&'a Account| (&account.name, &account.id, &account.regions);
        let waived = |waiver: &&'a Arc<Waiver>| (&waiver.covers, waiver.expires);
        self.accounts.iter().map(judged).eq(other.accounts.iter().map(judged))
            && self.waivers.iter().map(waived).eq(other.waivers.iter().map(waived))
    }

    fn only(self, checks: impl Iterator<Item = &'a Arc<Check>>) -> Part<'a> {
        let checks = checks.map(Arc::clone).collect();
        let group = Group { checks, ..self.group.clone() };
        Part { side: self, group }
    }
}

impl Part<'_> {
    /// Verdicts in the accounts of which something is known.
    fn judged<'p>(
        &'p self,
        inventories: &BTreeMap<&AccountId, &'p Inventory>,
    ) -> GroupVerdicts<'p> {
        let known = |account: &&'p Account| Some((*account, *inventories.get(&account.id)?));
        let accounts = self.side.accounts.iter().filter_map(known).collect();
        GroupVerdicts::of(&self.group, accounts, self.side.waivers.clone())
    }
}

/// Checks of a group that may find something else, with both sides.
fn changed<'a>(
    was: Option<&Side<'a>>,
    is: Option<&Side<'a>>,
) -> Vec<(&'a CheckId, Pair<'a, Arc<Check>>)> {
    let alone = |side: &Side<'a>| side.group.checks.iter();
    match (was, is) {
        (Some(was), Some(is)) => {
            let finds_alike = was.finds_alike(is);
            let mut checks = pairs::checks(was.group, is.group);
            checks.retain(|(_, pair)| match (pair.old, pair.new) {
                (Some(old), Some(new)) => !finds_alike || !asks_alike(old, new),
                _ => true,
            });
            checks
        }
        (Some(was), None) => {
            alone(was).map(|one| (&one.id, Pair { old: Some(one), new: None })).collect()
        }
        (None, Some(is)) => {
            alone(is).map(|one| (&one.id, Pair { old: None, new: Some(one) })).collect()
        }
        (None, None) => Vec::new(),
    }
}

fn asks_alike(old: &Check, new: &Check) -> bool {
    old.digest() == new.digest() && old.rule.max_age == new.rule.max_age
}

/// Findings of a check on one side; none where that has no such check.
struct Findings<'a> {
    of: Option<(&'a GroupVerdicts<'a>, &'a CheckId)>,
    all: Vec<Finding>,
}

impl<'a> Findings<'a> {
    fn of(side: Option<&'a GroupVerdicts<'a>>, check: Option<&'a Arc<Check>>) -> Self {
        let of = side.zip(check.map(|check| &check.id));
        let all = of.map_or_else(Vec::new, |(verdicts, id)| verdicts.outcomes(id));
        Self { of, all }
    }

    /// What there is to say of a finding.
    fn words(&self, finding: &Finding) -> String {
        match (finding.outcome, self.of) {
            (Outcome::Fail, Some((verdicts, id))) => verdicts.seen(id, finding),
            _ => finding.explanation(),
        }
    }
}

/// Differences by account; `accounts` has their names.
fn differences(
    was: &Findings<'_>,
    is: &Findings<'_>,
    accounts: &BTreeMap<&AccountId, &AccountName>,
    examples: usize,
) -> BTreeMap<AccountName, AccountImpact> {
    let outcome = |finding: Option<&Finding>| finding.map(|finding| finding.outcome);
    let mut found: BTreeMap<AccountName, AccountImpact> = BTreeMap::new();
    for (old, new) in side_by_side(&was.all, &is.all) {
        let Some(kind) = ShiftKind::of(outcome(old), outcome(new)) else { continue };
        let Some(finding) = new.or(old) else { continue };
        let Some(name) = accounts.get(&finding.account) else { continue };
        let account = found.entry(AccountName::clone(name)).or_default();
        account.shifts.add(kind);
        if usize::try_from(account.shifts.get(kind)).is_ok_and(|number| number <= examples) {
            let (region, resource) = (finding.region().clone(), finding.shared_id());
            let seen = new.map_or_else(String::new, |new| is.words(new));
            account.examples.push(Shift { kind, region, resource, seen });
        }
    }
    for account in found.values_mut() {
        account.examples.sort_by_key(|shift| shift.kind);
    }
    found
}

/// Findings of two sides, each with the one of the same place on the other; both are in the order of
/// their places.
fn side_by_side<'f>(
    was: &'f [Finding],
    is: &'f [Finding],
) -> impl Iterator<Item = (Option<&'f Finding>, Option<&'f Finding>)> {
    let (mut was, mut is) = (was.iter().peekable(), is.iter().peekable());
    std::iter::from_fn(move || {
        let order = match (was.peek(), is.peek()) {
            (Some(old), Some(new)) => old.place().cmp(&new.place()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        Some(match order {
            Ordering::Less => (was.next(), None),
            Ordering::Equal => (was.next(), is.next()),
            Ordering::Greater => (None, is.next()),
        })
    })
}
