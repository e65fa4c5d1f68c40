//! Commits that lose much of what is in force: held, shown, and applied once somebody approves them.

use std::process::Command;

use github_emulator::NewCommit;
use insta::assert_snapshot;
use sqlx::PgPool;

use crate::world::scene::{ACCOUNTS, ONE_SOURCE, STORAGE};
use crate::world::story::World;

const OPERATING: &str = include_str!("../../docs/operating.md");

/// A group of another name.
fn named(name: &str) -> String {
    STORAGE.replace("name: storage", &format!("name: {name}"))
}

/// A world of three groups, a file each, and the commit in force.
async fn of_three_groups(pool: PgPool, sources: &str) -> (World, String) {
    let mut world = World::with_sources(pool, sources).await;
    world.cloud.private_bucket("logs");
    let (network, users) = (named("network"), named("users"));
    let files = [
        ACCOUNTS,
        ("policies/storage.yaml", STORAGE),
        ("policies/network.yaml", &network),
        ("policies/users.yaml", &users),
    ];
    let sha = world.commit_to("main", &files).await;
    world.settle().await;
    (world, sha)
}

/// A commit without two of the three groups.
fn removal(branch: &str) -> NewCommit {
    NewCommit::on(branch).remove("policies/network.yaml").remove("policies/users.yaml").by("ada")
}

/// A commit that approves another one, with the message that the command of the manual makes.
fn approval(of: &str) -> NewCommit {
    let block =
        OPERATING.split("```sh\n").find(|block| block.starts_with("git commit --allow-empty"));
    let command = block.and_then(|block| block.lines().next()).expect("a command");
    let command = command.replace("0123456789abcdef0123456789abcdef01234567", of);
    let directory = tempfile::tempdir().expect("a directory");
    let script = format!(
        "set -e; git init --quiet; git config user.name Ada; git config user.email ada@example.com; \
         {command} >&2; git log -1 --format=%B"
    );
    let typed = Command::new("sh").args(["-c", &script]).current_dir(&directory).output();
    let typed = typed.expect("a shell");
    assert!(typed.status.success(), "{}", String::from_utf8_lossy(&typed.stderr));
    let message = String::from_utf8(typed.stdout).expect("UTF-8");
    assert!(message.contains(of), "{message}");
    NewCommit::on("main").message(&message).by("ada")
}

