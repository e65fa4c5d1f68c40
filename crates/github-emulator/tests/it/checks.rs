//! Check runs, statuses, and the limits of both.

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::Stage;

const RUNS: &str = "/repos/acme/policies/check-runs";

fn annotations(lines: std::ops::Range<u32>) -> Vec<Value> {
    let one = |line| {
        json!({
            "path": "policies/a.yaml",
            "start_line": line,
            "end_line": line,
            "annotation_level": "failure",
            "message": format!("line {line}"),
        })
    };
    lines.map(one).collect()
}

#[tokio::test]
async fn annotations_are_added_by_each_change() {
    let stage = Stage::new().await;
    let output = json!({
        "title": "2 problems", "summary": "In words", "annotations": annotations(1..51),
    });
    let run = json!({
        "name": "cloudcorrect/policies", "head_sha": stage.first, "status": "in_progress",
        "external_id": "7", "output": output,
    });
    let made = stage.post(RUNS, run).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.body["output"]["annotations_count"], 50);
    stage.clock.advance(TimeDelta::seconds(5));
    let path = format!("{RUNS}/{}", made.body["id"]);
    let more = json!({ "summary": "In other words", "annotations": annotations(51..61) });
    let changed = json!({ "status": "completed", "conclusion": "failure", "output": more });
    assert_eq!(stage.patch(&path, changed).await.status, 200);
    let run = stage.get(&path).await.body;
    let seen = json!([
        run["status"],
        run["conclusion"],
        run["started_at"],
        run["completed_at"],
        run["output"]["title"],
        run["output"]["summary"],
        run["output"]["annotations_count"],
        run["app"]["slug"],
        run["external_id"],
    ]);
    assert_snapshot!(seen, @r#"["completed","failure","2026-11-21T10:00:00Z","2026-11-21T10:00:05Z","2 problems","In other words",60,"example","7"]"#);
    let first = stage.get(&format!("{path}/annotations?per_page=50")).await;
    assert_eq!(first.body.as_array().unwrap().len(), 50);
    assert!(first.link.contains("page=2&per_page=50>; rel=\"next\""), "{}", first.link);
    let second = stage.get(&format!("{path}/annotations?page=2&per_page=50")).await;
    assert_eq!(second.body[9]["message"], "line 60");
    assert_eq!(stage.emulator.check_runs(&stage.first)[0].annotations.len(), 60);
    stage.finish().await;
}

#[tokio::test]
async fn the_latest_run_of_each_name_is_listed_under_the_commit() {
    let stage = Stage::new().await;
    for (name, conclusion) in [("a", "failure"), ("b", "success"), ("a", "success")] {
        let run = json!({ "name": name, "head_sha": stage.first, "conclusion": conclusion });
        assert_eq!(stage.post(RUNS, run).await.status, 201);
    }
    let listed = async |path: &str| {
        let body = stage.get(&format!("/repos/acme/policies/commits/{path}")).await.body;
        let runs = body["check_runs"].as_array().unwrap().iter();
        let runs: Vec<_> = runs
            .map(|run| format!("{}={}", run["name"].as_str().unwrap(), run["conclusion"]))
            .collect();
        format!("{} {}", body["total_count"], runs.join(" ").replace('"', ""))
    };
    assert_eq!(listed("main/check-runs").await, "2 a=success b=success");
    assert_eq!(listed("main/check-runs?filter=all").await, "3 a=success b=success a=failure");
    assert_eq!(listed("heads%2Fmain/check-runs?check_name=a").await, "1 a=success");
    let sha = stage.first.clone();
    assert_eq!(listed(&format!("{sha}/check-runs?app_id=12345")).await, "2 a=success b=success");
    assert_eq!(listed(&format!("{sha}/check-runs?app_id=1")).await, "0 ");
    stage.finish().await;
}

#[tokio::test]
async fn statuses_add_up_to_one_state() {
    let stage = Stage::new().await;
    let path = format!("/repos/acme/policies/statuses/{}", stage.first);
    for (context, state) in [("a", "pending"), ("b", "success"), ("a", "success")] {
        let status = json!({ "context": context, "state": state, "description": "words" });
        assert_eq!(stage.post(&path, status).await.status, 201);
    }
    let combined = stage.get("/repos/acme/policies/commits/main/status").await.body;
    assert_eq!((&combined["state"], &combined["total_count"]), (&json!("success"), &json!(2)));
    let all = stage.get("/repos/acme/policies/commits/main/statuses?per_page=2").await;
    assert_eq!(all.body[0]["context"], "a");
    assert_eq!(all.body[0]["creator"]["login"], "example[bot]");
    assert!(all.link.contains("rel=\"last\""));
    stage.post(&path, json!({ "context": "b", "state": "error" })).await;
    let combined = stage.get("/repos/acme/policies/commits/main/status").await.body;
    assert_eq!(combined["state"], "failure");
    assert_eq!(stage.emulator.statuses(&stage.first).len(), 4);
    stage.finish().await;
}

