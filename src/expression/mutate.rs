//! Mutants: an expression with one thing changed, for asking whether any test notices.
//!
//! | mutator | changes |
//! | --- | --- |
//! | constant result | the whole expression to `true`, to `false` |
//! | term removal | `a && b` to `a` and to `b`, `a \|\| b` likewise |
//! | logic | `&&` to `\|\|` and back |
//! | negation | `!a` to `a`; a property, a call, `in`, `has`, `matches` to its opposite |
//! | equality | `==` to `!=` and back |
//! | boundary | `<` to `<=` and back, `>` to `>=` and back |
//! | order | `<` to `>=`, `<=` to `>` and back |
//! | condition | `c ? a : b` to `c ? b : a` |
//! | quantifier | `all` to `exists` and back, `exists_one` to `exists` |
//! | filter removal | `list.filter(x, ...)` to `list` |
//! | arithmetic | `+` to `-`, `*` to `/` and back |
//! | constant | `true` to `false` and back, a number one up and one down, a text to another |
//! | element removal | a list without one of its first elements |
//!
//! A guard against null without which all outcomes are the same stays where the static check asks
//! for it: its author cannot do without.

mod guards;

use super::operate::{Arithmetic, Comparison};
use super::tree::{Expr, Loop, Macro, Node};
use super::{EvalBudget, Expression, Problem, evaluate, lint, show};
use crate::diagnostic::Code;
use crate::resource::Value;

/// The most elements of a list that are removed one by one.
const ELEMENTS: usize = 10;

/// An expression with one thing changed.
#[derive(Debug, Clone)]
pub struct Mutant {
    change: String,
    text: String,
    /// It lacks a guard, and has the same outcomes without.
    lacks_guard: bool,
}

impl Mutant {
    /// Change in words.
    pub fn change(&self) -> &str {
        &self.change
    }

    /// The whole text with the change.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The mutant in the place of an expression, whose environment may know the values of
    /// parameters. `None` where the static check refuses it.
    pub fn over(&self, original: &Expression) -> Option<Expression> {
        match self.text.as_str() {
            "true" => Some(original.constant(true)),
            "false" => Some(original.constant(false)),
            text => original.replaced(text, None),
        }
    }

    /// `true` where it says the same and the static check would ask for the guard that it lacks, of
    /// resources that a `selection` holds of.
    pub(super) fn is_original(
        &self,
        original: &Expression,
        selection: Option<&Expression>,
    ) -> bool {
        self.lacks_guard
            && original.replaced(&self.text, selection).is_some_and(|mutated| {
                unguarded(mutated.warnings()) > unguarded(original.warnings())
            })
    }
}

fn unguarded(warnings: &[Problem]) -> usize {
    warnings.iter().filter(|problem| problem.code == Code::UnguardedNull).count()
}

/// All mutants of a tree, in the order of the text. What the values of parameters decide in it is
/// left out first: no test could notice a change there.
pub(super) fn mutants(root: &Node) -> Vec<Mutant> {
    let mut root = root.clone();
    decide(&mut root, &mut EvalBudget::default());
    let root = &root;
    let mut all = Vec::new();
    for constant in [true, false] {
        if show::node(root) != constant.to_string() {
            let change = format!("the whole becomes `{constant}`");
            all.push(Mutant { change, text: constant.to_string(), lacks_guard: false });
        }
    }
    let mut position = 0;
    while let Some((node, is_truth)) = find(root, true, &mut (position + 1)) {
        for (at, variant) in variants(node, is_truth).into_iter().enumerate() {
            let mut mutated = root.clone();
            let Some(place) = find_mut(&mut mutated, &mut (position + 1)) else { continue };
            let change = format!("`{}` becomes `{}`", show::node(place), show::expr(&variant));
            place.expr = variant;
            let text = show::node(&mutated);
            if !all.iter().any(|known| known.text == text) {
                all.push(Mutant { change, text, lacks_guard: lacks_guard(node, at) });
            }
        }
        position += 1;
    }
    all
}

