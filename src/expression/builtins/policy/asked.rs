//! What is asked about a policy: names of actions, and resources by their ARN.
//!
//! What is neither is in no policy, so that `false` would be the answer for ever. A constant is
//! refused before evaluation, and of anything else there is no answer.

use super::super::network;
use super::document::quoted;
use crate::diagnostic::Code;
use crate::expression::documented::{self, TOLD};
use crate::expression::operand::Operand;
use crate::expression::operate::no_value;
use crate::expression::{EvalBudget, Problem};
use crate::resource::Failure;

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
        if let Some(text) = argument.text().filter(|text| !is_one(text)) {
            let message = format!("`{text}` is no {what}");
            let problem = Problem::error(argument.span, Code::WrongValue, message);
            problems.push(problem.help(help(text)));
        }
    };
    refuse(1, is_action, "action of IAM", action_meant);
    refuse(2, is_resource, "ARN of a resource", resource_meant);
    let actions = arguments.get(1).into_iter().flat_map(Operand::texts);
    let actions = actions.filter(|(text, _)| is_action(text));
    problems
        .extend(actions.filter_map(|(text, at)| documented::unknown_action(text, at)).take(TOLD));
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
