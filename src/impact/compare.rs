//! Comparing two revisions, field by field.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;

use crate::expression::Expression;
use crate::policy::{Account, AccountName, Check, Group, Mode, OnEmpty, PolicySet, Rule};
use crate::schedule::Schedule;

use super::conjuncts::{Relation, relation};
use super::pairs::{self, Pair};
use super::{Change, Changes, Subject, Weight, What, diff};

/// Differences between the revision that is in force and another one.
pub fn changes(base: &PolicySet, head: &PolicySet) -> Changes {
    let mut found = Found::default();
    for (name, [old, new]) in base.accounts.differing(&head.accounts) {
        found.account(name, old, new);
    }
    for (name, Pair { old, new }) in pairs::groups(base, head) {
        let subject = Subject::Group(name.clone());
        match (old, new) {
            (Some(old), Some(new)) => {
                found.renamed(&subject, (&old.name, &new.name));
                found.selection(&subject, (base, old), (head, new));
                found.group(&subject, old, new);
                found.checks(old, new);
            }
            _ => found.existence(&subject, old.is_some()),
        }
    }
    for (name, [old, new]) in base.waivers.differing(&head.waivers) {
        found.waiver(name, old, new);
    }
    Changes(found.0)
}

/// Collector of the differences that were found so far.
#[derive(Default)]
pub(super) struct Found(pub(super) Vec<Change>);

impl Found {
    pub(super) fn push(&mut self, subject: &Subject, what: What, weight: Weight) {
        self.0.push(Change { subject: subject.clone(), what, weight });
    }

    fn existence(&mut self, subject: &Subject, is_gone: bool) {
        let (what, weight) =
            if is_gone { (What::Removed, Weight::Weaker) } else { (What::Added, Weight::Stronger) };
        self.push(subject, what, weight);
    }

    /// Notes a field, if its value differs.
    pub(super) fn field(
        &mut self,
        subject: &Subject,
        field: &'static str,
        values: [String; 2],
        weight: Weight,
    ) {
        let [from, to] = values;
        if from != to {
            self.push(subject, What::Field { field, from, to }, weight);
        }
    }

    fn account(&mut self, name: &AccountName, old: Option<&Account>, new: Option<&Account>) {
        let subject = Subject::Account(name.clone());
        let (Some(old), Some(new)) = (old, new) else {
            return self.existence(&subject, old.is_some());
        };
        let ids = [old, new].map(|account| account.id.to_string());
        self.field(&subject, "accountId", ids, Weight::Changed);
        let regions = [old, new].map(|account| listed(&account.regions));
        self.field(&subject, "regions", regions, by_members(&old.regions, &new.regions));
        // What no check reads decides nothing.
        let sweeps = [old, new].map(|account| account.sweep.to_string());
        self.field(&subject, "inventory.sweep", sweeps, Weight::Neutral);
        // What labels decide shows in the groups that select by them.
        let labels = [old, new].map(|account| account.labels.to_string());
        self.field(&subject, "labels", labels, Weight::Neutral);
    }

    /// Which accounts a group judges: by a selector of its own, and by what accounts say of
    /// themselves.
    fn selection(
        &mut self,
        subject: &Subject,
        (base, old): (&PolicySet, &Group),
        (head, new): (&PolicySet, &Group),
    ) {
        let selected = |policies: &PolicySet, group: &Group| -> BTreeSet<_> {
            policies.accounts_of(group).map(|account| account.name.clone()).collect()
        };
        let (was, is) = (selected(base, old), selected(head, new));
        self.field(subject, "accounts", [listed(&was), listed(&is)], by_members(&was, &is));
    }

    fn group(&mut self, subject: &Subject, old: &Group, new: &Group) {
        let modes = [old, new].map(|group| group.mode.to_string());
        self.field(subject, "mode", modes, by_rank(&old.mode, &new.mode));
        let enforced = [old, new].map(|group| group.new_only.map(|it| it.to_string()));
        self.field(
            subject,
            "enforce.newOnly",
            enforced.map(Option::unwrap_or_default),
            by_enforcing(old, new),
        );
        let suspended = [old, new].map(|group| group.suspend.to_string());
        self.field(subject, "suspend", suspended, by_rank(&!old.suspend, &!new.suspend));
        let schedules = [old, new].map(|group| group.schedule.to_string());
        let [was, is] = [old, new].map(|group| Reverse(group.schedule.longest_gap()));
        let field = match new.schedule {
            Schedule::Every(_) => "every",
            Schedule::Cron(_) => "cron",
        };
        self.field(subject, field, schedules, by_rank(&was, &is));
        for (field, value) in [
            ("owner", (|group| group.owner.clone()) as fn(&Group) -> Option<String>),
            ("description", |group| group.description.clone()),
            ("labels", |group| Some(group.labels.to_string())),
        ] {
            let values = [old, new].map(|group| value(group).unwrap_or_default());
            self.field(subject, field, values, Weight::Neutral);
        }
    }

    fn checks(&mut self, old: &Group, new: &Group) {
        for (id, pair) in pairs::checks(Some(old), Some(new)) {
            let subject = Subject::Check(new.name.clone(), id.clone());
            match (pair.old, pair.new) {
                (Some(old), Some(new)) => {
                    self.renamed(&subject, (&old.id, &new.id));
                    self.check(&subject, old, new);
                }
                (old, _) => self.existence(&subject, old.is_some()),
            }
        }
    }

    fn renamed<N: PartialEq + ToString>(&mut self, subject: &Subject, (old, new): (&N, &N)) {
        if old != new {
            self.push(subject, What::Renamed { from: old.to_string() }, Weight::Neutral);
        }
    }

