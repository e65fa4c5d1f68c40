//! Logic, comparisons and arithmetic: which types go together.

use ::cel::IdedExpr;
use ::cel::common::ast::{CallExpr, operators as cel};

use super::super::operand::Operand;
use super::super::operate::{Arithmetic, Comparison};
use super::super::span::Span;
use super::super::tree::{Expr, Node};
use super::super::types::Type;
use super::super::{Problem, beyond, documented, elapsed, hints, pieces, show};
use super::advice::{self, Operation};
use super::{TypeChecker, TypedExpr};
use crate::diagnostic::Code;
use crate::resource::Value;

impl TypeChecker<'_> {
    /// The operator of a name, if it is one.
    pub(super) fn operator(
        &mut self,
        name: &str,
        arguments: &[IdedExpr],
        token: Span,
    ) -> Option<TypedExpr> {
        Some(match (name, arguments) {
            (cel::LOGICAL_AND | cel::LOGICAL_OR, [_, _]) => self.logic(name, arguments),
            (cel::LOGICAL_NOT, [of]) => {
                let around = self.turn(true);
                let of = self.condition(of);
                self.closing = around;
                let span = token.to(of.node.span);
                boolean(Expr::Not(Box::new(of.node)), span)
            }
            (cel::NEGATE, [of]) => self.negate(of, token),
            (cel::CONDITIONAL, [condition, one, other]) => {
                // Either outcome of it may be what is meant.
                let closing = self.closing.take();
                let condition = self.condition(condition).node;
                self.closing = closing;
                let before = self.problems.len();
                let narrowed = self.narrow(&condition, false);
                let (one, between) = (self.node(one), self.problems.len());
                self.widen(narrowed);
                let narrowed = self.narrow(&condition, true);
                let other = self.node(other);
                self.widen(narrowed);
                self.forgive(&condition, before..between);
                let span = condition.span.to(other.node.span);
                let kind = Type::common([one.kind, other.kind]);
                let expr = Expr::Conditional(Box::new((condition, one.node, other.node)));
                TypedExpr { node: Node { expr, span }, kind }
            }
            (cel::INDEX, [of, key]) => self.indexed(of, key, token),
            (cel::EQUALS | cel::NOT_EQUALS, [one, other]) => {
                let (one, other) = (self.compared(one, name), self.node(other));
                let negated = name == cel::NOT_EQUALS;
                let around = self.turn(negated);
                let typed = self.equality(negated, one, other);
                self.closing = around;
                typed
            }
            (cel::IN, [one, other]) => {
                let elements = self.elements(other);
                let (one, other) = (self.compared(one, name), self.node(other));
                self.membership(one, other, &elements)
            }
            (_, [one, other]) => {
                if let Some(comparison) = comparison(name) {
                    if let Some(typed) = self.in_days(comparison, one, other) {
                        return Some(typed);
                    }
                    let (one, other) = (self.node(one), self.node(other));
                    self.order(comparison, one, other)
                } else {
                    let operator = arithmetic(name)?;
                    let (one, other) = (self.node(one), self.node(other));
                    self.arithmetic(operator, one, other)
                }
            }
            _ => return None,
        })
    }

    /// Goes below a negation, or not; what it gives is put back behind that.
    fn turn(&mut self, negated: bool) -> Option<bool> {
        let around = self.closing;
        self.closing = around.map(|outcome| outcome != negated);
        around
    }

    /// The left side of a comparison, where a `!` may be meant for all of it.
    fn compared(&mut self, tree: &IdedExpr, name: &str) -> TypedExpr {
        let Some(of) = negated(tree) else { return self.node(tree) };
        let token = self.token(tree.id);
        let of = self.node(of);
        if of.kind.is_open() || matches!(of.kind, Type::Bool) {
            let span = token.to(of.node.span);
            return boolean(Expr::Not(Box::new(of.node)), span);
        }
        let (path, kind) = (show::node(&of.node), &of.kind);
        let message = format!("`!` is of `{path}` alone here, which is {kind}");
        let help = match name {
            cel::IN => format!("write `!({path} in ...)`"),
            cel::EQUALS => format!("write `{path} != ...`"),
            _ => format!("write `!({path} != ...)`"),
        };
        self.problems.push(Problem::error(token, Code::WrongType, message).help(help));
        super::broken(token.to(of.node.span))
    }

    /// `&&` and `||`, whose nested pairs become one list in the order of the text.
    fn logic(&mut self, name: &str, arguments: &[IdedExpr]) -> TypedExpr {
        let mut flat = Vec::new();
        flatten(name, arguments, &mut flat);
        let terms = self.terms(&flat, name == cel::LOGICAL_OR);
        let span = match (terms.first(), terms.last()) {
            (Some(first), Some(last)) => first.span.to(last.span),
            _ => Span::default(),
        };
        let terms = terms.into();
        boolean(if name == cel::LOGICAL_AND { Expr::And(terms) } else { Expr::Or(terms) }, span)
    }

    /// A tree in a place where only true and false make sense.
    pub(super) fn condition(&mut self, tree: &IdedExpr) -> TypedExpr {
        let typed = self.node(tree);
        if typed.kind.is_open() || matches!(typed.kind, Type::Bool) {
            return typed;
        }
        let path = show::node(&typed.node);
        let message = format!("`{path}` must be true or false here, and is {}", typed.kind);
        let help = match typed.node.expr {
            Expr::Constant(_) => {
                format!("compare it as well, as in `x == {path}`, or ask `x in [...]`")
            }
            _ => advice::as_condition(&typed),
        };
        self.problems.push(Problem::error(typed.node.span, Code::WrongType, message).help(help));
        typed
    }

    fn negate(&mut self, of: &IdedExpr, token: Span) -> TypedExpr {
        let of = self.node(of);
        let span = token.to(of.node.span);
        if !of.kind.is_open() && !of.kind.is_number() && !matches!(of.kind, Type::Duration) {
            return self.error(span, Code::WrongType, format!("`-` of {}", of.kind));
        }
        let kind = if matches!(of.kind, Type::Int(_)) { Type::INT } else { of.kind };
        TypedExpr { node: Node { expr: Expr::Negate(Box::new(of.node)), span }, kind }
    }

    fn indexed(&mut self, of: &IdedExpr, key: &IdedExpr, token: Span) -> TypedExpr {
        let end = self.close(token);
        if self.is_resource(&of.expr) {
            let start = self.token(of.id).start();
            let key = self.node(key);
            if let Expr::Constant(crate::resource::Value::String(name)) = &key.node.expr {
                return self.property(name, Span::new(start, end), key.node.span);
            }
            let message = "the property's name must stand here as a string".to_owned();
            return self.error(key.node.span, Code::WholeResource, message);
        }
        let (of, key) = (self.node(of), self.node(key));
        let span = Span::new(of.node.span.start(), end);
        self.index(of, key, span)
    }

    fn equality(&mut self, negated: bool, one: TypedExpr, other: TypedExpr) -> TypedExpr {
        let span = one.node.span.to(other.node.span);
        if let (Expr::Constant(value), Expr::Constant(other_value)) =
            (&one.node.expr, &other.node.expr)
            && value != other_value
        {
            self.withdraw([one.node.span, other.node.span]);
        }
        if !one.kind.may_equal(&other.kind) {
            let (sign, always) = if negated { ("!=", "true") } else { ("==", "false") };
            let message =
                format!("{} never equals {}, so `{sign}` is always {always}", one.kind, other.kind);
            self.mismatch(
                message,
                if negated { Operation::NotEqual } else { Operation::Equal },
                &one,
                &other,
            );
        }
        let mut found = Vec::new();
        for (observed, constants) in [(&one, &other), (&other, &one)] {
            if !matches!(
                constants.node.expr,
                Expr::Constant(_) | Expr::Local { .. } | Expr::Select(_)
            ) {
                continue;
            }
            let constants = self.side(constants, None);
            if constants.constant.is_none() {
                continue;
            }
            let statement = self.statement_of(&observed.kind, &observed.node);
            let observed_side = self.side(observed, statement.as_deref());
            documented::check(&observed_side, &observed.kind, &constants, &mut found);
            documented::check_type_names(&observed.kind, &constants, &mut found);
            pieces::check(&observed.node, &constants, &mut found);
        }
        if let (Type::String(_), Type::String(_)) = (&one.kind, &other.kind) {
            found.extend(documented::check_apart(&one.operand(), &other.operand(), span));
        }
        self.problems.append(&mut found);
        let pair = Box::new((one.node, other.node));
        boolean(if negated { Expr::NotEqual(pair) } else { Expr::Equal(pair) }, span)
    }

    /// Places of the elements of a list that stands in the text.
    pub(super) fn elements(&self, tree: &IdedExpr) -> Vec<Span> {
        match &tree.expr {
            ::cel::common::ast::Expr::List(list) if self.places.is_some() => {
                list.elements.iter().map(|element| self.token(element.id)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Problem of a value that is of another type than the elements of a list.
    fn no_member(
        &self,
        one: &TypedExpr,
        (items, list): (&Type, &Node),
        elements: &[Span],
    ) -> Problem {
        let message = format!("{} is never in a list of which each is {items}", one.kind);
        let written: Vec<&str> = self
            .places
            .map(|places| elements.iter().map(|place| places.text(*place)).collect())
            .unwrap_or_default();
        let help = advice::of_member(one, items, list, &written);
        let span = one.node.span.to(list.span);
        Problem::error(span, Code::WrongType, message).advised(help)
    }

    fn membership(&mut self, one: TypedExpr, other: TypedExpr, elements: &[Span]) -> TypedExpr {
        let span = one.node.span.to(other.node.span);
        if let (Expr::Constant(value), Expr::Constant(Value::List(values))) =
            (&one.node.expr, &other.node.expr)
            && !values.contains(value)
        {
            self.withdraw([one.node.span, other.node.span]);
        }
        match &other.kind {
            Type::List(items) if !one.kind.may_equal(&items.get()) => {
                self.problems.push(self.no_member(&one, (&items.get(), &other.node), elements));
            }
            Type::Map(_) => {
                self.require_text(&one, "a key of a map");
                let keys = keys(&other.node);
                let constants = Operand { constant: keys.as_ref(), ..other.operand() };
                documented::check(&one.operand(), &one.kind, &constants, &mut self.problems);
            }
            Type::Object(known) => {
                self.require_text(&one, "a key of a map");
                let key = one.operand().text().filter(|key| !known.contains_key(*key));
                let problem =
                    key.map(|key| documented::no_key(key, &one.operand(), &other.operand(), known));
                self.problems.extend(problem);
            }
            Type::List(items) => {
                let mut found = Vec::new();
                let of_one = self.statement_of(&one.kind, &one.node);
                let of_other = self.statement_of(&other.kind, &other.node);
                let observed = self.side(&one, of_one.as_deref());
                let constants = Operand { elements, ..self.side(&other, of_other.as_deref()) };
                documented::check(&observed, &one.kind, &constants, &mut found);
                documented::check(&constants, &items.get(), &observed, &mut found);
                documented::check_type_names(&one.kind, &constants, &mut found);
                pieces::check(&one.node, &constants, &mut found);
                if observed.constant.is_some() {
                    pieces::check_member(&observed, &other.node, &mut found);
                }
                found.extend(documented::check_apart(&observed, &constants, span));
                if !found.is_empty() {
                    self.note_list(other.node.span, elements);
                }
                self.problems.append(&mut found);
            }
            kind if kind.is_open() => {}
            kind => {
                let message = format!("`in` needs a list or map on its right, and this is {kind}");
                let problem = Problem::error(other.node.span, Code::WrongType, message);
                self.problems.push(match kind {
                    Type::String(_) => problem.help(advice::part_of(&one, &other.node)),
                    _ => problem,
                });
            }
        }
        boolean(Expr::In(Box::new((one.node, other.node))), span)
    }

    fn order(&mut self, comparison: Comparison, one: TypedExpr, other: TypedExpr) -> TypedExpr {
        let span = one.node.span.to(other.node.span);
        let ordered = |kind: &Type| {
            let orderable = matches!(
                kind,
                Type::Bool | Type::Int(_) | Type::Double | Type::String(_) | Type::Timestamp
            );
            orderable || kind.is_open() || matches!(kind, Type::Duration)
        };
        let null = [&one, &other].into_iter().any(|side| matches!(side.kind, Type::Null));
        if null || !ordered(&one.kind) || !ordered(&other.kind) || !one.kind.may_equal(&other.kind)
        {
            let sign = comparison.sign();
            let message = format!("`{sign}` cannot compare {} with {}", one.kind, other.kind);
            self.mismatch(message, Operation::Order, &one, &other);
        }
        let texts = documented::check_digits(&one.operand(), &other.operand());
        self.problems.extend(texts);
        let beyond = beyond::check_order(comparison, &one.operand(), &other.operand());
        self.problems.extend(beyond.filter(|found| !self.is_of_parameter(found)));
        if let (Type::Duration, Type::Duration) | (Type::Timestamp, Type::Timestamp) =
            (&one.kind, &other.kind)
        {
            self.problems.extend(elapsed::check(comparison, &one.node, &other.node));
        }
        boolean(Expr::Order(comparison, Box::new((one.node, other.node))), span)
    }

    fn arithmetic(&mut self, operator: Arithmetic, one: TypedExpr, other: TypedExpr) -> TypedExpr {
        let span = one.node.span.to(other.node.span);
        let Some(kind) = result(operator, &one.kind, &other.kind) else {
            let message =
                format!("`{}` of {} and {} has no value", operator.sign(), one.kind, other.kind);
            self.mismatch(message, Operation::Arithmetic(operator), &one, &other);
            return super::broken(span);
        };
        let expr = Expr::Arithmetic(operator, Box::new((one.node, other.node)));
        TypedExpr { node: Node { expr, span }, kind }
    }

    /// Reports two types that do not go together, with how to make them.
    fn mismatch(
        &mut self,
        message: String,
        operation: Operation,
        one: &TypedExpr,
        other: &TypedExpr,
    ) {
        let span = one.node.span.to(other.node.span);
        let problem = Problem::error(span, Code::WrongType, message);
        self.problems.push(problem.advised(advice::of_pair(operation, one, other)));
    }

    /// A comparison of the days of a span of time, as other languages have them.
    fn in_days(
        &mut self,
        comparison: Comparison,
        one: &IdedExpr,
        other: &IdedExpr,
    ) -> Option<TypedExpr> {
        let (target, call, is_first) = match (days_of(one), days_of(other)) {
            (Some((target, call)), _) => (target, call, true),
            (None, Some((target, call))) => (target, call, false),
            (None, None) => return None,
        };
        let id = if is_first { one.id } else { other.id };
        let name =
            self.places.map_or_else(Span::default, |places| places.name_before(self.token(id)));
        let (span, days) = (self.node(target), self.node(if is_first { other } else { one }));
        let problem = Problem::error(
            name,
            Code::UnknownFunction,
            format!("there is no function `{}`", call.func_name),
        );
        let sides = advice::span_and_days(&span, &days).map(|(span, days)| {
            let (one, other) = if is_first { (span, days) } else { (days, span) };
            format!("write `{one} {} {other}`", comparison.sign())
        });
        let otherwise = || hints::function(&call.func_name).map(|right| format!("write `{right}`"));
        self.problems.push(problem.advised(sides.or_else(otherwise)));
        Some(super::broken(name))
    }
}

/// Keys of a map, as far as they stand in the text.
fn keys(map: &Node) -> Option<Value> {
    match &map.expr {
        Expr::Constant(Value::Map(entries)) => {
            Some(Value::list(entries.keys().map(|key| Value::string(&**key))))
        }
        Expr::Map(entries) => {
            let keys = entries.iter().filter_map(|(key, _)| match &key.expr {
                Expr::Constant(key) => Some(key.clone()),
                _ => None,
            });
            Some(Value::list(keys))
        }
        _ => None,
    }
}

fn boolean(expr: Expr, span: Span) -> TypedExpr {
    TypedExpr { node: Node { expr, span }, kind: Type::Bool }
}

/// Tree that a tree negates with `!`, if it does.
fn negated(tree: &IdedExpr) -> Option<&IdedExpr> {
    match &tree.expr {
        ::cel::common::ast::Expr::Call(call) if call.func_name == cel::LOGICAL_NOT => {
            call.args.first()
        }
        _ => None,
    }
}

/// What is asked for its days by a function that there is not, and the call.
fn days_of(tree: &IdedExpr) -> Option<(&IdedExpr, &CallExpr)> {
    let ::cel::common::ast::Expr::Call(call) = &tree.expr else { return None };
    let target = call.target.as_deref().filter(|_| call.args.is_empty())?;
    hints::is_days(&call.func_name).then_some((target, call))
}

fn flatten<'t>(name: &str, arguments: &'t [IdedExpr], flat: &mut Vec<&'t IdedExpr>) {
    for argument in arguments {
        match &argument.expr {
            ::cel::common::ast::Expr::Call(call) if call.func_name == name => {
                flatten(name, &call.args, flat);
            }
            _ => flat.push(argument),
        }
    }
}

fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        cel::LESS => Comparison::Less,
        cel::LESS_EQUALS => Comparison::LessEqual,
        cel::GREATER => Comparison::Greater,
        cel::GREATER_EQUALS => Comparison::GreaterEqual,
        _ => return None,
    })
}

