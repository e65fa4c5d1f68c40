//! Buckets that are closed to requests without TLS.

use std::borrow::Cow;

use serde_json::{Value as Json, json};

use super::{allow, ask, both, table};
use crate::expression::EvalBudget;
use crate::resource::Value;

const BUCKET: &str = "arn:aws:s3:::logs";

/// The usual statement, changed by `with`.
fn deny(with: Json) -> Json {
    let mut statement = json!({
        "Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": [BUCKET, format!("{BUCKET}/*")],
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    });
    let elements = statement.as_object_mut().expect("a map");
    let Json::Object(with) = with else { panic!("no map: {with}") };
    elements.extend(with);
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

#[test]
fn who_and_what_is_denied() {
    table(
        "deniesInsecureTransport",
        BUCKET,
        &[
            ("the usual statement", deny(json!({})), "true"),
            ("everybody of AWS", deny(json!({ "Principal": { "AWS": "*" } })), "true"),
            ("somebody", deny(json!({ "Principal": { "AWS": "123456789012" } })), "false"),
            (
                "all but somebody",
                deny(json!({ "Principal": null, "NotPrincipal": { "AWS": "x" } })),
                "false",
            ),
            ("allowed", deny(json!({ "Effect": "Allow" })), "false"),
            ("all actions of all services", deny(json!({ "Action": "*" })), "true"),
            ("actions have no case", deny(json!({ "Action": ["iam:*", "S3:*"] })), "true"),
            ("some actions", deny(json!({ "Action": ["s3:Get*", "s3:Put*"] })), "false"),
            (
                "all but some actions",
                deny(json!({ "Action": null, "NotAction": "s3:Get*" })),
                "false",
            ),
            (
                "all but actions of others",
                deny(json!({ "Action": null, "NotAction": ["iam:*", "kms:Decrypt"] })),
                "true",
            ),
            ("all but none", deny(json!({ "Action": null, "NotAction": "*" })), "false"),
            ("beside others", both(&allow(json!({})), &deny(json!({}))), "true"),
            ("nothing", json!({ "Statement": [] }), "false"),
        ],
    );
}

#[test]
fn on_which_resources() {
    table(
        "deniesInsecureTransport",
        BUCKET,
        &[
            ("all resources", deny(json!({ "Resource": "*" })), "true"),
            ("all buckets", deny(json!({ "Resource": "arn:aws:s3:::*" })), "true"),
            ("what begins like it", deny(json!({ "Resource": "arn:aws:s3:::logs*" })), "true"),
            ("the objects alone", deny(json!({ "Resource": "arn:aws:s3:::logs/*" })), "false"),
            ("the bucket alone", deny(json!({ "Resource": BUCKET })), "false"),
            (
                "some objects",
                deny(json!({ "Resource": [BUCKET, "arn:aws:s3:::logs/a*"] })),
                "false",
            ),
            (
                "objects of one character",
                deny(json!({ "Resource": [BUCKET, "arn:aws:s3:::logs/?"] })),
                "false",
            ),
            (
                "another bucket",
                deny(json!({ "Resource": ["arn:aws:s3:::log", "arn:aws:s3:::log/*"] })),
                "false",
            ),
            (
                "all but a bucket",
                deny(json!({ "Resource": null, "NotResource": "arn:aws:s3:::x" })),
                "true",
            ),
            (
                "all but some objects",
                deny(json!({ "Resource": null, "NotResource": "arn:aws:s3:::logs/public/*" })),
                "false",
            ),
            (
                "all but what a variable says",
                deny(json!({ "Resource": null, "NotResource": "arn:aws:s3:::${aws:username}" })),
                "false",
            ),
            (
                "all but some objects, and those by themselves",
                both(
                    &deny(json!({ "Resource": null, "NotResource": "arn:aws:s3:::logs/*" })),
                    &deny(json!({ "Resource": "arn:aws:s3:::logs/*" })),
                ),
                "true",
            ),
            (
                "in two statements together",
                both(
                    &deny(json!({ "Resource": BUCKET })),
                    &deny(json!({ "Resource": "arn:aws:s3:::logs/*" })),
                ),
                "true",
            ),
            (
                "in two statements, one of another kind",
                both(
                    &deny(json!({ "Resource": BUCKET })),
                    &deny(json!({ "Resource": "arn:aws:s3:::logs/*", "Effect": "Allow" })),
                ),
                "false",
            ),
        ],
    );
}

/// All conditions of a statement must hold, and of a condition any value.
#[test]
fn under_which_conditions() {
    let when = |condition: Json| deny(json!({ "Condition": condition }));
    table(
        "deniesInsecureTransport",
        BUCKET,
        &[
            ("without quotes", when(json!({ "Bool": { "aws:SecureTransport": false } })), "true"),
            ("a list", when(json!({ "Bool": { "aws:SecureTransport": ["false"] } })), "true"),
            (
                "condition keys have no case",
                when(json!({ "Bool": { "AWS:securetransport": "False" } })),
                "true",
            ),
            (
                "`IfExists` holds as well",
                when(json!({ "BoolIfExists": { "aws:SecureTransport": "false" } })),
                "true",
            ),
            ("always", deny(json!({ "Condition": null })), "true"),
            (
                "the other way round",
                when(json!({ "Bool": { "aws:SecureTransport": "true" } })),
                "false",
            ),
            (
                "another key as well",
                when(json!({
                    "Bool": { "aws:SecureTransport": "false" }, "StringEquals": { "aws:SourceVpc": "vpc-1" },
                })),
                "false",
            ),
            (
                "another key",
                when(json!({ "NumericLessThan": { "s3:TlsVersion": "1.2" } })),
                "false",
            ),
            (
                "another operator",
                when(json!({ "Null": { "aws:SecureTransport": "false" } })),
                "false",
            ),
            (
                "an operator of texts",
                when(json!({ "StringEquals": { "aws:SecureTransport": "false" } })),
                "false",
            ),
            (
                "both outcomes",
                when(json!({ "BoolIfExists": { "aws:SecureTransport": ["true", "false"] } })),
                "true",
            ),
        ],
    );
}

#[test]
fn buckets_by_name_and_in_other_partitions() {
    let says = |document: &Json, bucket| ask("deniesInsecureTransport", document, bucket);
    let china = deny(json!({ "Resource": ["arn:aws-cn:s3:::logs", "arn:aws-cn:s3:::logs/*"] }));
    assert_eq!(says(&deny(json!({})), "logs"), "true");
    assert_eq!(says(&deny(json!({})), "log"), "false");
    assert_eq!(says(&china, "logs"), "true");
    assert_eq!(says(&china, "arn:aws-cn:s3:::logs"), "true");
    assert_eq!(says(&china, BUCKET), "false");
    let halves = deny(json!({ "Resource": ["arn:aws-cn:s3:::logs", "arn:aws:s3:::logs/*"] }));
    assert_eq!(says(&halves, "logs"), "false", "each in a partition of its own");
    let others = deny(json!({ "Resource": null, "NotResource": "arn:aws:s3:::logs/a" }));
    assert_eq!(says(&others, "logs"), "false", "of any partition that it may be in");
}

#[test]
fn what_the_nearest_statement_lacks_is_said() {
    let lacks = |with: Json| {
        let mut functions = super::super::FUNCTIONS.iter();
        let function = functions.find(|one| one.name == "deniesInsecureTransport");
        let (document, bucket) = (Value::from_json(&deny(with)), Value::string(BUCKET));
        let arguments = [&document, &bucket, &Value::Null].map(Cow::Borrowed);
        let mut budget = EvalBudget::default();
        function.expect("a function").lack(&arguments, &mut budget).expect("words")
    };
    for (with, words) in [
        (
            json!({ "Condition": { "StringEquals": { "aws:SecureTransport": "false" } } }),
            "asks `aws:SecureTransport` by `\"StringEquals\"`, and not by `Bool`",
        ),
        (
            json!({ "Condition": { "Bool": { "aws:SecureTransport": "true" } } }),
            "denies what comes by TLS",
        ),
        (
            json!({ "Resource": null, "NotResource": "arn:aws:s3:::logs/a" }),
            "is not on all of the bucket, by `NotResource`",
        ),
        (json!({ "Action": null, "NotAction": "s3:Get*" }), "denies only some actions"),
        (json!({ "Condition": { "Null": { "aws:UserId": "true" } } }), "no statement denies"),
    ] {
        let lacks = lacks(with);
        assert!(lacks.contains(words), "{lacks}");
    }
}
