//! Assertions that ask nothing of the resource.

use super::super::tree::{Expr, Node};
use super::super::{EvalBudget, Problem, evaluate};
use crate::diagnostic::Code;
use crate::resource::Value;

/// Looking at constants is worth little: what takes longer is not said to be true or false.
const STEPS: u64 = 2_000;
const BYTES: u64 = 1 << 18;

/// Warning about an assertion of constants and parameters only: it is the same for every resource.
pub(super) fn check(root: &Node) -> Option<Problem> {
    if !reads_nothing(root) {
        return None;
    }
    let message = match evaluate::constant(root, &mut EvalBudget::new(STEPS, BYTES)) {
        Ok(Value::Bool(true)) => "the assertion is always true".to_owned(),
        Ok(Value::Bool(false) | Value::Null) => "the assertion is always false".to_owned(),
        _ => "the assertion is the same for every resource".to_owned(),
    };
    let problem = Problem::warning(root.span, Code::ConstantAssertion, message);
    Some(problem.help("ask something of `resource`"))
}

/// `true` where a node reads nothing but constants and parameters. What is not known here is taken to
/// read more.
fn reads_nothing(node: &Node) -> bool {
    match &node.expr {
        Expr::Constant(_) | Expr::Parameter(_) | Expr::Local { .. } => true,
        Expr::Select(selection) => reads_nothing(&selection.of),
        Expr::Has(of) | Expr::Not(of) | Expr::Negate(of) => reads_nothing(of),
        Expr::Index(pair)
        | Expr::Equal(pair)
        | Expr::NotEqual(pair)
        | Expr::Order(_, pair)
        | Expr::In(pair)
        | Expr::Arithmetic(_, pair) => reads_nothing(&pair.0) && reads_nothing(&pair.1),
        Expr::And(nodes) | Expr::Or(nodes) | Expr::List(nodes) => nodes.iter().all(reads_nothing),
        Expr::Conditional(parts) => {
            reads_nothing(&parts.0) && reads_nothing(&parts.1) && reads_nothing(&parts.2)
        }
        Expr::Map(entries) => {
            entries.iter().all(|(key, value)| reads_nothing(key) && reads_nothing(value))
        }
        Expr::Call { function, arguments, .. } => {
            function.is_pure() && arguments.iter().all(reads_nothing)
        }
        Expr::Matches { text, .. } => reads_nothing(text),
        Expr::Loop(looped) => {
            reads_nothing(&looped.range)
                && looped.condition.as_ref().is_none_or(reads_nothing)
                && reads_nothing(&looped.body)
        }
        _ => false,
    }
}

/// The same where neither a parameter nor a variable of a loop stands in it, so that it has a value
/// by itself.
pub(in super::super) fn is_fixed(node: &Node) -> bool {
    let is_variable = matches!(node.expr, Expr::Local { .. } | Expr::Parameter(_));
    !is_variable && reads_nothing(node) && node.children().into_iter().all(is_fixed)
}

/// `true` where a node has a value by itself, in whatever loops it stands.
pub(in super::super) fn is_closed(node: &Node) -> bool {
    reads_nothing(node) && !names_parameter(node) && node.free_variables().is_empty()
}

/// `true` where a parameter without a value stands in a node.
fn names_parameter(node: &Node) -> bool {
    matches!(node.expr, Expr::Parameter(_)) || node.children().into_iter().any(names_parameter)
}
