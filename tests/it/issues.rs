//! Issues of enforced groups that fail: one each, as long as it fails.

use github_emulator::{Effect, EmulatorOptions, Fault, Gone, Issue, NewCommit};
use insta::assert_snapshot;
use sqlx::PgPool;

use crate::reporter::insist;
use crate::world::scene::{ACCOUNTS, ISSUES, ONE_SOURCE, STORAGE};
use crate::world::story::World;

/// A world whose one group fails over a bucket, with settings that ask for issues.
async fn failing(world: World) -> World {
    let mut world = world;
    world.cloud.public_bucket("logs");
    let files = [ACCOUNTS, ISSUES, ("policies/storage.yaml", STORAGE)];
    world.commit_to("main", &files).await;
    insist(&world).await;
    world
}

/// Changes the group as `change` has it, and lets all arrive.
async fn amend(world: &World, change: impl Fn(&str) -> String) {
    let group = change(STORAGE);
    world.commit_to("main", &[("policies/storage.yaml", &group)]).await;
    insist(world).await;
}

/// The only issue.
fn issue(world: &World) -> Issue {
    let mut issues = world.repo.issues();
    assert_eq!(issues.len(), 1, "{issues:?}");
    issues.remove(0)
}

/// State of an issue, why, by whom it was closed, and its first words.
fn shown(issue: &Issue) -> String {
    let body = issue.body.as_deref().unwrap_or_default();
    let words = body.lines().nth(1).unwrap_or_default();
    let words = words.split(" since 2").next().unwrap_or_default();
    let Issue { open, state_reason, closed_by, .. } = issue;
    let parts = [state_reason, closed_by].map(|part| part.as_deref().unwrap_or("-"));
    format!("{} {}: {words}", if *open { "open" } else { "closed" }, parts.join(" "))
}

