//! One compiled check on one bucket: what each resource of each check costs, and each text once.

#[path = "../figures/mod.rs"]
mod figures;

use std::hint::black_box;
use std::time::Duration;

use cloudcorrect::expression::{EvalBudget, Expression, ExpressionKind, Subject};
use cloudcorrect::resource::{AccountId, Facet, Region, Resource, Schema, schemas};
use criterion::Criterion;
use serde::Deserialize;
use serde_json::json;

const CHECKS: [(&str, &str); 4] = [
    (
        "bucket is private",
        "resource.PublicAccessBlockConfiguration.BlockPublicAcls && \
         resource.PublicAccessBlockConfiguration.RestrictPublicBuckets",
    ),
    ("tag", "tag(\"env\") == \"prod\""),
    (
        "encryption",
        "resource.BucketEncryption.ServerSideEncryptionConfiguration.exists(rule, \
         rule.ServerSideEncryptionByDefault.SSEAlgorithm in [\"aws:kms\", \"aws:kms:dsse\"])",
    ),
    ("age", "age(resource.CreationDate) > duration(\"90d\")"),
];

fn bucket(schema: &Schema) -> Resource {
    let answer = json!({
        "BucketName": "logs",
        "CreationDate": "2026-01-01T00:00:00Z",
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": true, "IgnorePublicAcls": true,
            "BlockPublicPolicy": true, "RestrictPublicBuckets": true,
        },
        "BucketEncryption": { "ServerSideEncryptionConfiguration": [
            { "ServerSideEncryptionByDefault": { "SSEAlgorithm": "aws:kms" } },
        ] },
        "Tags": [{ "Key": "owner", "Value": "platform" }, { "Key": "env", "Value": "prod" }],
    });
    let facet = |operation| Facet::Read(schema.refine(operation, &answer));
    let facets =
        schema.operations.keys().map(|operation| (operation.clone(), facet(operation))).collect();
    Resource {
        type_name: schema.type_name.clone(),
        id: "logs".into(),
        arn: None,
        region: Region::global(),
        facets,
    }
}

fn checks(criterion: &mut Criterion) {
    let schema = &schemas()["AWS::S3::Bucket"];
    let resource = bucket(schema);
    let account: AccountId = "123456789012".parse().expect("twelve digits");
    let now = "2026-06-30T00:00:00Z".parse().expect("an instant");
    let subject = Subject::of(&resource, &account, now);
    for (name, text) in CHECKS {
        let compile =
            || Expression::compile(text, schema, ExpressionKind::Assert).expect("it is right");
        let check = compile();
        criterion.bench_function(&format!("evaluate {name}"), |bencher| {
            bencher.iter(|| check.evaluate(black_box(&subject), &mut EvalBudget::default()));
        });
        criterion.bench_function(&format!("compile {name}"), |bencher| bencher.iter(compile));
    }
}

/// The time of one iteration in each sample that criterion kept.
fn each(samples: &str) -> serde_json::Result<Vec<Duration>> {
    #[derive(Deserialize)]
    struct Samples {
        iters: Vec<f64>,
        /// Nanoseconds of all iterations of a sample.
        times: Vec<f64>,
    }
    let Samples { iters, times } = serde_json::from_str(samples)?;
    let one = |(time, iters)| Duration::from_secs_f64(time / iters / 1e9);
    Ok(times.into_iter().zip(iters).map(one).collect())
}

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let directory = tempfile::tempdir().expect("a directory");
    let mut criterion =
        Criterion::default().output_directory(directory.path()).configure_from_args();
    checks(&mut criterion);
    criterion.final_summary();
    for action in ["evaluate", "compile"] {
        for (name, _) in CHECKS {
            let name = format!("{action} {name}");
            let file = directory.path().join(&name).join("new/sample.json");
            let text = std::fs::read_to_string(file).expect("criterion keeps its samples");
            let samples = each(&text).expect("samples");
            figures::tell("expression", &name, &figures::Spread::of(&samples));
        }
    }
}
