//! What the values of parameters keep from being evaluated, and so do not make wrong.

use std::ops::Range;

use cel::IdedExpr;

use super::super::evaluate;
use super::super::operand::MOST_READ;
use super::super::span::Span;
use super::super::tree::Node;
use super::TypeChecker;
use crate::diagnostic::Code;
use crate::resource::Value;

/// Problems that the values of parameters have.
const OF_VALUES: [Code; 3] = [Code::WrongValue, Code::UndocumentedValue, Code::FixedComparison];

/// Elements that a variable of a loop stands for where no term keeps it from that.
pub(super) struct Narrowed {
    index: usize,
    values: Value,
    places: Vec<Span>,
}

impl TypeChecker<'_> {
    /// The terms of a chain. What the values of parameters decide in one term keeps the others from
    /// having a say, and so do not they make it wrong:
    /// `params.range == "" || cidrContains(params.range, x)`. An element for which a term decides is
    /// none of those that the terms behind it are asked for.
    pub(super) fn terms(&mut self, trees: &[&IdedExpr], outcome: bool) -> Vec<Node> {
        let mut terms = Vec::with_capacity(trees.len());
        let (first, listed) = (self.problems.len(), self.listed.len());
        let mut decided: Option<Range<usize>> = None;
        let mut narrowed = Vec::new();
        for tree in trees {
            let before = self.problems.len();
            let uses = self.uses();
            let term = self.condition(tree).node;
            if decided.is_none() && self.is_decided_by(&term, outcome) {
                decided = Some(before..self.problems.len());
            }
            if let Some(one) = self.narrow(&term, outcome) {
                // A guard is none of the things that an element may be meant for, unless something was
                // told before it.
                if before == first && self.problems.len() == first {
                    self.forget_uses(one.index, &uses);
                }
                narrowed.push(one);
            }
            terms.push(term);
        }
        narrowed.into_iter().rev().for_each(|one| self.widen(Some(one)));
        if let Some(decided) = decided {
            let mut at = first;
            let found = self.problems.split_off(first);
            self.problems.extend(found.into_iter().filter(|problem| {
                at += 1;
                decided.contains(&(at - 1)) || !OF_VALUES.contains(&problem.code)
            }));
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

    /// `true` where a term has an outcome by the values of parameters alone.
    fn is_decided_by(&mut self, term: &Node, outcome: bool) -> bool {
        if !self.has_values() || !term.free_variables().is_empty() {
            return false;
        }
        let locals = vec![Value::Null; self.locals.len()];
        let found = evaluate::within(term, &locals, &mut self.folding);
        matches!(found, Ok(Value::Bool(found)) if found == outcome)
    }

    /// `true` where a parameter that has a value stands in the text.
    fn has_values(&self) -> bool {
        let mut parameters = self.environment.parameters.iter().flat_map(|all| all.iter());
        !self.names.parameters.is_empty() && parameters.any(|one| one.value.is_some())
    }

    /// Has the variable of a loop that a term asks about stand for those elements alone for which the
    /// term has another outcome.
    pub(super) fn narrow(&mut self, term: &Node, outcome: bool) -> Option<Narrowed> {
        if !self.has_elements() {
            return None;
        }
        let [index] = *term.free_variables() else { return None };
        let variable = self.locals.get(index)?;
        let Some(Value::List(items)) = &variable.values else { return None };
        if items.len() > MOST_READ {
            return None;
        }
        let (mut kept, mut places) = (Vec::new(), Vec::new());
        let mut locals = vec![Value::Null; self.locals.len()];
        for (at, item) in items.iter().enumerate() {
            *locals.get_mut(index)? = item.clone();
            let found = evaluate::within(term, &locals, &mut self.folding);
            // What depends on more than the element may be so or not.
            let found = found.ok()?;
            if found != Value::Bool(outcome) {
                kept.push(item.clone());
                places.extend(variable.places.get(at));
            }
        }
        let variable = self.locals.get_mut(index)?;
        let values = variable.values.replace(Value::list(kept))?;
        let places = std::mem::replace(&mut variable.places, places);
        Some(Narrowed { index, values, places })
    }

    /// Has a variable stand for all elements again.
    pub(super) fn widen(&mut self, narrowed: Option<Narrowed>) {
        let Some(Narrowed { index, values, places }) = narrowed else { return };
        if let Some(variable) = self.locals.get_mut(index) {
            variable.values = Some(values);
            variable.places = places;
        }
    }

    /// `true` where a variable stands for elements that are known.
    fn has_elements(&self) -> bool {
        self.locals.iter().any(|variable| matches!(variable.values, Some(Value::List(_))))
    }

    /// How often the variables of the loops around are used so far; empty where none is known.
    fn uses(&self) -> Vec<usize> {
        let known = if self.has_elements() { self.locals.as_slice() } else { &[] };
        known.iter().map(|variable| variable.uses.len()).collect()
    }

    fn forget_uses(&mut self, index: usize, uses: &[usize]) {
        if let (Some(variable), Some(length)) = (self.locals.get_mut(index), uses.get(index)) {
            variable.uses.truncate(*length);
        }
    }
}
