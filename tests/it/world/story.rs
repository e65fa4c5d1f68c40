//! The world of a story with a recorded account, and the service in the test itself.

use std::ops::Deref;

use cloudcorrect::app::Parts;
use cloudcorrect::config::Settings;
use cloudcorrect::tasks::Pass;
use sqlx::PgPool;
use tokio::net::TcpListener;

use super::cloud::Cloud;
use super::scene::{ONE_SOURCE, PATIENCE, Scene};

/// Everything that a story needs.
pub(crate) struct World {
    scene: Scene,
    pub(crate) cloud: Cloud,
    pub(crate) parts: Parts,
    pub(crate) webhooks_url: String,
    /// Holds the account's file.
    _directory: tempfile::TempDir,
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
        let directory = tempfile::tempdir().expect("a directory");
        let scene = Scene::new(pool).await;
        let cloud = Cloud::new(directory.path());
        let text = scene.settings(sources, &cloud.setting());
        let settings = Settings::read(&text, directory.path(), []).expect("settings");
        let parts = Parts::assemble(&settings, &scene.pool).await.expect("a service");
        let webhooks_url = listen(&parts).await;
        scene.forge.set_webhook(Some(&format!("{webhooks_url}/webhooks/github")));
        Self { scene, cloud, parts, webhooks_url, _directory: directory }
    }

    /// Lets the service work until there is nothing left to do.
    pub(crate) async fn settle(&self) {
        let working = async { while self.parts.pass().await.expect("a pass") == Pass::Worked {} };
        tokio::time::timeout(PATIENCE, working).await.expect("the service settles");
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
}

async fn listen(parts: &Parts) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axum::serve(listener, parts.webhooks.clone()).into_future());
    format!("http://{address}")
}
