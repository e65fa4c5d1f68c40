//! Properties of which an object has one alone, asked for together.
//!
//! A rule of a security group has one source: whoever asks it for a range of IPv4 and for one of IPv6
//! with `&&` finds none.

use super::super::nulls::{Mark, NonNull};
use super::super::tree::Node;
use super::super::{Problem, show};
use crate::diagnostic::Code;

/// Warning of a term by whose outcome a property is there, although a rival of it is known to be
/// there. Facts of the term are those since `since`.
pub(super) fn check(
    term: &Node,
    is_true: bool,
    known: &NonNull<'_>,
    since: Mark,
) -> Option<Problem> {
    let (own, other) = known.rivals(since)?;
    let (own, other) = (show::node(own.node()), show::node(other.node()));
    let shown = show::node(term);
    let (outcome, sign, amount) = if is_true {
        ("never holds", "||", "either is")
    } else {
        ("always holds", "&&", "both are")
    };
    let message = format!("`{shown}` {outcome} here: where there is `{other}`, `{own}` is null");
    let problem = Problem::warning(term.span, Code::FixedComparison, message);
    Some(problem.help(format!("write `{sign}` where {amount} meant")))
}
