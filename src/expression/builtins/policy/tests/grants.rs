//! What statements grant, and to whom.

use serde_json::json;

use super::{allow, ask, both, call, of_actions, table};
use crate::expression::EvalBudget;
use crate::resource::{Cause, Value};

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

/// `*` is any text and `?` any sign (IAM User Guide, "IAM JSON policy elements: Action" and
/// "Resource", November 2026).
#[test]
fn everything_in_other_wildcards() {
    let with = |change: serde_json::Value| {
        let mut elements = json!({ "Action": "*" });
        if let (Some(all), serde_json::Value::Object(change)) = (elements.as_object_mut(), change) {
            all.extend(change);
        }
        of_actions(elements)
    };
    table(
        "allowsAll",
        "",
        &[
            ("`**` is `*`", with(json!({ "Action": "**", "Resource": "***" })), "true"),
            ("no name is empty", with(json!({ "Action": "*:?*", "Resource": "?*" })), "true"),
            ("nor is a service", with(json!({ "Action": "*?:**" })), "true"),
            ("ARNs of everything", with(json!({ "Resource": "arn:*" })), "true"),
            ("of all parts", with(json!({ "Resource": "arn:*:*:*:*:*" })), "true"),
            ("of a partition", with(json!({ "Resource": "arn:aws:*:*:*:*" })), "true"),
            ("any text with a colon", with(json!({ "Resource": "*:*" })), "true"),
            ("names of two letters", with(json!({ "Action": "*:??" })), "false"),
            ("names with an end", with(json!({ "Action": "*:*e" })), "false"),
            ("nothing has two colons", with(json!({ "Action": "*:*:*" })), "false"),
            ("no name", with(json!({ "Action": "*:" })), "false"),
            ("resources of one sign", with(json!({ "Resource": "?" })), "false"),
            ("of a service", with(json!({ "Resource": "arn:aws:s3:*" })), "false"),
            ("of an account", with(json!({ "Resource": "arn:*:*:*:123456789012:*" })), "false"),
            ("no resource", with(json!({ "Resource": "arn" })), "false"),
            ("of partitions alone", with(json!({ "Resource": "arn:aws" })), "false"),
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
                "true",
            ),
            (
                "all but one are not all that are denied",
                allow(json!({
                    "Effect": "Deny", "Principal": null,
                    "NotPrincipal": { "AWS": "123456789012" },
                })),
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
            ("no principal", allow(json!({ "Principal": null })), "[]"),
            (
                "other kinds are none",
                allow(json!({ "Principal": {
            "Service": "ec2.amazonaws.com", "Federated": "arn:aws:iam::123456789012:saml-provider/x",
        } })),
                "[]",
            ),
        ],
    );
}

/// An empty list would pass wherever no other account is wanted (IAM User Guide, "AWS JSON policy
/// elements: Principal" and "`NotPrincipal`"; of unique ids "IAM identifiers"; S3 User Guide,
/// "Bucket policy principals", of canonical users and origin access identities; November 2026).
#[test]
fn principals_that_name_no_account_are_never_left_out() {
    let own = "arn:aws:iam::123456789012:root";
    for principal in [
        "*",
        "AIDAEXAMPLE1234567890",
        "AROAEXAMPLE1234567890:session",
        "arn:aws:iam::*:root",
        "arn:aws:iam::12345678901?:root",
        "arn:aws:iam:::role/web",
        "arn:aws:iam::1234567890123:root",
        "arn:aws:iam::aws:policy/x",
        "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
        "arn:aws:iam",
        "12345678901",
        "",
    ] {
        let said =
            format!("expression_error: `\"{principal}\"` of `Statement[0]` names no account");
        for principals in [json!(principal), json!([own, principal])] {
            let document = allow(json!({ "Principal": { "AWS": principals } }));
            assert_eq!(ask("principalAccounts", &document, ""), said, "{document}");
        }
    }
    let rows = [
        (json!({ "Principal": "*" }), r#"`"*"` of `Statement[0]`"#),
        (json!({ "Effect": "Deny" }), r#"`"*"` of `Statement[0]`"#),
        (json!({ "Sid": "All", "Principal": { "AWS": "*" } }), r#"`"*"` of statement `"All"`"#),
        (json!({ "Principal": { "CanonicalUser": "79a5" } }), r#"`"79a5"` of `Statement[0]`"#),
        (
            json!({ "Principal": null, "NotPrincipal": { "AWS": own } }),
            "`NotPrincipal` of `Statement[0]`",
        ),
    ];
    for (with, whose) in rows {
        let document = allow(with);
        let said = format!("expression_error: {whose} names no account");
        assert_eq!(ask("principalAccounts", &document, ""), said, "{document}");
        let lone = document["Statement"][0].clone();
        let said = said.replace("`Statement[0]`", "the statement");
        assert_eq!(ask("principalAccounts", &lone, ""), said, "{lone}");
    }
}

/// A long pattern beside a short one as well: the work is that of their lengths, which is paid.
#[test]
fn patterns_of_any_length_are_paid_for() {
    let named = [20_000, 1].map(|length| {
        ["*", "?", "*a", "a", "?*"].map(|sign| format!("s3:{}b", sign.repeat(length)))
    });
    let named = named.concat();
    for (own, asked) in named.iter().flat_map(|own| named.iter().map(move |asked| (own, asked))) {
        for element in ["Action", "NotAction"] {
            let document = json!({ "Effect": "Allow", "Resource": "*", element: own });
            let mut budget = EvalBudget::default();
            let before = budget.steps();
            let length = own.len() + asked.len();
            let (document, asked) = (Value::from_json(&document), Value::string(&**asked));
            let is_paid = match call("allowsAction", &document, &asked, &mut budget) {
                Ok(_) => before - budget.steps() >= length as u64 / 256,
                Err(failure) => failure.cause == Cause::Budget,
            };
            assert!(is_paid, "{element} {own:.9} {length}");
        }
    }
}

#[test]
fn what_is_asked_for_must_be_text() {
    let document = Value::from_json(&allow(json!({})));
    let none = call("hasCondition", &document, &Value::Int(1), &mut EvalBudget::default());
    assert_eq!(none, Ok(None));
    assert_eq!(ask("hasCondition", &json!(null), "x"), "false");
}
