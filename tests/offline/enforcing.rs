//! `newOnly` without a history: all that fails counts, and that is said.

use std::fs;

use super::{cloudcorrect, text};

const ACCOUNT: &str = "apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod }
spec:
  aws: { accountId: 123456789012, regions: [us-east-1, eu-west-1] }
---
";

fn group(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: {{ name: {name} }}
spec:
{spec}  checks:
    - id: mfa
      select: AWS::IAM::User
      assert: size(resource.MFADevices) > 0
---
"
    )
}

#[test]
fn without_a_history_all_that_fails_is_new() {
    let tree = tempfile::tempdir().expect("a directory");
    let new_only = "  enforce: { newOnly: 2026-11-22 }\n";
    let audit = format!("  mode: audit\n{new_only}");
    let groups =
        [group("a", new_only), group("b", ""), group("c", &audit), group("d", new_only)].concat();
    fs::write(tree.path().join("a.yaml"), format!("{ACCOUNT}{groups}")).expect("a file");
    let path = tree.path().to_str().expect("UTF-8");
    let evaluate = |more: &[&str]| {
        let arguments = ["evaluate", path, "--inventory", "examples/demo-account.json"];
        cloudcorrect(&[&arguments[..], more].concat())
    };
    let output = evaluate(&[]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    insta::assert_snapshot!(text(&output.stderr), @"note: `newOnly` takes the history that the service keeps; without it all that fails counts as new (`a`, `d`)");
    let one = evaluate(&["--group", "b"]);
    assert_eq!((one.status.code(), text(&one.stderr).as_str()), (Some(1), ""));
}
