//! What checks require of an account: the facets that they read, of the resources that they select.

use chrono::{DateTime, Utc};

use crate::evaluation::{Settled, oldest, segment, settled};
use crate::expression::{EvalBudget, EvalResult, Expression, Subject};
use crate::fetch::{FetchRequirement, FilterDecision};
use crate::policy::{Account, Group, Rule};
use crate::resource::{Resource, Schema};

/// Requirements of all checks of `groups` in an account, with `now` as their filters have it.
pub(super) fn of_groups<'a>(
    groups: &[&'a Group],
    account: &'a Account,
    now: DateTime<Utc>,
) -> Vec<FetchRequirement<'a>> {
    let checks = groups.iter().flat_map(|group| &group.checks);
    checks.flat_map(|check| of_rule(&check.rule, account, now)).collect()
}

/// Requirements of a rule: of the type that it selects, and then of those that its `let` names.
pub(super) fn of_rule<'a>(
    rule: &'a Rule,
    account: &'a Account,
    now: DateTime<Utc>,
) -> Vec<FetchRequirement<'a>> {
    let own = of_type(rule, rule.schema, rule.filter.as_ref(), (account, now));
    let own = match &rule.schema.summary {
        Some(_) if !rule.is_of_all() => own.unless(settles(rule, account, now)),
        _ => own,
    };
    let others = rule.selections().skip(1);
    let others = others.map(|(schema, filter)| of_type(rule, schema, filter, (account, now)));
    [own].into_iter().chain(others).collect()
}

/// Whether a summary settles what a rule says of a resource. Names of `let` are not known yet.
fn settles<'a>(
    rule: &'a Rule,
    account: &'a Account,
    now: DateTime<Utc>,
) -> impl Fn(&Resource) -> bool + Send + Sync + 'a {
    let judge = move |resource: &Resource| {
        let subject = Subject::of(resource, &account.id, now);
        let filter = rule.filter.as_ref();
        match filter.map(|filter| filter.evaluate(&subject, &mut EvalBudget::default())) {
            None | Some(EvalResult::True) => {
                Some(rule.assertion.evaluate(&subject, &mut EvalBudget::default()))
            }
            Some(EvalResult::False) => None,
            unknown => unknown,
        }
    };
    let oldest = oldest(rule.max_age, now);
    move |resource| settled(resource, rule.schema, oldest, judge) != Settled::Open
}

/// Requirement of those resources of a type that `filter` lets pass. A filter that compares with
/// what `let` finds stays undecided until that is there, so that all its resources are asked.
fn of_type<'a>(
    rule: &'a Rule,
    schema: &'static Schema,
    filter: Option<&'a Expression>,
    (account, now): (&'a Account, DateTime<Utc>),
) -> FetchRequirement<'a> {
    let expressions = rule.filter.iter().chain([&rule.assertion]);
    let read = expressions.filter(|one| filter.is_none_or(|filter| !std::ptr::eq(*one, filter)));
    let operations = read.flat_map(|one| one.operations_of(&schema.type_name)).cloned();
    let requirement = FetchRequirement::new(schema, operations).within(segment(schema, filter));
    let Some(filter) = filter else { return requirement };
    let decide = move |resource: &Resource| {
        let subject = Subject::of(resource, &account.id, now);
        match filter.evaluate(&subject, &mut EvalBudget::default()) {
            EvalResult::True => FilterDecision::Keep,
            EvalResult::False => FilterDecision::Drop,
            EvalResult::Unknown(_) => FilterDecision::Undecided,
        }
    };
    requirement.only(filter.operations_of(&schema.type_name).cloned(), decide)
}
