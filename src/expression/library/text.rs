//! Searching, matching and cutting text, at a cost that is known before.

use regex::{Regex, RegexBuilder};

use super::super::functions::Function;
use super::super::tree::Pattern;
use super::super::{Budget, operate};
use crate::resource::{Failure, Value};

/// The largest compiled size of a pattern, in bytes.
pub(in super::super) const LARGEST_PATTERN: usize = 1 << 17;

/// Smaller sizes that a pattern is tried to fit in: the first that does tells its weight.
const PATTERN_SIZES: [usize; 8] =
    [1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15, 1 << 16];

/// A compiled pattern, or why it is refused.
///
/// Matching takes time in proportion to the length of the text and, at worst, the size of the
/// pattern: a pattern's weight is the most steps that 64 bytes of text take, at 64 bytes of
/// compiled pattern a step. What is too large is refused after one attempt. Each size is twice the
/// one before and an attempt ends where its size is reached, so that all of them together take
/// about as long as two of the last.
pub(in super::super) fn pattern(source: &str) -> Result<Pattern, String> {
    let largest = build(source, LARGEST_PATTERN).map_err(|error| refusal(&error))?;
    let fitting = PATTERN_SIZES
        .into_iter()
        .find_map(|size| build(source, size).ok().map(|regex| (regex, size)));
    let (regex, size) = fitting.unwrap_or((largest, LARGEST_PATTERN));
    Ok(Pattern { regex, weight: size as u64 / 64, size })
}

fn build(source: &str, size: usize) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source).size_limit(size).dfa_size_limit(1 << 18).build()
}

fn refusal(error: &regex::Error) -> String {
    if let regex::Error::CompiledTooBig(_) = error {
        return "the pattern is too large".to_owned();
    }
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    format!("the pattern is wrong: {}", last.trim_start_matches("error: "))
}

/// Whether a pattern is found in a text.
pub(in super::super) fn matches(
    text: &str,
    pattern: &Pattern,
    budget: &mut Budget,
) -> Result<bool, Failure> {
    budget.step(1 + text.len() as u64 * pattern.weight / 64)?;
    Ok(pattern.regex.is_match(text))
}

/// The functions of text; `indexOf` also of lists.
pub(super) fn call(
    function: Function,
    [one, two, three]: [&Value; 3],
    budget: &mut Budget,
) -> Result<Option<Value>, Failure> {
    if let (Function::IndexOf, Value::List(items)) = (function, one) {
        return position(items, two, budget).map(Some);
    }
    let Some(text) = one.as_str() else { return Ok(None) };
    if function == Function::Substring {
        return substring(text, two, three, budget);
    }
    let part = match (function, two) {
        (_, Value::String(part)) => &**part,
        (Function::LowerAscii | Function::Trim | Function::UpperAscii, _) => "",
        _ => return Ok(None),
    };
    Ok(Some(match function {
        Function::LowerAscii => {
            budget.allocate(text.len())?;
            Value::string(text.to_ascii_lowercase())
        }
        Function::UpperAscii => {
            budget.allocate(text.len())?;
            Value::string(text.to_ascii_uppercase())
        }
        Function::Trim => {
            budget.allocate(text.len())?;
            Value::string(text.trim())
        }
        Function::Glob => Value::Bool(is_like(text, part, budget)?),
        Function::Split => split(text, part, budget)?,
        Function::Replace => {
            let Some(by) = three.as_str() else { return Ok(None) };
            replace(text, part, by, budget)?
        }
        Function::IndexOf => {
            search(text, budget)?;
            let before = text.find(part).and_then(|at| text.get(..at));
            count(before.map(|before| before.chars().count()))
        }
        _ => Value::Bool(has(function, text, part, budget)?),
    }))
}

/// Texts that nearly match are searched at an eighth of the pace of others.
fn search(text: &str, budget: &mut Budget) -> Result<(), Failure> {
    budget.scan(text.len().saturating_mul(8))
}

/// A position; -1 where there is none.
fn count(position: Option<usize>) -> Value {
    Value::Int(position.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1))
}

/// `contains`, `startsWith` and `endsWith`.
fn has(function: Function, text: &str, part: &str, budget: &mut Budget) -> Result<bool, Failure> {
    Ok(match function {
        Function::StartsWith => {
            budget.scan(part.len())?;
            text.starts_with(part)
        }
        Function::EndsWith => {
            budget.scan(part.len())?;
            text.ends_with(part)
        }
        _ => contains(text, part, budget)?,
    })
}

/// Whether a text has a part.
pub(super) fn contains(text: &str, part: &str, budget: &mut Budget) -> Result<bool, Failure> {
    search(text, budget)?;
    Ok(text.contains(part))
}

/// Where an equal element of a list is first.
fn position(items: &[Value], wanted: &Value, budget: &mut Budget) -> Result<Value, Failure> {
    for (at, item) in items.iter().enumerate() {
        budget.step(1)?;
        if operate::equal(item, wanted, budget)? {
            return Ok(count(Some(at)));
        }
    }
    Ok(count(None))
}

fn split(text: &str, separator: &str, budget: &mut Budget) -> Result<Value, Failure> {
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

fn replace(text: &str, part: &str, by: &str, budget: &mut Budget) -> Result<Value, Failure> {
    search(text, budget)?;
    let more = text.matches(part).count().saturating_mul(by.len());
    budget.allocate(text.len().saturating_add(more))?;
    Ok(Value::string(text.replace(part, by)))
}

/// The characters from one position up to another; `None` where there are not so many.
fn substring(
    text: &str,
    start: &Value,
    end: &Value,
    budget: &mut Budget,
) -> Result<Option<Value>, Failure> {
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

/// Whether a text is as a pattern says, where `*` stands for any characters and `?` for one.
pub(in crate::expression) fn is_like(
    text: &str,
    pattern: &str,
    budget: &mut Budget,
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
