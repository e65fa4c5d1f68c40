//! What all files together have to refer to.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use super::group::Group;
use super::names::GroupName;
use super::set::PolicySet;
use super::symbols::Symbols;

/// Documents and names that there are to refer to.
pub(super) struct Known<'a> {
    pub(super) policies: &'a PolicySet,
    /// Names, whether or not their documents could be resolved. They are looked up where something is
    /// missing, which is seldom.
    pub(super) symbols: LazyCell<Symbols<'a>, Box<dyn FnOnce() -> Symbols<'a> + 'a>>,
    /// Groups that are refused for their times alone.
    pub(super) untimed: BTreeMap<&'a GroupName, &'a Group>,
    /// `true` where there may be documents whose names are not known.
    pub(super) is_partial: bool,
    /// `true` where accounts could not be resolved.
    pub(super) has_broken_accounts: bool,
    /// `true` where groups could not be resolved.
    pub(super) has_broken_groups: bool,
}

impl<'a> Known<'a> {
    /// The group of a name, if its checks are known.
    pub(super) fn group(&self, name: &GroupName) -> Option<&'a Group> {
        let known = self.policies.groups.get(name).map(AsRef::as_ref);
        known.or_else(|| self.untimed.get(name).copied())
    }

    /// The groups whose checks are known.
    pub(super) fn groups(&self) -> impl Iterator<Item = &'a Group> {
        self.policies.groups().chain(self.untimed.values().copied())
    }
}
