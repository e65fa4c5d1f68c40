//! Pull requests, commits, branches and refs.

use github_emulator::NewCommit;
use serde_json::{Value, json};

use crate::Stage;

const PULLS: &str = "/repos/acme/policies/pulls";

fn short(pull: &Value) -> String {
    let text = |pointer: &str| pull.pointer(pointer).map(Value::to_string).unwrap_or_default();
    let parts = ["/number", "/state", "/head/ref", "/base/ref", "/user/login", "/merged"];
    parts.map(text).join(" ").replace('"', "")
}

#[tokio::test]
async fn a_pull_request_is_opened_listed_and_closed() {
    let stage = Stage::new().await;
    let head = stage.branch("change").await;
    let wanted = json!({ "title": "Change", "head": "acme:change", "base": "main", "draft": true });
    let opened = stage.call_as("token-of-ann", "POST", PULLS, Some(wanted.clone())).await;
    assert_eq!(opened.status, 201, "{opened:?}");
    assert_eq!(short(&opened.body), "1 open change main ann false");
    assert_eq!(opened.body["head"]["sha"], head);
    let size = ["commits", "additions", "deletions", "changed_files"].map(|key| &opened.body[key]);
    assert_eq!(size, [1, 2, 0, 1]);
    let again = stage.call_as("token-of-ann", "POST", PULLS, Some(wanted)).await;
    assert_eq!(again.status, 422);
    let told = &again.body["errors"][0]["message"];
    assert_eq!(told, "A pull request already exists for acme:change.");
    let listed = async |query: &str| {
        let body = stage.get(&format!("{PULLS}{query}")).await.body;
        body.as_array().unwrap().iter().map(short).collect::<Vec<_>>()
    };
    assert_eq!(listed("?head=acme:change&base=main").await.len(), 1);
    assert_eq!(listed("?head=acme:other").await.len(), 0);
    let own = format!("{PULLS}/1");
    assert_eq!(stage.patch(&own, json!({ "state": "closed" })).await.status, 200);
    assert_eq!(listed("").await.len(), 0);
    assert_eq!(listed("?state=all").await, ["1 closed change main ann "]);
    let reopened = stage.patch(&own, json!({ "state": "open", "title": "Other" })).await.body;
    assert_eq!((&reopened["state"], &reopened["title"]), (&json!("open"), &json!("Other")));
    stage.finish().await;
}

#[tokio::test]
async fn a_pull_request_needs_two_branches_that_differ() {
    let stage = Stage::new().await;
    stage.branch("change").await;
    let main = stage.repository.branch("main").unwrap();
    stage.repository.set_branch("same", &main, "ann").await.unwrap();
    for (head, base) in [("nowhere", "main"), ("change", "nowhere"), ("same", "main")] {
        let wanted = json!({ "title": "x", "head": head, "base": base });
        assert_eq!(stage.post(PULLS, wanted).await.status, 422, "{head} into {base}");
    }
    stage.finish().await;
}

#[tokio::test]
async fn merging_makes_a_commit_on_the_base() {
    let stage = Stage::new().await;
    let (number, head) = stage.pull_request("change").await;
    let own = format!("{PULLS}/{number}");
    let merge = async |body: Value| {
        stage.call_as("token-of-ann", "PUT", &format!("{own}/merge"), Some(body)).await
    };
    assert_eq!(merge(json!({ "sha": stage.first })).await.status, 409);
    let merged = merge(json!({ "sha": head })).await;
    assert_eq!(merged.status, 200, "{merged:?}");
    let commit = stage.get("/repos/acme/policies/commits/main").await.body;
    assert_eq!(commit["sha"], merged.body["sha"]);
    let parents = commit["parents"].as_array().unwrap().iter();
    let parents: Vec<_> = parents.map(|parent| parent["sha"].as_str().unwrap()).collect();
    assert_eq!(parents, [&stage.first, &head]);
    let pull = stage.get(&own).await.body;
    assert_eq!(short(&pull), "1 closed change main ann true");
    assert_eq!(pull["merged_by"]["login"], "ann");
    assert_eq!(merge(json!({})).await.status, 405);
    stage.finish().await;
}

