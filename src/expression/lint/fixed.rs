//! Conditions whose outcome the schema tells.
//!
//! A list of the cloud is empty and never null, so that `resource.MFADevices != null` holds for
//! everybody. Of what is no list such a condition is a guard too many, which does no harm: it is told
//! where it decides the whole.

use std::cmp::Ordering;

use super::super::nulls::{NonNull, Path, is_null};
use super::super::tree::{Expr, Macro, Node};
use super::super::{Problem, notation, operate, show};
use crate::diagnostic::Code;
use crate::resource::{Kind, Value};

/// Warning of a comparison with null, or of `has`, where a collection is never null.
pub(super) fn of_collection(node: &Node, known: &NonNull<'_>) -> Option<Problem> {
    let (of, holds) = null_test(node).filter(|(of, _)| is_collection(of))?;
    known.is_never_null(of).then(|| told(node, of, holds))
}

/// Warning of a condition whose outcome is known as a whole, at the term that decides it.
pub(super) fn of_all(root: &Node, known: &NonNull<'_>) -> Option<Problem> {
    let (term, _) = decided(root, known)?;
    let (of, holds) = null_test(term)?;
    Some(told(term, of, holds))
}

/// How many terms of a chain are held against each other: authors write a few.
const MOST_COMPARED: usize = 32;

/// Warning of two terms of a chain of which one always holds, or never both.
pub(super) fn of_chain(terms: &[Node], is_and: bool) -> Option<Problem> {
    let compared = |term| comparison(term, is_and);
    let known: Vec<_> = terms.iter().filter_map(compared).take(MOST_COMPARED).collect();
    known.iter().enumerate().find_map(|(at, (term, path, value))| {
        let before = known.iter().take(at);
        let mut other =
            before.filter(|(_, same, other)| differ(other, value) && is_same(same, path));
        let (_, _, other) = other.next()?;
        let path = show::node(path);
        let (one, two) = (notation::value(other), notation::value(value));
        let problem = if is_and {
            let message = format!("`{path}` is never {one} and {two} at once");
            Problem::warning(term.span, Code::FixedComparison, message)
                .help(format!("write `{path} in [{one}, {two}]`"))
        } else {
            let message = format!("`{path}` always differs from {one} or from {two}");
            Problem::warning(term.span, Code::FixedComparison, message)
                .help(format!("write `!({path} in [{one}, {two}])`"))
        };
        Some(problem)
    })
}

/// What a term compares with which constant.
fn comparison(term: &Node, is_and: bool) -> Option<(&Node, &Node, &Value)> {
    let pair = match &term.expr {
        Expr::Equal(pair) if is_and => pair,
        Expr::NotEqual(pair) if !is_and => pair,
        _ => return None,
    };
    match (&pair.0.expr, &pair.1.expr) {
        (_, Expr::Constant(value)) => Some((term, &pair.0, value)),
        (Expr::Constant(value), _) => Some((term, &pair.1, value)),
        _ => None,
    }
}

/// `true` where no value is equal to both: integers and doubles are compared as numbers.
fn differ(one: &Value, other: &Value) -> bool {
    one != other && operate::order(one, other) != Some(Ordering::Equal)
}

fn is_same(one: &Node, other: &Node) -> bool {
    match (&one.expr, &other.expr) {
        (Expr::Account, Expr::Account) | (Expr::Region, Expr::Region) => true,
        _ => Path::of(one).zip(Path::of(other)).is_some_and(|(one, other)| one.is_same(other)),
    }
}

fn told(node: &Node, of: &Node, holds: bool) -> Problem {
    let (path, shown) = (show::node(of), show::node(node));
    let outcome = if holds { "always true" } else { "always false" };
    let message = format!("`{path}` is never null, so that `{shown}` is {outcome}");
    let problem = Problem::warning(node.span, Code::FixedComparison, message);
    let sign = if holds { "> 0" } else { "== 0" };
    if is_list(of) {
        problem.help(format!("it is empty where there is none: write `size({path}) {sign}`"))
    } else if is_collection(of) {
        problem.help("ask one of its properties")
    } else {
        problem.help(format!("ask what it is, as in `{path} == ...`"))
    }
}

/// Node that is asked for null, and the outcome where it is not.
fn null_test(node: &Node) -> Option<(&Node, bool)> {
    match &node.expr {
        Expr::Has(of) => Some((of, true)),
        Expr::Equal(pair) | Expr::NotEqual(pair) => {
            let holds = matches!(node.expr, Expr::NotEqual(_));
            match &**pair {
                (of, null) | (null, of) if is_null(null) && !is_null(of) => Some((of, holds)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The term that decides a condition, and how.
fn decided<'t>(node: &'t Node, known: &NonNull<'_>) -> Option<(&'t Node, bool)> {
    let all = |terms: &'t [Node], outcome: bool| {
        let found: Vec<_> = terms.iter().map(|term| decided(term, known)).collect();
        let decides = found.iter().flatten().find(|(_, is)| *is != outcome).copied();
        decides.or_else(|| {
            let is_all = found.iter().all(Option::is_some);
            found.first().copied().flatten().filter(|_| is_all)
        })
    };
    match &node.expr {
        Expr::And(terms) => all(terms, true),
        Expr::Or(terms) => all(terms, false),
        Expr::Not(of) => decided(of, known).map(|(term, is)| (term, !is)),
        _ => {
            let (of, holds) = null_test(node)?;
            known.is_never_null(of).then_some((node, holds))
        }
    }
}

fn is_collection(node: &Node) -> bool {
    is_list(node) || matches!(kind(node), Some(Kind::Map | Kind::Object))
}

fn is_list(node: &Node) -> bool {
    match &node.expr {
        Expr::Loop(looped) => matches!(looped.kind, Macro::Filter | Macro::Map),
        Expr::Call { function, .. } => function.property.is_none() && function.gives_list(),
        Expr::Resources | Expr::List(_) => true,
        _ => matches!(kind(node), Some(Kind::List)),
    }
}

fn kind(node: &Node) -> Option<Kind> {
    node.property().map(|property| property.kind)
}
