//! `Settings`: what a repository asks of its policies.

use insta::assert_snapshot;

use super::*;

fn settings(spec: &str) -> (Option<Settings>, String) {
    let text = format!("apiVersion: cloudcorrect.dev/v1\nkind: Settings\nspec:\n{spec}");
    let (settings, diagnostics) = Settings::read(&SourceFile::new(SETTINGS_FILE, text.as_bytes()));
    (settings, told(&LoadOutcome { diagnostics, ..LoadOutcome::default() }))
}

fn right(spec: &str) -> Settings {
    let (settings, problems) = settings(spec);
    settings.expect(&problems)
}

const POLICIES: &str = "\
apiVersion: cloudcorrect.dev/v1
kind: Pack
metadata: { name: house }
spec:
  checks:
    - id: listed
      select: AWS::S3::Bucket
      assert: resource.BucketName != \"y\"
      remediation: Rename it.
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: storage }
spec:
  packs: [{ name: house }]
  checks:
    - id: named
      select: AWS::S3::Bucket
      assert: resource.BucketName != \"x\"
      compliance: [house/1]
---
apiVersion: cloudcorrect.dev/v1
kind: Test
metadata: { name: named }
spec:
  check: storage/named
  given: { AWS::S3::Bucket: [{ BucketName: a }] }
  expect: { pass: [a] }
";

fn governed(spec: &str) -> String {
    let reading = read(&format!("{ACCOUNT}{POLICIES}"));
    assert!(reading.is_clean(), "{:#?}", reading.diagnostics);
    told(&right(spec).govern(reading))
}

