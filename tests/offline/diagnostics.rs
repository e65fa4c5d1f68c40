//! The registry of codes: each example gives its code, or none, when it is validated.

use std::fs;
use std::path::Path;

use cloudcorrect::diagnostic::{Code, Example, ExampleContext};
use cloudcorrect::document::SourceFile;
use cloudcorrect::policy::PolicySet;
use serde_json::Value;

use super::{cloudcorrect, text};

const ACCOUNT: &str = "apiVersion: cloudcorrect.dev/v1\nkind: Account\n\
                       metadata: { name: prod, labels: { env: prod } }\n\
                       spec:\n  aws: { accountId: 123456789012, regions: [eu-west-1] }\n";

const GROUP: &str = "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: { name: storage }\n\
                     spec:\n  owner: platform@example.com\n  checks:\n    - ";

const VERSIONED: &str = "id: versioned\ntitle: Buckets keep old versions\nseverity: medium\n\
                         select: AWS::S3::Bucket\n\
                         assert: resource.VersioningConfiguration.Status == \"Enabled\"\n";

/// Codes of bounds, beside which a file that is beyond them has other problems.
const WITH_OTHERS: [Code; 5] = [
    Code::TooManyChecks,
    Code::TooManyNames,
    Code::TooManyProblems,
    Code::TooManySchedules,
    Code::TooManyUses,
];

/// The lines of an example, with `# N times` and what stands for a character or a byte in effect.
fn written_out(text: &str) -> Vec<u8> {
    let mut lines = String::new();
    for line in text.lines() {
        let (line, times) = repeated(line).unwrap_or((line, 1));
        for n in 1..=times {
            lines += &line.replace("{n}", &n.to_string());
            lines.push('\n');
        }
    }
    let mut bytes = Vec::new();
    let mut rest = lines.as_str();
    while let Some((before, (mark, after))) =
        rest.split_once('<').and_then(|(before, rest)| Some((before, rest.split_once('>')?)))
    {
        bytes.extend(before.as_bytes());
        let number = |prefix: &str| {
            mark.strip_prefix(prefix).and_then(|digits| u32::from_str_radix(digits, 16).ok())
        };
        match (number("U+").and_then(char::from_u32), number("0x")) {
            (Some(c), _) => bytes.extend(c.to_string().as_bytes()),
            (_, Some(byte)) => bytes.push(u8::try_from(byte).expect("a byte")),
            _ => bytes.extend(format!("<{mark}>").as_bytes()),
        }
        rest = after;
    }
    bytes.extend(rest.as_bytes());
    bytes
}

/// A line and how often it stands there.
fn repeated(line: &str) -> Option<(&str, usize)> {
    let (line, times) = line.strip_suffix(" times")?.rsplit_once(' ')?;
    let line = line.strip_suffix(" #").or_else(|| line.strip_suffix(" //"))?;
    Some((line, times.replace(',', "").parse().ok()?))
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n      ").trim_end().to_owned() + "\n"
}

/// Writes an example into a repository.
fn place(example: &Example, root: &Path) {
    let bytes = written_out(example.text);
    let policies = root.join("policies");
    let write = |path: &str, bytes: &[u8]| {
        fs::create_dir_all(&policies).expect("a directory");
        fs::write(root.join(path), bytes).expect("a file");
    };
    let documents = |bytes: &[u8]| write("policies/example.yaml", bytes);
    let check = |text: &[u8]| {
        let lines = text.split(|byte| *byte == b'\n').collect::<Vec<_>>();
        documents(&[GROUP.as_bytes(), &lines.join(&b"\n      "[..])].concat());
    };
    match example.context {
        ExampleContext::Documents => documents(&bytes),
        ExampleContext::Tested => {
            write("policies/storage.yaml", format!("{GROUP}{}", indented(VERSIONED)).as_bytes());
            documents(&bytes);
        }
        ExampleContext::Check => check(&bytes),
        ExampleContext::Assertion => {
            let expression = serde_json::to_string(&text(&bytes)).expect("JSON");
            let (before, _) = VERSIONED.split_once("assert").expect("an assertion");
            check(format!("{before}assert: {expression}").as_bytes());
        }
        ExampleContext::File(name) if name.starts_with('.') => write(name, &bytes),
        ExampleContext::File(name) => write(&format!("policies/{name}"), &bytes),
        ExampleContext::Shell | ExampleContext::Environment => unreachable!("elsewhere"),
    }
}

