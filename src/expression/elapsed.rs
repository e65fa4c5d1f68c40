//! Spans of time since what is past, which are never negative.
//!
//! `resource.CreateDate - now > duration("90d")` has its sides exchanged: nothing was created in the
//! future. What lies ahead, such as the day of a deletion, has spans of both signs.

use chrono::TimeDelta;

use super::operate::{Arithmetic, Comparison};
use super::span::Span;
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
    let path = show::node(instant);
    let help = if is_ahead {
        format!("write `age({path})` for the time since then")
    } else {
        format!("`age({path})` counts up: compare it with a span above zero")
    };
    let asked = order(comparison, one, other);
    Some(decided(instant, &asked, holds, constant.1).help(help))
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
    Some(decided(past, &show::node(root), true, root.span).help(ask_for_age(past)))
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
    let behind = notation::value(&Value::Duration(span));
    let problem = decided(past, &order(comparison, one, other), holds, ahead.span);
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
    let asked = order(comparison, one, other);
    Some(decided(past, &asked, false, past.span).help(ask_for_age(past)))
}

/// Warning of a question to which what is past is the answer.
fn decided(past: &Node, asked: &str, holds: bool, span: Span) -> Problem {
    let outcome = if holds { "always true where it is not null" } else { "never true" };
    let message = format!("`{}` is past, so `{asked}` is {outcome}", show::node(past));
    Problem::warning(span, Code::FixedComparison, message)
}

fn order(comparison: Comparison, one: &Node, other: &Node) -> String {
    format!("{} {} {}", show::node(one), comparison.sign(), show::node(other))
}

fn ask_for_age(past: &Node) -> String {
    format!("ask for its age, as in `age({}) < duration(\"90d\")`", show::node(past))
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