/// `true` where the variant of a chain at a position is the one without a guard that changes nothing:
/// the first variants are those without a term each.
fn lacks_guard(node: &Node, at: usize) -> bool {
    match &node.expr {
        Expr::And(terms) => at < ELEMENTS && guards::is_moot(terms, at, true),
        Expr::Or(terms) => at < ELEMENTS && guards::is_moot(terms, at, false),
        _ => false,
    }
}

/// Puts what constants decide in the place of the comparisons, terms and conditions that say so.
fn decide(node: &mut Node, budget: &mut EvalBudget) {
    for child in node.children_mut() {
        decide(child, budget);
    }
    let is_asked = matches!(
        node.expr,
        Expr::Equal(_) | Expr::NotEqual(_) | Expr::Order(..) | Expr::In(_) | Expr::Not(_)
    );
    let decided = if is_asked && lint::is_fixed(node) {
        let value = evaluate::constant(node, budget).ok();
        value.filter(|value| matches!(value, Value::Bool(_))).map(Expr::Constant)
    } else {
        match &mut node.expr {
            Expr::And(terms) => left_of(terms, false),
            Expr::Or(terms) => left_of(terms, true),
            Expr::Conditional(parts) => truth(&parts.0)
                .map(|truth| if truth { parts.1.expr.clone() } else { parts.2.expr.clone() }),
            _ => None,
        }
    };
    if let Some(decided) = decided {
        node.expr = decided;
    }
}

/// Rest of a chain that one term with an outcome decides, where that is no chain any more;
/// the terms that decide nothing are gone.
fn left_of(terms: &mut Box<[Node]>, outcome: bool) -> Option<Expr> {
    if terms.iter().any(|term| truth(term) == Some(outcome)) {
        return Some(Expr::Constant(Value::Bool(outcome)));
    }
    let mut left = std::mem::take(terms).into_vec();
    left.retain(|term| truth(term).is_none());
    match left.len() {
        0 => Some(Expr::Constant(Value::Bool(!outcome))),
        1 => Some(left.remove(0).expr),
        _ => {
            *terms = left.into();
            None
        }
    }
}

fn truth(node: &Node) -> Option<bool> {
    match node.expr {
        Expr::Constant(Value::Bool(truth)) => Some(truth),
        _ => None,
    }
}

/// The node at a position, counted down from the root, and whether its truth matters.
fn find<'n>(node: &'n Node, is_truth: bool, left: &mut usize) -> Option<(&'n Node, bool)> {
    *left -= 1;
    if *left == 0 {
        return Some((node, is_truth));
    }
    let is_truth = matches!(node.expr, Expr::And(_) | Expr::Or(_) | Expr::Not(_));
    let is_body = |at: usize| match &node.expr {
        Expr::Loop(looped) if looped.kind == Macro::Map => at == 1 && looped.condition.is_some(),
        Expr::Loop(_) => at > 0,
        Expr::Conditional(_) => at == 0,
        _ => is_truth,
    };
    let children = node.children().into_iter().enumerate();
    children.into_iter().find_map(|(at, child)| find(child, is_body(at), left))
}

fn find_mut<'n>(node: &'n mut Node, left: &mut usize) -> Option<&'n mut Node> {
    *left -= 1;
    if *left == 0 {
        return Some(node);
    }
    node.children_mut().into_iter().find_map(|child| find_mut(child, left))
}

