//! What the outcome of a node shows of paths: that they are not null, or what they are.

use super::super::operate::Comparison;
use super::super::tree::{Expr, Macro, Node, Pair};
use super::{Outcome, Path, Says, is_null, made_of};
use crate::resource::Value;

/// How many terms of a chain may name values of one path.
pub(super) const MOST_NAMED: usize = 16;

/// Tells what is sure of paths where a node has an outcome.
pub(super) fn visit<'t>(
    node: &'t Node,
    outcome: Outcome,
    tell: &mut impl FnMut(Path<'t>, Says<'t>),
) {
    match (&node.expr, outcome.is_true) {
        (Expr::And(terms), true) | (Expr::Or(terms), false) => {
            for term in terms {
                visit(term, outcome, tell);
            }
        }
        (Expr::Or(terms), true) | (Expr::And(terms), false) => {
            either(terms, outcome.is_true, tell);
        }
        (Expr::Not(of), _) => visit(of, outcome.negated(), tell),
        (Expr::Has(of), true) => show(of, tell),
        (Expr::Has(of), false) => {
            if let Some(path) = Path::of(of) {
                tell(path, Says::OneOf(&NULL));
            }
        }
        (Expr::Equal(pair), _) => compare(pair, true, outcome, tell),
        (Expr::NotEqual(pair), _) => compare(pair, false, outcome, tell),
        (Expr::Order(comparison, pair), is_true) if outcome.is_decided => {
            need(&pair.0, tell);
            need(&pair.1, tell);
            if is_true && is_above_zero(*comparison, &pair.1) {
                measured(&pair.0, &mut |node| show(node, tell));
            }
        }
        (Expr::In(pair), true) => found(pair, tell),
        (Expr::In(_), false) => {}
        (Expr::Matches { text, .. }, _) if outcome.is_decided => need(text, tell),
        (Expr::Call { function, arguments, .. }, _)
            if outcome.is_decided && function.property.is_none() =>
        {
            let needed = arguments.iter().enumerate().filter(|(at, _)| !function.takes_null(*at));
            needed.for_each(|(_, argument)| need(argument, tell));
        }
        (Expr::Loop(looped), is_true) if is_true != says_of_nothing(looped.kind) => {
            show(made_of(&looped.range), tell);
        }
        (Expr::Property(reference) | Expr::PropertyOf { reference, .. }, false)
            if !reference.is_nullable() =>
        {
            tell(Path::observed(node), Says::OneOf(&FALSE));
        }
        (_, is_true) => {
            if is_true && let Some(path) = Path::of(node) {
                tell(path, Says::NonNull);
                tell(path, Says::OneOf(&TRUE));
            }
        }
    }
}

/// Tells that a path is not null.
fn show<'t>(node: &'t Node, tell: &mut impl FnMut(Path<'t>, Says<'t>)) {
    if let Some(path) = Path::of(node) {
        tell(path, Says::NonNull);
    }
}

/// Tells that a path is not null where the whole is known.
fn need<'t>(node: &'t Node, tell: &mut impl FnMut(Path<'t>, Says<'t>)) {
    if let Some(path) = Path::of(node) {
        tell(path, Says::Needed);
    }
}

/// Tells what follows where one of the terms has the outcome, if all name values of the same path.
fn either<'t>(terms: &'t [Node], is_true: bool, tell: &mut impl FnMut(Path<'t>, Says<'t>)) {
    let Some((Some(path), _)) = terms.first().map(named) else { return };
    let is_named = |term: &Node| {
        names_when(term) == is_true && named(term).0.is_some_and(|other| other.is_same(path))
    };
    if terms.len() > MOST_NAMED || !terms.iter().all(is_named) {
        return;
    }
    if !terms.iter().any(|term| named(term).1.iter().any(Value::is_null)) {
        tell(path, Says::NonNull);
    }
    tell(path, Says::NamedIn(terms));
}

/// Path that a term compares with constants, and these.
pub(super) fn named(term: &Node) -> (Option<Path<'_>>, &[Value]) {
    let found = match &term.expr {
        Expr::Not(of) => return named(of),
        Expr::Equal(pair) | Expr::NotEqual(pair) => compared(pair),
        Expr::In(pair) => match (Path::of(&pair.0), &pair.1.expr) {
            (Some(path), Expr::Constant(Value::List(values))) => Some((path, &**values)),
            _ => None,
        },
        _ => None,
    };
    found.map_or((None, &[]), |(path, values)| (Some(path), values))
}

/// Outcome of a term where the path has one of the values.
fn names_when(term: &Node) -> bool {
    match &term.expr {
        Expr::Not(of) => !names_when(of),
        Expr::NotEqual(_) => false,
        _ => true,
    }
}

