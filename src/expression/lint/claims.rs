//! Terms that exclude each other, or of which one always holds.
//!
//! A term is asked about one thing where all its comparisons are of that with constants. What is
//! known of the thing at a place are the terms around, each with its outcome there: a term holds
//! never where no value is left that gives all of them their outcomes. Values are looked at by the
//! constants that they are held against: each of them, what lies between two, and null. What is asked of
//! a text by a function has an answer for each constant, and between two where a beginning decides it.

mod given;
mod points;

use std::borrow::Cow;

use self::points::are_possible;
use super::super::nulls::{NonNull, Path};
use super::super::span::Span;
use super::super::tree::{Expr, Node, Pair};
use super::super::{EvalBudget, Problem, notation, show};
use super::predicate::Predicate;
use super::{constant, ends, fixed};
use crate::diagnostic::Code;
use crate::resource::Value;

/// How many terms are held against each other: authors write a few.
const MOST_COMPARED: usize = 32;

/// How many constants the values of one thing are told apart by.
const MOST_CONSTANTS: usize = 64;

/// Term about one thing, with its outcome at a place.
#[derive(Debug, Clone, Copy)]
struct Claim<'t> {
    of: Path<'t>,
    /// The variable, by its index, that it is about where it says `resource`.
    element: Option<usize>,
    term: &'t Node,
    is_true: bool,
    source: Source,
    /// It says that the thing is null.
    says_null: bool,
}

/// What says that a term holds, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A term beside it.
    Term,
    /// The condition of the `?:` that it is a branch of.
    Condition,
    /// What the check selects by.
    Selection,
}

/// Work on the terms of one expression: a value is held against a constant. What authors write takes
/// some tens.
const STEPS: usize = 20_000;

/// What functions may cost that are asked of constants.
const CALLED: u64 = 20_000;
const CALLED_BYTES: u64 = 1 << 18;

/// Terms that are known to hold, or not to, at a place of a tree.
#[derive(Debug)]
pub(super) struct Claims<'t> {
    known: Vec<Claim<'t>>,
    /// Work that was done.
    steps: usize,
    /// Rest of what functions may cost.
    budget: EvalBudget,
    /// What says what is learned.
    source: Source,
}

impl Default for Claims<'_> {
    fn default() -> Self {
        let budget = EvalBudget::new(CALLED, CALLED_BYTES);
        Self { known: Vec::new(), steps: 0, budget, source: Source::Term }
    }
}

impl<'t> Claims<'t> {
    /// How much is known, for [`Claims::forget`].
    pub(super) fn mark(&self) -> usize {
        self.known.len()
    }

    /// Forgets what was learned since.
    pub(super) fn forget(&mut self, mark: usize) {
        self.known.truncate(mark);
    }

    /// Takes up the condition that what is selected fulfils, as [`Claims::learn`] does.
    pub(super) fn select(&mut self, condition: &'t Node, element: Option<usize>) {
        self.source = Source::Selection;
        self.learn(condition, true, element);
        self.source = Source::Term;
    }

    /// Takes up the outcome of a condition for a branch of its `?:`.
    pub(super) fn decide(&mut self, condition: &'t Node, is_true: bool) {
        self.source = Source::Condition;
        self.learn(condition, is_true, None);
        self.source = Source::Term;
    }

    /// Takes up the outcome of a node, of an element of the resources where an index is given.
    pub(super) fn learn(&mut self, node: &'t Node, is_true: bool, element: Option<usize>) {
        match (&node.expr, is_true) {
            (Expr::And(terms), true) | (Expr::Or(terms), false) => {
                for term in terms.iter().take(MOST_COMPARED) {
                    self.learn(term, is_true, element);
                }
            }
            (Expr::Not(of), _) => self.learn(of, !is_true, element),
            (Expr::Has(of), _) if is_true || self.known.len() >= MOST_COMPARED => {}
            (Expr::Has(of), _) => {
                let (source, of) = (self.source, Path::observed(of));
                let claim = Claim { of, element, term: node, is_true, source, says_null: true };
                self.known.push(claim);
            }
            _ if self.known.len() < MOST_COMPARED => {
                if let Some(of) = tested(node).map(Path::observed) {
                    let source = self.source;
                    let says_null = fixed::null_test(node).is_some_and(|(_, is)| is != is_true);
                    let claim = Claim { of, element, term: node, is_true, source, says_null };
                    self.known.push(claim);
                }
            }
            _ => {}
        }
    }

    /// `true` where so many constants may be held against each other, which counts as work.
    fn may_compare(&mut self, count: usize) -> bool {
        if count > MOST_CONSTANTS {
            return false;
        }
        self.steps += 4 * count * count;
        self.steps <= STEPS
    }