#[test]
fn what_the_repository_requires_is_told_where_it_lacks() {
    assert_eq!(governed("  require: {}\n"), "");
    let blank =
        format!("{ACCOUNT}{POLICIES}").replace("spec:\n  packs", "spec:\n  owner: ' '\n  packs");
    let told = told(&right("  require: { owner: true }\n").govern(read(&blank)));
    assert!(told.contains("[owner-required]"), "{told}");
    assert_snapshot!(governed("  require: { owner: true }\n"), @r"
    19:19-19:26: error[owner-required] group `storage` names no owner
        help: add `owner` to its `spec`
    ");
    assert_snapshot!(governed("  require: { compliance: true, remediation: true }\n"), @r"
    12:11-12:17: error[compliance-required] check `listed` belongs to no control
        help: add `compliance`, a list of controls
    23:11-23:16: error[remediation-required] check `named` does not say what to do
        help: add `remediation`
    ");
    assert_snapshot!(governed("  require: { tests: true }\n"), @r"
    12:11-12:17: error[test-required] `pack house/listed` has no test
        help: add a `Test` with a resource that passes and one that fails
    23:11-23:16: error[test-required] `storage/named` has no case that fails
        help: add a `Test` with a resource that passes and one that fails
    ");
}

#[test]
fn warnings_refuse_where_the_repository_says_so() {
    let text = format!("{ACCOUNT}{}", POLICIES.replace("resource.BucketName != \"x\"", "'true'"));
    let reading = read(&text);
    assert!(reading.is_clean());
    assert!(right("  warnings: allow\n").govern(reading.clone()).is_clean());
    let refused = right("  warnings: deny\n").govern(reading);
    assert!(!refused.is_clean());
    assert_snapshot!(told(&refused), @r"
    25:16-25:20: error[constant-assertion] the assertion is always true
        help: ask something of `resource`
    ");
}

#[test]
fn patterns_leave_files_out() {
    let settings = right("  exclude: [policies/drafts/**, '*.json', 'policies/*-old.yaml']\n");
    for path in
        ["policies/drafts/a.yaml", "policies/drafts/a/b.yml", "a.json", "policies/a-old.yaml"]
    {
        assert!(settings.excludes(path), "{path}");
    }
    for path in ["policies/a.yaml", "drafts/a.yaml", "policies/a.json", "policies/a/b-old.yaml"] {
        assert!(!settings.excludes(path), "{path}");
    }
}

#[test]
fn patterns_that_match_no_file_are_told() {
    let list = r"['policies/drafts/', '../drafts/**', 'policies//drafts/*', 'policies\drafts\**']";
    let (right, problems) = settings(&format!("  exclude: {list}\n"));
    assert!(right.is_some(), "{problems}");
    assert_snapshot!(problems, @r"
    4:13-4:31: warning[invalid-pattern] `policies/drafts/` matches no file: no file's path ends with `/`
        help: write `policies/drafts/**` for what is in the directory
    4:33-4:47: warning[invalid-pattern] `../drafts/**` matches no file: no path has `//`, `.` or `..` in it
        help: write it as in `policies/drafts/**`
    4:49-4:69: warning[invalid-pattern] `policies//drafts/*` matches no file: no path has `//`, `.` or `..` in it
        help: write it as in `policies/drafts/**`
    4:71-4:91: warning[invalid-pattern] `policies\drafts\**` matches no file: directories stand apart by `/`, and `\` takes a sign as it is
        help: write `policies/drafts/**`
    ");
    // What a pattern takes as it is may be one of its own signs, and a submodule has any name.
    for fine in
        ["policies/drafts/**", "policies/drafts", "**/*.{yaml,yml}", r"policies/\[old\]/*", "..a/*"]
    {
        let (right, problems) = settings(&format!("  exclude: ['{fine}']\n"));
        assert!(right.is_some() && problems.is_empty(), "{problems}");
    }
}

#[test]
fn a_truth_value_is_told_as_it_is_written() {
    for (value, words, help) in [
        ("'true'", "the text `'true'`", "write `true` without quotes"),
        ("\"no\"", "the text `\"no\"`", "write `false` without quotes"),
        ("yes", "`yes`", "write `true`"),
        ("OFF", "`OFF`", "write `false`"),
        ("|\n      true", "the text `true…`", "write `true` without quotes"),
        ("'maybe'", "the text `'maybe'`", "Each check and check type"),
        ("[true]", "a list", "Each check and check type"),
    ] {
        let (read, problems) = settings(&format!("  require:\n    tests: {value}\n"));
        assert!(read.is_none(), "{value}");
        let told = format!("`tests` is {words}, but must be `true` or `false`\n    help: {help}");
        assert!(problems.contains(&told), "{value}: {problems}");
    }
    for value in ["true", "False", "TRUE"] {
        let (read, problems) = settings(&format!("  require: {{ tests: {value} }}\n"));
        assert!(read.is_some() && problems.is_empty(), "{problems}");
    }
}

#[test]
fn what_is_wrong_with_settings_is_told_at_its_place() {
    let problems = |spec: &str| {
        let (settings, problems) = settings(spec);
        assert!(settings.is_none(), "{spec}");
        problems
    };
    assert_snapshot!(problems("  exclude: ['a[', /b, ok/**, {}]\n"), @r"
    4:13-4:17: error[invalid-pattern] `a[` is no pattern: unclosed character class; missing ']'
        help: write it as in `policies/drafts/**`
    4:19-4:21: error[invalid-pattern] patterns begin at the repository's root, without `/` or `./`
        help: write it as in `policies/drafts/**`
    4:30-4:31: error[wrong-type] an item of `exclude` is a mapping, but must be text
    ");
    assert_snapshot!(problems("  require: { owners: true, tests: maybe }\n  warnings: refuse\n"), @r"
    4:14-4:20: error[unknown-key] `require` has no `owners`
        help: did you mean `owner`?
    4:35-4:40: error[wrong-type] `tests` is `maybe`, but must be `true` or `false`
        help: Each check and check type has a test with a passing and a failing case.
    5:13-5:19: error[unknown-word] `warnings` is `refuse`, but must be `allow` or `deny`
    ");
    assert_snapshot!(problems("  warnings: deny\n---\napiVersion: cloudcorrect.dev/v1\nkind: Group\n"), @r"
    6:1-6:2: error[misplaced] there is one `Settings` document, and nothing beside it
        help: put policies into the directory of policies
    ");
    let long = format!("  exclude: [{}]\n", "x".repeat(300));
    assert_snapshot!(problems(&long).replace(&"x".repeat(300), "x*300"), @"4:13-4:313: error[too-long] an item of `exclude` has 300 characters; at most 200 are allowed");
    let text = "apiVersion: cloudcorrect.dev/v1\nkind: Group\nspec: {}\n";
    let (none, diagnostics) = Settings::read(&SourceFile::new(SETTINGS_FILE, text.as_bytes()));
    assert!(none.is_none());
    assert_snapshot!(told(&LoadOutcome { diagnostics, ..LoadOutcome::default() }), @"2:7-2:12: error[unknown-word] `kind` is `Group`, but must be `Settings`");
}

#[test]
fn no_settings_ask_nothing() {
    for text in ["", "# nothing yet\n", "---\n"] {
        let (settings, problems) = Settings::read(&SourceFile::new(SETTINGS_FILE, text.as_bytes()));
        assert!(settings.is_some() && problems.is_empty(), "{text:?}: {problems:?}");
    }
}

#[test]
fn settings_among_policies_are_told_where_they_belong() {
    assert_snapshot!(problems("apiVersion: cloudcorrect.dev/v1\nkind: Settings\nspec: {}\n"), @r"
    2:7-2:15: error[misplaced] `Settings` stand in `.cloudcorrect.yaml`, not among policies
        help: move them there, to the root of the repository
    ");
}
