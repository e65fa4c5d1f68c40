//! Any text as an expression over buckets: no panic, problems inside the text, and an evaluation
//! within its budget.

#![no_main]

use std::sync::LazyLock;

use cloudcorrect_fuzz::expression::{EvalBudget, Expression, ExpressionKind, Subject};
use cloudcorrect_fuzz::resource::{AccountId, Cause, Facet, Facets, Failure, Resource, schemas};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

/// A bucket with some of everything: properties, a document, nulls, and a facet that was denied.
static BUCKET: LazyLock<Resource> = LazyLock::new(|| {
    let schema = schemas().get("AWS::S3::Bucket").expect("buckets have a schema");
    let answer = json!({
        "BucketName": "logs-\u{e4}", "CreationDate": "2026-01-01T00:00:00Z",
        "PublicAccessBlockConfiguration": { "BlockPublicAcls": true, "BlockPublicPolicy": false },
        "BucketEncryption": { "ServerSideEncryptionConfiguration": [
            { "ServerSideEncryptionByDefault": { "SSEAlgorithm": "aws:kms" } },
        ] },
        "Policy": { "Statement": [
            { "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*" },
            { "Effect": "Deny", "Principal": { "AWS": ["123456789012"] }, "NotAction": ["s3:*"] },
        ] },
        "Tags": [{ "Key": "env", "Value": "prod" }],
    });
    let mut facets = Facets::new();
    for operation in schema.operations.keys() {
        let facet = Facet::Read(schema.refine(operation, &answer));
        facets.insert(operation.clone(), facet);
    }
    if let Some(facet) = facets.iter_mut().last().map(|(_, facet)| facet) {
        *facet = Facet::Failed(Failure::new(Cause::AccessDenied, "denied"));
    }
    let region = "eu-west-1".parse().expect("a region");
    Resource { type_name: schema.type_name.clone(), id: "logs".into(), arn: None, region, facets }
});

fuzz_target!(|text: &str| {
    let schema = schemas().get("AWS::S3::Bucket").expect("buckets have a schema");
    let account: AccountId = "123456789012".parse().expect("an account");
    let subject = Subject::of(&BUCKET, &account, "2026-06-30T00:00:00Z".parse().expect("now"));
    for shape in [ExpressionKind::Assert, ExpressionKind::Value] {
        let problems = match Expression::compile(text, schema, shape) {
            Ok(expression) => {
                let mut budget = EvalBudget::default();
                let _ = expression.evaluate(&subject, &mut budget);
                let _ = expression.value(&subject, &mut EvalBudget::default());
                let _ = expression.explain(&subject, &mut budget);
                expression.warnings().to_vec()
            }
            Err(problems) => problems,
        };
        for problem in problems {
            assert!(text.get(problem.span.clone()).is_some(), "{problem:?} is outside");
        }
    }
});
