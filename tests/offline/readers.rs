//! What programs read of our outputs, in these programs: logs in SARIF, files of `JUnit`.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use super::editors::server::installed;
use super::{EVALUATE, cloudcorrect, text};

/// Files of a tree with an error and warnings.
const BROKEN: &str = "apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: storage }
spec:
  schedule: { every: 15m }
  checks:
    - { id: a, title: A, severity: low, select: AWS::S3::Bukket, assert: 'true' }
    - { id: b, title: B, severity: low, select: AWS::S3::Bucket, assert: resource.BucketName != 'x' }
";

/// Problems of a log that the `validate` of sarif-multitool tells, a line each: its rule and words.
/// Its rules are those of the standard and those of GitHub's code scanning.
fn problems(log: &Path) -> Vec<String> {
    let program = "node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool";
    let mut tool = Command::new(installed("TEST_EDITORS", "editors", program));
    // A machine without the data of languages has texts all the same.
    tool.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1").arg("validate").arg(log);
    tool.args(["--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note"]);
    let output = tool.output().expect("it runs");
    let said = text(&output.stdout);
    assert!(said.contains("Analysis completed successfully"), "{said}{}", text(&output.stderr));
    let told = said.lines().filter_map(|line| Some(line.split_once("): ")?.1.to_owned()));
    told.collect()
}

#[test]
fn logs_in_sarif_are_what_code_scanning_takes() {
    let place = tempfile::tempdir().expect("a directory");
    let broken = place.path().join("broken.yaml");
    fs::write(&broken, BROKEN).expect("a file");
    let broken = broken.to_str().expect("UTF-8");
    let evaluated = [&EVALUATE[..], &["--format", "sarif"]].concat();
    let validated = ["validate", "--format", "sarif", broken];
    for (name, arguments) in [("evaluate", &evaluated[..]), ("validate", &validated)] {
        let log = place.path().join(format!("{name}.sarif"));
        fs::write(&log, cloudcorrect(arguments).stdout).expect("a file");
        let mut told: Vec<_> = problems(&log).into_iter().filter(|told| !is_known(told)).collect();
        told.truncate(5);
        assert_eq!(told, Vec::<String>::new(), "{name}");
    }
    // The tool does say what is lacking.
    let lacking = place.path().join("lacking.sarif");
    let log = text(&cloudcorrect(&evaluated).stdout);
    fs::write(&lacking, log.replace("\"help\": {", "\"halp\": {")).expect("a file");
    let told = problems(&lacking);
    assert!(told.iter().any(|told| told.contains("GH2012") || told.contains("halp")), "{told:?}");
}

/// `true` of what is left out with a reason: there is no address of the program that everybody may
/// read (SARIF2005). Of the notes, which are taste, those on the names of rules are heeded.
fn is_known(told: &str) -> bool {
    let is_note = told.starts_with("note ") && !told.contains("friendly name");
    is_note || told.starts_with("warning SARIF2005")
}

/// What junitparser, of the Python packages in `tests/servers/`, reads of a file of `JUnit`.
const JUNITPARSER: &str = "import sys
from junitparser import JUnitXml
for suite in JUnitXml.fromfile(sys.argv[1]):
    timed = all(case.time is not None for case in suite) and suite.time is not None
    print(suite.name, suite.tests, suite.failures, suite.errors, timed)
";

