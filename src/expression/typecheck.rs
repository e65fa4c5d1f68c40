//! From the parser's tree to ours: names are resolved, types checked, constants converted.
//!
//! Every problem is collected; what is wrong gets the type of anything, so that one mistake is
//! reported once.

mod advice;
mod calls;
mod macros;
mod maps;
mod names;
mod offered;
mod operators;
mod values;

use std::cell::Cell;
use std::sync::Arc;

use cel::IdedExpr;
use cel::common::ast::{Expr as Cel, LiteralValue};

use self::offered::{Listed, Offered};
use super::operand::{MOST_READ, Operand, Statement};
use super::parse::{MAX_DEPTH, MAX_LENGTH, MAX_NODES, too_deep};
use super::places::Places;
use super::span::Span;
use super::tree::{Expr, Node, References};
use super::types::Type;
use super::{
    CompileBudget, Environment, EvalBudget, ExpressionKind, Names, Problem, beyond, elapsed,
    evaluate, lint, show,
};
use crate::diagnostic::{Code, Level};
use crate::resource::{Cause, Value};

/// How many elements are looked at in one text for the variables of its loops: a text may have many
/// loops over a list that is a parameter's, and be compiled for each use of its check type.
const MOST_ELEMENTS: usize = 4 * MOST_READ;

/// Budget for computing the constants of one text, all together: two milliseconds. A text is compiled
/// for each use of its check type.
const FOLDING_STEPS: u64 = 20_000;
/// What a step of that counts in the effort for a file, where a byte of text is one.
const FOLDING_STEP: usize = 8;
const FOLDING_BYTES: u64 = 1 << 18;

/// The compiled tree and all that is wrong with it.
pub(super) struct Checked {
    pub(super) root: Node,
    /// The type of its value, in words.
    pub(super) value_type: &'static str,
    /// The properties that it reads, each with the type that has it.
    pub(super) references: References,
    /// The names of `let` and of parameters in it.
    pub(super) names: Names,
    /// It searches for patterns.
    pub(super) has_patterns: bool,
    pub(super) problems: Vec<Problem>,
    /// What computing constants and looking at elements cost, in bytes of text.
    pub(super) effort: usize,
}

impl Checked {
    /// The same where the places of the problems are not known: they are about the whole text.
    pub(super) fn of_all(mut self, text: &str) -> Self {
        for problem in &mut self.problems {
            problem.span = 0..text.len();
        }
        self
    }
}

/// Compiles a tree; without places, all problems are at the start of the text.
pub(super) fn check(
    tree: &IdedExpr,
    places: Option<&Places<'_>>,
    environment: &Environment,
    kind: ExpressionKind,
    budget: &mut CompileBudget,
) -> Checked {
    let mut checker = TypeChecker {
        places,
        environment,
        kind,
        budget,
        locals: Vec::new(),
        references: References::new(),
        names: Names::default(),
        has_patterns: false,
        problems: Vec::new(),
        folding: EvalBudget::new(FOLDING_STEPS, FOLDING_BYTES),
        offered: Vec::new(),
        listed: Vec::new(),
        closing: None,
        depth: 0,
        nodes: 0,
        read: Cell::new(0),
    };
    let root = checker.node(tree);
    if !kind.is_value() && !root.kind.is_open() && !matches!(root.kind, Type::Bool) {
        checker.problems.push(
            Problem::error(
                root.node.span,
                Code::NotBoolean,
                format!("`{}` must be true or false, and this is {}", kind.field(), root.kind),
            )
            .help(advice::as_condition(&root)),
        );
    }
    if kind == ExpressionKind::Assert && checker.problems.is_empty() {
        let found = beyond::of_root(&root.node).filter(|found| !checker.is_of_parameter(found));
        let found = found.or_else(|| elapsed::of_root(&root.node));
        checker.problems.extend(found);
    }
    checker.accept_parameters();
    let folded = FOLDING_STEPS.saturating_sub(checker.folding.steps());
    let folded = usize::try_from(folded).unwrap_or(usize::MAX);
    let effort = folded.saturating_mul(FOLDING_STEP).saturating_add(checker.read.get());
    let TypeChecker { references, names, has_patterns, mut problems, .. } = checker;
    let is_sound = problems.iter().all(|problem| problem.level == Level::Warning);
    if is_sound {
        lint::check((&root.node, &references), kind, environment, &mut problems);
    }
    problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
    let value_type = root.kind.words();
    Checked { root: root.node, value_type, references, names, has_patterns, problems, effort }
}

/// A node and its type.
struct TypedExpr {
    node: Node,
    kind: Type,
}

impl TypedExpr {
    fn operand(&self) -> Operand<'_> {
        let constant = match &self.node.expr {
            Expr::Constant(value) => Some(value),
            _ => None,
        };
        Operand {
            kind: &self.kind,
            constant,
            span: self.node.span,
            elements: &[],
            shown: &self.node,
            statement: None,
            field: None,
        }
    }
}