/// Text of an issue with its instants as `THEN`.
fn text(issue: &Issue) -> String {
    let body = issue.body.as_deref().unwrap_or_default();
    let is_time = |word: &str| word.len() == 5 && word.find(':') == Some(2);
    let then = |word: &str| (word.starts_with("20") && word.len() >= 10) || is_time(word);
    let words = body.split(' ').map(|word| if then(word) { "THEN" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_group_that_fails_has_an_issue_until_it_recovers(pool: PgPool) {
    let mut world = failing(World::new(pool).await).await;
    let opened = issue(&world);
    assert_snapshot!(format!("{}\n{}", opened.title, text(&opened)), @"
    cloudcorrect: group storage fails
    <!-- cloudcorrect:main issue/storage since THEN -->
    The enforced group `storage` fails: **1 of 1 buckets fails**.

    - Since: THEN THEN UTC

    ### Checks that need somebody

    - **Buckets block public access** (`storage/buckets-are-private`, high): 1 of 1 buckets fails.

    This issue is closed as soon as the group no longer fails, and opened again when it fails once more. One that somebody closes before stays closed until then.
    ");
    assert_eq!((opened.by_app, opened.edits), (true, 0));

    // Nothing else to say is nothing to write.
    world.run_again().await;
    assert_eq!(issue(&world).edits, 0);
    world.cloud.public_bucket("media");
    world.run_again().await;
    assert_snapshot!(shown(&issue(&world)), @"open - -: The enforced group `storage` fails: **2 of 2 buckets fail**.");
    assert_eq!(issue(&world).edits, 1);
    let (_, page) = world.page("/sources/main/posts").await;
    assert!(page.contains("Issue of storage") && page.contains(">open<"), "{page}");

    world.cloud.private_bucket("logs");
    world.cloud.private_bucket("media");
    world.run_again().await;
    assert_snapshot!(shown(&issue(&world)), @"closed completed example[bot]: The enforced group `storage` no longer fails. It did");
    let (_, page) = world.page("/sources/main/posts").await;
    assert!(page.contains(">closed<"), "{page}");

    world.cloud.public_bucket("logs");
    world.run_again().await;
    assert_eq!(issue(&world).number, opened.number, "the same");
    assert_snapshot!(shown(&issue(&world)), @"open reopened -: The enforced group `storage` fails: **1 of 2 buckets fails**.");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn without_the_setting_of_the_branch_there_are_none(pool: PgPool) {
    let (mut world, _) = crate::stories::with_private_bucket(pool).await;
    world.cloud.public_bucket("logs");
    world.run_again().await;
    // What a pull request asks for is no setting yet.
    world.branch("idea").await;
    world.commit_to("idea", &[ISSUES]).await;
    let number = world.propose("idea").await;
    world.settle().await;
    assert_eq!(world.repo.issues(), []);
    let comments = world.repo.comments(number);
    assert!(comments[0].body.contains("issues false → true"), "{}", comments[0].body);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_nobody_knows_neither_opens_nor_closes_one(pool: PgPool) {
    let mut world = failing(World::new(pool).await).await;
    let opened = issue(&world);
    world.cloud.denied_bucket("logs");
    world.run_again().await;
    assert_eq!(issue(&world), opened);
    // A new definition that waits to be evaluated closes nothing either.
    world.commit_to("main", &[("policies/storage.yaml", &STORAGE.replace("high", "low"))]).await;
    world.parts.syncer.pass().await.expect("a sync");
    insist(&world).await;
    assert_eq!(issue(&world), opened);
    world.cloud.private_bucket("logs");
    world.run_again().await;
    assert!(!issue(&world).open);
    world.cloud.denied_bucket("logs");
    world.run_again().await;
    assert!(!issue(&world).open);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_group_that_is_no_longer_enforced_has_none_open(pool: PgPool) {
    let sources = format!("{ONE_SOURCE}max_removed_percent = 100\n");
    let world = failing(World::with_sources(pool, &sources).await).await;
    let opened = issue(&world);
    let mut lines = Vec::new();
    let changes = ["spec:\n  mode: audit\n", "spec:\n  mode: shadow\n", "spec:\n  suspend: true\n"];
    for change in changes {
        amend(&world, |group| group.replace("spec:\n", change)).await;
        lines.push(shown(&issue(&world)));
        amend(&world, str::to_owned).await;
        lines.push(shown(&issue(&world)));
    }
    world.commit(NewCommit::on("main").remove("policies/storage.yaml").by("ada")).await;
    insist(&world).await;
    lines.push(shown(&issue(&world)));
    amend(&world, str::to_owned).await;
    world.commit(NewCommit::on("main").remove(ISSUES.0).by("ada")).await;
    insist(&world).await;
    lines.push(shown(&issue(&world)));
    assert_eq!(issue(&world).number, opened.number, "the same");
    assert_snapshot!(lines.join("\n"), @"
    closed not_planned example[bot]: The group `storage` is in audit, and no longer enforced. It failed
    open reopened -: The enforced group `storage` fails: **1 of 1 buckets fails**.
    closed not_planned example[bot]: The group `storage` is in shadow, and no longer enforced. It failed
    open reopened -: The enforced group `storage` fails: **1 of 1 buckets fails**.
    closed not_planned example[bot]: The group `storage` is suspended, and no longer enforced. It failed
    open reopened -: The enforced group `storage` fails: **1 of 1 buckets fails**.
    closed not_planned example[bot]: The policies no longer have the group `storage`. It failed
    closed not_planned example[bot]: The settings of the repository ask for no issues. The group `storage` failed
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn one_that_somebody_closes_stays_closed_until_the_group_fails_anew(pool: PgPool) {
    let mut world = failing(World::new(pool).await).await;
    assert!(world.repo.close_issue(issue(&world).number, "ada"));
    world.cloud.public_bucket("media");
    world.run_again().await;
    assert_snapshot!(shown(&issue(&world)), @"closed completed ada: The enforced group `storage` fails: **2 of 2 buckets fail**.");
    world.cloud.private_bucket("logs");
    world.cloud.private_bucket("media");
    world.run_again().await;
    assert_snapshot!(shown(&issue(&world)), @"closed completed ada: The enforced group `storage` no longer fails. It did");
    world.cloud.public_bucket("logs");
    world.run_again().await;
    assert_snapshot!(shown(&issue(&world)), @"open reopened -: The enforced group `storage` fails: **1 of 2 buckets fails**.");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn one_that_is_gone_is_made_anew_once(pool: PgPool) {
    let mut world = failing(World::new(pool).await).await;
    for (how, bucket) in [(Gone::Deleted, "media"), (Gone::Transferred, "assets")] {
        let lost = issue(&world).number;
        assert!(world.repo.lose_issue(lost, how));
        world.emulator.inject(Fault::on("POST", "/issues$").effect(Effect::Lose(502)));
        world.cloud.public_bucket(bucket);
        world.run_again().await;
        insist(&world).await;
        assert!(issue(&world).open && issue(&world).number > lost);
    }
    // Where it is to be closed there is nothing to do.
    world.repo.lose_issue(issue(&world).number, Gone::Deleted);
    for bucket in ["logs", "media", "assets"] {
        world.cloud.private_bucket(bucket);
    }
    world.run_again().await;
    insist(&world).await;
    assert_eq!(world.repo.issues(), []);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn one_whose_answer_was_lost_is_found_again(pool: PgPool) {
    let world = World::new(pool).await;
    let other = world.repo.clone();
    world.emulator.inject(Fault::on("POST", "/issues$").effect(Effect::Cut));
    let world = failing(world).await;
    assert_eq!(other.issues().len(), 1);
    world.emulator.inject(Fault::on("PATCH", "/issues/").effect(Effect::Cut));
    amend(&world, |group| group.replace("spec:\n", "spec:\n  owner: platform\n")).await;
    assert!(text(&issue(&world)).contains("- Owner: platform"));
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_missing_permission_or_feature_is_told_and_may_come(pool: PgPool) {
    let mut options = EmulatorOptions::default();
    options.permissions.remove("issues");
    let world = World::on_emulator(pool.clone(), ONE_SOURCE, options).await;
    let world = failing(world).await;
    assert_snapshot!(world.posts().await, @"
    compliance posted
    issue given up: GitHub does not let the App do it: Resource not accessible by integration; grant it `issues=write` in its settings and accept that where it is installed
    sync posted
    ");
    world.leave().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_repository_without_issues_is_told_of_and_may_get_some(pool: PgPool) {
    let world = World::new(pool).await;
    world.repo.set_issues(false);
    let world = failing(world).await;
    assert_snapshot!(world.posts().await, @"
    compliance posted
    issue given up: the repository has no issues: Issues are disabled for this repo; turn them on in its settings, or `issues` off in `.cloudcorrect.yaml`
    sync posted
    ");
    world.repo.set_issues(true);
    world.parts.reporter.as_ref().expect("it is on GitHub").revive().await.expect("a look");
    insist(&world).await;
    assert!(issue(&world).open);
    world.finish().await;
}
