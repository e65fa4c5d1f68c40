//! The emulator's bad days.

use std::time::Duration;

use github_emulator::{Effect, Event, Fault};
use serde_json::json;

use crate::{Stage, client};

#[tokio::test]
async fn a_lost_answer_leaves_its_write_behind() {
    let stage = Stage::new().await;
    let (number, _) = stage.pull_request("change").await;
    let path = format!("/repos/acme/policies/issues/{number}/comments");
    stage.emulator.inject(Fault::on("POST", "/comments").effect(Effect::Refuse(500)));
    stage.emulator.inject(Fault::on("POST", "/comments").effect(Effect::Lose(502)));
    let mut seen = Vec::new();
    for n in 0..3 {
        let status = stage.post(&path, json!({ "body": format!("{n}") })).await.status;
        seen.push((status, stage.repository.comments(number).len()));
    }
    assert_eq!(seen, [(500, 0), (502, 1), (201, 2)]);
    stage.finish().await;
}

#[tokio::test]
async fn limits_say_when_to_come_back() {
    let stage = Stage::new().await;
    let path = format!("{}/repos/acme/policies", stage.emulator.api_url());
    let table = [
        (Effect::PrimaryLimit(5), 403, ""),
        (Effect::SecondaryLimit(None), 403, ""),
        (Effect::SecondaryLimit(Some(7)), 403, "7"),
        (Effect::TooManyRequests(9), 429, "9"),
        (Effect::RevokedToken, 401, ""),
    ];
    for (effect, status, after) in table {
        stage.emulator.inject(Fault::on("GET", "/repos/acme/policies").effect(effect));
        let answered = client().get(&path).bearer_auth(&stage.token).send().await.unwrap();
        assert_eq!(answered.status(), status);
        let told = answered.headers().get("retry-after").map_or("", |it| it.to_str().unwrap());
        assert_eq!(told, after);
    }
    assert_eq!(stage.get("/repos/acme/policies").await.status, 200);
    stage.finish().await;
}

#[tokio::test]
async fn an_answer_may_be_cut_off_or_held_back() {
    let stage = Stage::new().await;
    let (number, _) = stage.pull_request("change").await;
    let path = format!("{}/repos/acme/policies/issues/{number}/comments", stage.emulator.api_url());
    let say = || client().post(&path).bearer_auth(&stage.token).json(&json!({ "body": "x" }));
    stage.emulator.inject(Fault::on("POST", "/comments").effect(Effect::Cut));
    let half = say().send().await;
    assert!(half.is_err() || half.unwrap().bytes().await.is_err());
    assert_eq!(stage.repository.comments(number).len(), 1);
    stage.emulator.inject(Fault::on("POST", "/comments").effect(Effect::Hold));
    let mut events = stage.emulator.subscribe();
    let held = tokio::spawn(say().send());
    while events.recv().await.unwrap() != Event::Held {}
    assert_eq!(stage.repository.comments(number).len(), 2);
    assert!(!held.is_finished());
    stage.emulator.clear_faults();
    assert_eq!(held.await.unwrap().unwrap().status(), 201);
    stage.finish().await;
}

#[tokio::test]
async fn a_call_that_hangs_ends_with_its_caller_or_the_emulator() {
    let stage = Stage::new().await;
    let path = "/repos/acme/policies/check-runs";
    let run = json!({ "name": "x", "head_sha": stage.first });
    stage.emulator.inject(Fault::on("POST", path).effect(Effect::HangAfter));
    stage.emulator.inject(Fault::on("GET", "/app").effect(Effect::Hang));
    let impatient = client()
        .post(format!("{}{path}", stage.emulator.api_url()))
        .bearer_auth(&stage.token)
        .json(&run)
        .timeout(Duration::from_millis(500));
    let mut events = stage.emulator.subscribe();
    let (gone, ()) = tokio::join!(impatient.send(), async {
        // Stored long before its caller gives up.
        while stage.emulator.check_runs(&stage.first).is_empty() {
            events.recv().await.unwrap();
        }
    });
    assert!(gone.unwrap_err().is_timeout());
    let url = format!("{}/app", stage.emulator.api_url());
    let hanging = tokio::spawn(client().get(url).send());
    while stage.emulator.calls().iter().all(|call| call.path != "/app") {
        events.recv().await.unwrap();
    }
    stage.finish().await;
    let ended = hanging.await.unwrap();
    assert!(ended.is_err() || ended.is_ok_and(|answer| answer.status() == 503));
}

#[tokio::test]
async fn git_has_bad_days_too() {
    let stage = Stage::new().await;
    stage.emulator.inject(Fault::on("GET", "/policies.git/info/refs").times(2));
    let url = format!("{}/info/refs?service=git-upload-pack", stage.repository.clone_url);
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(client().get(&url).send().await.unwrap().status().as_u16());
    }
    assert_eq!(seen, [502, 502, 200]);
    stage.finish().await;
}
