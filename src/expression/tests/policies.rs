//! Policy documents in expressions: checks that people write, and how they are checked themselves.

use serde_json::{Value as Json, json};

use super::fixture::{all_problems, verdict, verdicts};

fn trust(statement: &Json) -> Json {
    json!({ "Policy": { "Statement": [statement] } })
}

#[test]
fn roles_that_anybody_may_assume() {
    let check = "!statements(resource.Policy).exists(s, \
        s.Effect == 'Allow' && hasWildcardPrincipal(s) && s.Condition == [])";
    let role = |principal: Json, condition: Json| {
        trust(&json!({
            "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole",
            "Condition": condition,
        }))
    };
    let external = json!({ "StringEquals": { "sts:ExternalId": "x" } });
    assert_eq!(verdict(check, &role(json!("*"), json!(null))), "false");
    assert_eq!(verdict(check, &role(json!({ "AWS": "*" }), json!({}))), "false");
    assert_eq!(verdict(check, &role(json!({ "AWS": ["*"] }), external)), "true");
    assert_eq!(verdict(check, &role(json!({ "AWS": "123456789012" }), json!(null))), "true");
    assert_eq!(verdict(check, &json!({ "Policy": null })), "true");
}

#[test]
fn roles_of_other_accounts_need_an_external_id() {
    let check = "!statements(resource.Policy).exists(s, s.Effect == 'Allow' \
        && s.principalAccounts().exists(a, a != account) && !s.hasCondition('sts:ExternalId'))";
    let role = |account: &str, condition: Json| {
        trust(&json!({
            "Effect": "Allow", "Action": "sts:AssumeRole", "Condition": condition,
            "Principal": { "AWS": format!("arn:aws:iam::{account}:root") },
        }))
    };
    let external = json!({ "StringEquals": { "STS:ExternalID": "x" } });
    assert_eq!(verdict(check, &role("222222222222", json!(null))), "false");
    assert_eq!(verdict(check, &role("222222222222", external)), "true");
    assert_eq!(verdict(check, &role("123456789012", json!(null))), "true");
}

#[test]
fn documents_are_asked_as_a_whole() {
    let bucket = json!({
        "Name": "logs",
        "Policy": { "Statement": [
            { "Effect": "Deny", "Principal": "*", "Action": "s3:*",
              "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"],
              "Condition": { "Bool": { "aws:SecureTransport": "false" } } },
            { "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" },
        ] },
    });
    insta::assert_snapshot!(verdicts(&[
        "deniesInsecureTransport(resource.Policy, resource.Name)",
        "isPublic(resource.Policy) && allowsAll(resource.Policy)",
        "statements(resource.Policy).filter(s, s.isPublic()).size() == 1",
        "statements(resource.Policy).filter(s, !s.isPublic())[0].Condition[0].Key == 'aws:securetransport'",
        "isPublic(statements(resource.Policy)) && !isPublic(resource.Policy.Statement[0])",
        "statements(resource.Policy).map(s, s.Action).flatten().distinct() == ['s3:*', '*']",
        "statements(resource.Policy).all(s, s.AnyPrincipal && s.Principal.AWS == ['*'])",
        "deniesInsecureTransport(resource.Policy, resource.Owner)",
    ], &bucket), @r#"
    deniesInsecureTransport(resource.Policy, resource.Name)  =>  true
    isPublic(resource.Policy) && allowsAll(resource.Policy)  =>  true
    statements(resource.Policy).filter(s, s.isPublic()).size() == 1  =>  true
    statements(resource.Policy).filter(s, !s.isPublic())[0].Condition[0].Key == 'aws:securetransport'  =>  true
    isPublic(statements(resource.Policy)) && !isPublic(resource.Policy.Statement[0])  =>  true
    statements(resource.Policy).map(s, s.Action).flatten().distinct() == ['s3:*', '*']  =>  true
    statements(resource.Policy).all(s, s.AnyPrincipal && s.Principal.AWS == ['*'])  =>  true
    deniesInsecureTransport(resource.Policy, resource.Owner)  =>  expression_error: `resource.Owner` is null, and `deniesInsecureTransport` needs a value
    "#);
}

