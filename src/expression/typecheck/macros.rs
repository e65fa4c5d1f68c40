//! `all`, `exists`, `exists_one`, `filter` and `map`.
//!
//! The parser has expanded them into its one general loop with an accumulator. Nothing else makes
//! such loops, and their accumulator cannot be named in a text, so the macro is read back from the
//! shape of its expansion.

use std::sync::Arc;

use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr as Cel, LiteralValue, operators};

use super::super::parse::MAX_LENGTH;
use super::super::span::Span;
use super::super::tree::{Expr, Loop, Macro, Node};
use super::super::types::Type;
use super::super::{Problem, evaluate, lint, pieces, show};
use super::{TypeChecker, TypedExpr, Variable};
use crate::diagnostic::Code;
use crate::resource::Value;

/// A macro as it was written.
struct Written<'t> {
    kind: Macro,
    condition: Option<&'t IdedExpr>,
    body: &'t IdedExpr,
}

impl TypeChecker<'_> {
    pub(super) fn comprehension(&mut self, tree: &ComprehensionExpr, token: Span) -> TypedExpr {
        let Some(written) = written(tree) else {
            return self.unsupported(token, "this loop");
        };
        let range = self.node(&tree.iter_range);
        let span = Span::new(range.node.span.start(), self.close(token));
        let element = self.element(&range);
        let variable: Arc<str> = tree.iter_var.as_str().into();
        let index = self.locals.len();
        let values = match &range.node.expr {
            Expr::Constant(values) => Some(values.clone()),
            _ => None,
        };
        let places = if values.is_some() { self.elements(&tree.iter_range) } else { Vec::new() };
        let statement = self.statement_of(&element, &range.node);
        let (name, kind) = (variable.clone(), element.clone());
        let uses = Vec::new();
        let problems = self.problems.len();
        self.locals.push(Variable { name, kind, values, places, uses, statement });
        // All must be among some, or there is one that is not.
        let around = self.closing;
        self.closing = match written.kind {
            _ if !element.is_of_actions() => None,
            Macro::All => Some(true),
            Macro::Exists | Macro::Filter => Some(false),
            Macro::ExistsOne | Macro::Map => None,
        };
        let condition = written.condition.map(|condition| self.condition(condition).node);
        let body = match written.kind {
            Macro::Map => self.node(written.body),
            _ => self.condition(written.body),
        };
        self.closing = around;
        if let Expr::Call { .. } = range.node.expr {
            pieces::check_loop(&range.node, index, &body.node, &mut self.problems);
        }
        if let Some(Variable { values: Some(_), places, uses, .. }) = self.locals.pop() {
            self.accept_elements(problems, &places, &uses);
        }
        let kind = match written.kind {
            Macro::All | Macro::Exists | Macro::ExistsOne => Type::Bool,
            Macro::Filter => Type::List(element.into()),
            Macro::Map => Type::List(body.kind.into()),
        };
        let (range, body) = (range.node, body.node);
        let looped = Loop { kind: written.kind, range, variable, index, condition, body };
        let place = looped.range.span;
        let node = Node { expr: Expr::Loop(Box::new(looped)), span };
        if !lint::is_closed(&node) {
            return TypedExpr { node, kind };
        }
        // It asks about the values alone.
        self.withdraw([place]);
        let is_list = matches!(written.kind, Macro::Filter | Macro::Map);
        let left = if is_list && self.problems.len() == problems { self.left(&node) } else { None };
        let expr = left.map_or(node.expr, Expr::Constant);
        TypedExpr { node: Node { expr, span }, kind }
    }

    /// List that a loop makes of constants. Lists in lists stay with the loop, since they may hold each
    /// other a thousandfold, and so do long texts, which a short one can stand for.
    fn left(&mut self, node: &Node) -> Option<Value> {
        let locals = vec![Value::Null; self.locals.len()];
        let made = evaluate::within(node, &locals, &mut self.folding).ok()?;
        let is_flat = |item: &Value| !matches!(item, Value::List(_) | Value::Map(_));
        let Value::List(items) = &made else { return None };
        let length: usize = items.iter().filter_map(Value::as_str).map(str::len).sum();
        let is_filter = matches!(&node.expr, Expr::Loop(looped) if looped.kind == Macro::Filter);
        (is_filter || length <= MAX_LENGTH && items.iter().all(is_flat)).then_some(made)
    }

    /// The type of the variable.
    fn element(&mut self, range: &TypedExpr) -> Type {
        match &range.kind {
            Type::List(items) => items.get(),
            Type::Map(_) | Type::Object(_) | Type::Record(_) => Type::TEXT,
            kind if kind.is_open() => Type::Any,
            kind => {
                let path = show::node(&range.node);
                let message = format!("`{path}` is {kind}, which has no elements");
                self.problems.push(Problem::error(range.node.span, Code::WrongType, message));
                Type::Any
            }
        }
    }
}

fn written(tree: &ComprehensionExpr) -> Option<Written<'_>> {
    let Cel::Call(step) = &tree.loop_step.expr else { return None };
    let plain = |kind, body| Some(Written { kind, condition: None, body });
    match (&tree.accu_init.expr, step.func_name.as_str(), step.args.as_slice()) {
        (Cel::Literal(LiteralValue::Boolean(_)), operators::LOGICAL_AND, [_, body]) => {
            plain(Macro::All, body)
        }
        (Cel::Literal(LiteralValue::Boolean(_)), operators::LOGICAL_OR, [_, body]) => {
            plain(Macro::Exists, body)
        }
        (Cel::Literal(LiteralValue::Int(_)), operators::CONDITIONAL, [body, _, _]) => {
            plain(Macro::ExistsOne, body)
        }
        (Cel::List(_), operators::ADD, _) => plain(Macro::Map, appended(step)?),
        (Cel::List(_), operators::CONDITIONAL, [condition, then, _]) => {
            let Cel::Call(then) = &then.expr else { return None };
            let body = appended(then)?;
            match &body.expr {
                Cel::Ident(name) if *name == tree.iter_var => plain(Macro::Filter, condition),
                _ => Some(Written { kind: Macro::Map, condition: Some(condition), body }),
            }
        }
        _ => None,
    }
}

/// The element in `accumulator + [element]`.
fn appended(step: &CallExpr) -> Option<&IdedExpr> {
    match step.args.as_slice() {
        [_, IdedExpr { expr: Cel::List(list), .. }] => list.elements.first(),
        _ => None,
    }
}
