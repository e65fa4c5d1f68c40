//! The service: settings in, two listeners and the reconcilers at work.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use secrecy::SecretString;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::assessment::{Assessors, Bounds};
use crate::clock::Clock;
use crate::config::{
    DatabaseSettings, GitHubCredentials, GitHubSettings, Login, PullRequestSettings, Remote,
    Settings, SourceSettings,
};
use crate::db::notifications::{Listener, Topic};
use crate::db::sources::{self, Host, Registration};
use crate::db::{self, deliveries, foreign, runs};
use crate::evaluator::{Evaluator, Options};
use crate::git::{Allowed, Credentials, Fetcher, Limits};
use crate::github::{GitHub, WebhookSecret};
use crate::in_force::PolicyCache;
use crate::lookout::Lookout;
use crate::postgres::Server;
use crate::redeliverer::Redeliverer;
use crate::render::links::Links;
use crate::reporter::Reporter;
use crate::sweeper::{self, Sweeper};
use crate::sync::{Following, Guard, SyncSettings, Syncer};
use crate::tasks::{Pass, Tasks, Wake};
use crate::web::{self, Pages, Webhooks};

use super::Programs;
use super::accounts::accounts;

/// How often work is looked for without a notification: what falls due by the clock begins so late at most.
const POLL: Duration = Duration::from_secs(1);
/// How long to wait before notifications are listened for again.
const RECONNECT: Duration = Duration::from_secs(5);
/// Interval at which [`keep_house`] runs.
const HOUSEKEEPING: Duration = Duration::from_hours(6);
/// Interval at which posts that were given up are tried once more, where that may help; also on start.
const REVIVING: Duration = Duration::from_hours(1);
/// Interval at which a look for lost webhooks may fall due.
const LOOKING: Duration = Duration::from_mins(1);
/// Months of runs that have their partition before they begin.
const MONTHS_AHEAD: i32 = 3;
/// How long a webhook is remembered as seen. GitHub delivers one again for three days, GitHub
/// Enterprise Server for seven; one that came after all would only cause a look at what is known.
const DELIVERIES_KEPT: Duration = Duration::from_hours(14 * 24);

/// Most sources that are synced at the same time.
const MOST_SYNCS: usize = 8;

/// Accounts that are swept at the same time: few, since nobody waits for them.
const SWEEPS: usize = 2;
/// How often heads are looked for on which others may have posted.
const LOOKING_OUT: Duration = Duration::from_secs(20);
/// How often sweeps that fall due, and commits that bring accounts, are looked for.
const SWEEP_POLL: Duration = Duration::from_mins(1);

/// The reconcilers over a database, and the routes of both listeners.
///
/// A pass of each may be called by hand; [`Service::run`] calls them for ever.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Brings Git revisions into force.
    pub syncer: Arc<Syncer>,
    /// How many sources are synced at once: a remote that hangs must not hold up the others.
    pub syncs: usize,
    /// Runs the groups that are due.
    pub evaluator: Arc<Evaluator>,
    /// Sweeps the accounts that are due; nobody does where sweeps may make no requests.
    pub sweeper: Option<Arc<Sweeper>>,
    /// Posts what the outbox holds; nobody to post to without GitHub.
    pub reporter: Option<Arc<Reporter>>,
    /// Asks for webhooks that did not arrive; nobody to ask without an App.
    pub redeliverer: Option<Arc<Redeliverer>>,
    /// Looks for checks under our names that are not ours; nowhere to look without GitHub.
    pub lookout: Option<Arc<Lookout>>,
    /// The routes of the webhooks' listener.
    pub webhooks: Router,
    /// The routes of the page's listener.
    pub pages: Router,
}

/// What is done in processes of its own, so that neither its size nor its end is the service's.
#[derive(Debug)]
pub struct Workers {
    /// Assessing pull requests.
    pub assessors: Assessors,
    /// Fetching from Git.
    pub fetcher: Fetcher,
}

impl Workers {
    /// The same in this process, without bounds.
    pub fn here(pool: PgPool) -> Self {
        Self { assessors: Assessors::here(pool), fetcher: Fetcher::default() }
    }
}

