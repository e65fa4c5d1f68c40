//! Arguments in the wrong order: a constant that is plainly meant for the place of the other.
//!
//! A constant may well be asked for something that is observed: a list in a text for a name, a text
//! for the pattern of a policy. So it is told only where the constant has what the other cannot
//! have, or where the other is known to be whole.

use crate::diagnostic::Code;
use crate::expression::Problem;
use crate::expression::notation;
use crate::expression::operand::Operand;
use crate::expression::types::Texts;
use crate::resource::{Form, Part, Value};

/// Warning of a constant with wildcards that is held against something observed as its pattern.
pub(super) fn pattern(text: &Operand<'_>, pattern: &Operand<'_>) -> Option<Problem> {
    let constant = text.text().filter(|text| text.contains(['*', '?']))?;
    let known = observed(pattern)?;
    if !is_whole(known) && !is_of_resource(pattern) {
        return None;
    }
    let (shown, path) = (shown(constant), pattern.shown);
    let message = format!("`glob` takes the text before the pattern, and {shown} is the pattern");
    let problem = Problem::warning(text.span, Code::FixedComparison, message);
    Some(problem.help(format!("write `{path}.glob({shown})`")))
}

/// Warning of a constant that is searched for something observed that stands by itself.
pub(super) fn part(text: &Operand<'_>, part: &Operand<'_>, place: Part) -> Option<Problem> {
    let constant = text.text()?;
    let known = observed(part)?;
    // A text with several names in it is a list of them; ARNs have slashes and colons as well.
    let is_list = || match known.words {
        [] => constant.contains([',', ' ', ';', '|', '\n']),
        _ => {
            constant.contains(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))
        }
    };
    let admits = |form: &Form| form.admits(constant);
    if constant.is_empty() || !is_whole(known) || is_list() || known.forms().any(admits) {
        return None;
    }
    let (name, words) = match place {
        Part::Start => ("startsWith", "begins with"),
        Part::Within => ("contains", "contains"),
        Part::End => ("endsWith", "ends with"),
    };
    let (shown, path) = (shown(constant), part.shown);
    let message = format!("it is asked whether {shown} {words} all of `{path}`");
    let problem = Problem::warning(text.span, Code::FixedComparison, message);
    Some(problem.help(format!("write `{path}.{name}({shown})`")))
}

/// Warning of a single address that is asked for an observed range.
pub(super) fn address(outer: &Operand<'_>, inner: &Operand<'_>) -> Option<Problem> {
    let constant = outer.text().filter(|text| !text.contains('/'))?;
    let known = observed(inner)?;
    if !known.forms().any(|form| matches!(form, Form::Ipv4Range | Form::Ipv6Range)) {
        return None;
    }
    let (shown, path) = (shown(constant), inner.shown);
    let message = format!("{shown} is a single address, which holds no range but itself");
    let problem = Problem::warning(outer.span, Code::FixedComparison, message);
    Some(problem.help(format!(
        "write `cidrContains({path}, {shown})`, or a range with its length, as in `10.0.0.0/8`"
    )))
}

/// Warning of an observed address that is asked for a constant range.
pub(super) fn range(outer: &Operand<'_>, inner: &Operand<'_>) -> Option<Problem> {
    let constant = inner.text()?;
    let (_, length) = constant.split_once('/')?;
    let known = observed(outer)?;
    let is_address = |form: &Form| matches!(form, Form::Ipv4 | Form::Ipv6);
    if matches!(length, "32" | "128") || known.form.is_none() || !known.forms().all(is_address) {
        return None;
    }
    let (shown, path) = (shown(constant), outer.shown);
    let message = format!("`{path}` is a single address, which holds no range but itself");
    let problem = Problem::warning(outer.span, Code::FixedComparison, message);
    Some(problem.help(format!("write `cidrContains({shown}, {path})`")))
}

fn observed(operand: &Operand<'_>) -> Option<Texts> {
    operand.kind.texts().filter(|_| operand.constant.is_none())
}

/// `true` for names, ids and documented words, of which each text is a whole one without wildcards.
fn is_whole(known: Texts) -> bool {
    let is_part = |form: &Form| {
        matches!(form, Form::Action | Form::ArnPart | Form::Path | Form::Empty | Form::ConditionKey)
    };
    !known.words.is_empty() || known.form.is_some() && !known.forms().any(is_part)
}

/// `true` for a property of `resource` and for a tag: neither has wildcards.
fn is_of_resource(operand: &Operand<'_>) -> bool {
    let path = operand.shown.to_string();
    path.starts_with("resource.") || path.starts_with("tag(") || path.contains(".tag(")
}

fn shown(text: &str) -> String {
    notation::value(&Value::string(text))
}
