//! `compare(observed, operator, expected)`: one of twelve operators by its name, so that a policy
//! can take the operator from its parameters.
//!
//! Expected values come from parameters as text at times: where one side is a number and the other
//! a text that says one, both are compared as numbers.

use std::cmp::Ordering;

use super::function::{Arguments, Body, Computed, Doc, Form, Function};
use super::parameter::{ANY, Gives, TEXT};
use super::text;
use crate::diagnostic::{Code, meant_or_known};
use crate::expression::operand::Operand;
use crate::expression::operate::{self, no_value};
use crate::expression::types::Type;
use crate::expression::{EvalBudget, Problem, documented, notation};
use crate::resource::{Failure, Value};

pub(super) static FUNCTIONS: [Function; 1] = [Function::new(
    (Form::Global, "compare"),
    &[ANY.or_null(), TEXT, ANY.or_null().optional()],
    Gives::Bool,
    Body::Value(compare),
    Doc {
        usage: "compare(observed, operator, expected)",
        description: "Whether `EQUALS`, `NOT_EQUALS`, `CONTAINS`, `NOT_CONTAINS`, \
                      `GREATER_THAN`, `LESS_THAN`, `GREATER_THAN_OR_EQUALS`, \
                      `LESS_THAN_OR_EQUALS`, `IN_LIST`, `NOT_IN_LIST`, `IS_EMPTY` or \
                      `IS_NOT_EMPTY` holds.",
        example: ("compare(3, 'GREATER_THAN_OR_EQUALS', 2)", "true"),
    },
)
.checked(check)
.of_null(of_null)
.asking_null(asks_null)
.needing_values(needs_values)];

fn check(arguments: &[Operand<'_>], problems: &mut Vec<Problem>) {
    let [observed, operator, rest @ ..] = arguments else { return };
    let Some(word) = operator.text() else { return };
    let Some(known) = Operator::named(word) else {
        let message = format!("there is no operator `{word}`");
        let problem = Problem::error(operator.span, Code::UnknownOperator, message);
        problems.push(problem.help(meant_or_known(word, Operator::ALL.map(Operator::name))));
        return;
    };
    match (rest, observed.kind) {
        // The other way round is fine: whoever takes the operator from a parameter always gives
        // both.
        ([], _) if !known.is_unary() => {
            let message = format!("`{word}` compares with a value");
            let problem = Problem::error(operator.span, Code::WrongArguments, message);
            let help = format!("write `compare(observed, \"{word}\", expected)`");
            problems.push(problem.help(help));
        }
        ([expected], kind) if known.asks_for_it() => {
            documented::check(observed, kind, expected, problems);
        }
        ([expected], Type::String(_)) if known.is_order() => {
            problems.extend(documented::check_digits(observed, expected));
        }
        ([expected], Type::List(items)) if known.asks_for_part() => {
            documented::check(observed, &items.get(), expected, problems);
        }
        _ => {}
    }
}

/// Operators that say what is not hold of null as well; those of order have no value for it.
fn of_null(others: &[Option<&Value>]) -> Option<bool> {
    let [operator, rest @ ..] = others else { return None };
    let asks_for_null = rest.iter().flatten().any(|expected| expected.is_null());
    let operator = operator.and_then(Value::as_str).and_then(Operator::named)?;
    operator.is_negative().filter(|_| !asks_for_null)
}

/// Operators that compare with null, or ask whether it is in a list of nothing else.
fn asks_null(others: &[Option<&Value>]) -> Option<bool> {
    let [operator, Some(expected)] = others else { return None };
    let operator = operator.and_then(Value::as_str).and_then(Operator::named)?;
    let is_null = match (operator, expected) {
        (Operator::Equals | Operator::NotEquals, expected) => expected.is_null(),
        (Operator::InList | Operator::NotInList, Value::List(items)) => {
            !items.is_empty() && items.iter().all(Value::is_null)
        }
        _ => false,
    };
    operator.is_negative().filter(|_| is_null).map(|negative| !negative)
}

/// Operators of order have no value of null.
fn needs_values(others: &[Option<&Value>]) -> Option<bool> {
    let operator = others.first()?.and_then(Value::as_str).and_then(Operator::named)?;
    Some(operator.is_order())
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equals,
    NotEquals,
    Contains,
    NotContains,
    GreaterThan,
    LessThan,
    GreaterThanOrEquals,
    LessThanOrEquals,
    InList,
    NotInList,
    IsEmpty,
    IsNotEmpty,
}

impl Operator {
    /// All operators, in the order of the reference.
    const ALL: [Self; 12] = [
        Self::Equals,
        Self::NotEquals,
        Self::Contains,
        Self::NotContains,
        Self::GreaterThan,
        Self::LessThan,
        Self::GreaterThanOrEquals,
        Self::LessThanOrEquals,
        Self::InList,
        Self::NotInList,
        Self::IsEmpty,
        Self::IsNotEmpty,
    ];

    /// Name of the operator in policies.
    fn name(self) -> &'static str {
        match self {
            Self::Equals => "EQUALS",
            Self::NotEquals => "NOT_EQUALS",
            Self::Contains => "CONTAINS",
            Self::NotContains => "NOT_CONTAINS",
            Self::GreaterThan => "GREATER_THAN",
            Self::LessThan => "LESS_THAN",
            Self::GreaterThanOrEquals => "GREATER_THAN_OR_EQUALS",
            Self::LessThanOrEquals => "LESS_THAN_OR_EQUALS",
            Self::InList => "IN_LIST",
            Self::NotInList => "NOT_IN_LIST",
            Self::IsEmpty => "IS_EMPTY",
            Self::IsNotEmpty => "IS_NOT_EMPTY",
        }
    }

    /// The operator of a name.
    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.name() == name)
    }

    /// `true` where it says what is not, where that is decided of null too.
    fn is_negative(self) -> Option<bool> {
        match self {
            Self::Equals | Self::Contains | Self::InList => Some(false),
            Self::NotEquals | Self::NotContains | Self::NotInList => Some(true),
            _ => None,
        }
    }

    /// `true` where it asks if the value is an expected one.
    fn asks_for_it(self) -> bool {
        matches!(self, Self::Equals | Self::NotEquals | Self::InList | Self::NotInList)
    }

    /// `true` where it asks if an expected value is a part.
    fn asks_for_part(self) -> bool {
        matches!(self, Self::Contains | Self::NotContains)
    }

    /// `true` where it asks which of two is greater.
    fn is_order(self) -> bool {
        matches!(
            self,
            Self::GreaterThan | Self::LessThan | Self::GreaterThanOrEquals | Self::LessThanOrEquals
        )
    }

    /// `true` where nothing is expected.
    fn is_unary(self) -> bool {
        matches!(self, Self::IsEmpty | Self::IsNotEmpty)
    }
}

