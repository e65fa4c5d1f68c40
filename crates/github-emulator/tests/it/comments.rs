//! Comments on pull requests.

use serde_json::json;

use crate::Stage;

#[tokio::test]
async fn comments_are_listed_page_by_page() {
    let stage = Stage::new().await;
    let (number, _) = stage.pull_request("change").await;
    let path = format!("/repos/acme/policies/issues/{number}/comments");
    for n in 1..=5 {
        let made = stage.post(&path, json!({ "body": format!("comment {n}") })).await;
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!(made.body["user"]["login"], "example[bot]");
    }
    let mut url = format!("{path}?per_page=2");
    let mut seen = Vec::new();
    loop {
        let page = stage.get(&url).await;
        let bodies = page.body.as_array().unwrap().iter();
        seen.push(bodies.map(|c| c["body"].as_str().unwrap().to_owned()).collect::<Vec<_>>());
        let next = page.link.split(", ").find(|link| link.ends_with("rel=\"next\""));
        let Some(next) = next else { break };
        let address = next.trim_start_matches('<').split('>').next().unwrap();
        url = address.strip_prefix(stage.emulator.api_url()).unwrap().to_owned();
    }
    let pages = [vec!["comment 1", "comment 2"], vec!["comment 3", "comment 4"], vec!["comment 5"]];
    assert_eq!(seen, pages);
    stage.finish().await;
}

#[tokio::test]
async fn a_comment_is_edited_in_place_and_deleted() {
    let stage = Stage::new().await;
    let (number, _) = stage.pull_request("change").await;
    let path = format!("/repos/acme/policies/issues/{number}/comments");
    let made = stage.post(&path, json!({ "body": "first" })).await.body;
    let own = format!("/repos/acme/policies/issues/comments/{}", made["id"]);
    assert_eq!(stage.patch(&own, json!({ "body": "second" })).await.status, 200);
    assert_eq!(stage.get(&own).await.body["body"], "second");
    let stored = stage.repository.comments(number);
    assert_eq!((stored.len(), stored[0].edits, stored[0].by_app), (1, 1, true));
    assert_eq!(stage.call_as(&stage.token, "DELETE", &own, None).await.status, 204);
    assert_eq!(stage.get(&own).await.status, 404);
    assert_eq!(stage.repository.comments(number), []);
    stage.finish().await;
}

#[tokio::test]
async fn comments_have_their_limits() {
    let stage = Stage::new().await;
    let (number, _) = stage.pull_request("change").await;
    let path = format!("/repos/acme/policies/issues/{number}/comments");
    let table = [("ü".repeat(65_536), 201), ("x".repeat(65_537), 422), (" ".to_owned(), 422)];
    for (body, expected) in table {
        assert_eq!(stage.post(&path, json!({ "body": body })).await.status, expected);
    }
    assert_eq!(stage.problems().len(), 2);
    let nowhere = "/repos/acme/policies/issues/99/comments";
    assert_eq!(stage.post(nowhere, json!({ "body": "x" })).await.status, 404);
    assert_eq!(stage.problems().len(), 2);
}
