//! The manual, carried out: README.md and docs/ as they are, so that they cannot rot.

use std::path::Path;
use std::process::Command;

use cloudcorrect::config::Settings;
use cloudcorrect::policy::{self, SourceFile};
use cloudcorrect::recorded;
use cloudcorrect::resource::schemas;
use insta::assert_snapshot;
use serde_json::Value as Json;

use crate::world::demo::{Demo, Terminal};

const README: &str = include_str!("../../README.md");
const OPERATING: &str = include_str!("../../docs/operating.md");
const AUTHORING: &str = include_str!("../../docs/authoring-tools.md");
const INVENTORY: &str = include_str!("../../docs/inventory.md");
const WAIVERS: &str = include_str!("../../docs/waivers.md");
const CONTRIBUTING: &str = include_str!("../../CONTRIBUTING.md");

/// The fenced blocks of a language.
fn blocks<'a>(document: &'a str, language: &str) -> Vec<&'a str> {
    let open = format!("```{language}\n");
    let blocks = document.split(&open).skip(1);
    blocks.map(|block| block.split("```").next().expect("a block")).collect()
}

/// The block of the README that begins so.
fn block(beginning: &str) -> &'static str {
    let mut found = blocks(README, "sh").into_iter().filter(|block| block.starts_with(beginning));
    found.next().unwrap_or_else(|| panic!("README.md has no block that begins `{beginning}`"))
}

/// Runs the binary at the root of the checkout: its exit status and output.
fn run(arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments);
    let output = command.output().expect("the binary runs");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().expect("no signal"), String::from_utf8(text).expect("UTF-8"))
}

#[test]
fn the_walk_of_the_readme_shows_what_it_promises() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut demo = Demo::start(directory.path());
    let clone = demo.tells(&["repository", "http://"]);
    let emulator = clone.split('/').nth(2).expect("an address").to_owned();
    let mut terminal = Terminal::open(directory.path());
    let walk = block("rm -rf policies && git clone").replace("127.0.0.1:8418", &emulator);
    let [clone, change, propose, drift] = walk.split("\n\n").collect::<Vec<_>>()[..] else {
        panic!("the walk has other steps than clone, change, propose and drift: {walk}")
    };
    let state = "cloudcorrect/compliance failure: network: 3 of 17 findings fail; storage:";
    demo.tells(&[state, "6 of 30 findings fail, 1 unknown"]);

    terminal.types(clone);
    demo.mark();
    terminal.types(change);
    let sha = terminal.types("git rev-parse HEAD");
    let sha = sha.trim();
    demo.tells(&["push", "main", &sha[..7]]);
    demo.tells(&["check", &sha[..7], "cloudcorrect/sync success"]);
    demo.tells(&["check", &sha[..7], state, "7 of 31 findings fail"]);

    terminal.types(propose);
    demo.tells(&["pull", "#1 opened"]);
    demo.tells(&["comment", "#1", "Valid, but weaker", "1 change demands less"]);

    demo.mark();
    terminal.types(drift);
    demo.tells(&["check", &sha[..7], state, "14 of 31 findings fail"]);

    // The check leads to the page.
    let api = format!("http://{emulator}/api/v3/repos/acme/policies/commits/{sha}/check-runs");
    let runs: Json = serde_json::from_str(&fetch(&mut terminal, &api)).expect("JSON");
    let urls: Vec<&str> = runs["check_runs"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|run| run["details_url"].as_str().expect("a link"))
        .collect();
    assert_eq!(urls.len(), 2, "{urls:?}");
    for url in urls {
        assert!(fetch(&mut terminal, url).contains("<h1>"), "{url}");
    }

    // "The last good policies stay in force, and the commit is annotated at the line."
    terminal.types(block("cd policies"));
    demo.tells(&["check", "cloudcorrect/sync failure: 1 problem"]);
    demo.tells(&["policies/storage.yaml:", "AWS::S3::Bukket"]);
    demo.tells(&["did you mean `AWS::S3::Bucket`?"]);
    demo.stop();
}

/// What a user sees who follows a link.
fn fetch(terminal: &mut Terminal, url: &str) -> String {
    terminal.types(&format!("curl -sSf '{url}'"))
}

#[test]
fn the_commands_without_a_server_do_what_the_readme_says() {
    let mut ends = Vec::new();
    for line in block("cloudcorrect validate").lines() {
        let arguments: Vec<&str> = line.split_whitespace().skip(1).collect();
        let (status, said) = run(&arguments);
        let first = said.lines().next().unwrap_or_default();
        ends.push(format!("{line}\n  {status}: {first}"));
    }
    assert_snapshot!(ends.join("\n"), @"
    cloudcorrect validate example-policies/policies
      0: 9 files: 4 groups, 38 checks, 1 account are good
    cloudcorrect evaluate example-policies/policies --inventory examples/demo-account.json
      1: ✗ aws-baseline
    ");
}

/// Command lines of the manual, without the name of the program.
fn command_lines() -> Vec<&'static str> {
    let documents = [README, OPERATING, AUTHORING, INVENTORY, WAIVERS, CONTRIBUTING];
    let spans = documents.iter().flat_map(|document| document.split('`').skip(1).step_by(2));
    let lines = documents.iter().flat_map(|document| blocks(document, "sh")).flat_map(str::lines);
    let mut commands: Vec<&'static str> = spans
        .chain(lines)
        .map(|command| command.split('#').next().unwrap_or_default().trim())
        .filter_map(|command| command.strip_prefix("cloudcorrect "))
        .collect();
    commands.sort_unstable();
    commands.dedup();
    commands
}

