//! Calls of functions.

use std::sync::Arc;

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr as Cel, LiteralValue, operators};

use super::super::Problem;
use super::super::functions::{self, Form, Function, Signature};
use super::super::library::{self, Operator};
use super::super::tree::{Expr, Node, Slot, Span};
use super::super::types::Type;
use super::super::{habits, show};
use super::{Lowering, Typed, broken};
use crate::diagnostic::{Code, meant, meant_or_known};
use crate::resource::{Kind, Schema, Value};

/// Why `tag()` cannot stand in `assertAll`.
const NO_RESOURCE: &str = "there is no single resource here; write `r.tag(...)` of one of them";

impl Lowering<'_> {
    pub(super) fn call(&mut self, call: &CallExpr, token: Span) -> Typed {
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
        if let (functions::TAG, [key]) = (name, call.args.as_slice())
            && matches!(key.expr, Cel::Literal(LiteralValue::Null))
        {
            let span = self.token(key.id);
            let message = "the key of a tag must be a string, and this is null".to_owned();
            let problem = Problem::error(span, Code::WrongType, message);
            self.problems.push(problem.help("write `tag(\"key\")`"));
            return broken(span);
        }
        if let (functions::TAG, Some(target), [key]) = (name, &call.target, call.args.as_slice()) {
            return self.tag_of(target, key, token);
        }
        let Some(signature) = functions::find(name) else {
            return self.unknown_function(call, name, name_span);
        };
        let target = call.target.as_deref();
        let misplaced = match signature.form {
            Form::Global => target.is_some(),
            Form::Method => target.is_none(),
            Form::Either => false,
        };
        let count = call.args.len() + usize::from(target.is_some());
        if misplaced || !signature.takes(count) {
            let message = if misplaced {
                format!("`{name}` is not called this way")
            } else {
                format!("`{name}` takes {} here", arguments(signature, target.is_some()))
            };
            let help = format!("write `{}`", signature.usage);
            self.problems.push(Problem::error(name_span, Code::WrongArguments, message).help(help));
            return broken(name_span);
        }
        let start = target.map_or(name_span, |_| Span::default());
        let typed: Vec<Typed> =
            target.into_iter().chain(&call.args).map(|argument| self.node(argument)).collect();
        let start = match typed.first() {
            Some(first) if target.is_some() => first.node.span.start,
            _ => start.start,
        };
        let span = Span::new(start, self.close(token));
        let problems = self.problems.len();
        self.check(signature, &typed);
        self.check_words(signature, &typed);
        self.check_document(signature, &typed);
        self.check_texts(signature, &typed);
        let is_fine = self.problems.len() == problems;
        let typed = self.apply(signature, typed, target.is_some(), span);
        if is_fine { typed } else { Typed { kind: Type::Any, ..typed } }
    }

    fn unknown_function(&mut self, call: &CallExpr, name: &str, span: Span) -> Typed {
        let right = habits::function(name);
        // Their variable is none here.
        let is_loop = right.is_some_and(|right| right.starts_with("list."));
        let arguments = if is_loop { &[] } else { call.args.as_slice() };
        for argument in call.target.as_deref().into_iter().chain(arguments) {
            if !self.is_resource(&argument.expr) && !is_macro_variable(argument) {
                self.node(argument);
            }
        }
        let problem = if functions::MACROS.contains(&name) {
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
                None => match meant(name, functions::names()) {
                    Some(help) => problem.help(help),
                    None => problem,
                },
            }
        };
        self.problems.push(problem);
        broken(span)
    }

    fn check(&mut self, signature: &Signature, arguments: &[Typed]) {
        for (parameter, argument) in signature.parameters.iter().zip(arguments) {
            if !parameter.accepts(&argument.kind) {
                let (name, wanted) = (signature.name, parameter.wanted());
                let given = parameter.given(&argument.kind);
                let message = format!("`{name}` takes {wanted}, and this is {given}");
                let problem = Problem::error(argument.node.span, Code::WrongType, message);
                self.problems.push(match (signature.function, &argument.kind) {
                    (Function::Contains, Type::List(_)) => {
                        problem.help("for an element of a list write `... in list`")
                    }
                    _ => problem,
                });
            }
        }
    }

    /// What the cloud's API gives as text is here read already.
    fn check_document(&mut self, signature: &Signature, arguments: &[Typed]) {
        let (Function::Json, [Typed { node, .. }]) = (signature.function, arguments) else {
            return;
        };
        let (Expr::Property(slot), Some(schema)) = (&node.expr, self.environment.subject) else {
            return;
        };
        if schema.properties.get(&slot.name).is_some_and(|it| it.kind == Kind::Document) {
            let path = show::node(node);
            let message = format!("`{path}` is a document already, and no text of one");
            let problem = Problem::error(node.span, Code::WrongType, message);
            self.problems.push(problem.help(format!("write `{path}.Statement`, without `json`")));
        }
    }

    /// Words of which there are few, where they stand in the text.
    fn check_words(&mut self, signature: &Signature, arguments: &[Typed]) {
        let [first, Typed { node, .. }, rest @ ..] = arguments else { return };
        let Expr::Constant(Value::String(word)) = &node.expr else { return };
        let problem = match signature.function {
            Function::Compare => wrong_operator(word, node.span, rest.len()),
            Function::AllowsPort => wrong_protocol(word, node.span),
            _ => None,
        };
        self.problems.extend(problem);
        if let (Function::AllowsPort, [port]) = (signature.function, rest) {
            self.problems.extend(wrong_port(&port.node));
        }
        if let (Function::Compare, [expected]) = (signature.function, rest) {
            self.check_compared(first, word, expected);
        }
    }

    /// Ranges and ARNs, where they stand in the text.
    fn check_texts(&mut self, signature: &Signature, arguments: &[Typed]) {
        use Function::{Arn, CidrContains, CidrOverlaps, CidrPrefixLength, IsWorldCidr};
        type Rule = (&'static str, &'static str, fn(&str) -> bool);
        let (what, sample, is_one): Rule = match signature.function {
            Arn => ("ARN", "`arn:aws:iam::123456789012:role/web`", library::is_arn),
            CidrContains | CidrOverlaps | CidrPrefixLength | IsWorldCidr => (
                "range of addresses",
                "`10.0.0.0/8`, `2001:db8::/32` or `10.1.2.3`",
                library::is_range,
            ),
            _ => return,
        };
        for Typed { node, .. } in arguments {
            let Expr::Constant(constant @ Value::String(text)) = &node.expr else { continue };
            if !is_one(text) {
                let message = format!("{} is no {what}", show::value(constant));
                let problem = Problem::error(node.span, Code::WrongValue, message);
                self.problems.push(problem.help(format!("write it as {sample}")));
            }
        }
    }

    fn apply(
        &mut self,
        signature: &Signature,
        arguments: Vec<Typed>,
        method: bool,
        span: Span,
    ) -> Typed {
        let (mut arguments, kinds): (Vec<Node>, Vec<Type>) =
            arguments.into_iter().map(|one| (one.node, one.kind)).unzip();
        let kind = signature.result(&kinds);
        match signature.function {
            Function::Matches => return self.matches(arguments, method, span),
            Function::Tag => {
                let schema = match self.environment.subject {
                    Some(schema) if !self.shape.is_of_all() => schema,
                    _ => return self.error(span, Code::UnknownName, NO_RESOURCE.to_owned()),
                };
                let Some(slot) = self.tags(schema) else { return self.no_tags(schema, span) };
                arguments.insert(0, Node { expr: Expr::Property(slot), span });
            }
            _ => {}
        }
        let expr = Expr::Call { function: signature.function, method, arguments };
        Typed { node: Node { expr, span }, kind }
    }

    /// `<resource>.tag(<key>)`.
    fn tag_of(&mut self, target: &IdedExpr, key: &IdedExpr, token: Span) -> Typed {
        if self.is_resource(&target.expr) {
            let span = self.token(target.id);
            let message = "`tag` speaks of `resource` already".to_owned();
            self.problems
                .push(Problem::error(span, Code::WrongArguments, message).help("write `tag(key)`"));
            return broken(span);
        }
        let (target, key) = (self.node(target), self.node(key));
        let span = Span::new(target.node.span.start, self.close(token));
        self.require_text(&key, "the key of a tag");
        let schema = match target.kind {
            Type::Resource(schema) => schema,
            kind if kind.is_open() => return Typed { kind: Type::Any, ..broken(span) },
            kind => {
                let path = show::node(&target.node);
                let message = format!("`{path}` is {kind}, and only resources have tags");
                return self.error(target.node.span, Code::WrongType, message);
            }
        };
        let Some(slot) = self.tags(schema) else { return self.no_tags(schema, span) };
        let at = target.node.span;
        let tags = Node { expr: Expr::PropertyOf { of: Box::new(target.node), slot }, span: at };
        let arguments = vec![tags, key.node];
        let expr = Expr::Call { function: Function::Tag, method: false, arguments };
        Typed { node: Node { expr, span }, kind: Type::TEXT }
    }

    fn tags(&mut self, schema: &'static Schema) -> Option<Arc<Slot>> {
        let (name, property) = schema.properties.get_key_value("Tags")?;
        Some(self.slot(schema, name, property))
    }

    fn no_tags(&mut self, schema: &Schema, span: Span) -> Typed {
        let message = format!("`{}` has no tags", schema.type_name);
        self.error(span, Code::UnknownProperty, message)
    }

    fn matches(&mut self, arguments: Vec<Node>, method: bool, span: Span) -> Typed {
        let mut arguments = arguments.into_iter();
        let (Some(text), Some(pattern)) = (arguments.next(), arguments.next()) else {
            return broken(span);
        };
        // Of a parameter without a value nothing more is known; each use compiles its own.
        let unknown = Expr::Constant(Value::string(""));
        let known = if let Expr::Parameter(_) = pattern.expr { &unknown } else { &pattern.expr };
        let Expr::Constant(Value::String(source)) = known else {
            let message = "the pattern of `matches` must stand here as a string".to_owned();
            return self.error(pattern.span, Code::WrongArguments, message);
        };
        match self.effort.pattern(source) {
            Ok(compiled) => {
                let (text, pattern) = (Box::new(text), compiled);
                let expr = Expr::Matches { text, pattern, method };
                Typed { node: Node { expr, span }, kind: Type::Bool }
            }
            Err(message) => self.error(pattern.span, Code::WrongValue, message),
        }
    }
}