#[tokio::test]
async fn a_conflict_is_not_merged_and_a_squash_has_one_parent() {
    let stage = Stage::new().await;
    let (number, _) = stage.pull_request("change").await;
    let rival = NewCommit::on("main").write("policies/b.yaml", "other\n").by("ann");
    stage.repository.commit(rival).await.unwrap();
    let path = format!("{PULLS}/{number}/merge");
    let squash = Some(json!({ "merge_method": "squash" }));
    assert_eq!(stage.call_as("token-of-ann", "PUT", &path, squash.clone()).await.status, 405);
    let base = stage.repository.branch("main").unwrap();
    let yielding = NewCommit::on("main").remove("policies/b.yaml").by("ann");
    stage.repository.commit(yielding).await.unwrap();
    let merged = stage.call_as("token-of-ann", "PUT", &path, squash).await;
    assert_eq!(merged.status, 200, "{merged:?}");
    let commit = stage.get("/repos/acme/policies/commits/heads/main").await.body;
    assert_eq!(commit["parents"].as_array().unwrap().len(), 1);
    assert_ne!(commit["parents"][0]["sha"], base);
    stage.finish().await;
}

#[tokio::test]
async fn commits_are_compared() {
    let stage = Stage::new().await;
    let head = stage.branch("feature/x").await;
    let on_main = NewCommit::on("main").write("c.txt", "c\n").by("ann");
    let main = stage.repository.commit(on_main).await.unwrap();
    let compared = async |range: &str| {
        let body = stage.get(&format!("/repos/acme/policies/compare/{range}")).await.body;
        let files: Vec<_> = body["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| format!("{} {}", file["status"], file["filename"]))
            .collect();
        let shas = ["/merge_base_commit/sha", "/commits/0/sha"]
            .map(|pointer| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned));
        (
            format!("{} {} {} {files:?}", body["status"], body["ahead_by"], body["behind_by"])
                .replace(['"', '\\'], ""),
            shas,
        )
    };
    let (told, shas) = compared("main...feature/x").await;
    assert_eq!(told, "diverged 1 1 [added policies/b.yaml]");
    assert_eq!(shas, [Some(stage.first.clone()), Some(head)]);
    assert_eq!(compared(&format!("{}...main", stage.first)).await.0, "ahead 1 0 [added c.txt]");
    assert_eq!(compared(&format!("main...{main}")).await.0, "identical 0 0 []");
    stage.finish().await;
}

#[tokio::test]
async fn refs_are_made_moved_and_removed() {
    let options = github_emulator::EmulatorOptions::default();
    let mut permissions = options.permissions.clone();
    permissions.insert("contents".to_owned(), "write".to_owned());
    let stage = Stage::with(github_emulator::EmulatorOptions { permissions, ..options }).await;
    let next = stage.branch("change").await;
    let refs = "/repos/acme/policies/git/refs";
    let make = |name: &str, sha: &str| json!({ "ref": name, "sha": sha });
    assert_eq!(stage.post(refs, make("refs/heads/new", &next)).await.status, 201);
    assert_eq!(stage.post(refs, make("refs/heads/new", &next)).await.status, 422);
    assert_eq!(stage.post(refs, make("new", &next)).await.status, 422);
    assert_eq!(stage.post(refs, make("refs/heads/x", &"0".repeat(40))).await.status, 422);
    let own = "/repos/acme/policies/git/ref/heads/new";
    assert_eq!(stage.get(own).await.body["object"]["sha"], next);
    let path = format!("{refs}/heads/new");
    let back = json!({ "sha": stage.first });
    assert_eq!(stage.patch(&path, back).await.status, 422);
    let back = json!({ "sha": stage.first, "force": true });
    assert_eq!(stage.patch(&path, back).await.body["object"]["sha"], stage.first);
    let matching = stage.get("/repos/acme/policies/git/matching-refs/heads/").await.body;
    assert_eq!(matching.as_array().unwrap().len(), 3);
    let branch = stage.get("/repos/acme/policies/branches/new").await.body;
    assert_eq!(branch["commit"]["sha"], stage.first);
    assert_eq!(stage.call_as(&stage.token, "DELETE", &path, None).await.status, 204);
    assert_eq!(stage.get(own).await.status, 404);
    let branches = stage.get("/repos/acme/policies/branches").await.body;
    let names: Vec<_> = branches.as_array().unwrap().iter().map(|b| b["name"].clone()).collect();
    assert_eq!(names, ["change", "main"]);
    stage.finish().await;
}

#[tokio::test]
async fn a_repository_is_found_by_its_number() {
    let stage = Stage::new().await;
    let path = format!("/repositories/{}", stage.repository.id);
    assert_eq!(stage.get(&path).await.body["full_name"], "acme/policies");
    assert_eq!(stage.get(&format!("{path}/pulls")).await.body, json!([]));
    assert_eq!(stage.get("/repositories/999").await.status, 404);
    assert_eq!(stage.get("/rate_limit").await.body["rate"]["limit"], 5000);
    stage.finish().await;
}
