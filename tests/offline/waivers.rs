//! Waivers on the command line: written for what fails, applied, and told.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;

use super::{EVALUATE, cloudcorrect, sarif_results, text};

const TERMS: [&str; 4] = ["--reason", "There before us: see #12", "--owner", "ada@example.com"];

/// The example policies, in a tree that can be added to.
fn tree() -> tempfile::TempDir {
    let tree = tempfile::tempdir().expect("a directory");
    for file in fs::read_dir("example-policies/policies").expect("the examples") {
        let file = file.expect("a file");
        if file.path().is_dir() {
            continue; // Tests of the policies, which decide nothing.
        }
        fs::copy(file.path(), tree.path().join(file.file_name())).expect("a copy");
    }
    tree
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn evaluate(tree: &Path, more: &[&str]) -> Output {
    let arguments = ["evaluate", path(tree), "--inventory", "examples/demo-account.json"];
    cloudcorrect(&[&arguments[..], more].concat())
}

fn json(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What `evaluate` says of the examples, in a file.
fn results(directory: &Path) -> String {
    let file = directory.join("results.json");
    let results = cloudcorrect(&[&EVALUATE[..], &["--format", "json"]].concat());
    fs::write(&file, results.stdout).expect("a file");
    path(&file).to_owned()
}

#[test]
fn what_fails_is_waived_by_what_waive_writes() {
    let (tree, elsewhere) = (tree(), tempfile::tempdir().expect("a directory"));
    let results = results(elsewhere.path());
    let waivers = tree.path().join("waivers.yaml");
    let waive = ["waive", "--from", &results, "--output", path(&waivers)];
    let output = cloudcorrect(&[&waive[..], &TERMS].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let told = text(&output.stdout).replace(path(&waivers), "waivers.yaml");
    insta::assert_snapshot!(told, @"waivers.yaml: 33 waivers of 66 findings");

    let output = cloudcorrect(&["validate", path(tree.path())]);
    assert!(output.status.success(), "{}", text(&output.stdout));
    let judged = evaluate(tree.path(), &["--format", "json"]);
    assert_eq!(judged.status.code(), Some(3), "nothing fails, and some are unknown");
    let counts = &json(&judged)["summary"]["findings"];
    assert_eq!(
        (&counts["fail"], &counts["waived"], &counts["unknown"]),
        (&0.into(), &66.into(), &4.into())
    );

    let again = cloudcorrect(&[&waive[..], &TERMS].concat());
    assert_eq!(again.status.code(), Some(2), "a file that is there is left alone");
    assert!(text(&again.stderr).contains("is there already"), "{}", text(&again.stderr));
}

#[test]
fn what_only_left_out_is_no_clean_slate() {
    let directory = tempfile::tempdir().expect("a directory");
    let thinned = |only| {
        let results =
            cloudcorrect(&[&EVALUATE[..], &["--format", "json", "--only", only]].concat());
        let file = directory.path().join("thin.json");
        fs::write(&file, results.stdout).expect("a file");
        let output = cloudcorrect(&[&["waive", "--from", path(&file)], &TERMS[..]].concat());
        let said = text(&output.stderr).replace(path(&file), "thin.json");
        (output.status.code(), said, output.stdout)
    };
    for only in ["pass", "unknown,waived", "not_applicable"] {
        let (status, said, written) = thinned(only);
        assert_eq!((status, written), (Some(2), Vec::new()), "{only}");
        let expected =
            "error: `thin.json` has 0 of 66 findings that fail; write it without `--only`\n";
        assert_eq!(said, expected);
    }
    // All that fails is there.
    let (status, said, written) = thinned("fail");
    assert_eq!((status, said.as_str()), (Some(0), ""));
    assert_eq!(text(&written).matches("kind: Waiver").count(), 33);
}

#[test]
fn waive_is_narrowed_and_reads_standard_input() {
    let directory = tempfile::tempdir().expect("a directory");
    let results = fs::read(results(directory.path())).expect("results");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"));
    command.args(["waive", "--from", "-", "--check", "versioned", "--expires", "2099-12-31"]);
    let command = command.args(TERMS).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut waive = command.spawn().expect("the binary runs");
    waive.stdin.take().expect("a pipe").write_all(&results).expect("it reads");
    let output = waive.wait_with_output().expect("it ends");
    insta::assert_snapshot!(text(&output.stdout), @r#"
    apiVersion: cloudcorrect.dev/v1
    kind: Waiver
    metadata:
      name: storage-versioned-0577af50
    spec:
      match:
        group: storage
        check: versioned
        account: "123456789012"
        resource:
        - acme-analytics-export
        - acme-eu-prod-logs
        - acme-prod-logs
      reason: "There before us: see #12"
      owner: ada@example.com
      expires: 2099-12-31
    "#);
}

#[test]
fn what_waive_cannot_do_is_said() {
    let directory = tempfile::tempdir().expect("a directory");
    let results = results(directory.path());
    let waive = |more: &[&str]| {
        let output = cloudcorrect(&[&["waive", "--from", &results], more].concat());
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    let (status, said) = waive(&[&TERMS[..], &["--check", "shop-is-up"]].concat());
    assert_eq!(
        (status, said.as_str()),
        (Some(0), "# nothing of it fails, so there is nothing to waive\n")
    );
    let (status, said) = waive(&[&TERMS[..], &["--group", "stor-age"]].concat());
    assert_eq!(status, Some(2));
    assert_eq!(said, "error: there is no group `stor-age`; did you mean `storage`?\n");
    let (status, said) =
        waive(&[&TERMS[..], &["--group", "storage", "--check", "version-ed"]].concat());
    assert_eq!(status, Some(2));
    assert_eq!(said, "error: there is no check `version-ed`; did you mean `versioned`?\n");
    let (status, said) = waive(&["--reason", " ", "--owner", "ada"]);
    assert_eq!(status, Some(2));
    assert!(
        said.starts_with("error: invalid value ' ' for '--reason <TEXT>': it must not"),
        "{said}"
    );
    let (status, said) = waive(&[&TERMS[..], &["--expires", "tomorrow"]].concat());
    assert_eq!(status, Some(2));
    assert!(said.contains("'--expires <DATE>': write a day, as in `2026-12-31`\n"), "{said}");
    let (status, said) = waive(&[&TERMS[..], &["--expires", "2020-01-01"]].concat());
    assert_eq!(
        (status, said.as_str()),
        (Some(2), "error: 2020-01-01 is over; a waiver holds through its last day\n")
    );
    let broken = directory.path().join("broken.json");
    fs::write(&broken, "{}").expect("a file");
    let output = cloudcorrect(&[&["waive", "--from", path(&broken)][..], &TERMS].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("is not what `cloudcorrect evaluate"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn an_id_that_would_be_a_glob_is_not_waived() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("results.json");
    let finding = |resource: &str| {
        serde_json::json!({
            "group": "g", "check": "c", "outcome": "fail", "account": "123456789012",
            "region": "eu-west-1", "resourceId": resource,
        })
    };
    let found = ["logs", "log*", "what?", "*"].map(finding);
    fs::write(&file, serde_json::json!({ "findings": found }).to_string()).expect("a file");
    let output = cloudcorrect(&[&["waive", "--from", path(&file)], &TERMS[..]].concat());
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(text(&output.stderr), @"
    note: `log*` (g/c) is not waived: as a glob it would cover other resources as well; write the waiver yourself if these may fail
    note: `what?` (g/c) is not waived: as a glob it would cover other resources as well; write the waiver yourself if these may fail
    ");
    let written = text(&output.stdout);
    assert!(written.contains("- logs\n") && !written.contains("log*"), "{written}");
    assert_eq!(written.matches("kind: Waiver").count(), 2, "one is about no resource: {written}");
}

#[test]
fn a_run_is_read_where_a_service_keeps_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"));
    command.current_dir(&directory).env_remove("DATABASE_URL");
    let output = command.args(["waive", "--from", "17"]).args(TERMS).output();
    let output = output.expect("the binary runs");
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!(text(&output.stderr), @"error: cannot tell what failed in run 17: no service runs its private Postgres in `./cloudcorrect-data`; name the settings of the service with `--config`, or its database with `DATABASE_URL`");
    assert!(fs::read_dir(directory).expect("it is there").next().is_none(), "nothing is made");
}

/// A waiver of the examples' check `versioned`.
fn waiver(name: &str, expires: &str, resource: &str) -> String {
    format!(
        "---\napiVersion: cloudcorrect.dev/v1\nkind: Waiver\nmetadata: {{ name: {name} }}\nspec:\n  \
         match: {{ group: storage, check: versioned, resource: {resource} }}\n  \
         reason: Goes away.\n  owner: ada\n  ticket: X-1\n  expires: {expires}\n"
    )
}

/// The check and nothing else.
const NARROW: [&str; 4] = ["--group", "storage", "--check", "versioned"];

/// The examples with waivers in every state.
fn with_waivers() -> tempfile::TempDir {
    let tree = tree();
    // The account was recorded on 2026-11-16.
    let waivers = [
        waiver("holds", "2099-12-31", "acme-prod-logs"),
        waiver("ending", "2026-11-20", "acme-eu-*"),
        waiver("over", "2026-11-15", "acme-analytics-export"),
        waiver("useless", "2099-12-31", "acme-shop-*"),
        waiver("lost", "2099-12-31", "no-such-bucket"),
    ];
    fs::write(tree.path().join("waivers.yaml"), waivers.concat()).expect("a file");
    tree
}

#[test]
fn evaluate_tells_what_is_waived_and_which_waivers_need_somebody() {
    let tree = with_waivers();
    let output = evaluate(tree.path(), &NARROW);
    let shown = text(&output.stdout).replace(path(tree.path()), "policies");
    let lines: Vec<&str> = shown
        .lines()
        .map(|line| {
            line.rsplit_once("; ")
                .filter(|(_, ms)| ms.ends_with(" ms"))
                .map_or(line, |(line, _)| line)
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    ✗ storage
      ✗ versioned (medium)                                 1 fail, 7 pass, 2 waived, 1 outside the account's regions
          ~ acme-eu-prod-logs (123456789012/eu-west-1): resource.VersioningConfiguration.Status = "Suspended"; waived until 2026-11-20 by ada (ending): Goes away.
          ✗ acme-analytics-export (123456789012/us-east-1): resource.VersioningConfiguration = null
          ~ acme-prod-logs (123456789012/us-east-1): resource.VersioningConfiguration = null; waived until 2099-12-31 by ada (holds): Goes away.
          what to do: Turn on versioning.

    waivers
      ! ending (ada, X-1) expires on 2026-11-20: 1 finding of it fails from then on (policies/waivers.yaml:14)
      ! lost (ada, X-1) matches nothing; remove it (policies/waivers.yaml:44)
      ! over (ada, X-1) expired on 2026-11-15: 1 finding of it fails again (policies/waivers.yaml:24)
      ! useless (ada, X-1) matches nothing; remove it (policies/waivers.yaml:34)

    1 fail, 0 unknown, 7 pass, 2 waived, 0 not applicable
    "#);
}

#[test]
fn programs_are_told_who_waived_what_and_why() {
    let tree = with_waivers();
    let json = json(&evaluate(tree.path(), &[&NARROW[..], &["--format", "json"]].concat()));
    let findings = json["findings"].as_array().expect("findings");
    let waived = findings.iter().find(|finding| finding["waiver"] == "holds").expect("one");
    assert_eq!(
        (
            &waived["outcome"],
            &waived["waiverReason"],
            &waived["waiverOwner"],
            &waived["waiverExpires"]
        ),
        (&"waived".into(), &"Goes away.".into(), &"ada".into(), &"2099-12-31".into())
    );
    assert_eq!(waived["observed"], "resource.VersioningConfiguration = null");
    let states = json["summary"]["waivers"].as_array().expect("waivers").iter();
    let states: Vec<String> = states
        .map(|it| format!("{} {} {}", it["name"], it["state"], it["useless"]).replace('"', ""))
        .collect();
    assert_eq!(
        states,
        [
            "ending expiring false",
            "holds in_force false",
            "lost in_force true",
            "over expired false",
            "useless in_force true"
        ]
    );
}

#[test]
fn code_scanning_is_told_why_a_result_is_suppressed() {
    let sarif = evaluate(with_waivers().path(), &[&NARROW[..], &["--format", "sarif"]].concat());
    let sarif: Json = serde_json::from_slice(&sarif.stdout).expect("JSON");
    let why: Vec<&Json> = sarif_results(&sarif)
        .iter()
        .filter_map(|it| it.pointer("/suppressions/0/justification"))
        .collect();
    assert_eq!(
        why,
        [
            "Goes away. (waiver ending of ada, until 2026-11-20)",
            "Goes away. (waiver holds of ada, until 2099-12-31)"
        ]
    );
}
