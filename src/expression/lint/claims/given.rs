//! Properties that are there, or null, by what the terms around leave of a neighbour: of all its
//! values those that give each term its outcome.

use std::sync::Arc;

use super::super::super::nulls::{NonNull, Path};
use super::super::super::tree::Node;
use super::super::super::{Problem, notation, show};
use super::super::fixed;
use super::points::{Place, Point, is_in_order};
use super::{Claim, Claims, STEPS, Source, count, gather};
use crate::diagnostic::Code;
use crate::resource::{Given, Kind, Property, Value};

impl<'t> Claims<'t> {
    /// `true` where a neighbour has only values with which a property is there.
    pub(in super::super) fn give(&mut self, path: Path<'_>, nulls: &NonNull<'t>) -> bool {
        if self.known.is_empty() {
            return false;
        }
        let Some(given) = path.node().property().map(|property| &property.given) else {
            return false;
        };
        // Where all work is done nothing is told.
        given
            .iter()
            .any(|given| self.steps >= STEPS || self.leave((path, given), true, nulls).is_some())
    }

    /// `true` where a path may be null by the terms around.
    pub(in super::super) fn may_be_absent(&self, path: Path<'_>) -> bool {
        !self.known.is_empty()
            && self.steps < STEPS
            && (path.node().property().is_some_and(|property| property.only.is_some())
                || self.known.iter().any(|claim| claim.says_null))
    }

    /// Warning of what is read although the terms around say that it is null.
    pub(in super::super) fn absent(
        &mut self,
        path: Path<'t>,
        nulls: &NonNull<'t>,
        is_null_test: bool,
    ) -> Option<Problem> {
        let node = path.node();
        let only = node.property().and_then(|property| property.only.as_ref());
        if let Some(only) = only
            && nulls.nullable(node).is_some()
            && let Some(neighbour) = self.leave((path, only), false, nulls)
        {
            return Some(unless(node, neighbour, only.with.as_deref().unwrap_or_default()));
        }
        if is_null_test {
            return None;
        }
        self.steps += self.known.len();
        let says_so = |claim: &&Claim<'t>| {
            claim.says_null
                && fixed::null_test(claim.term)
                    .is_some_and(|(of, _)| Path::observed(of).is(path, claim.element))
        };
        let claim = self.known.iter().find(says_so)?;
        let shown = show::node(node);
        let (place, verb) = match claim.source {
            Source::Selection => ("in all that is selected", "select"),
            Source::Term | Source::Condition => ("here", "ask"),
        };
        let message = format!("`{shown}` is null {place}");
        let problem = Problem::warning(node.span, Code::FixedComparison, message);
        Some(problem.help(format!("leave it out, or {verb} only where `{shown} != null`")))
    }

    /// Neighbour whose values left by the terms around all decide it: that a property is there, or
    /// that it is null.
    fn leave(
        &mut self,
        (path, given): (Path<'_>, &Given),
        is_there: bool,
        nulls: &NonNull<'t>,
    ) -> Option<&'t Node> {
        if self.steps >= STEPS {
            return None;
        }
        self.steps += self.known.len();
        let with = given.with.as_deref().filter(|with| !with.iter().any(Value::is_null))?;
        let is_about = |claim: &&Claim<'t>| {
            !claim.says_null && claim.of.is_neighbour(path, &given.property, claim.element)
        };
        let known: Vec<Claim<'t>> = self.known.iter().filter(is_about).copied().collect();
        let of = known.first()?.of.node();
        if !nulls.is_there(of) {
            return None;
        }
        let values = of.property().map(closed).unwrap_or_default();
        let compared = known.iter().map(|claim| count(claim.term)).sum::<usize>();
        let count = with.len() + values.len() + compared;
        if !self.may_compare(count) {
            return None;
        }
        let mut constants: Vec<Value> = with.iter().chain(&values).cloned().collect();
        for claim in &known {
            gather(claim.term, &mut constants);
        }
        if !is_in_order(&mut constants) {
            return None;
        }
        let budget = &mut self.budget;
        let is_left = |at: usize| {
            let value = constants.get(at / 2).filter(|_| at % 2 == 1);
            let is_value = values.is_empty() || value.is_some_and(|value| values.contains(value));
            let is_so = value.is_some_and(|value| with.contains(value)) == is_there;
            let point = Point::At(at);
            let mut place = Place { point, constants: &constants, budget: &mut *budget };
            is_value
                && !is_so
                && known.iter().all(|claim| place.holds(claim.term) != Some(!claim.is_true))
        };
        (!(0..=2 * constants.len()).any(is_left)).then_some(of)
    }
}

/// Warning of what is null unless a neighbour has one of some values.
fn unless(node: &Node, neighbour: &Node, with: &[Value]) -> Problem {
    let (shown, of) = (show::node(node), show::node(neighbour));
    let needed = match with {
        [value] => format!("{of} == {}", notation::value(value)),
        values => {
            let values: Vec<_> = values.iter().map(notation::value).collect();
            format!("{of} in [{}]", values.join(", "))
        }
    };
    let message = format!("`{shown}` is null here: it is there only where `{needed}`");
    let problem = Problem::warning(node.span, Code::FixedComparison, message);
    problem.help(format!("leave it out, or ask first whether `{needed}`"))
}

/// All values that a property has, where the cloud documents them; empty where it does not.
fn closed(property: &Property) -> Vec<Value> {
    match property.kind {
        Kind::Boolean => vec![Value::Bool(false), Value::Bool(true)],
        _ if property.form.is_some() => Vec::new(),
        _ => property.values.iter().map(|value| Value::string(Arc::clone(value))).collect(),
    }
}
