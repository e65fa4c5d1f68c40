//! What a change makes of resources: both revisions judged over the same inventories.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::evaluation::{Finding, GroupVerdicts, Outcome};
use crate::policy::{
    Account, AccountName, Check, CheckId, Group, GroupName, Mode, PolicySet, Waiver,
};
use crate::resource::{AccountId, Inventory, Region, TypeName};

use super::pairs::{self, Pair};
use super::shifts::{ShiftKind, Shifts};
use super::uncollected::Uncollected;

/// Impact of a change: what differs in the findings of checks that are judged anew. A check that asks
/// the same of an account that is looked at alike, with the same waivers, is not judged there.
///
/// `now` in expressions, and the day of waivers, are the instant at which each inventory was taken, on
/// both sides. Mode and suspension decide nothing here: they say what comes of a finding.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Impact {
    /// Checks with a difference, group by group in the order of their ids.
    pub checks: Vec<CheckImpact>,
    /// Accounts that were judged, with the instant at which their inventory was taken.
    pub judged: BTreeMap<AccountId, DateTime<Utc>>,
    /// Accounts of which nothing was collected, so that nobody knows.
    pub unknown: BTreeSet<AccountId>,
    /// What nobody collected, so that the change could not be judged by it.
    pub uncollected: Uncollected,
    /// Names of both; the new one where an account has another.
    pub names: BTreeMap<AccountId, AccountName>,
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
    pub accounts: BTreeMap<AccountId, AccountImpact>,
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

/// Differences that are kept one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// So many of each kind, with what is seen in them.
    Examples(usize),
    /// All, without words.
    All,
}

impl Detail {
    /// Whether the one of that number is kept.
    fn is_kept(self, number: u64) -> bool {
        match self {
            Self::Examples(most) => usize::try_from(number).is_ok_and(|number| number <= most),
            Self::All => true,
        }
    }
}

impl Impact {
    /// Judges two revisions over inventories, of which an account has one at most. Of the differences
    /// of each check in each account so many of a kind as `examples` says are kept one by one, in words.
    pub fn of(
        base: &PolicySet,
        head: &PolicySet,
        inventories: &[&Inventory],
        examples: usize,
    ) -> Self {
        Self::with(base, head, inventories, Detail::Examples(examples))
    }

    /// The same with all differences one by one, without words.
    pub(super) fn in_full(base: &PolicySet, head: &PolicySet, inventory: &Inventory) -> Self {
        Self::with(base, head, &[inventory], Detail::All)
    }

    fn with(
        base: &PolicySet,
        head: &PolicySet,
        inventories: &[&Inventory],
        detail: Detail,
    ) -> Self {
        let inventories = inventories.iter().map(|one| (&one.account, *one)).collect();
        let mut impact = Self::default();
        for (name, Pair { old, new }) in pairs::groups(base, head) {
            let Some(mode) = new.or(old).map(|group| group.mode) else { continue };
            let was = Side::of(base, old);
            let is = Side::of(head, new);
            for (accounts, checks) in to_judge(&was, &is) {
                impact.know([&was, &is], &accounts, &inventories);
                let looked_at: Vec<_> =
                    is.accounts.iter().filter(|one| accounts.contains(&one.id)).copied().collect();
                let [was, is] = [
                    was.only(&accounts, checks.iter().filter_map(|(_, pair)| pair.old)),
                    is.only(&accounts, checks.iter().filter_map(|(_, pair)| pair.new)),
                ];
                let [was, is] = [&was, &is].map(|part| Some(part.as_ref()?.judged(&inventories)));
                for (id, pair) in checks {
                    let [was, is] = [(&was, pair.old), (&is, pair.new)]
                        .map(|(part, check)| Findings::of(part.as_ref(), check));
                    let accounts = differences(&was, &is, detail);
                    for account in pair.new.iter().flat_map(|_| &looked_at) {
                        let inventory = inventories.get(&account.id).copied();
                        let is_missing = match (inventory, accounts.get(&account.id)) {
                            (None, _) => true,
                            (_, of) => {
                                of.is_some_and(|of| of.shifts.get(ShiftKind::NotCollected) > 0)
                            }
                        };
                        if let Some(check) = pair.new.filter(|_| is_missing) {
                            impact.uncollected.note(base, account, check, inventory);
                        }
                    }
                    if !accounts.is_empty() {
                        let (group, check) = (name.clone(), id.clone());
                        impact.checks.push(CheckImpact { group, mode, check, accounts });
                    }
                }
            }
        }
        impact
    }

    /// Types of the resources that are looked at to judge two revisions.
    pub fn types(base: &PolicySet, head: &PolicySet) -> BTreeSet<TypeName> {
        let mut types = BTreeSet::new();
        for (_, Pair { old, new }) in pairs::groups(base, head) {
            let parts = to_judge(&Side::of(base, old), &Side::of(head, new));
            let pairs = parts.into_values().flatten();
            let checks = pairs.flat_map(|(_, pair)| pair.old.into_iter().chain(pair.new));
            for check in checks {
                types.extend(check.rule.selections().map(|(schema, _)| schema.type_name.clone()));
            }
        }
        types
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
        sides: [&Side<'_>; 2],
        accounts: &BTreeSet<&AccountId>,
        inventories: &BTreeMap<&AccountId, &Inventory>,
    ) {
        for account in sides.iter().flat_map(|side| &side.accounts) {
            if !accounts.contains(&account.id) {
                continue;
            }
            self.names.insert(account.id.clone(), account.name.clone());
            match inventories.get(&account.id) {
                Some(inventory) => {
                    self.judged.insert(account.id.clone(), inventory.taken_at);
                }
                None => {
                    self.unknown.insert(account.id.clone());
                }
            }
        }
    }
}

/// A group of one revision, if it has it, and what its findings depend on beside its checks.
struct Side<'a> {
    group: Option<&'a Group>,
    accounts: Vec<&'a Account>,
    waivers: Vec<&'a Arc<Waiver>>,
}