/// Variable of a loop.
struct Variable {
    name: Arc<str>,
    kind: Type,
    /// List that stands in the text, whose elements it stands for.
    values: Option<Value>,
    /// Places of those elements.
    places: Vec<Span>,
    /// Places where it stands, if it stands for such.
    uses: Vec<Use>,
    /// Statement whose actions it stands for, in CEL.
    statement: Option<Arc<str>>,
}

/// Use of a variable, or of a field of it.
struct Use {
    span: Span,
    field: Option<Arc<str>>,
    /// It is what a function is asked with.
    is_argument: bool,
}

struct TypeChecker<'a> {
    places: Option<&'a Places<'a>>,
    environment: &'a Environment,
    kind: ExpressionKind,
    budget: &'a mut CompileBudget,
    /// The variables of the loops around, outermost first.
    locals: Vec<Variable>,
    references: References,
    names: Names,
    has_patterns: bool,
    problems: Vec<Problem>,
    /// Rest of the budget for computing constants.
    folding: EvalBudget,
    /// Parameters with a value, and where they stand.
    offered: Vec<Offered>,
    /// Lists of whose elements something was told.
    listed: Vec<Listed>,
    /// Outcome of a comparison here by which the actions that the loop around goes over are those
    /// that it names and no others.
    closing: Option<bool>,
    depth: usize,
    nodes: usize,
    /// Elements that were looked at for variables of loops.
    read: Cell<usize>,
}

