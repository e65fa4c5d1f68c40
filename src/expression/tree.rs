//! The compiled form of an expression: names resolved, constants converted, macros turned into loops.

use std::sync::Arc;

use regex::Regex;

use super::functions::Function;
use crate::resource::{Property, Value};

/// A stretch of the text in bytes; empty where nobody asked for places.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    pub(super) fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// From the start of this one to the end of the other.
    pub(super) fn to(self, other: Self) -> Self {
        Self::new(self.start, other.end)
    }
}

/// A node of the tree and its place in the text.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) expr: Expr,
    pub(super) span: Span,
}

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
            | Expr::Select { of, .. }
            | Expr::Has(of)
            | Expr::Not(of)
            | Expr::Negate(of)
            | Expr::Matches { text: of, .. } => vec![$($by)+ **of],
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
    /// The nodes right below it, in the order of the text.
    pub(super) fn children(&self) -> Vec<&Self> {
        below!(&self.expr, iter, &)
    }

    /// The same, to change them.
    pub(super) fn children_mut(&mut self) -> Vec<&mut Self> {
        below!(&mut self.expr, iter_mut, &mut)
    }
}

/// Two operands.
pub(super) type Pair = Box<(Node, Node)>;

/// What a node computes.
#[derive(Debug, Clone)]
pub(super) enum Expr {
    Constant(Value),
    Account,
    Region,
    Now,
    /// `resource.<name>`.
    Property(Arc<Slot>),
    /// The selected resources, as a list.
    Resources,
    /// What `let` found for a name.
    Bound {
        index: usize,
        name: Arc<str>,
    },
    /// `params.<name>`, of which only the type is known yet.
    Parameter(Arc<str>),
    /// `<of>.<name>`, of a resource that is a value.
    PropertyOf {
        of: Box<Node>,
        slot: Arc<Slot>,
    },
    /// A variable of a loop, counted from the outermost.
    Local {
        index: usize,
        name: Arc<str>,
    },
    Select {
        of: Box<Node>,
        field: Arc<str>,
        nullable: bool,
    },
    Has(Box<Node>),
    Index(Pair),
    Not(Box<Node>),
    Negate(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Conditional(Box<(Node, Node, Node)>),
    Equal(Pair),
    NotEqual(Pair),
    Order(Comparison, Pair),
    In(Pair),
    Arithmetic(Arithmetic, Pair),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Call {
        function: Function,
        /// Whether it is written `x.f()`.
        method: bool,
        arguments: Vec<Node>,
    },
    Matches {
        text: Box<Node>,
        pattern: Arc<Pattern>,
        method: bool,
    },
    Loop(Box<Loop>),
}

/// A top-level property and where its value is found.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) name: Arc<str>,
    pub(super) property: &'static Property,
    /// `true` where null is what its lack means.
    pub(super) nullable: bool,
}

/// `<`, `<=`, `>`, `>=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Comparison {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }
}

/// `+`, `-`, `*`, `/`, `%`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Arithmetic {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
        }
    }
}

/// A regular expression, compiled once.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) regex: Regex,
    /// Steps per 64 bytes of text, in the worst case.
    pub(super) weight: u64,
    /// The bytes that it is compiled to, at most.
    pub(super) size: usize,
}

/// What a macro over a list, or the keys of a map, makes of it.
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
    /// The condition of a `map` with three arguments.
    pub(super) condition: Option<Node>,
    pub(super) body: Node,
}