#[test]
fn what_is_no_document_is_unknown_and_says_why() {
    let says = |policy: Json| verdict("!isPublic(resource.Policy)", &json!({ "Policy": policy }));
    insta::assert_snapshot!([
        says(json!({ "Statement": [{ "Effect": "Alow", "Action": "*" }] })),
        says(json!("<html>")),
        says(json!("%7B%22Statement%22%3A%5B%5D%7D")),
        says(json!({ "Version": "2012-10-17" })),
    ].join("\n"), @r#"
    expression_error: `isPublic(resource.Policy)` has no value: `Statement[0]` of the policy document needs an `Effect`, `Allow` or `Deny`
    expression_error: `isPublic(resource.Policy)` has no value: a policy document must be JSON, and this is `"<html>"`
    true
    expression_error: `isPublic(resource.Policy)` has no value: a policy document needs a `Statement`, one or a list of them
    "#);
}

#[test]
fn elements_of_statements_are_known_by_name() {
    insta::assert_snapshot!(all_problems(&[
        "statements(resource.Policy).exists(s, s.Efect == 'Allow')",
        "statements(resource.Policy).exists(s, s.Action == '*')",
        "statements(resource.Policy).exists(s, s.Condition.exists(c, c.Operator == 1))",
        "statements(resource.Policy).exists(s, s.Action.all(a, a == '*'))",
        "isPublic(resource.Size)",
        "hasCondition(resource.Policy)",
        "allowsAll(resource.Policy) == 'true'",
    ]), @r#"
    statements(resource.Policy).exists(s, s.Efect == 'Allow')
    [Efect] unknown-property: `s` has no property `Efect` (did you mean `Effect`?)
    statements(resource.Policy).exists(s, s.Action == '*')
    [s.Action == '*'] wrong-type: a list never equals a string, so `==` is always false (write `"*" in s.Action`)
    statements(resource.Policy).exists(s, s.Condition.exists(c, c.Operator == 1))
    [c.Operator == 1] wrong-type: a string never equals an integer, so `==` is always false (put the number in quotes, as in `"1"`, or convert the text with `int(c.Operator)`)
    statements(resource.Policy).exists(s, s.Action.all(a, a == '*'))
    [s.Action.all(a, a == '*')] warning: unguarded-null: `s.Action` may be null, and `all` of null is true (begin with `s.Action != null &&`, or `s.Action == null ||` if that is fine)
    isPublic(resource.Size)
    [resource.Size] wrong-type: `isPublic` takes a policy document or statement, and this is an integer
    hasCondition(resource.Policy)
    [hasCondition] wrong-arguments: `hasCondition` takes 2 arguments here (write `hasCondition(statement, key)`)
    allowsAll(resource.Policy) == 'true'
    [allowsAll(resource.Policy) == 'true'] wrong-type: a boolean never equals a string, so `==` is always false (write `true` without quotes)
    "#);
}

/// Null is no resource, and "none named" would be another question.
#[test]
fn what_is_asked_is_never_null() {
    let policy = json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" });
    let subject = json!({ "Name": "web-1", "Policy": policy, "Owner": null, "Tags": [] });
    insta::assert_snapshot!(verdicts(&[
        "allowsAction(resource.Policy, 's3:GetObject')",
        "allowsAction(resource.Policy, 's3:GetObject', tag('reads'))",
        "!allowsAction(resource.Policy, 's3:PutObject', resource.Owner)",
        "allowsAction(resource.Policy, resource.Owner)",
        "allowsAction(resource.Policy, 's3:GetObject', resource.Name)",
        "!allowsAction(resource.Policy, 's3/' + resource.Name)",
    ], &subject), @r#"
    allowsAction(resource.Policy, 's3:GetObject')  =>  true
    allowsAction(resource.Policy, 's3:GetObject', tag('reads'))  =>  expression_error: `tag("reads")` is null, and `allowsAction` needs a value
    !allowsAction(resource.Policy, 's3:PutObject', resource.Owner)  =>  expression_error: `resource.Owner` is null, and `allowsAction` needs a value
    allowsAction(resource.Policy, resource.Owner)  =>  expression_error: `resource.Owner` is null, and `allowsAction` needs a value
    allowsAction(resource.Policy, 's3:GetObject', resource.Name)  =>  expression_error: `allowsAction(resource.Policy, "s3:GetObject", resource.Name)` has no value: `"web-1"` is no ARN of a resource
    !allowsAction(resource.Policy, 's3/' + resource.Name)  =>  expression_error: `allowsAction(resource.Policy, "s3/" + resource.Name)` has no value: `"s3/web-1"` is no action of IAM
    "#);
}

#[test]
fn what_is_no_action_and_no_resource_is_refused() {
    insta::assert_snapshot!(all_problems(&[
        "allowsAction(resource.Policy, 'arn:aws:s3:::logs', 's3:GetObject')",
        "allowsAction(resource.Policy, 's3:GetObject', 'logs')",
        "allowsAction(resource.Policy, 's3:GetObject', 'arn:aws:s3:logs')",
        "allowsAction(resource.Policy, 's3:GetObject', 'arn:aws:s3:::logs ')",
        "allowsAction(resource.Policy, 's3:GetObject', 's3:PutObject')",
        "allowsAction(resource.Policy, ' s3:GetObject')",
        "allowsAction(resource.Policy, 's3.amazonaws.com:GetObject')",
        "allowsAction(resource.Policy, 's3')",
        "allowsAction(resource.Policy, 's3:Get Object')",
        "allowsAction(resource.Policy, 's3:GetObject', '*') && allowsAction(resource.Policy, '*:Get?bject', 'arn:*') && allowsAction(resource.Policy, '*')",
    ]), @"
    allowsAction(resource.Policy, 'arn:aws:s3:::logs', 's3:GetObject')
    ['arn:aws:s3:::logs'] wrong-value: `arn:aws:s3:::logs` is no action of IAM (the action comes before the resource: `allowsAction(policy, action, resource)`)
    ['s3:GetObject'] wrong-value: `s3:GetObject` is no ARN of a resource (the resource comes behind the one action: `allowsAction(policy, action, resource)`)
    allowsAction(resource.Policy, 's3:GetObject', 'logs')
    ['logs'] wrong-value: `logs` is no ARN of a resource (write the whole ARN, such as `arn:aws:s3:::logs/*`, or `*`)
    allowsAction(resource.Policy, 's3:GetObject', 'arn:aws:s3:logs')
    ['arn:aws:s3:logs'] wrong-value: `arn:aws:s3:logs` is no ARN of a resource (write the whole ARN, such as `arn:aws:s3:::logs/*`, or `*`)
    allowsAction(resource.Policy, 's3:GetObject', 'arn:aws:s3:::logs ')
    ['arn:aws:s3:::logs '] wrong-value: `arn:aws:s3:::logs ` is no ARN of a resource (write `arn:aws:s3:::logs`)
    allowsAction(resource.Policy, 's3:GetObject', 's3:PutObject')
    ['s3:PutObject'] wrong-value: `s3:PutObject` is no ARN of a resource (the resource comes behind the one action: `allowsAction(policy, action, resource)`)
    allowsAction(resource.Policy, ' s3:GetObject')
    [' s3:GetObject'] wrong-value: ` s3:GetObject` is no action of IAM (write `s3:GetObject`)
    allowsAction(resource.Policy, 's3.amazonaws.com:GetObject')
    ['s3.amazonaws.com:GetObject'] wrong-value: `s3.amazonaws.com:GetObject` is no action of IAM (write `s3:GetObject`)
    allowsAction(resource.Policy, 's3')
    ['s3'] wrong-value: `s3` is no action of IAM (write the service and the name, such as `iam:PassRole`)
    allowsAction(resource.Policy, 's3:Get Object')
    ['s3:Get Object'] wrong-value: `s3:Get Object` is no action of IAM (write the service and the name, such as `iam:PassRole`)
    allowsAction(resource.Policy, 's3:GetObject', '*') && allowsAction(resource.Policy, '*:Get?bject', 'arn:*') && allowsAction(resource.Policy, '*')
    ");
}
