//! A service that is no App but has the token of a user: statuses stand where check runs would, and polls
//! where webhooks would.

use github_emulator::{Effect, Fault, NewCommit};
use insta::assert_snapshot;
use sqlx::PgPool;

use crate::reporter::insist;
use crate::world::scene::{ACCOUNTS, ISSUES, STORAGE};
use crate::world::story::World;

/// Commits files to a branch, of which nobody is told.
async fn commit(world: &World, branch: &str, files: &[(&str, &str)]) -> String {
    let commit = NewCommit::on(branch).by("ada");
    let commit = files.iter().fold(commit, |commit, (path, text)| commit.write(path, *text));
    let sha = world.repo.commit(commit).await.expect("a commit");
    world.poll_comes().await;
    sha
}

/// A world whose one group is judged over a bucket, and the commit of it.
async fn judged(mut world: World) -> (World, String) {
    world.cloud.private_bucket("logs");
    let sha = commit(&world, "main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    insist(&world).await;
    (world, sha)
}

/// Opens a pull request that makes the group weaker, or breaks it.
async fn propose(world: &World, change: (&str, &str)) -> (u64, String) {
    let main = world.repo.branch("main").expect("a branch");
    world.repo.set_branch("idea", &main, "ada").await.expect("a branch");
    let changed = STORAGE.replace(change.0, change.1);
    let head = commit(world, "idea", &[("policies/storage.yaml", &changed)]).await;
    let opened = world.repo.open_pull_request(("idea", "main"), "A proposal", "ada").await;
    world.poll_comes().await;
    insist(world).await;
    // The branch comes before pull requests.
    world.poll_comes().await;
    insist(world).await;
    (opened.expect("a pull request"), head)
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_commit_gets_statuses_when_they_change(pool: PgPool) {
    let (mut world, sha) = judged(World::with_token(pool).await).await;
    world.run_again().await;
    world.cloud.public_bucket("logs");
    world.run_again().await;
    world.cloud.private_bucket("logs");
    world.run_again().await;
    assert_snapshot!(world.statuses(&sha), @"
    cloudcorrect/compliance by robot: success: 1 group passes
    cloudcorrect/compliance by robot: failure: storage: 1 of 1 buckets fails
    cloudcorrect/compliance by robot: success: 1 group passes
    cloudcorrect/sync by robot: success: 1 group with 1 check is valid
    ");
    let page = world.emulator.statuses(&sha).pop().and_then(|last| last.target_url);
    let wanted = format!("https://cc.example.com/sources/main/revisions/{sha}");
    assert_eq!(page, Some(wanted));
    assert_eq!(world.checks(&sha), "");
    let (_, posts) = world.page("/sources/main/posts").await;
    assert!(posts.contains("cloudcorrect/compliance"), "{posts}");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_pull_request_gets_a_status_and_a_comment_with_its_problems(pool: PgPool) {
    let (world, _) = judged(World::with_token(pool).await).await;
    let (number, head) = propose(&world, ("BlockPublicAcls", "BlockPublicAcl")).await;
    assert_snapshot!(world.statuses(&head), @"cloudcorrect/policies by robot: failure: 1 problem");
    let comments = world.repo.comments(number);
    assert_eq!((comments.len(), comments[0].author.as_str()), (1, "robot"));
    assert_snapshot!(comments[0].body.replace(&head[..7], "HEAD"), @"
    <!-- cloudcorrect:main -->
    ### Policies

    **1 problem** keeps these policies from coming into force.

    - **error** at `policies/storage.yaml:11:55`: `resource.PublicAccessBlockConfiguration` has no property `BlockPublicAcl`; did you mean `BlockPublicAcls`?

    <sub>at `HEAD`</sub>
    ");
    // Its own comment is edited, whoever copies the marker.
    let weaker = STORAGE.replace("severity: high", "severity: low");
    commit(&world, "idea", &[("policies/storage.yaml", &weaker)]).await;
    insist(&world).await;
    world.poll_comes().await;
    insist(&world).await;
    let comments = world.repo.comments(number);
    assert_eq!(comments.len(), 1);
    assert!(comments[0].body.contains("high → low"), "{}", comments[0].body);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_status_whose_answer_was_lost_is_found_again(pool: PgPool) {
    let mut world = World::with_token(pool).await;
    world.emulator.inject(Fault::on("POST", "/statuses/").effect(Effect::Cut));
    world.emulator.inject(Fault::on("POST", "/statuses/").effect(Effect::Lose(502)));
    world.cloud.private_bucket("logs");
    let sha = commit(&world, "main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    insist(&world).await;
    world.emulator.inject(Fault::on("POST", "/statuses/").effect(Effect::Cut));
    world.emulator.inject(Fault::on("GET", "/statuses").effect(Effect::Refuse(500)));
    world.cloud.public_bucket("logs");
    world.run_again().await;
    insist(&world).await;
    let statuses = world.statuses(&sha);
    let mut once: Vec<_> = statuses.lines().collect();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), statuses.lines().count(), "each once: {statuses}");
    assert!(statuses.contains("failure: storage: 1 of 1 buckets fails\n"), "{statuses}");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn issues_are_written_as_the_user(pool: PgPool) {
    let (mut world, _) = judged(World::with_token(pool).await).await;
    commit(&world, "main", &[ISSUES]).await;
    insist(&world).await;
    world.emulator.inject(Fault::on("POST", "/issues$").effect(Effect::Cut));
    world.cloud.public_bucket("logs");
    world.run_again().await;
    insist(&world).await;
    let issues = world.repo.issues();
    assert_eq!((issues.len(), issues[0].author.as_str(), issues[0].open), (1, "robot", true));
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn another_kind_of_credentials_shows_what_counts_anew(pool: PgPool) {
    let (mut world, sha) = judged(World::with_token(pool).await).await;
    let (number, head) = propose(&world, ("severity: high", "severity: low")).await;
    assert_eq!((world.checks(&sha), world.checks(&head)), (String::new(), String::new()));
    world.become_app().await;
    // The answer to one of them is lost.
    world.emulator.inject(Fault::on("POST", "/check-runs").effect(Effect::Cut));
    insist(&world).await;
    let shown = format!("{}{}", world.checks(&sha), world.checks(&head));
    assert_snapshot!(shown, @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: success: 1 group with 1 check is valid
    cloudcorrect/policies: success: 1 group with 1 check is valid
    ");
    let statuses = world.emulator.statuses(&sha).len();
    world.become_app().await;
    insist(&world).await;
    assert_eq!(format!("{}{}", world.checks(&sha), world.checks(&head)), shown, "once");
    // And back: the statuses that are there say it already, until something changes.
    world.become_user().await;
    insist(&world).await;
    assert_eq!(world.emulator.statuses(&sha).len(), statuses);
    world.cloud.public_bucket("logs");
    world.run_again().await;
    assert_eq!(world.emulator.statuses(&sha).len(), statuses + 1);
    assert_eq!(world.repo.comments(number).len(), 1);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn without_a_secret_no_webhook_is_taken(pool: PgPool) {
    let world = World::with_token(pool).await;
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let address = format!("{}/webhooks/github", world.webhooks_url);
    let answer = client.post(address).body("{}").send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 404);
    let text = answer.text().await.expect("text");
    assert_eq!(text, "webhooks are not configured: `github.webhook_secret` is not set\n");
    world.finish().await;
}
