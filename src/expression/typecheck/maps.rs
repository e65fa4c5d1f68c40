//! Maps that are written in the text.

use std::collections::HashSet;

use cel::common::ast::{EntryExpr, MapExpr};

use super::super::Problem;
use super::super::span::Span;
use super::super::tree::{Expr, Node};
use super::super::types::Type;
use super::{TypeChecker, TypedExpr};
use crate::diagnostic::Code;
use crate::resource::Value;

impl TypeChecker<'_> {
    pub(super) fn map(&mut self, map: &MapExpr, token: Span) -> TypedExpr {
        let mut entries = Vec::new();
        let mut kinds = Vec::new();
        for entry in &map.entries {
            if let EntryExpr::MapEntry(entry) = &entry.expr {
                let key = self.node(&entry.key);
                self.require_text(&key, "a key of a map");
                let value = self.node(&entry.value);
                kinds.push(value.kind);
                entries.push((key.node, value.node));
            }
        }
        self.distinct_keys(&entries);
        let span = Span::new(token.start(), self.close(token));
        let kind = Type::Map(Type::common(kinds).into());
        TypedExpr { node: Node { expr: Expr::Map(entries.into()), span }, kind }
    }

    /// Of two equal keys only one would count, and which is nowhere said.
    fn distinct_keys(&mut self, entries: &[(Node, Node)]) {
        let mut seen = HashSet::new();
        for (key, _) in entries {
            if let Expr::Constant(Value::String(name)) = &key.expr
                && !seen.insert(name)
            {
                let message = format!("key `{name}` is there twice");
                self.problems.push(Problem::error(key.span, Code::DuplicateKey, message));
            }
        }
    }
}
