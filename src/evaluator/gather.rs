//! The inventory that groups need: which facets their checks read, asked once for all of them.

use chrono::{DateTime, Utc};

use crate::expression::{Budget, Expression, Subject, Verdict};
use crate::fetch::{self, CallStats, Keep, Need, Scope, Source};
use crate::policy::{Account, Check, Group, Question};
use crate::resource::{Inventory, Resource, Schema};

/// Asks `source` for what the checks of `groups` read of `account`, at `now`.
pub async fn gather(
    groups: &[&Group],
    account: &Account,
    source: &dyn Source,
    now: DateTime<Utc>,
) -> (Inventory, CallStats) {
    let regions = account.regions.iter().cloned().collect();
    let scope = Scope { account: account.id.clone(), regions, taken_at: now };
    let checks = groups.iter().flat_map(|group| &group.checks);
    let needs: Vec<Need<'_>> = checks.flat_map(|check| needs(check, account, now)).collect();
    fetch::collect(source, &scope, &needs).await
}

/// What a check needs of the type that it selects, and of those that its `let` names.
fn needs<'a>(check: &'a Check, account: &'a Account, now: DateTime<Utc>) -> Vec<Need<'a>> {
    let question = &check.question;
    let own = (question.schema, question.filter.as_ref());
    let others = question.bindings.iter().map(|one| (one.schema, one.filter.as_ref()));
    let selected = [own].into_iter().chain(others);
    selected.map(|(schema, filter)| need(question, schema, filter, (account, now))).collect()
}

/// A type of which what `filter` lets pass is needed. A filter that compares with what `let` finds
/// stays undecided until that is there, so that all its resources are asked.
fn need<'a>(
    question: &'a Question,
    schema: &'static Schema,
    filter: Option<&'a Expression>,
    (account, now): (&'a Account, DateTime<Utc>),
) -> Need<'a> {
    let expressions = question.filter.iter().chain([&question.assertion]);
    let read = expressions.filter(|one| filter.is_none_or(|filter| !std::ptr::eq(*one, filter)));
    let need =
        Need::new(schema, read.flat_map(|one| one.operations_of(&schema.type_name)).cloned());
    let Some(filter) = filter else { return need };
    need.only(filter.operations_of(&schema.type_name).cloned(), move |resource: &Resource| {
        let subject = Subject::of(resource, &account.id, now);
        match filter.evaluate(&subject, &mut Budget::default()) {
            Verdict::True => Keep::Yes,
            Verdict::False => Keep::No,
            Verdict::Unknown(_) => Keep::Unknown,
        }
    })
}
