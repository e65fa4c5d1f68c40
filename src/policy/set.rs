//! All policies of a revision.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;

use super::account::Account;
use super::check_type::CheckType;
use super::group::Group;
use super::names::{AccountName, CheckTypeName, GroupName, PackName, TestName, WaiverName};
use super::pack::Pack;
use super::shared_map::SharedMap;
use super::test_case::Test;
use super::waiver::Waiver;

/// The meaning of a revision's files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PolicySet {
    /// Accounts by name, without those that have problems.
    pub accounts: SharedMap<AccountName, Arc<Account>>,
    /// Groups by name, without those that have problems.
    pub groups: SharedMap<GroupName, Arc<Group>>,
    /// Check types of the files, by name.
    pub check_types: SharedMap<CheckTypeName, Arc<CheckType>>,
    /// Packs by name. They decide nothing until a group takes them up.
    pub packs: SharedMap<PackName, Arc<Pack>>,
    /// Tests by name. They decide nothing.
    pub tests: SharedMap<TestName, Arc<Test>>,
    /// Waivers by name, without those that have problems.
    pub waivers: SharedMap<WaiverName, Arc<Waiver>>,
}

/// What reading came to. The policies are whole only where no diagnostic is an error.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LoadOutcome {
    /// Policies that have no problem.
    pub policies: Arc<PolicySet>,
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
    /// The groups, by name.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values().map(AsRef::as_ref)
    }

    /// The accounts, by name.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values().map(AsRef::as_ref)
    }

    /// The accounts that a group selects.
    pub fn accounts_of<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Account> {
        self.accounts().filter(|account| group.accounts.selects(account))
    }

    /// The waivers that may turn findings of a group.
    pub fn waivers_of<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Arc<Waiver>> {
        self.waivers.values().filter(|waiver| waiver.concerns(group))
    }
}
