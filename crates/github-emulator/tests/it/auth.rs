//! Who may do what.

use chrono::TimeDelta;
use github_emulator::{EmulatorOptions, NewCommit, Permission, Visibility};
use serde_json::json;

use crate::worktree::Worktree;
use crate::{Stage, instant};

#[tokio::test]
async fn the_app_is_known_by_the_token_it_signs() {
    let stage = Stage::new().await;
    let message = |token: String| {
        let stage = &stage;
        async move {
            let answered = stage.call_as(&token, "GET", "/app", None).await;
            format!("{} {}", answered.status, answered.body["message"].as_str().unwrap_or_default())
        }
    };
    let table = [
        (stage.app_token("12345", -60, 540), "200 "),
        (stage.app_token("12345", 60, 540), "401 'Issued at' claim ('iat') must be an Integer"),
        (stage.app_token("12345", -60, 660), "401 'Expiration time' claim ('exp') is too far"),
        (stage.app_token("12345", -60, 0), "401 'Expiration time' claim ('exp') must be a"),
        (stage.app_token("54321", -60, 540), "401 'Issuer' claim ('iss')"),
        (format!("{}x", stage.app_token("12345", -60, 540)), "401 A JSON web token could not be"),
        (stage.token.clone(), "401 A JSON web token could not be"),
        ("nonsense".to_owned(), "401 Bad credentials"),
    ];
    for (token, expected) in table {
        let told = message(token).await;
        assert!(told.starts_with(expected), "{told}, not {expected}");
    }
    stage.finish().await;
}

#[tokio::test]
async fn only_tokens_open_the_rest_and_they_expire() {
    let stage = Stage::new().await;
    let status =
        async |token: &str| stage.call_as(token, "GET", "/repos/acme/policies", None).await.status;
    assert_eq!(status("").await, 401);
    assert_eq!(status(&stage.app_token("12345", -60, 540)).await, 401);
    assert_eq!(status("token-of-ann").await, 200);
    assert_eq!(status(&stage.token).await, 200);
    stage.clock.advance(TimeDelta::minutes(59));
    assert_eq!(status(&stage.token).await, 200);
    stage.clock.advance(TimeDelta::minutes(1));
    assert_eq!(status(&stage.token).await, 401);
    let renewed = stage.installation_token(json!({})).await;
    assert_eq!(status(&renewed).await, 200);
    stage.emulator.revoke_tokens();
    assert_eq!(status(&renewed).await, 401);
    stage.finish().await;
}

#[tokio::test]
async fn a_token_does_what_its_permissions_say() {
    let stage = Stage::new().await;
    let other = stage.emulator.create_repository("acme/other", Visibility::Private).await.unwrap();
    other.commit(NewCommit::on("main").write("a", "b")).await.unwrap();
    let narrow = json!({ "permissions": { "statuses": "read" }, "repositories": ["policies"] });
    let narrow = stage.installation_token(narrow).await;
    let run = json!({ "name": "x", "head_sha": stage.first });
    let runs = "/repos/acme/policies/check-runs";
    let table = [
        (narrow.as_str(), "POST", runs, Some(&run), 403),
        (&narrow, "GET", "/repos/acme/other", None, 404),
        (&stage.token, "GET", "/repos/acme/other", None, 200),
        (&stage.token, "GET", "/repos/acme/nothing", None, 404),
        ("token-of-ann", "POST", runs, Some(&run), 403),
        (&stage.token, "POST", runs, Some(&run), 201),
        (&stage.token, "GET", "/user", None, 403),
        ("token-of-ann", "GET", "/user", None, 200),
        ("token-of-ann", "GET", "/installation/repositories", None, 403),
    ];
    for (token, method, path, body, expected) in table {
        let answered = stage.call_as(token, method, path, body.cloned()).await;
        assert_eq!(answered.status, expected, "{method} {path}: {answered:?}");
    }
    let open = stage.call_as(&narrow, "GET", "/installation/repositories", None).await;
    assert_eq!(open.body["total_count"], 1);
    let wider = json!({ "permissions": { "administration": "write" } });
    let app = stage.app_token("12345", -60, 540);
    let found = stage.call_as(&app, "GET", "/app/installations", None).await;
    let path = format!("/app/installations/{}/access_tokens", found.body[0]["id"]);
    assert_eq!(stage.call_as(&app, "POST", &path, Some(wider)).await.status, 422);
    stage.finish().await;
}

#[tokio::test]
async fn an_installation_says_when_its_token_ends() {
    let stage = Stage::new().await;
    let app = stage.app_token("12345", -60, 540);
    let found = stage.call_as(&app, "GET", "/repos/ACME/Policies/installation", None).await;
    assert_eq!(found.body["account"]["login"], "acme");
    let path = format!("/app/installations/{}/access_tokens", found.body["id"]);
    let made = stage.call_as(&app, "POST", &path, None).await;
    assert_eq!(instant(&made.body["expires_at"]), stage.clock.now() + TimeDelta::hours(1));
    assert_eq!(made.body["permissions"]["checks"], "write");
    stage.finish().await;
}

#[tokio::test]
async fn what_users_may_do_is_told() {
    let stage = Stage::new().await;
    stage.emulator.add_user("eve", "token-of-eve");
    stage.repository.set_permission("eve", Permission::None);
    let told = async |login: &str| {
        let path = format!("/repos/acme/policies/collaborators/{login}/permission");
        stage.get(&path).await.body["permission"].clone()
    };
    assert_eq!(told("ann").await, "write");
    assert_eq!(told("eve").await, "read");
    assert_eq!(told("acme").await, "admin");
    let status = json!({ "state": "success" });
    let path = format!("/repos/acme/policies/statuses/{}", stage.first);
    let refused = stage.call_as("token-of-eve", "POST", &path, Some(status)).await;
    assert_eq!(refused.status, 403);
    stage.finish().await;
}

#[tokio::test]
async fn a_demo_may_take_anyone_for_its_user() {
    let options =
        EmulatorOptions { anonymous_user: Some("you".to_owned()), ..EmulatorOptions::default() };
    let stage = Stage::with(options).await;
    stage.branch("change").await;
    let wanted = json!({ "title": "Change", "head": "change", "base": "main" });
    let opened = stage.call_as("", "POST", "/repos/acme/policies/pulls", Some(wanted)).await;
    assert_eq!(opened.body["user"]["login"], "you");
    let url = stage.repository.clone_url.clone();
    tokio::task::spawn_blocking(move || {
        let clone = Worktree::clone(&url);
        clone.commit("Nothing");
        clone.push();
    })
    .await
    .unwrap();
    assert_ne!(stage.repository.branch("main"), Some(stage.first.clone()));
    assert_eq!(stage.call_as("", "GET", "/user", None).await.body["login"], "you");
    stage.finish().await;
}