impl Parts {
    /// Puts the parts together, and makes the sources of the settings the watched ones.
    pub async fn assemble(
        settings: &Settings,
        pool: &PgPool,
        clock: Clock,
        Workers { assessors, fetcher }: Workers,
    ) -> Result<Self> {
        register(settings, pool).await?;
        let github = settings.github.as_ref().map(|it| github(it, clock.clone())).transpose()?;
        let accounts = Arc::new(accounts(settings)?);
        let policies = Arc::new(PolicyCache::default());
        let page_url = settings.listen.page_url.clone();
        let links = Links::new(page_url.clone());
        let options = Options {
            batch: u32::try_from(settings.evaluation.workers).unwrap_or(1).max(1) * 8,
            targets: settings.evaluation.targets,
            lease: settings.evaluation.lease,
            longest_interval: settings.evaluation.longest_interval,
            links,
        };
        let secret = settings.github.as_ref().and_then(|github| github.webhook_secret.clone());
        let secret = secret.map(WebhookSecret::new).transpose()?;
        let syncing = sync_settings(settings, fetcher);
        let app = settings.github.as_ref().and_then(app_id);
        Ok(Self {
            syncs: settings.sources.len().clamp(1, MOST_SYNCS),
            syncer: Arc::new(Syncer::new(
                pool.clone(),
                github.clone(),
                assessors,
                Arc::clone(&policies),
                syncing,
            )),
            sweeper: sweeps(settings).map(|options| {
                let (accounts, policies) = (Arc::clone(&accounts), Arc::clone(&policies));
                Arc::new(Sweeper::new(pool.clone(), accounts, policies, options))
            }),
            evaluator: Arc::new(Evaluator::new(pool.clone(), accounts, policies, options)),
            redeliverer: github
                .clone()
                .zip(app)
                .map(|(github, app)| Arc::new(Redeliverer::new(pool.clone(), github, app))),
            lookout: github.clone().map(|github| Arc::new(Lookout::new(pool.clone(), github))),
            reporter: github.map(|github| Arc::new(Reporter::new(pool.clone(), github))),
            webhooks: web::webhooks(Webhooks { pool: pool.clone(), secret }),
            pages: web::pages(Pages { pool: pool.clone(), clock, page_url }),
        })
    }

    /// One pass of each reconciler; [`Pass::Idle`] where none found work.
    pub async fn pass(&self) -> Result<Pass> {
        let mut worked = self.syncer.pass().await? == Pass::Worked;
        worked |= self.evaluator.pass().await? == Pass::Worked;
        if let Some(sweeper) = &self.sweeper {
            worked |= sweeper.pass().await? == Pass::Worked;
        }
        if let Some(reporter) = &self.reporter {
            worked |= reporter.pass().await? == Pass::Worked;
        }
        Ok(if worked { Pass::Worked } else { Pass::Idle })
    }
}

/// A service whose listeners are open.
#[derive(Debug)]
pub struct Service {
    pool: PgPool,
    private: Option<Server>,
    parts: Parts,
    webhooks: TcpListener,
    page: TcpListener,
}

impl Service {
    /// Opens the database and both listeners; nothing runs yet.
    pub async fn start(settings: Settings, programs: &Programs) -> Result<Self> {
        web::check_page_address(settings.listen.page)?;
        let webhooks = listen(settings.listen.webhooks, "webhooks").await?;
        let page = listen(settings.listen.page, "the page").await?;
        let Database { url, pool, private } = database(&settings.database()).await?;
        let PullRequestSettings { timeout, max_memory_bytes: memory } = settings.pull_requests;
        let assessor = programs.assessor.clone();
        let workers = Workers {
            assessors: Assessors::beside(assessor, &url, Bounds { memory, timeout })?,
            fetcher: Fetcher::beside(programs.fetcher.clone(), settings.git.max_memory_bytes)?,
        };
        let parts = Parts::assemble(&settings, &pool, Clock::System, workers).await?;
        Ok(Self { pool, private, parts, webhooks, page })
    }

    /// Address on which webhooks are received, with the port that was taken.
    pub fn webhooks_address(&self) -> Result<SocketAddr> {
        self.webhooks.local_addr().context("cannot tell the address of the webhooks")
    }

    /// Address on which the page is served, with the port that was taken.
    pub fn page_address(&self) -> Result<SocketAddr> {
        self.page.local_addr().context("cannot tell the address of the page")
    }

    /// Works until `stopping` is cancelled, then lets what runs end.
    pub async fn run(self, stopping: CancellationToken) -> Result<()> {
        let tasks = Tasks::default();
        tracing::info!(
            address.webhooks = %self.webhooks_address()?,
            address.page = %self.page_address()?,
            "listening"
        );
        serve(&tasks, self.webhooks, self.parts.webhooks.clone(), "webhooks");
        serve(&tasks, self.page, self.parts.pages.clone(), "page");
        reconcile(&tasks, &self.pool, &self.parts);
        let mut private = self.private;
        tokio::select! {
            () = stopping.cancelled() => {}
            () = keep_up(private.as_mut()) => {}
        }
        tasks.drain().await;
        self.pool.close().await;
        stop_database(private).await?;
        tracing::info!("stopped");
        Ok(())
    }
}

