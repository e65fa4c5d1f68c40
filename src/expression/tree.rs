//! The compiled form of an expression: names resolved, constants converted, macros turned into loops.

use std::sync::Arc;

use chrono::TimeDelta;
use smallvec::SmallVec;

use super::builtins::Function;
use super::operate::{Arithmetic, Comparison};
use super::pattern::Pattern;
use super::span::Span;
use crate::resource::{Property, TypeName, Value};

/// A node of the tree and its place in the text.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) expr: Expr,
    pub(super) span: Span,
}

const _: () = assert!(size_of::<Node>() <= 40, "thousands of expressions stay in memory");

/// The nodes right below one, borrowed `$by`, of a list by `$all`.
macro_rules! below {
    ($of:expr, $all:ident, $($by:tt)+) => {
        match $of {
            Expr::Constant(_)
            | Expr::Account
            | Expr::Region
            | Expr::Now
            | Expr::Property(_)
            | Expr::Resources
            | Expr::Bound { .. }
            | Expr::Parameter(_)
            | Expr::Local { .. } => Vec::new(),
            Expr::PropertyOf { of, .. }
            | Expr::Has(of)
            | Expr::Not(of)
            | Expr::Negate(of)
            | Expr::Matches { text: of, .. } => vec![$($by)+ **of],
            Expr::Select(selection) => vec![$($by)+ selection.of],
            Expr::Index(pair)
            | Expr::Equal(pair)
            | Expr::NotEqual(pair)
            | Expr::Order(_, pair)
            | Expr::In(pair)
            | Expr::Arithmetic(_, pair) => {
                let (one, other) = $($by)+ **pair;
                vec![one, other]
            }
            Expr::And(nodes)
            | Expr::Or(nodes)
            | Expr::List(nodes)
            | Expr::Call { arguments: nodes, .. } => nodes.$all().collect(),
            Expr::Conditional(parts) => {
                let (condition, one, other) = $($by)+ **parts;
                vec![condition, one, other]
            }
            Expr::Map(entries) => {
                entries.$all().flat_map(|(key, value)| [key, value]).collect()
            }
            Expr::Loop(looped) => {
                let Loop { range, condition, body, .. } = $($by)+ **looped;
                [Some(range), condition.into_iter().next(), Some(body)].into_iter().flatten().collect()
            }
        }
    };
}

impl Node {
    /// The property of a resource, or of an object in one, that its value is of.
    pub(super) fn property(&self) -> Option<&'static Property> {
        match &self.expr {
            Expr::Property(reference) | Expr::PropertyOf { reference, .. } => {
                Some(reference.property)
            }
            Expr::Select(selection) => match selection.from {
                Field::Property(property) => Some(property),
                Field::Key | Field::Open => None,
            },
            _ => None,
        }
    }

    /// Variables of loops around it that stand in it, by their indices.
    pub(super) fn free_variables(&self) -> Vec<usize> {
        let mut found = Vec::new();
        self.gather_variables(usize::MAX, &mut found);
        found
    }

    /// Those below `inner`: the loops in a node have all behind that.
    fn gather_variables(&self, inner: usize, found: &mut Vec<usize>) {
        match &self.expr {
            Expr::Local { index, .. } => {
                if *index < inner && !found.contains(index) {
                    found.push(*index);
                }
            }
            Expr::Loop(looped) => {
                looped.range.gather_variables(inner, found);
                let inner = inner.min(looped.index);
                for part in looped.condition.iter().chain([&looped.body]) {
                    part.gather_variables(inner, found);
                }
            }
            _ => self.children().into_iter().for_each(|it| it.gather_variables(inner, found)),
        }
    }

    /// Time from now to the instant that it is, where only now is in that beside a constant.
    pub(super) fn since_now(&self) -> Option<TimeDelta> {
        let (operator, pair) = match &self.expr {
            Expr::Now => return Some(TimeDelta::zero()),
            Expr::Arithmetic(operator, pair) => (operator, pair),
            _ => return None,
        };
        match (operator, &pair.0.expr, &pair.1.expr) {
            (Arithmetic::Add, Expr::Now, Expr::Constant(Value::Duration(span)))
            | (Arithmetic::Add, Expr::Constant(Value::Duration(span)), Expr::Now) => Some(*span),
            (Arithmetic::Subtract, Expr::Now, Expr::Constant(Value::Duration(span))) => {
                Some(-*span)
            }
            _ => None,
        }
    }

    /// `true` where its value is another at each instant, as an age is.
    pub(super) fn moves(&self) -> bool {
        match &self.expr {
            Expr::Now => true,
            Expr::Call { function, .. } if function.at_instant().is_some() => true,
            Expr::Call { .. }
            | Expr::Arithmetic(..)
            | Expr::Negate(_)
            | Expr::Conditional(_)
            | Expr::List(_)
            | Expr::Map(_)
            | Expr::Select(_)
            | Expr::Index(_) => self.children().into_iter().any(Self::moves),
            Expr::Loop(looped) => match looped.kind {
                Macro::Map => looped.range.moves() || looped.body.moves(),
                Macro::Filter => looped.range.moves(),
                Macro::All | Macro::Exists | Macro::ExistsOne => false,
            },
            _ => false,
        }
    }

    /// The nodes right below it, in the order of the text.
    pub(super) fn children(&self) -> Vec<&Self> {
        below!(&self.expr, iter, &)
    }

    /// The same, to change them.
    pub(super) fn children_mut(&mut self) -> Vec<&mut Self> {
        below!(&mut self.expr, iter_mut, &mut)
    }
}

