//! What is asked about a policy: names of actions, and resources by their ARN.
//!
//! What is neither is in no policy, so that `false` would be the answer for ever. A constant is
//! refused before evaluation, and of anything else there is no answer.

use super::super::network;
use super::document::quoted;
use crate::diagnostic::Code;
use crate::expression::documented;
use crate::expression::operand::{Operand, TOLD};
use crate::expression::operate::no_value;
use crate::expression::span::Span;
use crate::expression::{EvalBudget, Problem, notation};
use crate::resource::{Failure, Form, Value};

/// Refuses what can be none of the names that it stands for.
pub(super) fn check(
    action: &str,
    resource: Option<&str>,
    budget: &mut EvalBudget,
) -> Result<(), Failure> {
    budget.scan(action.len() + resource.map_or(0, str::len))?;
    if !is_action(action) {
        return Err(no_value(format!("{} is no action of IAM", quoted(action))));
    }
    match resource {
        Some(resource) if !is_resource(resource) => {
            Err(no_value(format!("{} is no ARN of a resource", quoted(resource))))
        }
        _ => Ok(()),
    }
}

/// Refuses constants among the arguments of `allowsAction`, and warns about actions that AWS does not
/// document: a slip in one is allowed by no policy that names the right one.
pub(super) fn check_action(arguments: &[Operand<'_>], problems: &mut Vec<Problem>) {
    let mut refuse = |at: usize, is_one: fn(&str) -> bool, what: &str, help: fn(&str) -> String| {
        let Some(argument) = arguments.get(at) else { return };
        let texts = argument.each().filter_map(|(value, at)| Some((value.as_str()?, at)));
        problems.extend(texts.filter(|(text, _)| !is_one(text)).take(TOLD).map(|(text, at)| {
            let message = format!("`{text}` is no {what}");
            Problem::error(at, Code::WrongValue, message).help(help(text))
        }));
    };
    refuse(1, is_action, "action of IAM", action_meant);
    refuse(2, is_resource, "ARN of a resource", resource_meant);
    let actions = arguments.get(1).into_iter().flat_map(Operand::texts);
    let actions = actions.filter(|(text, _)| is_action(text));
    problems
        .extend(actions.filter_map(|(text, at)| documented::unknown_action(text, at)).take(TOLD));
    problems.extend(arguments.get(2).and_then(nameless));
}

/// Warning of a name, an id or the like where an ARN is needed, of which there is no answer.
fn nameless(resource: &Operand<'_>) -> Option<Problem> {
    let known = resource.kind.texts()?;
    let form = known.form.filter(|_| resource.constant.is_none())?;
    let is_arn = |form: &Form| {
        matches!(form, Form::Arn | Form::ArnOf(_) | Form::KeyArn | Form::Principal | Form::Action)
    };
    if known.forms().any(is_arn) {
        return None;
    }
    let path = resource.shown.to_string();
    let message = format!("`{path}` is no ARN of a resource: it is {}", form.words());
    let problem = Problem::warning(resource.span, Code::FixedComparison, message);
    Some(problem.help(match path.strip_suffix(".BucketName") {
        Some(of) => format!("write `{of}.Arn`, or of its objects `{of}.Arn + \"/*\"`"),
        None => "write the whole ARN, such as `resource.Arn`".to_owned(),
    }))
}

/// Warns of constants that are no key of a condition: the form of each is a service, or a provider,
/// and a name with `:` between them ("IAM JSON policy elements: Condition", November 2026). The case
/// of keys does not matter.
pub(super) fn check_key(arguments: &[Operand<'_>], problems: &mut Vec<Problem>) {
    let Some(argument) = arguments.get(1) else { return };
    let texts = argument.each().filter_map(|(value, at)| Some((value.as_str()?, at)));
    problems.extend(texts.filter_map(|(text, at)| odd_key(text, at)).take(TOLD));
}

/// Warning of a text that is no key of a condition.
fn odd_key(text: &str, at: Span) -> Option<Problem> {
    let shown = notation::value(&Value::string(text));
    let trimmed = text.trim();
    let help = if trimmed != text {
        format!("write {}", quoted(trimmed))
    } else if Form::ConditionOperator.admits(text) {
        format!("name a key, or ask `s.Condition.exists(c, c.Operator == {shown})`")
    } else if !text.contains(':') {
        "write it with its service, as in `aws:SourceArn`".to_owned()
    } else {
        return None;
    };
    let message = format!("{shown} is never the key of a condition");
    Some(Problem::warning(at, Code::FixedComparison, message).help(help))
}

/// `true` for `*`, and for a service and a name with `:` between them (IAM User Guide, "IAM JSON
/// policy elements: Action", November 2026). `*` is a service as well, and a name may have
/// wildcards.
fn is_action(text: &str) -> bool {
    let Some((service, name)) = text.split_once(':') else { return text == "*" };
    let is_service = !service.is_empty()
        && service.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'?' | b'-'));
    (is_service && !service.eq_ignore_ascii_case("arn") || service == "*") && is_name
}

/// `true` for `*`, and for an ARN, of which wildcards may stand for several parts.
fn is_resource(text: &str) -> bool {
    let is_arn = || network::split(text).is_some() || text.contains(['*', '?']);
    text == "*" || text.starts_with("arn:") && is_arn() && text.trim() == text
}

fn action_meant(text: &str) -> String {
    const SUFFIX: &str = ".amazonaws.com:";
    if text.starts_with("arn:") {
        return "the action comes before the resource: `allowsAction(policy, action, resource)`"
            .to_owned();
    }
    let meant = text.trim().replace(SUFFIX, ":");
    if is_action(&meant) {
        return format!("write `{meant}`");
    }
    "write the service and the name, such as `iam:PassRole`".to_owned()
}

fn resource_meant(text: &str) -> String {
    let meant = text.trim();
    if is_resource(meant) {
        return format!("write `{meant}`");
    }
    if is_action(meant) {
        return "the resource comes behind the one action: `allowsAction(policy, action, resource)`".to_owned();
    }
    "write the whole ARN, such as `arn:aws:s3:::logs/*`, or `*`".to_owned()
}
