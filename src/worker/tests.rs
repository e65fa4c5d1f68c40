//! Workers that are shell scripts: the protocol, without anything of ours behind it.

use std::path::PathBuf;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Program, Worker, WorkerError};

/// Longer than any of these takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// Worker that is a script, with the greeting in `$greeting`.
fn worker(script: &str) -> Worker {
    let script = format!("read -r greeting; echo '\"ready\"'; {script}");
    let program =
        Program { file: PathBuf::from("/bin/sh"), arguments: vec!["-c".into(), script.into()] };
    Worker::new(program, &json!("hello")).expect("a worker")
}

async fn ask(worker: &Worker, question: Value) -> Result<Value, WorkerError> {
    worker.ask(&question, PATIENCE).await
}

#[tokio::test]
async fn a_worker_is_greeted_once_and_stays_for_the_next_question() {
    let worker = worker(r#"while read -r it; do n=$((n+1)); echo "[$n, $greeting, $it]"; done"#);
    for count in 1..=3 {
        let answer = ask(&worker, json!({ "of": count })).await.expect("an answer");
        assert_eq!(answer, json!([count, "hello", { "of": count }]));
    }
}

#[tokio::test]
async fn one_that_has_nothing_to_do_may_leave_and_is_started_again() {
    let worker = worker(r#"read -r it; echo "[$$, $it]""#);
    let first = ask(&worker, json!(1)).await.expect("an answer");
    let second = ask(&worker, json!(2)).await.expect("an answer");
    assert_ne!(first[0], second[0], "another process");
    assert_eq!((&first[1], &second[1]), (&json!(1), &json!(2)));
}

#[tokio::test]
async fn one_that_was_killed_while_nobody_asked_is_started_again() {
    let worker = worker(r#"while read -r it; do echo "[$$, $it]"; done"#);
    let first = ask(&worker, json!(1)).await.expect("an answer");
    let process = first[0].as_i64().and_then(|pid| i32::try_from(pid).ok());
    let process = process.and_then(Pid::from_raw).expect("a process");
    kill_process(process, Signal::KILL).expect("it is there");
    let gone = async {
        let status = PathBuf::from(format!("/proc/{}/status", process.as_raw_nonzero()));
        while std::fs::read_to_string(&status).is_ok_and(|it| !it.contains("State:\tZ")) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("it is killed");
    let second = ask(&worker, json!(2)).await.expect("an answer");
    assert_eq!(second[1], json!(2));
    assert_ne!(first[0], second[0], "another process");
}

#[tokio::test]
async fn one_that_takes_too_long_is_stopped_and_the_next_begins_anew() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("pid");
    let file = file.to_str().expect("UTF-8");
    let worker = worker(&format!(
        r#"while read -r it; do if [ "$it" = 1 ]; then echo $$ > {file}; exec sleep 600; fi; echo "$it"; done"#
    ));
    let began = Instant::now();
    let asked = worker.ask::<Value>(&json!(1), Duration::from_millis(300)).await;
    let error = asked.expect_err("it sleeps");
    assert_eq!(error.to_string(), "it took longer than 300ms, and was stopped");
    assert!(began.elapsed() < PATIENCE);
    let process = std::fs::read_to_string(file).expect("it began");
    let status = PathBuf::from(format!("/proc/{}/status", process.trim()));
    let gone = async {
        // Whoever was killed is there until it is waited for.
        while std::fs::read_to_string(&status).is_ok_and(|it| !it.contains("State:\tZ")) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("its process is killed");
    assert_eq!(ask(&worker, json!(2)).await.expect("an answer"), json!(2));
}

#[tokio::test]
async fn what_one_kept_of_other_questions_costs_no_other_its_answer() {
    let worker = worker(
        r#"while read -r it; do n=$((n+1)); [ $n = 2 ] && kill -9 $$; echo "[$n, $it]"; done"#,
    );
    for count in 1..=3 {
        assert_eq!(ask(&worker, json!(count)).await.expect("an answer"), json!([1, count]));
    }
}

#[tokio::test]
async fn whoever_stops_waiting_leaves_no_answer_for_the_next() {
    let worker = worker(r#"while read -r it; do [ "$it" = 1 ] && sleep 0.2; echo "$it"; done"#);
    let question = json!(1);
    let asked = worker.ask::<Value>(&question, PATIENCE);
    assert!(tokio::time::timeout(Duration::from_millis(50), asked).await.is_err());
    assert_eq!(ask(&worker, json!(2)).await.expect("an answer"), json!(2));
}

#[tokio::test]
async fn what_went_wrong_is_told() {
    let table = [
        ("exit 3", "its process ended without an answer (exit status: 3)"),
        ("read -r it; kill -9 $$", "its process ended without an answer (signal: 9 (SIGKILL))"),
        ("read -r it; echo nonsense; read -r it", "its process gave no answer that can be read"),
        ("read -r it; exit 0", "its process ended without an answer (exit status: 0)"),
    ];
    for (script, expected) in table {
        let error = ask(&worker(script), json!(1)).await.expect_err(script);
        assert_eq!(error.to_string(), expected, "{script}");
    }
    let table = [
        ("exit 3", "a process of this program cannot begin its work: it ended at once"),
        (
            r#"echo '{"unready":"no database"}'; read -r it"#,
            "a process of this program cannot begin its work: no database",
        ),
        (
            "echo hello; read -r it",
            "a process of this program cannot begin its work: it says what is no word of ours",
        ),
    ];
    for (script, expected) in table {
        let arguments = vec!["-c".into(), script.into()];
        let program = Program { file: PathBuf::from("/bin/sh"), arguments };
        let worker = Worker::new(program, &json!("hello")).expect("a worker");
        let error = ask(&worker, json!(1)).await.expect_err(script);
        assert_eq!(error.to_string(), expected, "{script}");
    }
    let program = Program { file: PathBuf::from("/nowhere"), arguments: Vec::new() };
    let worker = Worker::new(program, &json!("hello")).expect("a worker");
    let error = ask(&worker, json!(1)).await.expect_err("there is no such file");
    assert_eq!(error.to_string(), "cannot start a process of this program");
}

#[tokio::test]
async fn a_worker_gets_no_credentials_of_ours() {
    let worker = worker(r#"read -r it; echo "\"$(env | cut -d= -f1 | sort | tr '\n' ' ')\"""#);
    let names = ask(&worker, json!(1)).await.expect("an answer");
    let names = names.as_str().expect("text").split(' ').filter(|name| !name.is_empty());
    let set = ["MIMALLOC_ARENA_EAGER_COMMIT", "PWD", "OLDPWD", "SHLVL", "_"];
    for name in names.filter(|name| !set.contains(name)) {
        assert!(super::INHERITED.iter().any(|one| name.starts_with(one)), "{name}");
    }
}