/// The codes of what is wrong with the examples together.
fn codes(examples: &[Example]) -> Vec<String> {
    let root = tempfile::tempdir().expect("a directory");
    let has_account = |it: &Example| {
        it.text.contains("kind: Account") || it.text.contains(r#""kind": "Account""#)
    };
    for example in examples {
        place(example, root.path());
    }
    let policies = root.path().join("policies");
    if !examples.iter().any(has_account) {
        fs::create_dir_all(&policies).expect("a directory");
        fs::write(policies.join("accounts.yaml"), ACCOUNT).expect("a file");
    }
    let output = cloudcorrect(&["validate", policies.to_str().expect("UTF-8"), "--format", "json"]);
    let found: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    found.iter().map(|it| it["code"].as_str().expect("a code").to_owned()).collect()
}

/// The same of a text that is no file: of those, commands and commits tell the size themselves.
fn of_a_text(examples: &[Example]) -> Vec<String> {
    let example = examples.first().expect("an example");
    let file = SourceFile::new("example.yaml", written_out(example.text));
    let found = PolicySet::read(&[file]).diagnostics;
    found.iter().map(|it| it.code.to_string()).collect()
}

/// `true` for commands, which are run where commits are synced, and for what is read as the
/// operator's settings.
fn is_elsewhere(context: ExampleContext) -> bool {
    matches!(
        context,
        ExampleContext::Shell
            | ExampleContext::Environment
            | ExampleContext::File("cloudcorrect.toml")
    )
}

#[test]
fn each_example_gives_its_code_or_none() {
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let examples: Vec<Example> = code.examples().collect();
        if examples.iter().any(|it| is_elsewhere(it.context)) {
            continue;
        }
        let at = examples.iter().position(|it| it.is_right).expect("a right one");
        let (bad, good) = examples.split_at(at);
        let found = match code {
            Code::FileTooLarge => of_a_text(bad),
            _ => codes(bad),
        };
        let is_it = |name: &String| name == code.as_str();
        let is_told = found.iter().any(is_it);
        if !is_told || !WITH_OTHERS.contains(code) && !found.iter().all(is_it) {
            wrong.push(format!("{code}: the wrong example gives {found:.5?}"));
        }
        let found = codes(good);
        if !found.is_empty() {
            wrong.push(format!("{code}: the right example gives {found:.5?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_code_is_explained_and_a_misspelt_one_guessed() {
    let output = cloudcorrect(&["validate", "--explain", "unknown-key"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    insta::assert_snapshot!(text(&output.stdout), @r#"
    unknown-key: There is no such key here.

    A key that is not read looks as if it did something. Mostly it is misspelt, or stands one
    level too deep.

    Wrong, in the `checks` of a group:

        id: versioned
        title: Buckets keep old versions
        severety: high
        select: AWS::S3::Bucket
        assert: resource.VersioningConfiguration.Status == "Enabled"

    Right, in the `checks` of a group:

        id: versioned
        title: Buckets keep old versions
        severity: high
        select: AWS::S3::Bucket
        assert: resource.VersioningConfiguration.Status == "Enabled"
    "#);
    let output = cloudcorrect(&["validate", "--explain", "unknown-kee"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
    let told = text(&output.stderr);
    let first: Vec<&str> = told.lines().take(5).collect();
    insta::assert_snapshot!(first.join("\n"), @"
    error: there is no code `unknown-kee`; did you mean `unknown-key`?

    The codes are:
      alias
      anchor
    ");
    assert_eq!(told.lines().count(), 3 + Code::ALL.len());
    let output = cloudcorrect(&["validate", "--explain", "unknown\u{1b}[31m\u{202e}"]);
    let told = text(&output.stderr);
    assert!(told.starts_with("error: there is no code `unknown\u{fffd}[31m\u{fffd}`"), "{told:?}");
}
