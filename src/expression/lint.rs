//! What is valid and yet rarely meant: null makes negations true, and `all` as well.
//!
//! `resource.Owner != "root"` holds for a resource without an owner. Where that is meant, a guard
//! says so: `resource.Owner == null || resource.Owner != "root"`; where it is not, another:
//! `has(resource.Owner) && resource.Owner != "root"`. Both silence the warning.

mod constants;

pub(super) use self::constants::is_fixed;

use super::functions::Function;
use super::library::{self, Operator};
use super::tree::{Comparison, Expr, Loop, Macro, Node, Pair};
use super::{Problem, Shape, show};
use crate::diagnostic::Code;
use crate::resource::Value;

/// Warns about negations of what may be null, as far as the schema tells, and about an assertion
/// of constants only. Of each selected resource some paths are `known` not to be null.
pub(super) fn check(root: &Node, shape: Shape, known: &[String], problems: &mut Vec<Problem>) {
    if matches!(shape, Shape::Assert | Shape::AssertAll) {
        problems.extend(constants::check(root));
    }
    let guards = if shape == Shape::Assert { known.to_vec() } else { Vec::new() };
    let mut linter = Linter { guards, known, problems };
    linter.visit(root, false);
}

/// The paths that are not null where a condition holds.
pub(super) fn known(condition: &Node) -> Vec<String> {
    let mut paths = Vec::new();
    not_null(condition, true, true, &mut paths);
    paths
}

struct Linter<'a> {
    /// The paths that are known not to be null where we are.
    guards: Vec<String>,
    /// Those of each selected resource.
    known: &'a [String],
    problems: &'a mut Vec<Problem>,
}

