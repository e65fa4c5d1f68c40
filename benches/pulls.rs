//! Pull requests from outside: from their opening to the posted check and comment, judged over what the
//! service stored of a large account.
//!
//! `make bench` runs it on the release build. The account is a recording, whose file is the argument,
//! and has a check for each of its types; each pull request changes all of them, so that every stored
//! resource is judged twice. `PULLS` says how many there are, six a minute; then as many again are
//! opened at once.

#![expect(
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a benchmark measures the time and ends where it cannot go on"
)]

mod figures;
mod served;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use github_emulator::{Emulator, EmulatorOptions, Event, NewCommit, RepositoryHandle, Visibility};
use serde_json::Value as Json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use served::{Outcome, Service, resident};

/// Time between two pull requests.
const PACE: Duration = Duration::from_secs(10);

fn main() -> Outcome<()> {
    if std::env::args().any(|argument| argument == "--list") {
        return Ok(());
    }
    let number = |name: &str, default: usize| match std::env::var(name) {
        Ok(number) => number.parse::<usize>(),
        Err(_) => Ok(default),
    };
    let (pulls, burst) = (number("PULLS", 12)?, number("PULLS_AT_ONCE", 12)?);
    let recording = std::env::args().nth(1).filter(|argument| !argument.starts_with('-'));
    let recording = fs::canonicalize(recording.ok_or("name the recording of an account")?)?;
    tokio::runtime::Runtime::new()?.block_on(measure(&recording, pulls, burst))
}

fn tell(what: &str, figure: &dyn std::fmt::Display) {
    figures::tell("pulls", what, figure);
}

async fn measure(recording: &Path, pulls: usize, burst: usize) -> Outcome<()> {
    let directory = tempfile::tempdir()?;
    let account = Account::of(recording)?;
    let emulator = Emulator::start(EmulatorOptions {
        anonymous_user: Some("bench".to_owned()),
        ..EmulatorOptions::default()
    })
    .await?;
    let repository = emulator.create_repository("acme/policies", Visibility::Public).await?;
    let first = NewCommit::on("main").write("policies/accounts.yaml", account.document());
    let first = first.write("policies/all.yaml", account.group(0)).by("bench");
    let mut events = emulator.subscribe();
    let main = repository.commit(first).await?;
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_cloudcorrect"));
    let service = Service::start(&binary, directory.path(), &emulator, (Some(recording), ""))?;
    let began = Instant::now();
    answers(&mut events, &[(main.clone(), 0, began)], "cloudcorrect/compliance").await?;
    tell("resources that are stored and judged", &account.resources);
    emulator.set_webhook(Some(&format!("http://{}/webhooks/github", service.webhooks)));

    let cold = open(&repository, &account, &main, 1..=1).await?;
    let cold = answers(&mut events, &cold, "cloudcorrect/policies").await?;
    tell("pull request to posted comment, the first one", &figures::Spread::of(&cold.comments));
    let mut checks = Vec::new();
    let mut comments = Vec::new();
    let mut next = Instant::now();
    for number in 2..=pulls + 1 {
        tokio::time::sleep_until(next.into()).await;
        next += PACE;
        let opened = open(&repository, &account, &main, number..=number).await?;
        let answered = answers(&mut events, &opened, "cloudcorrect/policies").await?;
        checks.extend(answered.checks);
        comments.extend(answered.comments);
    }
    tell("pull request to posted check, six a minute", &figures::Spread::of(&checks));
    tell("pull request to posted comment, six a minute", &figures::Spread::of(&comments));
    tell("memory of the service", &format!("{:.1} MiB", resident(service.child.id())?));
    for child in children(service.child.id())? {
        tell("memory of the process that assesses", &format!("{:.1} MiB", resident(child)?));
    }

    let numbers = pulls + 2..=pulls + 1 + burst;
    let opened = open(&repository, &account, &main, numbers).await?;
    let answered = answers(&mut events, &opened, "cloudcorrect/policies").await?;
    tell("pull requests opened at once, to posted check", &figures::Spread::of(&answered.checks));
    tell("and to posted comment", &figures::Spread::of(&answered.comments));
    let violations = emulator.violations();
    assert!(violations.is_empty(), "GitHub's description was not kept: {violations:?}");
    Ok(())
}

/// Processes of this program that a process started, each by one of its threads.
fn children(process: u32) -> Outcome<Vec<u32>> {
    let mut all = Vec::new();
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        for child in fs::read_to_string(thread?.path().join("children"))?.split_whitespace() {
            let arguments = fs::read(format!("/proc/{child}/cmdline"))?;
            if String::from_utf8_lossy(&arguments).contains("assess") {
                all.push(child.parse()?);
            }
        }
    }
    Ok(all)
}

