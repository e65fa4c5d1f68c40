//! Verdicts before words: all rules of a type judge a resource before the next one is looked at, so that
//! it comes into the processor once and its policies are read once. A verdict is a byte; what is said of
//! those that need words is made rule by rule after it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use crate::document::parallel_runs;
use crate::expression::{EvalResult, Memo};
use crate::policy::{Account, Rule};
use crate::resource::{Inventory, Region, Resource, Segment, TypeName};

use super::bindings::Known;
use super::judge::{Judge, segment_of};
use super::target::{in_scope, listed_regions, listing};

/// Resources that are looked at before the first of them is judged.
const BLOCK: usize = 16;
/// The most rules that judge a resource at a time.
const AT_A_TIME: usize = 64;
/// Resources that the names of `let` stand for, of rules that judge at a time, beside those that are
/// kept for all. A single rule may have more.
const HELD: usize = 1 << 18;
/// Verdicts for which another thread is worth its start.
const A_THREAD: usize = 1024;

/// Verdict of a rule on a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Passes,
    Fails,
    /// It cannot be known, perhaps not even whether the rule selects the resource.
    Unknown,
    NotSelected,
    /// It lives in a region in which the account is not judged.
    OutOfScope,
}

/// Verdicts of rules on the resources of accounts, in a byte each. Rules on all resources together
/// have none: they come to a single answer, which is made with its words.
pub struct Verdicts<'a> {
    pub(super) rules: Vec<&'a Rule>,
    pub(super) accounts: Vec<OfAccount<'a>>,
}

/// Verdicts on the resources of one account.
pub(super) struct OfAccount<'a> {
    pub(super) account: &'a Account,
    pub(super) inventory: &'a Inventory,
    known: Known<'a>,
    judged: Vec<Judged<'a>>,
}

/// A list of resources, and what some rules that are asked of it come to.
struct Judged<'a> {
    region: Region,
    /// Places of the rules among all.
    rules: Vec<usize>,
    /// In the order of region and id.
    resources: Cow<'a, [Arc<Resource>]>,
    /// Resource by resource those of all rules.
    verdicts: Vec<Verdict>,
}

impl<'a> Verdicts<'a> {
    /// Judges rules over the inventories of accounts.
    pub fn of(
        rules: impl IntoIterator<Item = &'a Rule>,
        accounts: &[(&'a Account, &'a Inventory)],
    ) -> Self {
        let rules: Vec<&Rule> = rules.into_iter().collect();
        let together = together(&rules);
        let accounts = accounts.iter().map(|(account, inventory)| {
            let (known, judged) = (Known::default(), Vec::new());
            let mut of_account = OfAccount { account, inventory, known, judged };
            for ((_, segment), places) in &together {
                of_account.judge(&rules, places, segment.as_ref());
            }
            of_account
        });
        let accounts = accounts.collect();
        Self { rules, accounts }
    }
}

/// Places of the rules that look at the same resources, by type and segment of its list.
fn together<'a>(rules: &[&'a Rule]) -> BTreeMap<(&'a TypeName, Option<Segment>), Vec<usize>> {
    let mut places: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, rule) in rules.iter().enumerate().filter(|(_, rule)| !rule.is_of_all()) {
        places.entry((&rule.schema.type_name, segment_of(rule))).or_default().push(at);
    }
    places
}

