//! What is told of nulls that nobody guards.

use super::super::nulls::{Path, is_null};
use super::super::span::Span;
use super::super::tree::{Expr, Node, Pair};
use super::super::{Problem, show};
use super::{Linter, constant};
use crate::diagnostic::Code;
use crate::resource::Value;

/// How many nulls are known to be told: authors forget a few.
const MOST_TOLD: usize = 16;

impl<'t> Linter<'t, '_> {
    /// `true` where a path was told before, or a neighbour with which it is there.
    pub(super) fn is_told(&self, path: Path<'_>) -> bool {
        let comes_with = |told: &Path<'t>| {
            let mut given = path.node().property().into_iter().flat_map(|it| &it.given);
            given.any(|it| it.with.is_none() && told.is_neighbour(path, &it.property, None))
        };
        self.told.iter().any(|told| told.is_same(path) || comes_with(told))
    }

    /// `true` for what is null by the terms around, which is told.
    pub(super) fn is_absent(&mut self, node: &'t Node, is_null_test: bool) -> bool {
        let Some(path) = Path::of(node).filter(|path| self.claims.may_be_absent(*path)) else {
            return false;
        };
        if !self.is_own || self.is_told(path) {
            return false;
        }
        let Some(problem) = self.claims.absent(path, &self.known, is_null_test) else {
            return false;
        };
        self.tell(path);
        self.problems.push(problem);
        true
    }

    pub(super) fn tell(&mut self, path: Path<'t>) {
        if self.told.len() < MOST_TOLD {
            self.told.push(path);
        }
    }

    /// Looks at what is compared with another: null is asked for, and not what is null.
    pub(super) fn compared(&mut self, node: &'t Node, other: &Node, is_equal: bool) {
        if !is_null(other) {
            self.visit(node, false);
            return;
        }
        if !is_equal {
            self.is_absent(node, true);
        }
        self.inside(node, false);
    }

    /// `true` for a property of an element that there must not be: one without it is none.
    pub(super) fn is_forbidden(&self, path: Path<'_>) -> bool {
        path.variable().is_some_and(|variable| self.forbidden.contains(&variable))
    }

    /// `true` for one of several alternatives, where all elements must differ or those that do are
    /// kept: an element without it has another.
    pub(super) fn has_another(&self, path: Path<'_>) -> bool {
        path.node().property().is_some_and(|property| property.alternative.is_some())
            && path.variable().is_some_and(|variable| self.required.contains(&variable))
    }

    pub(super) fn unequal(&mut self, node: &'t Node, pair: &'t Pair) {
        let (one, other) = &**pair;
        if !is_null(one) && !is_null(other) {
            let missing = self.nullable(one).or_else(|| self.nullable(other));
            let is_equal = matches!(node.expr, Expr::Equal(_));
            let missing = missing.filter(|path| !is_equal || !self.is_forbidden(*path));
            let missing = missing.filter(|path| !is_only(*path, constant(one).or(constant(other))));
            self.warn(node, missing, |_| {
                let constant = [one, other].into_iter().find(|side| constant(side).is_some());
                let other = constant.map_or_else(|| "...".to_owned(), show::node);
                format!("`null != {other}`")
            });
        }
        self.children(node);
    }

    /// What has no value of null, so that the whole is unknown unless the rest decides.
    pub(super) fn needed(&mut self, argument: &'t Node, by: &str) {
        let Some(path) = self.nullable(argument) else { return };
        self.tell(path);
        let path = show::node(path.node());
        let message = format!("`{path}` may be null, and `{by}` of null is unknown");
        self.problems.push(unguarded(argument.span, &path, message));
    }

    /// List with null in it, of which a function has no value.
    pub(super) fn elements(&mut self, list: &Node, by: &str) {
        let path = show::node(list);
        let message = format!("null may be in `{path}`, and `{by}` of it is unknown then");
        let problem = Problem::warning(list.span, Code::UnguardedNull, message);
        let help = format!("leave null out, as in `{path}.filter(x, x != null)`");
        self.problems.push(problem.help(help));
    }

    pub(super) fn warn(
        &mut self,
        node: &Node,
        missing: Option<Path<'t>>,
        true_of: impl Fn(&str) -> String,
    ) {
        // What is not there is none of those in a list that was written for the others.
        let missing = missing.filter(|path| !path.is_variable() && !self.has_another(*path));
        let Some(path) = missing else { return };
        self.tell(path);
        let path = show::node(path.node());
        let always = true_of(&path);
        let message = format!("`{path}` may be null, and {always} is true");
        self.problems.push(unguarded(node.span, &path, message));
    }

    /// Path by which a node may be null, unless it is guarded or told.
    pub(super) fn nullable(&mut self, node: &'t Node) -> Option<Path<'t>> {
        let path = self.known.nullable(node)?;
        let is_known = self.is_told(path)
            || self.claims.give(path, &self.known)
            || self.is_absent(path.node(), false);
        (!is_known).then_some(path)
    }
}

fn unguarded(place: Span, path: &str, message: String) -> Problem {
    let help = format!("begin with `{path} != null &&`, or `{path} == null ||` if that is fine");
    Problem::warning(place, Code::UnguardedNull, message).help(help)
}

/// `true` for the only value that a property has, so that whoever excludes it means null.
fn is_only(path: Path<'_>, value: Option<&Value>) -> bool {
    let known = path.node().property().map(|property| &*property.values);
    matches!((known, value), (Some([only]), Some(Value::String(value))) if only == value)
}
