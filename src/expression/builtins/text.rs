//! Functions of text: searching, matching and cutting it, at a cost that is known before.

use super::function::{Arguments, Body, Computed, Doc, Form, Function};
use super::parameter::{ANY, Gives, INTEGER, SEQUENCE, TEXT};
use super::swapped;
use crate::expression::operand::Operand;
use crate::expression::pattern::Pattern;
use crate::expression::types::{Case, Type};
use crate::expression::{EvalBudget, Problem, documented, operate};
use crate::resource::{Failure, Part, Value};

pub(super) static FUNCTIONS: [Function; 12] = [
    Function::new(
        (Form::Method, "contains"),
        &[TEXT, TEXT],
        Gives::Bool,
        Body::Value(|[text, part, _], budget| match (text, part) {
            (Value::String(text), Value::String(part)) => {
                contains(text, part, budget).map(Value::Bool).map(Some)
            }
            _ => Ok(None),
        }),
        Doc {
            usage: "text.contains(part)",
            description: "Whether a text has a part.",
            example: ("'web-1'.contains('b-')", "true"),
        },
    )
    .checked(|arguments, problems| check_part(arguments, Part::Within, problems))
    .advised(|given| match given {
        Type::List(_) => Some("for an element of a list write `... in list`"),
        _ => None,
    }),
    Function::new(
        (Form::Method, "endsWith"),
        &[TEXT, TEXT],
        Gives::Bool,
        Body::Value(|arguments, budget| {
            of_ends(arguments, budget, |text, end| text.ends_with(end))
        }),
        Doc {
            usage: "text.endsWith(part)",
            description: "Whether a text ends with a part.",
            example: ("'web-1'.endsWith('-1')", "true"),
        },
    )
    .checked(|arguments, problems| check_part(arguments, Part::End, problems)),
    Function::new(
        (Form::Either, "glob"),
        &[TEXT, TEXT],
        Gives::Bool,
        Body::Value(|[text, pattern, _], budget| match (text, pattern) {
            (Value::String(text), Value::String(pattern)) => {
                is_like(text, pattern, budget).map(Value::Bool).map(Some)
            }
            _ => Ok(None),
        }),
        Doc {
            usage: "glob(text, pattern)",
            description: "Whether a whole text is as a pattern says, where `*` stands for any \
                          characters and `?` for one.",
            example: ("glob('web-1', 'web-*')", "true"),
        },
    )
    .checked(|arguments, problems| {
        if let [observed, pattern, ..] = arguments {
            documented::check_glob(observed, pattern, problems);
            problems.extend(swapped::pattern(observed, pattern));
        }
    }),
    Function::new(
        (Form::Method, "indexOf"),
        &[SEQUENCE, ANY.or_null()],
        Gives::Int,
        Body::Value(|[whole, part, _], budget| match (whole, part) {
            (Value::List(items), part) => position(items, part, budget).map(Some),
            (Value::String(text), Value::String(part)) => {
                search(text, budget)?;
                let before = text.find(&**part).and_then(|at| text.get(..at));
                Ok(Some(count(before.map(|before| before.chars().count()))))
            }
            _ => Ok(None),
        }),
        Doc {
            usage: "x.indexOf(part)",
            description: "Where a part of a text, or an element of a list, is first, counted from \
                          0; -1 where it is nowhere.",
            example: ("'web-1'.indexOf('-')", "3"),
        },
    )
    .at_least(-1),
    Function::new(
        (Form::Method, "lowerAscii"),
        &[TEXT],
        Gives::InCase(Case::Lower),
        Body::Value(|arguments, budget| changed(arguments, budget, str::to_ascii_lowercase)),
        Doc {
            usage: "text.lowerAscii()",
            description: "A text with A to Z as a to z.",
            example: ("'Web-1'.lowerAscii()", "'web-1'"),
        },
    ),
    Function::new(
        (Form::Either, "matches"),
        &[TEXT, TEXT],
        Gives::Bool,
        Body::Search(Pattern::is_found_in),
        Doc {
            usage: "text.matches(pattern)",
            description: "Whether a regular expression, of RE2, is found in a text; it must stand \
                          there as a string.",
            example: ("'web-1'.matches('^web-[0-9]+$')", "true"),
        },
    )
    .checked(|arguments, problems| {
        if let [observed, pattern, ..] = arguments {
            documented::check_pattern(observed, pattern, problems);
        }
    }),
    Function::new(
        (Form::Method, "replace"),
        &[TEXT, TEXT, TEXT],
        Gives::String,
        Body::Value(|[text, part, by], budget| match (text, part, by) {
            (Value::String(text), Value::String(part), Value::String(by)) => {
                replace(text, part, by, budget).map(Some)
            }
            _ => Ok(None),
        }),
        Doc {
            usage: "text.replace(part, by)",
            description: "A text with every occurrence of a part replaced.",
            example: ("'a.b.c'.replace('.', '-')", "'a-b-c'"),
        },
    ),
    Function::new(
        (Form::Method, "split"),
        &[TEXT, TEXT],
        Gives::Strings,
        Body::Value(|[text, separator, _], budget| match (text, separator) {
            (Value::String(text), Value::String(separator)) => {
                split(text, separator, budget).map(Some)
            }
            _ => Ok(None),
        }),
        Doc {
            usage: "text.split(separator)",
            description: "The parts of a text between separators; its characters where the \
                          separator is empty.",
            example: ("'a,b'.split(',')", "['a', 'b']"),
        },
    ),
    Function::new(
        (Form::Method, "startsWith"),
        &[TEXT, TEXT],
        Gives::Bool,
        Body::Value(|arguments, budget| {
            of_ends(arguments, budget, |text, start| text.starts_with(start))
        }),
        Doc {
            usage: "text.startsWith(part)",
            description: "Whether a text starts with a part.",
            example: ("'web-1'.startsWith('web')", "true"),
        },
    )
    .checked(|arguments, problems| check_part(arguments, Part::Start, problems)),
    Function::new(
        (Form::Method, "substring"),
        &[TEXT, INTEGER, INTEGER.optional()],
        Gives::String,
        Body::Value(|[text, start, end], budget| match text {
            Value::String(text) => substring(text, start, end, budget),
            _ => Ok(None),
        }),
        Doc {
            usage: "text.substring(start, end)",
            description: "The characters from one position up to another, or to the end; \
                          positions count from 0.",
            example: ("'web-1'.substring(4)", "'1'"),
        },
    ),
    Function::new(
        (Form::Method, "trim"),
        &[TEXT],
        Gives::String,
        Body::Value(|arguments, budget| changed(arguments, budget, |text| text.trim().to_owned())),
        Doc {
            usage: "text.trim()",
            description: "A text without the white space around it.",
            example: ("' web '.trim()", "'web'"),
        },
    ),
    Function::new(
        (Form::Method, "upperAscii"),
        &[TEXT],
        Gives::InCase(Case::Upper),
        Body::Value(|arguments, budget| changed(arguments, budget, str::to_ascii_uppercase)),
        Doc {
            usage: "text.upperAscii()",
            description: "A text with a to z as A to Z.",
            example: ("'web-1'.upperAscii()", "'WEB-1'"),
        },
    ),
];

