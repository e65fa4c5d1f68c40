//! Names of files that no author would choose: nothing that is said of them does more than say it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde_json::Value as Json;

use super::{cloudcorrect, sarif_results, text};

/// Names that would end a line, begin a command of a workflow, or steer a terminal.
const ODD: [&str; 5] = [
    "a\n::error::injected\n.yaml",
    "b\r\n::stop-commands::x.yaml",
    "c%0A::x,y:z.yaml",
    "d\u{1b}[31m.yaml",
    "e\u{202e}.yaml",
];

/// A tree with a file for each name.
fn tree<'a>(files: impl IntoIterator<Item = (&'a [u8], &'a str)>) -> tempfile::TempDir {
    let tree = tempfile::tempdir().expect("a directory");
    fs::create_dir(tree.path().join("policies")).expect("a directory");
    for (name, content) in files {
        let file = tree.path().join("policies").join(OsStr::from_bytes(name));
        fs::create_dir_all(file.parent().expect("a directory")).expect("a directory");
        fs::write(file, content).expect("a file");
    }
    tree
}

/// What a command says of the tree, of which its directory is left out; both streams.
fn said(tree: &Path, arguments: &[&str]) -> String {
    let path = tree.join("policies");
    let path = path.to_str().expect("UTF-8");
    let (command, options) = arguments.split_first().expect("a command");
    let output = cloudcorrect(&[&[*command, path], options].concat());
    (text(&output.stdout) + &text(&output.stderr)).replace(path, "policies")
}

/// Whether the text has neither a line that a workflow obeys nor anything that steers a terminal.
fn is_harmless(said: &str) -> bool {
    said.lines().all(|line| !line.trim_start().starts_with("::"))
        && said.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}')
}

fn broken() -> tempfile::TempDir {
    tree(ODD.map(|name| (name.as_bytes(), "apiVersion: cloudcorrect.dev/v1\nkind: Groop\n")))
}

