//! What all parts of the running emulator share.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::broadcast;

use crate::tasks::Tasks;

use crate::auth::AppKey;
use crate::events::{Event, Violation};
use crate::model::{RepositoryRecord, UserKind};
use crate::openapi::Description;
use crate::options::EmulatorOptions;
use crate::shapes::Site;
use crate::state::State;

/// How many events a slow listener may fall behind.
const EVENTS: usize = 4096;

/// State and tools of a running emulator, shared by all calls.
pub(crate) struct Server {
    pub(crate) options: EmulatorOptions,
    /// Directory of the repositories, by owner.
    pub(crate) directory: PathBuf,
    pub(crate) site: Site,
    pub(crate) key: AppKey,
    pub(crate) tasks: Tasks,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) hooks: reqwest::Client,
    state: Mutex<State>,
    description: OnceLock<Description>,
}

impl Server {
    pub(crate) fn new(
        options: EmulatorOptions,
        directory: PathBuf,
        url: &str,
        key: AppKey,
        hooks: reqwest::Client,
    ) -> Arc<Self> {
        let server = Self {
            site: Site::new(url, &options),
            options,
            directory,
            key,
            tasks: Tasks::default(),
            events: broadcast::channel(EVENTS).0,
            hooks,
            state: Mutex::default(),
            description: OnceLock::new(),
        };
        server.state().user(&server.bot(), UserKind::Bot);
        if let Some(login) = &server.options.anonymous_user {
            server.state().user(login, UserKind::Person);
        }
        Arc::new(server)
    }

    /// The state, held for as short as possible and never across an await.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// GitHub's description, read at the first call.
    pub(crate) fn description(&self) -> &Description {
        self.description.get_or_init(Description::load)
    }

    /// The present instant, by the clock of the options.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.options.clock.now()
    }

    /// The login under which the App acts.
    pub(crate) fn bot(&self) -> String {
        format!("{}[bot]", self.options.app_slug)
    }

    /// Tells an event to whoever listens.
    pub(crate) fn emit(&self, event: Event) {
        // Nobody listening is no error.
        let _listeners = self.events.send(event);
    }

    /// Remembers the violations of a call, and tells them.
    pub(crate) fn violated(&self, call: &str, problems: Vec<String>) {
        for problem in problems {
            tracing::warn!(emulator.call = call, problem, "not as GitHub describes it");
            let violation = Violation { call: call.to_owned(), problem };
            self.state().remember_violation(violation.clone());
            self.emit(Event::Violated(violation));
        }
    }

    /// The unchanging record of a repository.
    pub(crate) fn record(&self, id: u64) -> Option<Arc<RepositoryRecord>> {
        self.state().repositories.get(&id).map(|repository| Arc::clone(&repository.record))
    }
}
