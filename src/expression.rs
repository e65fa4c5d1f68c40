//! Expressions over resources: compiling, evaluating and explaining CEL.
//!
//! A text is compiled once, against the schema of the resources that it will see, into a tree of
//! our own: names are resolved, constants converted, types checked. Evaluating borrows from the
//! resource and never fails: what cannot be known is `unknown` with its cause. Which resources are
//! looked at, and what becomes of a verdict, is left to `evaluation`.

mod beyond;
mod builtins;
mod comments;
mod compile_budget;
mod documented;
mod elapsed;
mod environment;
mod eval_budget;
mod evaluate;
mod explain;
mod hints;
mod lint;
mod memo;
mod mutate;
mod notation;
mod nulls;
mod operand;
mod operate;
mod parse;
mod pattern;
mod pieces;
mod places;
mod re2;
mod segment;
mod shared;
mod show;
mod span;
mod stumble;
mod tree;
mod typecheck;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};

use self::builtins::Builtins;
pub use self::builtins::FunctionDoc;
pub use self::comments::{comments, without_comments};
pub use self::compile_budget::CompileBudget;
pub use self::environment::{Binding, Environment, Parameter, ParameterKind, is_taken};
pub use self::eval_budget::EvalBudget;
pub use self::memo::Memo;
pub use self::mutate::Mutant;
use self::parse::TextStats;
pub use self::shared::SharedExpressions;
use self::span::Span;
use self::tree::{Expr, Node, References};
pub use self::types::ScalarKind;
use crate::diagnostic::{Code, Level};
use crate::resource::{AccountId, Failure, Operation, Region, Resource, TypeName, Value};

/// Purpose of an expression, by the field that it is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExpressionKind {
    /// `where`: which resources a check looks at.
    Filter,
    /// `assert`: what must hold of each of them.
    Assert,
    /// `assertAll`: what must hold of all of them together, as the list `resources`.
    AssertAll,
    /// Any value of a resource, for looking at it.
    Value,
    /// Any value of all of them together.
    ValueOfAll,
}

impl ExpressionKind {
    /// The field that such an expression is written in.
    pub fn field(self) -> &'static str {
        match self {
            Self::Filter => "where",
            Self::Assert => "assert",
            Self::AssertAll => "assertAll",
            Self::Value | Self::ValueOfAll => "the expression",
        }
    }

    /// `true` where it sees all resources together, as `resources`.
    pub fn is_of_all(self) -> bool {
        matches!(self, Self::AssertAll | Self::ValueOfAll)
    }

    /// `true` where it may have a value of any type.
    fn is_value(self) -> bool {
        matches!(self, Self::Value | Self::ValueOfAll)
    }
}

/// Something wrong, or odd, with the text of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The bytes of the text that it is about.
    pub span: Range<usize>,
    /// Kind of the problem, for filters and documentation.
    pub code: Code,
    /// Message in lower case, no full stop, values in backticks.
    pub message: String,
    /// Advice what to do about it, if that is not already said.
    pub help: Option<String>,
    /// `true` where the expression can be used all the same.
    pub level: Level,
}

impl Problem {
    fn error(span: Span, code: Code, message: impl Into<String>) -> Self {
        let span = span.start()..span.end();
        Self { span, code, message: message.into(), help: None, level: Level::Error }
    }

    fn warning(span: Span, code: Code, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(span, code, message) }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    fn advised(self, help: Option<impl Into<String>>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }
}

/// Names of an expression with their values, on which it is evaluated.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// `resource`, of the type that the expression was compiled for.
    pub resource: Option<&'a Resource>,
    /// `resources`, a list of such.
    pub resources: Option<&'a Value>,
    /// Findings of `let`, in the order of the environment. Of names behind its end nothing is known.
    pub bound: &'a [Result<Value, Failure>],
    /// `account`: the twelve digits.
    pub account: &'a AccountId,
    /// `region`: its name, `global` for what belongs to none.
    pub region: &'a Region,
    /// `now`: when the inventory was taken.
    pub now: DateTime<Utc>,
}

impl<'a> Subject<'a> {
    /// One resource, where there is nothing else.
    pub fn of(resource: &'a Resource, account: &'a AccountId, now: DateTime<Utc>) -> Self {
        let region = &resource.region;
        Self { resource: Some(resource), resources: None, bound: &[], account, region, now }
    }
}

/// Result of an expression in a boolean position, for a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EvalResult {
    /// It holds.
    True,
    /// It does not hold; null counts as false.
    False,
    /// It cannot be known.
    Unknown(Failure),
}

/// `true` where a node asks for something that is no property.
fn asks_around(node: &Node) -> bool {
    matches!(node.expr, Expr::Account | Expr::Region | Expr::Now)
        || node.children().into_iter().any(asks_around)
}

