//! Calls of functions.

use std::borrow::Cow;

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr as Cel, operators};
use smallvec::SmallVec;

use super::super::builtins::{self, Form, Function, MOST_ARGUMENTS, Parameter};
use super::super::operand::{Operand, TOLD};
use super::super::span::Span;
use super::super::tree::{Expr, Node};
use super::super::types::Type;
use super::super::{EvalBudget, Problem, hints, notation, show};
use super::{TypeChecker, TypedExpr, broken};
use crate::diagnostic::{Code, meant};
use crate::resource::{Schema, Value};

/// Arguments of a call, of which there are a few.
type Arguments = SmallVec<[TypedExpr; MOST_ARGUMENTS]>;

/// Problem of an argument that a parameter does not accept.
#[cold]
fn wrong_argument(function: &Function, parameter: &Parameter, argument: &TypedExpr) -> Problem {
    let (name, wanted) = (function.name, parameter.wanted());
    let given = parameter.given(&argument.kind);
    let message = format!("`{name}` takes {wanted}, and this is {given}");
    let problem = Problem::error(argument.node.span, Code::WrongType, message);
    match function.advice(&argument.kind) {
        Some(advice) => problem.help(advice),
        None if matches!(argument.kind, Type::Document) => problem.help(format!(
            "ask its statements, as in `statements({}).exists(s, ...)`",
            show::node(&argument.node)
        )),
        None => match &argument.kind {
            Type::Object(known) if !known.is_empty() => {
                let first = known.keys().next().map_or("", |first| first);
                let path = show::node(&argument.node);
                problem.help(format!("ask a property, as in `{path}.{first}`"))
            }
            _ => problem,
        },
    }
}

