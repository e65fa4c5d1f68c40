//! What there is no value of: why, in words, and which lacks are null.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::operate::{no_value, not_told};
use super::super::tree::{Expr, Node};
use super::super::{notation, show};
use super::Evaluated;
use crate::resource::{Cause, Failure, Value};

/// There is no value of a node for these operands.
pub(super) fn without_value(node: &Node, operands: &[(&Node, &Value)]) -> Failure {
    let variable = operands.iter().filter(|(node, _)| !matches!(node.expr, Expr::Constant(_)));
    let values: Vec<String> = variable
        .map(|(node, value)| format!("`{}` is `{}`", show::node(node), notation::value(value)))
        .collect();
    let node = show::node(node);
    no_value(if values.is_empty() {
        format!("`{node}` has no value")
    } else {
        format!("`{node}` has no value: {}", values.join(", "))
    })
}

/// There is no value of a node for a reason that its function gives.
pub(super) fn without_value_since(node: &Node, failure: Failure) -> Failure {
    if failure.cause != Cause::ExpressionError {
        return failure;
    }
    no_value(format!("`{}` has no value: {}", show::node(node), failure.message))
}

/// The text of a value that an operator needs to be one.
pub(super) fn text_of<'v>(
    value: &'v Value,
    node: &Node,
    operator: &str,
) -> Result<&'v str, Failure> {
    not_null(value, node, operator)?;
    value.as_str().ok_or_else(|| {
        let (path, kind) = (show::node(node), notation::kind(value));
        no_value(format!("`{path}` is {kind}, and `{operator}` needs a string"))
    })
}

/// Refuses null, of which an operator has no value.
pub(super) fn not_null(value: &Value, node: &Node, operator: &str) -> Result<(), Failure> {
    if value.is_null() {
        let path = show::node(node);
        return Err(no_value(format!("`{path}` is null, and `{operator}` needs a value")));
    }
    Ok(())
}

/// The value of a key; null where there is none, and unknown where only a part is known.
pub(super) fn field_of<'a>(of: &Cow<'a, Value>, key: &Arc<str>) -> Evaluated<'a> {
    let found = match of {
        Cow::Borrowed(value) => value.get_shared(key).map(Cow::Borrowed),
        Cow::Owned(value) => value.get_shared(key).cloned().map(Cow::Owned),
    };
    match (found, &**of) {
        (None, Value::Map(entries)) if entries.is_in_part() => Err(not_told(key)),
        (found, _) => Ok(found.unwrap_or_default()),
    }
}