/// `true` where a text is as a pattern says, where `*` stands for any characters and `?` for one,
/// as the function `glob` has it. Nothing is like a pattern that takes more steps than a
/// [`EvalBudget`] has: one of 1000 characters takes fewer over any id or ARN.
pub fn glob(text: &str, pattern: &str) -> bool {
    builtins::is_like(text, pattern, &mut EvalBudget::default()).unwrap_or(false)
}

/// A compiled expression. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Expression(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    text: String,
    environment: Environment,
    kind: ExpressionKind,
    root: Node,
    value_type: &'static str,
    /// The properties that it reads, each with the type that has it.
    references: References,
    names: Names,
    warnings: Vec<Problem>,
    alone: OnceLock<Alone>,
}

/// What an expression is where nothing is known of the selected resources.
#[derive(Debug)]
struct Alone {
    /// Nothing is odd about it.
    is_fine: bool,
    /// It asks for something that is no property, such as `account`.
    asks_around: bool,
}

/// The names of `let` and of parameters that an expression uses.
#[derive(Debug, Default)]
struct Names {
    bindings: BTreeSet<Arc<str>>,
    parameters: BTreeSet<Arc<str>>,
}

/// Properties and operations that an expression reads of the resources of a type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// The top-level properties; `tag()` reads `Tags`.
    pub properties: BTreeSet<Arc<str>>,
    /// The operations that supply these properties.
    pub operations: BTreeSet<Operation>,
}

/// Equal texts of the same kind in the same environment.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
            && self.0.kind == other.0.kind
            && self.0.environment.is_same(&other.0.environment)
    }
}

impl Eq for Expression {}

impl Expression {
    /// Reads and checks a text. All problems are returned at once, warnings among them, where one
    /// of them is an error.
    pub fn compile(
        text: &str,
        environment: impl Into<Environment>,
        kind: ExpressionKind,
    ) -> Result<Self, Vec<Problem>> {
        Self::compile_within(text, &environment.into(), kind, &mut CompileBudget::default())
    }

    /// The same for one of many texts, which share an budget.
    pub fn compile_within(
        text: &str,
        environment: &Environment,
        kind: ExpressionKind,
        budget: &mut CompileBudget,
    ) -> Result<Self, Vec<Problem>> {
        let known = budget.shared().and_then(|all| all.find(text, environment, kind));
        if let Some((known, cost)) = known {
            return budget.read(cost).then_some(known).ok_or_else(|| vec![parse::too_much(text)]);
        }
        let stats = TextStats::of(text);
        if let Some(problem) = parse::too_large(text, stats) {
            return Err(vec![problem]);
        }
        let cost = stats.cost(text);
        if !budget.read(cost) {
            return Err(vec![parse::too_much(text)]);
        }
        let mut quick = None;
        if stats.is_quick() {
            quick = parse::quick(text, stats, |tree| {
                typecheck::check(tree, None, environment, kind, budget)
            });
        }
        let checked = match quick {
            Some(checked) if checked.problems.is_empty() => checked,
            quick if budget.read_with_care(text, stats) => {
                drop(quick);
                let careful = parse::careful(text, |tree, places| {
                    typecheck::check(tree, Some(places), environment, kind, budget)
                });
                careful.map_err(|problem| vec![problem])?
            }
            Some(checked) => checked.of_all(text),
            None if stats.is_quick() => return Err(vec![parse::unplaced(text)]),
            None => return Err(vec![parse::too_much(text)]),
        };
        let is_read = budget.read(checked.effort);
        if checked.problems.iter().any(|problem| problem.level == Level::Error) {
            return Err(checked.problems);
        }
        if !is_read {
            return Err(vec![parse::too_much(text)]);
        }
        let cost = cost + checked.effort;
        // Patterns are a part of the budget of their file.
        let is_shareable = checked.problems.is_empty() && !checked.has_patterns;
        let compiled = Self(Arc::new(Compiled {
            text: text.to_owned(),
            environment: Environment { filter: None, ..environment.clone() },
            kind,
            root: checked.root,
            value_type: checked.value_type,
            references: checked.references,
            names: checked.names,
            warnings: checked.problems,
            alone: OnceLock::new(),
        }));
        if let Some(shared) = budget.shared().filter(|_| is_shareable) {
            shared.add(&compiled, cost);
        }
        Ok(compiled)
    }

    fn root(&self) -> &Node {
        &self.0.root
    }

