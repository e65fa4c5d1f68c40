//! What follows from a document that could not be read is no problem of its own.

use super::*;

/// A tree in which everything refers to something else.
const TREE: [(&str, &str); 6] = [
    ("accounts.yaml", ACCOUNT),
    (
        "groups.yaml",
        "apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: storage }
spec:
  accounts: { names: [prod] }
  checks:
    - { id: own, select: AWS::S3::Bucket, assert: 'tag(\"a\") != null' }
    - { id: used, uses: acme/tagged, with: { key: b } }
  packs: [{ name: house }]
",
    ),
    (
        "types.yaml",
        "apiVersion: cloudcorrect.dev/v1
kind: CheckType
metadata: { name: acme/tagged }
spec:
  parameters: { key: { type: string } }
  select: AWS::S3::Bucket
  assert: tag(params.key) != null
",
    ),
    (
        "packs.yaml",
        "apiVersion: cloudcorrect.dev/v1
kind: Pack
metadata: { name: house }
spec:
  checks:
    - { id: packed, select: AWS::S3::Bucket, assert: 'tag(\"c\") != null' }
",
    ),
    (
        "tests.yaml",
        "apiVersion: cloudcorrect.dev/v1
kind: Test
metadata: { name: own }
spec: { check: storage/own, expect: { notApplicable: ['*'] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Test
metadata: { name: packed }
spec: { pack: house/packed, expect: { notApplicable: ['*'] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Test
metadata: { name: tagged }
spec: { uses: acme/tagged, with: { key: d }, expect: { notApplicable: ['*'] } }
",
    ),
    (
        "waivers.yaml",
        "apiVersion: cloudcorrect.dev/v1
kind: Waiver
metadata: { name: old }
spec:
  match: { group: storage, check: own, account: prod }
  reason: x
  owner: x
  expires: 2027-12-31
",
    ),
];

/// The tree with something else in a file.
fn reading(broken: &str, from: &str, to: &str) -> LoadOutcome {
    let files = TREE.map(|(path, text)| {
        let text = if path == broken { text.replacen(from, to, 1) } else { text.to_owned() };
        SourceFile::new(path, text.as_bytes())
    });
    PolicySet::read(&files)
}

#[test]
fn a_document_that_cannot_be_read_is_the_only_problem() {
    assert_eq!(told(&reading("", "", "")), "");
    // As editors leave a file in the middle of a change, and as people misspell it.
    let slips = [
        ("kind: ", "kind: X"),
        ("kind: ", "kin: "),
        ("metadata: {", "metadata: ["),
        ("metadata: {", "metadata {"),
        ("apiVersion: ", "apiVersion: ["),
        ("spec:", "spec: @"),
        ("spec:", "spec: *x"),
        ("\n", "\n\t"),
    ];
    for (path, _) in TREE {
        for (from, to) in slips {
            let reading = reading(path, from, to);
            let told = told(&reading);
            assert!(!reading.is_clean(), "{path}: `{to}` is no slip");
            let elsewhere = reading.diagnostics.iter().find(|it| *it.place.path != *path);
            assert!(elsewhere.is_none(), "{path}: `{to}`:\n{told}");
        }
    }
}

#[test]
fn what_is_declared_nowhere_is_told_where_all_is_read() {
    for (path, from, to, code) in [
        ("groups.yaml", "acme/tagged", "acme/tagd", Code::UnknownCheckType),
        ("groups.yaml", "house", "hose", Code::UnknownPack),
        ("groups.yaml", "prod", "prd", Code::UnknownAccount),
        ("tests.yaml", "storage/own", "storag/own", Code::UnknownCheck),
        ("tests.yaml", "house/packed", "hose/packed", Code::UnknownPack),
        ("tests.yaml", "acme/tagged", "acme/tagd", Code::UnknownCheckType),
        ("waivers.yaml", "storage", "storag", Code::UnknownGroup),
    ] {
        let reading = reading(path, from, to);
        let found = reading.diagnostics.iter().find(|it| it.code == code);
        let found = found.unwrap_or_else(|| panic!("`{to}`: {}", told(&reading)));
        assert_eq!(*found.place.path, *path);
    }
}

#[test]
fn a_test_that_cannot_be_read_may_be_the_one_that_is_required() {
    let text =
        "apiVersion: cloudcorrect.dev/v1\nkind: Settings\nspec: { require: { tests: true } }\n";
    let file = SourceFile::new(SETTINGS_FILE, text.as_bytes());
    let settings = Settings::read(&file).0.expect("settings");
    let lacks = |reading| {
        let governed = settings.govern(reading).diagnostics;
        governed.iter().any(|found| found.code == Code::TestRequired)
    };
    assert!(lacks(reading("", "", "")), "no test has a passing case");
    assert!(!lacks(reading("tests.yaml", "kind: Test", "kind: Tset")));
    assert!(!lacks(reading("tests.yaml", "expect:", "expct:")));
}
