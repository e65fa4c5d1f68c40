//! The world of a story: a forge with repositories, a recorded account, and the service between.

use std::fmt::Write as _;
use std::future::Future;
use std::time::Duration;

use cloudcorrect::app::Parts;
use cloudcorrect::clock::Clock;
use cloudcorrect::config::Settings;
use cloudcorrect::forge::{Event, Forge, ForgeOptions, NewCommit, RepositoryHandle, Visibility};
use cloudcorrect::tasks::Pass;
use secrecy::ExposeSecret;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::broadcast::Receiver;

use super::cloud::{ACCOUNT, Cloud};

/// How long anything in a story may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Everything that a story needs.
pub(crate) struct World {
    pub(crate) forge: Forge,
    pub(crate) repo: RepositoryHandle,
    pub(crate) cloud: Cloud,
    pub(crate) parts: Parts,
    pub(crate) pool: PgPool,
    /// The clock of everything but the database, the forge and tokens.
    pub(crate) clock: Clock,
    pub(crate) webhooks_url: String,
    /// Holds the account's file.
    _directory: tempfile::TempDir,
}

/// One source on the repository's `policies`.
pub(crate) const ONE_SOURCE: &str =
    "[[sources]]\nname = \"main\"\nrepository = \"acme/policies\"\n";

impl World {
    pub(crate) async fn new(pool: PgPool) -> Self {
        Self::with_sources(pool, ONE_SOURCE).await
    }

    pub(crate) async fn with_sources(pool: PgPool, sources: &str) -> Self {
        Self::on_forge(pool, sources, ForgeOptions::default()).await
    }

