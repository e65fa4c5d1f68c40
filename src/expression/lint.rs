//! What is valid and yet rarely meant: nulls that nobody guards ([`unguarded`]), terms that exclude
//! each other and what is null by the terms around ([`claims`]), alternatives that are asked for
//! together ([`alternatives`]), and outcomes that the schema or the text itself decides ([`fixed`],
//! [`always`], [`constants`]).
//!
//! Null makes negations true, and `all` as well: `resource.Owner != "root"` holds for a resource
//! without an owner. Where that is meant, a guard says so, as in `resource.Owner == null ||
//! resource.Owner != "root"`; where it is not, another: `has(resource.Owner) && resource.Owner !=
//! "root"`. Both silence the warning.

mod alternatives;
mod always;
mod claims;
mod constants;
mod ends;
mod fixed;
mod predicate;
mod unguarded;

pub(super) use self::constants::{is_closed, is_fixed};
pub(super) use self::fixed::null_test;

use self::claims::Claims;
use super::builtins::Function;
use super::nulls::{Mark, NonNull, Outcome, Path, made_of};
use super::tree::{Expr, Loop, Macro, Node, References};
use super::{Environment, ExpressionKind, Problem, show};
use crate::diagnostic::Code;
use crate::resource::{Kind, Property, Value};

/// Warns about negations of what may be null, as far as the schema tells, and about an assertion
/// of constants only, which reads no property. What the values of parameters make of it is not the
/// text's own.
pub(super) fn check<'t>(
    (root, references): (&'t Node, &References),
    kind: ExpressionKind,
    environment: &'t Environment,
    problems: &mut Vec<Problem>,
) {
    let selection = environment.selection();
    let parameters = environment.parameters.iter().flat_map(|all| all.iter());
    let is_own = !parameters.into_iter().any(|one| one.value.is_some());
    let asserts = matches!(kind, ExpressionKind::Assert | ExpressionKind::AssertAll);
    let of_constants = if asserts && references.is_empty() { constants::check(root) } else { None };
    let is_own = is_own && of_constants.is_none();
    problems.extend(of_constants);
    let mut linter = Linter {
        known: NonNull::default(),
        claims: Claims::default(),
        selection,
        forbidden: Vec::new(),
        required: Vec::new(),
        told: Vec::new(),
        is_own,
        problems,
    };
    if let (ExpressionKind::Assert, Some(selection)) = (kind, selection) {
        linter.known.learn(selection, Outcome::decided(true));
        linter.claims.select(selection, None);
    }
    let before = linter.problems.len();
    linter.visit(root, false);
    if !is_own {
        return;
    }
    let is_told = |problem: &Problem| problem.code == Code::FixedComparison;
    if !linter.problems.iter().skip(before).any(is_told) {
        let found = fixed::of_all(root, &linter.known)
            .or_else(|| linter.claims.excluded(root, true, &linter.known))
            .or_else(|| linter.claims.excluded(root, false, &linter.known))
            .or_else(|| linter.rival(root));
        linter.problems.extend(found);
    }
}

struct Linter<'t, 'p> {
    /// Paths that are known not to be null where we are.
    known: NonNull<'t>,
    /// Terms whose outcome is known there.
    claims: Claims<'t>,
    /// Condition that holds of each selected resource.
    selection: Option<&'t Node>,
    /// Variables, by their indices, of loops that must find nothing.
    forbidden: Vec<usize>,
    /// The same of loops in which what differs is asked for.
    required: Vec<usize>,
    /// What is told to be null of the terms before.
    told: Vec<Path<'t>>,
    /// No constant is the value of a parameter.
    is_own: bool,
    problems: &'p mut Vec<Problem>,
}

/// How many guards of a chain count for the terms before them.
const MOST_GUARDS: usize = 8;

