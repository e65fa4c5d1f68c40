//! Functions of lists and maps: sizes, distinct, sorted or flattened elements, their least,
//! greatest and sum.

use std::cmp::Ordering;
use std::collections::HashSet;

use super::function::{Body, Computed, Doc, Form, Function};
use super::parameter::{Gives, LIST, ORDERED, SIZED, SUMMANDS, TEXT, TEXTS};
use crate::expression::EvalBudget;
use crate::expression::operate::{self, Arithmetic};
use crate::resource::{Failure, Value};

pub(super) static FUNCTIONS: [Function; 8] = [
    Function::new(
        (Form::Method, "distinct"),
        &[LIST.or_null()],
        Gives::Same,
        Body::Value(|[list, ..], budget| of_items(list, budget, distinct)),
        Doc {
            usage: "list.distinct()",
            description: "The elements of a list, each once, in the order of their first.",
            example: ("[2, 1, 2].distinct()", "[2, 1]"),
        },
    ),
    Function::new(
        (Form::Method, "flatten"),
        &[LIST.or_null()],
        Gives::Flat,
        Body::Value(|[list, ..], budget| of_items(list, budget, flatten)),
        Doc {
            usage: "list.flatten()",
            description: "The elements of the lists in a list, one level deep.",
            example: ("[[1], [2, 3], 4].flatten()", "[1, 2, 3, 4]"),
        },
    ),
    Function::new(
        (Form::Method, "join"),
        &[TEXTS.or_null(), TEXT.optional()],
        Gives::Joined,
        Body::Value(|[list, separator, _], budget| {
            of_items(list, budget, |items, budget| join(items, separator, budget))
        }),
        Doc {
            usage: "list.join(separator)",
            description: "The texts of a list as one, with a separator between them.",
            example: ("['a', 'b'].join('-')", "'a-b'"),
        },
    ),
    Function::new(
        (Form::Method, "max"),
        &[ORDERED],
        Gives::Element,
        Body::Value(|[list, ..], budget| {
            of_items(list, budget, |items, budget| extreme(items, Ordering::Greater, budget))
        }),
        Doc {
            usage: "list.max()",
            description: "The greatest element of a list, which must not be empty.",
            example: ("[1, 3, 2].max()", "3"),
        },
    ),
    Function::new(
        (Form::Method, "min"),
        &[ORDERED],
        Gives::Element,
        Body::Value(|[list, ..], budget| {
            of_items(list, budget, |items, budget| extreme(items, Ordering::Less, budget))
        }),
        Doc {
            usage: "list.min()",
            description: "The least element of a list, which must not be empty.",
            example: ("[2, 1, 3].min()", "1"),
        },
    ),
    Function::new(
        (Form::Either, "size"),
        &[SIZED.or_null()],
        Gives::Int,
        Body::Value(|[whole, ..], budget| size(whole, budget)),
        Doc {
            usage: "size(x)",
            description: "The characters of a text, or the elements of a list or map; 0 of null.",
            example: ("size('web') + [1, 2].size()", "5"),
        },
    )
    .zero_of_null()
    .of_parts()
    .at_least(0),
    Function::new(
        (Form::Method, "sort"),
        &[ORDERED.or_null()],
        Gives::Same,
        Body::Value(|[list, ..], budget| of_items(list, budget, sort)),
        Doc {
            usage: "list.sort()",
            description: "The elements of a list from the least to the greatest.",
            example: ("['b', 'a'].sort()", "['a', 'b']"),
        },
    ),
    Function::new(
        (Form::Method, "sum"),
        &[SUMMANDS.or_null()],
        Gives::Sum,
        Body::Value(|[list, ..], budget| of_items(list, budget, sum)),
        Doc {
            usage: "list.sum()",
            description: "The sum of the numbers or spans of time in a list; 0 of an empty one.",
            example: ("[1, 2, 3].sum()", "6"),
        },
    )
    .zero_of_null(),
];

/// Result for the elements of a list, of which null has none; `None` for what is no list.
fn of_items(
    list: &Value,
    budget: &mut EvalBudget,
    work: impl FnOnce(&[Value], &mut EvalBudget) -> Computed,
) -> Computed {
    let items: &[Value] = match list {
        Value::List(items) => items,
        Value::Null => &[],
        _ => return Ok(None),
    };
    budget.step(1 + items.len() as u64)?;
    work(items, budget)
}

/// The characters of a text, or the elements of a list or map.
fn size(value: &Value, budget: &mut EvalBudget) -> Computed {
    let size = match value {
        Value::Null => 0,
        Value::String(text) => {
            budget.scan(text.len())?;
            text.chars().count()
        }
        Value::List(items) => items.len(),
        Value::Map(entries) => {
            operate::whole(entries)?;
            entries.len()
        }
        _ => return Ok(None),
    };
    Ok(i64::try_from(size).ok().map(Value::Int))
}

/// The elements, each once. Texts and integers are remembered; for the rest each element is
/// compared with all that are kept, and pays for it.
fn distinct(items: &[Value], budget: &mut EvalBudget) -> Computed {
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
    Ok(Some(Value::List(kept.into())))
}

fn is_new(kept: &[Value], item: &Value, budget: &mut EvalBudget) -> Result<bool, Failure> {
    for one in kept {
        budget.step(1)?;
        if operate::equal(one, item, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The elements of lists within, one level deep; what is no list stays.
fn flatten(items: &[Value], budget: &mut EvalBudget) -> Computed {
    let mut flat = Vec::new();
    for item in items {
        let inner = match item {
            Value::List(inner) => inner,
            other => std::slice::from_ref(other),
        };
        budget.allocate(size_of_val(inner))?;
        flat.extend_from_slice(inner);
    }
    Ok(Some(Value::List(flat.into())))
}

fn join(items: &[Value], separator: &Value, budget: &mut EvalBudget) -> Computed {
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
fn extreme(items: &[Value], wanted: Ordering, budget: &mut EvalBudget) -> Computed {
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
fn sort(items: &[Value], budget: &mut EvalBudget) -> Computed {
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

fn sum(items: &[Value], budget: &mut EvalBudget) -> Computed {
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
