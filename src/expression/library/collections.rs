//! Lists: their distinct, sorted or flattened elements, their least, greatest and sum.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::super::functions::Function;
use super::super::tree::Arithmetic;
use super::super::{Budget, operate};
use crate::resource::{Failure, Value};

/// The functions of lists; null is as if it were empty.
pub(super) fn call(
    function: Function,
    list: &Value,
    separator: &Value,
    budget: &mut Budget,
) -> Result<Option<Value>, Failure> {
    let items: &[Value] = match list {
        Value::List(items) => items,
        Value::Null => &[],
        _ => return Ok(None),
    };
    budget.step(1 + items.len() as u64)?;
    match function {
        Function::Distinct => distinct(items, budget).map(Some),
        Function::Flatten => flatten(items, budget).map(Some),
        Function::Join => join(items, separator, budget),
        Function::Max => extreme(items, Ordering::Greater, budget),
        Function::Min => extreme(items, Ordering::Less, budget),
        Function::Sort => sort(items, budget),
        _ => sum(items, budget),
    }
}

/// The elements, each once. Texts and integers are remembered; for the rest each element is
/// compared with all that are kept, and pays for it.
fn distinct(items: &[Value], budget: &mut Budget) -> Result<Value, Failure> {
    let (mut texts, mut integers) = (HashSet::new(), HashSet::new());
    let simple = items.iter().all(|item| matches!(item, Value::String(_) | Value::Int(_)));
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        budget.allocate(2 * size_of::<Value>())?;
        let is_new = match item {
            Value::String(text) => {
                budget.scan(text.len())?;
                texts.insert(&**text)
            }
            Value::Int(integer) if simple => integers.insert(*integer),
            _ => is_new(&kept, item, budget)?,
        };
        if is_new {
            kept.push(item.clone());
        }
    }
    Ok(Value::List(kept.into()))
}

fn is_new(kept: &[Value], item: &Value, budget: &mut Budget) -> Result<bool, Failure> {
    for one in kept {
        budget.step(1)?;
        if operate::equal(one, item, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The elements of lists within, one level deep; what is no list stays.
fn flatten(items: &[Value], budget: &mut Budget) -> Result<Value, Failure> {
    let mut flat = Vec::new();
    for item in items {
        let inner = match item {
            Value::List(inner) => inner,
            other => std::slice::from_ref(other),
        };
        budget.allocate(size_of_val(inner))?;
        flat.extend_from_slice(inner);
    }
    Ok(Value::List(flat.into()))
}

fn join(items: &[Value], separator: &Value, budget: &mut Budget) -> Result<Option<Value>, Failure> {
    let separator = match separator {
        Value::Null => "",
        Value::String(separator) => separator,
        _ => return Ok(None),
    };
    let Some(texts) = items.iter().map(Value::as_str).collect::<Option<Vec<&str>>>() else {
        return Ok(None);
    };
    let bytes = texts.iter().map(|text| text.len() + separator.len() + size_of::<&str>());
    budget.allocate(bytes.fold(0, usize::saturating_add))?;
    Ok(Some(Value::string(texts.join(separator))))
}

/// The first element that comes before, or after, all others; `None` where two have no order.
fn extreme(
    items: &[Value],
    wanted: Ordering,
    budget: &mut Budget,
) -> Result<Option<Value>, Failure> {
    let Some((first, rest)) = items.split_first() else { return Ok(None) };
    let mut found = first;
    // One element alone must have an order as well.
    for item in rest.iter().chain([first]) {
        match operate::compare(item, found, budget)? {
            Some(order) if order == wanted => found = item,
            Some(_) => {}
            None => return Ok(None),
        }
    }
    Ok(Some(found.clone()))
}

/// The elements in order; `None` where two have none.
fn sort(items: &[Value], budget: &mut Budget) -> Result<Option<Value>, Failure> {
    let Some(first) = items.first() else { return Ok(Some(Value::List([].into()))) };
    let mut bytes = 0_usize;
    for item in items {
        bytes = bytes.saturating_add(item.as_str().map_or(0, str::len));
        // All have an order with the first only if they are of one kind, and then all have.
        if operate::compare(first, item, budget)?.is_none() {
            return Ok(None);
        }
    }
    // Comparing two texts takes as long as the shorter of them, and each level of the sort compares
    // each element a few times.
    let levels = u64::from(items.len().ilog2()) + 1;
    budget.step(levels.saturating_mul(2 * items.len() as u64 + bytes as u64 / 32))?;
    budget.allocate(2 * size_of_val(items))?;
    let mut sorted = items.to_vec();
    sorted.sort_by(|one, other| operate::order(one, other).unwrap_or(Ordering::Equal));
    Ok(Some(Value::List(sorted.into())))
}

fn sum(items: &[Value], budget: &mut Budget) -> Result<Option<Value>, Failure> {
    let summand =
        |item: &Value| matches!(item, Value::Int(_) | Value::Double(_) | Value::Duration(_));
    let Some((first, rest)) = items.split_first() else { return Ok(Some(Value::Int(0))) };
    if !items.iter().all(summand) {
        return Ok(None);
    }
    let mut sum = first.clone();
    for item in rest {
        let Some(more) = operate::arithmetic(Arithmetic::Add, &sum, item, budget)? else {
            return Ok(None);
        };
        sum = more;
    }
    Ok(Some(sum))
}