    /// Warning of a term that cannot have an outcome beside what is known.
    pub(super) fn excluded(
        &mut self,
        term: &'t Node,
        is_true: bool,
        nulls: &NonNull<'t>,
    ) -> Option<Problem> {
        if self.known.is_empty() || self.steps >= STEPS {
            return None;
        }
        let of = Path::observed(tested(term)?);
        let is_about = |claim: &&Claim<'t>| claim.of.is(of, claim.element);
        let known: Vec<Claim<'t>> = self.known.iter().filter(is_about).copied().collect();
        if known.is_empty() {
            return None;
        }
        let (source, says_null) = (Source::Term, false);
        let claim = Claim { of, element: None, term, is_true, source, says_null };
        let count = count(term) + known.iter().map(|claim| count(claim.term)).sum::<usize>();
        if !self.may_compare(count) {
            return None;
        }
        // A number that a function computes is there, or nobody knows it.
        let is_computed =
            matches!(&of.node().expr, Expr::Call { function, .. } if function.gives_integer());
        let may_be_null = !is_computed && !nulls.is_never_null(of.node());
        let (asked, holds) = stripped(term, is_true);
        let needs_value = Predicate::of(asked).is_some();
        // Of null it has no outcome at all, which is told of the thing.
        if (needs_value || matches!(asked.expr, Expr::Order(..)))
            && known.iter().any(|claim| claim.says_null)
        {
            return None;
        }
        let denies = |claim: &Claim<'t>| {
            let (other, held) = stripped(claim.term, claim.is_true);
            held != holds && Path::observed(other).is(Path::observed(asked), claim.element)
        };
        if needs_value && let Some(claim) = known.iter().copied().find(denies) {
            return Some(told(term, is_true, &[claim]));
        }
        if let Some(claim) = known
            .iter()
            .copied()
            .find(|known| ends::are_apart((known.term, known.is_true), (term, is_true)))
        {
            return Some(told(term, is_true, &[claim]));
        }
        let mut may_be = |asked| are_possible(&known, asked, may_be_null, &mut self.budget);
        if !may_be(None) || may_be(Some(&claim)) {
            return None;
        }
        let known = self.needed(known, claim, may_be_null);
        Some(told(term, is_true, &known))
    }

    /// Those of what is known without which a claim could have its outcome: what `where` says is left
    /// out first, since the terms of a text are its author's own.
    fn needed(
        &mut self,
        mut known: Vec<Claim<'t>>,
        claim: Claim<'t>,
        may_be_null: bool,
    ) -> Vec<Claim<'t>> {
        known.sort_by_key(|known| known.source != Source::Selection);
        let mut at = 0;
        while known.len() > 1 && at < known.len() {
            let one = known.remove(at);
            if are_possible(&known, Some(&claim), may_be_null, &mut self.budget) {
                known.insert(at, one);
                at += 1;
            }
        }
        known
    }
}

/// What to do about a branch of `?:` that its condition decides.
pub(super) const OPEN: &str = "ask something that the condition leaves open";

fn told(term: &Node, is_true: bool, known: &[Claim<'_>]) -> Problem {
    let shown = show::node(term);
    let beside = |claim: &Claim<'_>| {
        let shown = show::node(claim.term);
        if claim.is_true { format!("`{shown}`") } else { format!("not `{shown}`") }
    };
    let all = || known.iter().map(beside).collect::<Vec<_>>().join(" and ");
    if known.iter().all(|claim| claim.source == Source::Selection) {
        let outcome = if is_true { "never holds" } else { "always holds" };
        let message = format!("`{shown}` {outcome} of what is selected by {}", all());
        let problem = Problem::warning(place(term), Code::FixedComparison, message);
        return problem.help("ask something that the selection leaves open");
    }
    let is_decided = known.iter().any(|claim| claim.source == Source::Condition);
    if let [claim] = known
        && let Some((of, one, two)) = listed(claim, term, is_true)
    {
        let message = if is_true {
            format!("`{of}` is never {one} and {two} at once")
        } else {
            format!("`{of}` always differs from {one} or from {two}")
        };
        let listed = format!("{of} in [{one}, {two}]");
        let has_null = [&one, &two].into_iter().any(|it| it == "null");
        let help = match (has_null, is_true) {
            _ if is_decided => OPEN.to_owned(),
            (true, true) => "write `||` where either is meant".to_owned(),
            (true, false) => "write `&&` where both are meant".to_owned(),
            (false, true) => format!("write `{listed}`"),
            (false, false) => format!("write `!({listed})`"),
        };
        return Problem::warning(place(term), Code::FixedComparison, message).help(help);
    }
    let beside = all();
    let (outcome, side) =
        if is_true { ("never holds", "beside") } else { ("always holds", "where") };
    let message = format!("`{shown}` {outcome} {side} {beside}");
    let problem = Problem::warning(place(term), Code::FixedComparison, message);
    problem.help(if is_decided { OPEN } else { "leave one of them out, or ask for what can be" })
}

