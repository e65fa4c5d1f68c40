//! What the values of parameters keep from being evaluated, and so do not make wrong.

use std::ops::Range;

use cel::IdedExpr;

use super::super::tree::Node;
use super::super::{evaluate, lint};
use super::TypeChecker;
use crate::diagnostic::Code;
use crate::resource::Value;

/// Problems that the values of parameters have.
const OF_VALUES: [Code; 3] = [Code::WrongValue, Code::UndocumentedValue, Code::FixedComparison];

impl TypeChecker<'_> {
    /// The terms of a chain. What the values of parameters decide before a term keeps it from being
    /// evaluated, and so do not they make it wrong: `params.range == "" || cidrContains(params.range, x)`.
    pub(super) fn terms(&mut self, trees: &[&IdedExpr], outcome: bool) -> Vec<Node> {
        let mut terms = Vec::with_capacity(trees.len());
        let mut is_decided = false;
        let listed = self.listed.len();
        for tree in trees {
            let before = self.problems.len();
            let term = self.condition(tree).node;
            if is_decided {
                let found = self.problems.split_off(before);
                self.problems.extend(found.into_iter().filter(|it| !OF_VALUES.contains(&it.code)));
            }
            is_decided = is_decided || self.is_decided_by(&term, outcome);
            terms.push(term);
        }
        if self.listed.len() > listed {
            self.accept_listed(&terms, listed);
        }
        terms
    }

    /// Takes back what is wrong with values in the part of a condition that they keep from being
    /// evaluated: the first part's problems are in a range, the other's behind it.
    pub(super) fn forgive(&mut self, condition: &Node, first: Range<usize>) {
        let is_dead = if self.is_decided_by(condition, false) {
            |at: usize, first: &Range<usize>| first.contains(&at)
        } else if self.is_decided_by(condition, true) {
            |at: usize, first: &Range<usize>| at >= first.end
        } else {
            return;
        };
        let mut at = 0;
        self.problems.retain(|problem| {
            at += 1;
            !(is_dead(at - 1, &first) && OF_VALUES.contains(&problem.code))
        });
    }

    /// `true` where a term says an outcome for the values of parameters alone.
    fn is_decided_by(&mut self, term: &Node, outcome: bool) -> bool {
        let parameters = self.environment.parameters.iter().flat_map(|all| all.iter());
        parameters.into_iter().any(|one| one.value.is_some())
            && lint::is_fixed(term)
            && matches!(
                evaluate::constant(term, &mut self.folding),
                Ok(Value::Bool(found)) if found == outcome
            )
    }
}
