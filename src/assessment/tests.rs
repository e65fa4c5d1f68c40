//! Assessors whose process fails.

use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;
use serde_json::json;

use super::*;
use crate::worker::Program;

/// Assessors whose process is a shell script that answers `$it`.
fn assessors(script: &str) -> Assessors {
    let script = format!("read -r greeting; echo '\"ready\"'; while read -r it; do {script}; done");
    let arguments = vec!["-c".into(), script.into()];
    let program = Program { file: PathBuf::from("/bin/sh"), arguments };
    let bounds = Bounds { memory: 1 << 30, timeout: Duration::from_secs(10) };
    Assessors::beside(program, &"postgres://nowhere".into(), bounds).expect("assessors")
}

fn question() -> Question {
    let id: CommitId = "0123456789abcdef0123456789abcdef01234567".parse().expect("an id");
    Question {
        speaker: Speaker {
            source: SourceId(1),
            name: "main".to_owned(),
            is_alone: true,
            links: Links::default(),
        },
        mirror: PathBuf::from("mirror.git"),
        path: "policies".to_owned(),
        number: Some(7),
        head: id,
        target: id,
        below: None,
        today: NaiveDate::default(),
        is_private: true,
        max_removed_percent: 50,
        unjudged: None,
        collection: Collection::Unavailable,
        foreign: Vec::new(),
    }
}

/// Words that the check run of an assessment has.
fn words(assessment: &Assessment) -> String {
    let Post::CheckRun(check) = &assessment.check else { return "no check run".to_owned() };
    format!("{:?}: {}: {}", check.state, check.title.as_str(), check.summary.as_str())
}

#[tokio::test]
async fn what_cannot_be_judged_is_at_least_read() {
    let post = json!({ "kind": "comment", "number": 7, "source": "main", "body": "read" });
    let assessed = json!({ "assessed": { "check": post, "comment": null, "concerns_policies": true, "uncollected": {} } });
    let reads = format!(
        r#"case "$it" in *'"unjudged":null'*) kill -9 $$;; *) echo "$it" >&2; echo '{assessed}';; esac"#
    );
    let assessment = assessors(&reads).assess(question()).await.expect("an assessment");
    assert_eq!(assessment.check.key(), "comment/7");
}

#[tokio::test]
async fn what_cannot_be_read_is_a_failure_that_says_why() {
    let assessment = assessors("kill -9 $$").assess(question()).await.expect("an assessment");
    insta::assert_snapshot!(words(&assessment), @"Failure: could not be validated: These policies were not validated: it needed more than 1024 MiB of memory, or failed (signal: 9 (SIGKILL)). Push another change, or press *Re-run* once the cause is gone. How much time and memory it may take is set by `[pull_requests]` in the settings of the service.");
    let Some(Post::Comment(comment)) = &assessment.comment else { panic!("a comment") };
    insta::assert_snapshot!(comment.body.as_str(), @"
    <!-- cloudcorrect:main -->
    ### Policies

    **Not validated**: it needed more than 1024 MiB of memory, or failed (signal: 9 (SIGKILL)). The check run says what to do.

    <sub>at `0123456`</sub>
    ");
    assert!(!assessment.concerns_policies, "only in the place of another one");
}

#[tokio::test]
async fn what_may_work_another_time_is_an_error() {
    let failed = assessors(r#"echo '{"failed":"cannot reach the database"}'"#);
    let error = failed.assess(question()).await.expect_err("a failure");
    insta::assert_snapshot!(error, @"cannot reach the database");
    let unread = assessors(r#"echo '{"unread":"no such object"}'"#);
    let error = unread.assess(question()).await.expect_err("a failure");
    assert!(error.is::<Unread>(), "{error}");
    assert_eq!(error.to_string(), "no such object");
}