/// Groups in force, sorted.
async fn groups(world: &World) -> Vec<String> {
    sqlx::query_scalar("select name from policy_group where retired_at is null order by name")
        .fetch_all(&world.pool)
        .await
        .expect("groups")
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_removal_of_most_groups_waits_for_an_approval(pool: PgPool) {
    let (world, first) = of_three_groups(pool, ONE_SOURCE).await;
    let held = world.commit(removal("main")).await;
    world.settle().await;
    let told = |text: String| text.replace(&held, "HELD").replace(&held[..7], "HELD");
    assert_snapshot!(told(world.checks(&held)), @"
    cloudcorrect/sync: failure: held: 2 of 3 groups are removed
      policies/accounts.yaml:1 2 of 3 groups are removed; history is kept
    ");
    let run = world.emulator.check_runs(&held).remove(0);
    let annotation = &run.annotations[0];
    assert_snapshot!(told(annotation.message.clone()), @"
    2 of 3 groups are removed; history is kept

    help: look at what it changes; where that is meant, push a later commit whose message has the line `Cloudcorrect-Approve: HELD`

    cloudcorrect validate --explain most-groups-removed
    ");
    assert_snapshot!(run.summary.expect("a summary").replace(&first[..7], "FIRST"), @"These policies are valid, and held: `FIRST` stays in force until a later commit approves them. The annotation says how.");
    assert_eq!(groups(&world).await, ["network", "storage", "users"]);
    // What is in force is evaluated as before, and shown with what waits.
    world.run_again().await;
    assert!(world.checks(&first).contains("compliance: success: 3 groups pass"));
    let (_, overview) = world.page("/").await;
    assert!(overview.contains("<strong>Held:</strong>"), "{overview}");
    let (_, page) = world.page(&format!("/sources/main/revisions/{held}")).await;
    assert!(page.contains("2 of 3 groups are removed"), "{page}");
    assert!(page.contains(&format!("Cloudcorrect-Approve: {held}")), "{page}");
    assert!(page.contains("until a later commit approves it"), "{page}");

    let approved = world.commit(approval(&held)).await;
    world.settle().await;
    assert_snapshot!(world.checks(&approved).replace(&approved[..7], "APPROVAL"), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: success: 1 group with 1 check is valid, 1 warning
      policies/accounts.yaml:1 2 of 3 groups are removed; history is kept; commit `APPROVAL` approves it
    ");
    assert_eq!(groups(&world).await, ["storage"]);
    let (_, overview) = world.page("/").await;
    assert!(!overview.contains("Held:"), "{overview}");

    // What was approved once is approved no more.
    let (network, users) = (named("network"), named("users"));
    let files = [("policies/network.yaml", network.as_str()), ("policies/users.yaml", &users)];
    world.commit_to("main", &files).await;
    world.settle().await;
    let again = approval(&held).remove("policies/network.yaml").remove("policies/users.yaml");
    let again = world.commit(again).await;
    world.settle().await;
    assert!(world.checks(&again).contains("failure: held: 2 of 3 groups are removed"));
    assert_eq!(groups(&world).await, ["network", "storage", "users"]);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn where_nothing_is_left_the_check_says_so_as_well(pool: PgPool) {
    let (world, _) = of_three_groups(pool, ONE_SOURCE).await;
    let nothing = removal("main").remove("policies/storage.yaml").remove("policies/accounts.yaml");
    let held = world.commit(nothing.write("policies/README.md", "moved")).await;
    world.settle().await;
    assert_snapshot!(world.checks(&held), @"
    cloudcorrect/sync: failure: held: 3 of 3 groups are removed
      policies:1 3 of 3 groups are removed; history is kept
    ");
    assert_eq!(groups(&world).await, ["network", "storage", "users"]);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn where_another_author_is_asked_for_ones_own_word_is_not_enough(pool: PgPool) {
    let sources = format!("{ONE_SOURCE}\napproval = \"another_author\"\n");
    let (world, _) = of_three_groups(pool, &sources).await;
    let held = world.commit(removal("main")).await;
    world.settle().await;
    let own = world.commit(approval(&held)).await;
    world.settle().await;
    let run = world.emulator.check_runs(&own).remove(0);
    assert_eq!(run.conclusion.as_deref(), Some("failure"));
    let message = run.annotations[0].message.replace(&own, "OWN").replace(&own[..7], "OWN");
    assert_snapshot!(message.replace(&held[..7], "HELD"), @"
    2 of 3 groups are removed; history is kept

    help: look at what it changes; where that is meant, have somebody else push a later commit whose message has the line `Cloudcorrect-Approve: OWN`; `OWN` approves `HELD`, which its own author may not

    cloudcorrect validate --explain most-groups-removed
    ");
    // Nor does it help that somebody else's commit stands on top.
    let other = world.commit(NewCommit::on("main").write("README.md", "moved").by("grace")).await;
    world.settle().await;
    world.commit(approval(&other)).await;
    world.settle().await;
    assert_eq!(groups(&world).await, ["network", "storage", "users"]);
    world.commit(approval(&held).by("linus")).await;
    world.settle().await;
    assert_eq!(groups(&world).await, ["storage"]);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn the_operator_says_how_much_may_go_without_a_word(pool: PgPool) {
    let sources = format!("{ONE_SOURCE}\nmax_removed_percent = 66\n");
    let (world, _) = of_three_groups(pool, &sources).await;
    world.branch("idea").await;
    let head = world.commit(removal("idea")).await;
    let number = world.propose("idea").await;
    world.settle().await;
    let comment = world.repo.comments(number).remove(0).body.replace(&head[..7], "HEAD");
    let (said, _) = comment.split_once("Judged over").expect("what it makes of resources");
    assert_snapshot!(said, @"
    <!-- cloudcorrect:main -->
    ### Policies

    ⚠️ **Valid, but weaker**: 2 changes demand less than what is in force.

    ⚠️ **Merging this is held**: 2 of 3 groups are removed. What is in force stays until a commit after the merge approves it, by the line `Cloudcorrect-Approve: <id>` in its message; the check of the commit that the merge makes names its id.
    ");
    world.commit(removal("main")).await;
    world.settle().await;
    assert_eq!(groups(&world).await, ["network", "storage", "users"], "two of three is more");
    let (network, users) = (named("network"), named("users"));
    let files = [("policies/network.yaml", network.as_str()), ("policies/users.yaml", &users)];
    world.commit_to("main", &files).await;
    world.settle().await;
    world.commit(NewCommit::on("main").remove("policies/users.yaml").by("ada")).await;
    world.settle().await;
    assert_eq!(groups(&world).await, ["network", "storage"]);
    world.finish().await;
}
