//! What documents say of each other, which can only be followed once all of them are read.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Location, meant, nearest};
use crate::document::{DiagnosticSink, short};

use super::account;
use super::group::Group;
use super::labels::Labels;
use super::names::{CheckId, GroupName};
use super::set::PolicySet;
use super::symbols::Symbols;
use super::waiver_references;

/// The most checks of all groups, those of packs in each that takes them up.
const MOST_CHECKS: usize = 200_000;

/// References on their way, and what they may refer to.
#[derive(Default)]
pub(super) struct References {
    /// Names, whether or not their documents could be read.
    pub(super) symbols: Symbols,
    /// The accounts that groups select.
    pub(super) accounts: Vec<account::References>,
    /// The checks that tests name.
    pub(super) tested: Vec<Tested>,
    /// References of waivers, to groups, checks and accounts.
    pub(super) waivers: Vec<waiver_references::References>,
    /// What is wrong with the names of check types and packs that are declared nowhere.
    pub(super) unfound: DiagnosticSink,
    /// `true` where there may be documents whose names are not known.
    pub(super) is_partial: bool,
    /// `true` where accounts could not be resolved.
    pub(super) has_broken_accounts: bool,
    /// `true` where groups could not be resolved.
    pub(super) has_broken_groups: bool,
    /// Groups that are refused for their times alone, so that their checks are known.
    pub(super) untimed: BTreeMap<GroupName, Group>,
    /// How many tests could not be resolved.
    pub(super) broken_tests: usize,
}

/// A check of a group that a test names.
pub(super) struct Tested {
    pub(super) group: GroupName,
    pub(super) check: CheckId,
    pub(super) place: Location,
}

impl References {
    /// Takes up those of the next file.
    pub(super) fn merge(&mut self, next: Self) {
        self.symbols.merge(next.symbols);
        self.accounts.extend(next.accounts);
        self.tested.extend(next.tested);
        self.waivers.extend(next.waivers);
        self.is_partial |= next.is_partial;
        self.has_broken_accounts |= next.has_broken_accounts;
        self.unfound.merge(next.unfound);
        self.has_broken_groups |= next.has_broken_groups;
        for (name, group) in next.untimed {
            self.untimed.entry(name).or_insert(group);
        }
        self.broken_tests += next.broken_tests;
    }

    /// Reports what refers to nothing, and what is there twice.
    pub(super) fn follow(&mut self, policies: &PolicySet, sink: &mut DiagnosticSink) {
        self.symbols.report(sink);
        if !self.is_partial {
            sink.merge(std::mem::take(&mut self.unfound));
            for references in &self.accounts {
                self.follow_accounts(references, policies, sink);
            }
        }
        follow_sum(policies, sink);
        self.tested.iter().for_each(|tested| self.follow_test(tested, policies, sink));
        let known = waiver_references::Known {
            policies,
            untimed: &self.untimed,
            symbols: &self.symbols,
            is_partial: self.is_partial,
            has_broken_groups: self.has_broken_groups,
            has_broken_accounts: self.has_broken_accounts,
        };
        self.waivers.iter().for_each(|waiver| waiver.follow(&known, sink));
    }

    /// A test of a check that is not there. Of a group that could not be read nothing is said,
    /// nor of one that may be a document that could not be.
    fn follow_test(&self, tested: &Tested, policies: &PolicySet, sink: &mut DiagnosticSink) {
        let Tested { group, check, place } = tested;
        if sink.is_full() {
            return;
        }
        let (message, near) = match policies.groups.get(group).or_else(|| self.untimed.get(group)) {
            Some(read) if read.checks.iter().any(|one| one.id == *check) => return,
            Some(read) => {
                let ids = read.checks.iter().map(|one| one.id.as_str());
                let near = nearest(check.as_str(), ids).map(|near| format!("{group}/{near}"));
                (format!("group `{group}` has no check `{check}`"), near)
            }
            None if self.is_partial || self.symbols.contains("group", group.as_str()) => return,
            None => {
                let names = self.symbols.names("group");
                let near = nearest(group.as_str(), names).map(|near| format!("{near}/{check}"));
                (format!("there is no group `{group}`"), near)
            }
        };
        let mut refused = Diagnostic::error(place.clone(), Code::UnknownCheck, message);
        refused.help = near.map(|near| format!("did you mean `{near}`?"));
        sink.push(refused);
    }

    /// A group that selects no account would never say anything, which is never what is meant.
    fn follow_accounts(
        &self,
        references: &account::References,
        policies: &PolicySet,
        sink: &mut DiagnosticSink,
    ) {
        for (name, place) in &references.names {
            if !sink.is_full() && !self.symbols.contains("account", name.as_str()) {
                let message = format!("there is no account `{name}`");
                let mut refused = Diagnostic::error(place.clone(), Code::UnknownAccount, message);
                let numbered =
                    policies.accounts.values().find(|one| one.id.as_str() == name.as_str());
                refused.help = match numbered {
                    Some(account) => Some(format!("write its name, `{}`", account.name)),
                    None => meant(name.as_str(), self.symbols.names("account")),
                };
                sink.push(refused);
            }
        }
        let Some(group) = references.group.as_ref().filter(|_| !self.has_broken_accounts) else {
            return;
        };
        let resolved = policies.groups.get(group.as_str()).map(|group| &group.accounts);
        let Some(selector) = references.selector.as_deref().or(resolved) else { return };
        if !policies.accounts.values().any(|account| selector.selects(account)) {
            let message = format!("group `{}` selects no account", short(group));
            let refused = Diagnostic::error(references.place.clone(), Code::NoAccount, message);
            sink.push(refused.help(if policies.accounts.is_empty() {
                "add an `Account` document: its `metadata.name`, and in `spec.aws` its `accountId` \
                 and `regions`"
                    .to_owned()
            } else {
                missing_label(&selector.match_labels, policies).unwrap_or_else(|| {
                    "compare `spec.accounts` with the labels and names of the `Account` documents"
                        .to_owned()
                })
            }));
        }
    }
}

/// The most values of a label that are named.
const SHOWN_VALUES: usize = 3;

/// What to say of the first of the labels that no account has, if there is one.
fn missing_label(wanted: &Labels, policies: &PolicySet) -> Option<String> {
    let values = |key: &str| -> Vec<&str> {
        policies.accounts.values().filter_map(|account| account.labels.get(key)).collect()
    };
    let (key, value) = wanted.iter().find(|(key, value)| !values(key).contains(value))?;
    let known = values(key);
    let (key, value) = (short(key), short(value));
    Some(match nearest(&value, known.iter().copied()) {
        Some(near) => format!("did you mean `{key}: {}`?", short(near)),
        None if known.is_empty() => format!("no account has a label `{key}`"),
        None => {
            let known: BTreeSet<String> = known.into_iter().map(short).collect();
            let known: Vec<String> = known.into_iter().take(SHOWN_VALUES).collect();
            let known = known.join("` or `");
            format!("no account has the label `{key}: {value}`; `{key}` is `{known}` there")
        }
    })
}

/// Reports the first group with which there are too many checks.
fn follow_sum(policies: &PolicySet, sink: &mut DiagnosticSink) {
    let mut sum = 0;
    for group in policies.groups.values() {
        sum += group.checks.len();
        if sum > MOST_CHECKS {
            let message = format!("the groups have more than {MOST_CHECKS} checks together");
            let refused = Diagnostic::error(group.place.clone(), Code::TooManyChecks, message);
            sink.push(refused.help("take up packs in fewer groups, which select more accounts"));
            return;
        }
    }
}
