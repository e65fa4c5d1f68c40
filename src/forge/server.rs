//! What all parts of the running forge share.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::broadcast;

use crate::tasks::Tasks;

use super::ForgeOptions;
use super::auth::AppKey;
use super::model::{Facts, UserKind};
use super::openapi::Description;
use super::record::{Event, Violation};
use super::shapes::Site;
use super::state::State;

/// How many events a slow listener may fall behind.
const EVENTS: usize = 4096;

/// The running forge.
pub(super) struct Server {
    pub(super) options: ForgeOptions,
    /// Where the repositories lie.
    pub(super) directory: PathBuf,
    pub(super) site: Site,
    pub(super) key: AppKey,
    pub(super) tasks: Tasks,
    pub(super) events: broadcast::Sender<Event>,
    pub(super) hooks: reqwest::Client,
    state: Mutex<State>,
    description: OnceLock<Description>,
}

impl Server {
    pub(super) fn new(
        options: ForgeOptions,
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
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// GitHub's description, read at the first call.
    pub(super) fn description(&self) -> &Description {
        self.description.get_or_init(Description::load)
    }

    /// The present instant.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.options.clock.now()
    }

    /// The login under which the App acts.
    pub(super) fn bot(&self) -> String {
        format!("{}[bot]", self.options.app_slug)
    }

    /// Tells whoever listens.
    pub(super) fn emit(&self, event: Event) {
        // Nobody listening is no error.
        let _listeners = self.events.send(event);
    }

    /// Remembers and tells violations.
    pub(super) fn violated(&self, call: &str, problems: Vec<String>) {
        for problem in problems {
            tracing::warn!(forge.call = call, problem, "not as GitHub describes it");
            let violation = Violation { call: call.to_owned(), problem };
            self.state().remember_violation(violation.clone());
            self.emit(Event::Violated(violation));
        }
    }

    /// The unchanging facts of a repository.
    pub(super) fn facts(&self, id: u64) -> Option<Arc<Facts>> {
        self.state().repositories.get(&id).map(|repository| Arc::clone(&repository.facts))
    }
}
