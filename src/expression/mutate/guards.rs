//! Guards that change no outcome: what one says of null, the rest of its chain says as well.
//!
//! Where what is guarded is not there, `x == null || x != "a"` and `x != "a"` are both true. Where
//! it is there, or unknown, the guard has never decided. So no resource tells the two apart.

use crate::expression::lint::{is_fixed, null_test};
use crate::expression::nulls::Path;
use crate::expression::tree::{Expr, Macro, Node};
use crate::expression::{EvalBudget, evaluate};
use crate::resource::Value;

/// `true` where a term of a chain is a guard without which the chain has the same outcomes. A guard
/// that is not met makes `&&` false, and `||` true.
pub(super) fn is_moot(terms: &[Node], at: usize, is_and: bool) -> bool {
    let Some(path) = terms.get(at).and_then(|term| guarded(term, is_and)) else { return false };
    let mut rest = terms.iter().enumerate().filter(|(place, _)| *place != at);
    rest.any(|(_, term)| outcome_of_null(term, path) == Some(!is_and))
}

/// Path that a term asks for, whose outcome is as given wherever that is there.
fn guarded(term: &Node, outcome: bool) -> Option<Path<'_>> {
    if let Expr::Not(of) = &term.expr {
        return guarded(of, !outcome);
    }
    let (of, holds) = null_test(term)?;
    Path::of(of).filter(|_| holds == outcome)
}

/// Outcome of a term where a path is null, if nothing else decides it.
fn outcome_of_null(term: &Node, path: Path<'_>) -> Option<bool> {
    let mut term = term.clone();
    let mut budget = EvalBudget::default();
    put_null(&mut term, path, &mut budget);
    super::decide(&mut term, &mut budget);
    match term.expr {
        Expr::Constant(Value::Null) => Some(false),
        _ => super::truth(&term),
    }
}

/// Puts null in the place of a path, and its value in that of whatever has one then.
fn put_null(node: &mut Node, path: Path<'_>, budget: &mut EvalBudget) {
    if Path::of(node).is_some_and(|own| own.is_same(path)) {
        node.expr = Expr::Constant(Value::Null);
        return;
    }
    for child in node.children_mut() {
        put_null(child, path, budget);
    }
    if let Some(value) = value_of_null(node, budget) {
        node.expr = Expr::Constant(value);
    }
}

fn value_of_null(node: &Node, budget: &mut EvalBudget) -> Option<Value> {
    match &node.expr {
        Expr::Constant(_) => None,
        Expr::PropertyOf { of, .. } => is_nothing(of).then_some(Value::Null),
        Expr::Loop(looped) if is_nothing(&looped.range) => match looped.kind {
            Macro::All => Some(Value::Bool(true)),
            Macro::Exists => Some(Value::Bool(false)),
            Macro::Filter | Macro::Map => Some(Value::list([])),
            Macro::ExistsOne => None,
        },
        _ => {
            let below = node.children();
            let is_given = below.iter().all(|child| matches!(child.expr, Expr::Constant(_)));
            let is_given = is_given && is_fixed(node);
            is_given.then(|| evaluate::constant(node, budget).ok()).flatten()
        }
    }
}

/// `true` for null, and for the list that was made of it.
fn is_nothing(node: &Node) -> bool {
    match &node.expr {
        Expr::Constant(Value::List(items)) => items.is_empty(),
        Expr::Constant(value) => value.is_null(),
        _ => false,
    }
}
