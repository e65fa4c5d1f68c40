//! Git over HTTP, by real `git`.

use github_emulator::{Event, NewCommit, Permission, Visibility};

use crate::Stage;
use crate::worktree::Worktree;

/// The address of a repository with a token in it.
fn with_token(url: &str, token: &str) -> String {
    url.replacen("http://", &format!("http://x-access-token:{token}@"), 1)
}

/// Runs what blocks beside the emulator.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

#[tokio::test]
async fn what_is_pushed_is_known_when_git_returns() {
    let stage = Stage::new().await;
    let mut events = stage.emulator.subscribe();
    let url = with_token(&stage.repository.clone_url, "token-of-ann");
    let pushed = aside(move || {
        let clone = Worktree::clone(&url);
        clone.write("policies/c.yaml", "c: 1\n");
        let sha = clone.commit("Add c");
        clone.push();
        sha
    })
    .await;
    assert_eq!(stage.repository.branch("main"), Some(pushed.clone()));
    let event = loop {
        match events.try_recv().unwrap() {
            Event::Called(_) => {}
            event => break event,
        }
    };
    let expected = Event::Pushed {
        repository: "acme/policies".to_owned(),
        reference: "refs/heads/main".to_owned(),
        after: Some(pushed),
        by: "ann".to_owned(),
    };
    assert_eq!(event, expected);
    stage.finish().await;
}

#[tokio::test]
async fn large_pushes_come_in_chunks_and_large_fetches_compressed() {
    let stage = Stage::new().await;
    let url = with_token(&stage.repository.clone_url, "token-of-ann");
    let sha = aside(move || {
        let clone = Worktree::clone(&url);
        // Beyond `http.postBuffer` git sends chunks of unknown number.
        clone.git(&["config", "http.postBuffer", "65536"]);
        let mut seed = 1_u64;
        let mut noise = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            format!("{seed:x}\n")
        };
        for n in 0..40 {
            let content: String = (0..1000).map(|_| noise()).collect();
            clone.write(&format!("data/{n}"), &content);
            clone.commit(&format!("Add {n}"));
        }
        clone.push();
        // Many `have` lines make git compress its request.
        let other = Worktree::clone(&url);
        clone.write("last", "x");
        let last = clone.commit("Last");
        clone.push();
        other.git(&["fetch", "--quiet"]);
        assert_eq!(other.git(&["rev-parse", "origin/main"]), last);
        last
    })
    .await;
    assert_eq!(stage.repository.branch("main"), Some(sha));
    stage.finish().await;
}

#[tokio::test]
async fn who_may_not_write_is_refused_by_git() {
    let stage = Stage::new().await;
    stage.emulator.add_user("eve", "token-of-eve");
    stage.repository.set_permission("eve", Permission::Read);
    let private =
        stage.emulator.create_repository("acme/secret", Visibility::Private).await.unwrap();
    private.commit(NewCommit::on("main").write("a", "b")).await.unwrap();
    let public = stage.repository.clone_url.clone();
    let (secret, token) = (private.clone_url.clone(), stage.token.clone());
    let refusals = aside(move || {
        let clone = Worktree::clone(&public);
        clone.commit("Nothing");
        let push = |url: &str| clone.try_git(&["push", "--quiet", url, "HEAD"]).unwrap_err();
        let fetch = |url: &str| clone.try_git(&["ls-remote", url]);
        vec![
            push(&public).contains("could not read Username"),
            push(&with_token(&public, "token-of-eve")).contains("Write access"),
            push(&with_token(&public, &token)).contains("Write access"),
            fetch(&with_token(&secret, "nonsense")).unwrap_err().contains("Authentication failed"),
            fetch(&secret).unwrap_err().contains("could not read Username"),
            fetch(&with_token(&secret, &token)).is_ok(),
            fetch(&with_token(&secret.replace("secret", "none"), &token))
                .unwrap_err()
                .contains("not found"),
        ]
    })
    .await;
    assert_eq!(refusals, [true; 7]);
    stage.finish().await;
}

#[tokio::test]
async fn the_head_of_a_pull_request_can_be_fetched_and_follows_its_branch() {
    let stage = Stage::new().await;
    let (number, head) = stage.pull_request("change").await;
    let url = with_token(&stage.repository.clone_url, "token-of-ann");
    let name = format!("refs/pull/{number}/head");
    let (fetched, next) = aside(move || {
        let clone = Worktree::clone(&url);
        clone.switch("change").write("policies/b.yaml", "b: 2\n");
        let next = clone.commit("Change b");
        clone.push();
        let fetched = clone.git(&["ls-remote", "origin", &name]);
        let push = clone.try_git(&["push", "origin", &format!("HEAD~1:{name}")]);
        assert!(push.is_err());
        // By id, as GitHub allows.
        clone.git(&["fetch", "--quiet", "origin", &head]);
        (fetched, next)
    })
    .await;
    let pull = stage.get(&format!("/repos/acme/policies/pulls/{number}")).await.body;
    assert_eq!(pull["head"]["sha"], next);
    assert!(fetched.starts_with(&next), "{fetched}");
    stage.finish().await;
}