/// What is wrong with the operator of `compare` before so many expected values.
fn wrong_operator(word: &str, place: Span, expected: usize) -> Option<Problem> {
    let Some(operator) = Operator::named(word) else {
        let problem =
            Problem::error(place, Code::UnknownOperator, format!("there is no operator `{word}`"));
        return Some(problem.help(meant_or_known(word, Operator::ALL.map(Operator::name))));
    };
    // The other way round is fine: whoever takes the operator from a parameter always gives both.
    (!operator.is_unary() && expected == 0).then(|| {
        let message = format!("`{word}` compares with a value");
        Problem::error(place, Code::WrongArguments, message)
            .help(format!("write `compare(observed, \"{word}\", expected)`"))
    })
}

fn wrong_protocol(word: &str, place: Span) -> Option<Problem> {
    if library::is_protocol(word) {
        return None;
    }
    let problem = Problem::error(place, Code::WrongValue, format!("there is no protocol `{word}`"));
    Some(problem.help(meant_or_known(word, library::PROTOCOLS.map(|(name, _)| name))))
}

fn wrong_port(port: &Node) -> Option<Problem> {
    let Expr::Constant(Value::Int(number)) = port.expr else { return None };
    if u16::try_from(number).is_ok() {
        return None;
    }
    let problem = Problem::error(port.span, Code::WrongValue, format!("there is no port {number}"));
    Some(problem.help("ports are 0 to 65535; of ICMP it is the type"))
}

/// The variable of a macro that was called with a wrong number of arguments.
fn is_macro_variable(argument: &IdedExpr) -> bool {
    matches!(&argument.expr, Cel::Ident(_))
}

fn arguments(signature: &Signature, method: bool) -> String {
    let most = signature.parameters.len() - usize::from(method);
    match (most - signature.optional, most) {
        (_, 0) => "no argument".to_owned(),
        (1, 1) => "one argument".to_owned(),
        (least, most) if least < most => format!("{least} or {most} arguments"),
        (_, most) => format!("{most} arguments"),
    }
}
