//! What statements grant, and to whom.

use serde_json::json;

use super::{allow, ask, both, call, table};
use crate::expression::EvalBudget;
use crate::resource::Value;

#[test]
fn all_actions_on_all_resources() {
    let all = || json!({ "Action": "*", "Resource": "*", "Principal": null });
    let with = |change: serde_json::Value| {
        let mut one = all();
        one.as_object_mut().expect("a map").extend(change.as_object().expect("a map").clone());
        allow(one)
    };
    table(
        "allowsAll",
        "",
        &[
            ("all of everything", with(json!({})), "true"),
            ("`*:*` is all actions of all services", with(json!({ "Action": "*:*" })), "true"),
            (
                "among others",
                with(json!({ "Action": ["s3:*", "*"], "Resource": ["x", "*"] })),
                "true",
            ),
            (
                "a condition leaves it an administrator",
                with(json!({
                    "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } },
                })),
                "true",
            ),
            ("all of one service", with(json!({ "Action": "iam:*" })), "false"),
            ("some resources", with(json!({ "Resource": "arn:aws:s3:::*" })), "false"),
            ("a denial", with(json!({ "Effect": "Deny" })), "false"),
            (
                "`NotAction` is all but some",
                with(json!({ "Action": null, "NotAction": "iam:*" })),
                "false",
            ),
            (
                "`NotResource` is all but some",
                with(json!({ "Resource": null, "NotResource": "x" })),
                "false",
            ),
            (
                "in two statements apart",
                both(&with(json!({ "Resource": "x" })), &with(json!({ "Action": "s3:*" }))),
                "false",
            ),
            (
                "in the second statement",
                both(&with(json!({ "Action": "s3:*" })), &with(json!({}))),
                "true",
            ),
        ],
    );
}

#[test]
fn everybody_as_principal() {
    table(
        "hasWildcardPrincipal",
        "",
        &[
            ("everybody", allow(json!({ "Principal": "*" })), "true"),
            ("everybody of AWS", allow(json!({ "Principal": { "AWS": "*" } })), "true"),
            (
                "among others",
                allow(json!({ "Principal": { "AWS": ["123456789012", "*"] } })),
                "true",
            ),
            ("denied as well", allow(json!({ "Effect": "Deny" })), "true"),
            ("one account", allow(json!({ "Principal": { "AWS": "123456789012" } })), "false"),
            (
                "a service",
                allow(json!({ "Principal": { "Service": "ec2.amazonaws.com" } })),
                "false",
            ),
            (
                "no wildcard in a part of an ARN",
                allow(json!({
                    "Principal": { "AWS": "arn:aws:iam::123456789012:role/*" },
                })),
                "false",
            ),
            ("no principal", allow(json!({ "Principal": null })), "false"),
            (
                "all but one",
                allow(json!({ "Principal": null, "NotPrincipal": { "AWS": "123456789012" } })),
                "false",
            ),
        ],
    );
}

#[test]
fn conditions_by_key() {
    let external = |key: &str| allow(json!({ "Condition": { "StringEquals": { key: "fleet" } } }));
    table(
        "hasCondition",
        "sts:ExternalId",
        &[
            ("as written", external("sts:ExternalId"), "true"),
            ("condition keys have no case", external("STS:EXTERNALID"), "true"),
            ("another key", external("aws:PrincipalOrgID"), "false"),
            ("a longer key", external("sts:ExternalId2"), "false"),
            ("no condition", allow(json!({})), "false"),
            (
                "the second operator",
                allow(json!({ "Condition": {
            "Bool": { "aws:MultiFactorAuthPresent": "true" },
            "StringLike": { "aws:x": "y", "sts:externalid": ["a"] },
        } })),
                "true",
            ),
        ],
    );
}

#[test]
fn accounts_of_principals() {
    table(
        "principalAccounts",
        "",
        &[
            (
                "the root of an account",
                allow(json!({
                    "Principal": { "AWS": "arn:aws:iam::123456789012:root" },
                })),
                r#"["123456789012"]"#,
            ),
            (
                "a bare id is the account",
                allow(json!({ "Principal": { "AWS": "123456789012" } })),
                r#"["123456789012"]"#,
            ),
            (
                "each once, in their order",
                allow(json!({ "Principal": { "AWS": [
            "arn:aws:iam::222222222222:role/path/b", "111111111111",
            "arn:aws:sts::222222222222:assumed-role/a/b", "arn:aws-cn:iam::333333333333:user/c",
        ] } })),
                r#"["222222222222", "111111111111", "333333333333"]"#,
            ),
            ("everybody is no account", allow(json!({})), "[]"),
            (
                "the id of a deleted user is none",
                allow(json!({ "Principal": { "AWS": "AIDAEXAMPLE1234567890" } })),
                "[]",
            ),
            (
                "other kinds are none",
                allow(json!({ "Principal": {
            "Service": "ec2.amazonaws.com", "Federated": "arn:aws:iam::123456789012:saml-provider/x",
        } })),
                "[]",
            ),
            (
                "of AWS itself",
                allow(json!({ "Principal": { "AWS": "arn:aws:iam::aws:policy/x" } })),
                "[]",
            ),
        ],
    );
}

#[test]
fn what_is_asked_for_must_be_text() {
    let document = Value::from_json(&allow(json!({})));
    let none = call("hasCondition", &document, &Value::Int(1), &mut EvalBudget::default());
    assert_eq!(none, Ok(None));
    assert_eq!(ask("hasCondition", &json!(null), "x"), "false");
}