impl TypeChecker<'_> {
    pub(super) fn call(&mut self, call: &CallExpr, token: Span) -> TypedExpr {
        if call.target.is_none()
            && let Some(typed) = self.operator(&call.func_name, &call.args, token)
        {
            return typed;
        }
        if [operators::OPT_INDEX, operators::OPT_SELECT].contains(&call.func_name.as_str()) {
            return self.unsupported(token, "optional selects");
        }
        let name = call.func_name.trim_start_matches('.');
        let name_span = self.places.map_or_else(Span::default, |places| places.name_before(token));
        let Some(function) = self.environment.builtins.find(name) else {
            return self.unknown_function(call, name, name_span);
        };
        let target = call.target.as_deref();
        if let Some(problem) = misused(function, target.is_some(), call.args.len(), name_span) {
            self.problems.push(problem);
            return broken(name_span);
        }
        if let Some(property) = function.property {
            return self.call_of_property((function, property), target, &call.args, token);
        }
        let mut typed = Arguments::new();
        typed.extend(target.into_iter().chain(&call.args).map(|argument| self.node(argument)));
        let start = match typed.first() {
            Some(first) if target.is_some() => first.node.span.start(),
            _ => name_span.start(),
        };
        let span = Span::new(start, self.close(token));
        let is_fine = self.check(function, &typed);
        let typed = self.apply(function, &mut typed, target.is_some(), span);
        if is_fine { typed } else { TypedExpr { kind: Type::Any, ..typed } }
    }

    fn unknown_function(&mut self, call: &CallExpr, name: &str, span: Span) -> TypedExpr {
        let right = hints::function(name);
        // Their variable is none here.
        let is_loop = right.is_some_and(|right| right.starts_with("list."));
        let arguments = if is_loop { &[] } else { call.args.as_slice() };
        for argument in call.target.as_deref().into_iter().chain(arguments) {
            if !self.is_resource(&argument.expr) && !is_macro_variable(argument) {
                self.node(argument);
            }
        }
        let problem = if builtins::is_macro(name) {
            let message = format!("`{name}` is not called this way");
            let help = match name {
                "has" => "write `has(resource.Name)`".to_owned(),
                _ => format!("write `list.{name}(x, ...)`"),
            };
            Problem::error(span, Code::WrongArguments, message).help(help)
        } else {
            let message = format!("there is no function `{name}`");
            let problem = Problem::error(span, Code::UnknownFunction, message);
            match right {
                Some(right) => problem.help(format!("write `{right}`")),
                None => match meant(name, self.environment.builtins.names()) {
                    Some(help) => problem.help(help),
                    None => problem,
                },
            }
        };
        self.problems.push(problem);
        broken(span)
    }

    /// Looks at the types of arguments and at constants among them; whether all is fine.
    fn check(&mut self, function: &Function, arguments: &[TypedExpr]) -> bool {
        let problems = self.problems.len();
        if function.is_checked() || function.samples.is_some() || function.reads.is_some() {
            let statement = arguments.first();
            let statement = statement.and_then(|first| self.statement_of(&first.kind, &first.node));
            let mut found = Vec::new();
            // An operand is large, and most functions have one.
            if let [one] = arguments {
                function.check(&[self.side(one, statement.as_deref())], &mut found);
            } else {
                let mut sides = SmallVec::<[Operand<'_>; MOST_ARGUMENTS]>::new();
                let of = |argument| self.side(argument, statement.as_deref());
                sides.extend(arguments.iter().map(of));
                function.check(&sides, &mut found);
            }
            if let (Some(samples), [one]) = (function.samples, arguments) {
                unread((function, samples), &self.side(one, None), &mut found);
            }
            if let Some(reading) = function.reads {
                let of_form = arguments.iter().map(|argument| self.side(argument, None));
                found.extend(of_form.filter_map(|it| builtins::check_readable(&it, reading)));
            }
            if !found.is_empty() {
                self.note_arguments(arguments);
            }
            self.problems.append(&mut found);
        }
        let is_told = self.problems.len() > problems;
        for (parameter, argument) in function.parameters.iter().zip(arguments) {
            let is_document = matches!(argument.kind, Type::Document);
            if !(parameter.accepts(&argument.kind) || is_document && is_told) {
                self.problems.push(wrong_argument(function, parameter, argument));
            }
        }
        self.problems.len() == problems
    }

    fn apply(
        &mut self,
        function: &'static Function,
        arguments: &mut Arguments,
        method: bool,
        span: Span,
    ) -> TypedExpr {
        let kind = function.result(arguments.first().map(|first| &first.kind));
        let mut nodes = Vec::with_capacity(arguments.len());
        nodes.extend(arguments.drain(..).map(|argument| argument.node));
        if function.is_search() {
            return self.search(function, nodes.into_iter(), method, span);
        }
        let arguments = nodes.into();
        TypedExpr { node: Node { expr: Expr::Call { function, method, arguments }, span }, kind }
    }

    /// A call of what reads a property: of `resource`, or of the resource before the dot.
    fn call_of_property(
        &mut self,
        (function, property): (&'static Function, &str),
        target: Option<&IdedExpr>,
        arguments: &[IdedExpr],
        token: Span,
    ) -> TypedExpr {
        // It speaks of `resource` whether that is written or not.
        let (written, target) = match target {
            Some(target) if self.is_resource(&target.expr) => (Some(self.token(target.id)), None),
            target => (None, target.map(|target| self.node(target))),
        };
        let mut typed = Arguments::new();
        typed.extend(arguments.iter().map(|argument| self.node(argument)));
        let written = written.or(target.as_ref().map(|target| target.node.span));
        let start = written.map_or_else(
            || self.places.map_or(0, |places| places.name_before(token).start()),
            Span::start,
        );
        let span = Span::new(start, self.close(token));
        let is_fine = self.check(function, &typed);
        let Some(of) = self.property_before(function, property, target, span) else {
            return broken(span);
        };
        typed.insert(0, of);
        let typed = self.apply(function, &mut typed, false, span);
        if is_fine { typed } else { TypedExpr { kind: Type::Any, ..typed } }
    }

    /// The property that a function reads of a resource, or else what is wrong.
    fn property_before(
        &mut self,
        function: &Function,
        property: &str,
        target: Option<TypedExpr>,
        span: Span,
    ) -> Option<TypedExpr> {
        let schema = match target.as_ref().map(|target| (&target.kind, &target.node)) {
            Some((Type::Resource(schema), _)) => schema,
            Some((kind, _)) if kind.is_open() => return None,
            Some((kind, node)) => {
                let only = format!("only resources have {}", words(property));
                let path = show::node(node);
                let message = format!("`{path}` is {kind}, and {only}");
                let problem = Problem::error(node.span, Code::WrongType, message);
                let of_resources =
                    matches!(kind, Type::List(items) if matches!(items.get(), Type::Resource(_)));
                self.problems.push(if of_resources {
                    let name = function.name;
                    problem.help(format!(
                        "ask each of them, as in `{path}.exists(x, x.{name}(...) == ...)`"
                    ))
                } else {
                    problem.help(format!("of `resource` write `{}`", function.doc.usage))
                });
                return None;
            }
            None => self.single_resource(function, span)?,
        };
        let Some((known, property)) = schema.properties.get_key_value(property) else {
            let message = format!("`{}` has no {}", schema.type_name, words(property));
            self.problems.push(Problem::error(span, Code::UnknownProperty, message));
            return None;
        };
        let reference = self.reference(schema, known, property);
        let (expr, span) = match target {
            Some(TypedExpr { node, .. }) => {
                let at = node.span;
                (Expr::PropertyOf { of: Box::new(node), reference }, at)
            }
            None => (Expr::Property(reference), span),
        };
        Some(TypedExpr { node: Node { expr, span }, kind: Type::of(property) })
    }

    /// Schema of the one resource that there is, for a function that reads of it.
    fn single_resource(&mut self, function: &Function, span: Span) -> Option<&'static Schema> {
        let schema = self.environment.subject.filter(|_| !self.kind.is_of_all());
        if schema.is_none() {
            let name = function.name;
            let message =
                format!("there is no single resource here; write `r.{name}(...)` of one of them");
            self.problems.push(Problem::error(span, Code::UnknownName, message));
        }
        schema
    }

    fn search(
        &mut self,
        function: &'static Function,
        mut arguments: impl Iterator<Item = Node>,
        method: bool,
        span: Span,
    ) -> TypedExpr {
        let (Some(text), Some(pattern)) = (arguments.next(), arguments.next()) else {
            return broken(span);
        };
        // Of a parameter without a value nothing more is known; each use compiles its own.
        let unknown = Expr::Constant(Value::string(""));
        let known = if let Expr::Parameter(_) = pattern.expr { &unknown } else { &pattern.expr };
        let Expr::Constant(Value::String(source)) = known else {
            let message = format!("the pattern of `{}` must stand here as a string", function.name);
            let problem = Problem::error(pattern.span, Code::WrongArguments, message);
            self.problems.push(match text.expr {
                Expr::Constant(_) => {
                    let (text, pattern) = (show::node(&text), show::node(&pattern));
                    problem.help(format!("write `{pattern}.{}({text})`", function.name))
                }
                _ => problem,
            });
            return broken(pattern.span);
        };
        self.has_patterns = true;
        match self.budget.pattern(source) {
            Ok(pattern) => {
                let expr = Expr::Matches { function, text: Box::new(text), pattern, method };
                TypedExpr { node: Node { expr, span }, kind: Type::Bool }
            }
            Err(message) => {
                let problem = Problem::error(pattern.span, Code::WrongValue, message);
                let is_glob = source.starts_with(['*', '?']) || source.contains("**");
                self.problems.push(if is_glob {
                    let path = show::node(&text);
                    problem.help(format!("for `*` as any text write `{path}.glob(\"{source}\")`"))
                } else {
                    problem
                });
                broken(pattern.span)
            }
        }
    }
}

