//! `.cloudcorrect.yaml`: found from wherever policies are, by the commands that read them.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{cloudcorrect, text};

const ACCOUNT: &str = "\
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod }
spec: { aws: { accountId: '123456789012', regions: [us-east-1] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: compute }
spec: { checks: [{ id: old, select: AWS::EC2::Instance, assert: 'resource.EbsOptimized' }] }
";

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
    fs::write(path, text).expect("a file");
}

fn settings(spec: &str) -> String {
    format!("apiVersion: cloudcorrect.dev/v1\nkind: Settings\nspec: {spec}\n")
}

fn validate(root: &Path, path: &Path) -> String {
    let output = cloudcorrect(&["validate", path.to_str().expect("UTF-8")]);
    let shown = format!("{}{}", text(&output.stdout), text(&output.stderr));
    shown.replace(root.to_str().expect("UTF-8"), "ROOT")
}

#[test]
fn the_nearest_settings_above_hold() {
    let tree = TempDir::new().expect("a directory");
    let root = tree.path();
    write(root, "deep/policies/a.yaml", ACCOUNT);
    write(root, "deep/policies/drafts/b.yaml", "kind: [");
    write(root, ".cloudcorrect.yaml", &settings("{ exclude: ['deep/policies/drafts/**'] }"));
    insta::assert_snapshot!(validate(root, &root.join("deep/policies")), @"1 file: 1 group, 1 check, 1 account are good");
    write(root, "deep/.cloudcorrect.yaml", &settings("{ require: { owner: true } }"));
    insta::assert_snapshot!(validate(root, &root.join("deep/policies")), @r"
    error[owner-required]: group `compute` names no owner
     --> ROOT/deep/policies/a.yaml:8:19
      |
    8 | metadata: { name: compute }
      |                   ^^^^^^^
      = help: add `owner` to its `spec`

    error[yaml-syntax]: a value is missing here
     --> ROOT/deep/policies/drafts/b.yaml:1:8
      |
    1 | kind: [
      |        ^
      = help: write one, and close each `[` and `{` that is open

    2 files: 2 errors, 0 warnings
    ");
    // A repository that has none is not held to those of one around it.
    fs::remove_file(root.join("deep/.cloudcorrect.yaml")).expect("it was there");
    fs::create_dir(root.join("deep/.git")).expect("a directory");
    assert!(validate(root, &root.join("deep/policies")).contains("1 error, 0 warnings"));
}

#[test]
fn settings_that_the_service_would_not_read_are_refused() {
    let tree = TempDir::new().expect("a directory");
    let root = tree.path();
    write(root, "policies/a.yaml", ACCOUNT);
    fs::create_dir(root.join(".git")).expect("a directory");
    write(root, ".cloudcorrect.yml", &settings("{}"));
    insta::assert_snapshot!(validate(root, &root.join("policies")), @"error: `ROOT/.cloudcorrect.yml` is not read; call it `.cloudcorrect.yaml`");
    fs::remove_file(root.join(".cloudcorrect.yml")).expect("it was there");
    write(root, "cloudcorrect.yaml", &settings("{}"));
    insta::assert_snapshot!(validate(root, &root.join("policies")), @"error: `ROOT/cloudcorrect.yaml` is not read; call it `.cloudcorrect.yaml`");
    write(root, "cloudcorrect.yaml", ACCOUNT);
    assert!(!validate(root, &root.join("policies")).contains("is not read"));
    write(root, "policies/.cloudcorrect.yaml", &settings("{}"));
    insta::assert_snapshot!(validate(root, &root.join("policies")), @"error: `ROOT/policies/.cloudcorrect.yaml` is not at the root of the repository, `ROOT`; move it there");
}

#[test]
fn settings_that_cannot_be_read_are_an_error() {
    let tree = TempDir::new().expect("a directory");
    let root = tree.path();
    write(root, "policies/a.yaml", ACCOUNT);
    write(root, ".cloudcorrect.yaml", &settings("{ excludes: [] }"));
    insta::assert_snapshot!(validate(root, &root.join("policies")), @r"
    error[unknown-key]: `spec` has no `excludes`
     --> ROOT/.cloudcorrect.yaml:3:9
      |
    3 | spec: { excludes: [] }
      |         ^^^^^^^^
      = help: did you mean `exclude`?

    1 file: 1 error, 0 warnings
    ");
    fs::remove_file(root.join(".cloudcorrect.yaml")).expect("it was there");
    std::os::unix::fs::symlink("policies/a.yaml", root.join(".cloudcorrect.yaml")).expect("a link");
    insta::assert_snapshot!(validate(root, &root.join("policies")), @"error: `ROOT/.cloudcorrect.yaml` is no plain file of at most 1 MiB");
}