/// Opens pull requests; their heads and numbers, and when each was opened.
async fn open(
    repository: &RepositoryHandle,
    account: &Account,
    main: &str,
    numbers: std::ops::RangeInclusive<usize>,
) -> Outcome<Vec<(String, u64, Instant)>> {
    let mut opened = Vec::new();
    for number in numbers {
        let branch = format!("change-{number}");
        repository.set_branch(&branch, main, "bench").await?;
        let commit = NewCommit::on(&branch).write("policies/all.yaml", account.group(number));
        let head = repository.commit(commit.by("bench")).await?;
        let began = Instant::now();
        let title = format!("Change {number}");
        let pull = repository.open_pull_request((&branch, "main"), &title, "bench").await?;
        opened.push((head, pull, began));
    }
    Ok(opened)
}

/// Times until answers were there.
#[derive(Default)]
struct Answers {
    checks: Vec<Duration>,
    comments: Vec<Duration>,
}

/// Waits until each pull request has its check run and its comment; a commit of the branch has no
/// number, and gets no comment.
async fn answers(
    events: &mut Receiver<Event>,
    opened: &[(String, u64, Instant)],
    check: &str,
) -> Outcome<Answers> {
    let mut answers = Answers::default();
    let mut heads: BTreeMap<&str, Instant> =
        opened.iter().map(|(head, _, began)| (head.as_str(), *began)).collect();
    let mut numbers: BTreeMap<u64, Instant> = opened
        .iter()
        .filter(|(_, number, _)| *number > 0)
        .map(|(_, number, began)| (*number, *began))
        .collect();
    let waiting = async {
        while !(heads.is_empty() && numbers.is_empty()) {
            match events.recv().await {
                Ok(Event::CheckRun { run, .. })
                    if run.name == check && run.status == "completed" =>
                {
                    let began = heads.remove(run.head_sha.as_str());
                    answers.checks.extend(began.map(|began| began.elapsed()));
                }
                Ok(Event::Comment { comment, .. }) => {
                    let judged = comment.body.contains("<sub>`bench` as of ");
                    assert!(judged, "it is not judged:\n{}", comment.body);
                    let began = numbers.remove(&comment.issue);
                    answers.comments.extend(began.map(|began| began.elapsed()));
                }
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(error) => panic!("the emulator ended: {error}"),
            }
        }
    };
    let waited = tokio::time::timeout(Duration::from_mins(10), waiting).await;
    waited.map_err(|_| "no answer within ten minutes")?;
    Ok(answers)
}

/// Account that was recorded, and a check for each of its types.
struct Account {
    id: String,
    /// Types with the property that each resource of it has.
    types: Vec<(String, String)>,
    resources: usize,
}

impl Account {
    fn of(recording: &Path) -> Outcome<Self> {
        let recorded: Json = serde_json::from_slice(&fs::read(recording)?)?;
        let mut identifiers = BTreeMap::new();
        let schemas = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/resources");
        for file in fs::read_dir(schemas)? {
            let schema: Json = serde_json::from_slice(&fs::read(file?.path())?)?;
            let text = |key: &str| schema.get(key).and_then(Json::as_str).map(str::to_owned);
            identifiers.extend(text("type").zip(text("identifier")));
        }
        let lists = recorded.get("lists").and_then(Json::as_object).ok_or("no lists")?;
        let mut resources = 0;
        for region in lists.values().filter_map(Json::as_object).flat_map(|it| it.values()) {
            resources += region.get("resources").and_then(Json::as_array).map_or(0, Vec::len);
        }
        let with_identifier = |name: &String| Some((name.clone(), identifiers.get(name)?.clone()));
        let types = lists.keys().filter_map(with_identifier).collect();
        let id = recorded.get("account").and_then(Json::as_str).ok_or("no account")?;
        Ok(Self { id: id.to_owned(), types, resources })
    }

    fn document(&self) -> String {
        format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: {{ name: bench }}\nspec:\n  \
             aws: {{ accountId: \"{}\", regions: [us-east-1, eu-west-1] }}\n",
            self.id
        )
    }

    /// A group of checks; with every number they assert something else.
    fn group(&self, number: usize) -> String {
        let mut text =
            "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: { name: all }\nspec:\n  \
             schedule: { every: 1d }\n  checks:\n"
                .to_owned();
        for (at, (name, identifier)) in self.types.iter().enumerate() {
            let _ = writeln!(
                text,
                "    - id: check-{at}\n      select: {name}\n      assert: \
                 resource.{identifier} != '' && !resource.{identifier}.endsWith('-{number}')"
            );
        }
        text
    }
}
