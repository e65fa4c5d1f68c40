//! What documents say of each other, which can only be followed once all of them are read.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, meant, nearest};
use crate::document::{DiagnosticSink, short};

use super::account;
use super::known::Known;
use super::labels::Labels;
use super::names::GroupName;
use super::resolved::{ResolvedFile, Symbol, Tested};
use super::set::PolicySet;
use super::symbols::Symbols;

/// The most checks of all groups, those of packs in each that takes them up.
pub(super) const MOST_CHECKS: usize = 200_000;

/// All files together, with what their references may refer to.
pub(super) struct CrossReferences<'a> {
    files: &'a [&'a ResolvedFile],
    known: Known<'a>,
}

impl<'a> CrossReferences<'a> {
    /// Files with the policies that they come to.
    pub(super) fn new(files: &'a [&'a ResolvedFile], policies: &'a PolicySet) -> Self {
        let mut known = Known {
            policies,
            symbols: LazyCell::new(Box::new(|| symbols(files))),
            untimed: BTreeMap::new(),
            is_partial: false,
            has_broken_accounts: false,
            has_broken_groups: false,
        };
        for file in files {
            known.is_partial |= file.is_partial;
            known.has_broken_accounts |= file.has_broken_accounts;
            known.has_broken_groups |= file.has_broken_groups;
            for group in &file.untimed {
                known.untimed.entry(&group.name).or_insert(group);
            }
        }
        Self { files, known }
    }

    /// Reports what refers to nothing, and what is there twice.
    pub(super) fn follow(&self, sink: &mut DiagnosticSink) {
        self.known.symbols.report(sink);
        if !self.known.is_partial {
            for file in self.files {
                sink.extend(&file.unfound);
            }
            for file in self.files {
                self.follow_groups(file, sink);
            }
        }
        follow_sum(self.known.policies, sink);
        self.follow_tests(|_| true, sink);
        self.follow_waivers(sink);
    }

    /// Reports the accounts that the groups of a file refer to, and which are not there.
    pub(super) fn follow_groups(&self, file: &ResolvedFile, sink: &mut DiagnosticSink) {
        file.accounts.iter().for_each(|references| self.follow_accounts(references, sink));
    }

    /// Reports the checks that tests name, of the groups that are `meant`, and which are not there.
    pub(super) fn follow_tests(
        &self,
        meant: impl Fn(&GroupName) -> bool,
        sink: &mut DiagnosticSink,
    ) {
        let tested = self.files.iter().flat_map(|file| &file.tested);
        tested.filter(|it| meant(&it.group)).for_each(|tested| self.follow_test(tested, sink));
    }

    /// Reports the checks that the tests of a file name, and which are not there.
    pub(super) fn follow_tests_of(&self, file: &ResolvedFile, sink: &mut DiagnosticSink) {
        file.tested.iter().for_each(|tested| self.follow_test(tested, sink));
    }

    /// Reports what waivers refer to and is not there, or of no effect.
    pub(super) fn follow_waivers(&self, sink: &mut DiagnosticSink) {
        self.files
            .iter()
            .flat_map(|file| &file.waivers)
            .for_each(|it| it.follow(&self.known, sink));
    }

    /// A test of a check that is not there. Of a group that could not be read nothing is said,
    /// nor of one that may be a document that could not be.
    fn follow_test(&self, tested: &Tested, sink: &mut DiagnosticSink) {
        let Tested { group, check, place } = tested;
        if sink.is_full() {
            return;
        }
        let (message, near) = match self.known.group(group) {
            Some(read) if read.checks.iter().any(|one| one.id == *check) => return,
            Some(read) => {
                let ids = read.checks.iter().map(|one| one.id.as_str());
                let near = nearest(check.as_str(), ids).map(|near| format!("{group}/{near}"));
                (format!("group `{group}` has no check `{check}`"), near)
            }
            None if self.known.is_partial
                || self.known.symbols.contains("group", group.as_str()) =>
            {
                return;
            }
            None => {
                let names = self.known.symbols.names("group");
                let near = nearest(group.as_str(), names).map(|near| format!("{near}/{check}"));
                (format!("there is no group `{group}`"), near)
            }
        };
        let mut refused = Diagnostic::error(place.clone(), Code::UnknownCheck, message);
        refused.help = near.map(|near| format!("did you mean `{near}`?"));
        sink.push(refused);
    }

    /// A group that selects no account would never say anything, which is never what is meant.
    fn follow_accounts(&self, references: &account::References, sink: &mut DiagnosticSink) {
        let policies = self.known.policies;
        for (name, place) in &references.names {
            let is_known = policies.accounts.contains_key(name)
                || self.known.symbols.contains("account", name.as_str());
            if !sink.is_full() && !is_known {
                let message = format!("there is no account `{name}`");
                let mut refused = Diagnostic::error(place.clone(), Code::UnknownAccount, message);
                let numbered =
                    policies.accounts.values().find(|one| one.id.as_str() == name.as_str());
                refused.help = match numbered {
                    Some(account) => Some(format!("write its name, `{}`", account.name)),
                    None => meant(name.as_str(), self.known.symbols.names("account")),
                };
                sink.push(refused);
            }
        }
        let Some(group) = references.group.as_ref().filter(|_| !self.known.has_broken_accounts)
        else {
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

/// Names that files declare.
fn symbols<'a>(files: &[&'a ResolvedFile]) -> Symbols<'a> {
    let mut symbols = Symbols::default();
    for Symbol { kind, name, place } in files.iter().flat_map(|file| &file.symbols) {
        symbols.add(kind, name, place.clone());
    }
    symbols
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
