//! The commands that work without a database, as a user runs them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

#[path = "offline/agreement.rs"]
mod agreement;
#[path = "offline/authoring.rs"]
mod authoring;
#[path = "offline/diagnostics.rs"]
mod diagnostics;
#[path = "offline/editors.rs"]
mod editors;
#[path = "offline/enforcing.rs"]
mod enforcing;
#[path = "offline/explaining.rs"]
mod explaining;
#[path = "offline/guide.rs"]
mod guide;
#[path = "offline/limits.rs"]
mod limits;
#[path = "offline/names.rs"]
mod names;
#[path = "offline/planning.rs"]
mod planning;
#[path = "offline/policy_tests.rs"]
mod policy_tests;
#[path = "offline/readers.rs"]
mod readers;
#[path = "offline/recordings.rs"]
mod recordings;
#[path = "offline/reference.rs"]
mod reference;
#[path = "offline/settings.rs"]
mod settings;
#[path = "offline/waivers.rs"]
mod waivers;

fn cloudcorrect(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    command.output().expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

const EVALUATE: [&str; 4] =
    ["evaluate", "example-policies/policies", "--inventory", "examples/demo-account.json"];

#[test]
fn the_example_policies_are_good() {
    let output = cloudcorrect(&["validate", "example-policies/policies"]);
    assert!(output.status.success(), "{}", text(&output.stdout));
    assert_eq!(text(&output.stdout), "9 files: 4 groups, 38 checks, 1 account are good\n");
}

#[test]
fn what_a_commit_may_not_hold_is_refused_on_disk_too() {
    let tree = tempfile::tempdir().expect("a directory");
    let policies = tree.path().join("policies");
    fs::create_dir(&policies).expect("a directory");
    std::os::unix::fs::symlink("/etc/passwd", policies.join("link.yaml")).expect("a link");
    fs::write(policies.join(".hidden.yaml"), "kind: [").expect("a hidden file");
    fs::write(policies.join("large.yaml"), "#".repeat((1 << 20) + 1)).expect("a large file");
    let output = cloudcorrect(&["validate", policies.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let shown = text(&output.stdout).replace(policies.to_str().expect("UTF-8"), "policies");
    insta::assert_snapshot!(shown, @"
    error[unreadable-file]: the file has 1048577 bytes, and at most 1 MiB is read; split it
     --> policies/large.yaml:1:1

    error[unreadable-file]: symbolic links are not followed; put the file itself in its place
     --> policies/link.yaml:1:1

    0 files: 2 errors, 0 warnings
    ");
}

#[test]
fn the_example_account_is_judged_with_what_was_seen() {
    let output = cloudcorrect(&EVALUATE);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    let lines = shown.lines().skip_while(|line| *line != "✗ identity");
    let lines: Vec<&str> = lines.filter(|line| !line.ends_with(" ms")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    ✗ identity
      ✗ console-users-have-mfa (high)                      1 fail, 2 pass
          ✗ bob (123456789012/global): size(resource.MFADevices) = 0
          what to do: Have the user register an MFA device.
      ✗ keys-are-rotated (medium)                          1 fail, 4 pass
          ✗ ci-deploy (123456789012/global): resource.AccessKeys[0].AccessKeyId = "AKIAEXAMPLECI0000001", resource.AccessKeys[0].Status = "Active"; resource.AccessKeys[0].AccessKeyId = "AKIAEXAMPLECI0000001", resource.AccessKeys[0].CreateDate = timestamp("2024-02-20T12:00:00Z")
          what to do: Create a new key, move what uses the old one, and delete it.
    ✗ network
      ✗ no-ssh-from-the-world (critical)                   1 fail, 7 pass
          ✗ sg-07c3f1e9a5d2b8644 (123456789012/us-east-1): resource.SecurityGroupIngress[1].CidrIp = "0.0.0.0/0", resource.SecurityGroupIngress[1].IpProtocol = "tcp", resource.SecurityGroupIngress[1].FromPort = 22, resource.SecurityGroupIngress[1].ToPort = 22
          what to do: Restrict the rule to your own addresses, or use Session Manager.
      ✗ metadata-tokens-required (high)                    2 fail, 4 pass
          ✗ i-0f2a7d5c1e8b36940 (123456789012/eu-west-1): resource.MetadataOptions.HttpTokens = "optional"; resource.MetadataOptions.HttpEndpoint = "enabled"
          ✗ i-0d1b6f3a9c8e75240 (123456789012/us-east-1): resource.MetadataOptions.HttpTokens = "optional"; resource.MetadataOptions.HttpEndpoint = "enabled"
          what to do: Set the instance's metadata options to require tokens.
      ✓ shop-is-up (critical)                              3 pass
    ✗ storage
      ✗ public-access-blocked (high)                       2 fail, 7 pass, 1 outside the account's regions
          ✗ acme-analytics-export (123456789012/us-east-1): resource.PublicAccessBlockConfiguration.BlockPublicAcls = false; resource.PublicAccessBlockConfiguration.IgnorePublicAcls = false; resource.PublicAccessBlockConfiguration.BlockPublicPolicy = false; resource.PublicAccessBlockConfiguration.RestrictPublicBuckets = false
          ✗ acme-partner-dropbox (123456789012/us-east-1): resource.PublicAccessBlockConfiguration.RestrictPublicBuckets = false
          what to do: Turn on all four settings of Block Public Access for the bucket.
      ✗ policy-not-public (critical)                       1 fail, 1 unknown, 9 pass, 1 outside the account's regions
          ✗ acme-eu-sandbox-tmp (123456789012/eu-west-1): resource.PolicyStatus = {"IsPublic": true}; resource.PolicyStatus.IsPublic = true
          ? acme-partner-dropbox (123456789012/us-east-1): s3:GetBucketPolicyStatus: Access Denied
          what to do: Remove the statement that allows every principal, or restrict it to your organization.
      ✗ versioned (medium)                                 3 fail, 7 pass, 1 outside the account's regions
          ✗ acme-eu-prod-logs (123456789012/eu-west-1): resource.VersioningConfiguration.Status = "Suspended"
          ✗ acme-analytics-export (123456789012/us-east-1): resource.VersioningConfiguration = null
          ✗ acme-prod-logs (123456789012/us-east-1): resource.VersioningConfiguration = null
          what to do: Turn on versioning.
    "#);
}

#[test]
fn the_baseline_judges_all_of_the_example_account() {
    let output = cloudcorrect(&[&EVALUATE[..], &["--group", "aws-baseline"]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    let checks = shown.lines().filter(|line| !line.starts_with("      "));
    let lines: Vec<&str> = checks.filter(|line| !line.ends_with(" ms")).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    ✗ aws-baseline
      ✗ s3-bucket-no-public-acl (high)                     1 fail, 11 pass, 1 outside the account's regions
      ✗ s3-bucket-policy-not-public (critical)             2 fail, 1 unknown, 9 pass, 1 outside the account's regions
      ✗ s3-bucket-not-effectively-public (critical)        3 fail, 1 unknown, 8 pass, 1 outside the account's regions
      ✗ s3-public-access-block-all-four-on (high)          5 fail, 7 pass, 1 outside the account's regions
      ✗ s3-default-encryption (medium)                     1 fail, 11 pass, 1 outside the account's regions
      ✗ s3-encryption-kms (low)                            7 fail, 5 pass, 1 outside the account's regions
      ✗ s3-versioning (medium)                             5 fail, 7 pass, 1 outside the account's regions
      ✗ s3-logging (medium)                                6 fail, 6 pass, 1 outside the account's regions
      ✗ s3-deny-insecure-transport (medium)                4 fail, 1 unknown, 7 pass, 1 outside the account's regions
      ✗ s3-required-tags (low)                             2 fail, 10 pass, 1 outside the account's regions
      ✗ sg-no-ssh-from-world (critical)                    1 fail, 7 pass
      ✗ sg-no-rdp-from-world (critical)                    1 fail, 7 pass
      ✓ sg-no-all-traffic-from-world (critical)            8 pass
      ✗ ec2-imdsv2-required (high)                         2 fail, 4 pass
      ✗ ec2-no-public-ip (high)                            1 fail, 5 pass
      ✗ ec2-required-tags (low)                            2 fail, 4 pass
      ✗ ebs-encrypted (high)                               2 fail, 5 pass
      ✗ ebs-unattached (low)                               1 fail, 6 pass
      ✗ iam-user-mfa (high)                                1 fail, 4 pass
      ✗ iam-access-key-age-90d (medium)                    1 fail, 4 pass
      ✗ iam-user-no-admin-inline (high)                    1 fail, 4 pass
      ✗ iam-user-no-admin-attached (high)                  1 fail, 4 pass
      ✗ iam-group-no-admin-inline (high)                   1 fail, 2 pass
      ✗ iam-policy-no-star-star (high)                     1 fail, 1 pass
      ✓ iam-policy-no-allow-not-action (high)              2 pass
      ✓ iam-role-trust-no-wildcard (critical)              4 pass
      ✓ iam-role-federated-trust-has-condition (critical)  4 pass
      ✗ iam-cross-account-role-external-id (high)          1 fail, 3 pass
      ✗ iam-cross-account-role-demands-external-id (high)  1 fail, 3 pass
      ✗ iam-password-policy-min-length-14 (medium)         1 fail
    ");
}

#[test]
fn json_of_evaluate_has_every_finding_with_its_place() {
    let output =
        cloudcorrect(&[&EVALUATE[..], &["--format", "json", "--group", "storage"]].concat());
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = json["findings"].as_array().expect("findings");
    let unknown = findings.iter().find(|finding| finding["outcome"] == "unknown");
    let unknown = unknown.expect("the denied bucket policy");
    assert_eq!(unknown["cause"], "access_denied");
    assert_eq!(unknown["resourceId"], "acme-partner-dropbox");
    assert_eq!(unknown["path"], "example-policies/policies/storage.yaml");
    assert!(findings.iter().all(|finding| finding["group"] == "storage"));
    let counted = json["summary"]["findings"]["fail"].as_u64();
    let failing = findings.iter().filter(|finding| finding["outcome"] == "fail").count();
    assert_eq!(counted, Some(failing as u64));
}

#[test]
fn csv_of_evaluate_has_a_line_for_each_finding() {
    let wanted = ["--format", "csv", "--check", "policy-not-public"];
    let output = cloudcorrect(&[&EVALUATE[..], &wanted].concat());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let table = text(&output.stdout);
    let lines: Vec<&str> = table.lines().filter(|line| !line.contains(",pass,")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    group,check,outcome,cause,account,region,resourceType,resourceId,severity,expected,observed,message,path,line,waiver,waiverReason,waiverOwner,waiverExpires
    storage,policy-not-public,fail,,123456789012,eu-west-1,AWS::S3::Bucket,acme-eu-sandbox-tmp,critical,resource.PolicyStatus == null || !resource.PolicyStatus.IsPublic,"resource.PolicyStatus = {""IsPublic"": true}; resource.PolicyStatus.IsPublic = true",No bucket policy is public,example-policies/policies/storage.yaml,26,,,,
    storage,policy-not-public,unknown,access_denied,123456789012,us-east-1,AWS::S3::Bucket,acme-partner-dropbox,critical,resource.PolicyStatus == null || !resource.PolicyStatus.IsPublic,s3:GetBucketPolicyStatus: Access Denied,No bucket policy is public,example-policies/policies/storage.yaml,26,,,,
    "#);
    assert_eq!(table.lines().count(), 1 + 11, "names, and 1 fail, 1 unknown, 9 pass");
}

#[test]
fn a_reader_that_goes_away_changes_no_exit_status() {
    for format in ["csv", "json"] {
        // More than fits into the pipe, of which nothing is read.
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"));
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args(EVALUATE).args(["--format", format]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = command.spawn().expect("the binary runs");
        drop(running.stdout.take());
        let output = running.wait_with_output().expect("the binary ends");
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(1), String::new()));
    }
}

/// Every file below a path, or the one that it is.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).expect("a directory");
    let mut found: Vec<_> =
        entries.flat_map(|entry| files(&entry.expect("an entry").path())).collect();
    found.sort();
    found
}

/// The results of a SARIF log, which must hold to the standard.
fn sarif_results(log: &serde_json::Value) -> &Vec<serde_json::Value> {
    let schema = fs::read_to_string("tests/schemas/sarif-2.1.0.json").expect("the standard");
    let schema = serde_json::from_str(&schema).expect("JSON");
    assert!(jsonschema::is_valid(&schema, log));
    log.pointer("/runs/0/results").and_then(serde_json::Value::as_array).expect("results")
}

#[test]
fn sarif_of_evaluate_is_of_the_standard() {
    let output = cloudcorrect(&[&EVALUATE[..], &["--format", "sarif"]].concat());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let log: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let results = sarif_results(&log);
    let of = |kind: &str| results.iter().filter(|result| result["kind"] == kind).count();
    assert_eq!((of("fail"), of("open"), results.len()), (66, 4, 70));
    let rules = &log["runs"][0]["tool"]["driver"]["rules"];
    for result in results {
        let index = result["ruleIndex"].as_u64().and_then(|index| usize::try_from(index).ok());
        assert_eq!(rules[index.expect("an index")]["id"], result["ruleId"]);
        let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        let uri = uri.as_str().expect("a path");
        assert!(fs::metadata(uri).is_ok(), "`{uri}` is a file");
    }
}

#[test]
fn the_exit_status_tells_failing_unknown_and_broken_apart() {
    let status = |more: &[&str]| cloudcorrect(&[&EVALUATE[..], more].concat()).status.code();
    assert_eq!(status(&["--check", "shop-is-up"]), Some(0));
    assert_eq!(status(&["--group", "identity"]), Some(1));
    assert_eq!(status(&["--group", "identity", "--fail-on", "critical"]), Some(0));
    assert_eq!(
        status(&["--group", "storage", "--check", "versioned", "--fail-on", "high"]),
        Some(0)
    );
    assert_eq!(status(&["--check", "policy-not-public", "--fail-on", "critical"]), Some(1));
    assert_eq!(status(&["--group", "nothing"]), Some(2));
}

#[test]
fn evaluate_says_where_resources_may_come_from() {
    let lost = cloudcorrect(&["evaluate", "example-policies/policies"]);
    assert_eq!(lost.status.code(), Some(2));
    insta::assert_snapshot!(text(&lost.stderr), @"error: say what to judge: `--inventory FILE` or `--account NAME`");
}

/// All subcommands; `man` has the statuses of `completions`.
#[rustfmt::skip]
const COMMANDS: [&str; 14] = [
    "init", "validate", "test", "evaluate", "get", "eval", "schema", "record", "serve", "health",
    "demo", "migrate", "waive", "completions",
];

#[test]
fn help_says_what_an_exit_status_means() {
    let statuses = COMMANDS.map(|command| {
        let help = text(&cloudcorrect(&[command, "-h"]).stdout);
        let (_, statuses) = help.split_once("Exit status:\n").expect("statuses");
        format!("{command}\n{statuses}")
    });
    insta::assert_snapshot!(statuses.concat(), @"
    init
      0  the files are written, or were there already
      2  one cannot be, or an argument is wrong
    validate
      0  no error
      1  an error
      2  the policies cannot be read, or an argument is wrong
    test
      0  all tests pass
      1  one does not, or what `--coverage` or `--mutate` asks for is missing
      2  the policies have errors, or an argument is wrong
    evaluate
      0  nothing fails at or above `--fail-on`
      1  something does
      2  the policies have errors, or an argument is wrong
      3  something is unknown, and nothing fails so
    get
      0  something was found
      1  nothing was, or there is no such type or property
      2  an argument is wrong, such as the name of an account
      3  something could not be read
    eval
      0  all are true
      1  one is not, or nothing was found
      2  the expression or another argument is wrong, such as the name of a type
      3  one is unknown
    schema
      0  it was written
      2  there is no such kind, or an argument is wrong
    record
      0  the file is written, with all that was asked for
      1  it is written, and some lists could not be read whole
      2  nothing could be read, the file cannot be written, or an argument is wrong
    serve
      0  it was stopped
      2  it cannot go on, or the settings cannot be used
    health
      0  the service answers and reaches its database
      1  it does not
      2  the settings cannot be used, or an argument is wrong
    demo
      0  it was stopped
      2  it cannot go on, or an argument is wrong
    migrate
      0  the database has this version's schema
      2  it does not, or the settings cannot be used
    waive
      0  the waivers are written, or there is nothing to waive
      2  they cannot be, or an argument is wrong
    completions
      0  it was written
      2  an argument is wrong
    ");
}

#[test]
fn a_name_that_nothing_has_may_mean_another() {
    let wrong: [&[&str]; 6] = [
        &["--group", "stor-age"],
        &["--check", "version-ed"],
        &["--group", "identity", "--check", "versioned"],
        &["--account", "shup"],
        &["--group", "nothing"],
        &["--check", "nothing"],
    ];
    let told = wrong.map(|arguments| {
        let output = cloudcorrect(&[&EVALUATE[..], arguments].concat());
        format!("{}: {}", output.status.code().expect("no signal"), text(&output.stderr))
    });
    insta::assert_snapshot!(told.concat(), @"
    2: error: there is no group `stor-age`; did you mean `storage`?
    2: error: there is no check `version-ed`; did you mean `versioned`?
    2: error: the groups that are asked for have no check `versioned`; it is one of `storage`
    2: error: there is no account `shup`; did you mean `shop`?
    2: error: there is no group `nothing`; there are `aws-baseline`, `identity`, `network`, `storage`
    2: error: there is no check `nothing`; there are 38; the closest are `s3-logging`, `s3-versioning`, `versioned`, `shop-is-up`, `no-ssh-from-the-world`
    ");
}

#[test]
fn a_file_of_two_spellings_is_read_once() {
    let tree = tempfile::tempdir().expect("a directory");
    fs::create_dir(tree.path().join("more")).expect("a directory");
    let account = "apiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: { name: prod }\n\
                   spec:\n  aws: { accountId: 123456789012, regions: [eu-west-1] }\n";
    fs::write(tree.path().join("a.yaml"), account).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"));
    command.current_dir(tree.path());
    command.args(["validate", "./a.yaml", "a.yaml", "more/../a.yaml", "."]);
    let output = command.output().expect("the binary runs");
    assert_eq!(text(&output.stdout), "1 file: 0 groups, 0 checks, 1 account are good\n");
}

#[test]
fn a_broken_file_is_shown_with_the_line_and_the_way_out() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("broken.yaml");
    let group = "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: { name: a }\nspec:\n  \
                 checks:\n    - id: x\n      select: AWS::S3::Bucket\n      assert: >\n        \
                 resource.VersioningConfiguration.Stats == \"Enabled\"\n";
    fs::write(&file, group).expect("a file");
    let path = file.to_str().expect("UTF-8");
    let output = cloudcorrect(&["validate", path]);
    assert_eq!(output.status.code(), Some(1));
    let shown = text(&output.stdout).replace(path, "broken.yaml");
    insta::assert_snapshot!(shown, @r#"
    error[no-account]: group `a` selects no account
     --> broken.yaml:3:19
      |
    3 | metadata: { name: a }
      |                   ^
      = help: add an `Account` document: its `metadata.name`, and in `spec.aws` its `accountId` and `regions`

    error[unknown-property]: `resource.VersioningConfiguration` has no property `Stats`
     --> broken.yaml:9:42
      |
    9 |         resource.VersioningConfiguration.Stats == "Enabled"
      |                                          ^^^^^
      = help: did you mean `Status`?

    1 file: 2 errors, 0 warnings
    "#);
    let output = cloudcorrect(&["evaluate", path, "--inventory", "examples/demo-account.json"]);
    assert_eq!(output.status.code(), Some(2), "a broken tree is never judged");
    assert_eq!(cloudcorrect(&["validate", "no/such/path"]).status.code(), Some(2));
}

#[test]
fn schemas_are_printed_by_kind() {
    let output = cloudcorrect(&["schema", "Group"]);
    let committed = fs::read_to_string("schemas/group.schema.json").expect("the committed schema");
    assert_eq!(text(&output.stdout), committed);
    assert_eq!(cloudcorrect(&["schema", "Groop"]).status.code(), Some(2));
    let policy = fs::read_to_string("docs/reader-policy.json").expect("the committed policy");
    assert_eq!(text(&cloudcorrect(&["schema", "reader-policy"]).stdout), policy);
}

#[test]
fn what_operators_deploy_is_written_where_they_say() {
    let directory = tempfile::tempdir().expect("a directory");
    let place = directory.path().join("new");
    let output = cloudcorrect(&["schema", "--deploy", place.to_str().expect("UTF-8")]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let names = [
        "github-app.json",
        "reader-role.cloudformation.yaml",
        "register-github-app.html",
        "terraform/reader-role.tf",
    ];
    for name in names {
        let written = fs::read_to_string(place.join(name)).expect(name);
        assert!(written == fs::read_to_string(format!("deploy/{name}")).expect(name), "{name}");
    }
    assert_eq!(fs::read_dir(&place).expect("a directory").count(), names.len());
    let both = cloudcorrect(&["schema", "Group", "--deploy", "x"]);
    assert_eq!(both.status.code(), Some(2));
}

/// The command line as a shell and `man` know it.
#[test]
fn completions_and_pages_of_the_manual_are_made_of_the_command_line() {
    let script = cloudcorrect(&["completions", "bash"]);
    assert!(script.status.success());
    let place = tempfile::tempdir().expect("a directory");
    let path = place.path().join("completions.bash");
    fs::write(&path, script.stdout).expect("a file");
    let asked = "source \"$0\"; COMP_WORDS=(cloudcorrect validate --ex); COMP_CWORD=2; \
                 _cloudcorrect cloudcorrect --ex validate; echo \"${COMPREPLY[@]}\"";
    let bash = Command::new("bash").args(["--norc", "-c", asked]).arg(&path).output();
    assert_eq!(text(&bash.expect("bash runs").stdout), "--explain\n");
    for (words, found) in [("validate --explain no-ef", "no-effect"), ("schema Waiv", "Waiver")] {
        let written: Vec<_> = words.split(' ').collect();
        let (last, before) = written.split_last().expect("words");
        let asked = format!(
            "source \"$0\"; COMP_WORDS=(cloudcorrect {words}); COMP_CWORD={}; \
             _cloudcorrect cloudcorrect {last} {}; echo \"${{COMPREPLY[@]}}\"",
            written.len(),
            before.last().expect("a word"),
        );
        let bash = Command::new("bash").args(["--norc", "-c", &asked]).arg(&path).output();
        assert_eq!(text(&bash.expect("bash runs").stdout).trim(), found, "{words}");
    }
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        let script = text(&cloudcorrect(&["completions", shell]).stdout);
        assert!(script.contains("sarif-category"), "{shell}");
    }
    let whole = text(&cloudcorrect(&["man"]).stdout);
    assert!(whole.contains("cloudcorrect\\-validate(1)"), "{whole}");
    let page = text(&cloudcorrect(&["man", "validate"]).stdout);
    assert!(page.contains(".TH cloudcorrect-validate 1") && page.contains("EXIT STATUS"), "{page}");
    assert!(!page.contains("EXTRA") && !page.contains("Exit status"), "{page}");
    let none = cloudcorrect(&["man", "valdate"]);
    assert_eq!(none.status.code(), Some(2));
    insta::assert_snapshot!(text(&none.stderr), @"error: there is no command `valdate`; did you mean `validate`?");
}

/// Closes the objects of a schema: what is not in it is not written either.
fn closed(schema: &mut serde_json::Value) {
    if schema.get("properties").is_some_and(|known| known.as_object().is_some()) {
        schema["additionalProperties"] = false.into();
    }
    match schema {
        serde_json::Value::Object(parts) => parts.values_mut().for_each(closed),
        serde_json::Value::Array(parts) => parts.iter_mut().for_each(closed),
        _ => {}
    }
}

/// What a program may rely on of the results is in their schema.
#[test]
fn results_hold_to_their_schema_and_columns_are_documented() {
    let printed = text(&cloudcorrect(&["schema", "Results"]).stdout);
    let committed = fs::read_to_string("schemas/results.schema.json").unwrap_or_default();
    assert!(printed == committed, "cloudcorrect schema Results > schemas/results.schema.json");
    let schema: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(schema["$id"], "https://cloudcorrect.dev/schemas/v1/results.schema.json");
    let mut strict = schema.clone();
    closed(&mut strict);
    let validator = jsonschema::validator_for(&strict);
    let validator = validator.expect("a schema");
    let output = cloudcorrect(&[&EVALUATE[..], &["--format", "json"]].concat());
    let results: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let problems: Vec<_> = validator.iter_errors(&results).map(|it| it.to_string()).collect();
    assert_eq!(problems, Vec::<String>::new());
    let guide = fs::read_to_string("docs/authoring-tools.md").expect("the guide");
    let columns = &schema["properties"]["findings"]["items"]["properties"];
    let mut rows = String::new();
    for (name, column) in columns.as_object().expect("columns") {
        let words = column["description"].as_str().expect("words");
        writeln!(rows, "| `{name}` | {words} |").expect("in memory");
    }
    assert!(guide.contains(&rows), "write into docs/authoring-tools.md:\n{rows}");
}

#[test]
fn eval_warns_as_validate_does() {
    let asked = ["eval", "resource.VersioningConfiguration.Status == \"enabled\""];
    let of = [
        "--type",
        "AWS::S3::Bucket",
        "--id",
        "acme-prod-logs",
        "--inventory",
        "examples/demo-account.json",
    ];
    let output = cloudcorrect(&[&asked[..], &of].concat());
    let warned = text(&output.stderr);
    assert!(!text(&output.stdout).contains("warning"));
    insta::assert_snapshot!(warned, @r#"
    warning[undocumented-value]: no value "enabled" is documented for `resource.VersioningConfiguration.Status`
     --> expression:1:44
      |
    1 | resource.VersioningConfiguration.Status == "enabled"
      |                                            ^^^^^^^^^
      = help: did you mean `Enabled`?

    "#);
}
