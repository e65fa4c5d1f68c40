//! The emulator: how it starts, what it is asked, how it ends.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio::task::JoinHandle;

use crate::auth::AppKey;
use crate::bare::{Bare, GitError};
use crate::events::{ApiCall, Delivery, Event, Violation};
use crate::model::{CheckRun, CommitStatus, Repository, RepositoryRecord, UserKind};
use crate::options::EmulatorOptions;
use crate::pipeline;
use crate::repository::RepositoryHandle;
use crate::server::Server;
use crate::state::Installation;
use crate::webhook;

/// How long calls that are under way may take when the emulator stops.
const GRACE: Duration = Duration::from_secs(5);

/// A running emulator. It stops when it is dropped; [`Emulator::shutdown`] also waits until it has.
pub struct Emulator {
    pub(crate) server: Arc<Server>,
    serving: JoinHandle<()>,
    /// Removed with the emulator, where no directory was given.
    _directory: Option<tempfile::TempDir>,
}

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or may not be used.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// Port on loopback that was asked for.
        port: u16,
        /// Reason that the operating system gives.
        source: io::Error,
    },
    /// There is no place for the repositories.
    #[error("cannot use directory `{directory}` for repositories: {source}")]
    Directory {
        /// Directory that was to hold the repositories.
        directory: String,
        /// Reason that the operating system gives.
        source: io::Error,
    },
    /// The App's key could not be made.
    #[error("cannot make the App's key: {0}")]
    Key(String),
    /// No client for webhooks could be made.
    #[error("cannot make a client for webhooks: {0}")]
    Client(#[from] reqwest::Error),
}

/// Why a repository was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The name is not `owner/name`.
    #[error("`{0}` is no name of a repository; use `owner/name` of letters, digits, `-`, `_`, `.`")]
    Name(String),
    /// There is one of that name.
    #[error("repository `{0}` exists already")]
    Exists(String),
    /// The repository could not be made by Git.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// Who may read a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Anyone, without a token.
    Public,
    /// Whoever has a token for it.
    Private,
}

impl Emulator {
    /// Starts an emulator on loopback.
    pub async fn start(options: EmulatorOptions) -> Result<Self, StartError> {
        let port = options.port;
        let listener = TcpListener::bind(("127.0.0.1", port))
            .await
            .map_err(|source| StartError::Listen { port, source })?;
        let port = listener.local_addr().map_or(port, |address| address.port());
        let (directory, temporary) = directory(options.directory.as_deref())?;
        let key = tokio::task::spawn_blocking(AppKey::generate)
            .await
            .map_err(|error| StartError::Key(error.to_string()))?
            .map_err(|error| StartError::Key(error.to_string()))?;
        let hooks = reqwest::Client::builder()
            .timeout(options.webhook_timeout)
            .redirect(reqwest::redirect::Policy::none())
            // Receivers are on this machine, whatever proxy is set for the rest of the world.
            .no_proxy()
            .build()?;
        let url = format!("http://127.0.0.1:{port}");
        let server = Server::new(options, directory, &url, key, hooks);
        let serving = tokio::spawn(serve(Arc::clone(&server), listener));
        Ok(Self { server, serving, _directory: temporary })
    }