#[test]
fn diagnostics_tell_odd_names_without_obeying_them() {
    let tree = broken();
    let shown = said(tree.path(), &["validate"]);
    assert!(is_harmless(&shown), "{shown:?}");
    let places: Vec<&str> = shown.lines().filter(|line| line.starts_with(" --> ")).collect();
    insta::assert_snapshot!(places.join("\n"), @r"
    --> policies/a�::error::injected�.yaml:2:7
    --> policies/b��::stop-commands::x.yaml:2:7
    --> policies/c%0A::x,y:z.yaml:2:7
    --> policies/d�[31m.yaml:2:7
    --> policies/e�.yaml:2:7
    ");

    let shown = said(tree.path(), &["validate", "--format", "github"]);
    insta::assert_snapshot!(shown.replace('\u{202e}', "<turned>"), @r"
    ::error file=policies/a%0A%3A%3Aerror%3A%3Ainjected%0A.yaml,line=2,endLine=2,col=7,endColumn=11,title=unknown-kind::there is no kind `Groop`%0Adid you mean `Group`?%0Acloudcorrect validate --explain unknown-kind
    ::error file=policies/b%0D%0A%3A%3Astop-commands%3A%3Ax.yaml,line=2,endLine=2,col=7,endColumn=11,title=unknown-kind::there is no kind `Groop`%0Adid you mean `Group`?%0Acloudcorrect validate --explain unknown-kind
    ::error file=policies/c%250A%3A%3Ax%2Cy%3Az.yaml,line=2,endLine=2,col=7,endColumn=11,title=unknown-kind::there is no kind `Groop`%0Adid you mean `Group`?%0Acloudcorrect validate --explain unknown-kind
    ::error file=policies/d�[31m.yaml,line=2,endLine=2,col=7,endColumn=11,title=unknown-kind::there is no kind `Groop`%0Adid you mean `Group`?%0Acloudcorrect validate --explain unknown-kind
    ::error file=policies/e<turned>.yaml,line=2,endLine=2,col=7,endColumn=11,title=unknown-kind::there is no kind `Groop`%0Adid you mean `Group`?%0Acloudcorrect validate --explain unknown-kind
    ");
}

#[test]
fn programs_are_told_odd_names_as_they_are() {
    let tree = broken();
    let root = tree.path().join("policies");
    let names: Vec<String> =
        ODD.iter().map(|name| format!("{}/{name}", root.to_str().expect("UTF-8"))).collect();
    let json = |format| -> Json {
        let arguments = ["validate", root.to_str().expect("UTF-8"), "--format", format];
        serde_json::from_slice(&cloudcorrect(&arguments).stdout).expect("JSON")
    };
    let told = json("json");
    let told = told.as_array().expect("a list").iter().map(|it| &it["place"]["path"]);
    assert_eq!(told.collect::<Vec<_>>(), names.iter().collect::<Vec<_>>());

    let sarif = json("sarif");
    let uris = sarif_results(&sarif).iter().map(|it| {
        let location = &it["locations"][0]["physicalLocation"]["artifactLocation"];
        let uri = location["uri"].as_str().expect("an address");
        assert!(uri.is_ascii() && !uri.contains(char::is_control), "{uri}");
        // What is in no repository is told from the root of the file system.
        let uri = uri.strip_prefix("file://").expect("an absolute path");
        percent_encoding::percent_decode_str(uri).decode_utf8().expect("UTF-8").into_owned()
    });
    assert_eq!(uris.collect::<Vec<_>>(), names);
}

#[test]
fn a_name_that_is_no_text_is_refused_as_in_a_commit() {
    let account = "apiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: { name: prod }\n\
                   spec: { aws: { accountId: 123456789012, regions: [eu-west-1] } }\n";
    let names: [&[u8]; 4] = [b"a.yaml", b"b\xff.yaml", b"c\xff/x.yaml", b"d\xff.md"];
    let shown = said(tree(names.map(|name| (name, account))).path(), &["validate"]);
    insta::assert_snapshot!(shown, @r"
    error[unreadable-file]: the name is not UTF-8; rename it
     --> policies/b�.yaml:1:1

    error[unreadable-file]: the name is not UTF-8; rename it
     --> policies/c�:1:1

    1 file: 2 errors, 0 warnings
    ");
}

#[test]
fn verdicts_and_tests_tell_odd_names_without_obeying_them() {
    let example = |file| fs::read_to_string(Path::new("example-policies/policies").join(file));
    let [accounts, storage] =
        ["accounts.yaml", "storage.yaml"].map(|file| example(file).expect("an example"));
    let waiver = "apiVersion: cloudcorrect.dev/v1\nkind: Waiver\nmetadata: { name: over }\nspec:\n  \
                  match: { group: storage }\n  reason: x\n  owner: ada\n  expires: 2020-01-01\n";
    let test = "apiVersion: cloudcorrect.dev/v1\nkind: Test\nmetadata: { name: wrong }\nspec:\n  \
                check: storage/versioned\n  given: { AWS::S3::Bucket: [{ BucketName: a }] }\n  \
                expect: { pass: [a] }\n";
    let contents = [waiver, test, accounts.as_str(), "", &storage];
    let tree = tree(ODD.iter().map(|name| name.as_bytes()).zip(contents));
    let inventory = "examples/demo-account.json";
    for (arguments, tells) in [
        (
            &["evaluate", "--inventory", inventory][..],
            "(policies/a\u{fffd}::error::injected\u{fffd}.yaml:",
        ),
        (
            &["test", "--mutate", "--coverage"],
            "  policies/b\u{fffd}\u{fffd}::stop-commands::x.yaml:7:20: `a` is not selected",
        ),
        (&["evaluate", "--inventory", inventory, "--format", "json"], "/e\\u202e.yaml\""),
        (&["test", "--format", "junit"], "/b\u{fffd}\u{fffd}::stop-commands::x.yaml"),
    ] {
        let shown = said(tree.path(), arguments);
        assert!(is_harmless(&shown), "{arguments:?}: {shown}");
        assert!(shown.contains(tells), "{arguments:?}: {shown}");
    }
}