/// `true` for properties of properties, and for a tag.
fn is_way(node: &Node) -> bool {
    match &node.expr {
        Expr::Property(_) | Expr::Local { .. } => true,
        Expr::Select(selection) => is_way(&selection.of),
        Expr::Call { function, arguments, .. } if function.property.is_some() => {
            arguments.iter().all(|it| matches!(it.expr, Expr::Property(_) | Expr::Constant(_)))
        }
        _ => false,
    }
}

/// `true` for what is true or false, and not a value of any other type, as far as its node says.
fn is_condition(node: &Node) -> bool {
    let is_boolean = |property: &Property| property.kind == Kind::Boolean;
    Path::of(node).is_none_or(|_| node.property().is_some_and(is_boolean))
}

/// `true` for a term that asks whether something is there, so that a chain goes on where it is.
fn is_guard(term: &Node, is_true: bool) -> bool {
    fixed::null_test(term).is_some_and(|(_, holds)| holds == is_true)
}

impl<'t> Linter<'t, '_> {
    /// Looks at a node that stands below an odd number of negations, or not.
    fn visit(&mut self, node: &'t Node, negated: bool) {
        if self.claims.mark() > 0 {
            self.is_absent(node, false);
        }
        self.inside(node, negated);
    }

    /// `true` for a constant, and for the way to a value, of which nothing is told unless it may be null
    /// by the terms around.
    fn is_plain(&self, node: &Node, negated: bool) -> bool {
        match node.expr {
            Expr::Constant(_) => true,
            Expr::Property(_) | Expr::Local { .. } => !negated,
            _ => !negated && self.claims.mark() == 0 && is_way(node),
        }
    }

    fn inside(&mut self, node: &'t Node, negated: bool) {
        if self.is_plain(node, negated) {
            return;
        }
        if self.is_own {
            let found = fixed::of_collection(node, &self.known).or_else(|| always::of_term(node));
            self.problems.extend(found);
        }
        match &node.expr {
            Expr::And(terms) => self.chain(terms, negated, true),
            Expr::Or(terms) => self.chain(terms, negated, false),
            Expr::Not(of) => self.visit(of, !negated),
            Expr::Conditional(parts) => {
                let (condition, one, other) = &**parts;
                self.visit(condition, false);
                self.branch((condition, true), one, negated);
                self.branch((condition, false), other, negated);
            }
            Expr::NotEqual(pair) if !negated => self.unequal(node, pair),
            Expr::Equal(pair) if negated => self.unequal(node, pair),
            Expr::Order(comparison, pair) => {
                self.needed(&pair.0, comparison.sign());
                self.needed(&pair.1, comparison.sign());
                self.children(node);
            }
            Expr::Arithmetic(operator, pair) => {
                self.needed(&pair.0, operator.sign());
                self.needed(&pair.1, operator.sign());
                self.children(node);
            }
            Expr::Negate(of) => {
                self.needed(of, "-");
                self.children(node);
            }
            Expr::Matches { function, text, .. } => {
                self.needed(text, function.name);
                self.children(node);
            }
            Expr::In(pair) if negated => {
                let asks_null = matches!(
                    constant(&pair.1), Some(Value::List(items)) if items.iter().any(Value::is_null)
                );
                let missing = self.nullable(&pair.0).filter(|path| !self.is_forbidden(*path));
                let missing = missing.filter(|_| !asks_null);
                let missing = missing.or_else(|| self.nullable(made_of(&pair.1)));
                self.warn(node, missing, |path| format!("`!({path} in ...)`"));
                self.children(node);
            }
            Expr::Loop(looped) => self.looped(node, looped, negated),
            Expr::Call { function, arguments, .. } if function.property.is_none() => {
                self.called(node, function, arguments, negated);
            }
            _ if negated && Path::of(node).is_some() => {
                let missing = self.nullable(node);
                self.warn(node, missing, |_| "`!null`".to_owned());
                self.children(node);
            }
            _ => self.children(node),
        }
    }

    /// A term of `&&` is read where those before it are true, one of `||` where they are false.
    fn chain(&mut self, terms: &'t [Node], negated: bool, is_true: bool) {
        let known = self.mark();
        let mut is_told = !self.is_own;
        if self.is_own {
            let found = always::of_chain(terms, is_true);
            is_told = found.is_some();
            self.problems.extend(found);
        }
        // An unknown term has no outcome, and still the chain may have one by those behind it.
        let outcome = Outcome { is_true, is_decided: negated != is_true };
        let guards = terms.iter().enumerate().filter(|(_, term)| is_guard(term, is_true));
        let guards: Vec<_> = guards.take(MOST_GUARDS).collect();
        for (at, term) in terms.iter().enumerate() {
            if !is_told {
                let found = self.excluded(term, is_true);
                is_told = found.is_some();
                self.problems.extend(found);
            }
            // Where a guard behind is not met, it decides the chain, whatever this term is.
            let before = self.mark();
            let behind =
                guards.iter().filter(|(of, _)| *of > at && fixed::null_test(term).is_none());
            for (_, guard) in behind {
                self.known.learn(guard, Outcome::decided(is_true));
            }
            self.visit(term, negated);
            self.forget(before);
            self.learn(term, outcome);
            if !is_told {
                let found = alternatives::check(term, is_true, &self.known, before.0);
                let denied = || self.claims.denied((term, is_true), before.1, &self.known);
                let found = found.or_else(denied);
                is_told = found.is_some();
                self.problems.extend(found);
            }
        }
        self.forget(known);
    }

    /// Looks at a branch of `?:`, where its condition is known. A chain looks at its terms itself.
    fn branch(&mut self, (condition, is_true): (&'t Node, bool), node: &'t Node, negated: bool) {
        let (known, told) = (self.mark(), self.told.len());
        self.known.learn(condition, Outcome::decided(is_true));
        self.claims.decide(condition, is_true);
        let is_chain = matches!(node.expr, Expr::And(_) | Expr::Or(_));
        if self.is_own && !is_chain && is_condition(node) {
            let excluded = self.excluded(node, true).or_else(|| self.excluded(node, false));
            let rival = |this: &mut Self| Some(this.rival(node)?.help(claims::OPEN));
            let found = excluded.or_else(|| rival(self));
            self.problems.extend(found);
        }
        self.visit(node, negated);
        self.forget(known);
        self.told.truncate(told);
    }

    /// Warning of a term that cannot have an outcome beside what is known.
    fn excluded(&mut self, term: &'t Node, is_true: bool) -> Option<Problem> {
        let found = self.claims.excluded(term, is_true, &self.known)?;
        if let Some(path) = claims::tested(term).and_then(Path::of) {
            self.tell(path);
        }
        Some(found)
    }

    /// Warning of a term that asks for another alternative than there is.
    fn rival(&mut self, term: &'t Node) -> Option<Problem> {
        if !self.known.has_alternatives && self.claims.mark() == 0 {
            return None;
        }
        let before = self.mark();
        self.learn(term, Outcome::decided(true));
        let found = alternatives::check(term, true, &self.known, before.0);
        let denied = || self.claims.denied((term, true), before.1, &self.known);
        let found = found.or_else(denied);
        self.forget(before);
        found
    }

    fn learn(&mut self, node: &'t Node, outcome: Outcome) {
        self.known.learn(node, outcome);
        self.claims.learn(node, outcome.is_true, None);
    }

    fn mark(&self) -> (Mark, usize) {
        (self.known.mark(), self.claims.mark())
    }

    fn forget(&mut self, (known, claims): (Mark, usize)) {
        self.known.forget(known);
        self.claims.forget(claims);
    }

    /// A call that says of null what is meant of a value.
    fn called(
        &mut self,
        node: &'t Node,
        function: &Function,
        arguments: &'t [Node],
        negated: bool,
    ) {
        if let [observed, rest @ ..] = arguments {
            let says = function.says_of_null(rest.iter().map(constant));
            if says.is_some_and(|says| says != negated) {
                let missing = self.nullable(observed);
                let not = if negated { "!" } else { "" };
                let first = rest.first().map(show::node).unwrap_or_default();
                self.warn(node, missing, |_| {
                    format!("`{not}{}(null, {first}, ...)`", function.name)
                });
            }
        }
        let needs_values = function.needs_values(arguments.iter().skip(1).map(constant));
        for (at, argument) in arguments.iter().enumerate() {
            if needs_values || !function.takes_null(at) {
                self.needed(argument, function.name);
            }
            if !function.takes_elements_of_null(at)
                && self.known.holds_null(argument, self.selection)
            {
                self.elements(argument, function.name);
            }
        }
        self.children(node);
    }

    fn looped(&mut self, node: &'t Node, looped: &'t Loop, negated: bool) {
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
        let (outside, told) = (self.mark(), self.told.len());
        if negated && looped.kind == Macro::Exists {
            self.forbidden.push(looped.index);
        }
        if !negated && matches!(looped.kind, Macro::All | Macro::Filter) {
            self.required.push(looped.index);
        }
        self.known.learn_of_elements(&looped.range, looped.index, self.selection);
        self.claim_of_elements(&looped.range, looped.index);
        // A chain looks at its terms itself.
        if self.is_own && !matches!(looped.body.expr, Expr::And(_) | Expr::Or(_)) {
            let body = &looped.body;
            let excluded = match looped.kind {
                Macro::All => self.excluded(body, true).or_else(|| self.excluded(body, false)),
                Macro::Exists => self.excluded(body, true),
                _ => None,
            };
            let is_condition = looped.kind != Macro::Map;
            let found = excluded.or_else(|| if is_condition { self.rival(body) } else { None });
            self.problems.extend(found);
        }
        if let Some(condition) = &looped.condition {
            self.visit(condition, false);
            self.learn(condition, Outcome::decided(true));
        }
        self.visit(&looped.body, negated);
        self.forget(outside);
        self.told.truncate(told);
        self.forbidden.retain(|index| *index != looped.index);
        self.required.retain(|index| *index != looped.index);
    }

    /// Takes up what holds of each element of a list.
    fn claim_of_elements(&mut self, list: &'t Node, index: usize) {
        match (&list.expr, self.selection) {
            (Expr::Resources, Some(selection)) => {
                self.claims.select(selection, Some(index));
            }
            (Expr::Loop(looped), _) if looped.kind == Macro::Filter => {
                self.claim_of_elements(&looped.range, index);
                self.claims.learn(&looped.body, true, None);
            }
            _ => {}
        }
    }

    fn children(&mut self, node: &'t Node) {
        match &node.expr {
            Expr::Equal(pair) | Expr::NotEqual(pair) => {
                let is_equal = matches!(node.expr, Expr::Equal(_));
                self.compared(&pair.0, &pair.1, is_equal);
                self.compared(&pair.1, &pair.0, is_equal);
            }
            Expr::Order(_, pair)
            | Expr::In(pair)
            | Expr::Index(pair)
            | Expr::Arithmetic(_, pair) => {
                self.visit(&pair.0, false);
                self.visit(&pair.1, false);
            }
            Expr::Select(selection) => self.visit(&selection.of, false),
            Expr::Has(of) => {
                self.is_absent(of, true);
                self.inside(of, false);
            }
            Expr::PropertyOf { of, .. } | Expr::Negate(of) => self.visit(of, false),
            Expr::Matches { text, .. } => self.visit(text, false),
            Expr::Call { arguments: nodes, .. } | Expr::List(nodes) => {
                for node in nodes {
                    self.visit(node, false);
                }
            }
            Expr::Map(entries) => {
                for (key, value) in entries {
                    self.visit(key, false);
                    self.visit(value, false);
                }
            }
            _ => {}
        }
    }
}

fn constant(node: &Node) -> Option<&Value> {
    match &node.expr {
        Expr::Constant(value) => Some(value),
        _ => None,
    }
}
