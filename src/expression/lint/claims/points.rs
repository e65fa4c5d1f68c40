//! Values as far as constants tell them apart, at which terms about one thing are asked.

use std::cmp::Ordering;

use super::super::super::EvalBudget;
use super::super::super::operate::{self, Comparison};
use super::super::super::tree::{Expr, Node};
use super::super::constant;
use super::super::predicate::Predicate;
use super::{Claim, MOST_CONSTANTS, compared, fixed, gather};
use crate::resource::{Kind, Value};

/// Value as far as constants tell it apart.
#[derive(Clone, Copy)]
pub(super) enum Point {
    Null,
    /// Odd `2n + 1`: constant `n`. Even `2n`: what lies between constants `n - 1` and `n`.
    At(usize),
}

/// `true` where a value may give all terms that are known their outcomes, and the one that is asked
/// about, as far as that can be told.
pub(super) fn are_possible(
    known: &[Claim<'_>],
    asked: Option<&Claim<'_>>,
    may_be_null: bool,
    budget: &mut EvalBudget,
) -> bool {
    let mut constants = Vec::new();
    for claim in known.iter().chain(asked) {
        gather(claim.term, &mut constants);
    }
    let is_bool = constants.iter().any(|value| matches!(value, Value::Bool(_)));
    if is_bool {
        constants.extend([Value::Bool(false), Value::Bool(true)]);
    }
    if !is_in_order(&mut constants) {
        return true;
    }
    let whole = known.first().and_then(|claim| whole(claim.of.node()));
    let is_there = |at: &usize| match whole {
        Some(least) => has_whole(&constants, *at, least),
        None => !is_bool || at % 2 == 1,
    };
    let points = (0..=2 * constants.len()).filter(is_there).map(Point::At);
    let null = may_be_null.then_some(Point::Null);
    points.chain(null).any(|point| {
        let mut of = Place { point, constants: &constants, budget: &mut *budget };
        let mut may_be = |claim: &Claim<'_>, is_known: bool| match (of.holds(claim.term), point) {
            // Of null an order is unknown: it does not hold, and nothing follows from that.
            (None, Point::Null) => is_known && !claim.is_true,
            (said, _) => said != Some(!claim.is_true),
        };
        known.iter().all(|claim| may_be(claim, true))
            && asked.is_none_or(|claim| may_be(claim, false))
    })
}

/// `true` for constants that all have an order, in which each stands once then.
pub(super) fn is_in_order(constants: &mut Vec<Value>) -> bool {
    let Some(first) = constants.first() else { return true };
    // All have an order with the first only if they are of one kind, and then all have.
    let is_known = constants.len() <= 2 * MOST_CONSTANTS
        && constants.iter().all(|value| operate::order(first, value).is_some());
    if !is_known {
        return false;
    }
    constants.sort_by(|one, other| operate::order(one, other).unwrap_or(Ordering::Equal));
    constants.dedup_by(|one, other| operate::order(one, other) == Some(Ordering::Equal));
    true
}

/// Least whole number that a thing may be, where it is one.
fn whole(of: &Node) -> Option<i64> {
    match &of.expr {
        Expr::Call { function, .. } => {
            function.gives_integer().then_some(function.least.unwrap_or(i64::MIN))
        }
        _ => of.property().filter(|it| it.kind == Kind::Integer).map(|_| i64::MIN),
    }
}

/// `true` where a whole number that is not below another lies at a point.
fn has_whole(constants: &[Value], at: usize, least: i64) -> bool {
    let number = |at: usize| match constants.get(at) {
        Some(Value::Int(number)) => Some(*number),
        _ => None,
    };
    if at % 2 == 1 {
        return number(at / 2).is_none_or(|number| number >= least);
    }
    let behind = number(at / 2);
    match (at / 2).checked_sub(1) {
        None => behind.is_none_or(|behind| behind > least),
        Some(before) => match (number(before), behind) {
            (Some(before), Some(behind)) => behind > least && before.checked_add(1) != Some(behind),
            _ => true,
        },
    }
}

/// Point at which terms about one thing are asked.
pub(super) struct Place<'p> {
    pub(super) point: Point,
    pub(super) constants: &'p [Value],
    pub(super) budget: &'p mut EvalBudget,
}

impl Place<'_> {
    /// Outcome of a term; `None` where values of the point differ in it, or nobody can tell.
    pub(super) fn holds(&mut self, term: &Node) -> Option<bool> {
        match &term.expr {
            Expr::Not(of) => self.holds(of).map(|holds| !holds),
            Expr::Has(_) => Some(!matches!(self.point, Point::Null)),
            Expr::And(terms) => self.all(terms, true),
            Expr::Or(terms) => self.all(terms, false).map(|none| !none),
            Expr::Equal(pair) => Some(compared(pair).is_some_and(|(_, value)| self.is(&value))),
            Expr::NotEqual(pair) => Some(compared(pair).is_some_and(|(_, value)| !self.is(&value))),
            Expr::Order(..) if matches!(self.point, Point::Null) => None,
            Expr::Order(comparison, pair) => Some(compared(pair).is_some_and(|(_, value)| {
                let is_turned = fixed(&pair.0).is_some();
                let order = self.order(&value);
                let order = if is_turned { order.map(Ordering::reverse) } else { order };
                order.is_some_and(|order| match comparison {
                    Comparison::Less => order.is_lt(),
                    Comparison::LessEqual => order.is_le(),
                    Comparison::Greater => order.is_gt(),
                    Comparison::GreaterEqual => order.is_ge(),
                })
            })),
            Expr::In(pair) => Some(match constant(&pair.1) {
                Some(Value::List(items)) => items.iter().any(|value| self.is(value)),
                _ => false,
            }),
            _ => match Predicate::of(term) {
                Some(predicate) => self.says(&predicate),
                None => Some(self.is(&Value::Bool(true))),
            },
        }
    }

    /// `true` where all terms have an outcome, `false` where one of them has the other.
    fn all(&mut self, terms: &[Node], outcome: bool) -> Option<bool> {
        let mut all = Some(true);
        for term in terms {
            match self.holds(term) {
                Some(holds) if holds == outcome => {}
                Some(_) => return Some(false),
                None => all = None,
            }
        }
        all
    }

    fn says(&mut self, predicate: &Predicate<'_>) -> Option<bool> {
        let Point::At(at) = self.point else { return None };
        if at % 2 == 1
            && let Some(value) = self.constants.get(at / 2)
        {
            return predicate.holds(value, self.budget);
        }
        // Both ends of what begins so are constants: what lies behind one of these begins as that.
        let beginning = predicate.beginning()?;
        let before = (at / 2).checked_sub(1).and_then(|before| self.constants.get(before));
        let begins = before.and_then(Value::as_str).is_some_and(|text| text.starts_with(beginning));
        if !begins {
            return Some(false);
        }
        predicate.is_beginning().then_some(true)
    }

    fn is(&self, value: &Value) -> bool {
        match self.point {
            Point::Null => value.is_null(),
            Point::At(_) => self.order(value) == Some(Ordering::Equal),
        }
    }

    /// Order of a value and one of the constants.
    fn order(&self, value: &Value) -> Option<Ordering> {
        let (Point::At(at), false) = (self.point, value.is_null()) else { return None };
        let place = |one: &Value| operate::order(one, value).unwrap_or(Ordering::Equal);
        let place = self.constants.binary_search_by(place).ok()?;
        Some(at.cmp(&(2 * place + 1)))
    }
}