/// Warns about a part that what is searched never has.
fn check_part(arguments: &[Operand<'_>], place: Part, problems: &mut Vec<Problem>) {
    if let [observed, part, ..] = arguments {
        documented::check_part(observed, part, place, problems);
        problems.extend(swapped::part(observed, part, place));
    }
}

/// Another text in the place of one, of at most its length.
fn changed(
    [text, ..]: Arguments<'_>,
    budget: &mut EvalBudget,
    change: impl FnOnce(&str) -> String,
) -> Computed {
    let Some(text) = text.as_str() else { return Ok(None) };
    budget.allocate(text.len())?;
    Ok(Some(Value::string(change(text))))
}

/// An answer about the start or the end of a text.
fn of_ends(
    [text, part, _]: Arguments<'_>,
    budget: &mut EvalBudget,
    holds: impl FnOnce(&str, &str) -> bool,
) -> Computed {
    let (Some(text), Some(part)) = (text.as_str(), part.as_str()) else { return Ok(None) };
    budget.scan(part.len())?;
    Ok(Some(Value::Bool(holds(text, part))))
}

/// Texts that nearly match are searched at an eighth of the pace of others.
fn search(text: &str, budget: &mut EvalBudget) -> Result<(), Failure> {
    budget.scan(text.len().saturating_mul(8))
}

/// A position; -1 where there is none.
fn count(position: Option<usize>) -> Value {
    Value::Int(position.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1))
}

