//! `plan` beside the service: the same words, over what the service stored.

use std::path::Path;
use std::process::Command;

use github_emulator::EmulatorOptions;
use insta::assert_snapshot;
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
