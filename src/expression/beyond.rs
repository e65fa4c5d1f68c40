//! Numbers beyond the range of what they are compared with.
//!
//! `MaxSessionDuration <= 12` never holds where seconds are counted. A comparison that is never true
//! is told wherever it stands. One that always is may be half of a pair that authors write to say a
//! whole range, `FromPort >= 0 && ToPort <= 65535`, or ask whether something is set, as `> 0` does:
//! it is told where its number is not in the range, and where it is all that an assertion asks.

use std::fmt;

use super::operand::{MOST_READ, Operand, TOLD};
use super::operate::Comparison;
use super::span::Span;
use super::tree::{Expr, Node};
use super::{Problem, notation, show};
use crate::diagnostic::Code;
use crate::resource::{Bounds, Value};

/// Warns about constants that are never what they are compared with, which is in a range.
pub(super) fn check_values(
    observed: &Operand<'_>,
    bounds: Bounds,
    constants: &Operand<'_>,
    problems: &mut Vec<Problem>,
) {
    let found = constants.values().take(MOST_READ).filter_map(|(value, at)| {
        let number = Number::of(value)?;
        if number.ceil() <= bounds.most.into() && number.floor() >= bounds.least.into() {
            return None;
        }
        let shown = notation::value(value);
        let path = observed.shown;
        let message = format!("{shown} is never `{path}`, which is {bounds}");
        let problem = Problem::warning(at, Code::FixedComparison, message);
        Some(problem.help(advice(bounds, number)))
    });
    problems.extend(found.take(TOLD));
}

/// Warning of an order that the range of one side decides.
pub(super) fn check_order(
    comparison: Comparison,
    one: &Operand<'_>,
    other: &Operand<'_>,
) -> Option<Problem> {
    let (observed, bounds, constant, asked) = match (one.kind.bounds(), other.kind.bounds()) {
        (Some(bounds), _) => (one, bounds, other, comparison),
        (_, Some(bounds)) => (other, bounds, one, comparison.turned()),
        _ => return None,
    };
    let number = Number::of(constant.constant?)?;
    let (least, most) = (i128::from(bounds.least), i128::from(bounds.most));
    let holds = match Asked::of(asked, number) {
        Asked::AtLeast(end) if end > most => false,
        Asked::AtMost(end) if end < least => false,
        // Zero asks whether there is anything at all.
        Asked::AtLeast(end) if end < least && !(0..=1).contains(&end) => true,
        Asked::AtMost(end) if end > most => true,
        _ => return None,
    };
    let shown = format!("{} {} {}", one.shown, comparison.sign(), other.shown);
    let problem = decided((observed.shown, bounds), &shown, holds, constant.span);
    Some(problem.help(advice(bounds, number)))
}

/// Warning of an assertion that asks for the whole range of a property and nothing else.
pub(super) fn of_root(root: &Node) -> Option<Problem> {
    let Expr::Order(comparison, pair) = &root.expr else { return None };
    let (observed, constant, asked) = match (&pair.0.expr, &pair.1.expr) {
        (_, Expr::Constant(value)) => (&pair.0, (value, pair.1.span), *comparison),
        (Expr::Constant(value), _) => (&pair.1, (value, pair.0.span), comparison.turned()),
        _ => return None,
    };
    let bounds = observed.property()?.bounds();
    let holds = match Asked::of(asked, Number::of(constant.0)?) {
        Asked::AtLeast(end) => end <= bounds.least.into(),
        Asked::AtMost(end) => end >= bounds.most.into(),
    };
    if !holds {
        return None;
    }
    let problem = decided((observed, bounds), &show::node(root), true, constant.1);
    Some(problem.help("ask for less than the whole range"))
}

fn decided(
    (path, bounds): (&dyn fmt::Display, Bounds),
    shown: &str,
    holds: bool,
    at: Span,
) -> Problem {
    let outcome = if holds { "always true where it is not null" } else { "never true" };
    let message = format!("`{path}` is {bounds}, so `{shown}` is {outcome}");
    Problem::warning(at, Code::FixedComparison, message)
}

/// What to write instead of a number that is not in a range.
fn advice(bounds: Bounds, number: Number) -> String {
    match (number, bounds.unit) {
        (Number::Whole(0), _) => "what is not set is null: ask for that".to_owned(),
        (Number::Whole(number), Some(unit)) => unit.advice(bounds, number),
        _ if bounds.least == i64::MIN || bounds.most == i64::MAX => {
            "compare with a number that it can have".to_owned()
        }
        _ => format!("write a number from {} to {}", bounds.least, bounds.most),
    }
}

/// End of the numbers that an order asks for, as a whole number.
enum Asked {
    AtLeast(i128),
    AtMost(i128),
}

impl Asked {
    fn of(comparison: Comparison, number: Number) -> Self {
        match comparison {
            Comparison::GreaterEqual => Self::AtLeast(number.ceil()),
            Comparison::Greater => Self::AtLeast(number.floor() + 1),
            Comparison::LessEqual => Self::AtMost(number.floor()),
            Comparison::Less => Self::AtMost(number.ceil() - 1),
        }
    }
}

/// Constant that is a number.
#[derive(Clone, Copy)]
enum Number {
    Whole(i64),
    Double(f64),
}

impl Number {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Int(number) => Some(Self::Whole(*number)),
            // One that is larger than any integer is out of every range as the largest is.
            Value::Double(number) if number.is_finite() => {
                Some(Self::Double(number.clamp(-FAR, FAR)))
            }
            _ => None,
        }
    }

    /// Greatest whole number that is not above it.
    fn floor(self) -> i128 {
        match self {
            Self::Whole(number) => number.into(),
            Self::Double(number) => whole(number.floor()),
        }
    }

    /// Least whole number that is not below it.
    fn ceil(self) -> i128 {
        match self {
            Self::Whole(number) => number.into(),
            Self::Double(number) => whole(number.ceil()),
        }
    }
}

/// Double beyond all integers.
const FAR: f64 = 1e20;

#[expect(clippy::cast_possible_truncation, reason = "it is whole, and no larger than `FAR`")]
fn whole(number: f64) -> i128 {
    number as i128
}
