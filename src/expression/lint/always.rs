//! Terms that have an outcome by themselves.

use super::super::nulls::Path;
use super::super::operate::Comparison;
use super::super::tree::{Expr, Node, Pair};
use super::super::{Problem, show};
use super::{claims, constant};
use crate::diagnostic::Code;
use crate::resource::Value;

/// Warning of a comparison of something with itself, of a search in an empty list, and of a number
/// that is never so small, as a size is never negative.
pub(super) fn of_term(term: &Node) -> Option<Problem> {
    let (message, help) = match &term.expr {
        Expr::Equal(pair) | Expr::NotEqual(pair) | Expr::Order(_, pair) => {
            match (constant(&pair.0), constant(&pair.1)) {
                (None, None) => of_itself(term, pair)?,
                (None, Some(Value::Int(value))) => of_least(term, &pair.0, *value, false)?,
                (Some(Value::Int(value)), None) => of_least(term, &pair.1, *value, true)?,
                _ => return None,
            }
        }
        Expr::In(pair) => match constant(&pair.1) {
            Some(Value::List(items)) if items.is_empty() && constant(&pair.0).is_none() => (
                format!("`{}` is always false: nothing is in an empty list", show::node(term)),
                "name what it must be in the list".to_owned(),
            ),
            _ => return None,
        },
        _ => return None,
    };
    Some(Problem::warning(term.span, Code::FixedComparison, message).help(help))
}

/// Warning of a constant that decides a chain.
pub(super) fn of_chain(terms: &[Node], is_and: bool) -> Option<Problem> {
    let decides = |term: &&Node| constant(term) == Some(&Value::Bool(!is_and));
    let term = terms.iter().find(decides)?;
    let (sign, outcome) = if is_and { ("&&", "false") } else { ("||", "true") };
    let message = format!("`... {sign} {outcome}` is always {outcome}");
    let problem = Problem::warning(term.span, Code::FixedComparison, message);
    Some(problem.help(format!("leave `{sign} {outcome}` out")))
}

fn of_itself(term: &Node, pair: &Pair) -> Option<(String, String)> {
    let (one, other) = &**pair;
    if Path::of(one).is_none() || !claims::are_same(one, other) {
        return None;
    }
    let holds = match &term.expr {
        Expr::Order(comparison, _) => {
            matches!(comparison, Comparison::LessEqual | Comparison::GreaterEqual)
        }
        expr => matches!(expr, Expr::Equal(_)),
    };
    let message =
        format!("`{}` compares something with itself: it is always {holds}", show::node(term));
    Some((message, "compare with something else".to_owned()))
}

/// A number that is never below some other, such as a size, compared with one that is.
fn of_least(term: &Node, of: &Node, value: i64, is_turned: bool) -> Option<(String, String)> {
    let Expr::Call { function, .. } = &of.expr else { return None };
    let least = function.least?;
    let holds = match (&term.expr, is_turned) {
        (Expr::Equal(_), _) if value < least => false,
        (Expr::NotEqual(_), _) if value < least => true,
        (Expr::Order(comparison, _), _) => {
            let comparison = if is_turned { comparison.turned() } else { *comparison };
            match comparison {
                Comparison::GreaterEqual if value <= least => true,
                Comparison::Greater if value < least => true,
                Comparison::Less if value <= least => false,
                Comparison::LessEqual if value < least => false,
                _ => return None,
            }
        }
        _ => return None,
    };
    let path = show::node(of);
    let message =
        format!("`{path}` is never below {least}, so `{}` is always {holds}", show::node(term));
    let sign = if holds { ">" } else { "==" };
    Some((message, format!("write `{path} {sign} {least}`")))
}