/// Tells what follows from the left being in the right.
fn found<'t>(pair: &'t Pair, tell: &mut impl FnMut(Path<'t>, Says<'t>)) {
    let (of, within) = &**pair;
    if let Some(path) = Path::of(made_of(within)) {
        tell(path, Says::NonNull);
    }
    if let (Some(path), Expr::Constant(Value::List(values))) = (Path::of(of), &within.expr) {
        one_of(path, values, tell);
    }
}

/// Tells that a path has one of some values.
fn one_of<'t>(path: Path<'t>, values: &'t [Value], tell: &mut impl FnMut(Path<'t>, Says<'t>)) {
    if !values.iter().any(Value::is_null) {
        tell(path, Says::NonNull);
    }
    tell(path, Says::OneOf(values));
}

/// Tells what follows from the outcome of a comparison, which says where it is true whether the two
/// are equal.
fn compare<'t>(
    pair: &'t Pair,
    says_equal: bool,
    outcome: Outcome,
    tell: &mut impl FnMut(Path<'t>, Says<'t>),
) {
    let is_equal = says_equal == outcome.is_true;
    match truth(pair) {
        Some((of, says)) => visit(of, Outcome { is_true: is_equal == says, ..outcome }, tell),
        None if is_equal => equal(pair, tell),
        None => different(pair, &mut |node| {
            if let Some(path) = Path::of(node) {
                tell(path, Says::NonNull);
            }
        }),
    }
}

/// Tells what follows where the two are equal.
fn equal<'t>(pair: &'t Pair, tell: &mut impl FnMut(Path<'t>, Says<'t>)) {
    if let Some((path, values)) = compared(pair) {
        one_of(path, values, tell);
    } else if let Some((of, false)) = typed(pair)
        && let Some(path) = Path::of(of)
    {
        tell(path, Says::NonNull);
    }
}

/// Term that is compared with the outcome that it may have, and that.
fn truth(pair: &Pair) -> Option<(&Node, bool)> {
    let (of, says) = match (&pair.0.expr, &pair.1.expr) {
        (_, Expr::Constant(Value::Bool(says))) => (&pair.0, *says),
        (Expr::Constant(Value::Bool(says)), _) => (&pair.1, *says),
        _ => return None,
    };
    Path::of(of).is_none().then_some((of, says))
}

/// Node whose type is compared with one, and whether that is the type of null.
fn typed(pair: &Pair) -> Option<(&Node, bool)> {
    let (one, other) = &**pair;
    let of = |call: &'_ Node| matches!(&call.expr, Expr::Call { function, .. } if function.name == "type");
    let (call, name) = if of(one) { (one, other) } else { (other, one) };
    let (Expr::Call { arguments, .. }, Expr::Constant(Value::String(name))) =
        (&call.expr, &name.expr)
    else {
        return None;
    };
    arguments.first().filter(|_| of(call)).map(|argument| (argument, **name == *"null_type"))
}

static NULL: [Value; 1] = [Value::Null];
static TRUE: [Value; 1] = [Value::Bool(true)];
static FALSE: [Value; 1] = [Value::Bool(false)];

/// Path that is compared with a constant, and the constant.
fn compared(pair: &Pair) -> Option<(Path<'_>, &[Value])> {
    let (one, other) = &**pair;
    let constant = |side| match side {
        &Node { expr: Expr::Constant(ref value), .. } => Some(std::slice::from_ref(value)),
        _ => None,
    };
    match (Path::of(one), constant(other)) {
        (Some(path), Some(value)) => Some((path, value)),
        _ => Some((Path::of(other)?, constant(one)?)),
    }
}

/// Outcome of a macro in a boolean position for a list without elements.
fn says_of_nothing(kind: Macro) -> bool {
    kind == Macro::All
}

/// `true` where being so much more than a constant means to be more than 0.
fn is_above_zero(comparison: Comparison, than: &Node) -> bool {
    let least = match comparison {
        Comparison::Greater => 0,
        Comparison::GreaterEqual => 1,
        Comparison::Less | Comparison::LessEqual => return false,
    };
    matches!(than.expr, Expr::Constant(Value::Int(than)) if than >= least)
}

/// Tells the sides that are not null where the two differ.
fn different<'t>(pair: &'t Pair, push: &mut impl FnMut(&'t Node)) {
    let zero = |side: &Node| matches!(side.expr, Expr::Constant(Value::Int(0)));
    if let Some((of, true)) = typed(pair) {
        push(of);
    }
    for (side, other) in [(&pair.0, &pair.1), (&pair.1, &pair.0)] {
        if is_null(other) {
            push(side);
        } else if zero(other) {
            measured(side, push);
        }
    }
}

/// Tells the list that a size which is not zero is the size of.
fn measured<'t>(node: &'t Node, push: &mut impl FnMut(&'t Node)) {
    if let Expr::Call { function, arguments, .. } = &node.expr
        && function.is_zero_of_null
    {
        for argument in arguments {
            push(made_of(argument));
        }
    }
}
