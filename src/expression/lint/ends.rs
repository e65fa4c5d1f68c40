//! Ends of texts, of which each text has one: no order of texts shows them.

use super::super::tree::{Expr, Node};
use super::predicate::Predicate;

/// `true` where no text ends as two terms ask, each with its outcome.
pub(super) fn are_apart(one: (&Node, bool), other: (&Node, bool)) -> bool {
    let mut first = Vec::new();
    if !gather(other, &mut first) {
        return false;
    }
    let mut second = Vec::new();
    let is_apart = |end: &str| first.iter().all(|it| !it.ends_with(end) && !end.ends_with(*it));
    gather(one, &mut second) && second.iter().all(|end| is_apart(end))
}

/// Gathers the ends of which a text has one where a term has an outcome, if they are known.
fn gather<'t>((term, is_true): (&'t Node, bool), into: &mut Vec<&'t str>) -> bool {
    match (&term.expr, is_true) {
        (Expr::Not(of), _) => gather((of, !is_true), into),
        (Expr::Or(terms), true) | (Expr::And(terms), false) => {
            terms.iter().all(|term| gather((term, is_true), into))
        }
        (Expr::Call { .. }, true) => {
            let end = Predicate::of(term).and_then(|it| it.ending()).filter(|end| !end.is_empty());
            into.extend(end);
            end.is_some()
        }
        _ => false,
    }
}
