//! A second opinion: our GitHub client against `emulate`, which shares no code with our emulator.

use cloudcorrect::app::Parts;
use cloudcorrect::clock::Clock;
use cloudcorrect::config::Settings;
use cloudcorrect::tasks::Pass;
use github_emulator::{Emulator, EmulatorOptions, NewCommit, RepositoryHandle, Visibility};
use insta::assert_snapshot;
use secrecy::ExposeSecret;
use sqlx::{ConnectOptions, PgPool};
use tokio::net::TcpListener;

use crate::world::cloud::Cloud;
use crate::world::emulate::{App, Emulate};
use crate::world::scene::{ACCOUNTS, ONE_SOURCE, PATIENCE, STORAGE};
use crate::world::workers::workers;

/// The service between `emulate` and a recorded account. The emulator lends its Git and its App's key.
struct World {
    github: Emulate,
    _emulator: Emulator,
    repo: RepositoryHandle,
    cloud: Cloud,
    parts: Parts,
    pool: PgPool,
    _directory: tempfile::TempDir,
}

impl World {
    async fn new(pool: PgPool) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let cloud = Cloud::new(directory.path());
        let emulator = Emulator::start(EmulatorOptions::default()).await.expect("an emulator");
        let repo = emulator.create_repository("acme/policies", Visibility::Public).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let webhooks = listener.local_addr().expect("an address");
        let key = emulator.app_private_key();
        let app = App {
            id: 12_345,
            private_key: key.expose_secret(),
            webhook_url: &format!("http://{webhooks}/webhooks/github"),
            webhook_secret: "s3cret",
        };
        let github = Emulate::start(&app, emulator.url()).await;
        let text = format!(
            "data_dir = \"data\"\n[github]\napi_url = \"{}\"\napp_id = {}\n\
             private_key = \"\"\"\n{}\"\"\"\nwebhook_secret = \"{}\"\n{ONE_SOURCE}\n\
             [accounts.\"123456789012\"]\n{}\n",
            github.url(),
            app.id,
            app.private_key,
            app.webhook_secret,
            cloud.setting(),
        );
        let settings = Settings::read(&text, directory.path(), []).expect("settings");
        let url = pool.connect_options().to_url_lossy();
        let workers = workers(url.as_str(), &settings.pull_requests, &settings.git);
        let parts = Parts::assemble(&settings, &pool, Clock::System, workers).await;
        let parts = parts.expect("a service");
        tokio::spawn(axum::serve(listener, parts.webhooks.clone()).into_future());
        let repo = repo.expect("a repository");
        Self { github, _emulator: emulator, repo, cloud, parts, pool, _directory: directory }
    }

    /// Commits files to a branch and pushes it to `emulate`.
    async fn push(&self, branch: &str, files: &[(&str, &str)]) -> String {
        let start = NewCommit::on(branch).message("Change policies\n").by("ada");
        let commit = files.iter().fold(start, |commit, (path, text)| commit.write(path, *text));
        let sha = self.repo.commit(commit).await.expect("a commit");
        self.github.push(&self.repo.path, branch, &sha).await;
        sha
    }

    /// Lets the service work until there is nothing left to do.
    async fn settle(&self) {
        let working = async { while self.parts.pass().await.expect("a pass") == Pass::Worked {} };
        tokio::time::timeout(PATIENCE, working).await.expect("the service settles");
    }

    /// Changes the database behind the service's back.
    async fn change(&self, sql: &'static str) {
        sqlx::query(sql).execute(&self.pool).await.expect("a change");
    }

    /// Waits for a webhook to have made the source due.
    async fn woken(&self) {
        let woken = async {
            let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
            let due = "select count(*) from source where due_at <= now()";
            while sqlx::query_scalar::<_, i64>(due).fetch_one(&self.pool).await.expect("a number")
                == 0
            {
                looks.tick().await;
            }
        };
        tokio::time::timeout(PATIENCE, woken).await.expect("a webhook arrives");
    }
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn another_github_is_spoken_to_just_as_well(pool: PgPool) {
    let mut world = World::new(pool).await;
    world.cloud.public_bucket("logs");
    let sha = world.push("main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    world.settle().await;
    assert_snapshot!(world.github.checks(&sha).await, @"
    cloudcorrect/compliance: failure: storage: 1 of 1 buckets fails (0)
    cloudcorrect/sync: success: 1 group with 1 check is valid (0)
    ");

    world.cloud.private_bucket("logs");
    world.change("update policy_group set due_at = now()").await;
    world.settle().await;
    assert_snapshot!(world.github.checks(&sha).await, @"
    cloudcorrect/compliance: success: 1 group passes (0)
    cloudcorrect/sync: success: 1 group with 1 check is valid (0)
    ");

    // A pull request with a problem. What is said of it is found again where the answer was lost.
    let main = world.repo.branch("main").expect("main has commits");
    world.repo.set_branch("idea", &main, "ada").await.expect("a branch");
    let broken = STORAGE.replace("AWS::S3::Bucket", "AWS::S3::Bukket");
    let head = world.push("idea", &[("policies/storage.yaml", &broken)]).await;
    let opened = world.repo.open_pull_request(("idea", "main"), "A proposal", "ada").await;
    world.settle().await;
    let number = world.github.propose("idea").await;
    assert_eq!(opened.expect("a pull request"), number, "Git knows it by the same number");
    world.woken().await;
    world.github.lose("/check-runs");
    world.github.lose("/comments");
    world.settle().await;
    assert!(world.github.has_lost_all());
    world.change("update outbox set due_at = now()").await;
    world.settle().await;
    assert_snapshot!(world.github.checks(&head).await, @"
    cloudcorrect/policies: failure: 1 problem (1)
    ");
    let comments = world.github.get(&format!("issues/{number}/comments")).await;
    let comments = comments.as_array().expect("a list");
    assert_eq!(comments.len(), 1, "{comments:?}");
    assert_eq!(comments[0]["user"]["login"], "cloudcorrect[bot]");
    let body = comments[0]["body"].as_str().expect("text");
    assert_snapshot!(body.replace(&head[..7], "HEAD"), @"
    <!-- cloudcorrect:main -->
    ### Policies

    **1 problem** keeps these policies from coming into force.

    - **error** at `policies/storage.yaml:10:15`: there is no resource type `AWS::S3::Bukket`; did you mean `AWS::S3::Bucket`?

    <sub>at `HEAD`</sub>
    ");
}