/// Expressions that a node may become.
fn variants(node: &Node, is_truth: bool) -> Vec<Expr> {
    match &node.expr {
        Expr::And(terms) => terms_of(terms, Expr::And, Expr::Or),
        Expr::Or(terms) => terms_of(terms, Expr::Or, Expr::And),
        Expr::Not(of) | Expr::Negate(of) => vec![of.expr.clone()],
        Expr::Equal(pair) => vec![Expr::NotEqual(pair.clone())],
        Expr::NotEqual(pair) => vec![Expr::Equal(pair.clone())],
        Expr::Order(comparison, pair) => {
            let others = orders(*comparison);
            others.into_iter().map(|other| Expr::Order(other, pair.clone())).collect()
        }
        Expr::In(_) | Expr::Has(_) | Expr::Matches { .. } => vec![opposite(node)],
        Expr::Conditional(parts) => {
            let (condition, one, other) = (**parts).clone();
            vec![Expr::Conditional(Box::new((condition, other, one)))]
        }
        Expr::Loop(looped) => loops(looped),
        Expr::Arithmetic(operator, pair) => {
            let other = match operator {
                Arithmetic::Add => Arithmetic::Subtract,
                Arithmetic::Subtract => Arithmetic::Add,
                Arithmetic::Multiply => Arithmetic::Divide,
                Arithmetic::Divide | Arithmetic::Remainder => Arithmetic::Multiply,
            };
            vec![Expr::Arithmetic(other, pair.clone())]
        }
        Expr::Constant(value) => constants(value).into_iter().map(Expr::Constant).collect(),
        Expr::List(items) => without_each(items).map(|left| Expr::List(left.into())).collect(),
        Expr::Call { function, .. } if is_truth && function.is_boolean() => {
            vec![opposite(node)]
        }
        Expr::Property(_)
        | Expr::PropertyOf { .. }
        | Expr::Select(_)
        | Expr::Local { .. }
        | Expr::Index(_)
        | Expr::Parameter(_)
            if is_truth =>
        {
            vec![opposite(node)]
        }
        _ => Vec::new(),
    }
}

fn opposite(node: &Node) -> Expr {
    Expr::Not(Box::new(node.clone()))
}

/// Without each of the terms, and with the other operator.
fn terms_of(
    terms: &[Node],
    same: impl Fn(Box<[Node]>) -> Expr,
    other: impl Fn(Box<[Node]>) -> Expr,
) -> Vec<Expr> {
    let fewer = without_each(terms).map(|mut left| match left.len() {
        1 => left.remove(0).expr,
        _ => same(left.into()),
    });
    fewer.chain([other(terms.into())]).collect()
}

fn without_each(nodes: &[Node]) -> impl Iterator<Item = Vec<Node>> {
    (0..nodes.len().min(ELEMENTS)).map(|left_out| {
        let kept = nodes.iter().enumerate().filter(|(at, _)| *at != left_out);
        kept.map(|(_, node)| node.clone()).collect()
    })
}

fn orders(comparison: Comparison) -> [Comparison; 2] {
    match comparison {
        Comparison::Less => [Comparison::LessEqual, Comparison::GreaterEqual],
        Comparison::LessEqual => [Comparison::Less, Comparison::Greater],
        Comparison::Greater => [Comparison::GreaterEqual, Comparison::LessEqual],
        Comparison::GreaterEqual => [Comparison::Greater, Comparison::Less],
    }
}

fn loops(looped: &Loop) -> Vec<Expr> {
    let other = match looped.kind {
        Macro::All | Macro::ExistsOne => Macro::Exists,
        Macro::Exists => Macro::All,
        Macro::Filter => return vec![looped.range.expr.clone()],
        Macro::Map => return Vec::new(),
    };
    vec![Expr::Loop(Box::new(Loop { kind: other, ..looped.clone() }))]
}

fn constants(value: &Value) -> Vec<Value> {
    match value {
        Value::Bool(value) => vec![Value::Bool(!value)],
        Value::Int(value) => [value.checked_add(1), value.checked_sub(1)]
            .into_iter()
            .flatten()
            .map(Value::Int)
            .collect(),
        Value::String(text) if text.is_empty() => vec![Value::string("x")],
        Value::String(text) => vec![Value::string(format!("{text}-x"))],
        Value::List(items) => (0..items.len().min(ELEMENTS))
            .map(|left_out| {
                let kept = items.iter().enumerate().filter(|(at, _)| *at != left_out);
                Value::list(kept.map(|(_, item)| item.clone()))
            })
            .collect(),
        _ => Vec::new(),
    }
}