/// Thing that two comparisons are of, and the two constants, where its author may mean a list.
fn listed(one: &Claim<'_>, other: &Node, is_true: bool) -> Option<(String, String, String)> {
    let pairs = match (&one.term.expr, &other.expr, is_true) {
        (_, Expr::Not(of), _) => return listed(one, of, !is_true),
        (Expr::Equal(one), Expr::Equal(other), true)
        | (Expr::NotEqual(one), Expr::NotEqual(other), false) => (one, other),
        _ => return None,
    };
    let (_, first) = compared(pairs.0)?;
    let (of, second) = compared(pairs.1)?;
    let (Cow::Borrowed(first), Cow::Borrowed(second)) = (first, second) else { return None };
    let is_alike = one.is_true == is_true;
    is_alike.then(|| (show::node(of), notation::value(first), notation::value(second)))
}

/// Term without its negations, and its outcome.
fn stripped(term: &Node, is_true: bool) -> (&Node, bool) {
    match &term.expr {
        Expr::Not(of) => stripped(of, !is_true),
        _ => (term, is_true),
    }
}

/// Place of what a term denies, or of itself.
fn place(term: &Node) -> Span {
    match &term.expr {
        Expr::Not(of) => place(of),
        _ => term.span,
    }
}

/// The one thing that all comparisons of a term are of.
pub(super) fn tested(term: &Node) -> Option<&Node> {
    match &term.expr {
        Expr::Not(of) => tested(of),
        Expr::And(terms) | Expr::Or(terms) if terms.len() <= MOST_COMPARED => {
            let (first, rest) = terms.split_first()?;
            let of = tested(first)?;
            let is_same = |term| tested(term).is_some_and(|other| are_same(of, other));
            rest.iter().all(is_same).then_some(of)
        }
        Expr::Equal(pair) | Expr::NotEqual(pair) | Expr::Order(_, pair) => {
            compared(pair).map(|(of, _)| of)
        }
        Expr::In(pair) => match (&pair.0, constant(&pair.1)) {
            (of, Some(Value::List(items))) if items.len() <= MOST_CONSTANTS => {
                constant(of).is_none().then_some(of)
            }
            _ => None,
        },
        _ => match Predicate::of(term) {
            Some(predicate) => Some(predicate.of),
            None => Path::of(term).map(Path::node),
        },
    }
}

/// `true` where two nodes are the same.
pub(super) fn are_same(one: &Node, other: &Node) -> bool {
    Path::observed(one).is_same(Path::observed(other))
}

/// What is compared with which constant.
fn compared(pair: &Pair) -> Option<(&Node, Cow<'_, Value>)> {
    match (fixed(&pair.0), fixed(&pair.1)) {
        (None, Some(value)) => Some((&pair.0, value)),
        (Some(value), None) => Some((&pair.1, value)),
        _ => None,
    }
}

/// Constant that a node is, or the time from now to the instant that it is.
fn fixed(node: &Node) -> Option<Cow<'_, Value>> {
    match &node.expr {
        Expr::Constant(value) => Some(Cow::Borrowed(value)),
        _ => node.since_now().map(|span| Cow::Owned(Value::Duration(span))),
    }
}

/// How many constants a term compares with.
fn count(term: &Node) -> usize {
    match &term.expr {
        Expr::Not(of) => count(of),
        Expr::And(terms) | Expr::Or(terms) => terms.iter().map(count).sum(),
        Expr::In(pair) => match constant(&pair.1) {
            Some(Value::List(items)) => items.len(),
            _ => 0,
        },
        _ => 1,
    }
}

/// Constants that a term compares with.
fn gather(term: &Node, into: &mut Vec<Value>) {
    let mut push = |value: &Value| {
        if !value.is_null() {
            into.push(value.clone());
        }
    };
    match &term.expr {
        Expr::Not(of) => gather(of, into),
        Expr::And(terms) | Expr::Or(terms) => {
            for term in terms {
                gather(term, into);
            }
        }
        Expr::Equal(pair) | Expr::NotEqual(pair) | Expr::Order(_, pair) => {
            if let Some((_, value)) = compared(pair) {
                push(&value);
            }
        }
        Expr::In(pair) => {
            if let Some(Value::List(items)) = constant(&pair.1) {
                items.iter().for_each(push);
            }
        }
        Expr::Has(_) => {}
        _ => match Predicate::of(term) {
            Some(predicate) => into.extend(predicate.range().into_iter().flatten()),
            None => push(&Value::Bool(true)),
        },
    }
}
