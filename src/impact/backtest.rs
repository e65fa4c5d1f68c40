//! What a change would have made of resources in the past: both revisions judged over what was known of an
//! account at one instant after the other.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::policy::{AccountName, CheckId, GroupName, Mode, PolicySet};
use crate::resource::{AccountId, Inventory, Region};

use super::effect::{AccountImpact, CheckImpact, Impact};
use super::shifts::ShiftKind;

/// Instants at which an account is judged at most.
const MOST_INSTANTS: i32 = 400;
/// Changes so close to each other count as one: an evaluation writes them one after the other.
const AT_ONCE: TimeDelta = TimeDelta::minutes(1);
/// Time after which an account is judged again though nothing changed, since `now` goes on.
const WITHOUT_CHANGE: TimeDelta = TimeDelta::days(1);

/// Impact of a change on what was known over a time, account by account.
///
/// Findings are those that both revisions would have had, had they been in force: `now` in expressions and
/// the day of waivers are the instant at which each inventory was known.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// Beginning of the time that is looked back on.
    pub since: DateTime<Utc>,
    /// Time within which changes count as one, where not each is judged.
    pub resolution: Option<TimeDelta>,
    /// Accounts of which something was known.
    pub accounts: BTreeMap<AccountId, PastAccount>,
    /// Names of the accounts; the new one where an account has another.
    pub names: BTreeMap<AccountId, AccountName>,
    /// Checks with a difference at some time.
    pub checks: BTreeMap<(GroupName, CheckId), PastCheck>,
}

/// Instants at which an account was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastAccount {
    /// First of them, as far back as anything was known.
    pub first: DateTime<Utc>,
    /// Last of them, which is the present of the account.
    pub last: DateTime<Utc>,
    /// How often it was judged.
    pub instants: usize,
}

/// Differences of a check over a time.
#[derive(Debug, Clone, PartialEq)]
pub struct PastCheck {
    /// Mode of its group, or the one that it had.
    pub mode: Mode,
    /// Periods of resources by account; none of one where nothing differed.
    pub accounts: BTreeMap<AccountId, Periods>,
}

/// Periods of resources, each by its region and id, in the order of time.
pub type Periods = BTreeMap<(Region, Arc<str>), Vec<Period>>;

/// Time over which one resource had the same difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// Kind of the difference while it lasted.
    pub kind: ShiftKind,
    /// First instant at which it was judged so.
    pub since: DateTime<Utc>,
    /// First one after it at which it was not; `None` where it was so at the last.
    pub until: Option<DateTime<Utc>>,
}

impl Backtest {
    /// Nothing is judged yet from that instant on.
    pub fn new(since: DateTime<Utc>) -> Self {
        let (accounts, names, checks) = Default::default();
        Self { since, resolution: None, accounts, names, checks }
    }

    /// Judges two revisions over what was known of an account at its next instant.
    pub fn judge(&mut self, base: &PolicySet, head: &PolicySet, inventory: &Inventory) {
        let (account, at) = (&inventory.account, inventory.taken_at);
        let impact = Impact::in_full(base, head, inventory);
        if impact.judged.is_empty() {
            return;
        }
        let judged = PastAccount { first: at, last: at, instants: 0 };
        let known = self.accounts.entry(account.clone()).or_insert(judged);
        (known.last, known.instants) = (at, known.instants + 1);
        let Impact { checks, names, .. } = impact;
        let names = names.into_iter().filter(|(id, _)| id == account);
        self.names.extend(names);
        let mut differing = BTreeMap::new();
        for CheckImpact { group, mode, check, mut accounts } in checks {
            let found = accounts.remove(account).unwrap_or_default();
            differing.insert((group, check), (mode, found));
        }
        let none = (Mode::Enforce, AccountImpact::default());
        for (key, check) in &mut self.checks {
            let (_, found) = differing.get(key).unwrap_or(&none);
            check.go_on(account, found, at);
        }
        for (key, (mode, found)) in differing {
            if let Entry::Vacant(new) = self.checks.entry(key) {
                new.insert(PastCheck { mode, accounts: BTreeMap::new() })
                    .go_on(account, &found, at);
            }
        }
    }
}

impl PastCheck {
    /// Takes up what differs at an instant, behind what did before.
    fn go_on(&mut self, account: &AccountId, found: &AccountImpact, at: DateTime<Utc>) {
        let resources = self.accounts.entry(account.clone()).or_default();
        let mut now: BTreeMap<_, ShiftKind> = BTreeMap::new();
        for shift in &found.examples {
            now.insert((shift.region.clone(), shift.resource.clone()), shift.kind);
        }
        for (place, periods) in &mut *resources {
            let Some(last) = periods.last_mut().filter(|last| last.until.is_none()) else {
                continue;
            };
            match now.get(place) {
                Some(kind) if *kind == last.kind => drop(now.remove(place)),
                _ => last.until = Some(at),
            }
        }
        for (place, kind) in now {
            resources.entry(place).or_default().push(Period { kind, since: at, until: None });
        }
        if resources.is_empty() {
            self.accounts.remove(account);
        }
    }
}

/// Instants at which to judge what changed at some: of those within a time `close` to each other the last, and
/// where nothing changes one a day, from `since` to `until`, which is the last.
pub fn instants(
    changed: &BTreeSet<DateTime<Utc>>,
    (since, until): (DateTime<Utc>, DateTime<Utc>),
    close: TimeDelta,
) -> BTreeSet<DateTime<Utc>> {
    let days = std::iter::successors(Some(since), |day| day.checked_add_signed(WITHOUT_CHANGE));
    let days = days.take_while(|day| *day < until);
    let within = changed.range(since..until).copied();
    let all: BTreeSet<_> = within.chain(days).chain([until]).collect();
    let mut kept: BTreeMap<i64, DateTime<Utc>> = BTreeMap::new();
    for at in all {
        let part = (at - since).num_milliseconds() / close.num_milliseconds().max(1);
        kept.insert(part, at);
    }
    kept.into_values().collect()
}

/// Time within which changes count as one, so that an account is judged at most 400 times: longer the longer
/// the time is that is looked back on, and at least a minute.
pub fn resolution(since: DateTime<Utc>, until: DateTime<Utc>) -> TimeDelta {
    AT_ONCE.max((until - since) / (MOST_INSTANTS - 1))
}
