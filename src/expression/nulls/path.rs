//! Paths of the tree, and which of them are the same.
//!
//! A path is a property, or what is selected of one: by a field, by an index, by the key of a tag.
//! Two are the same where they have the same structure, however they are written: `x.a` and
//! `x["a"]`, or two loops over the same list whose variables have other names.

use std::mem::discriminant;

use crate::expression::operate::Arithmetic;
use crate::expression::tree::{Expr, Node};
use crate::resource::Value;

/// Property reference in a tree.
#[derive(Debug, Clone, Copy)]
pub(in crate::expression) struct Path<'t>(&'t Node);

impl<'t> Path<'t> {
    /// Path that a node is; `None` for everything that is computed.
    pub(in crate::expression) fn of(node: &'t Node) -> Option<Self> {
        let is_path = match &node.expr {
            Expr::Property(_)
            | Expr::PropertyOf { .. }
            | Expr::Select(_)
            | Expr::Index(_)
            | Expr::Local { .. } => true,
            Expr::Call { function, .. } => function.property.is_some(),
            _ => false,
        };
        is_path.then_some(Self(node))
    }

    /// Anything that is observed, to ask whether something else is the same.
    pub(in crate::expression) fn observed(node: &'t Node) -> Self {
        Self(node)
    }

    /// Node of the tree that this path is.
    pub(in crate::expression) fn node(self) -> &'t Node {
        self.0
    }

    /// Node that it is selected of: null wherever that is, unless a default stands for it.
    pub(super) fn of_which(self) -> Option<&'t Node> {
        match &self.0.expr {
            Expr::PropertyOf { of, .. } => Some(of),
            Expr::Select(selection) => Some(&selection.of),
            Expr::Index(pair) => Some(&pair.0),
            Expr::Call { arguments, .. } => arguments.first(),
            _ => None,
        }
    }

    /// Paths that it goes through, itself first.
    pub(super) fn ways(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |path| path.of_which().and_then(Path::of))
    }

    /// `true` where it begins with a property of `resource`.
    pub(super) fn is_of_resource(self) -> bool {
        matches!(self.ways().last().map(|path| &path.0.expr), Some(Expr::Property(_)))
    }

    /// `true` for a variable itself.
    pub(in crate::expression) fn is_variable(self) -> bool {
        matches!(self.0.expr, Expr::Local { .. })
    }

    /// `true` where it is the same as another, of the same resource.
    pub(in crate::expression) fn is_same(self, other: Path<'_>) -> bool {
        self.is(other, None)
    }

    /// The variable, by its index, that it begins with.
    pub(in crate::expression) fn variable(self) -> Option<usize> {
        match &self.ways().last()?.0.expr {
            Expr::Local { index, .. } => Some(*index),
            _ => None,
        }
    }

    /// `true` where it is the property of a name in the object that another is a property of.
    pub(in crate::expression) fn is_neighbour(
        self,
        other: Path<'_>,
        name: &str,
        element: Option<usize>,
    ) -> bool {
        let mut comparison = Comparison { element, variables: Vec::new() };
        match (&self.0.expr, &other.0.expr) {
            (Expr::Property(own), Expr::Property(_)) => element.is_none() && **own.name == *name,
            (Expr::Property(own), Expr::PropertyOf { of, .. }) => {
                **own.name == *name
                    && matches!(of.expr, Expr::Local { index, .. } if Some(index) == element)
            }
            (Expr::PropertyOf { of, reference }, Expr::PropertyOf { of: other, .. }) => {
                **reference.name == *name && comparison.are_same(of, other)
            }
            _ => match (selected(self.0), selected(other.0)) {
                (Some((of, field)), Some((other, _))) => {
                    field == name && comparison.are_same(of, other)
                }
                _ => false,
            },
        }
    }

    /// `true` where both are properties of the same object.
    pub(super) fn is_sibling(self, other: Path<'_>) -> bool {
        match (selected(self.0), selected(other.0)) {
            (Some((of, field)), Some((same, another))) => {
                field != another && Path(of).is_same(Path(same))
            }
            _ => false,
        }
    }

    /// `true` where it is the same as another. With an `element`, what is asked of `resource` here
    /// is asked there of the variable of that index.
    pub(in crate::expression) fn is(self, other: Path<'_>, element: Option<usize>) -> bool {
        Comparison { element, variables: Vec::new() }.are_same(self.0, other.0)
    }
}