    pub(crate) async fn on_forge(pool: PgPool, sources: &str, options: ForgeOptions) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let forge = Forge::start(options).await.expect("a forge");
        let created = forge.create_repository("acme/policies", Visibility::Private).await;
        let repo = created.expect("a repository");
        let cloud = Cloud::new(directory.path());
        let settings = settings(&forge, &cloud, &directory, sources);
        let clock = Clock::manual(Clock::System.now());
        let parts = Parts::assemble(&settings, &pool, clock.clone()).await.expect("a service");
        let webhooks_url = listen(&parts).await;
        forge.set_webhook(Some(&format!("{webhooks_url}/webhooks/github")));
        Self { forge, repo, cloud, parts, pool, clock, webhooks_url, _directory: directory }
    }

    /// Makes a branch where `main` is.
    pub(crate) async fn branch(&self, name: &str) {
        let main = self.repo.branch("main").expect("main has commits");
        self.force_push(name, &main).await;
    }

    /// Moves a branch to a commit, whatever is lost thereby.
    pub(crate) async fn force_push(&self, branch: &str, sha: &str) {
        let pushed = self.repo.set_branch(branch, sha, "ada");
        self.after_webhook("push", pushed).await.expect("a branch");
    }

    /// Commits files to a branch, as `path, text` pairs, and waits until the webhook is answered.
    pub(crate) async fn commit_to(&self, branch: &str, files: &[(&str, &str)]) -> String {
        let commit = files
            .iter()
            .fold(NewCommit::on(branch), |commit, (path, text)| commit.write(path, *text))
            .message("Change policies")
            .by("ada");
        self.commit(commit).await
    }

    pub(crate) async fn commit(&self, commit: NewCommit) -> String {
        self.after_webhook("push", self.repo.commit(commit)).await.expect("a commit")
    }

    /// Opens a pull request; gives its number.
    pub(crate) async fn propose(&self, branch: &str) -> u64 {
        let opened = self.repo.open_pull_request((branch, "main"), "A proposal", "ada");
        self.after_webhook("pull_request", opened).await.expect("a pull request")
    }

    /// Waits until a webhook that the deed sends has been answered.
    async fn after_webhook<T>(&self, wanted: &str, deed: impl Future<Output = T>) -> T {
        let mut events = self.forge.subscribe();
        let done = deed.await;
        let answered = async {
            loop {
                match events.recv().await.expect("the forge runs") {
                    Event::Delivered { event, status, .. } if event == wanted => {
                        assert!(status.is_some_and(|status| status < 300), "{event}: {status:?}");
                        return;
                    }
                    _ => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, answered).await.expect("the webhook is answered");
        done
    }

    /// Lets the service work until there is nothing left to do.
    pub(crate) async fn settle(&self) {
        let working = async { while self.parts.pass().await.expect("a pass") == Pass::Worked {} };
        tokio::time::timeout(PATIENCE, working).await.expect("the service settles");
    }

    /// Makes every group due, as if its interval had passed.
    pub(crate) async fn time_passes(&self) {
        let sql = "update policy_group set due_at = now() where retired_at is null";
        sqlx::query(sql).execute(&self.pool).await.expect("groups");
    }

    /// Lets every group be evaluated once more.
    pub(crate) async fn run_again(&self) {
        self.time_passes().await;
        self.settle().await;
    }

    /// Makes every source due, as if its poll had come.
    pub(crate) async fn poll_comes(&self) {
        let sql = "update source set due_at = now()";
        sqlx::query(sql).execute(&self.pool).await.expect("sources");
    }

    /// Makes every post due that waits, as if its pause were over.
    pub(crate) async fn posts_come_due(&self) {
        let sql = "update outbox set due_at = now() where dead_reason is null";
        sqlx::query(sql).execute(&self.pool).await.expect("posts");
    }

    /// Ends the leases of posts under way, as if their attempts had stalled.
    pub(crate) async fn leases_end(&self) {
        let sql = "update outbox set lease_until = now() where lease_until is not null";
        sqlx::query(sql).execute(&self.pool).await.expect("posts");
    }

    /// What the outbox says of each post, a line each, without the commits.
    pub(crate) async fn posts(&self) -> String {
        let rows: Vec<(String, bool, Option<String>, Option<String>)> = sqlx::query_as(
            "select key, posted_version = version, dead_reason, last_error from outbox order by key",
        )
        .fetch_all(&self.pool)
        .await
        .expect("posts");
        let line = |(key, posted, dead, error): (String, bool, Option<String>, Option<String>)| {
            let kind = key.split('/').next().unwrap_or_default();
            match (posted, dead, error) {
                (_, Some(reason), _) => format!("{kind} given up: {reason}\n"),
                (true, None, _) => format!("{kind} posted\n"),
                (false, None, error) => format!("{kind} waits: {}\n", error.unwrap_or_default()),
            }
        };
        rows.into_iter().map(line).collect()
    }

    /// The seconds until each waiting post is due, the soonest first.
    pub(crate) async fn pauses(&self) -> Vec<f64> {
        sqlx::query_scalar(
            "select extract(epoch from due_at - now())::float8 from outbox
             where posted_version < version and dead_reason is null order by due_at",
        )
        .fetch_all(&self.pool)
        .await
        .expect("posts")
    }

    /// The check runs of a commit, a line each.
    pub(crate) fn checks(&self, sha: &str) -> String {
        let mut runs = self.forge.check_runs(sha);
        runs.sort_by(|one, other| one.name.cmp(&other.name));
        let mut text = String::new();
        for run in runs {
            let state = run.conclusion.as_deref().unwrap_or(&run.status);
            let _ = writeln!(text, "{}: {state}: {}", run.name, run.title.unwrap_or_default());
            for note in run.annotations {
                let message = note.message.lines().next().unwrap_or_default();
                let _ = writeln!(text, "  {}:{} {message}", note.path, note.start_line);
            }
        }
        text
    }

    /// Open findings as `group/check resource outcome`, a line each.
    pub(crate) async fn findings(&self) -> String {
        let rows: Vec<(String, String, String, String)> = sqlx::query_as(
            "select group_name, check_id, resource_id, concat_ws(' ', outcome, cause) from finding
             where until is null order by 1, 2, 3",
        )
        .fetch_all(&self.pool)
        .await
        .expect("findings");
        let line = |(group, check, id, outcome)| format!("{group}/{check} {id} {outcome}\n");
        rows.into_iter().map(line).collect()
    }

    /// A page, as text.
    pub(crate) async fn page(&self, path: &str) -> (u16, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let serving = tokio::spawn(axum::serve(listener, self.parts.pages.clone()).into_future());
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let answer = client.get(format!("http://{address}{path}")).send().await.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("text");
        serving.abort();
        (status, text)
    }

    /// The end of every story: GitHub was spoken to as it describes itself, and nothing waits.
    pub(crate) async fn finish(self) {
        let waiting: i64 = sqlx::query_scalar(
            "select count(*) from outbox where posted_version < version or dead_reason is not null",
        )
        .fetch_one(&self.pool)
        .await
        .expect("the outbox");
        assert_eq!(waiting, 0, "posts are left");
        self.leave().await;
    }

    /// The end of a story whose posts do not all arrive.
    pub(crate) async fn leave(self) {
        assert_eq!(self.forge.violations(), [], "GitHub's description was not kept");
        self.forge.shutdown().await;
    }
}

/// Waits until something has happened so many times at the forge.
pub(crate) async fn until(mut events: Receiver<Event>, wanted: Event, times: usize) {
    let happening = async {
        for _ in 0..times {
            while events.recv().await.expect("the forge runs") != wanted {}
        }
    };
    tokio::time::timeout(PATIENCE, happening).await.expect("it happens");
}

async fn listen(parts: &Parts) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axum::serve(listener, parts.webhooks.clone()).into_future());
    format!("http://{address}")
}

fn settings(
    forge: &Forge,
    cloud: &Cloud,
    directory: &tempfile::TempDir,
    sources: &str,
) -> Settings {
    let text = format!(
        "data_dir = \"data\"\n[github]\napi_url = \"{}\"\napp_id = {}\nprivate_key = \"\"\"\n{}\"\"\"\n\
         webhook_secret = \"{}\"\n{sources}\n[accounts.\"{ACCOUNT}\"]\nrecorded = \"{}\"\n",
        forge.api_url(),
        forge.app_id(),
        forge.app_private_key().expose_secret(),
        forge.webhook_secret().expose_secret(),
        cloud.file().display(),
    );
    Settings::read(&text, directory.path(), []).expect("settings")
}