fn reconcile(tasks: &Tasks, pool: &PgPool, parts: &Parts) {
    let wakes = Wakes::default();
    for _ in 0..parts.syncs {
        let syncer = Arc::clone(&parts.syncer);
        tasks.repeat("sync", wakes.sources.clone(), POLL, move || {
            let syncer = Arc::clone(&syncer);
            async move { syncer.pass().await }
        });
    }
    let evaluator = Arc::clone(&parts.evaluator);
    tasks.repeat("evaluate", wakes.groups.clone(), POLL, move || {
        let evaluator = Arc::clone(&evaluator);
        async move { evaluator.pass().await }
    });
    if let Some(sweeper) = &parts.sweeper {
        sweep(tasks, sweeper, &wakes.sweeps);
    }
    if let Some(reporter) = &parts.reporter {
        let reporter = Arc::clone(reporter);
        tasks.repeat("report", wakes.posts.clone(), POLL, move || {
            let reporter = Arc::clone(&reporter);
            async move { reporter.pass().await }
        });
    }
    if let Some(reporter) = &parts.reporter {
        let reporter = Arc::clone(reporter);
        tasks.repeat("revive", Wake::default(), REVIVING, move || {
            let reporter = Arc::clone(&reporter);
            async move { reporter.revive().await.map(|()| Pass::Idle) }
        });
    }
    if let Some(redeliverer) = &parts.redeliverer {
        let redeliverer = Arc::clone(redeliverer);
        tasks.repeat("redeliver", Wake::default(), LOOKING, move || {
            let redeliverer = Arc::clone(&redeliverer);
            async move { redeliverer.pass().await }
        });
    }
    if let Some(lookout) = &parts.lookout {
        let lookout = Arc::clone(lookout);
        tasks.repeat("look out", Wake::default(), LOOKING_OUT, move || {
            let lookout = Arc::clone(&lookout);
            async move { lookout.pass().await }
        });
    }
    let housekeeping = pool.clone();
    tasks.repeat("housekeeping", Wake::default(), HOUSEKEEPING, move || {
        let pool = housekeeping.clone();
        async move {
            keep_house(&pool).await?;
            Ok(Pass::Idle)
        }
    });
    let (pool, stop) = (pool.clone(), tasks.stopping());
    tasks.spawn(async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = listen_for_work(&pool, &wakes) => {}
        }
    });
}

/// Sweeps a few accounts at a time, until the service stops: then those under way are broken off.
fn sweep(tasks: &Tasks, sweeper: &Arc<Sweeper>, wake: &Wake) {
    for _ in 0..SWEEPS {
        let sweeper = Arc::clone(sweeper);
        tasks.repeat("sweep", wake.clone(), SWEEP_POLL, move || {
            let sweeper = Arc::clone(&sweeper);
            async move { sweeper.pass().await }
        });
    }
    let (sweeper, stop) = (Arc::clone(sweeper), tasks.stopping());
    tasks.spawn(async move {
        stop.cancelled().await;
        sweeper.break_off();
    });
}

/// Makes ahead what the database will need, and forgets what nobody will ask for: webhooks seen
/// more than two weeks ago. Results are kept for ever.
pub async fn keep_house(pool: &PgPool) -> Result<()> {
    runs::create_partitions(pool, MONTHS_AHEAD).await.context("cannot make partitions ahead")?;
    let mut connection = pool.acquire().await.context("cannot reach the database")?;
    foreign::forget(&mut connection).await.context("cannot forget old looks")?;
    drop(connection);
    let forgotten = deliveries::prune(pool, DELIVERIES_KEPT).await;
    let forgotten = forgotten.context("cannot forget old webhooks")?;
    tracing::debug!(forgotten, "old webhooks forgotten");
    Ok(())
}

/// Wakes of the tasks that the database's notifications are for.
#[derive(Debug, Clone, Default)]
struct Wakes {
    sources: Wake,
    groups: Wake,
    posts: Wake,
    sweeps: Wake,
}

impl Wakes {
    /// Wakes the task that a topic is for; all of them where notifications may have been lost.
    fn wake(&self, topic: Option<Topic>) {
        match topic {
            Some(Topic::Sources) => self.sources.wake(),
            Some(Topic::Groups) => self.groups.wake(),
            Some(Topic::Outbox) => self.posts.wake(),
            Some(Topic::Sweeps) => self.sweeps.wake(),
            Some(_) => {}
            None => {
                self.sources.wake();
                self.groups.wake();
                self.posts.wake();
                self.sweeps.wake();
            }
        }
    }
}

/// Wakes tasks as notifications come. Without them work is found by polling, so losing the
/// connection is no failure.
async fn listen_for_work(pool: &PgPool, wakes: &Wakes) {
    loop {
        match Listener::connect(pool).await {
            Ok(mut listener) => {
                wakes.wake(None);
                while let Ok(topic) = listener.next().await {
                    wakes.wake(topic);
                }
            }
            Err(error) => {
                tracing::warn!(error = %error, "notifications are lost for a moment; polling goes on");
            }
        }
        tokio::time::sleep(RECONNECT).await;
    }
}