/// Left and right operand of an operator.
pub(super) type Pair = Box<(Node, Node)>;

/// Computation of a node, with the nodes below it. Thousands of expressions stay in memory, so that
/// lists have no room to grow.
#[derive(Debug, Clone)]
pub(super) enum Expr {
    Constant(Value),
    Account,
    Region,
    Now,
    /// `resource.<name>`.
    Property(PropertyRef),
    /// The selected resources, as a list.
    Resources,
    /// Resources that `let` found for a name.
    Bound {
        index: usize,
        name: Arc<str>,
        is_list: bool,
    },
    /// `params.<name>`, of which only the type is known yet.
    Parameter(Arc<str>),
    /// `<of>.<name>`, of a resource that is a value.
    PropertyOf {
        of: Box<Node>,
        reference: PropertyRef,
    },
    /// A variable of a loop, counted from the outermost.
    Local {
        index: usize,
        name: Arc<str>,
    },
    Select(Box<Selection>),
    Has(Box<Node>),
    Index(Pair),
    Not(Box<Node>),
    Negate(Box<Node>),
    And(Box<[Node]>),
    Or(Box<[Node]>),
    Conditional(Box<(Node, Node, Node)>),
    Equal(Pair),
    NotEqual(Pair),
    Order(Comparison, Pair),
    In(Pair),
    Arithmetic(Arithmetic, Pair),
    List(Box<[Node]>),
    Map(Box<[(Node, Node)]>),
    Call {
        function: &'static Function,
        /// `true` where it is written `x.f()`.
        method: bool,
        arguments: Box<[Node]>,
    },
    Matches {
        function: &'static Function,
        text: Box<Node>,
        pattern: Arc<Pattern>,
        method: bool,
    },
    Loop(Box<Loop>),
}

/// A field of a value.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    pub(super) of: Node,
    pub(super) field: Arc<str>,
    pub(super) from: Field,
}

/// Origin of a field, as far as it is known before evaluation.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    /// Property of an object.
    Property(&'static Property),
    /// Value of a map, which may lack the key.
    Key,
    /// Nothing is known of it.
    Open,
}

/// A top-level property and where its value is found.
#[derive(Debug, Clone, Copy)]
pub(super) struct PropertyRef {
    pub(super) name: &'static Arc<str>,
    pub(super) property: &'static Property,
}

/// The properties that an expression reads, each with the type that has it. Most read one.
pub(super) type References = SmallVec<[(&'static TypeName, PropertyRef); 1]>;

impl PropertyRef {
    /// `true` where null is what its lack means.
    pub(super) fn is_nullable(self) -> bool {
        self.property.nullable && self.property.value_if_missing().is_null()
    }
}

/// Macro over a list, or over the keys of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Macro {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

impl Macro {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Exists => "exists",
            Self::ExistsOne => "exists_one",
            Self::Filter => "filter",
            Self::Map => "map",
        }
    }
}

/// A loop over a list, or the keys of a map.
#[derive(Debug, Clone)]
pub(super) struct Loop {
    pub(super) kind: Macro,
    pub(super) range: Node,
    pub(super) variable: Arc<str>,
    /// Position of the variable among those of the loops around, counted from the outermost.
    pub(super) index: usize,
    /// The condition of a `map` with three arguments.
    pub(super) condition: Option<Node>,
    pub(super) body: Node,
}