/// `true` where the operator holds; `None` where it cannot compare the two.
fn compare([observed, operator, expected]: Arguments<'_>, budget: &mut EvalBudget) -> Computed {
    let Some(name) = operator.as_str() else { return Ok(None) };
    let Some(operator) = Operator::named(name) else {
        let known: Vec<&str> = Operator::ALL.into_iter().map(Operator::name).collect();
        let (name, known) = (notation::value(operator), known.join("`, `"));
        return Err(no_value(format!("there is no operator `{name}`, and there are `{known}`")));
    };
    let holds = match operator {
        Operator::Equals => Some(equal(observed, expected, budget)?),
        Operator::NotEquals => Some(!equal(observed, expected, budget)?),
        Operator::Contains => contains(observed, expected, budget)?,
        Operator::NotContains => contains(observed, expected, budget)?.map(|holds| !holds),
        Operator::InList => within(observed, expected, budget)?,
        Operator::NotInList => within(observed, expected, budget)?.map(|holds| !holds),
        Operator::IsEmpty => Some(is_empty(observed)),
        Operator::IsNotEmpty => Some(!is_empty(observed)),
        Operator::GreaterThan => order(observed, expected, budget)?.map(Ordering::is_gt),
        Operator::LessThan => order(observed, expected, budget)?.map(Ordering::is_lt),
        Operator::GreaterThanOrEquals => order(observed, expected, budget)?.map(Ordering::is_ge),
        Operator::LessThanOrEquals => order(observed, expected, budget)?.map(Ordering::is_le),
    };
    Ok(holds.map(Value::Bool))
}

/// The number that a text says beside a number.
fn as_number(text: &Value, beside: &Value) -> Option<Value> {
    let (Value::String(text), Value::Int(_) | Value::Double(_)) = (text, beside) else {
        return None;
    };
    // No number that is meant is longer, and longer ones would be read for every element of a list.
    if text.len() > 64 {
        return None;
    }
    let integer = || text.parse().ok().map(Value::Int);
    let double = || text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Double);
    integer().or_else(double)
}

fn equal(one: &Value, other: &Value, budget: &mut EvalBudget) -> Result<bool, Failure> {
    match (as_number(one, other), as_number(other, one)) {
        (Some(one), _) => operate::equal(&one, other, budget),
        (_, Some(other)) => operate::equal(one, &other, budget),
        _ => operate::equal(one, other, budget),
    }
}

fn order(one: &Value, other: &Value, budget: &mut EvalBudget) -> Result<Option<Ordering>, Failure> {
    match (as_number(one, other), as_number(other, one)) {
        (Some(one), _) => operate::compare(&one, other, budget),
        (_, Some(other)) => operate::compare(one, &other, budget),
        _ => operate::compare(one, other, budget),
    }
}

/// `true` where a text has a part, a list an equal element, or a map a key. Null has none.
fn contains(whole: &Value, part: &Value, budget: &mut EvalBudget) -> Result<Option<bool>, Failure> {
    match (whole, part) {
        (Value::String(whole), Value::String(part)) => {
            text::contains(whole, part, budget).map(Some)
        }
        (Value::List(items), _) => any(items, part, budget).map(Some),
        (Value::Null, _) => Ok(Some(false)),
        (Value::Map(_), _) => operate::contains(whole, part, budget).map(Some),
        _ => Ok(None),
    }
}

/// `true` where a list has an equal element. Null has none.
fn within(one: &Value, list: &Value, budget: &mut EvalBudget) -> Result<Option<bool>, Failure> {
    match list {
        Value::List(items) => any(items, one, budget).map(Some),
        Value::Null => Ok(Some(false)),
        _ => Ok(None),
    }
}

fn any(items: &[Value], wanted: &Value, budget: &mut EvalBudget) -> Result<bool, Failure> {
    for item in items {
        budget.step(1)?;
        if equal(item, wanted, budget)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `true` where a value is null, or a text, list or map without anything in it.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        _ => false,
    }
}
