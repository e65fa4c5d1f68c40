//! Groups, checks and accounts that waivers refer to, which must be there.

use crate::diagnostic::{Code, Diagnostic, Location, nearest};
use crate::document::{DiagnosticSink, Field, Located};

use super::account::Account;
use super::context::FileContext;
use super::document::waiver::{MatchSpec, WaiverDocument};
use super::group::Group;
use super::known::Known;
use super::names::{AccountName, CheckId, GroupName};
use super::waiver::Covered;
use super::waiver_findings::Named;

/// References of a waiver to groups, checks and accounts, with their locations.
#[derive(Debug)]
pub(super) struct References {
    group: Option<(GroupName, Location)>,
    check: Option<(CheckId, Location)>,
    account: Option<(AccountName, Location)>,
    named: Named,
}

impl References {
    /// References of a `Waiver` document.
    pub(super) fn of(document: &WaiverDocument, file: &FileContext) -> Self {
        fn at<T: std::str::FromStr>(
            field: &Field<String>,
            file: &FileContext,
        ) -> Option<(T, Location)> {
            let Located { value, span } = field.get()?;
            Some((value.parse().ok()?, file.place(*span)))
        }
        let matched = document.spec.value().and_then(|spec| spec.covers.value());
        let Some(matched @ MatchSpec { group, check, account, .. }) = matched else {
            return Self { group: None, check: None, account: None, named: Named::default() };
        };
        let (group, check, account) = (at(group, file), at(check, file), at(account, file));
        Self { group, check, account, named: Named::of(matched, file) }
    }

    /// Reports what there is not. Of a group that could not be resolved nothing is said.
    pub(super) fn follow(&self, known: &Known<'_>, sink: &mut DiagnosticSink) {
        self.named.follow_region(sink);
        if sink.is_full() || known.is_partial {
            return;
        }
        self.follow_account(known, sink);
        match &self.group {
            Some((name, _)) if known.group(name).is_some() => {
                self.follow_check(known, sink);
                self.follow_selection(known, sink);
                self.follow_named(known, sink);
            }
            Some((name, place)) if !known.symbols.contains("group", name.as_str()) => {
                let near = nearest(name.as_str(), known.symbols.names("group"));
                sink.push(unknown("group", Code::UnknownGroup, name.as_str(), (place, near)));
            }
            None if !known.has_broken_groups => {
                self.follow_check(known, sink);
                self.follow_selection(known, sink);
                self.follow_named(known, sink);
            }
            _ => {}
        }
    }

    fn follow_account(&self, known: &Known<'_>, sink: &mut DiagnosticSink) {
        let Some((name, place)) = &self.account else { return };
        if known.policies.accounts.contains_key(name)
            || known.policies.accounts().any(|account| account.id.as_str() == name.as_str())
        {
            return;
        }
        let symbols = &known.symbols;
        if ["account", "account id"].iter().any(|kind| symbols.contains(kind, name.as_str())) {
            return;
        }
        let near = nearest(name.as_str(), symbols.names("account"));
        sink.push(unknown("account", Code::UnknownAccount, name.as_str(), (place, near)));
    }

    /// The groups that are meant.
    fn groups<'k, 'p: 'k>(&self, known: &'k Known<'p>) -> impl Iterator<Item = &'p Group> {
        let named = self.group.as_ref().and_then(|(name, _)| known.group(name));
        let all = self.group.is_none().then(|| known.groups());
        named.into_iter().chain(all.into_iter().flatten())
    }

    /// A region and resources of which the checks that are meant have no finding.
    fn follow_named(&self, known: &Known<'_>, sink: &mut DiagnosticSink) {
        if self.named.is_empty() {
            return;
        }
        let meant = self.check.as_ref().map(|(id, _)| id);
        let checks = self.groups(known).flat_map(|group| &group.checks).map(|check| &**check);
        let checks = checks.filter(|check| meant.is_none_or(|id| *id == check.id));
        self.named.follow(&checks.collect::<Vec<_>>(), sink);
    }

    fn follow_check(&self, known: &Known<'_>, sink: &mut DiagnosticSink) {
        let Some((id, place)) = &self.check else { return };
        let checks: Vec<_> = self.groups(known).flat_map(|group| &group.checks).collect();
        if checks.iter().any(|check| check.id == *id) {
            return;
        }
        let near = nearest(id.as_str(), checks.iter().map(|check| check.id.as_str()));
        let mut refused = unknown("check", Code::UnknownCheck, id.as_str(), (place, near));
        if let Some(check) = checks.iter().find(|check| check.formerly.contains(id)) {
            refused = refused.help(format!("it is called `{}` now", check.id));
        }
        if let Some((group, _)) = &self.group {
            refused.message = format!("group `{group}` has no check `{id}`");
        }
        sink.push(refused);
    }

    /// An account that the group does not select has no findings to be waived, nor has a region that
    /// is none of its accounts.
    fn follow_selection(&self, known: &Known<'_>, sink: &mut DiagnosticSink) {
        let group = self.group.as_ref().and_then(|(name, _)| known.group(name));
        if self.account.is_none() && self.named.is_empty() {
            return;
        }
        let meant = self.account.as_ref().map(|(name, _)| name.clone());
        let covered = Covered { account: meant, ..Covered::default() };
        let accounts = known.policies.accounts().filter(|one| covered.has_account(one));
        let accounts: Vec<&Account> = accounts.collect();
        let is_selected = |one: &&Account| group.is_none_or(|group| group.accounts.selects(one));
        let selected = accounts.iter().copied().filter(is_selected);
        if !known.has_broken_accounts {
            self.named.follow_accounts(&selected.collect::<Vec<_>>(), sink);
        }
        let (Some(group), Some((_, place)), Some(account)) =
            (group, &self.account, accounts.first())
        else {
            return;
        };
        if !group.accounts.selects(account) {
            let message =
                format!("group `{}` does not select account `{}`", group.name, account.name);
            let odd = Diagnostic::warning(place.clone(), Code::NoEffect, message);
            sink.push(
                odd.help("there is nothing to waive; remove the waiver, or name another account"),
            );
        }
    }
}

fn unknown(
    kind: &str,
    code: Code,
    name: &str,
    (place, near): (&Location, Option<&str>),
) -> Diagnostic {
    let message = format!("there is no {kind} `{name}`");
    let mut refused = Diagnostic::error(place.clone(), code, message);
    refused.help = near.map(|near| format!("did you mean `{near}`?"));
    refused
}
