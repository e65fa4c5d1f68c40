//! Issues.

use github_emulator::Gone;
use serde_json::json;

use crate::Stage;

const ISSUES: &str = "/repos/acme/policies/issues";

#[tokio::test]
async fn an_issue_is_opened_changed_closed_and_opened_again() {
    let stage = Stage::new().await;
    let (pull, _) = stage.pull_request("change").await;
    let made = stage.post(ISSUES, json!({ "title": "It fails", "body": "first" })).await;
    assert_eq!((made.status, made.body["number"].as_u64()), (201, Some(pull + 1)));
    let own = format!("{ISSUES}/{}", pull + 1);
    let closing = json!({ "body": "second", "state": "closed", "state_reason": "not_planned" });
    let closed = stage.patch(&own, closing).await.body;
    let said =
        |of: &serde_json::Value| format!("{} {} {}", of["state"], of["state_reason"], of["body"]);
    assert_eq!(said(&closed), r#""closed" "not_planned" "second""#);
    assert_eq!(closed["closed_by"]["login"], "example[bot]");
    let opened = stage.patch(&own, json!({ "state": "open" })).await.body;
    assert_eq!(said(&opened), r#""open" "reopened" "second""#);
    assert!(stage.repository.close_issue(pull + 1, "ann"));
    assert!(!stage.repository.close_issue(pull + 1, "ann"), "it is closed");
    assert_eq!(stage.get(&own).await.body["closed_by"]["login"], "ann");
    stage.finish().await;
}

#[tokio::test]
async fn issues_are_listed_by_state_and_creator_with_pull_requests() {
    let stage = Stage::new().await;
    let (pull, _) = stage.pull_request("change").await;
    for title in ["one", "two"] {
        stage.post(ISSUES, json!({ "title": title })).await;
    }
    stage.repository.close_issue(pull + 1, "ann");
    let listed = async |query: &str| {
        let all = stage.get(&format!("{ISSUES}?{query}")).await.body;
        let all = all.as_array().unwrap().iter();
        all.map(|one| one["number"].as_u64().unwrap() - pull).collect::<Vec<_>>()
    };
    assert_eq!(listed("").await, [2, 0]);
    assert_eq!(listed("state=all&direction=asc").await, [0, 1, 2]);
    assert_eq!(listed("state=closed").await, [1]);
    assert_eq!(listed("state=all&creator=example[bot]").await, [2, 1]);
    assert_eq!(listed("creator=ann").await, [0]);
    stage.finish().await;
}

#[tokio::test]
async fn an_issue_that_is_gone_says_where() {
    let stage = Stage::new().await;
    for (how, status) in [(Gone::Deleted, 410), (Gone::Transferred, 301)] {
        let made = stage.post(ISSUES, json!({ "title": "It fails" })).await.body;
        let number = made["number"].as_u64().unwrap();
        assert!(stage.repository.lose_issue(number, how));
        let own = format!("{ISSUES}/{number}");
        assert_eq!(stage.get(&own).await.status, status);
        assert_eq!(stage.patch(&own, json!({ "body": "x" })).await.status, status);
    }
    assert_eq!(stage.repository.issues(), []);
    stage.repository.set_issues(false);
    let refused = stage.post(ISSUES, json!({ "title": "It fails" })).await;
    assert_eq!(
        (refused.status, refused.body["message"].as_str()),
        (410, Some("Issues are disabled for this repo"))
    );
    stage.finish().await;
}
