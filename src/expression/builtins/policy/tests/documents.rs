//! Documents in every form that the grammar has, and what is none.

use serde_json::{Value as Json, json};

use super::{allow, ask, both, call};
use crate::expression::{EvalBudget, notation};
use crate::resource::Value;

/// The normal form of a document, one line an element.
fn normal(document: &Json) -> String {
    let document = Value::from_json(document);
    let made = call("statements", &document, &Value::Null, &mut EvalBudget::default());
    let made = made.expect("a document").expect("statements");
    let Value::List(statements) = made else { panic!("no list") };
    let mut lines = Vec::new();
    for statement in statements.iter() {
        let Value::Map(elements) = statement else { panic!("no map") };
        for (name, value) in elements.iter() {
            match value {
                Value::List(conditions) if &**name == "Condition" => {
                    lines.extend(
                        conditions.iter().map(|one| format!("{name}: {}", notation::value(one))),
                    );
                }
                value => lines.push(format!("{name}: {}", notation::value(value))),
            }
        }
    }
    lines.join("\n")
}

/// "Elements that take lists also take one value" and "conditions: keys are not case-sensitive".
#[test]
fn a_lone_statement_and_lone_values_become_lists() {
    insta::assert_snapshot!(normal(&json!({
        "Version": "2012-10-17",
        "Statement": {
            "Sid": "One", "Effect": "Allow", "Principal": { "AWS": "123456789012" },
            "Action": "s3:*", "Resource": "*",
            "Condition": {
                "Bool": { "AWS:SecureTransport": true },
                "NumericLessThan": { "s3:max-keys": [10, "20"] },
            },
        },
    })), @r#"
    Action: ["s3:*"]
    AnyPrincipal: false
    Condition: {"Key": "aws:securetransport", "Operator": "Bool", "Values": ["true"]}
    Condition: {"Key": "s3:max-keys", "Operator": "NumericLessThan", "Values": ["10", "20"]}
    Effect: "Allow"
    Principal: {"AWS": ["123456789012"]}
    Resource: ["*"]
    Sid: "One"
    "#);
}

/// `"Principal": "*"` and `{"AWS": "*"}` mean the same for resource policies; which it was is kept.
#[test]
fn negated_elements_and_the_bare_star_are_kept() {
    insta::assert_snapshot!(normal(&both(
        &allow(json!({ "NotAction": ["s3:Put*"], "Action": null })),
        &allow(json!({
            "Effect": "Deny", "Principal": null, "NotPrincipal": { "AWS": ["*"] },
            "Resource": null, "NotResource": "arn:aws:s3:::x",
        })),
    )), @r#"
    AnyPrincipal: true
    Effect: "Allow"
    NotAction: ["s3:Put*"]
    Principal: {"AWS": ["*"]}
    Resource: ["arn:aws:s3:::logs/*"]
    Action: ["s3:GetObject"]
    AnyPrincipal: false
    Effect: "Deny"
    NotPrincipal: {"AWS": ["*"]}
    NotResource: ["arn:aws:s3:::x"]
    "#);
}

#[test]
fn documents_are_read_as_maps_and_as_texts() {
    let document = allow(json!({}));
    let text = document.to_string();
    let encoded =
        text.replace('%', "%25").replace('{', "%7B").replace('"', "%22").replace(' ', "%20");
    let wanted = normal(&document);
    assert!(wanted.contains("s3:GetObject"));
    for written in
        [json!(text), json!(encoded), json!(format!("\n {text}\n")), json!(format!(" {encoded}"))]
    {
        assert_eq!(normal(&written), wanted, "{written}");
    }
    assert_eq!(normal(&document["Statement"]), wanted, "a list of statements");
    assert_eq!(normal(&document["Statement"][0]), wanted, "a statement");
}

#[test]
fn the_normal_form_is_its_own() {
    let document = both(
        &allow(json!({ "Condition": { "StringEquals": { "aws:SourceVpc": ["vpc-1", "vpc-2"] } } })),
        &allow(json!({ "Principal": { "AWS": ["*"], "Service": "s3.amazonaws.com" } })),
    );
    let budget = &mut EvalBudget::default();
    let read = |value: &Value, budget: &mut EvalBudget| {
        call("statements", value, &Value::Null, budget).expect("a document").expect("statements")
    };
    let once = read(&Value::from_json(&document), budget);
    assert_eq!(read(&once, budget), once);
}

#[test]
fn without_a_document_there_is_no_statement() {
    assert_eq!(ask("statements", &json!(null), ""), "[]");
    assert_eq!(ask("isPublic", &json!(null), ""), "false");
    assert_eq!(ask("allowsAll", &json!({ "Statement": [] }), ""), "false");
    assert_eq!(ask("deniesInsecureTransport", &json!(null), "logs"), "false");
}

#[test]
fn what_is_no_policy_document() {
    let documents = [
        json!("not json"),
        json!("{\"Statement\": "),
        json!("%7B%FF"),
        json!("%zz"),
        json!("\"{}\""),
        json!(7),
        json!({}),
        json!({ "Version": "2012-10-17" }),
        json!({ "Statement": "x" }),
        json!({ "Statement": {} }),
        json!({ "Statement": [7] }),
        allow(json!({ "Effect": "allow" })),
        allow(json!({ "Effect": null })),
        allow(json!({ "Action": null })),
        allow(json!({ "NotAction": "s3:*" })),
        allow(json!({ "NotResource": "*" })),
        allow(json!({ "NotPrincipal": "*" })),
        allow(json!({ "Action": [["s3:*"]] })),
        allow(json!({ "Action": true })),
        allow(json!({ "Principal": "arn:aws:iam::123456789012:root" })),
        allow(json!({ "Principal": { "AWS": { "a": 1 } } })),
        allow(json!({ "Condition": "x" })),
        allow(json!({ "Condition": { "StringEquals": "x" } })),
        allow(json!({ "Condition": { "StringEquals": { "aws:SourceVpc": null } } })),
        allow(json!({ "Condition": [{ "Key": "aws:SourceVpc" }] })),
    ];
    let said: Vec<String> =
        documents.iter().map(|document| ask("statements", document, "")).collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    expression_error: a policy document must be JSON, and this is `"not json"`
    expression_error: a policy document must be JSON, and this is `"{\"Statement\": "`
    expression_error: a policy document must be JSON, and this is `"%7B%FF"`
    expression_error: a policy document must be JSON, and this is `"%zz"`
    expression_error: a policy document needs a `Statement`, one or a list of them
    expression_error: a policy document needs a `Statement`, one or a list of them
    expression_error: a policy document needs a `Statement`, one or a list of them
    expression_error: a policy document needs a `Statement`, one or a list of them
    expression_error: a policy document needs a `Statement`, one or a list of them
    expression_error: a policy document needs a `Statement`, one or a list of them
    expression_error: `Statement[0]` of the policy document must be a map
    expression_error: `Statement[0]` of the policy document needs an `Effect`, `Allow` or `Deny`
    expression_error: `Statement[0]` of the policy document needs an `Effect`, `Allow` or `Deny`
    expression_error: `Statement[0]` of the policy document needs an `Action` or a `NotAction`
    expression_error: `Statement[0]` of the policy document has both `Action` and `NotAction`
    expression_error: `Statement[0]` of the policy document has both `Resource` and `NotResource`
    expression_error: `Statement[0]` of the policy document has both `Principal` and `NotPrincipal`
    expression_error: `Statement[0]` of the policy document has no text in `Action`
    expression_error: `Statement[0]` of the policy document has no text in `Action`
    expression_error: `Statement[0]` of the policy document needs `*` or a map in `Principal`
    expression_error: `Statement[0]` of the policy document has no text in `Principal`
    expression_error: `Statement[0]` of the policy document needs a map in `Condition`
    expression_error: `Statement[0]` of the policy document has no map of keys in `StringEquals`
    expression_error: `Statement[0]` of the policy document has no text in `aws:SourceVpc`
    expression_error: `Statement[0]` of the policy document has a condition without operator, key or values
    "#);
}

/// "Grammar of the IAM JSON policy language": of a kind that there is not nobody knows who is meant.
#[test]
fn principals_are_of_the_kinds_that_there_are() {
    let kinds = "and there are `AWS`, `CanonicalUser`, `Federated`, `Service`";
    for (element, kind, principals) in [
        ("Principal", "aws", json!({ "aws": "*" })),
        ("Principal", "*", json!({ "AWS": "123456789012", "*": "*" })),
        ("NotPrincipal", "service", json!({ "service": "s3.amazonaws.com" })),
    ] {
        let document = allow(json!({ "Principal": null, element: principals }));
        let said = format!(
            "expression_error: `Statement[0]` of the policy document has the kind `\"{kind}\"` in \
             `{element}`, {kinds}"
        );
        for function in ["isPublic", "hasWildcardPrincipal", "principalAccounts"] {
            assert_eq!(ask(function, &document, ""), said, "{document}");
        }
    }
}

#[test]
fn a_text_that_is_a_list_is_no_document() {
    let one = allow(json!({}))["Statement"].to_string();
    for text in ["[]", &one] {
        let said = ask("statements", &json!(text), "");
        let list = "expression_error: a policy document must be a map, and this is a list";
        assert_eq!(said, list, "{text}");
    }
}

#[test]
fn large_documents_are_paid_for() {
    let statement = allow(json!({}))["Statement"][0].clone();
    let many = json!({ "Statement": vec![statement; 20_000] });
    let text = json!(many.to_string());
    for document in [many, text] {
        let said = ask("statements", &document, "");
        assert!(said.starts_with("budget: the expression needs more"), "{said}");
    }
}

/// What is wrong costs no more than was read before it, so that it spends no budget of what stands beside
/// it in an expression.
#[test]
fn behind_what_is_wrong_nothing_is_read() {
    let actions: Vec<Json> = (0..10_000).map(|at| json!(format!("s3:{at}"))).collect();
    let elements = ["Principal", "NotPrincipal", "Action", "NotAction", "Resource"];
    for (at, element) in elements.iter().enumerate() {
        let mut with = json!({ "Principal": null, "Action": null, "Resource": actions });
        with[element] = if at < 2 { json!({ "AWS": [5] }) } else { json!([5]) };
        if at < 2 {
            with["Action"] = json!(actions);
        } else if *element == "Resource" {
            with["Action"] = json!("s3:*");
            with["Condition"] = json!({ "StringLike": { "aws:username": actions } });
        }
        let document = Value::from_json(&allow(with));
        let mut budget = EvalBudget::default();
        let failure = call("isPublic", &document, &Value::Null, &mut budget).expect_err("no text");
        assert!(failure.message.contains(element), "{failure}");
        let spent = EvalBudget::default().steps() - budget.steps();
        assert!(spent < 50, "{element}: {spent} steps");
    }
}

/// A statement may have any number of keys that are no element.
#[test]
fn elements_are_found_among_many_keys() {
    let with = json!({
        "Sid": "One", "Principal": null, "NotPrincipal": { "AWS": "1" }, "Action": null,
        "NotAction": "s3:Get*", "Resource": null, "NotResource": "*",
        "Condition": { "Bool": { "aws:SecureTransport": "true" } },
    });
    let few = allow(with);
    let mut many = few.clone();
    for at in 0..40 {
        many["Statement"][0][format!("Key{at}")] = json!(at);
    }
    assert_eq!(normal(&many), normal(&few));
    assert_eq!(normal(&few).lines().count(), 7);
}