#[tokio::test]
async fn what_github_would_not_take_is_refused_and_remembered() {
    let stage = Stage::new().await;
    let sha = stage.first.clone();
    let run = |output: Value| json!({ "name": "x", "head_sha": sha, "output": output });
    let said = |title: usize, summary: usize, count: u32| {
        let annotations = annotations(1..count + 1);
        run(json!({
            "title": "t".repeat(title), "summary": "s".repeat(summary), "annotations": annotations,
        }))
    };
    let status = format!("/repos/acme/policies/statuses/{sha}");
    let mut wide = annotations(1..2);
    wide[0]["end_line"] = json!(2);
    wide[0]["start_column"] = json!(1);
    let wide = run(json!({ "title": "t", "summary": "s", "annotations": wide }));
    let table = [
        (RUNS, said(255, 65_535, 50), 201),
        (RUNS, said(256, 1, 0), 422),
        (RUNS, said(1, 65_536, 0), 422),
        (RUNS, said(1, 1, 51), 422),
        (RUNS, wide, 422),
        (RUNS, json!({ "name": "x", "head_sha": sha, "status": "completed" }), 422),
        (RUNS, json!({ "name": "x", "head_sha": sha, "conclusion": "good" }), 422),
        (RUNS, json!({ "name": "x", "head_sha": sha, "extra": "s" }), 422),
        (&status, json!({ "state": "success", "description": "d".repeat(140) }), 201),
        (&status, json!({ "state": "success", "description": "d".repeat(141) }), 422),
        (&status, json!({ "state": "success", "target_url": "ftp://x" }), 422),
        (&status, json!({ "state": "good" }), 422),
    ];
    for (path, body, expected) in table {
        let answered = stage.post(path, body).await;
        assert_eq!(answered.status, expected, "{answered:?}");
    }
    let problems = stage.problems().join("\n").replace(&stage.first, "SHA");
    assert_snapshot!(problems.replace("POST /repos/acme/policies/", ""), @r#"
    check-runs: for 'body/output/title', 256 characters are more than 255
    check-runs: for 'body/output/summary', value is longer than 65535 characters
    check-runs: for 'body/output/annotations', value has more than 50 items
    check-runs: for 'body/output/annotations/0', columns are for annotations of one line
    check-runs: for 'body', a completed run needs a conclusion
    check-runs: for 'body/conclusion', value is not one of "action_required", "cancelled" or 6 other candidates
    check-runs: for 'body', Unevaluated properties are not allowed ('extra' was unexpected)
    statuses/SHA: for 'body/description', 141 characters are more than 140
    statuses/SHA: for 'body/target_url', it is no http(s) address
    statuses/SHA: for 'body/state', value is not one of "error", "failure" or 2 other candidates
    "#);
}

#[tokio::test]
async fn a_commit_that_is_not_there_is_no_violation() {
    let stage = Stage::new().await;
    let run = json!({ "name": "x", "head_sha": "0".repeat(40) });
    let refused = stage.post(RUNS, run).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body["message"].as_str().unwrap().starts_with("No commit found for SHA: 0"));
    let path = format!("/repos/acme/policies/statuses/{}", "0".repeat(40));
    assert_eq!(stage.post(&path, json!({ "state": "success" })).await.status, 422);
    stage.finish().await;
}

#[tokio::test]
async fn unknown_paths_are_remembered() {
    let stage = Stage::new().await;
    assert_eq!(stage.get("/repos/acme/policies/issues/1/labels").await.status, 404);
    assert_eq!(stage.patch("/app", json!({})).await.status, 404);
    let nameless = reqwest::Client::builder().no_proxy().build().unwrap();
    let refused = nameless.get(format!("{}/app", stage.emulator.url())).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    assert_snapshot!(stage.problems().join("\n"), @r"
    GET /repos/acme/policies/issues/1/labels: Not Found
    PATCH /app: Not Found
    GET /app: Request forbidden by administrative rules. Please make sure your request has a User-Agent header
    ");
}
