//! All policies of a revision.

use std::cmp::Ordering;
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
    pub accounts: BTreeMap<AccountName, Arc<Account>>,
    /// Groups by name, without those that have problems.
    pub groups: BTreeMap<GroupName, Arc<Group>>,
    /// Check types of the files, by name.
    pub check_types: BTreeMap<CheckTypeName, Arc<CheckType>>,
    /// Packs by name. They decide nothing until a group takes them up.
    pub packs: BTreeMap<PackName, Arc<Pack>>,
    /// Tests by name. They decide nothing.
    pub tests: BTreeMap<TestName, Arc<Test>>,
    /// Waivers by name, without those that have problems.
    pub waivers: BTreeMap<WaiverName, Arc<Waiver>>,
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
    /// What differs between documents of a kind, by name.
    pub fn differing<'a, N: Ord, T: PartialEq>(
        old: &'a BTreeMap<N, Arc<T>>,
        new: &'a BTreeMap<N, Arc<T>>,
    ) -> Vec<(&'a N, [Option<&'a T>; 2])> {
        let mut found = Self::replaced(old, new);
        found.retain(|(_, [was, is])| was != is);
        found
    }

    /// Documents of a kind, by name, that two revisions do not share, so that one may say something
    /// else than the other. What they share costs next to nothing.
    pub fn replaced<'a, N: Ord, T>(
        old: &'a BTreeMap<N, Arc<T>>,
        new: &'a BTreeMap<N, Arc<T>>,
    ) -> Vec<(&'a N, [Option<&'a T>; 2])> {
        let mut found = Vec::new();
        let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return found,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                // What is shared has one name.
                (Some((_, was)), Some((_, is))) if Arc::ptr_eq(was, is) => Ordering::Equal,
                (Some((was, _)), Some((is, _))) => was.cmp(is),
            };
            let was = if order.is_le() { old.next() } else { None };
            let is = if order.is_ge() { new.next() } else { None };
            let Some((name, _)) = was.or(is) else { continue };
            let [was, is] = [was, is].map(|side| side.map(|(_, one)| one));
            if !was.zip(is).is_some_and(|(was, is)| Arc::ptr_eq(was, is)) {
                found.push((name, [was.map(AsRef::as_ref), is.map(AsRef::as_ref)]));
            }
        }
    }

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
