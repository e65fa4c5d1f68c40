//! One rule in one account: what it comes to on a resource.

use crate::expression::{EvalBudget, EvalResult, Memo, Subject};
use crate::policy::{Account, Rule};
use crate::resource::{Failure, Inventory, Resource, Schema, Segment, Value};

use super::settled::{Settled, oldest, settled};
use super::target::segment;

/// One rule in one account. `now` in expressions is the instant at which the inventory was taken.
pub(super) struct Judge<'a> {
    pub(super) rule: &'a Rule,
    pub(super) account: &'a Account,
    pub(super) inventory: &'a Inventory,
    /// Values of the names of `let`, in their order.
    pub(super) bound: Vec<Result<Value, Failure>>,
}

impl Judge<'_> {
    pub(super) fn schema(&self) -> &'static Schema {
        self.rule.schema
    }

    /// What the rule comes to on a resource, if it selects it. Whether it does may be unknown as well,
    /// which counts, since it may be one that fails.
    pub(super) fn result(&self, resource: &Resource, memo: &mut Memo) -> Option<EvalResult> {
        match self.settled(resource) {
            Settled::Dropped => None,
            Settled::Passes => Some(EvalResult::True),
            Settled::Open => self.fresh(resource, memo),
        }
    }

    /// The same, whatever a summary settles.
    fn fresh(&self, resource: &Resource, memo: &mut Memo) -> Option<EvalResult> {
        match self.selects(resource, memo) {
            EvalResult::False => None,
            EvalResult::True => {
                let subject = self.subject(resource);
                Some(self.rule.assertion.evaluate_with(&subject, memo, &mut budget()))
            }
            unknown @ EvalResult::Unknown(_) => Some(unknown),
        }
    }

    /// What a summary settles, where the calls that it spares were not made.
    fn settled(&self, resource: &Resource) -> Settled {
        let oldest = oldest(self.rule.max_age, self.inventory.taken_at);
        settled(resource, self.schema(), oldest, |one| self.fresh(one, &mut Memo::default()))
    }

    pub(super) fn selects(&self, resource: &Resource, memo: &mut Memo) -> EvalResult {
        match &self.rule.filter {
            Some(filter) => filter.evaluate_with(&self.subject(resource), memo, &mut budget()),
            None => EvalResult::True,
        }
    }

    pub(super) fn subject<'s>(&'s self, resource: &'s Resource) -> Subject<'s> {
        let now = self.inventory.taken_at;
        Subject { bound: &self.bound, ..Subject::of(resource, &self.account.id, now) }
    }
}

/// Segment that holds all that a rule selects, where there is one.
pub(super) fn segment_of(rule: &Rule) -> Option<Segment> {
    segment(rule.schema, rule.filter.as_ref())
}

pub(super) fn budget() -> EvalBudget {
    EvalBudget::default()
}