impl<'a> OfAccount<'a> {
    /// A rule in the account, with what its names of `let` stand for.
    pub(super) fn judge_of(&self, rule: &'a Rule) -> Judge<'a> {
        let Self { account, inventory, known, .. } = self;
        let bound = rule.bindings.iter().map(|one| known.find(one, account, inventory));
        Judge { rule, account, inventory, bound: bound.collect() }
    }

    /// Judges rules of one type and segment, wherever it is listed.
    fn judge(&mut self, rules: &[&'a Rule], places: &[usize], segment: Option<&Segment>) {
        let (mut judges, mut judging, mut held) = (Vec::new(), Vec::new(), 0);
        for place in places {
            let Some(rule) = rules.get(*place) else { continue };
            let mut bound = Vec::with_capacity(rule.bindings.len());
            for binding in &rule.bindings {
                let (value, size) = self.known.learn(binding, self.account, self.inventory);
                bound.push(value);
                held += size;
            }
            let Self { account, inventory, .. } = *self;
            judges.push(Judge { rule, account, inventory, bound });
            judging.push(*place);
            if judges.len() == AT_A_TIME || held > HELD {
                self.judge_together(&judges, &judging, segment);
                judges.clear();
                judging.clear();
                held = 0;
            }
        }
        self.judge_together(&judges, &judging, segment);
    }

    fn judge_together(
        &mut self,
        judges: &[Judge<'_>],
        places: &[usize],
        segment: Option<&Segment>,
    ) {
        let Some(first) = judges.first() else { return };
        for region in listed_regions(first.schema(), self.account) {
            let Ok(listing) = listing(first.schema(), &region, self.inventory) else { continue };
            let resources = in_order(listing.resources_in(segment));
            let threads = resources.len() * judges.len() / A_THREAD;
            let verdicts = parallel_runs(&resources, threads, |run| verdicts(judges, run));
            let (rules, verdicts) = (places.to_vec(), verdicts.concat());
            self.judged.push(Judged { region, rules, resources, verdicts });
        }
    }

    /// Resources of a region's list that a rule was asked about, with its verdicts.
    pub(super) fn verdicts_of(
        &self,
        rule: usize,
        region: &Region,
    ) -> impl Iterator<Item = (&Arc<Resource>, Verdict)> {
        let of_rule = self.judged.iter().filter(move |judged| judged.region == *region);
        of_rule.flat_map(move |judged| {
            let column = judged.rules.iter().position(|at| *at == rule);
            column.into_iter().flat_map(move |column| {
                let verdicts = judged.verdicts.iter().skip(column).step_by(judged.rules.len());
                judged.resources.iter().zip(verdicts.copied())
            })
        })
    }
}

/// Resources in the order in which findings about them are told.
fn in_order(resources: Cow<'_, [Arc<Resource>]>) -> Cow<'_, [Arc<Resource>]> {
    let order = |one: &Arc<Resource>, other: &Arc<Resource>| {
        (&one.region, &one.id).cmp(&(&other.region, &other.id))
    };
    if resources.is_sorted_by(|one, other| order(one, other).is_le()) {
        return resources;
    }
    let mut resources = resources.into_owned();
    resources.sort_by(order);
    Cow::Owned(resources)
}

/// Verdicts of rules on neighbours in a list, resource by resource.
fn verdicts(judges: &[Judge<'_>], resources: &[Arc<Resource>]) -> Vec<Verdict> {
    let mut verdicts = Vec::with_capacity(resources.len() * judges.len());
    let mut memo = Memo::default();
    for block in resources.chunks(BLOCK) {
        look_ahead(block);
        for resource in block {
            memo.clear();
            let account = judges.first().map(|judge| judge.account);
            if account.is_some_and(|account| in_scope(resource, account)) {
                verdicts.extend(judges.iter().map(|judge| verdict(judge, resource, &mut memo)));
            } else {
                verdicts.extend(judges.iter().map(|_| Verdict::OutOfScope));
            }
        }
    }
    verdicts
}

fn verdict(judge: &Judge<'_>, resource: &Resource, memo: &mut Memo) -> Verdict {
    match judge.result(resource, memo) {
        None => Verdict::NotSelected,
        Some(EvalResult::True) => Verdict::Passes,
        Some(EvalResult::False) => Verdict::Fails,
        Some(EvalResult::Unknown(_)) => Verdict::Unknown,
    }
}

/// Looks at what there is of some resources, which lies all over the memory: a processor fetches of many
/// at a time what is asked of them alike, and waits for each where they are judged one by one.
fn look_ahead(block: &[Arc<Resource>]) {
    let answered = |one: &Arc<Resource>| {
        one.facets.first().is_some_and(|(_, facet)| facet.failure().is_none())
    };
    let answered = block.iter().filter(|one| answered(one)).count();
    let entries =
        block.iter().map(|one| one.facets.iter().filter(|(_, facet)| facet.has_entries()).count());
    black_box((answered, entries.sum::<usize>()));
}
