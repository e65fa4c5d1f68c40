//! Trying the calls of a plan: what an account lets itself be asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::join_all;

use super::{AccountScope, Plan, PlannedCall, Source, TypePlan, segments};
use crate::resource::{
    Cause, Facet, Failure, Listing, Operation, Region, Resource, Schema, Segment, Target,
};

/// Calls of a plan as an account answers them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// ARN of whoever asked; `None` where no live account was.
    pub caller: Option<Arc<str>>,
    /// Calls in the order of the operations' names.
    pub calls: Vec<TriedCall>,
    /// Operations of types that are in recorded inventories alone, which nobody tries.
    pub recorded_only: BTreeSet<Operation>,
}

/// A call that was tried, in each region that it is made in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedCall {
    /// Operation, such as `s3:GetBucketAcl`.
    pub operation: Operation,
    /// IAM actions that it needs.
    pub actions: BTreeSet<Arc<str>>,
    /// Number of answers that came. Where none did and nothing failed, there was nothing to ask.
    pub answers: usize,
    /// Failures with the regions where they were met.
    pub failures: BTreeMap<Failure, BTreeSet<Region>>,
}

impl TriedCall {
    fn new(call: &PlannedCall) -> Self {
        let (actions, answers, failures) = Default::default();
        Self { operation: call.operation.clone(), actions, answers, failures }
    }

    /// `true` where it was refused for want of a permission.
    pub fn is_denied(&self) -> bool {
        self.failures.keys().any(|failure| failure.cause == Cause::AccessDenied)
    }
}

/// Tries each call of a plan: lists as they are, and any other call on one resource of each type and
/// region. The failure is that of logging in, without which nothing is tried.
pub async fn try_calls(
    source: &dyn Source,
    scope: &AccountScope,
    plan: &Plan<'_>,
) -> Result<Tried, Failure> {
    let caller = source.caller()?;
    let live = plan.types.iter().filter(|one| one.schema.is_live());
    let tried = live.clone().flat_map(|one| {
        let targets = scope.targets(one.schema).into_iter();
        targets.map(|target| of_type(source, scope, one, target))
    });
    let answers = join_all(tried.collect::<Vec<_>>()).await;
    let mut calls: BTreeMap<Operation, TriedCall> = BTreeMap::new();
    for call in live.flat_map(planned) {
        let tried = calls.entry(call.operation.clone()).or_insert_with(|| TriedCall::new(call));
        tried.actions.extend(call.permissions.iter().cloned());
    }
    for (operation, region, failure) in answers.into_iter().flatten() {
        let Some(tried) = calls.get_mut(&operation) else { continue };
        match failure {
            Some(failure) => {
                tried.failures.entry(failure).or_default().insert(region);
            }
            None => tried.answers += 1,
        }
    }
    let all = plan.types.iter().flat_map(|one| one.calls.iter().map(move |call| (one, call)));
    let unasked = all.filter(|(one, call)| call.is_recorded_only || !one.schema.is_live());
    let recorded_only = unasked.map(|(_, call)| call.operation.clone()).collect();
    Ok(Tried { caller, calls: calls.into_values().collect(), recorded_only })
}

/// Calls of a type that live accounts are asked by.
fn planned<'a>(one: &'a TypePlan<'_>) -> impl Iterator<Item = &'a PlannedCall> {
    one.calls.iter().filter(|call| !call.is_recorded_only)
}

/// Resources of a region that are tried at most.
const FEW: usize = 3;

type Answer = (Operation, Region, Option<Failure>);

