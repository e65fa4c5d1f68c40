//! The world of a story with a recorded account, and the service in the test itself.

use std::ops::Deref;
use std::time::Duration;

use cloudcorrect::app::Parts;
use cloudcorrect::clock::Clock;
use cloudcorrect::config::{PullRequestSettings, Settings};
use cloudcorrect::tasks::Pass;
use github_emulator::{EmulatorOptions, Event, Visibility};
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::broadcast::Receiver;

use super::cloud::Cloud;
use super::scene::{ONE_SOURCE, PATIENCE, Scene};
use super::workers::workers;

/// Everything that a story needs.
pub(crate) struct World {
    scene: Scene,
    pub(crate) cloud: Cloud,
    pub(crate) parts: Parts,
    /// The clock of everything but the database, the emulator and tokens.
    pub(crate) clock: Clock,
    pub(crate) webhooks_url: String,
    /// Holds the account's file.
    directory: tempfile::TempDir,
}

/// Bounds other than those of the settings.
#[derive(Default)]
struct Bounds {
    pull_requests: Option<PullRequestSettings>,
    /// How long an answer of GitHub's may take.
    patience: Option<Duration>,
    /// Token of a user, in the App's place.
    token: Option<&'static str>,
}

impl Deref for World {
    type Target = Scene;

    fn deref(&self) -> &Scene {
        &self.scene
    }
}

impl World {
    pub(crate) async fn new(pool: PgPool) -> Self {
        Self::with_sources(pool, ONE_SOURCE).await
    }

    pub(crate) async fn with_sources(pool: PgPool, sources: &str) -> Self {
        Self::on_emulator(pool, sources, EmulatorOptions::default()).await
    }

    pub(crate) async fn on_emulator(pool: PgPool, sources: &str, options: EmulatorOptions) -> Self {
        Self::within(Scene::on_emulator(pool, options).await, sources, Bounds::default()).await
    }

    /// A world whose pull requests are assessed within other bounds than settings may have.
    pub(crate) async fn with_bounds(pool: PgPool, bounds: PullRequestSettings) -> Self {
        let scene = Scene::on_emulator(pool, EmulatorOptions::default()).await;
        let bounds = Bounds { pull_requests: Some(bounds), ..Bounds::default() };
        Self::within(scene, ONE_SOURCE, bounds).await
    }

    /// A world that waits so long for an answer of GitHub's.
    pub(crate) async fn with_patience(pool: PgPool, sources: &str, patience: Duration) -> Self {
        let scene = Scene::on_emulator(pool, EmulatorOptions::default()).await;
        let bounds = Bounds { patience: Some(patience), ..Bounds::default() };
        Self::within(scene, sources, bounds).await
    }

    /// A world that has nothing but the token of the user `robot`, and is told by no webhook.
    pub(crate) async fn with_token(pool: PgPool) -> Self {
        let scene = Scene::on_emulator(pool, EmulatorOptions::default()).await;
        scene.emulator.add_user("robot", "ghp_robot");
        let bounds = Bounds { token: Some("ghp_robot"), ..Bounds::default() };
        let world = Self::within(scene, ONE_SOURCE, bounds).await;
        world.emulator.set_webhook(None);
        world
    }

    /// The service starts anew, as an App from now on.
    pub(crate) async fn become_app(&mut self) {
        let text = self.scene.settings(ONE_SOURCE, &self.cloud.setting());
        self.restart(&text).await;
    }

    /// The service starts anew, with the token of `robot`.
    pub(crate) async fn become_user(&mut self) {
        let text = self.scene.settings_by_token("ghp_robot", ONE_SOURCE, &self.cloud.setting());
        self.restart(&text).await;
    }

    async fn restart(&mut self, text: &str) {
        let settings = Settings::read(text, self.directory.path(), []).expect("settings");
        let (pool, url) = (&self.scene.pool, self.scene.database_url());
        let workers = workers(&url, &settings.pull_requests, &settings.git);
        let parts = Parts::assemble(&settings, pool, self.clock.clone(), workers).await;
        self.parts = parts.expect("a service");
        self.parts.reporter.as_ref().expect("it is on GitHub").revive().await.expect("a look");
    }

    /// A world whose repository everybody may see.
    pub(crate) async fn in_public(pool: PgPool, sources: &str) -> Self {
        let options = EmulatorOptions::default();
        let scene = Scene::with_repository(pool, options, Visibility::Public).await;
        Self::within(scene, sources, Bounds::default()).await
    }

    async fn within(scene: Scene, sources: &str, bounds: Bounds) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let cloud = Cloud::new(directory.path());
        let text = match bounds.token {
            Some(token) => scene.settings_by_token(token, sources, &cloud.setting()),
            None => scene.settings(sources, &cloud.setting()),
        };
        let mut settings = Settings::read(&text, directory.path(), []).expect("settings");
        if let (Some(github), Some(patience)) = (&mut settings.github, bounds.patience) {
            github.timeout = patience;
        }
        let clock = Clock::manual(Clock::System.now());
        let assessing = bounds.pull_requests.as_ref().unwrap_or(&settings.pull_requests);
        let workers = workers(&scene.database_url(), assessing, &settings.git);
        let parts = Parts::assemble(&settings, &scene.pool, clock.clone(), workers).await;
        let parts = parts.expect("a service");
        let webhooks_url = listen(&parts).await;
        scene.emulator.set_webhook(Some(&format!("{webhooks_url}/webhooks/github")));
        Self { scene, cloud, parts, clock, webhooks_url, directory }
    }

    /// Lets the service work until there is nothing left to do.
    pub(crate) async fn settle(&self) {
        let working = async {
            while self.parts.pass().await.expect("a pass") == Pass::Worked
                || self.budgets_are_refilled().await
            {}
        };
        tokio::time::timeout(PATIENCE, working).await.expect("the service settles");
    }

    /// Lets every group be evaluated once more.
    pub(crate) async fn run_again(&self) {
        self.time_passes().await;
        self.settle().await;
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

    /// See [`Scene::finish`].
    pub(crate) async fn finish(self) {
        self.scene.finish().await;
    }

    /// See [`Scene::leave`].
    pub(crate) async fn leave(self) {
        self.scene.leave().await;
    }
}

/// Waits until something has happened so many times at the emulator.
pub(crate) async fn until(mut events: Receiver<Event>, wanted: Event, times: usize) {
    let happening = async {
        for _ in 0..times {
            while events.recv().await.expect("the emulator runs") != wanted {}
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
