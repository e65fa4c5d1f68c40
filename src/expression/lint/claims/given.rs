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

    /// Warning of a term by whose outcome a property is null that the terms before it ask for. What is
    /// known since `since` is of the term.
    pub(in super::super) fn denied(
        &mut self,
        (term, is_true): (&'t Node, bool),
        since: usize,
        nulls: &NonNull<'t>,
    ) -> Option<Problem> {
        let (before, own) = self.known.split_at_checked(since)?;
        let only = |claim: &Claim<'t>| claim.of.node().property().and_then(|it| it.only.as_ref());
        if own.is_empty() || before.iter().all(|claim| only(claim).is_none()) {
            return None;
        }
        let is_own = |of: Path<'_>, only: &Given| {
            own.iter()
                .any(|one| !one.says_null && one.of.is_neighbour(of, &only.property, one.element))
        };
        let asked: Vec<(Path<'t>, &'t Given)> = before
            .iter()
            .filter(|claim| claim.element.is_none() && !claim.says_null)
            // `x == null || ...` says that what follows is for those that have it.
            .filter(|claim| is_true || fixed::null_test(claim.term).is_none())
            .filter_map(|claim| Some((claim.of, only(claim)?)))
            .filter(|(of, only)| nulls.is_there(of.node()) && is_own(*of, only))
            .collect();
        let denies = |(of, only): &(Path<'t>, &'t Given)| {
            Some((of.node(), self.leave((*of, only), false, nulls)?, *only))
        };
        let (node, neighbour, only) = asked.iter().find_map(denies)?;
        let (shown, path) = (show::node(term), show::node(node));
        let needed = needed(neighbour, only.with.as_deref().unwrap_or_default());
        let (outcome, help) = if is_true {
            ("never holds", "leave one of them out, or write `||` where either is meant")
        } else {
            ("always holds", "leave one of them out, or write `&&` where both are meant")
        };
        let message = format!("`{shown}` {outcome} here: `{path}` is there only where `{needed}`");
        Some(Problem::warning(term.span, Code::FixedComparison, message).help(help))
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
    let (shown, needed) = (show::node(node), needed(neighbour, with));
    let message = format!("`{shown}` is null here: it is there only where `{needed}`");
    let problem = Problem::warning(node.span, Code::FixedComparison, message);
    problem.help(format!("leave it out, or ask first whether `{needed}`"))
}

/// What says in CEL that a neighbour has one of some values.
fn needed(neighbour: &Node, with: &[Value]) -> String {
    let of = show::node(neighbour);
    match with {
        [value] => format!("{of} == {}", notation::value(value)),
        values => {
            let values: Vec<_> = values.iter().map(notation::value).collect();
            format!("{of} in [{}]", values.join(", "))
        }
    }
}

/// All values that a property has, where the cloud documents them; empty where it does not.
fn closed(property: &Property) -> Vec<Value> {
    match property.kind {
        Kind::Boolean => vec![Value::Bool(false), Value::Bool(true)],
        _ if property.form.is_some() => Vec::new(),
        _ => property.values.iter().map(|value| Value::string(Arc::clone(value))).collect(),
    }
}