/// Answers of the calls of a type in a target.
async fn of_type(
    source: &dyn Source,
    scope: &AccountScope,
    one: &TypePlan<'_>,
    target: Target,
) -> Vec<Answer> {
    let lists = lists(source, &target, one).await;
    let listed = |(segment, listing): &(Option<Segment>, Listing)| {
        let list = &one.schema.list;
        let failure = listing.failure().map(|failure| named(failure, list, segment.as_ref()));
        (one.schema.list.clone(), target.region.clone(), failure)
    };
    let mut answers: Vec<Answer> = lists.iter().map(listed).collect();
    let listings: Vec<Listing> = lists.into_iter().map(|(_, listing)| listing).collect();
    let others = planned(one).map(|call| &call.operation).filter(|it| **it != one.schema.list);
    let others: Vec<Operation> = others.cloned().collect();
    for resources in few_of_each_region(&listings, scope) {
        let mut of_region: BTreeMap<Operation, Answer> = BTreeMap::new();
        for resource in resources {
            let told = of_resource(source, (&target, one.schema), resource, others.clone()).await;
            for answer in told {
                let known = of_region.entry(answer.0.clone()).or_insert_with(|| answer.clone());
                if known.2.is_some() {
                    *known = answer;
                }
            }
            if of_region.values().all(|(_, _, failure)| failure.is_none()) {
                break;
            }
        }
        answers.extend(of_region.into_values());
    }
    answers
}

/// The list of a type, or those of its segments where it is not read as a whole.
async fn lists(
    source: &dyn Source,
    target: &Target,
    one: &TypePlan<'_>,
) -> Vec<(Option<Segment>, Listing)> {
    if one.schema.listed_by.is_none() || source.lists_whole() {
        return vec![(None, source.list(target, one.schema).await)];
    }
    let required = one.segments.iter().collect();
    let listings = segments::listings(source, target, one.schema, &required).await;
    listings.into_iter().map(|(segment, listing)| (Some(segment), listing)).collect()
}

/// The failure of a list, with the segment that it is of.
fn named(failure: &Failure, list: &Operation, segment: Option<&Segment>) -> Failure {
    let Some(segment) = segment else { return failure.clone() };
    let beginning = format!("{list}: ");
    let words = failure.message.strip_prefix(&beginning).unwrap_or(&failure.message);
    Failure::new(failure.cause, format!("{list}: `{segment}`: {words}"))
}

/// Resources that are asked about, by region: the first, and others in case that one is odd or gone.
fn few_of_each_region(listings: &[Listing], scope: &AccountScope) -> Vec<Vec<Arc<Resource>>> {
    let mut few: BTreeMap<&Region, Vec<Arc<Resource>>> = BTreeMap::new();
    let all = listings.iter().flat_map(Listing::resources);
    for resource in all.filter(|one| scope.holds(&one.region)) {
        let few = few.entry(&resource.region).or_default();
        if few.len() < FEW {
            few.push(resource.clone());
        }
    }
    few.into_values().collect()
}

/// Answers of operations on a resource, each behind those that must come before it.
async fn of_resource(
    source: &dyn Source,
    (target, schema): (&Target, &Schema),
    mut resource: Arc<Resource>,
    mut operations: Vec<Operation>,
) -> Vec<Answer> {
    let mut answers = Vec::new();
    loop {
        let is_asked = |operation: &Operation| resource.facets.contains_key(operation);
        let is_ready = |operation: &Operation| {
            let known = schema.operations.get(operation);
            known.is_none_or(|known| known.after.iter().all(is_asked))
        };
        let Some(at) = operations.iter().position(is_ready) else { return answers };
        let operation = operations.swap_remove(at);
        let facet = source.facet(target, schema, &resource, &operation).await;
        let is_summary = schema.summary.as_ref().is_some_and(|one| one.operation == operation);
        let failure = match &facet {
            // A report that is too old is an answer: it spares nothing.
            Facet::Failed(failure) if is_summary && failure.cause == Cause::NotCollected => None,
            Facet::Failed(failure) => Some(failure.clone()),
            Facet::Read(_) | Facet::Absent => None,
        };
        answers.push((operation.clone(), resource.region.clone(), failure));
        Arc::make_mut(&mut resource).facets.insert(operation, facet);
    }
}
