//! Conditions whose outcome the schema tells.
//!
//! A list of the cloud is empty and never null, so that `resource.MFADevices != null` holds for
//! everybody. Of what is no list such a condition is a guard too many, which does no harm: it is told
//! where it decides the whole.

use super::super::nulls::{NonNull, is_null};
use super::super::tree::{Expr, Macro, Node};
use super::super::{Problem, show};
use super::constant;
use crate::diagnostic::Code;
use crate::resource::{Kind, Value};

/// Warning of a comparison with null, or of `has`, of a collection that is never null, or of what is
/// computed: that is there, or nobody knows it.
pub(super) fn of_collection(node: &Node, known: &NonNull<'_>) -> Option<Problem> {
    let (of, holds) = null_test(node)?;
    let is_never_null = is_computed(of) || is_collection(of) && known.is_never_null(of);
    is_never_null.then(|| told(node, of, holds))
}

/// Warning of a condition whose outcome is known as a whole, at the term that decides it.
pub(super) fn of_all(root: &Node, known: &NonNull<'_>) -> Option<Problem> {
    let (term, _) = decided(root, known)?;
    let (of, holds) = null_test(term)?;
    Some(told(term, of, holds))
}

fn told(node: &Node, of: &Node, holds: bool) -> Problem {
    let (path, shown) = (show::node(of), show::node(node));
    let outcome = if holds { "always true" } else { "always false" };
    let message = format!("`{path}` is never null, so `{shown}` is {outcome}");
    let problem = Problem::warning(node.span, Code::FixedComparison, message);
    let sign = if holds { "> 0" } else { "== 0" };
    if is_list(of) {
        problem.help(format!("it is empty where there is none: write `size({path}) {sign}`"))
    } else if is_collection(of) {
        problem.help("ask one of its properties")
    } else if is_truth(of) {
        problem.help(format!("it is true or false: write `{path}` or `!({path})`"))
    } else {
        problem.help(format!("ask what it is, as in `{path} == ...`"))
    }
}

/// Node that is asked for null, and the outcome where it is not.
pub(in super::super) fn null_test(node: &Node) -> Option<(&Node, bool)> {
    match &node.expr {
        Expr::Has(of) => Some((of, true)),
        Expr::Equal(pair) | Expr::NotEqual(pair) => {
            let holds = matches!(node.expr, Expr::NotEqual(_));
            match &**pair {
                (of, null) | (null, of) if is_null(null) && !is_null(of) => {
                    Some((itself(of), holds))
                }
                _ => None,
            }
        }
        Expr::In(pair) => match (&pair.0, &pair.1.expr) {
            (of, Expr::Constant(Value::List(items)))
                if !items.is_empty() && items.iter().all(Value::is_null) && !is_null(of) =>
            {
                Some((itself(of), false))
            }
            (null, Expr::List(items)) if is_null(null) => match &**items {
                [of] => Some((itself(of), false)),
                _ => None,
            },
            _ => None,
        },
        Expr::Call { function, arguments, .. } => {
            let (of, others) = arguments.split_first()?;
            let is_null = function.asks_null(others.iter().map(constant))?;
            Some((itself(of), !is_null))
        }
        Expr::Loop(looped) if matches!(looped.kind, Macro::All | Macro::Exists) => {
            let Expr::List(items) = &looped.range.expr else { return None };
            let (variable, holds) = null_test(&looped.body)?;
            let is_own =
                matches!(variable.expr, Expr::Local { index, .. } if index == looped.index);
            match &**items {
                [of] if is_own => Some((itself(of), holds)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `true` for what computes a truth value or a number.
fn is_computed(node: &Node) -> bool {
    is_truth(node) || matches!(&node.expr, Expr::Call { function, .. } if function.gives_integer())
}

fn is_truth(node: &Node) -> bool {
    match &node.expr {
        Expr::Call { function, .. } => function.gives_truth(),
        Expr::Loop(looped) => !matches!(looped.kind, Macro::Filter | Macro::Map),
        Expr::Equal(_)
        | Expr::NotEqual(_)
        | Expr::Order(..)
        | Expr::In(_)
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Not(_)
        | Expr::Has(_)
        | Expr::Matches { .. } => true,
        _ => false,
    }
}

/// Node behind functions that give what they get.
fn itself(node: &Node) -> &Node {
    match &node.expr {
        Expr::Call { function, arguments, .. } if function.gives_itself() => {
            arguments.first().map_or(node, itself)
        }
        _ => node,
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
    is_list(node)
        || matches!(node.expr, Expr::Bound { .. })
        || matches!(kind(node), Some(Kind::Map | Kind::Object))
}

fn is_list(node: &Node) -> bool {
    match &node.expr {
        Expr::Loop(looped) => matches!(looped.kind, Macro::Filter | Macro::Map),
        Expr::Call { function, .. } => function.property.is_none() && function.gives_list(),
        Expr::Bound { is_list, .. } => *is_list,
        Expr::Resources | Expr::List(_) => true,
        _ => matches!(kind(node), Some(Kind::List)),
    }
}

fn kind(node: &Node) -> Option<Kind> {
    node.property().map(|property| property.kind)
}