impl TypeChecker<'_> {
    /// What is known of a side of a comparison: of the variable of a list that stands in the text,
    /// also the values that it stands for. Its statement is of actions.
    #[inline]
    fn side<'o>(&'o self, typed: &'o TypedExpr, statement: Option<&'o str>) -> Operand<'o> {
        if self.locals.is_empty() && statement.is_none() {
            return typed.operand();
        }
        let of_actions = |name| Statement {
            name,
            is_denied: self.names_deny(),
            is_closed: self.closing == Some(true) && matches!(typed.kind, Type::String(_)),
        };
        let operand = Operand { statement: statement.map(of_actions), ..typed.operand() };
        let (index, field) = match &typed.node.expr {
            Expr::Local { index, .. } => (*index, None),
            Expr::Select(selection) => match &selection.of.expr {
                Expr::Local { index, .. } => (*index, Some(&*selection.field)),
                _ => return operand,
            },
            _ => return operand,
        };
        match self.locals.get(index) {
            Some(Variable { values: Some(values), places, .. }) if self.may_read(values) => {
                // What is told of a field is told at the field, of which each element has one.
                let elements: &[Span] = if field.is_some() { &[] } else { places };
                Operand { constant: Some(values), elements, field, ..operand }
            }
            _ => operand,
        }
    }

    /// `true` where the elements that a variable stands for may be looked at once more.
    fn may_read(&self, values: &Value) -> bool {
        let length = match values {
            Value::List(items) => items.len().min(MOST_READ),
            _ => 1,
        };
        self.read.set(self.read.get() + length);
        self.read.get() <= MOST_ELEMENTS
    }

    /// Statement whose actions a node is of, in CEL.
    #[inline]
    fn statement_of(&self, kind: &Type, node: &Node) -> Option<Arc<str>> {
        if kind.is_of_actions() { self.statement_around(kind, node) } else { None }
    }

    fn statement_around(&self, kind: &Type, node: &Node) -> Option<Arc<str>> {
        match &node.expr {
            Expr::Select(selection) => Some(show::node(&selection.of).into()),
            Expr::Local { index, .. } => self.locals.get(*index)?.statement.clone(),
            Expr::Call { arguments, .. } => self.statement_of(kind, arguments.first()?),
            Expr::Matches { text, .. } => self.statement_of(kind, text),
            Expr::Index(pair) => self.statement_of(kind, &pair.0),
            Expr::Loop(looped) => self.statement_of(kind, &looped.range),
            _ => None,
        }
    }

    /// `true` where the text speaks of statements that deny.
    fn names_deny(&self) -> bool {
        self.places.is_some_and(|places| places.has_word("Deny"))
    }

    fn node(&mut self, tree: &IdedExpr) -> TypedExpr {
        self.depth += 1;
        self.nodes += 1;
        let problems = self.problems.len();
        let typed = if self.depth > MAX_DEPTH || self.nodes > MAX_NODES {
            self.too_large(self.token(tree.id))
        } else {
            self.expr(tree)
        };
        self.depth -= 1;
        if self.problems.len() == problems && is_foldable(&typed.node) {
            self.fold(typed)
        } else {
            typed
        }
    }

    fn too_large(&mut self, span: Span) -> TypedExpr {
        if !self.problems.iter().any(|problem| problem.code == Code::ExpressionTooLarge) {
            self.problems.push(if self.depth > MAX_DEPTH {
                too_deep(span)
            } else {
                let message = format!("the expression has more than {MAX_NODES} parts");
                Problem::error(span, Code::ExpressionTooLarge, message)
                    .help("split it into several checks")
            });
        }
        broken(span)
    }

    fn expr(&mut self, tree: &IdedExpr) -> TypedExpr {
        let token = self.token(tree.id);
        match &tree.expr {
            Cel::Ident(name) => self.ident(name, token),
            Cel::Literal(literal) => self.literal(literal, token),
            Cel::Select(select) => self.select(select, token),
            Cel::Call(call) => self.call(call, token),
            Cel::Comprehension(comprehension) => self.comprehension(comprehension, token),
            Cel::List(list) => {
                let items = list.elements.iter().map(|item| self.node(item));
                let (items, kinds): (Vec<Node>, Vec<Type>) =
                    items.map(|item| (item.node, item.kind)).unzip();
                let kind = Type::common(kinds);
                let span = Span::new(token.start(), self.close(token));
                TypedExpr {
                    node: Node { expr: Expr::List(items.into()), span },
                    kind: Type::List(kind.into()),
                }
            }
            Cel::Map(map) => self.map(map, token),
            Cel::Struct(_) => self.unsupported(token, "messages"),
            Cel::Unspecified => self.unsupported(token, "this"),
        }
    }

    fn literal(&mut self, literal: &LiteralValue, span: Span) -> TypedExpr {
        let value = match literal {
            LiteralValue::Boolean(value) => Value::Bool(*value.inner()),
            LiteralValue::Double(value) => Value::Double(*value.inner()),
            LiteralValue::Int(value) => Value::Int(*value.inner()),
            LiteralValue::Null => Value::Null,
            LiteralValue::String(text) => Value::string(text.inner()),
            LiteralValue::UInt(value) => match i64::try_from(*value.inner()) {
                Ok(value) => Value::Int(value),
                Err(_) => {
                    return self.error(
                        span,
                        Code::WrongType,
                        "the integer is too large".to_owned(),
                    );
                }
            },
            LiteralValue::Bytes(_) => return self.unsupported(span, "bytes"),
        };
        constant(value, span)
    }

    /// Computes what consists of constants now instead of at every evaluation.
    fn fold(&mut self, typed: TypedExpr) -> TypedExpr {
        let span = typed.node.span;
        if let Expr::Call { arguments, .. } = &typed.node.expr {
            self.withdraw(arguments.iter().map(|argument| argument.span));
        }
        match evaluate::constant(&typed.node, &mut self.folding) {
            // Computed where it is needed, at the cost of the evaluation: a short text can stand
            // for a long one, which would be in every message.
            Ok(Value::String(text)) if text.len() > MAX_LENGTH => typed,
            Err(failure) if failure.cause == Cause::Budget => typed,
            Ok(value) => TypedExpr { node: Node { expr: Expr::Constant(value), span }, ..typed },
            Err(failure) => {
                let problem = Problem::error(span, Code::WrongValue, failure.message);
                let samples = match &typed.node.expr {
                    Expr::Call { function, .. } => function.samples,
                    _ => None,
                };
                self.problems.push(match samples {
                    Some(samples) => problem.help(format!("write it as {samples}")),
                    None => problem,
                });
                broken(span)
            }
        }
    }

    fn unsupported(&mut self, span: Span, what: &str) -> TypedExpr {
        self.error(span, Code::Unsupported, format!("{what} cannot be used in policies"))
    }

    fn error(&mut self, span: Span, code: Code, message: String) -> TypedExpr {
        self.problems.push(Problem::error(span, code, message));
        broken(span)
    }

    fn require_text(&mut self, typed: &TypedExpr, what: &str) {
        if !typed.kind.is_open() && !matches!(typed.kind, Type::String(_)) {
            let message = format!("{what} must be a string, and this is {}", typed.kind);
            self.problems.push(Problem::error(typed.node.span, Code::WrongType, message));
        }
    }

    fn token(&self, id: u64) -> Span {
        self.places.map_or_else(Span::default, |places| places.token(id))
    }

    fn close(&self, open: Span) -> usize {
        self.places.map_or(0, |places| places.close(open))
    }
}

fn constant(value: Value, span: Span) -> TypedExpr {
    let kind = Type::of_value(&value);
    TypedExpr { node: Node { expr: Expr::Constant(value), span }, kind }
}

/// Constant that stands for a part that has a problem.
fn broken(span: Span) -> TypedExpr {
    TypedExpr { node: Node { expr: Expr::Constant(Value::Null), span }, kind: Type::Any }
}

/// `true` for what consists of constants and is none yet.
fn is_foldable(node: &Node) -> bool {
    let all = |nodes: &[Node]| nodes.iter().all(is_constant);
    match &node.expr {
        Expr::List(items) => all(items),
        Expr::Map(entries) => {
            entries.iter().all(|(key, value)| is_constant(key) && is_constant(value))
        }
        Expr::Call { function, arguments, .. } => function.is_pure() && all(arguments),
        Expr::Negate(of) => is_constant(of),
        Expr::Arithmetic(_, pair) => is_constant(&pair.0) && is_constant(&pair.1),
        _ => false,
    }
}

fn is_constant(node: &Node) -> bool {
    matches!(node.expr, Expr::Constant(_))
}
