//! All policies of a revision.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;

use super::account::Account;
use super::check_type::CheckType;
use super::group::Group;
use super::names::{AccountName, CheckTypeName, GroupName, PackName, TestName, WaiverName};
use super::pack::Pack;
use super::test_case::Test;
use super::waiver::Waiver;

/// The meaning of a revision's files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PolicySet {
    /// Accounts by name, without those that have problems.
    pub accounts: BTreeMap<AccountName, Account>,
    /// Groups by name, without those that have problems.
    pub groups: BTreeMap<GroupName, Group>,
    /// Check types of the files, by name.
    pub check_types: BTreeMap<CheckTypeName, Arc<CheckType>>,
    /// Packs by name. They decide nothing until a group takes them up.
    pub packs: BTreeMap<PackName, Arc<Pack>>,
    /// Tests by name. They decide nothing.
    pub tests: BTreeMap<TestName, Test>,
    /// Waivers by name, without those that have problems.
    pub waivers: BTreeMap<WaiverName, Arc<Waiver>>,
}

/// What reading came to. The policies are whole only where no diagnostic is an error.
#[derive(Debug, Clone, Default)]
pub struct LoadOutcome {
    /// Policies that have no problem.
    pub policies: PolicySet,
    /// All that is wrong or odd, in the order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// `true` where there may be tests that could not be read.
    pub has_unread_tests: bool,
}

impl LoadOutcome {
    /// `true` where the policies may come into force: no diagnostic is an error.
    pub fn is_clean(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

impl PolicySet {
    /// Takes up others. Of two with one name the first counts.
    pub(super) fn merge(&mut self, next: Self) {
        let Self { accounts, groups, check_types, packs, tests, waivers } = next;
        take_up(&mut self.accounts, accounts);
        take_up(&mut self.groups, groups);
        take_up(&mut self.check_types, check_types);
        take_up(&mut self.packs, packs);
        take_up(&mut self.tests, tests);
        take_up(&mut self.waivers, waivers);
    }

    /// The accounts that a group selects.
    pub fn accounts_of<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Account> {
        self.accounts.values().filter(|account| group.accounts.selects(account))
    }

    /// The waivers that may turn findings of a group.
    pub fn waivers_of<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Arc<Waiver>> {
        self.waivers.values().filter(|waiver| waiver.concerns(group))
    }
}

fn take_up<K: Ord, V>(all: &mut BTreeMap<K, V>, next: BTreeMap<K, V>) {
    if all.is_empty() {
        *all = next;
        return;
    }
    for (name, value) in next {
        all.entry(name).or_insert(value);
    }
}