/// How much is read of the elements of a list before evaluation.
const READ: (u64, u64) = (2_000, 1 << 16);

/// Refuses elements of a list that a variable stands for and that a function cannot read. A constant
/// by itself is computed at once.
fn unread(
    (function, samples): (&Function, &str),
    argument: &Operand<'_>,
    problems: &mut Vec<Problem>,
) {
    if !matches!(argument.constant, Some(Value::List(_))) {
        return;
    }
    let mut budget = EvalBudget::new(READ.0, READ.1);
    let texts = argument.each().filter(|(value, _)| matches!(value, Value::String(_)));
    let found = texts.filter_map(|(value, at)| {
        let given = [Cow::Borrowed(value), Cow::default(), Cow::default()];
        if !matches!(function.call(&given, &mut budget), Ok(None)) {
            return None;
        }
        let message = format!("`{}({})` has no value", function.name, notation::value(value));
        let problem = Problem::error(at, Code::WrongValue, message);
        Some(problem.help(format!("write it as {samples}")))
    });
    problems.extend(found.take(TOLD));
}

/// Problem with the form of a call of so many written arguments.
fn misused(function: &Function, method: bool, written: usize, place: Span) -> Option<Problem> {
    // One that reads a property may stand behind a resource.
    let of_resource = function.property.is_some() && method;
    let is_misplaced = match function.form {
        Form::Global => method && !of_resource,
        Form::Method => !method,
        Form::Either => false,
    };
    let before = usize::from(method && !of_resource);
    let (least, most) = function.counts();
    let name = function.name;
    let message = if is_misplaced {
        format!("`{name}` is not called this way")
    } else if (least..=most).contains(&(written + before)) {
        return None;
    } else {
        format!("`{name}` takes {} here", arguments(least.saturating_sub(before), most - before))
    };
    let help = format!("write `{}`", function.doc.usage);
    Some(Problem::error(place, Code::WrongArguments, message).help(help))
}

/// The name of a property in a sentence.
fn words(property: &str) -> String {
    property.to_lowercase()
}

/// The variable of a macro that was called with a wrong number of arguments.
fn is_macro_variable(argument: &IdedExpr) -> bool {
    matches!(&argument.expr, Cel::Ident(_))
}

fn arguments(least: usize, most: usize) -> String {
    match (least, most) {
        (_, 0) => "no argument".to_owned(),
        (1, 1) => "one argument".to_owned(),
        (least, most) if least < most => format!("{least} or {most} arguments"),
        (_, most) => format!("{most} arguments"),
    }
}