    /// The address of pages and clones, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.server.site.html
    }

    /// The base of the API, as GitHub Enterprise Server has it; at [`Emulator::url`] the same is
    /// served.
    pub fn api_url(&self) -> &str {
        &self.server.site.api
    }

    /// The App's number, from the options.
    pub fn app_id(&self) -> u64 {
        self.server.options.app_id
    }

    /// The App's private key in PEM.
    pub fn app_private_key(&self) -> SecretString {
        self.server.key.private_pem()
    }

    /// Secret that webhooks are signed with.
    pub fn webhook_secret(&self) -> SecretString {
        SecretString::from(self.server.options.webhook_secret.expose_secret())
    }

    /// Makes an empty repository `owner/name`, on whose owner the App is installed.
    pub async fn create_repository(
        &self,
        full_name: &str,
        visibility: Visibility,
    ) -> Result<RepositoryHandle, CreateError> {
        let (owner, name) =
            split(full_name).ok_or_else(|| CreateError::Name(full_name.to_owned()))?;
        if self.repository(full_name).is_some() {
            return Err(CreateError::Exists(full_name.to_owned()));
        }
        let path = self.server.directory.join(owner).join(format!("{name}.git"));
        let git = Bare::create(&path).await?;
        let now = self.server.now();
        let mut state = self.server.state();
        let record = Arc::new(RepositoryRecord {
            id: state.next_id(),
            owner: owner.to_owned(),
            name: name.to_owned(),
            public: visibility == Visibility::Public,
            created_at: now,
            git,
            pushing: tokio::sync::Mutex::default(),
        });
        state.user(owner, UserKind::Organization);
        if state.installation(owner).is_none() {
            let id = state.next_id();
            let installation = Installation { id, account: owner.to_owned(), created_at: now };
            state.installations.insert(owner.to_lowercase(), installation);
        }
        let repository = Repository {
            record: Arc::clone(&record),
            refs: BTreeMap::new(),
            pulls: BTreeMap::new(),
            issues: BTreeMap::new(),
            has_issues: true,
            collaborators: BTreeMap::new(),
            pushed_at: now,
        };
        state.repositories.insert(record.id, repository);
        drop(state);
        Ok(RepositoryHandle::new(&self.server, record))
    }

    /// The repository of that name.
    pub fn repository(&self, full_name: &str) -> Option<RepositoryHandle> {
        let (owner, name) = split(full_name)?;
        let record = {
            let state = self.server.state();
            state.repository(owner, name).map(|repository| Arc::clone(&repository.record))
        };
        record.map(|record| RepositoryHandle::new(&self.server, record))
    }

    /// Sends webhooks to an address from now on, or to nobody.
    pub fn set_webhook(&self, url: Option<&str>) {
        self.server.state().webhook = url.map(str::to_owned);
    }

    /// Sends the webhook `ping`, as GitHub does when one is set up.
    pub fn ping(&self) {
        let hook = self.server.state().webhook.clone();
        if let Some(hook) = hook {
            webhook::send(&self.server, "ping", "ping", &self.server.site.ping(&hook));
        }
    }

    /// The check runs of a commit, oldest first.
    pub fn check_runs(&self, sha: &str) -> Vec<CheckRun> {
        let state = self.server.state();
        state.check_runs.values().filter(|run| run.head_sha == sha).cloned().collect()
    }

    /// The statuses of a commit, oldest first.
    pub fn statuses(&self, sha: &str) -> Vec<CommitStatus> {
        let state = self.server.state();
        state.statuses.values().filter(|status| status.sha == sha).cloned().collect()
    }

    /// The webhooks that were sent, oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.server.state().deliveries.iter().cloned().collect()
    }

    /// The calls that were answered, oldest first.
    pub fn calls(&self) -> Vec<ApiCall> {
        self.server.state().calls.iter().cloned().collect()
    }

    /// Everything that was not as GitHub describes it, oldest first.
    pub fn violations(&self) -> Vec<Violation> {
        self.server.state().violations()
    }

    /// Receiver of the events from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.server.events.subscribe()
    }

    /// Stops, and waits until all that was under way has ended.
    pub async fn shutdown(mut self) {
        self.server.tasks.stopping().cancel();
        // Whoever keeps a connection busy is cut off.
        if tokio::time::timeout(GRACE, &mut self.serving).await.is_err() {
            self.serving.abort();
        }
        self.server.tasks.drain().await;
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.server.tasks.stopping().cancel();
    }
}

async fn serve(server: Arc<Server>, listener: TcpListener) {
    let stop = server.tasks.stopping();
    let router = pipeline::router(server);
    let serving = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
    if let Err(error) = serving.await {
        tracing::error!(%error, "emulator: serving ended");
    }
}

/// Directory of the repositories; with the temporary directory, where none is given.
fn directory(given: Option<&Path>) -> Result<(PathBuf, Option<tempfile::TempDir>), StartError> {
    let failed = |directory: &Path, source| {
        let directory = directory.display().to_string();
        StartError::Directory { directory, source }
    };
    if let Some(path) = given {
        std::fs::create_dir_all(path).map_err(|source| failed(path, source))?;
        let path = path.canonicalize().map_err(|source| failed(path, source))?;
        return Ok((path, None));
    }
    let temporary = tempfile::TempDir::with_prefix("github-emulator-")
        .map_err(|source| failed(Path::new("temporary"), source))?;
    Ok((temporary.path().to_owned(), Some(temporary)))
}

/// Owner and name of a repository, if both are such.
fn split(full_name: &str) -> Option<(&str, &str)> {
    let (owner, name) = full_name.split_once('/')?;
    let good = |text: &str| {
        !text.is_empty()
            && !text.starts_with('.')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    (good(owner) && good(name)).then_some((owner, name))
}