/// `true` where a text has a part.
pub(super) fn contains(text: &str, part: &str, budget: &mut EvalBudget) -> Result<bool, Failure> {
    search(text, budget)?;
    Ok(text.contains(part))
}

/// Where an equal element of a list is first.
fn position(items: &[Value], wanted: &Value, budget: &mut EvalBudget) -> Result<Value, Failure> {
    for (at, item) in items.iter().enumerate() {
        budget.step(1)?;
        if operate::equal(item, wanted, budget)? {
            return Ok(count(Some(at)));
        }
    }
    Ok(count(None))
}

fn split(text: &str, separator: &str, budget: &mut EvalBudget) -> Result<Value, Failure> {
    search(text, budget)?;
    let mut parts = Vec::new();
    let mut push = |part: &str| {
        // A text of its own has two counters before its bytes.
        budget.allocate(2 * size_of::<Value>() + part.len())?;
        parts.push(Value::string(part));
        Ok(())
    };
    if separator.is_empty() {
        let mut utf8 = [0; 4];
        text.chars().try_for_each(|c| push(c.encode_utf8(&mut utf8)))?;
    } else {
        text.split(separator).try_for_each(push)?;
    }
    Ok(Value::List(parts.into()))
}

fn replace(text: &str, part: &str, by: &str, budget: &mut EvalBudget) -> Result<Value, Failure> {
    search(text, budget)?;
    let more = text.matches(part).count().saturating_mul(by.len());
    budget.allocate(text.len().saturating_add(more))?;
    Ok(Value::string(text.replace(part, by)))
}

/// The characters from one position up to another; `None` where there are not so many.
fn substring(text: &str, start: &Value, end: &Value, budget: &mut EvalBudget) -> Computed {
    // Characters are counted one by one, at a quarter of the pace of a search for one byte.
    budget.scan(text.len().saturating_mul(4))?;
    let at = |position: &Value| match position {
        Value::Int(position) => {
            let position = usize::try_from(*position).ok()?;
            let bounds = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            bounds.into_iter().nth(position)
        }
        _ => None,
    };
    let end = if end.is_null() { Some(text.len()) } else { at(end) };
    let (Some(start), Some(end)) = (at(start), end) else { return Ok(None) };
    let Some(part) = text.get(start..end) else { return Ok(None) };
    budget.allocate(part.len())?;
    Ok(Some(Value::string(part)))
}

/// `true` where a text is as a pattern says, where `*` stands for any characters and `?` for one.
pub(in crate::expression) fn is_like(
    text: &str,
    pattern: &str,
    budget: &mut EvalBudget,
) -> Result<bool, Failure> {
    let (mut text, mut pattern) = (text.chars(), pattern.chars());
    // Behind the last `*`: the pattern from there, and the text that it is tried on next.
    let mut retry = None;
    let mut rounds = 0_u32;
    loop {
        rounds += 1;
        if rounds % 16 == 1 {
            budget.step(1)?;
        }
        let mut rest = text.clone();
        match (pattern.next(), rest.next()) {
            (Some('*'), _) => {
                retry = Some((pattern.clone(), text.clone()));
                continue;
            }
            (Some('?'), Some(_)) => {
                text = rest;
                continue;
            }
            (Some(wanted), Some(found)) if wanted == found => {
                text = rest;
                continue;
            }
            (None, None) => return Ok(true),
            _ => {}
        }
        let Some((behind, from)) = &mut retry else { return Ok(false) };
        if from.next().is_none() {
            return Ok(false);
        }
        pattern = behind.clone();
        text = from.clone();
    }
}
