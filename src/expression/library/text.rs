//! Searching and matching in text, at a cost that is known before.

use regex::RegexBuilder;

use super::super::Budget;
use super::super::functions::Function;
use super::super::tree::Pattern;
use crate::resource::{Failure, Value};

/// Compiled sizes in bytes that a pattern is tried to fit in: the smallest tells its weight.
const PATTERN_SIZES: [usize; 9] =
    [1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15, 1 << 16, 1 << 17];

/// A compiled pattern, or why it is refused.
///
/// Matching takes time in proportion to the length of the text and, at worst, the size of the
/// pattern: a pattern's weight is the most steps that 64 bytes of text take, at 64 bytes of
/// compiled pattern a step.
pub(in super::super) fn pattern(source: &str) -> Result<Pattern, String> {
    for size in PATTERN_SIZES {
        match RegexBuilder::new(source).size_limit(size).dfa_size_limit(1 << 18).build() {
            Ok(regex) => return Ok(Pattern { regex, weight: size as u64 / 64 }),
            Err(regex::Error::CompiledTooBig(_)) => {}
            Err(other) => {
                let text = other.to_string();
                let last = text.lines().last().unwrap_or_default();
                return Err(format!(
                    "the pattern is wrong: {}",
                    last.trim_start_matches("error: ")
                ));
            }
        }
    }
    Err("the pattern is too large".to_owned())
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

/// `contains`, `startsWith` and `endsWith`.
pub(super) fn search(
    function: Function,
    text: &Value,
    part: &Value,
    budget: &mut Budget,
) -> Result<Option<Value>, Failure> {
    let (Some(text), Some(part)) = (text.as_str(), part.as_str()) else { return Ok(None) };
    Ok(Some(Value::Bool(match function {
        Function::StartsWith => {
            budget.scan(part.len())?;
            text.starts_with(part)
        }
        Function::EndsWith => {
            budget.scan(part.len())?;
            text.ends_with(part)
        }
        _ => {
            // Texts that nearly match are searched at an eighth of the pace of others.
            budget.scan(text.len().saturating_mul(8))?;
            text.contains(part)
        }
    })))
}

/// A to Z as a to z.
pub(super) fn lower(text: &Value, budget: &mut Budget) -> Result<Option<Value>, Failure> {
    let Some(text) = text.as_str() else { return Ok(None) };
    budget.allocate(text.len())?;
    Ok(Some(Value::string(text.to_ascii_lowercase())))
}

/// Whether a text is as a pattern says, where `*` stands for any characters and `?` for one.
pub(super) fn glob(
    text: &Value,
    pattern: &Value,
    budget: &mut Budget,
) -> Result<Option<Value>, Failure> {
    let (Some(text), Some(pattern)) = (text.as_str(), pattern.as_str()) else { return Ok(None) };
    is_like(text, pattern, budget).map(|is_like| Some(Value::Bool(is_like)))
}

/// [`glob`] over texts.
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
