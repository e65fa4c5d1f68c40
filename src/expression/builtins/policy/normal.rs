//! Statements as values of one form, for expressions to look into.

use std::sync::Arc;

use super::document::{Condition, Effect, Principals, Statement, Texts, WITHOUT_VARIABLES};
use crate::expression::EvalBudget;
use crate::resource::{Failure, Value};

/// Bytes that the map of a statement, or of a condition, takes at most beside what is in it.
const BYTES_PER_MAP: usize = 1 << 10;

/// The statements of a document.
pub(super) fn list(
    statements: &[Statement<'_>],
    budget: &mut EvalBudget,
) -> Result<Value, Failure> {
    let mut made = Vec::new();
    for one in statements {
        budget.allocate(BYTES_PER_MAP)?;
        made.push(statement(one, budget)?);
    }
    Ok(Value::List(made.into()))
}

/// A statement; what it does not have is left out.
fn statement(one: &Statement<'_>, budget: &mut EvalBudget) -> Result<Value, Failure> {
    let effect = match one.effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
    };
    let is_bare = [&one.principal, &one.not_principal].into_iter().flatten().any(|it| it.is_bare);
    let mut conditions = Vec::new();
    for condition in &one.conditions {
        conditions.push(self::condition(condition, budget)?);
    }
    let mut entries = vec![
        ("Effect", Value::string(effect)),
        ("AnyPrincipal", Value::Bool(is_bare)),
        ("Condition", Value::List(conditions.into())),
    ];
    let has_sign = |list: &Option<Texts<'_>>| list.iter().flatten().any(|text| text.contains("${"));
    if one.is_without_variables && (has_sign(&one.resource) || has_sign(&one.not_resource)) {
        entries.push((WITHOUT_VARIABLES, Value::Bool(true)));
    }
    if let Some(sid) = &one.sid {
        entries.push(("Sid", Value::String(Arc::clone(sid))));
    }
    for (name, principals) in [("Principal", &one.principal), ("NotPrincipal", &one.not_principal)]
    {
        if let Some(principals) = principals {
            entries.push((name, self::principals(principals, budget)?));
        }
    }
    for (name, list) in [
        ("Action", &one.action),
        ("NotAction", &one.not_action),
        ("Resource", &one.resource),
        ("NotResource", &one.not_resource),
    ] {
        if let Some(list) = list {
            entries.push((name, texts(list, budget)?));
        }
    }
    Ok(Value::map(entries))
}

fn principals(principals: &Principals<'_>, budget: &mut EvalBudget) -> Result<Value, Failure> {
    budget.allocate(BYTES_PER_MAP)?;
    let mut of = Vec::new();
    for (kind, list) in &principals.of {
        of.push((Arc::clone(kind), texts(list, budget)?));
    }
    Ok(Value::map(of))
}

fn condition(condition: &Condition<'_>, budget: &mut EvalBudget) -> Result<Value, Failure> {
    budget.allocate(BYTES_PER_MAP)?;
    Ok(Value::map([
        ("Operator", Value::String(Arc::clone(condition.operator))),
        ("Key", Value::String(Arc::clone(&condition.key))),
        ("Values", texts(&condition.values, budget)?),
    ]))
}

fn texts(list: &Texts<'_>, budget: &mut EvalBudget) -> Result<Value, Failure> {
    budget.allocate(list.len().saturating_mul(size_of::<Value>()))?;
    Ok(Value::list(list.iter().map(|text| Value::String(Arc::clone(text)))))
}
