//! Functions of IAM policy documents, and what those grant.
//!
//! A document is read into statements of one form first (`document`), whatever it was written as;
//! each question is then asked of statements. What is no policy document has no answer: it is
//! unknown for the resource that it belongs to, and never `false`. Null has no statement.

mod asked;
mod demands;
mod document;
mod federation;
mod grants;
mod normal;
mod pattern;
mod public;
mod transport;

use self::document::Statement;
use super::function::{Arguments, Body, Computed, Doc, Form, Function};
use super::parameter::{Gives, POLICY, Parameter, TEXT};
use crate::expression::EvalBudget;
use crate::resource::{Failure, Value};

const ONE: &[Parameter] = &[POLICY.or_null()];
const ONE_AND_TEXT: &[Parameter] = &[POLICY.or_null(), TEXT];

/// A policy, an action, and a resource that may be left out.
const ACTION: &[Parameter] = &[POLICY.or_null(), TEXT, TEXT.optional()];

pub(super) static FUNCTIONS: [Function; 10] = [
    Function::new(
        (Form::Either, "admitsAnyLogin"),
        ONE,
        Gives::Bool,
        Body::Value(|arguments, budget| holds(arguments, budget, federation::admits_any_login)),
        Doc {
            usage: "admitsAnyLogin(policy)",
            description: "Whether a statement lets in federated logins and no condition says \
                          whose. Of a provider that serves everybody, such as GitHub, a claim \
                          has to name somebody (`sub` of `repo:acme/*`); of one's own any \
                          claim will do.",
            example: (
                "admitsAnyLogin({'Effect': 'Allow', 'Action': 'sts:AssumeRoleWithWebIdentity', \
                 'Principal': {'Federated': 'accounts.google.com'}})",
                "true",
            ),
        },
    ),
    Function::new(
        (Form::Either, "allowsAction"),
        ACTION,
        Gives::Bool,
        Body::Value(|[policy, action, resource], budget| {
            with_statements(policy, budget, |statements, budget| {
                let Some(action) = action.as_str() else { return Ok(None) };
                let resource = resource.as_str();
                asked::check(action, resource, budget)?;
                let allows = grants::allows_action(statements, action, resource, budget)?;
                Ok(Some(Value::Bool(allows)))
            })
        }),
        Doc {
            usage: "allowsAction(policy, action, resource)",
            description: "Whether a statement allows an action, on a resource where one is \
                          named: in any case, by a wildcard, or since `NotAction` or \
                          `NotResource` does not name it. Of `s3:*`, or of `arn:aws:s3:::logs/*`, \
                          a statement must allow all: ask for single actions where none is to be \
                          allowed. It is unknown where a policy variable such as \
                          `${aws:username}` decides, which documents of version `2008-10-17` \
                          have none of. `Deny` and conditions do not count.",
            example: (
                "allowsAction({'Effect': 'Allow', 'Action': 'IAM:pass*', 'Resource': '*'}, \
                 'iam:PassRole')",
                "true",
            ),
        },
    )
    .checked(asked::check_action),
    Function::new(
        (Form::Either, "allowsAll"),
        ONE,
        Gives::Bool,
        Body::Value(|arguments, budget| holds(arguments, budget, grants::allows_all)),
        Doc {
            usage: "allowsAll(policy)",
            description: "Whether a statement allows all actions, `*` or `*:*`, on all \
                          resources, `*`, or says so by other wildcards (`**`, `arn:*`); \
                          `NotAction` and conditions do not count.",
            example: ("allowsAll({'Effect': 'Allow', 'Action': '*', 'Resource': '*'})", "true"),
        },
    )
    .kept(),
    Function::new(
        (Form::Either, "demandsValue"),
        ONE_AND_TEXT,
        Gives::Bool,
        Body::Value(|arguments, budget| holds_with(arguments, budget, demands::demands_value)),
        Doc {
            usage: "demandsValue(statement, key)",
            description: "Whether what a statement allows it allows for some values of a key \
                          alone: by `StringEquals`, `StringLike` or `ArnLike`, with more than \
                          wildcards. `hasCondition` is true of every operator, \
                          `StringNotEquals` and `Null` among them.",
            example: (
                "demandsValue({'Effect': 'Allow', 'Action': 'sts:AssumeRole', 'Condition': \
                 {'StringNotEquals': {'sts:ExternalId': 'x'}}}, 'sts:ExternalId')",
                "false",
            ),
        },
    )
    .checked(asked::check_key),
    Function::new(
        (Form::Either, "deniesInsecureTransport"),
        ONE_AND_TEXT,
        Gives::Bool,
        Body::Value(|arguments, budget| holds_with(arguments, budget, transport::denies_insecure)),
        Doc {
            usage: "deniesInsecureTransport(policy, bucket)",
            description: "Whether everybody is denied all S3 actions without TLS on a bucket, by \
                          ARN or name, and on its objects, also by a `NotAction` or `NotResource` \
                          that leaves none of them out.",
            example: (
                "deniesInsecureTransport({'Effect': 'Deny', 'Principal': '*', 'Action': 's3:*', \
                 'Resource': ['arn:aws:s3:::logs', 'arn:aws:s3:::logs/*'], \
                 'Condition': {'Bool': {'aws:SecureTransport': 'false'}}}, 'logs')",
                "true",
            ),
        },
    )
    .lacking(|arguments, budget| lack(arguments, budget, transport::lack)),
    Function::new(
        (Form::Either, "hasCondition"),
        ONE_AND_TEXT,
        Gives::Bool,
        Body::Value(|arguments, budget| holds_with(arguments, budget, grants::has_condition)),
        Doc {
            usage: "hasCondition(statement, key)",
            description: "Whether a statement has a condition on a key, whose case does not \
                          matter.",
            example: (
                "hasCondition({'Effect': 'Allow', 'Action': 'sts:AssumeRole', \
                 'Condition': {'StringEquals': {'sts:ExternalId': 'x'}}}, 'STS:externalid')",
                "true",
            ),
        },
    )
    .checked(asked::check_key),
    Function::new(
        (Form::Either, "hasWildcardPrincipal"),
        ONE,
        Gives::Bool,
        Body::Value(|arguments, budget| {
            holds(arguments, budget, |statements, _| {
                Ok(statements.iter().any(Statement::is_for_all))
            })
        }),
        Doc {
            usage: "hasWildcardPrincipal(statement)",
            description: "Whether a statement is about everybody: its principal is `*`, or `*` \
                          among those of AWS, or it allows all but those of `NotPrincipal`.",
            example: (
                "hasWildcardPrincipal({'Effect': 'Allow', 'Principal': {'AWS': '*'}, \
                 'Action': 's3:*'})",
                "true",
            ),
        },
    ),
    Function::new(
        (Form::Either, "isPublic"),
        ONE,
        Gives::Bool,
        Body::Value(|arguments, budget| holds(arguments, budget, public::is_public)),
        Doc {
            usage: "isPublic(policy)",
            description: "Whether a statement allows everybody something, by what S3 documents \
                          as the meaning of public: no condition holds it to fixed values.",
            example: (
                "isPublic({'Effect': 'Allow', 'Principal': '*', 'Action': 's3:GetObject', \
                 'Condition': {'StringEquals': {'aws:SourceVpce': 'vpce-1a2b3c4d'}}})",
                "false",
            ),
        },
    )
    .kept(),
    Function::new(
        (Form::Either, "principalAccounts"),
        ONE,
        Gives::Accounts,
        Body::Value(|arguments, budget| of_statements(arguments, budget, grants::accounts)),
        Doc {
            usage: "principalAccounts(statement)",
            description: "The accounts that the AWS principals of a statement belong to, each \
                          once; services and identity providers belong to none. It is unknown \
                          where a principal names no account: `*`, also of a `Deny`, the id of \
                          one that was deleted, an origin access identity, a canonical user, \
                          `NotPrincipal`. Ask it of the statements that allow, and \
                          `hasWildcardPrincipal` before it.",
            example: (
                "principalAccounts({'Effect': 'Allow', 'Action': 'sts:AssumeRole', \
                 'Principal': {'AWS': 'arn:aws:iam::123456789012:root'}})",
                "['123456789012']",
            ),
        },
    ),
    Function::new(
        (Form::Global, "statements"),
        ONE,
        Gives::Statements,
        Body::Value(|arguments, budget| of_statements(arguments, budget, normal::list)),
        Doc {
            usage: "statements(policy)",
            description: "The statements of a policy in one form: `Action`, `Resource` and the \
                          principals of each kind are lists, `Condition` is a list of \
                          `Operator`, `Key` in lower case and `Values`, and `AnyPrincipal` says \
                          that the principal was written as `\"*\"`.",
            example: (
                "statements('{\"Statement\": {\"Effect\": \"Allow\", \"Action\": \
                 \"s3:*\"}}')[0].Action",
                "['s3:*']",
            ),
        },
    )
    .kept(),
];

