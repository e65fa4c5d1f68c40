//! Expressions that several checks have in common.
//!
//! Policies repeat themselves: what one template made, or what was copied from a guide, stands in
//! group after group. Its tree is made once, and all that say the same hold the same one.

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::{PoisonError, RwLock};

use foldhash::fast::RandomState;

use super::builtins::Builtins;
use super::{Environment, Expression, ExpressionKind};
use crate::resource::TypeName;

/// Expressions without problems, for one reading of policies. It changes no answer and no budget:
/// a text that is found costs its file what compiling it would have cost.
#[derive(Debug, Default)]
pub struct SharedExpressions(RwLock<HashMap<Key, HashSet<ByText, RandomState>, RandomState>>);

/// What a text means depends on this alone, where it has neither parameters nor names of `let`.
type Key = (ExpressionKind, Option<&'static TypeName>);

/// Expression that is found by its text.
#[derive(Debug)]
struct ByText {
    expression: Expression,
    /// Part of a file's budget that its text takes.
    cost: usize,
}

impl Borrow<str> for ByText {
    fn borrow(&self) -> &str {
        self.expression.text()
    }
}

impl Hash for ByText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.expression.text().hash(state);
    }
}

impl PartialEq for ByText {
    fn eq(&self, other: &Self) -> bool {
        self.expression.text() == other.expression.text()
    }
}

impl Eq for ByText {}

impl SharedExpressions {
    /// Expression of a text that was compiled in the same environment, unless something is odd
    /// about it in this one: that is told where it stands. And the cost of its text.
    pub(super) fn find(
        &self,
        text: &str,
        environment: &Environment,
        kind: ExpressionKind,
    ) -> Option<(Expression, usize)> {
        let key = key(environment, kind)?;
        let (found, cost) = {
            let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
            let ByText { expression, cost } = all.get(&key)?.get(text)?;
            (expression.clone(), *cost)
        };
        found.is_fine_in(environment).then_some((found, cost))
    }

    /// Takes up an expression about which nothing is odd, with the cost of its text.
    pub(super) fn add(&self, expression: &Expression, cost: usize) {
        let Some(key) = key(&expression.0.environment, expression.kind()) else { return };
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        all.entry(key).or_default().insert(ByText { expression: expression.clone(), cost });
    }
}

fn key(environment: &Environment, kind: ExpressionKind) -> Option<Key> {
    // By name, so that a field more has to be thought of here. What holds of the selected resources
    // changes no tree: it is asked for when one is found.
    let Environment { subject, parameters, broken, bindings, filter: _, builtins } = environment;
    let is_plain = parameters.is_none() && broken.is_none() && bindings.is_empty();
    let is_plain = is_plain && std::ptr::eq(*builtins, Builtins::standard()) && !kind.is_value();
    is_plain.then(|| (kind, subject.map(|schema| &schema.type_name)))
}
