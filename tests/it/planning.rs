//! `plan` beside the service: the same words, over what the service stored.

use std::path::Path;
use std::process::Command;

use chrono::{NaiveDateTime, TimeDelta};
use cloudcorrect::clock::Clock;
use github_emulator::EmulatorOptions;
use insta::assert_snapshot;
use regex::{Captures, Regex};
use sqlx::PgPool;

use crate::world::scene::{ACCOUNTS, ONE_SOURCE, STORAGE};
use crate::world::story::World;

/// A world whose repository everybody may clone.
async fn open_world(pool: PgPool) -> World {
    let anonymous_user = Some("ada".to_owned());
    let options = EmulatorOptions { anonymous_user, ..EmulatorOptions::default() };
    World::on_emulator(pool, ONE_SOURCE, options).await
}

/// Clones the repository, while the emulator serves it from this thread.
async fn clone(world: &World, directory: &Path) {
    let url = format!("{}/acme/policies.git", world.emulator.url());
    let mut git = tokio::process::Command::new("git");
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let cloned = git.args(["clone", "-q", &url, "."]).current_dir(directory).output();
    let cloned = cloned.await.expect("git runs");
    assert!(cloned.status.success(), "{}", String::from_utf8_lossy(&cloned.stderr));
}

/// Exit status of `plan`, and what it says.
fn plan(world: &World, directory: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"));
    command.args(["plan", "origin/main..origin/idea"]).args(arguments);
    command.env("DATABASE_URL", world.database_url()).current_dir(directory);
    let output = command.output().expect("the binary runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).expect("UTF-8"))
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_is_said_at_a_desk_is_the_comment_and_what_was_stored_says_more(pool: PgPool) {
    let mut world = open_world(pool).await;
    world.cloud.public_bucket("logs");
    world.cloud.private_bucket("data");
    world.commit_to("main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    world.settle().await;
    world.branch("idea").await;
    let asserted = "resource.PublicAccessBlockConfiguration.BlockPublicAcls";
    let other =
        STORAGE.replace(": high", ": low").replace(asserted, "resource.BucketName != \"data\"");
    let head = world.commit_to("idea", &[("policies/storage.yaml", &other)]).await;
    let number = world.propose("idea").await;
    world.settle().await;

    let directory = tempfile::tempdir().expect("a directory");
    clone(&world, directory.path()).await;
    let comments = world.repo.comments(number);
    let (status, said) = plan(&world, directory.path(), &["--stored"]);
    assert_eq!((status, said.strip_suffix('\n')), (Some(1), Some(comments[0].body.as_str())));

    let (status, said) = plan(&world, directory.path(), &["--stored", "--resources"]);
    assert_eq!(status, Some(1), "{said}");
    let as_of: String = sqlx::query_scalar(
        "select to_char(last_run_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') from policy_group",
    )
    .fetch_one(&world.pool)
    .await
    .expect("a group");
    assert_snapshot!(said.replace(&head[..7], "HEAD").replace(&as_of, "THE LAST RUN"), @r#"
    <!-- cloudcorrect:main -->
    ### Policies

    ⚠️ **Valid, but weaker**: 1 of 2 changes demands less than what is in force, 1 more may.

    Judged over what was collected: **1 newly failing**, 1 newly passing.

    **Impact**

    | Check | Account | newly failing | newly passing |
    | --- | --- | --: | --: |
    | `storage/buckets-are-private` | `prod` | **1** | 1 |

    <sub>`prod` as of THE LAST RUN UTC.</sub>

    **Changes**

    - storage: `buckets-are-private` severity high → low: **weaker**
    - storage: `buckets-are-private` assert changed: weaker or stronger, please look
      ```diff
      - resource.PublicAccessBlockConfiguration.BlockPublicAcls
      + resource.BucketName != "data"
      ```

    <details><summary>Resources</summary>

    - `storage/buckets-are-private` in `prod`: newly failing `data` (us-east-1): resource.BucketName = "data"
    - `storage/buckets-are-private` in `prod`: newly passing `logs` (us-east-1)

    </details>

    <sub>at `HEAD`</sub>
    "#);

    let (status, said) = plan(&world, directory.path(), &["--stored", "--source", "other"]);
    assert_eq!(status, Some(2));
    assert_snapshot!(said, @"error: the service watches no source `other`; say with `--source` which it is: `main`");
    world.finish().await;
}

/// What is said, with how many days ago each instant was in its place.
fn by_age(said: &str) -> String {
    let instants = Regex::new(r"[0-9-]{10} [0-9:]{5}").expect("a pattern");
    let aged = instants.replace_all(said, |found: &Captures<'_>| {
        let instant = NaiveDateTime::parse_from_str(&found[0], "%Y-%m-%d %H:%M");
        let age = Clock::System.now().naive_utc() - instant.expect("an instant");
        format!("{} days ago", (age + TimeDelta::hours(1)).num_days())
    });
    let days = Regex::new(r"(?i)(since) [0-9-]{10}").expect("a pattern");
    let times = Regex::new(r"judged [0-9]+ times").expect("a pattern");
    let aged = days.replace_all(&aged, "$1 THEN");
    times.replace_all(&aged, "judged N times").into_owned()
}

/// Has all that is stored of accounts be so much older.
async fn long_ago(world: &World, days: i32) {
    let moved = "update facet set since = since - make_interval(days => $1),
        until = until - make_interval(days => $1)";
    sqlx::query(moved).bind(days).execute(&world.pool).await.expect("a change");
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_a_change_would_have_found_is_told_of_what_was_stored_long_ago(pool: PgPool) {
    let mut world = open_world(pool).await;
    world.cloud.public_bucket("logs");
    world.cloud.private_bucket("data");
    world.commit_to("main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    world.settle().await;
    long_ago(&world, 20).await;
    world.cloud.private_bucket("logs");
    world.cloud.public_bucket("brief");
    world.run_again().await;
    long_ago(&world, 6).await;
    world.cloud.remove_bucket("brief");
    world.run_again().await;
    long_ago(&world, 4).await;

    world.branch("idea").await;
    let asserted = "resource.PublicAccessBlockConfiguration.BlockPublicAcls";
    let other = STORAGE.replace(asserted, "resource.BucketName != \"data\"");
    let head = world.commit_to("idea", &[("policies/storage.yaml", &other)]).await;
    world.settle().await;
    let directory = tempfile::tempdir().expect("a directory");
    clone(&world, directory.path()).await;
    let (status, said) =
        plan(&world, directory.path(), &["--stored", "--since", "90d", "--resources"]);
    assert_eq!(status, Some(1), "{said}");
    assert_snapshot!(by_age(&said).replace(&head[..7], "HEAD"), @r#"
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 1 group with 1 check; 1 change, of which 1 may be weaker: please look.

    Judged over what was collected: **1 newly failing**.

    Had it been in force since THEN: **1 newly failing**; 2 newly passing, none of them now.

    **Impact**

    | Check | Account | newly failing |
    | --- | --- | --: |
    | `storage/buckets-are-private` | `prod` | **1** |

    <sub>`prod` as of 0 days ago UTC.</sub>

    **Since THEN**

    | Check | Account | newly failing | newly passing |
    | --- | --- | --: | --: |
    | `storage/buckets-are-private` | `prod` | **1** (1 now) | 2 (0 now) |

    <sub>`prod` was judged N times from 30 days ago to 0 days ago UTC. What changed within 5h 24m counts as one change.</sub>

    **Changes**

    - storage: `buckets-are-private` assert changed: weaker or stronger, please look
      ```diff
      - resource.PublicAccessBlockConfiguration.BlockPublicAcls
      + resource.BucketName != "data"
      ```

    <details><summary>Resources</summary>

    - `storage/buckets-are-private` in `prod`: newly failing `data` (us-east-1): resource.BucketName = "data"

    </details>

    <details><summary>Resources since THEN</summary>

    - `storage/buckets-are-private` in `prod`: newly failing `data` (us-east-1) since 30 days ago
    - `storage/buckets-are-private` in `prod`: newly passing `brief` (us-east-1) from 10 days ago to 4 days ago
    - `storage/buckets-are-private` in `prod`: newly passing `logs` (us-east-1) from 30 days ago to 10 days ago

    </details>

    <sub>at `HEAD`</sub>
    "#);

    // Before it was known nothing is told, and what lies in the future is no past.
    let (_, said) = plan(&world, directory.path(), &["--stored", "--since", "7d"]);
    assert!(!said.contains("brief"), "{said}");
    let (status, said) = plan(&world, directory.path(), &["--stored", "--since", "2100-01-01"]);
    assert_eq!((status, said.contains("error: `--since` lies after")), (Some(2), true), "{said}");
    world.finish().await;
}