/// Comparison of two trees.
struct Comparison {
    element: Option<usize>,
    /// Variables of loops inside both trees that stand for each other, by their indices.
    variables: Vec<(usize, usize)>,
}

impl Comparison {
    fn are_same(&mut self, one: &Node, other: &Node) -> bool {
        if let (Some((one, field)), Some((other, same))) = (selected(one), selected(other)) {
            return field == same && self.are_same(one, other);
        }
        match (&one.expr, &other.expr) {
            (Expr::Property(reference), _) if self.element.is_some() => {
                self.is_of_element(other, reference.name)
            }
            (Expr::Local { index: one, .. }, Expr::Local { index: other, .. }) => {
                let mut inside = self.variables.iter().rev();
                let pair = inside.find(|pair| pair.0 == *one || pair.1 == *other);
                pair.map_or(one == other, |pair| *pair == (*one, *other))
            }
            (Expr::Loop(one), Expr::Loop(other)) => {
                one.kind == other.kind
                    && one.condition.is_some() == other.condition.is_some()
                    && self.are_same(&one.range, &other.range)
                    && self.inside((one.index, other.index), |inner| {
                        let conditions = one.condition.iter().zip(&other.condition);
                        let mut parts = conditions.chain([(&one.body, &other.body)]);
                        parts.all(|(one, other)| inner.are_same(one, other))
                    })
            }
            (Expr::Call { .. }, Expr::Arithmetic(..))
            | (Expr::Arithmetic(..), Expr::Call { .. }) => match (aged(one), aged(other)) {
                (Some(one), Some(other)) => self.are_same(one, other),
                _ => false,
            },
            _ if !is_alike(&one.expr, &other.expr) => false,
            _ => {
                let (below, same) = (one.children(), other.children());
                below.len() == same.len()
                    && below.into_iter().zip(same).all(|(one, other)| self.are_same(one, other))
            }
        }
    }

    /// `true` for a property of the variable that stands for an element.
    fn is_of_element(&self, node: &Node, name: &str) -> bool {
        let Expr::PropertyOf { of, reference } = &node.expr else { return false };
        matches!(of.expr, Expr::Local { index, .. } if Some(index) == self.element)
            && **reference.name == *name
    }

    fn inside(&mut self, variables: (usize, usize), work: impl FnOnce(&mut Self) -> bool) -> bool {
        self.variables.push(variables);
        let done = work(self);
        self.variables.pop();
        done
    }
}

/// Node that a field is selected of, and the field, however that is written.
fn selected(node: &Node) -> Option<(&Node, &str)> {
    match &node.expr {
        Expr::Select(selection) => Some((&selection.of, &selection.field)),
        Expr::Index(pair) => match &pair.1.expr {
            Expr::Constant(Value::String(field)) => Some((&pair.0, field)),
            _ => None,
        },
        _ => None,
    }
}

/// Instant that a node is the time since of.
fn aged(node: &Node) -> Option<&Node> {
    match &node.expr {
        Expr::Call { function, arguments, .. } if function.name == "age" => arguments.first(),
        Expr::Arithmetic(Arithmetic::Subtract, pair) => {
            matches!(pair.0.expr, Expr::Now).then_some(&pair.1)
        }
        _ => None,
    }
}

/// `true` where two nodes compute the same of what is below them.
fn is_alike(one: &Expr, other: &Expr) -> bool {
    match (one, other) {
        (Expr::Constant(one), Expr::Constant(other)) => one == other,
        (Expr::Property(one), Expr::Property(other))
        | (Expr::PropertyOf { reference: one, .. }, Expr::PropertyOf { reference: other, .. }) => {
            one.name == other.name
        }
        (Expr::Bound { index: one, .. }, Expr::Bound { index: other, .. }) => one == other,
        (Expr::Parameter(one), Expr::Parameter(other)) => one == other,
        (Expr::Order(one, _), Expr::Order(other, _)) => one == other,
        (Expr::Arithmetic(one, _), Expr::Arithmetic(other, _)) => one == other,
        (Expr::Call { function: one, .. }, Expr::Call { function: other, .. }) => one == other,
        (Expr::Matches { pattern: one, .. }, Expr::Matches { pattern: other, .. }) => {
            one.source() == other.source()
        }
        _ => discriminant(one) == discriminant(other),
    }
}
