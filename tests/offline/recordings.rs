//! Recorded inventories that are none: told as policies are, by every command that reads one.

use std::fs;
use std::path::Path;

use super::{cloudcorrect, text};

const BROKEN: &str = r#"{
  "apiVersion": "cloudcorrect.dev/v1",
  "kind": "Inventor",
  "account": 123456789012,
  "recordedAt": "yesterday",
  "lists": {
    "AWS::S3::Buckt": { "global": { "resources": [] } },
    "AWS::IAM::User": { "global": { "resources": [{ "facet": {} }] } }
  }
}
"#;

fn refused(path: &Path, recording: &str, arguments: &[&str]) -> String {
    fs::write(path, recording).expect("a file");
    let path = path.to_str().expect("UTF-8");
    let output = cloudcorrect(&[arguments, &["--inventory", path]].concat());
    assert!(!output.status.success(), "{}", text(&output.stdout));
    text(&output.stderr).replace(path, "account.json")
}

#[test]
fn each_command_shows_what_is_wrong_with_a_recording() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("account.json");
    let shown = refused(&path, BROKEN, &["get", "AWS::S3::Bucket"]);
    insta::assert_snapshot!(shown, @r#"
    error: the inventory `account.json` has problems
    error[invalid-value]: `kind` is `Inventor`, but must be `Inventory`
     --> account.json:3:11
      |
    3 |   "kind": "Inventor",
      |           ^^^^^^^^^^
      = help: did you mean `Inventory`?

    error[wrong-type]: `account` is a number, but must be text
     --> account.json:4:14
      |
    4 |   "account": 123456789012,
      |              ^^^^^^^^^^^^
      = help: put it in quotes

    error[invalid-instant]: `recordedAt` is no instant
     --> account.json:5:17
      |
    5 |   "recordedAt": "yesterday",
      |                 ^^^^^^^^^^^
      = help: write it as in `2026-11-16T08:00:00Z`

    error[unknown-resource-type]: there is no resource type `AWS::S3::Buckt`
     --> account.json:7:5
      |
    7 |     "AWS::S3::Buckt": { "global": { "resources": [] } },
      |     ^^^^^^^^^^^^^^^^
      = help: did you mean `AWS::S3::Bucket`?

    error[missing-key]: item 0 of `resources` lacks `facets`
     --> account.json:8:51
      |
    8 |     "AWS::IAM::User": { "global": { "resources": [{ "facet": {} }] } }
      |                                                   ^
      = help: it has `facet` in its place

    error[unknown-key]: item 0 of `resources` has no `facet`
     --> account.json:8:53
      |
    8 |     "AWS::IAM::User": { "global": { "resources": [{ "facet": {} }] } }
      |                                                     ^^^^^^^
      = help: did you mean `facets`?
    "#);
    for other in [&["eval", "now"][..], &["evaluate", "example-policies/policies"]] {
        assert_eq!(refused(&path, BROKEN, other), shown);
    }
}

#[test]
fn syntax_keys_and_ids_of_a_recording_are_shown_too() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("account.json");
    let refused = |recording: &str| refused(&path, recording, &["get", "AWS::S3::Bucket"]);
    let bucket = |name: &str| {
        let facets = format!(r#""s3:ListBuckets": {{ "read": {{ "BucketName": "{name}" }} }}"#);
        format!("        {{ \"facets\": {{ {facets} }} }}")
    };
    let buckets = [bucket("ü-one"), bucket(""), bucket("ü-one"), bucket("a\\u0000b")].join(",\n");
    let head =
        r#""apiVersion": "cloudcorrect.dev/v1", "kind": "Inventory", "account": "123456789012""#;
    let recording = format!(
        "{{ {head},\n  \"recordedAt\": \"2026-11-16T08:00:00Z\",\n  \"recorded\\u0041t\": \
         \"2026-11-16T08:00:00Z\",\n  \"lists\": {{\n    \"AWS::S3::Bucket\": {{\n      \
         \"global\": {{ \"resources\": [\n{buckets}\n      ] }} }} }} }}\n"
    );
    insta::assert_snapshot!(refused(&recording), @r#"
    error: the inventory `account.json` has problems
    error[duplicate-key]: `recordedAt` is there twice
     --> account.json:3:3
      |
    3 |   "recorded\u0041t": "2026-11-16T08:00:00Z",
      |   ^^^^^^^^^^^^^^^^^
      = account.json:2:3: it is there first
      = help: keep one of the two

    error[invalid-name]: `BucketName` is empty
     --> account.json:8:67
      |
    8 |         { "facets": { "s3:ListBuckets": { "read": { "BucketName": "" } } } },
      |                                                                   ^^

    error[duplicate-name]: resource `ü-one` is there twice
     --> account.json:9:67
      |
    9 |         { "facets": { "s3:ListBuckets": { "read": { "BucketName": "ü-one" } } } },
      |                                                                   ^^^^^^^
      = account.json:7:67: it is there first
      = help: name each resource of a list once

    error[invalid-name]: `BucketName` holds the character U+0000
      --> account.json:10:67
       |
    10 |         { "facets": { "s3:ListBuckets": { "read": { "BucketName": "a\u0000b" } } } }
       |                                                                   ^^^^^^^^^^
       = help: no resource has such an id
    "#);
    insta::assert_snapshot!(refused("{\n  \"account\": 1,\n  \"kind\" \"Inventory\"\n}\n"), @r#"
    error: the inventory `account.json` has problems
    error[json-syntax]: expected `:`
     --> account.json:3:10
      |
    3 |   "kind" "Inventory"
      |          ^
    "#);
    assert!(refused("").contains("account.json:1:1"));
    let long = format!("[{}{{\"a\": 1}}", "0, ".repeat(50_000));
    let shown = refused(&long);
    assert!(shown.contains(":1:150"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() < 250), "{shown}");
}

/// A recording of one user with these facets, of which the first is in line 10.
fn users(facets: &[String]) -> String {
    let facets = facets.join(",\n");
    let list =
        format!("      \"global\": {{\n        \"resources\": [\n{facets}\n        ]\n      }}\n");
    let head = "  \"apiVersion\": \"cloudcorrect.dev/v1\",\n  \"kind\": \"Inventory\",\n  \
                \"account\": \"123456789012\",\n  \"recordedAt\": \"2026-11-16T08:00:00Z\",\n";
    format!("{{\n{head}  \"lists\": {{\n    \"AWS::IAM::User\": {{\n{list}    }}\n  }}\n}}\n")
}

#[test]
fn the_page_on_recordings_shows_what_is_told() {
    let document = include_str!("../../docs/inventory.md");
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("account.json");
    let facet = |key: &str| {
        let facets = format!(r#""iam:ListUsers": {{ "{key}": {{ "UserName": "ada" }} }}"#);
        format!("          {{ \"facets\": {{ {facets} }} }}")
    };
    let shown = refused(&path, &users(&[facet("reads")]), &["get", "AWS::IAM::User"]);
    assert!(document.contains(shown.trim_end()), "{shown}");
    let wrong = vec![facet("reads"); 6];
    let shown = refused(&path, &users(&wrong), &["get", "AWS::IAM::User"]);
    assert_eq!(shown.matches("error[").count(), 10, "{shown}");
    assert!(shown.contains("and 2 more"), "{shown}");
    assert!(document.contains("the first ten problems at once"));
}