#[test]
fn every_command_line_of_the_manual_is_understood() {
    let commands = command_lines();
    assert_snapshot!(commands.join("\n"), @"
    accounts check
    accounts check --config /etc/cloudcorrect/cloudcorrect.toml
    completions
    completions bash >~/.local/share/bash-completion/completions/cloudcorrect
    evaluate
    evaluate --inventory prod.json --format json > results.json
    evaluate example-policies/policies --inventory examples/demo-account.json
    evaluate example-policies/policies --inventory examples/demo-account.json --format csv
    evaluate example-policies/policies --inventory examples/demo-account.json --group aws-baseline
    explain
    get
    get --inventory examples/demo-account.json
    get AWS::EC2::Instance --inventory examples/demo-account.json
    get AWS::S3::Bucket 'acme-eu-*' --properties Policy,Tags --inventory examples/demo-account.json
    get AWS::S3::Bucket acme-partner-dropbox --inventory examples/demo-account.json
    health
    init
    init policies-of-acme --account-id 123456789012 --region us-east-1,eu-west-1 --app-url https://cloudcorrect.example.com
    man
    man COMMAND
    man evaluate >~/.local/share/man/man1/cloudcorrect-evaluate.1
    migrate
    plan
    plan main..HEAD
    plan main..HEAD --inventory prod.json --resources
    plan main..HEAD --stored --config cloudcorrect.toml
    plan main..HEAD --stored --config cloudcorrect.toml --since 90d
    record --account prod --output prod.json policies
    schema --deploy DIRECTORY
    schema Group
    schema Results
    serve
    serve --config cloudcorrect.toml
    test
    test example-policies/policies --coverage
    test example-policies/policies --mutate
    validate --explain unknown-property
    validate --format github
    validate --format sarif --docs-url https://docs.example.com/cloudcorrect/diagnostics.html
    validate example-policies/policies
    waive --from results.json --reason Inherited --owner platform@example.com --output policies/waivers.yaml
    waive --from storage --reason Inherited --owner platform@example.com --config cloudcorrect.toml
    ");
    for command in commands {
        // Arguments are read from the left, so that a wrong one is refused before help is given.
        let words = command.split_whitespace();
        let mut arguments: Vec<&str> = words.take_while(|word| !word.starts_with('>')).collect();
        arguments.push("--help");
        let (status, said) = run(&arguments);
        assert_eq!(status, 0, "cloudcorrect {command}: {said}");
    }
    let (_, help) = run(&["demo", "--help"]);
    assert!(help.contains("[default: 8418]"), "the walk's port: {help}");
    assert!(README.contains("<http://127.0.0.1:8420/>"), "the page's port is two more");
}

#[test]
fn the_examples_of_the_manual_are_read_without_a_complaint() {
    let directory = tempfile::tempdir().expect("a directory");
    let place = |name: &str| directory.path().join(name);
    let policy = blocks(README, "yaml")[0];
    std::fs::write(place("policy.yaml"), policy).expect("a file");
    let path = directory.path().to_str().expect("UTF-8");
    assert_eq!(
        run(&["validate", path]),
        (0, "1 file: 1 group, 1 check, 1 account are good\n".to_owned())
    );

    std::fs::write(place("waiver.yaml"), blocks(WAIVERS, "yaml")[0]).expect("a file");
    let (_, said) = run(&["validate", path]);
    let codes = ["unknown-group", "unknown-check"].map(|code| said.matches(code).count());
    assert_eq!((codes.iter().sum::<usize>(), said.matches("error[").count()), (1, 1), "{said}");

    let inventory = blocks(INVENTORY, "json")[0].as_bytes();
    recorded::read(inventory, schemas()).expect("an inventory");

    for secret in ["app.pem", "webhook-secret", "external-id"] {
        std::fs::write(place(secret), "secret").expect("a file");
    }
    let settings = blocks(OPERATING, "toml")[0].replace("/run/secrets", path);
    let settings = Settings::read(&settings, directory.path(), []).expect("settings");
    assert_eq!((settings.sources.len(), settings.accounts.len()), (1, 1));
    let settings = Settings::read(blocks(OPERATING, "toml")[1], directory.path(), []);
    assert!(settings.expect("settings").github.is_none());

    std::fs::write(place("gitlab-token"), "secret").expect("a file");
    let asking = blocks(OPERATING, "yaml")[0];
    let file = SourceFile::new(".cloudcorrect.yaml", asking.as_bytes());
    let (settings, problems) = policy::Settings::read(&file);
    assert_eq!((settings.map(|it| it.wants_issues), problems), (Some(true), Vec::new()));

    let elsewhere = blocks(OPERATING, "toml")[2].replace("/run/secrets", path);
    let settings = Settings::read(&elsewhere, directory.path(), []).expect("settings");
    let login = settings.sources[0].login.as_ref().expect("a login");
    assert_eq!(login.username, "cloudcorrect");
}

#[test]
fn bounds_are_shown_with_the_values_that_they_have_without_settings() {
    let shown = blocks(OPERATING, "toml").into_iter().find(|block| block.contains("[aws]"));
    let lines =
        shown.expect("a block").lines().filter(|line| !line.starts_with("calls_per_second"));
    let shown = lines.collect::<Vec<_>>().join("\n");
    let source = "[[sources]]\nname = \"main\"\nurl = \"https://git.example/p.git\"\n";
    let [shown, without] = [shown.as_str(), ""].map(|text| {
        let read = Settings::read(&format!("{text}\n{source}"), Path::new("."), []);
        read.expect("settings")
    });
    assert_eq!(shown.aws, without.aws);
    let [shown, without] =
        [shown, without].map(|all| (all.evaluation.workers, all.evaluation.targets));
    assert_eq!(shown, without);
}
