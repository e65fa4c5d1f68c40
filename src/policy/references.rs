//! What documents say of each other, which can only be followed once all of them are read.

use crate::diagnostic::{Code, Diagnostic, Place, meant, nearest};

use super::account;
use super::declared::Declared;
use super::names::{CheckId, GroupName};
use super::notes::Notes;
use super::set::PolicySet;
use super::waiver;

/// The most checks of all groups, those of packs in each that takes them up.
const MOST_CHECKS: usize = 200_000;

/// References on their way, and what they may refer to.
#[derive(Default)]
pub(super) struct References {
    /// Names, whether or not their documents could be read.
    pub(super) declared: Declared,
    /// The accounts that groups select.
    pub(super) accounts: Vec<(GroupName, account::References)>,
    /// The checks that tests name.
    pub(super) tested: Vec<Tested>,
    /// What waivers match.
    pub(super) waivers: Vec<waiver::References>,
    /// Whether there may be accounts that could not be read.
    pub(super) lacks_accounts: bool,
    /// Whether there are groups that could not be read.
    pub(super) lacks_groups: bool,
}

/// A check of a group that a test names.
pub(super) struct Tested {
    pub(super) group: GroupName,
    pub(super) check: CheckId,
    pub(super) place: Place,
}

impl References {
    /// Takes up those of the next file.
    pub(super) fn merge(&mut self, next: Self) {
        let Self { declared, accounts, tested, waivers, lacks_accounts, lacks_groups } = next;
        self.declared.merge(declared);
        self.accounts.extend(accounts);
        self.tested.extend(tested);
        self.waivers.extend(waivers);
        self.lacks_accounts |= lacks_accounts;
        self.lacks_groups |= lacks_groups;
    }

    /// Notes what refers to nothing, and what is there twice.
    pub(super) fn follow(&self, policies: &PolicySet, notes: &mut Notes) {
        self.declared.note(Code::DuplicateName, notes);
        if !self.lacks_accounts {
            for (group, references) in &self.accounts {
                self.follow_accounts(group, references, policies, notes);
            }
        }
        follow_sum(policies, notes);
        self.tested.iter().for_each(|tested| self.follow_test(tested, policies, notes));
        let known = waiver::Known {
            policies,
            declared: &self.declared,
            lacks_accounts: self.lacks_accounts,
            lacks_groups: self.lacks_accounts || self.lacks_groups,
        };
        self.waivers.iter().for_each(|waiver| waiver.follow(&known, notes));
    }

    /// A test of a check that is not there. Of a group that could not be read nothing is said.
    fn follow_test(&self, tested: &Tested, policies: &PolicySet, notes: &mut Notes) {
        let Tested { group, check, place } = tested;
        if notes.is_full() {
            return;
        }
        let (message, near) = match policies.groups.get(group) {
            Some(read) if read.checks.iter().any(|one| one.id == *check) => return,
            Some(read) => {
                let ids = read.checks.iter().map(|one| one.id.as_str());
                let near = nearest(check.as_str(), ids).map(|near| format!("{group}/{near}"));
                (format!("group `{group}` has no check `{check}`"), near)
            }
            None if self.declared.contains("group", group.as_str()) => return,
            None => {
                let names = self.declared.names("group");
                let near = nearest(group.as_str(), names).map(|near| format!("{near}/{check}"));
                (format!("there is no group `{group}`"), near)
            }
        };
        let mut refused = Diagnostic::error(place.clone(), Code::UnknownCheck, message);
        refused.help = near.map(|near| format!("did you mean `{near}`?"));
        notes.push(refused);
    }

    /// A group that selects no account would never say anything, which is never what is meant.
    fn follow_accounts(
        &self,
        group: &GroupName,
        references: &account::References,
        policies: &PolicySet,
        notes: &mut Notes,
    ) {
        for (name, place) in &references.names {
            if !notes.is_full() && !self.declared.contains("account", name.as_str()) {
                let message = format!("there is no account `{name}`");
                let mut refused = Diagnostic::error(place.clone(), Code::UnknownAccount, message);
                refused.help = meant(name.as_str(), self.declared.names("account"));
                notes.push(refused);
            }
        }
        let Some(read) = policies.groups.get(group) else { return };
        if policies.accounts_of(read).next().is_none() {
            let message = format!("group `{group}` selects no account");
            let refused = Diagnostic::error(references.place.clone(), Code::NoAccount, message);
            notes.push(refused.help(if policies.accounts.is_empty() {
                "add an `Account` document: its `metadata.name`, and in `spec.aws` its `accountId` \
                 and `regions`"
            } else {
                "compare `spec.accounts` with the labels and names of the `Account` documents"
            }));
        }
    }
}

/// Notes the first group with which there are too many checks.
fn follow_sum(policies: &PolicySet, notes: &mut Notes) {
    let mut sum = 0;
    for group in policies.groups.values() {
        sum += group.checks.len();
        if sum > MOST_CHECKS {
            let message = format!("the groups have more than {MOST_CHECKS} checks together");
            let refused = Diagnostic::error(group.place.clone(), Code::TooManyChecks, message);
            notes.push(refused.help("take up packs in fewer groups, which select more accounts"));
            return;
        }
    }
}