/// What is said of the statements of a document, which may be given as text.
fn with_statements<T>(
    policy: &Value,
    budget: &mut EvalBudget,
    work: impl FnOnce(&[Statement<'_>], &mut EvalBudget) -> Computed<T>,
) -> Computed<T> {
    let mut parsed = Value::Null;
    let statements = document::read(policy, &mut parsed, budget)?;
    work(&statements, budget)
}

fn of_statements(
    [policy, ..]: Arguments<'_>,
    budget: &mut EvalBudget,
    work: impl FnOnce(&[Statement<'_>], &mut EvalBudget) -> Result<Value, Failure>,
) -> Computed {
    with_statements(policy, budget, |statements, budget| work(statements, budget).map(Some))
}

fn holds(
    arguments: Arguments<'_>,
    budget: &mut EvalBudget,
    ask: impl FnOnce(&[Statement<'_>], &mut EvalBudget) -> Result<bool, Failure>,
) -> Computed {
    of_statements(arguments, budget, |statements, budget| ask(statements, budget).map(Value::Bool))
}

/// Answer to a question that names something, such as a bucket.
fn holds_with(
    [policy, name, _]: Arguments<'_>,
    budget: &mut EvalBudget,
    ask: impl FnOnce(&[Statement<'_>], &str, &mut EvalBudget) -> Result<bool, Failure>,
) -> Computed {
    with_statements(policy, budget, |statements, budget| {
        let Some(name) = name.as_str() else { return Ok(None) };
        ask(statements, name, budget).map(Value::Bool).map(Some)
    })
}

/// What statements lack of what a question asks that names something; nothing is to be said of a
/// policy that there is not.
fn lack(
    [policy, name, _]: Arguments<'_>,
    budget: &mut EvalBudget,
    ask: impl FnOnce(&[Statement<'_>], &str, &mut EvalBudget) -> Result<String, Failure>,
) -> Computed<String> {
    let (false, Some(name)) = (policy.is_null(), name.as_str()) else { return Ok(None) };
    with_statements(policy, budget, |statements, budget| ask(statements, name, budget).map(Some))
}

#[cfg(test)]
mod tests;
