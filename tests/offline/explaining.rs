//! `explain`: which calls checks cost, and what they need.

use super::{cloudcorrect, text};

const POLICIES: [&str; 2] = ["--policies", "example-policies/policies"];

fn explain(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = cloudcorrect(&[&["explain"], arguments, &POLICIES].concat());
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_check_is_explained_with_its_calls_and_permissions() {
    let recorded = ["--inventory", "examples/demo-account.json"];
    let (status, shown, _) = explain(&[&["aws-baseline/iam-user-mfa"], &recorded[..]].concat());
    assert_eq!(status, Some(0));
    insta::assert_snapshot!(shown, @"
    account shop (123456789012), eu-west-1, us-east-1

    AWS::IAM::User
      call                     requests  asked                                read by
      iam:ListUsers                   1  once                                 aws-baseline/iam-user-mfa
      iam:GetCredentialReport         2  once                                 aws-baseline/iam-user-mfa
      iam:GetLoginProfile             1  each that the report does not clear  aws-baseline/iam-user-mfa
      iam:ListMFADevices              1  each that the report does not clear  aws-baseline/iam-user-mfa

    5 IAM actions:
      iam:GenerateCredentialReport
      iam:GetCredentialReport
      iam:GetLoginProfile
      iam:ListMFADevices
      iam:ListUsers

    5 requests for what is recorded
    ");
    // Without an inventory nobody knows how many resources there are.
    let (status, shown, _) = explain(&["storage"]);
    assert_eq!(status, Some(0));
    insta::assert_snapshot!(shown, @"
    account shop (123456789012), eu-west-1, us-east-1

    AWS::S3::Bucket
      call                      asked                    read by
      s3:ListBuckets            once                     storage/public-access-blocked, storage/policy-not-public, storage/versioned
      s3:GetBucketTagging       each                     storage/public-access-blocked, storage/policy-not-public, storage/versioned
      s3:GetBucketPolicyStatus  each that `where` keeps  storage/policy-not-public
      s3:GetBucketVersioning    each that `where` keeps  storage/versioned
      s3:GetPublicAccessBlock   each that `where` keeps  storage/public-access-blocked

    6 IAM actions:
      s3:GetBucketLocation
      s3:GetBucketPolicyStatus
      s3:GetBucketPublicAccessBlock
      s3:GetBucketTagging
      s3:GetBucketVersioning
      s3:ListAllMyBuckets
    ");
}

#[test]
fn all_readers_of_a_call_are_in_the_json() {
    let (status, shown, _) = explain(&["storage", "--format", "json", "--account", "shop"]);
    assert_eq!(status, Some(0));
    let json: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    let buckets = &json["accounts"][0]["types"][0];
    assert_eq!(buckets["type"], "AWS::S3::Bucket");
    let tags = &buckets["calls"][1];
    assert_eq!(
        (&tags["operation"], &tags["asked"]),
        (&"s3:GetBucketTagging".into(), &"each".into())
    );
    assert_eq!(tags["readers"].as_array().map(Vec::len), Some(3));
    assert_eq!(tags["requests"], serde_json::Value::Null);
    let status = &buckets["calls"][2];
    assert_eq!(
        status["readers"][0]["where"],
        "tag(\"public\") == null || tag(\"public\") != \"true\""
    );
}

#[test]
fn what_is_not_there_is_named_with_what_is() {
    for (arguments, words) in [
        (
            ["nope", "--account", "shop"],
            "error: there is no group `nope`; there are `aws-baseline`,",
        ),
        (["storage/nope", "--account", "shop"], "error: there is no check `nope`"),
        (
            ["docs", "--account", "shop"],
            "error: `docs` is a path, and no group; say `--policies docs`",
        ),
        (["storage", "--account", "nope"], "error: there is no account `nope`; there are `shop`"),
    ] {
        let (status, _, said) = explain(&arguments);
        assert_eq!(status, Some(2));
        assert!(said.starts_with(words), "{said}");
    }
}