#[test]
fn junit_is_what_its_readers_take() {
    let place = tempfile::tempdir().expect("a directory");
    let broken = place.path().join("broken.yaml");
    fs::write(&broken, BROKEN).expect("a file");
    let read = |tree: &str| {
        let file = place.path().join("junit.xml");
        fs::write(&file, cloudcorrect(&["test", "--format", "junit", tree]).stdout)
            .expect("a file");
        let mut python = Command::new(installed("TEST_SERVERS", "servers", "bin/python"));
        let output = python.args(["-c", JUNITPARSER]).arg(file).output().expect("python runs");
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let good = read("example-policies/policies");
    assert!(
        good.lines().count() > 5 && good.lines().all(|line| line.ends_with(" 0 0 True")),
        "{good}"
    );
    assert_eq!(read(broken.to_str().expect("UTF-8")), "policies 2 0 2 False\n");
}

#[test]
fn findings_of_one_check_are_told_apart_and_two_commands_too() {
    let log = |more: &[&str]| -> Json {
        let output = cloudcorrect(&[&EVALUATE[..], &["--format", "sarif"], more].concat());
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let run = &log(&[])["runs"][0];
    assert_eq!(run["automationDetails"]["id"], "cloudcorrect/evaluate/");
    let results = run["results"].as_array().expect("results");
    let read = |result: &Json| {
        let read = result["partialFingerprints"]["primaryLocationLineHash"].as_str();
        read.expect("what GitHub reads").to_owned()
    };
    let mut fingerprints: Vec<String> = results.iter().map(read).collect();
    fingerprints.sort();
    fingerprints.dedup();
    assert_eq!(fingerprints.len(), results.len());
    let prod = log(&["--sarif-category", "prod"]);
    assert_eq!(prod["runs"][0]["automationDetails"]["id"], "prod/");
    let validated = cloudcorrect(&["validate", "example-policies/policies", "--format", "sarif"]);
    let validated: Json = serde_json::from_slice(&validated.stdout).expect("JSON");
    assert_eq!(validated["runs"][0]["automationDetails"]["id"], "cloudcorrect/validate/");
}

#[test]
fn only_the_outcomes_that_were_asked_for_are_shown() {
    let shown = |format: &str, only: &str| {
        let more = ["--group", "storage", "--format", format, "--only", only];
        let output = cloudcorrect(&[&EVALUATE[..], &more].concat());
        (output.status.code(), text(&output.stdout))
    };
    let (status, log) = shown("sarif", "fail");
    let log: Json = serde_json::from_str(&log).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert_eq!((status, results.len()), (Some(1), 6));
    assert!(results.iter().all(|result| result["kind"] == "fail"));
    let (status, json) = shown("json", "unknown");
    let json: Json = serde_json::from_str(&json).expect("JSON");
    assert_eq!((status, json["findings"].as_array().map(Vec::len)), (Some(1), Some(1)));
    assert_eq!(json["summary"]["findings"]["fail"], 6);
    let (_, table) = shown("csv", "unknown,fail");
    assert_eq!(table.lines().count(), 1 + 6 + 1);
    let (_, people) = shown("text", "unknown");
    assert_eq!((people.matches("  ✗ acme").count(), people.matches("  ? acme").count()), (0, 1));
}

#[test]
fn a_text_lists_what_was_asked_for_and_what_to_do_about_that() {
    let shown = |only: &[&str]| {
        text(&cloudcorrect(&[&EVALUATE[..], &["--group", "storage"], only].concat()).stdout)
    };
    let lines = |shown: &str, mark: &str| {
        shown.lines().filter(|line| line.starts_with(&format!("      {mark}"))).count()
    };
    let passes = shown(&["--only", "pass"]);
    assert!(passes.contains("\n6 fail, 1 unknown, 23 pass, 0 not applicable"), "{passes}");
    let counted = ["✓ ", "✗ ", "? ", "what to do: "].map(|mark| lines(&passes, mark));
    assert_eq!(counted, [23, 0, 0, 0], "{passes}");
    assert!(passes.lines().all(|line| !line.trim_end().ends_with(':')), "{passes}");
    let failures = shown(&["--only", "fail"]);
    let counted = ["✓ ", "✗ ", "? "].map(|mark| lines(&failures, mark));
    assert_eq!(counted, [0, 6, 0], "{failures}");
    assert!(lines(&failures, "what to do: ") > 0, "{failures}");
    let usual = ["✓ ", "✗ ", "? "].map(|mark| lines(&shown(&[]), mark));
    assert_eq!(usual, [0, 6, 1]);
}

/// `evaluate ... | head` ends with the status of what was found, and says nothing.
#[test]
fn a_reader_that_has_gone_away_is_no_error() {
    for format in ["text", "json", "csv", "sarif"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"));
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args(EVALUATE).args(["--format", format]);
        let mut child = command
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("the binary runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        let said = text(&output.stderr);
        assert_eq!(
            (output.status.code(), said.contains("error")),
            (Some(1), false),
            "{format}: {said}"
        );
    }
}