async fn listen(address: SocketAddr, what: &str) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address} for {what}; is another service running?")
    })
}

fn serve(tasks: &Tasks, listener: TcpListener, router: Router, name: &'static str) {
    let stop = tasks.stopping();
    tasks.spawn(async move {
        let serving = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
        if let Err(error) = serving.await {
            tracing::error!(listener = name, error = %error, "listener ended");
        }
    });
}

/// Number of the App, whose webhooks can be asked for again.
fn app_id(settings: &GitHubSettings) -> Option<i64> {
    match settings.credentials {
        GitHubCredentials::App { id, .. } => id.try_into().ok(),
        GitHubCredentials::User { .. } => None,
    }
}

fn github(settings: &GitHubSettings, clock: Clock) -> Result<GitHub> {
    let GitHubSettings { api_url, credentials, timeout, .. } = settings;
    GitHub::new(api_url, credentials, *timeout, clock)
        .context("cannot use the settings of `[github]`: is the private key the App's PEM?")
}

/// What sweeps share; `None` where they may make no requests.
fn sweeps(settings: &Settings) -> Option<sweeper::Options> {
    let requests = settings.inventory.sweep_requests;
    let lease = settings.evaluation.lease;
    (requests > 0).then_some(sweeper::Options { requests, lease })
}

fn sync_settings(settings: &Settings, fetcher: Fetcher) -> SyncSettings {
    let following = settings.sources.iter().map(|source| {
        let SourceSettings { name, login, poll, max_removed_percent, approval, .. } = source;
        let guard = Guard { max_removed_percent: *max_removed_percent, approval: *approval };
        let (signatures, access) = (source.signatures.clone(), source.access.clone());
        let credentials =
            login.clone().map(|Login { username, password }| Credentials { username, password });
        (name.clone(), Following { poll: *poll, guard, signatures, credentials, access })
    });
    SyncSettings {
        mirrors: settings.data_dir.join("mirrors"),
        allowed: Allowed { file: settings.git.allow_file, http: settings.git.allow_http },
        limits: Limits { timeout: settings.git.timeout, max_bytes: settings.git.max_fetch_bytes },
        fetcher,
        sources: following.collect(),
        links: Links::new(settings.listen.page_url.clone()),
        sweeps: settings.inventory.sweep_requests > 0,
    }
}

async fn register(settings: &Settings, pool: &PgPool) -> Result<()> {
    let registrations: Vec<Registration> = settings
        .sources
        .iter()
        .map(|source| {
            let (host, repository) = match &source.remote {
                Remote::GitHub(name) => (Host::GitHub, name.clone()),
                Remote::Url(url) => (Host::Git, url.to_string()),
                Remote::Ssh(address) => (Host::Git, address.to_string()),
            };
            Registration {
                name: source.name.clone(),
                host,
                repository,
                branch: source.branch.clone(),
                path: source.path.clone(),
            }
        })
        .collect();
    let mut transaction = pool.begin().await.context("cannot reach the database")?;
    sources::register(&mut transaction, &registrations).await.context("cannot keep the sources")?;
    transaction.commit().await.context("cannot keep the sources")
}

/// Database of the service.
pub(super) struct Database {
    url: SecretString,
    pub(super) pool: PgPool,
    /// Server of a private one.
    pub(super) private: Option<Server>,
}

/// The database of the settings, up to date; a private one where they name none.
pub(super) async fn database(settings: &DatabaseSettings) -> Result<Database> {
    let (url, private) = if let Some(url) = &settings.url {
        (url.clone(), None)
    } else {
        let server = Server::start(&settings.data_dir).await?;
        (server.url()?, Some(server))
    };
    let pool = db::connect(&url).await.context("cannot reach the database")?;
    db::migrate(&pool).await.context("cannot bring the database up to date")?;
    Ok(Database { url, pool, private })
}

/// Starts the private Postgres again whenever it ends: it may be killed when memory runs short, and
/// the service is of no use without it. Never returns.
async fn keep_up(private: Option<&mut Server>) {
    let Some(server) = private else { return std::future::pending().await };
    loop {
        if let Err(error) = server.gone().await {
            tracing::warn!(error = %error, "cannot watch the private Postgres");
            tokio::time::sleep(RECONNECT).await;
            continue;
        }
        tracing::warn!("the private Postgres has ended; it is started again");
        while let Err(error) = server.again().await {
            tracing::error!(error = %error, "the private Postgres does not start again");
            tokio::time::sleep(RECONNECT).await;
        }
        tracing::info!("the private Postgres runs again");
    }
}

/// Stops the private database, where there is one.
pub(super) async fn stop_database(private: Option<Server>) -> Result<()> {
    if let Some(server) = private {
        server.stop().await.context("cannot stop the private Postgres")?;
    }
    Ok(())
}