    fn check(&mut self, subject: &Subject, old: &Check, new: &Check) {
        let severities = [old, new].map(|check| check.severity.to_string());
        self.field(subject, "severity", severities, by_rank(&old.severity, &new.severity));
        self.rule(subject, &old.rule, &new.rule);
        let uses = [old, new].map(|check| check.uses.as_ref().map(ToString::to_string));
        self.field(subject, "uses", uses.map(Option::unwrap_or_default), Weight::Neutral);
        let packs = [old, new].map(|check| check.pack.as_ref().map(ToString::to_string));
        self.field(subject, "pack", packs.map(Option::unwrap_or_default), Weight::Neutral);
        let with =
            [old, new].map(|check| listed(check.with().iter().map(|(k, v)| format!("{k}={v}"))));
        self.field(subject, "with", with, Weight::Changed);
        for (field, value) in [
            ("title", (|check| check.title.clone()) as fn(&Check) -> String),
            ("remediation", |check| check.remediation.clone().unwrap_or_default()),
            ("compliance", |check| listed(&check.compliance)),
            ("maxAge", |check| check.rule.max_age.map(|it| it.to_string()).unwrap_or_default()),
        ] {
            self.field(subject, field, [old, new].map(value), Weight::Neutral);
        }
    }

    /// Compares what decides the outcome of a check.
    fn rule(&mut self, subject: &Subject, old: &Rule, new: &Rule) {
        let types = [old, new].map(|asked| asked.schema.type_name.to_string());
        self.field(subject, "select", types, Weight::Changed);
        // A filter that lets fewer resources through demands less; an assertion, more.
        let same = old.schema.type_name == new.schema.type_name
            && old.assertion.kind() == new.assertion.kind();
        let (fewer, more) = if same {
            (Weight::Weaker, Weight::Stronger)
        } else {
            (Weight::Changed, Weight::Changed)
        };
        let filters = [old, new].map(|asked| asked.filter.as_ref().map(Expression::text));
        // What is said of all resources together may hold of fewer of them and fail of more.
        let of_all = [Weight::Changed; 2];
        let weights = if new.is_of_all() { of_all } else { [fewer, more] };
        self.expression(subject, "where", filters, weights);
        let assertions = [old, new].map(|asked| Some(asked.assertion.text()));
        self.expression(subject, new.assertion.kind().field(), assertions, [more, fewer]);
        let bindings = [old, new].map(|asked| listed(asked.bindings.iter()));
        self.field(subject, "let", bindings, Weight::Changed);
        let spans = [old, new]
            .map(|asked| if asked.is_of_all() { asked.span.to_string() } else { String::new() });
        self.field(subject, "scope", spans, Weight::Changed);
        let [was, is] = [old, new].map(|asked| asked.on_empty.unwrap_or_default());
        let on_empty = [old, new].map(|asked| match asked.on_empty {
            Some(said) => said.to_string(),
            None if asked.is_of_all() => String::new(),
            None => OnEmpty::default().to_string(),
        });
        let weight = match by_rank(&demand(was), &demand(is)) {
            Weight::Neutral => Weight::Changed,
            _ if new.is_of_all() => Weight::Changed,
            weight => weight,
        };
        self.field(subject, "onEmpty", on_empty, weight);
    }

    /// Notes an expression, if it says something else. `weights` are those of one that holds of
    /// fewer and of one that holds of more.
    fn expression(
        &mut self,
        subject: &Subject,
        field: &'static str,
        [old, new]: [Option<&str>; 2],
        [narrower, wider]: [Weight; 2],
    ) {
        let weight = match relation(old, new) {
            Relation::Same => return,
            Relation::Narrower => narrower,
            Relation::Wider => wider,
            Relation::Other => Weight::Changed,
        };
        self.push(subject, What::Expression { field, diff: diff(old, new) }, weight);
    }
}

/// The weight of a value that demands the more the greater it is.
pub(super) fn by_rank<T: Ord>(old: &T, new: &T) -> Weight {
    match old.cmp(new) {
        Ordering::Greater => Weight::Weaker,
        Ordering::Equal => Weight::Neutral,
        Ordering::Less => Weight::Stronger,
    }
}

/// The weight of `newOnly`: the later the instant, the more is held back. Where one of both enforces
/// nothing, the change of the mode says it.
fn by_enforcing(old: &Group, new: &Group) -> Weight {
    if [old, new].iter().any(|group| group.mode != Mode::Enforce) {
        return Weight::Neutral;
    }
    let demand = |group: &Group| (group.new_only.is_none(), Reverse(group.new_only));
    by_rank(&demand(old), &demand(new))
}

/// The weight of a set of things that are judged: whatever else it gains, losing one is losing it.
fn by_members<T: Ord>(old: &BTreeSet<T>, new: &BTreeSet<T>) -> Weight {
    if new.is_superset(old) { Weight::Stronger } else { Weight::Weaker }
}

/// How much `onEmpty` makes of an empty selection.
fn demand(on_empty: OnEmpty) -> u8 {
    match on_empty {
        OnEmpty::Pass | OnEmpty::NotApplicable => 0,
        OnEmpty::Unknown => 1,
        OnEmpty::Fail => 2,
    }
}

/// In a line, with commas.
pub(super) fn listed<T: ToString>(all: impl IntoIterator<Item = T>) -> String {
    all.into_iter().map(|one| one.to_string()).collect::<Vec<_>>().join(", ")
}