/// The same with the checks and the accounts alone that are judged.
struct Part<'a> {
    group: Group,
    accounts: Vec<&'a Account>,
    waivers: Vec<&'a Arc<Waiver>>,
}

impl<'a> Side<'a> {
    fn of(policies: &'a PolicySet, group: Option<&'a Group>) -> Self {
        let accounts = group.map(|group| policies.accounts_of(group).collect());
        let waivers = group.map(|group| policies.waivers_of(group).collect());
        Self { group, accounts: accounts.unwrap_or_default(), waivers: waivers.unwrap_or_default() }
    }

    fn by_id(&self) -> BTreeMap<&'a AccountId, &'a Account> {
        self.accounts.iter().map(|account| (&account.id, *account)).collect()
    }

    /// Waivers that the other side lacks, whatever their words.
    fn waivers_beyond(&self, other: &Self) -> Vec<&'a Arc<Waiver>> {
        let is_there = |waiver: &Waiver| {
            let is_alike =
                |one: &Waiver| one.expires == waiver.expires && one.covers == waiver.covers;
            other.waivers.iter().any(|one| is_alike(one))
        };
        self.waivers.iter().copied().filter(|waiver| !is_there(waiver)).collect()
    }

    fn only(
        &self,
        accounts: &BTreeSet<&AccountId>,
        checks: impl Iterator<Item = &'a Arc<Check>>,
    ) -> Option<Part<'a>> {
        let checks = checks.map(Arc::clone).collect();
        let group = Group { checks, ..self.group?.clone() };
        let accounts = self.accounts.iter().copied().filter(|one| accounts.contains(&one.id));
        Some(Part { group, accounts: accounts.collect(), waivers: self.waivers.clone() })
    }
}

impl Part<'_> {
    /// Verdicts in the accounts of which something is known.
    fn judged<'p>(
        &'p self,
        inventories: &BTreeMap<&AccountId, &'p Inventory>,
    ) -> GroupVerdicts<'p> {
        let known = |account: &&'p Account| Some((*account, *inventories.get(&account.id)?));
        let accounts = self.accounts.iter().filter_map(known).collect();
        GroupVerdicts::of(&self.group, accounts, self.waivers.clone())
    }
}

/// Checks of a group with both sides.
type CheckPairs<'a> = Vec<(&'a CheckId, Pair<'a, Arc<Check>>)>;

/// Checks of a group that may find something else, by the accounts in which they may.
fn to_judge<'a>(
    was: &Side<'a>,
    is: &Side<'a>,
) -> BTreeMap<BTreeSet<&'a AccountId>, CheckPairs<'a>> {
    let all: BTreeSet<_> = was.accounts.iter().chain(&is.accounts).map(|one| &one.id).collect();
    let [olds, news] = [was, is].map(Side::by_id);
    let looked_at_otherwise = |id: &&'a AccountId| match (olds.get(*id), news.get(*id)) {
        (Some(old), Some(new)) => old.name != new.name || old.regions != new.regions,
        _ => true,
    };
    let otherwise: BTreeSet<_> = all.iter().copied().filter(looked_at_otherwise).collect();
    let waivers: Vec<_> =
        was.waivers_beyond(is).into_iter().chain(is.waivers_beyond(was)).collect();
    let mut parts: BTreeMap<_, CheckPairs<'a>> = BTreeMap::new();
    for (id, pair) in pairs::checks(was.group, is.group) {
        let accounts: BTreeSet<_> = match (pair.old, pair.new) {
            (Some(old), Some(new)) if asks_alike(old, new) => {
                let mut accounts = otherwise.clone();
                for waiver in waivers.iter().filter(|one| is_of(one, [&old.id, &new.id])) {
                    let covered = was.accounts.iter().chain(&is.accounts);
                    let covered = covered.filter(|account| waiver.covers.has_account(account));
                    accounts.extend(covered.map(|account| &account.id));
                }
                accounts
            }
            _ => all.clone(),
        };
        if !accounts.is_empty() {
            parts.entry(accounts).or_default().push((id, pair));
        }
    }
    parts
}

/// `true` of a waiver of one of the checks, or of all.
fn is_of(waiver: &Waiver, checks: [&CheckId; 2]) -> bool {
    waiver.covers.check.as_ref().is_none_or(|id| checks.contains(&id))
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

/// Differences by account.
fn differences(
    was: &Findings<'_>,
    is: &Findings<'_>,
    detail: Detail,
) -> BTreeMap<AccountId, AccountImpact> {
    let outcome = |finding: Option<&Finding>| finding.map(|finding| finding.outcome);
    let mut found: BTreeMap<AccountId, AccountImpact> = BTreeMap::new();
    for (old, new) in side_by_side(&was.all, &is.all) {
        let Some(kind) = ShiftKind::of(outcome(old), outcome(new)) else { continue };
        let Some(finding) = new.or(old) else { continue };
        let account = found.entry(finding.account.clone()).or_default();
        account.shifts.add(kind);
        if detail.is_kept(account.shifts.get(kind)) {
            let (region, resource) = (finding.region().clone(), finding.shared_id());
            let words = new.filter(|_| detail != Detail::All);
            let seen = words.map_or_else(String::new, |new| is.words(new));
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
