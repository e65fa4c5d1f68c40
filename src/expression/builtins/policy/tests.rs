//! What policies say, as golden tables; the rule of AWS's documentation stands beside each case.

mod demands;
mod documents;
mod federation;
mod grants;
mod public;
mod transport;

use std::borrow::Cow;

use serde_json::{Value as Json, json};

use crate::expression::{EvalBudget, notation};
use crate::resource::{Failure, Value};

/// Result of a function of a document.
fn call(
    name: &str,
    document: &Value,
    other: &Value,
    budget: &mut EvalBudget,
) -> Result<Option<Value>, Failure> {
    let function = super::FUNCTIONS.iter().find(|one| one.name == name).expect("a function");
    let arguments = [document, other, &Value::Null].map(Cow::Borrowed);
    Ok(function.call(&arguments, budget)?.map(Cow::into_owned))
}

/// Answer of a function about a document, or why it says nothing.
fn ask(name: &str, document: &Json, other: &str) -> String {
    let document = Value::from_json(document);
    let mut budget = EvalBudget::default();
    match call(name, &document, &Value::string(other), &mut budget) {
        Ok(Some(value)) => notation::value(&value),
        Ok(None) => "nothing".to_owned(),
        Err(failure) => failure.to_string(),
    }
}

/// A document with a statement that allows reading, changed by `with`; null takes an element away.
fn allow(with: Json) -> Json {
    let mut statement = json!({
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::logs/*",
    });
    let elements = statement.as_object_mut().expect("a map");
    let Json::Object(with) = with else { panic!("no map: {with}") };
    elements.extend(with);
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

/// Two documents as one.
fn both(one: &Json, other: &Json) -> Json {
    let statements = |of: &Json| of["Statement"].as_array().expect("a list").clone();
    let all = [statements(one), statements(other)].concat();
    json!({ "Version": "2012-10-17", "Statement": all })
}

/// Checks a table of a rule, a document and what a function says of it.
fn table(name: &str, other: &str, rows: &[(&str, Json, &str)]) {
    for (rule, document, wanted) in rows {
        assert_eq!(ask(name, document, other), *wanted, "{rule}: {document}");
    }
}

/// A document with a statement of the elements that it is given, on everything.
fn of_actions(with: Json) -> Json {
    let mut elements = json!({ "Principal": null, "Action": null, "Resource": "*" });
    if let (Json::Object(all), Json::Object(with)) = (&mut elements, with) {
        all.extend(with);
    }
    allow(elements)
}

#[test]
fn an_action_is_allowed_in_any_case_by_wildcard_or_by_what_is_not_named() {
    // "IAM JSON policy elements: Action" and "NotAction", November 2026.
    let rows: Vec<(&str, Json, &str)> = vec![
        ("as it is", of_actions(json!({ "Action": "iam:PassRole" })), "true"),
        ("case", of_actions(json!({ "Action": "IAM:passrole" })), "true"),
        ("one of several", of_actions(json!({ "Action": ["s3:*", "iam:Pass*"] })), "true"),
        ("question marks", of_actions(json!({ "Action": "iam:PassRol?" })), "true"),
        ("all", of_actions(json!({ "Action": "*" })), "true"),
        ("another", of_actions(json!({ "Action": ["iam:GetRole", "s3:*"] })), "false"),
        ("not named", of_actions(json!({ "NotAction": "s3:*" })), "true"),
        ("named as not", of_actions(json!({ "NotAction": ["iam:pass*"] })), "false"),
        ("denied", of_actions(json!({ "Effect": "Deny", "Action": "*" })), "false"),
        ("a condition", of_actions(json!({ "Action": "iam:PassRole", "Condition": {} })), "true"),
    ];
    table("allowsAction", "iam:PassRole", &rows);
}

#[test]
fn all_actions_of_a_service_are_those_of_its_wildcard() {
    let rows: Vec<(&str, Json, &str)> = vec![
        ("the service", of_actions(json!({ "Action": "S3:*" })), "true"),
        ("everything", of_actions(json!({ "Action": "*" })), "true"),
        ("some of it", of_actions(json!({ "Action": "s3:Get*" })), "false"),
        ("all but of another", of_actions(json!({ "NotAction": "iam:*" })), "true"),
        ("all but one of it", of_actions(json!({ "NotAction": "s3:Delete*" })), "false"),
        ("all but what has a name", of_actions(json!({ "NotAction": "*:GetObject" })), "false"),
        ("names of one character", of_actions(json!({ "Action": "s3:?" })), "false"),
        ("names of three characters", of_actions(json!({ "Action": "s3:???" })), "false"),
        ("names of any characters", of_actions(json!({ "Action": "s3:?*" })), "true"),
        ("several stars", of_actions(json!({ "Action": "s3:***" })), "true"),
    ];
    table("allowsAction", "s3:*", &rows);
}

#[test]
fn all_actions_are_those_of_all_services() {
    let rows: Vec<(&str, Json, &str)> = vec![
        ("everything", of_actions(json!({ "Action": "*" })), "true"),
        ("of all services", of_actions(json!({ "Action": "*:*" })), "true"),
        ("one service", of_actions(json!({ "Action": "s3:*" })), "false"),
        ("one character", of_actions(json!({ "Action": "?" })), "false"),
        ("all but a service", of_actions(json!({ "NotAction": "s3:*" })), "false"),
    ];
    table("allowsAction", "*", &rows);
    table("allowsAction", "*:*", &rows);
}

#[test]
fn some_actions_are_those_of_their_wildcards() {
    let rows: Vec<(&str, Json, &str)> = vec![
        ("more of them", of_actions(json!({ "Action": "s3:G*" })), "true"),
        ("some of them", of_actions(json!({ "Action": "s3:GetObject*" })), "false"),
        ("one character", of_actions(json!({ "Action": "s3:Get?" })), "false"),
        ("others", of_actions(json!({ "Action": "s3:Put*" })), "false"),
        ("all but others", of_actions(json!({ "NotAction": "s3:Put*" })), "true"),
        ("all but one", of_actions(json!({ "NotAction": "s3:*Object" })), "false"),
    ];
    table("allowsAction", "s3:Get*", &rows);
}

#[test]
fn an_action_is_asked_on_a_resource() {
    let on = |with: Json| asked_on(&allow(with), "s3:GetObject", "arn:aws:s3:::logs/a");
    let bucket = "arn:aws:s3:::logs/*";
    assert_eq!(on(json!({ "Resource": bucket })), "true");
    assert_eq!(on(json!({ "Resource": "arn:aws:s3:::other/*" })), "false");
    assert_eq!(on(json!({ "Resource": null, "NotResource": bucket })), "false");
    let other = json!({ "Resource": null, "NotResource": "arn:aws:s3:::other/*" });
    assert_eq!(on(other), "true");
    assert_eq!(on(json!({ "Resource": "arn:aws:s3:::LOGS/*" })), "false");
}

#[test]
fn of_several_resources_all_must_be_allowed() {
    let on = |with: Json| asked_on(&allow(with), "s3:GetObject", "arn:aws:s3:::logs/*");
    for (resource, wanted) in [
        ("arn:aws:s3:::logs/*", "true"),
        ("arn:aws:s3:::l*", "true"),
        ("*", "true"),
        ("arn:aws:s3:::logs/?", "false"),
        ("arn:aws:s3:::logs/a*", "false"),
        ("arn:aws:s3:::logs/${aws:username}", "false"),
    ] {
        assert_eq!(on(json!({ "Resource": resource })), wanted, "{resource}");
    }
}

/// Policy variables, which stand for what the request says ("IAM policy elements: Variables and
/// tags", November 2026).
#[test]
fn what_a_policy_variable_decides_is_unknown() {
    let own = "arn:aws:s3:::logs/${aws:username}";
    let unknown =
        "expression_error: a policy variable decides whether `Statement[0]` is on the resource";
    let on = |document: &Json| asked_on(document, "s3:GetObject", "arn:aws:s3:::logs/x");
    let resource = |resource: Json| allow(json!({ "Resource": resource }));
    let other = |resource: Json| allow(json!({ "Resource": null, "NotResource": resource }));
    for (document, wanted) in [
        (resource(json!(own)), unknown),
        (resource(json!([own, "arn:aws:s3:::logs/*"])), "true"),
        (resource(json!("arn:aws:s3:::other/${aws:username}")), "false"),
        (resource(json!("arn:aws:s3:::${aws:PrincipalTag/team, 'logs'}/*")), unknown),
        (resource(json!("arn:aws:s3:::logs/${*}")), "false"),
        (resource(json!("arn:aws:s3:::logs/${?}")), "false"),
        (other(json!(own)), unknown),
        (other(json!([own, "arn:aws:s3:::logs/*"])), "false"),
        (other(json!("arn:aws:s3:::other/${aws:username}")), "true"),
        (other(json!("arn:aws:s3:::logs/${*}")), "true"),
        (allow(json!({ "Resource": own, "Action": "s3:PutObject" })), "false"),
        (allow(json!({ "Resource": own, "Effect": "Deny" })), "false"),
        (both(&resource(json!(own)), &resource(json!("*"))), "true"),
        (both(&resource(json!(own)), &resource(json!("arn:aws:s3:::other"))), unknown),
    ] {
        assert_eq!(on(&document), wanted, "{document}");
    }
    let dollar = resource(json!("arn:aws:s3:::logs/${$}{x}"));
    assert_eq!(asked_on(&dollar, "s3:GetObject", "arn:aws:s3:::logs/${x}"), "true");
}

/// "IAM JSON policy elements: Version": variables are those of `2012-10-17`, and without a version a
/// document is of `2008-10-17`, where they are texts like any other.
#[test]
fn documents_of_the_first_version_have_no_variables() {
    let statement = json!({
        "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/${aws:username}",
    });
    let on = |document: &Json, on: &str| {
        asked_on(document, "s3:GetObject", &format!("arn:aws:s3:::logs/{on}"))
    };
    for version in [json!("2008-10-17"), json!(null), json!("2012-10-18")] {
        let document = json!({ "Version": version, "Statement": [statement] });
        assert_eq!(on(&document, "x"), "false", "{version}");
        assert_eq!(on(&document, "${aws:username}"), "true", "{version}");
        let normal = normal(&document);
        assert_eq!(on(&normal, "x"), "false", "{version}");
    }
    let new = json!({ "Version": "2012-10-17", "Statement": [statement] });
    let unknown =
        "expression_error: a policy variable decides whether `Statement[0]` is on the resource";
    assert_eq!(on(&new, "x"), unknown);
    assert_eq!(on(&normal(&new), "x"), unknown);
    assert!(on(&statement, "x").starts_with("expression_error"), "of an unknown version");
}

/// What `statements()` makes of a document.
fn normal(document: &Json) -> Json {
    let document = Value::from_json(document);
    let made = call("statements", &document, &Value::Null, &mut EvalBudget::default());
    made.expect("statements").expect("statements").to_json()
}

#[test]
fn what_is_no_action_and_no_arn_has_no_answer() {
    let document = of_actions(json!({ "Action": "*" }));
    let said = |action: &str, resource: &str| asked_on(&document, action, resource);
    assert_eq!(said("s3:GetObject", "arn:aws:s3:::logs/*"), "true");
    assert_eq!(said("s3:GetObject", "*"), "true");
    for action in ["arn:aws:s3:::logs", " s3:GetObject", "s3.amazonaws.com:GetObject", "s3:", ""] {
        let wanted = format!("expression_error: `\"{action}\"` is no action of IAM");
        assert_eq!(said(action, "*"), wanted);
    }
    for resource in ["logs", "s3:GetObject", " arn:aws:s3:::logs", "arn:aws:s3:logs", ""] {
        let wanted = format!("expression_error: `\"{resource}\"` is no ARN of a resource");
        assert_eq!(said("s3:GetObject", resource), wanted);
    }
}

/// Answer to whether a document allows an action on a resource, or why there is none.
fn asked_on(document: &Json, action: &str, resource: &str) -> String {
    let function = super::FUNCTIONS.iter().find(|one| one.name == "allowsAction");
    let [action, resource] = [action, resource].map(Value::string);
    let document = Value::from_json(document);
    let arguments = [&document, &action, &resource].map(Cow::Borrowed);
    match function.expect("a function").call(&arguments, &mut EvalBudget::default()) {
        Ok(Some(value)) => notation::value(&value),
        Ok(None) => "nothing".to_owned(),
        Err(failure) => failure.to_string(),
    }
}
