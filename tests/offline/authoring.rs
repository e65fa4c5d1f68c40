//! What helps to write policies: looking at resources, beginning a repository, validating in CI.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value as Json;

use super::{cloudcorrect, files, text};

fn get(arguments: &[&str]) -> (Option<i32>, String) {
    let inventory = ["--inventory", "examples/demo-account.json"];
    let output = cloudcorrect(&[&["get"], arguments, &inventory[..]].concat());
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

#[test]
fn get_counts_and_lists() {
    let (status, types) = get(&[]);
    assert_eq!(status, Some(0), "{types}");
    let (uncollected, types): (Vec<&str>, Vec<&str>) =
        types.lines().partition(|line| line.ends_with(" not collected"));
    assert_eq!(uncollected.len(), 24);
    assert!(uncollected[0].starts_with("AWS::EC2::"), "{uncollected:?}");
    let types = types.join("\n");
    insta::assert_snapshot!(types, @"
    AWS::EC2::Instance                        6
    AWS::EC2::SecurityGroup                   8
    AWS::EC2::Volume                          7
    AWS::IAM::AccountPasswordPolicy           1
    AWS::IAM::Group                           3
    AWS::IAM::ManagedPolicy                   2
    AWS::IAM::Role                            4
    AWS::IAM::User                            5
    AWS::S3::Bucket                          13
    ");
    let (status, instances) = get(&["AWS::EC2::Instance"]);
    assert_eq!(status, Some(0), "{instances}");
    insta::assert_snapshot!(instances, @"
    i-0e9c4b7d2f6a18350  eu-west-1  web-eu-1
    i-0f2a7d5c1e8b36940  eu-west-1  win-test
    i-0a3f9d1c7e5b28460  us-east-1  web-1
    i-0b7e2c4d8f1a93650  us-east-1  web-2
    i-0c5d8a2e6b9f14730  us-east-1  bastion
    i-0d1b6f3a9c8e75240  us-east-1  report-generator
    6 instances
    ");
}

#[test]
fn get_shows_what_is_null_and_what_is_unknown() {
    let (status, bucket) = get(&["AWS::S3::Bucket", "acme-partner-dropbox"]);
    assert_eq!(status, Some(3), "its policy could not be read: {bucket}");
    insta::assert_snapshot!(bucket, @"
    # AWS::S3::Bucket acme-partner-dropbox in us-east-1
    BucketName: acme-partner-dropbox
    Arn: arn:aws:s3:::acme-partner-dropbox
    CreationDate: 2024-01-22T07:10:54Z
    BucketRegion: us-east-1
    Acl:
      Grants:
      - Grantee:
          ID: a1b2c3d4e5f60718293a4b5c6d7e8f90112233445566778899aabbccddeeff00
          Type: CanonicalUser
        Permission: FULL_CONTROL
      Owner:
        ID: a1b2c3d4e5f60718293a4b5c6d7e8f90112233445566778899aabbccddeeff00
    BucketEncryption:
      ServerSideEncryptionConfiguration:
      - BucketKeyEnabled: false
        ServerSideEncryptionByDefault:
          SSEAlgorithm: AES256
    CorsConfiguration: null
    LifecycleConfiguration: null
    LoggingConfiguration: null
    NotificationConfiguration: null
    ObjectLockConfiguration: null
    OwnershipControls:
      Rules:
      - ObjectOwnership: BucketOwnerEnforced
    Policy: unknown # access_denied: s3:GetBucketPolicy: Access Denied
    PolicyStatus: unknown # access_denied: s3:GetBucketPolicyStatus: Access Denied
    PublicAccessBlockConfiguration:
      BlockPublicAcls: true
      BlockPublicPolicy: true
      IgnorePublicAcls: true
      RestrictPublicBuckets: false
    ReplicationConfiguration: null
    Tags:
    - Key: env
      Value: prod
    - Key: owner
      Value: integrations
    VersioningConfiguration:
      Status: Enabled
    WebsiteConfiguration: null
    ");
}

#[test]
fn get_narrows_to_ids_and_properties() {
    let names = "BucketName,WebsiteConfiguration";
    let (status, buckets) = get(&["AWS::S3::Bucket", "acme-eu-*-tmp", "--properties", names]);
    assert_eq!(status, Some(0), "{buckets}");
    insta::assert_snapshot!(buckets, @"
    # AWS::S3::Bucket acme-eu-sandbox-tmp in eu-west-1
    BucketName: acme-eu-sandbox-tmp
    WebsiteConfiguration: null
    ");
    let by_arn = ["AWS::S3::Bucket", "arn:aws:s3:::acme-eu-sandbox-tmp", "--properties", names];
    assert_eq!(get(&by_arn), (status, buckets));
    let (_, all) = get(&["AWS::IAM::User", "--properties", "UserName"]);
    assert_eq!(all.matches("UserName: ").count(), 5, "{all}");
    let json = ["AWS::S3::Bucket", "acme-partner-dropbox", "--format", "json"];
    let (_, json) = get(&[&json[..], &["--properties", "Policy,VersioningConfiguration"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let bucket = &json["resources"][0];
    assert_eq!(bucket["properties"]["VersioningConfiguration"]["Status"], "Enabled");
    assert_eq!(bucket["unknown"]["Policy"]["cause"], "access_denied");
    assert_eq!(json["resources"].as_array().map(Vec::len), Some(1));
}

#[test]
fn get_says_what_may_have_been_meant() {
    let wrong: [&[&str]; 8] = [
        &["AWS::S3::Bukket"],
        &["securitygroup"],
        &["Zebra"],
        &["AWS::S3::Bucket", "acme-partner-dropbx"],
        &["AWS::EC2::Instance", "web-1"],
        &["AWS::IAM::User", "x*"],
        &["AWS::S3::Bucket", "acme-prod-logs", "--properties", "Versioning"],
        &["AWS::EC2::Snapshot"],
    ];
    let told = wrong.map(|arguments| {
        let (status, said) = get(arguments);
        format!("{}: {said}", status.expect("no signal"))
    });
    insta::assert_snapshot!(told.concat(), @"
    1: error: there is no resource type `AWS::S3::Bukket`; did you mean `AWS::S3::Bucket`?
    1: error: there is no resource type `securitygroup`; did you mean `AWS::EC2::SecurityGroup`?
    1: error: there is no resource type `Zebra`; `get` without a type lists them
    1: error: no `AWS::S3::Bucket` has the id `acme-partner-dropbx`; did you mean `acme-partner-dropbox`?
    1: error: no `AWS::EC2::Instance` has the id `web-1`; `i-0a3f9d1c7e5b28460` has the name
    1: error: no `AWS::IAM::User` has the id `x*`
    1: error: `AWS::S3::Bucket` has no property `Versioning`; did you mean `VersioningConfiguration`?
    3: error: the inventory does not hold `AWS::EC2::Snapshot`; it was not collected
    ");
}

#[test]
fn get_of_a_live_account_needs_the_account() {
    let policies = ["--policies", "example-policies/policies"];
    let get = |more: &[&str]| {
        let output = cloudcorrect(&[&["get", "AWS::S3::Bucket"], more, &policies[..]].concat());
        (output.status.code(), text(&output.stderr))
    };
    let (status, said) = get(&["--account", "shup"]);
    assert_eq!(status, Some(2), "{said}");
    assert_eq!(said, "error: there is no account `shup`; did you mean `shop`?\n");
    assert_eq!(get(&[]).0, Some(2), "neither an inventory nor an account");
}

/// Every file below a directory, by its path there.
fn tree(root: &Path) -> BTreeMap<String, String> {
    let read = |path: PathBuf| {
        let inside = path.strip_prefix(root).expect("inside").display().to_string();
        (inside, fs::read_to_string(&path).expect("UTF-8"))
    };
    files(root).into_iter().map(read).collect()
}

#[test]
fn init_begins_a_repository_that_is_valid() {
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path().join("our policies");
    let path = root.to_str().expect("UTF-8");
    let shown = |output: Output| text(&output.stdout).replace(path, "our policies");
    let init = cloudcorrect(&["init", path, "--account-id", "000011112222"]);
    assert!(init.status.success(), "{}", text(&init.stderr));
    let shown = shown(init);
    let lines = shown.lines().filter(|line| !line.contains("schemas/"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    wrote policies/accounts.yaml
    wrote policies/storage.yaml
    wrote policies/tests/storage.yaml
    wrote .pre-commit-config.yaml
    wrote .github/workflows/policies.yaml
    wrote .vscode/settings.json
    wrote .vscode/extensions.json
    wrote .prettierignore
    wrote .gitignore
    wrote README.md
    wrote operator/github-app.json
    wrote operator/register-github-app.html
    wrote operator/reader-role.yaml

    What to do next:
      1. Name your account and its regions in policies/accounts.yaml
      2. cd 'our policies' && cloudcorrect validate
      3. cloudcorrect test; to see one fail, write `Suspended` for `Enabled` in policies/storage.yaml
      4. cloudcorrect record --account prod --output prod.json
      5. cloudcorrect evaluate --inventory prod.json
      6. Commit; README.md says how the service comes to watch the repository
    ");
    let validate = cloudcorrect(&["validate", &format!("{path}/policies")]);
    assert_eq!(text(&validate.stdout), "3 files: 1 group, 2 checks, 1 account are good\n");
    let test = cloudcorrect(&["test", "--coverage", &format!("{path}/policies")]);
    assert_eq!(text(&test.stdout), "2 tests, 2 cases: all pass; 2 of 2 checks tested\n");
    // As the README of the repository tells to.
    let test = cloudcorrect(&["test", "--mutate", &format!("{path}/policies")]);
    let told = text(&test.stdout);
    assert_eq!(test.status.code(), Some(0), "{told}");
    assert!(told.contains(" mutants, of which none is unnoticed\n"), "{told}");
    let group = root.join("policies/storage.yaml");
    let policy = fs::read_to_string(&group).expect("a group");
    fs::write(&group, policy.replace("Enabled", "Suspended")).expect("a group");
    let test = cloudcorrect(&["test", &format!("{path}/policies")]);
    assert_eq!(test.status.code(), Some(1), "as the next steps say: {}", text(&test.stdout));
    fs::write(&group, policy).expect("a group");
    let files = tree(&root);
    assert!(files["policies/accounts.yaml"].contains("\"000011112222\""));
    for (file, content) in &files {
        if Path::new(file).extension().is_some_and(|extension| extension == "yaml") {
            for document in content.split("---\n") {
                serde_saphyr::from_str::<Json>(document).expect(file);
            }
        }
        if let Some(schema) = file.strip_prefix("schemas/") {
            let committed = fs::read_to_string(Path::new("schemas").join(schema));
            assert_eq!(committed.ok().as_ref(), Some(content), "{schema}");
        }
    }
}

#[test]
fn init_leaves_what_is_there() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().to_str().expect("UTF-8");
    fs::write(directory.path().join("README.md"), "Ours.\n").expect("a file");
    fs::create_dir(directory.path().join("operator")).expect("a directory");
    let dangling = directory.path().join("operator/reader-role.yaml");
    std::os::unix::fs::symlink("nowhere", &dangling).expect("a link");
    let first = text(&cloudcorrect(&["init", path]).stdout);
    assert!(first.contains("kept  README.md\n"), "{first}");
    assert!(first.contains("kept  operator/reader-role.yaml\n"), "{first}");
    fs::remove_file(&dangling).expect("a link still");
    let before = tree(directory.path());
    assert_eq!(before["README.md"], "Ours.\n");
    let again = cloudcorrect(&["init", path, "--region", "eu-west-1,eu-central-1"]);
    assert!(again.status.success(), "{}", text(&again.stderr));
    let again = text(&again.stdout);
    assert_eq!(again.matches("wrote").count(), 1, "the role alone was missing: {again}");
    let mut after = tree(directory.path());
    assert!(after.remove("operator/reader-role.yaml").is_some());
    assert_eq!(after, before);
}

#[test]
fn init_refuses_a_directory_in_the_place_of_a_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().to_str().expect("UTF-8");
    fs::create_dir_all(directory.path().join("policies/accounts.yaml")).expect("a directory");
    let output = cloudcorrect(&["init", path]);
    assert_eq!(output.status.code(), Some(2));
    let told = text(&output.stderr).replace(path, "DIRECTORY");
    insta::assert_snapshot!(told, @"error: cannot write `DIRECTORY/policies/accounts.yaml`: what is there is no file");
}

#[test]
fn init_refuses_what_cannot_be_meant() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().to_str().expect("UTF-8");
    for wrong in [
        ["--account-id", "12345"],
        ["--region", "global"],
        ["--region", "Frankfurt"],
        ["--region", "mars"],
        ["--region", "us-east-1,eu-west"],
        ["--app-url", "ftp://example.com"],
        ["--app-url", "example.com"],
        ["--app-url", "https://x.example/#a"],
        ["--app-url", "https://x.example/?a"],
        ["--app-url", "https://x.example/a#"],
        ["--app-url", "https://ada@x.example/"],
        ["--app-url", "https://:secret@x.example/"],
        ["--app-url", "https://ada:secret@x.example/"],
    ] {
        let output = cloudcorrect(&[&["init", path], &wrong[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(!text(&output.stderr).contains("secret"), "{wrong:?}");
    }
    let told = |region: &str| text(&cloudcorrect(&["init", path, "--region", region]).stderr);
    insta::assert_snapshot!(told("mars") + &told("eu-west1"), @"
    error: `mars` is not the name of an AWS region; write it as in `eu-west-1`
    error: `eu-west1` is not the name of an AWS region; did you mean `eu-west-1`?
    ");
    assert_eq!(tree(directory.path()).len(), 0);
}

/// A directory with a valid tree and one with a broken one.
fn trees() -> (tempfile::TempDir, tempfile::TempDir) {
    let [good, broken] = [0, 1].map(|_| tempfile::tempdir().expect("a directory"));
    for tree in [&good, &broken] {
        let init = cloudcorrect(&["init", tree.path().to_str().expect("UTF-8")]);
        assert!(init.status.success(), "{}", text(&init.stderr));
    }
    let group = broken.path().join("policies/storage.yaml");
    let policy = fs::read_to_string(&group).expect("a file");
    fs::write(&group, policy.replace("AWS::S3::Bucket", "AWS::S3::Bukket")).expect("a file");
    (good, broken)
}

/// Runs a shell's line in a directory, with the binary on the path: the status and the output.
fn shell(line: &str, directory: &Path, variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let binary = Path::new(env!("CARGO_BIN_EXE_cloudcorrect"));
    let binaries = binary.parent().expect("a directory");
    let line = format!("PATH=\"$BINARIES:$PATH\"\n{line}");
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", &line]);
    bash.current_dir(directory).env("BINARIES", binaries).envs(variables.iter().copied());
    let output = bash.output().expect("bash runs");
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

fn yaml(text: &str) -> Json {
    serde_saphyr::from_str(text).expect("YAML")
}

#[test]
fn the_hooks_refuse_a_broken_tree() {
    let (good, broken) = trees();
    let ours = fs::read_to_string(".pre-commit-hooks.yaml").expect("the hooks");
    let theirs = fs::read_to_string(good.path().join(".pre-commit-config.yaml")).expect("a file");
    let (ours, theirs) = (yaml(&ours), yaml(&theirs));
    let local = &theirs["repos"][0]["hooks"][0];
    let hooks = ours.as_array().expect("a list").iter().chain([local]);
    let mut ran = 0;
    for hook in hooks {
        let word = |key: &str| hook[key].as_str().expect("text").to_owned();
        let arguments = hook["args"].as_array().expect("a list").iter();
        let arguments: Vec<&str> = arguments.map(|it| it.as_str().expect("text")).collect();
        assert_eq!(hook["pass_filenames"], false, "groups speak of accounts in other files");
        let line = format!("{} {}", word("entry"), arguments.join(" "));
        assert_eq!(shell(&line, good.path(), &[]).0, Some(0), "{line}");
        let (status, said) = shell(&line, broken.path(), &[]);
        let refused = if word("entry") == "cloudcorrect test" { 2 } else { 1 };
        assert_eq!(status, Some(refused), "{said}");
        assert!(said.contains("did you mean `AWS::S3::Bucket`?"), "{said}");
        // `tests/it/deploy.rs` commits deletions under it.
        assert_eq!(hook["always_run"], true, "no hook is told of a file that was deleted");
        ran += 1;
    }
    assert_eq!(ran, 4);
}

/// A test of the tree that `init` writes, which expects of a private bucket what `outcome` says.
fn add_test(tree: &Path, outcome: &str) {
    let test = format!(
        "apiVersion: cloudcorrect.dev/v1\nkind: Test\nmetadata: {{ name: private }}\nspec:\n  \
         check: storage/public-access-blocked\n  given:\n    AWS::S3::Bucket:\n      - {{ BucketName: \
         logs }}\n  expect: {{ {outcome}: [logs] }}\n"
    );
    fs::write(tree.join("policies/test.yaml"), test).expect("a file");
}

#[test]
fn the_hook_and_the_action_run_the_tests_where_they_are_asked_to() {
    let (good, _) = trees();
    let hooks = yaml(&fs::read_to_string(".pre-commit-hooks.yaml").expect("the hooks"));
    let hooks = hooks.as_array().expect("a list").iter();
    let tested: Vec<_> = hooks.filter(|hook| hook["id"] == "cloudcorrect-test").collect();
    let [hook] = tested[..] else { panic!("one hook: {tested:?}") };
    let hook = format!("{} policies", hook["entry"].as_str().expect("text"));
    let action = yaml(&fs::read_to_string("action.yml").expect("the action"));
    assert_eq!(action["inputs"]["test"]["default"], "false");
    let step = action["runs"]["steps"].as_array().and_then(|steps| steps.last());
    let step = step.expect("a step");
    assert_eq!(step["if"], "inputs.test == 'true'");
    let script = step["run"].as_str().expect("a script");
    let temp = installed();
    let variables =
        [("RUNNER_TEMP", temp.path().to_str().expect("UTF-8")), ("PATHS", "policies\n")];
    for (outcome, expected) in [("fail", 0), ("pass", 1)] {
        add_test(good.path(), outcome);
        for line in [hook.as_str(), script] {
            let (status, said) = shell(line, good.path(), &variables);
            assert_eq!(status, Some(expected), "{line}: {said}");
            assert!(said.contains("3 tests, 3 cases: "), "{line}: {said}");
        }
    }
}

/// A directory that has the binary where the action keeps it.
fn installed() -> tempfile::TempDir {
    let temp = tempfile::tempdir().expect("a directory");
    let directory = temp.path().join("cloudcorrect/bin");
    fs::create_dir_all(&directory).expect("a directory");
    let binary = env!("CARGO_BIN_EXE_cloudcorrect");
    std::os::unix::fs::symlink(binary, directory.join("cloudcorrect")).expect("a link");
    temp
}

#[test]
fn the_action_annotates_a_broken_tree() {
    let (good, broken) = trees();
    let action = yaml(&fs::read_to_string("action.yml").expect("the action"));
    let steps = action["runs"]["steps"].as_array().expect("steps");
    for step in steps {
        let is_complete = step.get("uses").is_some() || step["shell"] == "bash";
        assert!(is_complete, "a step of a composite action says its shell: {step:?}");
    }
    // What an input says is data: it reaches the script as a variable alone.
    let scripts: Vec<&str> = steps.iter().filter_map(|step| step["run"].as_str()).collect();
    assert!(scripts.iter().all(|script| !script.contains("${{")), "{scripts:?}");
    let [source, build, validate, _] = scripts[..] else { panic!("four scripts: {scripts:?}") };

    let root = env!("CARGO_MANIFEST_DIR");
    let outputs = good.path().join("outputs");
    let outputs = outputs.to_str().expect("UTF-8");
    // A program of one image of runners may not start on an older one.
    let digest = |image: &str| {
        let asked = [("GITHUB_ACTION_PATH", root), ("GITHUB_OUTPUT", outputs), ("ImageOS", image)];
        assert_eq!(shell(source, good.path(), &asked), (Some(0), String::new()));
        let digest = fs::read_to_string(outputs).expect("the step's outputs");
        fs::remove_file(outputs).expect("it was there");
        let digest = digest.trim().strip_prefix(&format!("digest={image}-"));
        digest.expect("a digest of this image").to_owned()
    };
    let of_sources = digest("ubuntu24");
    let is_digest = of_sources.chars().all(|c| c.is_ascii_digit() || c == '-');
    assert!(of_sources.len() > 3 && is_digest, "{of_sources}");
    assert_eq!(digest("ubuntu22"), of_sources);
    assert!(build.contains("--locked --no-default-features --path \"$GITHUB_ACTION_PATH\""));

    let temp = installed();
    let paths = action["inputs"]["paths"]["default"].as_str().expect("a default");
    let temp = temp.path().to_str().expect("UTF-8");
    let run =
        |directory, paths| shell(validate, directory, &[("RUNNER_TEMP", temp), ("PATHS", paths)]);
    assert_eq!(run(good.path(), paths), (Some(0), String::new()));
    let (status, said) = run(broken.path(), paths);
    assert_eq!(status, Some(1), "{said}");
    let annotations: Vec<&str> = said.lines().collect();
    assert_eq!(annotations.len(), 2, "{said}");
    assert!(
        annotations
            .iter()
            .all(|line| { line.starts_with("::error file=policies/storage.yaml,line=") })
    );
    let listed = "policies/accounts.yaml\n\npolicies/storage.yaml\n";
    assert_eq!(run(good.path(), listed).0, Some(0));
    assert_eq!(run(good.path(), "$(exit 0)").0, Some(2), "a path is no shell's words");
}

#[test]
fn the_workflow_of_init_uses_the_action_where_it_puts_it() {
    let (good, _) = trees();
    let file = good.path().join(".github/workflows/policies.yaml");
    let workflow = yaml(&fs::read_to_string(file).expect("a file"));
    let steps = workflow["jobs"]["validate"]["steps"].as_array().expect("steps");
    let path = steps.iter().find_map(|step| step["with"]["path"].as_str()).expect("a path");
    let used = steps.last().expect("a step");
    assert_eq!(used["uses"].as_str(), Some(format!("./{path}").as_str()));
    let action = yaml(&fs::read_to_string("action.yml").expect("the action"));
    for (input, _) in used["with"].as_object().expect("inputs") {
        assert!(action["inputs"].get(input).is_some(), "the action has no input {input:?}");
    }
    let guard = steps[0]["run"].as_str().expect("a script");
    let guard = |repository, commit| {
        let variables = [("CLOUDCORRECT_REPOSITORY", repository), ("CLOUDCORRECT_COMMIT", commit)];
        shell(guard, good.path(), &variables)
    };
    let commit = "0123456789abcdef0123456789abcdef01234567";
    assert_eq!(guard("acme/cloudcorrect", commit), (Some(0), String::new()));
    let wrong = [
        ("", commit, "CLOUDCORRECT_REPOSITORY"),
        ("acme/cloudcorrect", "", "CLOUDCORRECT_COMMIT"),
        ("acme/cloudcorrect", "main", "CLOUDCORRECT_COMMIT"),
        ("acme/cloudcorrect", "v1.2.3", "CLOUDCORRECT_COMMIT"),
        ("acme/cloudcorrect", &commit[1..], "CLOUDCORRECT_COMMIT"),
        ("acme/cloudcorrect", &format!("{commit}\nmain"), "CLOUDCORRECT_COMMIT"),
    ];
    for (repository, commit, named) in wrong {
        let (status, said) = guard(repository, commit);
        assert_eq!(status, Some(1), "{repository} {commit}");
        let named = format!("::error::set the Actions variable {named} to ");
        assert!(said.starts_with(&named), "{said}");
    }
    let other = steps.iter().find(|step| step["with"]["path"].as_str() == Some(path));
    let fetched = &other.expect("a checkout")["with"];
    assert_eq!(fetched["ref"], "${{ vars.CLOUDCORRECT_COMMIT }}", "no branch");
}

/// What others wrote is named by its commit, and no step leaves credentials behind.
#[test]
fn the_action_and_the_workflow_pin_what_they_use() {
    let (good, _) = trees();
    let workflow = fs::read_to_string(good.path().join(".github/workflows/policies.yaml"));
    let action = fs::read_to_string("action.yml").expect("the action");
    let workflow = workflow.expect("a workflow");
    let linted = fs::read_to_string("templates/init/workflow.yaml").expect("what is linted");
    assert_eq!(workflow, linted);
    let commit = regex::Regex::new(r"^[a-z/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$").expect("a pattern");
    let mut pinned = 0;
    for text in [workflow, action] {
        let uses = text.lines().filter_map(|line| line.split_once("uses: "));
        for (_, used) in uses.filter(|(_, used)| !used.starts_with("./")) {
            assert!(commit.is_match(used), "{used}");
            pinned += 1;
        }
        let checkouts = text.matches("uses: actions/checkout@").count();
        assert_eq!(text.matches("persist-credentials: false").count(), checkouts);
    }
    assert_eq!(pinned, 3);
    let guide = fs::read_to_string("docs/authoring-tools.md").expect("the guide");
    let mut shown = guide.lines().filter_map(|line| line.strip_prefix("- uses: "));
    let shown = shown.find(|used| used.starts_with("actions/")).expect("an example");
    assert!(linted.contains(shown), "{shown}");
}

#[test]
fn annotations_name_files_as_the_repository_does() {
    let (_, broken) = trees();
    let temp = installed();
    let temp = temp.path().to_str().expect("UTF-8");
    let action = yaml(&fs::read_to_string("action.yml").expect("the action"));
    let steps = action["runs"]["steps"].as_array().expect("steps");
    let validate = steps.iter().filter_map(|step| step["run"].as_str());
    let validate: Vec<_> = validate.filter(|script| script.contains("validate --format")).collect();
    let [validate] = validate[..] else { panic!("one script: {validate:?}") };

    // A workspace with the repository in it, the policies in a directory of that.
    let workspace = tempfile::tempdir().expect("a directory");
    let repository = workspace.path().join("checkout");
    fs::create_dir_all(repository.join("team a")).expect("a directory");
    fs::rename(broken.path().join("policies"), repository.join("team a/policies")).expect("moved");
    let files = |place: &str, paths: &str, workspace: &str| {
        let variables = [("RUNNER_TEMP", temp), ("PATHS", paths), ("GITHUB_WORKSPACE", workspace)];
        let (status, said) = shell(validate, &repository.join(place), &variables);
        assert_eq!(status, Some(1), "{said}");
        let files = said.lines().filter_map(|line| line.split(",line=").next());
        let files: BTreeSet<_> = files.map(|it| it.replace("::error file=", "")).collect();
        files.into_iter().collect::<Vec<_>>().join(" ")
    };
    let root = workspace.path().to_str().expect("UTF-8").to_owned();
    let absolute = repository.join("team a/policies/storage.yaml");
    let absolute = absolute.to_str().expect("UTF-8");

    // Neither a repository nor a workspace is known.
    assert_eq!(files("team a", "policies", ""), "policies/storage.yaml");
    assert_eq!(files("team a", "policies", "/nowhere"), "policies/storage.yaml");
    let in_workspace = "checkout/team a/policies/storage.yaml";
    assert_eq!(files("team a", "policies", &root), in_workspace);
    assert_eq!(files("team a", "policies", &format!("{root}/./checkout/..")), in_workspace);

    // The root of a repository is nearer than the workspace.
    fs::create_dir(repository.join(".git")).expect("a directory");
    let in_repository = "team a/policies/storage.yaml";
    for workspace in ["", &root, "/nowhere"] {
        for (place, paths) in [
            ("team a", "policies"),
            ("team a", "./policies"),
            ("team a/policies", "."),
            ("team a/policies", "storage.yaml"),
            ("", "team a/policies"),
            ("team a", "../team a/policies"),
            ("", absolute),
        ] {
            assert_eq!(files(place, paths, workspace), in_repository, "{place}: {paths}");
        }
    }
}

/// SARIF speaks to the same readers.
#[test]
fn sarif_names_files_as_the_repository_does() {
    let (_, broken) = trees();
    let repository = broken.path();
    fs::create_dir_all(repository.join("team a")).expect("a directory");
    fs::create_dir(repository.join(".git")).expect("a directory");
    fs::rename(repository.join("policies"), repository.join("team a/policies")).expect("moved");
    let absolute = repository.join("team a/policies");
    let absolute = absolute.to_str().expect("UTF-8");
    let sarif = "cloudcorrect validate --format sarif policies";
    let (_, said) = shell(sarif, &repository.join("team a"), &[]);
    let log: Json = serde_json::from_str(&said).expect("JSON");
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "team%20a/policies/storage.yaml");
    let path = repository.join("team a/policies/storage.yaml");
    let policy = fs::read_to_string(&path).expect("a file");
    fs::write(&path, policy.replace("Bukket", "Bucket")).expect("a file");
    let inventory = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/demo-account.json");
    let sarif = format!("cloudcorrect evaluate --format sarif --inventory {inventory}");
    for (place, policies) in [("team a", "policies"), ("", absolute)] {
        let (status, said) = shell(&format!("{sarif} '{policies}'"), &repository.join(place), &[]);
        assert_eq!(status, Some(1), "{said}");
        let log: Json = serde_json::from_str(&said).expect("JSON");
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "team%20a/policies/storage.yaml");
    }
}