fn arithmetic(name: &str) -> Option<Arithmetic> {
    Some(match name {
        cel::ADD => Arithmetic::Add,
        cel::SUBSTRACT => Arithmetic::Subtract,
        cel::MULTIPLY => Arithmetic::Multiply,
        cel::DIVIDE => Arithmetic::Divide,
        cel::MODULO => Arithmetic::Remainder,
        _ => return None,
    })
}

/// The type that an operation gives; `None` where it has no value.
fn result(operator: Arithmetic, one: &Type, other: &Type) -> Option<Type> {
    use Arithmetic::{Add, Remainder, Subtract};
    Some(match (operator, one, other) {
        (_, Type::Null, _) | (_, _, Type::Null) => return None,
        _ if one.is_open() || other.is_open() => Type::Any,
        (_, Type::Int(_), Type::Int(_)) => Type::INT,
        (operator, Type::Double, Type::Double) if operator != Remainder => Type::Double,
        (Add, Type::String(_), Type::String(_)) => Type::TEXT,
        (Add, Type::List(one), Type::List(other)) => {
            Type::List(Type::common([one.get(), other.get()]).into())
        }
        (Add | Subtract, Type::Timestamp, Type::Duration)
        | (Add, Type::Duration, Type::Timestamp) => Type::Timestamp,
        (Subtract, Type::Timestamp, Type::Timestamp)
        | (Add | Subtract, Type::Duration, Type::Duration) => Type::Duration,
        _ => return None,
    })
}