impl Linter<'_> {
    /// Looks at a node that stands below an odd number of negations, or not.
    fn visit(&mut self, node: &Node, negated: bool) {
        match &node.expr {
            Expr::And(terms) => self.chain(terms, negated, true),
            Expr::Or(terms) => self.chain(terms, negated, false),
            Expr::Not(of) => self.visit(of, !negated),
            Expr::Conditional(parts) => {
                self.visit(&parts.0, false);
                self.guarded(&parts.0, true, |inner| inner.visit(&parts.1, negated));
                self.guarded(&parts.0, false, |inner| inner.visit(&parts.2, negated));
            }
            Expr::NotEqual(pair) if !negated => self.unequal(node, pair),
            Expr::Equal(pair) if negated => self.unequal(node, pair),
            Expr::In(pair) if negated => {
                let missing = self.nullable(&pair.0).or_else(|| self.nullable(made_of(&pair.1)));
                self.warn(node, missing, |path| format!("`!({path} in ...)`"));
            }
            Expr::Loop(looped) => self.looped(node, looped, negated),
            Expr::Call { function: Function::Compare, arguments, .. } => {
                self.compared(node, arguments, negated);
            }
            Expr::Property(_) | Expr::PropertyOf { .. } | Expr::Select { .. } | Expr::Index(_)
                if negated =>
            {
                let missing = self.nullable(node);
                self.warn(node, missing, |_| "`!null`".to_owned());
            }
            _ => self.children(node),
        }
    }

    /// A term of `&&` is read where those before it are true, one of `||` where they are false.
    fn chain(&mut self, terms: &[Node], negated: bool, outcome: bool) {
        let known = self.guards.len();
        // An unknown term has no outcome, and still the chain may have one by those behind it.
        let decided = negated != outcome;
        for term in terms {
            self.visit(term, negated);
            not_null(term, outcome, decided, &mut self.guards);
        }
        self.guards.truncate(known);
    }

    fn guarded(&mut self, by: &Node, outcome: bool, work: impl FnOnce(&mut Self)) {
        let known = self.guards.len();
        not_null(by, outcome, true, &mut self.guards);
        work(self);
        self.guards.truncate(known);
    }

    fn unequal(&mut self, node: &Node, pair: &Pair) {
        let (one, other) = &**pair;
        if !is_null(one) && !is_null(other) {
            let missing = self.nullable(one).or_else(|| self.nullable(other));
            self.warn(node, missing, |_| {
                let constant = [one, other].into_iter().find(|side| is_constant(side));
                let other = constant.map_or_else(|| "...".to_owned(), show::node);
                format!("`null != {other}`")
            });
        }
        self.children(node);
    }

    /// Operators that say what is not hold of null as well; those of order have no value for it.
    fn compared(&mut self, node: &Node, arguments: &[Node], negated: bool) {
        if let [observed, operator, rest @ ..] = arguments
            && let Expr::Constant(Value::String(name)) = &operator.expr
            && let Some(is_negative) = Operator::named(name).and_then(Operator::is_negative)
            && is_negative != negated
            && !rest.iter().any(is_null)
        {
            let missing = self.nullable(observed);
            let not = if negated { "!" } else { "" };
            self.warn(node, missing, |_| format!("`{not}compare(null, \"{name}\", ...)`"));
        }
        self.children(node);
    }

    fn looped(&mut self, node: &Node, looped: &Loop, negated: bool) {
        self.visit(&looped.range, false);
        match looped.kind {
            Macro::All if !negated => {
                let missing = self.nullable(made_of(&looped.range));
                self.warn(node, missing, |_| "`all` of null".to_owned());
            }
            Macro::Exists if negated => {
                let missing = self.nullable(made_of(&looped.range));
                self.warn(node, missing, |_| "`!exists` of null".to_owned());
            }
            _ => {}
        }
        let negated = negated && matches!(looped.kind, Macro::All | Macro::Exists);
        let outside = self.guards.len();
        self.guards.extend(of_elements(&looped.range, &looped.variable, self.known));
        match &looped.condition {
            Some(condition) => {
                self.visit(condition, false);
                self.guarded(condition, true, |inner| inner.visit(&looped.body, negated));
            }
            None => self.visit(&looped.body, negated),
        }
        self.guards.truncate(outside);
    }

    fn children(&mut self, node: &Node) {
        match &node.expr {
            Expr::Equal(pair)
            | Expr::NotEqual(pair)
            | Expr::Order(_, pair)
            | Expr::In(pair)
            | Expr::Index(pair)
            | Expr::Arithmetic(_, pair) => {
                self.visit(&pair.0, false);
                self.visit(&pair.1, false);
            }
            Expr::Select { of, .. }
            | Expr::PropertyOf { of, .. }
            | Expr::Has(of)
            | Expr::Negate(of) => self.visit(of, false),
            Expr::Matches { text, .. } => self.visit(text, false),
            Expr::Call { arguments: nodes, .. } | Expr::List(nodes) => {
                for node in nodes {
                    self.visit(node, false);
                }
            }
            _ => {}
        }
    }

    fn warn(&mut self, node: &Node, missing: Option<String>, true_of: impl Fn(&str) -> String) {
        let Some(path) = missing else { return };
        let always = true_of(&path);
        let message = format!("`{path}` may be null, and {always} is true");
        let help =
            format!("begin with `{path} != null &&`, or `{path} == null ||` if that is fine");
        self.problems.push(Problem::warning(node.span, Code::UnguardedNull, message).help(help));
    }

    /// The path by which a node may be null, unless it is guarded.
    fn nullable(&self, node: &Node) -> Option<String> {
        match &node.expr {
            Expr::Property(slot) | Expr::PropertyOf { slot, .. } if slot.nullable => {
                self.unless_guarded(node)
            }
            Expr::Select { nullable: true, .. } | Expr::Call { function: Function::Tag, .. } => {
                self.unless_guarded(node)
            }
            Expr::Select { of, .. } => self.nullable(of).filter(|_| !self.is_guarded(node)),
            Expr::Index(pair) => self.nullable(&pair.0).filter(|_| !self.is_guarded(node)),
            _ => None,
        }
    }

    fn unless_guarded(&self, node: &Node) -> Option<String> {
        let path = show::node(node);
        (!self.is_guarded(node)).then_some(path)
    }

    /// Whether a path is known not to be null, by itself or since something behind it is not.
    fn is_guarded(&self, node: &Node) -> bool {
        let path = show::node(node);
        self.guards.iter().any(|guard| {
            let rest = guard.strip_prefix(path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }
}

/// The paths that are not null of each element of a list, which has a name: those that are `known` of
/// selected resources, and those that a filter lets through.
fn of_elements(list: &Node, name: &str, known: &[String]) -> Vec<String> {
    match &list.expr {
        Expr::Resources => {
            let of_resource = |path: &String| match path.strip_prefix("resource.") {
                Some(rest) => Some(format!("{name}.{rest}")),
                None => path.starts_with("tag(").then(|| format!("{name}.{path}")),
            };
            known.iter().filter_map(of_resource).collect()
        }
        Expr::Loop(looped) if looped.kind == Macro::Filter => {
            let mut paths = Vec::new();
            not_null(&looped.body, true, true, &mut paths);
            let named = paths.iter().filter_map(|path| {
                let rest = path.strip_prefix(&*looped.variable)?;
                rest.starts_with(['.', '[']).then(|| format!("{name}{rest}"))
            });
            of_elements(&looped.range, name, known).into_iter().chain(named).collect()
        }
        Expr::Call { function: Function::Distinct | Function::Sort, arguments, .. } => {
            arguments.first().map_or_else(Vec::new, |list| of_elements(list, name, known))
        }
        _ => Vec::new(),
    }
}

/// The list that a list was made of, which is empty wherever that is: of null as well.
fn made_of(list: &Node) -> &Node {
    match &list.expr {
        Expr::Loop(looped) if matches!(looped.kind, Macro::Filter | Macro::Map) => {
            made_of(&looped.range)
        }
        Expr::Call {
            function: Function::Distinct | Function::Flatten | Function::Sort,
            arguments,
            ..
        } => arguments.first().map_or(list, made_of),
        _ => list,
    }
}

fn is_null(node: &Node) -> bool {
    matches!(node.expr, Expr::Constant(Value::Null))
}

fn is_constant(node: &Node) -> bool {
    matches!(node.expr, Expr::Constant(_))
}

/// The paths that are surely not null where a node is true, or false; `decided` says that it is
/// one of them and not unknown.
fn not_null(node: &Node, outcome: bool, decided: bool, paths: &mut Vec<String>) {
    match (&node.expr, outcome) {
        (Expr::And(terms), true) | (Expr::Or(terms), false) => {
            for term in terms {
                not_null(term, outcome, decided, paths);
            }
        }
        (Expr::Not(of), _) => not_null(of, !outcome, decided, paths),
        (Expr::Has(of), true) => push(of, paths),
        (Expr::NotEqual(pair), true) | (Expr::Equal(pair), false) => different(pair, paths),
        (Expr::Equal(pair), true) | (Expr::NotEqual(pair), false) => {
            let (one, other) = &**pair;
            let constant = |side: &Node| is_constant(side) && !is_null(side);
            if constant(other) {
                push(one, paths);
            } else if constant(one) {
                push(other, paths);
            }
        }
        (Expr::Order(comparison, pair), _) if decided => {
            push(&pair.0, paths);
            push(&pair.1, paths);
            let least = match comparison {
                Comparison::Greater => 0,
                Comparison::GreaterEqual => 1,
                _ => i64::MAX,
            };
            if outcome && matches!(pair.1.expr, Expr::Constant(Value::Int(than)) if than >= least) {
                push_measured(&pair.0, paths);
            }
        }
        (Expr::In(pair), true) => {
            push(made_of(&pair.1), paths);
            let is_named = |items: &[Value]| !items.iter().any(|item| matches!(item, Value::Null));
            if matches!(&pair.1.expr, Expr::Constant(Value::List(items)) if is_named(items)) {
                push(&pair.0, paths);
            }
        }
        (Expr::Matches { text, .. }, _) if decided => push(text, paths),
        (Expr::Call { function, arguments, .. }, _)
            if decided && !library::takes_null(*function, 0) =>
        {
            for (at, argument) in arguments.iter().enumerate() {
                if !library::takes_null(*function, at) {
                    push(argument, paths);
                }
            }
        }
        (Expr::Loop(looped), _) if outcome == (looped.kind == Macro::Exists) => {
            push(made_of(&looped.range), paths);
        }
        (_, true) => push(node, paths),
        _ => {}
    }
}

/// What is not null where the two differ.
fn different(pair: &Pair, paths: &mut Vec<String>) {
    let zero = |side: &Node| matches!(side.expr, Expr::Constant(Value::Int(0)));
    for (side, other) in [(&pair.0, &pair.1), (&pair.1, &pair.0)] {
        if is_null(other) {
            push(side, paths);
        } else if zero(other) {
            push_measured(side, paths);
        }
    }
}

/// What a size that is not zero is the size of.
fn push_measured(node: &Node, paths: &mut Vec<String>) {
    if let Expr::Call { function: Function::Size, arguments, .. } = &node.expr {
        for argument in arguments {
            push(made_of(argument), paths);
        }
    }
}

fn push(node: &Node, paths: &mut Vec<String>) {
    if matches!(
        node.expr,
        Expr::Property(_)
            | Expr::PropertyOf { .. }
            | Expr::Select { .. }
            | Expr::Index(_)
            | Expr::Call { function: Function::Tag, .. }
    ) {
        paths.push(show::node(node));
    }
}
