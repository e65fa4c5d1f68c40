//! Spans of time since what is past, which are never negative.
//!
//! `resource.CreateDate - now > duration("90d")` has its sides exchanged: nothing was created in the
//! future. What lies ahead, such as the day of a deletion, has spans of both signs.

use chrono::TimeDelta;

use super::operate::{Arithmetic, Comparison};
use super::tree::{Expr, Node};
use super::{Problem, notation, show};
use crate::diagnostic::Code;
use crate::resource::Value;

/// Warning of an order of two nodes whose outcome follows from what is past.
pub(super) fn check(comparison: Comparison, one: &Node, other: &Node) -> Option<Problem> {
    let (observed, constant, asked) = match (&one.expr, &other.expr) {
        (_, Expr::Constant(Value::Duration(span))) => (one, (*span, other.span), comparison),
        (Expr::Constant(Value::Duration(span)), _) => {
            (other, (*span, one.span), comparison.turned())
        }
        _ => return of_now(comparison, one, other).or_else(|| of_ahead(comparison, one, other)),
    };
    let (instant, is_ahead) = span_of(observed)?;
    // A span that lies ahead is asked as the one behind it.
    let (asked, span) = if is_ahead { (asked.turned(), -constant.0) } else { (asked, constant.0) };
    let zero = TimeDelta::zero();
    let holds = match asked {
        Comparison::Less if span <= zero => false,
        Comparison::LessEqual if span < zero => false,
        Comparison::Greater | Comparison::GreaterEqual if span < zero => true,
        _ => return None,
    };
    let (path, sign) = (show::node(instant), comparison.sign());
    let outcome = if holds { "always true where it is not null" } else { "never true" };
    let (one, other) = (show::node(one), show::node(other));
    let message = format!("`{path}` is past, so `{one} {sign} {other}` is {outcome}");
    let help = if is_ahead {
        format!("write `age({path})` for the time since then")
    } else {
        format!("`age({path})` counts up: compare it with a span above zero")
    };
    Some(Problem::warning(constant.1, Code::FixedComparison, message).help(help))
}

/// Warning of an assertion that asks whether what is past is before now, and nothing else. Beside
/// other terms it may say that the instant is there.
pub(super) fn of_root(root: &Node) -> Option<Problem> {
    let Expr::Order(comparison, pair) = &root.expr else { return None };
    let (past, asked) = match (&pair.0.expr, &pair.1.expr) {
        (_, Expr::Now) => (&pair.0, *comparison),
        (Expr::Now, _) => (&pair.1, comparison.turned()),
        _ => return None,
    };
    if !is_past(past) || !matches!(asked, Comparison::Less | Comparison::LessEqual) {
        return None;
    }
    let (path, shown) = (show::node(past), show::node(root));
    let message = format!("`{path}` is past, so `{shown}` is always true where it is not null");
    let problem = Problem::warning(root.span, Code::FixedComparison, message);
    Some(problem.help(format!("ask for its age, as in `age({path}) < duration(\"90d\")`")))
}

/// Warning of what is past and compared with an instant ahead.
fn of_ahead(comparison: Comparison, one: &Node, other: &Node) -> Option<Problem> {
    let (past, ahead, asked) = match (is_past(one), is_past(other)) {
        (true, false) => (one, other, comparison),
        (false, true) => (other, one, comparison.turned()),
        _ => return None,
    };
    let span = ahead.since_now().filter(|span| *span > TimeDelta::zero())?;
    let holds = matches!(asked, Comparison::Less | Comparison::LessEqual);
    let outcome = if holds { "always true where it is not null" } else { "never true" };
    let (path, sign) = (show::node(past), comparison.sign());
    let (one, other) = (show::node(one), show::node(other));
    let message = format!("`{path}` is past, so `{one} {sign} {other}` is {outcome}");
    let problem = Problem::warning(ahead.span, Code::FixedComparison, message);
    let behind = notation::value(&Value::Duration(span));
    Some(problem.help(format!("write `now - {behind}` for the time before now")))
}

/// Warning of what is past and later than now.
fn of_now(comparison: Comparison, one: &Node, other: &Node) -> Option<Problem> {
    let is_later = match (&one.expr, &other.expr) {
        (_, Expr::Now) => comparison == Comparison::Greater && is_past(one),
        (Expr::Now, _) => comparison == Comparison::Less && is_past(other),
        _ => false,
    };
    if !is_later {
        return None;
    }
    let past = if matches!(one.expr, Expr::Now) { other } else { one };
    let (path, sign) = (show::node(past), comparison.sign());
    let (one, other) = (show::node(one), show::node(other));
    let message = format!("`{path}` is past, so `{one} {sign} {other}` is never true");
    let problem = Problem::warning(past.span, Code::FixedComparison, message);
    Some(problem.help(format!("ask for its age, as in `age({path}) < duration(\"90d\")`")))
}

/// Past instant that a span of time is of, and whether it is the span from now to then.
fn span_of(node: &Node) -> Option<(&Node, bool)> {
    match &node.expr {
        Expr::Call { function, arguments, .. } if function.name == "age" => {
            arguments.first().filter(|of| is_past(of)).map(|of| (of, false))
        }
        Expr::Arithmetic(Arithmetic::Subtract, pair) => match (&pair.0.expr, &pair.1.expr) {
            (Expr::Now, _) if is_past(&pair.1) => Some((&pair.1, false)),
            (_, Expr::Now) if is_past(&pair.0) => Some((&pair.0, true)),
            _ => None,
        },
        _ => None,
    }
}

/// `true` for a property that the cloud sets to an instant that is past.
fn is_past(node: &Node) -> bool {
    node.property().is_some_and(|property| property.past)
}