    /// `true` where nothing is odd about it in an environment with the same names. A selection can
    /// only add to what is odd where both ask for the same.
    fn is_fine_in(&self, environment: &Environment) -> bool {
        let is_fine = |environment: &Environment| {
            let mut problems = Vec::new();
            let read = (self.root(), &self.0.references);
            lint::check(read, self.kind(), environment, &mut problems);
            problems.is_empty()
        };
        let alone = self.0.alone.get_or_init(|| Alone {
            is_fine: is_fine(&self.0.environment),
            asks_around: asks_around(self.root()),
        });
        let Some(filter) = &environment.filter else { return alone.is_fine };
        let own = &self.0.references;
        let mut asked = filter.0.references.iter();
        let is_apart = !alone.asks_around
            && asked.all(|(_, one)| own.iter().all(|(_, other)| one.name != other.name));
        alone.is_fine && is_apart || is_fine(environment)
    }

    /// The text that was compiled.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Purpose that it was compiled for.
    pub fn kind(&self) -> ExpressionKind {
        self.0.kind
    }

    /// The type of its value, in words.
    pub fn value_type(&self) -> &str {
        self.0.value_type
    }

    /// Properties that it may read, by resource type.
    pub fn reads(&self) -> BTreeMap<TypeName, Reads> {
        let mut reads: BTreeMap<TypeName, Reads> = BTreeMap::new();
        for (of, reference) in &self.0.references {
            let of = reads.entry((*of).clone()).or_default();
            of.properties.insert(Arc::clone(reference.name));
            of.operations.insert(reference.property.operation.clone());
        }
        reads
    }

    /// The operations that supply what it may read of the resources of a type, some perhaps twice.
    pub fn operations_of(&self, type_name: &TypeName) -> impl Iterator<Item = &Operation> {
        let references = self.0.references.iter().filter(move |(of, _)| *of == type_name);
        references.map(|(_, reference)| &reference.property.operation)
    }

    /// `true` where it uses a name of `let`.
    pub fn uses_binding(&self, name: &str) -> bool {
        self.0.names.bindings.contains(name)
    }

    /// `true` where it uses a parameter.
    pub fn uses_parameter(&self, name: &str) -> bool {
        self.0.names.parameters.contains(name)
    }

    /// Warnings about what is odd, though it can be used.
    pub fn warnings(&self) -> &[Problem] {
        &self.0.warnings
    }

    /// `true` where it holds of a subject.
    pub fn evaluate(&self, subject: &Subject<'_>, budget: &mut EvalBudget) -> EvalResult {
        evaluate::verdict(&self.0.root, subject, None, budget)
    }

    /// The same where others were asked about the resource before, or will be.
    pub fn evaluate_with(
        &self,
        subject: &Subject<'_>,
        memo: &mut Memo,
        budget: &mut EvalBudget,
    ) -> EvalResult {
        evaluate::verdict(&self.0.root, subject, Some(memo), budget)
    }

    /// Its value of a subject.
    pub fn value(&self, subject: &Subject<'_>, budget: &mut EvalBudget) -> Result<Value, Failure> {
        evaluate::value(&self.0.root, subject, budget)
    }

    /// It with one thing changed, in every known way, for resources that a `selection` holds of.
    pub fn mutants(&self, selection: Option<&Self>) -> Vec<Mutant> {
        let mut mutants = mutate::mutants(&self.0.root);
        mutants.retain(|mutant| !mutant.is_original(self, selection));
        mutants
    }

    /// Another text in the place of this one, if it is right.
    fn replaced(&self, text: &str, selection: Option<&Self>) -> Option<Self> {
        let environment = Environment { filter: selection.cloned(), ..self.0.environment.clone() };
        Self::compile(text, environment, self.0.kind).ok()
    }

    /// One that says always the same in the place of this one.
    fn constant(&self, value: bool) -> Self {
        let span = Span::default();
        Self(Arc::new(Compiled {
            alone: OnceLock::new(),
            text: value.to_string(),
            environment: self.0.environment.clone(),
            kind: self.0.kind,
            root: Node { expr: Expr::Constant(Value::Bool(value)), span },
            value_type: self.0.value_type,
            references: References::new(),
            names: Names::default(),
            warnings: Vec::new(),
        }))
    }

    /// Why it does not hold of a subject of which it is false: what its smallest parts saw that are
    /// false, such as `resource.State.Name = "stopped"`.
    pub fn explain(&self, subject: &Subject<'_>, budget: &mut EvalBudget) -> Vec<String> {
        explain::explain(&self.0.root, subject, budget)
    }

    /// The same of all parts, each as it is written: none where it is not false.
    #[cfg(test)]
    fn explain_parts(
        &self,
        subject: &Subject<'_>,
        budget: &mut EvalBudget,
    ) -> Vec<(String, String)> {
        match self.evaluate(subject, &mut budget.clone()) {
            EvalResult::False => explain::parts(&self.0.root, subject, budget),
            _ => Vec::new(),
        }
    }
}

/// The functions and macros of the language, with an example of each, group by group.
pub fn functions() -> impl Iterator<Item = FunctionDoc> {
    Builtins::standard().docs()
}

#[cfg(test)]
mod tests;
